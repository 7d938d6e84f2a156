//! `baize bench sos`: how fast a case reaches the desk's open screens, a thousand against ten.

use std::sync::Arc;

use ::dispatch::bench::Row;
use server::clock::steady_ms;
use server::{App, Clock, Gateway, Run};
use sim::{Measured, reach};
use store::{Db, Ids};

use crate::demo::{self, PASSWORD};
use crate::{Trouble, live, packs};

const FEW: usize = 10;
const MANY: usize = 1_000;
/// Cases in one run.
const CASES: usize = 40;
const SEED: u64 = 20_250_314;

/// Seeds the channel's demo city, serves it, and measures both counts in one run.
///
/// # Errors
/// When the city cannot be seeded or a screen cannot connect.
pub async fn rows() -> Result<Vec<Row>, Trouble> {
    let data = Arc::new(demo::city("zhuhai")?);
    let at = data.city.default_at.at(data.calendar());
    let scratch = live::Scratch::make()?;
    let db =
        Db::open(&scratch.url(), packs::read(data.calendar())?, Ids::counted(SEED), at).await?;
    let hash = live::hash_of(PASSWORD.to_owned()).await?;
    demo::seed(&db, data.clone(), at, &hash).await?;
    let app = App::new(db, live::city_of(&data, true), Clock::shifted(at, 1.0));
    let listener = live::listen(0).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let run = Run { deadlines: true, gateway: Gateway::Demo };
    let serving = tokio::spawn(server::serve(app, listener, run, std::future::pending()));
    let measure = async |screens| {
        let measured = reach(&address, ("qc-clerk", PASSWORD), screens, CASES, steady_ms).await;
        measured.map_err(Trouble::Sentence)
    };
    let few = measure(FEW).await?;
    let many = measure(MANY).await?;
    serving.abort();
    Ok(vec![p99(&few, &many), missing(&few, &many)])
}

fn p99(few: &Measured, many: &Measured) -> Row {
    let (peer_value, value) = (few.quantile(0.99), many.quantile(0.99));
    Row {
        bench: "sos",
        figure: format!("p99 from the tap to {MANY} live screens"),
        value,
        unit: "ms",
        peer: format!("{FEW} live screens"),
        peer_value,
        ratio: if value > 0.0 { peer_value / value } else { 0.0 },
        target: ">= 0.25".into(),
    }
}

fn missing(few: &Measured, many: &Measured) -> Row {
    Row {
        bench: "sos",
        figure: "cases that a connected screen did not hear of".into(),
        value: many.missing as f64,
        unit: "cases x screens",
        peer: format!("{FEW} live screens"),
        peer_value: few.missing as f64,
        ratio: if many.missing == 0 { 1.0 } else { 0.0 },
        target: "0".into(),
    }
}

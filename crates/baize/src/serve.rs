//! `baize serve` and `baize migrate`: a real city on a database of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::calendar::{Calendar, WeekStart};
use server::{App, Clock, Gateway, Roads, Run};
use store::{Db, Ids};

use crate::demo::{Data, register};
use crate::{Trouble, live, packs, say};

/// Serves the city whose files are given. An empty database is filled with their register, and each
/// account gets a password that is printed once.
///
/// # Errors
/// A sentence when the files, the port or the database will not do.
pub async fn run(
    db: &str,
    files: &[PathBuf],
    own_packs: &[PathBuf],
    port: u16,
    gateway: Option<&str>,
    roads: Roads,
) -> Result<(), Trouble> {
    let gateway = gateway_of(gateway)?;
    let own = own_packs.iter().map(|file| {
        std::fs::read_to_string(file)
            .map_err(|error| Trouble::say(format!("{}: {error}", file.display())))
    });
    let own = own.collect::<Result<Vec<String>, Trouble>>()?;
    let data = Arc::new(read_files(files)?);
    refuse_stories(&data)?;
    let clock = Clock::real();
    let listener = live::listen(port).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let db =
        Db::open(db, packs::read_with(data.calendar(), &own)?, Ids::System, clock.city()).await?;
    if live::is_empty(&db, clock.city()).await? {
        let passwords = enter(&db, &data, &clock).await?;
        std::io::stdout().write_all(say::first_logins(&data, &passwords).as_bytes())?;
    } else {
        refuse_another_city(&db, &data, &clock).await?;
    }
    let app = App::new(db, live::city_of(&data, false), clock);
    app.use_roads(roads);
    std::io::stdout().write_all(say::serving(&data, &address).as_bytes())?;
    server::serve(app, listener, Run { deadlines: true, gateway }, live::until_stopped()).await?;
    Ok(())
}

/// The gateway at an address; its token comes from the environment, where no list of processes
/// shows it.
fn gateway_of(url: Option<&str>) -> Result<Gateway, Trouble> {
    let Some(url) = url else { return Ok(Gateway::Absent) };
    let token = std::env::var("BAIZE_GATEWAY_TOKEN").map_err(|_| {
        Trouble::say(
            "短信网关需要令牌：请设环境变量 BAIZE_GATEWAY_TOKEN。/ The gateway needs a token in \
             BAIZE_GATEWAY_TOKEN.",
        )
    })?;
    Gateway::http(url, &token).map_err(Trouble::Sentence)
}

/// Where drives come from: a file of roads, a service, or straight lines.
///
/// # Errors
/// A file that cannot be read, a service nobody knows.
pub fn roads(file: Option<&Path>, service: Option<&str>) -> Result<Roads, Trouble> {
    if let Some(file) = file {
        let unread =
            |error: &dyn std::fmt::Display| Trouble::say(format!("{}: {error}", file.display()));
        let bytes = std::fs::read(file).map_err(|error| unread(&error))?;
        return Roads::graph(&bytes).map_err(|problem| unread(&problem));
    }
    let Some(service) = service else { return Ok(Roads::straight()) };
    let (name, address) = service.split_once('=').unwrap_or((service, ""));
    Roads::service(name, address).map_err(Trouble::Sentence)
}

/// Brings a database's schema up to date and keeps the packs' texts in it.
///
/// # Errors
/// When the database cannot be reached or refuses.
pub async fn migrate(db: &str) -> Result<(), Trouble> {
    // The packs' first days are China's: a city's own calendar comes with its files.
    let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
    Db::open(db, packs::read(calendar)?, Ids::System, Clock::real().city()).await?;
    writeln!(std::io::stdout(), "数据库已是最新结构。 / The database is up to date.")?;
    Ok(())
}

fn read_files(files: &[PathBuf]) -> Result<Data, Trouble> {
    let mut texts = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Trouble::say(format!("{}: {error}", file.display())))?;
        texts.push((file.display().to_string(), text));
    }
    let borrowed: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Ok(Data::read(&borrowed)?)
}

/// Invented operations have no place in a real city.
fn refuse_stories(data: &Data) -> Result<(), Trouble> {
    let stories = data.routines.len()
        + data.operations.len()
        + data.checks.len()
        + data.terminal_events.len()
        + data.disposals.len()
        + data.inspections.len()
        + data.suspensions.len()
        + data.cases.len()
        + data.call_outs.len()
        + data.enquiries.len()
        + data.incidents.len()
        + data.campaigns.len();
    if stories == 0 {
        return Ok(());
    }
    Err(Trouble::say(
        "这些文件含有演示情节；serve 只接受城市、区划、账户、机构和人员。/ These files tell a \
         demo's story; serve takes the city, its regions, accounts, institutions and practitioners \
         only.",
    ))
}

/// Letters and digits that nobody mixes up.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789w";
const PASSWORD_LETTERS: usize = 14;

fn new_password() -> Result<String, Trouble> {
    let mut bytes = [0u8; PASSWORD_LETTERS];
    getrandom::fill(&mut bytes).map_err(|error| Trouble::say(format!("no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

async fn enter(db: &Db, data: &Arc<Data>, clock: &Clock) -> Result<Vec<String>, Trouble> {
    let mut passwords = Vec::with_capacity(data.accounts.len());
    let mut hashes = Vec::with_capacity(data.accounts.len());
    for _ in &data.accounts {
        let password = new_password()?;
        hashes.push(live::hash_of(password.clone()).await?);
        passwords.push(password);
    }
    let (data, now) = (data.clone(), clock.city());
    db.write(move |tx| Box::pin(async move { register::enter(tx, &data, &hashes, now).await }))
        .await?;
    Ok(passwords)
}

/// One database is one city.
async fn refuse_another_city(db: &Db, data: &Data, clock: &Clock) -> Result<(), Trouble> {
    let mut tx = db.read().await?;
    let regions = store::register::regions(&mut tx, clock.city()).await?;
    if regions.iter().any(|region| region.region_code == data.city.code) {
        return Ok(());
    }
    Err(Trouble::say(format!(
        "数据库里是另一座城市。/ The database holds another city than {} {}.",
        data.city.code, data.city.name_en
    )))
}

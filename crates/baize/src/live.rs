//! `baize demo`: a city of invented people, seeded up to a moment and alive from then on.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use rules::Time;
use server::{App, City, Clock, Gateway, Run};
use store::{Db, Ids};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::demo::{self, Data, PASSWORD, Seeded};
use crate::{Trouble, packs, say};

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Options {
    pub city: String,
    pub port: u16,
    /// A fresh SQLite file of its own when there is none.
    pub db: Option<String>,
    pub at: Option<String>,
    pub fast_forward: bool,
    pub still: bool,
}

/// City seconds in a machine second when the demo runs fast.
const FAST: f64 = 60.0;
/// City time between two heartbeats of a terminal; fast cities send fewer, within what a watch for
/// silence allows.
const HEARTBEAT_MS: i64 = Time::MINUTE_MS;
const HEARTBEAT_FAST_MS: i64 = 3 * Time::MINUTE_MS;
/// City minutes between two invented cries for help.
const CRY_EVERY_MIN: i64 = 17;
/// City minutes between two steps of a campaign, and the units that take them.
const CAMPAIGN_EVERY_MIN: i64 = 2;
const UNITS_LIVE: usize = 8;
const UNITS_EVERY: usize = 23;
/// The same story gives the same ids.
const IDS_SEED: u64 = 20_240_102;

/// Seeds and serves until the process is told to stop.
///
/// # Errors
/// A sentence when the port, the database, the moment or the city's files will not do.
pub async fn run(options: &Options) -> Result<(), Trouble> {
    let data = Arc::new(demo::city(&options.city)?);
    let at = match &options.at {
        Some(text) => demo::read_at(text, data.calendar()).map_err(Trouble::Sentence)?,
        None => data.city.default_at.at(data.calendar()),
    };
    let listener = listen(options.port).await?;
    let address = format!("http://{}", listener.local_addr()?);
    writeln!(std::io::stdout(), "正在准备演示数据…… / Preparing the demo data ...")?;
    // Dropped last: what the database wrote goes with it.
    let scratch = if options.db.is_none() { Some(Scratch::make()?) } else { None };
    let url = match (&options.db, &scratch) {
        (Some(url), _) => url.clone(),
        (None, Some(scratch)) => scratch.url(),
        (None, None) => return Err(Trouble::say("no database")),
    };
    let packs = packs::read(data.calendar())?;
    let db = Db::open(&url, packs, Ids::counted(IDS_SEED), at).await?;
    refuse_unless_empty(&db, at).await?;
    let hash = hash_of(PASSWORD.to_owned()).await?;
    let seeded = demo::seed(&db, data.clone(), at, &hash).await?;
    let speed = if options.fast_forward { FAST } else { 1.0 };
    let app = App::new(db, city_of(&data, true), Clock::shifted(at, speed));
    let (stop, stopped) = watch::channel(false);
    let life = if options.still {
        None
    } else {
        let plan = plan(&data, seeded, options.fast_forward);
        let simulation = sim::Simulation::new(&address, plan)
            .map_err(|error| Trouble::say(format!("no HTTP client: {error}")))?;
        Some(tokio::spawn(simulation.run(stopped)))
    };
    let run = Run { deadlines: !options.still, gateway: Gateway::Demo };
    std::io::stdout().write_all(say::demo(&data, &address, at, options).as_bytes())?;
    server::serve(app, listener, run, until_stopped()).await?;
    // Nobody listens when there is no simulation.
    let _ = stop.send(true);
    if let Some(life) = life {
        life.abort();
    }
    Ok(())
}

fn plan(data: &Data, seeded: Seeded, fast: bool) -> sim::Plan {
    sim::Plan {
        calendar: data.calendar(),
        password: PASSWORD.to_owned(),
        devices: seeded.devices,
        steps: seeded.later,
        operations: seeded.operations,
        templates: seeded.templates,
        channel: channel_plan(data),
        crews: crews_plan(data),
        campaign: campaign_plan(data),
        hotline: hotline_plan(data),
        heartbeat_ms: if fast { HEARTBEAT_FAST_MS } else { HEARTBEAT_MS },
    }
}

/// Hospitals that answer by themselves, and the clinics that call them now and then.
fn channel_plan(data: &Data) -> sim::ChannelPlan {
    use rules::account::AccountRole;
    let of_role = |role: AccountRole| {
        let accounts = data.accounts.iter().filter(move |account| account.role == role);
        accounts.map(|account| account.login.clone()).collect::<Vec<String>>()
    };
    let hospital_desks = of_role(AccountRole::HospitalDesk);
    if hospital_desks.is_empty() {
        return sim::ChannelPlan::default();
    }
    sim::ChannelPlan {
        hospital_desks,
        clinics: of_role(AccountRole::ClinicHead),
        tester: of_role(AccountRole::QcDirector).pop().map(|login| {
            (login, data.hospitals.iter().map(|hospital| hospital.id.clone()).collect())
        }),
        every_min: CRY_EVERY_MIN,
    }
}

/// Drivers go on driving; the first one is whoever tries the demo out.
fn crews_plan(data: &Data) -> sim::CrewsPlan {
    let crews = data.accounts.iter().filter(|account| {
        let member = |one: &&demo::CrewMember| Some(&one.id) == account.crew.as_ref();
        let member = data.crew_members.iter().find(member);
        member.is_some_and(|one| one.role == rules::transfer::CrewRole::Driver)
    });
    sim::CrewsPlan { crews: crews.skip(1).map(|account| account.login.clone()).collect() }
}

/// The desk of 96120 goes on working: its second call-taker and second dispatcher, so that whoever
/// tries the demo out has the first ones.
fn hotline_plan(data: &Data) -> sim::HotlinePlan {
    use rules::account::AccountRole;
    let of_role = |role: AccountRole| {
        let accounts = data.accounts.iter().filter(move |account| account.role == role);
        accounts.map(|account| account.login.clone()).collect::<Vec<String>>()
    };
    let hospitals = data.sites.iter().filter(|site| site.joined_on.is_some());
    sim::HotlinePlan {
        call_taker: of_role(AccountRole::CallTaker).pop(),
        dispatcher: of_role(AccountRole::Dispatcher).pop(),
        liaison_120: of_role(AccountRole::Liaison120).pop(),
        wards: of_role(AccountRole::WardDesk).into_iter().skip(1).collect(),
        hospitals: hospitals.map(|site| site.name_zh.clone()).collect(),
        homes: HOMES.map(str::to_owned).into(),
        every_min: CALL_EVERY_MIN,
    }
}

/// Units that mend their problems by themselves: few, for sign-ins from one address are limited.
/// The unit that people sign in to stands still for them.
fn campaign_plan(data: &Data) -> sim::CampaignPlan {
    use rules::account::AccountRole;
    let quiet = |unit: &&demo::Unit| unit.people.is_empty();
    let units = data.units.iter().filter(quiet).step_by(UNITS_EVERY).take(UNITS_LIVE);
    let logins = units.map(|unit| {
        [AccountRole::MedicalDepartment, AccountRole::FirstResponsible].map(|role| unit.login(role))
    });
    sim::CampaignPlan { units: logins.collect(), every_min: CAMPAIGN_EVERY_MIN }
}

/// City minutes between two calls of 96120 in the morning.
const CALL_EVERY_MIN: i64 = 4;
/// Where callers live: streets and towns that the service knows.
const HOMES: [&str; 6] = [
    "张店区马尚街道",
    "张店区南定镇",
    "淄川区罗村镇",
    "淄川区西河镇",
    "博山区八陡镇",
    "张店区中心",
];

/// What the pages need to know of the city.
pub fn city_of(data: &Data, demo: bool) -> City {
    let head = &data.city;
    City {
        code: head.code.clone(),
        name: [head.name_zh.clone(), head.name_en.clone()],
        platform: [head.platform_zh.clone(), head.platform_en.clone()],
        calendar: data.calendar(),
        home_region: head.home_region.clone(),
        map_note: [head.map_note_zh.clone(), head.map_note_en.clone()],
        quote_key: quote_key(demo),
        exchange_token: exchange_token(demo),
        // Both were read when the file was.
        public_url: head.public_url.as_deref().and_then(|url| server::public_url(url).ok()),
        trusted_proxies: head.trusted_proxies.iter().filter_map(|one| one.parse().ok()).collect(),
        demo,
    }
}

/// The key of a city's quotes comes from the operator's environment; that of a demo is known to
/// everybody, as everything in it is.
fn quote_key(demo: bool) -> Vec<u8> {
    match std::env::var("BAIZE_QUOTE_KEY") {
        Ok(key) => key.into_bytes(),
        Err(_) if demo => b"demo".to_vec(),
        Err(_) => Vec::new(),
    }
}

/// Shorter ones are guessed.
const TOKEN_CHARS_MIN: usize = 16;

/// The exchange's token comes from the operator's environment; that of a demo is known to
/// everybody.
fn exchange_token(demo: bool) -> Option<String> {
    let named = std::env::var("BAIZE_EXCHANGE_TOKEN").ok();
    let named = named.filter(|token| token.len() >= TOKEN_CHARS_MIN);
    named.or_else(|| demo.then(|| "demo-exchange-96120".to_owned()))
}

/// Only this machine can reach it: there is no TLS.
pub(crate) async fn listen(port: u16) -> Result<TcpListener, Trouble> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        Trouble::say(format!("端口 {port} 不可用 / port {port} cannot be used: {error}"))
    })
}

/// Whether a database holds nothing of ours yet.
pub(crate) async fn is_empty(db: &Db, now: Time) -> store::Result<bool> {
    let mut tx = db.read().await?;
    let regions = store::register::regions(&mut tx, now).await?;
    Ok(regions.is_empty() && store::account::logins(&mut tx).await?.is_empty())
}

async fn refuse_unless_empty(db: &Db, now: Time) -> Result<(), Trouble> {
    if is_empty(db, now).await? {
        return Ok(());
    }
    Err(Trouble::say(
        "数据库不是空的，演示需要一个空数据库。/ The database already holds a city: a demo needs \
         an empty one.",
    ))
}

/// Hashes a password with a salt of its own, off the async threads.
pub(crate) async fn hash_of(password: String) -> Result<String, Trouble> {
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| Trouble::say(format!("no randomness: {error}")))?;
    let hashing = tokio::task::spawn_blocking(move || server::hash_password(&password, &salt));
    match hashing.await {
        Ok(hash) if !hash.is_empty() => Ok(hash),
        _ => Err(Trouble::say("a password could not be hashed")),
    }
}

/// Ends when the person or the system says stop.
pub(crate) async fn until_stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the process can still be ended from outside.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A directory of this process alone, removed when the demo ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn make() -> Result<Scratch, Trouble> {
        let mut bytes = [0u8; 8];
        getrandom::fill(&mut bytes)
            .map_err(|error| Trouble::say(format!("no randomness: {error}")))?;
        let name = format!("baize-demo-{:016x}", u64::from_be_bytes(bytes));
        let path = std::env::temp_dir().join(name);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Scratch(path))
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.0.join("baize.db").display())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the demo's files stay behind");
        }
    }
}

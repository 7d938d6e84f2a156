//! A fresh database for every story, on both engines.
//!
//! SQLite is a file in memory-backed storage where there is one. PostgreSQL is one cluster a test
//! run, started by an unprivileged user on a unix socket; it ends with the run, because its keeper
//! waits for the pipe that this process holds.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use rules::Time;
use rules::calendar::{Calendar, WeekStart};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use store::pack::Texts;
use store::{Db, Engine, Ids, Packs, Tx};

/// 2024-01-02T15:30+08:00, a Tuesday.
pub const NOW: Time = Time(1_704_180_600_000);
/// The city's midnight before it.
pub const MIDNIGHT: Time = Time(NOW.0 - (15 * 60 + 30) * Time::MINUTE_MS);

/// A moment on 2024-01-02, written `15:30`; with a day before it, `+7 15:30`, on a later one.
pub fn clock(text: &str) -> Time {
    let (day, time) = text.split_once(' ').unwrap_or(("0", text));
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    MIDNIGHT.plus_days(day.parse().unwrap()).plus_min(minutes)
}

pub fn packs() -> Packs {
    let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
    let rules = include_str!("../../../../packs/aesthetics/rules-2024.01.toml");
    let procedures = include_str!("../../../../packs/aesthetics/procedures-2024.01.toml");
    let cards = include_str!("../../../../packs/aesthetics/cards-2025.03.toml");
    let channel = include_str!("../../../../packs/aesthetics/channel-2025.03.toml");
    let texts = Texts {
        rules: &[rules],
        procedures: &[procedures],
        cards: &[cards],
        channel: &[channel],
        campaign: &CAMPAIGN,
    };
    Packs::read(calendar, texts).unwrap()
}

const CAMPAIGN: [&str; 8] = [
    include_str!("../../../../packs/campaign/departments.toml"),
    include_str!("../../../../packs/campaign/checklists-2017.02.toml"),
    include_str!("../../../../packs/campaign/checklists-2023.09.toml"),
    include_str!("../../../../packs/campaign/wuxi-2017-a.toml"),
    include_str!("../../../../packs/campaign/wuxi-2017-b.toml"),
    include_str!("../../../../packs/campaign/checklists-2025.10.toml"),
    include_str!("../../../../packs/campaign/reproduction-2023.toml"),
    include_str!("../../../../packs/campaign/transfer-2025.toml"),
];

/// One story's database.
pub struct House {
    pub engine: Engine,
    pub db: Db,
    url: String,
    /// Where an SQLite file lies.
    folder: Option<PathBuf>,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number that no other database or id source of this run has.
fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl House {
    /// A database with nothing but its schema and its packs.
    pub async fn empty(engine: Engine) -> House {
        let (url, folder) = blank(engine).await;
        let db = open(&url).await;
        House { engine, db, url, folder }
    }

    /// Another server on the same database.
    pub async fn another(&self) -> Db {
        open(&self.url).await
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub async fn read(&self) -> Tx {
        self.db.read().await.unwrap()
    }

    /// Runs raw SQL, for states that no drawer offers yet.
    pub async fn raw(&self, sql: &str) {
        self.db.raw(sql).await.unwrap();
    }

    /// The first column of every row, as text. Looks behind the drawers.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        let mut conn = connect(&self.url).await;
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut conn).await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        conn.close().await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }

    /// One number, such as a count.
    pub async fn number(&self, sql: &str) -> i64 {
        let text = self.column(&format!("select cast(({sql}) as text)")).await;
        text[0].parse().unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // Best effort: another run has a folder of its own.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

async fn open(url: &str) -> Db {
    Db::open(url, packs(), Ids::counted(next()), NOW).await.unwrap()
}

pub async fn connect(url: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(url).await.unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// A database without even a schema: its address, and its folder if it is a file.
pub async fn blank(engine: Engine) -> (String, Option<PathBuf>) {
    let name = format!("baize-store-{}-{}", std::process::id(), next());
    match engine {
        Engine::Sqlite => {
            let folder = scratch().join(name);
            std::fs::create_dir(&folder).unwrap();
            (format!("sqlite://{}/city.db?mode=rwc", folder.display()), Some(folder))
        }
        Engine::Postgres => {
            let name = name.replace('-', "_");
            let mut conn = connect(&address("postgres")).await;
            let sql = format!(
                "create database {name} template template0 encoding 'UTF8' lc_collate 'C' \
                 lc_ctype 'C'"
            );
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
            (address(&name), None)
        }
    }
}

/// Tells a story of the furnished city on both databases; a failure says on which.
pub async fn on_both(story: impl AsyncFn(House)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let house = House::empty(engine).await;
        crate::city::furnish(&house).await;
        tell(house, &story).await;
    }
}

/// Tells a story on one database that holds nothing yet.
pub async fn on(engine: Engine, story: &impl AsyncFn(House)) {
    tell(House::empty(engine).await, story).await;
}

async fn tell(house: House, story: &impl AsyncFn(House)) {
    let engine = house.engine;
    let told = std::panic::AssertUnwindSafe(story(house)).catch_unwind().await;
    if let Err(panic) = told {
        eprintln!("the story failed on {engine:?}");
        std::panic::resume_unwind(panic);
    }
}

/// Memory-backed storage where there is one: the stories commit thousands of times.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

struct Cluster {
    socket: String,
    /// Ends the cluster when this process is gone and its end of the pipe with it.
    _keeper: Child,
}

static CLUSTER: LazyLock<Result<Cluster, String>> = LazyLock::new(start);

fn address(database: &str) -> String {
    match &*CLUSTER {
        Ok(cluster) => format!("postgres://postgres@localhost/{database}?host={}", cluster.socket),
        Err(why) => panic!("{why}"),
    }
}

const KEEPER: &str = r#"
    set -eu
    trap '' INT
    dir=$(mktemp -d "$1/baize-postgres.XXXXXX")
    initdb -D "$dir/data" -E UTF8 --locale=C -A trust -U postgres --no-sync >"$dir/log" 2>&1 ||
        { cat "$dir/log" >&2; exit 1; }
    pg_ctl -D "$dir/data" -l "$dir/log" -w start -o "-k $dir -c listen_addresses='' \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c max_connections=400 -c deadlock_timeout=200ms" >&2
    echo "$dir"
    cat >/dev/null
    pg_ctl -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$dir"
"#;

/// Starts PostgreSQL, as the user `postgres` when this process is root.
fn start() -> Result<Cluster, String> {
    let missing = "PostgreSQL is not installed. `make test` installs it; by hand: \
                   apt-get install postgresql";
    let bin = programs().ok_or(missing)?;
    let path = std::env::var("PATH").unwrap_or_default();
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let mut command = Command::new(if root { "setpriv" } else { "sh" });
    if root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh"]);
    }
    command.args(["-c", KEEPER, "sh"]).arg(scratch());
    command.env("PATH", format!("{}:{path}", bin.display())).current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut keeper = command.spawn().map_err(|error| format!("PostgreSQL: {error}"))?;
    let mut socket = String::new();
    let stdout = keeper.stdout.take().ok_or("PostgreSQL: no pipe")?;
    BufReader::new(stdout).read_line(&mut socket).map_err(|error| error.to_string())?;
    let socket = socket.trim().to_owned();
    if socket.is_empty() {
        return Err("PostgreSQL is installed but did not start; try `initdb` as the user postgres"
            .to_owned());
    }
    Ok(Cluster { socket, _keeper: keeper })
}

/// Where PostgreSQL's server programs are: in the path, or where Debian puts them.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    // The path may hold `initdb` alone; the keeper needs `pg_ctl` beside it.
    let whole = |dir: &PathBuf| dir.join("initdb").exists() && dir.join("pg_ctl").exists();
    std::env::split_paths(&path).chain(debian).find(whole)
}

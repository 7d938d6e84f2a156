//! Migrations meet data: after each one its sample rows go in, so that the next finds them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use store::register::{InstitutionFilter, institutions};
use store::{Db, Engine, Ids, Scope};

use crate::house::{NOW, blank, connect, packs};

fn migrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations")
}

/// The migrations up to and with the `count`th.
fn first(all: &Migrator, count: usize) -> Migrator {
    let some = all.migrations.iter().take(count).cloned().collect();
    Migrator { migrations: Cow::Owned(some), ..Migrator::DEFAULT }
}

async fn texts(conn: &mut AnyConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await;
    let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get(0).unwrap()).collect()
}

fn tables_sql(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%'
               and name not like '!_sqlx%' escape '!' order by name"
        }
        Engine::Postgres => {
            "select cast(table_name as text) from information_schema.tables
             where table_schema = 'public' and table_name not like '!_sqlx%' escape '!'
             order by 1"
        }
    }
}

#[tokio::test]
async fn every_migration_meets_the_rows_of_those_before_it() {
    let all = Migrator::new(migrations()).await.unwrap();
    assert!(all.migrations.len() >= 3);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (url, folder) = blank(engine).await;
        let mut conn = connect(&url).await;
        for count in 1..=all.migrations.len() {
            let version = all.migrations[count - 1].version;
            first(&all, count).run(&mut conn).await.unwrap();
            let path = migrations().join(format!("samples/{version:04}.sql"));
            let sample = std::fs::read_to_string(&path)
                .unwrap_or_else(|_| panic!("migration {version} has no {}", path.display()));
            let put = sqlx::raw_sql(AssertSqlSafe(sample)).execute(&mut conn).await;
            put.unwrap_or_else(|error| panic!("{engine:?}, sample {version}: {error}"));
        }
        for table in texts(&mut conn, tables_sql(engine)).await {
            let count = format!("select cast(count(*) as text) from {table}");
            let rows = texts(&mut conn, &count).await;
            assert_ne!(rows, ["0"], "{engine:?}: no sample row in {table}");
        }
        conn.close().await.unwrap();
        // The program opens what the migrations made, and reads the samples.
        let db = Db::open(&url, packs(), Ids::counted(1), NOW).await.unwrap();
        let filter = InstitutionFilter { view: "all".into(), ..InstitutionFilter::default() };
        let slice = store::page::Slice::first(10);
        let mut tx = db.read().await.unwrap();
        let listed =
            institutions(&mut tx, &Scope::system(), &filter, NOW, NOW, slice).await.unwrap();
        assert_eq!(listed.total, 2, "{engine:?}");
        drop(folder.map(std::fs::remove_dir_all));
    }
}

/// What is wrong with a migration by the rule of the house: it only creates, adds a nullable or
/// defaulted column, or drops a column, so that the program before it can still run beside it.
fn faults(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
    let code = code.join("\n").to_lowercase();
    let mut faults = Vec::new();
    for statement in code.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let fine = match words[..] {
            ["create", "table" | "index", ..] | ["create", "unique", "index", ..] => true,
            // A row that the new table cannot do without.
            ["insert", "into", ..] => true,
            ["alter", "table", _, "add", "column", ..] => {
                !statement.contains("not null") || statement.contains(" default ")
            }
            ["alter", "table", _, "drop", "column", ..] => true,
            _ => false,
        };
        if !fine {
            faults.push(format!("not allowed: {}", words.join(" ")));
        }
        // What the two databases store or name differently.
        for word in ["boolean", "timestamp", "json", "jsonb", "serial", "autoincrement", "numeric"]
        {
            let column = |line: &str| line.split_whitespace().nth(1) == Some(word);
            if statement.starts_with("create table") && statement.lines().any(column) {
                faults.push(format!("not portable: {word}"));
            }
        }
    }
    faults
}

#[test]
fn migrations_keep_to_what_an_older_program_can_live_with() {
    for entry in std::fs::read_dir(migrations()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let found = faults(&std::fs::read_to_string(&path).unwrap());
            assert!(found.is_empty(), "{}: {found:?}", path.display());
        }
    }
    for (sql, count) in [
        ("alter table a add column b text", 0),
        ("alter table a add column b bigint not null default 0", 0),
        ("alter table a drop column b", 0),
        ("alter table a add column b text not null", 1),
        ("alter table a rename column b to c", 1),
        ("drop table a", 1),
        ("update a set b = 1", 1),
        ("-- drop table a;\ncreate table a (\n b boolean\n);", 1),
    ] {
        assert_eq!(faults(sql).len(), count, "{sql}");
    }
}

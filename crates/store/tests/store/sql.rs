//! Every SQL text of the crate is understood by both databases, without running it.
//!
//! This replaces compile-time checking: it needs no macro and no recorded schema. The texts are
//! found by reading the source, and none can hide: there are as many as there are queries.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Connection};
use store::Engine;

use crate::house::{blank, connect, on};

/// A Rust source split into its string literals and the code without them.
#[derive(Default)]
struct Source {
    literals: Vec<String>,
    /// Comments left out, every literal replaced by `""`.
    code: String,
}

/// Reads Rust source as far as literals and comments go.
fn scan(text: &str) -> Source {
    let mut source = Source::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if rest.starts_with("/*") {
            rest = after_block_comment(rest);
        } else if let Some((literal, after)) = raw_string(rest, &source.code) {
            source.literals.push(literal);
            source.code.push_str("\"\"");
            rest = after;
        } else if first == '"' {
            let (literal, after) = string(&rest[1..]);
            source.literals.push(literal);
            source.code.push_str("\"\"");
            rest = after;
        } else if let Some(after) = character(rest) {
            source.code.push_str("' '");
            rest = after;
        } else {
            source.code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    source
}

fn after_block_comment(text: &str) -> &str {
    let mut depth = 0;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("/*") {
            (depth, rest) = (depth + 1, after);
        } else if let Some(after) = rest.strip_prefix("*/") {
            (depth, rest) = (depth - 1, after);
            if depth == 0 {
                break;
            }
        } else {
            rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
        }
    }
    rest
}

/// `r"..."` and `r#"..."#`, unless the `r` ends a name.
fn raw_string<'t>(text: &'t str, before: &str) -> Option<(String, &'t str)> {
    if before.ends_with(|c: char| c.is_alphanumeric() && c != 'b' && c != 'c' || c == '_') {
        return None;
    }
    let after_r = text.strip_prefix('r')?;
    let hashes = after_r.len() - after_r.trim_start_matches('#').len();
    let body = after_r[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end)?;
    Some((body[..length].to_owned(), &body[length + end.len()..]))
}

/// The value of a literal from after its opening quote, and what follows its closing one.
fn string(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '"' => break,
            '\\' => {
                let escaped = rest.chars().next().unwrap();
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    // A line continuation: the break and the blanks after it are not there.
                    '\n' => rest = rest.trim_start(),
                    'n' => value.push('\n'),
                    't' => value.push('\t'),
                    'r' => value.push('\r'),
                    '0' => value.push('\0'),
                    'x' | 'u' => panic!("this scanner does not read \\{escaped} in SQL"),
                    other => value.push(other),
                }
            }
            other => value.push(other),
        }
    }
    (value, rest)
}

/// What follows a character literal; `None` for a lifetime or anything else.
fn character(text: &str) -> Option<&str> {
    let body = text.strip_prefix('\'')?;
    if let Some(escaped) = body.strip_prefix('\\') {
        let first = escaped.chars().next()?;
        let close = first.len_utf8() + escaped[first.len_utf8()..].find('\'')?;
        return Some(&escaped[close + 1..]);
    }
    let first = body.chars().next()?;
    body[first.len_utf8()..].strip_prefix('\'')
}

#[test]
fn the_scanner_reads_rust() {
    let source = scan(
        r####"
        // "a comment" /* and
        let a = 'x'; let quote = '"'; let escaped = '\''; fn f<'a>(b: &'a str) {}
        /* "outer" /* "inner" */ still */ let bar = "plain";
        let c = "with \"quotes\" and \
                 a continuation\n";
        let d = r"raw\n" ; let e = r#"raw "hashes""#; let f = b"bytes";
        "####,
    );
    assert_eq!(
        source.literals,
        ["plain", "with \"quotes\" and a continuation\n", "raw\\n", "raw \"hashes\"", "bytes"]
    );
    assert!(source.code.contains("fn f<'a>(b: &'a str) {}"));
    assert!(!source.code.contains("comment") && !source.code.contains("inner"));
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every statement with the file it stands in.
fn statements() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    let (mut found, mut queries, mut raw) = (Vec::new(), 0, Vec::new());
    for file in &files {
        let name = file.strip_prefix(&root).unwrap().display().to_string();
        let source = scan(&std::fs::read_to_string(file).unwrap());
        let calls = |call: &str| source.code.matches(call).count();
        queries += calls("sqlx::query(") + calls("sqlx::query_as(");
        let other = ["query_scalar", "query_with", "query_as_with", "query_as::<", "QueryBuilder"];
        assert!(other.iter().all(|call| calls(call) == 0), "{name}: a query this test cannot see");
        if calls("raw_sql(") > 0 {
            raw.push(format!("{name}:{}", calls("raw_sql(")));
        }
        // A setting of SQLite that is read back; no statement of PostgreSQL.
        queries -= source.literals.iter().filter(|sql| *sql == "pragma synchronous").count();
        let verbs = ["select ", "insert ", "update ", "delete ", "with "];
        let is_sql = |text: &&String| verbs.iter().any(|verb| text.starts_with(verb));
        found.extend(source.literals.iter().filter(is_sql).map(|sql| (name.clone(), sql.clone())));
    }
    // Raw SQL is for what cannot be prepared: pragmas of a new connection and the tests' own door
    // (db.rs), begin, savepoint and commit (writer.rs).
    assert_eq!(raw, ["db.rs:2", "writer.rs:1"]);
    assert_eq!(found.len(), queries, "a query whose text is not a literal beside it");
    found
}

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let statements = statements();
    assert!(statements.len() > 100, "found only {}", statements.len());
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(engine, &async |house| {
            let mut conn = connect(house.url()).await;
            let mut failures = String::new();
            for (file, sql) in &statements {
                // Asks PostgreSQL's own catalogue how it sorts; SQLite is never asked.
                if engine == Engine::Sqlite && sql.contains("pg_database") {
                    continue;
                }
                let probe = match engine {
                    Engine::Sqlite => format!("explain {sql}"),
                    Engine::Postgres => format!("prepare probe as {sql}; deallocate probe"),
                };
                let probe = sqlx::raw_sql(AssertSqlSafe(probe)).execute(&mut conn).await;
                if let Err(error) = probe {
                    failures += &format!("\n{file}: {error}\n{sql}\n");
                }
            }
            conn.close().await.unwrap();
            assert!(failures.is_empty(), "{failures}");
        })
        .await;
    }
}

#[tokio::test]
async fn postgres_that_sorts_by_a_locale_is_refused() {
    let (url, _) = blank(Engine::Postgres).await;
    let name = url.rsplit_once('/').map(|_| "other_locale").unwrap();
    let mut conn = connect(&url).await;
    // The catalogue is edited because the machine may have no other locale installed.
    let sql = format!(
        "create database {name} template template0; \
         update pg_database set datcollate = 'zh_CN.UTF-8' where datname = '{name}'"
    );
    for part in sql.split("; ") {
        sqlx::raw_sql(AssertSqlSafe(part.to_owned())).execute(&mut conn).await.unwrap();
    }
    drop(conn);
    let start = url.find("localhost/").unwrap() + "localhost/".len();
    let end = url.find('?').unwrap();
    let other = format!("{}{name}{}", &url[..start], &url[end..]);
    let ids = store::Ids::counted(0);
    let opened = store::Db::open(&other, crate::house::packs(), ids, crate::house::NOW).await;
    let why = opened.err().map(|error| format!("{error:?}")).unwrap_or_default();
    // PostgreSQL itself may refuse a database whose locale it lacks; either way nobody gets in.
    assert!(why.contains("zh_CN") || why.contains("locale"), "{why}");
}

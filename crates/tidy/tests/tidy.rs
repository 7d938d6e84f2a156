//! The rules of the house that a machine can keep. Each failure names the place and the rule.

use std::collections::{BTreeMap, BTreeSet};

use tidy::{Source, functions, root, sources, written_tables};

fn rust() -> Vec<Source> {
    sources(&["crates"], &[".rs"])
}

fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// What each crate may depend on of ours. Leaves know nothing of the house.
const DEPENDS: &[(&str, &[&str])] = &[
    ("rules", &[]),
    ("presence", &[]),
    ("dispatch", &[]),
    ("tidy", &[]),
    ("unfold", &[]),
    // A signed event is verified and kept in one transaction: docs/decisions/0009.
    ("store", &["presence", "rules"]),
    ("server", &["dispatch", "presence", "rules", "store"]),
    ("sim", &["presence", "rules"]),
    ("baize", &["dispatch", "presence", "rules", "server", "sim", "store"]),
];

#[test]
fn crates_depend_downwards_only() {
    let mut faults = Vec::new();
    for manifest in sources(&["crates"], &["Cargo.toml"]) {
        let name = manifest.path.split('/').nth(1).unwrap().to_owned();
        let Some((_, allowed)) = DEPENDS.iter().find(|(known, _)| *known == name) else {
            faults.push(format!("{}: say in this test what it may depend on", manifest.path));
            continue;
        };
        for (other, _) in DEPENDS {
            let depends = manifest.text.lines().any(|line| {
                line.starts_with(&format!("{other}.workspace"))
                    || line.starts_with(&format!("{other} ="))
            });
            if depends && !allowed.contains(other) {
                faults.push(format!("{}: must not depend on {other}", manifest.path));
            }
        }
        if name != "store" && manifest.text.contains("sqlx") {
            faults.push(format!("{}: sqlx lives in store alone", manifest.path));
        }
    }
    none(faults);
}

const FILE_LINES_MAX: usize = 520;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;
const ROW_CHARS_MAX: usize = 180;

#[test]
fn files_functions_and_lines_are_short() {
    let mut faults = Vec::new();
    for source in rust() {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            faults.push(format!("{}: {lines} lines, split it by audience", source.path));
        }
        // Words stand side by side in both languages, however long a sentence is.
        if !source.path.contains("/words/") {
            for (number, line) in source.text.lines().enumerate() {
                let chars = line.chars().count();
                // A row of a text table is one case and stays on one line.
                let row = source.path.contains("tests") && line.contains(" | ");
                let most = if row { ROW_CHARS_MAX } else { LINE_CHARS_MAX };
                if chars > most {
                    faults.push(format!("{}:{}: {chars} characters", source.path, number + 1));
                }
            }
        }
        for (name, lines) in functions(&source.text) {
            if lines > FUNCTION_LINES_MAX {
                faults.push(format!("{}: fn {name} has {lines} lines", source.path));
            }
        }
    }
    none(faults);
}

#[test]
fn every_file_says_what_it_is_for() {
    let tests = |path: &str| path.contains("/tests/") || path.ends_with("/tests.rs");
    let silent = rust()
        .iter()
        .filter(|source| !source.text.starts_with("//!") && !tests(&source.path))
        .map(|source| format!("{}: open with //! and what it is for", source.path))
        .collect();
    none(silent);
}

#[test]
fn a_table_has_one_owning_drawer() {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources(&["crates/store/src"], &[".rs"]) {
        let inside = source.path.trim_start_matches("crates/store/src/");
        let drawer = inside.split(['/', '.']).next().unwrap().to_owned();
        for table in written_tables(&source.text) {
            owners.entry(table).or_default().insert(drawer.clone());
        }
    }
    assert!(owners.len() > 15, "the scan no longer finds the statements: {owners:?}");
    let shared = owners
        .iter()
        .filter(|(_, drawers)| drawers.len() > 1)
        .map(|(table, drawers)| format!("{table} is written by {drawers:?}"))
        .collect();
    none(shared);
}

#[test]
fn words_of_layers_and_of_this_workplace_are_absent() {
    // Spelt in pieces, so that this file does not find itself.
    let names = ["Service", "Manager", "Repository", "Dto"];
    let places = [["/wo", "rk/"].concat(), ["/tm", "p/"].concat(), ["sess", "ion of"].concat()];
    let mut faults = Vec::new();
    for source in rust() {
        for line in source.text.lines() {
            for name in names {
                let kinds = ["struct ", "enum ", "trait "];
                let names_it = kinds.iter().any(|kind| {
                    line.trim_start().trim_start_matches("pub ").strip_prefix(kind).is_some_and(
                        |rest| {
                            rest.split(|c: char| !c.is_alphanumeric())
                                .next()
                                .is_some_and(|word| word.ends_with(name))
                        },
                    )
                });
                if names_it {
                    faults.push(format!("{}: {line}", source.path));
                }
            }
        }
        if source.path.ends_with("utils.rs") {
            faults.push(format!("{}: name it by what it is for", source.path));
        }
    }
    let everything = sources(
        &["crates", "docs", "packs", "demo", "web", "tools", "migrations"],
        &[".rs", ".md", ".toml", ".js", ".mjs", ".css", ".html", ".sql", ".py"],
    );
    for source in everything.iter().filter(|source| !source.path.starts_with("crates/tidy/")) {
        for place in &places {
            if source.text.contains(place.as_str()) {
                faults.push(format!("{}: contains {place}", source.path));
            }
        }
    }
    none(faults);
}

#[test]
fn no_test_is_switched_off() {
    let switch = ["#[", "ignore"].concat();
    let off = rust()
        .iter()
        .filter(|source| source.text.contains(&switch))
        .map(|source| format!("{}: has an ignored test", source.path))
        .collect();
    none(off);
}

/// One id of `docs/requirements.tsv` with the test that is said to prove it.
fn claimed() -> BTreeSet<(String, String)> {
    let path = root().join("docs/requirements.tsv");
    let text = std::fs::read_to_string(path).expect("docs/requirements.tsv");
    let mut rows = BTreeSet::new();
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), 3, "id, where, test: {line}");
        for place in cells[1].split(' ') {
            assert!(root().join(place).exists(), "{}: {place} does not exist", cells[0]);
        }
        for test in cells[2].split(' ') {
            assert!(rows.insert((cells[0].into(), test.into())), "twice: {line}");
        }
    }
    rows
}

/// The tests that say `proves!("N14")` or, in scripts, `proves('N14')`, by the function they
/// stand in.
fn proved() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for source in sources(&["crates", "web/tests"], &[".rs", ".mjs"]) {
        let mut test = String::new();
        for line in source.text.lines().map(str::trim_start) {
            let named = line
                .trim_start_matches("export ")
                .trim_start_matches("async ")
                .trim_start_matches("fn ")
                .trim_start_matches("function ");
            if named.len() < line.len() && (line.contains("fn ") || line.contains("function ")) {
                let end = named.find(|c: char| !c.is_alphanumeric() && c != '_');
                test = named[..end.unwrap_or(named.len())].to_owned();
            }
            let Some(rest) = line
                .strip_prefix("proves!(")
                .or_else(|| line.strip_prefix("proves('").map(|_| &line[7..]))
            else {
                continue;
            };
            let ids: Vec<&str> = rest
                .split(')')
                .take(1)
                .flat_map(|ids| ids.split(','))
                .map(|id| id.trim().trim_matches(['"', '\'']))
                .collect();
            assert!(ids.len() <= 3, "{}: {test} claims more than three ids", source.path);
            for id in ids {
                found.insert((id.to_owned(), test.clone()));
            }
        }
    }
    found
}

#[test]
fn requirements_and_tests_name_each_other() {
    let (claimed, proved) = (claimed(), proved());
    let only = |a: &BTreeSet<(String, String)>, b: &BTreeSet<(String, String)>, what: &str| {
        a.difference(b).map(|(id, test)| format!("{what}: {id} {test}")).collect::<Vec<_>>()
    };
    let mut faults = only(&claimed, &proved, "no such proves! in a test");
    faults.extend(only(&proved, &claimed, "missing in docs/requirements.tsv"));
    none(faults);
}

#[test]
fn public_pages_stay_light() {
    let css = std::fs::read(root().join("web/static/public.css")).unwrap();
    assert!(css.len() <= 8 * 1024, "public.css has {} bytes", css.len());
}

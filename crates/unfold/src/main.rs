//! `unfold IN OUT [--free AXIS]...`: one model file in, one out. `tools/fetch` calls it.

use std::collections::BTreeSet;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("unfold: {trouble}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: Vec<String>) -> Result<(), String> {
    let usage = "unfold IN OUT [--free AXIS]...";
    let mut files = Vec::new();
    let mut free = BTreeSet::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--free" {
            let axis = words.next().and_then(|axis| axis.parse().ok());
            free.insert(axis.ok_or(usage)?);
        } else {
            files.push(word);
        }
    }
    let [from, to] = &files[..] else { return Err(usage.to_owned()) };
    let bytes = std::fs::read(from).map_err(|error| format!("{from}: {error}"))?;
    let unfolded = unfold::unfold(&bytes, &free).map_err(|error| format!("{from}: {error}"))?;
    std::fs::write(to, unfolded).map_err(|error| format!("{to}: {error}"))
}

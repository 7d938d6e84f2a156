//! `solve INSTANCE [--format cordeau|json] [--seconds S | --iterations N] [--threads N]
//! [--seed N]` prints the plan as JSON; `solve matrix --pbf FILE --points FILE` prints a table.

use std::process::ExitCode;

use dispatch::command::{self, Budget, Format, Solve};
use dispatch::problem::Problem;

/// CPU seconds of the calling thread. Yielding first makes the kernel bring its count up to date.
fn thread_cpu_s() -> f64 {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or(0.0) * 1e-9
}

fn run(words: &[String]) -> Result<serde_json::Value, Problem> {
    let bad = |why: String| Problem::Json(why);
    let value = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    let number = |name: &str| -> Result<Option<f64>, Problem> {
        let parse = |text: String| text.parse().map_err(|_| bad(format!("{name}: a number")));
        value(name).map(parse).transpose()
    };
    let text = |path: &str| std::fs::read_to_string(path).map_err(|e| bad(format!("{path}: {e}")));
    if words.first().map(String::as_str) == Some("matrix") {
        let path = value("--pbf").ok_or_else(|| bad("--pbf FILE is needed".to_owned()))?;
        let roads = std::fs::read(&path).map_err(|e| bad(format!("{path}: {e}")))?;
        let points = value("--points").ok_or_else(|| bad("--points is needed".to_owned()))?;
        return command::matrix(&roads, &text(&points)?);
    }
    let path = words.first().ok_or_else(|| bad("an instance file is needed".to_owned()))?;
    let format = match value("--format").as_deref() {
        Some("cordeau") => Some(Format::Cordeau),
        Some("json") => Some(Format::Json),
        Some(other) => return Err(bad(format!("--format {other}: cordeau or json"))),
        None => None,
    };
    let mut options = Solve { format, ..Solve::default() };
    if let Some(seconds) = number("--seconds")? {
        options.budget = Budget::Seconds(seconds);
    }
    if let Some(count) = number("--iterations")? {
        options.budget = Budget::Iterations(count as u64);
    }
    options.threads = number("--threads")?.map_or(1, |n| n as usize);
    options.seed = number("--seed")?.map_or(1, |n| n as u64);
    for word in words.iter().filter_map(|word| word.strip_prefix("--without-")) {
        let ideas = &mut options.ideas;
        let idea = match word {
            "preprocess" => &mut ideas.preprocess,
            "partition" => &mut ideas.partition,
            "strings" => &mut ideas.strings,
            "regret" => &mut ideas.regret,
            "shelf" => &mut ideas.shelf,
            other => return Err(bad(format!("--without-{other}: no such idea"))),
        };
        *idea = false;
    }
    command::solve(&text(path)?, &options, &thread_cpu_s)
}

#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            println!("{}", command::error(&problem));
            ExitCode::from(2)
        }
    }
}

//! `bench [--seconds S] [--most CALLS] [first|roads|horizon|gaps]...` prints one JSON row a line. `gaps` reads
//! the literature from the folder that `BAIZE_DARP` names and skips itself without it.

use dispatch::bench;
use dispatch::problem::Problem;

/// CPU seconds of the calling thread.
fn thread_cpu_s() -> f64 {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or(0.0) * 1e-9
}

fn literature() -> Vec<(String, String, f64)> {
    let Ok(folder) = std::env::var("BAIZE_DARP") else { return Vec::new() };
    let table = std::fs::read_to_string(format!("{folder}/reference.tsv")).unwrap_or_default();
    let row = |line: &str| {
        let mut words = line.split('\t');
        let name = words.next()?.to_owned();
        let reference = words.next()?.parse().ok()?;
        let text = std::fs::read_to_string(format!("{folder}/{name}.txt")).ok()?;
        Some((name, text, reference))
    };
    table.lines().filter_map(row).collect()
}

#[expect(clippy::print_stdout, reason = "rows go to standard output")]
fn main() -> Result<(), Problem> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let at = words.iter().position(|word| word == "--seconds");
    let seconds = at.and_then(|at| words.get(at + 1)?.parse().ok()).unwrap_or(30.0);
    let at = words.iter().position(|word| word == "--most");
    let at_most: Option<usize> = at.and_then(|at| words.get(at + 1)?.parse().ok());
    let all = !words.iter().any(|w| ["first", "roads", "horizon", "gaps"].contains(&w.as_str()));
    let wanted = |name: &str| all || words.iter().any(|word| word == name);
    let mut rows = Vec::new();
    if wanted("first") {
        rows.extend(bench::first_plan(&thread_cpu_s)?);
    }
    if wanted("roads") {
        rows.extend(bench::roads(300, &thread_cpu_s)?);
    }
    if wanted("horizon") {
        let most = at_most.unwrap_or(5_000);
        let sizes = [500, 1_000, 2_000, 5_000].into_iter().filter(|&n| n <= most);
        rows.extend(bench::horizon(&sizes.collect::<Vec<_>>(), &thread_cpu_s)?);
    }
    if wanted("gaps") {
        rows.extend(bench::gaps(&literature(), seconds, &thread_cpu_s)?);
    }
    for row in rows {
        println!("{}", serde_json::to_string(&row).unwrap_or_default());
    }
    Ok(())
}

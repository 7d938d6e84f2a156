//! The command line. What the commands do stands in the library.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use ::dispatch::command::{Budget, Format, Solve};
use baize::live::Options;
use baize::{Trouble, check, dispatch, face, live, month, rollup, screens, serve};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// 白泽：一座城市的医疗安全平台。 One city's medical-safety platform.
#[derive(Parser)]
#[command(name = "baize", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 启动一座演示城市。 Starts a demo city of invented people on this machine.
    Demo {
        /// 城市。 Which demo city.
        #[arg(long, default_value = "nantong")]
        city: String,
        /// 本机端口，0 表示任意。 Port on this machine; 0 takes any.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// 空的数据库，缺省为临时文件。 An empty database, `sqlite://FILE` or `postgres://...`; a
        /// temporary file when left out.
        #[arg(long, value_name = "URL")]
        db: Option<String>,
        /// 城市时间从何时开始。 When the city's time starts: with an offset, or the city's own.
        #[arg(long, value_name = "RFC3339")]
        at: Option<String>,
        /// 城市时间快 60 倍。 The city's time runs 60 times as fast.
        #[arg(long)]
        fast_forward: bool,
        /// 不模拟终端和机构。 No simulated life: what is seeded stands still.
        #[arg(long)]
        still: bool,
    },
    /// 运行平台。 Serves a city.
    Serve {
        /// 数据库。 `sqlite://FILE` or `postgres://...`
        #[arg(long, value_name = "URL")]
        db: String,
        /// 城市文件。 The city's files: settings, regions, accounts, institutions, practitioners.
        #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
        city: Vec<PathBuf>,
        /// 本机端口。 Port on this machine.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// 电话、短信和邮件网关。 Gateway for calls, text messages and e-mail; its token stands in
        /// BAIZE_GATEWAY_TOKEN.
        #[arg(long, value_name = "URL")]
        gateway: Option<String>,
        /// 路网文件。 Roads of the city: an OpenStreetMap extract (`.osm.pbf`).
        #[arg(long, value_name = "FILE", conflicts_with = "road_service")]
        roads: Option<PathBuf>,
        /// 路况服务。 A service that knows the roads: `osrm=http://...` or `valhalla=http://...`;
        /// straight lines stand in where it does not answer.
        #[arg(long, value_name = "NAME=URL")]
        road_service: Option<String>,
        /// 本市自己的规则包版本。 The city's own versions of packs beside those that are carried:
        /// escalation, cards, rules; the newest in force holds.
        #[arg(long = "pack", value_name = "FILE", num_args = 1..)]
        packs: Vec<PathBuf>,
    },
    /// 更新数据库结构。 Brings a database's schema up to date.
    Migrate {
        /// 数据库。 `sqlite://FILE` or `postgres://...`
        #[arg(long, value_name = "URL")]
        db: String,
    },
    /// 检查规则包和城市文件。 Says what is wrong with packs and city files; without files, with
    /// those inside this program.
    Check {
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 规划转送。 Plans patient transfers.
    Dispatch {
        #[command(subcommand)]
        what: Dispatch,
    },
    /// 人脸比对。 Compares faces; nothing is kept.
    Face {
        #[command(subcommand)]
        what: Face,
    },
    /// 测量。 Measures, one figure a line.
    Bench {
        /// 只测这一项。 Only this one: `day`, `dispatch`, `face`, `rollup` or `sos`.
        name: Option<String>,
        /// 一行一个 JSON 对象。 One JSON object a line; there is no other form.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Dispatch {
    /// 规划一天。 Plans one day.
    Solve {
        #[arg(value_name = "INSTANCE")]
        instance: PathBuf,
        /// 文件格式，缺省自动识别。 How the file is written; guessed when left out.
        #[arg(long, value_parser = ["cordeau", "json"])]
        format: Option<String>,
        /// 每线程 CPU 秒。 CPU seconds in each thread.
        #[arg(long, conflicts_with = "iterations")]
        seconds: Option<f64>,
        /// 每线程迭代次数，可精确重复。 Iterations in each thread: repeats exactly.
        #[arg(long)]
        iterations: Option<u64>,
        #[arg(long, default_value_t = 1)]
        threads: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// 输出 JSON。 The answer is JSON; there is no other form.
        #[arg(long)]
        json: bool,
    },
    /// 路网时间表。 Times and distances between points over roads.
    Matrix {
        #[arg(long, value_name = "FILE")]
        pbf: PathBuf,
        #[arg(long, value_name = "FILE")]
        points: PathBuf,
        /// 输出 JSON。 The answer is JSON; there is no other form.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Face {
    /// 两张照片是否同一人。 Whether two photos show the same person: status 0 same, 1 different,
    /// 2 unusable.
    Verify {
        a: PathBuf,
        b: PathBuf,
        #[command(flatten)]
        with: FaceOptions,
    },
    /// 照片上是目录中的哪一位。 Who of the people in DIR (person/photo.jpg) a photo shows: status 0
    /// accepted, 1 nobody, 2 unusable.
    Search {
        dir: PathBuf,
        probe: PathBuf,
        #[command(flatten)]
        with: FaceOptions,
    },
}

#[derive(clap::Args)]
struct FaceOptions {
    /// 模型目录，缺省用程序内的模型。 Folder of models; those inside the program when left out.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// 阈值文件。 Thresholds and limits; the usual ones when left out.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// 输出 JSON。 The answer is JSON; there is no other form.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("BAIZE_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(trouble) => {
            eprintln!("baize: {trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Trouble> {
    match command {
        Command::Demo { city, port, db, at, fast_forward, still } => {
            live::run(&Options { city, port, db, at, fast_forward, still }).await?;
        }
        Command::Serve { db, city, port, gateway, roads, road_service, packs } => {
            let roads = serve::roads(roads.as_deref(), road_service.as_deref())?;
            serve::run(&db, &city, &packs, port, gateway.as_deref(), roads).await?;
        }
        Command::Migrate { db } => serve::migrate(&db).await?,
        Command::Check { files } => {
            let checked = check::run(&files);
            let mut out = std::io::stdout().lock();
            for line in &checked.lines {
                writeln!(out, "{line}")?;
            }
            return Ok(if checked.well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Dispatch { what } => return plan(what),
        Command::Face { what } => return compare(what),
        Command::Bench { name, json: _ } => {
            let literature = std::env::var_os("BAIZE_DARP").map(PathBuf::from);
            let rows = dispatch::rows(name.as_deref(), literature.as_deref())
                .map_err(|problem| Trouble::Sentence(problem.to_string()))?;
            let mut rows = rows;
            if name.as_deref().is_none_or(|name| name == "day") {
                let day = month::rows();
                rows.extend(day.map_err(|problem| Trouble::Sentence(problem.to_string()))?);
            }
            let mut out = std::io::stdout().lock();
            for row in rows {
                writeln!(out, "{}", serde_json::to_string(&row).unwrap_or_default())?;
            }
            if name.as_deref().is_none_or(|name| name == "face") {
                for row in face::bench::rows()? {
                    writeln!(out, "{}", serde_json::to_string(&row).unwrap_or_default())?;
                }
            }
            drop(out);
            if name.as_deref().is_none_or(|name| name == "sos") {
                for row in screens::rows().await? {
                    let line = serde_json::to_string(&row).unwrap_or_default();
                    writeln!(std::io::stdout(), "{line}")?;
                }
            }
            // Fifteen million cells take a while to make: only when they are asked for.
            if name.as_deref() == Some("rollup") {
                for row in rollup::rows().await? {
                    let line = serde_json::to_string(&row).unwrap_or_default();
                    writeln!(std::io::stdout(), "{line}")?;
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn plan(what: Dispatch) -> Result<ExitCode, Trouble> {
    let answered = match what {
        Dispatch::Solve { instance, format, seconds, iterations, threads, seed, json: _ } => {
            let format = format.map(|word| match word.as_str() {
                "json" => Format::Json,
                _ => Format::Cordeau,
            });
            let usual = Solve::default();
            let budget = match (seconds, iterations) {
                (_, Some(count)) => Budget::Iterations(count),
                (Some(seconds), None) => Budget::Seconds(seconds),
                (None, None) => usual.budget,
            };
            dispatch::solve(&instance, &Solve { format, budget, threads, seed, ..usual })
        }
        Dispatch::Matrix { pbf, points, json: _ } => dispatch::matrix(&pbf, &points),
    };
    writeln!(std::io::stdout().lock(), "{}", answered.json)?;
    // Bad input is the answer's own matter: status 2, with the problem as JSON.
    Ok(if answered.well { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn compare(what: Face) -> Result<ExitCode, Trouble> {
    let options =
        |with: FaceOptions| face::Options { models: with.models, settings: with.settings };
    let answered = match what {
        Face::Verify { a, b, with } => face::verify(&a, &b, &options(with)),
        Face::Search { dir, probe, with } => face::search(&dir, &probe, &options(with)),
    };
    writeln!(std::io::stdout().lock(), "{}", answered.json)?;
    Ok(ExitCode::from(answered.status))
}

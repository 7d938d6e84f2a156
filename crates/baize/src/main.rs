//! The command line. What the commands do stands in the library.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use baize::live::Options;
use baize::{Trouble, check, live, serve};
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
        Command::Serve { db, city, port } => serve::run(&db, &city, port).await?,
        Command::Migrate { db } => serve::migrate(&db).await?,
        Command::Check { files } => {
            let checked = check::run(&files);
            let mut out = std::io::stdout().lock();
            for line in &checked.lines {
                writeln!(out, "{line}")?;
            }
            return Ok(if checked.well { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    Ok(ExitCode::SUCCESS)
}

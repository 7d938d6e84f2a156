//! Live screens of the emergency desk, many at once: how long a case takes to reach each of them,
//! and whether it reaches them all.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::pages::{Away, Posted, Session};

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Milliseconds from the desk's tap to each screen, for every case.
    pub ms: Vec<f64>,
    /// Pairs of case and screen that never met.
    pub missing: usize,
}

impl Measured {
    /// The time below which `share` of all lie; zero when nothing was measured.
    pub fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.ms.clone();
        sorted.sort_by(f64::total_cmp);
        let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len().max(1));
        sorted.get(at - 1).copied().unwrap_or(0.0)
    }
}

/// A case that a screen has not heard of by then is missing.
const HEARD_WITHIN: Duration = Duration::from_secs(5);
/// Between two cases, so that what follows one is not taken for the next.
const REST: Duration = Duration::from_millis(400);
/// Screens that connect at the same time.
const CONNECTING: usize = 50;

/// Opens `screens` streams, raises `cases` one after the other at the desk, and measures.
/// `now_ms` is a clock that never goes back.
///
/// # Errors
/// When the server cannot be reached or lets the desk not in.
pub async fn reach(
    base_url: &str,
    (login, password): (&str, &str),
    screens: usize,
    cases: usize,
    now_ms: fn() -> f64,
) -> Result<Measured, String> {
    measure(base_url, (login, password), screens, cases, now_ms)
        .await
        .map_err(|away| away.to_string())
}

async fn measure(
    base_url: &str,
    (login, password): (&str, &str),
    screens: usize,
    cases: usize,
    now_ms: fn() -> f64,
) -> Result<Measured, Away> {
    let mut desk = Session::new(base_url, login, password)?;
    desk.get("/desk").await?;
    let (sender, mut heard) = mpsc::unbounded_channel();
    let mut watching = tokio::task::JoinSet::new();
    for screen in 0..screens {
        let mut stream = desk.open("/live").await?;
        let sender = sender.clone();
        watching.spawn(async move {
            while let Ok(Some(bytes)) = stream.chunk().await {
                let text = String::from_utf8_lossy(&bytes);
                if text.contains("\"kind\":\"emergency\"")
                    && sender.send((screen, now_ms())).is_err()
                {
                    return;
                }
            }
        });
        if screen % CONNECTING == CONNECTING - 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tokio::time::sleep(REST).await;
    let mut measured = Measured::default();
    for case in 0..cases {
        while heard.try_recv().is_ok() {}
        let tapped = now_ms();
        let fields = [
            ("request_key", format!("bench-{screens}-{case}-{tapped}")),
            ("place", "bench".to_owned()),
            ("card", "other".to_owned()),
            ("drill", "1".to_owned()),
        ];
        let posting = desk.post("/desk/call", &fields);
        let mut met: HashSet<usize> = HashSet::new();
        let ms = &mut measured.ms;
        let listening = async {
            while met.len() < screens {
                let Some((screen, at)) = heard.recv().await else { break };
                if met.insert(screen) {
                    ms.push(at - tapped);
                }
            }
        };
        // Whoever has not heard by then is counted as missing below.
        let (posted, _) = tokio::join!(posting, tokio::time::timeout(HEARD_WITHIN, listening));
        if !matches!(posted?, Posted::Done(_)) {
            return Err(Away::Busy(reqwest::StatusCode::UNPROCESSABLE_ENTITY));
        }
        measured.missing += screens - met.len();
        tokio::time::sleep(REST).await;
    }
    watching.abort_all();
    Ok(measured)
}

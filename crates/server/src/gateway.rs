//! Where notices go: the operator's gateway for calls, text messages, e-mail and webhooks. It takes
//! an approved template's id and values over HTTP; no text of ours is sent, and no address stands
//! in a log.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use store::notice::{Outgoing, settled, take};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::App;

/// Who takes notices.
#[derive(Clone)]
pub enum Gateway {
    /// Nobody: notices fail with a code that the case's course shows.
    Absent,
    /// A demo: everything is taken and nothing is sent.
    Demo,
    /// `POST` to the operator's gateway, which is on this machine or in the same protected network.
    Http { url: String, token: String, client: reqwest::Client },
}

const TAKEN_AT_ONCE: i64 = 50;
const ROUND: Duration = Duration::from_millis(500);
/// Rounds that wait for a slow gateway at the same time; each ends within [`ANSWER_WITHIN`].
const ROUNDS_AT_ONCE: usize = 8;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

impl Gateway {
    /// A gateway at an address, with the token it knows us by.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn http(url: &str, token: &str) -> Result<Gateway, String> {
        let client = reqwest::Client::builder().timeout(ANSWER_WITHIN).build();
        let client = client.map_err(|error| error.to_string())?;
        Ok(Gateway::Http { url: url.to_owned(), token: token.to_owned(), client })
    }

    /// Sends one notice; a fault is a code, never an address.
    async fn send(&self, app: &App, notice: &Outgoing) -> Result<(), String> {
        let Gateway::Http { url, token, client } = self else {
            return match self {
                Gateway::Demo => Ok(()),
                _ => Err("no_gateway".into()),
            };
        };
        let body = body(app, notice).ok_or("no_template")?;
        let sent = client.post(url).bearer_auth(token).json(&body).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("status_{}", answer.status().as_u16())),
            Err(error) if error.is_timeout() => Err("timeout".into()),
            Err(_) => Err("unreachable".into()),
        }
    }
}

/// What the gateway gets: its own template id, the values, and where to. The notice's id makes a
/// second try recognisable.
fn body(app: &App, notice: &Outgoing) -> Option<Value> {
    let mut tx_values: Value = serde_json::from_str(&notice.particulars).ok()?;
    let template = app.db().packs().message(&notice.template, app.now())?;
    if let Value::Object(values) = &mut tx_values {
        // Our own id of the case is no value of the text; the page's address is.
        if let Some(id) = values.remove("id") {
            let path = match notice.template.as_str() {
                "call_out_test" => "/hospital".to_owned(),
                "campaign_near" => format!("/campaigns/{}", id.as_str().unwrap_or_default()),
                "campaign_urge" => format!("/campaigns/{}/talk", id.as_str().unwrap_or_default()),
                _ => format!("/emergencies/{}", id.as_str().unwrap_or_default()),
            };
            let city = app.city().public_url.as_deref().unwrap_or_default();
            values.insert("link".into(), json!(format!("{city}{path}")));
        }
    }
    Some(json!({
        "id": notice.notice_id,
        "channel": notice.channel,
        "to": notice.address.clone().unwrap_or_default(),
        "template": template.gateway_id,
        "values": tx_values,
    }))
}

/// Sends what waits, again and again. A gateway that hangs holds up nothing that comes after: the
/// next round takes what is not taken yet.
pub(crate) async fn run(app: App, gateway: Gateway) {
    let mut rounds = tokio::time::interval(ROUND);
    let under_way = Arc::new(Semaphore::new(ROUNDS_AT_ONCE));
    loop {
        rounds.tick().await;
        let Ok(turn) = under_way.clone().acquire_owned().await else { return };
        let (app, gateway) = (app.clone(), gateway.clone());
        tokio::spawn(async move {
            if let Err(error) = round(&app, &gateway).await {
                tracing::warn!(%error, "notices wait for the next round");
            }
            drop(turn);
        });
    }
}

/// One round, its notices side by side; returns how many were taken in hand.
///
/// # Errors
/// When the database fails; what was taken comes back when its lease ends.
pub async fn round(app: &App, gateway: &Gateway) -> store::Result<usize> {
    let waiting = take(app.db(), app.now(), TAKEN_AT_ONCE).await?;
    let count = waiting.len();
    let mut sending = JoinSet::new();
    for notice in waiting {
        let (app, gateway) = (app.clone(), gateway.clone());
        sending.spawn(async move {
            let fault = gateway.send(&app, &notice).await.err();
            let now = app.now();
            let settling = app.db().write(move |tx| {
                Box::pin(async move { settled(tx, &notice.notice_id, fault.as_deref(), now).await })
            });
            settling.await
        });
    }
    while let Some(done) = sending.join_next().await {
        match done {
            Ok(settled) => settled?,
            Err(error) => tracing::error!(%error, "a notice was not settled"),
        }
    }
    if count > 0 {
        app.wake_feed();
    }
    Ok(count)
}

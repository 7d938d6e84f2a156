//! The live feed: pages learn that something changed and ask again for the part they show.
//!
//! The stream carries a position, a kind and an institution, never content, so what a page then
//! shows goes through its own Scope. A browser resumes at the last position it saw.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use serde_json::json;
use store::account::Listens;
use store::event::{self, Event};
use store::{Scope, register};
use tokio::sync::broadcast::error::RecvError;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use crate::App;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;

/// One change as streams see it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub position: i64,
    pub kind: &'static str,
    pub institution_id: String,
    /// Who takes part as well, from the event's particulars: hospitals of the channel; operators,
    /// crews and sites of the transfer service.
    pub parties: Arc<[String]>,
    /// What streams send of it, written once however many listen.
    data: Arc<str>,
}

/// Whose changes a stream tells of.
enum Hears {
    All,
    /// Bureaus hear nothing of the channel; an institution hears of its own cases.
    Institutions {
        ids: Vec<String>,
        channel: bool,
    },
    Hospital(String),
    /// Everything of the green channel, nothing of supervision.
    Channel,
    /// Everything of the transfer service.
    Transfer,
    /// What this operator, crew member or site takes part in.
    Party(String),
    /// Campaigns: what happens at these units.
    Campaign(Vec<String>),
}

impl Hears {
    fn tells(&self, change: &Change) -> bool {
        match self {
            Hears::All => {
                !of_channel(change.kind) && !of_transfer(change.kind) && change.kind != CAMPAIGN
            }
            Hears::Campaign(ids) => change.kind == CAMPAIGN && ids.contains(&change.institution_id),
            Hears::Institutions { ids, channel } => {
                (*channel || !of_channel(change.kind))
                    && change.kind != CAMPAIGN
                    && ids.contains(&change.institution_id)
            }
            // A hospital of the channel may be a unit of campaigns; its desk has no part in them.
            Hears::Hospital(_) if change.kind == CAMPAIGN => false,
            Hears::Hospital(id) => change.institution_id == *id || change.parties.contains(id),
            Hears::Channel => of_channel(change.kind),
            Hears::Transfer => of_transfer(change.kind),
            Hears::Party(id) => of_transfer(change.kind) && change.parties.contains(id),
        }
    }
}

const CAMPAIGN: &str = "campaign";

fn of_channel(kind: &str) -> bool {
    matches!(kind, "emergency" | "oncall" | "stock" | "enquiry")
}

fn of_transfer(kind: &str) -> bool {
    matches!(kind, "transfer" | "phone_call" | "vehicle" | "oversight")
}

/// Who takes part by an event's own words.
fn parties_of(particulars: &str) -> Arc<[String]> {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(default, alias = "parties")]
        hospitals: Vec<String>,
    }
    let named = serde_json::from_str::<Named>(particulars);
    named.map(|named| named.hospitals.into()).unwrap_or_default()
}

impl Change {
    /// The change an event means for open pages; `None` for what no page shows.
    pub fn of(event: &Event) -> Option<Change> {
        let kind = match event.subject_kind.as_str() {
            "checkin" => "checkin",
            "alert" => "alert",
            "operation" => "operation",
            "terminal" => "terminal",
            "institution" | "inspection" | "filing" => "institution",
            "emergency" => "emergency",
            "call_out" | "rota" | "rota_override" | "channel_alert" | "zone" | "hotline"
            | "hospital" => "oncall",
            "stock" => "stock",
            "booking" | "shift" | "handover_120" => "transfer",
            "phone_call" => "phone_call",
            "vehicle" | "crew_member" => "vehicle",
            "contract" | "service_area" | "transfer_complaint" | "improvement" => "oversight",
            "enquiry" => "enquiry",
            "problem" | "submission" | "self_inspection" | "spot_check" | "urge" | "annex"
            | "campaign" => CAMPAIGN,
            _ => return None,
        };
        let named = of_channel(kind) || of_transfer(kind);
        let parties = if named { parties_of(&event.particulars) } else { Arc::default() };
        let data = json!({
            "position": event.position, "kind": kind, "institution": event.institution_id,
        });
        Some(Change {
            position: event.position,
            kind,
            institution_id: event.institution_id.clone(),
            parties,
            data: data.to_string().into(),
        })
    }
}

/// Events read at once for a stream that comes back, until it has caught up.
const READ_AT_ONCE: i64 = 500;
const CLOCK_EVERY: Duration = Duration::from_secs(15);
/// Messages that wait in a stream whose reader is slow.
const STREAM_QUEUE: usize = 64;

/// `GET /live`
pub(crate) async fn stream(
    State(app): State<App>,
    who: SignedIn,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>> {
    let named = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = named
        .and_then(|id| id.parse().ok())
        .or_else(|| Fields::of(query).number("after"))
        .unwrap_or(i64::MAX);
    let mut tx = app.db().read().await.told(who.lang)?;
    let watched = watched(&mut tx, &who.scope, app.now()).await.told(who.lang)?;
    drop(tx);
    let (sender, receiver) = tokio::sync::mpsc::channel(STREAM_QUEUE);
    tokio::spawn(follow(app, watched, after, sender));
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::default()))
}

/// Whose changes a scope hears of. A bureau of the whole city hears of everything but the channel.
async fn watched(tx: &mut store::Tx, scope: &Scope, now: rules::Time) -> store::Result<Hears> {
    match scope.listens() {
        Listens::Channel => return Ok(Hears::Channel),
        Listens::Holder(id) => return Ok(Hears::Hospital(id)),
        Listens::Transfer => {
            let own = [scope.operator(), scope.crew(), scope.site()].into_iter().flatten().next();
            return Ok(own.map_or(Hears::Transfer, |id| Hears::Party(id.to_owned())));
        }
        Listens::Campaign => {
            return Ok(Hears::Campaign(store::campaign::units_heard(tx, scope).await?));
        }
        Listens::Register => {}
    }
    let whole_city = scope.account().is_some_and(|account| {
        account.district.is_none()
            && account.institution_id.is_none()
            && account.practitioner_id.is_none()
    });
    if whole_city {
        return Ok(Hears::All);
    }
    let own = scope.own_institution();
    let mut ids = register::ids_in(tx, scope, now).await?;
    ids.extend(own.map(str::to_owned));
    Ok(Hears::Institutions { ids, channel: own.is_some() })
}

type Sender = tokio::sync::mpsc::Sender<Result<SseEvent, Infallible>>;

async fn follow(app: App, watched: Hears, after: i64, sender: Sender) {
    let mut changes = app.changes().subscribe();
    let hears = |change: &Change| watched.tells(change);
    let mut last = after;
    if sender.send(Ok(clock(&app))).await.is_err() {
        return;
    }
    // What was missed is read from the log; the subscription above leaves no gap between.
    while last != i64::MAX {
        let missed = match missed(&app, last).await {
            Ok(missed) => missed,
            // The stream ends; the browser comes back with its last position.
            Err(error) => return tracing::warn!(%error, "a stream could not read what it missed"),
        };
        let Some(latest) = missed.last() else { break };
        last = latest.position;
        for change in missed.iter().filter_map(Change::of).filter(hears) {
            if sender.send(Ok(message(&change))).await.is_err() {
                return;
            }
        }
    }
    let mut ticks = tokio::time::interval(CLOCK_EVERY);
    loop {
        let next = tokio::select! {
            received = changes.recv() => match received {
                Ok(change) if last != i64::MAX && change.position <= last => continue,
                Ok(change) if hears(&change) => message(&change),
                Ok(_) => continue,
                // A stream that lagged ends; the browser comes back with its last position.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return,
            },
            _ = ticks.tick() => clock(&app),
            () = sender.closed() => return,
        };
        if sender.send(Ok(next)).await.is_err() {
            return;
        }
    }
}

async fn missed(app: &App, after: i64) -> store::Result<Vec<Event>> {
    let mut tx = app.db().read().await?;
    event::after(&mut tx, after, READ_AT_ONCE).await
}

fn message(change: &Change) -> SseEvent {
    SseEvent::default().event("change").id(change.position.to_string()).data(&*change.data)
}

fn clock(app: &App) -> SseEvent {
    let data = json!({"city_ms": app.now().0, "offset_min": app.city().calendar.offset_min});
    SseEvent::default().event("clock").data(data.to_string())
}

//! What is done to a booking by hand.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use rules::transfer::money::{Kind, Method, RefundReason, Why};
use rules::transfer::tariff::Trip;
use rules::transfer::triage::Answer as Said;
use rules::transfer::{Mark, Moment};
use store::transfer::{self, Details, NewPayment, NewQuote, NewRecord, NewSeries, NewTriage};
use store::{Error, Result, Tx};

use super::booking::refused;
use super::journey::{fen_of, fresh_code};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind as FaultKind};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;

type Pairs = Vec<(String, String)>;

/// `POST /transfer/bookings/{booking_id}/{act}`
pub(crate) async fn act(
    State(app): State<App>,
    who: SignedIn,
    Path((booking_id, act)): Path<(String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let done = match act.as_str() {
        "mark" => mark(&app, &who, &booking_id, &fields).await,
        "triage" => triage(&app, &who, &booking_id, &fields).await,
        "quote" => quote(&app, &who, &booking_id, &fields).await,
        "agree" => agree(&app, &who, &booking_id, &fields).await,
        "send" => send(&app, &who, &booking_id).await,
        "pay" => pay(&app, &who, &booking_id, &fields).await,
        "invoice" => invoice(&app, &who, &booking_id, &fields).await,
        "return" => way_back(&app, &who, &booking_id).await,
        "series" => series(&app, &who, &booking_id, &fields).await,
        "end-series" => end_series(&app, &who, &fields).await,
        "record" => record(&app, &who, &booking_id, &fields).await,
        "to-120" => to_120(&app, &who, &booking_id).await,
        _ => return Err(Fault::new(FaultKind::NotFound, lang)),
    };
    let sentence = match done {
        Ok(done) => {
            app.wake_feed();
            let to = format!("/transfer/bookings/{booking_id}?done={done}");
            return Ok(Redirect::to(&to).into_response());
        }
        Err(Stop::Sentence(sentence)) => sentence,
        Err(Stop::Store(Error::Refused(refusal))) => lang.refusal(refusal).to_owned(),
        Err(Stop::Store(error)) => return Err(Fault::of(error, lang)),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    refused(&app, &who, &booking_id, fields, sentence).await
}

/// Why a step was not done.
enum Stop {
    Sentence(String),
    Store(Error),
    Fault(Fault),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Store(error)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(fault)
    }
}

type Done = std::result::Result<&'static str, Stop>;

async fn mark(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let mark = Mark::of(fields.get("mark"))
        .ok_or_else(|| Fault::new(FaultKind::BadForm("mark".into()), who.lang))?;
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    let details = Details { reason: fields.some("reason"), ..Details::default() };
    app.db()
        .write(move |tx| {
            Box::pin(async move {
                match mark {
                    Mark::Approve => transfer::approve_request(tx, &scope, &id, now).await,
                    _ => transfer::mark(tx, &scope, &id, mark, &details, now).await,
                }
            })
        })
        .await?;
    Ok("marked")
}

async fn triage(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let moment = Moment::of(fields.get("moment")).unwrap_or(Moment::Call);
    let pairs = fields.pairs();
    let answers = pairs.iter().filter_map(|(key, value)| {
        let code = key.strip_prefix("q_")?;
        Some((code.to_owned(), Said::of(value)?))
    });
    let new = NewTriage { moment, answers: answers.collect(), raised: None };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::triage(tx, &scope, &id, &new, now).await })
        })
        .await?;
    Ok("triaged")
}

async fn quote(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let found = transfer::booking(&mut tx, &who.scope, id).await?;
    let before = transfer::quotes(&mut tx, id).await?.pop();
    drop(tx);
    let trip = match &before {
        Some(quote) => quote.trip()?,
        None => Trip::default(),
    };
    let km: f64 = fields.get("distance_km").parse().unwrap_or(trip.distance_m as f64 / 1_000.0);
    if !(0.0..=6_000.0).contains(&km) {
        return Err(Stop::Store(store::Refusal::Quantity.into()));
    }
    let distance_m = (km * 1_000.0).round() as i64;
    // The same share of the way lies outside as before.
    let outside_m = match trip.distance_m {
        0 => 0,
        before => (trip.outside_m * distance_m / before).min(distance_m),
    };
    let new = NewQuote {
        trip: Trip {
            distance_m,
            outside_m,
            waiting_min: fields.number("waiting_min").unwrap_or(trip.waiting_min),
            needs: found.needs(),
            ..trip
        },
        drive_s: found.drive_s.unwrap_or(0),
        travel_source: found.travel_source.unwrap_or_default(),
        why: Why::of(fields.get("why")).unwrap_or(Why::Changed),
        code: fresh_code(),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    let key = app.city().quote_key.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::quote(tx, &scope, &id, &new, &key, now).await })
        })
        .await?;
    Ok("quoted")
}

async fn agree(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let no = fields.number("quote_no").unwrap_or(0);
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::confirm(tx, &scope, &id, no, None, now).await })
        })
        .await?;
    Ok("agreed")
}

async fn send(app: &App, who: &SignedIn, id: &str) -> Done {
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| Box::pin(async move { transfer::send_quote(tx, &scope, &id, now).await }))
        .await?;
    Ok("sms")
}

async fn pay(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let amount_fen = fen_of(fields.get("amount"))
        .ok_or_else(|| Stop::Sentence(who.lang.tb_amount_wrong().to_owned()))?;
    let refund = fields.get("kind") == "refund";
    let new = NewPayment {
        request_key: fields.some("request_key").unwrap_or_else(fresh_key),
        kind: if refund { Kind::Refund } else { Kind::Payment },
        method: Method::of(fields.get("method")).unwrap_or(Method::Cash),
        amount_fen,
        invoice_no: fields.some("invoice_no"),
        reason: RefundReason::of(fields.get("refund_reason")).filter(|_| refund),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| Box::pin(async move { transfer::pay(tx, &scope, &id, &new, now).await }))
        .await?;
    Ok("paid")
}

async fn invoice(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let (receipt, number) = (fields.get("receipt").to_owned(), fields.get("invoice_no").to_owned());
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| {
            Box::pin(
                async move { transfer::set_invoice(tx, &scope, &id, &receipt, &number, now).await },
            )
        })
        .await?;
    Ok("marked")
}

async fn way_back(app: &App, who: &SignedIn, id: &str) -> Done {
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    let key = app.city().quote_key.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::book_return(tx, &scope, &id, None, &key, now).await })
        })
        .await?;
    Ok("return")
}

async fn series(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let calendar = app.city().calendar;
    let days = (0..7).filter(|day| fields.get(&format!("weekday_{day}")) == "1");
    let until = fields.day_end("until", calendar);
    let pickup_min = fields.minute("series_time");
    let (Some(until), Some(pickup_min)) = (until, pickup_min) else {
        return Err(Stop::Store(store::Refusal::Hours.into()));
    };
    let new = NewSeries {
        weekdays: days.map(|day| 1 << day).sum(),
        pickup_min,
        until: until.plus_ms(-1),
        returns: fields.get("returns") == "1",
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    let key = app.city().quote_key.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::start_series(tx, &scope, &id, &new, &key, now).await })
        })
        .await?;
    Ok("series")
}

async fn end_series(app: &App, who: &SignedIn, fields: &Fields) -> Done {
    let (scope, now, id) = (who.scope.clone(), app.now(), fields.get("series").to_owned());
    app.db()
        .write(move |tx| Box::pin(async move { transfer::end_series(tx, &scope, &id, now).await }))
        .await?;
    Ok("marked")
}

async fn record(app: &App, who: &SignedIn, id: &str, fields: &Fields) -> Done {
    let items = transfer::record_items().iter();
    let items = items.filter(|item| fields.get(&format!("item_{item}")) == "1");
    let new = NewRecord {
        items: items.map(|item| (*item).to_owned()).collect(),
        words: fields.get("record_words").to_owned(),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::add_record(tx, &scope, &id, &new, now).await })
        })
        .await?;
    Ok("record")
}

async fn to_120(app: &App, who: &SignedIn, id: &str) -> Done {
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    app.db().write(move |tx| Box::pin(async move { hand(tx, &scope, &id, now).await })).await?;
    Ok("told")
}

async fn hand(tx: &mut Tx, scope: &store::Scope, id: &str, now: rules::Time) -> Result<()> {
    let found = transfer::booking(tx, scope, id).await?;
    let moment = match (found.loaded_at, found.on_scene_at) {
        (Some(_), _) => Moment::EnRoute,
        (None, Some(_)) => Moment::Pickup,
        (None, None) => Moment::Call,
    };
    let red = found.class.as_deref() == Some(rules::transfer::Class::Emergency.code());
    let reason = if red { "red_flag" } else { "judgement" };
    transfer::to_120(tx, scope, id, moment, reason, now).await.map(drop)
}

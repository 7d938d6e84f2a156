//! Calls to 96120: who rings, whose draft waits, what became of the others [T3].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::transfer::call::Outcome;
use store::By;
use store::page::Slice;
use store::transfer::{self, PhoneCall};

use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::draw;
use crate::fault::{Answer, Fault, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

struct Row {
    call_id: String,
    phone: String,
    rang: String,
    waited: String,
    timer_from: Option<i64>,
    taker: String,
    state: String,
    rings: bool,
    open: bool,
    own: bool,
    booking: Option<(String, String)>,
    patient: String,
}

#[derive(Template)]
#[template(path = "transfer/calls.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    views: [(&'static str, &'static str); 3],
    rows: Vec<Row>,
    pager: Pager,
    ringing: usize,
    open: usize,
}

/// `13900006021` as others may see it: `139 **** 6021`.
pub(crate) fn masked(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < 8 {
        return digits.into_iter().collect();
    }
    let first: String = digits[..3].iter().collect();
    let last: String = digits[digits.len() - 4..].iter().collect();
    format!("{first} **** {last}")
}

fn row(when: When, call: &PhoneCall, own: &str, now: i64) -> Row {
    let lang = when.lang;
    let outcome = call.outcome.as_deref().and_then(Outcome::of);
    let rings = call.answered_at.is_none() && call.ended_at.is_none();
    let draft: serde_json::Value = serde_json::from_str(&call.draft).unwrap_or_default();
    let patient = draft["patient"].as_str().unwrap_or_default().to_owned();
    Row {
        call_id: call.call_id.clone(),
        phone: match call.phone.as_str() {
            "" => lang.tc_no_number().to_owned(),
            phone => masked(phone),
        },
        rang: when.month_day_hm(&call.rang_at),
        waited: match call.answered_at {
            Some(at) => when.span(&(at - call.rang_at)),
            None if rings => when.timer(&(now - call.rang_at)),
            None => "—".into(),
        },
        timer_from: rings.then_some(call.rang_at),
        taker: lang.pick_or(call.taker_zh.as_deref(), call.taker_en.as_deref()).to_owned(),
        state: match outcome {
            Some(outcome) => lang.call_outcome(outcome).to_owned(),
            None if rings => lang.tc_ringing().to_owned(),
            None => lang.tc_in_hand().to_owned(),
        },
        rings,
        open: call.ended_at.is_none(),
        own: call.taken_by.as_deref() == Some(own),
        booking: call.booking_id.clone().zip(call.number.clone()),
        patient,
    }
}

/// `GET /transfer/calls`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::TakeCalls)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let view = match fields.get("view") {
        known @ ("ended" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(&app, &who, &mut tx, "/transfer/calls").await?;
    shell.done = lang.tb_done(fields.get("done")).map(str::to_owned);
    let slice = Slice::page(fields.page());
    let listed = transfer::calls(&mut tx, &who.scope, &view, slice).await.told(lang)?;
    let rows: Vec<Row> =
        listed.rows.iter().map(|call| row(shell.when, call, &shell.account_id, now.0)).collect();
    let page = List {
        ringing: rows.iter().filter(|row| row.rings).count(),
        open: rows.iter().filter(|row| row.open && !row.rings).count(),
        pager: pager("/transfer/calls", &fields, rows.len(), listed.total),
        rows,
        views: [
            ("open", lang.tc_view_open()),
            ("ended", lang.tc_view_ended()),
            ("all", lang.all()),
        ],
        view,
        fields,
        shell,
    };
    draw(&page, lang)
}

/// `POST /transfer/calls`: a call that no exchange has told of.
pub(crate) async fn open(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (scope, now, phone) = (who.scope.clone(), app.now(), fields.get("phone").to_owned());
    let Some(account) = who.scope.account().map(|account| account.account_id.clone()) else {
        return Err(Fault::new(crate::fault::Kind::Forbidden, who.lang));
    };
    let call_id = app
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let call_id = transfer::ring(tx, &By::account(&account, now), &phone).await?;
                transfer::answer(tx, &scope, &call_id, now).await?;
                Ok(call_id)
            })
        })
        .await
        .told(who.lang)?;
    app.wake_feed();
    Ok(Redirect::to(&format!("/transfer/calls/{call_id}")).into_response())
}

/// `POST /transfer/calls/{call_id}/answer`: takes a ringing call, or one that a colleague left.
pub(crate) async fn answer(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (scope, now, id) = (who.scope.clone(), app.now(), call_id.clone());
    let over = fields.get("over") == "1";
    let taken = app.db().write(move |tx| {
        Box::pin(async move {
            if over {
                transfer::take_over_call(tx, &scope, &id, now).await
            } else {
                transfer::answer(tx, &scope, &id, now).await
            }
        })
    });
    match taken.await {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/transfer/calls/{call_id}")).into_response())
        }
        // A colleague was quicker: the list shows it.
        Err(store::Error::Refused(_)) => {
            Ok(Redirect::to("/transfer/calls?done=answered").into_response())
        }
        Err(error) => Err(Fault::of(error, who.lang)),
    }
}

/// `POST /transfer/calls/{call_id}/end`: no booking comes of it.
pub(crate) async fn end(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let outcome = match Outcome::of(fields.get("outcome")) {
        Some(outcome @ (Outcome::Asked | Outcome::WrongNumber | Outcome::Lost)) => outcome,
        _ => Outcome::Asked,
    };
    let (scope, now) = (who.scope.clone(), app.now());
    app.db()
        .write(move |tx| {
            Box::pin(
                async move { transfer::end_call(tx, &scope, &call_id, outcome, None, now).await },
            )
        })
        .await
        .told(who.lang)?;
    app.wake_feed();
    Ok(Redirect::to("/transfer/calls?done=ended").into_response())
}

/// The words of a kind of trip.
pub(crate) fn trip_word(app: &App, lang: Lang, code: &str) -> String {
    let packs = app.db().packs();
    let known = packs.service_at(app.now()).trip_type(code);
    known.map_or(code.to_owned(), |known| lang.pick(&known.name_zh, &known.name_en).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked_in_the_middle() {
        assert_eq!(masked("13900006021"), "139 **** 6021");
        assert_eq!(masked("0533-0000001"), "053 **** 0001");
        assert_eq!(masked("120"), "120");
    }
}

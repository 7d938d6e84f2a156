//! One vehicle: what it holds, when it stands, who drives it, and the card at its door.

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use rules::Time;
use rules::transfer::OutageReason;
use rules::transfer::accreditation::{Certificate, Holder};
use store::transfer::{self, NewOutage, Outage, Shift, Vehicle};

use super::vehicles::{features, outage_cell, rooms, to};
use super::{Names, certificate_of, certificates_pane, certify_pane, lack_words, need};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, RowAct, Sheet, Table, Typed, month, settled,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// How far ahead shifts and outages are shown.
const AHEAD_DAYS: i64 = 7;
const BACK_DAYS: i64 = 90;

/// `GET /transfer/fleet/{vehicle_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    drawn(&app, &who, &id, fields.get("done"), Typed::default()).await
}

async fn drawn(app: &App, who: &SignedIn, id: &str, done: &str, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let vehicle = transfer::vehicle(&mut tx, scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/fleet").await?;
    shell.done = lang.tf_done(done).map(str::to_owned);
    let when = shell.when;
    let names = Names::read(&mut tx, scope, lang).await?;
    let standing = transfer::standing(&mut tx, Holder::Vehicle, id, now).await.told(lang)?;
    let held = transfer::accreditations(&mut tx, scope, Holder::Vehicle, id).await.told(lang)?;
    let span = (now.plus_days(-BACK_DAYS), now.plus_days(AHEAD_DAYS * 4));
    let outages = transfer::outages(&mut tx, scope, span.0, span.1).await.told(lang)?;
    let outages: Vec<Outage> = outages.into_iter().filter(|one| one.vehicle_id == id).collect();
    let shifts =
        transfer::shifts(&mut tx, scope, now, now.plus_days(AHEAD_DAYS)).await.told(lang)?;
    let shifts: Vec<Shift> = shifts.into_iter().filter(|one| one.vehicle_id == id).collect();
    let (from, until, _) = month(&Fields::default(), app.city().calendar, now);
    let months = transfer::vehicle_months(&mut tx, scope, from, until).await.told(lang)?;
    let driven = months.iter().find(|one| one.vehicle_id == id);
    let facts = vec![
        (lang.tf_operator(), Cell::of(names.of(&vehicle.operator_id))),
        (lang.tf_plate(), Cell { strong: true, own: true, ..Cell::of(&*vehicle.plate) }),
        (lang.tf_model(), Cell::of(&*vehicle.model)),
        (lang.tf_room(), Cell::of(rooms(lang, &vehicle))),
        (lang.tf_equipment(), Cell::of(features(lang, &vehicle))),
        (lang.tf_base(), Cell::of(lang.pick(&vehicle.base_zh, &vehicle.base_en))),
        (lang.tf_joined(), Cell::of(when.iso(&vehicle.joined_at))),
        (
            lang.tf_this_month(),
            Cell::of(
                driven
                    .map_or(String::new(), |one| lang.tf_month_line(one.shifts, one.trips, one.km)),
            ),
        ),
    ];
    let refused = typed.is_refused();
    let kinds = Certificate::ALL.iter().copied();
    let kinds = kinds.filter(|kind| kind.holder() == Holder::Vehicle);
    let base = format!("/transfer/fleet/{id}");
    let panes = vec![
        Pane::new("facts", lang.tf_vehicle(), Body::Facts(facts)).width("c5"),
        shifts_pane(when, &shifts, now),
        certificates_pane(when, &held, |acr| format!("{base}/certificates/{acr}/revoke"), now),
        certify_pane(lang, format!("{base}/certificates"), &typed, kinds),
        outages_pane(when, &outages, now),
        stop_pane(lang, &base, &typed),
    ];
    let (state, lead) = head(when, &standing, &outages, now);
    let sheet = Sheet {
        crumb: Some(Link::new("/transfer/fleet", lang.tf_nav_fleet(), "ambulance")),
        standing: Some(state),
        acts: vec![Link::new(format!("{base}/card"), lang.tf_card(), "qrcode")],
        here: base,
        panes,
        ..Sheet::new(shell, lang.tf_vehicle_no(&vehicle.call_sign), lead)
    };
    sheet.answer(refused)
}

/// What to say first: not accredited, standing still, or ready.
fn head(
    when: When,
    standing: &transfer::Standing,
    outages: &[Outage],
    now: Time,
) -> ((Mark, String), String) {
    let lang = when.lang;
    if !standing.lacks.is_empty() {
        let words: Vec<String> = standing.lacks.iter().map(|lack| lack_words(when, lack)).collect();
        let list = words.join(lang.pick("；", "; "));
        return ((Mark::Danger, lang.tf_unfit().to_owned()), lang.tf_unfit_lead(list));
    }
    let out = outages
        .iter()
        .find(|one| one.from_at <= now.0 && one.until_at.is_none_or(|until| now.0 < until));
    if let Some(outage) = out {
        let cell = outage_cell(when, outage);
        let lead = lang.tf_out_lead(&cell.text, &cell.sub);
        return ((Mark::Stop, lang.tf_out_of_service().to_owned()), lead);
    }
    let until = standing.until.map(|until| when.iso(&(until.0 - 1))).unwrap_or_default();
    ((Mark::Ok, lang.tf_accredited().to_owned()), lang.tf_fit_lead(until))
}

fn shifts_pane(when: When, shifts: &[Shift], now: Time) -> Pane {
    let lang = when.lang;
    let rows = shifts.iter().map(|one| {
        let running = one.from_at <= now.0 && now.0 < one.until_at;
        let state = if running { lang.tf_on_duty() } else { "" };
        Row::from(vec![
            Cell::of(when.date(&one.from_at)),
            Cell::of(format!("{} – {}", when.hm(&one.from_at), when.hm(&one.until_at))),
            Cell::marked(running.then_some(Mark::Live), state),
        ])
    });
    let table = Table {
        heads: vec![lang.tf_day(), lang.tf_hours_word(), lang.col_state()],
        rows: rows.collect(),
        blank: [lang.tf_shifts_none(), lang.tf_shifts_none_what()],
        ..Table::default()
    };
    Pane::new("shifts", lang.tf_shifts_next(), Body::Table(table)).width("c7")
}

fn outages_pane(when: When, outages: &[Outage], now: Time) -> Pane {
    let lang = when.lang;
    let rows = outages.iter().rev().map(|one| {
        let open = one.until_at.is_none_or(|until| now.0 < until);
        let word = OutageReason::of(&one.reason).map_or("", |reason| lang.outage_reason(reason));
        let mark = (open && one.from_at <= now.0).then_some(Mark::Stop);
        let acts = open.then(|| RowAct {
            action: format!("/transfer/outages/{}/end", one.outage_id),
            word: lang.tf_end_outage(),
        });
        Row {
            cells: vec![
                Cell::marked(mark, word),
                Cell::of(when.stamp_hm(&one.from_at)),
                Cell::of(match &one.until_at {
                    Some(until) => when.stamp_hm(until),
                    None => lang.tf_until_open().to_owned(),
                }),
            ],
            acts: acts.into_iter().collect(),
        }
    });
    let table = Table {
        heads: vec![lang.tf_reason(), lang.tf_from(), lang.tf_until_word()],
        rows: rows.collect(),
        blank: [lang.tf_outages_none(), lang.tf_outages_none_what()],
        acts: true,
        ..Table::default()
    };
    Pane::new("outages", lang.tf_outages(), Body::Table(table)).width("c8")
}

fn stop_pane(lang: Lang, base: &str, typed: &Typed) -> Pane {
    let get = |name: &str| typed.get("stop", name);
    let reasons = OutageReason::ALL.iter();
    let reasons = reasons.map(|one| Choice::of(one.code(), lang.outage_reason(*one))).collect();
    let form = Form {
        inputs: vec![
            Input::select("reason", lang.tf_reason(), get("reason"), reasons).need(),
            Input::text("from", lang.tf_from(), get("from")).kind("datetime-local"),
            Input::text("until", lang.tf_until_word(), get("until")).kind("datetime-local"),
        ],
        icon: "hand-stop",
        hint: lang.tf_stop_hint().to_owned(),
        wrong: typed.wrong("stop"),
        primary: false,
        ..Form::new(format!("{base}/outages"), lang.tf_stop_do())
    };
    Pane::new("stop", lang.tf_stop_title(), Body::Form(form)).width("c4")
}

/// `POST /transfer/fleet/{vehicle_id}/certificates`
pub(crate) async fn certify(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let certified = match certificate_of(&app, lang, &id, &fields) {
        Err(wrong) => Err(wrong),
        Ok(new) => {
            let certified = app.db().write(move |tx| {
                Box::pin(async move { transfer::certify(tx, &scope, &new, now).await })
            });
            settled(&app, lang, certified.await)?.map(drop)
        }
    };
    back(&app, &who, &id, "certify", fields, certified, "certified").await
}

async fn back(
    app: &App,
    who: &SignedIn,
    id: &str,
    form: &'static str,
    fields: Fields,
    done: Result<(), String>,
    word: &str,
) -> Answer {
    match done {
        Ok(()) => Ok(to(&format!("/transfer/fleet/{id}?done={word}"))),
        Err(wrong) => drawn(app, who, id, "", Typed::refused(form, fields, wrong)).await,
    }
}

/// `POST /transfer/fleet/{vehicle_id}/certificates/{accreditation_id}/revoke`
pub(crate) async fn revoke(
    State(app): State<App>,
    who: SignedIn,
    Path((id, accreditation)): Path<(String, String)>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    take_away(&app, &who, accreditation, fields).await?;
    Ok(to(&format!("/transfer/fleet/{id}?done=revoked")))
}

/// `POST /transfer/crews/{crew_id}/certificates/{accreditation_id}/revoke`
pub(crate) async fn revoke_of(
    State(app): State<App>,
    who: SignedIn,
    Path((id, accreditation)): Path<(String, String)>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    take_away(&app, &who, accreditation, fields).await?;
    Ok(to(&format!("/transfer/crews/{id}?done=revoked")))
}

async fn take_away(app: &App, who: &SignedIn, id: String, fields: Pairs) -> Answer<()> {
    need(who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let revoked = app.db().write(move |tx| {
        Box::pin(async move { transfer::revoke_accreditation(tx, &scope, &id, now).await })
    });
    revoked.await.told(who.lang)?;
    app.wake_feed();
    Ok(())
}

/// `POST /transfer/fleet/{vehicle_id}/outages`
pub(crate) async fn stop(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let calendar = app.city().calendar;
    let at = |name: &str| match fields.get(name) {
        "" => Ok(None),
        _ => crate::oncall::moment(&fields, name, calendar).map(Some).ok_or(lang.no_such_day()),
    };
    let stopped = match (OutageReason::of(fields.get("reason")), at("from"), at("until")) {
        (None, _, _) => Err(lang.tf_reason_choose().to_owned()),
        (_, Err(wrong), _) | (_, _, Err(wrong)) => Err(wrong.to_owned()),
        (Some(reason), Ok(from), Ok(until)) => {
            let vehicle_id = id.clone();
            let new = NewOutage { vehicle_id, reason, from: from.unwrap_or(now), until };
            let stopped = app.db().write(move |tx| {
                Box::pin(async move { transfer::stop_vehicle(tx, &scope, &new, now).await })
            });
            settled(&app, lang, stopped.await)?.map(drop)
        }
    };
    back(&app, &who, &id, "stop", fields, stopped, "stopped").await
}

/// `POST /transfer/outages/{outage_id}/end`
pub(crate) async fn end_outage(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let ended = app
        .db()
        .write(move |tx| Box::pin(async move { transfer::end_outage(tx, &scope, &id, now).await }));
    let vehicle: String = ended.await.told(who.lang)?;
    app.wake_feed();
    Ok(to(&format!("/transfer/fleet/{vehicle}?done=drives")))
}

/// The address that the code at the door leads to.
pub(crate) fn public_path(vehicle: &Vehicle) -> String {
    format!("/v/{}", crate::fault::encode(&vehicle.qr_serial))
}

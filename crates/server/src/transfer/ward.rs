//! The hospital's transfer desk: requests that stand behind an approval, and access for the
//! hospital's own system [T6, T10].

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::transfer::{Class, Source};
use store::page::Slice;
use store::transfer::{self, BookingFilter};
use store::{Error, Refusal};

use super::bookings::{Row, row};
use super::call::{Asked, EndFields, asking, ends, questions, ticked};
use super::gate::{Gate, judged};
use super::small_map::SmallMap;
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

struct TokenRow {
    hash: String,
    label: String,
    made: String,
    used: String,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "transfer/ward.html")]
struct Home {
    shell: Shell,
    fields: Fields,
    view: String,
    views: [(&'static str, &'static str); 3],
    rows: Vec<Row>,
    pager: Pager,
    waiting: i64,
    tokens: Vec<TokenRow>,
    fresh: Option<String>,
    refused: Option<String>,
}

/// `GET /transfer/ward`
pub(crate) async fn home(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let page = read(&app, &who, Fields::of(query)).await?;
    draw(&page, who.lang)
}

async fn read(app: &App, who: &SignedIn, fields: Fields) -> Answer<Home> {
    who.need(Permission::RequestTransfer)?;
    let lang = who.lang;
    let view = match fields.get("view") {
        known @ ("requested" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/ward").await?;
    shell.done = lang.tb_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let filter = BookingFilter { view: view.clone(), ..BookingFilter::default() };
    let slice = Slice::page(fields.page());
    let listed = transfer::bookings(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let waits = BookingFilter { view: "requested".into(), ..BookingFilter::default() };
    let waiting =
        transfer::bookings(&mut tx, &who.scope, &waits, Slice::first(1)).await.told(lang)?;
    let tokens = transfer::tokens(&mut tx, &who.scope).await.told(lang)?;
    let rows: Vec<Row> = listed.rows.iter().map(|line| row(app, when, line)).collect();
    Ok(Home {
        pager: pager("/transfer/ward", &fields, rows.len(), listed.total),
        rows,
        waiting: waiting.total,
        tokens: tokens
            .into_iter()
            .map(|one| TokenRow {
                made: when.stamp_hm(&one.made_at),
                used: one.used_at.map_or(lang.tw_token_never().to_owned(), |at| {
                    lang.tw_token_used(when.stamp_hm(&at))
                }),
                revoked: one.revoked_at.is_some(),
                hash: one.token_hash,
                label: one.label,
            })
            .collect(),
        views: [
            ("open", lang.tc_view_open()),
            ("requested", lang.tw_view_waiting()),
            ("all", lang.all()),
        ],
        view,
        fields,
        fresh: None,
        refused: None,
        shell,
    })
}

#[derive(Template)]
#[template(path = "transfer/ward_form.html")]
struct Request {
    shell: Shell,
    typed: Fields,
    gate: Gate,
    red: Vec<Asked>,
    care: Vec<Asked>,
    trip_types: Vec<(String, String)>,
    suggestions: Vec<String>,
    map: SmallMap,
    ends: [EndFields; 2],
    today: String,
    ticked: Vec<(String, &'static str, bool)>,
    refused: Option<String>,
}

/// The kinds of trip that can be asked for.
pub(crate) fn trip_types(app: &App, lang: Lang) -> Vec<(String, String)> {
    let service = app.db().packs().service_at(app.now());
    let kinds = service.trip_types.iter().filter(|kind| !kind.ended);
    kinds
        .map(|kind| (kind.code.clone(), lang.pick(&kind.name_zh, &kind.name_en).to_owned()))
        .collect()
}

/// `GET /transfer/ward/request`
pub(crate) async fn form(State(app): State<App>, who: SignedIn) -> Answer {
    let lang = who.lang;
    who.need(Permission::RequestTransfer)?;
    let mut tx = app.db().read().await.told(lang)?;
    let sites = transfer::sites(&mut tx).await.told(lang)?;
    drop(tx);
    let own = sites.iter().find(|site| Some(site.site_id.as_str()) == who.scope.site());
    let name = own.map_or("", |site| lang.pick(&site.name_zh, &site.name_en));
    let typed = Fields::default().and("from", name).and("request_key", &fresh_key());
    draw(&request_page(&app, &who, typed, None).await?, lang)
}

async fn request_page(
    app: &App,
    who: &SignedIn,
    typed: Fields,
    refused: Option<String>,
) -> Answer<Request> {
    who.need(Permission::RequestTransfer)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/ward").await?;
    let tiers = tx.packs().tiers_at(now).clone();
    drop(tx);
    let judged = judged(app, lang, &typed, Some(who), false).await?;
    Ok(Request {
        gate: judged.gate(shell.when, &tiers, &typed),
        red: questions(&judged, lang, Class::Emergency, &typed),
        care: questions(&judged, lang, Class::Care, &typed),
        trip_types: trip_types(app, lang),
        suggestions: judged.ground.suggestions(lang),
        map: SmallMap::of(&judged.ground, lang),
        ends: ends(lang),
        today: shell.when.iso(&now.0),
        ticked: ticked(lang, &typed),
        typed,
        refused,
        shell,
    })
}

/// `POST /transfer/ward/gate`: what the form leads to; nothing is kept.
pub(crate) async fn gate(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    #[derive(Template)]
    #[template(path = "transfer/ward_gate.html")]
    struct Part {
        gate: Gate,
    }
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::RequestTransfer)?;
    let lang = who.lang;
    let tiers = app.db().packs().tiers_at(app.now()).clone();
    let judged = judged(&app, lang, &fields, Some(&who), false).await?;
    let when = crate::when::When { lang, calendar: app.city().calendar };
    draw(&Part { gate: judged.gate(when, &tiers, &fields) }, lang)
}

/// `POST /transfer/ward/request`
pub(crate) async fn request(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now) = (who.lang, app.now());
    let judged = judged(&app, lang, &fields, Some(&who), false).await?;
    let sentence = match asking(&judged, lang, &fields, Source::Ward, false) {
        Err(sentence) => sentence,
        Ok(asking) => {
            let (scope, key) = (who.scope.clone(), app.city().quote_key.clone());
            let asked = app.db().write(move |tx| {
                Box::pin(async move { transfer::request(tx, &scope, &asking, &key, now).await })
            });
            match asked.await {
                Ok(asked) => {
                    app.wake_feed();
                    let to = format!("/transfer/bookings/{}?done=requested", asked.booking_id);
                    return Ok(Redirect::to(&to).into_response());
                }
                Err(Error::Refused(refusal)) => lang.refusal(refusal).to_owned(),
                Err(error) => return Err(Fault::of(error, lang)),
            }
        }
    };
    let page = request_page(&app, &who, fields, Some(sentence)).await?;
    let mut response = draw(&page, lang)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// `POST /transfer/ward/tokens`: makes one, or ends one.
pub(crate) async fn tokens(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::RequestTransfer)?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    if let Some(hash) = fields.some("revoke") {
        let revoked = app.db().write(move |tx| {
            Box::pin(async move { transfer::revoke_token(tx, &scope, &hash, now).await })
        });
        revoked.await.told(lang)?;
        return Ok(Redirect::to("/transfer/ward?done=revoked").into_response());
    }
    let token = format!("bz_{}{}", fresh_key(), fresh_key());
    let (own, label) = (token.clone(), fields.get("label").to_owned());
    let made = app.db().write(move |tx| {
        Box::pin(async move { transfer::make_token(tx, &scope, &label, &own, now).await })
    });
    let refusal: Option<Refusal> = match made.await {
        Ok(()) => None,
        Err(Error::Refused(refusal)) => Some(refusal),
        Err(error) => return Err(Fault::of(error, lang)),
    };
    let mut page = read(&app, &who, Fields::default()).await?;
    match refusal {
        None => page.fresh = Some(token),
        Some(refusal) => page.refused = Some(lang.refusal(refusal).to_owned()),
    }
    let mut response = draw(&page, lang)?;
    if refusal.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

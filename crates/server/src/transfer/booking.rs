//! One booking: its course, triages, prices, money, hand-overs and what belongs to it; and what may
//! be done to it now.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use rules::account::Permission;
use rules::transfer::money::{Method, RefundReason, Standing, Why};
use rules::transfer::{Class, Mark, Moment, Party, State as Where};
use store::Tx;
use store::transfer::{self, Booking, Quote};

use super::call::{Asked, asked_questions};
use super::calls::{masked, trip_word};
use super::gate::{fare_lines, reasons_line, source_word, tariff_line};
use super::handovers::{Told, told};
use super::journey::{code_in_parts, yuan};
use super::needs_line;
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

pub(crate) struct Step {
    pub at: String,
    pub what: String,
    pub danger: bool,
}

pub(crate) struct TriageRow {
    pub at: String,
    pub moment: &'static str,
    pub class: &'static str,
    pub why: String,
    pub version: String,
    pub by: String,
    pub red: bool,
}

pub(crate) struct QuoteRow {
    pub no: i64,
    pub title: String,
    pub at: String,
    pub by: String,
    pub lines: Vec<(String, String)>,
    pub total: String,
    pub tariff: String,
    pub code: String,
    pub agreed: Option<String>,
    pub newest: bool,
    pub genuine: bool,
}

pub(crate) struct MoneyRow {
    pub at: String,
    pub kind: &'static str,
    pub method: String,
    pub amount: String,
    pub receipt: String,
    pub invoice: Option<String>,
    pub reason: String,
    pub by: String,
    pub refund: bool,
}

pub(crate) struct RecordRow {
    pub at: String,
    pub by: String,
    pub items: String,
    pub words: String,
}

#[derive(Template)]
#[template(path = "transfer/booking.html")]
pub(crate) struct Page {
    pub shell: Shell,
    pub booking_id: String,
    pub number: String,
    pub title: String,
    pub state: &'static str,
    pub red: bool,
    pub facts: Vec<(&'static str, String)>,
    pub course: Vec<Step>,
    pub triages: Vec<TriageRow>,
    pub quotes: Vec<QuoteRow>,
    pub money: Vec<MoneyRow>,
    pub money_line: String,
    pub money_due: String,
    pub due: String,
    pub handovers: Vec<Told>,
    pub related: Vec<(String, String, String, String)>,
    pub series: Option<(String, String)>,
    pub records: Vec<RecordRow>,
    pub items: Vec<(&'static str, &'static str)>,
    pub marks: Vec<Mark>,
    pub desk: bool,
    pub ward: bool,
    pub own_request: bool,
    pub takes_money: bool,
    pub may_return: bool,
    pub may_repeat: bool,
    pub methods: Vec<(&'static str, &'static str)>,
    pub refund_reasons: Vec<(&'static str, &'static str)>,
    pub whys: Vec<(&'static str, &'static str)>,
    pub reasons: Vec<(&'static str, String)>,
    pub questions: Vec<Asked>,
    pub moment: Moment,
    pub distance: String,
    pub waiting: i64,
    pub key: String,
    pub typed: Fields,
    pub refused: Option<String>,
}

impl Page {
    fn may(&self, mark: &str) -> bool {
        Mark::of(mark).is_some_and(|mark| self.marks.contains(&mark))
    }
}

/// `GET /transfer/bookings/{booking_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(query);
    let mut page = read(&app, &who, &booking_id).await?;
    page.shell.done = who.lang.tb_done(fields.get("done")).map(str::to_owned);
    draw(&page, who.lang)
}

/// The page again with what was typed and the sentence why not.
pub(crate) async fn refused(
    app: &App,
    who: &SignedIn,
    booking_id: &str,
    typed: Fields,
    sentence: String,
) -> Answer {
    let mut page = read(app, who, booking_id).await?;
    page.typed = typed;
    page.refused = Some(sentence);
    let mut response = draw(&page, who.lang)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

async fn read(app: &App, who: &SignedIn, booking_id: &str) -> Answer<Page> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let found = transfer::booking(&mut tx, &who.scope, booking_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/bookings").await?;
    let when = shell.when;
    let party = transfer::party(&who.scope, &found);
    let marks = transfer::marks(&who.scope, &found);
    let quotes = quote_rows(app, &mut tx, when, booking_id).await?;
    let standing = transfer::money_of(&mut tx, booking_id).await.told(lang)?;
    let course = found.course();
    let moment = match course.state() {
        Where::Loaded => Moment::EnRoute,
        Where::Started | Where::OnScene | Where::Assigned => Moment::Pickup,
        _ => Moment::Call,
    };
    let class = found.class.as_deref().and_then(Class::of);
    let desk = party == Party::Desk;
    let ward = who.scope.site().is_some() && who.scope.may(Permission::RequestTransfer);
    let confirmed = found.confirmed_at.is_some() && course.state().is_open();
    Ok(Page {
        number: found.number.clone(),
        title: trip_word(app, lang, &found.trip_type),
        state: lang.booking_state(course.state()),
        red: class == Some(Class::Emergency) && course.state().is_open(),
        facts: facts(lang, when, &found),
        course: course_rows(lang, when, &found),
        triages: triage_rows(&mut tx, when, booking_id).await?,
        money: money_rows(&mut tx, when, booking_id).await?,
        money_line: lang.tb_paid_line(
            yuan(standing.agreed),
            yuan(standing.paid),
            yuan(standing.refunded),
        ),
        money_due: due_line(lang, standing),
        due: yuan(standing.due().max(0)),
        handovers: hand_rows(&mut tx, when, booking_id).await?,
        related: related(&mut tx, who, when, &found).await?,
        series: series_line(&mut tx, when, &found).await?,
        records: record_rows(&mut tx, when, booking_id).await?,
        items: transfer::record_items().iter().map(|one| (*one, lang.ward_item(one))).collect(),
        own_request: who
            .scope
            .account()
            .is_some_and(|account| account.account_id == found.asked_by),
        takes_money: desk && (standing.agreed > 0 || standing.paid > 0),
        may_return: (desk || party == Party::Ward) && confirmed && found.return_of.is_none(),
        may_repeat: (desk || party == Party::Ward) && confirmed && found.series_id.is_none(),
        methods: Method::ALL.iter().map(|one| (one.code(), lang.pay_method(*one))).collect(),
        refund_reasons: refund_reasons(lang),
        whys: whys(lang),
        reasons: REASONS.map(|code| (code, lang.end_reason(code))).to_vec(),
        questions: asked_questions(tx.packs().triage_at(app.now()), lang, moment),
        moment,
        distance: format!("{:.1}", found.distance_m.unwrap_or(0) as f64 / 1_000.0),
        waiting: quotes.1,
        quotes: quotes.0,
        key: fresh_key(),
        typed: Fields::default(),
        refused: None,
        booking_id: found.booking_id,
        marks,
        desk,
        ward,
        shell,
    })
}

/// Why a booking is ended by hand.
const REASONS: [&str; 7] =
    ["family", "hospital", "duplicate", "condition", "no_vehicle", "price", "other"];

fn refund_reasons(lang: Lang) -> Vec<(&'static str, &'static str)> {
    RefundReason::ALL.iter().map(|one| (one.code(), lang.refund_reason(*one))).collect()
}

fn whys(lang: Lang) -> Vec<(&'static str, &'static str)> {
    let later = Why::ALL.iter().filter(|why| **why != Why::First);
    later.map(|why| (why.code(), lang.quote_why(*why))).collect()
}

fn due_line(lang: Lang, standing: Standing) -> String {
    match standing.due() {
        0 => lang.tb_settled().to_owned(),
        due if due > 0 => lang.tb_due(yuan(due)),
        back => lang.tb_back_due(yuan(-back)),
    }
}

fn facts(lang: Lang, when: When, found: &Booking) -> Vec<(&'static str, String)> {
    let lift = |floor: i64, lift: i64| {
        if lift > 0 { lang.tb_floor_lift(floor) } else { lang.tb_floor_no_lift(floor) }
    };
    let mut facts = vec![
        (lang.tc_patient(), found.patient.clone()),
        (
            lang.tc_caller(),
            match found.relation.as_str() {
                "" => found.caller.clone(),
                relation => lang.tb_caller(&found.caller, relation),
            },
        ),
        (lang.tc_phone(), masked(&found.phone)),
        (
            lang.tc_from(),
            format!("{}·{}", found.from_place, lift(found.from_floor, found.from_lift)),
        ),
        (lang.tc_to(), format!("{}·{}", found.to_place, lift(found.to_floor, found.to_lift))),
        (lang.tb_col_needs(), needs_line(lang, &found.needs())),
    ];
    let at = found.ready_at.map(|at| when.stamp_hm(&at));
    let there = found.appointment_at.map(|at| lang.tb_be_there(when.stamp_hm(&at)));
    let times: Vec<String> = at.into_iter().chain(there).collect();
    let times = if times.is_empty() { lang.tb_will_call().to_owned() } else { times.join("·") };
    facts.push((lang.tc_when(), times));
    if let Some((from, until)) = found.promise_from.zip(found.promise_until) {
        facts.push((lang.tc_slots(), lang.tb_promise(when.hm(&from), when.hm(&until))));
    }
    if let Some(metres) = found.distance_m {
        let minutes = (found.drive_s.unwrap_or(0) + 59) / 60;
        let source = source_word(lang, found.travel_source.as_deref().unwrap_or(""));
        let way = lang.tc_way(super::km(metres), minutes);
        facts.push((lang.tb_distance_km(), format!("{way} {source}")));
    }
    let mut more: Vec<String> = Vec::new();
    if found.companions > 0 {
        more.push(lang.tb_with_n(found.companions));
    }
    if found.carry > 0 {
        more.push(lang.tb_carried_n(found.carry));
    }
    more.extend(Some(found.language.clone()));
    more.extend(Some(found.words.clone()));
    more.retain(|text| !text.is_empty());
    facts.push((lang.tc_words(), more.join("·")));
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

fn course_rows(lang: Lang, when: When, found: &Booking) -> Vec<Step> {
    let source = rules::transfer::Source::of(&found.source);
    let asked = source.map_or("", |source| lang.booking_source(source)).to_owned();
    let done = |at: Option<i64>, state: Where| {
        at.map(|at| (at, lang.booking_state(state).to_owned(), false))
    };
    let ended = found.course().ended;
    let mut steps: Vec<(i64, String, bool)> = vec![(found.asked_at, asked, false)];
    steps.extend(found.approved_at.map(|at| (at, lang.booking_mark(Mark::Approve).into(), false)));
    steps.extend(found.triaged_at.map(|at| (at, lang.tb_triages().into(), false)));
    steps.extend(found.quoted_at.map(|at| (at, lang.tc_price().into(), false)));
    steps.extend(found.confirmed_at.map(|at| (at, lang.booking_mark(Mark::Confirm).into(), false)));
    for (at, state) in [
        (found.assigned_at, Where::Assigned),
        (found.started_at, Where::Started),
        (found.on_scene_at, Where::OnScene),
        (found.loaded_at, Where::Loaded),
        (found.arrived_at, Where::Arrived),
        (found.completed_at, Where::Completed),
    ] {
        steps.extend(done(at, state));
    }
    if let Some((at, state)) = found.ended_at.zip(ended).filter(|(_, s)| *s != Where::Completed) {
        let why = found.end_reason.as_deref().map(|code| lang.end_reason(code));
        let state = lang.booking_state(state);
        let what = why.map_or(state.to_owned(), |why| format!("{state}·{why}"));
        steps.push((at, what, true));
    }
    steps.sort_by_key(|(at, _, _)| *at);
    steps
        .into_iter()
        .map(|(at, what, danger)| Step { at: when.month_day_hm(&at), what, danger })
        .collect()
}

async fn triage_rows(tx: &mut Tx, when: When, booking_id: &str) -> Answer<Vec<TriageRow>> {
    let lang = when.lang;
    let kept = transfer::triages(tx, booking_id).await.told(lang)?;
    let packs = tx.packs();
    let newest = packs.triage_at(rules::Time(i64::MAX / 4));
    let row = |one: &transfer::KeptTriage| {
        let pack = packs.triage_of(&one.pack_version).unwrap_or(newest);
        let class = Class::of(&one.class);
        TriageRow {
            at: when.month_day_hm(&one.at),
            moment: Moment::of(&one.moment).map_or("", |moment| lang.triage_moment(moment)),
            class: class.map_or("", |class| lang.transfer_class(class)),
            why: reasons_line(lang, pack, &one.reasons()),
            version: lang.tb_version(&one.pack_version),
            by: lang.pick_or(one.by_zh.as_deref(), one.by_en.as_deref()).to_owned(),
            red: class == Some(Class::Emergency),
        }
    };
    Ok(kept.iter().map(row).collect())
}

async fn quote_rows(
    app: &App,
    tx: &mut Tx,
    when: When,
    booking_id: &str,
) -> Answer<(Vec<QuoteRow>, i64)> {
    let lang = when.lang;
    let kept = transfer::quotes(tx, booking_id).await.told(lang)?;
    let last = kept.last().map(|one| one.quote_no);
    let waiting = match kept.last() {
        Some(one) => one.trip().told(lang)?.waiting_min,
        None => 0,
    };
    let mut rows = Vec::new();
    for one in kept.iter().rev() {
        rows.push(quote_row(app, tx, when, one, Some(one.quote_no) == last)?);
    }
    Ok((rows, waiting))
}

pub(crate) fn quote_row(
    app: &App,
    tx: &Tx,
    when: When,
    one: &Quote,
    newest: bool,
) -> Answer<QuoteRow> {
    let lang = when.lang;
    let lines = one.lines().told(lang)?;
    let tariff = tx.packs().tariff_of(&one.tariff, &one.tariff_version);
    let why = Why::of(&one.reason).map_or("", |why| lang.quote_why(why));
    Ok(QuoteRow {
        no: one.quote_no,
        title: lang.tb_quote_line(one.quote_no, why),
        at: when.month_day_hm(&one.made_at),
        by: lang.pick_or(one.by_zh.as_deref(), one.by_en.as_deref()).to_owned(),
        lines: tariff.map_or(Vec::new(), |tariff| fare_lines(lang, tariff, &lines)),
        total: yuan(one.total_fen),
        tariff: tariff.map_or(one.tariff.clone(), |tariff| tariff_line(lang, &tariff.pack)),
        code: code_in_parts(&one.code),
        agreed: one.accepted_at.map(|at| when.month_day_hm(&at)),
        newest,
        genuine: one.is_genuine(&app.city().quote_key),
    })
}

async fn money_rows(tx: &mut Tx, when: When, booking_id: &str) -> Answer<Vec<MoneyRow>> {
    let lang = when.lang;
    let kept = transfer::payments(tx, booking_id).await.told(lang)?;
    let row = |one: &transfer::Payment| {
        let kind = rules::transfer::money::Kind::of(&one.kind);
        let reason = one.reason.as_deref().and_then(RefundReason::of);
        MoneyRow {
            at: when.month_day_hm(&one.at),
            kind: kind.map_or("", |kind| lang.pay_kind(kind)),
            method: Method::of(&one.method)
                .map_or(one.method.clone(), |method| lang.pay_method(method).to_owned()),
            amount: yuan(one.amount_fen),
            receipt: one.receipt_no.clone(),
            invoice: one.invoice_no.clone(),
            reason: reason.map_or(String::new(), |reason| lang.refund_reason(reason).to_owned()),
            by: lang.pick_or(one.by_zh.as_deref(), one.by_en.as_deref()).to_owned(),
            refund: kind == Some(rules::transfer::money::Kind::Refund),
        }
    };
    Ok(kept.iter().map(row).collect())
}

async fn hand_rows(tx: &mut Tx, when: When, booking_id: &str) -> Answer<Vec<Told>> {
    let kept = transfer::handovers_of(tx, booking_id).await.told(when.lang)?;
    Ok(kept.iter().map(|one| told(tx, when, one)).collect())
}

async fn related(
    tx: &mut Tx,
    who: &SignedIn,
    when: When,
    found: &Booking,
) -> Answer<Vec<(String, String, String, String)>> {
    let lang = when.lang;
    let kept = transfer::related(tx, &who.scope, found).await.told(lang)?;
    let row = |(id, number, state, at): (String, String, String, Option<i64>)| {
        let state = Where::of(&state).map_or(String::new(), |one| lang.booking_state(one).into());
        (id, number, state, at.map_or(String::new(), |at| when.month_day_hm(&at)))
    };
    Ok(kept.into_iter().map(row).collect())
}

async fn series_line(tx: &mut Tx, when: When, found: &Booking) -> Answer<Option<(String, String)>> {
    let lang = when.lang;
    let Some(id) = &found.series_id else { return Ok(None) };
    let series = transfer::series(tx, id).await.told(lang)?;
    if series.ended_at.is_some() {
        return Ok(None);
    }
    let days = lang.weekday_names(series.weekdays);
    Ok(Some((id.clone(), lang.tb_series_running(days, when.iso(&series.until_at)))))
}

async fn record_rows(tx: &mut Tx, when: When, booking_id: &str) -> Answer<Vec<RecordRow>> {
    let lang = when.lang;
    let kept = transfer::records(tx, booking_id).await.told(lang)?;
    let row = |one: &transfer::WardRecord| {
        let items: Vec<&str> = one.items().iter().map(|item| lang.ward_item(item)).collect();
        RecordRow {
            at: when.month_day_hm(&one.at),
            by: lang.pick_or(one.by_zh.as_deref(), one.by_en.as_deref()).to_owned(),
            items: items.join(lang.pick("、", ", ")),
            words: one.words.clone(),
        }
    };
    Ok(kept.iter().map(row).collect())
}

#[derive(Template)]
#[template(path = "transfer/receipt.html")]
struct Receipt {
    shell: Shell,
    booking_id: String,
    number: String,
    way: String,
    patient: String,
    row: MoneyRow,
    quote: Option<QuoteRow>,
}

/// `GET /transfer/bookings/{booking_id}/receipts/{receipt_no}`: for the printer.
pub(crate) async fn receipt(
    State(app): State<App>,
    who: SignedIn,
    Path((booking_id, receipt_no)): Path<(String, String)>,
) -> Answer {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let found = transfer::booking(&mut tx, &who.scope, &booking_id).await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/bookings").await?;
    let rows = money_rows(&mut tx, shell.when, &booking_id).await?;
    let row = rows.into_iter().find(|row| row.receipt == receipt_no);
    let row = row.ok_or_else(|| crate::fault::Fault::new(crate::fault::Kind::NotFound, lang))?;
    let quotes = transfer::quotes(&mut tx, &booking_id).await.told(lang)?;
    let agreed = quotes.iter().rev().find(|one| one.accepted_at.is_some());
    let quote = match agreed {
        Some(one) => Some(quote_row(&app, &tx, shell.when, one, true)?),
        None => None,
    };
    let page = Receipt {
        number: found.number,
        way: format!("{} → {}", found.from_place, found.to_place),
        patient: found.patient,
        booking_id,
        row,
        quote,
        shell,
    };
    draw(&page, lang)
}

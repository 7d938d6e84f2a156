//! The register of agreements: term, tariff, service levels, what ends soon [T8].

use axum::Form as Posted;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use store::page::Slice;
use store::transfer::{self, Contract, ContractFilter, NewContract, Site};

use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, Sheet, Table, Typed, file, percent, settled,
    views,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// Agreements in one file.
const EXPORT_MAX: i64 = 10_000;

fn row(when: When, one: &Contract, soon_days: i64, now: Time) -> Row {
    let lang = when.lang;
    let left = (one.ends() - now.0).div_euclid(Time::DAY_MS);
    let state = if one.ended_at.is_some() {
        Cell::marked(Some(Mark::Stop), lang.tf_ended_early())
            .sub(one.end_reason.as_deref().unwrap_or_default())
            .own()
    } else if one.until_at <= now.0 {
        Cell::marked(Some(Mark::Off), lang.tf_over())
    } else if one.from_at > now.0 {
        Cell::of(lang.tf_not_yet())
    } else if left < soon_days {
        Cell::marked(Some(Mark::Warn), lang.days_left(left))
    } else {
        Cell::of(lang.tf_in_force())
    };
    let site = match (&one.site_zh, &one.site_en) {
        (None, None) => lang.tf_whole_city(),
        (zh, en) => lang.pick_or(zh.as_deref(), en.as_deref()),
    };
    Row::from(vec![
        Cell { strong: true, ..Cell::of(&*one.number) },
        Cell::of(lang.pick(&one.operator_zh, &one.operator_en)),
        Cell::of(site),
        Cell::of(&*one.tariff),
        Cell::num(percent(one.on_time_permille * 10)),
        Cell::num(lang.minutes(one.pickup_within_min)),
        Cell::num(lang.days(one.complaint_days)),
        Cell::of(when.iso(&one.from_at)).sub(when.iso(&(one.until_at - 1))),
        state,
    ])
}

fn table(when: When, rows: &[Contract], soon_days: i64, now: Time) -> Table {
    let lang = when.lang;
    Table {
        heads: vec![
            lang.tf_number(),
            lang.tf_operator(),
            lang.tf_site(),
            lang.tf_tariff(),
            lang.tf_on_time(),
            lang.tf_pickup_within(),
            lang.tf_reply_within(),
            lang.tf_term(),
            lang.col_state(),
        ],
        rows: rows.iter().map(|one| row(when, one, soon_days, now)).collect(),
        blank: [lang.tf_contracts_none(), lang.tf_contracts_none_what()],
        ..Table::default()
    }
}

fn filter(fields: &Fields, expiring_days: i64) -> ContractFilter {
    let view = match fields.get("view") {
        known @ ("expiring" | "ended" | "all") => known,
        _ => "in_force",
    };
    ContractFilter { view: view.into(), operator_id: fields.some("operator"), expiring_days }
}

/// `GET /transfer/contracts`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now) = (who.lang, app.now());
    let path = "/transfer/contracts";
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, path).await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let soon_days = tx.packs().oversight_at(now).limits.contract_days;
    let oversees = who.scope.may(Permission::OverseeTransfer);
    let asked = filter(&fields, soon_days);
    let slice = Slice::page(fields.page());
    let listed = transfer::contracts(&mut tx, &who.scope, &asked, now, slice).await.told(lang)?;
    let soon = ContractFilter { view: "expiring".into(), expiring_days: soon_days, ..asked };
    let soon = transfer::contracts(&mut tx, &who.scope, &soon, now, Slice::first(1)).await;
    let soon = soon.told(lang)?.total;
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let sites = transfer::sites(&mut tx).await.told(lang)?;
    let tariffs: Vec<Choice> = tx
        .packs()
        .tariffs_at(now)
        .iter()
        .map(|one| Choice::of(&*one.pack.id, lang.pick(&one.pack.title_zh, &one.pack.title_en)))
        .collect();
    let mut table = table(shell.when, &listed.rows, soon_days, now);
    table.pager = Some(pager(path, &fields, listed.rows.len(), listed.total));
    let lead = if soon > 0 {
        lang.tf_contracts_lead(soon, soon_days)
    } else {
        lang.tf_contracts_lead_ok().to_owned()
    };
    let tabs = [
        ("in_force", lang.tf_in_force()),
        ("expiring", lang.tf_soon()),
        ("ended", lang.tf_over()),
        ("all", lang.all()),
    ];
    let mut filters = Vec::new();
    if names.several() {
        filters.push(Input::text("view", "", fields.get("view")).kind("hidden"));
        let choices = names.choices(Some(lang.all()));
        filters.push(Input::select(
            "operator",
            lang.tf_operator(),
            fields.get("operator"),
            choices,
        ));
    }
    let pane = Pane {
        views: views(path, &fields, "view", "in_force", &tabs),
        filters,
        path: path.into(),
        ..Pane::new("contracts", lang.tf_nav_contracts(), Body::Table(table))
    };
    let mut panes = vec![pane];
    if oversees {
        panes.push(sign_pane(lang, &names, &sites, tariffs, &typed));
        let open = ContractFilter { view: "in_force".into(), ..ContractFilter::default() };
        let open = transfer::contracts(&mut tx, &who.scope, &open, now, Slice::first(EXPORT_MAX));
        panes.push(end_pane(lang, &open.await.told(lang)?.rows, &typed));
    }
    let export = format!("{path}.xlsx?{}", fields.with("page", ""));
    let refused = typed.is_refused();
    let sheet = Sheet {
        acts: vec![Link::new(export, lang.tf_export(listed.total), "file-spreadsheet")],
        here: format!("{path}?{}", fields.with("done", "")),
        panes,
        ..Sheet::new(shell, lang.tf_nav_contracts(), lead)
    };
    sheet.answer(refused)
}

fn sign_pane(
    lang: Lang,
    names: &Names,
    sites: &[Site],
    tariffs: Vec<Choice>,
    typed: &Typed,
) -> Pane {
    let get = |name: &str| typed.get("sign", name);
    let number = |name, label, usual: &str| {
        Input::text(name, label, typed.or("sign", name, usual)).kind("number").need()
    };
    let places = std::iter::once(Choice::of("", lang.tf_whole_city())).chain(
        sites.iter().map(|one| Choice::of(&*one.site_id, lang.pick(&one.short_zh, &one.short_en))),
    );
    let form = Form {
        inputs: vec![
            Input::text("number", lang.tf_number(), get("number")).need(),
            Input::select("operator", lang.tf_operator(), get("operator"), names.choices(None))
                .need(),
            Input::select("site", lang.tf_site(), get("site"), places.collect()),
            Input::select("tariff", lang.tf_tariff(), get("tariff"), tariffs).need(),
            number("on_time", lang.tf_on_time_percent(), "95"),
            number("pickup_within", lang.tf_pickup_minutes(), "45"),
            number("complaint_days", lang.tf_reply_days(), "7"),
            Input::text("from", lang.tf_from(), get("from")).kind("date").need(),
            Input::text("until", lang.tf_last_day(), get("until")).kind("date").need(),
        ],
        icon: "file-plus",
        hint: lang.tf_sign_hint().to_owned(),
        wrong: typed.wrong("sign"),
        ..Form::new("/transfer/contracts", lang.tf_sign_do())
    };
    Pane::new("sign", lang.tf_sign_title(), Body::Form(form))
}

fn end_pane(lang: Lang, open: &[Contract], typed: &Typed) -> Pane {
    let open = open.iter().map(|one| {
        let operator = lang.pick(&one.operator_zh, &one.operator_en);
        Choice::of(&*one.contract_id, format!("{} {operator}", one.number))
    });
    let form = Form {
        inputs: vec![
            Input::select(
                "contract",
                lang.tf_number(),
                typed.get("end", "contract"),
                open.collect(),
            )
            .need(),
            Input::text("reason", lang.tf_reason(), typed.get("end", "reason")).need(),
        ],
        icon: "x",
        wrong: typed.wrong("end"),
        primary: false,
        ..Form::new("/transfer/contracts/end", lang.tf_end_contract())
    };
    Pane::new("end", lang.tf_end_contract_title(), Body::Form(form))
}

/// `GET /transfer/contracts.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let soon_days = tx.packs().oversight_at(now).limits.contract_days;
    let asked = filter(&fields, soon_days);
    let slice = Slice::first(EXPORT_MAX);
    let listed = transfer::contracts(&mut tx, &who.scope, &asked, now, slice).await.told(lang)?;
    Ok(file("contracts", &when.iso(&now.0), &table(when, &listed.rows, soon_days, now)))
}

/// `POST /transfer/contracts`
pub(crate) async fn sign(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let calendar = app.city().calendar;
    let levels = (
        fields.get("on_time").parse::<f64>().ok(),
        fields.number("pickup_within"),
        fields.number("complaint_days"),
    );
    let span = fields.day("from", calendar).zip(fields.day_end("until", calendar));
    let signed = match (levels, span) {
        ((Some(share), Some(pickup), Some(days)), Some((from, until))) => {
            let new = NewContract {
                number: fields.get("number").to_owned(),
                operator_id: fields.get("operator").to_owned(),
                site_id: fields.some("site"),
                tariff: fields.get("tariff").to_owned(),
                on_time_permille: (share * 10.0).round() as i64,
                pickup_within_min: pickup,
                complaint_days: days,
                from,
                until,
            };
            let signed = app.db().write(move |tx| {
                Box::pin(async move { transfer::sign_contract(tx, &scope, &new, now).await })
            });
            settled(&app, lang, signed.await)?.map(drop)
        }
        (_, None) => Err(lang.no_such_day().to_owned()),
        _ => Err(lang.refusal(store::Refusal::Quantity).to_owned()),
    };
    match signed {
        Ok(()) => Ok(Redirect::to("/transfer/contracts?view=all&done=signed").into_response()),
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("sign", fields, wrong)).await
        }
    }
}

/// `POST /transfer/contracts/end`
pub(crate) async fn end(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let (id, reason) = (fields.get("contract").to_owned(), fields.get("reason").to_owned());
    let ended = app.db().write(move |tx| {
        Box::pin(async move { transfer::end_contract(tx, &scope, &id, &reason, now).await })
    });
    match settled(&app, lang, ended.await)? {
        Ok(()) => Ok(Redirect::to("/transfer/contracts?view=ended&done=ended").into_response()),
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("end", fields, wrong)).await
        }
    }
}

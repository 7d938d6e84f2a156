//! Where the service is offered, and from when: the pilot first, then district by district [T9].

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use store::register;
use store::transfer::{self, Area, Place};

use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{
    Bar, Body, Cell, Choice, Form, Input, Lane, Pane, Row, RowAct, Sheet, Table, Typed, Week,
    settled,
};
use crate::when::When;

type Pairs = Vec<(String, String)>;

/// The roll-out is drawn from its first day to so long after today.
const AHEAD_DAYS: i64 = 120;

fn oversees(who: &SignedIn) -> Answer<()> {
    if who.scope.may(Permission::OverseeTransfer) {
        return Ok(());
    }
    Err(Fault::new(Kind::Forbidden, who.lang))
}

fn is_open(area: &Area, now: Time) -> bool {
    area.from_at <= now.0 && area.until_at.is_none_or(|until| now.0 < until)
}

fn table(when: When, areas: &[Area], now: Time) -> Table {
    let lang = when.lang;
    let rows = areas.iter().map(|one| {
        let kind = if one.site_id.is_some() { lang.tf_site() } else { lang.tf_district() };
        let over = one.until_at.is_some_and(|until| until <= now.0);
        let state = if over {
            Cell::marked(Some(Mark::Off), lang.tf_over())
        } else if is_open(one, now) {
            Cell::of(lang.tf_open())
        } else {
            let days = (one.from_at - now.0).div_euclid(Time::DAY_MS) + 1;
            Cell::marked(Some(Mark::Todo), lang.tf_opens_in(days))
        };
        let acts = (!over).then(|| RowAct {
            action: format!("/transfer/areas/{}/end", one.area_id),
            word: if is_open(one, now) { lang.tf_end_area() } else { lang.tf_take_back() },
        });
        Row {
            cells: vec![
                Cell { strong: true, ..Cell::of(lang.pick(&one.name_zh, &one.name_en)) },
                Cell::of(kind),
                Cell::of(when.iso(&one.from_at)),
                Cell::of(one.until_at.map_or(String::new(), |until| when.iso(&(until - 1)))),
                state,
            ],
            acts: acts.into_iter().collect(),
        }
    });
    Table {
        heads: vec![
            lang.tf_area(),
            lang.tf_kind(),
            lang.tf_from(),
            lang.tf_last_day(),
            lang.col_state(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_areas_none(), lang.tf_areas_none_what()],
        pager: None,
        acts: true,
    }
}

/// The roll-out on one ruler.
fn ruler(when: When, areas: &[Area], now: Time) -> Week {
    let lang = when.lang;
    let first = areas.iter().map(|one| one.from_at).min().unwrap_or(now.0).min(now.0);
    let last = areas.iter().map(|one| one.from_at).max().unwrap_or(now.0);
    let until = last.max(now.0) + AHEAD_DAYS / 4 * Time::DAY_MS;
    let percent =
        |at: i64| ((at - first) as f64 / (until - first).max(1) as f64 * 100.0).clamp(0.0, 100.0);
    let lanes = areas.iter().map(|one| {
        let (left, right) = (percent(one.from_at), percent(one.until_at.unwrap_or(until)));
        let class = if is_open(one, now) { " is-live" } else { " is-plan" };
        let name = lang.pick(&one.name_zh, &one.name_en).to_owned();
        Lane {
            sub: when.iso(&one.from_at),
            bars: vec![Bar {
                class,
                place: format!("left:{left:.3}%;width:{:.3}%", right - left),
                word: String::new(),
                title: name.clone(),
            }],
            name,
        }
    });
    let months = (0..7).map(|n| {
        let at = first + (until - first) * n / 7;
        (format!("{:.3}", percent(at)), when.day(&at))
    });
    Week {
        label: lang.tf_rollout(),
        ticks: months.collect(),
        lanes: lanes.collect(),
        now: Some(format!("{:.3}", percent(now.0))),
    }
}

/// `GET /transfer/areas`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    oversees(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/areas").await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let areas = transfer::areas(&mut tx).await.told(lang)?;
    let regions = register::regions(&mut tx, now).await.told(lang)?;
    let sites = transfer::sites(&mut tx).await.told(lang)?;
    let open = areas.iter().filter(|one| is_open(one, now)).count();
    let next = areas.iter().filter(|one| one.from_at > now.0).min_by_key(|one| one.from_at);
    let lead = match next {
        Some(one) => {
            let name = lang.pick(&one.name_zh, &one.name_en);
            lang.tf_areas_lead_next(open, name, when.long_day(&one.from_at))
        }
        None => lang.tf_areas_lead(open),
    };
    let districts = regions.iter().filter(|one| one.region_code != app.city().code).map(|one| {
        Choice::of(format!("region:{}", one.region_code), lang.pick(&one.name_zh, &one.name_en))
    });
    let places = sites.iter().map(|one| {
        Choice::of(format!("site:{}", one.site_id), lang.pick(&one.name_zh, &one.name_en))
    });
    let form = Form {
        inputs: vec![
            Input::select(
                "place",
                lang.tf_area(),
                typed.get("open", "place"),
                districts.chain(places).collect(),
            )
            .need(),
            Input::text("from", lang.tf_from(), typed.get("open", "from")).kind("date").need(),
        ],
        icon: "map-pin",
        hint: lang.tf_open_hint().to_owned(),
        wrong: typed.wrong("open"),
        ..Form::new("/transfer/areas", lang.tf_open_do())
    };
    let refused = typed.is_refused();
    let sheet = Sheet {
        here: "/transfer/areas".into(),
        panes: vec![
            Pane::new("rollout", lang.tf_rollout(), Body::Week(ruler(when, &areas, now))),
            Pane::new("areas", lang.tf_nav_areas(), Body::Table(table(when, &areas, now)))
                .width("c8"),
            Pane::new("open", lang.tf_open_title(), Body::Form(form)).width("c4"),
        ],
        ..Sheet::new(shell, lang.tf_nav_areas(), lead)
    };
    sheet.answer(refused)
}

/// `POST /transfer/areas`
pub(crate) async fn open(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    oversees(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let place = match fields.get("place").split_once(':') {
        Some(("region", code)) => Some(Place::Region(code.to_owned())),
        Some(("site", id)) => Some(Place::Site(id.to_owned())),
        _ => None,
    };
    let opened = match (place, fields.day("from", app.city().calendar)) {
        (Some(place), Some(from)) => {
            let opened = app.db().write(move |tx| {
                Box::pin(async move { transfer::open_area(tx, &scope, &place, from, now).await })
            });
            settled(&app, lang, opened.await)?.map(drop)
        }
        _ => Err(lang.no_such_day().to_owned()),
    };
    match opened {
        Ok(()) => Ok(Redirect::to("/transfer/areas?done=opened").into_response()),
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("open", fields, wrong)).await
        }
    }
}

/// `POST /transfer/areas/{area_id}/end`
pub(crate) async fn end(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    oversees(&who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let ended = app.db().write(move |tx| {
        Box::pin(async move { transfer::end_area(tx, &scope, &id, now, now).await })
    });
    ended.await.told(lang)?;
    app.wake_feed();
    Ok(Redirect::to("/transfer/areas?done=area_ended").into_response())
}

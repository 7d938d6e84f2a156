//! Drives that the service takes part in [T18]: the report's own figures, of the drive's days
//! beside as many days before it; each leads to the report of those days, and from there to its
//! list.

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::transfer::report::{Indicator, figures};
use store::transfer::{self, Drive, NewDrive};
use store::{Tx, register};

use super::report::{Month, value};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::need;
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Pane, Row, RowAct, Sheet, Table, Typed, settled,
};
use crate::when::When;

type Pairs = Vec<(String, String)>;

/// What a drive is watched by.
const SHOWN: [Indicator; 3] = [Indicator::OnTime, Indicator::Completion, Indicator::Satisfied];

/// The report's fields for the days from one moment to before another.
fn days(when: When, drive: &Drive, (from, until): (i64, i64)) -> Fields {
    Fields::default()
        .and("from", &when.iso(&from))
        .and("until", &when.iso(&(until - 1)))
        .and("region", drive.region_code.as_deref().unwrap_or(""))
}

/// Each figure of some days, as a link to their report.
async fn told(app: &App, tx: &mut Tx, who: &SignedIn, fields: &Fields) -> Answer<Vec<Cell>> {
    let month = Month::read(app, tx, &who.scope, fields).await?;
    let all = figures(&month.pack, &month.facts, app.now());
    let cell = |wanted: Indicator| {
        let found = all.iter().find(|one| one.indicator == wanted);
        let href = format!("/transfer/report?{}", fields.with("page", ""));
        Cell { num: true, ..Cell::link(found.map_or("—".to_owned(), value), href) }
    };
    Ok(SHOWN.map(cell).into())
}

async fn rows(app: &App, tx: &mut Tx, who: &SignedIn, when: When) -> Answer<Vec<Row>> {
    let (lang, now) = (who.lang, app.now().0);
    let regions = register::regions(tx, app.now()).await.told(lang)?;
    let own = who.scope.may(Permission::OverseeTransfer);
    let mut rows = Vec::new();
    for drive in transfer::drives(tx, &who.scope).await.told(lang)? {
        let place = regions.iter().find(|one| Some(&one.region_code) == drive.region_code.as_ref());
        let place = place.map_or(lang.cp_whole_city(), |one| lang.pick(&one.name_zh, &one.name_en));
        let state = match now {
            now if now < drive.from_at => Cell::marked(Some(Mark::Todo), lang.cp_to_come()),
            now if now < drive.until_at => Cell::marked(Some(Mark::Live), lang.cp_running()),
            _ => Cell::of(lang.cp_over()),
        };
        let title = lang.pick(&drive.title_zh, &drive.title_en);
        let title = match drive.campaign_id.as_ref().filter(|_| who.scope.may(Permission::Campaign))
        {
            Some(id) => Cell::link(title, format!("/campaigns/{id}")),
            None => Cell { strong: true, ..Cell::of(title) },
        };
        let length = drive.until_at - drive.from_at;
        let during =
            days(when, &drive, (drive.from_at, drive.until_at.min(now.max(drive.from_at) + 1)));
        let before = days(when, &drive, (drive.from_at - length, drive.from_at));
        let mut cells = vec![
            title.sub(&*drive.number).own(),
            Cell::of(place),
            Cell::of(when.iso(&drive.from_at)).sub(when.iso(&(drive.until_at - 1))),
            state,
        ];
        let before = told(app, tx, who, &before).await?;
        let during = match now >= drive.from_at {
            true => told(app, tx, who, &during).await?,
            false => SHOWN.map(|_| Cell::num("—")).into(),
        };
        cells.extend(before.into_iter().zip(during).flat_map(|(before, during)| [before, during]));
        let acts = own.then(|| RowAct {
            action: format!("/transfer/drives/{}/withdraw", drive.drive_id),
            word: lang.tf_drive_withdraw(),
        });
        rows.push(Row { cells, acts: acts.into_iter().collect() });
    }
    Ok(rows)
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/drives").await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let own = who.scope.may(Permission::OverseeTransfer);
    let rows = rows(app, &mut tx, who, when).await?;
    let regions = register::regions(&mut tx, app.now()).await.told(lang)?;
    let mut heads =
        vec![lang.tf_drive(), lang.tf_district(), lang.tf_drive_days(), lang.col_state()];
    for word in [lang.tf_on_time(), lang.tf_completion(), lang.tf_satisfied()] {
        heads.extend([lang.tf_drive_before(), word]);
    }
    let lead = lang.tf_drives_lead(rows.len());
    let table = Table {
        heads,
        rows,
        blank: [lang.tf_drives_none(), lang.tf_drives_none_what()],
        pager: None,
        acts: own,
    };
    let mut panes = vec![Pane::new("drives", lang.tf_nav_drives(), Body::Table(table))];
    if own {
        let districts = regions.iter().filter(|one| one.region_code != app.city().code);
        let districts = districts
            .map(|one| Choice::of(&*one.region_code, lang.pick(&one.name_zh, &one.name_en)));
        let all = std::iter::once(Choice::of("", lang.cp_whole_city()));
        let get = |name: &str| typed.get("enter", name).to_owned();
        let text = |name: &'static str, label: &'static str| Input {
            max: 200,
            ..Input::text(name, label, get(name))
        };
        let form = Form {
            inputs: vec![
                text("title_zh", lang.po_title_zh()).need(),
                text("title_en", lang.po_title_en()),
                text("number", lang.po_number()).need(),
                Input::select(
                    "region",
                    lang.tf_district(),
                    get("region"),
                    all.chain(districts).collect(),
                ),
                Input::text("from", lang.tf_from(), get("from")).kind("date").need(),
                Input::text("until", lang.tf_last_day(), get("until")).kind("date").need(),
            ],
            icon: "flag",
            hint: lang.tf_drive_hint().to_owned(),
            wrong: typed.wrong("enter"),
            ..Form::new("/transfer/drives", lang.tf_drive_do())
        };
        panes.push(Pane::new("enter", lang.tf_drive_do(), Body::Form(form)));
    }
    let refused = typed.is_refused();
    let sheet = Sheet {
        here: "/transfer/drives".into(),
        panes,
        ..Sheet::new(shell, lang.tf_nav_drives(), lead)
    };
    sheet.answer(refused)
}

/// `GET /transfer/drives`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

fn oversees(who: &SignedIn) -> Answer<()> {
    match who.scope.may(Permission::OverseeTransfer) {
        true => Ok(()),
        false => Err(Fault::new(Kind::Forbidden, who.lang)),
    }
}

/// `POST /transfer/drives`
pub(crate) async fn enter(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    oversees(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (now, scope, calendar) = (app.now(), who.scope.clone(), app.city().calendar);
    let zh = fields.get("title_zh").to_owned();
    let new = NewDrive {
        number: fields.get("number").to_owned(),
        title: [zh.clone(), fields.some("title_en").unwrap_or(zh)],
        region_code: fields.some("region"),
        // A day that cannot be read makes a period that cannot be.
        from: fields.day("from", calendar).unwrap_or(Time(0)),
        until: fields.day_end("until", calendar).unwrap_or(Time(0)),
    };
    let entered = app.db().write(move |tx| {
        Box::pin(async move { transfer::add_drive(tx, &scope, &new, now).await.map(drop) })
    });
    match settled(&app, who.lang, entered.await)? {
        Ok(()) => Ok(Redirect::to("/transfer/drives?done=drive").into_response()),
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("enter", fields, wrong)).await
        }
    }
}

/// `POST /transfer/drives/{drive_id}/withdraw`
pub(crate) async fn withdraw(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    oversees(&who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (now, scope) = (app.now(), who.scope.clone());
    let done = app.db().write(move |tx| {
        Box::pin(async move { transfer::withdraw_drive(tx, &scope, &id, now).await })
    });
    done.await.told(who.lang)?;
    app.wake_feed();
    Ok(Redirect::to("/transfer/drives?done=drive_withdrawn").into_response())
}

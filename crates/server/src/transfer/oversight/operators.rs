//! The companies that drive in the city: fleets, people, agreements, who is not accredited [T4].

use axum::extract::{Query, State};
use rules::Time;
use store::page::Slice;
use store::transfer::{self, ContractFilter};
use store::{Scope, Tx};

use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{Body, Cell, Link, Pane, Row, Sheet, Table, file};
use crate::when::When;

type Pairs = Vec<(String, String)>;

const ALL: i64 = 10_000;

async fn table(tx: &mut Tx, scope: &Scope, when: When, text: &str, now: Time) -> Answer<Table> {
    let lang = when.lang;
    let names = Names::read(tx, scope, lang).await?;
    let vehicles = transfer::vehicles(tx, scope).await.told(lang)?;
    let people = transfer::crew(tx, scope, "", None, Slice::first(ALL)).await.told(lang)?.rows;
    let unfit = transfer::unaccredited(tx, now).await.told(lang)?;
    let filter = ContractFilter { view: "in_force".into(), ..ContractFilter::default() };
    let contracts = transfer::contracts(tx, scope, &filter, now, Slice::first(ALL)).await;
    let contracts = contracts.told(lang)?.rows;
    let text = text.to_lowercase();
    let shown = names.operators().iter().filter(|one| {
        let all = format!("{} {} {} {}", one.name_zh, one.name_en, one.uscc, one.phone);
        text.is_empty() || all.to_lowercase().contains(&text)
    });
    let rows = shown.map(|one| {
        let id = &one.operator_id;
        let own = vehicles.iter().filter(|vehicle| vehicle.operator_id == *id);
        let crew = people.iter().filter(|person| person.operator_id == *id);
        let lacking = own.clone().filter(|vehicle| unfit.contains(&vehicle.vehicle_id)).count()
            + crew.clone().filter(|person| unfit.contains(&person.crew_id)).count();
        let agreed = contracts.iter().filter(|contract| contract.operator_id == *id).count();
        Row::from(vec![
            Cell::link(
                lang.pick(&one.name_zh, &one.name_en),
                format!("/transfer/fleet?operator={id}"),
            )
            .sub(&one.uscc),
            Cell::of(&*one.phone),
            Cell::of(&*one.complaint_phone),
            Cell::of(when.iso(&one.joined_at)),
            Cell::num(own.count()),
            Cell::num(crew.count()),
            Cell {
                num: true,
                ..Cell::marked((lacking > 0).then_some(Mark::Danger), lacking.to_string())
            },
            Cell {
                num: true,
                ..Cell::link(agreed.to_string(), format!("/transfer/contracts?operator={id}"))
            },
        ])
    });
    Ok(Table {
        heads: vec![
            lang.tf_operator(),
            lang.tf_phone(),
            lang.tf_complaint_phone(),
            lang.tf_joined(),
            lang.tf_vehicles(),
            lang.tf_nav_crews(),
            lang.tf_unfit(),
            lang.tf_nav_contracts(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_operators_none(), lang.tf_operators_none_what()],
        ..Table::default()
    })
}

/// `GET /transfer/operators`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/operators").await?;
    let text = fields.get("text");
    let table = table(&mut tx, &who.scope, shell.when, text, now).await?;
    let count = table.rows.len();
    let pane = Pane {
        filters: vec![
            crate::transfer::sheet::Input::text("text", lang.tf_find_operator(), text)
                .kind("search"),
        ],
        path: "/transfer/operators".into(),
        ..Pane::new("operators", lang.tf_nav_operators(), Body::Table(table))
    };
    let export = format!("/transfer/operators.xlsx?{}", fields.with("page", ""));
    let sheet = Sheet {
        acts: vec![Link::new(export, lang.tf_export(count), "file-spreadsheet")],
        here: format!("/transfer/operators?{}", fields.with("page", "")),
        panes: vec![pane],
        ..Sheet::new(shell, lang.tf_nav_operators(), lang.tf_operators_lead(count))
    };
    sheet.answer(false)
}

/// `GET /transfer/operators.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let table = table(&mut tx, &who.scope, when, fields.get("text"), now).await?;
    Ok(file("operators", &when.iso(&now.0), &table))
}

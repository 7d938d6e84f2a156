//! The people of a company's crews, with what each of them lacks or must renew.

use std::collections::HashMap;

use axum::Form as Posted;
use axum::extract::{Query, State};
use rules::Time;
use rules::account::Permission;
use rules::transfer::CrewRole;
use store::page::Slice;
use store::transfer::{self, CrewMember, NewCrewMember, Standing};
use store::{Scope, Tx};

use super::vehicles::to;
use super::{Names, fresh_id, need, standing_cell, stands, stands_choices};
use crate::App;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, Sheet, Table, Typed, file, settled,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// People of one reading: a filter by standing needs all of them.
const PEOPLE_MAX: i64 = 5_000;

struct People {
    members: Vec<CrewMember>,
    names: Names,
    standings: HashMap<String, Standing>,
}

async fn read(
    tx: &mut Tx,
    scope: &Scope,
    lang: Lang,
    fields: &Fields,
    now: Time,
) -> Answer<People> {
    let role = CrewRole::of(fields.get("role"));
    let slice = Slice::first(PEOPLE_MAX);
    let found = transfer::crew(tx, scope, fields.get("text"), role, slice).await.told(lang)?;
    let standings = transfer::standings(tx, now).await.told(lang)?;
    let (operator, wanted) = (fields.get("operator"), fields.get("standing"));
    let stand = |id: &str| standings.get(id).cloned().unwrap_or_default();
    let members = found.rows.into_iter().filter(|one| one.left_at.is_none());
    let members = members.filter(|one| operator.is_empty() || one.operator_id == operator);
    let members = members.filter(|one| stands(&stand(&one.crew_id), wanted)).collect();
    Ok(People { members, names: Names::read(tx, scope, lang).await?, standings })
}

impl People {
    fn table(&self, when: When, shown: &[CrewMember], now: Time) -> Table {
        let lang = when.lang;
        let rows = shown.iter().map(|one| {
            let role = CrewRole::of(&one.role).map_or("", |role| lang.crew_role(role));
            let standing = self.standings.get(&one.crew_id).cloned().unwrap_or_default();
            let name = lang.pick(&one.name_zh, &one.name_en);
            let mut cells =
                vec![Cell::link(name, format!("/transfer/crews/{}", one.crew_id)), Cell::of(role)];
            if self.names.several() {
                cells.push(Cell::of(self.names.of(&one.operator_id)));
            }
            cells.extend([
                Cell::of(&*one.phone),
                Cell::of(when.iso(&one.joined_at)),
                standing_cell(when, &standing, now),
            ]);
            Row::from(cells)
        });
        let mut heads = vec![lang.tf_name(), lang.tf_role()];
        if self.names.several() {
            heads.push(lang.tf_operator());
        }
        heads.extend([lang.tf_phone(), lang.tf_joined(), lang.tf_accreditation()]);
        Table {
            heads,
            rows: rows.collect(),
            blank: [lang.tf_crews_none(), lang.tf_crews_none_what()],
            ..Table::default()
        }
    }
}

/// `GET /transfer/crews`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

fn role_choices(lang: Lang, first: Option<&str>) -> Vec<Choice> {
    let first = first.map(|word| Choice::of("", word)).into_iter();
    first
        .chain(CrewRole::ALL.iter().map(|role| Choice::of(role.code(), lang.crew_role(*role))))
        .collect()
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/crews").await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let people = read(&mut tx, &who.scope, lang, &fields, now).await?;
    let count = |wanted: &str| {
        let standing = |one: &&CrewMember| {
            people.standings.get(&one.crew_id).is_some_and(|standing| stands(standing, wanted))
        };
        people.members.iter().filter(standing).count()
    };
    let (unfit, soon) = (count("unfit"), count("soon"));
    let lead = match (unfit, soon) {
        (0, 0) => lang.tf_crews_lead_ok().to_owned(),
        _ => lang.tf_crews_lead(unfit, soon),
    };
    let total = i64::try_from(people.members.len()).unwrap_or(0);
    let slice = Slice::page(fields.page());
    let skipped = usize::try_from(slice.offset).unwrap_or(0);
    let limit = usize::try_from(slice.limit).unwrap_or(0);
    let shown: Vec<CrewMember> = people.members.iter().skip(skipped).take(limit).cloned().collect();
    let mut table = people.table(when, &shown, now);
    table.pager = Some(pager("/transfer/crews", &fields, shown.len(), total));
    let roles = role_choices(lang, Some(lang.all()));
    let mut filters = vec![
        Input::text("text", lang.tf_find_person(), fields.get("text")).kind("search"),
        Input::select("role", lang.tf_role(), fields.get("role"), roles),
        Input::select(
            "standing",
            lang.tf_accreditation(),
            fields.get("standing"),
            stands_choices(lang),
        ),
    ];
    if people.names.several() {
        let choices = people.names.choices(Some(lang.all()));
        filters.push(Input::select(
            "operator",
            lang.tf_operator(),
            fields.get("operator"),
            choices,
        ));
    }
    let pane = Pane {
        end: lang.tf_count(total),
        filters,
        path: "/transfer/crews".into(),
        ..Pane::new("crews", lang.tf_nav_crews(), Body::Table(table))
    };
    let export = format!("/transfer/crews.xlsx?{}", fields.with("page", ""));
    let refused = typed.is_refused();
    let sheet = Sheet {
        acts: vec![
            Link::new(export, lang.tf_export(total), "file-spreadsheet"),
            Link::new("#join", lang.tf_employ_title(), "user-plus"),
        ],
        here: format!("/transfer/crews?{}", fields.with("done", "")),
        panes: vec![pane, join_pane(lang, &people.names, &who.scope, &typed)],
        ..Sheet::new(shell, lang.tf_nav_crews(), lead)
    };
    sheet.answer(refused)
}

fn join_pane(lang: Lang, names: &Names, scope: &Scope, typed: &Typed) -> Pane {
    let get = |name: &str| typed.get("join", name);
    let mut inputs = Vec::new();
    if scope.may(Permission::OverseeTransfer) {
        let choices = names.choices(None);
        inputs.push(Input::select("operator", lang.tf_operator(), get("operator"), choices).need());
    }
    inputs.extend([
        Input::text("name_zh", lang.tf_name_zh(), get("name_zh")).need(),
        Input::text("name_en", lang.tf_name_en(), get("name_en")).need(),
        Input::select("role", lang.tf_role(), get("role"), role_choices(lang, None)).need(),
        Input::text("phone", lang.tf_phone(), get("phone")).kind("tel").need(),
    ]);
    let form = Form {
        inputs,
        icon: "user-plus",
        hint: lang.tf_employ_hint().to_owned(),
        wrong: typed.wrong("join"),
        ..Form::new("/transfer/crews", lang.tf_employ_do())
    };
    Pane::new("join", lang.tf_employ_title(), Body::Form(form))
}

/// `GET /transfer/crews.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let people = read(&mut tx, &who.scope, lang, &fields, now).await?;
    let table = people.table(when, &people.members, now);
    Ok(file("crews", &when.iso(&now.0), &table))
}

/// `POST /transfer/crews`
pub(crate) async fn join(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let joined = match CrewRole::of(fields.get("role")) {
        None => Err(lang.tf_role_choose().to_owned()),
        Some(role) => {
            let new = NewCrewMember {
                crew_id: fresh_id("crw"),
                operator_id: scope.operator().unwrap_or(fields.get("operator")).to_owned(),
                role,
                name: [fields.get("name_zh").to_owned(), fields.get("name_en").to_owned()],
                phone: fields.get("phone").to_owned(),
                joined_at: now,
            };
            let id = new.crew_id.clone();
            let joined = app.db().write(move |tx| {
                Box::pin(async move { transfer::join_crew_member(tx, &scope, &new, now).await })
            });
            settled(&app, lang, joined.await)?.map(|()| id)
        }
    };
    match joined {
        Ok(id) => Ok(to(&format!("/transfer/crews/{id}?done=person"))),
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("join", fields, wrong)).await
        }
    }
}

//! One member of a crew: certificates and the next turns of duty.

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use rules::transfer::CrewRole;
use rules::transfer::accreditation::{Certificate, Holder};
use store::transfer;

use super::vehicles::to;
use super::{Names, certificate_of, certificates_pane, certify_pane, lack_words, need};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{Body, Cell, Link, Pane, Row, Sheet, Table, Typed, month, settled};

type Pairs = Vec<(String, String)>;

const AHEAD_DAYS: i64 = 7;

/// `GET /transfer/crews/{crew_id}`
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
    let member = transfer::crew_member(&mut tx, scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/crews").await?;
    shell.done = lang.tf_done(done).map(str::to_owned);
    let when = shell.when;
    let names = Names::read(&mut tx, scope, lang).await?;
    let standing = transfer::standing(&mut tx, Holder::Crew, id, now).await.told(lang)?;
    let held = transfer::accreditations(&mut tx, scope, Holder::Crew, id).await.told(lang)?;
    let until = now.plus_days(AHEAD_DAYS);
    let riders = transfer::riders(&mut tx, scope, now, until).await.told(lang)?;
    let own: Vec<&str> =
        riders.iter().filter(|one| one.crew_id == id).map(|one| one.shift_id.as_str()).collect();
    let shifts = transfer::shifts(&mut tx, scope, now, until).await.told(lang)?;
    let rows = shifts.iter().filter(|one| own.contains(&one.shift_id.as_str())).map(|one| {
        Row::from(vec![
            Cell::of(when.date(&one.from_at)),
            Cell::of(format!("{} – {}", when.hm(&one.from_at), when.hm(&one.until_at))),
            Cell::of(lang.tf_vehicle_no(&one.call_sign)),
        ])
    });
    let table = Table {
        heads: vec![lang.tf_day(), lang.tf_hours_word(), lang.tf_vehicle()],
        rows: rows.collect(),
        blank: [lang.tf_shifts_none(), lang.tf_shifts_none_what()],
        ..Table::default()
    };
    let (from, end, _) = month(&Fields::default(), app.city().calendar, now);
    let months = transfer::crew_months(&mut tx, scope, from, end).await.told(lang)?;
    let worked = months.iter().find(|one| one.crew_id == id);
    let role = CrewRole::of(&member.role);
    let facts = vec![
        (lang.tf_operator(), Cell::of(names.of(&member.operator_id))),
        (lang.tf_role(), Cell::of(role.map_or("", |role| lang.crew_role(role)))),
        (lang.tf_phone(), Cell::of(&*member.phone)),
        (lang.tf_joined(), Cell::of(when.iso(&member.joined_at))),
        (
            lang.tf_this_month(),
            Cell::of(worked.map_or(String::new(), |one| {
                lang.tf_worked_line(one.shifts, one.trips, when.span(&one.planned_ms))
            })),
        ),
    ];
    let (base, refused) = (format!("/transfer/crews/{id}"), typed.is_refused());
    let kinds = Certificate::ALL.iter().copied().filter(|kind| kind.holder() == Holder::Crew);
    let words: Vec<String> = standing.lacks.iter().map(|lack| lack_words(when, lack)).collect();
    let (state, lead) = if words.is_empty() {
        let until = standing.until.map(|until| when.iso(&(until.0 - 1))).unwrap_or_default();
        ((Mark::Ok, lang.tf_accredited().to_owned()), lang.tf_fit_person_lead(until))
    } else {
        let list = words.join(lang.pick("；", "; "));
        ((Mark::Danger, lang.tf_unfit().to_owned()), lang.tf_unfit_person_lead(list))
    };
    let panes = vec![
        Pane::new("facts", lang.tf_person(), Body::Facts(facts)).width("c5"),
        Pane::new("shifts", lang.tf_shifts_next(), Body::Table(table)).width("c7"),
        certificates_pane(when, &held, |acr| format!("{base}/certificates/{acr}/revoke"), now),
        certify_pane(lang, format!("{base}/certificates"), &typed, kinds),
    ];
    let sheet = Sheet {
        crumb: Some(Link::new("/transfer/crews", lang.tf_nav_crews(), "users")),
        standing: Some(state),
        here: base,
        panes,
        ..Sheet::new(shell, lang.pick(&member.name_zh, &member.name_en), lead)
    };
    sheet.answer(refused)
}

/// `POST /transfer/crews/{crew_id}/certificates`
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
    match certified {
        Ok(()) => Ok(to(&format!("/transfer/crews/{id}?done=certified"))),
        Err(wrong) => drawn(&app, &who, &id, "", Typed::refused("certify", fields, wrong)).await,
    }
}

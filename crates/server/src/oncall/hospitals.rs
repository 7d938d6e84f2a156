//! `GET /oncall/hospitals`: the capability map, and what a hospital says of itself: where to drive
//! in, which number answers, what it can do at which hours [Z12, Z14].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::channel::ChannelPack;
use rules::emergency::within_hours;
use store::oncall::{self, Capability, Entrance, Hospital};
use store::{Scope, Tx};

use super::plan::{ORDERS, SEES};
use super::{Pairs, Typed, need_any, settled};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// A hospital's cell in the row of a capability.
enum Cell {
    Never,
    Always,
    /// At some hours of the day, and whether it is one of them.
    Hours(String, bool),
}

struct AbilityRow {
    name: String,
    cells: Vec<Cell>,
    /// Nobody in the city can do it now.
    nowhere: bool,
}

struct HospitalShown {
    id: String,
    short: String,
    name: String,
    address: String,
    gate: String,
    phone: String,
    /// Whether the reader may change it.
    mine: bool,
}

/// A capability in the form: how it is said now.
struct AbilityField {
    code: String,
    name: String,
    kind: String,
    from: String,
    until: String,
}

struct Edited {
    id: String,
    name: String,
    gate: [String; 2],
    phone: String,
    abilities: Vec<AbilityField>,
}

#[derive(Template)]
#[template(path = "oncall/hospitals.html")]
struct HospitalsPage {
    shell: Shell,
    typed: Typed,
    hospitals: Vec<HospitalShown>,
    abilities: Vec<AbilityRow>,
    edited: Option<Edited>,
}

/// `GET /oncall/hospitals`; `?hospital=` opens the form of one.
pub(crate) async fn hospitals(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let id = fields.some("hospital").or_else(|| who.scope.hospital().map(str::to_owned));
    draw(&page(&app, &who, &fields, id, Typed::default()).await?, who.lang)
}

fn may_change(scope: &Scope, hospital_id: &str) -> bool {
    scope.may(Permission::ManageChannel)
        || (scope.may(Permission::ManageHospital) && scope.hospital() == Some(hospital_id))
}

async fn page(
    app: &App,
    who: &SignedIn,
    fields: &Fields,
    edited: Option<String>,
    typed: Typed,
) -> Answer<HospitalsPage> {
    need_any(who, &SEES)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/oncall/hospitals").await?;
    shell.done = lang.oc_done(fields.get("done")).map(str::to_owned);
    let all = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let able = oncall::capabilities(&mut tx).await.told(lang)?;
    let pack = tx.packs().channel_at(now);
    let minute = tx.packs().calendar.minute_of_day(now);
    let open = all.iter().find(|one| {
        edited.as_ref() == Some(&one.hospital_id) && may_change(&who.scope, &one.hospital_id)
    });
    let shown = |one: &Hospital| HospitalShown {
        id: one.hospital_id.clone(),
        short: lang.pick(&one.short_zh, &one.short_en).to_owned(),
        name: lang.pick(&one.name_zh, &one.name_en).to_owned(),
        address: lang.pick(&one.address_zh, &one.address_en).to_owned(),
        gate: lang.pick(&one.gate_zh, &one.gate_en).to_owned(),
        phone: one.phone.clone(),
        mine: may_change(&who.scope, &one.hospital_id),
    };
    Ok(HospitalsPage {
        abilities: abilities(shell.when, pack, &all, &able, minute),
        edited: open.map(|one| form_of(shell.when, pack, one, &able, &typed)),
        hospitals: all.iter().map(shown).collect(),
        typed,
        shell,
    })
}

fn hm(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn said<'a>(able: &'a [Capability], id: &str, code: &str) -> Option<&'a Capability> {
    able.iter().find(|one| one.hospital_id == id && one.capability == code)
}

fn abilities(
    when: When,
    pack: &ChannelPack,
    hospitals: &[Hospital],
    able: &[Capability],
    minute: i64,
) -> Vec<AbilityRow> {
    let row = |named: &rules::channel::Named| {
        let cells: Vec<Cell> = hospitals
            .iter()
            .map(|one| match said(able, &one.hospital_id, &named.code).map(Capability::hours) {
                None => Cell::Never,
                Some(None) => Cell::Always,
                Some(Some((from, until))) => Cell::Hours(
                    format!("{}–{}", hm(from), hm(until)),
                    within_hours(minute, (from, until)),
                ),
            })
            .collect();
        let able_now = |cell: &Cell| matches!(cell, Cell::Always | Cell::Hours(_, true));
        AbilityRow {
            name: when.lang.pick(&named.name_zh, &named.name_en).to_owned(),
            nowhere: !cells.iter().any(able_now),
            cells,
        }
    };
    pack.capabilities.iter().map(row).collect()
}

/// The form of one hospital: as it stands, or as it was sent and refused.
fn form_of(
    when: When,
    pack: &ChannelPack,
    one: &Hospital,
    able: &[Capability],
    typed: &Typed,
) -> Edited {
    let sent = typed.open("hospital");
    let kept = |name: &str, stands: &str| {
        if sent { typed.get("hospital", name).to_owned() } else { stands.to_owned() }
    };
    let field = |named: &rules::channel::Named| {
        let stands = said(able, &one.hospital_id, &named.code).map(Capability::hours);
        let (kind, hours) = match stands {
            None => ("no", None),
            Some(None) => ("always", None),
            Some(hours) => ("hours", hours),
        };
        let (from, until) = hours.map_or((480, 1_080), |hours| hours);
        AbilityField {
            kind: kept(&format!("kind_{}", named.code), kind),
            from: kept(&format!("from_{}", named.code), &hm(from)),
            until: kept(&format!("until_{}", named.code), &hm(until)),
            name: when.lang.pick(&named.name_zh, &named.name_en).to_owned(),
            code: named.code.clone(),
        }
    };
    Edited {
        id: one.hospital_id.clone(),
        name: when.lang.pick(&one.name_zh, &one.name_en).to_owned(),
        gate: [kept("gate_zh", &one.gate_zh), kept("gate_en", &one.gate_en)],
        phone: kept("phone", &one.phone),
        abilities: pack.capabilities.iter().map(field).collect(),
    }
}

/// What a hospital can do as the form says it: code, and hours where they matter; `None` when an
/// hour is no time of the day.
fn read_abilities(fields: &Fields, pack: &ChannelPack) -> Option<Vec<Said>> {
    let codes = pack.capabilities.iter().map(|named| &named.code);
    codes
        .map(|code| {
            let hours = match fields.get(&format!("kind_{code}")) {
                "always" => Some(None),
                "hours" => {
                    let from = fields.minute(&format!("from_{code}"))?;
                    Some(Some((from, fields.minute(&format!("until_{code}"))?)))
                }
                _ => None,
            };
            Some((code.clone(), hours))
        })
        .collect()
}

type Said = (String, Option<Option<(i64, i64)>>);

/// `POST /oncall/hospitals/{hospital_id}`
pub(crate) async fn change(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &ORDERS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, lang) = (who.scope.clone(), app.now(), who.lang);
    let gate = [fields.get("gate_zh").to_owned(), fields.get("gate_en").to_owned()];
    let entrance = Entrance { gate, phone: fields.get("phone").to_owned() };
    let wrong = match read_abilities(&fields, app.db().packs().channel_at(now)) {
        None => Some(lang.oc_hours_wrong().to_owned()),
        Some(said) => {
            let hospital_id = id.clone();
            let changed = app.db().write(move |tx| {
                Box::pin(
                    async move { write(tx, &scope, &hospital_id, &entrance, &said, now).await },
                )
            });
            settled(&app, lang, changed.await)?
        }
    };
    let Some(wrong) = wrong else {
        return Ok(
            Redirect::to(&format!("/oncall/hospitals?hospital={id}&done=hospital")).into_response()
        );
    };
    let typed = Typed::refused("hospital", fields, wrong);
    let page = page(&app, &who, &Fields::default(), Some(id), typed).await?;
    Ok(crate::alert::unprocessable(draw(&page, lang)?))
}

/// Only what has changed is said, so that the log tells of changes alone.
async fn write(
    tx: &mut Tx,
    scope: &Scope,
    hospital_id: &str,
    entrance: &Entrance,
    said_now: &[Said],
    now: rules::Time,
) -> store::Result<()> {
    let stands = oncall::hospital(tx, hospital_id).await?;
    let before = Entrance { gate: [stands.gate_zh, stands.gate_en], phone: stands.phone };
    if before != *entrance {
        oncall::set_entrance(tx, scope, hospital_id, entrance, now).await?;
    }
    let able = oncall::capabilities(tx).await?;
    for (code, hours) in said_now {
        if said(&able, hospital_id, code).map(Capability::hours) != *hours {
            oncall::set_capability(tx, scope, hospital_id, code, *hours, now).await?;
        }
    }
    Ok(())
}

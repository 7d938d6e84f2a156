//! The green channel of a city as its files tell it, and how it is entered.

use std::collections::HashMap;

use rules::emergency::{Answers, Outcome, Source};
use rules::notice::Way;
use rules::oncall::{Pattern, RotaKind, SwapState};
use rules::{Position, Time};
use serde::Deserialize;
use store::event::By;
use store::oncall::{self, NewHospital, NewHotline, NewRota, NewStock, NewZone};
use store::{Scope, Tx};

use super::load::{Data, tables};
use super::times::{Day, Moment, TimeOfDay};

tables! {
    Hospital {
        id: String,
        region: String,
        name_zh: String,
        name_en: String,
        short_zh: String,
        short_en: String,
        address_zh: String,
        address_en: String,
        gate_zh: String,
        gate_en: String,
        phone: String,
        lat: f64,
        lng: f64,
        joined_on: Day,
        /// Without it somebody sits before a screen.
        answers: Option<Answers>,
        capabilities: Vec<Able>,
    }

    Able {
        what: String,
        from: Option<TimeOfDay>,
        until: Option<TimeOfDay>,
    }

    Hotline {
        number: String,
        label_zh: String,
        label_en: String,
        from: Day,
        /// The first day on which it no longer answers.
        until: Option<Day>,
        hospital: Option<String>,
    }

    Zone {
        id: String,
        name_zh: String,
        name_en: String,
        primary: String,
        backup: Option<String>,
        from: Day,
        /// The first day on which it no longer holds.
        until: Option<Day>,
        ring: Vec<[f64; 2]>,
    }

    Rota {
        hospital: String,
        line: i64,
        kind: RotaKind,
        people: Vec<String>,
        from: Day,
        until: Option<Day>,
        hands_over: Option<TimeOfDay>,
        every_days: Option<i64>,
        #[serde(default)] weekdays: Vec<Weekday>,
        starts: Option<TimeOfDay>,
        ends: Option<TimeOfDay>,
    }

    Override {
        hospital: String,
        line: i64,
        from: Moment,
        until: Moment,
        takes: String,
        instead: Option<String>,
        state: SwapState,
    }

    Contact {
        account: String,
        channel: Way,
        address: String,
        verified_on: Option<Day>,
    }

    Stock {
        at: String,
        item: String,
        lot: String,
        quantity: i64,
        /// The last day it may be used.
        expires: Day,
        counted: Day,
    }

    /// A case of the past.
    Case {
        key: String,
        source: Source,
        institution: Option<String>,
        lat: f64,
        lng: f64,
        place_zh: String,
        card: String,
        drill: bool,
        onset: Option<Moment>,
        raised: Moment,
        acknowledged_s: i64,
        hospital: String,
        accepted_s: i64,
        moving_s: i64,
        arrived_s: i64,
        handed_over_s: i64,
        outcome: Outcome,
        sex: String,
        age: i64,
    }

    CallOut {
        at: Moment,
        hospital: String,
        answered_s: Option<i64>,
    }

    /// A question of the public to the QC centre.
    Enquiry {
        at: Moment,
        text_zh: String,
        answered: Option<Moment>,
        #[serde(default)] answer_zh: String,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

const JOB: &str = "register";

fn minute(time: Option<TimeOfDay>) -> i64 {
    time.map_or(0, TimeOfDay::minute)
}

fn pattern(rota: &Rota) -> Pattern {
    match rota.kind {
        RotaKind::Rotation => Pattern::Rotation {
            hands_over_min: minute(rota.hands_over),
            every_days: rota.every_days.unwrap_or(1),
        },
        RotaKind::Weekly => Pattern::Weekly {
            weekdays: rota.weekdays.iter().fold(0, |days, day| days | 1 << (*day as u8)),
            starts_min: minute(rota.starts),
            ends_min: minute(rota.ends),
        },
        RotaKind::Daily => {
            Pattern::Daily { starts_min: minute(rota.starts), ends_min: minute(rota.ends) }
        }
    }
}

/// Enters the hospitals before the accounts that belong to them.
pub(super) async fn enter_hospitals(tx: &mut Tx, data: &Data) -> store::Result<()> {
    let calendar = data.calendar();
    for entry in &data.hospitals {
        let joined_at = entry.joined_on.start(calendar);
        let by = By::system(JOB, joined_at);
        let new = NewHospital {
            hospital_id: entry.id.clone(),
            region_code: entry.region.clone(),
            name: [entry.name_zh.clone(), entry.name_en.clone()],
            short: [entry.short_zh.clone(), entry.short_en.clone()],
            address: [entry.address_zh.clone(), entry.address_en.clone()],
            gate: [entry.gate_zh.clone(), entry.gate_en.clone()],
            phone: entry.phone.clone(),
            at: Position { lat: entry.lat, lng: entry.lng },
            answers: entry.answers.unwrap_or(Answers::Desk),
            joined_at,
        };
        oncall::add_hospital(tx, &by, &new).await?;
        for able in &entry.capabilities {
            let hours = able.from.map(TimeOfDay::minute).zip(able.until.map(TimeOfDay::minute));
            oncall::enter_capability(tx, &by, &entry.id, &able.what, Some(hours)).await?;
        }
    }
    Ok(())
}

/// Enters what is known of the channel at the start: zones, hotlines, rotas, contacts, stock.
pub(super) async fn enter(
    tx: &mut Tx,
    data: &Data,
    accounts: &HashMap<String, String>,
    now: Time,
) -> store::Result<()> {
    let calendar = data.calendar();
    let mut numbers: HashMap<Option<String>, String> = HashMap::new();
    for entry in &data.hotlines {
        let from = entry.from.start(calendar);
        let by = By::system(JOB, from);
        let new = NewHotline {
            hospital_id: entry.hospital.clone(),
            number: entry.number.clone(),
            label: [entry.label_zh.clone(), entry.label_en.clone()],
            from,
            // A number with an end was replaced by the next of the same place.
            replaces: numbers.remove(&entry.hospital),
        };
        let id = oncall::enter_hotline(tx, &by, &new).await?;
        if entry.until.is_some() {
            numbers.insert(entry.hospital.clone(), id);
        }
    }
    for entry in &data.zones {
        let from = entry.from.start(calendar);
        let new = NewZone {
            name: [entry.name_zh.clone(), entry.name_en.clone()],
            primary_id: entry.primary.clone(),
            backup_id: entry.backup.clone(),
            ring: entry.ring.clone(),
            from,
            until: entry.until.map(|until| until.start(calendar)),
        };
        oncall::add_zone(tx, &By::system(JOB, from), &new).await?;
    }
    people(tx, data, accounts, now).await?;
    for entry in &data.stocks {
        let new = NewStock {
            holder_id: entry.at.clone(),
            item: entry.item.clone(),
            lot: entry.lot.clone(),
            quantity: entry.quantity,
            expires_at: entry.expires.end(calendar),
        };
        let by = By::system(JOB, entry.counted.start(calendar).plus_min(540));
        oncall::enter_stock(tx, &by, &new).await?;
    }
    Ok(())
}

/// Who is on call and how they are reached.
async fn people(
    tx: &mut Tx,
    data: &Data,
    accounts: &HashMap<String, String>,
    now: Time,
) -> store::Result<()> {
    let calendar = data.calendar();
    let account =
        |login: &str| accounts.get(login).cloned().ok_or(store::Error::NotFound("account"));
    for entry in &data.rotas {
        let from = entry.from.start(calendar);
        let people = entry.people.iter().map(|login| account(login));
        let new = NewRota {
            hospital_id: entry.hospital.clone(),
            line: entry.line,
            pattern: pattern(entry),
            people: people.collect::<store::Result<_>>()?,
            from,
            until: entry.until.map(|until| until.start(calendar)),
        };
        oncall::enter_rota(tx, &By::system(JOB, from), &new).await?;
    }
    for entry in &data.overrides {
        let span = (entry.from.at(calendar), entry.until.at(calendar));
        let takes = account(&entry.takes)?;
        let instead = entry.instead.as_deref().map(account).transpose()?;
        // Who asks is who is replaced.
        let by = match &instead {
            Some(asker) => By::account(asker, span.0),
            None => By::system(JOB, span.0),
        };
        let people = (takes.as_str(), instead.as_deref());
        let (hospital, state) = (&entry.hospital, entry.state);
        oncall::enter_override(tx, &by, hospital, entry.line, span, people, state).await?;
    }
    for entry in &data.contacts {
        let account_id = account(&entry.account)?;
        let verified = entry.verified_on.map(|day| day.start(calendar).plus_min(600));
        let by = By::account(&account_id, verified.unwrap_or(now));
        let (way, address) = (entry.channel, &entry.address);
        oncall::enter_contact(tx, &by, &account_id, way, address, verified).await?;
    }
    Ok(())
}

/// What happens in the channel on its way to the demo's start, by its place in the data.
#[derive(Clone, Debug)]
pub enum ChannelAct {
    Raise(usize),
    Mark(usize, rules::emergency::Mark),
    Test(usize),
    Answer(usize),
    Ask(usize),
    Reply(usize),
}

/// The channel's steps with their times.
pub(super) fn steps(data: &Data) -> Vec<(Time, ChannelAct)> {
    use rules::emergency::Mark;
    let calendar = data.calendar();
    let mut steps = Vec::new();
    for (index, case) in data.cases.iter().enumerate() {
        let raised = case.raised.at(calendar);
        let after = |seconds: i64| raised.plus_ms(seconds * Time::SECOND_MS);
        steps.push((raised, ChannelAct::Raise(index)));
        let marks = [
            (Mark::Acknowledge, case.acknowledged_s),
            (Mark::Accept, case.accepted_s),
            (Mark::Move, case.moving_s),
            (Mark::Arrive, case.arrived_s),
            (Mark::HandOver, case.handed_over_s),
            (Mark::Close, case.handed_over_s + 3_600),
        ];
        steps.extend(marks.map(|(mark, s)| (after(s), ChannelAct::Mark(index, mark))));
    }
    for (index, test) in data.call_outs.iter().enumerate() {
        let called = test.at.at(calendar);
        steps.push((called, ChannelAct::Test(index)));
        if let Some(seconds) = test.answered_s {
            steps.push((called.plus_ms(seconds * Time::SECOND_MS), ChannelAct::Answer(index)));
        }
    }
    for (index, enquiry) in data.enquiries.iter().enumerate() {
        steps.push((enquiry.at.at(calendar), ChannelAct::Ask(index)));
        let answered = enquiry.answered.iter();
        steps.extend(answered.map(|at| (at.at(calendar), ChannelAct::Reply(index))));
    }
    steps
}

/// Ids that the steps have made.
#[derive(Clone, Debug, Default)]
pub(super) struct Made {
    cases: HashMap<usize, String>,
    tests: HashMap<usize, String>,
}

/// Runs one step.
pub(super) async fn run(
    tx: &mut Tx,
    data: &Data,
    scopes: &HashMap<String, Scope>,
    made: &mut Made,
    act: &ChannelAct,
    now: Time,
) -> store::Result<()> {
    use store::emergency::{NewCase, raise};
    let desk =
        scope_with(data, scopes, |account| account.role == rules::account::AccountRole::QcClerk)?;
    let hospital_desk = |hospital: &str| {
        scope_with(data, scopes, |account| {
            account.role == rules::account::AccountRole::HospitalDesk
                && account.hospital.as_deref() == Some(hospital)
        })
    };
    match act {
        ChannelAct::Raise(index) => {
            let case = &data.cases[*index];
            let new = NewCase {
                source: case.source,
                request_key: format!("demo-{}", case.key),
                institution_id: case.institution.clone(),
                operation_id: None,
                place: case.place_zh.clone(),
                at: Some(Position { lat: case.lat, lng: case.lng }),
                callback: "0756-0000 0000".into(),
                card: case.card.clone(),
                onset_at: case.onset.map(|at| at.at(data.calendar())),
                drill: case.drill,
                said: String::new(),
                reporter_hash: None,
            };
            let raised = raise(tx, &desk, &new, now).await?;
            let (sex, years) = (case.sex.clone(), case.age);
            let person = rules::emergency::Fact::Person { sex, years };
            let id = raised.emergency_id;
            store::emergency::add_fact(tx, &desk, &id, &person, now).await?;
            made.cases.insert(*index, id);
            Ok(())
        }
        ChannelAct::Mark(index, step) => {
            let id = made.cases.get(index).ok_or(store::Error::NotFound("emergency"))?;
            mark_case(tx, &desk, (id, &data.cases[*index]), *step, now).await
        }
        ChannelAct::Test(index) => {
            let test = &data.call_outs[*index];
            let by = By::account(&desk_id(&desk)?, now);
            let round = format!("demo-{}", test.at.day.0);
            let id = oncall::enter_call_out(tx, &by, &test.hospital, &round).await?;
            made.tests.extend(id.map(|id| (*index, id)));
            Ok(())
        }
        ChannelAct::Answer(index) => {
            let test = &data.call_outs[*index];
            let id = made.tests.get(index).ok_or(store::Error::NotFound("call_out"))?;
            oncall::answer_call_out(tx, &hospital_desk(&test.hospital)?, id, now).await
        }
        ChannelAct::Ask(index) => ask(tx, data, *index, now).await,
        ChannelAct::Reply(index) => {
            let (asked, _) = store::enquiry::by_code(tx, &code_of(*index)).await?;
            let answer = &data.enquiries[*index].answer_zh;
            store::enquiry::answer(tx, &desk, &asked.enquiry_id, answer, now).await
        }
    }
}

async fn mark_case(
    tx: &mut Tx,
    desk: &Scope,
    (id, case): (&str, &Case),
    step: rules::emergency::Mark,
    now: Time,
) -> store::Result<()> {
    use store::emergency::{Details, mark};
    // A hospital accepted before the desk had looked: nothing is left to acknowledge.
    let read = store::emergency::case(tx, desk, id).await?;
    if step == rules::emergency::Mark::Acknowledge && read.acknowledged_at.is_some() {
        return Ok(());
    }
    let details = Details {
        hospital_id: Some(case.hospital.clone()),
        outcome: Some(case.outcome),
        ..Details::default()
    };
    mark(tx, desk, id, step, &details, now).await
}

/// Nobody has this code: whoever asked is as invented as the question.
fn code_of(enquiry: usize) -> String {
    format!("demo-enquiry-{enquiry}")
}

async fn ask(tx: &mut Tx, data: &Data, index: usize, now: Time) -> store::Result<()> {
    let new = store::enquiry::NewEnquiry {
        request_key: code_of(index),
        code: code_of(index),
        text: data.enquiries[index].text_zh.clone(),
        institution_id: None,
        emergency_id: None,
    };
    store::enquiry::ask(tx, &new, now).await.map(drop)
}

fn desk_id(desk: &Scope) -> store::Result<String> {
    let account = desk.account().ok_or(store::Error::NotFound("account"))?;
    Ok(account.account_id.clone())
}

fn scope_with(
    data: &Data,
    scopes: &HashMap<String, Scope>,
    is: impl Fn(&super::load::Account) -> bool,
) -> store::Result<Scope> {
    let account = data.accounts.iter().find(|account| is(account));
    let scope = account.and_then(|account| scopes.get(&account.login)).cloned();
    scope.ok_or(store::Error::NotFound("account"))
}

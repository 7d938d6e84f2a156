//! Plays the steps of journeys through the functions that serve live requests.

use std::collections::HashMap;

use rules::account::AccountRole;
use rules::transfer::call::Outcome;
use rules::transfer::complaint::Upheld;
use rules::transfer::money::Why;
use rules::transfer::tariff::Trip;
use rules::transfer::triage::{Answer, Answers};
use rules::transfer::{Mark, Moment as Asked, Need, Source, State};
use rules::{Position, Time};
use store::transfer::{
    self, Asking, Assignment, ComplaintStep, Details, End, NewBooking, NewComplaint, NewDrive,
    NewImprovement, NewIncident, NewQuote, NewTriage, ShiftPlan, Stop, StopEnd,
};
use store::{By, Scope, Tx};

use super::{AT_DOOR_MIN, HAND_OVER_MIN, Journey, TransferAct};
use crate::demo::load::Data;
use crate::demo::times::Day;

const WINDOW_MIN: i64 = 20;
/// The demo's key of quotes is known to everybody.
const QUOTE_KEY: &[u8] = b"demo";

/// Ids that the steps have made.
#[derive(Clone, Debug, Default)]
pub(in crate::demo) struct Made {
    bookings: HashMap<usize, String>,
    handovers: HashMap<usize, String>,
    complaints: HashMap<usize, String>,
}

impl Made {
    fn booking(&self, index: usize) -> store::Result<String> {
        self.bookings.get(&index).cloned().ok_or(store::Error::NotFound("booking"))
    }
}

struct Cast<'a> {
    data: &'a Data,
    scopes: &'a HashMap<String, Scope>,
}

impl Cast<'_> {
    fn of(&self, role: AccountRole) -> store::Result<&Scope> {
        let account = self.data.accounts.iter().find(|account| account.role == role);
        let scope = account.and_then(|account| self.scopes.get(&account.login));
        scope.ok_or(store::Error::NotFound("account"))
    }

    fn operator(&self, operator: &str) -> store::Result<&Scope> {
        let mut accounts = self.data.accounts.iter();
        let account = accounts.find(|account| account.operator.as_deref() == Some(operator));
        let scope = account.and_then(|account| self.scopes.get(&account.login));
        scope.ok_or(store::Error::NotFound("account"))
    }

    fn by(&self, role: AccountRole, now: Time) -> store::Result<By> {
        let account = self.of(role)?.account().ok_or(store::Error::NotFound("account"))?;
        Ok(By::account(&account.account_id, now))
    }
}

/// Runs one step.
pub(in crate::demo) async fn run(
    tx: &mut Tx,
    data: &Data,
    scopes: &HashMap<String, Scope>,
    made: &mut Made,
    act: TransferAct,
    now: Time,
) -> store::Result<()> {
    let cast = Cast { data, scopes };
    let desk = cast.of(AccountRole::Dispatcher)?;
    match act {
        TransferAct::Ask(index) => {
            let id = ask(tx, &cast, &data.journeys[index], now).await?;
            made.bookings.insert(index, id);
            Ok(())
        }
        TransferAct::Assign(index) => {
            assign(tx, &cast, &data.journeys[index], &made.booking(index)?, now).await
        }
        TransferAct::Mark(index, mark) => {
            let reason = match mark {
                Mark::Cancel => "family",
                Mark::TurnDown => "no_vehicle",
                _ => "other",
            };
            let details = Details { reason: Some(reason.to_owned()), ..Details::default() };
            transfer::mark(tx, desk, &made.booking(index)?, mark, &details, now).await
        }
        TransferAct::To120(index) => {
            let id = made.booking(index)?;
            let handed = transfer::to_120(tx, desk, &id, Asked::Call, "judgement", now).await?;
            made.handovers.insert(index, handed);
            Ok(())
        }
        TransferAct::Take120(index) => {
            let id = made.handovers.get(&index).ok_or(store::Error::NotFound("handover"))?;
            let liaison = cast.of(AccountRole::Liaison120)?;
            transfer::accept(tx, liaison, id, "", now).await
        }
        TransferAct::Rate(index) => {
            let (one, id) = (&data.journeys[index], made.booking(index)?);
            let token = format!("demo-link-{}", one.key);
            transfer::make_link(tx, desk, &id, &token, now).await?;
            let stars = one.stars.unwrap_or(5);
            transfer::rate(tx, &token, stars, "", &format!("demo-{}", one.key), now).await
        }
        TransferAct::Incident(index) => {
            let new = NewIncident {
                booking_id: Some(made.booking(index)?),
                shift_id: None,
                kind: data.journeys[index].incident.clone().unwrap_or_default(),
                grade: 3,
                words: "途中轻微晃动，患者无不适，已安抚并告知家属（演示）".into(),
                at: now,
            };
            transfer::report_incident(tx, desk, &new, now).await.map(drop)
        }
        TransferAct::Lost => {
            let id = transfer::ring(tx, &By::system("exchange", now), "19900009999").await?;
            let end = now.plus_min(2);
            transfer::end_call(tx, desk, &id, Outcome::Lost, None, end).await
        }
        act => oversee(tx, &cast, made, act, now).await,
    }
}

/// Complaints and improvements.
async fn oversee(
    tx: &mut Tx,
    cast: &Cast<'_>,
    made: &mut Made,
    act: TransferAct,
    now: Time,
) -> store::Result<()> {
    let data = cast.data;
    let officer = || cast.of(AccountRole::TransferOfficer);
    match act {
        TransferAct::Complain(index) => {
            let one = &data.complaints[index];
            let new = NewComplaint {
                request_key: format!("demo-{}", one.key),
                code: format!("demo-complaint-{}", one.key),
                kind: one.kind,
                words: one.words_zh.clone(),
                phone: String::new(),
                vehicle: one.vehicle.clone(),
                booking: String::new(),
            };
            let code = new.code.clone();
            transfer::complain(tx, &new, now).await?;
            let known = transfer::complaint_by_code(tx, &code).await?;
            made.complaints.insert(index, known.complaint_id);
            Ok(())
        }
        TransferAct::HandOver(index) | TransferAct::Answer(index) | TransferAct::Close(index) => {
            let one = &data.complaints[index];
            let id = made.complaints.get(&index).ok_or(store::Error::NotFound("complaint"))?;
            let operator = one.operator.clone().unwrap_or_default();
            let (scope, step) = match act {
                TransferAct::HandOver(_) => (officer()?, ComplaintStep::Assign(operator)),
                TransferAct::Answer(_) => {
                    let text = one.answer_zh.clone().unwrap_or_default();
                    (cast.operator(&operator)?, ComplaintStep::Answer(text))
                }
                _ => (officer()?, ComplaintStep::Close(one.upheld.unwrap_or(Upheld::NotUpheld))),
            };
            transfer::complaint_step(tx, scope, id, &step, now).await
        }
        TransferAct::Improve(index) => {
            let one = &data.improvements[index];
            let new = NewImprovement {
                operator_id: one.operator.clone(),
                indicator: one.indicator,
                finding: one.finding_zh.clone(),
                measure: one.measure_zh.clone(),
                owner: one.owner.clone(),
                due: Day(one.due.0 + 1).start(data.calendar()),
            };
            transfer::order_improvement(tx, officer()?, &new, now).await.map(drop)
        }
        TransferAct::Drive(index) => {
            let one = &data.drives[index];
            let new = NewDrive {
                number: one.number.clone(),
                title: [one.title_zh.clone(), one.title_en.clone()],
                region_code: one.region.clone(),
                from: one.from.start(data.calendar()),
                until: Day(one.until.0 + 1).start(data.calendar()),
            };
            transfer::add_drive(tx, officer()?, &new, now).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// Every question answered with no, but those that a need stands for.
fn answers(tx: &Tx, needs: &[Need], now: Time) -> Answers {
    let asked = tx.packs().triage_at(now).questions.iter();
    let asked = asked.filter(|question| question.asked_at(Asked::Call));
    asked
        .map(|question| {
            let yes = question.need.is_some_and(|need| needs.contains(&need));
            (question.code.clone(), if yes { Answer::Yes } else { Answer::No })
        })
        .collect()
}

fn booking_of(one: &Journey, calendar: rules::calendar::Calendar) -> NewBooking {
    let end = |site: &Option<String>, place: &str, at: Position| End {
        site_id: site.clone(),
        place: place.to_owned(),
        at,
        floor: if site.is_some() { 3 } else { 2 },
        lift: site.is_some(),
    };
    NewBooking {
        request_key: format!("demo-{}", one.key),
        source: one.source,
        trip_type: one.trip_type.clone(),
        region_code: one.region.clone(),
        patient: one.patient.clone(),
        patient_born: Some(1946),
        weight_kg: None,
        caller: one.patient.chars().take(1).chain("家属".chars()).collect(),
        relation: "子女".into(),
        phone: one.phone.clone(),
        phone_verified_at: None,
        words: String::new(),
        language: String::new(),
        from: end(&one.from_site, &one.from_place, one.starts_at()),
        to: end(&one.to_site, &one.to_place, one.to_at()),
        needs: one.needs.clone(),
        companions: 1,
        carry: 0,
        ready_at: Some(one.ready.at(calendar)),
        appointment_at: None,
        will_call_at: None,
        return_of: None,
        series_id: None,
    }
}

async fn ask(tx: &mut Tx, cast: &Cast<'_>, one: &Journey, now: Time) -> store::Result<String> {
    let by = cast.by(AccountRole::CallTaker, now)?;
    let calendar = cast.data.calendar();
    let (booking, answers) = (booking_of(one, calendar), answers(tx, &one.needs, now));
    let triage = NewTriage { moment: Asked::Call, answers, raised: None };
    let id = match one.state {
        State::Booked => transfer::book(tx, &by, &booking).await?,
        State::Triaged => {
            let id = transfer::book(tx, &by, &booking).await?;
            let desk = cast.of(AccountRole::CallTaker)?;
            transfer::triage(tx, desk, &id, &triage, now).await?;
            id
        }
        _ => quoted(tx, cast, one, booking, triage, now).await?,
    };
    if let Some(seconds) = one.answered_s {
        let rang = now.plus_min(-4);
        let desk = cast.of(AccountRole::CallTaker)?;
        let call = transfer::ring(tx, &By::system("exchange", rang), &one.phone).await?;
        let answered = rang.plus_ms(seconds * Time::SECOND_MS);
        transfer::answer(tx, desk, &call, answered).await?;
        transfer::end_call(tx, desk, &call, Outcome::Booked, Some(&id), now).await?;
    }
    Ok(id)
}

async fn quoted(
    tx: &mut Tx,
    cast: &Cast<'_>,
    one: &Journey,
    booking: NewBooking,
    triage: NewTriage,
    now: Time,
) -> store::Result<String> {
    let by = cast.by(AccountRole::CallTaker, now)?;
    let ready = one.ready.at(cast.data.calendar());
    let drive_s = one.drive_s();
    let trip = Trip {
        distance_m: one.metres(),
        drive_min: (drive_s + 59) / 60,
        needs: one.needs.clone(),
        ..Trip::default()
    };
    let asking = Asking {
        booking,
        triage,
        quote: NewQuote {
            trip,
            drive_s,
            travel_source: "straight".into(),
            why: Why::First,
            code: format!("D{}", one.key.to_uppercase()),
        },
        agreed_fen: None,
        promise: None,
    };
    let asked = transfer::ask(tx, &by, &asking, QUOTE_KEY).await?;
    let waits = matches!(one.state, State::Quoted | State::Requested | State::TurnedDown);
    if !waits {
        let promise = Some((ready, ready.plus_min(WINDOW_MIN)));
        let (desk, id) = (cast.of(AccountRole::CallTaker)?, &asked.booking_id);
        if one.source == Source::Ward {
            transfer::mark(tx, desk, id, Mark::Approve, &Details::default(), now).await?;
        }
        transfer::confirm(tx, desk, id, asked.quote_no, promise, now).await?;
    }
    Ok(asked.booking_id)
}

/// Puts a booking on its vehicle behind whoever is on it already.
async fn assign(
    tx: &mut Tx,
    cast: &Cast<'_>,
    one: &Journey,
    booking_id: &str,
    now: Time,
) -> store::Result<()> {
    let desk = cast.of(AccountRole::Dispatcher)?;
    let ready = one.ready.at(cast.data.calendar());
    let shifts = transfer::shifts(tx, desk, ready, ready.plus_min(1)).await?;
    let own = shifts.iter().find(|shift| Some(&shift.vehicle_id) == one.vehicle.as_ref());
    let shift = own.ok_or(store::Error::NotFound("shift"))?;
    let away = ready.plus_min(AT_DOOR_MIN);
    let there = away.plus_ms(one.drive_s() * Time::SECOND_MS);
    let stop = |end, begin_at: Time, depart_at: Time, leg_m, leg_s| Stop {
        booking_id: booking_id.to_owned(),
        end,
        begin_at,
        depart_at,
        leg_m,
        leg_s,
    };
    let plan = ShiftPlan {
        shift_id: shift.shift_id.clone(),
        revision: shift.revision,
        stops: vec![
            stop(StopEnd::Pickup, ready, away, 4_000, 600),
            stop(
                StopEnd::Delivery,
                there,
                there.plus_min(HAND_OVER_MIN),
                one.metres(),
                one.drive_s(),
            ),
        ],
    };
    let new = Assignment {
        booking_id: booking_id.to_owned(),
        shift_id: shift.shift_id.clone(),
        promise: (ready, ready.plus_min(WINDOW_MIN)),
        recommended: Some(shift.shift_id.clone()),
        reasons: serde_json::json!([]),
        override_reason: None,
        distance_m: one.metres(),
        drive_s: one.drive_s(),
        travel_source: "straight",
    };
    transfer::assign(tx, desk, &new, &[plan], now).await
}

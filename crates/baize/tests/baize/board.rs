//! The dispatcher's board of the demo city of Zibo, in process: a morning with bookings of its own.

use std::sync::Arc;

use axum::http::StatusCode;
use baize::demo::{PASSWORD, city};
use rules::transfer::position::Report;
use rules::transfer::{Mark, Need, Source};
use rules::{Position, Time};
use server::{App, Clock};
use store::transfer::{self, Details, End, NewBooking};
use store::{By, Scope};

use crate::pages::{Browser, House};
use crate::proves;
use crate::story::seeded_with;

/// 2023-06-21T09:40+08:00, the day the service opened.
const NOW: Time = Time(1_687_311_600_000);
const FIRST: Position = Position { lat: 36.4962, lng: 117.8668 };
const CENTRAL: Position = Position { lat: 36.8091, lng: 118.0466 };
const SHANTOU: Position = Position { lat: 36.5170, lng: 117.8300 };

fn at(text: &str) -> Time {
    let (hour, minute) = text.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    NOW.plus_min(minutes - (9 * 60 + 40))
}

async fn zibo() -> House {
    // The morning of the demo day, before its own journeys: these stories bring theirs.
    let mut data = city("zibo").unwrap();
    data.journeys.clear();
    data.lost_calls.clear();
    data.complaints.clear();
    data.improvements.clear();
    let data = Arc::new(data);
    let hash = server::hash_password(PASSWORD, b"a salt of a test");
    let seeded = seeded_with(data, NOW, &hash).await.unwrap();
    let clock = Clock::by_hand(NOW, Time(1_800_000_000_000));
    let settings = baize::live::city_of(&seeded.data, true);
    let app = App::new(seeded.db.clone(), settings, clock.clone());
    House { router: server::router(app.clone()), seeded, clock, app }
}

/// A booking that the family has agreed to.
struct Asked {
    key: &'static str,
    from: (&'static str, Position),
    to: (&'static str, Position),
    needs: &'static [Need],
    ready: &'static str,
    appointment: Option<&'static str>,
}

const ICU: Asked = Asked {
    key: "icu",
    from: ("淄博市第一医院 ICU", FIRST),
    to: ("淄博市中心医院", CENTRAL),
    needs: &[Need::Stretcher, Need::Oxygen],
    ready: "10:20",
    appointment: None,
};
const HOME: Asked = Asked {
    key: "home",
    from: ("淄博市第一医院 骨科", FIRST),
    to: ("博山 山头镇", SHANTOU),
    needs: &[Need::Wheelchair],
    ready: "10:40",
    appointment: None,
};

async fn booked(house: &House, asked: &Asked) -> String {
    let end = |(place, at): (&str, Position)| End {
        site_id: None,
        place: place.into(),
        at,
        floor: 1,
        lift: true,
    };
    let new = NewBooking {
        request_key: asked.key.into(),
        source: Source::Phone,
        trip_type: "discharge".into(),
        region_code: "370304".into(),
        patient: "李女士".into(),
        patient_born: None,
        weight_kg: None,
        caller: "李先生".into(),
        relation: "儿子".into(),
        phone: "13900000001".into(),
        phone_verified_at: None,
        words: String::new(),
        language: String::new(),
        from: end(asked.from),
        to: end(asked.to),
        needs: asked.needs.to_vec(),
        companions: 1,
        carry: 0,
        ready_at: Some(at(asked.ready)),
        appointment_at: asked.appointment.map(at),
        will_call_at: None,
        return_of: None,
        series_id: None,
    };
    let db = &house.seeded.db;
    let now = house.clock.city();
    let id = db
        .write(move |tx| {
            Box::pin(async move { transfer::book(tx, &By::system("test", now), &new).await })
        })
        .await
        .unwrap();
    let class = if asked.needs.contains(&Need::Oxygen) { "care" } else { "plain" };
    db.raw(&format!(
        "update booking set class = '{class}', triaged_at = 1, quoted_at = 1, confirmed_at = 1,
            state = 'confirmed' where booking_id = '{id}'"
    ))
    .await
    .unwrap();
    id
}

async fn read(house: &House, id: &str) -> transfer::Booking {
    let mut tx = house.seeded.db.read().await.unwrap();
    transfer::booking(&mut tx, &Scope::system(), id).await.unwrap()
}

async fn marked(house: &House, id: &str, marks: &[Mark]) {
    for mark in marks {
        let (id, mark, now) = (id.to_owned(), *mark, house.clock.city());
        let done = house.seeded.db.write(move |tx| {
            Box::pin(async move {
                let scope = store::account::scope_of_login(tx, "dispatch-1").await?;
                transfer::mark(tx, &scope, &id, mark, &Details::default(), now).await
            })
        });
        done.await.unwrap();
    }
}

async fn desk<'a>(house: &'a House, lang: &str) -> Browser<'a> {
    house.sign_in("dispatch-1", lang).await
}

/// The shift of the row that a digit chooses, and whether its vehicle fits.
fn rows(text: &str) -> Vec<(String, bool)> {
    text.split("data-shift=\"")
        .skip(1)
        .map(|rest| {
            let shift = rest.split('"').next().unwrap().to_owned();
            let row = rest.split("</tr>").next().unwrap();
            (shift, row.contains("st is-ok"))
        })
        .collect()
}

#[tokio::test]
async fn the_board_recommends_with_reasons_and_one_form_assigns() {
    proves!("T3", "T12", "T16");
    let house = zibo().await;
    let id = booked(&house, &ICU).await;
    let desk = desk(&house, "zh").await;
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("data-accept"), "one button accepts");
    // Vehicles for wheelchairs cannot take somebody lying down, and say so.
    assert!(page.text.contains("没有供氧") || page.text.contains("没有担架位"));
    assert!(page.text.contains("维修停用"), "v14 is in repair");
    assert!(page.text.contains("直线估算"), "what the drive rests on");
    let offered = rows(&page.text);
    assert!(offered.len() > 1 && offered[0].1, "{offered:?}");

    // Another vehicle without a reason: the sentence stands there, nothing is lost.
    let (best, other) = (offered[0].0.clone(), offered[1].0.clone());
    let path = format!("/transfer/bookings/{id}/assign");
    let refused = desk.post(&path, &format!("shift={other}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("请写明原因"), "{}", refused.text);
    let page = desk.post(&path, &format!("shift={best}")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let found = read(&house, &id).await;
    assert_eq!(found.shift_id.as_deref(), Some(best.as_str()));
    assert_eq!(found.travel_source.as_deref(), Some("straight"));
    let promise = found.promise_from.zip(found.promise_until).unwrap();
    assert!(promise.0 >= at("10:20").0 && promise.1 <= at("12:20").0, "{promise:?}");
    // The board shows it as planned, on the ruler too.
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    assert!(page.text.contains("现派") && page.text.contains("bz-bar is-plan"));

    let moved = desk.post(&path, &format!("shift={other}&reason=家属指定")).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER, "{}", moved.text);
    assert_eq!(read(&house, &id).await.shift_id.as_deref(), Some(other.as_str()));
    let taken = desk.post(&format!("/transfer/bookings/{id}/unassign"), "").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    let found = read(&house, &id).await;
    assert_eq!((found.shift_id, found.promise_until), (None, Some(promise.1)));
}

#[tokio::test]
async fn a_breakdown_is_shown_first_and_moves_only_whom_it_must() {
    proves!("T16", "T13");
    let house = zibo().await;
    let (icu, home) = (booked(&house, &ICU).await, booked(&house, &HOME).await);
    let desk = desk(&house, "zh").await;
    for id in [&icu, &home] {
        let page = desk.post(&format!("/transfer/bookings/{id}/assign"), "").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    // One is aboard when its vehicle stops.
    marked(&house, &icu, &[Mark::Start, Mark::OnScene, Mark::Load]).await;
    let (before, other) = (read(&house, &icu).await, read(&house, &home).await);
    let shift = before.shift_id.clone().unwrap();
    assert_ne!(Some(&shift), other.shift_id.as_ref());
    let column = format!("select vehicle_id from shift where shift_id = '{shift}'");
    let vehicle = column_of(&house, &column).await;
    let preview = desk.get(&format!("/transfer/board?ask=out&vehicle={vehicle}")).await;
    assert!(preview.text.contains("在车上，由接替车辆接走"), "{}", preview.text);
    assert!(preview.text.contains("1 单变动，1 单不变"), "{}", preview.text);
    assert_eq!(read(&house, &icu).await.shift_id, before.shift_id, "a dry run");

    let out = desk.post(&format!("/transfer/vehicles/{vehicle}/out"), "outage=breakdown").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text);
    let (after, same) = (read(&house, &icu).await, read(&house, &home).await);
    assert_ne!(after.shift_id, before.shift_id, "another vehicle takes over");
    assert_eq!((after.state.as_str(), after.loaded_at), ("loaded", before.loaded_at));
    assert_eq!(
        (same.shift_id, same.plan_pickup_at),
        (other.shift_id, other.plan_pickup_at),
        "nobody else is disturbed"
    );
    let page = desk.get(&format!("/transfer/board?booking={icu}")).await;
    assert!(page.text.contains("已转到接替车辆"), "{}", page.text);
    let over = desk.post(&format!("/transfer/bookings/{icu}/take-over"), "").await;
    assert_eq!(over.status, StatusCode::SEE_OTHER);
    // A vehicle that is out is offered to nobody, and comes back.
    let page = desk.get(&format!("/transfer/board?booking={home}")).await;
    assert!(page.text.contains("故障停驶"));
    let back = desk.post(&format!("/transfer/vehicles/{vehicle}/back"), "").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = desk.get(&format!("/transfer/board?booking={home}")).await;
    assert!(!page.text.contains("故障停驶"));
}

async fn column_of(house: &House, sql: &str) -> String {
    let shift = sql.split('\'').nth(1).unwrap().to_owned();
    let mut tx = house.seeded.db.read().await.unwrap();
    let (from, until) = (NOW.plus_days(-1), NOW.plus_days(1));
    let shifts = transfer::shifts(&mut tx, &Scope::system(), from, until).await.unwrap();
    shifts.into_iter().find(|one| one.shift_id == shift).unwrap().vehicle_id
}

#[tokio::test]
async fn impossible_wishes_get_a_sentence_and_break_no_rule() {
    proves!("T13", "T23");
    let house = zibo().await;
    // Eleven hours of driving: two drivers, whom no crew here has.
    let far = Asked {
        key: "far",
        to: ("上海市", Position { lat: 31.23, lng: 121.47 }),
        needs: &[],
        ready: "11:00",
        ..HOME
    };
    // The appointment is over before anybody could be there.
    let missed = Asked {
        key: "missed",
        to: ("淄博市中心医院", CENTRAL),
        appointment: Some("10:25"),
        ready: "10:20",
        ..HOME
    };
    // Ready after the last turn of duty that could bring them.
    let night =
        Asked { key: "night", to: ("淄博市中心医院", CENTRAL), ready: "22:40", ..HOME };
    let desk = desk(&house, "zh").await;
    let mut pages = Vec::new();
    for asked in [&far, &missed, &night] {
        let id = booked(&house, asked).await;
        let page = desk.get(&format!("/transfer/board?booking={id}")).await;
        assert_eq!(page.status, StatusCode::OK);
        pages.push(page.text);
        let sent = desk.post(&format!("/transfer/bookings/{id}/assign"), "").await;
        let found = read(&house, &id).await;
        if sent.status == StatusCode::UNPROCESSABLE_ENTITY {
            assert_eq!((found.state.as_str(), found.shift_id), ("confirmed", None));
        }
    }
    assert!(pages[0].contains("第二名驾驶员（超过 400 km 或 4 小时）"), "{}", pages[0]);
    assert!(pages[1].contains("但都会晚"), "late, and said so");
    assert!(pages[2].contains("下班，送不完") || pages[2].contains("不在岗"), "{}", pages[2]);

    // A vehicle without its licence is never offered, and never taken.
    let id = booked(&house, &Asked { key: "lawful", ..ICU }).await;
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    let best = rows(&page.text)[0].0.clone();
    let vehicle = column_of(&house, &format!("'{best}'")).await;
    house
        .seeded
        .db
        .raw(&format!(
            "update accreditation set revoked_at = 1
             where holder_id = '{vehicle}' and kind = 'operating_licence'"
        ))
        .await
        .unwrap();
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    assert!(page.text.contains("证照不全（A40）"), "{}", page.text);
    assert!(rows(&page.text).iter().all(|(shift, _)| *shift != best));
    let form = format!("shift={best}&reason=试试");
    let refused = desk.post(&format!("/transfer/bookings/{id}/assign"), &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("证照不全"), "{}", refused.text);
    assert_eq!(read(&house, &id).await.shift_id, None);
}

#[tokio::test]
async fn lateness_is_seen_ahead_of_time_and_a_jump_changes_nothing() {
    proves!("T16", "T19");
    let house = zibo().await;
    let id = booked(&house, &ICU).await;
    let desk = desk(&house, "zh").await;
    desk.post(&format!("/transfer/bookings/{id}/assign"), "").await;
    let shift = read(&house, &id).await.shift_id.unwrap();
    let vehicle = column_of(&house, &format!("'{shift}'")).await;
    let seen = async |lng: f64, minutes: i64| {
        let (vehicle, now) = (vehicle.clone(), house.clock.city().plus_min(minutes));
        let place = Position { lat: 36.50, lng };
        let report = Report { at: now, place, accuracy_m: 20 };
        let kept = house.seeded.db.write(move |tx| {
            Box::pin(async move { transfer::report(tx, &vehicle, &report, "phone", now).await })
        });
        kept.await.unwrap()
    };
    assert_eq!(seen(117.87, -4).await, None);
    assert!(seen(119.60, -3).await.is_some(), "150 km in a minute");
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    assert!(!page.text.contains("预计晚"), "{}", page.text);
    // It is really there: two reports agree.
    assert_eq!(seen(119.61, -1).await, None);
    let page = desk.get(&format!("/transfer/board?booking={id}")).await;
    assert!(page.text.contains("预计晚"), "{}", page.text);
    assert_eq!(read(&house, &id).await.shift_id.as_deref(), Some(shift.as_str()));
}

#[tokio::test]
async fn the_board_in_english_and_by_its_command_line() {
    proves!("T3");
    let house = zibo().await;
    let id = booked(&house, &ICU).await;
    let desk = desk(&house, "en").await;
    let page = desk.get(&format!("/transfer/board?booking={id}&table=1")).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["Recommended: Vehicle", "straight line", "in repair", "Needs you"] {
        assert!(page.text.contains(words), "{words}");
    }
    for (line, to) in [
        ("6", "ask=give"),
        ("6 out", "ask=out"),
        ("6 late 20", "ask=late"),
        ("120", "#to-120"),
        ("n", "/transfer/calls"),
    ] {
        let line = line.replace(' ', "%20");
        let path = format!("/transfer/board/command?booking={id}&say={line}");
        let page = desk.get(&path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{line}");
        assert!(page.location.contains(to), "{line}: {}", page.location);
    }
    let page = desk.get(&format!("/transfer/board/command?booking={id}&say=99%20fly")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("was not understood"));
    // Nobody but a dispatcher sees it.
    let taker = house.sign_in("call-1", "en").await;
    assert_eq!(taker.get("/transfer/board").await.status, StatusCode::FORBIDDEN);
    let path = format!("/transfer/bookings/{id}/assign");
    assert_eq!(taker.post(&path, "").await.status, StatusCode::FORBIDDEN);
}

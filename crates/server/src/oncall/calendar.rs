//! Shifts as calendars that phones subscribe to: RFC 5545, without sign-in, behind a secret
//! address. No client, no case and no number stands in one.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use icalendar::{Component, Event, EventLike, Property};
use rules::Time;
use rules::account::Permission;
use rules::calendar::civil;
use rules::oncall::Shift;
use store::Tx;
use store::oncall::{self, Hospital, Person};

use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::session::Visitor;
use crate::words::Lang;

/// Days ahead.
const AHEAD: i64 = 60;
/// Shifts are read from so many days before, so that one that is running keeps its beginning and
/// with it its UID.
const BEFORE: i64 = 35;

/// A shift with the name of who is on call; a person's own calendar needs no name.
struct Entry {
    shift: Shift,
    name: Option<String>,
}

/// `20240102T073000Z`
fn utc(at: Time) -> String {
    let day = at.0.div_euclid(Time::DAY_MS);
    let (year, month, date) = civil(day);
    let s = at.0.rem_euclid(Time::DAY_MS) / Time::SECOND_MS;
    let (hour, minute, second) = (s / 3_600, s / 60 % 60, s % 60);
    format!("{year:04}{month:02}{date:02}T{hour:02}{minute:02}{second:02}Z")
}

fn event(lang: Lang, hospital: &Hospital, entry: &Entry, now: Time) -> Event {
    let shift = &entry.shift;
    let place = lang.pick(&hospital.short_zh, &hospital.short_en);
    let duty = lang.oc_ics_summary(shift.line, place);
    let source = shift.rota_id.as_deref().or(shift.override_id.as_deref()).unwrap_or("shift");
    // Built from what the shift is, so that the same shift keeps its UID from one look to the next.
    let uid = format!("{source}-{}-{}-{}@baize", shift.line, shift.who, shift.from.0);
    let mut event = Event::new();
    event
        .uid(&uid)
        .append_property(Property::new("DTSTAMP", utc(now)))
        .append_property(Property::new("DTSTART", utc(shift.from)))
        .append_property(Property::new("DTEND", utc(shift.until)))
        .summary(&entry.name.as_ref().map_or(duty.clone(), |name| format!("{name} {duty}")))
        .location(lang.pick(&hospital.address_zh, &hospital.address_en));
    event.done()
}

fn calendar(lang: Lang, hospital: &Hospital, entries: &[Entry], now: Time) -> String {
    let mut calendar = icalendar::Calendar::empty();
    let name = lang.oc_ics_name(lang.pick(&hospital.short_zh, &hospital.short_en));
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//Baize//On call//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", "PUBLISH"))
        .append_property(Property::new("X-WR-CALNAME", name))
        .append_property(Property::new("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"));
    for entry in entries {
        calendar.push(event(lang, hospital, entry, now));
    }
    calendar.to_string()
}

async fn shifts(tx: &mut Tx, hospital_id: &str, now: Time) -> store::Result<Vec<Shift>> {
    let from = now.plus_days(-BEFORE);
    let plan = oncall::plan(tx, hospital_id, from, now.plus_days(AHEAD)).await?;
    Ok(plan.shifts.into_iter().filter(|shift| shift.until > now).collect())
}

fn sent(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"oncall.ics\""),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    (headers, text).into_response()
}

/// The token of `{token}.ics`; anything else is no address of ours.
fn token_of(name: &str, lang: Lang) -> Answer<&str> {
    name.strip_suffix(".ics").ok_or_else(|| Fault::new(Kind::NotFound, lang))
}

/// `GET /ics/{token}.ics`: the own shifts of somebody on call, everybody's for a hospital's desk.
pub(crate) async fn feed(
    State(app): State<App>,
    Visitor { lang }: Visitor,
    Path(name): Path<String>,
) -> Answer {
    let token = token_of(&name, lang)?;
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let scope = oncall::feed_scope(&mut tx, token).await.told(lang)?;
    let lost = || Fault::new(Kind::NotFound, lang);
    let hospital_id = scope.hospital().ok_or_else(lost)?.to_owned();
    let own = scope.account().map(|account| account.account_id.clone()).unwrap_or_default();
    let whole = scope.may(Permission::ManageHospital);
    let hospital = oncall::hospital(&mut tx, &hospital_id).await.told(lang)?;
    let people = oncall::people_of(&mut tx, &scope).await.told(lang)?;
    let found = shifts(&mut tx, &hospital_id, now).await.told(lang)?;
    let named = |who: &str| {
        let person = people.iter().find(|one: &&Person| one.account_id == who);
        person.map(|one| lang.pick(&one.name_zh, &one.name_en).to_owned())
    };
    let entries: Vec<Entry> = found
        .into_iter()
        .filter(|shift| whole || shift.who == own)
        .map(|shift| Entry { name: if whole { named(&shift.who) } else { None }, shift })
        .collect();
    Ok(sent(calendar(lang, &hospital, &entries, now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hospital() -> Hospital {
        let text = str::to_owned;
        Hospital {
            hospital_id: text("hos_1"),
            region_code: text("440402"),
            name_zh: text("市医院"),
            name_en: text("City Hospital"),
            short_zh: text("市医院"),
            short_en: text("City; Hospital"),
            address_zh: text("康宁路"),
            address_en: text(
                "Long Road, with commas; semicolons, and more than seventy-five octets",
            ),
            gate_zh: text(""),
            gate_en: text(""),
            phone: text("120"),
            lat: 22.0,
            lng: 113.0,
            answers_by: text("desk"),
        }
    }

    #[test]
    fn a_calendar_that_phones_read() {
        let shift = Shift {
            line: 1,
            from: Time(1_704_180_600_000),
            until: Time(1_704_267_000_000),
            who: "acc_1".into(),
            rota_id: Some("rot_1".into()),
            override_id: None,
        };
        let entries = [Entry { shift, name: Some("周明".into()) }];
        let text = calendar(Lang::En, &hospital(), &entries, Time(1_704_153_600_000));
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{text}");
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "UID:rot_1-1-acc_1-1704180600000@baize",
            "DTSTAMP:20240102T000000Z",
            "DTSTART:20240102T073000Z",
            "DTEND:20240103T073000Z",
            "LOCATION:Long Road\\, with commas\\; semicolons\\, and more than seventy-five octets",
        ] {
            assert!(unfolded.lines().any(|one| one == line), "{line}\n{unfolded}");
        }
        assert!(unfolded.contains("SUMMARY:周明 "), "{unfolded}");
        assert!(unfolded.contains("City\\; Hospital"), "{unfolded}");
        assert_eq!(unfolded.matches("DTSTAMP").count(), 1);
    }
}

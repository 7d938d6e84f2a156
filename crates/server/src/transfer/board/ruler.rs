//! Vehicles on one ruler: what is done, who is aboard, what is planned, empty drives and breaks.

use dispatch::live::State as Standing;
use dispatch::problem::End;
use rules::Time;
use rules::transfer::planning::Why;
use rules::transfer::service::ServicePack;
use store::transfer::{Booking, Duty, Trip};

use super::super::planner::Day;
use super::answers::{Answers, why_words};
use super::list::{late_min, stranded, trip_type};
use crate::when::When;

/// Hours on the ruler, and how many of them lie behind.
const HOURS: i64 = 11;
const BEHIND_H: i64 = 2;

pub(crate) struct Ruler {
    /// Hours: words and place in per cent.
    pub hours: Vec<(String, String)>,
    pub quarters: Vec<String>,
    pub now: String,
    pub now_at: String,
    pub waiting: Lane,
    pub lanes: Vec<Lane>,
    pub on_duty: usize,
}

pub(crate) struct Lane {
    pub vehicle_id: String,
    pub shift_id: String,
    pub name: String,
    pub crew: String,
    /// Out of service now: it can be taken back.
    pub out: bool,
    /// Comes for the chosen booking, or is recommended for it.
    pub on: bool,
    pub bars: Vec<Bar>,
}

/// One bar; `class` is one of the ruler's kinds.
pub(crate) struct Bar {
    pub class: &'static str,
    pub left: String,
    pub width: String,
    pub words: String,
    /// Everything in words, for the table and for who hears the page.
    pub title: String,
    pub booking_id: String,
}

/// The span that is drawn.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    until: i64,
}

impl Span {
    fn percent(self, at: i64) -> f64 {
        let whole = (self.until - self.from) as f64;
        ((at - self.from) as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    /// Place and width; `None` for what lies outside.
    fn place(self, from: i64, until: i64) -> Option<(String, String)> {
        if until <= self.from || from >= self.until || until <= from {
            return None;
        }
        let (left, right) = (self.percent(from), self.percent(until));
        Some((format!("{left:.2}"), format!("{:.2}", (right - left).max(0.4))))
    }
}

pub(crate) fn ruler(
    day: &Day,
    when: When,
    names: &ServicePack,
    chosen: Option<&Booking>,
    answers: Option<&Answers>,
) -> Ruler {
    let hour = Time::HOUR_MS;
    let offset = when.calendar.offset_min * Time::MINUTE_MS;
    let start = (day.now.0 + offset).div_euclid(hour) * hour - offset - BEHIND_H * hour;
    let span = Span { from: start, until: start + HOURS * hour };
    let draw = Draw { day, when, names, span };
    let hours = (0..=HOURS).map(|n| {
        let at = start + n * hour;
        (when.hm(&at), format!("{:.3}", span.percent(at)))
    });
    let quarters = (0..HOURS * 4).map(|n| format!("{:.3}", span.percent(start + n * hour / 4)));
    let shown = (0..day.ground.duties.len()).filter(|vehicle| draw.shows(day.duty(*vehicle)));
    let mut shown: Vec<usize> = shown.collect();
    // Radio numbers count across companies: 2 before 10.
    shown.sort_by_key(|vehicle| {
        let shift = &day.duty(*vehicle).shift;
        (shift.call_sign.chars().count(), shift.call_sign.clone(), shift.from_at)
    });
    let mut lanes: Vec<Lane> = shown.into_iter().map(|vehicle| draw.lane(vehicle)).collect();
    let best = answers.and_then(Answers::best);
    let comes = chosen.and_then(|booking| booking.shift_id.as_ref());
    let comes = comes.or(best.map(|line| &line.shift_id));
    for lane in &mut lanes {
        lane.on = Some(&lane.shift_id) == comes;
    }
    if let Some((booking, best)) = chosen.zip(best)
        && booking.shift_id.is_none()
        && let Some(lane) = lanes.iter_mut().find(|lane| lane.shift_id == best.shift_id)
    {
        lane.bars.extend(draw.suggestion(booking, best));
    }
    Ruler {
        hours: hours.collect(),
        quarters: quarters.collect(),
        now: when.hm(&day.now.0),
        now_at: format!("{:.3}", span.percent(day.now.0)),
        waiting: draw.waiting(),
        on_duty: (0..day.off.len()).filter(|v| draw.drives(*v)).count(),
        lanes,
    }
}

struct Draw<'d> {
    day: &'d Day,
    when: When,
    names: &'d ServicePack,
    span: Span,
}

impl Draw<'_> {
    fn shows(&self, duty: &Duty) -> bool {
        duty.shift.from_at < self.span.until && duty.shift.latest_at > self.span.from
    }

    fn drives(&self, vehicle: usize) -> bool {
        let shift = &self.day.duty(vehicle).shift;
        let now = self.day.now.0;
        self.day.off[vehicle].is_none() && shift.from_at <= now && shift.latest_at > now
    }

    fn short(&self, trip: &Trip) -> String {
        trip_type(self.when.lang, self.names, &trip.trip_type).to_owned()
    }

    fn bar(
        &self,
        (from, until): (i64, i64),
        class: &'static str,
        words: String,
        what: String,
        booking_id: &str,
    ) -> Option<Bar> {
        let (left, width) = self.span.place(from, until)?;
        let title = format!("{}–{} {what}", self.when.hm(&from), self.when.hm(&until));
        Some(Bar { class, left, width, words, title, booking_id: booking_id.to_owned() })
    }

    fn of_trip(&self, trip: &Trip, times: (i64, i64), class: &'static str) -> Option<Bar> {
        let words = self.short(trip);
        let what = format!("{words}：{} → {}", trip.from_place, trip.to_place);
        self.bar(times, class, words, what, &trip.booking_id)
    }

    /// Who waits for a vehicle.
    fn waiting(&self) -> Lane {
        let lang = self.when.lang;
        let bars = self.day.waiting().filter_map(|trip| {
            let at = trip.ready_at.or(trip.appointment_at)?;
            let lasts = trip.drive_s.unwrap_or(2_400) * 1_000 + 20 * Time::MINUTE_MS;
            let near = at <= self.day.now.plus_min(60).0;
            self.of_trip(trip, (at, at + lasts), if near { "is-warn" } else { "is-plan" })
        });
        let count = self.day.waiting().count();
        Lane {
            vehicle_id: String::new(),
            shift_id: String::new(),
            name: lang.board_waiting().to_owned(),
            crew: lang.board_waiting_count(count),
            out: false,
            on: false,
            bars: bars.collect(),
        }
    }

    fn lane(&self, vehicle: usize) -> Lane {
        let duty = self.day.duty(vehicle);
        let lang = self.when.lang;
        let crew: Vec<&str> =
            duty.crew.iter().map(|one| lang.pick(&one.name_zh, &one.name_en)).collect();
        let off = self.day.off[vehicle].as_ref();
        let mut bars: Vec<Bar> = self.done(duty).collect();
        bars.extend(self.planned(vehicle));
        let shift = &duty.shift;
        if let Some(why) = off {
            let words = why_words(self.when, why);
            let span = (self.day.now.0.max(shift.from_at), shift.latest_at);
            bars.extend(self.bar(span, "is-empty", words.clone(), words, ""));
        }
        Lane {
            vehicle_id: shift.vehicle_id.clone(),
            shift_id: shift.shift_id.clone(),
            name: lang.board_vehicle(&shift.call_sign),
            crew: match off {
                Some(why) => why_words(self.when, why),
                None => crew.join(lang.pick("、", ", ")),
            },
            out: matches!(off, Some(Why::Outage { .. })),
            on: false,
            bars,
        }
    }

    /// What has been driven, and who is aboard until now.
    fn done<'a>(&'a self, duty: &'a Duty) -> impl Iterator<Item = Bar> + 'a {
        let own = move |trip: &&Trip| trip.shift_id.as_ref() == Some(&duty.shift.shift_id);
        let trips = self.day.ground.trips.iter().filter(own);
        trips.flat_map(move |trip| {
            let now = self.day.now.0;
            let empty = trip.started_at.and_then(|from| {
                let until = trip.loaded_at.or(trip.on_scene_at).unwrap_or(now);
                let what = self.when.lang.board_empty_drive().to_owned();
                self.bar((from, until), "is-empty", String::new(), what, &trip.booking_id)
            });
            let ridden = trip.loaded_at.and_then(|from| match trip.arrived_at {
                Some(until) => self.of_trip(trip, (from, until), ""),
                None => self.of_trip(trip, (from, now), "is-live"),
            });
            empty.into_iter().chain(ridden)
        })
    }

    /// What is still to come: rides, empty drives before them, breaks.
    fn planned(&self, vehicle: usize) -> Vec<Bar> {
        let (live, day) = (&self.day.live, self.day);
        let mut bars = Vec::new();
        let mut began: Vec<(usize, i64)> = Vec::new();
        let mut place = live.stands(vehicle).map_or(0, |stands| stands.0);
        let mut aboard = (0..day.calls.len())
            .filter(|call| {
                matches!(live.calls()[*call].state,
                    Standing::Aboard { vehicle: v, .. } if v == vehicle)
            })
            .count();
        for stop in live.stops(vehicle) {
            let call = stop.visit.request;
            let trip = day.trip(call);
            let begin = day.time(stop.begin).0;
            let there = day.stop_place(stop.visit);
            let drive = live.travel().leg(place, there).map_or(0, |leg| leg.0) * 1_000;
            place = there;
            if stop.visit.end == End::Pickup {
                if aboard == 0 && trip.on_scene_at.is_none() {
                    let what = self.when.lang.board_empty_drive().to_owned();
                    let from = (begin - drive).max(day.now.0);
                    bars.extend(self.bar((from, begin), "is-empty", String::new(), what, ""));
                }
                began.push((call, begin));
                aboard += 1;
                continue;
            }
            aboard = aboard.saturating_sub(1);
            let from = began.iter().find(|(other, _)| *other == call).map(|(_, at)| *at);
            let from = from.unwrap_or(day.now.0);
            let until = day.time(stop.depart).0;
            let class = match (stranded(day, call), late_min(day, call)) {
                (true, _) => "is-danger",
                (false, Some(_)) => "is-warn",
                (false, None) => "is-plan",
            };
            let mut bar = self.of_trip(trip, (from, until), class);
            if let Some(bar) = bar.as_mut().filter(|_| trip.loaded_at.is_some()) {
                bar.words.clear();
            }
            bars.extend(bar);
        }
        for pause in live.breaks(vehicle) {
            let words = self.when.lang.board_break().to_owned();
            let times = (day.time(pause.begin).0, day.time(pause.end).0);
            bars.extend(self.bar(times, "is-empty", words.clone(), words, ""));
        }
        bars
    }

    /// The recommended place of somebody who waits.
    fn suggestion(&self, booking: &Booking, best: &super::answers::Line) -> Option<Bar> {
        let trip = trip_type(self.when.lang, self.names, &booking.trip_type);
        let words = self.when.lang.board_suggested(trip);
        let (from, until) = best.times?;
        self.bar((from.0, until.0), "is-plan", words.clone(), words, &booking.booking_id)
    }
}

//! One journey as a form says it: the same reading for the desk, a ward, the public and a
//! hospital's own system. What cannot be gets a sentence and loses nothing.

use rules::calendar::Calendar;
use rules::transfer::call::carried_floors;
use rules::transfer::service::{ServicePack, WrongTime};
use rules::transfer::tariff::Trip;
use rules::transfer::tier::TierPack;
use rules::transfer::triage::{Answer as Said, Answers, TriagePack};
use rules::transfer::{Class, Need, Source};
use rules::{Position, Time};
use store::Tx;
use store::transfer::{self, End, NewBooking, Site};

use crate::App;
use crate::fault::{Answer, InLang};
use crate::form::{Fields, fresh_key};
use crate::transfer::planner::Ask;
use crate::words::Lang;

/// What a form is read against.
pub(crate) struct Ground {
    pub sites: Vec<Site>,
    pub service: ServicePack,
    pub triage: TriagePack,
    pub calendar: Calendar,
}

impl Ground {
    pub async fn read(app: &App, tx: &mut Tx, lang: Lang) -> Answer<Ground> {
        let now = app.now();
        Ok(Ground {
            sites: transfer::sites(tx).await.told(lang)?,
            service: tx.packs().service_at(now).clone(),
            triage: tx.packs().triage_at(now).clone(),
            calendar: app.city().calendar,
        })
    }

    /// Names to choose from while typing.
    pub fn suggestions(&self, lang: Lang) -> Vec<String> {
        let sites = self.sites.iter().map(|site| lang.pick(&site.name_zh, &site.name_en));
        let places =
            self.service.places.iter().map(|place| lang.pick(&place.name_zh, &place.name_en));
        sites.chain(places).map(str::to_owned).collect()
    }

    /// The place that typed words mean: a hospital or a street whose name stands in them.
    fn named(&self, typed: &str) -> Option<Spot> {
        let typed = typed.to_lowercase();
        let says = |name: &str| !name.is_empty() && typed.contains(&name.to_lowercase());
        let site = self.sites.iter().filter(|site| {
            [&site.name_zh, &site.name_en, &site.short_zh, &site.short_en]
                .into_iter()
                .any(|name| says(name))
        });
        // The longest name wins: one hospital's name may stand within another's.
        if let Some(site) = site.max_by_key(|site| site.name_zh.chars().count()) {
            return Some(Spot {
                site_id: Some(site.site_id.clone()),
                at: site.at(),
                region_code: site.region_code.clone(),
            });
        }
        let places = self.service.places.iter();
        let place = places
            .filter(|place| says(&place.name_zh) || says(&place.name_en))
            .max_by_key(|place| place.name_zh.chars().count())?;
        Some(Spot { site_id: None, at: place.position(), region_code: place.region_code.clone() })
    }

    /// A point on the map: the district of the nearest known place, or nowhere of ours.
    fn pointed(&self, at: Position) -> Spot {
        let region_code = self.region_of(at).unwrap_or_default();
        Spot { site_id: None, at, region_code }
    }

    fn region_of(&self, at: Position) -> Option<String> {
        let reach = self.service.area.reach_m;
        let sites = self.sites.iter().map(|site| (site.at().distance_m(at), &site.region_code));
        let places = self
            .service
            .places
            .iter()
            .map(|place| (place.position().distance_m(at), &place.region_code));
        let nearest = sites.chain(places).min_by_key(|(distance, _)| *distance)?;
        (nearest.0 <= reach).then(|| nearest.1.clone())
    }

    /// How many of so many metres lie beyond the city, by the straight line between the ends.
    pub fn outside_m(&self, from: Position, to: Position, distance_m: i64) -> i64 {
        let beyond = |step: &i64| {
            let share = *step as f64 / f64::from(STEPS);
            let at = Position {
                lat: from.lat + (to.lat - from.lat) * share,
                lng: from.lng + (to.lng - from.lng) * share,
            };
            self.region_of(at).is_none()
        };
        // A way between two places of ours does not leave the city for a gap between their points.
        if self.region_of(to).is_some() && self.region_of(from).is_some() {
            return 0;
        }
        let outside = (0..=i64::from(STEPS)).filter(beyond).count();
        let outside = i64::try_from(outside).unwrap_or(0);
        (distance_m * outside / (i64::from(STEPS) + 1)).clamp(1, distance_m.max(1))
    }
}

const STEPS: i32 = 200;

/// Where somebody is fetched or brought.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub site_id: Option<String>,
    pub at: Position,
    /// Empty outside the city.
    pub region_code: String,
}

/// A form as it was understood.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub from: Option<Spot>,
    pub to: Option<Spot>,
    pub ready_at: Option<Time>,
    pub appointment_at: Option<Time>,
    pub needs: Vec<Need>,
    pub answers: Answers,
    pub raised: Option<Class>,
    pub with_return: bool,
    pub waiting_min: i64,
    pub floors: [(i64, bool); 2],
    /// Field and sentence.
    pub wrong: Vec<(&'static str, String)>,
}

impl Heard {
    pub fn trip(&self, ground: &Ground, distance_m: i64, drive_s: i64) -> Option<Trip> {
        let (from, to) = (self.from.as_ref()?, self.to.as_ref()?);
        let carried = self.floors.iter().map(|(floor, lift)| carried_floors(*floor, *lift));
        Some(Trip {
            distance_m,
            outside_m: ground.outside_m(from.at, to.at, distance_m),
            drive_min: (drive_s + 59) / 60,
            waiting_min: self.waiting_min,
            with_return: self.with_return,
            carried_floors: carried.sum(),
            needs: self.needs.clone(),
        })
    }

    /// The question for the planner.
    pub fn ask(&self, tiers: &TierPack, class: Option<Class>, fields: &Fields) -> Option<Ask> {
        let stairs = self.floors.map(|(floor, lift)| carried_floors(floor, lift));
        Some(Ask {
            booking_id: None,
            from: self.from.as_ref()?.at,
            to: self.to.as_ref()?.at,
            stairs,
            needs: self.needs.clone(),
            class,
            tier: class
                .and_then(|class| tiers.least(class, &self.needs))
                .map(|tier| tier.code.clone()),
            companions: fields.number("companions").unwrap_or(0),
            carry: fields.number("carry").unwrap_or(0),
            ready_at: self.ready_at,
            appointment_at: self.appointment_at,
            promise: None,
        })
    }

    /// The booking that the form asks for; `None` while a place is missing.
    pub fn booking(&self, fields: &Fields, source: Source) -> Option<NewBooking> {
        let (from, to) = (self.from.as_ref()?, self.to.as_ref()?);
        let end = |spot: &Spot, name: &str, (floor, lift): (i64, bool)| End {
            site_id: spot.site_id.clone(),
            place: fields.get(name).to_owned(),
            at: spot.at,
            floor,
            lift,
        };
        let born = fields.number("age").filter(|age| (0..=130).contains(age));
        Some(NewBooking {
            request_key: fields.some("request_key").unwrap_or_else(fresh_key),
            source,
            trip_type: fields.get("trip_type").to_owned(),
            region_code: from.region_code.clone(),
            patient: fields.get("patient").to_owned(),
            patient_born: born.zip(self.ready_at.or(self.appointment_at)).map(|(age, at)| {
                let (year, _, _) = rules::calendar::civil(at.0.div_euclid(Time::DAY_MS));
                year - age
            }),
            weight_kg: fields.number("weight_kg"),
            caller: fields.get("caller").to_owned(),
            relation: fields.get("relation").to_owned(),
            phone: fields.get("phone").to_owned(),
            phone_verified_at: None,
            words: fields.get("words").to_owned(),
            language: fields.get("language").to_owned(),
            from: end(from, "from", self.floors[0]),
            to: end(to, "to", self.floors[1]),
            needs: self.needs.clone(),
            companions: fields.number("companions").unwrap_or(0),
            carry: fields.number("carry").unwrap_or(0),
            ready_at: self.ready_at,
            appointment_at: self.appointment_at,
            will_call_at: None,
            return_of: None,
            series_id: None,
        })
    }

    /// Whether the times can be, once the drive is known.
    pub fn check_times(&mut self, ground: &Ground, lang: Lang, now: Time, drive_s: i64) {
        let found = ground.service.wrong_time(now, self.ready_at, self.appointment_at, drive_s);
        let promise = &ground.service.promise;
        let sentence = match found {
            None => return,
            Some(WrongTime::TooSoon) => lang.tc_too_soon(promise.soonest_min),
            Some(WrongTime::TooFar) => lang.tc_too_far(promise.ahead_days),
            Some(WrongTime::Missed) => {
                lang.tc_missed(drive_s / 60, promise.load_min * 2 + promise.before_min)
            }
        };
        self.wrong.push(("time", sentence));
    }
}

/// Reads a form. Empty fields are no faults: a call fills them one by one.
pub(crate) fn hear(fields: &Fields, ground: &Ground, lang: Lang, now: Time) -> Heard {
    let mut wrong = Vec::new();
    let mut spot = |name: &'static str, lat: &str, lng: &str| {
        let typed = fields.get(name);
        let number = |field: &str| fields.get(field).parse::<f64>().ok().filter(|v| v.is_finite());
        let point = number(lat).zip(number(lng)).map(|(lat, lng)| Position { lat, lng });
        let real = point.filter(|at| at.lat.abs() <= 90.0 && at.lng.abs() <= 180.0);
        let found = match (ground.named(typed), real) {
            (Some(spot), _) if spot.site_id.is_some() => Some(spot),
            (_, Some(at)) => Some(ground.pointed(at)),
            (named, None) => named,
        };
        if found.is_none() && !typed.is_empty() {
            wrong.push((name, lang.tc_place_unknown().to_owned()));
        }
        found
    };
    let (from, to) = (spot("from", "from_lat", "from_lng"), spot("to", "to_lat", "to_lng"));
    if from.as_ref().is_some_and(|spot| spot.region_code.is_empty()) {
        wrong.push(("from", lang.refusal(store::Refusal::OutsideArea).to_owned()));
    }
    let at = moment(fields, ground, lang, now, &mut wrong);
    let appointment = fields.get("when") == "appointment";
    let floors = [("from_floor", "from_lift"), ("to_floor", "to_lift")].map(|(floor, lift)| {
        (fields.number(floor).unwrap_or(1).clamp(-5, 120), fields.get(lift) != "0")
    });
    for (name, most) in [("weight_kg", 400), ("age", 130)] {
        let typed = fields.get(name);
        if !typed.is_empty() && !fields.number(name).is_some_and(|n| (0..=most).contains(&n)) {
            wrong.push((name, lang.tc_number_wrong(most)));
        }
    }
    Heard {
        from,
        to,
        ready_at: at.filter(|_| !appointment),
        appointment_at: at.filter(|_| appointment),
        needs: needs_of(fields),
        answers: answers_of(fields, &ground.triage),
        raised: Class::of(fields.get("raised")).filter(|class| *class != Class::Plain),
        with_return: fields.get("back") == "call",
        waiting_min: fields.number("waiting_min").unwrap_or(0).clamp(0, 4_320),
        floors,
        wrong,
    }
}

/// The day and the time as one moment; today where no day is named.
fn moment(
    fields: &Fields,
    ground: &Ground,
    lang: Lang,
    now: Time,
    wrong: &mut Vec<(&'static str, String)>,
) -> Option<Time> {
    let typed = fields.get("time");
    if typed.is_empty() {
        return None;
    }
    let today = ground.calendar.day_start(ground.calendar.day_number(now));
    let day = match fields.get("day") {
        "" => Some(today),
        _ => fields.day("day", ground.calendar),
    };
    // Somebody who types fast leaves the colon out.
    let minute = fields.minute("time").or_else(|| {
        let number: i64 = typed.parse().ok().filter(|_| matches!(typed.len(), 3 | 4))?;
        let (hour, minute) = (number / 100, number % 100);
        ((0..24).contains(&hour) && minute < 60).then_some(hour * 60 + minute)
    });
    match day.zip(minute) {
        Some((day, minute)) => Some(day.plus_min(minute)),
        None => {
            wrong.push(("time", lang.tc_time_wrong().to_owned()));
            None
        }
    }
}

fn needs_of(fields: &Fields) -> Vec<Need> {
    let mut needs: Vec<Need> = Vec::new();
    match fields.get("posture") {
        "stretcher" => needs.push(Need::Stretcher),
        "wheelchair" => needs.push(Need::Wheelchair),
        _ => {}
    }
    let ticked = [Need::Bariatric, Need::Escort, Need::Language];
    needs.extend(
        ticked.into_iter().filter(|need| fields.get(&format!("need_{}", need.code())) == "1"),
    );
    needs
}

fn answers_of(fields: &Fields, pack: &TriagePack) -> Answers {
    let answered = pack.questions.iter().filter_map(|question| {
        let said = Said::of(fields.get(&format!("q_{}", question.code)))?;
        Some((question.code.clone(), said))
    });
    answered.collect()
}

/// 32 letters that cannot be mistaken for each other, as on other codes of ours.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 40 random bits: a code is asked for by hand, a few times an hour.
const CODE_LETTERS: usize = 8;

/// A new quote code such as `8K3F27QM`.
pub(crate) fn fresh_code() -> String {
    let mut bytes = [0u8; CODE_LETTERS];
    // Without randomness the code is taken already, and the quote is refused.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()
}

/// `8K3F-27QM`, as it is read aloud.
pub(crate) fn code_in_parts(code: &str) -> String {
    match (code.get(..4), code.get(4..)) {
        (Some(first), Some(rest)) if !rest.is_empty() => format!("{first}-{rest}"),
        _ => code.to_owned(),
    }
}

/// A code as people type it.
pub(crate) fn code_of(typed: &str) -> String {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.chars().filter(|c| c.is_ascii_alphanumeric()).map(letter).take(40).collect()
}

/// Fen as yuan: `370.00`.
pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

/// Yuan as typed, in fen: `370`, `370.5`, `1,370.50`.
pub(crate) fn fen_of(typed: &str) -> Option<i64> {
    let typed = typed.replace([',', ' ', '¥', '￥'], "");
    let (whole, part) = typed.split_once('.').unwrap_or((&typed, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 8 || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_as_people_type_it() {
        for (typed, fen) in [
            ("370", Some(37_000)),
            ("370.5", Some(37_050)),
            ("1,370.50", Some(137_050)),
            ("￥0.05", Some(5)),
            ("", None),
            (".5", None),
            ("-5", None),
            ("1.234", None),
            ("123456789", None),
            ("x", None),
        ] {
            assert_eq!(fen_of(typed), fen, "{typed}");
        }
        assert_eq!(
            (yuan(37_000), yuan(-5), yuan(105)),
            ("370.00".into(), "-0.05".into(), "1.05".into())
        );
    }

    #[test]
    fn codes_as_people_type_them() {
        assert_eq!(code_of(" 8k3f-27qm "), "8K3F27QM");
        assert_eq!(code_of("OIL"), "011");
        assert_eq!(code_in_parts("8K3F27QM"), "8K3F-27QM");
        assert_eq!(code_of(&code_in_parts("8K3F27QM")), "8K3F27QM");
    }
}

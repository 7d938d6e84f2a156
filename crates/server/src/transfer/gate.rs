//! What a form leads to while it is typed: the class with its reasons, the price line by line, the
//! way, and the times a vehicle could come. Nothing is written here.

use rules::Time;
use rules::pack::{Head, Status};
use rules::transfer::tariff::{Fare, Item, Line, TariffPack, Trip};
use rules::transfer::tier::TierPack;
use rules::transfer::triage::{Reason, TriagePack, Verdict, judge};
use rules::transfer::{Class, Moment, Source};
use store::transfer;

use crate::App;
use crate::fault::{Answer, Fault, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::transfer::journey::{Ground, Heard, hear, yuan};
use crate::transfer::planner::{self, Offer};
use crate::transfer::roads::Way;
use crate::when::When;
use crate::words::Lang;

/// A form, judged.
pub(crate) struct Judged {
    pub ground: Ground,
    pub heard: Heard,
    pub verdict: Verdict,
    pub way: Option<Way>,
    pub trip: Option<Trip>,
    /// The price with its tariff, or why there is none.
    pub price: Option<Result<(TariffPack, Fare), String>>,
    pub offers: Vec<Offer>,
    pub soonest: Option<Time>,
    /// Open bookings of the same person around that time: id and number.
    pub twins: Vec<(String, String)>,
}

/// Reads and judges a form. `with_slots` asks the planner as well, which costs a plan.
pub(crate) async fn judged(
    app: &App,
    lang: Lang,
    fields: &Fields,
    who: Option<&SignedIn>,
    with_slots: bool,
) -> Answer<Judged> {
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let ground = Ground::read(app, &mut tx, lang).await?;
    let mut heard = hear(fields, &ground, lang, now);
    let verdict = judge(&ground.triage, Moment::Call, &heard.answers, &heard.needs, heard.raised);
    let mut judged = Judged {
        verdict,
        way: None,
        trip: None,
        price: None,
        offers: Vec::new(),
        soonest: None,
        twins: Vec::new(),
        heard: heard.clone(),
        ground,
    };
    if let Some(who) = who
        && let Some(new) = heard.booking(fields, Source::Phone)
        && !new.patient.is_empty()
    {
        judged.twins = transfer::twins(&mut tx, &who.scope, &new, now).await.told(lang)?;
    }
    let (Some(from), Some(to)) = (heard.from.clone(), heard.to.clone()) else { return Ok(judged) };
    let around = heard.ready_at.or(heard.appointment_at).unwrap_or(now).max(now);
    if !from.region_code.is_empty() && heard.wrong.iter().all(|(name, _)| *name != "from") {
        let ends = [&from, &to];
        let regions: Vec<&str> = ends.iter().map(|spot| spot.region_code.as_str()).collect();
        let sites: Vec<&str> = ends.iter().filter_map(|spot| spot.site_id.as_deref()).collect();
        if !transfer::served(&mut tx, &regions, &sites, around).await.told(lang)? {
            heard.wrong.push(("from", lang.tc_not_served().to_owned()));
        }
    }
    let found =
        transfer::tariff_between(&mut tx, from.site_id.as_deref(), to.site_id.as_deref(), now)
            .await;
    let tiers = tx.packs().tiers_at(now).clone();
    drop(tx);
    let way = planner::way(app, from.at, to.at, around).await;
    heard.check_times(&judged.ground, lang, now, way.drive_s);
    heard.needs = judged.verdict.needs.clone();
    judged.trip = heard.trip(&judged.ground, way.distance_m, way.drive_s);
    judged.price = match found {
        Ok(tariff) => judged.trip.as_ref().map(|trip| match tariff.price(trip) {
            Some(fare) => Ok((tariff, fare)),
            None => Err(lang.refusal(store::Refusal::Quantity).to_owned()),
        }),
        Err(store::Error::Refused(refusal)) => Some(Err(lang.refusal(refusal).to_owned())),
        Err(error) => return Err(Fault::of(error, lang)),
    };
    judged.way = Some(way);
    let bookable = matches!(judged.verdict.class, Some(Class::Care | Class::Plain))
        && heard.wrong.is_empty()
        && (heard.ready_at.is_some() || heard.appointment_at.is_some());
    if let Some(ask) =
        heard.ask(&tiers, judged.verdict.class, fields).filter(|_| bookable && with_slots)
    {
        let slots = planner::slots(app, lang, ask).await?;
        judged.offers = slots.offers;
        judged.soonest = slots.soonest;
    }
    judged.heard = heard;
    Ok(judged)
}

/// One class of the three.
pub(crate) struct Third {
    pub name: &'static str,
    pub what: &'static str,
    pub on: bool,
    pub red: bool,
}

/// What the page shows of it.
pub(crate) struct Gate {
    pub lang: Lang,
    pub thirds: Vec<Third>,
    pub version: String,
    pub draft: bool,
    /// Nothing while a question is open.
    pub class: Option<Class>,
    pub why: String,
    pub open: usize,
    pub tier: Option<(String, String)>,
    pub again_min: i64,
    pub lines: Vec<(String, String)>,
    pub total: Option<String>,
    pub total_fen: i64,
    pub tariff: String,
    pub no_price: Option<String>,
    pub two_drivers: bool,
    pub way: Option<String>,
    pub way_more: String,
    pub slots: Vec<Slot>,
    pub no_slot: Option<String>,
    pub twins: Vec<(String, String)>,
    pub wrong: Vec<String>,
    /// Everything needed for a booking is there.
    pub ready: bool,
}

pub(crate) struct Slot {
    pub value: String,
    pub at: String,
    pub what: String,
    pub on: bool,
}

impl Gate {
    pub fn is_red(&self) -> bool {
        self.class == Some(Class::Emergency)
    }
}

impl Judged {
    pub fn gate(&self, when: When, tiers: &TierPack, fields: &Fields) -> Gate {
        let lang = when.lang;
        let class = self.verdict.class;
        let care = matches!(class, Some(Class::Care | Class::Plain));
        let pack = &self.ground.triage;
        let tier = class
            .filter(|_| care)
            .and_then(|class| tiers.least(class, &self.verdict.needs))
            .map(|tier| {
                let text = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
                (text(&tier.name_zh, &tier.name_en), text(&tier.what_zh, &tier.what_en))
            });
        let mut wrong: Vec<String> =
            self.heard.wrong.iter().map(|(_, sentence)| sentence.clone()).collect();
        if care && tier.is_none() {
            wrong.push(lang.refusal(store::Refusal::NoTier).to_owned());
        }
        let priced = self.price.as_ref().and_then(|price| price.as_ref().ok());
        let ready = care
            && wrong.is_empty()
            && priced.is_some()
            && (self.heard.ready_at.is_some() || self.heard.appointment_at.is_some())
            && !fields.get("patient").is_empty()
            && !fields.get("phone").is_empty();
        Gate {
            lang,
            thirds: thirds(lang, class),
            version: format!(
                "{} {}",
                lang.pick(&pack.pack.title_zh, &pack.pack.title_en),
                pack.pack.version
            ),
            draft: pack.pack.status == Status::Draft,
            class,
            why: reasons_line(lang, pack, &self.verdict.reasons),
            open: self.verdict.open.len(),
            tier,
            again_min: pack.again_min,
            lines: priced
                .map_or(Vec::new(), |(tariff, fare)| fare_lines(lang, tariff, &fare.lines)),
            total: priced.map(|(_, fare)| yuan(fare.total_fen)),
            total_fen: priced.map_or(0, |(_, fare)| fare.total_fen),
            tariff: priced.map_or(String::new(), |(tariff, _)| tariff_line(lang, &tariff.pack)),
            no_price: self.price.as_ref().and_then(|price| price.as_ref().err().cloned()),
            two_drivers: priced.is_some_and(|(_, fare)| fare.drivers > 1),
            way: self
                .way
                .map(|way| lang.tc_way(super::km(way.distance_m), (way.drive_s + 59) / 60)),
            way_more: self.way_more(lang),
            slots: self.slots(when, fields),
            no_slot: self.no_slot(when),
            twins: self.twins.clone(),
            wrong,
            ready,
        }
    }

    fn way_more(&self, lang: Lang) -> String {
        let Some(way) = self.way else { return String::new() };
        let charged = self.price.as_ref().and_then(|price| price.as_ref().ok());
        let charged = charged.map_or(0, |(_, fare)| fare.charged_m / 1_000);
        let source = source_word(lang, way.source.code());
        lang.tc_way_more(charged, source)
    }

    fn slots(&self, when: When, fields: &Fields) -> Vec<Slot> {
        let lang = when.lang;
        let chosen = fields.get("slot");
        let drawn = self.offers.iter().enumerate().map(|(index, offer)| {
            let value = slot_value(offer);
            let same = chosen.split('@').next() == value.split('@').next();
            let known = self.offers.iter().any(|one| chosen.starts_with(&one.shift_id));
            Slot {
                on: same || (index == 0 && !known),
                at: lang.tc_slot_at(when.hm(&offer.pickup_at.0)),
                what: lang.tc_slot_what(
                    &offer.call_sign,
                    when.hm(&offer.arrive_at.0),
                    super::km(offer.empty_m),
                ),
                value,
            }
        });
        drawn.collect()
    }

    fn no_slot(&self, when: When) -> Option<String> {
        let care = matches!(self.verdict.class, Some(Class::Care | Class::Plain));
        let timed = self.heard.ready_at.is_some() || self.heard.appointment_at.is_some();
        if !care || !timed || self.way.is_none() || !self.offers.is_empty() {
            return None;
        }
        Some(match self.soonest {
            Some(at) => when.lang.tc_slot_soonest(when.month_day_hm(&at.0)),
            None => when.lang.tc_slot_none().to_owned(),
        })
    }
}

/// An offer as the form carries it: which shift, and the window that was promised.
pub(crate) fn slot_value(offer: &Offer) -> String {
    format!("{}@{}-{}", offer.shift_id, offer.promise.0.0, offer.promise.1.0)
}

/// The window of a chosen slot.
pub(crate) fn promise_of(value: &str) -> Option<(String, (Time, Time))> {
    let (shift, window) = value.split_once('@')?;
    let (from, until) = window.split_once('-')?;
    let (from, until) = (from.parse().ok()?, until.parse().ok()?);
    (from < until).then(|| (shift.to_owned(), (Time(from), Time(until))))
}

fn thirds(lang: Lang, class: Option<Class>) -> Vec<Third> {
    let one = |of: Class, name, what| Third {
        name,
        what,
        on: class == Some(of),
        red: of == Class::Emergency,
    };
    vec![
        one(Class::Emergency, lang.tc_class_120(), "120"),
        one(Class::Care, lang.transfer_class(Class::Care), lang.tc_class_care()),
        one(Class::Plain, lang.transfer_class(Class::Plain), lang.tc_class_plain()),
    ]
}

/// Why a class was given, as one line.
pub(crate) fn reasons_line(lang: Lang, pack: &TriagePack, reasons: &[Reason]) -> String {
    let words = reasons.iter().map(|reason| match reason {
        Reason::Question(code) => pack.question(code).map_or(code.clone(), |question| {
            lang.pick(&question.why_zh, &question.why_en).to_owned()
        }),
        Reason::Need(need) => lang.tc_why_need(lang.need(*need)),
        Reason::Judgement => lang.tc_why_judgement().to_owned(),
        Reason::NoneOf(count) => lang.tc_why_none(*count),
    });
    words.collect::<Vec<String>>().join(lang.pick("；", "; "))
}

/// A price line by line: words and yuan.
pub(crate) fn fare_lines(lang: Lang, tariff: &TariffPack, lines: &[Line]) -> Vec<(String, String)> {
    let unit_km = tariff.unit_m / 1_000;
    let words = |line: &Line| match line.item {
        Item::Base => lang.tc_line_base(tariff.base_m / 1_000),
        Item::Distance => lang.tc_line_distance(line.count * unit_km, yuan(line.each_fen)),
        Item::Outside => lang.tc_line_outside(line.count * unit_km, yuan(line.each_fen)),
        Item::Extra => {
            let extra = tariff.extra(&line.code);
            let name =
                extra.map_or(line.code.as_str(), |extra| lang.pick(&extra.name_zh, &extra.name_en));
            lang.tc_line_extra(name, line.count)
        }
        Item::Return if line.count == 0 => lang.tc_line_return_included().to_owned(),
        Item::Return => lang.tc_line_return(line.count / 10),
        Item::Waiting => {
            let free = tariff.waiting.free_min;
            lang.tc_line_waiting(free, line.count, tariff.waiting.period_min, yuan(line.each_fen))
        }
        Item::Tolls => lang.tc_line_tolls().to_owned(),
    };
    let amount = |line: &Line| match line.item {
        Item::Tolls => lang.tc_included().to_owned(),
        _ => yuan(line.fen),
    };
    lines.iter().map(|line| (words(line), amount(line))).collect()
}

/// Which tariff it was, and that it is an example.
pub(crate) fn tariff_line(lang: Lang, head: &Head) -> String {
    let title = lang.pick(&head.title_zh, &head.title_en);
    let note = lang.pick(&head.note_zh, &head.note_en);
    lang.tc_tariff(title, &head.version, note)
}

/// What a driving time rests on.
pub(crate) fn source_word(lang: Lang, code: &str) -> &'static str {
    match code {
        "road" => lang.tc_source_road(),
        "osrm" | "valhalla" => lang.tc_source_service(),
        _ => lang.tc_source_straight(),
    }
}

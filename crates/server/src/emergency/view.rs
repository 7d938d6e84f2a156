//! One case as every screen shows it: its clock, its card, its packet, its hospitals.

mod clock;
mod hospitals;
mod packet;

pub(crate) use packet::facts_of;

use rules::card::Card;
use rules::emergency::{
    Airway, Course, DeclineReason, Mark as Step, Outcome, Party, Recommendation, Source, Standing,
    clock,
};
use store::emergency::{CallRow, Case, FactRow, QC, TickRow};
use store::oncall::Hospital;
use store::{Tx, emergency, oncall};

use self::hospitals::Items;
use super::course::{self, Entry};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::session::SignedIn;
use crate::when::When;
use crate::words::Lang;

/// A box of the clock.
pub(crate) struct Target {
    pub label: String,
    pub time: String,
    /// The page counts down to this moment, and on behind it.
    pub timer_to: Option<i64>,
    pub mark: Mark,
    pub word: String,
    pub now: bool,
}

/// The clock's ruler: percent from the left.
pub(crate) struct ClockRuler {
    pub ticks: Vec<(String, String)>,
    pub bar: String,
    pub start: String,
    pub start_word: &'static str,
    pub now: String,
    pub now_word: String,
    pub ended: bool,
    pub eta: Option<(String, String)>,
    pub limits: Vec<(String, String)>,
}

/// A step of the card.
pub(crate) struct StepShown {
    pub key: String,
    pub mark: Mark,
    pub text: String,
    pub who: &'static str,
    pub when: String,
    pub done: bool,
    pub current: bool,
    pub mine: bool,
}

pub(crate) struct CardShown {
    pub name: String,
    pub recognise: String,
    pub source: String,
    pub draft: bool,
    pub until: String,
    pub version: String,
    pub steps: Vec<StepShown>,
    pub done: usize,
    /// Drug, amount, how.
    pub doses: Vec<(String, String, String)>,
}

/// A fact of the packet.
pub(crate) struct FactShown {
    pub label: &'static str,
    pub value: String,
    pub when: String,
    pub before: bool,
}

/// A hospital beside the case.
pub(crate) struct HospitalShown {
    pub id: String,
    pub name: String,
    pub tag: &'static str,
    pub minutes: Option<String>,
    pub mark: Mark,
    pub state: String,
    pub why: String,
    pub has: Vec<String>,
    pub lacks: Vec<(bool, String)>,
    pub phone: String,
    pub gate: String,
    /// The way there, in the map most phones here have.
    pub go: String,
    pub chosen: bool,
    pub called: bool,
}

/// Everything about one case that pages draw.
pub(crate) struct View {
    pub case: Case,
    pub party: Party,
    pub marks: Vec<Step>,
    pub title: String,
    pub mark: Mark,
    pub standing: &'static str,
    pub source: &'static str,
    pub place: String,
    pub person: String,
    pub clock_from: i64,
    pub clock: String,
    pub clock_to: Option<i64>,
    pub since: String,
    pub targets: Vec<Target>,
    pub ruler: ClockRuler,
    pub card: CardShown,
    pub facts: Vec<FactShown>,
    pub totals: Vec<String>,
    pub missing: Vec<&'static str>,
    pub hospitals: Vec<HospitalShown>,
    pub differs: String,
    pub course: Vec<Entry>,
    pub map: String,
    pub cards: Vec<(String, String)>,
    pub hotline: Option<String>,
    pub open: bool,
    pub boundaries: String,
    /// Why a hospital declines, how a case ends: code and word.
    pub reasons: Vec<(&'static str, &'static str)>,
    pub outcomes: Vec<(&'static str, &'static str)>,
    pub outcome: &'static str,
    pub map_note: String,
}

impl View {
    pub fn may(&self, mark: &str) -> bool {
        self.marks.iter().any(|one| one.code() == mark)
    }

    pub fn takes_part(&self) -> bool {
        self.party != Party::Reader
    }

    pub fn is(&self, party: &str) -> bool {
        self.party.code() == party
    }
}

/// Reads and draws a case within the asker's scope.
pub(crate) async fn view(
    app: &App,
    tx: &mut Tx,
    who: &SignedIn,
    when: When,
    emergency_id: &str,
) -> Answer<View> {
    let lang = who.lang;
    let at = app.now();
    let case = emergency::case(tx, &who.scope, emergency_id).await.told(lang)?;
    let calls = emergency::calls(tx, emergency_id).await.told(lang)?;
    let hospitals = oncall::hospitals(tx, at).await.told(lang)?;
    let hotlines = oncall::hotlines(tx, at).await.told(lang)?;
    let city = hotlines.into_iter().find(|line| line.hospital_id.is_none());
    let read = Read {
        party: emergency::party(tx, &who.scope, &case).await.told(lang)?,
        facts: emergency::facts(tx, &case).await.told(lang)?,
        ticks: emergency::ticks(tx, emergency_id).await.told(lang)?,
        course: course::course(tx, when, &case, &calls, &hospitals).await?,
        recommendation: case.recommendation().told(lang)?,
        hotline: city.map(|line| line.number),
        calls,
        hospitals,
    };
    Ok(drawn(app, tx, who, when, case, read))
}

/// What was read beside the case itself.
struct Read {
    party: Party,
    calls: Vec<CallRow>,
    facts: Vec<FactRow>,
    ticks: Vec<TickRow>,
    hospitals: Vec<Hospital>,
    course: Vec<Entry>,
    recommendation: Recommendation,
    hotline: Option<String>,
}

fn drawn(app: &App, tx: &Tx, who: &SignedIn, when: When, case: Case, read: Read) -> View {
    let (lang, at) = (who.lang, app.now());
    let (now, city) = (at.0, app.city());
    let prefix = city.code.get(..4).unwrap_or(&city.code);
    let Read { party, calls, facts, ticks, hospitals, course, recommendation, hotline } = read;
    let name = |card: &Card| lang.pick(&card.name_zh, &card.name_en).to_owned();
    let cards = tx.packs().cards_at(at).cards.iter();
    let cards = cards.map(|card| (card.code.clone(), name(card))).collect();
    let pack = tx.packs().cards_of(&case.card_version);
    let card = pack.and_then(|pack| pack.card(&case.card));
    let known = Known { when, case: &case, calls: &calls, party, now };
    let told: Vec<_> = facts.iter().map(|row| row.told.clone()).collect();
    let built = rules::emergency::packet(&told);
    let times = case.course();
    let lines = card.map(|card| clock(&card.targets, &times, at)).unwrap_or_default();
    let start = case.onset_at.unwrap_or(case.raised_at);
    let end = [case.closed_at, case.stood_down_at, case.merged_at].into_iter().flatten().min();
    let stop = case.handed_over_at.or(end);
    let items = Items::of(tx, lang, at);
    let candidates = recommendation.candidates.iter();
    let outcome = case.outcome.as_deref().and_then(Outcome::of);
    View {
        party,
        marks: marks(who, &calls, &times, party),
        title: title(lang, card, &case),
        mark: standing_mark(times.standing(), &case),
        standing: lang.standing(times.standing()),
        source: Source::of(&case.source).map_or("", |source| lang.case_source(source)),
        place: place(lang, &case),
        person: packet::person(lang, &built.facts),
        clock_from: start,
        clock: when.timer(&(stop.unwrap_or(now) - start)),
        clock_to: stop,
        since: match case.onset_at {
            Some(onset) => lang.since_onset(when.hm(&onset)),
            None => lang.since_raised(when.hm(&case.raised_at)),
        },
        targets: lines.iter().map(|line| known.target(card, line, &lines)).collect(),
        ruler: known.ruler(card, stop),
        card: known.card(card, &ticks, built.weight_kg),
        facts: packet::facts_shown(when, &facts, &built.facts),
        totals: packet::totals(lang, &built),
        missing: packet::missing(lang, &built.facts),
        differs: known.differs(&recommendation, &hospitals),
        map: known.map(&hospitals, &recommendation),
        hospitals: candidates
            .filter_map(|one| known.hospital(&items, &hospitals, one, &recommendation))
            .collect(),
        course,
        cards,
        hotline,
        open: times.is_open(),
        reasons: reasons(lang),
        outcomes: Outcome::ALL.iter().map(|one| (one.code(), lang.case_outcome(*one))).collect(),
        outcome: outcome.map_or("", |outcome| lang.case_outcome(outcome)),
        boundaries: crate::assets::url(&format!("boundaries/{prefix}.geojson")),
        map_note: lang.pick(&city.map_note[0], &city.map_note[1]).to_owned(),
        case,
    }
}

/// Why a hospital declines: code and word.
pub(crate) fn reasons(lang: Lang) -> Vec<(&'static str, &'static str)> {
    DeclineReason::ALL.iter().map(|one| (one.code(), lang.decline_reason(*one))).collect()
}

/// How an airway can be: code and word.
pub(crate) fn airways(lang: Lang) -> Vec<(&'static str, &'static str)> {
    Airway::ALL.iter().map(|one| (one.code(), lang.airway(*one))).collect()
}

/// The marks of a party; an own call that rings may be answered even when another place was first.
fn marks(who: &SignedIn, calls: &[CallRow], course: &Course, party: Party) -> Vec<Step> {
    let own = who.scope.hospital().unwrap_or(QC);
    let rings = calls.iter().any(|call| {
        call.hospital_id == own
            && call.acknowledged_at.is_none()
            && call.declined_at.is_none()
            && call.withdrawn_at.is_none()
    });
    let may = rings
        && course.is_open()
        && course.accepted_at.is_none()
        && matches!(party, Party::Desk | Party::Called);
    let others = course.marks(party).into_iter().filter(|mark| *mark != Step::Acknowledge);
    may.then_some(Step::Acknowledge).into_iter().chain(others).collect()
}

/// Two decimals at most, none where they say nothing.
pub(crate) fn round(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn title(lang: Lang, card: Option<&Card>, case: &Case) -> String {
    let name = card.map_or(case.card.as_str(), |card| lang.pick(&card.name_zh, &card.name_en));
    if case.drill_at.is_some() { lang.drill_of(name) } else { name.to_owned() }
}

pub(crate) fn standing_mark(standing: Standing, case: &Case) -> Mark {
    match standing {
        Standing::Raised => Mark::Danger,
        Standing::Acknowledged if case.accepted_at.is_none() => Mark::Danger,
        Standing::Closed | Standing::HandedOver => Mark::Ok,
        Standing::StoodDown | Standing::Merged => Mark::Off,
        _ => Mark::Live,
    }
}

/// Where the patient is. In English a place that was written in Chinese stands behind the
/// institution's own English name.
fn place(lang: Lang, case: &Case) -> String {
    let institution = lang.pick_or(case.institution_zh.as_deref(), case.institution_en.as_deref());
    let region = lang.pick_or(case.region_zh.as_deref(), case.region_en.as_deref());
    let written = if lang.is_en() && !institution.is_empty() { "" } else { case.place.as_str() };
    // An address of the register begins with its district.
    let region = if written.starts_with(region) { "" } else { region };
    let parts: Vec<&str> =
        [institution, region, written].into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { lang.place_unknown().to_owned() } else { parts.join(lang.comma()) }
}

/// What the parts of a view are drawn from.
struct Known<'k> {
    when: When,
    case: &'k Case,
    calls: &'k [CallRow],
    party: Party,
    now: i64,
}

impl Known<'_> {
    fn lang(&self) -> Lang {
        self.when.lang
    }
}

/// Whether a call row is the QC centre's own.
pub(crate) fn is_qc(call: &CallRow) -> bool {
    call.hospital_id == QC
}

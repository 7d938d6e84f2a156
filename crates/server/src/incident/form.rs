//! The fields that both forms share, and a report read from them without trust.

use rules::calendar::Calendar;
use rules::incident::{Allow, IncidentPack, Kind, Named, Physical, Psychological, Reporter};
use store::incident::{NewIncident, NewReporter};

use crate::form::Fields;
use crate::green::key_of;
use crate::words::Lang;

/// An entry of a choice.
pub(super) struct Choice {
    pub value: String,
    pub word: String,
    pub hint: &'static str,
    pub on: bool,
}

impl Choice {
    pub fn new(value: &str, word: &str, chosen: &str) -> Choice {
        Choice { value: value.into(), word: word.into(), hint: "", on: value == chosen }
    }
}

pub(super) fn named(lang: Lang, all: &[Named], chosen: &str) -> Vec<Choice> {
    all.iter()
        .map(|one| Choice::new(&one.code, lang.pick(&one.name_zh, &one.name_en), chosen))
        .collect()
}

/// The choices of both forms, with what was chosen before.
pub(super) struct Choices {
    pub kinds: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub physical: Vec<Choice>,
    pub psychological: Vec<Choice>,
    pub reporters: Vec<Choice>,
    pub allows: Vec<Choice>,
}

impl Choices {
    pub fn of(lang: Lang, pack: &IncidentPack, typed: &Fields) -> Choices {
        let or = |name: &str, usual: &'static str| {
            let value = typed.get(name);
            if value.is_empty() { usual.to_owned() } else { value.to_owned() }
        };
        let (body, mind) = (or("physical", "none"), or("psychological", "none"));
        let (who, allow) = (or("reporter", "unsaid"), or("allow", "nobody"));
        let kind = |one: &Kind| Choice {
            hint: match one {
                Kind::Incident => lang.kind_incident_hint(),
                Kind::NearMiss => lang.kind_near_miss_hint(),
                Kind::Risk => lang.kind_risk_hint(),
                Kind::GoodCare => lang.kind_good_care_hint(),
            },
            ..Choice::new(one.code(), lang.incident_kind(*one), typed.get("kind"))
        };
        Choices {
            kinds: Kind::ALL.iter().map(kind).collect(),
            categories: named(lang, &pack.categories, typed.get("category")),
            departments: named(lang, &pack.departments, typed.get("department")),
            physical: Physical::ALL
                .iter()
                .map(|one| Choice::new(one.code(), lang.physical_harm(*one), &body))
                .collect(),
            psychological: Psychological::ALL
                .iter()
                .map(|one| Choice::new(one.code(), lang.psychological_harm(*one), &mind))
                .collect(),
            reporters: Reporter::ALL
                .iter()
                .map(|one| Choice::new(one.code(), lang.incident_reporter(*one), &who))
                .collect(),
            allows: Allow::ALL
                .iter()
                .map(|one| Choice::new(one.code(), lang.report_allowed(*one), &allow))
                .collect(),
        }
    }
}

/// What both forms say; the caller adds where and when. `None` when what it is was not chosen.
pub(super) fn read(fields: &Fields, code: &str, calendar: Calendar) -> Option<NewIncident> {
    let kind = Kind::of(fields.get("kind"))?;
    let allow = Allow::of(fields.get("allow")).unwrap_or(Allow::Nobody);
    let usual = i64::from(matches!(kind, Kind::Incident | Kind::NearMiss));
    let text = |name: &str| fields.get(name).to_owned();
    Some(NewIncident {
        request_key: key_of(code),
        code: code.to_owned(),
        reporter: Reporter::of(fields.get("reporter")).unwrap_or(Reporter::Unsaid),
        kind,
        category: fields.some("category")?,
        department: text("department"),
        institution_id: None,
        region_code: None,
        said_where: String::new(),
        to_authority: false,
        people: if fields.get("people").is_empty() { usual } else { fields.number("people")? },
        physical: Physical::of(fields.get("physical")).unwrap_or(Physical::None),
        psychological: Psychological::of(fields.get("psychological"))
            .unwrap_or(Psychological::None),
        occurred_at: fields.day("occurred_on", calendar),
        discovered_at: None,
        story: text("story"),
        done_at_once: text("done"),
        product: text("product"),
        lot: text("lot"),
        who: (allow != Allow::Nobody).then(|| NewReporter {
            name: text("name"),
            address: text("address"),
            allow,
        }),
    })
}

//! The pack of adverse events: categories, causes, the clocks of the law, when events climb, what
//! makes several look like one. Dated and sourced; a city edits it by adding a version.

use serde::{Deserialize, Serialize};

use super::{Grade, Kind, Physical, Severity};
use crate::Time;
use crate::calendar::Calendar;
use crate::pack::Head;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentPack {
    pub pack: Head,
    pub climb: Climb,
    pub share: Share,
    pub keep: Keep,
    pub overdue: Overdue,
    #[serde(rename = "category")]
    pub categories: Vec<Named>,
    #[serde(rename = "department")]
    pub departments: Vec<Named>,
    #[serde(rename = "cause")]
    pub causes: Vec<Cause>,
    #[serde(rename = "clock")]
    pub clocks: Vec<Clock>,
    #[serde(rename = "cluster")]
    pub clusters: Vec<Cluster>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// The event is also reported elsewhere, under a number of its own (drugs, devices).
    #[serde(default)]
    pub external: bool,
}

/// A cause or contributing factor. None of them is a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    pub code: String,
    pub group_zh: String,
    pub group_en: String,
    pub name_zh: String,
    pub name_en: String,
}

/// Especially important events climb from the institution to the district to the city [W34].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Climb {
    pub grades: Vec<Grade>,
    pub severities: Vec<Severity>,
    /// A report of severe harm that nobody has graded after so long is shown to the district.
    pub institution_min: i64,
    /// What the district has not sent up after so long climbs by itself.
    pub district_min: i64,
}

/// What the district sees as soon as it is graded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub grades: Vec<Grade>,
}

/// How long it is known who reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// At the longest, from the report.
    pub contact_days: i64,
    /// From the feedback on.
    pub after_closing_days: i64,
}

/// A28: a report that the law asks for is late. A reminder of the medical department, no alert of
/// supervision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overdue {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub what_zh: String,
    pub what_en: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// 自发现之时起
    Moment,
    /// 自发现之日起: that day is not counted, the last one is whole.
    Day,
}

/// A report that somebody owes by a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub code: String,
    /// Clocks of one duty are the same report: the tightest holds.
    pub duty: String,
    pub name_zh: String,
    pub name_en: String,
    /// To whom.
    pub to_zh: String,
    pub to_en: String,
    pub counts: Counts,
    pub minutes: i64,
    /// Holds when every condition named does.
    #[serde(default)]
    pub severity: Option<Severity>,
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub physical: Vec<Physical>,
    /// At least so many similar reports in the span of a cluster that may be spreading.
    #[serde(default)]
    pub spread_min: i64,
    pub clause_zh: String,
    pub clause_en: String,
    pub clause_checked: bool,
}

/// Reports that look like one cause: same kind, same place or lot, within some days [W23].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// Empty for every category.
    #[serde(default)]
    pub categories: Vec<String>,
    pub across: Across,
    pub days: i64,
    pub count: i64,
    /// It may be spreading: the authority sees the hint at once, without the reports.
    #[serde(default)]
    pub spread: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Across {
    /// One department of one institution.
    Department,
    Institution,
    /// One lot of a drug or device in the whole city.
    Lot,
}

/// What decides which clocks run.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'f> {
    pub kind: Kind,
    pub category: &'f str,
    pub physical: Physical,
    pub severity: Option<Severity>,
    /// Similar reports in an open cluster that may be spreading.
    pub spread: i64,
}

impl Clock {
    fn holds(&self, facts: Facts<'_>) -> bool {
        let severity = self.severity.is_none() || self.severity == facts.severity;
        let category =
            self.categories.is_empty() || self.categories.iter().any(|one| one == facts.category);
        let physical = self.physical.is_empty() || self.physical.contains(&facts.physical);
        facts.kind == Kind::Incident
            && severity
            && category
            && physical
            && facts.spread >= self.spread_min
    }

    /// The last moment at which the report is in time.
    pub fn due(&self, calendar: Calendar, discovered: Time) -> Time {
        let from = match self.counts {
            Counts::Moment => discovered,
            Counts::Day => calendar.day_start(calendar.day_number(discovered) + 1),
        };
        from.plus_min(self.minutes)
    }
}

impl IncidentPack {
    pub fn category(&self, code: &str) -> Option<&Named> {
        self.categories.iter().find(|one| one.code == code)
    }

    pub fn department(&self, code: &str) -> Option<&Named> {
        self.departments.iter().find(|one| one.code == code)
    }

    pub fn cause(&self, code: &str) -> Option<&Cause> {
        self.causes.iter().find(|one| one.code == code)
    }

    pub fn clock(&self, code: &str) -> Option<&Clock> {
        self.clocks.iter().find(|one| one.code == code)
    }

    pub fn cluster(&self, code: &str) -> Option<&Cluster> {
        self.clusters.iter().find(|one| one.code == code)
    }

    /// Whether an event climbs beyond the district by itself.
    pub fn important(&self, grade: Option<Grade>, severity: Option<Severity>) -> bool {
        grade.is_some_and(|grade| self.climb.grades.contains(&grade))
            || severity.is_some_and(|severity| self.climb.severities.contains(&severity))
    }

    /// The clocks that run: of each duty the tightest.
    pub fn duties(&self, facts: Facts<'_>) -> Vec<&Clock> {
        let mut found: Vec<&Clock> = Vec::new();
        for clock in self.clocks.iter().filter(|clock| clock.holds(facts)) {
            match found.iter_mut().find(|other| other.duty == clock.duty) {
                Some(other) if other.minutes > clock.minutes => *other = clock,
                Some(_) => {}
                None => found.push(clock),
            }
        }
        found
    }

    /// What is wrong with the pack as a whole, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut once = |table: &str, codes: Vec<&str>| {
            for (index, code) in codes.iter().enumerate() {
                if codes[..index].contains(code) {
                    faults.push(format!("{table} {code} stands twice"));
                }
            }
        };
        once("category", self.categories.iter().map(|one| &*one.code).collect());
        once("department", self.departments.iter().map(|one| &*one.code).collect());
        once("cause", self.causes.iter().map(|one| &*one.code).collect());
        once("clock", self.clocks.iter().map(|one| &*one.code).collect());
        once("cluster", self.clusters.iter().map(|one| &*one.code).collect());
        let positive = [
            ("climb.institution_min", self.climb.institution_min),
            ("climb.district_min", self.climb.district_min),
            ("keep.contact_days", self.keep.contact_days),
            ("keep.after_closing_days", self.keep.after_closing_days),
        ];
        let clocks = self.clocks.iter().map(|clock| (&*clock.code, clock.minutes));
        let spans = self.clusters.iter().map(|one| (&*one.code, one.days.min(one.count - 1)));
        for (name, value) in positive.into_iter().chain(clocks).chain(spans) {
            if value <= 0 {
                faults.push(format!("{name}: times are above 0, a cluster has two reports"));
            }
        }
        let named = self.clocks.iter().map(|one| (&one.code, &one.categories));
        for (code, categories) in
            named.chain(self.clusters.iter().map(|one| (&one.code, &one.categories)))
        {
            for category in categories.iter().filter(|one| self.category(one).is_none()) {
                faults.push(format!("{code}: category {category} is not known"));
            }
        }
        for severity in Severity::ALL {
            if !self.clocks.iter().any(|clock| clock.severity == Some(*severity)) {
                faults.push(format!("severity {} has no clock", severity.code()));
            }
        }
        faults
    }
}

//! The hospitals beside a case: what each has and lacks, how its call stands, and the map.

use rules::emergency::{Candidate, Need, Recommendation, Shortfall};
use store::Tx;
use store::emergency::CallRow;
use store::oncall::Hospital;

use super::{HospitalShown, Known};
use crate::assets::Mark;
use crate::go::Go;
use crate::words::Lang;

/// Names of capabilities and antidotes.
pub(super) struct Items {
    lang: Lang,
    names: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

impl Items {
    pub(super) fn of(tx: &Tx, lang: Lang, at: rules::Time) -> Items {
        let pack = tx.packs().channel_at(at);
        let name = |code: &str, zh: &str, en: &str| (code.to_owned(), lang.pick(zh, en).to_owned());
        let mut names: Vec<(String, String)> = pack
            .capabilities
            .iter()
            .map(|one| name(&one.code, &one.name_zh, &one.name_en))
            .collect();
        names.extend(pack.items.iter().map(|one| name(&one.code, &one.name_zh, &one.name_en)));
        let units = pack.items.iter().map(|one| name(&one.code, &one.unit_zh, &one.unit_en));
        Items { lang, names, units: units.collect() }
    }

    fn name<'i>(&'i self, code: &'i str) -> &'i str {
        self.names.iter().find(|(known, _)| known == code).map_or(code, |(_, name)| name)
    }

    fn unit(&self, code: &str) -> &str {
        self.units.iter().find(|(known, _)| known == code).map_or("", |(_, unit)| unit)
    }

    fn has(&self, need: &Need) -> String {
        match need {
            Need::Capability { code } => self.name(code).to_owned(),
            Need::Antidote { item, units } => {
                format!("{} {units} {}", self.name(item), self.unit(item))
            }
            Need::OnCall => self.lang.someone_on_call().to_owned(),
        }
    }

    fn lacks(&self, shortfall: &Shortfall) -> String {
        let hm = |minute: &i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        match shortfall {
            Shortfall::Capability { code } => self.lang.without(self.name(code)),
            Shortfall::Closed { code, from_min, until_min } => {
                self.lang.closed_now(self.name(code), hm(from_min), hm(until_min))
            }
            Shortfall::Antidote { item, units, needed } => {
                self.lang.too_few(self.name(item), units, needed, self.unit(item))
            }
            Shortfall::NobodyOnCall => self.lang.nobody_on_call().to_owned(),
        }
    }
}

impl Known<'_> {
    fn call_of(&self, hospital_id: &str) -> Option<&CallRow> {
        self.calls.iter().rev().find(|call| call.hospital_id == hospital_id)
    }

    /// How the last call to a hospital stands.
    fn call_state(&self, hospital_id: &str) -> (Mark, String) {
        let (lang, when) = (self.lang(), self.when);
        let Some(call) = self.call_of(hospital_id) else {
            return (Mark::Todo, lang.call_not_yet().to_owned());
        };
        if call.declined_at.is_some() {
            let reason = call.reason.as_deref().and_then(rules::emergency::DeclineReason::of);
            let reason = reason.map_or("", |reason| lang.decline_reason(reason));
            return (Mark::Stop, lang.call_declined(reason));
        }
        if call.withdrawn_at.is_some() {
            return (Mark::Off, lang.call_withdrawn().to_owned());
        }
        if let Some(at) = call.accepted_at {
            return (Mark::Ok, lang.call_accepted(when.hm(&at)));
        }
        if let Some(at) = call.acknowledged_at {
            return (Mark::Live, lang.call_acknowledged(when.hm(&at)));
        }
        let waited = when.span(&(self.now - call.called_at));
        let mark = if call.unanswered_at.is_some() { Mark::Danger } else { Mark::Warn };
        (mark, lang.call_waiting(waited))
    }

    pub(super) fn hospital(
        &self,
        items: &Items,
        hospitals: &[Hospital],
        one: &Candidate,
        all: &Recommendation,
    ) -> Option<HospitalShown> {
        let lang = self.lang();
        let hospital = hospitals.iter().find(|known| known.hospital_id == one.hospital_id)?;
        let (mark, state) = self.call_state(&one.hospital_id);
        let recommended = all.recommended.as_ref() == Some(&one.hospital_id);
        let zone = all.zone.as_ref() == Some(&one.hospital_id);
        let why = match (recommended, zone) {
            (true, true) => lang.why_zone_able().to_owned(),
            (true, false) => self.further(one, all),
            (false, true) if !one.capable => lang.why_zone_unable().to_owned(),
            _ => String::new(),
        };
        Some(HospitalShown {
            id: one.hospital_id.clone(),
            name: lang.pick(&hospital.name_zh, &hospital.name_en).to_owned(),
            tag: match (recommended, zone) {
                (true, true) => lang.tag_zone_recommended(),
                (true, false) => lang.tag_recommended(),
                (false, true) => lang.tag_zone(),
                _ if one.capable => lang.tag_backup(),
                _ => lang.tag_other(),
            },
            minutes: one.minutes.map(|minutes| lang.minutes(minutes)),
            mark,
            state,
            why,
            has: one.has.iter().map(|need| items.has(need)).collect(),
            lacks: one
                .lacks
                .iter()
                .map(|lack| (!matches!(lack, Shortfall::Antidote { .. }), items.lacks(lack)))
                .collect(),
            go: Go::to(&hospital.name_zh, hospital.at()).amap,
            phone: hospital.phone.clone(),
            gate: lang.pick(&hospital.gate_zh, &hospital.gate_en).to_owned(),
            chosen: self.case.hospital_id.as_ref() == Some(&one.hospital_id)
                || (self.case.hospital_id.is_none() && recommended),
            called: self
                .call_of(&one.hospital_id)
                .is_some_and(|call| call.declined_at.is_none() && call.withdrawn_at.is_none()),
        })
    }

    /// Why a hospital that is not the zone's is recommended.
    fn further(&self, one: &Candidate, all: &Recommendation) -> String {
        let lang = self.lang();
        let zone = all.zone.as_deref().and_then(|id| all.candidate(id));
        match (one.minutes, zone.and_then(|zone| zone.minutes)) {
            (Some(own), Some(zone)) if own > zone => lang.why_further(own - zone),
            (Some(own), Some(zone)) if own == zone => lang.why_as_far().to_owned(),
            (Some(own), Some(zone)) => lang.why_nearer(zone - own),
            _ => lang.why_able().to_owned(),
        }
    }

    pub(super) fn differs(&self, all: &Recommendation, hospitals: &[Hospital]) -> String {
        let lang = self.lang();
        if all.nowhere {
            return lang.nobody_able().to_owned();
        }
        if hospitals.is_empty() {
            return lang.no_hospitals().to_owned();
        }
        match (all.zone.is_some(), all.differs) {
            (true, true) => lang.zone_differs(),
            (true, false) => lang.zone_same(),
            (false, _) => lang.zone_unknown(),
        }
        .to_owned()
    }

    /// The map's points: the place, the hospitals, the way that was chosen.
    pub(super) fn map(&self, hospitals: &[Hospital], all: &Recommendation) -> String {
        let lang = self.lang();
        let chosen = self.case.hospital_id.as_ref().or(all.recommended.as_ref());
        let mut points = Vec::new();
        let mut lines = Vec::new();
        for hospital in hospitals {
            let on = chosen == Some(&hospital.hospital_id);
            points.push(serde_json::json!({
                "at": [hospital.lng, hospital.lat], "s": if on { "hosp-on" } else { "hosp" },
                "t": lang.pick(&hospital.short_zh, &hospital.short_en), "b": on,
            }));
            if let (true, Some(at)) = (on, self.case.position()) {
                lines.push(serde_json::json!([[at.lng, at.lat], [hospital.lng, hospital.lat]]));
            }
        }
        let mut around = Vec::new();
        if let Some(at) = self.case.position() {
            let name = lang
                .pick_or(self.case.institution_zh.as_deref(), self.case.institution_en.as_deref());
            let name = if name.is_empty() { lang.the_patient() } else { name };
            points.push(serde_json::json!({
                "at": [at.lng, at.lat], "s": "danger", "t": name, "b": true,
            }));
            around.push((at.lng, at.lat));
        }
        // The view holds the place and the two that matter.
        let shown = |id: &Option<String>| {
            let found = hospitals.iter().find(|one| Some(&one.hospital_id) == id.as_ref());
            found.map(|one| (one.lng, one.lat))
        };
        around.extend(shown(&all.zone).into_iter().chain(shown(&chosen.cloned())));
        let bounds = around.iter().fold(None, |bounds: Option<[f64; 4]>, (x, y)| {
            let [w, s, e, n] = bounds.unwrap_or([*x, *y, *x, *y]);
            Some([w.min(*x), s.min(*y), e.max(*x), n.max(*y)])
        });
        let grown = bounds.map(|[w, s, e, n]| [w - 0.02, s - 0.015, e + 0.02, n + 0.015]);
        let json = serde_json::json!({"points": points, "lines": lines, "box": grown});
        crate::assets::script_json(&json)
    }
}

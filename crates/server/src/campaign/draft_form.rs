//! A draft as the fields of a form and back: whatever was typed stands in the form until the plan
//! it makes is sound. Rows are numbered from 0 and can be added and dropped.

use rules::Time;
use rules::calendar::Calendar;
use rules::campaign::{
    Annex, Branch, Category, Checklist, Clocks, Deliverable, Grade, Holder, Measure, Objective,
    Ownership, Phase, Plan, Section, TargetRule, Used, Weights,
};
use store::Packs;
use store::campaign::{Adapt, Campaign};

use super::long_form::{Pen, rows, ticked, titles};
use crate::form::Fields;

/// The rows of the form: prefix of their fields, and which one a new row begins with.
pub(super) const PARTS: [&str; 5] = ["phase", "due", "target", "goal", "section"];

fn iso(calendar: Calendar, at: Time) -> String {
    let (year, month, day) = rules::calendar::civil(calendar.day_number(at));
    format!("{year:04}-{month:02}-{day:02}")
}

/// The departments that a list is used in.
pub(super) fn places<'a>(used: Option<&'a Used>, list: &'a Checklist) -> &'a [String] {
    used.and_then(|used| used.departments.as_deref()).unwrap_or(&list.departments)
}

/// Every checklist of the library, by code and version.
pub(super) fn library(packs: &Packs) -> impl Iterator<Item = &Checklist> {
    packs.checklists()
}

fn used_of<'a>(plan: &'a Plan, list: &Checklist) -> Option<&'a Used> {
    plan.checklists.iter().find(|one| one.checklist == list.code && one.version == list.version)
}

/// The annexes that a draft can have: its own, and what its template offers.
pub(super) fn annexes(packs: &Packs, one: &Campaign) -> Vec<Annex> {
    let mut all = one.plan.annexes.clone();
    let template = packs.campaign_templates().find(|(_, template)| template.code == one.template);
    for annex in template.map(|(_, template)| &*template.annexes).unwrap_or_default() {
        if !all.iter().any(|known| known.code == annex.code) {
            all.push(annex.clone());
        }
    }
    all
}

impl Pen {
    fn head(&mut self, one: &Campaign) {
        let [zh, en] = ["zh", "en"];
        for (name, pair) in [
            ("title", &one.title),
            ("issuer", &one.issuer),
            ("basis", &one.basis),
            ("contact", &one.contact),
        ] {
            self.set(format!("{name}_{zh}"), &*pair[0]);
            self.set(format!("{name}_{en}"), &*pair[1]);
        }
        self.set("number".into(), &*one.number);
        self.set("parent".into(), one.parent_id.clone().unwrap_or_default());
    }

    fn targets(&mut self, targets: &[TargetRule]) {
        self.set("target_rows".into(), targets.len().to_string());
        for (i, rule) in targets.iter().enumerate() {
            for one in &rule.levels {
                self.tick(format!("target_{i}_level:{}", one.code()), true);
            }
            for one in &rule.ownerships {
                self.tick(format!("target_{i}_ownership:{}", one.code()), true);
            }
            for one in &rule.categories {
                self.tick(format!("target_{i}_category:{}", one.code()), true);
            }
            for one in &rule.branches {
                self.tick(format!("target_{i}_branch:{}", one.code()), true);
            }
            for one in &rule.regions {
                self.tick(format!("target_{i}_region:{one}"), true);
            }
            self.tick(format!("target_{i}_dialysis"), rule.dialysis_only);
            self.tick(format!("target_{i}_focus"), rule.focus);
        }
    }

    fn rows(&mut self, plan: &Plan, calendar: Calendar) {
        self.set("phase_rows".into(), plan.phases.len().to_string());
        for (i, one) in plan.phases.iter().enumerate() {
            self.set(format!("phase_{i}_code"), &*one.code);
            self.titles(&format!("phase_{i}"), &one.title_zh, &one.title_en);
            self.set(format!("phase_{i}_from"), iso(calendar, one.from));
            self.set(format!("phase_{i}_until"), iso(calendar, one.until.plus_ms(-1)));
            self.set(format!("phase_{i}_tasks_zh"), one.tasks_zh.join("\n"));
            self.set(format!("phase_{i}_tasks_en"), one.tasks_en.join("\n"));
        }
        self.set("due_rows".into(), plan.deliverables.len().to_string());
        for (i, one) in plan.deliverables.iter().enumerate() {
            self.set(format!("due_{i}_code"), &*one.code);
            self.titles(&format!("due_{i}"), &one.title_zh, &one.title_en);
            self.set(format!("due_{i}_holder"), one.holder.code());
            self.set(format!("due_{i}_phase"), &*one.phase);
            self.set(format!("due_{i}_by"), iso(calendar, one.due_at.plus_ms(-1)));
            self.tick(format!("due_{i}_dialysis"), one.dialysis_only);
        }
        self.set("goal_rows".into(), plan.objectives.len().to_string());
        for (i, one) in plan.objectives.iter().enumerate() {
            self.titles(&format!("goal_{i}"), &one.title_zh, &one.title_en);
            self.set(format!("goal_{i}_measure"), one.measure.code());
            self.set(format!("goal_{i}_percent"), one.target_percent.to_string());
        }
        self.set("section_rows".into(), plan.sections.len().to_string());
        for (i, one) in plan.sections.iter().enumerate() {
            self.set(format!("section_{i}_code"), &*one.code);
            self.set(format!("section_{i}_of"), &*one.deliverable);
            self.titles(&format!("section_{i}"), &one.title_zh, &one.title_en);
        }
    }

    fn numbers(&mut self, plan: &Plan) {
        let (c, w) = (plan.clocks, plan.weights);
        for (name, value) in [
            ("climb_h", c.climb_h),
            ("resubmit_days", c.resubmit_days),
            ("urge_days", c.urge_days),
            ("remind_h", c.remind_h),
            ("weight_coverage", w.coverage),
            ("weight_timeliness", w.timeliness),
            ("weight_close_out", w.close_out),
            ("weight_spot", w.spot_check),
        ] {
            self.set(name.into(), value.to_string());
        }
    }
}

/// The fields of a draft as it stands.
pub(super) fn fields_of(one: &Campaign, packs: &Packs, calendar: Calendar) -> Fields {
    let mut pen = Pen::default();
    pen.head(one);
    pen.rows(&one.plan, calendar);
    pen.targets(&one.plan.targets);
    pen.numbers(&one.plan);
    for code in &one.plan.departments {
        pen.tick(format!("dep:{code}"), true);
    }
    for annex in &one.plan.annexes {
        pen.tick(format!("annex:{}", annex.code), true);
    }
    for list in library(packs) {
        let used = used_of(&one.plan, list);
        let key = format!("{}@{}", list.code, list.version);
        pen.tick(format!("list:{key}"), used.is_some());
        for code in places(used, list) {
            pen.tick(format!("listdep:{key}:{code}"), true);
        }
    }
    pen.fields()
}

/// What was typed, as a plan; what cannot be read becomes a value that the plan's own faults name.
pub(super) struct Reader<'a> {
    pub fields: &'a Fields,
    pub packs: &'a Packs,
    pub calendar: Calendar,
}

impl Reader<'_> {
    fn on(&self, name: &str) -> bool {
        self.fields.get(name) == "on"
    }

    fn pair(&self, name: &str) -> [String; 2] {
        titles(self.fields, name)
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let lines = self.fields.get(name).lines().map(str::trim);
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    /// -1 for what is no number: no plan takes that.
    fn number(&self, name: &str) -> i64 {
        self.fields.number(name).unwrap_or(-1)
    }

    fn phases(&self) -> Vec<Phase> {
        let phase = |i: usize| {
            let [title_zh, title_en] = self.pair(&format!("phase_{i}"));
            let day = |name: &str| self.fields.day(&format!("phase_{i}_{name}"), self.calendar);
            Phase {
                code: self.fields.get(&format!("phase_{i}_code")).to_owned(),
                title_zh,
                title_en,
                // A day that cannot be read makes a phase that ends before it begins.
                from: day("from").unwrap_or(Time(0)),
                until: match (day("from"), day("until")) {
                    (Some(_), Some(last)) => last.plus_days(1),
                    _ => Time(0),
                },
                tasks_zh: self.lines(&format!("phase_{i}_tasks_zh")),
                tasks_en: self.lines(&format!("phase_{i}_tasks_en")),
            }
        };
        (0..rows(self.fields, "phase")).map(phase).collect()
    }

    fn dues(&self, annexes: &[Annex]) -> Vec<Deliverable> {
        let due = |i: usize| {
            let [title_zh, title_en] = self.pair(&format!("due_{i}"));
            let last = self.fields.day(&format!("due_{i}_by"), self.calendar);
            Deliverable {
                code: self.fields.get(&format!("due_{i}_code")).to_owned(),
                title_zh,
                title_en,
                holder: Holder::of(self.fields.get(&format!("due_{i}_holder")))
                    .unwrap_or(Holder::Institution),
                phase: self.fields.get(&format!("due_{i}_phase")).to_owned(),
                due_at: last.map_or(Time(0), |last| last.plus_days(1)),
                dialysis_only: self.on(&format!("due_{i}_dialysis")),
            }
        };
        let mut dues: Vec<Deliverable> = (0..rows(self.fields, "due")).map(due).collect();
        // An annex that is not used has no deadline.
        dues.retain(|one| {
            !annexes.iter().any(|annex| annex.code == one.code)
                || self.on(&format!("annex:{}", one.code))
        });
        dues
    }

    fn ticked<T>(&self, prefix: &str, of: impl Fn(&str) -> Option<T>) -> Vec<T> {
        ticked(self.fields, prefix, of)
    }

    pub fn targets(&self) -> Vec<TargetRule> {
        let rule = |i: usize| TargetRule {
            levels: self.ticked(&format!("target_{i}_level:"), Grade::of),
            ownerships: self.ticked(&format!("target_{i}_ownership:"), Ownership::of),
            categories: self.ticked(&format!("target_{i}_category:"), Category::of),
            regions: self.ticked(&format!("target_{i}_region:"), |code| Some(code.to_owned())),
            branches: self.ticked(&format!("target_{i}_branch:"), Branch::of),
            dialysis_only: self.on(&format!("target_{i}_dialysis")),
            focus: self.on(&format!("target_{i}_focus")),
        };
        (0..rows(self.fields, "target")).map(rule).collect()
    }

    /// The lists that are ticked, in the order of the draft, then of the library.
    fn checklists(&self, model: &Plan) -> Vec<Used> {
        let mut lists: Vec<&Checklist> = library(self.packs).collect();
        let place = |list: &Checklist| {
            let same = |used: &Used| used.checklist == list.code && used.version == list.version;
            model.checklists.iter().position(same).unwrap_or(usize::MAX)
        };
        lists.sort_by_key(|list| place(list));
        let used = lists.into_iter().filter_map(|list| {
            let key = format!("{}@{}", list.code, list.version);
            if !self.on(&format!("list:{key}")) {
                return None;
            }
            let chosen = self.ticked(&format!("listdep:{key}:"), |code| Some(code.to_owned()));
            let own = list.departments.iter();
            let same = own.len() == chosen.len() && own.clone().all(|one| chosen.contains(one));
            Some(Used {
                checklist: list.code.clone(),
                version: list.version.clone(),
                departments: (!same).then_some(chosen),
            })
        });
        used.collect()
    }

    /// Key departments in the order of the document, then of the catalogue.
    fn departments(&self, model: &Plan) -> Vec<String> {
        let known = self.packs.departments().map(|one| one.code.clone());
        let mut all: Vec<String> = model.departments.clone();
        all.extend(known.filter(|code| !model.departments.contains(code)));
        all.retain(|code| self.on(&format!("dep:{code}")));
        all
    }

    fn goals(&self) -> Vec<Objective> {
        let goal = |i: usize| {
            let [title_zh, title_en] = self.pair(&format!("goal_{i}"));
            let measure = Measure::of(self.fields.get(&format!("goal_{i}_measure")));
            Objective {
                title_zh,
                title_en,
                measure: measure.unwrap_or(Measure::Coverage),
                target_percent: self.number(&format!("goal_{i}_percent")),
            }
        };
        (0..rows(self.fields, "goal")).map(goal).collect()
    }

    fn sections(&self) -> Vec<Section> {
        let section = |i: usize| {
            let [title_zh, title_en] = self.pair(&format!("section_{i}"));
            let deliverable = self.fields.get(&format!("section_{i}_of")).to_owned();
            let code = self.fields.get(&format!("section_{i}_code")).to_owned();
            Section { deliverable, code, title_zh, title_en }
        };
        (0..rows(self.fields, "section")).map(section).collect()
    }

    /// Everything that was typed, as what the draft is to become.
    pub fn adapt(&self, model: &Campaign) -> Adapt {
        let offered = annexes(self.packs, model);
        let phases = self.phases();
        let weight = |name: &str| self.number(&format!("weight_{name}"));
        let mut plan = Plan {
            deliverables: self.dues(&offered),
            departments: self.departments(&model.plan),
            targets: self.targets(),
            checklists: self.checklists(&model.plan),
            objectives: self.goals(),
            sections: self.sections(),
            annexes: offered
                .into_iter()
                .filter(|one| self.on(&format!("annex:{}", one.code)))
                .collect(),
            clocks: Clocks {
                climb_h: self.number("climb_h"),
                resubmit_days: self.number("resubmit_days"),
                urge_days: self.number("urge_days"),
                remind_h: self.number("remind_h"),
            },
            weights: Weights {
                coverage: weight("coverage"),
                timeliness: weight("timeliness"),
                close_out: weight("close_out"),
                spot_check: weight("spot"),
            },
            phases,
        };
        for annex in plan.annexes.clone() {
            plan.give_deadline(&annex);
        }
        Adapt {
            title: self.pair("title"),
            number: self.fields.get("number").to_owned(),
            issuer: self.pair("issuer"),
            basis: self.pair("basis"),
            contact: self.pair("contact"),
            parent_id: self.fields.some("parent"),
            plan,
        }
    }
}

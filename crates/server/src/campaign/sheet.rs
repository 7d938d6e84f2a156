//! Self-inspection on phone and desk: the places of a unit, and the sheet of one place, drawn for a
//! person or told to a page that is already open.

use askama::Template;
use axum::extract::{Path, Query, State};
use rules::account::Permission;
use rules::campaign::{Answer as Said, Answered, Evidence, Fix, Item, ItemFault, WHOLE};
use serde::Serialize;
use store::campaign::{self, ItemFile, Standing};

use super::{Names, Pairs, Typed, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

struct Place {
    code: String,
    name: String,
    asked: i64,
    answered: i64,
    not_met: i64,
    percent: i64,
    mark: Mark,
    state: &'static str,
    when: String,
    /// Who answers for it.
    person: String,
}

/// Somebody who answers for a duty, or whom nobody has named yet.
struct Duty {
    name: String,
    person: String,
}

#[derive(Template)]
#[template(path = "campaign/sheets.html")]
struct Sheets {
    shell: Shell,
    id: String,
    unit: String,
    name: String,
    campaign: String,
    places: Vec<Place>,
    left: usize,
    answered: i64,
    asked: i64,
    own: bool,
    /// Whether the account fills sheets in, on screen or as a workbook.
    fills: bool,
    duties: Vec<Duty>,
    unnamed: usize,
    names_people: bool,
    report: Option<String>,
}

/// Whose sheets are shown: the own unit's, or for a bureau the one it names.
pub(super) fn unit_of(who: &SignedIn, named: Option<String>) -> Answer<String> {
    let own = who.scope.campaign_place().0.map(str::to_owned);
    own.or(named).ok_or_else(|| Fault::new(Kind::NotFound, who.lang))
}

fn place(names: &Names<'_>, when: When, line: campaign::PlaceLine, person: String) -> Place {
    let lang = names.lang;
    let (mark, state) = match (line.submitted_at, line.answered) {
        (Some(_), _) => (Mark::Ok, lang.cp_sheet_in()),
        (None, 0) => (Mark::Todo, lang.cp_sheet_todo()),
        (None, _) => (Mark::Live, lang.cp_sheet_going()),
    };
    Place {
        name: names.department(&line.department),
        percent: line.answered * 100 / line.asked.max(1),
        when: line.submitted_at.map_or(String::new(), |at| when.month_day_hm(&at)),
        code: line.department,
        asked: line.asked,
        answered: line.answered,
        not_met: line.not_met,
        mark,
        state,
        person,
    }
}

/// `GET /campaigns/{campaign_id}/sheets`
pub(crate) async fn sheets(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let fields = Fields::of(query);
    let unit = unit_of(&who, fields.some("institution"))?;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let lines = campaign::places(&mut tx, scope, &id, &unit, now).await.told(lang)?;
    let targets = campaign::targets(&mut tx, scope, &id).await.told(lang)?;
    let named = campaign::responsibles(&mut tx, scope, &id, &unit).await.told(lang)?;
    let mut shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(&app, lang, &mut tx).await?);
    let target = targets.iter().find(|one| one.institution_id == unit);
    let person = |duty: &str| {
        let found = named.iter().find(|one| one.duty == duty);
        found.map_or(String::new(), |one| format!("{} {}", one.person, one.title))
    };
    let duties = campaign::DUTIES
        .iter()
        .map(|duty| Duty { name: lang.cp_duty(duty).to_owned(), person: person(duty) });
    let duties: Vec<Duty> = duties.collect();
    let places: Vec<Place> = lines
        .into_iter()
        .map(|line| {
            let duty = format!("department:{}", line.department);
            let person = person(&duty);
            place(&names, when, line, person)
        })
        .collect();
    let wanting = places.iter().filter(|one| one.code != WHOLE && one.person.is_empty()).count();
    let own = scope.campaign_place().0.is_some();
    let report = one.plan.deliverable("self_report").filter(|_| scope.campaign_place().1.is_none());
    draw(
        &Sheets {
            name: target.map_or("", |one| lang.pick(&one.name_zh, &one.name_en)).to_owned(),
            left: places.iter().filter(|place| place.mark != Mark::Ok).count(),
            answered: places.iter().map(|place| place.answered).sum(),
            asked: places.iter().map(|place| place.asked).sum(),
            campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
            unnamed: wanting + duties.iter().filter(|one| one.person.is_empty()).count(),
            fills: own && scope.may(Permission::SelfInspect),
            names_people: own && scope.may(Permission::AnswerFor),
            report: report.map(|one| one.code.clone()),
            id,
            unit,
            places,
            own,
            duties,
            shell,
        },
        lang,
    )
}

/// A file of an item as pages show it.
#[derive(Serialize)]
pub(super) struct FileShown {
    pub id: String,
    pub href: String,
    pub image: bool,
    pub word: String,
}

/// An answer as it stands, in words and values of the form.
#[derive(Clone, Default, Serialize)]
pub(super) struct Stands {
    pub item: String,
    pub answer: &'static str,
    pub note: String,
    pub fix: &'static str,
    pub measure: String,
    pub due: String,
    pub at: i64,
    pub by: String,
    pub mine: bool,
}

struct Line {
    code: String,
    title: String,
    hint: String,
    now: Stands,
    /// What the form was drawn with, so that only what a person changes is an answer of theirs.
    drawn: String,
    files: Vec<FileShown>,
    major: bool,
    evidence: Option<&'static str>,
    na: bool,
    /// Asked by an earlier answer only.
    when: Option<(String, &'static str)>,
    hidden: bool,
    fault: Option<&'static str>,
}

/// A checklist on a sheet.
struct Group {
    anchor: usize,
    title: String,
    version: String,
    lines: Vec<Line>,
    asked: usize,
    left: usize,
}

#[derive(Template)]
#[template(path = "campaign/sheet.html")]
pub(super) struct Sheet {
    shell: Shell,
    id: String,
    unit: String,
    code: String,
    campaign: String,
    place: String,
    groups: Vec<Group>,
    view: String,
    missing: usize,
    not_met: usize,
    asked: usize,
    writable: bool,
    own: bool,
    locked: bool,
    submitted: Option<String>,
    today: String,
    typed: Typed,
    file_wrong: Option<&'static str>,
}

pub(super) fn stands(when: When, one: &Answered, standing: &Standing, me: &str) -> Stands {
    let lang = when.lang;
    let name = lang.pick_or(standing.name_zh.as_deref(), standing.name_en.as_deref());
    let mending = &one.mending;
    Stands {
        item: one.item.clone(),
        answer: one.answer.code(),
        note: one.note.clone(),
        fix: mending.fix.map_or("", Fix::code),
        measure: mending.measure.clone(),
        due: mending.due_at.map_or(String::new(), |due| when.iso(&(due.0 - 1))),
        at: standing.answered_at,
        by: lang.cps_answer_of(name, when.month_day_hm(&standing.answered_at)),
        mine: standing.account_id == me,
    }
}

/// The answers of a sheet as they stand.
pub(super) fn standing(when: When, sheet: &campaign::Sheet, me: &str) -> Vec<Stands> {
    let both = sheet.answers.iter().zip(&sheet.standing);
    both.map(|(answered, standing)| stands(when, answered, standing, me)).collect()
}

/// The values of a cell as one text: what was not changed is not sent as an answer.
pub(super) fn fingerprint(answer: &str, note: &str, fix: &str, measure: &str, due: &str) -> String {
    use sha2::{Digest, Sha256};
    let text = [answer, note, fix, measure, due].map(str::trim).join("\u{1f}");
    Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn shown(when: When, place: (&str, &str, &str), file: &ItemFile) -> FileShown {
    let (id, unit, code) = place;
    let kb = (file.size_bytes + 1_023) / 1_024;
    FileShown {
        id: file.attachment_id.clone(),
        href: format!(
            "/campaigns/{id}/sheets/{code}/files/{}?institution={unit}",
            file.attachment_id
        ),
        image: file.media_type.starts_with("image/"),
        word: when.lang.cp_file(when.month_day_hm(&file.added_at), kb),
    }
}

/// What stands in a cell after a refusal: what was typed, else the answer that stands.
fn cell(typed: &Typed, code: &str, kept: Option<Stands>) -> Stands {
    let mut now = kept.unwrap_or_default();
    if typed.wrong.is_some() && typed.fields.any(&[format!("d_{code}").as_str()]) {
        let get = |mark: &str| typed.fields.get(&format!("{mark}_{code}")).to_owned();
        now.answer = Said::of(&get("a")).map_or("", Said::code);
        now.fix = Fix::of(&get("x")).map_or("", Fix::code);
        (now.note, now.measure, now.due) = (get("n"), get("m"), get("u"));
    }
    now
}

/// A sheet as it is asked for: campaign, unit, place.
pub(super) type Of<'a> = (&'a str, &'a str, &'a str);

/// What the lines of a sheet are made from.
struct Drawing<'a> {
    when: When,
    of: Of<'a>,
    found: &'a campaign::Sheet,
    files: &'a [ItemFile],
    answers: &'a [Stands],
    asked: &'a [&'a Item],
    typed: &'a Typed,
}

impl Drawing<'_> {
    fn lacks(&self, item: &Item) -> Option<ItemFault> {
        let mut missing = self.found.missing.iter();
        missing.find(|(code, _)| *code == item.code).map(|(_, fault)| *fault)
    }

    fn asks(&self, item: &Item) -> bool {
        self.asked.iter().any(|one| one.code == item.code)
    }

    fn line(&self, item: &Item) -> Line {
        let lang = self.when.lang;
        let kept = self.answers.iter().find(|one| one.item == item.code).cloned();
        let base = kept.clone().unwrap_or_default();
        let here = self.files.iter().filter(|file| file.item == item.code);
        let tried = self.typed.wrong.is_some();
        Line {
            code: item.code.clone(),
            title: lang.pick(&item.title_zh, &item.title_en).to_owned(),
            hint: lang.pick(&item.hint_zh, &item.hint_en).to_owned(),
            drawn: fingerprint(base.answer, &base.note, base.fix, &base.measure, &base.due),
            now: cell(self.typed, &item.code, kept),
            files: here.map(|file| shown(self.when, self.of, file)).collect(),
            major: item.major,
            evidence: match item.evidence {
                Evidence::None => None,
                Evidence::Met => Some(lang.cp_evidence_met()),
                Evidence::NotMet => Some(lang.cp_evidence_not_met()),
            },
            na: !item.always,
            when: item.when.as_ref().map(|when| (when.item.clone(), when.is.code())),
            hidden: !self.asks(item),
            fault: self.lacks(item).filter(|_| tried).map(|fault| lang.cp_item_fault(fault)),
        }
    }

    /// The lists with their lines; `view` keeps what is open, or what is not met.
    fn groups(&self, view: &str) -> Vec<Group> {
        let lang = self.when.lang;
        let not_met = |item: &Item| {
            self.answers.iter().any(|one| one.item == item.code && one.answer == "not_met")
        };
        let wanted = |item: &&Item| match view {
            "open" => self.lacks(item).is_some(),
            "not_met" => not_met(item),
            _ => true,
        };
        let (mut groups, mut rest) = (Vec::new(), self.found.items.as_slice());
        for (anchor, list) in self.found.lists.iter().enumerate() {
            let (here, after) = rest.split_at(list.items.min(rest.len()));
            rest = after;
            groups.push(Group {
                anchor,
                title: lang.pick(&list.title_zh, &list.title_en).to_owned(),
                version: list.version.clone(),
                asked: here.iter().filter(|item| self.asks(item)).count(),
                left: here.iter().filter(|item| self.lacks(item).is_some()).count(),
                lines: here.iter().filter(wanted).map(|item| self.line(item)).collect(),
            });
        }
        groups
    }
}

pub(super) async fn sheet_of(
    app: &App,
    who: &SignedIn,
    of: Of<'_>,
    query: &Fields,
    typed: Typed,
) -> Answer<Sheet> {
    takes_part(who)?;
    let (lang, scope, (id, unit, code)) = (who.lang, &who.scope, of);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let found = campaign::sheet(&mut tx, scope, id, unit, code).await.told(lang)?;
    let files = campaign::item_files(&mut tx, scope, of).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(query.get("done")).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let items: Vec<&Item> = found.items.iter().collect();
    let asked = rules::campaign::asked(&items, &found.answers);
    let answers = standing(when, &found, &shell.account_id);
    let drawing = Drawing {
        when,
        of,
        found: &found,
        files: &files,
        answers: &answers,
        asked: &asked,
        typed: &typed,
    };
    let own = scope.campaign_place().0 == Some(unit) && scope.may(Permission::SelfInspect);
    Ok(Sheet {
        groups: drawing.groups(query.get("view")),
        view: query.get("view").to_owned(),
        missing: found.missing.len(),
        not_met: answers.iter().filter(|one| one.answer == "not_met").count(),
        asked: asked.len(),
        writable: own && !found.locked,
        own,
        locked: found.locked,
        submitted: found.submitted_at.map(|at| when.month_day_hm(&at)),
        today: when.iso(&app.now().0),
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        place: names.department(code),
        id: id.to_owned(),
        unit: unit.to_owned(),
        code: code.to_owned(),
        file_wrong: None,
        typed,
        shell,
    })
}

impl Sheet {
    /// A view that finds nothing.
    fn blank(&self) -> bool {
        self.groups.iter().all(|group| group.lines.is_empty())
    }

    /// The answers are kept; a file is not, and this says why.
    pub fn without_file(mut self, why: &'static str) -> Sheet {
        self.file_wrong = Some(why);
        self
    }
}

/// `GET /campaigns/{campaign_id}/sheets/{department}`
pub(crate) async fn sheet(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let unit = unit_of(&who, fields.some("institution"))?;
    let of = (&*id, &*unit, &*code);
    draw(&sheet_of(&app, &who, of, &fields, Typed::default()).await?, who.lang)
}

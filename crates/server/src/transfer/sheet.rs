//! The make of the fleet's and the regulator's pages: a head and panes of tables, facts, forms and
//! weeks. What is shown is told as data, so that each list is exported as it is drawn.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rules::Time;
use rules::calendar::Calendar;

use crate::assets::Mark;
use crate::bureau::Pager;
use crate::fault::{Answer, Fault, Kind};
use crate::form::Fields;
use crate::shell::Shell;
use crate::words::Lang;

/// One cell of a table, or the value of a fact.
#[derive(Clone, Default)]
pub(crate) struct Cell {
    pub text: String,
    /// A second, smaller line.
    pub sub: String,
    pub mark: Option<Mark>,
    pub href: Option<String>,
    pub num: bool,
    pub strong: bool,
    /// As somebody wrote it, whatever the page's language: the second line, else the first.
    pub own: bool,
}

impl Cell {
    pub fn of(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// A quantity, at the right.
    pub fn num(text: impl ToString) -> Cell {
        Cell { text: text.to_string(), num: true, ..Cell::default() }
    }

    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Cell {
        Cell { href: Some(href.into()), strong: true, ..Cell::of(text) }
    }

    pub fn marked(mark: Option<Mark>, text: impl Into<String>) -> Cell {
        Cell { mark, ..Cell::of(text) }
    }

    /// A day or a moment stays on one line.
    pub fn is_date(&self) -> bool {
        let start: Vec<char> = self.text.chars().take(10).collect();
        !self.num && start.len() == 10 && start[4] == '-' && start[7] == '-'
    }

    pub fn own(mut self) -> Cell {
        self.own = true;
        self
    }

    pub fn sub(mut self, sub: impl Into<String>) -> Cell {
        self.sub = sub.into();
        self
    }
}

/// A button of a row, with what it sends.
pub(crate) struct RowAct {
    pub action: String,
    pub word: &'static str,
}

pub(crate) struct Row {
    pub cells: Vec<Cell>,
    pub acts: Vec<RowAct>,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Row {
        Row { cells, acts: Vec::new() }
    }
}

#[derive(Default)]
pub(crate) struct Table {
    pub heads: Vec<&'static str>,
    pub rows: Vec<Row>,
    /// Said when there is no row: what, and what to do.
    pub blank: [&'static str; 2],
    pub pager: Option<Pager>,
    /// Whether a column of buttons stands at the end.
    pub acts: bool,
}

impl Table {
    pub fn head(&self, index: &usize) -> &'static str {
        self.heads.get(*index).copied().unwrap_or("")
    }

    fn is_num(&self, index: &usize) -> bool {
        self.rows.first().and_then(|row| row.cells.get(*index)).is_some_and(|cell| cell.num)
    }
}

/// The table as a workbook; what stands small under a word follows it.
pub(crate) fn file(name: &str, day: &str, table: &Table) -> Response {
    let cell = |cell: &Cell| match cell.sub.as_str() {
        "" => cell.text.clone(),
        sub => format!("{} {sub}", cell.text).trim().to_owned(),
    };
    let rows = table.rows.iter().map(|row| row.cells.iter().map(cell).collect());
    crate::table_file::xlsx(&format!("{name}-{day}"), name, &table.heads, rows)
}

pub(crate) struct Choice {
    pub value: String,
    pub word: String,
}

impl Choice {
    pub fn of(value: impl Into<String>, word: impl Into<String>) -> Choice {
        Choice { value: value.into(), word: word.into() }
    }
}

/// A field of a form or a filter.
pub(crate) struct Input {
    pub name: &'static str,
    pub label: &'static str,
    /// `text`, `date`, `month`, `number`, `time`, `tel`, `area`, `select`, `checks`
    pub kind: &'static str,
    pub value: String,
    pub choices: Vec<Choice>,
    pub required: bool,
    pub max: usize,
}

impl Input {
    pub fn text(name: &'static str, label: &'static str, value: impl Into<String>) -> Input {
        Input {
            name,
            label,
            kind: "text",
            value: value.into(),
            choices: Vec::new(),
            required: false,
            max: 80,
        }
    }

    pub fn kind(mut self, kind: &'static str) -> Input {
        self.kind = kind;
        self
    }

    pub fn area(name: &'static str, label: &'static str, value: impl Into<String>) -> Input {
        Input { kind: "area", max: 2_000, ..Input::text(name, label, value) }
    }

    pub fn select(
        name: &'static str,
        label: &'static str,
        value: impl Into<String>,
        choices: Vec<Choice>,
    ) -> Input {
        Input { kind: "select", choices, ..Input::text(name, label, value) }
    }

    pub fn need(mut self) -> Input {
        self.required = true;
        self
    }

    fn is(&self, choice: &str) -> bool {
        match self.kind {
            "checks" => self.value.split(' ').any(|one| one == choice),
            _ => self.value == choice,
        }
    }
}

pub(crate) struct Form {
    pub action: String,
    pub inputs: Vec<Input>,
    pub submit: &'static str,
    pub icon: &'static str,
    pub hint: String,
    /// Why it was refused.
    pub wrong: Option<String>,
    pub primary: bool,
    /// The key by which it counts once, where it has one.
    pub danger: bool,
}

impl Form {
    pub fn new(action: impl Into<String>, submit: &'static str) -> Form {
        Form {
            action: action.into(),
            inputs: Vec::new(),
            submit,
            icon: "check",
            hint: String::new(),
            wrong: None,
            primary: true,
            danger: false,
        }
    }
}

pub(crate) struct Bar {
    pub class: &'static str,
    /// Where it stands, as a style.
    pub place: String,
    pub word: String,
    pub title: String,
}

pub(crate) struct Lane {
    pub name: String,
    pub sub: String,
    pub bars: Vec<Bar>,
}

pub(crate) struct Week {
    pub label: &'static str,
    pub ticks: Vec<(String, String)>,
    pub lanes: Vec<Lane>,
    pub now: Option<String>,
}

pub(crate) enum Body {
    Table(Table),
    Facts(Vec<(&'static str, Cell)>),
    Form(Form),
    Week(Week),
    Quote(String),
}

pub(crate) struct Pane {
    pub id: &'static str,
    pub title: String,
    pub end: String,
    /// `c4` to `c12`.
    pub width: &'static str,
    pub views: Vec<View>,
    pub filters: Vec<Input>,
    /// Where the filters lead.
    pub path: String,
    pub body: Body,
}

impl Pane {
    pub fn new(id: &'static str, title: impl Into<String>, body: Body) -> Pane {
        Pane {
            id,
            title: title.into(),
            end: String::new(),
            width: "c12",
            views: Vec::new(),
            filters: Vec::new(),
            path: String::new(),
            body,
        }
    }

    pub fn width(mut self, width: &'static str) -> Pane {
        self.width = width;
        self
    }
}

pub(crate) struct View {
    pub href: String,
    pub word: &'static str,
    pub here: bool,
}

/// The choices of a list that stand as tabs above it.
pub(crate) fn views(
    path: &str,
    fields: &Fields,
    name: &str,
    usual: &str,
    all: &[(&'static str, &'static str)],
) -> Vec<View> {
    let chosen = match fields.get(name) {
        "" => usual,
        other => other,
    };
    all.iter()
        .map(|(code, word)| View {
            href: format!("{path}?{}", fields.with(name, code)),
            word,
            here: chosen == *code,
        })
        .collect()
}

pub(crate) struct Link {
    pub href: String,
    pub word: String,
    pub icon: &'static str,
}

impl Link {
    pub fn new(href: impl Into<String>, word: impl Into<String>, icon: &'static str) -> Link {
        Link { href: href.into(), word: word.into(), icon }
    }
}

/// A whole page.
#[derive(Template)]
#[template(path = "transfer/sheet.html")]
pub(crate) struct Sheet {
    pub shell: Shell,
    pub crumb: Option<Link>,
    pub title: String,
    pub standing: Option<(Mark, String)>,
    pub lead: String,
    pub acts: Vec<Link>,
    /// Where a live change asks again.
    pub here: String,
    pub note: Option<String>,
    /// A count strip: word, figure, whether it is bad.
    pub counts: Vec<(String, String, bool)>,
    pub panes: Vec<Pane>,
}

impl Sheet {
    pub fn new(shell: Shell, title: impl Into<String>, lead: impl Into<String>) -> Sheet {
        Sheet {
            shell,
            crumb: None,
            title: title.into(),
            standing: None,
            lead: lead.into(),
            acts: Vec::new(),
            here: String::new(),
            note: None,
            counts: Vec::new(),
            panes: Vec::new(),
        }
    }

    pub fn answer(&self, refused: bool) -> Answer {
        let lang = self.shell.lang;
        let html =
            self.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
        let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        Ok((status, Html(html)).into_response())
    }
}

/// One of a page's forms as it was sent, and why it was refused.
#[derive(Default)]
pub(crate) struct Typed {
    form: &'static str,
    pub fields: Fields,
    wrong: Option<String>,
}

impl Typed {
    pub fn refused(form: &'static str, fields: Fields, wrong: String) -> Typed {
        Typed { form, fields, wrong: Some(wrong) }
    }

    /// What stands in a field of one form: the forms of a page share their fields' names.
    pub fn get(&self, form: &str, name: &str) -> String {
        if self.form == form { self.fields.get(name).to_owned() } else { String::new() }
    }

    pub fn or(&self, form: &str, name: &str, usual: impl Into<String>) -> String {
        if self.form == form { self.fields.get(name).to_owned() } else { usual.into() }
    }

    pub fn wrong(&self, form: &str) -> Option<String> {
        self.wrong.clone().filter(|_| self.form == form)
    }

    pub fn is_refused(&self) -> bool {
        self.wrong.is_some()
    }
}

/// The city's month that a filter names, `YYYY-MM`; the one of `now` without.
pub(crate) fn month(fields: &Fields, calendar: Calendar, now: Time) -> (Time, Time, String) {
    let named = fields.some("month").filter(|month| month.len() == 7);
    let first = named
        .and_then(|month| store::pack::parse_date(&format!("{month}-01")))
        .unwrap_or_else(|| calendar.day_number(calendar.periods(now).month));
    // The first day of the next month lies 28 to 31 days on.
    let (year, of_year, _) = rules::calendar::civil(first);
    let next = (first + 28..=first + 31)
        .find(|day| rules::calendar::civil(*day).1 != of_year)
        .unwrap_or(first + 31);
    let word = format!("{year:04}-{of_year:02}");
    (calendar.day_start(first), calendar.day_start(next), word)
}

/// The days that a filter names, `from` and `until` with both ends; its month without them.
pub(crate) fn period(fields: &Fields, calendar: Calendar, now: Time) -> (Time, Time, String) {
    const DAYS_MAX: i64 = 800;
    let named = fields.day("from", calendar).zip(fields.day_end("until", calendar));
    match named {
        Some((from, until)) if from < until && until <= from.plus_days(DAYS_MAX) => {
            let word = format!("{}—{}", fields.get("from"), fields.get("until"));
            (from, until, word)
        }
        _ => month(fields, calendar, now),
    }
}

/// Per 10,000 as people read it.
pub(crate) fn percent(value: i64) -> String {
    format!("{}.{:02} %", value / 100, value % 100)
}

/// What came of a step: nothing to say, or the sentence of its refusal.
pub(crate) fn settled<T>(
    app: &crate::App,
    lang: Lang,
    result: store::Result<T>,
) -> Answer<Result<T, String>> {
    match result {
        Ok(value) => {
            app.wake_feed();
            Ok(Ok(value))
        }
        Err(store::Error::Refused(refusal)) => Ok(Err(lang.refusal(refusal).to_owned())),
        Err(error) => Err(Fault::of(error, lang)),
    }
}

#[cfg(test)]
mod tests {
    use rules::calendar::WeekStart;

    use super::*;

    #[test]
    fn months_have_their_own_length() {
        let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
        let of = |text: &str| {
            let fields = Fields::of(vec![("month".into(), text.into())]);
            let (from, until, word) = month(&fields, calendar, Time(1_687_330_800_000));
            (from.ms_until(until) / Time::DAY_MS, word)
        };
        for (text, days, word) in [
            ("2023-02", 28, "2023-02"),
            ("2024-02", 29, "2024-02"),
            ("2023-04", 30, "2023-04"),
            ("2023-12", 31, "2023-12"),
            ("", 30, "2023-06"),
            ("2023-13", 30, "2023-06"),
            ("nonsense", 30, "2023-06"),
        ] {
            assert_eq!(of(text), (days, word.to_owned()), "{text}");
        }
        let days = |from: &str, until: &str| {
            let pairs = [("from", from), ("until", until)];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            let (from, until, word) = period(&Fields::of(pairs), calendar, Time(1_687_330_800_000));
            (from.ms_until(until) / Time::DAY_MS, word)
        };
        assert_eq!(days("2023-06-01", "2023-06-03"), (3, "2023-06-01—2023-06-03".into()));
        assert_eq!(days("2023-06-03", "2023-06-01"), (30, "2023-06".into()));
        assert_eq!(days("2020-01-01", "2023-06-01"), (30, "2023-06".into()));
        assert_eq!(percent(9_350), "93.50 %");
        assert_eq!(percent(5), "0.05 %");
    }
}

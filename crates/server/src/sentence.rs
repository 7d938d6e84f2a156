//! Sentences made when shown: alerts keep rule, numbers and codes; here they become words.

use rules::alert::{Level, Rule};
use rules::register::Lack;
use serde_json::Value;
use store::Packs;
use store::checkin::FeedRow;

use crate::assets::Mark;
use crate::when::When;
use crate::words::Lang;

/// `手术室 1`
pub(crate) fn room(lang: Lang, kind: &str, number: i64) -> String {
    if kind == "theatre" { lang.theatre(number) } else { lang.treatment_room(number) }
}

/// The name of a procedure by the catalogue; a code nobody knows any more is shown as it is.
pub(crate) fn procedure(lang: Lang, packs: &Packs, code: &str, at: i64) -> String {
    packs
        .procedures_at(rules::Time(at))
        .procedure(code)
        .map_or_else(|| code.to_owned(), |found| lang.pick(&found.name_zh, &found.name_en).into())
}

/// A client outside the own clinic: `李女士（化姓）`.
pub(crate) fn alias(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => lang.alias(zh),
        Lang::En => lang.alias(if en.is_empty() { "—" } else { en }),
    }
}

pub(crate) fn rule_name(lang: Lang, packs: &Packs, rule: &str, version: &str) -> String {
    let text =
        packs.rules_of(version).and_then(|pack| Rule::of(rule).and_then(|rule| pack.rule(rule)));
    text.map_or_else(|| rule.to_owned(), |text| lang.pick(&text.name_zh, &text.name_en).into())
}

pub(crate) fn mark_of(level: Level) -> Mark {
    match level {
        Level::Danger => Mark::Danger,
        Level::Warn => Mark::Warn,
    }
}

fn number(inputs: &Value, key: &str) -> i64 {
    inputs.get(key).and_then(Value::as_i64).unwrap_or(0)
}

fn score(inputs: &Value, key: &str) -> String {
    inputs
        .get(key)
        .and_then(Value::as_f64)
        .map_or_else(|| "—".into(), |value| format!("{value:.2}"))
}

pub(crate) fn lack_words(lang: Lang, inputs: &Value) -> String {
    let codes = inputs.get("lacks").and_then(Value::as_array).cloned().unwrap_or_default();
    let words: Vec<&str> = codes
        .iter()
        .filter_map(Value::as_str)
        .filter_map(Lack::of)
        .map(|lack| lang.lack(lack))
        .collect();
    words.join(lang.pick("、", ", "))
}

/// What the machine saw, in one sentence: the numbers, and what they are held against.
pub(crate) fn alert(when: When, rule: &str, who: &str, inputs: &Value) -> String {
    let lang = when.lang;
    let n = |key| number(inputs, key);
    match Rule::of(rule) {
        Some(Rule::A01) => lang.a01(who, score(inputs, "score"), score(inputs, "min")),
        Some(Rule::A03) => lang.a03(who, lack_words(lang, inputs)),
        Some(Rule::A07) => lang.a07(
            who,
            when.time(&n("in_at")),
            when.time(&n("out_at")),
            when.span(&n("lasted_ms")),
            n("min_minutes"),
        ),
        Some(Rule::A09) => {
            let same = inputs.get("same_institution").and_then(Value::as_bool).unwrap_or(false);
            let since = when.stamp_hm(&n("since"));
            if same { lang.a09_same(who, since) } else { lang.a09_other(who, since) }
        }
        Some(Rule::A10) => lang.a10(who),
        Some(Rule::A11) => {
            lang.a11(when.stamp_hm(&n("declared_at")), when.stamp_hm(&n("started_at")))
        }
        Some(Rule::A12) => lang.a12(when.hm(&n("planned_at")), n("minutes")),
        Some(Rule::A14) => lang.a14(who),
        Some(Rule::A15) if n("by_m") > 0 => lang.a15(n("by_m"), n("limit_m")),
        Some(Rule::A15) => lang.a15_felt().into(),
        Some(Rule::A16) => lang.a16(when.time(&n("seen_at")), n("minutes")),
        Some(Rule::A18) => lang.a18(when.day(&n("since")), n("days")),
        None => rule.to_owned(),
    }
}

/// The inputs as label and value, for the table beside the verdict.
pub(crate) fn inputs(when: When, rule: &str, inputs: &Value) -> Vec<(&'static str, String)> {
    let lang = when.lang;
    let n = |key| number(inputs, key);
    let mut rows = Vec::new();
    let mut row = |label, value: String| rows.push((label, value));
    match Rule::of(rule) {
        Some(Rule::A01) => {
            row(lang.input_score(), score(inputs, "score"));
            row(lang.input_score_min(), score(inputs, "min"));
        }
        Some(Rule::A03) => row(lang.input_lacks(), lack_words(lang, inputs)),
        Some(Rule::A07) => {
            row(lang.input_min_minutes(), lang.minutes(n("min_minutes")));
            row(lang.input_in(), when.time(&n("in_at")));
            row(lang.input_out(), when.time(&n("out_at")));
            row(lang.input_lasted(), when.span(&n("lasted_ms")));
        }
        Some(Rule::A09) => row(lang.input_since(), when.stamp(&n("since"))),
        Some(Rule::A11) => {
            row(lang.input_declared(), when.stamp(&n("declared_at")));
            row(lang.input_started(), when.stamp(&n("started_at")));
        }
        Some(Rule::A12) => {
            row(lang.input_planned(), when.stamp_hm(&n("planned_at")));
            row(lang.input_limit(), lang.minutes(n("minutes")));
        }
        Some(Rule::A15) => {
            row(lang.input_moved(), lang.metres(n("by_m")));
            row(lang.input_limit(), lang.metres(n("limit_m")));
        }
        Some(Rule::A16) => {
            row(lang.input_seen(), when.stamp(&n("seen_at")));
            row(lang.input_limit(), lang.minutes(n("minutes")));
        }
        Some(Rule::A18) => {
            row(lang.input_since(), when.stamp_hm(&n("since")));
            row(lang.input_limit(), lang.days(n("days")));
        }
        Some(Rule::A10 | Rule::A14) | None => {}
    }
    if let Some(role) =
        inputs.get("role").and_then(Value::as_str).and_then(rules::register::Role::of)
    {
        row(lang.input_role(), lang.role(role).into());
    }
    if let Some(method) =
        inputs.get("method").and_then(Value::as_str).and_then(rules::checkin::Method::of)
    {
        row(lang.input_method(), lang.method(method).into());
    }
    if n("seq") > 0 {
        row(lang.input_seq(), format!("#{}", n("seq")));
    }
    rows
}

/// One check of the feed as its line shows it.
pub(crate) struct FeedLine {
    pub time: String,
    pub name: String,
    pub role: String,
    pub place: String,
    pub way: &'static str,
    pub mark: Option<Mark>,
    pub verdict: String,
    pub card: Card,
    pub operation_id: Option<String>,
}

/// The credential card that belongs to a check [N8].
pub(crate) struct Card {
    pub practitioner_id: String,
    pub operation: Option<String>,
    pub entitled: String,
    pub timer_from: Option<i64>,
    pub timer: String,
    pub timer_note: String,
    pub proof: String,
}

pub(crate) fn feed_line(when: When, packs: &Packs, row: &FeedRow, now: i64) -> FeedLine {
    let lang = when.lang;
    let findings: Vec<Value> = serde_json::from_str(&row.findings).unwrap_or_default();
    let code = |value: &Value| value.get("code").and_then(Value::as_str).map(str::to_owned);
    let first = findings.iter().find_map(code);
    let name = match (&row.name_zh, &row.name_en) {
        (Some(zh), Some(en)) => lang.pick(zh, en).to_owned(),
        _ => lang.unknown_person().to_owned(),
    };
    let role = rules::register::Role::of(&row.role).map_or("", |role| lang.role(role));
    let category = row.category.as_deref().and_then(rules::register::Category::of);
    let role = match category {
        Some(category) if row.role == "attending" => {
            format!("{role}·{}", lang.category(category))
        }
        _ => role.to_owned(),
    };
    let inward = row.direction == "in";
    let (mark, verdict) = verdict(when, packs, row, first.as_deref());
    FeedLine {
        time: if when.iso(&row.at) == when.iso(&now) {
            when.time(&row.at)
        } else {
            when.month_day_hm(&row.at)
        },
        place: format!(
            "{}·{}",
            lang.pick(&row.institution_zh, &row.institution_en),
            room(lang, &row.room_kind, row.room_number)
        ),
        way: if inward { lang.way_in() } else { lang.way_out() },
        mark,
        verdict,
        card: card(when, packs, row, &findings, now),
        operation_id: row.operation_id.clone(),
        name,
        role,
    }
}

fn verdict(
    when: When,
    packs: &Packs,
    row: &FeedRow,
    first: Option<&str>,
) -> (Option<Mark>, String) {
    let lang = when.lang;
    match first {
        Some("inside") => return (None, lang.already_inside().into()),
        Some("out_without_in") => return (None, lang.out_without_in().into()),
        Some(rule) => {
            let pack = packs.rules_at(rules::Time(row.at));
            let text = Rule::of(rule).and_then(|rule| pack.rule(rule));
            let mark = text.map(|text| mark_of(text.level));
            return (mark, rule_name(lang, packs, rule, &pack.pack.version));
        }
        None => {}
    }
    let said = match (row.direction.as_str(), row.in_at) {
        ("out", Some(in_at)) => lang.lasted(when.span(&(row.at - in_at))),
        _ if row.method == "face" => lang.identity_confirmed().into(),
        _ => rules::checkin::Method::of(&row.method)
            .map_or(String::new(), |method| lang.method(method).into()),
    };
    (None, said)
}

fn card(when: When, packs: &Packs, row: &FeedRow, findings: &[Value], now: i64) -> Card {
    let lang = when.lang;
    let operation = row.procedure_code.as_deref().map(|code| {
        let client = alias(
            lang,
            row.client_alias_zh.as_deref().unwrap_or(""),
            row.client_alias_en.as_deref().unwrap_or(""),
        );
        format!("{}·{client}", procedure(lang, packs, code, row.at))
    });
    let lacking = findings
        .iter()
        .find(|finding| finding.get("code").and_then(Value::as_str) == Some("A03"))
        .map(|finding| lack_words(lang, finding));
    let entitled = match (lacking, row.category.as_deref(), row.role.as_str()) {
        (Some(words), _, _) => words,
        (None, Some(category), "attending") => {
            let category = rules::register::Category::of(category);
            lang.entitled_attending(category.map_or("", |category| lang.category(category)))
        }
        (None, _, _) => lang.entitled().into(),
    };
    let running = row.started_at.filter(|_| row.signed_out_at.is_none());
    let timer_note = match row.anaesthetist_in_at.filter(|_| row.role == "attending") {
        Some(in_at) => lang.anaesthetist_in_for((now - in_at).max(0) / 60_000),
        None => String::new(),
    };
    let mut proof = format!("{} #{}", row.terminal_id, row.seq);
    if let Some(score) = row.score {
        proof.push_str(&format!("·{score:.2}"));
    }
    if row.liveness.as_deref() == Some("passed") {
        proof.push('·');
        proof.push_str(lang.live_passed());
    }
    proof.push('·');
    proof.push_str(lang.signature_valid());
    Card {
        practitioner_id: row.practitioner_id.clone(),
        operation,
        entitled,
        timer: running.map_or(String::new(), |from| when.timer(&(now - from))),
        timer_from: running,
        timer_note,
        proof,
    }
}

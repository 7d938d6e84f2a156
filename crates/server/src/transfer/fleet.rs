//! Pages of a transfer company: vehicles, crews, certificates, outages, shifts, mileage and hours.
//! The regulator reads the same pages of every company.

mod crews;
mod hours;
mod people;
mod shifts;
mod vehicle;
mod vehicles;

pub(crate) use crews::{join as join_crew, list as crews, xlsx as crews_xlsx};
pub(crate) use hours::{list as hours, xlsx as hours_xlsx};
pub(crate) use people::{certify as certify_crew, page as crew};
pub(crate) use shifts::{
    drop as drop_shift, list as shifts, plan as plan_shift, xlsx as shifts_xlsx,
};
pub(crate) use vehicle::{
    certify, end_outage, page as vehicle, public_path, revoke, revoke_of as revoke_crew, stop,
};
pub(crate) use vehicles::rooms;
pub(crate) use vehicles::{join as join_vehicle, list as vehicles, xlsx as vehicles_xlsx};

use std::collections::HashMap;

use rules::Time;
use rules::account::Permission;
use rules::transfer::accreditation::{Certificate, Lack, Why};
use store::transfer::{Accreditation, NewAccreditation, Operator, Standing};
use store::{Scope, Tx, transfer};

use super::sheet::{Body, Cell, Choice, Form, Input, Pane, Row, RowAct, Table, Typed};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::when::When;
use crate::words::Lang;

/// Who reads these pages: the company, and the regulator.
pub(crate) fn need(who: &SignedIn) -> Answer<()> {
    who.need_any(&[Permission::ManageFleet, Permission::OverseeTransfer])
}

/// Short names of the companies by id.
pub(crate) struct Names {
    lang: Lang,
    operators: Vec<Operator>,
    short: HashMap<String, String>,
}

impl Names {
    pub async fn read(tx: &mut Tx, scope: &Scope, lang: Lang) -> Answer<Names> {
        let operators = transfer::operators(tx, scope).await.told(lang)?;
        let short = operators
            .iter()
            .map(|one| {
                (one.operator_id.clone(), lang.pick(&one.short_zh, &one.short_en).to_owned())
            })
            .collect();
        Ok(Names { lang, operators, short })
    }

    pub fn of(&self, operator_id: &str) -> String {
        self.short.get(operator_id).cloned().unwrap_or_default()
    }

    /// Whether more than one company is shown, so that its name is worth a column.
    pub fn several(&self) -> bool {
        self.operators.len() > 1
    }

    pub fn operators(&self) -> &[Operator] {
        &self.operators
    }

    pub fn choices(&self, first: Option<&str>) -> Vec<Choice> {
        let first = first.map(|word| Choice::of("", word));
        let own = self
            .operators
            .iter()
            .map(|one| Choice::of(&*one.operator_id, self.lang.pick(&one.short_zh, &one.short_en)));
        first.into_iter().chain(own).collect()
    }
}

/// One certificate that is missing, as a sentence.
pub(super) fn lack_words(when: When, lack: &Lack) -> String {
    let lang = when.lang;
    let name = lang.certificate(lack.certificate);
    // What expired was valid on its last day.
    let back = i64::from(lack.why == Why::Expired);
    let day = lack.at.map(|at| when.iso(&(at.0 - back))).unwrap_or_default();
    match lack.why {
        Why::Missing => lang.tf_lack_missing(name),
        Why::NotYet => lang.tf_lack_not_yet(name, day),
        Why::Expired => lang.tf_lack_expired(name, day),
        Why::Revoked => lang.tf_lack_revoked(name, day),
    }
}

/// How a holder stands, as the cell of a list. Normal is a plain word.
pub(super) fn standing_cell(when: When, standing: &Standing, now: Time) -> Cell {
    let lang = when.lang;
    if let Some(first) = standing.lacks.first() {
        let more = standing.lacks.len() - 1;
        let sub = if more > 0 { lang.tf_more(more) } else { String::new() };
        return Cell::marked(Some(Mark::Danger), lack_words(when, first)).sub(sub);
    }
    if let Some(first) = standing.warnings.first() {
        let left = (first.ends.0 - now.0).div_euclid(Time::DAY_MS);
        let name = lang.certificate(first.certificate);
        let text = lang.tf_expires(name, when.iso(&(first.ends.0 - 1)));
        // A week is short; before that there is time.
        let mark = if first.within_days <= 7 { Mark::Danger } else { Mark::Warn };
        return Cell::marked(Some(mark), text).sub(lang.days_left(left));
    }
    Cell::of(lang.tf_accredited())
}

/// `fit`, `unfit`, `soon`: what a filter asks for.
pub(super) fn stands(standing: &Standing, wanted: &str) -> bool {
    match wanted {
        "unfit" => !standing.lacks.is_empty(),
        "soon" => standing.lacks.is_empty() && !standing.warnings.is_empty(),
        "fit" => standing.lacks.is_empty(),
        _ => true,
    }
}

pub(super) fn stands_choices(lang: Lang) -> Vec<Choice> {
    vec![
        Choice::of("", lang.all()),
        Choice::of("unfit", lang.tf_unfit()),
        Choice::of("soon", lang.tf_soon()),
        Choice::of("fit", lang.tf_fit()),
    ]
}

/// The pane of certificates of one holder, with the buttons that take one away.
pub(super) fn certificates_pane(
    when: When,
    rows: &[Accreditation],
    revoke: impl Fn(&str) -> String,
    now: Time,
) -> Pane {
    let lang = when.lang;
    let rows = rows.iter().rev().map(|one| {
        let ends = one.revoked_at.map_or(one.until_at, |at| at.min(one.until_at));
        let name = Certificate::of(&one.kind).map_or("", |kind| lang.certificate(kind));
        let (mark, state) = if one.revoked_at.is_some_and(|at| at < one.until_at) {
            (Some(Mark::Stop), lang.tf_revoked().to_owned())
        } else if ends <= now.0 {
            (Some(Mark::Off), lang.tf_over().to_owned())
        } else if one.from_at > now.0 {
            (None, lang.tf_not_yet().to_owned())
        } else {
            let left = (ends - now.0).div_euclid(Time::DAY_MS);
            ((left < 60).then_some(Mark::Warn), lang.days_left(left))
        };
        let acts = (one.revoked_at.is_none() && ends > now.0)
            .then(|| RowAct { action: revoke(&one.accreditation_id), word: lang.tf_revoke() });
        Row {
            cells: vec![
                Cell { strong: true, ..Cell::of(name) },
                Cell::of(masked(&one.number)),
                Cell::of(when.iso(&one.from_at)),
                Cell::of(when.iso(&(one.until_at - 1))),
                Cell::marked(mark, state),
            ],
            acts: acts.into_iter().collect(),
        }
    });
    let table = Table {
        heads: vec![
            lang.tf_certificate(),
            lang.tf_number(),
            lang.tf_from(),
            lang.tf_last_day(),
            lang.col_state(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_certificates_none(), lang.tf_certificates_none_what()],
        pager: None,
        acts: true,
    };
    Pane::new("certificates", lang.tf_certificates(), Body::Table(table)).width("c8")
}

/// A number that embeds the ID number is never shown whole.
fn masked(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    if letters.len() != 18 {
        return number.to_owned();
    }
    let shown = |range: std::ops::Range<usize>| letters[range].iter().collect::<String>();
    format!("{}********{}", shown(0..6), shown(14..18))
}

/// The form that adds a certificate of these kinds.
pub(super) fn certify_pane(
    lang: Lang,
    action: String,
    typed: &Typed,
    kinds: impl Iterator<Item = Certificate>,
) -> Pane {
    let get = |name: &str| typed.get("certify", name);
    let kinds = kinds.map(|kind| Choice::of(kind.code(), lang.certificate(kind))).collect();
    let form = Form {
        inputs: vec![
            Input::select("kind", lang.tf_certificate(), get("kind"), kinds).need(),
            Input::text("number", lang.tf_number(), get("number")).need(),
            Input::text("from", lang.tf_from(), get("from")).kind("date").need(),
            Input::text("until", lang.tf_last_day(), get("until")).kind("date").need(),
        ],
        icon: "certificate",
        hint: lang.tf_certify_hint().to_owned(),
        wrong: typed.wrong("certify"),
        ..Form::new(action, lang.tf_certify_do())
    };
    Pane::new("certify", lang.tf_certify_title(), Body::Form(form)).width("c4")
}

/// The certificate of a form, or why it cannot be read.
pub(super) fn certificate_of(
    app: &App,
    lang: Lang,
    holder_id: &str,
    fields: &Fields,
) -> Result<NewAccreditation, String> {
    let calendar = app.city().calendar;
    let certificate = Certificate::of(fields.get("kind"));
    let span = fields.day("from", calendar).zip(fields.day_end("until", calendar));
    match (certificate, span) {
        (None, _) => Err(lang.tf_certificate_choose().to_owned()),
        (_, None) => Err(lang.no_such_day().to_owned()),
        (Some(certificate), Some((from, until))) => Ok(NewAccreditation {
            holder_id: holder_id.to_owned(),
            certificate,
            number: fields.get("number").to_owned(),
            from,
            until,
        }),
    }
}

/// An id of our own for what a form enters.
pub(super) fn fresh_id(prefix: &str) -> String {
    format!("{prefix}_{}", crate::form::fresh_key())
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_of_people_are_not_shown_whole() {
        assert_eq!(super::masked("000000198001011234"), "000000********1234");
        assert_eq!(super::masked("JY-23001"), "JY-23001");
    }
}

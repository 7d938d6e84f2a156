//! The green channel's own pages: who is on call, zones and hotlines, antidotes, how people are
//! reached, call-out tests and figures, questions of the public, calendars.
//!
//! Cases are elsewhere (`emergency`); what a role may change is asked of `store` again.

mod calendar;
mod contacts;
mod draw;
mod enquiries;
mod hospitals;
mod plan;
mod readiness;
mod rota;
mod stock;
mod week;
mod zones;

pub(crate) use calendar::feed;
pub(crate) use contacts::{
    add as add_contact, confirm as confirm_contact, contacts, feed as make_feed,
    remove as remove_contact, send as send_code,
};
pub(crate) use enquiries::{answer as answer_enquiry, list as enquiries, page as enquiry};
pub(crate) use hospitals::{change as change_hospital, hospitals};
pub(crate) use plan::plan;
pub(crate) use readiness::{answer as answer_test, clear as clear_alert, readiness, start as test};
pub(crate) use rota::{add as add_rota, end as end_rota, order, step as swap_step, swap};
pub(crate) use stock::{count as count_stock, discard as discard_stock, stock, xlsx as stock_xlsx};
pub(crate) use zones::{add as add_zone, announce, end as end_zone, end_hotline, zones};

use rules::Time;
use rules::account::Permission;
use rules::calendar::Calendar;
use store::oncall::{ChannelAlert, Hospital};
use store::{Scope, Tx, oncall};

use crate::App;
use crate::emergency::alert_words;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::when::When;
use crate::words::Lang;

pub(crate) type Pairs = Vec<(String, String)>;

/// An entry of a choice.
struct Choice {
    value: String,
    word: String,
}

/// One of a page's forms as it was sent, and why it was refused.
#[derive(Default)]
pub(crate) struct Typed {
    form: &'static str,
    fields: Fields,
    wrong: Option<String>,
}

impl Typed {
    pub(crate) fn refused(form: &'static str, fields: Fields, wrong: String) -> Typed {
        Typed { form, fields, wrong: Some(wrong) }
    }

    /// What stands in a field of one form: the forms of a page share their fields' names.
    pub(crate) fn get(&self, form: &str, name: &str) -> &str {
        if self.form == form { self.fields.get(name) } else { "" }
    }

    pub(crate) fn or<'t>(&'t self, form: &str, name: &str, usual: &'t str) -> &'t str {
        if self.form == form { self.fields.get(name) } else { usual }
    }

    pub(crate) fn is(&self, form: &str, name: &str, value: &str) -> bool {
        self.form == form && self.fields.get(name) == value
    }

    /// A field whose name ends in what it is of.
    fn of(&self, form: &str, name: &str, of: impl std::fmt::Display) -> &str {
        self.get(form, &format!("{name}_{of}"))
    }

    fn open(&self, form: &str) -> bool {
        self.form == form
    }

    pub(crate) fn wrong(&self, form: &str) -> Option<&str> {
        self.wrong.as_deref().filter(|_| self.form == form)
    }
}

/// Whether one of these is allowed.
pub(crate) fn need_any(who: &SignedIn, permissions: &[Permission]) -> Answer<()> {
    if permissions.iter().any(|one| who.scope.may(*one)) {
        return Ok(());
    }
    Err(Fault::new(Kind::Forbidden, who.lang))
}

/// What came of a step: nothing to say, or the sentence of its refusal.
pub(crate) fn settled<T>(
    app: &App,
    lang: Lang,
    result: store::Result<T>,
) -> Answer<Option<String>> {
    match result {
        Ok(_) => {
            app.wake_feed();
            Ok(None)
        }
        Err(store::Error::Refused(refusal)) => Ok(Some(lang.refusal(refusal).to_owned())),
        Err(error) => Err(error).told(lang),
    }
}

/// A moment of the city as a field for date and time sends it, `YYYY-MM-DDTHH:MM`.
pub(crate) fn moment(fields: &Fields, name: &str, calendar: Calendar) -> Option<Time> {
    let (day, minute) = fields.get(name).split_once('T')?;
    let parts = Fields::of(vec![("day".into(), day.into()), ("at".into(), minute.into())]);
    Some(parts.day("day", calendar)?.plus_min(parts.minute("at")?))
}

/// The same moment for such a field.
pub(crate) fn field_of(when: When, at: &i64) -> String {
    format!("{}T{}", when.iso(at), when.hm(at))
}

/// When something begins that a form dates by the day: never in the past, because what has passed
/// was decided by what held then.
fn begins(fields: &Fields, name: &str, calendar: Calendar, now: Time) -> Option<Time> {
    if fields.get(name).is_empty() {
        return Some(now);
    }
    fields.day(name, calendar).map(|day| day.max(now))
}

fn short(lang: Lang, hospitals: &[Hospital], id: &str) -> String {
    let found = hospitals.iter().find(|one| one.hospital_id == id);
    found.map_or("", |one| lang.pick(&one.short_zh, &one.short_en)).to_owned()
}

fn hospital_choices(lang: Lang, hospitals: &[Hospital]) -> Vec<Choice> {
    let choice = |one: &Hospital| Choice {
        value: one.hospital_id.clone(),
        word: lang.pick(&one.short_zh, &one.short_en).to_owned(),
    };
    hospitals.iter().map(choice).collect()
}

/// A standing alert of the channel.
struct AlertShown {
    id: String,
    name: String,
    what: String,
    /// An unanswered call stands until somebody has talked about it.
    talked: bool,
}

const ALERTS_MAX: i64 = 60;

/// The standing alerts of a scope that `wanted` picks.
async fn alerts(
    tx: &mut Tx,
    scope: &Scope,
    when: When,
    wanted: impl Fn(&ChannelAlert) -> bool,
) -> Answer<Vec<AlertShown>> {
    let standing = oncall::alerts_of_channel(tx, scope, false, ALERTS_MAX).await.told(when.lang)?;
    let runs = scope.may(Permission::ManageChannel);
    let shown = standing.iter().filter(|alert| wanted(alert)).map(|alert| {
        let (name, what) = alert_words(tx, when, alert);
        let talked = runs && alert.rule == rules::channel::ChannelRule::A29.code();
        AlertShown { id: alert.channel_alert_id.clone(), name, what, talked }
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use rules::calendar::WeekStart;

    use super::*;

    #[test]
    fn moments_of_forms() {
        let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
        let read =
            |text: &str| moment(&Fields::of(vec![("at".into(), text.into())]), "at", calendar);
        assert_eq!(read("2024-01-02T15:30"), Some(Time(1_704_180_600_000)));
        for wrong in ["", "2024-01-02", "2024-01-02T25:00", "2024-13-02T10:00", "T10:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

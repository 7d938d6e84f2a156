//! Changing who is on call: rotas, overrides that the desk orders, swaps that colleagues ask for.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::calendar::Calendar;
use rules::oncall::{EVERY_DAYS, Pattern, SwapAct};
use store::oncall::{self, NewRota};

use super::plan::{ORDERS, SEES, again};
use super::{Pairs, Typed, moment, need_any, settled};
use crate::App;
use crate::fault::{Answer, Fault, Kind};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::words::Lang;

/// Back to the plan: told what was done, or with the form as it was sent.
async fn back(
    app: &App,
    who: &SignedIn,
    form: &'static str,
    fields: Fields,
    wrong: Option<String>,
) -> Answer {
    if let Some(wrong) = wrong {
        return again(app, who, Typed::refused(form, fields, wrong)).await;
    }
    let done =
        if form == "rotation" || form == "weekly" || form == "daily" { "rota" } else { form };
    let hospital = fields.pairs().into_iter().filter(|(key, _)| key == "hospital");
    let query = Fields::of(hospital.collect()).with("done", done);
    Ok(Redirect::to(&format!("/oncall?{query}")).into_response())
}

/// `POST /oncall/rotas`
pub(crate) async fn add(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &ORDERS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let form = match fields.get("kind") {
        "rotation" => "rotation",
        "weekly" => "weekly",
        "daily" => "daily",
        _ => return Err(Fault::new(Kind::BadForm("kind".into()), who.lang)),
    };
    let wrong = match read_rota(&fields, form, who.lang, app.city().calendar) {
        Err(wrong) => Some(wrong.to_owned()),
        Ok(new) => {
            let (scope, now) = (who.scope.clone(), app.now());
            let added = app.db().write(move |tx| {
                Box::pin(async move { oncall::add_rota(tx, &scope, &new, now).await })
            });
            settled(&app, who.lang, added.await)?
        }
    };
    back(&app, &who, form, fields, wrong).await
}

fn read_rota(
    fields: &Fields,
    form: &str,
    lang: Lang,
    calendar: Calendar,
) -> Result<NewRota, &'static str> {
    let minute = |name: &str| fields.minute(name).ok_or(lang.no_such_time());
    let day = fields.day("from", calendar).ok_or(lang.no_such_day())?;
    let last = match fields.some("until") {
        Some(_) => Some(fields.day_end("until", calendar).ok_or(lang.no_such_day())?),
        None => None,
    };
    let alone = || fields.some("person").map(|one| vec![one]).ok_or(lang.oc_choose_person());
    // A rotation begins and ends where it hands over, the others at midnight.
    let (pattern, people, shift_min) = match form {
        "rotation" => {
            let hands_over_min = minute("hands_over")?;
            let every_days = fields.number("every_days").filter(|days| EVERY_DAYS.contains(days));
            let every_days = every_days.ok_or(lang.oc_every_wrong())?;
            let people = in_turn(fields);
            if people.is_empty() {
                return Err(lang.oc_choose_people());
            }
            (Pattern::Rotation { hands_over_min, every_days }, people, hands_over_min)
        }
        "weekly" => {
            let chosen = (0..7u8).filter(|day| !fields.get(&format!("day_{day}")).is_empty());
            let weekdays = chosen.fold(0, |days, day| days | 1 << day);
            if weekdays == 0 {
                return Err(lang.oc_choose_days());
            }
            let (starts_min, ends_min) = (minute("starts")?, minute("ends")?);
            (Pattern::Weekly { weekdays, starts_min, ends_min }, alone()?, 0)
        }
        _ => {
            let (starts_min, ends_min) = (minute("starts")?, minute("ends")?);
            (Pattern::Daily { starts_min, ends_min }, alone()?, 0)
        }
    };
    Ok(NewRota {
        hospital_id: fields.get("hospital").to_owned(),
        line: fields.number("line").unwrap_or(0),
        pattern,
        people,
        from: day.plus_min(shift_min),
        until: last.map(|last| last.plus_min(shift_min)),
    })
}

/// The people of a rotation by the numbers beside their names; who has none has no turn.
fn in_turn(fields: &Fields) -> Vec<String> {
    let mut turns: Vec<(i64, String)> = fields
        .pairs()
        .into_iter()
        .filter_map(|(key, _)| {
            let person = key.strip_prefix("turn_")?.to_owned();
            Some((fields.number(&key)?, person))
        })
        .collect();
    turns.sort();
    turns.into_iter().map(|(_, person)| person).collect()
}

/// `POST /oncall/rotas/{rota_id}/end`
pub(crate) async fn end(
    State(app): State<App>,
    who: SignedIn,
    Path(rota_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &ORDERS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let now = app.now();
    let asked = moment(&fields, "at", app.city().calendar);
    if asked.is_none() && fields.some("at").is_some() {
        let wrong = Some(who.lang.no_such_time().to_owned());
        return back(&app, &who, "end", fields, wrong).await;
    }
    // What has passed stays as it was.
    let until = asked.map_or(now, |at| at.max(now));
    let scope = who.scope.clone();
    let ended = app.db().write(move |tx| {
        Box::pin(async move { oncall::end_rota(tx, &scope, &rota_id, until, now).await })
    });
    let wrong = settled(&app, who.lang, ended.await)?;
    back(&app, &who, "end", fields, wrong).await
}

/// What a span on a line takes; a sentence when it cannot be read.
struct Span {
    line: i64,
    from: Time,
    until: Time,
    takes: String,
}

fn read_span(fields: &Fields, lang: Lang, calendar: Calendar) -> Result<Span, String> {
    let at = |name: &str| moment(fields, name, calendar).ok_or(lang.no_such_time().to_owned());
    Ok(Span {
        line: fields.number("line").unwrap_or(0),
        from: at("from_at")?,
        until: at("until_at")?,
        takes: fields.some("takes").ok_or(lang.oc_choose_person().to_owned())?,
    })
}

/// `POST /oncall/overrides`: the desk puts somebody on a line.
pub(crate) async fn order(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &ORDERS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let wrong = match read_span(&fields, who.lang, app.city().calendar) {
        Err(wrong) => Some(wrong),
        Ok(new) => {
            let (scope, now) = (who.scope.clone(), app.now());
            let (hospital, instead) =
                (fields.get("hospital").to_owned(), fields.some("instead_of"));
            let ordered = app.db().write(move |tx| {
                Box::pin(async move {
                    let (span, takes) = ((new.from, new.until), new.takes.as_str());
                    let instead = instead.as_deref();
                    oncall::order_override(
                        tx, &scope, &hospital, new.line, span, takes, instead, now,
                    )
                    .await
                })
            });
            settled(&app, who.lang, ordered.await)?
        }
    };
    back(&app, &who, "override", fields, wrong).await
}

/// `POST /oncall/swaps`: somebody on call asks a colleague.
pub(crate) async fn swap(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::OnCall)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let wrong = match read_span(&fields, who.lang, app.city().calendar) {
        Err(wrong) => Some(wrong),
        Ok(new) => {
            let (scope, now) = (who.scope.clone(), app.now());
            let asked = app.db().write(move |tx| {
                Box::pin(async move {
                    let span = (new.from, new.until);
                    oncall::ask_swap(tx, &scope, new.line, span, &new.takes, now).await
                })
            });
            settled(&app, who.lang, asked.await)?
        }
    };
    back(&app, &who, "swap", fields, wrong).await
}

/// `POST /oncall/swaps/{override_id}/{act}`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path((override_id, act)): Path<(String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &SEES)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let act = SwapAct::of(&act).ok_or_else(|| Fault::new(Kind::NotFound, who.lang))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let stepped = app.db().write(move |tx| {
        Box::pin(async move { oncall::swap_step(tx, &scope, &override_id, act, now).await })
    });
    let wrong = settled(&app, who.lang, stepped.await)?;
    back(&app, &who, "step", fields, wrong).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_follow_the_numbers_beside_the_names() {
        let fields = [("turn_b", "1"), ("turn_a", "2"), ("turn_c", ""), ("turn_d", "10")];
        let pairs = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        assert_eq!(in_turn(&Fields::of(pairs.collect())), ["b", "a", "d"]);
    }
}

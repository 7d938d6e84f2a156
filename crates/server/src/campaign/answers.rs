//! Answers of a sheet as they come in: from a form, from a page that sends them one by one when the
//! network is there, and the photos and documents that belong to them.

use axum::Json;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use rules::Time;
use rules::calendar::Calendar;
use rules::campaign::{Answer as Said, Fix, Mending};
use serde::Deserialize;
use serde_json::json;
use store::campaign::{self, AnswerEdit};

use super::sheet::{Of, fingerprint, sheet_of, shown, standing, unit_of};
use super::upload::{self, unusable};
use super::{Pairs, Typed, settled, takes_part};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::picture::{Clean, thumbnail};
use crate::session::SignedIn;
use crate::when::When;

/// The end of the day that a field names.
fn due(text: &str, calendar: Calendar) -> Option<Time> {
    store::pack::parse_date(text.trim()).map(|day| calendar.day_start(day).plus_days(1))
}

/// The answers of a form that its person changed: what stands as it was drawn is nobody's new
/// answer, and must not displace what somebody else has said since.
fn edits(fields: &Fields, calendar: Calendar, now: Time) -> Vec<AnswerEdit> {
    let pairs = fields.pairs();
    let answers = pairs.iter().filter_map(|(name, value)| {
        let item = name.strip_prefix("a_")?;
        let answer = Said::of(value)?;
        let get = |mark: &str| fields.get(&format!("{mark}_{item}"));
        let (note, fix, measure, day) = (get("n"), get("x"), get("m"), get("u"));
        if fingerprint(value, note, fix, measure, day) == get("d") {
            return None;
        }
        let mending =
            Mending { fix: Fix::of(fix), measure: measure.to_owned(), due_at: due(day, calendar) };
        let (item, note) = (item.to_owned(), note.to_owned());
        Some(AnswerEdit { item, answer, note, answered_at: now, mending })
    });
    answers.collect()
}

/// `POST /campaigns/{campaign_id}/sheets/{department}`: keeps answers and files, and hands in when
/// asked.
pub(crate) async fn answer(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    form: Multipart,
) -> Answer {
    takes_part(&who)?;
    let (fields, files, wrong) = upload::read(&who, form).await?.cleaned().await;
    let unit = unit_of(&who, fields.some("institution"))?;
    let now = app.now();
    // A page that has sent its answers already says so; the form's own copies may be older.
    let sent = fields.get("sent") == "1";
    let edits = if sent { Vec::new() } else { edits(&fields, app.city().calendar, now) };
    let removed = fields.some("remove");
    let (scope, of) = (who.scope.clone(), [id.clone(), unit.clone(), code.clone()]);
    let kept = app.db().write(move |tx| {
        Box::pin(async move {
            let at = (&*of[0], &*of[1], &*of[2]);
            campaign::answer_items(tx, &scope, at, &edits, now).await?;
            for (item, Clean { media_type, body }) in &files {
                let at = (&*of[0], &*of[1], &*of[2], &**item);
                campaign::add_item_evidence(tx, &scope, at, (media_type, body), now).await?;
            }
            let at = (&*of[0], &*of[1], &*of[2]);
            match removed {
                Some(file) => {
                    campaign::remove_item_evidence(tx, &scope, at, &file, now).await?;
                    Ok("file_removed")
                }
                None => Ok("kept"),
            }
        })
    });
    let mut done = settled(&app, who.lang, kept.await)?;
    if done.is_ok() && wrong.is_none() && fields.get("step") == "submit" {
        // What was answered is kept, whatever handing in says.
        let (scope, of) = (who.scope.clone(), [id.clone(), unit.clone(), code.clone()]);
        let handed = app.db().write(move |tx| {
            Box::pin(async move {
                let at = (&*of[0], &*of[1], &*of[2]);
                campaign::submit_sheet(tx, &scope, at, now).await
            })
        });
        done = settled(&app, who.lang, handed.await)?.map(|_| "sheet_in");
    }
    let of = (&*id, &*unit, &*code);
    let none = Fields::default();
    match (done, wrong) {
        (Ok(_), Some(why)) => {
            let page = sheet_of(&app, &who, of, &none, Typed::default()).await?;
            let page = page.without_file(unusable(who.lang, why));
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
        (Ok(done), None) => {
            let to = format!("/campaigns/{id}/sheets/{code}?institution={unit}&done={done}");
            Ok(Redirect::to(&to).into_response())
        }
        (Err(wrong), _) => {
            let typed = Typed::refused("sheet", fields, wrong);
            let page = sheet_of(&app, &who, of, &none, typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// Answers as an open page sends them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    csrf: String,
    institution: Option<String>,
    edits: Vec<Edit>,
}

/// One of them; `at` is when it was given, by the city's clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    item: String,
    answer: String,
    note: String,
    fix: String,
    measure: String,
    due: String,
    at: i64,
}

impl Edit {
    fn read(self, calendar: Calendar) -> store::Result<AnswerEdit> {
        let answer = Said::of(&self.answer).ok_or(store::Refusal::Unknown)?;
        let due_at = due(&self.due, calendar);
        let mending = Mending { fix: Fix::of(&self.fix), measure: self.measure, due_at };
        let (item, note, answered_at) = (self.item, self.note, Time(self.at));
        Ok(AnswerEdit { item, answer, note, answered_at, mending })
    }
}

/// `POST /campaigns/{campaign_id}/sheets/{department}/answers`: keeps what a page has gathered, and
/// answers with what stands now, so that two people see whose answer it is.
pub(crate) async fn answers(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Json(batch): Json<Batch>,
) -> Response {
    match answered(&app, &who, (id, code), batch).await {
        Ok(response) => response,
        Err(fault) => fault.problem(),
    }
}

async fn answered(
    app: &App,
    who: &SignedIn,
    (id, code): (String, String),
    batch: Batch,
) -> Answer<Response> {
    takes_part(who)?;
    who.check(&batch.csrf)?;
    let (lang, now, calendar) = (who.lang, app.now(), app.city().calendar);
    let unit = unit_of(who, batch.institution)?;
    let edits: store::Result<Vec<AnswerEdit>> =
        batch.edits.into_iter().map(|edit| edit.read(calendar)).collect();
    let edits = edits.told(lang)?;
    if !edits.is_empty() {
        let (scope, of) = (who.scope.clone(), [id.clone(), unit.clone(), code.clone()]);
        let kept = app.db().write(move |tx| {
            Box::pin(async move {
                let at = (&*of[0], &*of[1], &*of[2]);
                campaign::answer_items(tx, &scope, at, &edits, now).await
            })
        });
        kept.await.told(lang)?;
        app.wake_feed();
    }
    let mut tx = app.db().read().await.told(lang)?;
    let of = (&*id, &*unit, &*code);
    let sheet = campaign::sheet(&mut tx, &who.scope, of.0, of.1, of.2).await.told(lang)?;
    let items: Vec<&rules::campaign::Item> = sheet.items.iter().collect();
    let asked = rules::campaign::asked(&items, &sheet.answers).len();
    let me = who.scope.account().map_or("", |account| &*account.account_id);
    let when = When { lang, calendar };
    let missing = sheet.missing.len();
    let progress = lang.cp_sheet_lead(asked.saturating_sub(missing), missing);
    let body = json!({
        "standing": standing(when, &sheet, me),
        "progress": progress,
        "submitted": sheet.submitted_at.is_some(),
        "locked": sheet.locked,
    });
    Ok(Json(body).into_response())
}

/// The files of one item, as a page shows them after one was added.
async fn files_of(app: &App, who: &SignedIn, of: Of<'_>, item: &str) -> Answer<Response> {
    let when = When { lang: who.lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(who.lang)?;
    let files = campaign::item_files(&mut tx, &who.scope, of).await.told(who.lang)?;
    let here = files.iter().filter(|file| file.item == item).map(|file| shown(when, of, file));
    Ok(Json(json!({ "files": here.collect::<Vec<_>>() })).into_response())
}

async fn file_kept(
    app: &App,
    who: &SignedIn,
    (id, code): (String, String),
    form: Multipart,
) -> Answer<Response> {
    takes_part(who)?;
    let (fields, files, wrong) = upload::read(who, form).await?.cleaned().await;
    if let Some(why) = wrong {
        let sentence = unusable(who.lang, why);
        let body = json!({ "title": sentence, "status": 422 });
        return Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response());
    }
    let unit = unit_of(who, fields.some("institution"))?;
    let (scope, now, item) = (who.scope.clone(), app.now(), fields.get("item").to_owned());
    let (at, same) = ([id.clone(), unit.clone(), code.clone()], item.clone());
    let kept = app.db().write(move |tx| {
        Box::pin(async move {
            for (_, Clean { media_type, body }) in &files {
                let of = (&*at[0], &*at[1], &*at[2], &*same);
                campaign::add_item_evidence(tx, &scope, of, (media_type, body), now).await?;
            }
            Ok(())
        })
    });
    kept.await.told(who.lang)?;
    files_of(app, who, (&id, &unit, &code), &item).await
}

/// `POST /campaigns/{campaign_id}/sheets/{department}/evidence`: a photo or document of one item.
pub(crate) async fn item_evidence(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    form: Multipart,
) -> Response {
    match file_kept(&app, &who, (id, code), form).await {
        Ok(response) => response,
        Err(fault) => fault.problem(),
    }
}

/// `GET /campaigns/{campaign_id}/sheets/{department}/files/{attachment_id}`
pub(crate) async fn item_file(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, attachment_id)): Path<(String, String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(query);
    let unit = unit_of(&who, fields.some("institution"))?;
    let mut tx = app.db().read().await.told(who.lang)?;
    let of = (&*id, &*unit, &*code);
    let found = campaign::item_file(&mut tx, &who.scope, of, &attachment_id).await;
    drop(tx);
    let blob = found.told(who.lang)?.ok_or_else(|| Fault::new(Kind::NotFound, who.lang))?;
    let image = blob.media_type.starts_with("image/");
    let small = image && fields.get("thumb") == "1";
    let lost = |_| Fault::new(Kind::NotFound, who.lang);
    let body = if small { thumbnail(blob.body).await.map_err(lost)? } else { blob.body };
    let headers = [
        (header::CONTENT_TYPE, if small { "image/jpeg".to_owned() } else { blob.media_type }),
        (header::CONTENT_DISPOSITION, if image { "inline" } else { "attachment" }.to_owned()),
        // A file never changes; only whoever may see it keeps it.
        (header::CACHE_CONTROL, "private, max-age=86400, immutable".to_owned()),
    ];
    Ok((headers, body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_changed_is_an_answer() {
        let same = fingerprint("met", "看过", "", "", "");
        let pairs = [
            ("a_core.rounds", "not_met"),
            ("n_core.rounds", "缺记录"),
            ("x_core.rounds", "planned"),
            ("m_core.rounds", "补记录"),
            ("u_core.rounds", "2017-03-10"),
            ("d_core.rounds", ""),
            ("a_core.deaths", "met"),
            ("n_core.deaths", " 看过 "),
            ("d_core.deaths", &*same),
            ("a_core.x", "perhaps"),
            ("n_core.y", "没有选答案"),
        ];
        let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let week_starts_on = rules::calendar::WeekStart::Monday;
        let calendar = Calendar { offset_min: 480, week_starts_on };
        let read = edits(&Fields::of(pairs), calendar, Time(9_000));
        assert_eq!(read.len(), 1, "what stands as it was drawn is nobody's new answer");
        let one = &read[0];
        assert_eq!((&*one.item, one.answer, &*one.note), ("core.rounds", Said::NotMet, "缺记录"));
        assert_eq!((one.mending.fix, &*one.mending.measure), (Some(Fix::Planned), "补记录"));
        // 2017-03-11 00:00 at UTC+8
        assert_eq!(one.mending.due_at, Some(Time(1_489_161_600_000)));
    }
}

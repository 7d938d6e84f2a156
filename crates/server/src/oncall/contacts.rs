//! How a person is reached: own addresses, checked by a code, and the private calendar address.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::notice::Way;
use store::oncall::{self, Contact};

use super::{Pairs, Typed, need_any, settled};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::{Origin, SignedIn};
use crate::shell::{Shell, shell};
use crate::when::When;

/// Who is called by the platform.
const REACHED: [Permission; 3] =
    [Permission::OnCall, Permission::RunDesk, Permission::ManageHospital];

struct Shown {
    id: String,
    way: &'static str,
    address: String,
    verified: Option<String>,
    /// It has never answered a check, or not for long.
    asks: bool,
    /// Until when a code that was sent may be typed.
    code_until: Option<String>,
}

#[derive(Template)]
#[template(path = "oncall/contacts.html")]
struct ContactsPage {
    shell: Shell,
    typed: Typed,
    rows: Vec<Shown>,
    ways: Vec<(&'static str, &'static str)>,
    verified: usize,
    has_shifts: bool,
    /// The calendar's address, shown once.
    feed: Option<String>,
}

/// `GET /contacts`
pub(crate) async fn contacts(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let done = Fields::of(query);
    let mut page = page(&app, &who, done.get("done"), Typed::default(), None).await?;
    let code = done.get("code");
    if app.city().demo && code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        page.shell.done = Some(who.lang.oc_demo_code(code));
    }
    draw(&page, who.lang)
}

async fn page(
    app: &App,
    who: &SignedIn,
    done: &str,
    typed: Typed,
    feed: Option<String>,
) -> Answer<ContactsPage> {
    need_any(who, &REACHED)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/contacts").await?;
    shell.done = lang.oc_done(done).map(str::to_owned);
    let days = tx.packs().channel_at(now).watch.contact_days;
    let own = oncall::contacts_of(&mut tx, &who.scope).await.told(lang)?;
    let rows: Vec<Shown> = own.iter().map(|one| shown(shell.when, one, now, days)).collect();
    Ok(ContactsPage {
        verified: rows.iter().filter(|row| row.verified.is_some()).count(),
        rows,
        // A page rings by itself; it needs no address.
        ways: Way::ALL
            .iter()
            .filter(|way| **way != Way::App)
            .map(|way| (way.code(), lang.oc_way(*way)))
            .collect(),
        has_shifts: who.scope.hospital().is_some(),
        feed,
        typed,
        shell,
    })
}

fn shown(when: When, one: &Contact, now: Time, days: i64) -> Shown {
    let stale = one.verified_at.is_some_and(|at| Time(at).plus_days(days) <= now);
    let asks = one.verified_at.is_none() || stale;
    let waits = one.code_until.filter(|until| *until > now.0 && asks);
    Shown {
        id: one.contact_id.clone(),
        way: Way::of(&one.channel).map_or("", |way| when.lang.oc_way(way)),
        address: one.address.clone(),
        verified: one.verified_at.map(|at| when.iso(&at)),
        asks,
        code_until: waits.map(|until| when.hm(&until)),
    }
}

async fn back(
    app: &App,
    who: &SignedIn,
    form: &'static str,
    fields: Fields,
    wrong: Option<String>,
) -> Answer {
    let Some(wrong) = wrong else {
        return Ok(Redirect::to(&format!("/contacts?done={form}")).into_response());
    };
    let page = page(app, who, "", Typed::refused(form, fields, wrong), None).await?;
    Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
}

/// `POST /contacts`
pub(crate) async fn add(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &REACHED)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let Some(way) = Way::of(fields.get("way")) else {
        let wrong = Some(who.lang.oc_choose_way().to_owned());
        return back(&app, &who, "contact", fields, wrong).await;
    };
    let (scope, now) = (who.scope.clone(), app.now());
    let address = fields.get("address").to_owned();
    let added = app.db().write(move |tx| {
        Box::pin(async move { oncall::add_contact(tx, &scope, way, &address, now).await })
    });
    let wrong = settled(&app, who.lang, added.await)?;
    back(&app, &who, "contact", fields, wrong).await
}

/// Six digits, each code as likely as another; `None` when the system has no randomness.
fn new_code() -> Option<String> {
    const CODES: u32 = 1_000_000;
    loop {
        let mut bytes = [0u8; 4];
        getrandom::fill(&mut bytes).ok()?;
        let drawn = u32::from_be_bytes(bytes);
        // What is left over at the end would make low codes likelier.
        if drawn < u32::MAX - u32::MAX % CODES {
            return Some(format!("{:06}", drawn % CODES));
        }
    }
}

fn no_randomness(who: &SignedIn) -> Fault {
    Fault::new(Kind::Broken("no randomness for a code".into()), who.lang)
}

/// `POST /contacts/{contact_id}/code`
pub(crate) async fn send(
    State(app): State<App>,
    who: SignedIn,
    Path(contact_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &REACHED)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let code = new_code().ok_or_else(|| no_randomness(&who))?;
    // A demo sends nothing: whoever tries it reads the code on the page.
    let shown = app.city().demo.then(|| format!("/contacts?done=code&code={code}"));
    let (scope, now) = (who.scope.clone(), app.now());
    let sent = app.db().write(move |tx| {
        Box::pin(async move { oncall::send_check(tx, &scope, &contact_id, &code, now).await })
    });
    match (settled(&app, who.lang, sent.await)?, shown) {
        (None, Some(shown)) => Ok(Redirect::to(&shown).into_response()),
        (wrong, _) => back(&app, &who, "code", fields, wrong).await,
    }
}

/// `POST /contacts/{contact_id}/confirm`
pub(crate) async fn confirm(
    State(app): State<App>,
    who: SignedIn,
    Path(contact_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &REACHED)?;
    let mut pairs = fields;
    pairs.push(("contact".into(), contact_id.clone()));
    let fields = Fields::of(pairs);
    who.check(fields.get("csrf"))?;
    let (scope, now, code) = (who.scope.clone(), app.now(), fields.get("code").to_owned());
    // A wrong code is counted, so it is no error that would undo the count.
    let confirmed = app
        .db()
        .write(move |tx| {
            Box::pin(
                async move { oncall::confirm_contact(tx, &scope, &contact_id, &code, now).await },
            )
        })
        .await
        .told(who.lang)?;
    let wrong = settled(&app, who.lang, confirmed.map_err(store::Error::from))?;
    back(&app, &who, "confirm", fields, wrong).await
}

/// `POST /contacts/{contact_id}/remove`
pub(crate) async fn remove(
    State(app): State<App>,
    who: SignedIn,
    Path(contact_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &REACHED)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let removed = app.db().write(move |tx| {
        Box::pin(async move { oncall::remove_contact(tx, &scope, &contact_id, now).await })
    });
    let wrong = settled(&app, who.lang, removed.await)?;
    back(&app, &who, "removed", fields, wrong).await
}

/// 160 random bits in hexadecimal digits.
fn new_token() -> Option<String> {
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `POST /contacts/feed`: a private calendar address, shown on this answer and never again.
pub(crate) async fn feed(
    State(app): State<App>,
    who: SignedIn,
    Origin(origin): Origin,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &REACHED)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let token = new_token().ok_or_else(|| no_randomness(&who))?;
    let (scope, now, kept) = (who.scope.clone(), app.now(), token.clone());
    let made = app.db().write(move |tx| {
        Box::pin(async move { oncall::calendar_feed(tx, &scope, &kept, now).await })
    });
    if let Some(wrong) = settled(&app, who.lang, made.await)? {
        return back(&app, &who, "feed", fields, Some(wrong)).await;
    }
    let address = format!("{origin}/ics/{token}.ics");
    draw(&page(&app, &who, "feed", Typed::default(), Some(address)).await?, who.lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_digits_and_tokens_forty() {
        let code = new_code().expect("randomness");
        assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        assert_eq!(new_token().map(|token| token.len()), Some(40));
    }
}

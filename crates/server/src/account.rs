//! Signing in and out, and the language of pages.

use askama::Template;
use axum::Form;
use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rules::Time;
use store::event::By;
use store::{Tx, account};

use crate::App;
use crate::assets;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::{LANG_COOKIE, Peer, SESSION_COOKIE, SignedIn, lang_of, same_origin};
use crate::shell::home_of;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    lang: Lang,
    platform: String,
    demo: bool,
    login: String,
    next: String,
    wrong: Option<&'static str>,
    path: String,
}

impl SignInPage {
    fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

/// `GET /sign-in`
pub(crate) async fn form(
    State(app): State<App>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let lang = lang_of(&headers, uri.query());
    let next = safe_path(Fields::of(query).get("next"));
    draw(&sign_in_page(&app, lang, String::new(), next, None), lang)
}

fn sign_in_page(
    app: &App,
    lang: Lang,
    login: String,
    next: String,
    wrong: Option<&'static str>,
) -> SignInPage {
    let [zh, en] = &app.city().platform;
    SignInPage {
        lang,
        platform: lang.pick(zh, en).to_owned(),
        demo: app.city().demo,
        login,
        path: format!("/sign-in?next={}", crate::fault::encode(&next)),
        next,
        wrong,
    }
}

/// Only a path of our own: never a way to another site.
fn safe_path(path: &str) -> String {
    // Browsers drop tabs and line ends: `/<tab>/host` would become another site's address.
    let odd = |character: char| character.is_control() || character == '\\';
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(odd);
    if own { path.to_owned() } else { "/home".into() }
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(app): State<App>,
    Peer(address): Peer,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let lang = lang_of(&headers, None);
    same_origin(&headers, lang)?;
    if !app.may_try_sign_in(address) {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let fields = Fields::of(fields);
    let (login, next) = (fields.get("login").to_owned(), safe_path(fields.get("next")));
    match try_sign_in(&app, &login, fields.get("password"), lang).await? {
        Ok(token) => {
            let mut response = Redirect::to(&next).into_response();
            set_cookie(&mut response, &session_cookie(&headers, &token));
            Ok(response)
        }
        Err(sentence) => {
            let page = sign_in_page(&app, lang, login, next, Some(sentence));
            let html =
                page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
        }
    }
}

/// The token of a new session, or the sentence that says why there is none.
async fn try_sign_in(
    app: &App,
    login: &str,
    password: &str,
    lang: Lang,
) -> Answer<Result<String, &'static str>> {
    let machine_now = app.clock().machine();
    let mut tx = app.db().read().await.told(lang)?;
    let found = account::credentials(&mut tx, login).await.told(lang)?;
    drop(tx);
    let Some(found) = found else {
        // As slow as a wrong password, so that logins cannot be guessed by the clock.
        let decoy = tokio::task::spawn_blocking(crate::password::decoy).await.unwrap_or_default();
        crate::password::verify(app, password.to_owned(), decoy).await;
        return Ok(Err(lang.wrong_login()));
    };
    let account_id = found.account_id.clone();
    let right = crate::password::verify(app, password.to_owned(), found.password_hash).await;
    if found.locked_until.is_some_and(|until| until > machine_now) {
        // The same sentence whatever was typed: a lock must tell nobody which accounts there are,
        // nor whether this guess was the right one.
        return Ok(Err(lang.wrong_login()));
    }
    if !right {
        let counted = app.db().write(move |tx| {
            Box::pin(async move { account::wrong_password(tx, &account_id, machine_now).await })
        });
        counted.await.told(lang)?;
        return Ok(Err(lang.wrong_login()));
    }
    let token = new_token()
        .ok_or_else(|| Fault::new(Kind::Broken("no randomness for a session".into()), lang))?;
    let (kept, now) = (token.clone(), app.now());
    let started = app.db().write(move |tx| {
        Box::pin(async move { start(tx, &account_id, &kept, now, machine_now).await })
    });
    started.await.told(lang)?;
    Ok(Ok(token))
}

async fn start(
    tx: &mut Tx,
    account_id: &str,
    token: &str,
    now: Time,
    machine_now: Time,
) -> store::Result<()> {
    let by = By::account(account_id, now);
    account::start_session(tx, &by, account_id, token, machine_now).await
}

/// 256 random bits; `None` when the system has none to give.
pub(crate) fn new_token() -> Option<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(presence::event::to_base64url(bytes))
}

fn session_cookie(headers: &HeaderMap, token: &str) -> String {
    // Secure everywhere but on the machine itself, where browsers have no TLS to speak of.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let secure = if matches!(name, "localhost" | "127.0.0.1" | "[::1]") { "" } else { "; Secure" };
    // No Max-Age: how long a session holds is decided where it is kept, and slides with its use.
    format!("{SESSION_COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax{secure}")
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    who.check(Fields::of(fields).get("csrf"))?;
    let account_id = who.scope.account().map(|account| account.account_id.clone());
    let (token, now, machine_now) = (who.token.clone(), app.now(), app.clock().machine());
    let ended = app.db().write(move |tx| {
        Box::pin(async move {
            let by = By::account(&account_id.unwrap_or_default(), now);
            account::end_session(tx, &by, &token, machine_now).await
        })
    });
    ended.await.told(who.lang)?;
    let mut response = Redirect::to("/").into_response();
    set_cookie(&mut response, &format!("{SESSION_COOKIE}=; Path=/; HttpOnly; Max-Age=0"));
    Ok(response)
}

/// `GET /home`: each role has its own.
pub(crate) async fn home(who: SignedIn) -> Redirect {
    Redirect::to(who.scope.account().map_or("/", |account| home_of(account.role)))
}

/// `GET /language/{code}?back=/path`
pub(crate) async fn language(
    Path(code): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let back = safe_path(Fields::of(query).get("back"));
    let mut response = Redirect::to(&back).into_response();
    if Lang::of(&code).is_some() {
        let cookie = format!("{LANG_COOKIE}={code}; Path=/; SameSite=Lax; Max-Age=31536000");
        set_cookie(&mut response, &cookie);
    }
    response
}

//! Who is asking: the visitor's language, the signed-in scope, and the proof that a form came from
//! one of our own pages.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use rules::Time;
use rules::account::Permission;
use sha2::{Digest, Sha256};
use store::Scope;
use subtle::ConstantTimeEq;

use crate::fault::{Answer, Fault, InLang, Kind};
use crate::words::Lang;
use crate::{App, proxy};

pub(crate) const SESSION_COOKIE: &str = "baize_session";
pub(crate) const LANG_COOKIE: &str = "baize_lang";

pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The language of a visitor: the address says it, else the cookie, else Chinese.
pub(crate) fn lang_of(headers: &HeaderMap, query: Option<&str>) -> Lang {
    let named = query
        .unwrap_or("")
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == "lang")
        .and_then(|(_, value)| Lang::of(value));
    named.or_else(|| cookie(headers, LANG_COOKIE).and_then(Lang::of)).unwrap_or(Lang::Zh)
}

/// The token that forms carry: made from the session's secret, so it needs no store of its own.
fn csrf_of(session: &str) -> String {
    let hash = Sha256::new().chain_update("baize csrf\0").chain_update(session).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A signed-in person.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub scope: Scope,
    pub lang: Lang,
    pub csrf: String,
    /// Where the page is, for links that change its language.
    pub path: String,
    pub(crate) token: String,
}

impl SignedIn {
    /// # Errors
    /// [`Kind::Forbidden`] when the role lacks the permission.
    pub fn need(&self, permission: Permission) -> Answer<()> {
        if self.scope.may(permission) {
            return Ok(());
        }
        Err(Fault::new(Kind::Forbidden, self.lang))
    }

    /// For a page that several roles share.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] when the role has none of the permissions.
    pub fn need_any(&self, permissions: &[Permission]) -> Answer<()> {
        if permissions.iter().any(|one| self.scope.may(*one)) {
            return Ok(());
        }
        Err(Fault::new(Kind::Forbidden, self.lang))
    }

    /// Checks the token of a form that changes something.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] when it is missing or another session's.
    pub fn check(&self, sent: &str) -> Answer<()> {
        if bool::from(self.csrf.as_bytes().ct_eq(sent.as_bytes())) {
            return Ok(());
        }
        Err(Fault::new(Kind::Forbidden, self.lang))
    }
}

/// A session is marked as seen at most this often.
const SEEN_EVERY_MS: i64 = Time::MINUTE_MS;

impl FromRequestParts<App> for SignedIn {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Answer<SignedIn> {
        let lang = lang_of(&parts.headers, parts.uri.query());
        // Nested routers change `uri`; the original is what the browser shows.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let wanted = if parts.method == Method::GET { path.clone() } else { "/home".into() };
        let sign_in = || Fault::new(Kind::SignIn(wanted.clone()), lang);
        let token = cookie(&parts.headers, SESSION_COOKIE).ok_or_else(&sign_in)?.to_owned();
        let machine_now = app.clock().machine();
        let mut tx = app.db().read().await.told(lang)?;
        let found = store::account::scope(&mut tx, &token, machine_now).await.told(lang)?;
        drop(tx);
        let (scope, seen_at) = found.ok_or_else(sign_in)?;
        if seen_at.ms_until(machine_now) > SEEN_EVERY_MS {
            let token = token.clone();
            let seen = app.db().write(move |tx| {
                Box::pin(async move { store::account::session_seen(tx, &token, machine_now).await })
            });
            seen.await.told(lang)?;
        }
        let csrf = csrf_of(&token);
        if parts.method != Method::GET && parts.method != Method::HEAD {
            same_origin(&parts.headers, lang)?;
        }
        Ok(SignedIn { scope, lang, csrf, path, token })
    }
}

/// Refuses what another site sent: browsers say where a request comes from.
pub(crate) fn same_origin(headers: &HeaderMap, lang: Lang) -> Answer<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text("sec-fetch-site").unwrap_or("none");
    let host = text("host");
    // `Origin: null` names no host, so it is nobody's page of ours.
    let foreign_origin = text("origin").is_some_and(|origin| {
        let named = origin.split_once("://").map(|(_, named)| named);
        named.is_none() || named != host
    });
    if matches!(site, "same-origin" | "none") && !foreign_origin {
        return Ok(());
    }
    Err(Fault::new(Kind::Forbidden, lang))
}

/// The address of whoever sends: what allowances are counted by.
pub(crate) struct Peer(pub IpAddr);

/// The address at the other end of the connection: the sender's, or a proxy's.
fn connected(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    // In process there is no connection: tests are local.
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip())
}

impl FromRequestParts<App> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Peer, Self::Rejection> {
        let proxies = &app.city().trusted_proxies;
        Ok(Peer(proxy::sender(proxies, &parts.headers, connected(parts))))
    }
}

/// What makes a path an address that others can follow; empty when nobody can tell.
pub(crate) struct Origin(pub String);

impl FromRequestParts<App> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Origin, Self::Rejection> {
        let origin = proxy::origin(app.city(), &parts.headers, connected(parts));
        Ok(Origin(origin.unwrap_or_default()))
    }
}

/// A visitor of a public page: nothing but a language.
pub(crate) struct Visitor {
    pub lang: Lang,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Visitor, Self::Rejection> {
        // Public pages keep no cookie of their own: the language stands in the address.
        let lang = lang_of(&HeaderMap::new(), parts.uri.query());
        Ok(Visitor { lang })
    }
}

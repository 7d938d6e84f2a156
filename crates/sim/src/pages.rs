//! A person at the pages: signs in, posts forms, reads links. One session a login.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};

/// Why something could not be done now; trying again later is right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Away {
    #[error("the server does not answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("the server asks to wait: {0}")]
    Busy(StatusCode),
    #[error("{login} cannot sign in: {status}")]
    SignIn { login: String, status: StatusCode },
}

impl Away {
    /// The status when it says that the server, not the request, is at fault.
    pub fn of(status: StatusCode) -> Option<Away> {
        let wait = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        wait.then_some(Away::Busy(status))
    }
}

/// What a form came to.
#[derive(Debug)]
pub(crate) enum Posted {
    /// Done; where the server sent us.
    Done(String),
    /// Refused for good.
    Refused(StatusCode),
}

const REDIRECTS_MAX: usize = 4;
/// The longest the simulation waits for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest a live stream is kept.
const STREAM_TIMEOUT: Duration = Duration::from_secs(600);

pub(crate) fn client(cookies: bool) -> reqwest::Result<Client> {
    Client::builder().cookie_store(cookies).redirect(Policy::none()).timeout(TIMEOUT).build()
}

pub(crate) struct Session {
    http: Client,
    base_url: String,
    login: String,
    password: String,
    csrf: Option<String>,
}

impl Session {
    pub fn new(base_url: &str, login: &str, password: &str) -> reqwest::Result<Session> {
        Ok(Session {
            http: client(true)?,
            base_url: base_url.to_owned(),
            login: login.to_owned(),
            password: password.to_owned(),
            csrf: None,
        })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    async fn sign_in(&mut self) -> Result<(), Away> {
        let form = self.http.get(self.url("/sign-in")).send().await?;
        let csrf = csrf_of(&form.text().await?).unwrap_or_default();
        let fields = [
            ("csrf", csrf.as_str()),
            ("login", self.login.as_str()),
            ("password", self.password.as_str()),
        ];
        let answer = self.http.post(self.url("/sign-in")).form(&fields).send().await?;
        if let Some(away) = Away::of(answer.status()) {
            return Err(away);
        }
        let refused = |status| Away::SignIn { login: self.login.clone(), status };
        let (StatusCode::SEE_OTHER, Some(home)) = (answer.status(), location(&answer)) else {
            return Err(refused(answer.status()));
        };
        let (status, page) = self.follow(home).await?;
        self.csrf = csrf_of(&page);
        if self.csrf.is_some() { Ok(()) } else { Err(refused(status)) }
    }

    /// The page that redirects lead to.
    async fn follow(&self, mut path: String) -> Result<(StatusCode, String), Away> {
        for _ in 0..REDIRECTS_MAX {
            let answer = self.http.get(self.url(&path)).send().await?;
            match location(&answer) {
                Some(to) => path = to,
                None => return Ok((answer.status(), answer.text().await?)),
            }
        }
        Ok((StatusCode::LOOP_DETECTED, String::new()))
    }

    /// Posts a form, signing in first where needed.
    pub async fn post(&mut self, path: &str, fields: &[(&str, String)]) -> Result<Posted, Away> {
        for _ in 0..2 {
            if self.csrf.is_none() {
                self.sign_in().await?;
            }
            let csrf = self.csrf.clone().unwrap_or_default();
            let mut form: Vec<(&str, String)> = fields.to_vec();
            form.push(("csrf", csrf));
            let answer = self.http.post(self.url(path)).form(&form).send().await?;
            let status = answer.status();
            if let Some(away) = Away::of(status) {
                return Err(away);
            }
            match location(&answer) {
                Some(to) if status == StatusCode::SEE_OTHER && !to.starts_with("/sign-in") => {
                    return Ok(Posted::Done(to));
                }
                // The session has ended, or its form secret has changed: once more from the start.
                Some(_) => self.csrf = None,
                None if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                    self.csrf = None;
                }
                None => return Ok(Posted::Refused(status)),
            }
        }
        Ok(Posted::Refused(StatusCode::FORBIDDEN))
    }

    /// Posts a form whose answer is a page of its own.
    pub async fn post_page(
        &mut self,
        path: &str,
        fields: &[(&str, String)],
    ) -> Result<String, Away> {
        if self.csrf.is_none() {
            self.sign_in().await?;
        }
        let mut form: Vec<(&str, String)> = fields.to_vec();
        form.push(("csrf", self.csrf.clone().unwrap_or_default()));
        let answer = self.http.post(self.url(path)).form(&form).send().await?;
        match Away::of(answer.status()) {
            Some(away) => Err(away),
            None => Ok(answer.text().await?),
        }
    }

    /// Where a crew's vehicle is now. One that is refused is forgotten: the next follows soon.
    pub async fn position(&mut self, shift: &str, at: rules::Position) -> Result<(), Away> {
        if self.csrf.is_none() {
            self.sign_in().await?;
        }
        let csrf = self.csrf.clone().unwrap_or_default();
        let body = format!(
            "{{\"csrf\":\"{csrf}\",\"shift\":\"{shift}\",\"sent_ms\":0,\"positions\":[\
             {{\"at_ms\":0,\"lat\":{:.6},\"lng\":{:.6},\"accuracy_m\":12}}]}}",
            at.lat, at.lng
        );
        let post = self.http.post(self.url("/crew/positions"));
        let post = post.header(reqwest::header::CONTENT_TYPE, "application/json").body(body);
        let answer = post.send().await?;
        Away::of(answer.status()).map_or(Ok(()), Err)
    }

    /// A live stream that stays open.
    pub async fn open(&mut self, path: &str) -> Result<Response, Away> {
        if self.csrf.is_none() {
            self.sign_in().await?;
        }
        let stream = self.http.get(self.url(path)).timeout(STREAM_TIMEOUT).send().await?;
        match Away::of(stream.status()) {
            Some(away) => Err(away),
            None => Ok(stream),
        }
    }

    /// A page's text.
    pub async fn get(&mut self, path: &str) -> Result<String, Away> {
        if self.csrf.is_none() {
            self.sign_in().await?;
        }
        let answer = self.http.get(self.url(path)).send().await?;
        match Away::of(answer.status()) {
            Some(away) => Err(away),
            None => Ok(answer.text().await?),
        }
    }
}

fn location(answer: &Response) -> Option<String> {
    let to = answer.headers().get(LOCATION)?.to_str().ok()?;
    Some(to.to_owned())
}

/// The secret that forms of this session carry.
fn csrf_of(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("<meta name=\"csrf\" content=\"")?;
    let (secret, _) = rest.split_once('"')?;
    (!secret.is_empty()).then(|| secret.to_owned())
}

/// The ids behind `prefix` in the links of a page, each once, in their order.
pub(crate) fn ids_after(page: &str, prefix: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for piece in page.split(prefix).skip(1) {
        let end = piece.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let id = &piece[..end.unwrap_or(piece.len())];
        if !id.is_empty() && !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_links_are_read_from_pages() {
        let page = "<meta name=\"csrf\" content=\"k3y\"><a href=\"/alerts/alr_1\">1</a>\
                    <a href=\"/alerts/alr_2?x\">2</a><a href=\"/alerts/alr_1#s\">1</a>";
        assert_eq!(csrf_of(page), Some("k3y".into()));
        assert_eq!(ids_after(page, "/alerts/"), ["alr_1", "alr_2"]);
        assert_eq!(csrf_of("<meta name=\"csrf\" content=\"\">"), None);
    }
}

//! The demo city through its pages and its API, in process, with a clock that the test moves.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use baize::demo::PASSWORD;
use presence::event::{Check, Direction, Kind, Method, Place, Reply, Role, Signer, to_base64url};
use rules::Time;
use server::{App, City, Clock};
use tower::ServiceExt;

use crate::proves;
use crate::story::{City as Seeded, nantong};

/// The platform at half past three, and somebody who looks at it.
pub(crate) struct House {
    pub(crate) seeded: Seeded,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
    pub(crate) app: App,
}

/// One browser: a session, and what its last page was.
pub(crate) struct Browser<'a> {
    house: &'a House,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Page {
    /// What stands in the element with this id, without markup.
    fn by_id(&self, id: &str) -> String {
        let mark = format!("id=\"{id}\"");
        let at = self.text.find(&mark).unwrap_or_else(|| panic!("no {id}"));
        let rest = &self.text[at..];
        let rest = &rest[rest.find('>').unwrap() + 1..];
        rest[..rest.find('<').unwrap()].trim().to_owned()
    }

    pub(crate) fn numbers(&self, what: &str) -> [i64; 3] {
        ["day", "week", "month"].map(|span| self.by_id(&format!("{what}-{span}")).parse().unwrap())
    }
}

/// The texts of a workbook.
fn words_of(bytes: &[u8]) -> String {
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut words = String::new();
    let mut part = book.by_name("xl/sharedStrings.xml").unwrap();
    std::io::Read::read_to_string(&mut part, &mut words).unwrap();
    words
}

impl House {
    pub(crate) async fn open() -> House {
        House::open_with(|_| {}).await
    }

    /// With other settings of the city than the demo's.
    pub(crate) async fn open_with(change: impl FnOnce(&mut City)) -> House {
        let seeded = nantong().await;
        let data = &seeded.data;
        let clock = Clock::by_hand(seeded.at, Time(1_800_000_000_000));
        let mut settings = City {
            code: data.city.code.clone(),
            name: [data.city.name_zh.clone(), data.city.name_en.clone()],
            platform: [data.city.platform_zh.clone(), data.city.platform_en.clone()],
            calendar: data.calendar(),
            home_region: data.city.home_region.clone(),
            map_note: [data.city.map_note_zh.clone(), data.city.map_note_en.clone()],
            quote_key: b"a key of a test".to_vec(),
            exchange_token: Some("exchange-of-a-test".into()),
            public_url: None,
            trusted_proxies: Vec::new(),
            demo: true,
        };
        change(&mut settings);
        let app = App::new(seeded.db.clone(), settings, clock.clone());
        House { router: server::router(app.clone()), seeded, clock, app }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let text = |name: header::HeaderName| {
            let value = response.headers().get(&name).and_then(|value| value.to_str().ok());
            value.unwrap_or("").to_owned()
        };
        let (status, location) = (response.status(), text(header::LOCATION));
        let cookie = text(header::SET_COOKIE);
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        let workbook = bytes.starts_with(b"PK").then(|| words_of(&bytes));
        let body = workbook.unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        let text = if cookie.is_empty() { body } else { format!("{cookie}\n{body}") };
        Page { status, location, text }
    }

    pub(crate) async fn visit(&self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn sign_in(&self, login: &str, lang: &str) -> Browser<'_> {
        let form = format!("login={login}&password={PASSWORD}&next=/home");
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "localhost")
            .body(Body::from(form))
            .unwrap();
        let page = self.send(request).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{login}: {}", page.text);
        let token = page.text.split(';').next().unwrap().to_owned();
        let mut browser = Browser {
            house: self,
            cookie: format!("{token}; baize_lang={lang}"),
            csrf: String::new(),
        };
        let home = browser.get("/operations").await;
        let mark = "name=\"csrf\" content=\"";
        let at = home.text.find(mark).unwrap() + mark.len();
        browser.csrf = home.text[at..].split('"').next().unwrap().to_owned();
        browser
    }
}

impl Browser<'_> {
    pub(crate) async fn get(&self, path: &str) -> Page {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.house.send(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &str) -> Page {
        self.post_raw(path, &format!("csrf={}&{form}", self.csrf)).await
    }

    pub(crate) async fn post_raw(&self, path: &str, form: &str) -> Page {
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.house.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }
}

/// A terminal that the test enrols through the front door, as a maker's device would.
async fn enrol(house: &House, officer: &Browser<'_>, terminal: &str) -> Signer {
    let page = officer.post(&format!("/terminals/{terminal}/code"), "").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let mark = "bz-code\">";
    let at = page.text.find(mark).expect("the code is shown once") + mark.len();
    let code = page.text[at..].split('<').next().unwrap().to_owned();
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let public_key = to_base64url(key.verifying_key().to_bytes());
    let body = serde_json::json!({"code": code, "public_key": public_key}).to_string();
    let request = Request::post("/api/v1/terminals/enrol").body(Body::from(body)).unwrap();
    let answer = house.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.text.contains(terminal));
    Signer::new(key, terminal, "boot-1", "test-1", "cfg-1")
}

async fn check(
    house: &House,
    signer: &mut Signer,
    who: &str,
    operation: &str,
    direction: Direction,
) -> Reply {
    let kind = Kind::Check(Check {
        operation: Some(operation.to_owned()),
        practitioner: who.to_owned(),
        role: Role::Attending,
        direction,
        method: Method::BadgePin,
        engine: None,
    });
    let envelope = signer.next(kind, house.clock.city().0, 1, Place::None);
    let body = serde_json::json!({"events": [envelope]}).to_string();
    let path = format!("/api/v1/terminals/{}/events", signer.device());
    let page = house.send(Request::post(path).body(Body::from(body)).unwrap()).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    serde_json::from_str(&page.text).unwrap()
}

/// A terminal at a theatre's door of 青禾 that nobody has enrolled yet.
pub(crate) const SPARE: &str = "T-9001";

#[tokio::test]
async fn the_day_goes_on_and_every_number_follows() {
    proves!("N2", "N30", "N38");
    let house = House::open().await;
    let officer = house.sign_in("officer", "zh").await;
    let home = officer.get("/bureau").await;
    assert_eq!(home.numbers("operations"), [17, 38, 38]);
    assert_eq!(home.numbers("alerts"), [5, 6, 6]);
    assert_eq!(home.by_id("institutions-operating"), "62");
    assert_eq!(home.by_id("institutions-covered"), "66");
    assert!(home.text.contains("61<small>/62"), "terminals online");

    // One more operation: declared on the page, entered at the door.
    let clinic = house.sign_in("clinic", "zh").await;
    let form = "request_key=k1&room=ins_qinghe:T2&procedure=double_eyelid_incision\
        &anaesthesia=local&date=2024-01-02&time=15:45&planned_min=70&client_name=某某\
        &alias_zh=周女士&attending=prc_wuhaining";
    let declared = clinic.post("/clinic/operations", form).await;
    assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
    let operation = declared.location["/operations/".len()..].split('?').next().unwrap().to_owned();
    let mut signer = enrol(&house, &officer, SPARE).await;
    house.clock.advance(10 * 60_000);
    let reply = check(&house, &mut signer, "prc_wuhaining", &operation, Direction::In).await;
    assert_eq!(reply.answers[0].answer.code(), "recorded");
    assert_eq!(officer.get("/bureau").await.numbers("operations"), [18, 39, 39]);

    // One more alert: signed out after five minutes.
    house.clock.advance(5 * 60_000);
    check(&house, &mut signer, "prc_wuhaining", &operation, Direction::Out).await;
    let home = officer.get("/bureau").await;
    assert_eq!(home.numbers("alerts"), [6, 7, 7]);
    assert!(home.text.contains("手术打卡时间过短"));

    // What was typed and cannot be read is shown again, not recorded as nothing.
    let actions = format!("/operations/{operation}/actions");
    let unreadable = clinic.post(&actions, "action=confirm&volume_ml=1.5L").await;
    assert_eq!(unreadable.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unreadable.text.contains("20,000"), "{}", unreadable.text);
    let confirmed = clinic.post(&actions, "action=confirm").await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);

    // One closing, by two officers; not by one.
    let colleague = colleague(&officer).await;
    let alone = officer.post("/institutions/ins_nanjiao/status", "to=suspended").await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    let pair = format!("to=suspended&second={colleague}");
    let closed = officer.post("/institutions/ins_nanjiao/status", &pair).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let home = officer.get("/bureau").await;
    assert_eq!(home.by_id("institutions-operating"), "61");
    assert_eq!(home.by_id("institutions-covered"), "66");
    assert_eq!(home.numbers("operations"), [18, 39, 39]);
}

async fn colleague(officer: &Browser<'_>) -> String {
    let page = officer.get("/institutions/ins_nanjiao").await;
    let mark = "<option value=\"acc_";
    let at = page.text.find(mark).expect("a colleague to choose") + "<option value=\"".len();
    page.text[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_alert_is_worked_to_its_end_on_the_pages() {
    proves!("N15", "N43");
    let house = House::open().await;
    let officer = house.sign_in("officer", "zh").await;
    let list = officer.get("/alerts?rule=A01").await;
    let at = list.text.find("data-open=\"/alerts/").expect("the mismatch at 白露");
    let path = list.text[at + "data-open=\"".len()..].split('"').next().unwrap().to_owned();
    let steps = format!("{path}/steps");
    let clinic = house.sign_in("clinic-bailu", "zh").await;

    let other = house.sign_in("clinic", "zh").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "another clinic's alert");
    let empty = clinic.post(&steps, "step=explain&text=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(officer.post(&steps, "step=claim").await.status, StatusCode::SEE_OTHER);
    let early = officer.post(&steps, "step=decide&method=records&outcome=referred&text=x").await;
    assert!(early.text.contains("机构还没有说明"), "the clinic is heard first");
    assert!(early.text.contains(">x</textarea>"), "what was typed is still there");
    let said = clinic.post(&steps, "step=explain&text=戴着手术帽，没有认出来。").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert!(officer.get(&path).await.text.contains("戴着手术帽"));
    let form = "step=decide&method=records&outcome=explained&text=已看录像。";
    assert_eq!(officer.post(&steps, form).await.status, StatusCode::SEE_OTHER);
    assert!(clinic.get(&path).await.text.contains("已关闭：说明成立"));
    let again = officer.post(&steps, form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "closed once");
}

#[tokio::test]
async fn the_public_sees_who_may_do_what_and_nothing_of_clients() {
    proves!("N24", "N25", "N26");
    let house = House::open().await;
    let page = house.visit("/q/QR-320613-0301").await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["美容主诊医师 7 名", "麻醉医师 1 名", "助手医师 1 名", "赵医生", "徐医生"]
    {
        assert!(page.text.contains(words), "{words}");
    }
    for secret in ["李女士", "李念初", "110000000000", "Set-Cookie", "baize_session"] {
        assert!(!page.text.contains(secret), "{secret}");
    }
    assert!(house.visit("/q/QR-320613-0359").await.text.contains("停业整改中"));
    let found = house.visit("/search?text=qh").await;
    assert!(found.text.contains("青禾医疗美容门诊部"), "by initials");
    assert_eq!(house.visit("/q/QR-000").await.status, StatusCode::NOT_FOUND);
    assert!(!page.text.contains("<script"), "works without script");
}

#[tokio::test]
async fn ms_li_is_known_by_name_in_her_own_clinic_only() {
    proves!("N8", "N12", "N51");
    let house = House::open().await;
    let id = &house.seeded.seeded.operations["li"];
    let path = format!("/operations/{id}");
    let clinic = house.sign_in("clinic", "zh").await.get(&path).await;
    assert!(clinic.text.contains("李念初") && clinic.text.contains("李女士（化姓）"));
    assert!(clinic.text.contains(">00:30:00<"), "the timer runs from the attending");
    for login in ["officer", "director", "duty", "doctor-zhao"] {
        let page = house.sign_in(login, "zh").await.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{login}");
        assert!(page.text.contains("李女士（化姓）") && !page.text.contains("李念初"), "{login}");
    }
    for login in ["clinic-bailu", "officer-tz"] {
        let page = house.sign_in(login, "zh").await.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{login}");
    }
    let feed = house.sign_in("officer", "zh").await.get("/bureau").await;
    assert!(feed.text.contains("主诊备案·本机构注册·证件有效"), "the credential card");
}

#[tokio::test]
async fn projects_and_people_by_kind() {
    proves!("N31", "N32", "N33");
    let house = House::open().await;
    let clinic = house.sign_in("clinic", "zh").await;
    let form = clinic.get("/clinic/declare").await;
    for kind in ["手术类", "注射类", "光电仪器类"] {
        assert!(form.text.contains(&format!("<optgroup label=\"{kind}\">")), "{kind}");
    }
    let people = clinic.get("/clinic/people").await;
    for (role, count) in [("主诊医师", 7), ("麻醉医师", 1), ("助手医师", 1)] {
        assert_eq!(people.text.matches(&format!("<td>{role}")).count(), count, "{role}");
    }
    let officer = house.sign_in("officer", "zh").await;
    let light = officer.get("/operations?view=all&modality=photo_electric").await;
    assert!(light.text.contains("光电仪器类") && !light.text.contains("·手术类"));
    // Nobody operates without an attending of the right category [N33].
    let form = "request_key=k2&room=ins_qinghe:T2&procedure=double_eyelid_incision\
        &anaesthesia=local&date=2024-01-02&time=18:45&planned_min=70&client_name=某某\
        &alias_zh=周女士&attending=prc_mengshuyi";
    let refused = clinic.post("/clinic/operations", form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("备案科目与项目不符"), "{}", refused.text);
    assert!(refused.text.contains("value=\"某某\""), "nothing typed is lost");
}

/// Text that stays Chinese on an English page, with why: the switch to Chinese, the seal, what
/// people wrote, and the full text of a pack.
fn without_what_stays(text: &str) -> String {
    // The clinic's own client, as the clinic wrote her.
    let mut kept = text.replace("李念初", "");
    for (from, to) in [
        ("lang=\"zh-CN\">", "</a>"),
        ("bz-seal", "</"),
        ("class=\"seal\"", "</"),
        ("bz-quote\">", "</p>"),
        ("<textarea", "</textarea>"),
    ] {
        while let Some(at) = kept.find(from) {
            let end = kept[at..].find(to).map_or(kept.len(), |end| at + end);
            kept.replace_range(at..end, "");
        }
    }
    kept
}

#[tokio::test]
async fn every_page_is_english_when_asked() {
    let house = House::open().await;
    let id = &house.seeded.seeded.operations["li"];
    let operation = format!("/operations/{id}");
    let officer = house.sign_in("officer", "en").await;
    let alerts = officer.get("/alerts?view=all").await;
    let mut pages: Vec<(&str, String)> = Vec::new();
    for part in alerts.text.split("data-open=\"").skip(1) {
        pages.push(("officer", part.split('"').next().unwrap().to_owned()));
    }
    assert!(pages.len() >= 6);
    let by_role: &[(&str, &[&str])] = &[
        (
            "officer",
            &[
                "/bureau",
                "/duty",
                "/alerts",
                "/alerts?rule=A99",
                "/operations?view=all",
                "/institutions",
                "/institutions?view=key",
                "/institutions/ins_mujin",
                "/institutions/ins_qinghe",
                "/terminals",
                "/rules",
                &operation,
                "/nothing-here",
            ],
        ),
        (
            "clinic",
            &["/clinic", "/clinic/declare", "/clinic/people", "/alerts", "/operations", &operation],
        ),
        ("clinic-bailu", &["/clinic", "/alerts"]),
        ("doctor-zhao", &["/me", "/operations"]),
    ];
    for (login, paths) in by_role {
        pages.extend(paths.iter().map(|path| (*login, (*path).to_owned())));
    }
    let mut stray = Vec::new();
    let mut signed_in = BTreeMap::new();
    for (login, path) in pages {
        if !signed_in.contains_key(login) {
            signed_in.insert(login, house.sign_in(login, "en").await);
        }
        let page = signed_in[login].get(&path).await;
        stray.extend(chinese_in(&format!("{login} {path}"), &page.text));
    }
    for path in ["/?lang=en", "/search?text=qh&lang=en", "/q/QR-320613-0301?lang=en&large=1"] {
        stray.extend(chinese_in(path, &house.visit(path).await.text));
    }
    assert!(stray.is_empty(), "{}", stray.join("\n"));
}

pub(crate) fn chinese_in(place: &str, text: &str) -> Option<String> {
    let text = without_what_stays(text);
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) || "，。；：（）".contains(c);
    let at = text.find(han)?;
    let near: String = text[at..].chars().take(40).collect();
    Some(format!("{place}: {near}"))
}

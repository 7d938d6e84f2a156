//! What goes out: an approved template's id with values, until the gateway has taken it; and who
//! counts as the sender of what comes in.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::routing::post;
use axum::{Json, serve};
use rules::Time;
use rules::account::AccountRole;
use rules::notice::Way;
use server::{Gateway, gateway};
use store::account::{self, NewAccount};
use store::{By, notice, oncall};
use tokio::net::TcpListener;

use crate::pages::House;

/// An operator's gateway: what it got, and how it will answer.
#[derive(Clone, Default)]
struct Operator {
    got: Arc<Mutex<Vec<(String, serde_json::Value)>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

impl Operator {
    async fn open(&self) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}/send", listener.local_addr().unwrap());
        let router = Router::new().route("/send", post(take)).with_state(self.clone());
        tokio::spawn(async move { serve(listener, router).await });
        address
    }

    fn answer(&self, statuses: &[u16]) {
        let mut answers = self.answers.lock().unwrap();
        answers.extend(statuses.iter().map(|status| StatusCode::from_u16(*status).unwrap()));
    }

    fn got(&self) -> Vec<(String, serde_json::Value)> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }
}

async fn take(
    State(operator): State<Operator>,
    headers: HeaderMap,
    Json(body): Json<serde_json::Value>,
) -> StatusCode {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    operator.got.lock().unwrap().push((token.unwrap_or_default().to_owned(), body));
    operator.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK)
}

/// A clerk of the QC centre with an address, and a code that was sent to it.
async fn send_code(house: &House, code: &'static str) -> String {
    let now = house.app.now();
    let sent = house.app.db().write(move |tx| {
        Box::pin(async move {
            let clerk = NewAccount {
                login: "clerk".into(),
                role: AccountRole::QcClerk,
                name_zh: "值守员".into(),
                name_en: "Clerk".into(),
                region_code: None,
                institution_id: None,
                practitioner_id: None,
                hospital_id: None,
                operator_id: None,
                crew_id: None,
                site_id: None,
                password_hash: "none".into(),
                department: None,
            };
            let account_id = account::open(tx, &By::system("test", now), &clerk).await?;
            let scope = account::scope_of_login(tx, "clerk").await?;
            let by = By::account(&account_id, now);
            let (way, address) = (Way::Sms, "13900001234");
            let id = oncall::enter_contact(tx, &by, &account_id, way, address, None).await?;
            oncall::send_check(tx, &scope, &id, code, now).await?;
            Ok(id)
        })
    });
    sent.await.unwrap()
}

async fn fate(house: &House, contact_id: &str) -> (bool, bool) {
    let mut tx = house.app.db().read().await.unwrap();
    let about = notice::about(&mut tx, "contact", contact_id).await.unwrap();
    (about[0].sent_at.is_some(), about[0].failed_at.is_some())
}

#[tokio::test]
async fn a_gateway_gets_the_approved_template_and_is_asked_until_it_takes_it() {
    let house = House::open().await;
    let operator = Operator::default();
    let gateway = Gateway::http(&operator.open().await, "secret").unwrap();
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 0);
    let contact_id = send_code(&house, "123456").await;
    operator.answer(&[503, 200]);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 1);
    let first = operator.got();
    let (token, body) = &first[0];
    assert_eq!(token, "Bearer secret");
    let id = body["id"].as_str().unwrap();
    let expected = serde_json::json!({
        "id": id, "channel": "sms", "to": "13900001234", "template": "SMS_000000005",
        "values": {"code": "123456"},
    });
    assert_eq!(*body, expected, "no text of ours, nothing else of anybody");
    assert_eq!(fate(&house, &contact_id).await, (false, false));
    // Two seconds later, and not before; under the same id, so that a gateway can tell.
    house.clock.advance(1_000);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 0);
    house.clock.advance(1_000);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 1);
    assert_eq!(operator.got()[0].1["id"], id);
    assert_eq!(fate(&house, &contact_id).await, (true, false));
    house.clock.advance(60_000);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_lost_server_had_taken_is_sent_by_another_when_its_lease_ends() {
    let house = House::open().await;
    let operator = Operator::default();
    let gateway = Gateway::http(&operator.open().await, "secret").unwrap();
    let contact_id = send_code(&house, "123456").await;
    let taken = notice::take(house.app.db(), house.app.now(), 50).await.unwrap();
    assert_eq!(taken.len(), 1);
    // Neither at the same moment nor while the lease lasts.
    let again = notice::take(house.app.db(), house.app.now(), 50).await.unwrap();
    assert_eq!(again.len(), 0);
    house.clock.advance(29_000);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 0);
    house.clock.advance(1_000);
    assert_eq!(gateway::round(&house.app, &gateway).await.unwrap(), 1);
    assert_eq!(operator.got().len(), 1);
    assert_eq!(fate(&house, &contact_id).await, (true, false));
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_given_up_after_six_tries() {
    let house = House::open().await;
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    let gateway = Gateway::http(&format!("http://{nobody}/send"), "secret").unwrap();
    let contact_id = send_code(&house, "123456").await;
    let mut tries = 0;
    for _ in 0..70 {
        tries += gateway::round(&house.app, &gateway).await.unwrap();
        house.clock.advance(1_000);
    }
    assert_eq!(tries, 6);
    assert_eq!(fate(&house, &contact_id).await, (false, true));
}

/// A wrong code tried from an address that a proxy names.
async fn guess(house: &House, from: &str) -> StatusCode {
    let code = "0".repeat(30);
    let request = Request::get(format!("/thread/{code}")).header("x-forwarded-for", from);
    house.send(request.body(Body::empty()).unwrap()).await.status
}

#[tokio::test]
async fn allowances_count_the_sender_behind_a_named_proxy_and_nobody_elses_word() {
    let behind = House::open_with(|city| {
        city.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let bare = House::open().await;
    for _ in 0..10 {
        assert_eq!(guess(&behind, "203.0.113.9").await, StatusCode::NOT_FOUND);
        assert_eq!(guess(&bare, "203.0.113.9").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(guess(&behind, "203.0.113.9").await, StatusCode::TOO_MANY_REQUESTS);
    // What the sender writes before it changes nothing.
    let forged = "198.51.100.7, 203.0.113.9";
    assert_eq!(guess(&behind, forged).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(guess(&behind, "203.0.113.10").await, StatusCode::NOT_FOUND);
    // Without a named proxy the header is worth nothing.
    assert_eq!(guess(&bare, "203.0.113.10").await, StatusCode::TOO_MANY_REQUESTS);
}

/// The channel's settings as a city changes them: a later version, other seconds.
fn faster() -> String {
    let named = |(name, _): &&(&str, &str)| name.contains("/channel-");
    let (_, text) = baize::packs::FILES.iter().find(named).unwrap();
    let text = text.replace("version = \"2025.03\"", "version = \"2025.06\"");
    let text = text.replace("desk_s = [10, 20]", "desk_s = [5, 9]");
    let from = text.lines().find(|line| line.starts_with("valid_from")).unwrap().to_owned();
    text.replace(&from, "valid_from = \"2025-06-01\"")
}

#[test]
fn a_city_changes_how_calls_climb_by_a_version_of_its_own() {
    let data = baize::demo::city("zhuhai").unwrap();
    let packs = baize::packs::read_with(data.calendar(), &[faster()]).unwrap();
    let at = |text: &str| baize::demo::read_at(text, data.calendar()).unwrap();
    let desk = |at: Time| packs.channel_at(at).escalation.desk_s.clone();
    assert_eq!(desk(at("2025-05-31T23:59:00+08:00")), [10, 20]);
    assert_eq!(desk(at("2025-06-01T00:00:00+08:00")), [5, 9]);
    let falling = faster().replace("desk_s = [5, 9]", "desk_s = [9, 5]");
    let refused = baize::packs::read_with(data.calendar(), &[falling]).unwrap_err().to_string();
    assert!(refused.contains("desk_s"), "{refused}");
    assert!(baize::packs::read_with(data.calendar(), &["[city]".to_owned()]).is_err());
}

#[tokio::test]
async fn every_service_finds_the_texts_it_sends() {
    let house = House::open().await;
    let packs = house.app.db().packs();
    let sent = [
        "contact_check",
        "call_out_test",
        "oncall_page",
        "oncall_backup",
        "oncall_withdrawn",
        "transfer_code",
        "transfer_quote",
        "campaign_near",
        "campaign_urge",
    ];
    for code in sent {
        assert!(packs.message(code, house.app.now()).is_some(), "{code}");
    }
    assert!(packs.message("no_such", house.app.now()).is_none());
}

/// A pack lies in the folder and in the binary, or it is nobody's.
#[test]
fn every_pack_of_the_folder_is_carried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut lying = Vec::new();
    for drawer in std::fs::read_dir(folder).unwrap() {
        let drawer = drawer.unwrap();
        for file in std::fs::read_dir(drawer.path()).unwrap() {
            let (drawer, file) = (drawer.file_name(), file.unwrap().file_name());
            lying.push(format!("packs/{}/{}", drawer.display(), file.display()));
        }
    }
    let mut carried: Vec<&str> = baize::packs::FILES.iter().map(|(name, _)| *name).collect();
    lying.sort();
    carried.sort_unstable();
    assert_eq!(carried, lying);
}

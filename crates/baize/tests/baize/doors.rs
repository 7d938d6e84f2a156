//! What is shut stays shut, and what is bad or late is answered without losing anything.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use baize::demo::PASSWORD;
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::pages::{House, Page, SPARE};

#[tokio::test]
async fn the_doors_that_are_shut() {
    let house = House::open().await;
    for path in ["/bureau", "/alerts", "/clinic", "/duty", "/operations", "/me", "/live"] {
        let page = house.visit(path).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
        assert!(page.location.starts_with("/sign-in?next="), "{path}");
    }
    let clinic = house.sign_in("clinic", "zh").await;
    let duty = house.sign_in("duty", "zh").await;
    for path in ["/bureau", "/institutions", "/terminals", "/duty"] {
        assert_eq!(clinic.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(duty.get("/clinic").await.status, StatusCode::FORBIDDEN);
    let code = duty.post(&format!("/terminals/{SPARE}/code"), "").await;
    assert_eq!(code.status, StatusCode::FORBIDDEN, "a viewer decides nothing");
    let unsigned = clinic.post_raw("/clinic/operations", "request_key=k").await;
    assert_eq!(unsigned.status, StatusCode::FORBIDDEN, "no csrf");
    let foreign = Request::post("/sign-out")
        .header(header::COOKIE, &clinic.cookie)
        .header(header::HOST, "localhost")
        .header(header::ORIGIN, "https://elsewhere.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={}", clinic.csrf)))
        .unwrap();
    assert_eq!(house.send(foreign).await.status, StatusCode::FORBIDDEN);
    for back in ["https://elsewhere.example", "//elsewhere.example", "/%09/elsewhere.example"] {
        let away = house.visit(&format!("/language/en?back={back}")).await;
        assert_eq!(away.location, "/home", "never a way to another site");
    }
    for page in ["0", "-9", "9223372036854775807", "x"] {
        let list = duty.get(&format!("/operations?page={page}")).await;
        assert_eq!(list.status, StatusCode::OK, "page {page}");
    }
    assert!(house.app.city().demo);
}

#[tokio::test]
async fn a_page_that_slept_hears_everything_it_missed() {
    let house = House::open().await;
    server::jobs::tick(&house.app).await.unwrap();
    let mut tx = house.app.db().read().await.unwrap();
    let events = store::event::after(&mut tx, 0, 100_000).await.unwrap();
    drop(tx);
    assert!(events.len() > 500, "more than one reading of the log: {}", events.len());
    let of_pages = ["checkin", "alert", "operation"];
    let last = events.iter().rfind(|event| of_pages.contains(&event.subject_kind.as_str()));
    let last = format!("id: {}\n", last.unwrap().position);

    let director = house.sign_in("director", "zh").await;
    let asked = Request::get("/live?after=0").header(header::COOKIE, &director.cookie);
    let response = house.router.clone().oneshot(asked.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    let mut heard = String::new();
    let hear = async {
        while !heard.contains(&last) {
            let piece = stream.next().await.expect("the stream goes on").unwrap();
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), hear).await.expect("caught up");
}

#[tokio::test]
async fn a_lock_tells_nobody_whether_a_guess_was_right() {
    let house = House::open().await;
    let attempt = async |login: &str, password: &str| {
        let form = Request::post("/sign-in")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("login={login}&password={password}")))
            .unwrap();
        house.send(form).await
    };
    let unknown = attempt("nobody", "guess").await;
    assert!(unknown.text.contains("登录名或密码不对"), "{}", unknown.text);
    for _ in 0..5 {
        attempt("officer", "guess").await;
    }
    let told = |page: &Page| page.text.replace("officer", "nobody");
    for password in ["guess", PASSWORD] {
        let locked = attempt("officer", password).await;
        assert_eq!(locked.status, unknown.status);
        assert_eq!(told(&locked), told(&unknown), "the lock answers as to a stranger");
    }
}

#[tokio::test]
async fn garbage_from_terminals_is_answered_and_loses_nothing() {
    let house = House::open().await;
    let post = async |path: &str, body: Vec<u8>| {
        house.send(Request::post(path).body(Body::from(body)).unwrap()).await
    };
    let path = format!("/api/v1/terminals/{SPARE}/events");
    for (body, status) in [
        (b"not json".to_vec(), StatusCode::BAD_REQUEST),
        (b"{\"events\":[{\"bytes\":\"***\",\"sig\":\"\"}]}".to_vec(), StatusCode::BAD_REQUEST),
        (vec![b' '; 1_100_000], StatusCode::PAYLOAD_TOO_LARGE),
        (b"{\"events\":[]}".to_vec(), StatusCode::OK),
    ] {
        let page = post(&path, body).await;
        assert_eq!(page.status, status, "{}", page.text);
        if status != StatusCode::OK {
            assert!(page.text.contains("\"type\":\"/problems/"), "{}", page.text);
        }
    }
    let many =
        serde_json::json!({"events": vec![serde_json::json!({"bytes": "", "sig": ""}); 101]});
    let page = post(&path, many.to_string().into_bytes()).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let one = b"{\"events\":[{\"bytes\":\"e30\",\"sig\":\"\"}]}".to_vec();
    assert!(
        post("/api/v1/terminals/T-0001/events", one.clone()).await.text.contains("bad_signature")
    );
    assert!(post("/api/v1/terminals/T-nobody/events", one).await.text.contains("unknown_device"));
    let long = format!("/api/v1/terminals/{}/events", "T".repeat(129));
    assert_eq!(post(&long, b"{\"events\":[]}".to_vec()).await.status, StatusCode::NOT_FOUND);
    let enrol =
        post("/api/v1/terminals/enrol", b"{\"code\":\"X\",\"public_key\":\"\"}".to_vec()).await;
    assert_eq!(enrol.status, StatusCode::BAD_REQUEST);
    let described = house.visit("/api/v1/openapi.json").await;
    assert!(described.text.contains("/api/v1/terminals/{device}/events"));
    // What was sent before is still all there.
    let officer = house.sign_in("officer", "zh").await;
    assert_eq!(officer.get("/bureau").await.numbers("operations"), [17, 38, 38]);
}

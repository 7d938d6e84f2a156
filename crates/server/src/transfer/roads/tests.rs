//! A small server that answers as the services do, and as they fail.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::*;

const ZIBO: [Position; 3] = [
    Position { lat: 36.49, lng: 117.85 },
    Position { lat: 36.81, lng: 118.05 },
    Position { lat: 36.64, lng: 117.95 },
];

fn plain() -> Profile {
    Profile::new([1_000; 24], 3_600).unwrap()
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// As many rows and columns as were asked for: 100 s and 1 km a place apart, one way missing.
async fn table(Path(points): Path<String>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let count = |name: &str| {
        let list = query.split('&').find_map(|pair| pair.strip_prefix(name));
        list.map_or(0, |list| list.split(';').count())
    };
    assert!(points.starts_with("117.850000,36.490000;"), "{points}");
    let (sources, targets) = (count("sources="), count("destinations="));
    let cells = |unit: f64| -> Vec<Vec<Option<f64>>> {
        let cell = |a: usize, b: usize| {
            (!(a == 2 && b == 0)).then_some((a as f64 - b as f64).abs() * unit)
        };
        (0..sources).map(|a| (0..targets).map(|b| cell(a, b)).collect()).collect()
    };
    let answer =
        serde_json::json!({"code": "Ok", "durations": cells(100.0), "distances": cells(1_000.0)});
    axum::Json(answer).into_response()
}

#[tokio::test]
async fn osrm_answers_a_table_and_a_missing_way_stays_missing() {
    let address = serve(Router::new().route("/table/v1/driving/{points}", get(table))).await;
    let roads = Roads::service("osrm", &address).unwrap();
    let (travel, source) = roads.travel(&ZIBO, &Planning::default(), plain()).await;
    assert_eq!(source, Source::Osrm);
    assert_eq!(travel.leg(0, 2), Some((200, 2_000)));
    assert_eq!(travel.leg(2, 0), None);
}

#[tokio::test]
async fn valhalla_answers_in_kilometres() {
    let answer = || async {
        let leg = |time: f64, km: f64| serde_json::json!({"time": time, "distance": km});
        let row = vec![leg(0.0, 0.0), leg(61.2, 1.5), leg(120.0, 2.25)];
        axum::Json(serde_json::json!({"sources_to_targets": [row, row, row]}))
    };
    let address = serve(Router::new().route("/sources_to_targets", post(answer))).await;
    let roads = Roads::service("valhalla", &address).unwrap();
    let (travel, source) = roads.travel(&ZIBO, &Planning::default(), plain()).await;
    assert_eq!((source, travel.leg(0, 1)), (Source::Valhalla, Some((62, 1_500))));
}

#[tokio::test]
async fn straight_lines_stand_in_for_a_service_that_fails_and_it_is_left_alone() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    async fn fails() -> StatusCode {
        ASKED.fetch_add(1, Ordering::SeqCst);
        StatusCode::INTERNAL_SERVER_ERROR
    }
    let address = serve(Router::new().route("/table/v1/driving/{points}", get(fails))).await;
    let roads = Roads::service("osrm", &address).unwrap();
    for _ in 0..3 {
        let (travel, source) = roads.travel(&ZIBO, &Planning::default(), plain()).await;
        assert_eq!(source, Source::Straight);
        let (seconds, metres) = travel.leg(0, 1).unwrap();
        // 39.8 km as the crow flies, a third more by road, at 34 km/h.
        assert!((53_000..54_500).contains(&metres), "{metres}");
        assert!((5_600..5_800).contains(&seconds), "{seconds}");
    }
    assert_eq!(ASKED.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_of_another_form_is_none() {
    for body in ["", "{}", r#"{"code":"Ok","durations":[[0]],"distances":[[0]]}"#, "[1,2"] {
        let router =
            Router::new().route("/table/v1/driving/{points}", get(move || async move { body }));
        let roads = Roads::service("osrm", &serve(router).await).unwrap();
        let (_, source) = roads.travel(&ZIBO, &Planning::default(), plain()).await;
        assert_eq!(source, Source::Straight, "{body}");
    }
    assert!(Roads::service("osrm", "not an address").is_err());
    assert!(Roads::service("google", "http://127.0.0.1:1").is_err());
    assert!(Roads::graph(b"no graph").is_err());
}

/// Roads of the operator's own: three places on one road of 30 km/h, the way back is another.
#[tokio::test]
async fn a_file_of_roads_is_driven_on_and_promises_say_so() {
    let nodes = ZIBO.iter().map(|at| (at.lng, at.lat)).collect();
    let drive = |from, to, metres: f64, one_way| dispatch::road::Segment {
        from,
        to,
        metres,
        seconds: metres / (30.0 / 3.6),
        one_way,
    };
    let segments = vec![
        drive(0, 2, 22_000.0, false),
        drive(2, 1, 25_000.0, true),
        drive(1, 0, 60_000.0, true),
    ];
    let list = dispatch::road::Roads { nodes, segments };
    let file = dispatch::road::RoadGraph::build(&list).unwrap().to_bytes();
    let roads = Roads::graph(&file).unwrap();
    let (travel, source) = roads.travel(&ZIBO, &Planning::default(), plain()).await;
    assert_eq!(source, Source::Road);
    // 22 km and 25 km at 30 km/h, cut up to whole seconds and metres; the way back leads round.
    let near = |a, b, (seconds, metres): (i64, i64)| {
        let (took, drove) = travel.leg(a, b).unwrap();
        assert!((0..=2).contains(&(took - seconds)) && (0..=2).contains(&(drove - metres)));
    };
    near(0, 1, (5_640, 47_000));
    near(1, 2, (9_840, 82_000));
    assert!(Roads::graph(b"no roads").is_err());
}

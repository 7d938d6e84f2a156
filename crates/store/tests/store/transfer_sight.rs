//! Who sees what of a journey, of its crew and of incidents on the way.

use store::Error;
use store::page::Slice;
use store::transfer::{self, IncidentFilter};

use crate::city::{refusal, step};
use crate::house::{clock, on_both};
use crate::transfer_crew::{assigned, furnish};
use crate::transfer_desk;

/// Functions that act for a person or read for one; the stories of this file show whom they refuse.
pub fn named() -> Vec<String> {
    let names = [
        "booking",
        "bookings",
        "called_back",
        "crew_positions",
        "file_report",
        "incidents",
        "legs",
        "make_link",
        "mark",
        "own_shift",
        "ratings",
        "report_incident",
        "review_incident",
        "revoke_links",
        "twins",
    ];
    names.map(|name| format!("transfer::{name}")).to_vec()
}

/// Login | the booking | on the list | legs of its shift | own shift | same patient
const SEES: &str = "
call_a     | named  | 1 | 1 | - | 1
dispatch_a | named  | 1 | 1 | - | 1
regulator  | veiled | 1 | 1 | - | 0
manager    | veiled | 1 | 1 | - | 0
crew_c1    | named  | 1 | 1 | s1 | 1
crew_c3    | -      | 0 | 0 | s2 | 1
ward_first | named  | 1 | 0 | - | 1
ward_other | -      | 0 | 0 | - | 1
liaison    | -      | 0 | 0 | - | 1
head_qing  | -      | 0 | 0 | - | 0
city       | -      | 0 | 0 | - | 0
";

#[tokio::test]
async fn nobody_reads_more_of_a_journey_than_the_own_part() {
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        house
            .raw(&format!(
                "insert into planned_stop (shift_id, stop_no, booking_id, stop, begin_at,
                    depart_at, leg_m, leg_s) values ('s1', 1, '{id}', 'pickup', 1, 2, 3, 4)"
            ))
            .await;
        let filter = transfer::BookingFilter { view: "all".into(), ..Default::default() };
        let twin =
            transfer_desk::asking("other", rules::transfer::Source::Phone, clock("10:10"), &[])
                .booking;
        for row in SEES.lines().filter(|row| !row.trim().is_empty()) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let scope = house.scope(cells[0]).await;
            let mut tx = house.read().await;
            let found = match transfer::booking(&mut tx, &scope, &id).await {
                Ok(found) if found.patient.is_empty() && found.phone.is_empty() => "veiled",
                Ok(_) => "named",
                Err(Error::NotFound(_)) => "-",
                Err(error) => panic!("{error}"),
            };
            let slice = Slice::first(9);
            let listed = transfer::bookings(&mut tx, &scope, &filter, slice).await.unwrap();
            let legs = transfer::legs(&mut tx, &scope, "s1").await.unwrap().len();
            let own = transfer::own_shift(&mut tx, &scope, clock("9:00")).await.unwrap();
            let own = own.map_or("-".into(), |shift| shift.shift_id);
            let twins = transfer::twins(&mut tx, &scope, &twin, clock("9:20")).await.unwrap();
            let seen = format!("{found} | {} | {legs} | {own} | {}", listed.total, twins.len());
            assert_eq!(seen, cells[1..].join(" | "), "{row}");
        }
    })
    .await;
}

#[tokio::test]
async fn incidents_are_told_by_the_desk_and_looked_at_by_the_regulator_once() {
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let told = async |login: &str, kind: &str| {
            let new = transfer::NewIncident {
                booking_id: Some(id.clone()),
                shift_id: Some("s1".into()),
                kind: kind.into(),
                grade: 2,
                words: "担架滑动，擦伤".into(),
                at: clock("10:00"),
            };
            let scope = house.scope(login).await;
            step!(house.db, |tx| transfer::report_incident(tx, &scope, &new, clock("10:05")))
        };
        assert_eq!(refusal(told("manager", "fall").await), "NotAllowed");
        assert_eq!(refusal(told("call_a", "nonsense").await), "Unknown");
        let incident = told("call_a", "fall").await.unwrap();
        let review = async |login: &str, words: &'static str| {
            let (scope, id) = (house.scope(login).await, incident.clone());
            step!(house.db, |tx| transfer::review_incident(tx, &scope, &id, words, clock("11:00")))
        };
        assert_eq!(refusal(review("manager", "已整改").await), "NotAllowed");
        assert_eq!(refusal(review("regulator", " ").await), "Text");
        review("regulator", "固定带更换").await.unwrap();
        assert_eq!(refusal(review("regulator", "再看").await), "TooLate");
        let list = async |login: &str| {
            let scope = house.scope(login).await;
            let filter = IncidentFilter { view: "all".into(), ..IncidentFilter::default() };
            let mut tx = house.read().await;
            transfer::incidents(&mut tx, &scope, &filter, Slice::first(9)).await.unwrap().total
        };
        assert_eq!((list("regulator").await, list("manager").await), (1, 1));
        assert_eq!((list("ward_first").await, list("crew_c3").await), (0, 0));
    })
    .await;
}

//! Holes in the channel, found before they matter: gaps, call-out tests, antidotes.

use rules::Time;
use store::oncall::{
    self, NewStock, alerts_of_channel, answer_call_out, count_stock, discard_stock, holders_of,
    readiness, start_call_outs, stock, usable_units,
};
use store::{Result, Scope};

use crate::channel::{after, all_day, furnish, new_stock, pass};
use crate::city::{refusal, step};
use crate::house::{House, clock, on_both};
use crate::oncall::{add, end, first_rota};

/// The standing alerts that an account sees: `A30 h_yan`.
async fn standing(house: &House, login: &str) -> Vec<String> {
    let scope = house.scope(login).await;
    let rows = alerts_of_channel(&mut house.read().await, &scope, false, 50).await.unwrap();
    rows.iter().map(|row| format!("{} {}", row.rule, row.holder_id)).collect()
}

async fn events(house: &House, action: &str) -> Vec<String> {
    let sql = format!(
        "select subject from event where subject_kind = 'channel_alert' and action = '{action}'
         order by at, event_id"
    );
    house.column(&sql).await
}

#[tokio::test]
async fn a_gap_is_an_alert_before_it_begins_and_clears_itself_when_filled() {
    proves!("Z9");
    on_both(async |house| {
        furnish(&house).await;
        let (rota, two) =
            (first_rota(&house, "h_yan", 2).await, house.account_of("doc_yan2").await);
        end(&house, "desk_yan", &rota, "1 20:00", "15:00").await.unwrap();
        assert_eq!(standing(&house, "desk_yan").await, [] as [String; 0]);
        // A day before it begins it stands on the list, and half-hourly looks add nothing.
        pass(&house.db, clock("20:00")).await;
        assert_eq!(standing(&house, "desk_yan").await, [] as [String; 0]);
        pass(&house.db, clock("20:30")).await;
        assert_eq!(standing(&house, "desk_yan").await, ["A30 h_yan"]);
        pass(&house.db, clock("2 06:00")).await;
        assert_eq!(events(&house, "raised").await.len(), 1);
        for (login, rows) in
            [("qc_a", 1), ("doc_yan1", 1), ("desk_shi", 0), ("head_qing", 0), ("officer_a", 0)]
        {
            assert_eq!(standing(&house, login).await.len(), rows, "{login}");
        }
        // It clears itself and nobody else does; filled, it is gone at once.
        let id = events(&house, "raised").await.remove(0);
        let (scope, alert) = (house.scope("qc_director").await, id.clone());
        let at = clock("2 06:00");
        let cleared = step!(house.db, |tx| oncall::clear(tx, &scope, &alert, at));
        assert_eq!(refusal(cleared), "NotAllowed");
        let new = all_day("h_yan", 2, &two, clock("1 20:00"));
        let filled = add(&house, "desk_yan", new, "2 06:00").await.unwrap();
        assert_eq!(standing(&house, "qc_a").await, [] as [String; 0]);
        assert_eq!(events(&house, "cleared").await, std::slice::from_ref(&id));
        // The same hole opens again: the same alert, raised anew.
        end(&house, "desk_yan", &filled, "2 08:00", "2 07:00").await.unwrap();
        assert_eq!(standing(&house, "qc_a").await, ["A30 h_yan"]);
        assert_eq!(events(&house, "raised").await, [id.clone(), id]);
        let raised = house.number("select raised_at from channel_alert").await;
        assert_eq!(raised, clock("2 07:00").0);
    })
    .await;
}

/// Calls hospitals out; how many were called.
async fn test(house: &House, login: &str, ids: &[&str], at: Time) -> Result<usize> {
    let scope = house.scope(login).await;
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    step!(house.db, |tx| start_call_outs(tx, &scope, &ids, at))
}

async fn answer(house: &House, login: &str, id: &str, at: Time) -> Result<()> {
    let (scope, id) = (house.scope(login).await, id.to_owned());
    step!(house.db, |tx| answer_call_out(tx, &scope, &id, at))
}

async fn waiting(house: &House, hospital_id: &str) -> String {
    let sql = format!(
        "select call_out_id from call_out where hospital_id = '{hospital_id}'
           and answered_at is null and missed_at is null"
    );
    house.column(&sql).await.remove(0)
}

#[tokio::test]
async fn a_test_nobody_announced_is_answered_or_missed() {
    on_both(async |house| {
        furnish(&house).await;
        let three = ["h_shi", "h_yan", "h_kang"];
        let at = after("15:00", 0);
        assert_eq!(refusal(test(&house, "desk_shi", &three, at).await), "NotAllowed");
        assert_eq!(refusal(test(&house, "officer_a", &three, at).await), "NotAllowed");
        assert_eq!(test(&house, "qc_a", &three, at).await.unwrap(), 3);
        assert_eq!(test(&house, "qc_a", &three, at).await.unwrap(), 0, "they are being tested");
        let shi = waiting(&house, "h_shi").await;
        let kang = waiting(&house, "h_kang").await;
        pass(&house.db, after("15:00", 16)).await;
        assert_eq!(refusal(answer(&house, "desk_yan", &shi, at).await), "NotFound");
        assert_eq!(refusal(answer(&house, "qc_a", &shi, at).await), "NotAllowed");
        answer(&house, "desk_shi", &shi, after("15:00", 16)).await.unwrap();
        assert_eq!(refusal(answer(&house, "doc_shi1", &shi, after("15:00", 17)).await), "TooLate");
        let yan = waiting(&house, "h_yan").await;
        pass(&house.db, after("15:00", 90)).await;
        answer(&house, "doc_yan2", &yan, after("15:00", 90)).await.unwrap();
        pass(&house.db, after("15:00", 600)).await;
        assert_eq!(
            refusal(answer(&house, "desk_kang", &kang, after("15:00", 600)).await),
            "TooLate"
        );
        // The same ladder as in earnest: people at 0, 60, 180 and 240 seconds, then it is missed.
        let pages = house.pages_of(&kang, at).await;
        let times: Vec<&str> = pages.iter().filter_map(|page| page.split(' ').next()).collect();
        assert_eq!(times, ["0", "60", "180", "180", "240", "240"]);
        assert_eq!(house.pages_of(&shi, at).await, [] as [String; 0]);
        assert_eq!(standing(&house, "qc_a").await, ["A29 h_kang"]);
        let missed = house.number("select missed_at from call_out where missed_at > 0").await;
        assert_eq!(missed, after("15:00", 300).0);
        // Talked about, the QC centre takes it off the list; the hospital cannot.
        let id = house.column("select channel_alert_id from channel_alert").await.remove(0);
        for (login, expected) in [("desk_kang", "NotAllowed"), ("qc_a", "ok"), ("qc_a", "NotFound")]
        {
            let (scope, id) = (house.scope(login).await, id.clone());
            let at = after("15:00", 700);
            let seen = match step!(house.db, |tx| oncall::clear(tx, &scope, &id, at)) {
                Ok(()) => "ok".to_owned(),
                refused => refusal(refused),
            };
            assert_eq!(seen, expected, "{login}");
        }
    })
    .await;
}

#[tokio::test]
async fn readiness_says_how_fast_and_how_often() {
    on_both(async |house| {
        furnish(&house).await;
        // Answered after 30, 10 and 20 seconds, then missed.
        for (hour, seconds) in [(9, 30), (10, 10), (11, 20), (12, 0)] {
            let clock_text = format!("{hour}:00");
            let at = after(&clock_text, 0);
            test(&house, "qc_a", &["h_shi"], at).await.unwrap();
            let id = waiting(&house, "h_shi").await;
            if seconds > 0 {
                pass(&house.db, after(&clock_text, seconds)).await;
                answer(&house, "desk_shi", &id, after(&clock_text, seconds)).await.unwrap();
            }
        }
        let mut tx = house.read().await;
        // One that still runs counts for nothing.
        let found = readiness(&mut tx, clock("08:00")).await.unwrap();
        assert_eq!((found[0].tests, found[0].answered, found[0].last_ms), (3, 3, Some(20_000)));
        drop(tx);
        pass(&house.db, clock("12:10")).await;
        let mut tx = house.read().await;
        let found = readiness(&mut tx, clock("08:00")).await.unwrap();
        assert_eq!(found.len(), 1);
        let shi = &found[0];
        assert_eq!((shi.tests, shi.answered, shi.median_ms), (4, 3, Some(20_000)));
        assert_eq!((shi.last_ms, shi.last_missed), (None, true));
        assert_eq!(shi.last_at, Some(clock("12:00").0));
        let later = readiness(&mut tx, clock("11:30")).await.unwrap();
        assert_eq!((later[0].tests, later[0].answered, later[0].median_ms), (1, 0, None));
    })
    .await;
}

async fn count(house: &House, login: &str, new: NewStock) -> Result<String> {
    let scope = house.scope(login).await;
    step!(house.db, |tx| count_stock(tx, &scope, &new, clock("15:00")))
}

#[tokio::test]
async fn it_is_known_where_thirty_five_vials_are() {
    on_both(async |house| {
        furnish(&house).await;
        let mut tx = house.read().await;
        let at = clock("15:00");
        assert_eq!(usable_units(&mut tx, "hyaluronidase", at).await.unwrap(), 35);
        let everything = ["h_shi 20", "h_yan 10", "h_tong 5", "ins_qing 2"];
        for (login, expected) in [
            ("qc_a", &everything[..]),
            ("desk_kang", &everything[..]),
            ("head_qing", &everything[..]),
            // Another clinic's shelf is none of its business.
            ("head_lan", &everything[..3]),
            ("officer_a", &[]),
            ("city", &[]),
        ] {
            let scope = house.scope(login).await;
            let rows = holders_of(&mut tx, &scope, "hyaluronidase", at).await.unwrap();
            let seen: Vec<_> =
                rows.iter().map(|row| format!("{} {}", row.holder_id, row.units)).collect();
            assert_eq!(seen, expected, "{login}");
        }
        for (login, holder, lots) in [
            ("desk_yan", "h_yan", 2),
            ("desk_shi", "h_yan", 0),
            ("qc_a", "h_yan", 2),
            ("head_qing", "ins_qing", 1),
            ("head_lan", "ins_qing", 0),
            ("officer_a", "h_yan", 0),
        ] {
            let scope = house.scope(login).await;
            let rows = stock(&mut tx, &scope, holder).await.unwrap();
            assert_eq!(rows.len(), lots, "{login} {holder}");
        }
        drop(tx);
        // Nobody counts another's, and nothing is counted that cannot be.
        let lot = |holder, item, lot, quantity| new_stock(holder, item, lot, quantity, 400);
        for (login, new, expected) in [
            ("head_lan", lot("ins_qing", "hyaluronidase", "L-9", 5), "NotAllowed"),
            ("desk_shi", lot("h_yan", "hyaluronidase", "L-9", 5), "NotAllowed"),
            ("doc_shi1", lot("h_shi", "hyaluronidase", "L-9", 5), "NotAllowed"),
            ("officer_a", lot("h_shi", "hyaluronidase", "L-9", 5), "NotAllowed"),
            ("desk_shi", lot("h_shi", "moonlight", "L-9", 5), "Unknown"),
            ("desk_shi", lot("h_shi", "hyaluronidase", "L-9", -1), "Quantity"),
            ("desk_shi", lot("h_shi", "hyaluronidase", " ", 5), "Text"),
        ] {
            let named = format!("{login} {new:?}");
            assert_eq!(refusal(count(&house, login, new).await), expected, "{named}");
        }
        // The same lot again is a new count of it.
        count(&house, "desk_shi", lot("h_shi", "hyaluronidase", "L-1", 18)).await.unwrap();
        let mut tx = house.read().await;
        assert_eq!(usable_units(&mut tx, "hyaluronidase", at).await.unwrap(), 33);
        // In a hundred days h_tong's has expired.
        let later = at.plus_days(100);
        assert_eq!(usable_units(&mut tx, "hyaluronidase", later).await.unwrap(), 28);
    })
    .await;
}

/// What an account's alerts say, with item and units: `hyaluronidase 1`.
async fn lacking(house: &House, scope: &Scope) -> Vec<String> {
    let rows = alerts_of_channel(&mut house.read().await, scope, false, 50).await.unwrap();
    let said = |inputs: &str| {
        let inputs: serde_json::Value = serde_json::from_str(inputs).unwrap();
        format!("{} {}", inputs["item"].as_str().unwrap(), inputs["units"])
    };
    let mut said: Vec<String> = rows.iter().map(|row| said(&row.inputs)).collect();
    said.sort();
    said
}

#[tokio::test]
async fn an_antidote_that_runs_out_is_an_alert_until_there_is_more() {
    on_both(async |house| {
        furnish(&house).await;
        // A hospital is asked for everything that it should hold.
        let kang = house.scope("desk_kang").await;
        let hyal = |lot, units| new_stock("h_kang", "hyaluronidase", lot, units, 400);
        count(&house, "desk_kang", hyal("K-1", 1)).await.unwrap();
        let least = ["adrenaline 0", "atropine 0", "hyaluronidase 1", "lipid_20 0"];
        assert_eq!(lacking(&house, &kang).await, least);
        count(&house, "desk_kang", hyal("K-2", 3)).await.unwrap();
        assert_eq!(lacking(&house, &kang).await, ["adrenaline 0", "atropine 0", "lipid_20 0"]);
        // A clinic only for what it holds: enough, but the lot ends in 40 days.
        let lan = house.scope("head_lan").await;
        let lot = new_stock("ins_lan", "adrenaline", "A-1", 5, 40);
        let stock_id = count(&house, "head_lan", lot).await.unwrap();
        assert_eq!(lacking(&house, &lan).await, [] as [String; 0]);
        pass(&house.db, clock("9 23:00")).await;
        assert_eq!(lacking(&house, &lan).await, [] as [String; 0]);
        pass(&house.db, clock("11 23:00")).await;
        assert_eq!(lacking(&house, &lan).await, ["adrenaline 5"]);
        // Expired, it counts for nothing: there is less than there should be.
        pass(&house.db, clock("41 23:00")).await;
        assert_eq!(lacking(&house, &lan).await, ["adrenaline 0", "adrenaline 5"]);
        let raised = "select count(*) from channel_alert where holder_id = 'ins_lan'";
        assert_eq!(house.number(raised).await, 2, "daily looks add nothing");
        for (login, expected) in [("head_qing", "NotAllowed"), ("head_lan", "ok")] {
            let (scope, id) = (house.scope(login).await, stock_id.clone());
            let at = clock("42 09:00");
            let seen = match step!(house.db, |tx| discard_stock(tx, &scope, &id, at)) {
                Ok(()) => "ok".to_owned(),
                refused => refusal(refused),
            };
            assert_eq!(seen, expected, "{login}");
        }
        assert_eq!(lacking(&house, &lan).await, [] as [String; 0]);
        assert_eq!(lacking(&house, &kang).await.len(), 3);
    })
    .await;
}

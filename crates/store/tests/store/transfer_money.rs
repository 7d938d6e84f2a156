//! Prices that can be checked, money that adds up.

use rules::transfer::money::{Kind, Method, RefundReason, Why};
use rules::transfer::tariff::Trip;
use rules::transfer::{Mark, Source};
use store::transfer::{self, Details, NewPayment, NewQuote};

use crate::city::{refusal, step};
use crate::house::{clock, on_both};
use crate::transfer_desk::{KEY, asking, furnish};

fn priced(waiting_min: i64, why: Why, code: &str) -> NewQuote {
    NewQuote {
        trip: Trip { distance_m: 18_400, drive_min: 41, waiting_min, ..Trip::default() },
        drive_s: 2_460,
        travel_source: "straight".into(),
        why,
        code: code.into(),
    }
}

#[tokio::test]
async fn a_family_can_check_what_it_was_told_and_why_it_changed() {
    proves!("T4");
    on_both(async |house| {
        furnish(&house).await;
        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        let id = asked.booking_id.clone();
        let told = transfer::quote_by_code(&mut house.read().await, &asked.code).await.unwrap();
        assert!(told.is_genuine(KEY) && !told.is_genuine(b"another key") && !told.is_genuine(b""));
        assert_eq!((told.total_fen, told.lines().unwrap().len()), (37_000, 4));
        assert_eq!((told.number.as_str(), told.quote_no), (asked.number.as_str(), 1));

        // It took longer: another quote, with its reason; the first one stays readable.
        let desk = house.scope("call_a").await;
        let (scope, own) = (desk.clone(), id.clone());
        let second = step!(house.db, |tx| transfer::quote(
            tx,
            &scope,
            &own,
            &priced(61, Why::Waiting, "SECOND"),
            KEY,
            clock("11:40")
        ))
        .unwrap();
        assert_eq!(second, 2);
        let mut tx = house.read().await;
        let newest = transfer::quote_by_code(&mut tx, "SECOND").await.unwrap();
        assert_eq!((newest.total_fen, newest.reason.as_str()), (45_000, "waiting"));
        assert!(!transfer::is_newest(&mut tx, &told).await.unwrap());
        // Until somebody agrees, the first one is what is owed.
        assert_eq!(transfer::money_of(&mut tx, &id).await.unwrap().agreed, 37_000);
        drop(tx);
        let (scope, own) = (desk.clone(), id.clone());
        let old =
            step!(house.db, |tx| transfer::confirm(tx, &scope, &own, 1, None, clock("11:41")));
        assert_eq!(refusal(old), "OldQuote");
        let (scope, own) = (desk.clone(), id.clone());
        step!(house.db, |tx| transfer::confirm(tx, &scope, &own, 2, None, clock("11:42"))).unwrap();
        assert_eq!(transfer::money_of(&mut house.read().await, &id).await.unwrap().agreed, 45_000);

        // Whoever changes a price behind our back is seen.
        house.raw("update quote set total_fen = 2800000 where code = 'SECOND'").await;
        let changed = transfer::quote_by_code(&mut house.read().await, "SECOND").await.unwrap();
        assert!(!changed.is_genuine(KEY));

        let (scope, own) = (desk.clone(), id.clone());
        let unsigned = step!(house.db, |tx| transfer::quote(
            tx,
            &scope,
            &own,
            &priced(61, Why::Waiting, "THIRD"),
            b"",
            clock("11:50")
        ));
        assert_eq!(refusal(unsigned), "NoQuoteKey");
    })
    .await;
}

#[tokio::test]
async fn a_missing_tariff_is_a_sentence_and_the_booking_stays() {
    proves!("T4");
    on_both(async |house| {
        furnish(&house).await;
        let contract = |id: &str, tariff: &str, site: &str, from: i64| {
            format!(
                "insert into contract (contract_id, number, operator_id, site_id, tariff,
                    on_time_permille, pickup_within_min, complaint_days, from_at, until_at,
                    made_at, made_by)
                 values ('{id}', '{id}', 'o_one', {site}, '{tariff}', 900, 30, 5, {from},
                    {}, {from}, 'x')",
                clock("+300 0:00").0
            )
        };
        let from = clock("0:00").0;
        house.raw(&contract("c_city", "tariff-yuhuan-part", "null", from)).await;
        let tariff = async |from_site: Option<&str>| {
            let mut tx = house.read().await;
            transfer::tariff_between(&mut tx, from_site, None, clock("9:00"))
                .await
                .map(|tariff| tariff.pack.id)
        };
        assert_eq!(tariff(None).await.unwrap(), "tariff-yuhuan-part");
        house.raw(&contract("c_first", "tariff-yuhuan-whole", "'s_first'", from)).await;
        assert_eq!(tariff(Some("s_first")).await.unwrap(), "tariff-yuhuan-whole");
        assert_eq!(tariff(Some("s_other")).await.unwrap(), "tariff-yuhuan-part");

        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        house.raw("update contract set tariff = 'nobody-knows'").await;
        let (scope, own) = (house.scope("call_a").await, asked.booking_id.clone());
        let unpriced = step!(house.db, |tx| transfer::quote(
            tx,
            &scope,
            &own,
            &priced(90, Why::Waiting, "NEXT"),
            KEY,
            clock("11:40")
        ));
        assert_eq!(refusal(unpriced), "NoTariff");
        assert_eq!(house.state_of(&asked.booking_id).await, "confirmed");
        let next = asking("two", Source::Phone, clock("10:30"), &[]);
        assert_eq!(refusal(house.asks("call_a", next, clock("9:50")).await), "NoTariff");
    })
    .await;
}

fn payment(key: &str, kind: Kind, amount_fen: i64) -> NewPayment {
    NewPayment {
        request_key: key.into(),
        kind,
        method: Method::Cash,
        amount_fen,
        invoice_no: None,
        reason: (kind == Kind::Refund).then_some(RefundReason::Overcharged),
    }
}

#[tokio::test]
async fn thirty_two_payments_at_once_never_take_more_than_is_owed() {
    proves!("T4");
    on_both(async |house| {
        furnish(&house).await;
        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        let mut tries = Vec::new();
        for n in 0..32 {
            let (db, scope) = (house.db.clone(), house.scope("call_a").await);
            let id = asked.booking_id.clone();
            tries.push(tokio::spawn(async move {
                let new = payment(&format!("p{n}"), Kind::Payment, 10_000);
                step!(db, |tx| transfer::pay(tx, &scope, &id, &new, clock("12:00"))).is_ok()
            }));
        }
        let mut taken = 0;
        for one in tries {
            taken += i64::from(one.await.unwrap());
        }
        assert_eq!(taken, 3, "370 yuan take three times 100");
        let mut tx = house.read().await;
        let money = transfer::money_of(&mut tx, &asked.booking_id).await.unwrap();
        assert_eq!((money.paid, money.due()), (30_000, 7_000));
        let receipts = transfer::payments(&mut tx, &asked.booking_id).await.unwrap();
        let mut numbers: Vec<&str> = receipts.iter().map(|one| one.receipt_no.as_str()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["SJ-20240102-0001", "SJ-20240102-0002", "SJ-20240102-0003"]);
    })
    .await;
}

#[tokio::test]
async fn money_goes_back_with_a_reason_and_a_receipt_gets_its_invoice() {
    proves!("T4");
    on_both(async |house| {
        furnish(&house).await;
        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        let pay = async |login: &str, new: NewPayment| {
            let (scope, id) = (house.scope(login).await, asked.booking_id.clone());
            step!(house.db, |tx| transfer::pay(tx, &scope, &id, &new, clock("12:00")))
        };
        let receipt = pay("call_a", payment("a", Kind::Payment, 37_000)).await.unwrap();
        assert_eq!(pay("call_a", payment("a", Kind::Payment, 37_000)).await.unwrap(), receipt);
        assert_eq!(refusal(pay("call_a", payment("b", Kind::Payment, 1)).await), "NotOwed");
        assert_eq!(refusal(pay("ward_first", payment("c", Kind::Payment, 1)).await), "NotAllowed");
        assert_eq!(refusal(pay("call_a", payment("d", Kind::Refund, 37_001)).await), "NeverPaid");
        let silent = NewPayment { reason: None, ..payment("e", Kind::Refund, 8_000) };
        assert_eq!(refusal(pay("call_a", silent).await), "Reason");
        pay("call_a", payment("f", Kind::Refund, 8_000)).await.unwrap();

        let invoice = async |number: &'static str| {
            let (scope, id) = (house.scope("call_a").await, asked.booking_id.clone());
            let receipt = receipt.clone();
            step!(house.db, |tx| transfer::set_invoice(
                tx,
                &scope,
                &id,
                &receipt,
                number,
                clock("12:10")
            ))
        };
        assert_eq!(refusal(invoice(" ").await), "Text");
        invoice("24372000000012345678").await.unwrap();
        assert!(invoice("1").await.is_err(), "one that is set stays");

        // Cancelled in time: what was paid can go back whole.
        let (scope, id) = (house.scope("call_a").await, asked.booking_id.clone());
        let details = Details { reason: Some("family".into()), ..Details::default() };
        step!(house.db, |tx| transfer::mark(
            tx,
            &scope,
            &id,
            Mark::Cancel,
            &details,
            clock("12:20")
        ))
        .unwrap();
        pay("call_a", payment("g", Kind::Refund, 29_000)).await.unwrap();
        let money = transfer::money_of(&mut house.read().await, &asked.booking_id).await.unwrap();
        assert_eq!(money.paid, money.refunded);
    })
    .await;
}

//! How alerts are disposed of: who may take which step, and when the clinic must be heard first.

use presence::event::Kind;
use rules::Time;
use rules::alert::{Method, Outcome, State, Step};
use store::alert::{
    AlertFilter, Disposal, alert, alerts, counts, dispose, open_counts, steps, worklist,
};
use store::deadline::fire;
use store::inspection::{carry_out, of_institution};
use store::page::Slice;
use store::{By, Db, Result};

use crate::city::{Kiosk, TEAM, away_m, check, refusal, step};
use crate::door::Door;
use crate::house::{House, NOW, clock, on_both, packs};

fn disposal(step: Step, text: &str) -> Disposal {
    Disposal { step, text: text.into(), method: None, outcome: None, second_account: None }
}

async fn dispose_as(db: &Db, login: &str, id: &str, disposal: Disposal, at: Time) -> Result<()> {
    let scope = store::account::scope_of_login(&mut db.read().await.unwrap(), login).await.unwrap();
    let id = id.to_owned();
    step!(db, |tx| dispose(tx, &scope, &id, &disposal, at))
}

/// Plays a disposal: `officer_a verify:on_site:officer_a2 现场核对 -> verified`. Behind the first
/// colon stands the method or the outcome, behind the second the second officer.
async fn told(house: &House, id: &str, at: Time, story: &str) {
    let lines: Vec<&str> = story.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut told = Vec::new();
    for line in &lines {
        let (asked, _) = line.split_once("->").unwrap();
        let mut words = asked.split_whitespace();
        let login = words.next().unwrap();
        let mut parts = words.next().unwrap().split(':');
        let mut wanted =
            disposal(Step::of(parts.next().unwrap()).unwrap(), words.next().unwrap_or(""));
        let word = parts.next().unwrap_or("");
        (wanted.method, wanted.outcome) = (Method::of(word), Outcome::of(word));
        if let Some(second) = parts.next() {
            let second = house.scope(second).await;
            wanted.second_account = second.account().map(|account| account.account_id.clone());
        }
        let answer = dispose_as(&house.db, login, id, wanted, at).await;
        let outcome = match answer {
            Ok(()) => read_state(house, id).await.code().to_owned(),
            refused => refusal(refused),
        };
        told.push(format!("{asked}-> {outcome}"));
    }
    assert_eq!(told.join("\n"), lines.join("\n"));
}

async fn read_state(house: &House, id: &str) -> State {
    let city = house.scope("city").await;
    alert(&mut house.read().await, &city, id).await.unwrap().state
}

async fn alert_of(house: &House, rule: &str) -> String {
    house.column(&format!("select alert_id from alert where rule = '{rule}'")).await.remove(0)
}

/// An impostor at ins_qing at 15:00, and its terminal carried away at 15:10.
async fn a_bad_afternoon(house: &House) {
    let op = house.declare("form-1", "15:00", &TEAM[..1]).await;
    Door::new(house)
        .naming("OP", &op)
        .told("15:00 T-02 xu attending in face:0.31 OP -> A01 (void)")
        .await;
    let mut kiosk = Kiosk::new("T-01");
    let at = clock("15:10");
    let envelope = kiosk.signer.next(Kind::Heartbeat, at.0, 1, away_m(400.0));
    assert_eq!(house.send("T-01", &envelope, at).await, "recorded");
}

#[tokio::test]
async fn from_new_to_closed_with_everybody_in_turn() {
    proves!("N43");
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let id = alert_of(&house, "A01").await;
        told(
            &house,
            &id,
            clock("16:00"),
            "officer_b    claim              -> NotFound
             head_bai     explain 说明        -> NotFound
             head_lan     explain 说明        -> NotFound
             head_lost    explain 说明        -> NotFound
             officer_lost claim              -> NotFound
             doctor_lost  explain 说明        -> NotFound
             duty_a       claim              -> NotAllowed
             doctor_xu    explain 说明        -> NotAllowed
             head_qing    claim              -> NotAllowed
             officer_a    explain 说明        -> NotAllowed
             officer_a    close:explained    -> NotAllowed
             officer_a    claim              -> claimed
             director_a   claim              -> NotAllowed
             city         ask 请说明          -> asked
             head_qing    explain            -> Text
             head_qing    explain 灯光昏暗    -> explained
             head_qing    explain 再说明      -> NotAllowed
             officer_a    ask 请补充          -> asked
             head_qing    explain 已补充      -> explained
             officer_a    verify:records     -> Text
             officer_a    verify 核对         -> NotAllowed
             officer_a    verify:records 核对 -> verified
             head_qing    explain 迟了        -> NotAllowed
             officer_a    close              -> Outcome
             officer_a    close:explained    -> closed
             officer_a2   close:referred     -> NotAllowed
             officer_a    claim              -> NotAllowed",
        )
        .await;
        let officer = house.scope("officer_a").await;
        let mut tx = house.read().await;
        let read = alert(&mut tx, &officer, &id).await.unwrap();
        let kept: Vec<String> = steps(&mut tx, &read)
            .await
            .unwrap()
            .iter()
            .map(|row| format!("{} {} {}", row.by_en, row.step, row.body))
            .collect();
        let expected = [
            "officer_a claim ",
            "city ask 请说明",
            "head_qing explain 灯光昏暗",
            "officer_a ask 请补充",
            "head_qing explain 已补充",
            "officer_a verify 核对",
            "officer_a close ",
        ];
        assert_eq!(kept, expected, "every step stays, none is overwritten");
        assert!(matches!(read.state, State::Closed { outcome: Outcome::Explained, .. }));
        // The log names the steps and holds no word of anybody.
        let told = "select count(*) from event where subject_kind = 'alert' and action <> 'raised'";
        assert_eq!(house.number(told).await, 7);
        let words = "select count(*) from event where particulars like '%灯光%'";
        assert_eq!(house.number(words).await, 0);
    })
    .await;
}

#[tokio::test]
async fn on_site_officers_go_in_pairs_and_a_referral_proposes_an_inspection() {
    proves!("N43");
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let id = alert_of(&house, "A01").await;
        told(
            &house,
            &id,
            clock("16:00"),
            "officer_a claim                             -> claimed
             head_qing explain 已核对                     -> explained
             officer_a verify:on_site 现场                -> SecondOfficer
             officer_a verify:on_site:officer_a 现场      -> SecondOfficer
             officer_a verify:on_site:officer_b 现场      -> SecondOfficer
             officer_a verify:on_site:head_qing 现场      -> SecondOfficer
             officer_a verify:on_site:duty_a 现场         -> SecondOfficer
             officer_a verify:on_site:officer_a2 现场     -> verified
             officer_a close:referred                    -> closed",
        )
        .await;
        let officer = house.scope("officer_a").await;
        let mut tx = house.read().await;
        let read = alert(&mut tx, &officer, &id).await.unwrap();
        let second = steps(&mut tx, &read).await.unwrap()[2].second_en.clone();
        assert_eq!(second.as_deref(), Some("officer_a2"));
        let proposed = of_institution(&mut tx, &officer, "ins_qing", NOW).await.unwrap();
        assert!(proposed.is_empty(), "at 15:30 it was not proposed yet");
        let at = clock("16:00");
        let proposed = of_institution(&mut tx, &officer, "ins_qing", at).await.unwrap();
        assert_eq!((proposed[0].kind.as_str(), &proposed[0].alert_id), ("surprise", &Some(id)));
        drop(tx);
        let account = |login: &'static str| {
            let house = &house;
            async move { house.scope(login).await.account().unwrap().account_id.clone() }
        };
        let pair = [account("officer_a").await, account("officer_a2").await];
        for (officers, expected) in [
            ([pair[0].clone(), pair[0].clone()], "SecondOfficer"),
            ([pair[0].clone(), String::new()], "SecondOfficer"),
        ] {
            let answer = go(&house, &proposed[0].inspection_id, officers).await;
            assert_eq!(refusal(answer), expected);
        }
        go(&house, &proposed[0].inspection_id, pair.clone()).await.unwrap();
        assert_eq!(refusal(go(&house, &proposed[0].inspection_id, pair).await), "NotFound");
    })
    .await;
}

async fn go(house: &House, inspection_id: &str, officers: [String; 2]) -> Result<()> {
    let (id, by) = (inspection_id.to_owned(), By::account(&officers[0], clock("17:00")));
    step!(house.db, |tx| async move {
        let officers = [officers[0].as_str(), officers[1].as_str()];
        carry_out(tx, &by, &id, officers, "violation", "现场无主诊医师").await
    })
}

#[tokio::test]
async fn the_clinic_is_heard_first_except_before_a_surprise_check() {
    proves!("N17", "N19");
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let impostor = alert_of(&house, "A01").await;
        let moved = alert_of(&house, "A15").await;
        let to_verified = "officer_a claim              -> claimed
                           officer_a verify:records 核对 -> verified";
        told(&house, &impostor, clock("16:00"), to_verified).await;
        told(&house, &moved, clock("16:00"), to_verified).await;
        let last_minute = clock("+2 14:59");
        told(&house, &impostor, last_minute, "officer_a close:referred -> ClinicNotHeard").await;
        told(&house, &impostor, clock("+2 15:00"), "officer_a close:referred -> closed").await;
        // A moved terminal may be looked at before anybody is warned.
        told(&house, &moved, clock("16:01"), "officer_a close:referred -> closed").await;
        // Nor is a house that has recorded nothing for half a month.
        fire(&house.db, clock("+5 12:00")).await.unwrap();
        let silent = "select alert_id from alert where rule = 'A18' and institution_id = 'ins_lan'";
        let silent = house.column(silent).await.remove(0);
        told(&house, &silent, clock("+5 12:01"), to_verified).await;
        told(&house, &silent, clock("+5 12:02"), "officer_a close:referred -> closed").await;
        let kinds = "select kind from inspection order by proposed_at";
        assert_eq!(house.column(kinds).await, ["surprise", "surprise", "surprise"]);
    })
    .await;
}

#[tokio::test]
async fn device_faults_close_too_and_long_texts_are_refused() {
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let id = alert_of(&house, "A15").await;
        for (text, fits) in [("字".repeat(2_001), false), ("字".repeat(2_000), true)] {
            let explain = disposal(Step::Explain, &text);
            let answer = dispose_as(&house.db, "head_qing", &id, explain, NOW).await;
            assert_eq!(answer.is_ok(), fits);
        }
        let ask = disposal(Step::Ask, &"字".repeat(2_001));
        assert_eq!(refusal(dispose_as(&house.db, "officer_a", &id, ask, NOW).await), "Text");
        // A second officer counts on site only, where the pair is checked.
        told(
            &house,
            &id,
            NOW,
            "officer_a verify:video:officer_b 调看录像 -> verified
             officer_a close:device_fault           -> closed",
        )
        .await;
        let seconds = "select count(*) from alert_step where second_account is not null";
        assert_eq!(house.number(seconds).await, 0);
        assert_eq!(house.number("select count(*) from inspection").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_officers_who_press_at_once_one_wins() {
    proves!("N43");
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let id = alert_of(&house, "A01").await;
        let other = house.another().await;
        let (one, two) = tokio::join!(
            dispose_as(&house.db, "officer_a", &id, disposal(Step::Claim, ""), NOW),
            dispose_as(&other, "officer_a2", &id, disposal(Step::Claim, ""), NOW),
        );
        let loser = if one.is_ok() { two } else { one };
        assert_eq!(refusal(loser), "NotAllowed");
        assert_eq!(house.number("select count(*) from alert_step").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_worklist_ranks_by_risk_and_says_why() {
    on_both(async |house| {
        a_bad_afternoon(&house).await;
        let officer = house.scope("officer_a").await;
        let ranked = async |at: Time| -> Vec<String> {
            let mut tx = house.read().await;
            let listed = worklist(&mut tx, &officer, at, 10).await.unwrap();
            let rows = listed.rows.iter().map(|(line, risk)| {
                let parts = [risk.rule_points, risk.repeat_points, risk.overdue_points];
                format!("{} {:?} {}", line.rule, parts, risk.total())
            });
            rows.collect()
        };
        // The second of two alerts has one before it.
        assert_eq!(ranked(NOW).await, ["A15 [80, 5, 0] 85", "A01 [75, 0, 0] 75"]);
        // Two days later the clinic has had its time; what it has explained is not overdue.
        let id = alert_of(&house, "A15").await;
        dispose_as(&house.db, "head_qing", &id, disposal(Step::Explain, "说明"), NOW)
            .await
            .unwrap();
        assert_eq!(
            ranked(clock("+2 15:30")).await,
            ["A01 [75, 0, 10] 85", "A15 [80, 5, 0] 85"],
            "equal ranks by age, oldest first"
        );
    })
    .await;
}

#[tokio::test]
async fn alerts_count_on_the_day_they_were_raised() {
    proves!("N10");
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        for (n, at) in ["-2 12:00", "-1 12:00", "15:00"].into_iter().enumerate() {
            let kind = check(&format!("stranger-{n} other in witness"), None);
            house.event(&mut kiosk, kind, clock(at)).await;
        }
        let officer = house.scope("officer_a").await;
        let mut tx = house.read().await;
        let periods = packs().calendar.periods(NOW);
        let raised = counts(&mut tx, &officer, periods, NOW).await.unwrap();
        assert_eq!([raised.day, raised.week, raised.month], [2, 4, 4], "A03 and A10 each");
        let open = open_counts(&mut tx, &officer).await.unwrap();
        let by_turn = [open.waiting_for_clinic, open.waiting_for_officer, open.danger];
        assert_eq!((open.open, by_turn), (6, [6, 0, 3]));
        for (filter, expected) in [
            (AlertFilter { view: "open".into(), ..AlertFilter::default() }, 6),
            (AlertFilter { view: "closed".into(), ..AlertFilter::default() }, 0),
            (AlertFilter { view: "officer".into(), ..AlertFilter::default() }, 0),
            (all(|filter| filter.rule = Some("A03".into())), 3),
            (all(|filter| filter.level = Some("warn".into())), 3),
            (all(|filter| filter.text = Some("qhmzb".into())), 6),
            (all(|filter| filter.text = Some("青禾".into())), 6),
            (all(|filter| filter.text = Some("YJ-20240101".into())), 2),
            (all(|filter| filter.text = Some("50%".into())), 0),
            (all(|filter| filter.institution_id = Some("ins_bai".into())), 0),
            (all(|filter| filter.from = Some(clock("00:00"))), 2),
            (all(|filter| filter.until = Some(clock("00:00"))), 4),
        ] {
            let listed = alerts(&mut tx, &officer, &filter, NOW, Slice::page(1)).await.unwrap();
            assert_eq!(listed.total, expected, "{filter:?}");
            assert_eq!(listed.rows.len(), usize::try_from(expected).unwrap());
        }
    })
    .await;
}

fn all(narrow: fn(&mut AlertFilter)) -> AlertFilter {
    let mut filter = AlertFilter { view: "all".into(), ..AlertFilter::default() };
    narrow(&mut filter);
    filter
}

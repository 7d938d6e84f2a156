//! Spot checks, urge notices, questions and records of a campaign, told on both databases.

use rules::campaign::{Answer, Step};
use store::campaign::{self, NewRecord, draw_key};
use store::page::Slice;

use crate::campaign::{finding, text};
use crate::campaign_city::{furnish, on, spots_seen};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

const AT: &str = "03-02 09:00";

async fn drawn(
    house: &House,
    login: &str,
    mate: &str,
    kind: &str,
    size: i64,
) -> store::Result<String> {
    let sql = format!("select account_id from account where login = '{mate}'");
    let mate = house.column(&sql).await.remove(0);
    let id = house.column("select campaign_id from campaign").await.remove(0);
    let (scope, kind) = (house.scope(login).await, kind.to_owned());
    step!(house.db, |tx| {
        campaign::draw_spots(tx, &scope, (&id, &kind), ("2017030201", size), &mate, on(AT))
    })
}

async fn noted(
    house: &House,
    login: &str,
    spot: &str,
    item: &'static str,
    seen: (Answer, &'static str),
) -> store::Result<Option<String>> {
    let (scope, spot) = (house.scope(login).await, spot.to_owned());
    step!(house.db, |tx| { campaign::answer_spot(tx, &scope, &spot, ("icu", item), seen, on(AT)) })
}

async fn ended(house: &House, login: &str, spot: &str) -> store::Result<()> {
    let (scope, spot) = (house.scope(login).await, spot.to_owned());
    step!(house.db, |tx| campaign::carry_out(tx, &scope, &spot, "整体到位", on(AT)))
}

/// The draw made last, as the scope reads it.
pub async fn newest_draw(tx: &mut store::Tx, scope: &store::Scope, id: &str) -> campaign::Draw {
    let all = campaign::DrawFilter::default();
    let found = campaign::draws(tx, scope, id, &all, Slice::first(1)).await.unwrap();
    found.rows.into_iter().next().unwrap()
}

#[tokio::test]
async fn a_draw_is_recomputed_and_its_findings_enter_the_ledger() {
    proves!("W35", "W40", "W41");
    on_both(async |house| {
        furnish(&house).await;
        house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        assert_eq!(refusal(drawn(&house, "qu_a1", "qu_b1", "district", 2).await), "SecondOfficer");
        assert_eq!(refusal(drawn(&house, "qu_a1", "qu_a2", "city", 2).await), "NotAllowed");
        assert_eq!(refusal(drawn(&house, "qu_a1", "qu_a2", "district", 0).await), "Quantity");
        assert_eq!(refusal(drawn(&house, "yz_1", "yz_2", "checkers", 2).await), "NothingToDraw");
        drawn(&house, "qu_a1", "qu_a2", "district", 2).await.unwrap();
        let draw = {
            let (scope, mut tx) = (house.scope("qu_a1").await, house.read().await);
            let id = house.column("select campaign_id from campaign").await.remove(0);
            newest_draw(&mut tx, &scope, &id).await
        };
        assert_eq!(
            draw.frame, "ins_a1\nins_a2\nins_a3",
            "the provincial unit is not the district's"
        );
        // By hand: printf '2017030201:ins_a1' | sha256sum, and so on; sort, take two.
        let mut keyed: Vec<(String, &str)> =
            draw.frame.lines().map(|id| (draw_key(&draw.seed, id), id)).collect();
        keyed.sort();
        let first: Vec<&str> = keyed.iter().take(2).map(|(_, id)| *id).collect();
        assert_eq!(draw.drawn.lines().collect::<Vec<_>>(), first);
        assert_eq!(draw_key("2017030201", "ins_a1"), house_key(), "as sha256sum prints it");
        let unit = first[0].to_owned();
        let sql = format!("select spot_check_id from spot_check where institution_id = '{unit}'");
        let spot = house.column(&sql).await.remove(0);
        let failing = (Answer::NotMet, "抢救车缺药");
        let item = "core_systems.rescue";
        assert_eq!(refusal(noted(&house, "yz_1", &spot, item, failing).await), "NotAllowed");
        let problem = noted(&house, "qu_a2", &spot, item, failing).await.unwrap().unwrap();
        let source = format!("select source from problem where problem_id = '{problem}'");
        assert_eq!(house.column(&source).await, ["spot_check"]);
        noted(&house, "qu_a1", &spot, "core_systems.rounds", (Answer::Met, "")).await.unwrap();
        // Not announced: the unit sees a check once it is carried out.
        let med = house.scope(&format!("med_{}", unit.trim_start_matches("ins_"))).await;
        let id = house.column("select campaign_id from campaign").await.remove(0);
        let mut tx = house.read().await;
        assert_eq!(spots_seen(&mut tx, &med, &id).await, 0);
        drop(tx);
        ended(&house, "qu_a1", &spot).await.unwrap();
        let late = noted(&house, "qu_a1", &spot, "core_systems.deaths", (Answer::Met, "")).await;
        assert_eq!(refusal(late), "NotAllowed");
        let mut tx = house.read().await;
        assert_eq!(spots_seen(&mut tx, &med, &id).await, 1);
        let city = house.scope("yz_1").await;
        let lines = campaign::assessments(&mut tx, &city, &id, on(AT)).await.unwrap();
        let line = lines.iter().find(|one| one.branch == "320613").unwrap();
        assert_eq!((line.facts.looked_at, line.facts.met), (2, 1));
        assert_eq!(line.score.spot_check, 1_000, "20 points, half met");
        drop(tx);
        // The city checks the checkers.
        drawn(&house, "yz_1", "yz_2", "checkers", 5).await.unwrap();
        let again = format!("select count(*) from spot_check where rechecks = '{spot}'");
        assert_eq!(house.number(&again).await, 1);
        assert_eq!(refusal(drawn(&house, "yz_1", "yz_2", "checkers", 5).await), "NothingToDraw");
    })
    .await;
}

/// `printf '2017030201:ins_a1' | sha256sum`
fn house_key() -> &'static str {
    "f297758808bd06c4370c5245c299fbe5381a1b52892e74785cf48804c81b9063"
}

#[tokio::test]
async fn an_urge_notice_is_received_and_answered() {
    proves!("W37", "W3", "W58");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let urged = async |login: &str, unit: &str| {
            let (scope, id, units) = (house.scope(login).await, id.clone(), vec![unit.to_owned()]);
            let about = (None, Some("self_report"));
            step!(house.db, |tx| {
                campaign::urge(tx, &scope, &id, &units, about, "请于三日内报送", on(AT))
            })
        };
        assert_eq!(urged("qu_a1", "ins_a1").await.unwrap(), ["DB-2017A-0001"]);
        assert_eq!(refusal(urged("qu_a1", "ins_b1").await), "NotFound");
        assert_eq!(refusal(urged("med_a1", "ins_a1").await), "NotAllowed");
        let urge = house.column("select urge_id from urge").await.remove(0);
        let reply = async |login: &str, words: &'static str| {
            let (scope, urge) = (house.scope(login).await, urge.clone());
            step!(house.db, |tx| campaign::reply_urge(tx, &scope, &urge, words, on("03-03 09:00")))
        };
        assert_eq!(refusal(reply("med_b1", "不是我").await), "NotFound");
        assert_eq!(refusal(reply("icu_a1", "不是我").await), "NotAllowed");
        let (scope, same) = (house.scope("first_a1").await, urge.clone());
        step!(house.db, |tx| campaign::receive_urge(tx, &scope, &same, on(AT))).unwrap();
        reply("med_a1", "明日报送").await.unwrap();
        assert_eq!(refusal(reply("med_a1", "又一次").await), "NotAllowed");
        let kept = "select count(*) from urge where received_at < replied_at";
        assert_eq!(house.number(kept).await, 1);
        // A question: its asker is told, and everybody once it is shared, without who asked.
        let (scope, same) = (house.scope("med_a1").await, id.clone());
        let question = step!(house.db, |tx| {
            campaign::ask_question(tx, &scope, &same, "附件 2 由谁填？", on(AT))
        })
        .unwrap();
        let (scope, one) = (house.scope("qu_b1").await, question.clone());
        let elsewhere =
            step!(house.db, |tx| campaign::answer_question(tx, &scope, &one, "x", on(AT)));
        assert_eq!(refusal(elsewhere), "NotFound");
        let (scope, one) = (house.scope("yz_1").await, question.clone());
        let early = step!(house.db, |tx| campaign::share_answer(tx, &scope, &one, on(AT)));
        assert_eq!(refusal(early), "NotAllowed", "not answered yet");
        let (scope, one) = (house.scope("yz_1").await, question.clone());
        step!(house.db, |tx| campaign::answer_question(
            tx,
            &scope,
            &one,
            "有透析机的单位填。",
            on(AT)
        ))
        .unwrap();
        let (scope, one) = (house.scope("yz_1").await, question.clone());
        step!(house.db, |tx| campaign::share_answer(tx, &scope, &one, on(AT))).unwrap();
        let (other, mut tx) = (house.scope("med_b1").await, house.read().await);
        let rows = campaign::questions(&mut tx, &other, &id).await.unwrap();
        assert_eq!((rows.len(), rows[0].name_zh.as_deref()), (1, None));
    })
    .await;
}

#[tokio::test]
async fn commendations_are_everybodys_and_accountability_is_not() {
    proves!("W57", "W26", "W44");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let new = finding(&id, "ins_a1", "icu", "core_systems.rounds");
        let problem = house.found("icu_a1", new, "02-14 09:00").await.unwrap();
        let early = house.take("med_a1", &problem, Step::Report, text("重大"), "02-14 10:00").await;
        assert_eq!(refusal(early), "NotAllowed", "ordinary problems are not reported upwards");
        let write = async |login: &str, kind: &str, unit: &str| {
            let (scope, id) = (house.scope(login).await, id.clone());
            let new = NewRecord {
                kind: kind.into(),
                institution_id: unit.into(),
                problem_id: None,
                whom: "重症医学科".into(),
                body: "整改迅速".into(),
                ..NewRecord::default()
            };
            step!(house.db, |tx| campaign::add_record(tx, &scope, &id, &new, on(AT)))
        };
        write("qu_a1", "commendation", "ins_a1").await.unwrap();
        write("qu_a1", "accountability", "ins_a2").await.unwrap();
        assert_eq!(refusal(write("qu_a1", "commendation", "ins_b1").await), "NotFound");
        assert_eq!(refusal(write("med_a1", "commendation", "ins_a1").await), "NotAllowed");
        let count = async |login: &str| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            campaign::records(&mut tx, &scope, &id, None).await.unwrap().len()
        };
        assert_eq!(count("med_b1").await, 1);
        assert_eq!(count("med_a2").await, 2);
        assert_eq!(count("yz_1").await, 2);
        // What proved itself stays as routine.
        let (scope, same) = (house.scope("yz_1").await, id.clone());
        let routine = ("core_systems.rounds", 30);
        step!(house.db, |tx| campaign::make_routine(tx, &scope, &same, routine, on(AT))).unwrap();
        let (scope, same) = (house.scope("yz_1").await, id.clone());
        let unknown = ("reproduction.scope", 30);
        let other =
            step!(house.db, |tx| campaign::make_routine(tx, &scope, &same, unknown, on(AT)));
        assert_eq!(refusal(other), "Unknown", "no list of this campaign has it");
    })
    .await;
}

#[tokio::test]
async fn a_sanction_names_decision_and_provision_and_leads_back_to_its_problem() {
    proves!("W39", "W61");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let new = finding(&id, "ins_a1", "icu", "core_systems.rounds");
        let problem = house.found("icu_a1", new, "02-14 09:00").await.unwrap();
        let sanction = async |decision: &str, kind: &str| {
            let (scope, id) = (house.scope("qu_a1").await, id.clone());
            let new = NewRecord {
                kind: kind.into(),
                institution_id: "ins_a1".into(),
                problem_id: Some(problem.clone()),
                whom: "某医院".into(),
                body: "警告".into(),
                decision: decision.into(),
                basis: decision.into(),
            };
            step!(house.db, |tx| campaign::add_record(tx, &scope, &id, &new, on(AT)))
        };
        assert_eq!(refusal(sanction("", "sanction").await), "Text");
        assert_eq!(refusal(sanction("卫罚〔2017〕1号", "commendation").await), "Text");
        assert_eq!(refusal(sanction("卫罚〔2017〕1号", "fine").await), "Unknown");
        sanction("卫罚〔2017〕1号", "sanction").await.unwrap();
        let led = async |login: &str| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let about = Some(&*problem);
            campaign::records(&mut tx, &scope, &id, about).await.unwrap().len()
        };
        assert_eq!((led("yz_1").await, led("med_a1").await), (1, 1));
        assert_eq!((led("med_a2").await, led("qu_b1").await), (0, 0), "nobody else's");
    })
    .await;
}

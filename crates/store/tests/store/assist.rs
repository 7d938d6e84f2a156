//! Expert opinions: who asks, who names the expert, who answers, who reads.

use rules::register::Role;
use store::assist::{answer_opinion, ask_opinion, assign_opinion, opinions, opinions_of_alert};
use store::page::Slice;
use store::{Error, Refusal};

use crate::channel::furnish;
use crate::city::{declaration, step};
use crate::door::Door;
use crate::house::{House, clock, on_both};

/// An alert at Qinghe, in district A.
async fn alert(house: &House) -> String {
    let form = declaration("form-1", "ins_qing:T1", clock("15:00"), &[("xu", Role::Attending)]);
    let op = house.declare_as("head_qing", &form, clock("14:00")).await.unwrap();
    Door::new(house)
        .naming("OP", &op)
        .told("15:00 T-01 xu attending in face:0.1 OP -> A01 (void)")
        .await;
    house.column("select alert_id from alert").await.remove(0)
}

#[tokio::test]
async fn an_officer_asks_and_the_named_expert_answers_once() {
    proves!("Z20");
    on_both(async |house| {
        furnish(&house).await;
        let alert_id = alert(&house).await;
        let at = clock("15:30");
        let ask = async |login: &str, key: &'static str, text: &'static str| {
            let (scope, id) = (house.scope(login).await, alert_id.clone());
            step!(house.db, |tx| ask_opinion(tx, &scope, &id, (key, text), at))
        };
        let question = "术中仅助手在场，操作是否属于主诊独立完成的范围？";
        let id = ask("officer_a", "key-1", question).await.unwrap();
        assert_eq!(ask("officer_a", "key-1", question).await.unwrap(), id, "sent twice");
        assert!(matches!(ask("officer_b", "key-2", question).await, Err(Error::NotFound(_))));
        for login in ["head_qing", "duty_a", "qc_a"] {
            let refused = ask(login, "key-3", question).await;
            assert!(matches!(refused, Err(Error::Refused(Refusal::NotAllowed))), "{login}");
        }
        let expert = house.account_of("doc_yan1").await;
        let assign = async |login: &str| {
            let (scope, id, expert) = (house.scope(login).await, id.clone(), expert.clone());
            step!(house.db, |tx| assign_opinion(tx, &scope, &id, &expert, at))
        };
        assert!(matches!(assign("desk_yan").await, Err(Error::Refused(Refusal::NotAllowed))));
        assign("qc_a").await.unwrap();
        let answer = async |login: &str, free: bool| {
            let (scope, id) = (house.scope(login).await, id.clone());
            let text = "不属于，须主诊在场。";
            step!(house.db, |tx| answer_opinion(tx, &scope, &id, (text, free), at))
        };
        let tied = answer("doc_yan1", false).await;
        assert!(matches!(tied, Err(Error::Refused(Refusal::Conflict))));
        assert!(matches!(answer("desk_yan", true).await, Err(Error::NotFound(_))));
        answer("doc_yan1", true).await.unwrap();
        assert!(matches!(answer("doc_yan1", true).await, Err(Error::NotFound(_))), "once");

        for (login, listed, on_alert) in [
            ("qc_a", 1, 0),
            ("doc_yan1", 1, 0),
            ("desk_yan", 0, 0),
            ("officer_a", 0, 1),
            ("officer_b", 0, 0),
            ("head_qing", 0, 0),
        ] {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let list = opinions(&mut tx, &scope, Slice::first(10)).await.unwrap();
            let beside = opinions_of_alert(&mut tx, &scope, &alert_id).await.unwrap();
            assert_eq!((list.rows.len(), beside.len()), (listed, on_alert), "{login}");
        }
        let told = "select particulars from event where particulars like '%主诊%'";
        assert_eq!(house.column(told).await, [] as [String; 0]);
    })
    .await;
}

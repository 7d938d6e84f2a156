//! Questions of the public by code, their reply clock, and the follow-up of a case.

use rules::Time;
use rules::emergency::Mark;
use store::deadline::fire;
use store::enquiry::{self, NewEnquiry};
use store::{Error, Refusal};

use crate::channel::{after, furnish};
use crate::city::step;
use crate::house::{House, clock, on_both};

const AT: &str = "15:10";

fn question(key: &str, code: &str, text: &str) -> NewEnquiry {
    NewEnquiry {
        request_key: key.into(),
        code: code.into(),
        text: text.into(),
        institution_id: None,
        emergency_id: None,
    }
}

async fn asked(house: &House, key: &'static str, code: &'static str, at: Time) -> String {
    let new = question(key, code, "术后三天红肿，要不要去医院？");
    step!(house.db, |tx| enquiry::ask(tx, &new, at)).unwrap()
}

#[tokio::test]
async fn a_question_has_a_code_and_a_clock() {
    proves!("Z23");
    on_both(async |house| {
        furnish(&house).await;
        let at = clock(AT);
        let number = asked(&house, "key-1", "code-1", at).await;
        assert_eq!(asked(&house, "key-1", "code-1", at).await, number, "the form sent twice");
        let empty = question("key-2", "code-2", "  ");
        let refused = step!(house.db, |tx| enquiry::ask(tx, &empty, at));
        assert!(matches!(refused, Err(Error::Refused(Refusal::Text))));
        let wrong = enquiry::by_code(&mut house.read().await, "code-9").await;
        assert!(matches!(wrong, Err(Error::NotFound(_))));
        // The code itself is nowhere in the database.
        assert_eq!(
            house.number("select count(*) from enquiry where code_hash = 'code-1'").await,
            0
        );

        // Nobody answers in time: the log says so once.
        fire(&house.db, at.plus_min(24 * 60 + 1)).await.unwrap();
        let late = "select count(*) from event where action = 'overdue'";
        assert_eq!(house.number(late).await, 1);
        let (thread, _) = enquiry::by_code(&mut house.read().await, "code-1").await.unwrap();
        let (desk, id) = (house.scope("qc_a").await, thread.enquiry_id.clone());
        let answered = at.plus_min(25 * 60);
        step!(house.db, |tx| enquiry::answer(tx, &desk, &id, "请到本院急诊看一下。", answered))
            .unwrap();
        let (_, messages) = enquiry::by_code(&mut house.read().await, "code-1").await.unwrap();
        assert_eq!(messages.len(), 2);

        // Asking again starts the clock anew; half a year after the answer all is forgotten.
        let again = answered.plus_min(5);
        step!(house.db, |tx| enquiry::write_by_code(tx, "code-1", "好的，谢谢", again)).unwrap();
        let forget = answered.plus_days(200);
        let gone = step!(house.db, |tx| enquiry::forget(tx, forget)).unwrap();
        assert_eq!(gone, 0, "an open question is kept");
        let (desk, id) = (house.scope("qc_a").await, thread.enquiry_id);
        step!(house.db, |tx| enquiry::answer(tx, &desk, &id, "不客气。", again)).unwrap();
        assert_eq!(step!(house.db, |tx| enquiry::forget(tx, forget)).unwrap(), 1);
        assert_eq!(house.number("select count(*) from enquiry_message").await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_adds_a_word_waits_no_longer_for_the_answer() {
    proves!("Z23");
    on_both(async |house| {
        furnish(&house).await;
        let at = clock(AT);
        asked(&house, "key-1", "code-1", at).await;
        let due = async || {
            let mut tx = house.read().await;
            enquiry::by_code(&mut tx, "code-1").await.unwrap().0.due_at
        };
        let first = due().await;
        let later = at.plus_min(20 * 60);
        step!(house.db, |tx| enquiry::write_by_code(tx, "code-1", "今天更肿了", later)).unwrap();
        assert_eq!(due().await, first);
        fire(&house.db, at.plus_min(24 * 60 + 1)).await.unwrap();
        let late = "select count(*) from event where action = 'overdue'";
        assert_eq!(house.number(late).await, 1);
    })
    .await;
}

#[tokio::test]
async fn client_clinic_and_expert_follow_up_by_one_code() {
    proves!("Z26");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "airway", clock(AT)).await;
        house.marked("desk_shi", &id, Mark::Accept, after(AT, 20)).await;
        let follow = async |login: &str, code: &'static str| {
            let (scope, id) = (house.scope(login).await, id.clone());
            let at = after(AT, 900);
            let text = "明天上午复查，如有不适随时写。";
            step!(house.db, |tx| enquiry::follow_up(tx, &scope, &id, (code, code), text, at))
        };
        follow("desk_shi", "code-1").await.unwrap();
        assert!(matches!(follow("officer_a", "code-2").await, Err(Error::NotFound(_))));
        assert!(matches!(follow("head_lan", "code-3").await, Err(Error::NotFound(_))));
        // The client writes with the code; clinic and hospital read and answer the same thread.
        let at = after(AT, 1_800);
        step!(house.db, |tx| enquiry::write_by_code(tx, "code-1", "夜里有点喘", at)).unwrap();
        for (login, reads) in [("head_qing", true), ("desk_shi", true), ("head_lan", false)] {
            let scope = house.scope(login).await;
            let slice = store::page::Slice::first(10);
            let mut tx = house.read().await;
            let listed = enquiry::enquiries(&mut tx, &scope, "open", slice).await.unwrap();
            assert_eq!(listed.rows.len() == 1, reads, "{login}");
        }
        let (thread, messages) = enquiry::by_code(&mut house.read().await, "code-1").await.unwrap();
        assert_eq!(thread.kind, "follow_up");
        assert_eq!(messages.iter().filter(|one| one.by_whom == "client").count(), 1);
    })
    .await;
}

//! What a clinic does by hand: declare, cancel, confirm; and what can no longer be changed.

use rules::operation::{Action, State};
use rules::register::{Anaesthesia, Role};
use store::operation::{Declaration, Member, Operation, act, gate, operation};
use store::{Refusal, Result};

use crate::city::{TEAM, declaration, refusal, step};
use crate::door::Door;
use crate::house::{House, NOW, clock, on_both};

async fn read(house: &House, operation_id: &str) -> Operation {
    let scope = house.scope("head_qing").await;
    operation(&mut house.read().await, &scope, operation_id).await.unwrap()
}

async fn by(
    house: &House,
    login: &str,
    operation_id: &str,
    action: Action,
    reason: &'static str,
) -> Result<()> {
    let (scope, id) = (house.scope(login).await, operation_id.to_owned());
    step!(house.db, |tx| act(tx, &scope, &id, action, reason, Some(800), clock("17:00")))
}

#[tokio::test]
async fn the_gate_refuses_before_the_knife() {
    proves!("N3", "N33");
    on_both(async |house| {
        let fine = declaration("form-1", "ins_qing:T1", clock("16:00"), &TEAM);
        let change = |change: fn(&mut Declaration)| {
            let mut changed = fine.clone();
            change(&mut changed);
            changed
        };
        for (why, wrong, expected) in [
            ("no attending", change(|d| d.members.retain(|m| m.role != Role::Attending)), "Gate"),
            (
                "an attending who is not filed here",
                change(|d| d.members[0].practitioner_id = "fei".into()),
                "Gate",
            ),
            (
                "an attending whose certificate has lapsed",
                change(|d| d.members[0].practitioner_id = "gu".into()),
                "Gate",
            ),
            ("nobody for the anaesthesia", change(|d| d.members.truncate(1)), "Gate"),
            (
                "above the level",
                change(|d| {
                    d.procedure_code = "liposuction_thigh".into();
                    d.volume_ml = Some(2_500);
                }),
                "Gate",
            ),
            (
                "the volume is missing",
                change(|d| d.procedure_code = "liposuction_thigh".into()),
                "Gate",
            ),
            ("longer than a day", change(|d| d.planned_min = 1_441), "Gate"),
            ("no client", change(|d| d.client_name = " ".into()), "Text"),
            ("no changed name", change(|d| d.client_alias_zh = String::new()), "Text"),
            ("too long a name", change(|d| d.client_name = "林".repeat(61)), "Text"),
            ("no such procedure", change(|d| d.procedure_code = "x".into()), "UnknownProcedure"),
            ("another's room", change(|d| d.room_id = "ins_lan:T1".into()), "UnknownRoom"),
        ] {
            let answer = house.declare_as("head_qing", &wrong, NOW).await;
            assert_eq!(refusal(answer), expected, "{why}");
        }
        for login in ["officer_a", "doctor_xu", "head_lost", "duty_a"] {
            let answer = house.declare_as(login, &fine, NOW).await;
            assert_eq!(refusal(answer), "NotAllowed", "{login}");
        }
        assert_eq!(house.number("select count(*) from operation").await, 0);
        let gated = gate(&mut house.read().await, "ins_qing", &fine, NOW).await.unwrap();
        assert!(gated.passes());
        house.declare_as("head_qing", &fine, NOW).await.unwrap();
        house.suspend("ins_qing", NOW).await;
        let mut next = fine.clone();
        next.request_key = "form-2".into();
        assert_eq!(refusal(house.declare_as("head_qing", &next, NOW).await), "Gate");
    })
    .await;
}

#[tokio::test]
async fn one_form_declares_once_and_another_text_under_its_key_is_refused() {
    on_both(async |house| {
        let form = declaration("form-1", "ins_qing:T1", clock("16:00"), &TEAM);
        let first = house.declare_as("head_qing", &form, NOW).await.unwrap();
        let again = house.declare_as("head_qing", &form, clock("15:31")).await.unwrap();
        assert_eq!(first, again);
        let mut others = vec![form.clone(); 8];
        others[0].procedure_code = "scar_excision".into();
        others[0].anaesthesia = Anaesthesia::Local;
        others[1].planned_at = clock("17:00");
        others[2].client_name = "林另名".into();
        others[3].room_id = "ins_qing:T2".into();
        others[4].planned_min = 90;
        others[5].anaesthesia = Anaesthesia::IvSedation;
        others[6].members.pop();
        others[7].members[0] = Member { practitioner_id: "sun".into(), role: Role::Attending };
        for (n, other) in others.iter().enumerate() {
            let answer = house.declare_as("head_qing", other, clock("15:32")).await;
            assert_eq!(refusal(answer), "RequestKeyReused", "change {n}");
        }
        // The same key at another house is another form.
        let mut elsewhere = declaration("form-1", "ins_lan:T1", clock("16:00"), &TEAM[..1]);
        elsewhere.client_name = "林另名".into();
        house.declare_as("head_lan", &elsewhere, NOW).await.unwrap();
        let numbers = house.column("select number from operation order by number").await;
        assert_eq!(numbers, ["SS-20240102-0001", "SS-20240102-0002"]);
        // A lost answer can be asked for again even when the gate would by now refuse.
        house.suspend("ins_qing", clock("15:40")).await;
        let late = house.declare_as("head_qing", &form, clock("15:45")).await.unwrap();
        assert_eq!(first, late);
    })
    .await;
}

#[tokio::test]
async fn what_may_be_cancelled_and_confirmed_and_by_whom() {
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let other = house.declare("form-2", "16:00", &TEAM).await;
        let refused = [
            ("head_lan", Action::Cancel, "改期", "NotFound"),
            ("officer_a", Action::Cancel, "改期", "NotAllowed"),
            ("head_qing", Action::Confirm, "", "NotAllowed"),
            ("head_qing", Action::Cancel, "  ", "Text"),
        ];
        for (login, action, reason, expected) in refused {
            let answer = by(&house, login, &other, action, reason).await;
            assert_eq!(refusal(answer), expected, "{login} {action:?}");
        }
        by(&house, "head_qing", &other, Action::Cancel, "客户改期").await.unwrap();
        assert_eq!(read(&house, &other).await.state().code(), "cancelled");
        assert_eq!(
            house.number("select count(*) from deadline where kind = 'nobody_came'").await,
            1
        );
        let again = by(&house, "head_qing", &other, Action::Cancel, "客户改期").await;
        assert_eq!(refusal(again), "NotAllowed");

        let mut door = Door::new(&house).naming("OP", &op);
        door.told("14:45 T-01 wang anaesthetist in face:0.9 OP -> ok").await;
        // Once somebody is in, nothing is cancelled.
        let late = by(&house, "head_qing", &op, Action::Cancel, "改期").await;
        assert_eq!(refusal(late), "NotAllowed");
        door.told(
            "15:00 T-01 xu   attending    in  face:0.9 OP -> ok
             15:50 T-01 xu   attending    out face:0.9 OP -> ok
             15:51 T-01 wang anaesthetist out face:0.9 OP -> ok",
        )
        .await;
        by(&house, "head_qing", &op, Action::Confirm, "").await.unwrap();
        let confirmed = read(&house, &op).await;
        assert_eq!(confirmed.actual_volume_ml, Some(800));
        assert!(matches!(confirmed.state(), State::Confirmed { at, .. } if at == clock("17:00")));
    })
    .await;
}

/// Checks into what is closed are kept and raise A10; the operation itself stays as it was.
#[tokio::test]
async fn nobody_reopens_what_was_cancelled_or_confirmed() {
    on_both(async |house| {
        let done = house.declare("form-1", "15:00", &TEAM[..1]).await;
        let off = house.declare("form-2", "15:00", &TEAM[..1]).await;
        by(&house, "head_qing", &off, Action::Cancel, "客户改期").await.unwrap();
        let mut door = Door::new(&house).naming("DONE", &done).naming("OFF", &off);
        door.told(
            "15:00 T-01 xu attending in  face:0.9 DONE -> ok
             15:50 T-01 xu attending out face:0.9 DONE -> ok",
        )
        .await;
        by(&house, "head_qing", &done, Action::Confirm, "").await.unwrap();
        let marks = |operation: Operation| {
            (operation.first_in_at, operation.started_at, operation.signed_out_at)
        };
        let before = [marks(read(&house, &done).await), marks(read(&house, &off).await)];
        let team = "select practitioner_id || coalesce(cast(last_out_at as text), '-')
                    from operation_member order by operation_id, 1";
        let team_before = house.column(team).await;
        door.told(
            "17:10 T-01 xu  attending in  face:0.9 DONE -> A10
             17:55 T-01 xu  attending out face:0.9 DONE -> ok
             18:00 T-01 xu  attending in  face:0.9 OFF -> A10
             18:50 T-01 xu  attending out face:0.9 OFF -> ok
             19:00 T-01 liu assistant in  face:0.9 OFF -> A10",
        )
        .await;
        let after = [marks(read(&house, &done).await), marks(read(&house, &off).await)];
        assert_eq!(before, after);
        assert_eq!(house.column(team).await, team_before);
        assert_eq!(read(&house, &off).await.state().code(), "cancelled");
        assert!(matches!(
            by(&house, "head_qing", &off, Action::Confirm, "").await,
            Err(store::Error::Refused(Refusal::NotAllowed))
        ));
    })
    .await;
}

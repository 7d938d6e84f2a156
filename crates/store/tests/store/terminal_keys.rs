//! How a terminal gets its first key, and how one key follows another.

use std::time::Duration;

use presence::event::{Envelope, Kind, Signer, sign, to_base64url};
use rules::Time;
use store::Result;
use store::terminal::{NewTerminal, enrol, enrolment_code, install};
use tokio::sync::oneshot;

use crate::city::{HOME, Kiosk, at_home, key, refusal, step};
use crate::house::{House, NOW, clock, on_both};

/// A terminal at a door, without any key.
async fn hang_up(house: &House, id: &'static str) {
    let new = NewTerminal {
        terminal_id: id.into(),
        institution_id: "ins_qing".into(),
        room_id: "ins_qing:T1".into(),
        at: HOME,
    };
    let by = store::By::system("test", NOW);
    step!(house.db, |tx| install(tx, &by, &new)).unwrap();
}

async fn code(
    house: &House,
    login: &str,
    id: &'static str,
    code: &'static str,
    at: Time,
) -> Result<()> {
    let scope = house.scope(login).await;
    step!(house.db, |tx| enrolment_code(tx, &scope, id, code, at))
}

/// The device's name, or why not.
async fn enrolled(house: &House, code: &str, public_key: &str, at: Time) -> String {
    let (code, public_key) = (code.to_owned(), public_key.to_owned());
    let answer = step!(house.db, |tx| enrol(tx, &code, &public_key, at)).unwrap();
    answer.unwrap_or_else(|refusal| refusal.code().to_owned())
}

fn public(name: &str) -> String {
    to_base64url(key(name).verifying_key().to_bytes())
}

#[tokio::test]
async fn a_terminal_is_enrolled_once_by_a_one_time_code() {
    on_both(async |house| {
        hang_up(&house, "T-09").await;
        let early = Kiosk::new("T-09").sign(Kind::Started, NOW);
        assert_eq!(house.send("T-09", &early, NOW).await, "unknown_device", "no key yet");
        for (login, expected) in [
            ("officer_b", "NotFound"),
            ("officer_lost", "NotFound"),
            ("head_qing", "NotAllowed"),
            ("duty_a", "NotAllowed"),
            ("doctor_xu", "NotAllowed"),
        ] {
            let answer = code(&house, login, "T-09", "AAAA", NOW).await;
            assert_eq!(refusal(answer), expected, "{login}");
        }
        code(&house, "officer_a", "T-09", "AAAA", NOW).await.unwrap();
        code(&house, "officer_a", "T-09", "BBBB", NOW).await.unwrap();
        let (own, soon, a_day_later) = (public("own"), clock("15:40"), clock("+1 15:30"));
        let small_order = to_base64url([0_u8; 32]);
        for (why, code, key, at, expected) in [
            ("replaced by a later code", "AAAA", &own, soon, "code_unknown"),
            ("never given", "CCCC", &own, soon, "code_unknown"),
            ("no key", "BBBB", &"x".to_owned(), soon, "key_invalid"),
            ("a key that verifies nothing", "BBBB", &small_order, soon, "key_invalid"),
            ("another device's key", "BBBB", &public("T-01"), soon, "key_used"),
            ("a day old", "BBBB", &own, a_day_later, "code_expired"),
            ("at last, in small letters", " bbbb ", &own, soon, "T-09"),
            ("the answer was lost", "BBBB", &own, a_day_later, "T-09"),
            ("somebody else with it", "BBBB", &public("thief"), soon, "code_used"),
        ] {
            assert_eq!(enrolled(&house, code, key, at).await, expected, "{why}");
        }
        // A lost device gets a new name, never a second chain under the old one.
        assert_eq!(refusal(code(&house, "officer_a", "T-09", "DDDD", soon).await), "KeyReused");
        let mut signer = Signer::new(key("own"), "T-09", "boot-1", "kiosk-1.4.0", "config-1");
        let first = signer.next(Kind::Started, soon.0, 1, at_home());
        assert_eq!(house.send("T-09", &first, soon).await, "recorded");
        let codes = "select count(*) from terminal_enrolment where length(code_hash) <> 64";
        assert_eq!(house.number(codes).await, 0, "only hashes are kept");
    })
    .await;
}

/// The device asks again before the first answer is on its way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_enrolment_asked_twice_at_once_has_one_answer() {
    on_both(async |house| {
        hang_up(&house, "T-09").await;
        code(&house, "officer_a", "T-09", "AAAA", NOW).await.unwrap();
        let (done, is_done) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let (db, own) = (house.db.clone(), public("own"));
        let first = tokio::spawn(async move {
            step!(db, |tx| async move {
                let answer = enrol(tx, "AAAA", &own, NOW).await?;
                done.send(()).unwrap();
                released.await.unwrap();
                Ok(answer)
            })
        });
        is_done.await.unwrap();
        let let_go = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            release.send(()).unwrap();
        };
        let own = public("own");
        let (second, ()) = tokio::join!(enrolled(&house, "AAAA", &own, NOW), let_go);
        assert_eq!(second, "T-09");
        assert_eq!(first.await.unwrap().unwrap().as_deref(), Ok("T-09"));
        let keys = "select count(*) from terminal_key where terminal_id = 'T-09'";
        assert_eq!(house.number(keys).await, 1);
    })
    .await;
}

/// The same bytes signed by another key.
fn resigned(envelope: &Envelope, by: &str) -> Envelope {
    Envelope { sig: sign(&envelope.bytes, &key(by)).to_vec(), bytes: envelope.bytes.clone() }
}

#[tokio::test]
async fn a_new_key_signs_from_its_number_on_and_the_old_one_up_to_it() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        let one = kiosk.sign(Kind::Heartbeat, NOW);
        let two = kiosk.sign(Kind::Heartbeat, NOW);
        let three = kiosk.sign(Kind::Heartbeat, NOW);
        let change = kiosk.signer.replace_key(key("next"), NOW.0, 1, at_home());
        let five = kiosk.sign(Kind::Heartbeat, NOW);
        let six = kiosk.sign(Kind::Heartbeat, NOW);
        for (why, envelope, expected) in [
            ("the old key", &one, "recorded"),
            ("the new key before anybody heard of it", &five, "bad_signature"),
            ("the change, signed by the new key", &resigned(&change, "next"), "bad_signature"),
            ("the change, with two missing before it", &change, "recorded"),
            ("the change again", &change, "duplicate"),
            ("the new key above", &five, "recorded"),
            ("the old key above", &resigned(&six, "T-01"), "bad_signature"),
            ("the new key below", &resigned(&two, "next"), "bad_signature"),
            ("the old key below, late", &two, "recorded"),
            (
                "the new key in place of the last old one",
                &resigned(&three, "next"),
                "bad_signature",
            ),
            ("the old key, the last piece", &three, "recorded"),
            ("the new key goes on", &six, "recorded"),
        ] {
            assert_eq!(house.send("T-01", envelope, NOW).await, expected, "{why}");
        }
        let state = "select cast(last_seq as text) || ' ' || cast(missing as text) from terminal
                     where terminal_id = 'T-01'";
        assert_eq!(house.column(state).await, ["6 0"]);
        let keys = "select cast(from_seq as text) || '-' || coalesce(cast(until_seq as text), '')
                    from terminal_key where terminal_id = 'T-01' order by from_seq";
        assert_eq!(house.column(keys).await, ["1-4", "5-"]);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_never_used_twice() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        for used in ["T-02", "T-01"] {
            let mut tried = Kiosk { id: kiosk.id.clone(), signer: kiosk.signer.clone() };
            let change = tried.signer.replace_key(key(used), NOW.0, 1, at_home());
            let (device, at) = (kiosk.id.clone(), NOW);
            let answer = step!(house.db, |tx| store::terminal::receive(tx, &device, &change, at));
            let answer = answer.unwrap();
            assert_eq!(answer.answer.code(), "unreadable");
            assert_eq!(answer.reason.as_deref(), Some("bad_field"));
            assert_eq!(answer.field.as_deref(), Some("public_key"));
        }
        // The old key is still in force; the refused number is free.
        house.event(&mut kiosk, Kind::Heartbeat, NOW).await;
    })
    .await;
}

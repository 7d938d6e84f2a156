//! Self-inspection by several hands, dead corners, and draws that stay sealed, on both databases.

use rules::Time;
use rules::campaign::{Answer, Fix, Mending};
use store::campaign::{self, AnswerEdit, CornerFilter};
use store::page::Slice;

use crate::campaign_checks::newest_draw;
use crate::campaign_city::{furnish, on, spots_seen};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

const ITEM: &str = "core_systems.rounds";

fn said(answer: Answer, note: &str, at: &str) -> AnswerEdit {
    AnswerEdit {
        item: ITEM.into(),
        answer,
        note: note.into(),
        answered_at: on(at),
        mending: Mending {
            fix: Some(Fix::Planned),
            measure: "补查房记录".into(),
            due_at: Some(on("03-01 00:00")),
        },
    }
}

impl House {
    async fn answers(&self, login: &str, id: &str, edit: AnswerEdit, at: Time) -> u64 {
        let (scope, id) = (self.scope(login).await, id.to_owned());
        step!(self.db, |tx| {
            let place = (&*id, "ins_a1", "icu");
            campaign::answer_items(tx, &scope, place, std::slice::from_ref(&edit), at)
        })
        .unwrap()
    }

    /// Answer, note, whose it is, and what is meant to be done.
    async fn stands(&self, id: &str) -> String {
        let (scope, mut tx) = (self.scope("med_a1").await, self.read().await);
        let sheet = campaign::sheet(&mut tx, &scope, id, "ins_a1", "icu").await.unwrap();
        let (answer, standing) = (&sheet.answers[0], &sheet.standing[0]);
        let fix = answer.mending.fix.map_or("-", Fix::code);
        let name = standing.name_zh.clone().unwrap_or_default();
        format!("{} {} {name} {fix}", answer.answer.code(), answer.note)
    }
}

#[tokio::test]
async fn the_newer_answer_stands_whichever_comes_first() {
    proves!("W9");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let now = on("02-14 12:00");
        house.answers("icu_a1", &id, said(Answer::NotMet, "缺记录", "02-14 10:00"), now).await;
        assert_eq!(house.stands(&id).await, "not_met 缺记录 icu_a1 planned");
        // The medical department answered later; what the phone sends late is not kept.
        house.answers("med_a1", &id, said(Answer::Met, "已补", "02-14 11:00"), now).await;
        assert_eq!(house.stands(&id).await, "met 已补 med_a1 -", "nothing to mend any more");
        let late = said(Answer::NotMet, "还缺一份", "02-14 10:30");
        assert_eq!(house.answers("icu_a1", &id, late, now).await, 0);
        assert_eq!(house.stands(&id).await, "met 已补 med_a1 -");
        // A device whose clock runs ahead does not win for ever: at most now counts.
        let ahead = said(Answer::NotMet, "时钟快", "03-30 10:00");
        assert_eq!(house.answers("icu_a1", &id, ahead, now).await, 1);
        let next = said(Answer::Met, "又查", "02-14 12:05");
        assert_eq!(house.answers("med_a1", &id, next, on("02-14 12:06")).await, 1);
        assert_eq!(house.stands(&id).await, "met 又查 med_a1 -");
        // The same said again is nobody's new answer.
        let same = said(Answer::Met, "又查", "02-14 12:10");
        assert_eq!(house.answers("icu_a1", &id, same, on("02-14 12:11")).await, 0);
        assert_eq!(house.stands(&id).await, "met 又查 med_a1 -");
    })
    .await;
}

#[tokio::test]
async fn thirty_two_phones_on_one_cell_leave_the_newest_answer() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let scope = house.scope("icu_a1").await;
        let now = on("02-14 12:00");
        let phones = (0..32).map(|n| {
            let (db, scope, id) = (house.db.clone(), scope.clone(), id.clone());
            tokio::spawn(async move {
                // Their clocks are mixed: 17 is coprime to 32, so every minute comes once.
                let minute = n * 17 % 32;
                let at = format!("02-14 10:{minute:02}");
                let edit = said(Answer::NotMet, &format!("第 {minute} 分"), &at);
                step!(db, |tx| {
                    let place = (&*id, "ins_a1", "icu");
                    campaign::answer_items(tx, &scope, place, std::slice::from_ref(&edit), now)
                })
            })
        });
        for phone in phones.collect::<Vec<_>>() {
            phone.await.unwrap().unwrap();
        }
        assert_eq!(house.stands(&id).await, "not_met 第 31 分 icu_a1 planned");
    })
    .await;
}

#[tokio::test]
async fn evidence_of_an_item_is_its_places_own() {
    proves!("W6", "W7", "W8");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let at = on("02-14 10:00");
        let add = async |login: &str, place: &'static str, item: &'static str| {
            let (scope, id) = (house.scope(login).await, id.clone());
            step!(house.db, |tx| {
                let of = (&*id, "ins_a1", place, item);
                campaign::add_item_evidence(tx, &scope, of, ("image/jpeg", b"photo"), at)
            })
        };
        let file = add("icu_a1", "icu", ITEM).await.unwrap();
        assert_eq!(refusal(add("icu_a1", "dialysis", ITEM).await), "NotFound");
        assert_eq!(refusal(add("icu_a1", "icu", "organisation.committee").await), "Unknown");
        assert_eq!(refusal(add("qu_a1", "icu", ITEM).await), "NotAllowed");
        for _ in 1..12 {
            add("icu_a1", "icu", ITEM).await.unwrap();
        }
        assert_eq!(refusal(add("icu_a1", "icu", ITEM).await), "TooMany");
        let (scope, mut tx) = (house.scope("icu_a1").await, house.read().await);
        let of = (&*id, "ins_a1", "icu");
        let files = campaign::item_files(&mut tx, &scope, of).await.unwrap();
        assert_eq!((files.len(), &*files[0].item), (12, ITEM));
        let kept = campaign::item_file(&mut tx, &scope, of, &file).await.unwrap().unwrap();
        assert_eq!(kept.body, b"photo");
        // Its address under another place finds nothing.
        let med = house.scope("med_a1").await;
        let elsewhere = (&*id, "ins_a1", "dialysis");
        assert!(campaign::item_file(&mut tx, &med, elsewhere, &file).await.unwrap().is_none());
        assert_eq!(campaign::item_files(&mut tx, &med, elsewhere).await.unwrap().len(), 0);
        drop(tx);
        // What was added by mistake goes away, and only before the report is handed in.
        let remove = async |login: &str, place: &'static str| {
            let (scope, id, file) = (house.scope(login).await, id.clone(), file.clone());
            step!(house.db, |tx| {
                campaign::remove_item_evidence(tx, &scope, (&id, "ins_a1", place), &file, at)
            })
        };
        assert_eq!(refusal(remove("qu_a1", "icu").await), "NotAllowed");
        assert_eq!(refusal(remove("med_a1", "dialysis").await), "NotFound");
        remove("icu_a1", "icu").await.unwrap();
        assert_eq!(refusal(remove("icu_a1", "icu").await), "NotFound");
        add("icu_a1", "icu", ITEM).await.unwrap();
        let (scope, mut tx) = (house.scope("icu_a1").await, house.read().await);
        let gone = campaign::item_file(&mut tx, &scope, (&id, "ins_a1", "icu"), &file).await;
        assert!(gone.unwrap().is_none(), "nobody reads it any more");
        drop(tx);
        let kept = house.column("select removed_by from attachment where removed_at > 0").await;
        assert_eq!(kept.len(), 1, "who took it away stays on record");
        // The committee: its members by name, its minutes with the institution's own sheet.
        add("med_a1", "whole", "organisation.committee").await.unwrap();
        for (duty, person) in [("first_responsible", "甲院长"), ("committee", "甲、乙、丙")]
        {
            let (scope, id) = (house.scope("first_a1").await, id.clone());
            step!(house.db, |tx| {
                campaign::name_responsible(tx, &scope, &id, duty, (person, ""), at)
            })
            .unwrap();
        }
        let mut tx = house.read().await;
        let named = campaign::responsibles(&mut tx, &med, &id, "ins_a1").await.unwrap();
        let people: Vec<&str> = named.iter().map(|one| &*one.person).collect();
        assert_eq!(people, ["甲、乙、丙", "甲院长"]);
        let of = (&*id, "ins_a1", "whole");
        assert_eq!(campaign::item_files(&mut tx, &med, of).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_dead_corners_are_what_coverage_lacks() {
    proves!("W30");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let now = on("02-20 10:00");
        let both = async |login: &str, filter: CornerFilter| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let slice = Slice::first(500);
            let corners = campaign::dead_corners(&mut tx, &scope, &id, &filter, now, slice);
            let corners = corners.await.unwrap();
            let covered = campaign::coverage(&mut tx, &scope, &id, now).await.unwrap();
            let lacks: i64 = covered.values().map(|one| one.places - one.places_done).sum();
            (corners.total, lacks, corners.rows)
        };
        let (before, lacks, _) = both("yz_1", CornerFilter::default()).await;
        assert_eq!(before, lacks);
        house.inspect("icu_a1", &id, ("ins_a1", "icu"), &[], now).await;
        let (after, lacks, rows) = both("yz_1", CornerFilter::default()).await;
        assert_eq!((after, lacks), (before - 1, before - 1));
        let icu =
            |one: &&campaign::Corner| one.institution_id == "ins_a1" && one.department == "icu";
        assert!(!rows.iter().any(|one| icu(&one)), "it has handed in");
        assert!(rows.iter().all(|one| one.items > 0));
        // A begun sheet is still a corner, and says how far it is.
        house.answers("icu_a1", &id, said(Answer::NotMet, "又发现", "02-20 11:00"), now).await;
        let icu_only = CornerFilter { department: Some("icu".into()), ..CornerFilter::default() };
        let (_, _, rows) = both("qu_a1", icu_only).await;
        let one = rows.iter().find(icu).unwrap();
        assert!(one.answered > 1 && one.started_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_draw_stays_sealed_until_its_last_check_is_done() {
    proves!("W35", "W40");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let at = on("03-02 09:00");
        let mate = house.column("select account_id from account where login = 'yz_2'").await;
        let (scope, same, mate) = (house.scope("yz_1").await, id.clone(), mate[0].clone());
        step!(house.db, |tx| {
            campaign::draw_spots(tx, &scope, (&same, "city"), ("seed-1", 1), &mate, at)
        })
        .unwrap();
        let seen = async |login: &str| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let draw = newest_draw(&mut tx, &scope, &id).await;
            let spots = spots_seen(&mut tx, &scope, &id).await;
            (draw.seed.clone(), draw.sealed(), spots)
        };
        assert_eq!(seen("yz_2").await, ("seed-1".to_owned(), false, 1));
        // printf 'seed-1' | sha256sum
        let closed = "0eb026731d9ea3f870511f8c18daeb814eaa2c9e276082b204f2a962212fb5bd";
        for login in ["qu_a1", "qu_b1", "med_a1", "icu_a1"] {
            let (seed, sealed, spots) = seen(login).await;
            assert!(sealed && spots == 0, "{login} is not forewarned");
            assert_eq!(seed, closed, "as sha256sum prints it");
        }
        let spot = house.column("select spot_check_id from spot_check").await.remove(0);
        let (scope, same) = (house.scope("yz_2").await, spot.clone());
        step!(house.db, |tx| looked(tx, &scope, &same, at)).unwrap();
        let (seed, sealed, _) = seen("med_a1").await;
        assert_eq!((&*seed, sealed), ("seed-1", false), "anybody can recompute it now");
    })
    .await;
}

async fn looked(
    tx: &mut store::Tx,
    scope: &store::Scope,
    spot: &str,
    at: Time,
) -> store::Result<()> {
    let seen = (Answer::Met, "");
    campaign::answer_spot(tx, scope, spot, ("icu", ITEM), seen, at).await?;
    campaign::carry_out(tx, scope, spot, "到位", at).await
}

//! Files as rows: the same bytes once, back as they came, for those who may see their subject.

use store::blob::{BYTES_MAX, Owner, attach, attached};
use store::{By, Result};

use crate::city::{refusal, step};
use crate::house::{House, NOW, on_both};

async fn put(house: &House, institution_id: &'static str, body: Vec<u8>) -> Result<String> {
    let by = By::system("test", NOW);
    step!(house.db, |tx| async move {
        let owner =
            Owner { institution_id, subject_kind: "alert", subject: "alr_1", kind: "photo" };
        attach(tx, &by, owner, "image/jpeg", &body, None).await
    })
}

#[tokio::test]
async fn files_come_back_byte_for_byte_to_those_who_may_see_them() {
    on_both(async |house| {
        let every_byte: Vec<u8> = (0..=255).chain([0, 0, 39, 92]).collect();
        let at_qing = put(&house, "ins_qing", every_byte.clone()).await.unwrap();
        let at_bai = put(&house, "ins_bai", every_byte.clone()).await.unwrap();
        assert_ne!(at_qing, at_bai);
        assert_eq!(house.number("select count(*) from blob").await, 1, "the same bytes once");
        assert_eq!(house.number("select size_bytes from blob").await, 260);
        for (login, sees) in [
            ("city", [true, true]),
            ("officer_a", [true, false]),
            ("duty_a", [true, false]),
            ("officer_b", [false, true]),
            ("head_qing", [true, false]),
            ("head_lan", [false, false]),
            ("head_bai", [false, true]),
            ("doctor_xu", [false, false]),
            ("head_lost", [false, false]),
            ("officer_lost", [false, false]),
        ] {
            let scope = house.scope(login).await;
            for (id, sees) in [&at_qing, &at_bai].into_iter().zip(sees) {
                let found = attached(&mut house.read().await, &scope, id).await.unwrap();
                assert_eq!(found.is_some(), sees, "{login}");
                if let Some(blob) = found {
                    assert_eq!(blob.body, every_byte);
                    assert_eq!(blob.media_type, "image/jpeg");
                }
            }
        }
        let scope = house.scope("city").await;
        assert!(attached(&mut house.read().await, &scope, "att_none").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn nothing_and_too_much_are_refused() {
    on_both(async |house| {
        assert_eq!(refusal(put(&house, "ins_qing", Vec::new()).await), "Image");
        assert_eq!(refusal(put(&house, "ins_qing", vec![7; BYTES_MAX + 1]).await), "Image");
        let id = put(&house, "ins_qing", vec![7; BYTES_MAX]).await.unwrap();
        let scope = house.scope("head_qing").await;
        let blob = attached(&mut house.read().await, &scope, &id).await.unwrap().unwrap();
        assert!(blob.body.len() == BYTES_MAX && blob.body.iter().all(|byte| *byte == 7));
    })
    .await;
}

//! Drives that the transfer service takes part in.

use store::transfer::{self, NewDrive};

use crate::city::{refusal, step};
use crate::house::{clock, on_both};
use crate::transfer_fleet::furnish;

const NOW: &str = "10:00";

#[tokio::test]
async fn a_drive_has_a_document_days_and_a_place_and_leads_to_its_campaign() {
    proves!("T18");
    on_both(async |house| {
        furnish(&house).await;
        let enter = async |login: &str, change: fn(&mut NewDrive)| {
            let scope = house.scope(login).await;
            let mut new = NewDrive {
                number: "淄卫〔2023〕演示 6 号".into(),
                title: ["急难愁盼百日攻坚".into(), "A hundred days".into()],
                region_code: None,
                from: clock("00:00"),
                until: clock("+100 00:00"),
            };
            change(&mut new);
            step!(house.db, |tx| transfer::add_drive(tx, &scope, &new, clock(NOW)))
        };
        assert_eq!(refusal(enter("manager_x", |_| {}).await), "NotAllowed");
        assert_eq!(refusal(enter("call", |_| {}).await), "NotAllowed");
        assert_eq!(refusal(enter("officer_t", |new| new.number = " ".into()).await), "Text");
        assert_eq!(refusal(enter("officer_t", |new| new.until = new.from).await), "Hours");
        let long: fn(&mut NewDrive) = |new| new.until = new.from.plus_days(801);
        assert_eq!(refusal(enter("officer_t", long).await), "Hours");
        let id = enter("officer_t", |_| {}).await.unwrap();
        assert_eq!(refusal(enter("officer_t", |_| {}).await), "Taken");
        let district: fn(&mut NewDrive) = |new| new.region_code = Some("320613".into());
        enter("officer_t", district).await.unwrap();
        let listed = async |login: &str| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            transfer::drives(&mut tx, &scope).await
        };
        assert_eq!(listed("officer_t").await.unwrap().len(), 2);
        let held = listed("manager_x").await.unwrap();
        assert_eq!(held.len(), 2, "a company sees what it is held to");
        assert_eq!(refusal(listed("call").await), "NotAllowed");
        assert!(listed("officer_t").await.unwrap().iter().all(|one| one.campaign_id.is_none()));
        house
            .raw(
                "insert into campaign (campaign_id, code, template, pack_version, title_zh,
                    title_en, number, issuer_zh, issuer_en, basis_zh, basis_en, contact_zh,
                    contact_en, begins_at, ends_at, plan, made_at, made_by, published_at)
                 values ('cmp_t', '2023T', 'x', '1', '百日', 'Days', '淄卫〔2023〕演示 6 号', '', '',
                    '', '', '', '', 1, 2, '{}', 1, 'x', 1)",
            )
            .await;
        let found = listed("officer_t").await.unwrap();
        assert_eq!(found[0].campaign_id.as_deref(), Some("cmp_t"));
        let withdraw = async |login: &str| {
            let (scope, id) = (house.scope(login).await, id.clone());
            step!(house.db, |tx| transfer::withdraw_drive(tx, &scope, &id, clock(NOW)))
        };
        assert_eq!(refusal(withdraw("manager_x").await), "NotAllowed");
        withdraw("officer_t").await.unwrap();
        assert_eq!(refusal(withdraw("officer_t").await), "NotAllowed");
        assert_eq!(listed("officer_t").await.unwrap().len(), 1);
        enter("officer_t", |_| {}).await.unwrap();
    })
    .await;
}

//! The library of policy documents: three people, versions by number, and who reads what.

use rules::account::AccountRole;
use store::account::{self, NewAccount};
use store::page::Slice;
use store::policy::{self, NewPolicy, PolicyFilter};
use store::{By, Result, Tx};

use crate::campaign_city::{furnish, on};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

fn paper(number: &str, public: bool) -> NewPolicy {
    NewPolicy {
        number: number.into(),
        title: ["卫生监督执法与质量控制协同行动方案".into(), "Plan of joint action".into()],
        issuer: "市卫生健康局".into(),
        issued_at: on("02-01 00:00"),
        body: "第一条　协同行动。".into(),
        link: String::new(),
        public,
    }
}

impl House {
    async fn paper(&self, login: &str, new: NewPolicy) -> Result<String> {
        let scope = self.scope(login).await;
        step!(self.db, |tx| policy::add_policy(tx, &scope, &new, on("02-10 09:00")))
    }

    async fn turn(&self, login: &str, id: &str, step: &'static str) -> Result<()> {
        let (scope, id) = (self.scope(login).await, id.to_owned());
        step!(self.db, |tx| policy::step_policy(tx, &scope, &id, step, on("02-10 10:00")))
    }

    async fn shelf(&self, login: &str, filter: PolicyFilter) -> Vec<String> {
        let (scope, mut tx) = (self.scope(login).await, self.read().await);
        let listed = policy::policies(&mut tx, &scope, &filter, Slice::first(9)).await.unwrap();
        listed.rows.iter().map(|one| format!("{} v{}", one.number, one.version)).collect()
    }

    async fn counter(&self, text: Option<&str>) -> Vec<String> {
        let mut tx = self.read().await;
        let listed = policy::public_policies(&mut tx, text, Slice::first(9)).await.unwrap();
        listed.rows.iter().map(|one| format!("{} v{}", one.number, one.version)).collect()
    }
}

async fn clerk(tx: &mut Tx) -> Result<String> {
    let new = NewAccount {
        login: "qc_1".into(),
        role: AccountRole::QcClerk,
        name_zh: "质控".into(),
        name_en: "QC".into(),
        region_code: None,
        institution_id: None,
        practitioner_id: None,
        hospital_id: None,
        department: None,
        password_hash: "argon2".into(),
        operator_id: None,
        crew_id: None,
        site_id: None,
    };
    account::open(tx, &By::system("seed", on("01-01 09:00")), &new).await
}

#[tokio::test]
async fn a_document_is_read_after_three_people_and_by_its_newest_version() {
    proves!("Z3", "Z28");
    on_both(async |house| {
        furnish(&house).await;
        step!(house.db, |tx| clerk(tx)).unwrap();
        let all = PolicyFilter::default;
        for (login, expected) in [("qu_a1", "NotAllowed"), ("med_a1", "NotAllowed")] {
            assert_eq!(refusal(house.paper(login, paper("珠卫〔2025〕1号", true)).await), expected);
        }
        for (spoil, expected) in [
            ((|new| new.body = " ".into()) as fn(&mut NewPolicy), "Text"),
            (|new| new.body = "长".repeat(8_001), "Text"),
            (|new| new.number = String::new(), "Text"),
            (|new| new.link = "javascript:alert(1)".into(), "Address"),
            (|new| new.issued_at = on("03-01 00:00"), "Hours"),
        ] {
            let mut new = paper("珠卫〔2025〕1号", true);
            spoil(&mut new);
            assert_eq!(refusal(house.paper("yz_1", new).await), expected);
        }
        let first = house.paper("yz_1", paper("珠卫〔2025〕1号", true)).await.unwrap();
        assert_eq!(house.counter(None).await, [] as [&str; 0], "a draft is nobody's to read");
        assert_eq!(house.shelf("med_a1", all()).await, [] as [&str; 0]);
        assert_eq!(house.shelf("qc_1", all()).await, ["珠卫〔2025〕1号 v1"]);
        assert_eq!(refusal(house.turn("yz_2", &first, "approve").await), "NotAllowed");
        assert_eq!(refusal(house.turn("yz_1", &first, "review").await), "SamePerson");
        house.turn("qc_1", &first, "review").await.unwrap();
        assert_eq!(refusal(house.turn("qc_1", &first, "approve").await), "SamePerson");
        house.turn("yz_2", &first, "approve").await.unwrap();
        assert_eq!(house.counter(Some("协同")).await, ["珠卫〔2025〕1号 v1"]);
        assert_eq!(house.counter(Some("%")).await, [] as [&str; 0], "a sign is a sign");
        // The next version is for those who sign in: the public keeps the one it has.
        let next = house.paper("yz_2", paper("珠卫〔2025〕1号", false)).await.unwrap();
        house.turn("yz_1", &next, "review").await.unwrap();
        house.turn("yz_3", &next, "approve").await.unwrap();
        assert_eq!(house.counter(None).await, ["珠卫〔2025〕1号 v1"]);
        assert_eq!(house.shelf("med_a1", all()).await, ["珠卫〔2025〕1号 v2"]);
        assert_eq!(house.shelf("yz_1", all()).await, ["珠卫〔2025〕1号 v2", "珠卫〔2025〕1号 v1"]);
        let mut tx = house.read().await;
        assert_eq!(refusal(policy::public_policy(&mut tx, &next).await), "NotFound");
        let med = house.scope("med_a1").await;
        assert_eq!(policy::policy(&mut tx, &med, &first).await.unwrap().version, 1);
        drop(tx);
        house.turn("yz_1", &first, "withdraw").await.unwrap();
        assert_eq!(refusal(house.turn("yz_1", &first, "withdraw").await), "NotAllowed");
        assert_eq!(house.counter(None).await, [] as [&str; 0]);
        let gone = PolicyFilter { state: Some("withdrawn".into()), ..all() };
        assert_eq!(house.shelf("yz_1", gone).await, ["珠卫〔2025〕1号 v1"]);
    })
    .await;
}

/// Functions of this drawer that take a scope: what each refuses stands in the story above.
pub const POLICY_FUNCTIONS: [&str; 4] =
    ["policy::add_policy", "policy::policies", "policy::policy", "policy::step_policy"];

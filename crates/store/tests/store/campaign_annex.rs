//! Annexes add up: at every moment each line's sum is the sum of its approved institutions' cells,
//! the city's the sum of its lines, and each counted cell the number of entries behind it.

use rules::campaign::{Fix, Step, SubmissionStep};
use store::campaign::{self, CellEdit, Doing};
use store::page::Slice;

use crate::campaign::{finding, text};
use crate::campaign_city::{UNITS, furnish, on};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

/// xorshift64*: the same story every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).unwrap() % sides
    }
}

const ENTERED: [&str; 2] = ["meetings", "trained"];
const AT: &str = "03-12 09:00";

struct Story<'h> {
    house: &'h House,
    id: String,
    dice: Dice,
    done: usize,
    refused: usize,
}

impl Story<'_> {
    async fn edit(&mut self, unit: &str) -> bool {
        let cell = ENTERED[self.dice.roll(2)];
        let value = i64::try_from(self.dice.roll(50)).unwrap();
        let sql = format!(
            "select cast(coalesce(max(revision), 0) as text) from annex_value
             where institution_id = 'ins_{unit}' and cell = '{cell}'"
        );
        let known: i64 = self.house.column(&sql).await[0].parse().unwrap();
        let revision = if self.dice.roll(10) == 0 { known + 1 } else { known };
        let edit = CellEdit { cell: cell.into(), value: Some(value), reason: "".into(), revision };
        let (scope, id) = (self.house.scope(&format!("med_{unit}")).await, self.id.clone());
        let (holder, at) = (format!("ins_{unit}"), on(AT));
        let edited = step!(self.house.db, |tx| {
            campaign::edit_cell(tx, &scope, (&id, "annex_1", &holder), &edit, at)
        });
        edited.is_ok()
    }

    async fn hand(&mut self, login: &str, holder: &str, step: SubmissionStep) -> bool {
        let what = (&*self.id.clone(), "annex_1", holder);
        self.house.handed(login, what, step, "随机", AT).await.is_ok()
    }

    /// The ledger moves on meanwhile: what was handed in does not.
    async fn problem(&mut self, unit: &str, department: &str) -> bool {
        let items = ["rounds", "deaths", "records", "consultation", "handover"];
        let item = format!("core_systems.{}", items[self.dice.roll(items.len())]);
        let new = finding(&self.id, &format!("ins_{unit}"), department, &item);
        let login = format!("{department}_{unit}");
        let Ok(problem) = self.house.found(&login, new, AT).await else { return false };
        let at_once = Doing { fix: Some(Fix::Immediate), ..text("") };
        let med = format!("med_{unit}");
        let _ = self.house.take(&med, &problem, Step::File, at_once, AT).await;
        let _ = self.house.take(&login, &problem, Step::Submit, text("改"), AT).await;
        let _ = self.house.take(&med, &problem, Step::Verify, text(""), AT).await;
        if self.dice.roll(2) == 0 {
            let mate = format!("mate_{unit}");
            let _ = self.house.take(&mate, &problem, Step::StrikeOff, text(""), AT).await;
        }
        true
    }

    async fn one(&mut self) {
        let (id, _, district, branch, _, departments) = UNITS[self.dice.roll(UNITS.len())];
        let unit = id.trim_start_matches("ins_").to_owned();
        let territorial = branch == rules::campaign::Branch::Territorial;
        let line = branch.line(district);
        let bureau = match (territorial, district) {
            (false, _) => "yz_1",
            (true, "320613") => "qu_a1",
            _ => "qu_b1",
        };
        let med = format!("med_{unit}");
        use SubmissionStep as S;
        let fine = match self.dice.roll(16) {
            0..=3 => self.edit(&unit).await,
            4..=6 => self.hand(&med, id, S::Submit).await,
            7 => self.hand(&med, id, S::Withdraw).await,
            8..=9 => self.hand(bureau, id, S::Approve).await,
            10 => self.hand(bureau, id, S::Return).await,
            11 => self.hand(bureau, id, S::Unapprove).await,
            12 => self.hand(bureau, &line, S::Submit).await,
            13 => self.hand("yz_2", &line, S::Approve).await,
            14 => {
                let back = if self.dice.roll(2) == 0 { S::Return } else { S::Unapprove };
                self.hand("yz_2", &line, back).await
            }
            _ => self.problem(&unit, departments[0]).await,
        };
        if fine { self.done += 1 } else { self.refused += 1 }
    }

    /// What the tables say, computed anew.
    async fn check(&self) {
        let house = self.house;
        let wrong = "select count(*) from (
            select annex_value.branch, cell, sum(value) as total, count(*) as institutions
            from annex_value join submission on submission.campaign_id = annex_value.campaign_id
               and deliverable = annex and holder = institution_id and state = 'approved'
            where value is not null group by annex_value.branch, cell) as anew
            full outer join (select branch, cell, total, institutions from annex_total
               where institutions > 0) as kept
               on kept.branch = anew.branch and kept.cell = anew.cell
            where kept.total is null or anew.total is null or kept.total <> anew.total
               or kept.institutions <> anew.institutions";
        assert_eq!(house.number(wrong).await, 0, "{:?} after {}", house.engine, self.done);
        let behind = "select count(*) from annex_value
            join submission on submission.campaign_id = annex_value.campaign_id
               and deliverable = annex and holder = annex_value.institution_id
               and state in ('submitted', 'approved')
            where cell in ('found', 'self_found', 'spot_found', 'struck_off', 'major', 'reopened')
              and value <> (select count(*) from annex_entry
                 where annex_entry.campaign_id = annex_value.campaign_id
                   and annex_entry.annex = annex_value.annex
                   and annex_entry.institution_id = annex_value.institution_id
                   and annex_entry.cell = annex_value.cell)";
        assert_eq!(house.number(behind).await, 0, "{:?} after {}", house.engine, self.done);
        let (city, mut tx) = (house.scope("yz_1").await, house.read().await);
        let sums = campaign::roll_up(&mut tx, &city, &self.id, "annex_1").await.unwrap();
        let of_city: i64 = sums
            .iter()
            .filter(|one| one.cell == "found" && one.counts())
            .map(|one| one.total)
            .sum();
        let place = (&*self.id, "annex_1", "found");
        let all = Slice::first(1_000);
        let entries =
            campaign::annex_entries(&mut tx, &city, place, (None, None), all).await.unwrap();
        assert_eq!(entries.total, of_city, "{:?} after {}", house.engine, self.done);
    }
}

const STEPS: usize = 2_000;

#[tokio::test]
async fn an_annex_equals_the_sum_of_its_entries_whatever_happens() {
    proves!("W47", "W48");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let mut story = Story { house: &house, id, dice: Dice(20_170_305), done: 0, refused: 0 };
        for number in 1..=STEPS {
            story.one().await;
            if number % 50 == 0 {
                story.check().await;
            }
        }
        // The dice reached both what is allowed and what is not.
        assert!(story.done > 300 && story.refused > 300, "{} {}", story.done, story.refused);
        let lines = house.number("select count(*) from submission_step where holder = '320613'");
        assert!(lines.await > 3);
    })
    .await;
}

#[tokio::test]
async fn thirty_two_approvals_count_once_and_thirty_two_findings_get_one_number() {
    proves!("W42");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        for cell in ENTERED {
            let (scope, id) = (house.scope("med_a2").await, id.clone());
            let (reason, cell) = (String::new(), cell.to_owned());
            let edit = CellEdit { cell, value: Some(7), reason, revision: 0 };
            step!(house.db, |tx| {
                let place = (&*id, "annex_1", "ins_a2");
                campaign::edit_cell(tx, &scope, place, &edit, on(AT))
            })
            .unwrap();
        }
        let findings = (0..32).map(|_| {
            let new = finding(&id, "ins_a2", "icu", "core_systems.rounds");
            house.found("icu_a2", new, AT)
        });
        let found = futures_util::future::join_all(findings).await;
        assert!(found.iter().all(Result::is_ok));
        assert_eq!(house.column("select number from problem").await, ["WX002-2017A-001"]);
        assert_eq!(house.number("select repeats from problem").await, 31);
        let what = (&*id, "annex_1", "ins_a2");
        house.handed("med_a2", what, SubmissionStep::Submit, "", AT).await.unwrap();
        let approvals =
            (0..32).map(|_| house.handed("qu_a1", what, SubmissionStep::Approve, "", AT));
        let approved = futures_util::future::join_all(approvals).await;
        assert_eq!(approved.iter().filter(|one| one.is_ok()).count(), 1);
        let sum = "select total from annex_total where cell = 'trained'";
        assert_eq!(house.number(sum).await, 7);
        // The district hands in only with all children, or says who is missing.
        let line = (&*id, "annex_1", "320613");
        let early = house.handed("qu_a1", line, SubmissionStep::Submit, "", AT).await;
        assert_eq!(refusal(early), "Children");
        let why = "两家停业";
        house.handed("qu_a1", line, SubmissionStep::Submit, why, AT).await.unwrap();
        let below = house.handed("qu_a1", what, SubmissionStep::Unapprove, "x", AT).await;
        assert_eq!(refusal(below), "Locked");
    })
    .await;
}

#[tokio::test]
async fn a_number_is_traced_to_its_entries_by_those_who_may_see_them() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let mut story = Story { house: &house, id, dice: Dice(7), done: 0, refused: 0 };
        for unit in ["a1", "a2", "p1"] {
            assert!(story.problem(unit, "icu").await);
            for cell in ENTERED {
                let (scope, id) = (house.scope(&format!("med_{unit}")).await, story.id.clone());
                let edit = CellEdit {
                    cell: cell.into(),
                    value: Some(1),
                    reason: String::new(),
                    revision: 0,
                };
                let holder = format!("ins_{unit}");
                step!(house.db, |tx| {
                    let place = (&*id, "annex_1", &*holder);
                    campaign::edit_cell(tx, &scope, place, &edit, on(AT))
                })
                .unwrap();
            }
            let (med, holder) = (format!("med_{unit}"), format!("ins_{unit}"));
            assert!(story.hand(&med, &holder, SubmissionStep::Submit).await);
        }
        assert!(story.hand("qu_a1", "ins_a1", SubmissionStep::Approve).await);
        assert!(story.hand("yz_1", "ins_p1", SubmissionStep::Approve).await);
        let seen = async |login: &str, branch: Option<&str>, of: Option<&str>| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let place = (&*story.id, "annex_1", "found");
            let all = Slice::first(10);
            campaign::annex_entries(&mut tx, &scope, place, (branch, of), all).await.unwrap().total
        };
        assert_eq!(seen("yz_1", None, None).await, 1, "the district is not approved yet");
        assert_eq!(seen("yz_1", Some("320613"), None).await, 1);
        assert_eq!(seen("qu_a1", Some("320613"), None).await, 1, "of what it approved");
        assert_eq!(seen("qu_a1", None, Some("ins_a2")).await, 1, "one submission by itself");
        assert_eq!(seen("qu_a1", None, Some("ins_p1")).await, 0, "not its unit");
        assert_eq!(seen("qu_b1", Some("320613"), None).await, 0);
        assert_eq!(seen("med_a1", None, Some("ins_a1")).await, 1);
        assert_eq!(seen("med_a1", None, Some("ins_a2")).await, 0);
    })
    .await;
}

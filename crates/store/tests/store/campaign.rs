//! A campaign from its notice to its summary, told on both databases.

use rules::campaign::{Answer, Fix, Mending, ProblemState, Source, Step, SubmissionStep, Weight};
use store::campaign::{self, CellEdit, Doing, Finding, Handing, LedgerFilter, Make, NewNotice};
use store::page::Slice;
use store::{Refusal, deadline, register};

use crate::campaign_city::{furnish, on};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

const CORE: &str = "core_systems.surgical_safety";

impl House {
    pub async fn take(
        &self,
        login: &str,
        problem: &str,
        step: Step,
        doing: Doing,
        at: &str,
    ) -> store::Result<()> {
        let (scope, problem, at) = (self.scope(login).await, problem.to_owned(), on(at));
        step!(self.db, |tx| campaign::step(tx, &scope, &problem, step, &doing, at))
    }

    pub async fn handed(
        &self,
        login: &str,
        (id, what, holder): (&str, &str, &str),
        step: SubmissionStep,
        text: &'static str,
        at: &str,
    ) -> store::Result<rules::campaign::SubmissionState> {
        let (scope, at) = (self.scope(login).await, on(at));
        let (id, what, holder) = (id.to_owned(), what.to_owned(), holder.to_owned());
        step!(self.db, |tx| {
            let handing = Handing { campaign_id: &id, deliverable: &what, holder: &holder };
            campaign::hand(tx, &scope, handing, step, text, at)
        })
    }

    pub async fn found(&self, login: &str, finding: Finding, at: &str) -> store::Result<String> {
        let (scope, at) = (self.scope(login).await, on(at));
        step!(self.db, |tx| campaign::find(tx, &scope, &finding, at))
    }

    async fn number_of(&self, login: &str, problem: &str) -> (String, String) {
        let (scope, mut tx) = (self.scope(login).await, self.read().await);
        let row = campaign::problem(&mut tx, &scope, problem).await.unwrap();
        (row.number, row.state)
    }

    /// Fills the sections of a report.
    async fn written(&self, login: &str, (id, what, holder): (&str, &str, &str), at: &str) {
        let (scope, at) = (self.scope(login).await, on(at));
        let mut tx = self.read().await;
        let plan = campaign::campaign(&mut tx, &scope, id).await.unwrap().plan;
        drop(tx);
        for section in plan.sections_of(what) {
            let (id, what, holder) = (id.to_owned(), what.to_owned(), holder.to_owned());
            let (scope, code) = (scope.clone(), section.code.clone());
            step!(self.db, |tx| {
                let handing = Handing { campaign_id: &id, deliverable: &what, holder: &holder };
                campaign::write_section(tx, &scope, handing, (&code, "已完成"), at)
            })
            .unwrap();
        }
    }
}

pub fn finding(id: &str, institution: &str, department: &str, item: &str) -> Finding {
    Finding {
        campaign_id: id.into(),
        institution_id: institution.into(),
        department: department.into(),
        item: Some(item.into()),
        source: Source::SelfInspection,
        weight: Weight::Ordinary,
        text: "核查表缺签名".into(),
        spot_check_id: None,
    }
}

pub fn text(text: &str) -> Doing {
    Doing { text: text.into(), ..Doing::default() }
}

#[tokio::test]
async fn a_campaign_is_published_by_three_people() {
    proves!("W1", "W64", "Z28");
    on_both(async |house| {
        furnish(&house).await;
        let make = |code: &str, from: &str| Make {
            code: code.into(),
            from: from.into(),
            moved_days: 0,
            number: None,
            title: None,
            parent_id: None,
        };
        let (author, at) = (house.scope("yz_1").await, on("02-09 10:00"));
        let first = make("2017A", "wuxi_2017_a");
        let id = step!(house.db, |tx| campaign::create(tx, &author, &first, at)).unwrap();
        let (author, same) = (house.scope("yz_1").await, make("2017A", "wuxi_2017_b"));
        let again = step!(house.db, |tx| campaign::create(tx, &author, &same, at));
        assert_eq!(refusal(again), "Code");
        let district = house.scope("qu_a1").await;
        let (other, from) = (district.clone(), make("2017D", "wuxi_2017_b"));
        assert_eq!(
            refusal(step!(house.db, |tx| campaign::create(tx, &other, &from, at))),
            "NotAllowed"
        );
        // A draft is the city's alone.
        let mut tx = house.read().await;
        assert_eq!(refusal(campaign::campaign(&mut tx, &district, &id).await), "NotFound");
        drop(tx);
        let act = async |login: &str, publish: bool| {
            let (scope, id) = (house.scope(login).await, id.clone());
            if publish {
                step!(house.db, |tx| campaign::publish(tx, &scope, &id, at)).map(drop)
            } else {
                step!(house.db, |tx| campaign::review(tx, &scope, &id, at))
            }
        };
        assert_eq!(refusal(act("yz_3", true).await), "NotAllowed", "not reviewed yet");
        assert_eq!(refusal(act("yz_1", false).await), "SamePerson");
        act("yz_2", false).await.unwrap();
        assert_eq!(refusal(act("yz_2", true).await), "SamePerson");
        assert_eq!(refusal(act("yz_1", true).await), "SamePerson");
        act("yz_3", true).await.unwrap();
        let mut tx = house.read().await;
        let read = campaign::campaign(&mut tx, &district, &id).await.unwrap();
        assert_eq!(read.number, "锡卫医〔2017〕演示号");
        let lines = campaign::targets(&mut tx, &district, &id).await.unwrap();
        let names: Vec<&str> = lines.iter().map(|one| &*one.institution_id).collect();
        assert_eq!(names, ["ins_a1", "ins_a2", "ins_a3"], "the provincial unit is nobody's here");
        let all = campaign::targets(&mut tx, &house.scope("yz_2").await, &id).await.unwrap();
        assert_eq!(all.len(), 7);
        drop(tx);
        // A clone begins a year later; its ledger has numbers of its own.
        let clone = Make { moved_days: 365, ..make("2018A", &id) };
        let author = house.scope("yz_1").await;
        let cloned = step!(house.db, |tx| campaign::create(tx, &author, &clone, at)).unwrap();
        let mut tx = house.read().await;
        let (scope, year) = (house.scope("yz_1").await, 365);
        let read = campaign::campaign(&mut tx, &scope, &cloned).await.unwrap();
        assert_eq!(read.begins_at, on("02-10 00:00").plus_days(year).0);
    })
    .await;
}

#[tokio::test]
async fn a_problem_goes_from_found_to_struck_off_by_a_second_person_and_comes_back() {
    proves!("W31", "W32", "W33");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let at = on("02-14 10:00");
        let found = house.inspect("icu_a1", &id, ("ins_a1", "icu"), &[CORE], at).await;
        assert_eq!(found, 1);
        let problem = house.column("select problem_id from problem").await.remove(0);
        let (number, state) = house.number_of("med_a1", &problem).await;
        assert_eq!((&*number, &*state), ("WX001-2017A-001", "found"));
        // The item is especially important by the list, so its clock runs; here the hospital
        // reports nothing and strikes off before it climbs.
        let planned = Doing { fix: Some(Fix::Planned), ..text("") };
        house.take("med_a1", &problem, Step::File, planned, "02-14 11:00").await.unwrap();
        let icu = house.scope("icu_a1").await.account().unwrap().account_id.clone();
        let plan = Doing {
            owner: Some("ICU 主任".into()),
            owner_account: Some(icu),
            due_at: Some(on("02-20 00:00")),
            ..text("补签并培训")
        };
        house.take("med_a1", &problem, Step::Plan, plan, "02-14 12:00").await.unwrap();
        house.take("icu_a1", &problem, Step::Start, text(""), "02-14 13:00").await.unwrap();
        house.take("icu_a1", &problem, Step::Submit, text("已补签"), "02-14 15:00").await.unwrap();
        // Who mends does not verify, not even somebody else's hand in the same department.
        let wrong = house.take("icu_a1", &problem, Step::Verify, text(""), "02-14 16:00").await;
        assert_eq!(refusal(wrong), "NotAllowed");
        house
            .take("med_a1", &problem, Step::Verify, text("现场看过"), "02-14 17:00")
            .await
            .unwrap();
        house.take("mate_a1", &problem, Step::StrikeOff, text(""), "02-14 18:00").await.unwrap();
        assert_eq!(house.number_of("med_a1", &problem).await.1, "struck_off");
        // The same item fails again there: the old number opens by itself.
        let again = finding(&id, "ins_a1", "icu", CORE);
        let same = house.found("icu_a1", again, "02-16 09:00").await.unwrap();
        assert_eq!(same, problem);
        let (number, state) = house.number_of("med_a1", &problem).await;
        assert_eq!((&*number, &*state), ("WX001-2017A-001", "reopened"));
        let counts = {
            let (scope, mut tx) = (house.scope("yz_1").await, house.read().await);
            campaign::ledger_counts(&mut tx, &scope, &id, on("02-16 10:00")).await.unwrap()
        };
        assert_eq!((counts.all, counts.reopened, counts.ends, counts.returns), (1, 1, 1, 1));
        // Nothing of what people wrote stands in the log.
        let said =
            house.column("select particulars from event where particulars like '%签%'").await;
        assert_eq!(said, [] as [String; 0]);
    })
    .await;
}

#[tokio::test]
async fn whoever_mends_is_told_that_another_verifies() {
    proves!("W60");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let item = "core_systems.rounds";
        let problem = finding(&id, "ins_a2", "icu", item);
        let problem = house.found("icu_a2", problem, "02-14 09:00").await.unwrap();
        let at_once = Doing { fix: Some(Fix::Immediate), ..text("") };
        house.take("med_a2", &problem, Step::File, at_once, "02-14 10:00").await.unwrap();
        house
            .take("med_a2", &problem, Step::Submit, text("当场改好"), "02-14 10:05")
            .await
            .unwrap();
        let own = house.take("med_a2", &problem, Step::Verify, text(""), "02-14 10:06").await;
        assert_eq!(refusal(own), "SamePerson");
        house.take("mate_a2", &problem, Step::Verify, text(""), "02-14 10:07").await.unwrap();
        let own = house.take("med_a2", &problem, Step::StrikeOff, text(""), "02-14 10:08").await;
        assert_eq!(refusal(own), "SamePerson");
        house.take("first_a2", &problem, Step::StrikeOff, text(""), "02-14 10:09").await.unwrap();
        // Somebody of another hospital does not even find it.
        let other = house.take("med_b1", &problem, Step::Reopen, text("x"), "02-14 11:00").await;
        assert_eq!(refusal(other), "NotFound");
        let elsewhere = house.take("qu_b1", &problem, Step::Reopen, text("x"), "02-14 11:00").await;
        assert_eq!(refusal(elsewhere), "NotFound");
    })
    .await;
}

#[tokio::test]
async fn an_important_problem_climbs_to_district_and_city_by_itself() {
    proves!("W34", "W36");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let item = "haemodialysis.zones_hbv";
        let of = async |login: &str, institution: &str, department: &str| {
            let new = finding(&id, institution, department, item);
            house.found(login, new, "02-14 09:00").await.unwrap()
        };
        let district = of("dialysis_b2", "ins_b2", "dialysis").await;
        let provincial = of("icu_p1", "ins_p1", "icu").await;
        let reached = async |problem: &str| {
            house
                .column(&format!("select reached from problem where problem_id = '{problem}'"))
                .await
        };
        deadline::fire(&house.db, on("02-15 08:59:59")).await.unwrap();
        assert_eq!(reached(&district).await, ["institution"]);
        deadline::fire(&house.db, on("02-15 09:00:00")).await.unwrap();
        assert_eq!(reached(&district).await, ["district"]);
        assert_eq!(reached(&provincial).await, ["city"], "no district stands between");
        deadline::fire(&house.db, on("02-16 09:00:00")).await.unwrap();
        assert_eq!(reached(&district).await, ["city"]);
        // What reached the city is struck off by the city.
        let at_once = Doing { fix: Some(Fix::Immediate), ..text("") };
        house.take("med_b2", &district, Step::File, at_once, "02-16 10:00").await.unwrap();
        house
            .take("dialysis_b2", &district, Step::Submit, text("分区"), "02-16 11:00")
            .await
            .unwrap();
        house.take("med_b2", &district, Step::Verify, text(""), "02-16 12:00").await.unwrap();
        for login in ["first_b2", "qu_b1"] {
            let early =
                house.take(login, &district, Step::StrikeOff, text(""), "02-16 13:00").await;
            assert_eq!(refusal(early), "BureauOnly", "{login}");
        }
        house.take("yz_1", &district, Step::StrikeOff, text(""), "02-16 14:00").await.unwrap();
        assert_eq!(deadline::fire(&house.db, on("02-19 10:00")).await.unwrap(), 0);
    })
    .await;
}

/// Inspects every place of an institution.
async fn inspect_all(house: &House, id: &str, unit: &str, departments: &[&str], at: &str) {
    let (med, institution) = (format!("med_{unit}"), format!("ins_{unit}"));
    house.inspect(&med, id, (&institution, "whole"), &[], on(at)).await;
    for department in departments {
        let login = format!("{department}_{unit}");
        house.inspect(&login, id, (&institution, department), &[], on(at)).await;
    }
}

#[tokio::test]
async fn the_last_second_is_in_time_and_midnight_is_late() {
    proves!("W28", "W55", "W30");
    on_both(async |house| {
        furnish(&house).await;
        for (template, code, last, late) in [
            ("wuxi_2017_a", "2017A", "02-28 23:59:59", "03-01 00:00:00"),
            ("wuxi_2017_b", "2017B", "03-04 23:59:59", "03-05 00:00:00"),
        ] {
            let id = house.published(template, code, on("02-10 09:00")).await;
            inspect_all(&house, &id, "a2", &["icu"], "02-20 10:00").await;
            inspect_all(&house, &id, "b1", &["icu"], "02-20 10:00").await;
            for (unit, at) in [("a2", last), ("b1", late)] {
                let (med, holder) = (format!("med_{unit}"), format!("ins_{unit}"));
                let what = (&*id, "self_report", &*holder);
                let empty = house.handed(&med, what, SubmissionStep::Submit, "", at).await;
                assert_eq!(refusal(empty), "Incomplete", "nothing is written yet");
                house.written(&med, what, "02-21 10:00").await;
                house.handed(&med, what, SubmissionStep::Submit, "", at).await.unwrap();
            }
            let city = house.scope("yz_1").await;
            let mut tx = house.read().await;
            let lines = campaign::completeness(&mut tx, &city, &id, "self_report").await.unwrap();
            let figures: Vec<(&str, i64, i64, i64)> = lines
                .iter()
                .map(|one| (&*one.branch, one.expected, one.came, one.in_time))
                .collect();
            let expected = [("320613", 3, 1, 1), ("320614", 3, 1, 0), ("provincial", 1, 0, 0)];
            assert_eq!(figures, expected, "{code}");
            let covered = campaign::coverage(&mut tx, &city, &id, on("03-05 10:00")).await.unwrap();
            assert!(!covered["320613"].whole());
            let own = house.scope("med_a2").await;
            let covered = campaign::coverage(&mut tx, &own, &id, on("03-05 10:00")).await.unwrap();
            assert!(covered["320613"].whole(), "{code}: {:?}", covered["320613"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_report_waits_for_every_corner_and_a_closed_department_is_no_corner() {
    proves!("W9");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let what = (&*id, "self_report", "ins_a1");
        house.written("med_a1", what, "02-20 10:00").await;
        inspect_all(&house, &id, "a1", &["icu"], "02-20 10:00").await;
        let submit = SubmissionStep::Submit;
        let early = house.handed("med_a1", what, submit, "", "02-21 09:00").await;
        assert_eq!(refusal(early), "Incomplete", "the dialysis room has not handed in");
        // A draft of the room stays when it closes in the middle of the campaign.
        let (scope, at) = (house.scope("dialysis_a1").await, on("02-21 10:00"));
        let (same, edit) = (
            id.clone(),
            campaign::AnswerEdit {
                item: "haemodialysis.tests".into(),
                answer: Answer::Met,
                note: String::new(),
                answered_at: at,
                mending: Mending::default(),
            },
        );
        step!(house.db, |tx| {
            let place = (&*same, "ins_a1", "dialysis");
            campaign::answer_items(tx, &scope, place, std::slice::from_ref(&edit), at)
        })
        .unwrap();
        let by = store::By::system("register", on("02-22 09:00"));
        step!(house.db, |tx| register::close_department(tx, &by, "ins_a1", "dialysis")).unwrap();
        house.handed("med_a1", what, submit, "", "02-22 10:00").await.unwrap();
        let kept = "select count(*) from self_inspection_answer where department = 'dialysis'";
        assert_eq!(house.number(kept).await, 1);
        // Handed in, nothing changes until it is returned.
        let (scope, same) = (house.scope("icu_a1").await, id.clone());
        let later = campaign::AnswerEdit {
            item: CORE.into(),
            answer: Answer::NotMet,
            note: "又发现".into(),
            answered_at: on("02-22 11:00"),
            mending: Mending::default(),
        };
        let locked = step!(house.db, |tx| {
            let place = (&*same, "ins_a1", "icu");
            campaign::answer_items(tx, &scope, place, std::slice::from_ref(&later), at)
        });
        assert_eq!(refusal(locked), "Locked");
        let back = SubmissionStep::Return;
        let silent = house.handed("qu_a1", what, back, "", "02-23 09:00").await;
        assert_eq!(refusal(silent), "Reason");
        house.handed("qu_a1", what, back, "缺血透室说明", "02-23 09:00").await.unwrap();
        house.handed("med_a1", what, submit, "", "03-02 09:00").await.unwrap();
        let first = "select count(*) from submission where first_submitted_at < held_to_at
                     and returns = 1";
        assert_eq!(house.number(first).await, 1, "it came in time; a return does not make it late");
    })
    .await;
}

#[tokio::test]
async fn a_deadline_that_moves_changes_no_verdict() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        inspect_all(&house, &id, "a2", &["icu"], "02-20 10:00").await;
        let what = (&*id, "self_report", "ins_a2");
        house.written("med_a2", what, "02-20 10:00").await;
        house.handed("med_a2", what, SubmissionStep::Submit, "", "02-27 10:00").await.unwrap();
        let moved = async |due: &str, reason: &'static str| {
            let (city, id, due) = (house.scope("yz_1").await, id.clone(), on(due));
            let at = on("02-27 12:00");
            step!(house.db, |tx| {
                campaign::move_deadline(tx, &city, &id, "self_report", (due, reason), at)
            })
        };
        assert_eq!(refusal(moved("02-26 00:00", " ").await), "Reason");
        moved("02-26 00:00", "提前汇总").await.unwrap();
        let (city, mut tx) = (house.scope("yz_1").await, house.read().await);
        let lines = campaign::completeness(&mut tx, &city, &id, "self_report").await.unwrap();
        assert_eq!((lines[0].came, lines[0].in_time), (1, 1), "in time by what held then");
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_campaign_loses_nothing() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let new = finding(&id, "ins_a1", "icu", "core_systems.rounds");
        let problem = house.found("icu_a1", new, "02-14 09:00").await.unwrap();
        let (city, same, at) = (house.scope("yz_1").await, id.clone(), on("02-15 09:00"));
        step!(house.db, |tx| campaign::cancel(tx, &city, &same, "并入省级行动", at)).unwrap();
        let more = finding(&id, "ins_a1", "icu", "core_systems.deaths");
        assert_eq!(refusal(house.found("icu_a1", more, "02-15 10:00").await), "CampaignClosed");
        // What is open is still mended and struck off.
        let at_once = Doing { fix: Some(Fix::Immediate), ..text("") };
        house.take("med_a1", &problem, Step::File, at_once, "02-15 11:00").await.unwrap();
        house.take("icu_a1", &problem, Step::Submit, text("改"), "02-15 12:00").await.unwrap();
        house.take("med_a1", &problem, Step::Verify, text(""), "02-15 13:00").await.unwrap();
        house.take("mate_a1", &problem, Step::StrikeOff, text(""), "02-15 14:00").await.unwrap();
        let (scope, mut tx) = (house.scope("qu_a1").await, house.read().await);
        let filter = LedgerFilter { view: "struck_off".into(), ..LedgerFilter::default() };
        let (now, all) = (on("02-16 09:00"), Slice::first(10));
        let listed = campaign::ledger(&mut tx, &scope, &id, &filter, now, all).await.unwrap();
        assert_eq!(listed.total, 1);
        assert_eq!(listed.rows[0].state, ProblemState::StruckOff.code());
    })
    .await;
}

#[tokio::test]
async fn two_people_on_one_cell_and_evidence_too_large() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let at = on("03-12 09:00");
        let write = async |login: &str, value: i64, revision: i64| {
            let (scope, id) = (house.scope(login).await, id.clone());
            let edit = CellEdit {
                cell: "trained".into(),
                value: Some(value),
                reason: String::new(),
                revision,
            };
            step!(house.db, |tx| {
                let place = (&*id, "annex_1", "ins_a1");
                campaign::edit_cell(tx, &scope, place, &edit, at)
            })
        };
        assert_eq!(write("med_a1", 40, 0).await.unwrap(), 1);
        assert_eq!(refusal(write("mate_a1", 41, 0).await), "Changed");
        assert_eq!(write("mate_a1", 41, 1).await.unwrap(), 2);
        assert_eq!(refusal(write("med_a1", -1, 2).await), "Quantity");
        assert_eq!(refusal(write("med_b1", 5, 0).await), "NotFound");
        assert_eq!(refusal(write("qu_a1", 5, 2).await), "NotAllowed");
        let new = finding(&id, "ins_a1", "icu", CORE);
        let problem = house.found("icu_a1", new, "02-14 09:00").await.unwrap();
        let (scope, large) = (house.scope("icu_a1").await, vec![0_u8; 5 * 1024 * 1024 + 1]);
        let too_large = step!(house.db, |tx| {
            campaign::add_evidence(tx, &scope, &problem, ("image/jpeg", &large), at)
        });
        assert!(matches!(too_large, Err(store::Error::Refused(Refusal::Image))));
    })
    .await;
}

#[tokio::test]
async fn a_notice_reaches_every_employee() {
    proves!("W29", "W51", "W52");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_b", "2017B", on("02-09 09:00")).await;
        let (author, same, at) = (house.scope("yz_1").await, id.clone(), on("02-09 10:00"));
        let new = NewNotice {
            number: "锡卫医〔2017〕演示三号".into(),
            title: ["关于开展医院感染自查自纠的通知".into(), "Self-inspection of infection".into()],
            issued_at: on("02-13 00:00"),
            phase: Some("self_inspection".into()),
            body: "请传达到每一位职工。".into(),
            acknowledged_by: "employee".into(),
        };
        let notice =
            step!(house.db, |tx| campaign::add_notice(tx, &author, &same, &new, at)).unwrap();
        let (scope, one) = (house.scope("yz_2").await, notice.clone());
        step!(house.db, |tx| campaign::review_notice(tx, &scope, &one, at)).unwrap();
        let (scope, one) = (house.scope("yz_2").await, notice.clone());
        let same_hand = step!(house.db, |tx| campaign::approve_notice(tx, &scope, &one, at));
        assert_eq!(refusal(same_hand), "SamePerson");
        let (scope, one) = (house.scope("yz_3").await, notice.clone());
        step!(house.db, |tx| campaign::approve_notice(tx, &scope, &one, at)).unwrap();
        let read = async |login: &str, staff: &[&str]| {
            let staff: Vec<String> = staff.iter().map(|one| (*one).to_owned()).collect();
            let (scope, one) = (house.scope(login).await, notice.clone());
            step!(house.db, |tx| campaign::acknowledge(tx, &scope, &one, &staff, at))
        };
        assert_eq!(read("icu_a1", &["A01", "A02"]).await.unwrap(), 2);
        assert_eq!(read("icu_a1", &["A02", "A03"]).await.unwrap(), 1, "twice counts once");
        assert_eq!(refusal(read("icu_a1", &["张三"]).await), "Text", "numbers, no names");
        assert_eq!(refusal(read("qu_a1", &["A01"]).await), "NotAllowed");
        let (scope, mut tx) = (house.scope("med_a1").await, house.read().await);
        let notices = campaign::notices(&mut tx, &scope, &id).await.unwrap();
        assert_eq!((notices[0].acknowledged, notices[0].expected), (3, 3));
        let city = house.scope("yz_1").await;
        let notices = campaign::notices(&mut tx, &city, &id).await.unwrap();
        assert_eq!((notices[0].acknowledged, notices[0].expected), (3, 21));
    })
    .await;
}

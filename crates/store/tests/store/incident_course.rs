//! Adverse events that climb, that the law wants reported, that look like one.

use rules::Time;
use rules::incident::{
    Closure, ClusterFinding, Finding, Grade, Kind, Party, Physical, Rung, Severity, Step,
};
use store::deadline::fire;
use store::incident::{self, Details, NewIncident};

use crate::city::{refusal, step};
use crate::house::{clock, on_both};
use crate::incident::{closing, graded, report};

#[tokio::test]
async fn a_grave_report_climbs_by_itself_when_nobody_passes_it_on() {
    proves!("W34");
    on_both(async |house| {
        let at = clock("09:00");
        let severe = NewIncident {
            physical: Physical::Severe,
            discovered_at: Some(clock("08:30")),
            occurred_at: Some(clock("08:00")),
            ..report("a", Some("ins_qing"))
        };
        let filed = house.filed_as("head_qing", severe, at).await.unwrap();
        let id = filed.incident_id;
        let rung = async |login: &str| house.sees(login, &id).await.ok().map(|event| event.rung);
        fire(&house.db, clock("10:29")).await.unwrap();
        assert_eq!(rung("director_a").await, None);
        // Two servers, a restart between: it climbs once, dated when it fell due.
        let other = house.another().await;
        for db in [&house.db, &other, &house.db] {
            fire(db, clock("10:40")).await.unwrap();
        }
        assert_eq!(rung("director_a").await, Some(Rung::District));
        assert_eq!(rung("city").await, None);
        let climbed = "select count(*) from event where action = 'climbed'";
        assert_eq!(house.number(climbed).await, 1);
        let event = house.sees("director_a", &id).await.unwrap();
        assert_eq!(event.rung_at, clock("10:30").0, "dated when it fell due");
        assert_eq!((event.party, event.grade), (Party::Watcher(Rung::District), None));
        // Nobody at the district either: twelve hours later it is the city's.
        fire(&house.db, clock("22:31")).await.unwrap();
        assert_eq!(rung("city").await, Some(Rung::City));
        let left = "select count(*) from deadline
            where done_at is null and kind = 'incident_climbs'";
        assert_eq!(house.number(left).await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_district_sends_a_major_event_to_the_city_with_its_opinion() {
    proves!("W34", "W36", "W38");
    on_both(async |house| {
        let at = clock("09:00");
        let severe = NewIncident { physical: Physical::Severe, ..report("a", Some("ins_qing")) };
        let id = house.filed_as("head_qing", severe, at).await.unwrap().incident_id;
        let take =
            async |login: &str, step, details, at| house.takes(login, &id, step, details, at).await;
        let low = graded(Grade::II, Some(Severity::General));
        let low = Details { text: String::new(), ..low };
        assert_eq!(refusal(take("head_qing", Step::Grade, low, at).await), "SeverityLow");
        let fits = graded(Grade::III, Some(Severity::Major));
        assert_eq!(refusal(take("head_qing", Step::Grade, fits, at).await), "GradeHarm");
        take("head_qing", Step::Grade, graded(Grade::I, Some(Severity::Major)), at).await.unwrap();
        let event = house.sees("director_a", &id).await.unwrap();
        assert_eq!(event.rung, Rung::District, "graded I: the district sees it at once");
        assert_eq!(event.steps(), [Step::SendUp, Step::Find]);
        let opinion = |text: &str| Details { text: text.into(), ..Details::default() };
        assert_eq!(refusal(take("director_a", Step::SendUp, opinion(""), at).await), "Text");
        assert_eq!(refusal(take("director_a", Step::Close, opinion("x"), at).await), "NotAllowed");
        assert_eq!(refusal(take("officer_a", Step::SendUp, opinion("x"), at).await), "NotFound");
        take("director_a", Step::SendUp, opinion("已约谈，建议全市通报"), at).await.unwrap();
        let again = take("director_a", Step::SendUp, opinion("再报"), at).await;
        assert_eq!(refusal(again), "NotAllowed");
        // Sent up: no clock climbs it again, and the city may look for responsibility.
        fire(&house.db, clock("+3 00:00")).await.unwrap();
        assert_eq!(house.number("select count(*) from event where action = 'climbed'").await, 2);
        let found = Details {
            finding: Some(Finding::BeforeFact),
            text: "隐患早已登记，未整改。".into(),
            ..Details::default()
        };
        take("city", Step::Find, found, clock("11:00")).await.unwrap();
        let seen = house.sees("city", &id).await.unwrap();
        let rows = incident::steps_of(&mut house.read().await, &seen).await.unwrap();
        let words: Vec<&str> = rows.iter().map(|row| row.step.as_str()).collect();
        assert_eq!(words, ["grade", "climb", "send_up", "find"]);
        assert_eq!(rows[3].finding.as_deref(), Some("before_fact"));
    })
    .await;
}

#[tokio::test]
async fn responsibility_is_never_looked_for_in_what_was_caught_or_feared() {
    proves!("W26", "W38");
    on_both(async |house| {
        let near = NewIncident {
            kind: Kind::NearMiss,
            physical: Physical::None,
            ..report("a", Some("ins_qing"))
        };
        let id = house.filed(near, clock("09:00")).await.incident_id;
        let details = Details { grade: Some(Grade::IV), ..Details::default() };
        house.takes("head_qing", &id, Step::Grade, details, clock("09:10")).await.unwrap();
        assert!(house.sees("director_a", &id).await.is_err(), "no authority sees a near miss");
        // The department itself may send it up, for others to learn; still nobody is looked for.
        let up = Details { text: "供全区学习".into(), ..Details::default() };
        house.takes("head_qing", &id, Step::SendUp, up, clock("09:20")).await.unwrap();
        let event = house.sees("director_a", &id).await.unwrap();
        assert_eq!(event.steps(), [Step::SendUp]);
        let found = Details {
            finding: Some(Finding::Management),
            text: "追责".into(),
            ..Details::default()
        };
        let answer = house.takes("director_a", &id, Step::Find, found, clock("09:30")).await;
        assert_eq!(refusal(answer), "NotAllowed");
    })
    .await;
}

#[tokio::test]
async fn a_statutory_report_is_owed_late_and_made() {
    proves!("W10", "W19");
    on_both(async |house| {
        let at = clock("09:00");
        let drug = NewIncident {
            category: "drug".into(),
            physical: Physical::Severe,
            ..report("a", Some("ins_qing"))
        };
        let id = house.filed_as("head_qing", drug, at).await.unwrap().incident_id;
        let grade = graded(Grade::I, Some(Severity::Major));
        house.takes("head_qing", &id, Step::Grade, grade, clock("09:30")).await.unwrap();
        let duties = async || {
            let event = house.sees("head_qing", &id).await.unwrap();
            incident::duties(&mut house.read().await, &event).await.unwrap()
        };
        let rows = duties().await;
        let owed: Vec<_> = rows.iter().map(|row| (row.clock.as_str(), Time(row.due_at))).collect();
        let expected = [("event_major", clock("21:00")), ("drug_serious", clock("+16 00:00"))];
        assert_eq!(owed, expected);
        // A28 after a restart, once, and dated; nobody's alert.
        let other = house.another().await;
        for db in [&other, &house.db] {
            fire(db, clock("+1 09:00")).await.unwrap();
        }
        assert_eq!(duties().await[0].overdue_at, Some(clock("21:00").0));
        let overdue = "select particulars from event where action = 'overdue'";
        let told = house.column(overdue).await;
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("A28") && told[0].contains("event"), "{told:?}");
        let scope = house.scope("head_qing").await;
        let waiting = incident::waiting(&mut house.read().await, &scope, clock("+1 09:00")).await;
        assert_eq!(waiting.unwrap().duties_late, 1);
        let report = async |login: &str, duty: &'static str| {
            let (scope, id, at) = (house.scope(login).await, id.clone(), clock("+1 10:00"));
            step!(house.db, |tx| incident::report_duty(tx, &scope, &id, duty, "ADR-2024-77", at))
        };
        assert_eq!(refusal(report("director_a", "event").await), "NotAllowed");
        report("head_qing", "event").await.unwrap();
        report("head_qing", "drug").await.unwrap();
        assert_eq!(refusal(report("head_qing", "drug").await), "NotFound", "once");
        assert_eq!(duties().await[1].external_no, "ADR-2024-77");
        // Graded anew: what was reported stays, what no longer runs is lifted.
        let other_kind = Details { category: Some("device".into()), ..graded(Grade::I, None) };
        house.takes("head_qing", &id, Step::Grade, other_kind, clock("+1 11:00")).await.unwrap();
        let rows = duties().await;
        let open: Vec<&str> = rows
            .iter()
            .filter(|row| row.reported_at.is_none() && row.lifted_at.is_none())
            .map(|row| row.clock.as_str())
            .collect();
        assert_eq!(open, ["device_serious"]);
        let nothing = closing(Closure::NotEvent, "核实后不属于不良事件，谢谢。");
        house.takes("head_qing", &id, Step::Close, nothing, clock("+1 12:00")).await.unwrap();
        fire(&house.db, clock("+99 00:00")).await.unwrap();
        assert_eq!(house.column(overdue).await.len(), 1, "nothing is owed for what was no event");
    })
    .await;
}

#[tokio::test]
async fn several_infections_in_one_place_are_seen_together() {
    proves!("W18", "W23");
    on_both(async |house| {
        let infection = |key: &str, house: &str| NewIncident {
            category: "infection".into(),
            department: "treatment".into(),
            physical: Physical::Low,
            ..report(key, Some(house))
        };
        let at = |day: i64| clock(&format!("+{day} 09:00"));
        house.filed(infection("a", "ins_qing"), at(0)).await;
        house.filed(infection("b", "ins_qing"), at(3)).await;
        house.filed(infection("c", "ins_lan"), at(4)).await;
        let seen = async |login: &str| {
            let scope = house.scope(login).await;
            incident::clusters(&mut house.read().await, &scope).await.unwrap()
        };
        assert!(seen("head_qing").await.is_empty());
        // A third kept from the institution does not show in its hints.
        let hidden = NewIncident { to_authority: true, ..infection("d", "ins_qing") };
        house.filed(hidden, at(5)).await;
        assert!(seen("head_qing").await.is_empty());
        house.filed(infection("e", "ins_qing"), at(6)).await;
        let rows = seen("head_qing").await;
        let rules: Vec<_> = rows.iter().map(|row| (row.rule.as_str(), row.events)).collect();
        assert!(rules.contains(&("infection_place", 3)), "{rules:?}");
        // It may spread: the district sees the hint at once, and not one report of it.
        let district = seen("director_a").await;
        assert_eq!(district.len(), 1, "{district:?}");
        assert_eq!(seen("city").await.len(), 1);
        for login in ["officer_a", "head_lan", "doctor_xu"] {
            assert!(seen(login).await.is_empty(), "{login}");
        }
        let event =
            house.number("select count(*) from event where subject_kind = 'incident_cluster'");
        assert!(event.await >= 1);
        // Somebody looked; the same reports are not counted again, new ones are.
        let (scope, id) = (house.scope("head_qing").await, district[0].cluster_id.clone());
        let finding = ClusterFinding::Chance;
        step!(house.db, |tx| incident::settle_cluster(tx, &scope, &id, finding, "菌株不同", at(7)))
            .unwrap();
        house.filed(infection("f", "ins_qing"), at(8)).await;
        let open = seen("director_a").await.into_iter().filter(|row| row.settled_at.is_none());
        assert_eq!(open.count(), 0);
        house.filed(infection("g", "ins_qing"), at(9)).await;
        house.filed(infection("h", "ins_qing"), at(10)).await;
        let open = seen("director_a").await.into_iter().filter(|row| row.settled_at.is_none());
        assert!(open.count() >= 1);
    })
    .await;
}

#[tokio::test]
async fn one_lot_in_two_houses_is_the_citys_to_look_at() {
    proves!("W19", "W23");
    on_both(async |house| {
        let device = |key: &str, lot: &str, house: &str| NewIncident {
            category: "device".into(),
            product: "透明质酸钠".into(),
            lot: lot.into(),
            ..report(key, Some(house))
        };
        house.filed(device("a", " hy 20231101", "ins_qing"), clock("09:00")).await;
        house.filed(device("b", "HY20231101 ", "ins_bai"), clock("+5 09:00")).await;
        let seen = async |login: &str| {
            let scope = house.scope(login).await;
            let rows = incident::clusters(&mut house.read().await, &scope).await.unwrap();
            rows.into_iter().filter(|row| row.rule == "same_lot").collect::<Vec<_>>()
        };
        let row = seen("city").await.remove(0);
        assert_eq!((row.lot.as_str(), row.events), ("HY20231101", 2));
        // Both houses learn that they are not alone, and not who the other is.
        for login in ["head_qing", "head_bai"] {
            let row = seen(login).await.remove(0);
            assert_eq!((row.institution_zh, row.events), (None, 2), "{login}");
        }
        assert!(seen("head_lan").await.is_empty() && seen("director_a").await.is_empty());
        let settle = async |login: &str| {
            let (scope, id) = (house.scope(login).await, row.cluster_id.clone());
            let finding = ClusterFinding::SameSource;
            let at = clock("+5 10:00");
            step!(house.db, |tx| incident::settle_cluster(tx, &scope, &id, finding, "已封存", at))
        };
        assert_eq!(refusal(settle("head_qing").await), "NotAllowed");
        settle("city").await.unwrap();
        assert_eq!(refusal(settle("city").await), "NotAllowed", "once");
    })
    .await;
}

#[tokio::test]
async fn what_no_clock_asks_for_may_still_have_its_number_elsewhere() {
    proves!("W19");
    on_both(async |house| {
        let at = clock("09:00");
        let slight = NewIncident {
            category: "device".into(),
            physical: Physical::Low,
            ..report("a", Some("ins_qing"))
        };
        let id = house.filed(slight, at).await.incident_id;
        let report = async |duty: &'static str| {
            let (scope, id) = (house.scope("head_qing").await, id.clone());
            step!(house.db, |tx| incident::report_duty(tx, &scope, &id, duty, "MDR-7", at))
        };
        assert_eq!(refusal(report("drug").await), "NotFound", "another system");
        assert_eq!(refusal(report("event").await), "NotFound", "no such duty runs");
        report("device").await.unwrap();
        assert_eq!(refusal(report("device").await), "NotFound", "once");
        let event = house.sees("head_qing", &id).await.unwrap();
        let rows = incident::duties(&mut house.read().await, &event).await.unwrap();
        let kept: Vec<_> = rows.iter().map(|row| (&*row.clock, &*row.external_no)).collect();
        assert_eq!(kept, [("voluntary", "MDR-7")]);
    })
    .await;
}

//! Adverse events from the report to the answer: by code, by clock, and never against anybody.

use rules::Time;
use rules::incident::{
    Allow, Closure, Grade, Holder, Kind, Party, Physical, Psychological, Reporter, Severity,
    Standing, Step,
};
use store::deadline::fire;
use store::incident::{
    self, Details, Filed, Incident, NewAction, NewIncident, NewReporter, Settled,
};
use store::page::Slice;
use store::{Error, Refusal, Result};

use crate::city::{refusal, step};
use crate::house::{House, clock, on_both};

/// A report as most of the stories file it.
pub fn report(key: &str, institution: Option<&str>) -> NewIncident {
    NewIncident {
        request_key: key.into(),
        code: format!("code-{key}"),
        reporter: Reporter::Staff,
        kind: Kind::Incident,
        category: "surgery".into(),
        department: "theatre".into(),
        institution_id: institution.map(str::to_owned),
        region_code: None,
        said_where: String::new(),
        to_authority: false,
        people: 1,
        physical: Physical::Moderate,
        psychological: Psychological::Low,
        occurred_at: None,
        discovered_at: None,
        story: "拔管后喉痉挛，经处理缓解。林真名在场。".into(),
        done_at_once: "面罩加压给氧".into(),
        product: String::new(),
        lot: String::new(),
        who: None,
    }
}

pub fn named(allow: Allow) -> Option<NewReporter> {
    Some(NewReporter { name: "林真名".into(), address: "13900001234".into(), allow })
}

impl House {
    pub async fn filed(&self, new: NewIncident, at: Time) -> Filed {
        step!(self.db, |tx| incident::file(tx, &new, at)).unwrap()
    }

    pub async fn filed_as(&self, login: &str, new: NewIncident, at: Time) -> Result<Filed> {
        let scope = self.scope(login).await;
        step!(self.db, |tx| incident::file_as(tx, &scope, &new, at))
    }

    pub async fn takes(
        &self,
        login: &str,
        id: &str,
        taken: Step,
        details: Details,
        at: Time,
    ) -> Result<()> {
        let (scope, id) = (self.scope(login).await, id.to_owned());
        step!(self.db, |tx| incident::step(tx, &scope, &id, taken, &details, at))
    }

    pub async fn sees(&self, login: &str, id: &str) -> Result<Incident> {
        let scope = self.scope(login).await;
        incident::incident(&mut self.read().await, &scope, id).await
    }
}

pub fn graded(grade: Grade, severity: Option<Severity>) -> Details {
    Details {
        grade: Some(grade),
        severity,
        summary: "拔管期喉痉挛，经处理缓解，未遗留损害。".into(),
        text: "已核对病历".into(),
        ..Details::default()
    }
}

pub fn closing(closure: Closure, text: &str) -> Details {
    Details { closure: Some(closure), text: text.into(), ..Details::default() }
}

#[tokio::test]
async fn a_report_needs_no_name_and_is_answered_by_its_code() {
    proves!("W10");
    on_both(async |house| {
        let at = clock("09:00");
        let new = NewIncident { who: None, ..report("a", Some("ins_qing")) };
        let filed = house.filed(new.clone(), at).await;
        assert_eq!(filed.number, "SJ-20240102-001");
        assert_eq!(house.filed(new, at).await, filed, "the form sent twice is one report");
        assert_eq!(house.number("select count(*) from incident_reporter").await, 0);
        let wrong = incident::by_code(&mut house.read().await, "code-b").await;
        assert!(matches!(wrong, Err(Error::NotFound(_))));

        // The department works it to its end; the reporter follows by the code.
        let id = filed.incident_id.clone();
        let take = async |step, details| {
            house.takes("head_qing", &id, step, details, clock("10:00")).await
        };
        take(Step::Accept, Details::default()).await.unwrap();
        assert_eq!(refusal(take(Step::Accept, Details::default()).await), "NotAllowed");
        assert_eq!(refusal(take(Step::Analyse, Details::default()).await), "NotAllowed");
        take(Step::Grade, graded(Grade::II, Some(Severity::General))).await.unwrap();
        let early = take(Step::Close, closing(Closure::Learned, "已改进")).await;
        assert_eq!(refusal(early), "AnalysisMissing");
        let causes = vec!["checking".to_owned(), "handover".to_owned()];
        let analysis =
            Details { causes, text: "拔管指征核对不足".into(), ..Details::default() };
        take(Step::Analyse, analysis).await.unwrap();
        let (scope, event) = (house.scope("head_qing").await, id.clone());
        let new = NewAction {
            what: "拔管前双人核对".into(),
            owner: "麻醉科".into(),
            due_at: clock("+7 00:00"),
        };
        step!(house.db, |tx| incident::add_action(tx, &scope, &event, &new, clock("10:05")))
            .unwrap();
        let open = take(Step::Close, closing(Closure::Learned, "已改进")).await;
        assert_eq!(refusal(open), "ActionsOpen");
        let (scope, event) = (house.scope("head_qing").await, id.clone());
        let done = (Settled::Done, "已列入核查表");
        step!(house.db, |tx| incident::settle_action(
            tx,
            &scope,
            &event,
            1,
            done,
            clock("+1 10:00")
        ))
        .unwrap();
        assert_eq!(refusal(take(Step::Close, closing(Closure::Learned, " ")).await), "Text");
        take(Step::Close, closing(Closure::Learned, "谢谢，已改为双人核对。")).await.unwrap();

        let (own, _) = incident::by_code(&mut house.read().await, "code-a").await.unwrap();
        assert_eq!(
            (own.state.as_str(), own.feedback.as_str()),
            ("closed", "谢谢，已改为双人核对。")
        );
        assert_eq!((own.actions, own.actions_done, own.allow), (1, 1, None));
    })
    .await;
}

#[tokio::test]
async fn the_reporter_asks_back_by_the_code_and_the_event_may_be_opened_again() {
    on_both(async |house| {
        let risk = NewIncident {
            kind: Kind::Risk,
            physical: Physical::None,
            ..report("a", Some("ins_qing"))
        };
        let id = house.filed(risk, clock("09:00")).await.incident_id;
        let take = async |step, details| {
            house.takes("head_qing", &id, step, details, clock("10:00")).await
        };
        let early = take(Step::Close, closing(Closure::NoFurther, "谢谢")).await;
        assert_eq!(refusal(early), "Ungraded");
        take(Step::Grade, Details::default()).await.unwrap();
        take(Step::Close, closing(Closure::NoFurther, "谢谢")).await.unwrap();
        // Asking back waits for an answer, which the reporter reads by the same code.
        let later = clock("+2 08:00");
        step!(house.db, |tx| incident::write_by_code(tx, "code-a", "夜班也适用吗？", later))
            .unwrap();
        let scope = house.scope("head_qing").await;
        let waiting = incident::waiting(&mut house.read().await, &scope, later).await.unwrap();
        assert_eq!((waiting.wrote, waiting.total()), (1, 1));
        let event = id.clone();
        step!(house.db, |tx| incident::write(tx, &scope, &event, "reporter", "适用。", later))
            .unwrap();
        let (_, messages) = incident::by_code(&mut house.read().await, "code-a").await.unwrap();
        assert_eq!(messages.len(), 2);
        let text = |text: &str| Details { text: text.into(), ..Details::default() };
        take(Step::Reopen, text("夜班又发生一次")).await.unwrap();
        assert_eq!(house.sees("head_qing", &id).await.unwrap().state, Standing::Graded);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_a_word_and_nothing_is_kept() {
    on_both(async |house| {
        let at = clock("09:00");
        let base = || report("a", Some("ins_qing"));
        let cases = [
            ("Text", NewIncident { story: "  ".into(), ..base() }),
            ("Text", NewIncident { story: "长".repeat(4_001), ..base() }),
            ("Unknown", NewIncident { category: "magic".into(), ..base() }),
            ("Unknown", NewIncident { department: "moon".into(), ..base() }),
            ("Unknown", NewIncident { institution_id: Some("ins_none".into()), ..base() }),
            ("Quantity", NewIncident { people: -1, ..base() }),
            ("Quantity", NewIncident { people: 10_000, ..base() }),
            ("Hours", NewIncident { occurred_at: Some(at.plus_min(1)), ..base() }),
            ("Hours", NewIncident { occurred_at: Some(at.plus_days(-4_000)), ..base() }),
        ];
        for (expected, new) in cases {
            let answer = step!(house.db, |tx| incident::file(tx, &new, at));
            assert_eq!(refusal(answer), expected);
        }
        assert_eq!(house.number("select count(*) from incident").await, 0);
        // From within, only the own institution's.
        for (login, institution, expected) in [
            ("head_lan", Some("ins_qing"), "NotAllowed"),
            ("doctor_lost", Some("ins_qing"), "NotAllowed"),
            ("officer_a", Some("ins_qing"), "NotAllowed"),
            ("head_qing", None, "NotAllowed"),
        ] {
            let answer = house.filed_as(login, report("b", institution), at).await;
            assert_eq!(refusal(answer), expected, "{login}");
        }
        house.filed_as("doctor_xu", report("c", Some("ins_lan")), at).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn nothing_of_it_ever_reaches_supervision() {
    proves!("W10", "W26");
    on_both(async |house| {
        let at = clock("09:00");
        let severe = NewIncident {
            physical: Physical::Fatal,
            who: named(Allow::Both),
            ..report("a", Some("ins_qing"))
        };
        let id = house.filed_as("head_qing", severe, at).await.unwrap().incident_id;
        let fatal = graded(Grade::I, Some(Severity::Major));
        house.takes("head_qing", &id, Step::Grade, fatal, at).await.unwrap();
        fire(&house.db, clock("+40 00:00")).await.unwrap();
        let officer = house.scope("officer_a").await;
        let mut tx = house.read().await;
        let all = store::alert::AlertFilter { view: "all".into(), ..Default::default() };
        let slice = Slice::first(50);
        let alerts = store::alert::alerts(&mut tx, &officer, &all, at, slice).await.unwrap();
        // Forty silent days raise what they always raise; no alert is about an event.
        assert!(alerts.rows.iter().all(|row| row.rule == "A18"), "{:?}", alerts.rows);
        for table in ["inspection", "institution_status", "alert_step"] {
            let count = format!("select count(*) from {table}");
            assert_eq!(house.number(&count).await, 0, "{table}");
        }
        // Neither a bureau nor the institution reads the log of it.
        for login in ["officer_a", "director_a", "city", "head_qing"] {
            let scope = house.scope(login).await;
            let log = store::event::of_subject(&mut tx, &scope, "incident", &id, 50).await.unwrap();
            assert_eq!(log, [], "{login}");
        }
        drop(tx);
        // The log has no name, no words, no number to call, and no account of who reported.
        for sql in [
            "select particulars from event where particulars like '%林真名%'
                or particulars like '%1390%' or particulars like '%喉痉挛%'",
            "select actor from event where subject_kind = 'incident'
                and action = 'filed' and actor <> 'system:report'",
        ] {
            assert_eq!(house.column(sql).await, [] as [String; 0]);
        }
    })
    .await;
}

#[tokio::test]
async fn who_reported_is_forgotten_in_time_and_at_once_when_asked() {
    proves!("W10");
    on_both(async |house| {
        let at = clock("09:00");
        let new =
            |key: &str, allow| NewIncident { who: named(allow), ..report(key, Some("ins_qing")) };
        house.filed(new("nobody", Allow::Nobody), at).await;
        assert_eq!(house.number("select count(*) from incident_reporter").await, 0);
        let long = house.filed(new("long", Allow::Department), at).await.incident_id;
        let closed = house.filed(new("closed", Allow::Department), at).await.incident_id;
        house.filed(new("asked", Allow::Department), at).await;
        let known = async |id: &str| {
            let scope = house.scope("head_qing").await;
            incident::reporter(&mut house.read().await, &scope, id).await.unwrap()
        };
        assert_eq!(known(&long).await.unwrap().name, "林真名");
        // Named for another's eyes only: the department learns nothing.
        step!(house.db, |tx| incident::set_allowed(tx, "code-long", Allow::Authority, at)).unwrap();
        assert!(known(&long).await.is_none());
        step!(house.db, |tx| incident::set_allowed(tx, "code-long", Allow::Both, at)).unwrap();
        step!(house.db, |tx| incident::withdraw_name(tx, "code-asked", at)).unwrap();
        assert_eq!(house.number("select count(*) from incident_reporter").await, 2);
        let answer = closing(Closure::NotEvent, "谢谢。");
        house.takes("head_qing", &closed, Step::Close, answer, at).await.unwrap();
        let forget = async |day: i64| step!(house.db, |tx| incident::forget(tx, at.plus_days(day)));
        assert_eq!(forget(29).await.unwrap(), 0);
        assert_eq!(forget(30).await.unwrap(), 1, "a month after the answer");
        assert!(known(&closed).await.is_none() && known(&long).await.is_some());
        assert_eq!(forget(365).await.unwrap(), 1, "a year at the longest");
        assert_eq!(house.number("select count(*) from incident").await, 4, "reports stay");
    })
    .await;
}

#[tokio::test]
async fn the_authority_hands_on_what_the_reporter_did_not_keep_from_it() {
    on_both(async |house| {
        let at = clock("09:00");
        let unknown = NewIncident {
            said_where: "城东一家诊所".into(),
            region_code: Some("320613".into()),
            ..report("a", None)
        };
        let id = house.filed(unknown, at).await.incident_id;
        let event = house.sees("director_a", &id).await.unwrap();
        assert_eq!((event.party, event.holder), (Party::Reviewer, Holder::Authority));
        let to = |house: &str| Details { institution_id: Some(house.into()), ..Details::default() };
        let far = house.takes("director_a", &id, Step::Assign, to("ins_bai"), at).await;
        assert_eq!(refusal(far), "Unknown", "another district's");
        house.takes("director_a", &id, Step::Assign, to("ins_qing"), at).await.unwrap();
        assert_eq!(house.sees("head_qing", &id).await.unwrap().state, Standing::Filed);
        assert!(house.sees("director_a", &id).await.is_err(), "no longer its business");
        let kept = NewIncident { to_authority: true, ..report("b", Some("ins_qing")) };
        let id = house.filed(kept, at).await.incident_id;
        assert!(house.sees("head_qing", &id).await.is_err());
        let handed = house.takes("director_a", &id, Step::Assign, to("ins_qing"), at).await;
        assert_eq!(refusal(handed), "ReporterAsked");
        let refused = step!(house.db, |tx| incident::write_by_code(tx, "code-b", " ", at));
        assert!(matches!(refused, Err(Error::Refused(Refusal::Text))));
    })
    .await;
}

#[tokio::test]
async fn no_report_lands_where_nobody_reads_it() {
    on_both(async |house| {
        let at = clock("09:00");
        let kept = house.filed(report("a", Some("ins_lan")), at).await;
        assert_eq!(kept.holder, Holder::Institution);
        house.raw("update account set disabled_at = 1 where login = 'head_lan'").await;
        let orphan = house.filed(report("b", Some("ins_lan")), at).await;
        assert_eq!(orphan.holder, Holder::Authority);
        let event = house.sees("director_a", &orphan.incident_id).await.unwrap();
        assert_eq!((event.party, event.institution_id.as_str()), (Party::Reviewer, "ins_lan"));
        assert!(event.told.is_some(), "whoever handles it reads it");
        // Handing it back to where nobody reads is no step forward.
        let back = Details { institution_id: Some("ins_lan".into()), ..Details::default() };
        let handed = house.takes("director_a", &orphan.incident_id, Step::Assign, back, at).await;
        assert_eq!(refusal(handed), "Unknown");
    })
    .await;
}

#[tokio::test]
async fn thirty_two_reports_and_reviewers_at_once_leave_one_of_each() {
    on_both(async |house| {
        let at = clock("09:00");
        let mut filing = Vec::new();
        for n in 0..32 {
            let db = house.db.clone();
            // Half send the same form, half their own.
            let key = if n % 2 == 0 { "same".to_owned() } else { format!("own-{n}") };
            let new = report(&key, Some("ins_qing"));
            filing.push(tokio::spawn(async move {
                step!(db, |tx| incident::file(tx, &new, at)).unwrap()
            }));
        }
        let mut same = std::collections::BTreeSet::new();
        for filed in filing {
            same.insert(filed.await.unwrap().number);
        }
        assert_eq!(same.len(), 17);
        let last = house.column("select max(number) from incident").await;
        assert_eq!(last, ["SJ-20240102-017"], "numbers have no gaps");
        let id = house.column("select incident_id from incident where request_key = 'same'").await;
        let mut accepting = Vec::new();
        for _ in 0..32 {
            let (db, id, scope) = (house.db.clone(), id[0].clone(), house.scope("head_qing").await);
            accepting.push(tokio::spawn(async move {
                let details = Details::default();
                step!(db, |tx| incident::step(tx, &scope, &id, Step::Accept, &details, at)).is_ok()
            }));
        }
        let mut won = 0;
        for accepted in accepting {
            won += usize::from(accepted.await.unwrap());
        }
        assert_eq!(won, 1);
        assert_eq!(house.number("select count(*) from incident_step").await, 1);
    })
    .await;
}

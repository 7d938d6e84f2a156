//! The work of a campaign beside its figures: drafts that several people write, activities with
//! their effort, items that stay, and who is told before a deadline passes.

use rules::campaign::{ActivityKind, Answer, Effort, TargetRule};
use rules::notice::Way;
use store::campaign::{self, ActivityFilter, Adapt, Campaign, Efforts, Make, NewActivity};
use store::page::Slice;
use store::{By, Error, Result, Scope, Tx, deadline, oncall};

use crate::campaign_city::{furnish, on};
use crate::campaign_scope::{letters, missing, missing_list, number};
use crate::city::{refusal, step};
use crate::house::{House, on_both};

fn adapt_of(one: &Campaign) -> Adapt {
    Adapt {
        title: one.title.clone(),
        number: one.number.clone(),
        issuer: one.issuer.clone(),
        basis: one.basis.clone(),
        contact: one.contact.clone(),
        parent_id: one.parent_id.clone(),
        plan: one.plan.clone(),
    }
}

impl House {
    async fn drafted(&self, code: &str) -> String {
        let make = Make {
            code: code.into(),
            from: "wuxi_2017_a".into(),
            moved_days: 0,
            number: None,
            title: None,
            parent_id: None,
        };
        let author = self.scope("yz_1").await;
        step!(self.db, |tx| campaign::create(tx, &author, &make, on("02-09 10:00"))).unwrap()
    }

    async fn campaign(&self, id: &str) -> Campaign {
        let (scope, mut tx) = (self.scope("yz_1").await, self.read().await);
        campaign::campaign(&mut tx, &scope, id).await.unwrap()
    }

    async fn adapted(
        &self,
        login: &str,
        (id, before): (&str, &str),
        change: fn(&mut Adapt),
    ) -> store::Result<()> {
        let (scope, mut adapt) = (self.scope(login).await, adapt_of(&self.campaign(id).await));
        change(&mut adapt);
        let (id, before) = (id.to_owned(), before.to_owned());
        let at = on("02-09 11:00");
        step!(self.db, |tx| campaign::adapt(tx, &scope, (&id, &before), &adapt, at))
    }
}

#[tokio::test]
async fn a_draft_is_adapted_and_whoever_wrote_it_neither_reviews_nor_approves() {
    proves!("W4", "W5", "W64");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.drafted("2017A").await;
        let seen = campaign::stand(&house.campaign(&id).await).unwrap();
        let at = (&*id, &*seen);
        let fewer: fn(&mut Adapt) = |adapt| {
            adapt.title[0] = "围术期安全专项整治".into();
            adapt.plan.phases.remove(2);
            adapt.plan.deliverables.retain(|one| one.phase != "supervision");
            adapt.plan.departments = vec!["icu".into(), "dialysis".into()];
            adapt.plan.targets = vec![TargetRule { dialysis_only: true, ..TargetRule::default() }];
        };
        assert_eq!(refusal(house.adapted("qu_a1", at, fewer).await), "NotAllowed");
        for (spoil, expected) in [
            ((|a| a.plan.weights.coverage += 1) as fn(&mut Adapt), "Incomplete"),
            (|a| a.plan.phases[0].until = a.plan.phases[0].from, "Incomplete"),
            (|a| a.title[0] = " ".into(), "Text"),
            (|a| a.plan.departments.push("gone".into()), "Unknown"),
            (
                |a| {
                    let cell = a.plan.annexes[0].cells.iter_mut().find(|one| one.entry.is_some());
                    let entry = cell.and_then(|cell| cell.entry.as_mut()).unwrap();
                    entry.departments.push("gone".into());
                },
                "Unknown",
            ),
            (|a| a.plan.annexes[0].rates[0].of.clear(), "Incomplete"),
            (|a| a.plan.checklists[0].version = "1900.01".into(), "Unknown"),
            (|a| a.parent_id = Some("cmp_gone".into()), "NotFound"),
        ] {
            assert_eq!(refusal(house.adapted("yz_1", at, spoil).await), expected);
        }
        house.adapted("yz_2", at, fewer).await.unwrap();
        // Who read the draft before that does not undo it.
        assert_eq!(refusal(house.adapted("yz_1", at, |_| {}).await), "Changed");
        let read = house.campaign(&id).await;
        assert_eq!(read.title[0], "围术期安全专项整治");
        assert_eq!(read.plan.phases.len(), 3);
        let now = on("02-09 12:00");
        let act = async |login: &str, publish: bool| {
            let (scope, id) = (house.scope(login).await, id.clone());
            if publish {
                step!(house.db, |tx| campaign::publish(tx, &scope, &id, now)).map(drop)
            } else {
                step!(house.db, |tx| campaign::review(tx, &scope, &id, now))
            }
        };
        assert_eq!(refusal(act("yz_1", false).await), "SamePerson", "its author");
        assert_eq!(refusal(act("yz_2", false).await), "SamePerson", "who changed it");
        act("yz_3", false).await.unwrap();
        assert_eq!(refusal(act("yz_2", true).await), "SamePerson");
        // A reviewed draft that is changed wants another review.
        let seen = campaign::stand(&house.campaign(&id).await).unwrap();
        house.adapted("yz_1", (&id, &seen), |a| a.number = "新号".into()).await.unwrap();
        assert_eq!(refusal(act("yz_3", true).await), "NotAllowed");
        let mut tx = house.read().await;
        let scope = house.scope("yz_1").await;
        let plan = house.campaign(&id).await.plan;
        let aims = campaign::aims(&mut tx, &scope, &plan.targets, now).await.unwrap();
        assert_eq!(aims, (2, 0), "the two with dialysis");
    })
    .await;
}

#[tokio::test]
async fn a_programme_has_no_circle_of_campaigns() {
    proves!("Z1");
    on_both(async |house| {
        furnish(&house).await;
        let year = house.drafted("2025Y").await;
        let part = house.drafted("2025P").await;
        let under = async |id: &str, parent: &str| {
            let mut adapt = adapt_of(&house.campaign(id).await);
            adapt.parent_id = Some(parent.to_owned());
            let before = campaign::stand(&house.campaign(id).await).unwrap();
            let (scope, id) = (house.scope("yz_1").await, id.to_owned());
            let at = on("02-09 11:00");
            step!(house.db, |tx| campaign::adapt(tx, &scope, (&id, &before), &adapt, at))
        };
        under(&part, &year).await.unwrap();
        assert_eq!(refusal(under(&year, &part).await), "Unknown");
        assert_eq!(refusal(under(&year, &year).await), "Unknown");
    })
    .await;
}

fn activity(key: &str, kind: ActivityKind, effort: Effort, units: &[&str]) -> NewActivity {
    NewActivity {
        request_key: key.into(),
        kind,
        title: "医疗安全年启动仪式".into(),
        place: "市人民医院".into(),
        held_at: on("02-14 09:00"),
        effort,
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        body: String::new(),
    }
}

impl House {
    async fn did(&self, login: &str, id: &str, new: NewActivity) -> store::Result<String> {
        let (scope, id) = (self.scope(login).await, id.to_owned());
        step!(self.db, |tx| campaign::add_activity(tx, &scope, &id, &new, on("02-15 09:00")))
    }

    async fn effort(&self, login: &str, id: &str) -> Efforts {
        let (scope, mut tx) = (self.scope(login).await, self.read().await);
        campaign::efforts(&mut tx, &scope, id).await.unwrap()
    }
}

fn visit(key: &str, (officers, agencies): (i64, i64), units: &[&str]) -> NewActivity {
    let effort = Effort { officers, agencies, ..Effort::default() };
    activity(key, ActivityKind::Inspection, effort, units)
}

#[tokio::test]
async fn officer_times_and_institutions_by_class_are_counted_once() {
    proves!("N54", "Z1");
    on_both(async |house| {
        furnish(&house).await;
        for (code, class) in [("WX001", "reproduction"), ("WX004", "maternal_child")] {
            let sql = format!(
                "update institution_profile set category = '{class}' where code = '{code}'"
            );
            house.raw(&sql).await;
        }
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let both = ["ins_a1", "ins_b1", "ins_b1"];
        let first = house.did("yz_1", &id, visit("k1", (6, 3), &both)).await.unwrap();
        let again = house.did("yz_1", &id, visit("k1", (6, 3), &["ins_a1"])).await.unwrap();
        assert_eq!(first, again, "the same form twice is written once");
        let other = house.did("yz_2", &id, visit("k1", (6, 3), &["ins_a1"])).await;
        assert_eq!(refusal(other), "RequestKeyReused");
        let own = ["ins_a1", "ins_a2"];
        let second = house.did("qu_a1", &id, visit("k2", (2, 1), &own)).await.unwrap();
        for (login, officers, unit, expected) in [
            ("qu_a1", 1, "ins_a1", "Quantity"),
            ("qu_a1", 2, "ins_b1", "NotFound"),
            ("first_a1", 2, "ins_a1", "NotAllowed"),
        ] {
            let refused = house.did(login, &id, visit("k3", (officers, 1), &[unit])).await;
            assert_eq!(refusal(refused), expected, "{login} {officers} {unit}");
        }
        let city = house.effort("yz_1", &id).await;
        assert_eq!((city.officer_times, city.institutions()), (8, 3));
        assert_eq!((city.assisted_reproduction, city.maternal_child, city.other), (1, 1, 1));
        let district = house.effort("qu_b1", &id).await;
        assert_eq!(district.officer_times, 0, "the city's officers are the city's");
        assert_eq!(district.maternal_child, 1, "but its institution was visited");
        // Taken back, it counts no more and stays to be read.
        let withdraw = async |login: &str| {
            let (scope, id) = (house.scope(login).await, second.clone());
            step!(house.db, |tx| campaign::withdraw_activity(tx, &scope, &id, on("02-15 10:00")))
        };
        assert_eq!(refusal(withdraw("yz_1").await), "NotAllowed", "another's work");
        withdraw("qu_a2").await.unwrap();
        let city = house.effort("yz_1", &id).await;
        assert_eq!((city.officer_times, city.other), (6, 0));
        let (scope, mut tx) = (house.scope("yz_1").await, house.read().await);
        let filter = ActivityFilter { kind: Some("inspection".into()), ..Default::default() };
        let listed = campaign::activities(&mut tx, &scope, &id, &filter, Slice::first(9)).await;
        let listed = listed.unwrap();
        assert_eq!(listed.rows.iter().filter(|one| one.withdrawn_at.is_some()).count(), 1);
        assert_eq!((listed.total, listed.rows.iter().map(|one| one.units).sum::<i64>()), (2, 4));
    })
    .await;
}

#[tokio::test]
async fn units_write_down_training_drills_and_publicity() {
    proves!("W12", "W24", "W52");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let taught = Effort { people: 60, tested: 50, passed: 45, ..Effort::default() };
        let people = Effort { people: 12, ..Effort::default() };
        for (login, key, kind, effort) in [
            ("med_a1", "k1", ActivityKind::Training, taught),
            ("first_b1", "k2", ActivityKind::Drill, people),
            ("med_a1", "k3", ActivityKind::Publicity, people),
        ] {
            house.did(login, &id, activity(key, kind, effort, &[])).await.unwrap();
        }
        let mut late = activity("k4", ActivityKind::KickOff, people, &[]);
        late.held_at = on("02-16 09:00");
        assert_eq!(refusal(house.did("yz_1", &id, late).await), "Hours");
        let head = house.did("icu_a1", &id, activity("k5", ActivityKind::Drill, people, &[])).await;
        assert_eq!(refusal(head), "NotAllowed");
        let city = house.effort("yz_1", &id).await;
        assert_eq!((city.trainings, city.trained, city.tested, city.passed), (1, 60, 50, 45));
        assert_eq!(city.activities, 2);
        assert_eq!(house.effort("med_b1", &id).await.activities, 1, "a unit sees its own");
    })
    .await;
}

const ROUNDS: &str = "core_systems.rounds";

#[tokio::test]
async fn what_stays_is_looked_at_again_and_opens_its_old_number() {
    proves!("W44");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        let make = async |login: &str, item: &'static str, days: i64, at: &str| {
            let (scope, id, at) = (house.scope(login).await, id.clone(), on(at));
            step!(house.db, |tx| campaign::make_routine(tx, &scope, &id, (item, days), at))
        };
        assert_eq!(refusal(make("qu_a1", ROUNDS, 30, "03-01 09:00").await), "NotAllowed");
        assert_eq!(refusal(make("yz_1", "no.such", 30, "03-01 09:00").await), "Unknown");
        assert_eq!(refusal(make("yz_1", ROUNDS, 367, "03-01 09:00").await), "Quantity");
        make("yz_1", ROUNDS, 10, "03-01 09:00").await.unwrap();
        let look = async |login: &str, place: &str, seen: (Answer, &'static str), at: &str| {
            let (scope, id, at) = (house.scope(login).await, id.clone(), on(at));
            let place = place.to_owned();
            step!(house.db, |tx| {
                campaign::check_routine(tx, &scope, (&id, &place, ROUNDS), seen, at)
            })
        };
        let states = async |login: &str, at: &str| {
            let (scope, mut tx) = (house.scope(login).await, house.read().await);
            let lines = campaign::routine_lines(&mut tx, &scope, &id, on(at)).await.unwrap();
            let told = lines.iter().map(|one| {
                format!("{}/{} {}", one.institution_id, one.department, one.state.code())
            });
            told.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(states("icu_a1", "03-01 10:00").await, "ins_a1/icu fresh");
        assert_eq!(states("icu_a1", "03-09 09:00").await, "ins_a1/icu soon");
        assert_eq!(
            states("qu_b1", "03-11 09:00").await,
            "ins_b1/icu overdue, ins_b2/dialysis overdue, ins_b3/endoscopy overdue"
        );
        let met = (Answer::Met, "");
        assert_eq!(refusal(look("qu_a1", "icu", met, "03-11 10:00").await), "NotAllowed");
        assert_eq!(refusal(look("icu_a1", "dialysis", met, "03-11 10:00").await), "NotFound");
        assert_eq!(refusal(look("med_a1", "pharmacy", met, "03-11 10:00").await), "Unknown");
        let silent = (Answer::NotMet, " ");
        assert_eq!(refusal(look("icu_a1", "icu", silent, "03-11 10:00").await), "Text");
        assert_eq!(look("icu_a1", "icu", met, "03-11 10:00").await.unwrap(), None);
        assert_eq!(refusal(look("med_a1", "icu", met, "03-11 10:00").await), "Answered");
        assert_eq!(states("icu_a1", "03-19 09:00").await, "ins_a1/icu fresh");
        let failed = (Answer::NotMet, "查房记录缺签名");
        let problem = look("icu_a1", "icu", failed, "03-20 10:00").await.unwrap().unwrap();
        let again = look("icu_a1", "icu", failed, "03-30 10:00").await.unwrap().unwrap();
        assert_eq!(problem, again, "one number for one item of one place");
        make("yz_1", ROUNDS, 0, "03-31 09:00").await.unwrap();
        assert_eq!(states("icu_a1", "03-31 10:00").await, "");
    })
    .await;
}

async fn prove(tx: &mut store::Tx, account: &str, address: &str) -> store::Result<String> {
    let at = on("02-10 10:00");
    oncall::enter_contact(tx, &By::system("test", at), account, Way::Sms, address, Some(at)).await
}

#[tokio::test]
async fn whoever_has_not_handed_in_is_told_before_the_deadline() {
    proves!("W55", "W37");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
        for (login, address) in [
            ("med_a1", "13900000001"),
            ("first_b1", "13900000002"),
            ("qu_a1", "13900000003"),
            ("icu_a1", "13900000004"),
        ] {
            let account = house.scope(login).await.account().unwrap().account_id.clone();
            step!(house.db, |tx| prove(tx, &account, address)).unwrap();
        }
        let sent = "select template || ' ' || (select address from contact
            where contact.contact_id = notice.contact_id) from notice order by 1";
        deadline::fire(&house.db, on("02-27 00:00")).await.unwrap();
        // Two days before the plan of the lines, and of the reports of the units.
        assert_eq!(
            house.column(sent).await,
            ["campaign_near 13900000001", "campaign_near 13900000002", "campaign_near 13900000003"]
        );
        let values = house.column("select particulars from notice").await.join(" ");
        assert!(values.contains("2017-02-28") && values.contains("自查报告"), "{values}");
        let (scope, same) = (house.scope("qu_a1").await, id.clone());
        let units = ["ins_a1".to_owned()];
        step!(house.db, |tx| {
            let at = on("02-28 10:00");
            campaign::urge(tx, &scope, &same, &units, (None, None), "请尽快报送", at)
        })
        .unwrap();
        let told = house.column(sent).await;
        assert_eq!(told.last().unwrap(), "campaign_urge 13900000001");
    })
    .await;
}

/// What the table of scopes asks of this part.
pub async fn work_seen(tx: &mut Tx, scope: &Scope, function: &str, id: &str) -> Result<String> {
    let now = on(crate::campaign_scope::AT);
    Ok(match function {
        "campaign::routines" => number(missing(campaign::routines(tx, scope, id).await)?.len()),
        "campaign::routine_lines" => {
            let rows = missing(campaign::routine_lines(tx, scope, id, now).await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::activities" => {
            let (all, filter) = (Slice::first(9), campaign::ActivityFilter::default());
            let listed = campaign::activities(tx, scope, id, &filter, all).await;
            let rows = missing_list(listed)?;
            letters(rows.iter().filter_map(|row| row.institution_id.as_deref()))
        }
        "campaign::pack_files" => {
            let mut seen = Vec::new();
            for file in missing(campaign::pack_files(tx, scope, id).await)? {
                let bytes = campaign::pack_file(tx, &file).await?;
                assert_eq!(bytes.unwrap().body, b"image");
                // Two files a unit: one of the problem, one of the sheet.
                seen.push(file.name_zh);
            }
            letters(seen.iter().map(String::as_str))
        }
        "campaign::efforts" => {
            let sum = missing(campaign::efforts(tx, scope, id).await)?;
            number(usize::try_from(sum.activities).unwrap())
        }
        "campaign::aims" => {
            let rules = [rules::campaign::TargetRule::default()];
            match campaign::aims(tx, scope, &rules, now).await {
                Ok((all, _)) => number(usize::try_from(all).unwrap()),
                Err(Error::Refused(_)) => "-".into(),
                Err(error) => return Err(error),
            }
        }
        other => panic!("{other}"),
    })
}

//! What was said between the levels of the demo's campaign: notices, urge notices, questions,
//! responsible persons, commendations.

use std::collections::HashMap;

use rules::Time;
use rules::account::AccountRole;
use store::campaign::{self, NewNotice, NewRecord};
use store::page::Slice;
use store::{Error, Result, Scope, Tx};

use super::campaign::{Story, Unit};
use super::load::Data;

fn scope(scopes: &HashMap<String, Scope>, login: &str) -> Result<Scope> {
    scopes.get(login).cloned().ok_or(Error::NotFound("account"))
}

/// A notice as the story's three hands publish it.
fn notice(number: &str, title: [&str; 2], body: &str, asks: &str) -> NewNotice {
    NewNotice {
        number: number.into(),
        title: title.map(str::to_owned),
        issued_at: Time(0),
        phase: Some("self_inspection".into()),
        body: body.into(),
        acknowledged_by: asks.into(),
    }
}

/// A commendation or an accountability record.
fn record(kind: &str, unit: &str, whom: &str, body: &str) -> NewRecord {
    NewRecord {
        kind: kind.into(),
        institution_id: unit.into(),
        problem_id: None,
        whom: whom.into(),
        body: body.into(),
        ..NewRecord::default()
    }
}

/// Says everything.
pub(super) async fn say(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    (id, scopes): (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    notices(tx, data, story, (id, scopes), at).await?;
    let city = scope(scopes, &story.author)?;
    let view = ("missing", None);
    let missing =
        campaign::submissions(tx, &city, id, "self_report", view, Slice::first(50)).await?;
    let units: Vec<String> =
        missing.rows.iter().take(7).map(|one| one.institution_id.clone()).collect();
    let about = (None, Some("self_report"));
    let body = "自查报告已过截止时间，请三日内报送并说明原因。";
    campaign::urge(tx, &city, id, &units, about, body, at.plus_days(-2)).await?;
    for (number, urge) in campaign::urges(tx, &city, id).await?.iter().enumerate().take(3) {
        let Some(unit) = data.units.iter().find(|unit| unit.id == urge.institution_id) else {
            continue;
        };
        let first = scope(scopes, &unit.login(AccountRole::FirstResponsible))?;
        let when = at.plus_days(-1);
        if number == 0 {
            let reply = "血透室改造未完，3 月 6 日前报送。";
            campaign::reply_urge(tx, &first, &urge.urge_id, reply, when).await?;
        } else {
            campaign::receive_urge(tx, &first, &urge.urge_id, when).await?;
        }
    }
    main_unit(tx, data, story, (id, scopes), at).await?;
    let second = data.units.get(1).ok_or(Error::NotFound("institution"))?;
    let good =
        record("commendation", &second.id, "重症医学科", "自查发现问题多、整改快，全部销号。");
    campaign::add_record(tx, &city, id, &good, at).await?;
    let bad = record("accountability", &units[0], "主要负责人", "自查报告未按期报送，约谈提醒。");
    campaign::add_record(tx, &city, id, &bad, at).await.map(drop)
}

async fn notices(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    (id, scopes): (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    let [author, reviewer, approver] = [&story.author, &story.reviewer, &story.approver];
    let issued = [at.plus_days(-22), at.plus_days(-19)];
    let plan = notice(
        "锡卫医〔2017〕演示号",
        ["关于印发医疗安全专项整治活动工作方案的通知", "Work plan for rectifying medical safety"],
        "各市（县）、区卫生计生行政部门，各直属医疗卫生单位，省属在锡医疗卫生单位，驻锡部队医院：\n\
         请结合实际，认真组织实施。",
        "unit",
    );
    let infection = notice(
        "锡卫医〔2017〕演示二号",
        ["关于开展医院感染自查自纠的通知", "Self-inspection of hospital infection"],
        "请各单位按检查表逐项自查，并传达到每一位职工。",
        "employee",
    );
    let mut ids = Vec::new();
    for (mut new, issued_at) in [plan, infection].into_iter().zip(issued) {
        new.issued_at = issued_at;
        let one = campaign::add_notice(tx, &scope(scopes, author)?, id, &new, issued_at).await?;
        campaign::review_notice(tx, &scope(scopes, reviewer)?, &one, issued_at).await?;
        campaign::approve_notice(tx, &scope(scopes, approver)?, &one, issued_at).await?;
        ids.push(one);
    }
    // Most units have signed for the plan, and told their people of the second notice.
    for (number, unit) in data.units.iter().enumerate() {
        if number % 11 == 10 {
            continue;
        }
        let first = scope(scopes, &unit.login(AccountRole::FirstResponsible))?;
        campaign::acknowledge(tx, &first, &ids[0], &[], issued[0].plus_days(1)).await?;
        let told = if number % 5 == 4 { unit.staff * 8 / 10 } else { unit.staff };
        let staff: Vec<String> = (1..=told.min(60)).map(|n| format!("{n:04}")).collect();
        if number < 24 && !staff.is_empty() {
            let med = scope(scopes, &unit.login(AccountRole::MedicalDepartment))?;
            campaign::acknowledge(tx, &med, &ids[1], &staff, issued[1].plus_days(2)).await?;
        }
    }
    Ok(())
}

/// The unit whose people sign in in the demo: its persons, and its questions.
async fn main_unit(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    (id, scopes): (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    let unit = data.units.iter().find(|unit| unit.id == story.main_unit);
    let unit: &Unit = unit.ok_or(Error::NotFound("institution"))?;
    let first = scope(scopes, &unit.login(AccountRole::FirstResponsible))?;
    let med = scope(scopes, &unit.login(AccountRole::MedicalDepartment))?;
    for (duty, person, title) in [
        ("first_responsible", "院长（演示）", "院长"),
        ("leader_in_charge", "分管副院长（演示）", "副院长"),
        ("medical_department", "陆闻笙", "科长"),
        ("committee", "院长、分管副院长、医务科、护理部、院感科、药剂科负责人", ""),
        ("department:icu", "蒋望舒", "科主任"),
        ("department:dialysis", "邵清和", "护士长"),
    ] {
        let who = (person, title);
        campaign::name_responsible(tx, &first, id, duty, who, at.plus_days(-18)).await?;
    }
    let question = "附件 2 由医务科填还是血透室填？";
    let asked = campaign::ask_question(tx, &med, id, question, at.plus_days(-3)).await?;
    let city = scope(scopes, &story.author)?;
    let answer = "血透室填写，医务科审核后报送。";
    campaign::answer_question(tx, &city, &asked, answer, at.plus_days(-2)).await?;
    campaign::share_answer(tx, &city, &asked, at.plus_days(-2)).await?;
    let open = "停用中的高压氧舱是否需要自查？";
    campaign::ask_question(tx, &med, id, open, at.plus_min(-30)).await.map(drop)
}

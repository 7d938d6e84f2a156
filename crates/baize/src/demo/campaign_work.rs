//! What the demo's campaign has done so far: kick-off, training, drills, a joint inspection; an
//! item that stays; and the city's library of documents.

use std::collections::HashMap;

use rules::Time;
use rules::account::AccountRole;
use rules::campaign::{ActivityKind, Answer, Effort};
use store::campaign::{self, NewActivity};
use store::policy::{self, NewPolicy};
use store::{Error, Result, Scope, Tx};

use super::campaign::Story;
use super::load::Data;

fn scope(scopes: &HashMap<String, Scope>, login: &str) -> Result<Scope> {
    scopes.get(login).cloned().ok_or(Error::NotFound("account"))
}

fn activity(
    kind: ActivityKind,
    [title, place]: [&str; 2],
    held_at: Time,
    effort: Effort,
) -> NewActivity {
    NewActivity {
        request_key: format!("demo:{}:{title}:{}", kind.code(), held_at.0),
        kind,
        title: title.into(),
        place: place.into(),
        held_at,
        effort,
        units: Vec::new(),
        body: String::new(),
    }
}

/// What was said between the levels, then what was done.
pub(super) async fn after(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    here: (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    super::campaign_talk::say(tx, data, story, here, at).await?;
    work(tx, data, story, here, at).await
}

async fn work(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    (id, scopes): (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    let city = scope(scopes, &story.author)?;
    let people = |people| Effort { people, ..Effort::default() };
    let opening = activity(
        ActivityKind::KickOff,
        ["全市医疗安全专项整治动员部署会", "市卫生计生委会议室"],
        at.plus_days(-21),
        people(186),
    );
    campaign::add_activity(tx, &city, id, &opening, at).await?;
    let mut joint = activity(
        ActivityKind::Inspection,
        ["医政、监督、院感质控联合检查血液透析室", "全市"],
        at.plus_days(-2),
        Effort { officers: 18, agencies: 4, ..Effort::default() },
    );
    let dialysis = data.units.iter().filter(|unit| unit.stations > 0);
    joint.units = dialysis.take(9).map(|unit| unit.id.clone()).collect();
    campaign::add_activity(tx, &city, id, &joint, at).await?;
    for (number, unit) in data.units.iter().filter(|unit| unit.staff >= 60).take(12).enumerate() {
        let med = scope(scopes, &unit.login(AccountRole::MedicalDepartment))?;
        let day = at.plus_days(-(number as i64 % 9) - 4);
        let there = unit.staff * 9 / 10;
        let taught = Effort { people: there, tested: there, passed: there * 19 / 20, ..people(0) };
        let title = ["“三基三严”与核心制度培训考核", "本院"];
        let mut training = activity(ActivityKind::Training, title, day, taught);
        training.request_key += &unit.id;
        campaign::add_activity(tx, &med, id, &training, at).await?;
        if number % 3 == 0 {
            let drill = ["透析中停水停电应急演练", "本院"];
            let mut drill = activity(ActivityKind::Drill, drill, day.plus_days(1), people(24));
            drill.request_key += &unit.id;
            campaign::add_activity(tx, &med, id, &drill, at).await?;
        }
    }
    stays(tx, data, story, (id, scopes), at).await?;
    library(tx, story, scopes, at).await
}

/// One item has become routine already: hand-overs, looked at every week.
async fn stays(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    (id, scopes): (&str, &HashMap<String, Scope>),
    at: Time,
) -> Result<()> {
    let city = scope(scopes, &story.author)?;
    let item = "core_systems.rescue";
    campaign::make_routine(tx, &city, id, (item, 7), at.plus_days(-9)).await?;
    for (number, unit) in data.units.iter().filter(|unit| unit.staff >= 60).enumerate() {
        let med = scope(scopes, &unit.login(AccountRole::MedicalDepartment))?;
        for department in unit.departments.iter().take(number % 4) {
            let place = (id, &**department, item);
            let day = at.plus_days(-(number as i64 % 6)).plus_min(-90);
            match campaign::check_routine(tx, &med, place, (Answer::Met, ""), day).await {
                // Not every kind of department is asked.
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// The documents of the city's library: two that anybody reads, one inside, one waiting.
async fn library(
    tx: &mut Tx,
    story: &Story,
    scopes: &HashMap<String, Scope>,
    at: Time,
) -> Result<()> {
    let [author, reviewer, approver] =
        [&story.author, &story.reviewer, &story.approver].map(|login| scope(scopes, login));
    let (author, reviewer, approver) = (author?, reviewer?, approver?);
    for (number, title_zh, title_en, body, public, steps) in [
        (
            "锡卫医〔2017〕演示号",
            "医疗安全专项整治活动工作方案",
            "Work plan for rectifying medical safety",
            "全市各级各类医疗机构自 2 月 10 日至 3 月 25 日开展医疗安全专项整治，\
             分组织部署、自查自纠、督查抽查、总结整改四个阶段。",
            true,
            2,
        ),
        (
            "锡卫医〔2017〕演示二号",
            "关于开展医院感染自查自纠的通知",
            "Self-inspection of hospital infection",
            "请各单位按检查表逐项自查，并传达到每一位职工。",
            true,
            2,
        ),
        (
            "锡卫医〔2017〕演示三号",
            "专项整治督查抽查工作规则",
            "Rules of spot checks",
            "抽查名单由系统按公开的种子随机抽取，每组两人以上，结果当场录入。",
            false,
            2,
        ),
        (
            "锡卫医〔2017〕演示四号",
            "血液透析安全长效管理办法",
            "Lasting management of haemodialysis safety",
            "专项整治的检查条目转为常规检查，按期再查。",
            true,
            1,
        ),
    ] {
        let new = NewPolicy {
            number: number.into(),
            title: [title_zh.into(), title_en.into()],
            issuer: "无锡市卫生和计划生育委员会".into(),
            issued_at: at.plus_days(-20),
            body: body.into(),
            link: String::new(),
            public,
        };
        let made = policy::add_policy(tx, &author, &new, at.plus_days(-20)).await?;
        policy::step_policy(tx, &reviewer, &made, "review", at.plus_days(-19)).await?;
        if steps > 1 {
            policy::step_policy(tx, &approver, &made, "approve", at.plus_days(-19)).await?;
        }
    }
    Ok(())
}

//! Adverse events through the pages: a report without login, the department's desk, and the doors
//! that stay shut to whoever it is not meant for.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::pages::{House, Page, chinese_in};
use crate::proves;

const NEAR_MISS: &str = "kind=near_miss&category=identification&department=theatre\
    &institution=青禾医疗美容门诊部&physical=none&psychological=none\
    &story=核对时发现腕带名字不对，没有用药&holder=institution&allow=nobody";

impl House {
    /// A stranger sends a form.
    async fn sends(&self, path: &str, form: &str) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.send(request).await
    }
}

/// What stands between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let at = text.find(before).unwrap_or_else(|| panic!("no {before}")) + before.len();
    text[at..].split(after).next().unwrap()
}

#[tokio::test]
async fn a_near_miss_is_told_without_a_name_and_reaches_the_department_alone() {
    proves!("W10");
    let house = House::open().await;
    let form = house.visit("/report").await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(!form.text.contains("<script"), "works without script");
    assert!(form.text.contains("不作为处罚、预警或信用的依据"));
    // Nothing chosen: the form comes back as it was typed.
    let wrong = house.sends("/report", "story=腕带名字不对&category=drug").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("腕带名字不对</textarea>"), "{}", wrong.text);
    let filed = house.sends("/report", NEAR_MISS).await;
    assert_eq!(filed.status, StatusCode::OK, "{}", filed.text);
    let number = between(&filed.text, "<dd class=\"mono\">", "<").to_owned();
    let code = between(&filed.text, "big mono\">", "<").to_owned();
    assert!(filed.text.contains("青禾医疗美容门诊部 医务部门"), "{}", filed.text);
    let own = house.visit(&format!("/report/{code}")).await;
    assert!(own.text.contains(&number) && own.text.contains("已送达，等受理"), "{}", own.text);
    assert_eq!(house.visit("/report/AAAAA-AAAAA-AAAAA-AAAAA").await.status, StatusCode::NOT_FOUND);

    let clinic = house.sign_in("clinic", "zh").await;
    let list = clinic.get("/incidents?view=new").await;
    let row = list.text.split("data-open=\"").find(|row| row.contains(&number)).unwrap();
    let path = row.split('"').next().unwrap().to_owned();
    let page = clinic.get(&path).await;
    assert!(page.text.contains("腕带名字不对") && page.text.contains("没有让处理人知道身份"));
    // A near miss of grade II does not exist: told, and the note is not lost.
    let steps = format!("{path}/steps");
    let grade = "step=grade&kind=near_miss&physical=none&psychological=none&people=1";
    let refused = clinic.post(&steps, &format!("{grade}&grade=II&text=已核对腕带")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("级别与伤害程度不符"), "{}", refused.text);
    assert!(refused.text.contains("已核对腕带</textarea>"));
    let graded = clinic.post(&steps, &format!("{grade}&grade=IV")).await;
    assert_eq!(graded.status, StatusCode::SEE_OTHER, "{}", graded.text);
    let closed =
        clinic.post(&steps, "step=close&closure=no_further&text=谢谢，已加固腕带核对").await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    let own = house.visit(&format!("/report/{code}")).await;
    assert!(own.text.contains("谢谢，已加固腕带核对"), "the reporter reads the answer");

    // Nobody else: not the bureau's officers at all, not its director this one.
    for login in ["officer", "duty", "officer-tz"] {
        let stranger = house.sign_in(login, "zh").await;
        for path in ["/incidents", "/incidents.xlsx", "/incidents/rates", &path] {
            assert_eq!(stranger.get(path).await.status, StatusCode::FORBIDDEN, "{login} {path}");
        }
    }
    let director = house.sign_in("director", "zh").await;
    assert_eq!(director.get(&path).await.status, StatusCode::NOT_FOUND);
    assert!(!director.get("/incidents?view=all").await.text.contains(&number));
    let other = house.sign_in("clinic-bailu", "zh").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let shut = other.post(&steps, "step=reopen&text=x").await;
    assert_eq!(shut.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_authority_reads_the_departments_account_and_not_the_reporter() {
    proves!("W34", "W36");
    let house = House::open().await;
    let director = house.sign_in("director", "zh").await;
    let list = director.get("/incidents?view=all").await;
    let row = |what: &str| {
        let rows = list.text.split("data-open=\"").skip(1);
        let found = rows.into_iter().find(|row| row.contains(what));
        found.unwrap_or_else(|| panic!("no {what}")).split('"').next().unwrap().to_owned()
    };
    let path = row("手术与操作");
    let page = director.get(&path).await;
    assert!(page.text.contains("失血性休克"), "the account is there");
    for word in ["血压下降，紧急止血", "报告人", "与报告人的留言"] {
        assert!(!page.text.contains(word), "{word}");
    }
    let sheet = director.get(&format!("{path}/sheet")).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.text.contains("重大医疗质量安全事件") && sheet.text.contains("WL-20231231-01"));
    // Three infections in one room are hinted at; the reports themselves are not shown.
    assert!(list.text.contains("同一科室感染聚集") && !list.text.contains("脓"));
    let export = director.get("/incidents.xlsx?view=all").await;
    assert!(export.text.contains("芷兰") && !export.text.contains("血压下降"));
}

#[tokio::test]
async fn the_rates_open_the_reports_behind_them() {
    proves!("Z7");
    let house = House::open().await;
    let clinic = house.sign_in("clinic", "zh").await;
    let rates = clinic.get("/incidents/rates?from=2023-12-01&until=2023-12-31").await;
    assert_eq!(rates.status, StatusCode::OK);
    let href = "/incidents?view=counted&amp;from=2023-12-01&amp;until=2023-12-31";
    let href = if rates.text.contains(href) { href } else { &href.replace("&amp;", "&#38;") };
    let count: usize = between(&rates.text, &format!("href=\"{href}\">"), "<").parse().unwrap();
    let list = clinic.get("/incidents?view=counted&from=2023-12-01&until=2023-12-31").await;
    assert_eq!(list.text.matches("data-open=").count(), count);
    assert_eq!(count, 4, "laryngospasm, filler, fall, dispute");
}

#[tokio::test]
async fn every_page_of_events_is_english_when_asked() {
    let house = House::open().await;
    let mut stray = Vec::new();
    for login in ["clinic", "director", "clinic-zhilan", "clinic-yunting"] {
        let browser = house.sign_in(login, "en").await;
        let list = browser.get("/incidents?view=all").await;
        let mut paths: Vec<String> = Vec::new();
        for part in list.text.split("data-open=\"").skip(1) {
            paths.push(part.split('"').next().unwrap().to_owned());
        }
        assert!(!paths.is_empty(), "{login}");
        paths.extend(["/incidents", "/incidents?view=late", "/incidents/rates"].map(str::to_owned));
        if login.starts_with("clinic") {
            paths.push("/incidents/new".into());
        }
        for path in paths {
            let page = browser.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{login} {path}");
            stray.extend(chinese_in(&format!("{login} {path}"), &page.text));
        }
    }
    let doctor = house.sign_in("doctor-zhao", "en").await.get("/incidents").await;
    stray.extend(chinese_in("doctor-zhao", &doctor.text));
    for path in ["/report?lang=en", "/report?lang=en&large=1", "/report/x?lang=en"] {
        stray.extend(chinese_in(path, &house.visit(path).await.text));
    }
    let own = house.visit("/report/00000-00000-00000-00003?lang=en").await;
    assert_eq!(own.status, StatusCode::OK);
    stray.extend(chinese_in("own", &own.text));
    assert!(stray.is_empty(), "{}", stray.join("\n"));
}

//! The library of campaigns: what the packs say, against what their sources say.

use rules::campaign::{CellFault, Template, Value};
use store::Packs;

use crate::house::packs;

fn departments<'p>(packs: &'p Packs, template: &str) -> Vec<&'p str> {
    let found = packs.campaign_templates().find(|(_, one)| one.code == template);
    let codes = &found.unwrap().1.departments;
    codes.iter().map(|code| &*packs.department(code).unwrap().name_zh).collect()
}

#[test]
fn thirteen_key_departments_in_one_plan_and_nine_in_the_other() {
    proves!("W20", "W54");
    let packs = packs();
    assert_eq!(
        departments(&packs, "wuxi_2017_a").join("、"),
        "产房、新生儿室、手术室、门急诊、重症监护室、血液透析室、内镜诊疗室、高压氧治疗室、\
         静脉用药调配中心、消毒供应室、介入室、口腔科、中医诊室"
    );
    assert_eq!(
        departments(&packs, "wuxi_2017_b").join("、"),
        "急诊科、重症监护室、新生儿室、血液透析室、外科、麻醉科（手术室）、药剂科、消毒供应室、\
         护理管理"
    );
}

#[test]
fn the_drive_of_2023_counts_officers_and_institutions_by_class() {
    proves!("N54");
    let packs = packs();
    let found = packs.campaign_templates().find(|(_, one)| one.code == "reproduction_2023");
    let annex = &found.unwrap().1.annexes[0];
    let figures = |inspected| -> Vec<Value<'_>> {
        let told = [
            ("officer_times", 473),
            ("inspected_art", 2),
            ("inspected_mch", 133),
            ("inspected_other", 151),
            ("inspected", inspected),
            ("found", 0),
            ("self_found", 0),
            ("spot_found", 0),
            ("major", 0),
            ("struck_off", 0),
            ("reopened", 0),
        ];
        told.map(|(cell, value)| (cell, Some(value), "")).to_vec()
    };
    assert_eq!(annex.check(&figures(286)), []);
    assert_eq!(annex.check(&figures(285)), [CellFault::Rule("inspected_sum".into())]);
}

fn titles(packs: &Packs, list: &str, version: &str) -> String {
    let list = packs.checklist(list, version).unwrap();
    list.items.iter().map(|item| &*item.title_zh).collect::<Vec<_>>().join("\n")
}

#[test]
fn checklists_of_assisted_reproduction_ask_what_the_drive_looked_at() {
    proves!("N55", "N56", "N57");
    let asked = titles(&packs(), "reproduction", "2023.09");
    for word in ["批准的范围", "职称", "应急预案", "精子库", "出入库", "液氮"] {
        assert!(asked.contains(word), "{word}");
    }
    for word in ["结婚证", "身份证", "知情同意书"] {
        assert!(asked.contains(word), "{word}");
    }
}

#[test]
fn checklists_of_birth_certificates_want_two_checks_of_identity() {
    proves!("N58");
    let asked = titles(&packs(), "birth_certificate", "2023.09");
    for word in ["系统核验身份", "纸质材料复核", "无虚假签发"] {
        assert!(asked.contains(word), "{word}");
    }
}

#[test]
fn the_lists_of_2017_cover_what_the_plan_names() {
    proves!("W13", "W14", "W15");
    let packs = packs();
    assert_eq!(packs.checklist("core_systems", "2017.02").unwrap().items.len(), 18);
    for list in [
        "perinatal",
        "perioperative",
        "invasive",
        "critical_values",
        "laboratory",
        "infection",
        "drugs_devices",
        "blood_borne",
        "haemodialysis",
        "training",
        "organisation",
    ] {
        let found = packs.checklist(list, "2017.02");
        assert!(found.is_some_and(|list| list.items.len() >= 4), "{list}");
    }
}

fn template<'p>(packs: &'p Packs, code: &str) -> &'p Template {
    packs.campaign_templates().find(|(_, one)| one.code == code).unwrap().1
}

fn phases(packs: &Packs, code: &str) -> Vec<String> {
    let phases = template(packs, code).phases.iter();
    phases.map(|one| format!("{} {} {}", one.title_zh, one.from, one.until)).collect()
}

#[test]
fn plan_a_of_2017_has_the_phases_of_its_document() {
    proves!("W2", "W27", "W35");
    assert_eq!(
        phases(&packs(), "wuxi_2017_a"),
        [
            "组织部署 2017-02-10 2017-02-23",
            "自查自纠 2017-02-13 2017-02-28",
            "督查抽查 2017-03-01 2017-03-10",
            "总结整改 2017-03-11 2017-03-25",
        ]
    );
}

#[test]
fn plan_b_of_2017_has_the_phases_of_its_document() {
    proves!("W50", "W53", "W56");
    assert_eq!(
        phases(&packs(), "wuxi_2017_b"),
        [
            "宣传发动 2017-02-10 2017-02-15",
            "自查自纠 2017-02-16 2017-02-25",
            "集中检查 2017-02-26 2017-03-10",
        ]
    );
}

#[test]
fn each_level_has_its_tasks_and_a_summary_the_parts_of_the_notice() {
    proves!("W43", "W46", "W63");
    let packs = packs();
    let plan = template(&packs, "wuxi_2017_a");
    let summary = plan.sections.iter().filter(|one| one.deliverable == "summary");
    let titles: Vec<&str> = summary.map(|one| &*one.title_zh).collect();
    assert_eq!(titles, ["活动开展情况", "自查自纠情况", "督查情况", "存在问题", "整改措施"]);
    let dues = plan.dues.iter().map(|one| format!("{} {}", one.code, one.holder.code()));
    assert_eq!(
        dues.collect::<Vec<_>>(),
        [
            "plan branch",
            "self_report institution",
            "summary branch",
            "annex_1 institution",
            "annex_2 institution",
            "indicators institution",
        ]
    );
}

#[test]
fn the_lists_of_2017_ask_for_what_the_plans_put_first() {
    proves!("W17", "W21", "W59");
    let packs = packs();
    let asked = |list: &str, words: &[&str]| {
        let titles = titles(&packs, list, "2017.02");
        for word in words {
            assert!(titles.contains(word), "{list}: {word}");
        }
    };
    asked("organisation", &["机构落实", "人员落实", "职责落实", "任务落实"]);
    asked("infection", &["消毒隔离", "无菌操作"]);
    asked("blood_borne", &["乙肝、丙肝、艾滋病毒"]);
    assert!(packs.checklist("laboratory", "2017.02").unwrap().items.len() >= 4);
    assert!(packs.checklist("training", "2017.02").unwrap().items.len() >= 4);
}

//! The library of campaigns: what the packs say, against what their sources say.

use rules::campaign::{CellFault, Value};
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

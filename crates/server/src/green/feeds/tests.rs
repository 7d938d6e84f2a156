use rules::calendar::{Calendar, WeekStart};
use store::oncall::{Hospital, Zone};

use super::*;

const HOSTILE: &str = "</areaDesc><script>\u{1}&\"'";

fn channel() -> Channel {
    let hospital = Hospital {
        hospital_id: "hos_a".into(),
        region_code: "440402".into(),
        name_zh: HOSTILE.into(),
        name_en: HOSTILE.into(),
        short_zh: "甲".into(),
        short_en: "A".into(),
        address_zh: "路".into(),
        address_en: "Road".into(),
        gate_zh: String::new(),
        gate_en: String::new(),
        phone: "0756-1".into(),
        lat: 22.25,
        lng: 113.5,
        answers_by: "desk".into(),
    };
    let zone = Zone {
        zone_id: "zon_a".into(),
        name_zh: "吉大片".into(),
        name_en: "Jida & <b>".into(),
        primary_id: "hos_a".into(),
        backup_id: None,
        // With the clock and open.
        ring: vec![[113.0, 22.0], [113.0, 23.0], [114.0, 23.0], [114.0, 22.0]],
        from_at: 0,
        until_at: None,
    };
    Channel {
        hospitals: vec![hospital],
        capabilities: Vec::new(),
        zones: vec![zone],
        hotlines: Vec::new(),
        readiness: Vec::new(),
    }
}

/// Whether every tag is closed in turn and no bare sign is left: enough of XML for what we write.
fn well_formed(xml: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml.split_once("?>").map_or(xml, |(_, rest)| rest).trim();
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        let bare = text.split('&').skip(1).any(|part| {
            let name = part.split(';').next().unwrap_or("");
            let known = ["amp", "lt", "gt", "quot", "apos"].contains(&name);
            !(known || name.starts_with('#'))
        });
        let control = text.chars().any(|c| c.is_control() && c != '\n');
        if bare || control || text.contains('>') {
            return false;
        }
        let Some((tag, after)) = rest[at + 1..].split_once('>') else { return false };
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(_) => return false,
            None => open.push(tag.split(' ').next().unwrap_or("")),
        }
        rest = after;
    }
    open.is_empty() && rest.trim().is_empty()
}

fn xml(exercise: bool) -> String {
    let channel = channel();
    let info = |lang: Lang| Info {
        tag: lang.pick("zh-CN", "en-US"),
        event: lang.green_event(),
        sender: "白泽 & Co".into(),
        headline: lang.cap_headline("<city>"),
        what: lang.cap_what(1, 1),
        instruction: lang.cap_instruction("0756-1"),
        contact: lang.cap_contact("0756-1"),
        areas: areas(lang, &channel),
    };
    let cap = Cap {
        identifier: "baize-440400-green-1".into(),
        sender: "baize.440400".into(),
        sent: "2025-03-14T20:00:00+08:00".into(),
        expires: "2025-03-15T20:00:00+08:00".into(),
        exercise,
        infos: vec![info(Lang::Zh), info(Lang::En)],
    };
    cap.render().unwrap()
}

#[test]
fn the_alert_is_well_formed_in_both_languages() {
    let text = xml(false);
    assert!(well_formed(&text), "{text}");
    assert!(!well_formed("<?xml?><a>x & y</a>") && !well_formed("<a><b></a></b>"));
    for part in [
        "<language>zh-CN</language>",
        "<language>en-US</language>",
        "<status>Actual</status>",
        "<msgType>Alert</msgType>",
        "<scope>Public</scope>",
        "<category>Health</category>",
        "<circle>22.250000,113.500000 0.3</circle>",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let ring = "<polygon>22.000000,113.000000 22.000000,114.000000 23.000000,114.000000 ";
    assert_eq!(text.matches(ring).count(), 2, "latitude first, against the clock");
    assert!(!text.contains("<note>"));
    assert!(xml(true).contains("<status>Exercise</status>") && xml(true).contains("<note>"));
}

#[test]
fn hostile_names_stay_text() {
    let text = xml(false);
    assert!(!text.contains("<script>") && !text.contains('\u{1}') && !text.contains("<b>"));
    let body = features(&channel()).to_string();
    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(read["features"][1]["properties"]["name_zh"], HOSTILE);
}

#[test]
fn rings_are_closed_and_against_the_clock() {
    let with = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]];
    let against = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
    let turned = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
    assert_eq!(outer(&with), turned);
    assert_eq!(outer(&against), turned);
    assert!(outer(&[]).is_empty());
    let body = features(&channel());
    let ring = &body["features"][0]["geometry"]["coordinates"][0];
    assert_eq!(ring[0], ring[4]);
    assert_eq!(body["features"][1]["geometry"]["coordinates"][0], 113.5, "longitude first");
}

#[test]
fn moments_carry_their_offset() {
    let at = |offset_min| {
        let calendar = Calendar { offset_min, week_starts_on: WeekStart::Monday };
        moment(When { lang: Lang::Zh, calendar }, Time(1_741_953_600_000))
    };
    assert_eq!(at(480), "2025-03-14T20:00:00+08:00");
    assert_eq!(at(-210), "2025-03-14T08:30:00-03:30");
}

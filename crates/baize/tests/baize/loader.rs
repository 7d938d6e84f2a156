//! Reading the files of a city: good ones load, bad ones give sentences that name the place.

use baize::demo::{Data, Timeline, city};

const CITY: &str = include_str!("../../../../demo/nantong/city.toml");
const INSTITUTIONS: &str = include_str!("../../../../demo/nantong/institutions.toml");
const PRACTITIONERS: &str = include_str!("../../../../demo/nantong/practitioners.toml");
const OPERATIONS: &str = include_str!("../../../../demo/nantong/operations.toml");
const STORY: &str = include_str!("../../../../demo/nantong/story.toml");

/// Reads Nantong with one text replaced by another in whatever file has it.
fn with(before: &str, after: &str) -> Result<Data, String> {
    let files = [
        ("city.toml", CITY),
        ("institutions.toml", INSTITUTIONS),
        ("practitioners.toml", PRACTITIONERS),
        ("operations.toml", OPERATIONS),
        ("story.toml", STORY),
    ];
    assert!(files.iter().any(|(_, text)| text.contains(before)), "nothing to replace: {before}");
    let texts = files.map(|(name, text)| (name, text.replacen(before, after, 1)));
    let borrowed: Vec<(&str, &str)> =
        texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Data::read(&borrowed).map_err(|wrong| wrong.to_string())
}

#[test]
fn the_demo_city_loads_and_becomes_a_timeline() {
    let data = city("nantong").unwrap();
    assert_eq!(data.institutions.len(), 68);
    assert_eq!(data.accounts.len(), 75);
    let timeline = Timeline::of(&data).unwrap();
    assert!(timeline.steps.is_sorted_by_key(|step| step.at));
    assert_eq!(timeline.terminals[0].id, "T-0001");
    let default_at = data.city.default_at.at(data.calendar());
    assert!(timeline.earliest < default_at && default_at < timeline.latest);
    assert!(city("atlantis").unwrap_err().to_string().contains("nantong"));
}

#[test]
fn what_is_wrong_is_said_with_file_and_entry() {
    // Columns: what stands in the files, what is put there, what the sentence must hold.
    let table = [
        ("every_days = 10", "every_days = \"ten\"", "operations.toml: TOML parse error at line"),
        ("theatres = 4", "theatres = 4\nlifts = 2", "institutions.toml: TOML parse error at line"),
        ("theatres = 4", "theatres = 4\nlifts = 2", "lifts"),
        ("registered_on = \"2023-09-05\"", "registered_on = \"2023-09-31\"", "is not a day like"),
        ("opens = \"08:00\"", "opens = \"8 am\"", "is not a time of day like 15:30"),
        ("declared = \"2024-01-02T13:20:00\"", "declared = \"noon\"", "is not a local time like"),
        ("kind = \"hospital\"", "kind = \"castle\"", "unknown variant `castle`"),
        (
            "key = \"li\"\ninstitution = \"ins_qinghe\"",
            "key = \"li\"\ninstitution = \"ins_nowhere\"",
            "operations.toml: [[operation]] \"li\": institution \"ins_nowhere\" is not known",
        ),
        (
            "key = \"li\"\ninstitution = \"ins_qinghe\"\nroom = \"T1\"",
            "key = \"li\"\ninstitution = \"ins_qinghe\"\nroom = \"T9\"",
            "[[operation]] \"li\": \"ins_qinghe\" has no room \"T9\"",
        ),
        (
            "{who=\"prc_xu\", role=\"anaesthetist\", in=\"2024-01-02T14:45:00\"",
            "{who=\"prc_xu\", role=\"anaesthetist\", in=\"2024-01-02T17:45:00\"",
            "[[operation]] \"li\": prc_xu leaves before coming in",
        ),
        ("login = \"officer2\"", "login = \"officer\"", "[[account]] \"officer\" stands twice"),
        (
            "login = \"officer2\"",
            "login = \"officer3\"",
            "story.toml: [[disposal]] A14 of \"ins_zhilan\": account \"officer2\" is not known",
        ),
        ("score = 0.31", "score = 31", "[[check]] of prc_linzhixia in \"ins_bailu\": score"),
        ("[city]", "[town]", "city.toml: TOML parse error"),
    ];
    for (before, after, sentence) in table {
        let said = with(before, after).err().unwrap_or_default();
        assert!(said.contains(sentence), "{after}: {said}");
    }
}

#[test]
fn every_fault_is_said_at_once() {
    let said = with("who = \"prc_luojing\"", "who = \"prc_nobody\"").err().unwrap();
    assert!(said.contains("prc_nobody"));
    let empty = Data::read(&[("a.toml", ""), ("b.toml", "")]).err().unwrap().to_string();
    assert!(empty.contains("[city]"), "{empty}");
    let both = Data::read(&[("a.toml", "x = 1"), ("b.toml", "y = 2")]).err().unwrap().to_string();
    assert!(both.contains("a.toml") && both.contains("b.toml"), "{both}");
}

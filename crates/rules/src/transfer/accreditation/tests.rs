use super::*;

const DAY: i64 = Time::DAY_MS;

fn pack() -> AccreditationPack {
    let text = include_str!("../../../../../packs/transfer/accreditation-2023.06.toml");
    toml::from_str(text).unwrap()
}

/// Certificates as text: `inspection:0-100`, in days; `!50` revokes it on that day.
fn held(text: &str) -> Vec<Held> {
    let one = |word: &str| {
        let (kind, span) = word.split_once(':').unwrap();
        let (span, revoked) = span.split_once('!').map_or((span, None), |(a, b)| (a, Some(b)));
        let (from, until) = span.split_once('-').unwrap();
        let day = |text: &str| Time(text.parse::<i64>().unwrap() * DAY);
        Held {
            certificate: Certificate::of(long(kind)).unwrap(),
            from: day(from),
            until: day(until),
            revoked_at: revoked.map(day),
        }
    };
    text.split_whitespace().filter(|word| *word != "-").map(one).collect()
}

const WHOLE: &str = "operating_licence:0-900 inspection:0-900 insurance:0-900 disinfection:0-900";

/// Short words of the table.
const SHORT: [(&str, &str); 10] = [
    ("reg", "operating_licence"),
    ("insp", "inspection"),
    ("ins", "insurance"),
    ("dis", "disinfection"),
    ("lic", "driving_licence"),
    ("card", "driver_card"),
    ("aid", "first_aid"),
    ("fit", "health_check"),
    ("nur", "nurse_licence"),
    ("doc", "doctor_licence"),
];

/// The certificate's own word for a short one.
fn long(word: &str) -> &str {
    SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| long)
}

/// Role (`vehicle` for none) | held | day | lacks
const TABLE: &str = "
vehicle | reg:0-900 insp:0-900 ins:0-900 dis:0-900 | 10 | -
vehicle | - | 10 | reg:missing insp:missing ins:missing dis:missing
vehicle | reg:0-900 insp:0-10 ins:0-900 dis:0-900 | 9 | -
vehicle | reg:0-900 insp:0-10 ins:0-900 dis:0-900 | 10 | insp:expired
vehicle | reg:0-900!10 insp:0-900 ins:0-900 dis:0-900 | 10 | reg:revoked
vehicle | reg:0-900 insp:20-900 ins:0-900 dis:0-900 | 10 | insp:not_yet
vehicle | reg:0-900 insp:0-8 insp:20-900 ins:0-900 dis:0-900 | 10 | insp:expired
driver | lic:0-900 card:0-900 aid:0-900 fit:0-900 | 10 | -
driver | lic:0-900 card:0-900 aid:0-900 | 10 | fit:missing
escort | aid:0-900 fit:0-900 | 10 | -
nurse | aid:0-900 fit:0-900 | 10 | nur:missing
nurse | aid:0-900 fit:0-900 nur:0-900 | 10 | -
doctor | aid:0-900 fit:0-900 nur:0-900 | 10 | doc:missing
doctor | aid:0-900 fit:0-900 doc:0-900 | 10 | -
";

#[test]
fn what_a_vehicle_and_its_crew_lack() {
    let pack = pack();
    for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [role, certificates, day, expected] = cells[..] else { panic!("{row}") };
        let at = Time(day.parse::<i64>().unwrap() * DAY);
        let found = lacks(&pack, CrewRole::of(role), &held(certificates), at);
        let found: Vec<String> = found
            .iter()
            .map(|lack| {
                let code = lack.certificate.code();
                let short = SHORT.iter().find(|(_, long)| *long == code).unwrap().0;
                format!("{short}:{}", lack.why.code())
            })
            .collect();
        let found = if found.is_empty() { "-".to_owned() } else { found.join(" ") };
        assert_eq!(found, expected, "row: {row}");
    }
}

#[test]
fn warnings_come_sixty_thirty_and_seven_days_ahead() {
    let pack = pack();
    let standing = |certificates: &str, day: i64| {
        let warnings = warnings(&pack, None, &held(certificates), Time(day * DAY));
        let word = |one: &Warning| format!("{}:{}", one.certificate.code(), one.within_days);
        warnings.iter().map(word).collect::<Vec<_>>().join(" ")
    };
    let soon = WHOLE.replace("inspection:0-900", "inspection:0-100");
    for (day, expected) in [
        (39, ""),
        (40, "inspection:60"),
        (69, "inspection:60"),
        (70, "inspection:30"),
        (93, "inspection:7"),
        (99, "inspection:7"),
        // Expired is no warning any more, it is A40.
        (100, ""),
    ] {
        assert_eq!(standing(&soon, day), expected, "day {day}");
    }
    // A certificate that follows without a gap ends the warning.
    assert_eq!(standing(&format!("{soon} inspection:100-465"), 95), "");
    assert_eq!(standing(&format!("{soon} inspection:101-465"), 95), "inspection:7");
}

#[test]
fn an_accreditation_reaches_to_the_first_gap() {
    let pack = pack();
    let text = WHOLE.replace("inspection:0-900", "inspection:0-100 inspection:90-200");
    let until = |text: &str, day: i64| {
        let until = accredited_until(&pack, None, &held(text), Time(day * DAY));
        until.map(|until| until.0 / DAY)
    };
    assert_eq!(until(&text, 10), Some(200));
    assert_eq!(until(&text, 250), Some(250), "not accredited at all");
    assert_eq!(until("-", 250), Some(250));
    let look =
        |day: i64| next_look(&pack, None, &held(&text), Time(day * DAY)).map(|at| at.0 / DAY);
    assert_eq!(look(10), Some(140));
    assert_eq!(look(140), Some(170));
    assert_eq!(look(170), Some(193));
    assert_eq!(look(193), Some(200));
    // After it only the others are looked at.
    assert_eq!(look(200), Some(840));
}

#[test]
fn a_pack_that_demands_nonsense_says_so() {
    let mut wrong = pack();
    assert_eq!(wrong.faults(), Vec::<String>::new());
    wrong.watch.warn_days = vec![7, 30];
    wrong.demands.retain(|demand| demand.certificate.holder() == Holder::Crew);
    wrong.demands.push(wrong.demands[0].clone());
    assert_eq!(wrong.faults().len(), 3, "{:?}", wrong.faults());
}

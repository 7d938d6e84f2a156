use super::*;

fn pack() -> ServicePack {
    let text = include_str!("../../../../../packs/transfer/service-2025.11.toml");
    let pack: ServicePack = toml::from_str(text).unwrap();
    assert_eq!(pack.faults(), Vec::<String>::new());
    pack
}

/// Minutes from now: ready | appointment | drive s | what is wrong
const TABLE: &str = "
15    | -     | 0    | -
14    | -     | 0    | too_soon
-1    | -     | 0    | too_soon
86400 | -     | 0    | -
86401 | -     | 0    | too_far
-     | 86401 | 0    | too_far
60    | 95    | 0    | -
60    | 94    | 0    | missed
60    | 125   | 1800 | -
60    | 124   | 1800 | missed
-     | 50    | 0    | -
-     | 49    | 0    | too_soon
-     | 80    | 1800 | -
-     | 79    | 1800 | too_soon
-     | -     | 0    | -
";

#[test]
fn times_that_cannot_be_are_named() {
    let (pack, now) = (pack(), Time(1_700_000_000_000));
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let at = |text: &str| text.parse::<i64>().ok().map(|min| now.plus_min(min));
        let found = pack.wrong_time(now, at(cells[0]), at(cells[1]), cells[2].parse().unwrap());
        let word = match found {
            None => "-",
            Some(WrongTime::TooSoon) => "too_soon",
            Some(WrongTime::TooFar) => "too_far",
            Some(WrongTime::Missed) => "missed",
        };
        assert_eq!(word, cells[3], "row: {row}");
    }
}

#[test]
fn whoever_is_ready_by_the_appointments_clock_is_there_in_time() {
    let (pack, now) = (pack(), Time(1_700_000_000_000));
    let appointment = now.plus_min(300);
    let ready = pack.ready_for(appointment, 1_200);
    assert_eq!(ready, now.plus_min(300 - 35 - 20));
    assert_eq!(pack.wrong_time(now, Some(ready), Some(appointment), 1_200), None);
}

#[test]
fn the_nearest_place_and_the_way_there() {
    let pack = pack();
    let at = Position { lat: 36.50, lng: 117.86 };
    let (place, distance) = pack.nearest_place(at).unwrap();
    assert_eq!(place.code, "boshan");
    assert!(distance < 1_000);
    let (metres, seconds) = pack.straight(at, pack.places[0].position());
    assert_eq!((metres / 1_000, seconds / 60), (49, 87));
}

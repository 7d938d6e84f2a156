use proptest::prelude::*;

use super::*;

fn pack(reading: &str) -> TariffPack {
    let text = match reading {
        "whole" => include_str!("../../../../../packs/transfer/tariff-yuhuan-whole-2025.10.toml"),
        _ => include_str!("../../../../../packs/transfer/tariff-yuhuan-part-2025.10.toml"),
    };
    let pack: TariffPack = toml::from_str(text).unwrap();
    assert_eq!(pack.faults(), Vec::<String>::new());
    pack
}

/// Distance m | outside m | waiting min | return | drive min | lines | yuan, whole | yuan, part |
/// drivers. Lines are those of the second reading.
const TABLE: &str = "
0 | 0 | 0 | - | 0 | base 200 tolls 0 | 200 | 200 | 1
10000 | 0 | 0 | - | 20 | base 200 tolls 0 | 200 | 200 | 1
10001 | 0 | 0 | - | 20 | base 200 distance 10 tolls 0 | 210 | 210 | 1
10100 | 0 | 0 | - | 20 | base 200 distance 10 tolls 0 | 210 | 210 | 1
11000 | 0 | 0 | - | 20 | base 200 distance 10 tolls 0 | 210 | 210 | 1
18400 | 0 | 45 | - | 41 | base 200 distance 90 waiting 80 tolls 0 | 370 | 370 | 1
25000 | 0 | 0 | - | 50 | base 200 distance 150 tolls 0 | 350 | 350 | 1
25000 | 0 | 30 | - | 50 | base 200 distance 150 waiting 0 tolls 0 | 350 | 350 | 1
25000 | 0 | 31 | - | 50 | base 200 distance 150 waiting 80 tolls 0 | 430 | 430 | 1
25000 | 0 | 60 | - | 50 | base 200 distance 150 waiting 80 tolls 0 | 430 | 430 | 1
25000 | 0 | 61 | - | 50 | base 200 distance 150 waiting 160 tolls 0 | 510 | 510 | 1
25000 | 0 | 31 | return | 50 | base 200 distance 150 return 175 waiting 80 tolls 0 | 605 | 605 | 1
10100 | 0 | 0 | return | 20 | base 200 distance 10 return 105 tolls 0 | 315 | 315 | 1
60000 | 20000 | 0 | - | 70 | base 200 distance 300 outside 220 tolls 0 | 750 | 720 | 1
60000 | 20500 | 0 | - | 70 | base 200 distance 290 outside 231 tolls 0 | 750 | 721 | 1
60000 | 60000 | 0 | - | 70 | base 200 outside 550 tolls 0 | 750 | 750 | 1
8000 | 3000 | 0 | - | 15 | base 200 tolls 0 | 200 | 200 | 1
400000 | 300000 | 0 | - | 240 | base 200 distance 900 outside 3300 tolls 0 | 4490 | 4400 | 1
400001 | 300000 | 0 | - | 240 | base 200 distance 910 outside 3300 tolls 0 | 4501 | 4410 | 2
90000 | 0 | 0 | - | 241 | base 200 distance 800 tolls 0 | 1000 | 1000 | 2
";

#[test]
fn the_golden_rows_of_yuhuan() {
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [distance, outside, waiting, back, drive, lines, by_whole, by_part, drivers] =
            cells[..]
        else {
            panic!("{row}")
        };
        let number = |text: &str| text.parse::<i64>().unwrap();
        let trip = Trip {
            distance_m: number(distance),
            outside_m: number(outside),
            waiting_min: number(waiting),
            drive_min: number(drive),
            with_return: back == "return",
            ..Trip::default()
        };
        let fares = [pack("whole"), pack("part")].map(|pack| pack.price(&trip).unwrap());
        for (fare, total) in fares.iter().zip([by_whole, by_part]) {
            assert_eq!(fare.total_fen, number(total) * 100, "row: {row}");
            assert_eq!(fare.drivers, number(drivers), "row: {row}");
            assert_eq!(fare.total_fen, fare.lines.iter().map(|line| line.fen).sum::<i64>());
        }
        let words: Vec<String> = fares[1]
            .lines
            .iter()
            .map(|line| format!("{} {}", line.item.code(), line.fen / 100))
            .collect();
        assert_eq!(words.join(" "), lines, "row: {row}");
    }
}

#[test]
fn half_of_an_odd_fare_is_rounded_once_to_a_whole_fen() {
    let mut pack = pack("whole");
    pack.base_fen = 20_001;
    let trip = Trip { distance_m: 5_000, with_return: true, ..Trip::default() };
    assert_eq!(pack.price(&trip).unwrap().total_fen, 30_002);
}

#[test]
fn extras_are_charged_where_they_are_needed() {
    let mut pack = pack("whole");
    let extra = |code: &str, per, fen, need| Extra {
        code: code.into(),
        name_zh: String::new(),
        name_en: String::new(),
        per,
        fen,
        need,
    };
    pack.extras = vec![
        extra("oxygen", Per::Trip, 5_000, Some(Need::Oxygen)),
        extra("carry", Per::CarriedFloor, 3_000, None),
    ];
    let mut trip = Trip { distance_m: 9_000, ..Trip::default() };
    assert_eq!(pack.price(&trip).unwrap().total_fen, 20_000);
    trip.needs = vec![Need::Oxygen];
    trip.carried_floors = 4;
    trip.with_return = true;
    // The way back is half of the way, not of what was done beside it.
    assert_eq!(pack.price(&trip).unwrap().total_fen, 20_000 + 5_000 + 12_000 + 10_000);
}

#[test]
fn a_trip_that_cannot_be_has_no_price() {
    let pack = pack("part");
    let good = Trip { distance_m: 9_000, ..Trip::default() };
    assert!(pack.price(&good).is_some());
    for wrong in [
        Trip { distance_m: -1, ..Trip::default() },
        Trip { distance_m: DISTANCE_M_MAX + 1, ..Trip::default() },
        Trip { outside_m: 9_001, ..good.clone() },
        Trip { outside_m: -1, ..good.clone() },
        Trip { waiting_min: -1, ..good.clone() },
        Trip { waiting_min: WAITING_MIN_MAX + 1, ..good.clone() },
        Trip { drive_min: -1, ..good.clone() },
        Trip { carried_floors: 121, ..good.clone() },
    ] {
        assert!(pack.price(&wrong).is_none(), "{wrong:?}");
    }
}

#[test]
fn a_tariff_that_could_make_a_longer_way_cheaper_is_refused() {
    for spoil in [
        |pack: &mut TariffPack| pack.outside.unit_fen = 999,
        |pack: &mut TariffPack| pack.unit_m = 0,
        |pack: &mut TariffPack| pack.waiting.period_min = 0,
        |pack: &mut TariffPack| pack.base_fen = -1,
        |pack: &mut TariffPack| pack.return_permille = 1_001,
    ] {
        let mut pack = pack("whole");
        spoil(&mut pack);
        assert_eq!(pack.faults().len(), 1, "{:?}", pack.faults());
    }
}

fn some_trip() -> impl Strategy<Value = Trip> {
    (0..600_000i64, 0..=1_000i64, 0..1_000i64, 0..400i64, any::<bool>()).prop_map(
        |(distance_m, share, waiting_min, drive_min, with_return)| Trip {
            distance_m,
            outside_m: distance_m * share / 1_000,
            waiting_min,
            drive_min,
            with_return,
            ..Trip::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn longer_farther_and_later_never_costs_less(
        trip in some_trip(), more in 0..5_000i64, reading in "whole|part",
    ) {
        let pack = pack(&reading);
        let before = pack.price(&trip).unwrap().total_fen;
        for grown in [
            Trip { distance_m: trip.distance_m + more, ..trip.clone() },
            Trip { outside_m: (trip.outside_m + more).min(trip.distance_m), ..trip.clone() },
            Trip { waiting_min: trip.waiting_min + more / 10, ..trip.clone() },
            Trip { with_return: true, ..trip.clone() },
        ] {
            prop_assert!(pack.price(&grown).unwrap().total_fen >= before, "{:?}", grown);
        }
    }

    #[test]
    fn every_started_unit_is_charged_once_and_one_more_metre_costs_one_more_unit_at_most(
        trip in some_trip(), reading in "whole|part",
    ) {
        let pack = pack(&reading);
        let fare = pack.price(&trip).unwrap();
        let count = |item| {
            fare.lines.iter().filter(|line| line.item == item).map(|line| line.count).sum::<i64>()
        };
        let units = count(Item::Distance) + count(Item::Outside);
        let beyond = trip.distance_m - pack.base_m;
        prop_assert!(units * pack.unit_m >= beyond);
        prop_assert!(units == 0 || (units - 1) * pack.unit_m < beyond);
        prop_assert_eq!(fare.total_fen, fare.lines.iter().map(|line| line.fen).sum::<i64>());

        let alone = Trip { with_return: false, ..trip };
        let before = pack.price(&alone).unwrap().total_fen;
        let after = pack.price(&Trip { distance_m: alone.distance_m + 1, ..alone.clone() });
        let step = after.unwrap().total_fen - before;
        let unit = if alone.outside_m > 0 && reading == "whole" { 1_100 } else { 1_000 };
        // While the units outside have used up the whole charged way, the new one is theirs.
        prop_assert!(step == 0 || step == unit || step == 1_100, "{}", step);
    }

    #[test]
    fn the_two_readings_agree_inside_the_city_and_on_a_way_wholly_outside(trip in some_trip()) {
        for outside_m in [0, trip.distance_m] {
            let trip = Trip { outside_m, ..trip.clone() };
            prop_assert_eq!(pack("whole").price(&trip), pack("part").price(&trip));
        }
        let both = [pack("whole"), pack("part")].map(|one| one.price(&trip).unwrap().total_fen);
        prop_assert!(both[0] >= both[1]);
    }
}

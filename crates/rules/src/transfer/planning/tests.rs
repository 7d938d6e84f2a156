use super::*;

fn journey(needs: &str, class: &str, carry: i64) -> Journey {
    Journey {
        needs: needs.split(',').filter_map(Need::of).collect(),
        class: Class::of(class),
        companions: 1,
        carry,
        stairs: [0, 0],
        drive_s: 1_200,
        distance_m: 10_000,
        tier: Minimum::default(),
    }
}

/// needs, class, carried by; load, equipment, drivers nurses doctors hands, alone.
const DEMANDS: &str = "
    -                  plain 0 | 1,1,0,0 -               1 0 0 1 shared
    wheelchair         plain 0 | 1,0,0,1 -               1 0 0 1 shared
    stretcher          plain 0 | 1,0,1,0 -               1 0 0 2 shared
    stretcher          plain 3 | 1,0,1,0 -               1 0 0 3 shared
    stretcher,oxygen   care  0 | 1,0,1,0 oxygen          1 1 0 2 shared
    stretcher,monitor  care  0 | 1,0,1,0 monitor         1 1 1 2 shared
    infusion           care  0 | 1,1,0,0 -               1 1 1 1 shared
    infection,tube     care  0 | 1,1,0,0 -               1 1 0 1 alone
    stretcher,bariatric plain 4 | 1,0,1,0 bariatric      1 0 0 4 shared
";

#[test]
fn what_needs_ask_of_vehicle_and_crew() {
    for row in DEMANDS.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let (asked, expected) = row.split_once('|').unwrap();
        let asked: Vec<&str> = asked.split_whitespace().collect();
        let journey = journey(asked[0], asked[1], asked[2].parse().unwrap());
        let demand = Planning::default().demand(&journey);
        let load: Vec<String> = demand.load.iter().map(u16::to_string).collect();
        let equipment = demand.equipment.join(",");
        let crew = demand.crew;
        let found = format!(
            "{} {} {} {} {} {} {}",
            load.join(","),
            if equipment.is_empty() { "-" } else { &equipment },
            crew.drivers,
            crew.nurses,
            crew.doctors,
            crew.hands,
            if demand.alone { "alone" } else { "shared" },
        );
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(found, expected.join(" "), "row: {row}");
    }
}

/// Two drivers beyond 400 km or four hours, and not at the bound itself.
#[test]
fn long_drives_take_two_drivers() {
    let planning = Planning::default();
    for (km, minutes, two) in
        [(400, 240, false), (401, 60, true), (10, 241, true), (399, 239, false)]
    {
        assert_eq!(planning.takes_two(minutes * 60, km * 1_000), two, "{km} km {minutes} min");
    }
}

/// layouts; equipment; drivers nurses doctors hands; needs; the first rule broken.
const UNFIT: &str = "
    1,3,0,2 | oxygen         | 1 0 0 1 | wheelchair        | fit
    1,3,0,2 | oxygen         | 1 0 0 2 | stretcher         | room stretcher
    1,1,1,0 | -              | 1 1 0 2 | stretcher,oxygen  | equipment oxygen
    1,1,1,0 | oxygen         | 1 0 0 2 | stretcher,oxygen  | crew nurse
    1,1,1,0 | oxygen         | 0 1 0 2 | stretcher,oxygen  | crew driver
    1,1,1,0 | oxygen,monitor | 1 1 0 2 | stretcher,monitor | crew doctor
    1,1,1,0 | -              | 1 0 0 1 | stretcher         | crew hands
    0,1,1,0 | -              | 1 0 0 2 | stretcher         | room staff
";

#[test]
fn the_first_rule_that_a_vehicle_breaks() {
    for row in UNFIT.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let layout: Vec<u16> = cells[0].split(',').map(|n| n.parse().unwrap()).collect();
        let crew: Vec<u16> = cells[2].split_whitespace().map(|n| n.parse().unwrap()).collect();
        let crewed = Crewed {
            layouts: vec![layout.try_into().unwrap()],
            equipment: cells[1].split(',').map(str::to_owned).collect(),
            crew: Posts { drivers: crew[0], nurses: crew[1], doctors: crew[2], hands: crew[3] },
        };
        let demand = Planning::default().demand(&journey(cells[3], "plain", 0));
        let found = match unfit(&demand, &crewed) {
            None => "fit".to_owned(),
            Some(Why::Room { room }) => format!("room {}", room.code()),
            Some(Why::Equipment { codes }) => format!("equipment {}", codes.join(",")),
            Some(Why::Crew { post }) => format!("crew {}", post.code()),
            Some(other) => format!("{other:?}"),
        };
        assert_eq!(found, cells[4], "row: {row}");
    }
}

#[test]
fn windows_follow_what_was_asked() {
    let planning = Planning::default();
    let at = |minutes: i64| Time(0).plus_min(minutes);
    let windows = |ready: Option<i64>, appointment: Option<i64>| {
        let asked = Asked { ready_at: ready.map(at), appointment_at: appointment.map(at) };
        let found = planning.windows(&asked, 30 * 60, 10 * 60, at(480));
        let minutes = |time: Time| time.0 / Time::MINUTE_MS;
        (found.pickup.map(minutes), minutes(found.delivery))
    };
    // Ready at 10:00: on time until 10:15, at the latest at 12:00.
    assert_eq!(windows(Some(600), None).0, [600, 615, 720]);
    // To be there at 11:00, a quarter of an hour before: fetched at 10:05 at the latest.
    assert_eq!(windows(None, Some(660)), ([545, 560, 605], 660));
    // Ready at ten and there by eleven: five minutes to play with.
    assert_eq!(windows(Some(600), Some(660)).0, [600, 605, 605]);
    // What was asked for has passed by: from now on.
    assert_eq!(windows(Some(400), None).0, [480, 495, 600]);
    // An appointment nobody can reach leaves no room, and no window that ends before it begins.
    assert_eq!(windows(Some(600), Some(610)).0, [600, 600, 600]);
}

#[test]
fn hours_are_learned_from_trips_and_not_from_forgotten_buttons() {
    let mut samples = vec![(8, 1_800, 2_700); 90];
    samples.push((99, 1_800, 1));
    let profile = hour_profile(&samples);
    // Ninety trips half as long again beside ten plain ones.
    assert_eq!((profile[8], profile[9]), (1_450, 1_000));
    assert!(teaches(1_800, 2_700) && teaches(1_800, 900));
    for (plain, took) in [(1_800, 7_201), (1_800, 449), (60, 60), (1_800, -5)] {
        assert!(!teaches(plain, took), "{plain} {took}");
    }
}

#[test]
fn a_tier_brings_its_crew_and_equipment_at_the_least() {
    let minimum = Minimum {
        crew: Posts { drivers: 1, nurses: 1, doctors: 1, hands: 3 },
        equipment: vec!["oxygen".into(), "monitor".into()],
    };
    let journey = Journey { tier: minimum, ..journey("wheelchair,oxygen", "care", 0) };
    let demand = Planning::default().demand(&journey);
    assert_eq!(demand.equipment, ["monitor", "oxygen"]);
    assert_eq!(demand.crew, Posts { drivers: 1, nurses: 1, doctors: 1, hands: 3 });
}

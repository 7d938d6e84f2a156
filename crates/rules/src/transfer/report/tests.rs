use super::*;

fn pack() -> OversightPack {
    let text = include_str!("../../../../../packs/transfer/oversight-2023.06.toml");
    toml::from_str(text).unwrap()
}

fn at(minute: &str) -> Time {
    Time(minute.parse::<i64>().unwrap() * Time::MINUTE_MS)
}

/// A journey as text: its state, then times in minutes and numbers.
fn trip(text: &str) -> Trip {
    let mut trip = Trip::default();
    for word in text.split_whitespace() {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        match key {
            "confirmed" => trip.confirmed_at = Some(Time(0)),
            "promise" => trip.promise_until = Some(at(value)),
            "scene" => trip.on_scene_at = Some(at(value)),
            "aboard" => trip.loaded_at = Some(at(value)),
            "incidents" => trip.incidents = value.parse().unwrap(),
            "to120" => trip.to_120_at = Some(at(value)),
            "taken" => trip.taken_120_at = Some(at(value)),
            "stars" => trip.stars = Some(value.parse().unwrap()),
            "due" => trip.callback_due = Some(at(value)),
            "called" => trip.called_at = Some(at(value)),
            state => trip.state = Some(State::of(state).unwrap()),
        }
    }
    trip
}

/// Indicator | journey | minute | kept
const TABLE: &str = "
on_time    | completed confirmed promise:60 scene:60              | 200 | yes
on_time    | completed confirmed promise:60 scene:61              | 200 | no
on_time    | completed confirmed promise:60 aboard:59             | 200 | yes
on_time    | completed confirmed scene:61                         | 200 | -
on_time    | assigned confirmed promise:60                        | 60  | -
on_time    | assigned confirmed promise:60                        | 61  | no
on_time    | no_show confirmed promise:60 scene:50                | 200 | yes
on_time    | turned_down confirmed promise:60                     | 10  | no
on_time    | cancelled confirmed promise:60                       | 200 | -
on_time    | cancelled_late confirmed promise:60                  | 200 | no
on_time    | to_120 confirmed promise:60                          | 200 | -
completion | completed confirmed                                  | 200 | yes
completion | cancelled confirmed                                  | 200 | -
completion | cancelled_late confirmed                             | 200 | no
completion | no_show confirmed                                    | 200 | no
completion | turned_down confirmed                                | 200 | no
completion | turned_down                                          | 200 | -
completion | to_120 confirmed                                     | 200 | -
completion | loaded confirmed                                     | 200 | -
incident   | completed                                            | 200 | yes
incident   | completed incidents:2                                | 200 | no
incident   | to_120 incidents:1                                   | 200 | no
incident   | cancelled                                            | 200 | -
handover   | to_120 to120:10 taken:15                             | 200 | yes
handover   | to_120 to120:10 taken:16                             | 200 | no
handover   | to_120 to120:10                                      | 15  | -
handover   | to_120 to120:10                                      | 16  | no
handover   | completed                                            | 200 | -
satisfied  | completed stars:4                                    | 200 | yes
satisfied  | completed stars:3                                    | 200 | no
satisfied  | completed                                            | 200 | -
callback   | completed stars:1 due:100 called:100                 | 200 | yes
callback   | completed stars:1 due:100 called:101                 | 200 | no
callback   | completed stars:1 due:100                            | 99  | -
callback   | completed stars:1 due:100                            | 101 | no
callback   | completed stars:5                                    | 200 | -
answer     | completed confirmed                                  | 200 | -
";

#[test]
fn what_a_journey_counts_for() {
    let limits = pack().limits;
    for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [indicator, journey, now, expected] = cells[..] else { panic!("{row}") };
        let kept = trip(journey).kept(Indicator::of(indicator).unwrap(), &limits, at(now));
        let kept = kept.map_or("-", |kept| if kept { "yes" } else { "no" });
        assert_eq!(kept, expected, "row: {row}");
    }
}

#[test]
fn calls_and_complaints_have_a_clock() {
    let limits = pack().limits;
    let call = |answered_s: Option<i64>| Call {
        rang_at: Time(0),
        answered_at: answered_s.map(|s| Time(s * Time::SECOND_MS)),
    };
    let later = Time(Time::HOUR_MS);
    assert_eq!(call(Some(20)).kept(&limits, later), Some(true));
    assert_eq!(call(Some(21)).kept(&limits, later), Some(false));
    assert_eq!(call(None).kept(&limits, later), Some(false), "lost");
    assert_eq!(call(None).kept(&limits, Time(19_000)), None, "still ringing");
    let complaint = |answered: Option<Time>| Complaint {
        due_at: Time(100),
        answered_at: answered,
        upheld: false,
    };
    assert_eq!(complaint(Some(Time(100))).kept(later), Some(true));
    assert_eq!(complaint(Some(Time(101))).kept(later), Some(false));
    assert_eq!(complaint(None).kept(Time(100)), None);
    assert_eq!(complaint(None).kept(Time(101)), Some(false));
}

#[test]
fn figures_are_shares_of_what_counts() {
    let pack = pack();
    let trips = [
        "completed confirmed promise:60 scene:50 stars:5",
        "completed confirmed promise:60 scene:70 stars:4 incidents:2",
        "completed confirmed promise:60 scene:60 stars:2",
        "cancelled confirmed promise:60",
    ];
    let facts = Facts { trips: trips.map(trip).to_vec(), ..Facts::default() };
    let told: Vec<String> = figures(&pack, &facts, at("200"))
        .iter()
        .map(|one| {
            let value = one.value().map_or("-".to_owned(), |value| value.to_string());
            format!("{} {}/{} {value}", one.indicator.code(), one.part, one.whole)
        })
        .collect();
    let expected = [
        "answer 0/0 -",
        "on_time 2/3 6667",
        "completion 3/3 10000",
        "incident 2/3 6667",
        "handover 0/0 -",
        "satisfied 2/3 6667",
        "callback 0/0 -",
        "complaint 0/0 -",
    ];
    assert_eq!(told, expected);
    assert_eq!(mean_stars(&facts.trips), Some(367));
    assert_eq!(mean_stars(&[]), None);
    assert_eq!(median_ms(vec![5, 1, 9, 7]), Some(5));
    assert_eq!(median_ms(Vec::new()), None);
}

#[test]
fn a_target_is_not_reached_by_rounding() {
    let pack = pack();
    let measure = |code| pack.measure(code).unwrap();
    let figure = |indicator, part, whole| Figure { indicator, part, whole };
    let on_time = Indicator::OnTime;
    assert_eq!(figure(on_time, 19, 20).reaches(measure(on_time)), Some(true));
    // 94.996 per cent is shown as 95.00 and still too little.
    let close = figure(on_time, 23_749, 25_000);
    assert_eq!((close.value(), close.reaches(measure(on_time))), (Some(9_500), Some(false)));
    assert_eq!(figure(on_time, 0, 0).reaches(measure(on_time)), None);
    let incident = Indicator::Incident;
    assert_eq!(figure(incident, 5, 1_000).reaches(measure(incident)), Some(true));
    assert_eq!(figure(incident, 6, 1_000).reaches(measure(incident)), Some(false));
}

#[test]
fn a_pack_without_an_indicator_says_so() {
    let mut wrong = pack();
    assert_eq!(wrong.faults(), Vec::<String>::new());
    wrong.limits.satisfied_from = 9;
    wrong.indicators[1].target = 10_001;
    wrong.indicators.remove(0);
    assert_eq!(wrong.faults().len(), 3, "{:?}", wrong.faults());
}

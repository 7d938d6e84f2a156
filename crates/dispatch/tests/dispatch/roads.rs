//! Road graphs, tables, caches, profiles and the command layer's matrix.

use std::io::Write as _;

use dispatch::command;
use dispatch::road::{RoadGraph, Roads, Segment, read_pbf};
use dispatch::travel::{Profile, Travel, calibrate_milli, great_circle_m};
use proptest::prelude::*;

/// A protobuf field: number, wire type 2, bytes.
fn bytes_field(number: u32, body: &[u8]) -> Vec<u8> {
    let mut field = varint(u64::from(number << 3 | 2));
    field.extend(varint(body.len() as u64));
    field.extend_from_slice(body);
    field
}

fn number_field(number: u32, value: u64) -> Vec<u8> {
    let mut field = varint(u64::from(number << 3));
    field.extend(varint(value));
    field
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn deltas(values: &[i64]) -> Vec<u8> {
    let mut last = 0;
    let mut bytes = Vec::new();
    for &value in values {
        bytes.extend(varint(zigzag(value - last)));
        last = value;
    }
    bytes
}

fn blob(kind: &str, body: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(body).expect("memory");
    let packed = packer.finish().expect("memory");
    let blob = [number_field(2, body.len() as u64), bytes_field(3, &packed)].concat();
    let header = [bytes_field(1, kind.as_bytes()), number_field(3, blob.len() as u64)].concat();
    [(header.len() as u32).to_be_bytes().to_vec(), header, blob].concat()
}

/// Four nodes in a row 0.01 degrees apart, then one far away; a two-way street over the first
/// three, a one-way one from the third to the fourth, a private one back, a footway to the last.
fn tiny_pbf() -> Vec<u8> {
    let words = [
        "",
        "highway",
        "residential",
        "oneway",
        "yes",
        "access",
        "private",
        "footway",
        "primary",
        "maxspeed",
        "60",
    ];
    let table: Vec<u8> = words.iter().flat_map(|w| bytes_field(1, w.as_bytes())).collect();
    let fine = |degrees: f64| (degrees * 1e7).round() as i64;
    let lon: Vec<i64> = [118.0, 118.01, 118.02, 118.03, 119.0].map(fine).to_vec();
    let lat: Vec<i64> = [36.0; 5].map(fine).to_vec();
    let dense = [
        bytes_field(1, &deltas(&[10, 20, 30, 40, 50])),
        bytes_field(8, &deltas(&lat)),
        bytes_field(9, &deltas(&lon)),
    ]
    .concat();
    let way = |id: u64, tags: &[(u64, u64)], refs: &[i64]| {
        let keys: Vec<u8> = tags.iter().flat_map(|tag| varint(tag.0)).collect();
        let values: Vec<u8> = tags.iter().flat_map(|tag| varint(tag.1)).collect();
        bytes_field(
            3,
            &[
                number_field(1, id),
                bytes_field(2, &keys),
                bytes_field(3, &values),
                bytes_field(8, &deltas(refs)),
            ]
            .concat(),
        )
    };
    let group = [
        bytes_field(2, &dense),
        way(1, &[(1, 2)], &[10, 20, 30]),
        way(2, &[(1, 8), (3, 4), (9, 10)], &[30, 40]),
        way(3, &[(1, 2), (5, 6)], &[40, 30]),
        way(4, &[(1, 7)], &[40, 50]),
        way(5, &[(1, 2)], &[40, 99]),
    ]
    .concat();
    let header = [bytes_field(4, b"OsmSchema-V0.6"), bytes_field(4, b"DenseNodes")].concat();
    let block = [bytes_field(1, &table), bytes_field(2, &group)].concat();
    [blob("OSMHeader", &header), blob("OSMData", &block)].concat()
}

#[test]
fn a_pbf_gives_the_roads_cars_may_use() {
    let roads = read_pbf(&tiny_pbf()).expect("a good file");
    let seen: Vec<(u32, u32, bool, i64, i64)> = roads
        .segments
        .iter()
        .map(|s| (s.from, s.to, s.one_way, s.metres.round() as i64, s.seconds.round() as i64))
        .collect();
    // 0.01 degrees at 36 north are 900 m; 25 km/h and 60 km/h times 0.75.
    assert_eq!(seen, [(0, 1, false, 900, 173), (1, 2, false, 900, 173), (2, 3, true, 900, 72)]);
}

#[test]
fn the_matrix_command_shows_holes_as_null() {
    let points = "118.0 36.0\n118.02,36.0001\n\n119.0 36.0\n";
    let answer = command::matrix(&tiny_pbf(), points).expect("good input");
    assert_eq!(answer["points"], 3);
    assert_eq!(answer["unreachable"], 4);
    assert_eq!(answer["time_s"][0][2], serde_json::Value::Null);
    assert_eq!(answer["time_s"][0][0], 0);
    let metres = answer["distance_m"][0][1].as_i64().expect("a way");
    assert!((1_800..1_830).contains(&metres), "{metres}");
    let cached = command::road_graph(&tiny_pbf()).expect("good").to_bytes();
    assert_eq!(command::matrix(&cached, points).expect("cached"), answer);
}

#[test]
fn bad_bytes_and_points_are_refused() {
    let good = tiny_pbf();
    let table: [(&[u8], &str, &str); 6] = [
        (b"", "0 0", "pbf"),
        (b"no map at all, really not", "0 0", "pbf"),
        (&good[..good.len() - 9], "0 0", "pbf"),
        (&good, "118.0", "line 1: longitude and latitude expected"),
        (&good, "118.0 NaN", "line 1: longitude and latitude expected"),
        (&good, "[[200, 0]]", "longitude and latitude in degrees expected"),
    ];
    for (roads, points, part) in table {
        let problem = command::matrix(roads, points).expect_err(part);
        assert!(problem.to_string().contains(part), "{problem}");
    }
    let mut cache = command::road_graph(&good).expect("good").to_bytes();
    assert!(RoadGraph::from_bytes(&cache[..30]).is_err());
    cache[20] ^= 1;
    assert!(RoadGraph::from_bytes(&cache).is_err());
}

/// Floyd and Warshall over the same segments.
fn plain(roads: &Roads) -> Vec<Vec<f64>> {
    let n = roads.nodes.len();
    let mut way = vec![vec![f64::INFINITY; n]; n];
    for (i, row) in way.iter_mut().enumerate() {
        row[i] = 0.0;
    }
    for s in &roads.segments {
        let (a, b) = (s.from as usize, s.to as usize);
        way[a][b] = way[a][b].min(s.seconds);
        if !s.one_way {
            way[b][a] = way[b][a].min(s.seconds);
        }
    }
    for via in 0..n {
        for a in 0..n {
            for b in 0..n {
                way[a][b] = way[a][b].min(way[a][via] + way[via][b]);
            }
        }
    }
    way
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn tables_equal_floyd_and_warshall(
        drawn in prop::collection::vec((0_u32..12, 0_u32..12, 1_u32..500, any::<bool>()), 14..40),
    ) {
        let nodes = (0..12).map(|i| (118.0 + f64::from(i) * 0.001, 36.0)).collect();
        let mut segments: Vec<Segment> = drawn
            .iter()
            .filter(|d| d.0 != d.1)
            .map(|&(from, to, s, one_way)| {
                let seconds = f64::from(s);
                Segment { from, to, metres: seconds * 3.0, seconds, one_way }
            })
            .collect();
        // A ring makes every node part of the main network.
        segments.extend((0..12).map(|i| Segment {
            from: i, to: (i + 1) % 12, metres: 3_000.0, seconds: 1_000.0, one_way: true,
        }));
        let roads = Roads { nodes, segments };
        let graph = RoadGraph::build(&roads).expect("good roads");
        let table = graph.table(&roads.nodes);
        for (a, row) in plain(&roads).iter().enumerate() {
            for (b, seconds) in row.iter().enumerate() {
                let (time, metres) = table.leg(a, b).expect("one network");
                prop_assert!((time as f64 - seconds).abs() <= 1.0, "{a} to {b}: {time} {seconds}");
                prop_assert!((metres as f64 - seconds * 3.0).abs() <= 3.0);
            }
        }
    }

    #[test]
    fn leaving_later_never_arrives_earlier(
        factor in prop::array::uniform24(100_u16..5_000),
        at in 0_i64..200_000,
        wait in 0_i64..5_000,
        drive in 0_i64..20_000,
    ) {
        let profile = Profile::new(factor, 3_600).expect("good factors");
        let (early, late) = (profile.arrive(at, drive), profile.arrive(at + wait, drive));
        prop_assert!(late >= early && early >= at);
        let least = drive * profile.least() / 1_000;
        prop_assert!(early - at >= least - 1, "{early} {at} {least}");
    }
}

#[test]
fn rush_hours_stretch_only_the_hours_they_cover() {
    let mut factor = [1_000; 24];
    factor[8] = 2_000;
    let profile = Profile::new(factor, 3_600).expect("good factors");
    let hour = 3_600;
    let table = [
        (7 * hour, 600, 600),
        (8 * hour, 600, 1_200),
        (8 * hour - 300, 600, 900),
        (9 * hour - 600, 600, 900),
        (8 * hour - 300, 300 + 1_800 + 100, 300 + 3_600 + 100),
    ];
    for (at, drive, lasts) in table {
        assert_eq!(profile.arrive(at, drive) - at, lasts, "at {at}");
    }
}

#[test]
fn great_circles_and_calibration() {
    let (jinan, zibo) = ((117.0, 36.65), (118.05, 36.81));
    let metres = great_circle_m(jinan, zibo);
    assert!((95_000.0..96_500.0).contains(&metres), "{metres}");
    assert_eq!(calibrate_milli(&[(1_000.0, 1_300.0), (3_000.0, 3_900.0)]), 1_300);
    assert_eq!(calibrate_milli(&[]), 1_000);
    let points = vec![(118.0, 36.0), (118.0, 36.1)];
    let travel = Travel::Globe { points, detour_milli: 1_300, metres_per_s: 10.0, profile: None };
    let (time, metres) = travel.leg(0, 1).expect("no holes on the globe");
    assert_eq!((time, metres), (1_446, 14_456));
}

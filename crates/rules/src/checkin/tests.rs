use super::*;

fn limits() -> Presence {
    Presence {
        face_score_min: 0.45,
        face_score_review: 0.40,
        nobody_came_min: 60,
        zero_record_days: 15,
        second_presence_same_institution: Weight::Information,
        second_presence_other_institution: Weight::Alert,
    }
}

fn word(finding: &Finding) -> String {
    match finding {
        Finding::IdentityMismatch { review, .. } => if *review { "A01?" } else { "A01" }.into(),
        Finding::NotEntitled { lacks } => format!("A03:{}", lacks[0].code()),
        Finding::TooShort { .. } => "A07".into(),
        Finding::OpenElsewhere { weight: Weight::Alert, .. } => "A09".into(),
        Finding::OpenElsewhere { .. } => "(A09)".into(),
        Finding::Undeclared => "A10".into(),
        Finding::DeclaredAfterStart { .. } => "A11".into(),
        Finding::BeforeAnaesthetist => "A14".into(),
        Finding::AlreadyInside { .. } => "inside".into(),
        Finding::OutWithoutIn => "never-in".into(),
    }
}

/// The moment of every check; minutes in the table count back from here.
const NOW: Time = Time(100_000_000);

fn ago(cell: &str) -> Option<Time> {
    cell.parse::<i64>().ok().map(|minutes| NOW.plus_min(-minutes))
}

/// Columns, minutes counted back from the check:
/// direction, role, method:score, lacking, operation (declared minutes ago, `+n` declared n minutes
/// after, `-` none, `x` closed, `t` not in its team),
/// needs an anaesthetist : is in, attending first in, inside since,
/// open elsewhere (same/other), what is found, whether the check is valid.
const TABLE: &str = "
    in  attending    face:0.91  -              60 no:no   -  -  -     ok          valid
    in  attending    face:0.45  -              60 no:no   -  -  -     ok          valid
    in  attending    face:0.44  -              60 no:no   -  -  -     A01?        void
    in  attending    face:0.31  -              60 no:no   -  -  -     A01         void
    in  attending    face:NaN   -              60 no:no   -  -  -     A01         void
    in  attending    badge_pin  -              60 no:no   -  -  -     ok          valid
    in  attending    face:0.91  not_filed_here 60 no:no   -  -  -     A03:not_filed_here void
    in  assistant    witness    not_in_role    60 no:no   -  -  -     A03:not_in_role void
    out attending    face:0.91  not_filed_here 60 no:no   50 50 -     ok          valid
    out attending    face:0.91  -              60 no:no   39 39 -     A07         valid
    out attending    face:0.91  -              60 no:no   40 40 -     ok          valid
    out attending    face:0.91  -              60 no:no   40 5  -     ok          valid
    out assistant    face:0.91  -              60 no:no   10 10 -     ok          valid
    out attending    face:0.20  -              60 no:no   10 10 -     A01         void
    in  attending    face:0.91  -              60 no:no   -  -  other A09         void
    in  attending    face:0.91  -              60 no:no   -  -  same  A09         void
    in  anaesthetist face:0.91  -              60 no:no   -  -  other A09         valid
    in  anaesthetist face:0.91  -              60 no:no   -  -  same  (A09)       valid
    in  assistant    face:0.91  -              60 no:no   -  -  other A09         valid
    in  attending    face:0.91  -              -  no:no   -  -  -     A10         valid
    in  attending    face:0.91  -              x  no:no   -  -  -     A10         valid
    in  attending    face:0.91  -              t  no:no   -  -  -     A10         valid
    out attending    face:0.91  -              -  no:no   -  20 -     ok          valid
    in  attending    face:0.91  -              +5 no:no   -  -  -     A11         valid
    in  attending    face:0.91  -              +2 no:no   -  -  -     ok          valid
    in  attending    face:0.91  -              0  no:no   -  -  -     ok          valid
    in  attending    face:0.91  -              60 yes:no  -  -  -     A14         valid
    in  attending    face:0.91  -              60 yes:yes -  -  -     ok          valid
    in  attending    face:0.91  -              60 yes:no  30 -  -     ok          valid
    in  assistant    face:0.91  -              60 yes:no  -  -  -     ok          valid
    in  attending    face:0.91  -              60 no:no   5  5  -     inside      void
    out attending    face:0.91  -              60 no:no   -  -  -     never-in    void
    in attending face:0.10 not_filed_here - no:no - - other A01,A03:not_filed_here,A09,A10 void
";

#[test]
fn every_row_of_the_table() {
    for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let (method, score) = cells[2].split_once(':').unwrap_or((cells[2], ""));
        let check = Check {
            direction: Direction::of(cells[0]).unwrap(),
            role: Role::of(cells[1]).unwrap(),
            at: NOW,
            method: Method::of(method).unwrap(),
            face_score: score.parse().ok(),
        };
        let (needs, is_in) = cells[5].split_once(':').unwrap();
        let operation = (cells[4] != "-").then(|| OperationFacts {
            declared_at: match cells[4].strip_prefix('+') {
                Some(after) => NOW.plus_min(after.parse().unwrap()),
                None => ago(cells[4]).unwrap_or(Time(0)),
            },
            closed: cells[4] == "x",
            in_team: cells[4] != "t",
            needs_anaesthetist: needs == "yes",
            anaesthetist_in: is_in == "yes",
            attending_in_at: ago(cells[6]),
            min_minutes: 40,
        });
        let facts = Facts {
            lacks: Lack::of(cells[3]).into_iter().collect(),
            operation,
            inside_since: ago(cells[7]),
            clock_grace_ms: 120_000,
            elsewhere: (cells[8] != "-")
                .then(|| OpenElsewhere { same_institution: cells[8] == "same", since: NOW }),
        };
        let verdict = judge(&check, &facts, &limits());
        let words: Vec<_> = verdict.findings.iter().map(word).collect();
        let got = if words.is_empty() { "ok".into() } else { words.join(",") };
        assert_eq!(got, cells[9], "row: {row}");
        assert_eq!(verdict.valid, cells[10] == "valid", "row: {row}");
    }
}

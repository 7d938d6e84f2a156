//! Who sees what of a campaign: every reading function against every kind of person.

use rules::campaign::{ActivityKind, Answer, Effort, SubmissionStep};
use store::campaign::{self, CellEdit, Handing, LedgerFilter, NewActivity, NewRecord};
use store::page::Slice;
use store::{Error, Result, Scope, Tx};

use crate::campaign::finding;
use crate::campaign_city::{furnish, on};
use crate::city::step;
use crate::house::{House, on_both};

/// City, two districts, a hospital's people, a provincial unit; then who has no part, or lacks
/// what the role needs.
const LOGINS: [&str; 12] = [
    "yz_1",
    "qu_a1",
    "qu_b1",
    "med_a1",
    "first_a1",
    "icu_a1",
    "med_b1",
    "med_p1",
    "city",
    "head_qing",
    "med_lost",
    "head_none",
];

/// Units by letter: `a`, `c` in the first district, `b` in the second, `p` provincial.
const UNITS: [(&str, char); 4] =
    [("ins_a1", 'a'), ("ins_a2", 'c'), ("ins_b1", 'b'), ("ins_p1", 'p')];

/// What each gets: units by letter, or how many.
const TABLE: &str = "
    campaign::campaign         1    1  1  1 1 1 1 1 - - - 1
    campaign::campaigns        1    1  1  1 1 1 1 1 - - - 1
    campaign::targets          acbp ac b  a a a b p - - - a
    campaign::units_heard      acbp ac b  a a a b p - - - a
    campaign::problem          acbp ac b  a a a b p - - - -
    campaign::problem_steps    acbp ac b  a a a b p - - - -
    campaign::owners           -    -  -  6 6 6 4 4 - - - -
    campaign::evidence         acbp ac b  a a a b p - - - -
    campaign::evidence_file    acbp ac b  a a a b p - - - -
    campaign::ledger           acbp ac b  a a a b p - - - -
    campaign::ledger_counts    4    2  1  1 1 1 1 1 - - - -
    campaign::sheet            acbp ac b  a a a b p - - - -
    campaign::places           acbp ac b  a a a b p - - - a
    campaign::item_files       acbp ac b  a a a b p - - - -
    campaign::item_file        acbp ac b  a a a b p - - - -
    campaign::proposal         acbp ac b  a a a b p - - - -
    campaign::dead_corners     acbp ac b  a a a b p - - - -
    campaign::submission       acbp ac b  a a a b p - - - a
    campaign::submission_steps acbp ac b  a a a b p - - - a
    campaign::section_texts    acbp ac b  a a a b p - - - a
    campaign::submissions      acbp ac b  a a a b p - - - a
    campaign::annex_cells      acbp ac b  a a a b p - - - a
    campaign::annex_lines      abp  a  b  a a a b p - - - a
    campaign::annex_entries    abp  a  b  a a a b p - - - -
    campaign::roll_up          3    1  1  - - - - - - - - -
    campaign::completeness     3    1  1  1 1 1 1 1 - - - 1
    campaign::coverage         3    1  1  1 1 1 1 1 - - - 1
    campaign::assessments      3    1  1  1 1 1 1 1 - - - 1
    campaign::urges            ab   a  b  a a a b - - - - a
    campaign::spots            ac   ac -  a a a - - - - - a
    campaign::spot             ac   ac -  a a a - - - - - a
    campaign::spot_answers     ac   ac -  a a a - - - - - a
    campaign::draws            2    2  1  2 2 2 2 2 - - - 2
    campaign::mates            2    1  1  - - - - - - - - -
    campaign::notices          1    1  1  1 1 1 1 1 - - - 1
    campaign::questions        ab   a  b  a a a b - - - - a
    campaign::records          ab   a  b  a a a b - - - - a
    campaign::responsibles     ab   a  b  a a a b - - - - a
    campaign::routines         1    1  1  1 1 1 1 1 - - - 1
    campaign::routine_lines    acbp ac b  a a a b p - - - -
    campaign::activities       ab   a  b  a a a b - - - - a
    campaign::pack_files       acbp ac b  a a a b p - - - -
    campaign::efforts          2    1  1  1 1 1 1 - - - - 1
    campaign::aims             7    -  -  - - - - - - - - -
";

/// Functions that act for a person; the stories of `campaign*` show whom they refuse.
const ACTING: [&str; 36] = [
    "campaign::acknowledge",
    "campaign::adapt",
    "campaign::add_activity",
    "campaign::add_evidence",
    "campaign::add_item_evidence",
    "campaign::add_notice",
    "campaign::add_record",
    "campaign::answer_items",
    "campaign::answer_question",
    "campaign::answer_spot",
    "campaign::approve_notice",
    "campaign::ask_question",
    "campaign::cancel",
    "campaign::carry_out",
    "campaign::check_routine",
    "campaign::create",
    "campaign::draw_spots",
    "campaign::edit_cell",
    "campaign::find",
    "campaign::hand",
    "campaign::make_routine",
    "campaign::move_deadline",
    "campaign::name_responsible",
    "campaign::publish",
    "campaign::receive_urge",
    "campaign::reply_urge",
    "campaign::remove_evidence",
    "campaign::remove_item_evidence",
    "campaign::review",
    "campaign::review_notice",
    "campaign::share_answer",
    "campaign::step",
    "campaign::submit_sheet",
    "campaign::urge",
    "campaign::withdraw_activity",
    "campaign::write_section",
];

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect())
}

/// Every function that stands in this file.
pub fn named() -> Vec<String> {
    let reading = rows().map(|row| row[0].to_owned());
    reading.chain(ACTING.map(str::to_owned)).collect()
}

/// One of everything, by unit where there is one of each.
#[derive(Default)]
struct All {
    id: String,
    problems: Vec<String>,
    files: Vec<String>,
    item_files: Vec<String>,
    spots: Vec<(String, String)>,
}

pub const AT: &str = "03-05 10:00";

async fn one_of_everything(house: &House) -> All {
    furnish(house).await;
    let id = house.published("wuxi_2017_a", "2017A", on("02-10 09:00")).await;
    let mut all = All { id: id.clone(), ..All::default() };
    for (unit, _) in UNITS {
        let tail = unit.trim_start_matches("ins_");
        let new = finding(&id, unit, "icu", "core_systems.rounds");
        let problem = house.found(&format!("icu_{tail}"), new, AT).await.unwrap();
        let (med, same) = (house.scope(&format!("med_{tail}")).await, problem.clone());
        let file = step!(house.db, |tx| {
            campaign::add_evidence(tx, &med, &same, ("image/png", b"image"), on(AT))
        });
        all.files.push(file.unwrap());
        let (head, same) = (house.scope(&format!("icu_{tail}")).await, id.clone());
        let file = step!(house.db, |tx| {
            let of = (&*same, unit, "icu", "core_systems.rounds");
            campaign::add_item_evidence(tx, &head, of, ("image/png", b"image"), on(AT))
        });
        all.item_files.push(file.unwrap());
        all.problems.push(problem);
    }
    for (unit, bureau) in [("a1", "qu_a1"), ("b1", "qu_b1"), ("p1", "yz_1")] {
        hand_annex(house, &id, unit, bureau).await;
    }
    for unit in ["a1", "b1"] {
        let med = house.scope(&format!("med_{unit}")).await;
        let same = id.clone();
        step!(house.db, |tx| campaign::ask_question(tx, &med, &same, "怎样填？", on(AT))).unwrap();
        let (med, same) = (house.scope(&format!("first_{unit}")).await, id.clone());
        step!(house.db, |tx| {
            let who = ("某院长", "院长");
            campaign::name_responsible(tx, &med, &same, "first_responsible", who, on(AT))
        })
        .unwrap();
        let (first, same) = (house.scope(&format!("first_{unit}")).await, id.clone());
        let drill = NewActivity {
            request_key: format!("drill_{unit}"),
            kind: ActivityKind::Drill,
            title: "急救演练".into(),
            place: String::new(),
            held_at: on(AT),
            effort: Effort { people: 9, ..Effort::default() },
            units: Vec::new(),
            body: String::new(),
        };
        step!(house.db, |tx| campaign::add_activity(tx, &first, &same, &drill, on(AT))).unwrap();
        let (city, same, unit) = (house.scope("yz_1").await, id.clone(), format!("ins_{unit}"));
        step!(house.db, |tx| city_writes(tx, &city, &same, &unit)).unwrap();
    }
    checks(house, &mut all).await;
    all
}

async fn city_writes(tx: &mut Tx, city: &Scope, id: &str, unit: &str) -> Result<()> {
    let at = on(AT);
    let about = (None, Some("self_report"));
    campaign::urge(tx, city, id, &[unit.to_owned()], about, "请报送", at).await?;
    let new = NewRecord {
        kind: "accountability".into(),
        institution_id: unit.into(),
        problem_id: None,
        whom: "某科".into(),
        body: "迟报".into(),
        ..NewRecord::default()
    };
    campaign::add_record(tx, city, id, &new, at).await?;
    campaign::make_routine(tx, city, id, ("core_systems.rounds", 30), at).await
}

async fn hand_annex(house: &House, id: &str, unit: &str, bureau: &str) {
    for cell in ["meetings", "trained"] {
        let (scope, id) = (house.scope(&format!("med_{unit}")).await, id.to_owned());
        let (holder, reason) = (format!("ins_{unit}"), String::new());
        let edit = CellEdit { cell: cell.into(), value: Some(1), reason, revision: 0 };
        step!(house.db, |tx| {
            campaign::edit_cell(tx, &scope, (&id, "annex_1", &holder), &edit, on(AT))
        })
        .unwrap();
    }
    let (med, holder) = (format!("med_{unit}"), format!("ins_{unit}"));
    let what = (id, "annex_1", &*holder);
    house.handed(&med, what, SubmissionStep::Submit, "", AT).await.unwrap();
    house.handed(bureau, what, SubmissionStep::Approve, "", AT).await.unwrap();
}

/// A draw of the district, of which two checks are carried out, and one of the city.
async fn checks(house: &House, all: &mut All) {
    for (login, second, kind) in [("qu_a1", "qu_a2", "district"), ("yz_1", "yz_2", "city")] {
        let mate = house.scope(second).await.account().unwrap().account_id.clone();
        let (scope, id) = (house.scope(login).await, all.id.clone());
        // The city's draw stays out of the table: it is made where nothing is left to plan.
        let size = if kind == "city" { 1 } else { 3 };
        let seed = if kind == "city" { "city-seed" } else { "district-seed" };
        step!(house.db, |tx| {
            campaign::draw_spots(tx, &scope, (&id, kind), (seed, size), &mate, on(AT))
        })
        .unwrap();
    }
    house.raw("delete from spot_check where kind = 'city'").await;
    house.raw("delete from spot_check where institution_id = 'ins_a3'").await;
    for unit in ["ins_a1", "ins_a2"] {
        let sql = format!("select spot_check_id from spot_check where institution_id = '{unit}'");
        let spot = house.column(&sql).await.remove(0);
        let (scope, same) = (house.scope("qu_a2").await, spot.clone());
        step!(house.db, |tx| look(tx, &scope, &same)).unwrap();
        all.spots.push((unit.to_owned(), spot));
    }
}

async fn look(tx: &mut Tx, scope: &Scope, spot: &str) -> Result<()> {
    let (place, seen) = (("icu", "core_systems.deaths"), (Answer::Met, ""));
    campaign::answer_spot(tx, scope, spot, place, seen, on(AT)).await?;
    campaign::carry_out(tx, scope, spot, "总体较好", on(AT)).await
}

pub fn letters<'a>(units: impl IntoIterator<Item = &'a str>) -> String {
    let units: Vec<&str> = units.into_iter().collect();
    let found = UNITS.iter().filter(|(unit, _)| units.contains(unit));
    let found: String = found.map(|(_, letter)| *letter).collect();
    if found.is_empty() { "-".into() } else { found }
}

pub fn number(count: usize) -> String {
    if count == 0 { "-".into() } else { count.to_string() }
}

pub fn missing<T: Default>(answer: Result<T>) -> Result<T> {
    match answer {
        Err(Error::NotFound(_)) => Ok(T::default()),
        other => other,
    }
}

pub fn missing_list<T>(answer: Result<store::page::Listed<T>>) -> Result<Vec<T>> {
    match answer {
        Err(Error::NotFound(_)) => Ok(Vec::new()),
        other => other.map(|listed| listed.rows),
    }
}

/// Asks a function for each unit; the letters of those that answered something.
macro_rules! each {
    ($index:ident, $unit:ident => $call:expr) => {{
        let mut seen = Vec::new();
        for ($index, ($unit, _)) in UNITS.into_iter().enumerate() {
            let _ = $index;
            match $call {
                Ok(true) => seen.push($unit),
                Ok(false) | Err(Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        letters(seen)
    }};
}

async fn ledger_seen(tx: &mut Tx, scope: &Scope, function: &str, all: &All) -> Result<String> {
    let (id, problems) = (&*all.id, &all.problems);
    Ok(match function {
        "campaign::problem" => each!(n, unit => campaign::problem(tx, scope, &problems[n]).await
            .map(|row| row.institution_id == unit)),
        "campaign::problem_steps" => each!(n, unit => {
            let _ = unit;
            campaign::problem_steps(tx, scope, &problems[n]).await.map(|rows| !rows.is_empty())
        }),
        "campaign::owners" => {
            let mut most = 0;
            for problem in problems {
                most = most.max(missing(campaign::owners(tx, scope, problem).await)?.len());
            }
            number(most)
        }
        "campaign::evidence" => each!(n, unit => {
            let _ = unit;
            campaign::evidence(tx, scope, &problems[n]).await.map(|rows| rows.len() == 1)
        }),
        "campaign::evidence_file" => each!(n, unit => {
            let _ = unit;
            let file = &all.files[n];
            campaign::evidence_file(tx, scope, &problems[n], file).await.map(|file| file.is_some())
        }),
        "campaign::ledger" => {
            let filter = LedgerFilter { view: "all".into(), ..LedgerFilter::default() };
            let now = on(AT);
            let listed = campaign::ledger(tx, scope, id, &filter, now, Slice::first(9)).await?;
            letters(listed.rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::ledger_counts" => {
            let counts = campaign::ledger_counts(tx, scope, id, on(AT)).await?;
            number(usize::try_from(counts.all).unwrap())
        }
        "campaign::urges" => {
            let rows = missing(campaign::urges(tx, scope, id).await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::spots" => {
            let (all, filter) = (Slice::first(99), campaign::SpotFilter::default());
            let rows = missing_list(campaign::spots(tx, scope, id, &filter, all).await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::spot" | "campaign::spot_answers" => {
            let mut seen = Vec::new();
            for (unit, spot) in &all.spots {
                let found = if function == "campaign::spot" {
                    campaign::spot(tx, scope, spot).await.is_ok()
                } else {
                    campaign::spot_answers(tx, scope, spot).await.is_ok_and(|rows| rows.len() == 1)
                };
                seen.extend(found.then_some(&**unit));
            }
            letters(seen)
        }
        "campaign::draws" => {
            let all = campaign::DrawFilter::default();
            let found = campaign::draws(tx, scope, id, &all, Slice::first(100)).await;
            number(missing(found.map(|found| found.rows))?.len())
        }
        "campaign::mates" => number(campaign::mates(tx, scope).await?.len()),
        other => return annex_seen(tx, scope, other, all).await,
    })
}

async fn annex_seen(tx: &mut Tx, scope: &Scope, function: &str, all: &All) -> Result<String> {
    let id = &*all.id;
    let handing = |holder| Handing { campaign_id: id, deliverable: "annex_1", holder };
    Ok(match function {
        "campaign::submission" => each!(n, unit => campaign::submission(tx, scope, handing(unit))
            .await.map(|(one, _)| one.holder == unit)),
        "campaign::submission_steps" => each!(n, unit => {
            campaign::submission_steps(tx, scope, handing(unit)).await.map(|_| true)
        }),
        "campaign::section_texts" => each!(n, unit => {
            campaign::section_texts(tx, scope, handing(unit)).await.map(|_| true)
        }),
        "campaign::annex_cells" => each!(n, unit => {
            campaign::annex_cells(tx, scope, (id, "annex_1", unit)).await.map(|_| true)
        }),
        "campaign::submissions" => {
            let all = Slice::first(20);
            let listed =
                campaign::submissions(tx, scope, id, "annex_1", ("all", None), all).await?;
            letters(listed.rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::annex_lines" => {
            let rows = campaign::annex_lines(tx, scope, (id, "annex_1"), None).await?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::annex_entries" => each!(n, unit => {
            let place = (id, "annex_1", "found");
            let of = (None, Some(unit));
            campaign::annex_entries(tx, scope, place, of, Slice::first(9)).await
                .map(|listed| listed.total > 0)
        }),
        "campaign::roll_up" => {
            let rows = missing(campaign::roll_up(tx, scope, id, "annex_1").await)?;
            number(rows.iter().filter(|row| row.cell == "found").count())
        }
        other => return plan_seen(tx, scope, other, all).await,
    })
}

async fn plan_seen(tx: &mut Tx, scope: &Scope, function: &str, all: &All) -> Result<String> {
    let (now, id) = (on(AT), &*all.id);
    Ok(match function {
        "campaign::campaign" => {
            number(usize::from(campaign::campaign(tx, scope, id).await.is_ok()))
        }
        "campaign::campaigns" => number(campaign::campaigns(tx, scope).await?.len()),
        "campaign::targets" => {
            let rows = campaign::targets(tx, scope, id).await?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::units_heard" => {
            let units = campaign::units_heard(tx, scope).await?;
            letters(units.iter().map(String::as_str))
        }
        "campaign::sheet" => each!(n, unit => {
            campaign::sheet(tx, scope, id, unit, "icu").await.map(|_| true)
        }),
        "campaign::places" => each!(n, unit => {
            campaign::places(tx, scope, id, unit, now).await.map(|_| true)
        }),
        "campaign::item_files" => each!(n, unit => {
            let of = (id, unit, "icu");
            campaign::item_files(tx, scope, of).await.map(|rows| rows.len() == 1)
        }),
        "campaign::item_file" => each!(n, unit => {
            let (of, file) = ((id, unit, "icu"), &all.item_files[n]);
            campaign::item_file(tx, scope, of, file).await.map(|file| file.is_some())
        }),
        "campaign::proposal" => each!(n, unit => {
            let _ = unit;
            campaign::proposal(tx, scope, &all.problems[n]).await.map(|_| true)
        }),
        "campaign::dead_corners" => {
            let (all, filter) = (Slice::first(200), campaign::CornerFilter::default());
            let corners = campaign::dead_corners(tx, scope, id, &filter, now, all);
            let rows = missing_list(corners.await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::completeness" => {
            number(missing(campaign::completeness(tx, scope, id, "self_report").await)?.len())
        }
        "campaign::coverage" => {
            number(missing(campaign::coverage(tx, scope, id, now).await)?.len())
        }
        "campaign::assessments" => {
            number(missing(campaign::assessments(tx, scope, id, now).await)?.len())
        }
        "campaign::notices" => {
            // Only its own plan feeds it: one notice, made behind the drawers.
            number(missing(campaign::notices(tx, scope, id).await)?.len())
        }
        "campaign::questions" => {
            let rows = missing(campaign::questions(tx, scope, id).await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::records" => {
            let rows = missing(campaign::records(tx, scope, id, None).await)?;
            letters(rows.iter().map(|row| &*row.institution_id))
        }
        "campaign::responsibles" => each!(n, unit => {
            campaign::responsibles(tx, scope, id, unit).await.map(|rows| !rows.is_empty())
        }),
        other => return crate::campaign_work::work_seen(tx, scope, other, id).await,
    })
}

#[tokio::test]
async fn nobody_sees_another_district_or_another_hospital_of_a_campaign() {
    proves!("W25", "W45", "W62");
    on_both(async |house| {
        let all = one_of_everything(&house).await;
        let notice = format!(
            "insert into campaign_notice (notice_id, campaign_id, number, title_zh, title_en,
                issued_at, body, acknowledged_by, made_at, made_by, published_at)
             values ('ntc_1', '{}', '1', '通知', 'Notice', 1, '正文', 'unit', 1, 'x', 1)",
            all.id
        );
        house.raw(&notice).await;
        let mut wrong = String::new();
        for row in rows() {
            let mut seen = vec![row[0].to_owned()];
            for login in LOGINS {
                let (scope, mut tx) = (house.scope(login).await, house.read().await);
                seen.push(ledger_seen(&mut tx, &scope, row[0], &all).await.unwrap());
            }
            if seen != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), seen.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

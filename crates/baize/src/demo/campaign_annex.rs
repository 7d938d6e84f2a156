//! Annexes that are there when the demo begins: filled in, handed in, some of them added up.

use rules::Time;
use rules::account::AccountRole;
use rules::campaign::SubmissionStep;
use store::campaign::{self, CellEdit, Handing};
use store::{Result, Scope, Tx};

use super::campaign::{Story, Unit};
use super::campaign_story::Told;
use super::load::Data;

/// A district that has already summed up, another that is about to, and some units of the city.
pub(super) async fn early(
    tx: &mut Tx,
    data: &Data,
    story: &Story,
    told: &Told,
    at: Time,
) -> Result<()> {
    for (line, count, closed) in
        [("320205", 99, true), ("320213", 9, false), ("affiliated", 6, false)]
    {
        let units = data.units.iter().filter(|unit| unit.line() == line).take(count);
        let officer = story.officers.iter().find(|one| one[0] == line);
        let bureau = told.scope(officer.map_or(&story.author, |one| &one[1]))?;
        for (number, unit) in units.enumerate() {
            let med = told.scope(&unit.login(AccountRole::MedicalDepartment))?;
            let trained = [("meetings", 2), ("trained", unit.staff * 9 / 10)];
            // The last ones wait for the bureau.
            let approves = (closed || number % 3 != 2).then_some(&bureau);
            fill(tx, (told, "annex_1", &unit.id), &trained, (&med, approves), at).await?;
            let shares = indicators(unit, i64::try_from(number).unwrap_or(0));
            fill(tx, (told, "indicators", &unit.id), &shares, (&med, approves), at).await?;
        }
        if closed {
            let city = told.scope(&story.author)?;
            for annex in ["annex_1", "indicators"] {
                let of = Handing { campaign_id: &told.id, deliverable: annex, holder: line };
                campaign::hand(tx, &bureau, of, SubmissionStep::Submit, "", at).await?;
                campaign::hand(tx, &city, of, SubmissionStep::Approve, "", at).await?;
            }
        }
    }
    Ok(())
}

/// Some hospitals forget a test, a call or a check; most do not.
fn indicators(unit: &Unit, number: i64) -> [(&'static str, i64); 8] {
    let operations = unit.staff / 3;
    let forgot = |every: i64, count: i64| if number % every == every - 1 { count } else { 0 };
    [
        ("invasive", unit.staff / 2),
        ("invasive_screened", (unit.staff / 2 - forgot(7, 3)).max(0)),
        ("critical", unit.staff / 5),
        ("critical_in_time", (unit.staff / 5 - forgot(4, 1)).max(0)),
        ("operations", operations),
        ("operations_checked", (operations - forgot(11, 2)).max(0)),
        ("staff", unit.staff),
        ("staff_passed", unit.staff - unit.staff * (number % 5) / 100),
    ]
}

/// A unit's annex, handed in, and approved by whoever is named.
async fn fill(
    tx: &mut Tx,
    (told, annex, unit): (&Told, &str, &str),
    cells: &[(&str, i64)],
    (med, bureau): (&Scope, Option<&Scope>),
    at: Time,
) -> Result<()> {
    for (cell, value) in cells {
        let (cell, value) = ((*cell).to_owned(), Some(*value));
        let edit = CellEdit { cell, value, reason: String::new(), revision: 0 };
        campaign::edit_cell(tx, med, (&told.id, annex, unit), &edit, at).await?;
    }
    let of = Handing { campaign_id: &told.id, deliverable: annex, holder: unit };
    campaign::hand(tx, med, of, SubmissionStep::Submit, "", at).await?;
    if let Some(bureau) = bureau {
        campaign::hand(tx, bureau, of, SubmissionStep::Approve, "", at).await?;
    }
    Ok(())
}

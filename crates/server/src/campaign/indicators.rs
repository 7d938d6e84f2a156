//! The indicators of a campaign: every share that its annexes hold, for the city and line by line,
//! beside what is asked for [W11, W16, W22].

use askama::Template;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use rules::campaign::{Annex, Branch, Rate};
use store::Tx;
use store::campaign::{self, Campaign, CellTotal};

use super::rate::{Shown, aim, shown};
use super::{Names, takes_part};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

struct Row {
    title: String,
    annex: String,
    aim: String,
    shares: Vec<Option<Shown>>,
}

#[derive(Template)]
#[template(path = "campaign/indicators.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    columns: Vec<String>,
    rows: Vec<Row>,
    /// A unit sees its own figures as they stand, before they are handed in.
    own: bool,
    short: usize,
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    fn short(&self) -> usize {
        let missed = |row: &&Row| {
            let whole = row.shares.first().and_then(Option::as_ref);
            whole.is_some_and(|share| share.met == Some(false))
        };
        self.rows.iter().filter(missed).count()
    }
}

fn row(names: &Names<'_>, annex: &Annex, rate: &Rate, shares: Vec<Option<Shown>>) -> Row {
    let lang = names.lang;
    Row {
        title: lang.pick(&rate.title_zh, &rate.title_en).to_owned(),
        annex: lang.pick(&annex.title_zh, &annex.title_en).to_owned(),
        aim: aim(lang, rate),
        shares,
    }
}

/// The share of sums, with the page that shows them.
fn share(rate: &Rate, sums: &[&CellTotal], href: String) -> Option<Shown> {
    let figure = |code: &str| {
        let mut of = sums.iter().filter(|one| one.cell == code).peekable();
        of.peek()?;
        Some(of.map(|one| one.total).sum())
    };
    let counted =
        |code: &str| Some(sums.iter().filter(|o| o.cell == code).map(|o| o.institutions).sum());
    shown(rate, figure, counted).map(|share| Shown { href: Some(href), ..share })
}

/// By line, from what the lines have approved; the city counts lines that it has approved itself.
async fn by_line(tx: &mut Tx, who: &SignedIn, one: &Campaign, names: &Names<'_>) -> Answer<Table> {
    let (lang, id) = (who.lang, &one.campaign_id);
    let mut sums = Vec::new();
    for annex in one.plan.annexes.iter().filter(|annex| !annex.rates.is_empty()) {
        let found = campaign::roll_up(tx, &who.scope, id, &annex.code).await.told(lang)?;
        sums.push((annex, found));
    }
    let own = who.scope.campaign_line().map(str::to_owned);
    let mut lines: Vec<&str> =
        sums.iter().flat_map(|(_, found)| found.iter().map(|one| &*one.branch)).collect();
    lines.sort_unstable_by_key(|line| (!Branch::is_district(line), *line));
    lines.dedup();
    if own.is_some() {
        lines.clear();
    }
    let whole = own.as_deref().map_or(lang.cp_whole_city().to_owned(), |line| names.line(line));
    let mut columns = vec![whole];
    columns.extend(lines.iter().map(|line| names.line(line)));
    let mut rows = Vec::new();
    for (annex, found) in &sums {
        let page = format!("/campaigns/{id}/annex/{}", annex.code);
        for rate in &annex.rates {
            // The city adds up what it has approved; a district, what its own annex holds.
            let all: Vec<&CellTotal> =
                found.iter().filter(|one| own.is_some() || one.counts()).collect();
            let mut shares = vec![share(rate, &all, page.clone())];
            for line in &lines {
                let of: Vec<&CellTotal> = found.iter().filter(|one| one.branch == **line).collect();
                shares.push(share(rate, &of, format!("{page}?branch={line}")));
            }
            rows.push(row(names, annex, rate, shares));
        }
    }
    Ok(Table { columns, rows })
}

/// A unit's own figures as they stand.
async fn of_unit(
    tx: &mut Tx,
    who: &SignedIn,
    one: &Campaign,
    (names, unit): (&Names<'_>, &str),
) -> Answer<Table> {
    let lang = who.lang;
    let id = &one.campaign_id;
    let mut rows = Vec::new();
    for annex in one.plan.annexes.iter().filter(|annex| !annex.rates.is_empty()) {
        let of = (&**id, &*annex.code, unit);
        let cells = match campaign::annex_cells(tx, &who.scope, of).await {
            Ok(cells) => cells,
            // Not every unit fills every annex.
            Err(store::Error::NotFound(_)) => continue,
            Err(error) => return Err(crate::fault::Fault::of(error, lang)),
        };
        let figure =
            |code: &str| cells.iter().find(|one| one.cell.code == code).and_then(|one| one.value);
        for rate in &annex.rates {
            let href = format!("/campaigns/{id}/annex/{}/{unit}", annex.code);
            let found = shown(rate, figure, |_| Some(1));
            let found = found.map(|share| Shown { href: Some(href), ..share });
            rows.push(row(names, annex, rate, vec![found]));
        }
    }
    let columns = vec![lang.ci_own().to_owned()];
    Ok(Table { columns, rows })
}

async fn table(app: &App, who: &SignedIn, id: &str) -> Answer<(Campaign, Table)> {
    takes_part(who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let names = Names::read(app, lang, &mut tx).await?;
    let unit = who.scope.campaign_place().0.map(str::to_owned);
    let table = match &unit {
        Some(unit) => of_unit(&mut tx, who, &one, (&names, unit)).await?,
        None => by_line(&mut tx, who, &one, &names).await?,
    };
    Ok((one, table))
}

/// `GET /campaigns/{campaign_id}/indicators`
pub(crate) async fn indicators(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let (one, table) = table(&app, &who, &id).await?;
    let mut tx = app.db().read().await.told(who.lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let page = Page {
        title: who.lang.pick(&one.title[0], &one.title[1]).to_owned(),
        own: who.scope.campaign_place().0.is_some(),
        short: table.short(),
        columns: table.columns,
        rows: table.rows,
        id,
        shell,
    };
    draw(&page, who.lang)
}

/// `GET /campaigns/{campaign_id}/indicators.xlsx`
pub(crate) async fn indicators_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let lang = who.lang;
    let (_, table) = table(&app, &who, &id).await?;
    let mut heads =
        vec![lang.ci_indicator().to_owned(), lang.ci_from().to_owned(), lang.ci_aim().to_owned()];
    for column in &table.columns {
        heads.push(column.clone());
        heads.push(lang.ci_over_of(column));
    }
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = table.rows.iter().map(|row| {
        let mut cells = vec![row.title.clone(), row.annex.clone(), row.aim.clone()];
        for one in &row.shares {
            let one = one.clone().unwrap_or_default();
            cells.extend([one.text, one.what]);
        }
        cells
    });
    let file = crate::table_file::xlsx("indicators", lang.ci_title(), &heads, rows);
    Ok(file.into_response())
}

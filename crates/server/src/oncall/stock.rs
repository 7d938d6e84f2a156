//! Antidotes and emergency drugs: where so many units are, and the lots of one holder [Z11].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::channel::{ChannelPack, Item};
use rules::{Position, Time};
use store::oncall::{self, Holder, Hospital, NewStock, StockRow};
use store::{Scope, Tx};

use super::{AlertShown, Choice, Pairs, Typed, alerts, hospital_choices, need_any, settled};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;
use crate::words::Lang;

const SEES: [Permission; 3] = [Permission::ManageChannel, Permission::Receive, Permission::Declare];
const COUNTS: [Permission; 3] =
    [Permission::ManageChannel, Permission::ManageHospital, Permission::Declare];
/// A vascular occlusion may take so many vials: what the public report asked for.
const NEED: i64 = 35;
const NEED_MAX: i64 = 100_000;
/// Lots that one page shows.
const LOTS_MAX: usize = 100;

struct HolderRow {
    name: String,
    hospital: bool,
    units: i64,
    /// With all above.
    sum: i64,
    /// Still needed until the sum is there.
    needed: bool,
    /// The row with which it is enough.
    enough: bool,
    distance: String,
    expiry: String,
    soon: Option<Mark>,
    counted: String,
    stale: bool,
}

struct LotRow {
    id: String,
    item: String,
    lot: String,
    quantity: String,
    expires: String,
    mark: Option<Mark>,
    left: String,
    counted: String,
    stale: bool,
}

#[derive(Template)]
#[template(path = "oncall/stock.html")]
struct StockPage {
    shell: Shell,
    fields: Fields,
    typed: Typed,
    items: Vec<Choice>,
    item: String,
    item_name: String,
    unit: String,
    need: i64,
    near: String,
    places: Vec<Choice>,
    rows: Vec<HolderRow>,
    pager: Pager,
    total: i64,
    /// How many holders it takes and what they hold together; `None` when all have too little.
    takes: Option<(usize, i64)>,
    distances: bool,
    runs: bool,
    holder: Option<String>,
    lots: Vec<LotRow>,
    lots_total: usize,
    state: String,
    states: [(&'static str, &'static str); 4],
    counts: bool,
    alerts: Vec<AlertShown>,
    export: String,
    export_lots: String,
}

/// `GET /stock`
pub(crate) async fn stock(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    draw(&stock_page(&app, &who, Fields::of(query), Typed::default()).await?, who.lang)
}

/// What is asked for: an item, how many, seen from where.
struct Asked<'p> {
    item: &'p Item,
    need: i64,
    near: Option<&'p Hospital>,
    nearest_first: bool,
}

impl<'p> Asked<'p> {
    fn of(
        fields: &Fields,
        scope: &Scope,
        pack: &'p ChannelPack,
        hospitals: &'p [Hospital],
    ) -> Option<Asked<'p>> {
        // Every pack names what it counts; without one there is nothing to ask for.
        let item = pack.item(fields.get("item")).or_else(|| pack.items.first())?;
        let near = fields.some("near").or_else(|| scope.hospital().map(str::to_owned));
        let near = near.and_then(|id| hospitals.iter().find(|one| one.hospital_id == id));
        Some(Asked {
            item,
            need: fields.number("need").unwrap_or(NEED).clamp(1, NEED_MAX),
            near,
            nearest_first: near.is_some() && fields.get("order") == "near",
        })
    }

    fn distance(&self, holder: &Holder) -> Option<i64> {
        let at = Position { lat: holder.lat, lng: holder.lng };
        self.near.map(|near| near.at().distance_m(at))
    }
}

async fn holders(
    tx: &mut Tx,
    scope: &Scope,
    when: When,
    asked: &Asked<'_>,
    pack: &ChannelPack,
    now: Time,
) -> Answer<Vec<HolderRow>> {
    let lang = when.lang;
    let mut found = oncall::holders_of(tx, scope, &asked.item.code, now).await.told(lang)?;
    if asked.nearest_first {
        found.sort_by_key(|one| asked.distance(one));
    }
    let mut sum = 0;
    Ok(found
        .iter()
        .map(|one| {
            let before = sum;
            sum += one.units;
            let soon = one.first_expiry <= now.plus_days(pack.watch.expiry_days).0;
            HolderRow {
                name: lang.pick(&one.name_zh, &one.name_en).to_owned(),
                hospital: one.hospital > 0,
                units: one.units,
                sum,
                needed: before < asked.need,
                enough: before < asked.need && sum >= asked.need,
                distance: asked.distance(one).map_or(String::new(), kilometres),
                expiry: when.iso(&one.first_expiry),
                soon: soon.then_some(Mark::Warn),
                counted: when.iso(&one.counted_at),
                stale: stale(pack, one.counted_at, now),
            }
        })
        .collect())
}

fn kilometres(metres: i64) -> String {
    format!("{:.1}", metres as f64 / 1_000.0)
}

fn stale(pack: &ChannelPack, counted_at: i64, now: Time) -> bool {
    Time(counted_at).plus_days(pack.watch.count_days) < now
}

fn lot(when: When, pack: &ChannelPack, row: &StockRow, now: Time) -> LotRow {
    let lang = when.lang;
    let item = pack.item(&row.item);
    let left = (row.expires_at - now.0).div_euclid(Time::DAY_MS);
    let (mark, left) = if row.expires_at <= now.0 {
        (Some(Mark::Danger), lang.oc_expired().to_owned())
    } else if left <= pack.watch.expiry_days {
        (Some(Mark::Warn), lang.days_left(left))
    } else {
        (None, String::new())
    };
    let unit = item.map_or("", |item| lang.pick(&item.unit_zh, &item.unit_en));
    LotRow {
        id: row.stock_id.clone(),
        item: item
            .map_or(row.item.as_str(), |item| lang.pick(&item.name_zh, &item.name_en))
            .to_owned(),
        lot: row.lot.clone(),
        quantity: format!("{} {unit}", row.quantity),
        expires: when.iso(&row.expires_at),
        mark,
        left,
        counted: when.iso(&row.counted_at),
        stale: stale(pack, row.counted_at, now),
    }
}

/// Whose lots are shown: the own ones, or those the QC centre looks at.
fn holder_of(scope: &Scope, fields: &Fields) -> Option<String> {
    let own = scope.hospital().or(scope.own_institution()).map(str::to_owned);
    own.or_else(|| fields.some("holder").filter(|_| scope.may(Permission::ManageChannel)))
}

async fn lots(
    tx: &mut Tx,
    scope: &Scope,
    when: When,
    holder: Option<&str>,
    pack: &ChannelPack,
    now: Time,
) -> Answer<Vec<LotRow>> {
    let Some(holder) = holder else { return Ok(Vec::new()) };
    let rows = oncall::stock(tx, scope, holder).await.told(when.lang)?;
    Ok(rows.iter().map(|row| lot(when, pack, row, now)).collect())
}

fn of_state(state: &str, row: &LotRow) -> bool {
    match state {
        "expired" => row.mark == Some(Mark::Danger),
        "soon" => row.mark == Some(Mark::Warn),
        "stale" => row.stale,
        _ => true,
    }
}

async fn stock_page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer<StockPage> {
    need_any(who, &SEES)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/stock").await?;
    shell.done = lang.oc_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let pack = tx.packs().channel_at(now).clone();
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let asked = Asked::of(&fields, scope, &pack, &hospitals)
        .ok_or_else(|| crate::fault::Fault::new(crate::fault::Kind::NotFound, lang))?;
    let all = holders(&mut tx, scope, when, &asked, &pack, now).await?;
    let total = all.last().map_or(0, |last| last.sum);
    let enough = all.iter().zip(1..).find(|(row, _)| row.enough);
    let takes = enough.map(|(row, places)| (places, row.sum));
    let count = i64::try_from(all.len()).unwrap_or(0);
    let slice = store::page::Slice::page(fields.page());
    let skipped = usize::try_from(slice.offset).unwrap_or(0);
    let rows: Vec<HolderRow> =
        all.into_iter().skip(skipped).take(usize::try_from(slice.limit).unwrap_or(0)).collect();
    let holder = holder_of(scope, &fields);
    let mut lots = lots(&mut tx, scope, when, holder.as_deref(), &pack, now).await?;
    let state = match fields.get("state") {
        known @ ("expired" | "soon" | "stale") => known.to_owned(),
        _ => "all".to_owned(),
    };
    lots.retain(|row| of_state(&state, row));
    let lots_total = lots.len();
    lots.truncate(LOTS_MAX);
    let alerts = alerts(&mut tx, scope, when, |alert| alert.rule == "A31").await?;
    let fields = Fields::of(fields.pairs().into_iter().filter(|(key, _)| key != "done").collect());
    Ok(StockPage {
        items: pack.items.iter().map(|item| choice(lang, item)).collect(),
        item: asked.item.code.clone(),
        item_name: lang.pick(&asked.item.name_zh, &asked.item.name_en).to_owned(),
        unit: lang.pick(&asked.item.unit_zh, &asked.item.unit_en).to_owned(),
        need: asked.need,
        near: asked.near.map_or(String::new(), |one| one.hospital_id.clone()),
        distances: asked.near.is_some(),
        places: hospital_choices(lang, &hospitals),
        pager: pager("/stock", &fields, rows.len(), count),
        rows,
        total,
        takes,
        runs: scope.may(Permission::ManageChannel),
        counts: holder.is_some() && COUNTS.iter().any(|one| scope.may(*one)),
        holder,
        lots,
        lots_total,
        states: [
            ("all", lang.all()),
            ("expired", lang.oc_expired()),
            ("soon", lang.oc_expiring()),
            ("stale", lang.oc_stale()),
        ],
        state,
        alerts,
        export: format!("/stock.xlsx?{}", fields.with("page", "")),
        export_lots: format!("/stock.xlsx?{}", fields.with("what", "lots")),
        fields,
        typed,
        shell,
    })
}

fn choice(lang: Lang, item: &Item) -> Choice {
    let name = lang.pick(&item.name_zh, &item.name_en);
    Choice { value: item.code.clone(), word: format!("{name} {}", item.strength) }
}

/// `GET /stock.xlsx`: the holders of an item, or with `what=lots` the lots of one holder.
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need_any(&who, &SEES)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let pack = tx.packs().channel_at(now).clone();
    let lines = if fields.get("what") == "lots" {
        let holder = holder_of(&who.scope, &fields);
        let lots = lots(&mut tx, &who.scope, when, holder.as_deref(), &pack, now).await?;
        lots_lines(lang, fields.get("state"), &lots)
    } else {
        let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
        match Asked::of(&fields, &who.scope, &pack, &hospitals) {
            Some(asked) => {
                let rows = holders(&mut tx, &who.scope, when, &asked, &pack, now).await?;
                holders_lines(lang, asked.item, &rows)
            }
            None => Lines::new(&[lang.oc_item()]),
        }
    };
    Ok(lines.file(&format!("stock-{}", when.iso(&now.0)), lang.nav_stock()))
}

fn holders_lines(lang: Lang, item: &Item, rows: &[HolderRow]) -> Lines {
    let mut lines = Lines::new(&[
        lang.oc_item(),
        lang.oc_holder(),
        lang.oc_units(),
        lang.oc_sum(),
        lang.oc_distance(),
        lang.oc_first_expiry(),
        lang.oc_counted(),
    ]);
    for row in rows {
        lines.add(&[
            lang.pick(&item.name_zh, &item.name_en),
            &row.name,
            &row.units.to_string(),
            &row.sum.to_string(),
            &row.distance,
            &row.expiry,
            &row.counted,
        ]);
    }
    lines
}

fn lots_lines(lang: Lang, state: &str, lots: &[LotRow]) -> Lines {
    let mut lines = Lines::new(&[
        lang.oc_item(),
        lang.oc_lot(),
        lang.oc_units(),
        lang.oc_expires(),
        lang.oc_counted(),
        lang.col_state(),
    ]);
    for row in lots.iter().filter(|row| of_state(state, row)) {
        let cells = [&row.item, &row.lot, &row.quantity, &row.expires, &row.counted, &row.left];
        lines.add(&cells.map(String::as_str));
    }
    lines
}

/// `POST /stock`: a count of one lot.
pub(crate) async fn count(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &COUNTS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let expires = fields.day_end("expires", app.city().calendar);
    let wrong = match (holder_of(&who.scope, &fields), fields.number("quantity"), expires) {
        (None, _, _) => Some(lang.oc_choose_hospital().to_owned()),
        (_, None, _) => Some(lang.oc_quantity_wrong().to_owned()),
        (_, _, None) => Some(lang.no_such_day().to_owned()),
        _ if fields.get("lot").is_empty() => Some(lang.oc_lot_wrong().to_owned()),
        (Some(holder_id), Some(quantity), Some(expires)) => {
            let new = NewStock {
                holder_id,
                item: fields.get("of").to_owned(),
                lot: fields.get("lot").to_owned(),
                quantity,
                // The day on the package is the last one.
                expires_at: expires.plus_ms(-1),
            };
            let (scope, now) = (who.scope.clone(), app.now());
            let counted = app.db().write(move |tx| {
                Box::pin(async move { oncall::count_stock(tx, &scope, &new, now).await })
            });
            settled(&app, lang, counted.await)?
        }
    };
    back(&app, &who, fields, wrong, "counted").await
}

/// `POST /stock/{stock_id}/discard`
pub(crate) async fn discard(
    State(app): State<App>,
    who: SignedIn,
    Path(stock_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &COUNTS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let discarded = app.db().write(move |tx| {
        Box::pin(async move { oncall::discard_stock(tx, &scope, &stock_id, now).await })
    });
    let wrong = settled(&app, who.lang, discarded.await)?;
    back(&app, &who, fields, wrong, "discarded").await
}

async fn back(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    wrong: Option<String>,
    done: &str,
) -> Answer {
    let kept = |(key, _): &(String, String)| matches!(key.as_str(), "item" | "holder");
    let mut filter: Pairs = fields.pairs().into_iter().filter(kept).collect();
    if let Some(wrong) = wrong {
        let typed = Typed::refused("count", fields, wrong);
        let page = stock_page(app, who, Fields::of(filter), typed).await?;
        return Ok(crate::alert::unprocessable(draw(&page, who.lang)?));
    }
    filter.push(("done".into(), done.into()));
    let path = format!("/stock?{}#lots", Fields::of(filter).with("page", ""));
    Ok(Redirect::to(&path).into_response())
}

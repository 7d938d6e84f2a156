//! Zones and hotlines: what is contracted to which hospital, and the numbers that answer [Z9].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::calendar::Calendar;
use store::oncall::{self, Hospital, Hotline, NewHotline, NewZone, Zone};

use super::draw::{Picture, picture};
use super::plan::SEES;
use super::{Choice, Pairs, Typed, begins, hospital_choices, need_any, settled, short};
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

struct ZoneShown {
    id: String,
    name: String,
    primary: String,
    backup: String,
    from: String,
    until: Option<String>,
    coming: bool,
    /// Others it lies over, and who answers there.
    overlaps: Vec<String>,
}

struct LineShown {
    id: String,
    number: String,
    label: String,
    hospital: String,
    from: String,
    until: Option<String>,
    now: bool,
    coming: bool,
}

#[derive(Template)]
#[template(path = "oncall/zones.html")]
struct ZonesPage {
    shell: Shell,
    typed: Typed,
    runs: bool,
    picture: Picture,
    note: String,
    zones: Vec<ZoneShown>,
    hospitals: Vec<Choice>,
    hotlines: Vec<LineShown>,
    history: Vec<LineShown>,
    pager: Pager,
    today: String,
}

/// `GET /oncall/zones`; `?zone=` fills the form with a zone that is drawn anew.
pub(crate) async fn zones(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    draw(&zones_page(&app, &who, Fields::of(query), Typed::default()).await?, who.lang)
}

async fn again(
    app: &App,
    who: &SignedIn,
    form: &'static str,
    fields: Fields,
    wrong: String,
) -> Answer {
    let typed = Typed::refused(form, fields, wrong);
    let page = zones_page(app, who, Fields::default(), typed).await?;
    Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
}

async fn zones_page(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    mut typed: Typed,
) -> Answer<ZonesPage> {
    need_any(who, &SEES)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/oncall/zones").await?;
    shell.done = lang.oc_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let zones = oncall::zones(&mut tx, now, true).await.told(lang)?;
    let running = oncall::hotlines(&mut tx, now).await.told(lang)?;
    let history = oncall::hotline_history(&mut tx).await.told(lang)?;
    if typed.wrong.is_none()
        && let Some(zone) = zones.iter().find(|zone| zone.zone_id == fields.get("zone"))
    {
        typed = Typed { form: "zone", fields: fields_of(when, zone), wrong: None };
    }
    let prefix: String = app.city().code.chars().take(4).collect();
    let held: Vec<Zone> = zones.iter().filter(|zone| zone.from_at <= now.0).cloned().collect();
    let [zh, en] = &app.city().map_note;
    let total = i64::try_from(history.len()).unwrap_or(0);
    let slice = store::page::Slice::page(fields.page());
    let shown: Vec<LineShown> = history
        .iter()
        .skip(usize::try_from(slice.offset).unwrap_or(0))
        .take(usize::try_from(slice.limit).unwrap_or(0))
        .map(|one| line(when, &hospitals, one, now))
        .collect();
    let filter = Fields::of(vec![("page".into(), fields.get("page").into())]);
    Ok(ZonesPage {
        runs: who.scope.may(Permission::ManageChannel),
        picture: picture(lang, &hospitals, &held, &format!("boundaries/{prefix}.geojson")),
        note: lang.pick(zh, en).to_owned(),
        zones: zones.iter().map(|zone| zone_shown(when, &hospitals, &zones, zone, now)).collect(),
        hotlines: running.iter().map(|one| line(when, &hospitals, one, now)).collect(),
        pager: pager("/oncall/zones", &filter, shown.len(), total),
        history: shown,
        hospitals: hospital_choices(lang, &hospitals),
        today: when.iso(&now.0),
        typed,
        shell,
    })
}

fn zone_shown(
    when: When,
    hospitals: &[Hospital],
    zones: &[Zone],
    zone: &Zone,
    now: Time,
) -> ZoneShown {
    let lang = when.lang;
    let name = |zone: &Zone| lang.pick(&zone.name_zh, &zone.name_en).to_owned();
    let others = zones.iter().filter(|other| other.zone_id != zone.zone_id);
    let overlaps = others.filter_map(|other| {
        let percent = zone.overlap_percent(other);
        let answers = if zone.prevails_over(other) { zone } else { other };
        let hospital = short(lang, hospitals, &answers.primary_id);
        (percent > 0).then(|| lang.oc_overlaps(name(other), percent, name(answers), hospital))
    });
    ZoneShown {
        id: zone.zone_id.clone(),
        name: lang.pick(&zone.name_zh, &zone.name_en).to_owned(),
        primary: short(lang, hospitals, &zone.primary_id),
        backup: zone.backup_id.as_deref().map_or(String::new(), |id| short(lang, hospitals, id)),
        from: when.stamp_hm(&zone.from_at),
        until: zone.until_at.map(|until| when.stamp_hm(&until)),
        coming: zone.from_at > now.0,
        overlaps: overlaps.collect(),
    }
}

fn line(when: When, hospitals: &[Hospital], one: &Hotline, now: Time) -> LineShown {
    let lang = when.lang;
    let ended = one.until_at.is_some_and(|until| until <= now.0);
    LineShown {
        id: one.hotline_id.clone(),
        number: one.number.clone(),
        label: lang.pick(&one.label_zh, &one.label_en).to_owned(),
        hospital: one
            .hospital_id
            .as_deref()
            .map_or_else(|| lang.oc_city_line().to_owned(), |id| short(lang, hospitals, id)),
        from: when.stamp_hm(&one.from_at),
        until: one.until_at.map(|until| when.stamp_hm(&until)),
        now: one.from_at <= now.0 && !ended,
        coming: one.from_at > now.0,
    }
}

/// A zone as the fields of the form that draws its successor.
fn fields_of(when: When, zone: &Zone) -> Fields {
    let corners: Vec<String> =
        zone.ring.iter().map(|at| format!("{:.4},{:.4}", at[0], at[1])).collect();
    let until = zone.until_at.map_or(String::new(), |until| when.iso(&(until - 1)));
    let pairs = [
        ("replaces", zone.zone_id.clone()),
        ("name_zh", zone.name_zh.clone()),
        ("name_en", zone.name_en.clone()),
        ("primary", zone.primary_id.clone()),
        ("backup", zone.backup_id.clone().unwrap_or_default()),
        ("until", until),
        ("corners", corners.join("\n")),
    ];
    Fields::of(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Corners that a form takes: a field that is longer is cut, and a zone must not be.
const CORNERS_MAX: usize = 400;
const CORNERS_CHARS_MAX: usize = 7_900;
const NAME_CHARS_MAX: usize = 60;

/// A name in Chinese and one in English, both said.
fn names(fields: &Fields, lang: Lang, keys: [&str; 2]) -> Result<[String; 2], &'static str> {
    let names = keys.map(|key| fields.get(key).to_owned());
    let sound = |name: &String| (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if names.iter().all(sound) { Ok(names) } else { Err(lang.oc_names_wrong()) }
}

/// Corners as lines of `lng,lat`.
fn corners(text: &str) -> Option<Vec<[f64; 2]>> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut parts = line.split([',', '，', ' ', '\t']).filter(|part| !part.is_empty());
            let at = [parts.next()?.parse().ok()?, parts.next()?.parse().ok()?];
            parts.next().is_none().then_some(at)
        })
        .collect()
}

fn read_zone(
    fields: &Fields,
    lang: Lang,
    calendar: Calendar,
    now: Time,
) -> Result<NewZone, &'static str> {
    let until = match fields.some("until") {
        Some(_) => Some(fields.day_end("until", calendar).ok_or(lang.no_such_day())?),
        None => None,
    };
    let ring = corners(fields.get("corners")).ok_or(lang.oc_corners_wrong())?;
    if ring.len() > CORNERS_MAX || fields.get("corners").chars().count() > CORNERS_CHARS_MAX {
        return Err(lang.oc_corners_many());
    }
    Ok(NewZone {
        name: names(fields, lang, ["name_zh", "name_en"])?,
        primary_id: fields.some("primary").ok_or(lang.oc_choose_hospital())?,
        backup_id: fields.some("backup"),
        ring,
        from: begins(fields, "from", calendar, now).ok_or(lang.no_such_day())?,
        until,
    })
}

/// `POST /oncall/zones`: a new zone, or the successor of one.
pub(crate) async fn add(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let now = app.now();
    let new = match read_zone(&fields, who.lang, app.city().calendar, now) {
        Ok(new) => new,
        Err(wrong) => return again(&app, &who, "zone", fields, wrong.to_owned()).await,
    };
    let (scope, replaces) = (who.scope.clone(), fields.some("replaces"));
    let drawn = app.db().write(move |tx| {
        Box::pin(async move {
            for id in std::iter::once(&new.primary_id).chain(&new.backup_id) {
                oncall::hospital(tx, id).await?;
            }
            oncall::change_zone(tx, &scope, replaces.as_deref(), Some(&new), now).await
        })
    });
    match settled(&app, who.lang, drawn.await)? {
        None => Ok(Redirect::to("/oncall/zones?done=zone").into_response()),
        Some(wrong) => again(&app, &who, "zone", fields, wrong).await,
    }
}

/// `POST /oncall/zones/{zone_id}/end`
pub(crate) async fn end(
    State(app): State<App>,
    who: SignedIn,
    Path(zone_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let ended = app.db().write(move |tx| {
        Box::pin(async move { oncall::change_zone(tx, &scope, Some(&zone_id), None, now).await })
    });
    match settled(&app, who.lang, ended.await)? {
        None => Ok(Redirect::to("/oncall/zones?done=zone_end").into_response()),
        Some(wrong) => again(&app, &who, "end", fields, wrong).await,
    }
}

fn read_hotline(
    fields: &Fields,
    lang: Lang,
    calendar: Calendar,
    now: Time,
) -> Result<NewHotline, &'static str> {
    Ok(NewHotline {
        hospital_id: fields.some("hospital"),
        number: fields.get("number").to_owned(),
        label: names(fields, lang, ["label_zh", "label_en"])?,
        from: begins(fields, "from", calendar, now).ok_or(lang.no_such_day())?,
        replaces: fields.some("replaces"),
    })
}

/// `POST /oncall/hotlines`: announces a number; the one it replaces ends.
pub(crate) async fn announce(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let now = app.now();
    let new = match read_hotline(&fields, who.lang, app.city().calendar, now) {
        Ok(new) => new,
        Err(wrong) => return again(&app, &who, "hotline", fields, wrong.to_owned()).await,
    };
    let scope = who.scope.clone();
    let announced = app.db().write(move |tx| {
        Box::pin(async move {
            if let Some(id) = &new.hospital_id {
                oncall::hospital(tx, id).await?;
            }
            oncall::set_hotline(tx, &scope, &new, now).await
        })
    });
    match settled(&app, who.lang, announced.await)? {
        None => Ok(Redirect::to("/oncall/zones?done=hotline#hotlines").into_response()),
        Some(wrong) => again(&app, &who, "hotline", fields, wrong).await,
    }
}

/// `POST /oncall/hotlines/{hotline_id}/end`
pub(crate) async fn end_hotline(
    State(app): State<App>,
    who: SignedIn,
    Path(hotline_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let ended = app.db().write(move |tx| {
        Box::pin(async move { oncall::end_hotline(tx, &scope, &hotline_id, now).await })
    });
    match settled(&app, who.lang, ended.await)? {
        None => Ok(Redirect::to("/oncall/zones?done=hotline_end#hotlines").into_response()),
        Some(wrong) => again(&app, &who, "hotline", fields, wrong).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_of_a_textarea() {
        assert_eq!(
            corners("113.5,22.2\n 113.6 22.3 \n\n113.7，22.1\n"),
            Some(vec![[113.5, 22.2], [113.6, 22.3], [113.7, 22.1]])
        );
        for wrong in ["113.5", "a,b", "113.5,22.2,0"] {
            assert_eq!(corners(wrong), None, "{wrong}");
        }
    }
}

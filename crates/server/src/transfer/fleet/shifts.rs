//! A week of shifts on one ruler: who drives which vehicle, where somebody stands on two, and which
//! shift reaches beyond a certificate.

use std::collections::{HashMap, HashSet};

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use rules::Time;
use rules::account::Permission;
use rules::transfer::OutageReason;
use store::page::Slice;
use store::transfer::{self, CrewMember, NewShift, Outage, Rider, Shift, Standing, Vehicle};
use store::{Scope, Tx};

use super::vehicles::to;
use super::{Names, need};
use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{
    Bar, Body, Cell, Choice, Form, Input, Lane, Link, Pane, Row, RowAct, Sheet, Table, Typed, Week,
    file, settled,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

const DAYS: i64 = 7;
const PEOPLE_MAX: i64 = 5_000;
/// People that one form can put on a vehicle.
const CREW: [&str; 3] = ["crew_1", "crew_2", "crew_3"];

/// What one week is drawn from.
struct Drawn {
    when: When,
    from: Time,
    until: Time,
    now: Time,
    names: Names,
    vehicles: Vec<Vehicle>,
    shifts: Vec<Shift>,
    riders: HashMap<String, Vec<Rider>>,
    outages: Vec<Outage>,
    standings: HashMap<String, Standing>,
    people: Vec<CrewMember>,
}

impl Drawn {
    async fn read(
        app: &App,
        tx: &mut Tx,
        scope: &Scope,
        lang: Lang,
        fields: &Fields,
    ) -> Answer<Drawn> {
        let (now, calendar) = (app.now(), app.city().calendar);
        let from = fields.day("from", calendar).unwrap_or(calendar.periods(now).week);
        let until = from.plus_days(DAYS);
        let operator = fields.get("operator");
        let own = |id: &str| operator.is_empty() || id == operator;
        let vehicles = transfer::vehicles(tx, scope).await.told(lang)?;
        let shifts = transfer::shifts(tx, scope, from, until).await.told(lang)?;
        let mut riders: HashMap<String, Vec<Rider>> = HashMap::new();
        for rider in transfer::riders(tx, scope, from, until).await.told(lang)? {
            riders.entry(rider.shift_id.clone()).or_default().push(rider);
        }
        let people = transfer::crew(tx, scope, "", None, Slice::first(PEOPLE_MAX)).await;
        Ok(Drawn {
            when: When { lang, calendar },
            from,
            until,
            now,
            names: Names::read(tx, scope, lang).await?,
            vehicles: vehicles.into_iter().filter(|one| own(&one.operator_id)).collect(),
            shifts: shifts.into_iter().filter(|one| own(&one.operator_id)).collect(),
            riders,
            outages: transfer::outages(tx, scope, from, until).await.told(lang)?,
            standings: transfer::standings(tx, now).await.told(lang)?,
            people: people.told(lang)?.rows,
        })
    }

    fn crew_of(&self, shift: &Shift) -> &[Rider] {
        self.riders.get(&shift.shift_id).map_or(&[], Vec::as_slice)
    }

    fn names_of(&self, shift: &Shift) -> String {
        let lang = self.when.lang;
        let names = self.crew_of(shift).iter();
        let names: Vec<&str> = names.map(|one| lang.pick(&one.name_zh, &one.name_en)).collect();
        names.join(lang.pick("、", ", "))
    }

    /// What is wrong with a shift, the worst first.
    fn fault(&self, shift: &Shift, doubled: &HashSet<String>) -> Option<(Mark, String)> {
        let lang = self.when.lang;
        // A certificate may be renewed until the day comes; by today's papers it ends too early.
        let ends = |id: &str| {
            let standing = self.standings.get(id)?;
            let until = standing.until?;
            (until.0 < shift.latest_at).then_some((until, !standing.lacks.is_empty()))
        };
        let holders = self
            .crew_of(shift)
            .iter()
            .map(|one| (one.crew_id.as_str(), lang.pick(&one.name_zh, &one.name_en).to_owned()));
        let vehicle = (shift.vehicle_id.as_str(), lang.tf_vehicle_no(&shift.call_sign));
        for (id, name) in std::iter::once(vehicle).chain(holders) {
            if let Some((until, lacks)) = ends(id) {
                let day = self.when.iso(&(until.0 - 1));
                let word = if lacks { lang.tf_unfit_name(name) } else { lang.tf_beyond(name, day) };
                return Some((Mark::Danger, word));
            }
        }
        if doubled.contains(&shift.shift_id) {
            return Some((Mark::Danger, lang.tf_doubled().to_owned()));
        }
        let out = self.outages.iter().find(|one| {
            one.vehicle_id == shift.vehicle_id
                && one.from_at < shift.until_at
                && one.until_at.is_none_or(|until| until > shift.from_at)
        });
        let reason = out.and_then(|one| OutageReason::of(&one.reason));
        reason.map(|reason| (Mark::Warn, lang.tf_out_then(lang.outage_reason(reason))))
    }

    /// Shifts of which somebody stands on another at the same time.
    fn doubled(&self) -> HashSet<String> {
        let mut turns: HashMap<&str, Vec<&Shift>> = HashMap::new();
        for shift in &self.shifts {
            for rider in self.crew_of(shift) {
                turns.entry(&rider.crew_id).or_default().push(shift);
            }
        }
        let mut doubled = HashSet::new();
        for mut own in turns.into_values() {
            own.sort_by_key(|shift| shift.from_at);
            for pair in own.windows(2).filter(|pair| pair[1].from_at < pair[0].until_at) {
                doubled.extend(pair.iter().map(|shift| shift.shift_id.clone()));
            }
        }
        doubled
    }

    fn percent(&self, at: i64) -> f64 {
        let whole = (self.until.0 - self.from.0) as f64;
        ((at - self.from.0) as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    fn place(&self, from: i64, until: i64) -> String {
        let (left, right) = (self.percent(from), self.percent(until));
        format!("left:{left:.3}%;width:{:.3}%", right - left)
    }

    fn week(&self, doubled: &HashSet<String>) -> Week {
        let lang = self.when.lang;
        let lanes = self.vehicles.iter().filter(|one| one.left_at.is_none()).map(|vehicle| {
            let own = self.shifts.iter().filter(|one| one.vehicle_id == vehicle.vehicle_id);
            let mut bars: Vec<Bar> = own
                .map(|shift| {
                    let fault = self.fault(shift, doubled);
                    let running = shift.from_at <= self.now.0 && self.now.0 < shift.until_at;
                    let class = match &fault {
                        Some((Mark::Danger, _)) => " is-danger",
                        Some(_) => " is-warn",
                        None if running => " is-live",
                        None => " is-plan",
                    };
                    let crew = self.names_of(shift);
                    let hours = format!(
                        "{}–{}",
                        self.when.hm(&shift.from_at),
                        self.when.hm(&shift.until_at)
                    );
                    let word = fault.map_or(String::new(), |(_, word)| word);
                    Bar {
                        class,
                        place: self.place(shift.from_at, shift.until_at),
                        title: format!("{hours} {crew} {word}").trim().to_owned(),
                        word: crew,
                    }
                })
                .collect();
            let out = self.outages.iter().filter(|one| one.vehicle_id == vehicle.vehicle_id);
            bars.extend(out.map(|one| {
                let reason = OutageReason::of(&one.reason);
                let word = reason.map_or("", |reason| lang.outage_reason(reason));
                Bar {
                    class: " is-empty",
                    place: self.place(one.from_at, one.until_at.unwrap_or(self.until.0)),
                    word: word.to_owned(),
                    title: word.to_owned(),
                }
            }));
            Lane {
                name: lang.tf_vehicle_no(&vehicle.call_sign),
                sub: self.names.of(&vehicle.operator_id),
                bars,
            }
        });
        let ticks = (0..DAYS).map(|day| {
            let at = self.from.plus_days(day).0;
            (format!("{:.3}", self.percent(at)), self.when.day(&at))
        });
        let within = (self.from..self.until).contains(&self.now);
        Week {
            label: lang.tf_week_label(),
            ticks: ticks.collect(),
            lanes: lanes.collect(),
            now: within.then(|| format!("{:.3}", self.percent(self.now.0))),
        }
    }

    fn table(&self, doubled: &HashSet<String>, faulty_only: bool) -> Table {
        let lang = self.when.lang;
        let mut rows = Vec::new();
        for shift in &self.shifts {
            let fault = self.fault(shift, doubled);
            if faulty_only && fault.is_none() {
                continue;
            }
            let (mark, word) =
                fault.map_or((None, String::new()), |(mark, word)| (Some(mark), word));
            let acts = (shift.began_at.is_none() && shift.from_at > self.now.0).then(|| RowAct {
                action: format!("/transfer/shifts/{}/drop", shift.shift_id),
                word: lang.tf_drop_shift(),
            });
            let vehicle = format!("/transfer/fleet/{}", shift.vehicle_id);
            rows.push(Row {
                cells: vec![
                    Cell::link(lang.tf_vehicle_no(&shift.call_sign), vehicle)
                        .sub(self.names.of(&shift.operator_id)),
                    Cell::of(self.when.date(&shift.from_at)),
                    Cell::of(format!(
                        "{} – {}",
                        self.when.hm(&shift.from_at),
                        self.when.hm(&shift.until_at)
                    ))
                    .sub(lang.tf_latest(self.when.hm(&shift.latest_at))),
                    Cell::of(self.names_of(shift)),
                    Cell::marked(mark, word),
                ],
                acts: acts.into_iter().collect(),
            });
        }
        Table {
            heads: vec![
                lang.tf_vehicle(),
                lang.tf_day(),
                lang.tf_hours_word(),
                lang.tf_crew(),
                lang.tf_fault(),
            ],
            rows,
            blank: [lang.tf_shifts_none(), lang.tf_shifts_none_what()],
            pager: None,
            acts: true,
        }
    }
}

/// `GET /transfer/shifts`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/shifts").await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let drawn = Drawn::read(app, &mut tx, &who.scope, lang, &fields).await?;
    let doubled = drawn.doubled();
    let faulty = drawn.shifts.iter().filter(|one| drawn.fault(one, &doubled).is_some()).count();
    let lead = if faulty == 0 {
        lang.tf_shifts_lead_ok(drawn.shifts.len())
    } else {
        lang.tf_shifts_lead(drawn.shifts.len(), faulty)
    };
    let day = |days: i64| drawn.when.iso(&drawn.from.plus_days(days).0);
    let filters = || {
        let mut filters = vec![Input::text("from", lang.tf_week_from(), day(0)).kind("date")];
        if drawn.names.several() {
            let choices = drawn.names.choices(Some(lang.all()));
            let chosen = fields.get("operator");
            filters.push(Input::select("operator", lang.tf_operator(), chosen, choices));
        }
        let only = vec![Choice::of("", lang.all()), Choice::of("faulty", lang.tf_faulty())];
        filters.push(Input::select("only", lang.tf_fault(), fields.get("only"), only));
        filters
    };
    let week = Pane {
        filters: filters(),
        path: "/transfer/shifts".into(),
        ..Pane::new("week", lang.tf_week_title(day(0), day(DAYS - 1)), {
            Body::Week(drawn.week(&doubled))
        })
    };
    let mut table = drawn.table(&doubled, fields.get("only") == "faulty");
    let count = table.rows.len();
    let slice = Slice::page(fields.page());
    let skipped = usize::try_from(slice.offset).unwrap_or(0);
    let limit = usize::try_from(slice.limit).unwrap_or(0);
    table.rows = table.rows.into_iter().skip(skipped).take(limit).collect();
    let total = i64::try_from(count).unwrap_or(0);
    table.pager = Some(pager("/transfer/shifts", &fields, table.rows.len(), total));
    let link = |days: i64| format!("/transfer/shifts?{}", fields.with("from", &day(days)));
    let export = format!("/transfer/shifts.xlsx?{}", fields.with("page", ""));
    let refused = typed.is_refused();
    let mut panes = vec![week, Pane::new("shifts", lang.tf_nav_shifts(), Body::Table(table))];
    if who.scope.may(Permission::ManageFleet) {
        panes.insert(1, plan_pane(lang, &drawn, &typed));
    }
    let sheet = Sheet {
        acts: vec![
            Link::new(link(-DAYS), lang.tf_week_before(), "chevron-left"),
            Link::new(link(DAYS), lang.tf_week_after(), "chevron-right"),
            Link::new(export, lang.tf_export(count), "file-spreadsheet"),
        ],
        here: format!("/transfer/shifts?{}", fields.with("done", "")),
        panes,
        ..Sheet::new(shell, lang.tf_nav_shifts(), lead)
    };
    sheet.answer(refused)
}

fn plan_pane(lang: Lang, drawn: &Drawn, typed: &Typed) -> Pane {
    let get = |name: &str| typed.get("plan", name);
    let vehicles = drawn
        .vehicles
        .iter()
        .filter(|one| one.left_at.is_none())
        .map(|one| Choice::of(&*one.vehicle_id, lang.tf_vehicle_no(&one.call_sign)));
    let people = || {
        let all = drawn.people.iter().filter(|one| one.left_at.is_none()).map(|one| {
            let role = rules::transfer::CrewRole::of(&one.role);
            let role = role.map_or("", |role| lang.crew_role(role));
            let name = lang.pick(&one.name_zh, &one.name_en);
            Choice::of(&*one.crew_id, format!("{name} · {role}"))
        });
        std::iter::once(Choice::of("", "—")).chain(all).collect::<Vec<_>>()
    };
    let tomorrow = drawn.when.iso(&drawn.now.plus_days(1).0);
    let time = |name, label, usual: &str| {
        Input::text(name, label, typed.or("plan", name, usual)).kind("time").need()
    };
    let mut inputs = vec![
        Input::select("vehicle", lang.tf_vehicle(), get("vehicle"), vehicles.collect()).need(),
        Input::text("day", lang.tf_day(), typed.or("plan", "day", tomorrow)).kind("date").need(),
        time("starts", lang.tf_starts(), "08:00"),
        time("ends", lang.tf_ends(), "17:30"),
        time("latest", lang.tf_latest_word(), "19:00"),
    ];
    let labels = [lang.tf_crew_1(), lang.tf_crew_2(), lang.tf_crew_3()];
    for (name, label) in CREW.iter().zip(&labels) {
        inputs.push(Input::select(name, label, get(name), people()));
    }
    let form = Form {
        inputs,
        icon: "calendar-event",
        hint: lang.tf_plan_hint().to_owned(),
        wrong: typed.wrong("plan"),
        ..Form::new("/transfer/shifts", lang.tf_plan_do())
    };
    Pane::new("plan", lang.tf_plan_title(), Body::Form(form))
}

/// `GET /transfer/shifts.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, fields) = (who.lang, Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let drawn = Drawn::read(&app, &mut tx, &who.scope, lang, &fields).await?;
    let table = drawn.table(&drawn.doubled(), fields.get("only") == "faulty");
    Ok(file("shifts", &drawn.when.iso(&drawn.from.0), &table))
}

/// The shift of a form, or why it cannot be read. One that ends before it begins ends next day.
fn shift_of(app: &App, lang: Lang, fields: &Fields) -> Result<NewShift, String> {
    let day = fields.day("day", app.city().calendar).ok_or(lang.no_such_day())?;
    let minute = |name: &str| fields.minute(name).ok_or(lang.tf_time_wrong());
    let (starts, ends, latest) = (minute("starts")?, minute("ends")?, minute("latest")?);
    let after = |minute: i64, other: i64| if minute <= other { minute + 24 * 60 } else { minute };
    let ends = after(ends, starts);
    let latest = if latest == ends % (24 * 60) { ends } else { after(latest, starts) };
    let crew = CREW.iter().filter_map(|name| fields.some(name)).collect();
    Ok(NewShift {
        shift_id: None,
        vehicle_id: fields.get("vehicle").to_owned(),
        from_at: day.plus_min(starts),
        until_at: day.plus_min(ends),
        latest_at: day.plus_min(latest),
        breaks: Vec::new(),
        crew,
    })
}

/// `POST /transfer/shifts`
pub(crate) async fn plan(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let day = fields.get("day").to_owned();
    let planned = match shift_of(&app, lang, &fields) {
        Err(wrong) => Err(wrong),
        Ok(new) => {
            let planned = app.db().write(move |tx| {
                Box::pin(async move { transfer::plan_shift(tx, &scope, &new, now).await })
            });
            settled(&app, lang, planned.await)?.map(|_| ())
        }
    };
    match planned {
        Ok(()) => {
            // The week in which it lies.
            let calendar = app.city().calendar;
            let at = store::pack::parse_date(&day).map(|day| calendar.day_start(day));
            let week = at.map(|at| calendar.periods(at).week.0).unwrap_or_default();
            let week = When { lang, calendar }.iso(&week);
            Ok(to(&format!("/transfer/shifts?from={week}&done=planned")))
        }
        Err(wrong) => {
            page(&app, &who, Fields::default(), Typed::refused("plan", fields, wrong)).await
        }
    }
}

/// `POST /transfer/shifts/{shift_id}/drop`
pub(crate) async fn drop(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let dropped = app
        .db()
        .write(move |tx| Box::pin(async move { transfer::drop_shift(tx, &scope, &id, now).await }));
    match settled(&app, who.lang, dropped.await)? {
        Ok(()) => Ok(to("/transfer/shifts?done=dropped")),
        Err(wrong) => {
            let typed = Typed::refused("plan", Fields::default(), wrong);
            page(&app, &who, Fields::default(), typed).await
        }
    }
}

//! `GET /oncall`: the week's plan with its gaps, who is on call now, rotas and swaps [Z9, Z10].

use askama::Template;
use axum::extract::{Query, State};
use rules::Time;
use rules::account::Permission;
use rules::channel::ChannelPack;
use rules::oncall::{Pattern, SwapAct, SwapState};
use store::oncall::{self, Hospital, Person, RotaRow, SwapRow};

use super::week::{DAYS, Week, week};
use super::{
    AlertShown, Choice, Pairs, Typed, alerts, field_of, hospital_choices, need_any, short,
};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// Who sees the plan: the QC centre all of it, a hospital its own.
pub(super) const SEES: [Permission; 2] = [Permission::ManageChannel, Permission::Receive];
/// Who changes rotas.
pub(super) const ORDERS: [Permission; 2] = [Permission::ManageChannel, Permission::ManageHospital];

struct NowRow {
    hospital: String,
    /// Names by line; empty where nobody is.
    lines: [String; 2],
}

struct RotaShown {
    id: String,
    hospital: String,
    line: i64,
    pattern: String,
    people: String,
    from: String,
    until: Option<String>,
}

struct SwapShown {
    id: String,
    hospital: String,
    line: i64,
    from: String,
    until: String,
    takes: String,
    instead_of: String,
    state: &'static str,
    waits: bool,
    acts: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "oncall/plan.html")]
struct PlanPage {
    shell: Shell,
    fields: Fields,
    typed: Typed,
    alerts: Vec<AlertShown>,
    hospitals: Vec<Choice>,
    /// The hospital that is looked at; `None` for all.
    chosen: Option<String>,
    runs: bool,
    week: Week,
    first_day: String,
    last_day: String,
    before: String,
    after: String,
    on_call: Vec<NowRow>,
    missing: usize,
    rotas: Vec<RotaShown>,
    swaps: Vec<SwapShown>,
    people: Vec<Choice>,
    /// Whether rotas of the hospital that is looked at may be changed.
    orders: bool,
    asks: bool,
    today: String,
    moment: String,
    weekdays: Vec<(usize, String)>,
    /// How calls climb, as sentences.
    escalation: Vec<String>,
}

/// `GET /oncall`
pub(crate) async fn plan(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    // A shift of the table fills the form in which a swap is asked for.
    let typed = match fields.some("line") {
        Some(_) => Typed { form: "swap", fields: fields.clone(), wrong: None },
        None => Typed::default(),
    };
    draw(&plan_page(&app, &who, fields, typed).await?, who.lang)
}

/// The page again with a form as it was sent.
pub(super) async fn again(app: &App, who: &SignedIn, typed: Typed) -> Answer {
    let kept = typed.fields.pairs().into_iter().filter(|(key, _)| key == "hospital");
    let fields = Fields::of(kept.collect());
    let page = plan_page(app, who, fields, typed).await?;
    Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
}

async fn plan_page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer<PlanPage> {
    need_any(who, &SEES)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let calendar = app.city().calendar;
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/oncall").await?;
    shell.done = lang.oc_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let runs = scope.may(Permission::ManageChannel);
    let asked = fields.some("hospital").filter(|_| runs);
    let chosen = scope
        .hospital()
        .map(str::to_owned)
        .or_else(|| asked.filter(|id| hospitals.iter().any(|one| one.hospital_id == *id)));
    let seen: Vec<&Hospital> = hospitals
        .iter()
        .filter(|one| chosen.as_ref().is_none_or(|id| one.hospital_id == *id))
        .collect();
    let today = calendar.periods(now).day;
    let from = fields.day("from", calendar).unwrap_or(today);
    let people = oncall::people_of(&mut tx, scope).await.told(lang)?;
    let week = week(&mut tx, scope, when, &seen, &people, from, now).await?;
    let on_call = on_call(lang, &seen, &oncall::on_call_now(&mut tx, scope, now).await.told(lang)?);
    let standing = oncall::rotas_of(&mut tx, chosen.as_deref(), now).await.told(lang)?;
    let swaps = oncall::swaps(&mut tx, scope, now).await.told(lang)?;
    let alerts = alerts(&mut tx, scope, when, |alert| {
        alert.rule != "A31" && chosen.as_ref().is_none_or(|id| *id == alert.holder_id)
    })
    .await?;
    let link =
        |at: Time| format!("/oncall?{}", without_done(&fields).with("from", &when.iso(&at.0)));
    let own = scope.account().map(|account| account.account_id.clone());
    let asks = scope.may(Permission::OnCall);
    let among = |one: &&Person| {
        chosen.as_ref() == Some(&one.hospital_id)
            && !(asks && own.as_ref() == Some(&one.account_id))
    };
    Ok(PlanPage {
        alerts,
        runs,
        first_day: when.iso(&from.0),
        last_day: when.iso(&from.plus_days(DAYS - 1).0),
        before: link(from.plus_days(-DAYS)),
        after: link(from.plus_days(DAYS)),
        missing: on_call.iter().filter(|row| row.lines[0].is_empty()).count(),
        on_call,
        rotas: standing.iter().map(|row| rota(when, &hospitals, &people, row)).collect(),
        swaps: swaps
            .iter()
            .filter(|row| chosen.as_ref().is_none_or(|id| *id == row.hospital_id))
            .map(|row| swap(when, &hospitals, &people, row, row.actions(scope)))
            .collect(),
        people: people.iter().filter(among).map(|one| person(lang, one)).collect(),
        orders: chosen.is_some() && ORDERS.iter().any(|one| scope.may(*one)),
        asks,
        today: when.iso(&now.0),
        moment: field_of(when, &now.0),
        weekdays: weekdays(when),
        escalation: escalation(lang, tx.packs().channel_at(now)),
        hospitals: hospital_choices(lang, &hospitals),
        week,
        chosen,
        typed,
        fields: without_done(&fields),
        shell,
    })
}

fn escalation(lang: Lang, pack: &ChannelPack) -> Vec<String> {
    let policy = &pack.escalation;
    let list = |levels: &[i64]| {
        let levels: Vec<String> = levels.iter().map(i64::to_string).collect();
        levels.join(lang.list_comma())
    };
    vec![
        lang.oc_escalation_desk(list(&policy.desk_s), policy.again_s),
        lang.oc_escalation_person(list(&policy.person_s)),
        lang.oc_escalation_accept(policy.accept_s),
        lang.oc_escalation_from(&pack.pack.version),
    ]
}

/// The filter without what is said once and what fills a form.
fn without_done(fields: &Fields) -> Fields {
    let filter = |(key, _): &(String, String)| matches!(key.as_str(), "hospital" | "from");
    Fields::of(fields.pairs().into_iter().filter(filter).collect())
}

fn on_call(lang: Lang, hospitals: &[&Hospital], found: &[(i64, Person)]) -> Vec<NowRow> {
    let names = |hospital: &Hospital, line: i64| {
        let names: Vec<&str> = found
            .iter()
            .filter(|(on, one)| *on == line && one.hospital_id == hospital.hospital_id)
            .map(|(_, one)| lang.pick(&one.name_zh, &one.name_en))
            .collect();
        names.join(lang.pick("、", ", "))
    };
    hospitals
        .iter()
        .map(|one| NowRow {
            hospital: lang.pick(&one.short_zh, &one.short_en).to_owned(),
            lines: [names(one, 1), names(one, 2)],
        })
        .collect()
}

fn person(lang: Lang, one: &Person) -> Choice {
    Choice { value: one.account_id.clone(), word: lang.pick(&one.name_zh, &one.name_en).to_owned() }
}

fn named(lang: Lang, people: &[Person], id: &str) -> String {
    let found = people.iter().find(|one| one.account_id == id);
    found.map_or(lang.oc_gone(), |one| lang.pick(&one.name_zh, &one.name_en)).to_owned()
}

/// Monday first, as the bits of a weekly rota count.
fn weekdays(when: When) -> Vec<(usize, String)> {
    let words: Vec<String> = when.weekdays().split(',').map(str::to_owned).collect();
    (0..7).filter_map(|day| Some((day, words.get((day + 1) % 7)?.clone()))).collect()
}

fn hm(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn pattern(when: When, pattern: &Pattern) -> String {
    let lang = when.lang;
    match pattern {
        Pattern::Rotation { hands_over_min, every_days: 1 } => {
            lang.oc_rotation_daily(hm(*hands_over_min))
        }
        Pattern::Rotation { hands_over_min, every_days } => {
            lang.oc_rotation_every(every_days, hm(*hands_over_min))
        }
        Pattern::Weekly { weekdays: days, starts_min, ends_min } => {
            let days: Vec<String> = weekdays(when)
                .into_iter()
                .filter(|(bit, _)| days >> bit & 1 == 1)
                .map(|(_, word)| word)
                .collect();
            let days = days.join(lang.pick("、", ", "));
            lang.oc_on_days(days, hm(*starts_min), hm(*ends_min))
        }
        Pattern::Daily { starts_min, ends_min } => {
            lang.oc_on_days(lang.oc_every_day(), hm(*starts_min), hm(*ends_min))
        }
    }
}

fn rota(when: When, hospitals: &[Hospital], people: &[Person], row: &RotaRow) -> RotaShown {
    let lang = when.lang;
    let names: Vec<String> = row.rota.people.iter().map(|id| named(lang, people, id)).collect();
    RotaShown {
        id: row.rota.rota_id.clone(),
        hospital: short(lang, hospitals, &row.hospital_id),
        line: row.rota.line,
        pattern: pattern(when, &row.rota.pattern),
        people: names.join(" → "),
        from: when.stamp_hm(&row.rota.from.0),
        until: row.rota.until.map(|until| when.stamp_hm(&until.0)),
    }
}

fn swap(
    when: When,
    hospitals: &[Hospital],
    people: &[Person],
    row: &SwapRow,
    acts: Vec<SwapAct>,
) -> SwapShown {
    let lang = when.lang;
    let state = SwapState::of(&row.state);
    SwapShown {
        id: row.override_id.clone(),
        hospital: short(lang, hospitals, &row.hospital_id),
        line: row.line,
        from: when.stamp_hm(&row.from_at),
        until: when.stamp_hm(&row.until_at),
        takes: lang.pick(&row.takes_zh, &row.takes_en).to_owned(),
        instead_of: row.instead_of.as_deref().map_or(String::new(), |id| named(lang, people, id)),
        state: state.map_or("", |state| lang.oc_swap_state(state)),
        waits: matches!(state, Some(SwapState::Asked | SwapState::Taken)),
        acts: acts.into_iter().map(|act| (act.code(), lang.oc_swap_act(act))).collect(),
    }
}

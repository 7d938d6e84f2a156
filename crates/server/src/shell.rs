//! The frame of signed-in pages: who is here, where they may go, what time it is in the city.

use axum::http::HeaderMap;
use rules::account::{AccountRole, Permission};
use store::{Tx, alert, emergency, event, incident, oncall, operation, register};

use crate::App;
use crate::assets;
use crate::fault::{Answer, InLang};
use crate::session::SignedIn;
use crate::when::When;
use crate::words::Lang;

/// One entry of the side bar or the tab bar.
pub(crate) struct Nav {
    pub href: &'static str,
    pub icon: &'static str,
    pub word: &'static str,
    pub here: bool,
    pub count: i64,
    pub urgent: bool,
}

/// What every signed-in page carries.
pub(crate) struct Shell {
    pub lang: Lang,
    pub when: When,
    pub csrf: String,
    pub account_id: String,
    pub name: String,
    pub role: &'static str,
    pub is_clinic: bool,
    /// The city has hospitals on call.
    pub channel: bool,
    pub home: &'static str,
    /// The territory or the institution.
    pub place: String,
    pub demo: bool,
    pub now: i64,
    pub speed: f64,
    pub offset_min: i64,
    pub position: i64,
    pub nav: Vec<Nav>,
    /// Said once after something was done.
    pub done: Option<String>,
    pub other_lang: String,
}

impl Shell {
    pub fn icon(&self, name: &str) -> String {
        assets::icon(name)
    }

    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    pub fn libraries_missing(&self) -> bool {
        !assets::LIBRARIES_PRESENT
    }

    /// The code of the page's language.
    pub fn code(&self) -> &'static str {
        self.lang.pick("zh", "en")
    }
}

/// The page a role starts from.
pub(crate) fn home_of(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Director | AccountRole::Officer => "/bureau",
        AccountRole::DutyViewer => "/duty",
        AccountRole::ClinicHead => "/clinic",
        AccountRole::Doctor => "/me",
        AccountRole::QcDirector | AccountRole::QcClerk => "/desk",
        AccountRole::HospitalDesk | AccountRole::OnCallDoctor => "/hospital",
        AccountRole::CallTaker => "/transfer/calls",
        AccountRole::Dispatcher => "/transfer/board",
        AccountRole::Crew => "/crew",
        AccountRole::OperatorManager => "/transfer/fleet",
        AccountRole::WardDesk => "/transfer/ward",
        AccountRole::TransferOfficer => "/transfer/report",
        AccountRole::Liaison120 => "/transfer/handovers",
        AccountRole::MedicalOfficer
        | AccountRole::FirstResponsible
        | AccountRole::MedicalDepartment
        | AccountRole::DepartmentHead => "/campaigns",
    }
}

/// Reads what the frame shows. `here` is the entry of the side bar that the page belongs to.
pub(crate) async fn shell(
    app: &App,
    who: &SignedIn,
    tx: &mut Tx,
    here: &'static str,
) -> Answer<Shell> {
    let lang = who.lang;
    let Some(account) = who.scope.account().cloned() else {
        return Err(crate::fault::Fault::new(crate::fault::Kind::Forbidden, lang));
    };
    let now = app.now();
    let open = alert::open_counts(tx, &who.scope).await.told(lang)?;
    let periods = app.city().calendar.periods(now);
    let operations = operation::counts(tx, &who.scope, periods, now).await.told(lang)?;
    let cases = emergency::open_count(tx, &who.scope).await.told(lang)?;
    let channel = !oncall::hospitals(tx, now).await.told(lang)?.is_empty();
    let events = incident::waiting(tx, &who.scope, now).await.told(lang)?;
    let place = place(app, who, tx).await?;
    let position = event::last_position(tx).await.told(lang)?;
    Ok(Shell {
        lang,
        when: When { lang, calendar: app.city().calendar },
        csrf: who.csrf.clone(),
        name: lang.pick(&account.name_zh, &account.name_en).to_owned(),
        role: lang.account_role(account.role),
        is_clinic: account.role == AccountRole::ClinicHead,
        home: home_of(account.role),
        account_id: account.account_id,
        place,
        demo: app.city().demo,
        now: now.0,
        speed: app.clock().speed(),
        offset_min: app.city().calendar.offset_min,
        position,
        nav: with_events(
            who,
            here,
            nav(who, here, open, operations.open, channel.then_some(cases)),
            events.total(),
        ),
        channel,
        done: None,
        other_lang: who.path.clone(),
    })
}

async fn place(app: &App, who: &SignedIn, tx: &mut Tx) -> Answer<String> {
    let lang = who.lang;
    let account = who.scope.account();
    // The people of campaigns reach nothing of supervision, not even their own unit's row there.
    if who.scope.may(Permission::Campaign)
        && let Some(unit) = who.scope.campaign_place().0
    {
        let names = register::names(tx, app.now()).await.told(lang)?;
        let known = names.iter().find(|(id, _, _)| id == unit);
        return Ok(known.map_or("", |(_, zh, en)| lang.pick(zh, en)).to_owned());
    }
    if let Some(institution_id) = account.and_then(|account| account.institution_id.as_deref()) {
        let institution = register::institution(tx, &who.scope, institution_id).await.told(lang)?;
        return Ok(lang.pick(&institution.name_zh, &institution.name_en).to_owned());
    }
    if let Some(hospital_id) = who.scope.hospital() {
        let hospital = oncall::hospital(tx, hospital_id).await.told(lang)?;
        return Ok(lang.pick(&hospital.short_zh, &hospital.short_en).to_owned());
    }
    let district = account.and_then(|account| account.district.as_deref());
    let [zh, en] = &app.city().name;
    match district {
        Some(code) if !code.is_empty() => {
            let region = register::region(tx, code).await.told(lang)?;
            Ok(lang.pick(&region.name_zh, &region.name_en).to_owned())
        }
        _ => Ok(lang.pick(zh, en).to_owned()),
    }
}

fn nav(
    who: &SignedIn,
    here: &str,
    open: alert::OpenCounts,
    operating: i64,
    channel: Option<i64>,
) -> Vec<Nav> {
    let lang = who.lang;
    let cases = channel.unwrap_or(0);
    // A button that reaches nobody is worse than none.
    let sos = |entries: Vec<Nav>| -> Vec<Nav> {
        entries.into_iter().filter(|one| channel.is_some() || one.href != "/sos").collect()
    };
    let entry = |href, icon, word, count, urgent| Nav {
        href,
        icon,
        word,
        here: href == here,
        count,
        urgent,
    };
    if who.scope.may(Permission::Watch) {
        return vec![
            entry("/bureau", "layout-dashboard", lang.nav_home(), 0, false),
            entry("/alerts", "bell-exclamation", lang.nav_alerts(), open.open, true),
            entry("/operations", "clock-play", lang.nav_operations(), operating, false),
            entry("/institutions", "building-hospital", lang.nav_institutions(), 0, false),
            entry("/terminals", "device-cctv", lang.nav_terminals(), 0, false),
            entry("/rules", "adjustments-horizontal", lang.nav_rules(), 0, false),
        ];
    }
    if who.scope.may(Permission::Declare) {
        return sos(vec![
            entry("/clinic", "home", lang.tab_home(), 0, false),
            entry("/operations", "clock-play", lang.tab_operations(), operating, false),
            entry("/sos", "urgent", lang.tab_sos(), cases, true),
            entry("/alerts", "bell-exclamation", lang.tab_alerts(), open.waiting_for_clinic, true),
            entry("/clinic/people", "certificate", lang.tab_people(), 0, false),
        ]);
    }
    if who.scope.may(Permission::Campaign) {
        let told = who.scope.may(Permission::AnswerFor) || who.scope.may(Permission::RunCampaign);
        let contacts = told.then(|| entry("/contacts", "phone", lang.nav_contacts(), 0, false));
        let always = [
            entry("/campaigns", "checklist", lang.nav_campaigns(), 0, false),
            entry("/policies", "file-text", lang.nav_policies(), 0, false),
        ];
        return always.into_iter().chain(contacts).collect();
    }
    if who.scope.may(Permission::ManageChannel) || who.scope.may(Permission::Receive) {
        return channel_nav(who, here, cases);
    }
    if let Some(entries) = transfer_nav(who, here) {
        return entries;
    }
    sos(vec![
        entry("/me", "user", lang.tab_me(), 0, false),
        entry("/operations", "clock-play", lang.tab_operations(), 0, false),
        entry("/sos", "urgent", lang.tab_sos(), cases, true),
    ])
}

/// Entries of the transfer service; each role's own page first. Nothing for other people.
fn transfer_nav(who: &SignedIn, here: &str) -> Option<Vec<Nav>> {
    let lang = who.lang;
    let may = |permission| who.scope.may(permission);
    let (calls, plans) = (may(Permission::TakeCalls), may(Permission::DispatchVehicles));
    let (ward, fleet) = (may(Permission::RequestTransfer), may(Permission::ManageFleet));
    let (rides, oversees) = (may(Permission::Ride), may(Permission::OverseeTransfer));
    let liaises = may(Permission::Liaise120);
    let entries = [
        (plans, ("/transfer/board", "map-2", lang.nav_board())),
        (calls, ("/transfer/calls", "phone", lang.nav_calls())),
        (rides, ("/crew", "ambulance", lang.nav_crew())),
        (ward, ("/transfer/ward", "clipboard-plus", lang.nav_ward())),
        (oversees, ("/transfer/report", "chart-bar", lang.nav_report())),
        (fleet || oversees, ("/transfer/fleet", "ambulance", lang.nav_fleet())),
        (
            liaises || calls || oversees,
            ("/transfer/handovers", "report-medical", lang.nav_handovers()),
        ),
        (
            calls || ward || fleet || oversees,
            ("/transfer/bookings", "clipboard-list", lang.nav_bookings()),
        ),
        (fleet || oversees, ("/transfer/crews", "users", lang.nav_crews())),
        (fleet || oversees, ("/transfer/shifts", "calendar-event", lang.nav_shifts())),
        (fleet || oversees, ("/transfer/hours", "clock", lang.tf_nav_hours())),
        (oversees, ("/transfer/operators", "building-hospital", lang.nav_operators())),
        (fleet || oversees, ("/transfer/contracts", "file-check", lang.nav_contracts())),
        (oversees, ("/transfer/areas", "map-pin", lang.nav_areas())),
        (fleet || oversees, ("/transfer/drives", "flag", lang.tf_nav_drives())),
        (calls || fleet || oversees, ("/transfer/ratings", "star", lang.nav_ratings())),
        (
            calls || fleet || oversees,
            ("/transfer/incidents", "message-report", lang.nav_transfer_incidents()),
        ),
        (fleet || oversees, ("/transfer/complaints", "message", lang.nav_complaints())),
        (fleet || oversees, ("/transfer/improvements", "list-check", lang.nav_improvements())),
        (fleet, ("/transfer/report", "chart-bar", lang.nav_report())),
    ];
    let shown = entries.into_iter().filter(|(shown, _)| *shown);
    let entries: Vec<Nav> = shown
        .map(|(_, (href, icon, word))| Nav {
            href,
            icon,
            word,
            here: href == here,
            count: 0,
            urgent: false,
        })
        .collect();
    (!entries.is_empty()).then_some(entries)
}

/// The entry of adverse events, for whoever reports, handles or watches them.
fn with_events(who: &SignedIn, here: &str, mut nav: Vec<Nav>, count: i64) -> Vec<Nav> {
    let takes_part = [Permission::ReportEvent, Permission::ReviewEvents, Permission::WatchEvents];
    if takes_part.iter().any(|one| who.scope.may(*one)) {
        let tab = who.scope.may(Permission::ReportEvent);
        let word = if tab { who.lang.tab_incidents() } else { who.lang.nav_incidents() };
        let href = "/incidents";
        nav.push(Nav {
            href,
            icon: "report-medical",
            word,
            here: href == here,
            count,
            urgent: true,
        });
    }
    nav
}

/// Entries of the QC centre and of a hospital: cases first.
fn channel_nav(who: &SignedIn, here: &str, cases: i64) -> Vec<Nav> {
    let lang = who.lang;
    let (manages, on_call) =
        (who.scope.may(Permission::ManageChannel), who.scope.may(Permission::OnCall));
    let home = if manages {
        ("/desk", "urgent", lang.nav_desk())
    } else {
        ("/hospital", "ambulance", lang.nav_hospital())
    };
    let entries = [
        (true, home),
        (true, ("/emergencies", "clipboard-list", lang.nav_cases())),
        (true, ("/oncall", "calendar-event", lang.nav_oncall())),
        (true, ("/oncall/hospitals", "building-hospital", lang.nav_hospitals())),
        (manages, ("/oncall/zones", "map-2", lang.nav_zones())),
        (true, ("/stock", "pill", lang.nav_stock())),
        (manages, ("/readiness", "bell-ringing", lang.nav_readiness())),
        (true, ("/enquiries", "message-question", lang.nav_enquiries())),
        (manages || on_call, ("/opinions", "stethoscope", lang.nav_opinions())),
        (true, ("/policies", "file-text", lang.nav_policies())),
        (true, ("/contacts", "phone", lang.nav_contacts())),
    ];
    let shown = entries.into_iter().filter(|(shown, _)| *shown);
    shown
        .map(|(_, (href, icon, word))| Nav {
            href,
            icon,
            word,
            here: href == here,
            count: if href == home.0 { cases } else { 0 },
            urgent: true,
        })
        .collect()
}

/// Whether htmx asked for a fragment only.
pub(crate) fn wants_fragment(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request")
}

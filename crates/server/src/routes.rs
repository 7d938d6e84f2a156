//! From addresses to handlers, and what every answer carries.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::fault::{Fault, Kind};
use crate::gateway::Gateway;
use crate::session::lang_of;
use crate::{
    App, account, alert, assets, assist, bureau, campaign, clinic, doctor, duty, emergency, green,
    incident, institution, jobs, live, oncall, operation, policy, public, terminal, transfer,
};

/// What runs beside the pages.
#[derive(Clone)]
pub struct Run {
    /// Off in a demo that stands still: nothing falls due by itself.
    pub deadlines: bool,
    /// Who takes calls, text messages and e-mail.
    pub gateway: Gateway,
}

/// Forms are small; a batch of a hundred events stays below one megabyte.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// Several photos and what was typed beside them: a file too large is let pass unread, so that
/// the rest of its form is kept and it alone is refused, with a sentence.
const UPLOAD_BYTES_MAX: usize = 48 * 1024 * 1024;
const BATCH_BYTES_MAX: usize = 1024 * 1024;
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A photo over a ward's network.
const UPLOADED_WITHIN: Duration = Duration::from_secs(180);

/// Pages without login.
fn anybody() -> Router<App> {
    Router::new()
        .route("/", get(public::start))
        .route("/search", get(public::search))
        .route("/q/{serial}", get(public::qr_page))
        .route("/green", get(green::map))
        .route("/green/poster", get(green::poster))
        .route("/green/widget", get(green::widget))
        .route("/green/readiness", get(green::readiness))
        .route("/green.geojson", get(green::geojson))
        .route("/green.cap", get(green::cap))
        .route("/symptoms", get(green::symptoms).post(green::sort))
        .route("/symptoms/help", post(green::help))
        .route("/screening", get(green::screening).post(green::screened))
        .route("/ask", get(green::ask_form).post(green::ask))
        .route("/thread", get(green::find_thread))
        .route("/thread/{code}", get(green::thread).post(green::write))
        .route("/portraits/{practitioner_id}", get(public::portrait))
}

/// Bureaus, clinics and doctors.
fn supervision() -> Router<App> {
    Router::new()
        .route("/sign-in", get(account::form).post(account::sign_in))
        .route("/sign-out", post(account::sign_out))
        .route("/home", get(account::home))
        .route("/language/{code}", get(account::language))
        .route("/bureau", get(bureau::home))
        .route("/duty", get(duty::screen))
        .route("/alerts", get(alert::list))
        .route("/alerts/{alert_id}", get(alert::page))
        .route("/alerts/{alert_id}/steps", post(alert::step))
        .route("/operations", get(operation::list))
        .route("/operations/{operation_id}", get(operation::page))
        .route("/operations/{operation_id}/actions", post(operation::act))
        .route("/institutions", get(institution::list))
        .route("/institutions/{institution_id}", get(institution::page))
        .route("/institutions/{institution_id}/status", post(institution::status))
        .route("/terminals", get(terminal::list))
        .route("/terminals/{terminal_id}/code", post(terminal::code))
        .route("/rules", get(institution::rules))
        .route("/clinic", get(clinic::home))
        .route("/clinic/declare", get(clinic::declare_form))
        .route("/clinic/gate", post(clinic::gate))
        .route("/clinic/operations", post(clinic::declare))
        .route("/clinic/people", get(clinic::people))
        .route("/me", get(doctor::home))
}

pub fn router(app: App) -> Router {
    let pages = anybody()
        .merge(supervision())
        .merge(channel())
        .merge(transfer_crew())
        .merge(transfer_fleet())
        .merge(transfer_oversight())
        .merge(transfer_board())
        .merge(transfer_desk())
        .merge(incidents())
        .merge(campaigns())
        .merge(policies())
        .merge(sheets_and_spots())
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ANSWER_WITHIN));
    let pages = pages.merge(uploads());
    let machines = Router::new()
        .route("/api/v1/time", get(terminal::time))
        .route("/api/v1/openapi.json", get(terminal::openapi))
        .route("/api/v1/terminals/enrol", post(terminal::enrol))
        .route("/api/v1/terminals/{device}/events", post(terminal::events))
        .route("/api/v1/exchange/calls", post(transfer::exchange_tells))
        .route("/api/v1/transfers", post(transfer::api_order))
        .route("/api/v1/transfers/questions", get(transfer::api_questions))
        .route("/api/v1/transfers/{booking_id}", get(transfer::api_standing))
        .layer(DefaultBodyLimit::max(BATCH_BYTES_MAX));
    Router::new()
        .merge(pages)
        .merge(machines)
        .route(assets::ROUTE, get(assets::serve))
        .fallback(lost)
        .layer(CompressionLayer::new())
        // The stream is not compressed: a compressor would hold events back.
        .route("/live", get(live::stream))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(guard))
        .with_state(app)
}

/// Adverse events: the public form and what follows by code, then the pages of who handles them.
fn incidents() -> Router<App> {
    Router::new()
        .route("/report", get(incident::report_form).post(incident::report))
        .route("/report/find", get(incident::find))
        .route("/report/{code}", get(incident::own_page).post(incident::change))
        .route("/incidents", get(incident::list).post(incident::file))
        .route("/incidents/new", get(incident::new_form))
        .route("/incidents/rates", get(incident::rates))
        .route("/incidents.xlsx", get(incident::xlsx))
        .route("/incidents/clusters/{cluster_id}", post(incident::cluster))
        .route("/incidents/{incident_id}", get(incident::page))
        .route("/incidents/{incident_id}/sheet", get(incident::sheet))
        .route("/incidents/{incident_id}/steps", post(incident::step))
        .route("/incidents/{incident_id}/actions", post(incident::add_action))
        .route("/incidents/{incident_id}/actions/{action_no}", post(incident::action))
        .route("/incidents/{incident_id}/duties/{duty}", post(incident::duty))
        .route("/incidents/{incident_id}/messages", post(incident::message))
}

/// The signed-in pages of the green channel, and its calendars.
fn channel() -> Router<App> {
    Router::new()
        .route("/sos", get(emergency::sos).post(emergency::raise))
        .route("/sos/{operation_id}", get(emergency::of_operation))
        .route("/sos/{operation_id}/facts", post(emergency::fact_of_operation))
        .route("/emergencies", get(emergency::list))
        .route("/emergencies.xlsx", get(emergency::xlsx))
        .route("/emergencies/{emergency_id}", get(emergency::page))
        .route("/emergencies/{emergency_id}/sheet", get(emergency::sheet))
        .route("/emergencies/{emergency_id}/marks", post(emergency::mark))
        .route("/emergencies/{emergency_id}/card", post(emergency::card))
        .route("/emergencies/{emergency_id}/ticks", post(emergency::tick))
        .route("/emergencies/{emergency_id}/facts", post(emergency::fact))
        .route("/emergencies/{emergency_id}/messages", post(emergency::message))
        .route("/emergencies/{emergency_id}/thread", post(emergency::thread))
        .route("/desk", get(emergency::desk))
        .route("/desk/call", get(emergency::call_form).post(emergency::take_call))
        .route("/hospital", get(emergency::hospital))
        .route("/oncall", get(oncall::plan))
        .route("/oncall/rotas", post(oncall::add_rota))
        .route("/oncall/rotas/{rota_id}/end", post(oncall::end_rota))
        .route("/oncall/overrides", post(oncall::order))
        .route("/oncall/swaps", post(oncall::swap))
        .route("/oncall/swaps/{override_id}/{act}", post(oncall::swap_step))
        .route("/oncall/alerts/{alert_id}/clear", post(oncall::clear_alert))
        .route("/oncall/hospitals", get(oncall::hospitals))
        .route("/oncall/hospitals/{hospital_id}", post(oncall::change_hospital))
        .route("/oncall/zones", get(oncall::zones).post(oncall::add_zone))
        .route("/oncall/zones/{zone_id}/end", post(oncall::end_zone))
        .route("/oncall/hotlines", post(oncall::announce))
        .route("/oncall/hotlines/{hotline_id}/end", post(oncall::end_hotline))
        .route("/stock", get(oncall::stock).post(oncall::count_stock))
        .route("/stock.xlsx", get(oncall::stock_xlsx))
        .route("/stock/{stock_id}/discard", post(oncall::discard_stock))
        .route("/contacts", get(oncall::contacts).post(oncall::add_contact))
        .route("/contacts/feed", post(oncall::make_feed))
        .route("/contacts/{contact_id}/code", post(oncall::send_code))
        .route("/contacts/{contact_id}/confirm", post(oncall::confirm_contact))
        .route("/contacts/{contact_id}/remove", post(oncall::remove_contact))
        .route("/ics/{name}", get(oncall::feed))
        .route("/readiness", get(oncall::readiness))
        .route("/readiness/tests", post(oncall::test))
        .route("/readiness/tests/{call_out_id}/answer", post(oncall::answer_test))
        .route("/enquiries", get(oncall::enquiries))
        .route("/enquiries/{enquiry_id}", get(oncall::enquiry).post(oncall::answer_enquiry))
        .route("/alerts/{alert_id}/opinion", post(assist::ask))
        .route("/opinions", get(assist::list))
        .route("/opinions/{opinion_id}", post(assist::step))
}

/// The dispatcher's board.
fn transfer_board() -> Router<App> {
    Router::new()
        .route("/transfer/board", get(transfer::board))
        .route("/transfer/board/command", get(transfer::say))
        .route("/transfer/bookings/{booking_id}/assign", post(transfer::assign))
        .route("/transfer/bookings/{booking_id}/unassign", post(transfer::unassign))
        .route("/transfer/bookings/{booking_id}/take-over", post(transfer::take_over))
        .route("/transfer/vehicles/{vehicle_id}/out", post(transfer::out))
        .route("/transfer/vehicles/{vehicle_id}/back", post(transfer::back))
}

/// The desk of 96120, both sides of hand-overs to 120, wards, the public.
fn transfer_desk() -> Router<App> {
    Router::new()
        .route("/transfer/calls", get(transfer::calls).post(transfer::open_call))
        .route("/transfer/calls/{call_id}", get(transfer::call))
        .route("/transfer/calls/{call_id}/gate", post(transfer::call_gate))
        .route("/transfer/calls/{call_id}/answer", post(transfer::answer_call))
        .route("/transfer/calls/{call_id}/book", post(transfer::book_call))
        .route("/transfer/calls/{call_id}/to-120", post(transfer::call_to_120))
        .route("/transfer/calls/{call_id}/end", post(transfer::end_call))
        .route("/transfer/bookings", get(transfer::bookings))
        .route("/transfer/bookings.xlsx", get(transfer::bookings_xlsx))
        .route("/transfer/bookings/{booking_id}", get(transfer::booking))
        .route("/transfer/bookings/{booking_id}/{act}", post(transfer::booking_act))
        .route("/transfer/bookings/{booking_id}/receipts/{receipt_no}", get(transfer::receipt))
        .route("/transfer/handovers", get(transfer::handovers).post(transfer::ask_handover))
        .route("/transfer/handovers/{handover_id}/{act}", post(transfer::handover_act))
        .route("/transfer/ward", get(transfer::ward_home))
        .route("/transfer/ward/request", get(transfer::ward_form).post(transfer::ward_request))
        .route("/transfer/ward/gate", post(transfer::ward_gate))
        .route("/transfer/ward/tokens", post(transfer::ward_tokens))
        .route("/book", get(transfer::order_form).post(transfer::send_order))
        .route("/quotes", get(transfer::check_quote))
}

/// A company's fleet and people, and what anybody may look up of a vehicle.
fn transfer_fleet() -> Router<App> {
    use transfer::{fleet, look_up};
    Router::new()
        .route("/transfer/fleet", get(fleet::vehicles).post(fleet::join_vehicle))
        .route("/transfer/fleet.xlsx", get(fleet::vehicles_xlsx))
        .route("/transfer/fleet/{vehicle_id}", get(fleet::vehicle))
        .route("/transfer/fleet/{vehicle_id}/card", get(look_up::card))
        .route("/transfer/fleet/{vehicle_id}/certificates", post(fleet::certify))
        .route(
            "/transfer/fleet/{vehicle_id}/certificates/{accreditation_id}/revoke",
            post(fleet::revoke),
        )
        .route("/transfer/fleet/{vehicle_id}/outages", post(fleet::stop))
        .route("/transfer/outages/{outage_id}/end", post(fleet::end_outage))
        .route("/transfer/crews", get(fleet::crews).post(fleet::join_crew))
        .route("/transfer/crews.xlsx", get(fleet::crews_xlsx))
        .route("/transfer/crews/{crew_id}", get(fleet::crew))
        .route("/transfer/crews/{crew_id}/certificates", post(fleet::certify_crew))
        .route(
            "/transfer/crews/{crew_id}/certificates/{accreditation_id}/revoke",
            post(fleet::revoke_crew),
        )
        .route("/transfer/shifts", get(fleet::shifts).post(fleet::plan_shift))
        .route("/transfer/shifts.xlsx", get(fleet::shifts_xlsx))
        .route("/transfer/shifts/{shift_id}/drop", post(fleet::drop_shift))
        .route("/transfer/hours", get(fleet::hours))
        .route("/transfer/hours.xlsx", get(fleet::hours_xlsx))
        .route("/v", get(look_up::find))
        .route("/v/{code}", get(look_up::vehicle))
}

/// The regulator's pages, and complaints of the public.
fn transfer_oversight() -> Router<App> {
    use transfer::{complain, oversight};
    Router::new()
        .route("/transfer/report", get(oversight::report))
        .route("/transfer/report.xlsx", get(oversight::report_xlsx))
        .route("/transfer/report/cases", get(oversight::cases))
        .route("/transfer/report/cases.xlsx", get(oversight::cases_xlsx))
        .route("/transfer/operators", get(oversight::operators))
        .route("/transfer/operators.xlsx", get(oversight::operators_xlsx))
        .route("/transfer/contracts", get(oversight::contracts).post(oversight::sign_contract))
        .route("/transfer/contracts.xlsx", get(oversight::contracts_xlsx))
        .route("/transfer/contracts/end", post(oversight::end_contract))
        .route("/transfer/areas", get(oversight::areas).post(oversight::open_area))
        .route("/transfer/areas/{area_id}/end", post(oversight::end_area))
        .route("/transfer/drives", get(oversight::drives).post(oversight::enter_drive))
        .route("/transfer/drives/{drive_id}/withdraw", post(oversight::withdraw_drive))
        .route("/transfer/complaints", get(oversight::complaints))
        .route("/transfer/complaints.xlsx", get(oversight::complaints_xlsx))
        .route("/transfer/complaints/{complaint_id}", get(oversight::complaint))
        .route("/transfer/complaints/{complaint_id}/steps", post(oversight::complaint_step))
        .route("/transfer/improvements", get(oversight::improvements).post(oversight::improve))
        .route("/transfer/improvements.xlsx", get(oversight::improvements_xlsx))
        .route("/transfer/improvements/{improvement_id}", get(oversight::improvement))
        .route("/transfer/improvements/{improvement_id}/acts", post(oversight::improvement_act))
        .route("/complain", get(complain::form).post(complain::send))
        .route("/complaint", get(complain::find))
        .route("/complaint/{code}", get(complain::read))
}

/// The crew's phone, the family's link, and what both say of a journey.
fn transfer_crew() -> Router<App> {
    Router::new()
        .route("/crew", get(transfer::crew))
        .route("/crew/report", post(transfer::crew_report))
        .route("/crew/reports", post(transfer::crew_reports))
        .route("/crew/positions", post(transfer::crew_positions))
        .route("/crew/worker.js", get(transfer::worker))
        .route("/t/{token}", get(transfer::family).post(transfer::family_act))
        .route(
            "/transfer/bookings/{booking_id}/links",
            get(transfer::links).post(transfer::make_link),
        )
        .route("/transfer/bookings/{booking_id}/links/revoke", post(transfer::revoke_links))
        .route("/transfer/ratings", get(transfer::ratings))
        .route("/transfer/ratings.xlsx", get(transfer::ratings_xlsx))
        .route("/transfer/ratings/{booking_id}", post(transfer::call_back))
        .route("/transfer/incidents", get(transfer::incidents))
        .route("/transfer/incidents.xlsx", get(transfer::incidents_xlsx))
        .route("/transfer/incidents/{incident_id}", post(transfer::review_incident))
}

/// The library of policy documents.
fn policies() -> Router<App> {
    Router::new()
        .route("/policies", get(policy::list).post(policy::add))
        .route("/policies.xlsx", get(policy::xlsx))
        .route("/policies/{id}", get(policy::page).post(policy::step))
        .route("/library", get(policy::library))
        .route("/library/{id}", get(policy::document))
}

/// Rectification campaigns.
fn campaigns() -> Router<App> {
    Router::new()
        .route("/campaigns", get(campaign::list).post(campaign::create))
        .route("/campaigns/{id}", get(campaign::page))
        .route("/campaigns/{id}/steps", post(campaign::step))
        .route("/campaigns/{id}/ledger", get(campaign::ledger))
        .route("/campaigns/{id}/ledger.xlsx", get(campaign::ledger_xlsx))
        .route("/campaigns/{id}/ledger/print", get(campaign::print))
        .route("/campaigns/{id}/readiness.zip", get(campaign::readiness))
        .route("/campaigns/{id}/reports/{code}", get(campaign::reports))
        .route(
            "/campaigns/{id}/reports/{code}/{holder}",
            get(campaign::report).post(campaign::write),
        )
        .route("/campaigns/{id}/hand/{code}/{holder}", post(campaign::hand))
        .route("/campaigns/{id}/annex/{code}", get(campaign::annex))
        .route("/campaigns/{id}/annex/{code}/sums.xlsx", get(campaign::sums_xlsx))
        .route("/campaigns/{id}/annex/{code}/{unit}/annex.xlsx", get(campaign::annex_xlsx))
        .route("/campaigns/{id}/annex/{code}/entries", get(campaign::entries))
        .route("/campaigns/{id}/annex/{code}/{unit}", get(campaign::unit).post(campaign::cell))
        .route("/campaigns/{id}/talk", get(campaign::talk).post(campaign::say))
        .merge(campaign_work())
        .route("/problems/{id}", get(campaign::problem))
        .route("/problems/{id}/steps", post(campaign::problem_step))
        .route("/problems/{id}/records", post(campaign::problem_record))
        .route("/problems/{id}/files/{file}", get(campaign::file).post(campaign::remove_file))
}

/// Drafts, activities, and what stays after a campaign.
fn campaign_work() -> Router<App> {
    Router::new()
        .route("/campaigns/{id}/draft", get(campaign::draft))
        .route("/campaigns/{id}/draft/annexes/{code}", get(campaign::annex_draft))
        .route("/campaigns/{id}/activities", get(campaign::activities).post(campaign::add_activity))
        .route("/campaigns/{id}/activities.xlsx", get(campaign::activities_xlsx))
        .route("/campaigns/{id}/indicators", get(campaign::indicators))
        .route("/campaigns/{id}/indicators.xlsx", get(campaign::indicators_xlsx))
        .route("/campaigns/{id}/routine", get(campaign::routine).post(campaign::write_routine))
        .route("/campaigns/{id}/routine.xlsx", get(campaign::routine_xlsx))
}

/// Self-inspection, spot checks, and what they make of coverage and assessment.
fn sheets_and_spots() -> Router<App> {
    Router::new()
        .route("/campaigns/{id}/sheets", get(campaign::sheets))
        .route("/campaigns/{id}/sheets.xlsx", get(campaign::sheets_xlsx))
        .route("/campaigns/{id}/sheets/import", get(campaign::import))
        .route("/campaigns/{id}/sheets/{place}", get(campaign::sheet))
        .route("/campaigns/{id}/sheets/{place}/files/{file}", get(campaign::item_file))
        .route("/campaigns/{id}/coverage", get(campaign::coverage))
        .route("/campaigns/{id}/coverage.xlsx", get(campaign::coverage_xlsx))
        .route("/campaigns/{id}/assessment", get(campaign::assessment))
        .route("/campaigns/{id}/assessment.xlsx", get(campaign::assessment_xlsx))
        .route("/campaigns/{id}/spots", get(campaign::spots).post(campaign::draw_spots))
        .route("/campaigns/{id}/spots.xlsx", get(campaign::spots_xlsx))
        .route("/campaigns/{id}/draws", get(campaign::draws))
        .route("/campaigns/{id}/draws.xlsx", get(campaign::draws_xlsx))
        .route("/campaigns/{id}/draws/{draw}/frame.txt", get(campaign::frame))
        .route("/spots/{id}", get(campaign::spot))
}

/// Forms with files, and a plan's long form.
fn uploads() -> Router<App> {
    Router::new()
        .route("/campaigns/{id}/draft", post(campaign::write_draft))
        .route("/campaigns/{id}/draft/annexes/{code}", post(campaign::write_annex_draft))
        .route("/campaigns/{id}/annex/{code}/{unit}/annex.xlsx", post(campaign::read_annex))
        .route("/problems/{id}/files", post(campaign::evidence))
        .route("/campaigns/{id}/sheets/import", post(campaign::read_import))
        .route("/campaigns/{id}/sheets/import/confirm", post(campaign::confirm_import))
        .route("/campaigns/{id}/sheets/import/marked", post(campaign::marked_import))
        .route("/campaigns/{id}/sheets/{place}", post(campaign::answer))
        .route("/campaigns/{id}/sheets/{place}/answers", post(campaign::answers))
        .route("/campaigns/{id}/sheets/{place}/evidence", post(campaign::item_evidence))
        .route("/spots/{id}", post(campaign::spot_step))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, UPLOADED_WITHIN))
}

const CSP: &str = "default-src 'self'; img-src 'self' data: blob:; \
    style-src 'self' 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; form-action 'self'";

/// What every answer carries, whatever it is.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = |text: &'static str| HeaderValue::from_static(text);
    // Only the widget brings a policy of its own: other sites may frame it.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(fixed(CSP));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(header::REFERRER_POLICY, fixed("same-origin"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        fixed("camera=(), microphone=(), geolocation=(self)"),
    );
    // Pages show what a session may see: no shared cache keeps them.
    headers.entry(header::CACHE_CONTROL).or_insert(fixed("no-store"));
    response
}

async fn lost(request: Request) -> Response {
    let lang = lang_of(request.headers(), request.uri().query());
    let fault = Fault::new(Kind::NotFound, lang);
    if request.uri().path().starts_with("/api/") {
        return fault.problem();
    }
    fault.into_response()
}

fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_default();
    Fault::new(Kind::Broken(format!("panic: {text}")), crate::words::Lang::Zh).into_response()
}

/// Serves pages and runs the jobs until `shutdown` is done.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: App,
    listener: tokio::net::TcpListener,
    options: Run,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let jobs = tokio::spawn(jobs::run(app.clone(), options));
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    // Live streams never end by themselves, so a graceful shutdown would wait for ever: open
    // answers get a moment, then the process leaves. What was acknowledged is on the disk.
    tokio::select! {
        served = axum::serve(listener, service) => served?,
        () = shutdown => tokio::time::sleep(Duration::from_millis(200)).await,
    }
    jobs.abort();
    Ok(())
}

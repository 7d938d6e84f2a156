-- 96120 patient transfer: who drives, who rides, what was promised, what it cost, how it went.
-- Money in fen, distances in metres, times bigint milliseconds UTC.

alter table account add column operator_id text;
alter table account add column crew_id text;
alter table account add column site_id text;

-- A company that drives [T4, T17].
create table operator (
    operator_id     text not null primary key,
    name_zh         text not null,
    name_en         text not null,
    short_zh        text not null,
    short_en        text not null,
    sort_key        text not null,
    uscc            text not null unique,
    phone           text not null,
    -- Printed on the vehicle and shown behind its code.
    complaint_phone text not null,
    joined_at       bigint not null,
    left_at         bigint
);

-- Places that book and receive: hospitals, care homes, dialysis centres [T6].
create table transfer_site (
    site_id     text not null primary key,
    region_code text not null references region (region_code),
    kind        text not null,
    name_zh     text not null,
    name_en     text not null,
    short_zh    text not null,
    short_en    text not null,
    sort_key    text not null,
    address_zh  text not null,
    address_en  text not null,
    -- Where a stretcher van stops and who opens.
    gate_zh     text not null,
    gate_en     text not null,
    phone       text not null,
    lat         double precision not null,
    lng         double precision not null,
    -- Connected with a desk of its own from then on [T9].
    joined_at   bigint,
    left_at     bigint
);
create index transfer_site_region on transfer_site (region_code, sort_key);

-- Where the service is offered: a district, or one hospital of it (pilot first) [T9].
create table service_area (
    area_id     text not null primary key,
    region_code text references region (region_code),
    site_id     text references transfer_site (site_id),
    from_at     bigint not null,
    until_at    bigint,
    made_at     bigint not null,
    made_by     text not null
);

-- Agreement between a hospital, or the city, and an operator [T8].
create table contract (
    contract_id      text not null primary key,
    number           text not null unique,
    operator_id      text not null references operator (operator_id),
    site_id          text references transfer_site (site_id),
    -- The tariff pack by its id; the version is the one in force on the day.
    tariff           text not null,
    -- Service levels agreed on, in per mille and minutes.
    on_time_permille bigint not null,
    pickup_within_min bigint not null,
    complaint_days   bigint not null,
    from_at          bigint not null,
    until_at         bigint not null,
    ended_at         bigint,
    end_reason       text,
    made_at          bigint not null,
    made_by          text not null
);
create index contract_of on contract (operator_id, from_at);

create table crew_member (
    crew_id     text not null primary key,
    operator_id text not null references operator (operator_id),
    -- driver, escort, nurse, doctor
    role        text not null,
    name_zh     text not null,
    name_en     text not null,
    sort_key    text not null,
    phone       text not null,
    joined_at   bigint not null,
    left_at     bigint
);
create index crew_member_of on crew_member (operator_id, sort_key);

create table vehicle (
    vehicle_id  text not null primary key,
    operator_id text not null references operator (operator_id),
    -- What people say on the radio: "6".
    call_sign   text not null,
    plate       text not null unique,
    model       text not null,
    -- JSON [[staff, seat, stretcher, wheelchair], ...]: alternative interiors.
    layouts     text not null,
    -- JSON ["oxygen", "lift", ...]
    features    text not null,
    base_zh     text not null,
    base_en     text not null,
    lat         double precision not null,
    lng         double precision not null,
    -- On the code at its door; given anew when the code is replaced [T13].
    qr_serial   text not null unique,
    qr_issued_at bigint not null,
    joined_at   bigint not null,
    left_at     bigint
);
create index vehicle_of on vehicle (operator_id, call_sign);

-- What a vehicle or a crew member must hold, and until when [T13, T23].
create table accreditation (
    accreditation_id text not null primary key,
    holder_kind      text not null,
    holder_id        text not null,
    -- vehicle: operating_licence, inspection, insurance, disinfection;
    -- crew: driving_licence, driver_card, first_aid, nurse_licence, doctor_licence, health_check
    kind             text not null,
    number           text not null,
    from_at          bigint not null,
    until_at         bigint not null,
    revoked_at       bigint,
    made_at          bigint not null,
    made_by          text not null
);
create index accreditation_of on accreditation (holder_kind, holder_id, kind);

-- Not to be planned: yearly inspection, repair, breakdown, disinfection.
create table vehicle_outage (
    outage_id  text not null primary key,
    vehicle_id text not null references vehicle (vehicle_id),
    reason     text not null,
    from_at    bigint not null,
    -- Empty until somebody knows.
    until_at   bigint,
    made_at    bigint not null,
    made_by    text not null,
    ended_by   text
);
create index vehicle_outage_of on vehicle_outage (vehicle_id, from_at);

-- One vehicle with its crew for one turn of duty.
create table shift (
    shift_id   text not null primary key,
    vehicle_id text not null references vehicle (vehicle_id),
    from_at    bigint not null,
    -- Regular end; after it is overtime, after `latest_at` nobody drives.
    until_at   bigint not null,
    latest_at  bigint not null,
    -- JSON [{"from_at":..,"until_at":..,"lasts_min":..}]: breaks owed, and when they may begin.
    breaks     text not null,
    began_at   bigint,
    ended_at   bigint,
    start_km   bigint,
    end_km     bigint,
    -- A plan is computed from one revision and taken up only if the shift still has it.
    revision   bigint not null default 0,
    made_at    bigint not null,
    made_by    text not null
);
create index shift_of on shift (vehicle_id, from_at);
create index shift_from on shift (from_at);

create table shift_crew (
    shift_id text not null references shift (shift_id),
    crew_id  text not null references crew_member (crew_id),
    primary key (shift_id, crew_id)
);
create index shift_crew_of on shift_crew (crew_id);

-- A call as it rang, with what was typed so far: nothing is lost when the line drops [T3].
create table phone_call (
    call_id     text not null primary key,
    -- The caller's number; forgotten with the booking.
    phone       text not null,
    rang_at     bigint not null,
    answered_at bigint,
    taken_by    text,
    ended_at    bigint,
    -- booked, to_120, asked, wrong_number, lost
    outcome     text,
    draft       text not null,
    booking_id  text,
    delete_at   bigint
);
create index phone_call_open on phone_call (rang_at) where ended_at is null;
create index phone_call_rang on phone_call (rang_at);

create table booking (
    booking_id     text not null primary key,
    number         text not null unique,
    request_key    text not null unique,
    -- phone, public, ward, api
    source         text not null,
    -- Where it stands, kept beside the times so that lists can filter.
    state          text not null,
    trip_type      text not null,
    region_code    text not null,
    -- Who is carried and who called: personal, blanked at `delete_at`.
    patient        text not null,
    patient_born   bigint,
    -- Hash of name and phone: two bookings of one patient are seen without reading names.
    patient_hash   text not null,
    weight_kg      bigint,
    caller         text not null,
    relation       text not null,
    phone          text not null,
    phone_verified_at bigint,
    words          text not null,
    language       text not null,
    from_site_id   text references transfer_site (site_id),
    from_place     text not null,
    from_lat       double precision not null,
    from_lng       double precision not null,
    from_floor     bigint not null,
    from_lift      bigint not null,
    to_site_id     text references transfer_site (site_id),
    to_place       text not null,
    to_lat         double precision not null,
    to_lng         double precision not null,
    to_floor       bigint not null,
    to_lift        bigint not null,
    -- JSON ["stretcher", "oxygen", ...], codes of rules::transfer::Need.
    needs          text not null,
    companions     bigint not null,
    -- Carried by hand, people needed.
    carry          bigint not null,
    ready_at       bigint,
    appointment_at bigint,
    -- A return that is called for when the treatment is over.
    will_call_at   bigint,
    return_of      text references booking (booking_id),
    series_id      text,
    -- What was judged: class and tier by the newest triage.
    class          text,
    tier           text,
    distance_m     bigint,
    drive_s        bigint,
    -- straight, road, osrm, valhalla: what the promise rests on.
    travel_source  text,
    operator_id    text references operator (operator_id),
    shift_id       text references shift (shift_id),
    promise_from   bigint,
    promise_until  bigint,
    plan_pickup_at bigint,
    plan_arrive_at bigint,
    -- Nobody may take the vehicle away: overridden by hand.
    pinned_at      bigint,
    pinned_by      text,
    asked_at       bigint not null,
    asked_by       text not null,
    approved_at    bigint,
    approved_by    text,
    triaged_at     bigint,
    quoted_at      bigint,
    confirmed_at   bigint,
    assigned_at    bigint,
    acknowledged_at bigint,
    started_at     bigint,
    on_scene_at    bigint,
    loaded_at      bigint,
    arrived_at     bigint,
    completed_at   bigint,
    ended_at       bigint,
    end_reason     text,
    ended_by       text,
    delete_at      bigint
);
create index booking_day on booking (state, ready_at);
create index booking_asked on booking (asked_at);
create index booking_shift on booking (shift_id);
create index booking_site on booking (from_site_id, asked_at);
create index booking_patient on booking (patient_hash, ready_at);

-- Repeats of one booking: dialysis on Monday, Wednesday, Friday.
create table booking_series (
    series_id   text not null primary key,
    booking_id  text not null references booking (booking_id),
    -- Bit 0 is Monday.
    weekdays    bigint not null,
    pickup_min  bigint not null,
    from_at     bigint not null,
    until_at    bigint not null,
    made_until  bigint not null,
    ended_at    bigint,
    made_by     text not null
);

-- Every triage with its answers, never overwritten: at the call, at pick-up, on the way [T12].
create table triage (
    booking_id   text not null references booking (booking_id),
    triage_no    bigint not null,
    moment       text not null,
    answers      text not null,
    class        text not null,
    reasons      text not null,
    pack_version text not null,
    at           bigint not null,
    by_account   text not null,
    primary key (booking_id, triage_no)
);

-- Every price with its lines, never overwritten; the last accepted one holds.
create table quote (
    booking_id     text not null references booking (booking_id),
    quote_no       bigint not null,
    -- Short code the family types or scans.
    code           text not null unique,
    tariff         text not null,
    tariff_version text not null,
    inputs         text not null,
    lines          text not null,
    total_fen      bigint not null,
    -- Keyed hash over what was quoted: anybody can ask whether it is genuine.
    signature      text not null,
    reason         text not null,
    made_at        bigint not null,
    made_by        text not null,
    accepted_at    bigint,
    accepted_by    text,
    primary key (booking_id, quote_no)
);

-- Recorded, never processed.
create table payment (
    payment_id  text not null primary key,
    booking_id  text not null references booking (booking_id),
    -- payment, refund
    kind        text not null,
    -- cash, bank, hospital_account, code
    method      text not null,
    amount_fen  bigint not null,
    receipt_no  text not null unique,
    invoice_no  text,
    reason      text,
    request_key text not null unique,
    at          bigint not null,
    by_account  text not null
);
create index payment_of on payment (booking_id);

-- Handed to 120, or taken over from it [T14].
create table handover_120 (
    handover_id text not null primary key,
    booking_id  text references booking (booking_id),
    -- to_120, from_120
    direction   text not null,
    moment      text not null,
    reason      text not null,
    asked_at    bigint not null,
    asked_by    text not null,
    accepted_at bigint,
    accepted_by text,
    declined_at bigint,
    number_120  text not null,
    -- JSON, what is told along: place, phone, what was seen. Personal, blanked in time.
    words       text not null,
    delete_at   bigint
);
create index handover_120_open on handover_120 (asked_at) where accepted_at is null and declined_at is null;
create index handover_120_of on handover_120 (booking_id);

-- The plan of a shift: stops in order. Replaced as a whole when a better plan is taken up.
create table planned_stop (
    shift_id   text not null references shift (shift_id),
    stop_no    bigint not null,
    booking_id text not null references booking (booking_id),
    -- pickup, delivery
    stop       text not null,
    begin_at   bigint not null,
    depart_at  bigint not null,
    -- Driven empty or with somebody to this stop.
    leg_m      bigint not null,
    leg_s      bigint not null,
    primary key (shift_id, stop_no)
);
create index planned_stop_of on planned_stop (booking_id);

-- Somebody aboard a vehicle that broke down waits there for another one.
create table relief (
    booking_id text not null references booking (booking_id),
    asked_at   bigint not null,
    asked_by   text not null,
    from_shift text not null references shift (shift_id),
    lat        double precision not null,
    lng        double precision not null,
    -- Aboard the other vehicle from then on.
    taken_at   bigint,
    primary key (booking_id, asked_at)
);
create index relief_open on relief (booking_id) where taken_at is null;

-- What was recommended and what was done instead [T12].
create table dispatch_choice (
    choice_id   text not null primary key,
    booking_id  text not null references booking (booking_id),
    at          bigint not null,
    by_account  text not null,
    recommended text,
    chosen      text,
    -- JSON: one line a vehicle with its first broken rule or its times.
    reasons     text not null,
    override_reason text
);
create index dispatch_choice_of on dispatch_choice (booking_id);

create table position_report (
    vehicle_id text not null references vehicle (vehicle_id),
    at         bigint not null,
    lat        double precision not null,
    lng        double precision not null,
    accuracy_m bigint not null,
    -- phone, locator, demo
    source     text not null,
    received_at bigint not null,
    -- A jump no vehicle can drive: kept, not used.
    refused    text,
    primary key (vehicle_id, at)
);

-- What a crew's phone sent, each once, however often it is sent again.
create table crew_report (
    report_key  text not null primary key,
    shift_id    text not null references shift (shift_id),
    booking_id  text references booking (booking_id),
    -- step, checklist, incident, handover, note
    kind        text not null,
    body        text not null,
    -- When it happened by the phone, corrected; when it reached us.
    at          bigint not null,
    received_at bigint not null,
    by_account  text not null,
    outcome     text not null
);
create index crew_report_of on crew_report (booking_id, at);
create index crew_report_shift on crew_report (shift_id, at);

create table transfer_incident (
    incident_id text not null primary key,
    number      text not null unique,
    booking_id  text references booking (booking_id),
    shift_id    text references shift (shift_id),
    kind        text not null,
    -- 1 to 4
    grade       bigint not null,
    words       text not null,
    at          bigint not null,
    by_account  text not null,
    reviewed_at bigint,
    reviewed_by text,
    review      text
);
create index transfer_incident_at on transfer_incident (at);

-- A private address for the family: only the hash of its token is kept.
create table family_link (
    token_hash text not null primary key,
    booking_id text not null references booking (booking_id),
    made_at    bigint not null,
    until_at   bigint,
    revoked_at bigint,
    made_by    text not null
);
create index family_link_of on family_link (booking_id);

create table rating (
    booking_id  text not null primary key references booking (booking_id),
    score       bigint not null,
    words       text not null,
    at          bigint not null,
    -- A low score is called back until then [T20].
    callback_due bigint,
    called_at   bigint,
    called_by   text,
    call_words  text,
    request_key text not null unique
);
create index rating_callback on rating (callback_due) where called_at is null;

create table transfer_complaint (
    complaint_id text not null primary key,
    number       text not null unique,
    -- Booking and operator where known.
    booking_id   text references booking (booking_id),
    operator_id  text references operator (operator_id),
    vehicle_id   text references vehicle (vehicle_id),
    code_hash    text not null unique,
    kind         text not null,
    words        text not null,
    phone        text not null,
    made_at      bigint not null,
    due_at       bigint not null,
    assigned_at  bigint,
    answered_at  bigint,
    answered_by  text,
    answer       text,
    upheld       text,
    closed_at    bigint,
    closed_by    text,
    request_key  text not null unique,
    delete_at    bigint
);
create index transfer_complaint_open on transfer_complaint (due_at) where closed_at is null;

-- What is done about a figure that is not good enough [T21].
create table improvement (
    improvement_id text not null primary key,
    number      text not null unique,
    operator_id text references operator (operator_id),
    indicator   text not null,
    finding     text not null,
    measure     text not null,
    owner       text not null,
    due_at      bigint not null,
    made_at     bigint not null,
    made_by     text not null,
    done_at     bigint,
    done_by     text,
    result      text,
    checked_at  bigint,
    checked_by  text,
    dropped_at  bigint
);
create index improvement_open on improvement (due_at) where checked_at is null and dropped_at is null;

-- What a ward hands over with a patient: papers, belongings, condition [T10].
create table ward_record (
    booking_id text not null references booking (booking_id),
    record_no  bigint not null,
    -- JSON ["papers", "medicines", ...]
    items      text not null,
    words      text not null,
    at         bigint not null,
    by_account text not null,
    primary key (booking_id, record_no)
);

-- A hospital's own system books by a token [T6].
create table api_token (
    token_hash text not null primary key,
    site_id    text not null references transfer_site (site_id),
    label      text not null,
    made_at    bigint not null,
    made_by    text not null,
    used_at    bigint,
    revoked_at bigint
);
create index api_token_of on api_token (site_id);

-- A number that no account keeps: blanked when the notice has been sent or given up.
alter table notice add column address text;

-- A code sent to a phone before the public may book.
create table phone_check (
    check_id    text not null primary key,
    phone_hash  text not null,
    code_hash   text not null,
    made_at     bigint not null,
    until_at    bigint not null,
    wrong_codes bigint not null default 0,
    verified_at bigint
);
create index phone_check_of on phone_check (phone_hash, made_at);

-- The hour-of-day profile learns from trips that ended [T21].
create table travel_sample (
    booking_id text not null primary key references booking (booking_id),
    hour       bigint not null,
    plain_s    bigint not null,
    took_s     bigint not null,
    at         bigint not null
);
create index travel_sample_hour on travel_sample (hour, at);

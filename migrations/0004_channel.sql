-- The green channel: hospitals on call, who answers, emergency cases, antidotes, enquiries.

alter table account add column hospital_id text;

-- Hospitals of the QC centre that answer calls. They are no institutions under supervision here:
-- what they do in the channel never becomes part of it.
create table hospital (
    hospital_id text not null primary key,
    region_code text not null references region (region_code),
    name_zh     text not null,
    name_en     text not null,
    short_zh    text not null,
    short_en    text not null,
    sort_key    text not null,
    address_zh  text not null,
    address_en  text not null,
    -- Where the emergency entrance is and how a van drives in.
    gate_zh     text not null,
    gate_en     text not null,
    phone       text not null,
    lat         double precision not null,
    lng         double precision not null,
    -- `desk`: somebody sits before a screen; `person`: people are paged at once.
    answers_by  text not null default 'desk',
    joined_at   bigint not null,
    left_at     bigint
);

-- What a hospital can do, and when; without minutes all day and night.
create table hospital_capability (
    hospital_id text not null references hospital (hospital_id),
    capability  text not null,
    from_min    bigint,
    until_min   bigint,
    primary key (hospital_id, capability)
);

-- Numbers are never overwritten: one ends, the next begins [Z13].
create table hotline (
    hotline_id  text not null primary key,
    hospital_id text references hospital (hospital_id),
    number      text not null,
    label_zh    text not null,
    label_en    text not null,
    from_at     bigint not null,
    until_at    bigint,
    made_at     bigint not null,
    made_by     text not null,
    ended_by    text
);
create index hotline_of on hotline (hospital_id, from_at);

-- A zone contracted to a hospital (分包片区) [Z10]. The ring is JSON [[lng, lat], ...].
create table zone (
    zone_id     text not null primary key,
    name_zh     text not null,
    name_en     text not null,
    primary_id  text not null references hospital (hospital_id),
    backup_id   text references hospital (hospital_id),
    ring        text not null,
    from_at     bigint not null,
    until_at    bigint,
    made_at     bigint not null,
    made_by     text not null
);
create index zone_from on zone (from_at);

-- Who is on call. `line` 1 is called first, 2 is the backup. Times of day are minutes.
create table rota (
    rota_id     text not null primary key,
    hospital_id text not null references hospital (hospital_id),
    line        bigint not null,
    kind        text not null,
    -- rotation: hand-over; weekly and daily: start.
    start_min   bigint not null,
    end_min     bigint not null,
    every_days  bigint not null,
    -- Bit 0 is Monday.
    weekdays    bigint not null,
    from_at     bigint not null,
    until_at    bigint,
    made_at     bigint not null,
    made_by     text not null
);
create index rota_of on rota (hospital_id, line);

create table rota_person (
    rota_id    text not null references rota (rota_id),
    turn       bigint not null,
    account_id text not null references account (account_id),
    primary key (rota_id, turn)
);

-- Somebody else for a while: ordered by the desk, or a swap that waits for approval.
create table rota_override (
    override_id text not null primary key,
    hospital_id text not null references hospital (hospital_id),
    line        bigint not null,
    from_at     bigint not null,
    until_at    bigint not null,
    takes       text not null references account (account_id),
    instead_of  text references account (account_id),
    state       text not null,
    asked_at    bigint not null,
    asked_by    text not null,
    state_at    bigint not null,
    state_by    text not null
);
create index rota_override_of on rota_override (hospital_id, from_at);

-- How a person is reached. The address is personal and never leaves this table but to the gateway.
create table contact (
    contact_id  text not null primary key,
    account_id  text not null references account (account_id),
    channel     text not null,
    address     text not null,
    added_at    bigint not null,
    code_hash   text,
    code_until  bigint,
    wrong_codes bigint not null default 0,
    verified_at bigint,
    removed_at  bigint
);
create index contact_of on contact (account_id);

-- A private address for a calendar: only the hash of its token is kept.
create table calendar_feed (
    token_hash  text not null primary key,
    account_id  text not null references account (account_id),
    made_at     bigint not null,
    revoked_at  bigint
);

-- What goes out. Values fill an approved template; nothing clinical or personal is among them.
create table notice (
    notice_id    text not null primary key,
    channel      text not null,
    contact_id   text,
    account_id   text,
    template     text not null,
    particulars  text not null,
    subject_kind text not null,
    subject      text not null,
    made_at      bigint not null,
    next_try_at  bigint,
    tries        bigint not null default 0,
    -- Who is sending it now, until when: a lease, so that two nodes send it once.
    taken_until  bigint,
    sent_at      bigint,
    failed_at    bigint,
    fault        text
);
create index notice_waiting on notice (next_try_at) where sent_at is null and failed_at is null;
create index notice_of on notice (subject_kind, subject);

create table emergency (
    emergency_id    text not null primary key,
    number          text not null unique,
    source          text not null,
    -- Empty when no institution of the register is involved or named.
    institution_id  text not null,
    operation_id    text,
    room_id         text,
    region_code     text,
    zone_id         text,
    place           text not null,
    lat             double precision,
    lng             double precision,
    callback        text not null,
    card            text not null,
    card_version    text not null,
    drill_at        bigint,
    request_key     text not null unique,
    -- The operation while the case is open: a second cry for help joins the first.
    open_key        text unique,
    onset_at        bigint,
    raised_at       bigint not null,
    raised_by       text not null,
    called_120_at   bigint,
    acknowledged_at bigint,
    acknowledged_by text,
    accepted_at     bigint,
    hospital_id     text,
    moving_at       bigint,
    eta_at          bigint,
    arrived_at      bigint,
    handed_over_at  bigint,
    closed_at       bigint,
    outcome         text,
    stood_down_at   bigint,
    merged_into     text,
    merged_at       bigint,
    -- Where it stands; kept beside the times so that lists can filter.
    state           text not null,
    -- The recommendation as it was made, with its reasons.
    recommendation  text not null,
    reporter_hash   text
);
create index emergency_open on emergency (raised_at) where closed_at is null and stood_down_at is null and merged_at is null;
create index emergency_raised on emergency (raised_at);
create index emergency_at on emergency (institution_id, raised_at);

-- One call to one desk: a hospital's, or the QC centre's own (`qc`).
create table emergency_call (
    call_id         text not null primary key,
    emergency_id    text not null references emergency (emergency_id),
    hospital_id     text not null,
    part            text not null,
    called_at       bigint not null,
    rung            bigint not null,
    acknowledged_at bigint,
    acknowledged_by text,
    accepted_at     bigint,
    declined_at     bigint,
    answered_by     text,
    reason          text,
    withdrawn_at    bigint,
    -- When the last rung was reached without an answer [A29].
    unanswered_at   bigint
);
create unique index emergency_call_once on emergency_call (emergency_id, hospital_id) where withdrawn_at is null and declined_at is null;
create index emergency_call_of on emergency_call (hospital_id, called_at);
create index emergency_call_in on emergency_call (emergency_id);

-- What is known of the patient, in taps, never overwritten. `subject` is an operation or a case:
-- what a clinic noted during the operation is in the packet when it cries for help.
create table packet_fact (
    subject_kind   text not null,
    subject        text not null,
    fact_no        bigint not null,
    institution_id text not null,
    kind           text not null,
    body           text not null,
    at             bigint not null,
    by_account     text not null,
    primary key (subject_kind, subject, fact_no)
);

create table emergency_tick (
    emergency_id text not null references emergency (emergency_id),
    step_key     text not null,
    tick_no      bigint not null,
    at           bigint not null,
    by_account   text not null,
    primary key (emergency_id, step_key, tick_no)
);

-- The course as people wrote it: personal text, kept out of the event log.
create table emergency_message (
    emergency_id text not null references emergency (emergency_id),
    message_no   bigint not null,
    at           bigint not null,
    by_account   text not null,
    -- Who else than the parties may read it: `parties`, or `client` for the follow-up thread.
    reach        text not null,
    body         text not null,
    primary key (emergency_id, message_no)
);

-- Unannounced call-out tests: the answer times are published as readiness.
create table call_out (
    call_out_id text not null primary key,
    hospital_id text not null references hospital (hospital_id),
    round       text not null,
    called_at   bigint not null,
    called_by   text not null,
    rung        bigint not null,
    answered_at bigint,
    answered_by text,
    missed_at   bigint
);
create index call_out_of on call_out (hospital_id, called_at);
create unique index call_out_open on call_out (hospital_id) where answered_at is null and missed_at is null;

-- Alerts of the channel itself: seen by the QC centre and the hospital, no part of supervision.
create table channel_alert (
    channel_alert_id text not null primary key,
    rule             text not null,
    sameness         text not null unique,
    -- A hospital or an institution.
    holder_id        text not null,
    raised_at        bigint not null,
    from_at          bigint,
    until_at         bigint,
    inputs           text not null,
    pack_version     text not null,
    cleared_at       bigint,
    cleared_by       text
);
create index channel_alert_open on channel_alert (raised_at) where cleared_at is null;

-- Antidotes and emergency drugs by lot; `holder_id` is a hospital or an institution.
create table stock (
    stock_id    text not null primary key,
    holder_id   text not null,
    item        text not null,
    lot         text not null,
    quantity    bigint not null,
    expires_at  bigint not null,
    counted_at  bigint not null,
    counted_by  text not null,
    unique (holder_id, item, lot)
);
create index stock_item on stock (item);

-- Questions of the public to the QC centre, and the follow-up of a case by code [Z23, Z26].
create table enquiry (
    enquiry_id   text not null primary key,
    number       text not null unique,
    -- The reader's code, as a hash.
    code_hash    text not null unique,
    kind         text not null,
    emergency_id text,
    institution_id text not null,
    asked_at     bigint not null,
    due_at       bigint not null,
    answered_at  bigint,
    closed_at    bigint,
    request_key  text not null unique,
    delete_at    bigint
);
create index enquiry_open on enquiry (due_at) where answered_at is null and closed_at is null;

create table enquiry_message (
    enquiry_id text not null references enquiry (enquiry_id),
    message_no bigint not null,
    at         bigint not null,
    -- `client`, or an account.
    by_whom    text not null,
    body       text not null,
    primary key (enquiry_id, message_no)
);

-- An expert's opinion that an officer asks for about an alert [Z20]. The expert reads the question
-- and what the officer wrote, not the clinic's record.
create table opinion (
    opinion_id     text not null primary key,
    number         text not null unique,
    institution_id text not null,
    alert_id       text not null,
    rule           text not null,
    asked_at       bigint not null,
    asked_by       text not null,
    question       text not null,
    assigned_at    bigint,
    expert_id      text references account (account_id),
    answered_at    bigint,
    answer         text,
    -- The expert says that nothing ties him to the institution; without it there is no answer.
    free_at        bigint,
    request_key    text not null unique
);
create index opinion_of_alert on opinion (alert_id);
create index opinion_of_expert on opinion (expert_id);

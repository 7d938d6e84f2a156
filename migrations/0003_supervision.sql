-- Terminals, operations, check-ins, alerts, inspections.

create table terminal (
    terminal_id    text not null primary key,
    institution_id text not null references institution (institution_id),
    room_id        text not null references room (room_id),
    lat            double precision not null,
    lng            double precision not null,
    installed_at   bigint not null,
    retired_at     bigint,
    last_seq       bigint not null default 0,
    last_hash      text,
    last_seen_at   bigint,
    last_boot      text,
    firmware       text,
    config_hash    text,
    clock_diff_ms  bigint,
    missing        bigint not null default 0,
    -- Where it was last seen, and since when it stands away from its place.
    seen_lat       double precision,
    seen_lng       double precision,
    moved_at       bigint
);
create index terminal_at on terminal (institution_id);

-- A key is replaced, never reused: the public key is unique for ever.
create table terminal_key (
    public_key  text not null primary key,
    terminal_id text not null references terminal (terminal_id),
    from_at     bigint not null,
    replaced_at bigint,
    -- The numbers this key may sign: an old key none above its own `key` event.
    from_seq    bigint not null,
    until_seq   bigint
);
create index terminal_key_of on terminal_key (terminal_id);

create table terminal_enrolment (
    code_hash   text not null primary key,
    terminal_id text not null references terminal (terminal_id),
    made_at     bigint not null,
    made_by     text not null,
    expires_at  bigint not null,
    used_at     bigint,
    used_key    text
);

-- The signed bytes as they came.
create table terminal_event (
    terminal_id  text not null references terminal (terminal_id),
    seq          bigint not null,
    hash         text not null,
    kind         text not null,
    body         text not null,
    sig          text not null,
    at_device_ms bigint not null,
    received_at  bigint not null,
    primary key (terminal_id, seq)
);

-- What was refused, once per distinct bytes, so that nothing is lost and a flood costs one row.
create table terminal_refusal (
    terminal_id text not null,
    hash        text not null,
    reason      text not null,
    first_at    bigint not null,
    last_at     bigint not null,
    times       bigint not null,
    primary key (terminal_id, hash, reason)
);

create table operation (
    institution_id   text not null references institution (institution_id),
    operation_id     text not null,
    number           text not null unique,
    room_id          text not null references room (room_id),
    procedure_code   text not null,
    modality         text not null,
    category         text not null,
    level            bigint not null,
    anaesthesia      text not null,
    min_minutes      bigint not null,
    catalogue        text not null,
    planned_at       bigint not null,
    planned_min      bigint not null,
    volume_ml        bigint,
    client_name      text not null,
    client_alias_zh  text not null,
    client_alias_en  text not null,
    declared_at      bigint not null,
    declared_by      text not null,
    request_key      text not null,
    first_in_at      bigint,
    started_at       bigint,
    signed_out_at    bigint,
    confirmed_at     bigint,
    confirmed_by     text,
    actual_volume_ml bigint,
    cancelled_at     bigint,
    cancelled_by     text,
    cancel_reason    text,
    primary key (institution_id, operation_id),
    unique (institution_id, request_key)
);
create index operation_started on operation (started_at);
create index operation_planned on operation (institution_id, planned_at);
create index operation_open on operation (institution_id) where signed_out_at is null and cancelled_at is null;

create table operation_member (
    institution_id  text not null,
    operation_id    text not null,
    practitioner_id text not null references practitioner (practitioner_id),
    role            text not null,
    first_in_at     bigint,
    last_out_at     bigint,
    primary key (institution_id, operation_id, practitioner_id)
);
create index operation_member_of on operation_member (practitioner_id);

create table checkin (
    institution_id  text not null,
    checkin_id      text not null,
    operation_id    text,
    practitioner_id text not null,
    role            text not null,
    direction       text not null,
    method          text not null,
    score           double precision,
    score_min       double precision,
    liveness        text,
    terminal_id     text not null,
    seq             bigint not null,
    room_id         text not null,
    at              bigint not null,
    received_at     bigint not null,
    -- Null for a check that counts for nothing; why is in `findings`.
    valid_at        bigint,
    findings        text not null,
    pack_version    text not null,
    primary key (institution_id, checkin_id)
);
create index checkin_at on checkin (at);
create index checkin_of_operation on checkin (institution_id, operation_id);
create index checkin_of_practitioner on checkin (practitioner_id, at);

-- At most one open presence of an attending in the whole city: `slot` is empty for attendings and
-- the operation for everybody else, who may be inside several.
create table open_presence (
    practitioner_id text not null,
    slot            text not null,
    institution_id  text not null,
    operation_id    text,
    room_id         text not null,
    role            text not null,
    checkin_id      text not null,
    since           bigint not null,
    primary key (practitioner_id, slot)
);
create index open_presence_of_operation on open_presence (institution_id, operation_id);

create table alert (
    institution_id  text not null references institution (institution_id),
    alert_id        text not null,
    number          text not null unique,
    rule            text not null,
    level           text not null,
    -- What makes it the same alert: a second finding with this key raises nothing.
    sameness        text not null unique,
    raised_at       bigint not null,
    recorded_at     bigint not null,
    operation_id    text,
    practitioner_id text,
    terminal_id     text,
    room_id         text,
    checkin_id      text,
    inputs          text not null,
    pack_version    text not null,
    explain_due_at  bigint not null,
    state           text not null,
    state_at        bigint not null,
    state_by        text,
    explained_at    bigint,
    outcome         text,
    closed_at       bigint,
    primary key (institution_id, alert_id)
);
create index alert_raised on alert (raised_at);
create index alert_open on alert (institution_id, raised_at) where closed_at is null;

-- Explanation, verification and the other steps: each a record of its own, never overwritten.
create table alert_step (
    institution_id text not null,
    alert_id       text not null,
    step_no        bigint not null,
    step           text not null,
    at             bigint not null,
    by_account     text not null,
    second_account text,
    method         text,
    outcome        text,
    body           text not null,
    primary key (institution_id, alert_id, step_no)
);

create table inspection (
    institution_id text not null references institution (institution_id),
    inspection_id  text not null,
    kind           text not null,
    alert_id       text,
    proposed_at    bigint not null,
    proposed_by    text not null,
    carried_out_at bigint,
    first_officer  text,
    second_officer text,
    finding        text,
    body           text,
    primary key (institution_id, inspection_id)
);

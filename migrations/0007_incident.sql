-- Adverse events (不良事件): reported by code, handled by the institution, climbing when grave.

-- One report and what became of it. Who reported stands in a table of its own.
create table incident (
    incident_id     text not null primary key,
    number          text not null unique,
    -- The code that the reporter keeps: only its hash is here.
    code_hash       text not null unique,
    request_key     text not null unique,
    source          text not null,
    reporter        text not null,
    kind            text not null,
    category        text not null,
    department      text not null,
    -- Empty until it is known which institution it is about.
    institution_id  text not null,
    region_code     text,
    holder          text not null,
    -- The reporter asked that the institution not get it.
    kept_from_at    bigint,
    people          bigint not null,
    physical        text not null,
    psychological   text not null,
    occurred_at     bigint not null,
    discovered_at   bigint not null,
    filed_at        bigint not null,
    -- The reporter's own words, read by whoever handles the report and by nobody above.
    story           text not null,
    done_at_once    text not null,
    product         text not null,
    lot             text not null,
    said_where      text not null,
    state           text not null,
    state_at        bigint not null,
    state_by        text,
    grade           text,
    severity        text,
    graded_at       bigint,
    -- The account that authorities read.
    summary         text not null default '',
    analysed_at     bigint,
    rung            text not null,
    rung_at         bigint not null,
    closure         text,
    closed_at       bigint,
    same_as         text,
    feedback        text not null default '',
    -- The reporter wrote and nobody has answered.
    waits_at        bigint,
    pack_version    text not null
);
create index incident_of_institution on incident (institution_id, filed_at);
create index incident_of_region on incident (region_code, filed_at);
create index incident_occurred on incident (occurred_at);
create index incident_lot on incident (lot, category) where lot <> '';

-- Who reported, as far as they wished to say, and until when it is kept.
create table incident_reporter (
    incident_id text not null primary key references incident (incident_id),
    name        text not null,
    address     text not null,
    account_id  text,
    allow       text not null,
    made_at     bigint not null,
    delete_at   bigint not null
);
create index incident_reporter_account on incident_reporter (account_id);
create index incident_reporter_delete on incident_reporter (delete_at);

-- Steps of handling: each a record of its own, never overwritten.
create table incident_step (
    incident_id text not null references incident (incident_id),
    step_no     bigint not null,
    step        text not null,
    at          bigint not null,
    by_account  text not null,
    grade       text,
    severity    text,
    closure     text,
    finding     text,
    rung        text,
    body        text not null,
    primary key (incident_id, step_no)
);

create table incident_cause (
    incident_id text not null references incident (incident_id),
    cause       text not null,
    primary key (incident_id, cause)
);

create table incident_action (
    incident_id text not null references incident (incident_id),
    action_no   bigint not null,
    what        text not null,
    owner       text not null,
    due_at      bigint not null,
    made_at     bigint not null,
    made_by     text not null,
    done_at     bigint,
    dropped_at  bigint,
    settled_by  text,
    outcome     text not null default '',
    overdue_at  bigint,
    primary key (incident_id, action_no)
);

-- Reports that the law asks for, each with its clock.
create table incident_duty (
    incident_id  text not null references incident (incident_id),
    duty         text not null,
    clock        text not null,
    pack_version text not null,
    set_at       bigint not null,
    due_at       bigint not null,
    reported_at  bigint,
    reported_by  text,
    external_no  text not null default '',
    overdue_at   bigint,
    lifted_at    bigint,
    primary key (incident_id, duty)
);

create table incident_message (
    incident_id text not null references incident (incident_id),
    message_no  bigint not null,
    at          bigint not null,
    -- `reporter` or an account.
    by_whom     text not null,
    -- `reporter` or `authority`: the two threads never meet.
    audience    text not null,
    body        text not null,
    primary key (incident_id, message_no)
);

-- Several reports that look like one cause. `sameness` is unique while the hint is open.
create table incident_cluster (
    cluster_id     text not null primary key,
    rule           text not null,
    sameness       text not null unique,
    institution_id text not null,
    region_code    text,
    department     text not null,
    category       text not null,
    lot            text not null,
    events         bigint not null,
    first_at       bigint not null,
    last_at        bigint not null,
    raised_at      bigint not null,
    spread_at      bigint,
    pack_version   text not null,
    settled_at     bigint,
    settled_by     text,
    finding        text,
    body           text not null default ''
);

-- Rectification campaigns (专项整治): plans, self-inspection, ledger, spot checks, annexes.

-- A head of department stands for one department of the institution.
alter table account add column department text;

-- What a campaign's target rules ask of an institution. Branch: who it answers to (属地 or not).
create table institution_profile (
    institution_id    text not null primary key references institution (institution_id),
    -- Part of every permanent number of the ledger.
    code              text not null unique,
    branch            text not null,
    level             text not null,
    ownership         text not null,
    category          text not null,
    staff             bigint not null,
    dialysis_stations bigint not null,
    changed_at        bigint not null
);

create table department (
    institution_id text not null references institution (institution_id),
    department     text not null,
    opened_at      bigint not null,
    closed_at      bigint,
    primary key (institution_id, department)
);

create table campaign (
    campaign_id   text not null primary key,
    code          text not null unique,
    template      text not null,
    pack_version  text not null,
    parent_id     text references campaign (campaign_id),
    title_zh      text not null,
    title_en      text not null,
    number        text not null,
    issuer_zh     text not null,
    issuer_en     text not null,
    basis_zh      text not null,
    basis_en      text not null,
    contact_zh    text not null,
    contact_en    text not null,
    begins_at     bigint not null,
    ends_at       bigint not null,
    -- Phases, lists, checklists, annexes and clocks as adapted to this campaign.
    plan          text not null,
    made_at       bigint not null,
    made_by       text not null,
    reviewed_at   bigint,
    reviewed_by   text,
    published_at  bigint,
    published_by  text,
    cancelled_at  bigint,
    cancelled_by  text,
    cancel_reason text
);

-- Documents that ask for something: several may feed one phase.
create table campaign_notice (
    notice_id    text not null primary key,
    campaign_id  text not null references campaign (campaign_id),
    number       text not null,
    title_zh     text not null,
    title_en     text not null,
    issued_at    bigint not null,
    phase        text,
    body         text not null,
    -- Who is to acknowledge: `nobody`, `unit`, or every `employee`.
    acknowledged_by text not null,
    made_at      bigint not null,
    made_by      text not null,
    reviewed_at  bigint,
    reviewed_by  text,
    published_at bigint,
    published_by text
);
create index campaign_notice_of on campaign_notice (campaign_id, issued_at);

-- One line an employee; a staff number, no name.
create table acknowledgement (
    notice_id      text not null references campaign_notice (notice_id),
    institution_id text not null,
    staff_no       text not null,
    at             bigint not null,
    by_account     text not null,
    primary key (notice_id, institution_id, staff_no)
);

create table campaign_target (
    campaign_id    text not null references campaign (campaign_id),
    institution_id text not null references institution (institution_id),
    -- The line of the roll-up: a district's code, or the branch that is no territory.
    branch         text not null,
    focus_at       bigint,
    added_at       bigint not null,
    primary key (campaign_id, institution_id)
);
create index campaign_target_branch on campaign_target (campaign_id, branch);

-- The responsibility matrix [W6, W58]: personal names, never in the log.
create table responsibility (
    campaign_id    text not null,
    institution_id text not null,
    duty           text not null,
    person         text not null,
    title          text not null,
    named_at       bigint not null,
    named_by       text not null,
    primary key (campaign_id, institution_id, duty)
);

create table self_inspection (
    campaign_id    text not null,
    institution_id text not null,
    department     text not null,
    started_at     bigint not null,
    submitted_at   bigint,
    submitted_by   text,
    primary key (campaign_id, institution_id, department)
);

create table self_inspection_answer (
    campaign_id    text not null,
    institution_id text not null,
    department     text not null,
    item           text not null,
    answer         text not null,
    note           text not null,
    -- Made on the device: a late draft never overwrites a newer answer.
    answered_at    bigint not null,
    answered_by    text not null,
    -- What the department means to do; the ledger's plan is the medical department's.
    fix            text,
    measure        text,
    due_at         bigint,
    primary key (campaign_id, institution_id, department, item)
);

create table problem (
    institution_id text not null references institution (institution_id),
    problem_id     text not null,
    campaign_id    text not null references campaign (campaign_id),
    number         text not null unique,
    branch         text not null,
    department     text not null,
    item           text not null,
    source         text not null,
    weight         text not null,
    fix            text not null,
    title          text not null,
    found_at       bigint not null,
    found_by       text not null,
    spot_check_id  text,
    state          text not null,
    state_at       bigint not null,
    state_by       text not null,
    measure        text,
    owner          text,
    owner_account  text,
    due_at         bigint,
    submitted_at   bigint,
    submitted_by   text,
    verified_at    bigint,
    verified_by    text,
    struck_off_at  bigint,
    struck_off_by  text,
    struck_off     bigint not null default 0,
    reopened       bigint not null default 0,
    repeats        bigint not null default 0,
    -- How far an especially important one has climbed, and when it climbs on.
    reached        text not null,
    climbs_at      bigint,
    primary key (institution_id, problem_id)
);
create unique index problem_same on problem (campaign_id, institution_id, department, item);
create index problem_of_campaign on problem (campaign_id, state, due_at);
create index problem_branch on problem (campaign_id, branch);

create table problem_step (
    institution_id text not null,
    problem_id     text not null,
    step_no        bigint not null,
    step           text not null,
    at             bigint not null,
    by_account     text not null,
    body           text not null,
    primary key (institution_id, problem_id, step_no)
);

create table urge (
    urge_id        text not null primary key,
    number         text not null unique,
    campaign_id    text not null references campaign (campaign_id),
    institution_id text not null,
    problem_id     text,
    deliverable    text,
    issued_at      bigint not null,
    issued_by      text not null,
    due_at         bigint not null,
    body           text not null,
    received_at    bigint,
    received_by    text,
    replied_at     bigint,
    replied_by     text,
    reply          text
);
create index urge_of on urge (campaign_id, institution_id);

create table spot_draw (
    draw_id     text not null primary key,
    campaign_id text not null references campaign (campaign_id),
    -- Whose: a district's code, or `city`; `checkers` draws from districts' finished checks.
    branch      text not null,
    kind        text not null,
    drawn_at    bigint not null,
    drawn_by    text not null,
    seed        text not null,
    size        bigint not null,
    frame       text not null,
    drawn       text not null
);
create index spot_draw_of on spot_draw (campaign_id, drawn_at);

create table spot_check (
    institution_id text not null references institution (institution_id),
    spot_check_id  text not null,
    campaign_id    text not null references campaign (campaign_id),
    draw_id        text not null references spot_draw (draw_id),
    branch         text not null,
    -- `district`, `city`, or `checkers`: the city looks at a district's check once more.
    kind           text not null,
    rechecks       text,
    first_officer  text not null,
    second_officer text not null,
    planned_at     bigint not null,
    carried_out_at bigint,
    conclusion     text,
    primary key (institution_id, spot_check_id)
);
create index spot_check_of on spot_check (campaign_id, branch);

create table spot_answer (
    institution_id text not null,
    spot_check_id  text not null,
    department     text not null,
    item           text not null,
    answer         text not null,
    note           text not null,
    answered_at    bigint not null,
    answered_by    text not null,
    problem_id     text,
    primary key (institution_id, spot_check_id, department, item)
);

-- What is handed in and approved level by level: reports, plans, summaries, annexes. The holder is
-- an institution, or a branch of the roll-up.
create table submission (
    campaign_id        text not null references campaign (campaign_id),
    deliverable        text not null,
    holder             text not null,
    branch             text not null,
    state              text not null,
    state_at           bigint not null,
    state_by           text not null,
    first_submitted_at bigint,
    -- The deadline that held when it first came, so that moving it later changes no verdict.
    held_to_at         bigint,
    returns            bigint not null default 0,
    primary key (campaign_id, deliverable, holder)
);
create index submission_branch on submission (campaign_id, deliverable, branch);

create table submission_step (
    campaign_id text not null,
    deliverable text not null,
    holder      text not null,
    step_no     bigint not null,
    step        text not null,
    at          bigint not null,
    by_account  text not null,
    body        text not null,
    primary key (campaign_id, deliverable, holder, step_no)
);

create table submission_text (
    campaign_id text not null,
    deliverable text not null,
    holder      text not null,
    section     text not null,
    body        text not null,
    written_at  bigint not null,
    written_by  text not null,
    primary key (campaign_id, deliverable, holder, section)
);

create table annex_value (
    campaign_id    text not null,
    annex          text not null,
    institution_id text not null,
    cell           text not null,
    branch         text not null,
    -- Null: missing, and why.
    value          bigint,
    reason         text not null,
    revision       bigint not null,
    entered_at     bigint not null,
    entered_by     text not null,
    primary key (campaign_id, annex, institution_id, cell)
);
create index annex_value_branch on annex_value (campaign_id, annex, branch);

-- The entries of the ledger behind a counted cell, as they were when it was handed in.
create table annex_entry (
    campaign_id    text not null,
    annex          text not null,
    institution_id text not null,
    cell           text not null,
    problem_id     text not null,
    primary key (campaign_id, annex, institution_id, cell, problem_id)
);

-- Sums of what a branch has approved, kept in the transaction of the approval.
create table annex_total (
    campaign_id  text not null,
    annex        text not null,
    branch       text not null,
    cell         text not null,
    total        bigint not null,
    institutions bigint not null,
    primary key (campaign_id, annex, branch, cell)
);

create table campaign_question (
    question_id    text not null primary key,
    campaign_id    text not null references campaign (campaign_id),
    institution_id text not null,
    asked_at       bigint not null,
    asked_by       text not null,
    body           text not null,
    answered_at    bigint,
    answered_by    text,
    answer         text,
    -- Of use to everybody: shown to all units of the campaign, without who asked.
    shared_at      bigint
);
create index campaign_question_of on campaign_question (campaign_id, asked_at);

-- Commendations and accountability (表扬、问责).
create table campaign_record (
    record_id      text not null primary key,
    campaign_id    text not null references campaign (campaign_id),
    kind           text not null,
    branch         text not null,
    institution_id text not null,
    problem_id     text,
    whom           text not null,
    body           text not null,
    at             bigint not null,
    by_account     text not null
);
create index campaign_record_of on campaign_record (campaign_id, kind);

-- Items of a campaign that stay as routine after it (长效机制).
create table routine_item (
    campaign_id text not null references campaign (campaign_id),
    item        text not null,
    every_days  bigint not null,
    made_at     bigint not null,
    made_by     text not null,
    primary key (campaign_id, item)
);

-- The work of a campaign: drafts that several people write, activities with their effort, items that
-- stay as routine, and the library of policy documents.

-- Who changed a draft last: neither reviews nor approves it.
alter table campaign add column adapted_by text;

-- A file that was added by mistake is taken away before it counts; what was kept stays on record.
alter table attachment add column removed_at bigint;
alter table attachment add column removed_by text;

-- Of a sanction (处理处罚): the number of the decision and the provision it rests on.
alter table campaign_record add column decision text not null default '';
alter table campaign_record add column basis text not null default '';

-- What was done (活动): kick-off, meeting, training, drill, publicity, joint inspection.
create table campaign_activity (
    activity_id    text not null primary key,
    campaign_id    text not null references campaign (campaign_id),
    -- The line whose work it is; 'city' for the city's own.
    branch         text not null,
    -- The institution whose work it is; none for a bureau's.
    institution_id text references institution (institution_id),
    kind           text not null,
    title          text not null,
    place          text not null,
    held_at        bigint not null,
    -- Who took part; of a training, how many were tested and passed.
    people         bigint not null,
    tested         bigint not null,
    passed         bigint not null,
    -- Of an inspection: officers sent out, and how many agencies they came from.
    officers       bigint not null,
    agencies       bigint not null,
    body           text not null,
    request_key    text not null unique,
    made_at        bigint not null,
    made_by        text not null,
    withdrawn_at   bigint,
    withdrawn_by   text
);
create index campaign_activity_of on campaign_activity (campaign_id, held_at);

-- The institutions that an inspection went to.
create table campaign_activity_unit (
    activity_id    text not null references campaign_activity (activity_id),
    institution_id text not null references institution (institution_id),
    primary key (activity_id, institution_id)
);

-- What was found of a routine item at a place, again and again (长效机制).
create table routine_check (
    institution_id text not null references institution (institution_id),
    campaign_id    text not null references campaign (campaign_id),
    department     text not null,
    item           text not null,
    checked_at     bigint not null,
    answer         text not null,
    note           text not null,
    checked_by     text not null,
    problem_id     text,
    primary key (institution_id, campaign_id, department, item, checked_at)
);

-- Policy documents (政策文件库): each version is written, reviewed and approved by three people, and
-- public or for those who sign in. What is withdrawn stays readable to its keepers.
create table policy_document (
    document_id  text not null primary key,
    number       text not null,
    version      bigint not null,
    title_zh     text not null,
    title_en     text not null,
    issuer       text not null,
    issued_at    bigint not null,
    body         text not null,
    link         text not null,
    -- When it becomes the public's; none for those who sign in alone.
    public_at    bigint,
    made_at      bigint not null,
    made_by      text not null,
    reviewed_at  bigint,
    reviewed_by  text,
    approved_at  bigint,
    approved_by  text,
    withdrawn_at bigint,
    withdrawn_by text,
    unique (number, version)
);

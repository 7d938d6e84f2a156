-- What every drawer stands on. Portable between SQLite and PostgreSQL: text ids made by the
-- application, times as bigint milliseconds UTC, no boolean columns, JSON only as opaque text.

-- Every change, in one line: feed, audit, notifications and the evidence log read this table.
-- `position` is the order readers follow; it is given after commit on PostgreSQL (see
-- docs/decisions/0002-event-position.md) and in the same transaction on SQLite.
create table event (
    institution_id text not null,
    event_id       text not null,
    position       bigint,
    at             bigint not null,
    actor          text not null,
    subject_kind   text not null,
    subject        text not null,
    action         text not null,
    particulars    text not null,
    primary key (institution_id, event_id)
);
create unique index event_position on event (position);
create index event_unplaced on event (event_id) where position is null;
create index event_subject on event (subject_kind, subject);

-- One row a stream that hands out gapless numbers; the row is the lock.
create table sequencer (
    name          text not null primary key,
    last_position bigint not null
);
insert into sequencer (name, last_position) values ('event', 0);

-- Running numbers people read: YJ-20240102-0004.
create table serial (
    series text not null primary key,
    last   bigint not null
);

-- What no event can show is found by a row with a due time, so that a restart loses no timer and
-- two servers fire it once.
create table deadline (
    kind    text not null,
    subject text not null,
    due_at  bigint not null,
    done_at bigint,
    primary key (kind, subject)
);
create index deadline_due on deadline (due_at) where done_at is null;

create table pack (
    pack_id    text not null,
    version    text not null,
    valid_from bigint not null,
    sha256     text not null,
    body       text not null,
    loaded_at  bigint not null,
    primary key (pack_id, version)
);

create table blob (
    sha256     text not null primary key,
    media_type text not null,
    size_bytes bigint not null,
    body       bytea not null,
    made_at    bigint not null,
    delete_at  bigint
);

create table attachment (
    attachment_id  text not null primary key,
    institution_id text not null,
    subject_kind   text not null,
    subject        text not null,
    kind           text not null,
    sha256         text not null references blob (sha256),
    added_at       bigint not null,
    added_by       text not null
);
create index attachment_subject on attachment (subject_kind, subject);

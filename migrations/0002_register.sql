-- The register: who exists, who may do what, where, until when.

create table region (
    region_code text not null primary key,
    parent_code text,
    name_zh     text not null,
    name_en     text not null,
    bureau_zh   text,
    bureau_en   text,
    lat         double precision not null,
    lng         double precision not null,
    valid_from  bigint not null,
    valid_to    bigint
);

create table institution (
    institution_id text not null primary key,
    region_code    text not null references region (region_code),
    kind           text not null,
    name_zh        text not null,
    name_en        text not null,
    short_zh       text not null,
    short_en       text not null,
    sort_key       text not null,
    uscc           text not null unique,
    licence_no     text not null,
    licence_from   bigint not null,
    licence_until  bigint not null,
    address_zh     text not null,
    address_en     text not null,
    street_zh      text not null,
    street_en      text not null,
    phone          text not null,
    lat            double precision not null,
    lng            double precision not null,
    opens_min      bigint not null,
    closes_min     bigint not null,
    qr_serial      text unique,
    qr_issued_at   bigint,
    registered_at  bigint not null,
    installed_at   bigint,
    tested_at      bigint,
    online_at      bigint,
    closed_at      bigint
);
create index institution_region on institution (region_code, sort_key);

create table institution_category (
    institution_id text not null references institution (institution_id),
    category       text not null,
    primary key (institution_id, category)
);

-- Dated status of the register [N37]: 责令停业整改 and its end.
create table institution_status (
    status_id      text not null primary key,
    institution_id text not null references institution (institution_id),
    status         text not null,
    reason         text not null,
    from_at        bigint not null,
    until_at       bigint,
    made_at        bigint not null,
    made_by        text not null
);
create index institution_status_of on institution_status (institution_id, from_at);

create table room (
    room_id        text not null primary key,
    institution_id text not null references institution (institution_id),
    kind           text not null,
    number         bigint not null,
    unique (institution_id, kind, number)
);

create table practitioner (
    practitioner_id text not null primary key,
    name_zh         text not null,
    name_en         text not null,
    sort_key        text not null,
    sex             text not null,
    title           text not null
);

create table credential (
    credential_id   text not null primary key,
    practitioner_id text not null references practitioner (practitioner_id),
    kind            text not null,
    number          text not null,
    category        text,
    from_at         bigint not null,
    to_at           bigint
);
create index credential_of on credential (practitioner_id);

create table filing (
    filing_id       text not null primary key,
    practitioner_id text not null references practitioner (practitioner_id),
    institution_id  text not null references institution (institution_id),
    role            text not null,
    category        text,
    from_at         bigint not null,
    to_at           bigint,
    main_at         bigint
);
create index filing_of on filing (practitioner_id, institution_id);
create index filing_at on filing (institution_id);

create table account (
    account_id      text not null primary key,
    login           text not null unique,
    role            text not null,
    name_zh         text not null,
    name_en         text not null,
    region_code     text references region (region_code),
    institution_id  text references institution (institution_id),
    practitioner_id text references practitioner (practitioner_id),
    password_hash   text not null,
    wrong_passwords bigint not null default 0,
    locked_until    bigint,
    disabled_at     bigint
);

-- Times of sessions are machine time, not city time: see docs/decisions/0003-two-clocks.md.
create table session (
    token_hash text not null primary key,
    account_id text not null references account (account_id),
    made_at    bigint not null,
    seen_at    bigint not null,
    revoked_at bigint
);
create index session_of on session (account_id);

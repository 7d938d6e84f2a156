-- Drives (专项行动) that the transfer service takes part in: their figures stand beside those before.
create table transfer_drive (
    drive_id    text not null primary key,
    number      text not null,
    title_zh    text not null,
    title_en    text not null,
    region_code text references region (region_code),
    from_at     bigint not null,
    -- The first moment after it.
    until_at    bigint not null,
    made_at     bigint not null,
    made_by     text not null,
    withdrawn_at bigint,
    withdrawn_by text
);
create index transfer_drive_from on transfer_drive (from_at);

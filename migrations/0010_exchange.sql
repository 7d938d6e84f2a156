-- Calls that the telephone exchange tells of: its own name of a call makes telling twice harmless.
alter table phone_call add column exchange_call text;
-- When the line was put down; what was typed stays open until somebody says what became of it.
alter table phone_call add column hung_up_at bigint;
create unique index phone_call_exchange on phone_call (exchange_call);

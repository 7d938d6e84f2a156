-- Rows that the migration after 0010 meets. Only tests read them.

insert into phone_call (call_id, phone, rang_at, answered_at, taken_by, ended_at, outcome, draft,
    booking_id, delete_at, exchange_call, hung_up_at)
values ('smp_cal_9', '13900000009', 1704178800000, null, null, 1704178830000, 'lost', '{}', null, null,
        'pbx-1', 1704178830000);

-- Rows that the migration after 0001 meets. Only tests read them.

insert into event (institution_id, event_id, position, at, actor, subject_kind, subject, action,
    particulars)
values ('smp_ins_1', 'smp_evt_1', 1, 1704175200000, 'smp_acc_1', 'operation', 'smp_opr_1',
        'declared', '{"level":1,"planned_at":1704178800000}'),
       ('', 'smp_evt_2', 2, 1704175260000, 'system:deadline', 'account', 'smp_acc_1', 'signed_in',
        '{}');

update sequencer set last_position = 2 where name = 'event';

insert into serial (series, last) values ('operation:20240102', 1), ('alert:20240102', 2);

insert into deadline (kind, subject, due_at, done_at)
values ('zero_record', 'smp_ins_1', 1705464000000, null),
       ('nobody_came', 'smp_opr_1', 1704182400000, 1704182400500);

insert into pack (pack_id, version, valid_from, sha256, body, loaded_at)
values ('smp_rules', '2023.09', 1693497600000,
        '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'test', 1693500000000);

insert into blob (sha256, media_type, size_bytes, body, made_at, delete_at)
values ('2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', 'image/jpeg', 3,
        'foo', 1704175300000, null);

insert into attachment (attachment_id, institution_id, subject_kind, subject, kind, sha256,
    added_at, added_by)
values ('smp_att_1', 'smp_ins_1', 'alert', 'smp_alr_1', 'photo',
        '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae', 1704175300000,
        'smp_acc_2');

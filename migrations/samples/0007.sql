-- Rows that the migration after 0007 meets. Only tests read them.

insert into incident (incident_id, number, code_hash, request_key, source, reporter, kind, category,
    department, institution_id, region_code, holder, kept_from_at, people, physical, psychological,
    occurred_at, discovered_at, filed_at, story, done_at_once, product, lot, said_where, state,
    state_at, state_by, grade, severity, graded_at, summary, analysed_at, rung, rung_at, closure,
    closed_at, same_as, feedback, waits_at, pack_version)
values ('smp_inc_1', 'SJ-20240102-901', 'smp_code_1', 'smp_key_1', 'staff', 'staff', 'incident',
        'drug', 'theatre', 'smp_ins_1', '000001', 'institution', null, 1, 'severe', 'low',
        1704171600000, 1704175200000, 1704178800000, '示例经过', '示例处置', '示例药品', 'LOT1', '',
        'closed', 1704183300000, 'smp_acc_1', 'I', 'major', 1704180000000, '示例摘要', 1704181000000,
        'city', 1704182000000, 'learned', 1704183300000, null, '示例反馈', null, '2024.01'),
       ('smp_inc_2', 'SJ-20240102-902', 'smp_code_2', 'smp_key_2', 'public', 'unsaid', 'near_miss',
        'infection', '', '', null, 'authority', 1704178900000, 0, 'none', 'none', 1704171600000,
        1704178900000, 1704178900000, '示例隐患', '', '', '', '示例诊所', 'filed', 1704178900000, null,
        null, null, null, '', null, 'institution', 1704178900000, null, null, null, '',
        1704178900000, '2024.01');

insert into incident_reporter (incident_id, name, address, account_id, allow, made_at, delete_at)
values ('smp_inc_1', '示例人员', '000-0000 0001', 'smp_acc_3', 'department', 1704178800000,
        1735714800000);

insert into incident_step (incident_id, step_no, step, at, by_account, grade, severity, closure,
    finding, rung, body)
values ('smp_inc_1', 1, 'grade', 1704180000000, 'smp_acc_1', 'I', 'major', null, null, null,
        '示例说明'),
       ('smp_inc_1', 2, 'climb', 1704182000000, 'system:deadline', null, null, null, null, 'city',
        ''),
       ('smp_inc_1', 3, 'find', 1704183000000, 'smp_acc_2', null, null, null, 'system', null,
        '示例意见');

insert into incident_cause (incident_id, cause) values ('smp_inc_1', 'handover');

insert into incident_action (incident_id, action_no, what, owner, due_at, made_at, made_by, done_at,
    dropped_at, settled_by, outcome, overdue_at)
values ('smp_inc_1', 1, '示例措施', '手术室', 1704268800000, 1704181000000, 'smp_acc_1',
        1704182000000, null, 'smp_acc_1', '已完成', null),
       ('smp_inc_1', 2, '示例措施二', '药房', 1704181500000, 1704181000000, 'smp_acc_1', null,
        1704182500000, 'smp_acc_1', '不再需要', 1704181500000);

insert into incident_duty (incident_id, duty, clock, pack_version, set_at, due_at, reported_at,
    reported_by, external_no, overdue_at, lifted_at)
values ('smp_inc_1', 'event', 'event_major', '2024.01', 1704180000000, 1704218400000, 1704181800000,
        'smp_acc_1', 'NET-1', null, null),
       ('smp_inc_1', 'drug', 'drug_serious', '2024.01', 1704180000000, 1705507200000, null, null,
        '', null, 1704182000000);

insert into incident_message (incident_id, message_no, at, by_whom, audience, body)
values ('smp_inc_1', 1, 1704179000000, 'reporter', 'reporter', '补充'),
       ('smp_inc_1', 2, 1704182100000, 'smp_acc_2', 'authority', '请说明');

insert into incident_cluster (cluster_id, rule, sameness, institution_id, region_code, department,
    category, lot, events, first_at, last_at, raised_at, spread_at, pack_version, settled_at,
    settled_by, finding, body)
values ('smp_icl_1', 'same_lot', 'same_lot::::drug:LOT1', '', null, '', 'drug', 'LOT1', 2,
        1704171600000, 1704178800000, 1704178800000, 1704178800000, '2024.01', null, null, null, ''),
       ('smp_icl_2', 'same_place', 'smp_icl_2', 'smp_ins_1', '000001', 'theatre', 'surgery', '', 3,
        1704171600000, 1704178800000, 1704178800000, null, '2024.01', 1704183300000, 'smp_acc_1',
        'chance', '示例');

-- Rows that the migration after 0004 meets. Only tests read them.

insert into hospital (hospital_id, region_code, name_zh, name_en, short_zh, short_en, sort_key,
    address_zh, address_en, gate_zh, gate_en, phone, lat, lng, answers_by, joined_at,
    left_at)
values ('smp_hos_1', '000001', '示例人民医院', 'Sample People''s Hospital', '示例人民', 'People''s',
        'shi li ren min yi yuan |slrmyy|示例人民医院', '示例路 8 号', '8 Sample Road', '急诊在东门',
        'Emergency by the east gate', '000-0000 0008', 32.02, 120.93, 'desk',
        1695657600000, null),
       ('smp_hos_2', '000001', '样本医院', 'Specimen Hospital', '样本', 'Specimen',
        'yang ben yi yuan |ybyy|样本医院', '示例路 9 号', '9 Sample Road', '急诊在正门',
        'Emergency by the main gate', '000-0000 0009', 32.03, 120.94, 'person',
        1695657600000, 1735660800000);

insert into hospital_capability (hospital_id, capability, from_min, until_min)
values ('smp_hos_1', 'emergency', null, null), ('smp_hos_1', 'ophthalmology', 480, 1080);

insert into hotline (hotline_id, hospital_id, number, label_zh, label_en, from_at, until_at, made_at,
    made_by, ended_by)
values ('smp_hot_1', null, '000-0000 0120', '质控中心', 'QC centre', 1695657600000, 1704000000000,
        1695657600000, 'system:seed', 'smp_acc_4'),
       ('smp_hot_2', 'smp_hos_1', '000-0000 0121', '示例人民', 'People''s', 1704000000000, null,
        1704000000000, 'smp_acc_4', null);

insert into zone (zone_id, name_zh, name_en, primary_id, backup_id, ring, from_at, until_at, made_at,
    made_by)
values ('smp_zon_1', '东片', 'East', 'smp_hos_1', 'smp_hos_2',
        '[[120.9,32.0],[121.0,32.0],[121.0,32.1],[120.9,32.1]]', 1695657600000, null, 1695657600000,
        'system:seed');

insert into account (account_id, login, role, name_zh, name_en, region_code, institution_id,
    practitioner_id, password_hash, wrong_passwords, locked_until, disabled_at, hospital_id)
values ('smp_acc_4', 'smp_qc', 'qc_director', '示例主任', 'Sample Director', null, null, null, 'x', 0,
        null, null, null),
       ('smp_acc_5', 'smp_desk', 'hospital_desk', '示例值班台', 'Sample Desk', null, null, null, 'x',
        0, null, null, 'smp_hos_1'),
       ('smp_acc_6', 'smp_oncall', 'on_call_doctor', '示例值守', 'Sample On Call', null, null, null,
        'x', 0, null, null, 'smp_hos_1');

insert into rota (rota_id, hospital_id, line, kind, start_min, end_min, every_days, weekdays, from_at,
    until_at, made_at, made_by)
values ('smp_rot_1', 'smp_hos_1', 1, 'rotation', 480, 480, 1, 0, 1695657600000, null, 1695657600000,
        'system:seed'),
       ('smp_rot_2', 'smp_hos_1', 2, 'weekly', 1200, 480, 1, 96, 1695657600000, 1704000000000,
        1695657600000, 'smp_acc_5');

insert into rota_person (rota_id, turn, account_id)
values ('smp_rot_1', 0, 'smp_acc_6'), ('smp_rot_1', 1, 'smp_acc_5'), ('smp_rot_2', 0, 'smp_acc_6');

insert into rota_override (override_id, hospital_id, line, from_at, until_at, takes, instead_of,
    state, asked_at, asked_by, state_at, state_by)
values ('smp_ovr_1', 'smp_hos_1', 1, 1704153600000, 1704240000000, 'smp_acc_5', 'smp_acc_6',
        'approved', 1704000000000, 'smp_acc_6', 1704010000000, 'smp_acc_5'),
       ('smp_ovr_2', 'smp_hos_1', 2, 1704240000000, 1704326400000, 'smp_acc_5', null, 'asked',
        1704100000000, 'smp_acc_6', 1704100000000, 'smp_acc_6');

insert into contact (contact_id, account_id, channel, address, added_at, code_hash, code_until,
    wrong_codes, verified_at, removed_at)
values ('smp_con_1', 'smp_acc_6', 'sms', '000-0000 0101', 1695657600000, null, 1695658500000, 0,
        1695657700000, null),
       ('smp_con_2', 'smp_acc_6', 'email', 'sample@example.org', 1704100000000,
        '486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7', 1704100900000, 4, null,
        1704101000000);

insert into calendar_feed (token_hash, account_id, made_at, revoked_at)
values ('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 'smp_acc_6',
        1695657600000, null);

insert into emergency (emergency_id, number, source, institution_id, operation_id, room_id,
    region_code, zone_id, place, lat, lng, callback, card, card_version, drill_at, request_key,
    open_key, onset_at, raised_at, raised_by, called_120_at, acknowledged_at, acknowledged_by,
    accepted_at, hospital_id, moving_at, eta_at, arrived_at, handed_over_at, closed_at, outcome,
    stood_down_at, merged_into, merged_at, state, recommendation, reporter_hash)
values ('smp_emg_1', 'JZ-20240102-901', 'clinic', 'smp_ins_1', null, 'smp_ins_1:T1', '000001',
        'smp_zon_1', '示例路 1 号', 32.011, 120.911, '000-0000 0001', 'vision_loss', '2025.03', null,
        'smp-key-1', null, 1704178700000, 1704178800000, 'smp_acc_1', 1704178830000, 1704178808000,
        'smp_acc_4', 1704178860000, 'smp_hos_1', 1704179100000, 1704179700000, 1704179640000,
        1704179700000, 1704183300000, 'recovered', null, null, null, 'closed',
        '{"candidates":[],"zone":"smp_hos_1","recommended":"smp_hos_1","differs":false,"nowhere":false}',
        null),
       ('smp_emg_2', 'JZ-20240102-902', 'public', '', null, null, null, null, '', null, null,
        '000-0000 0002', 'other', '2025.03', null, 'smp-key-2', null, null, 1704178900000,
        'system:public', null, null, null, null, null, null, null, null, null, null, null, null,
        'smp_emg_1', 1704179000000, 'merged',
        '{"candidates":[],"zone":null,"recommended":null,"differs":false,"nowhere":true}',
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');

insert into emergency_call (call_id, emergency_id, hospital_id, part, called_at, rung,
    acknowledged_at, acknowledged_by, accepted_at, declined_at, answered_by, reason, withdrawn_at,
    unanswered_at)
values ('smp_call_1', 'smp_emg_1', 'qc', 'other', 1704178800000, 0, 1704178808000, 'smp_acc_4', null,
        null, null, null, null, null),
       ('smp_call_2', 'smp_emg_1', 'smp_hos_1', 'zone', 1704178800000, 1, 1704178860000, 'smp_acc_5',
        1704178860000, null, 'smp_acc_5', null, null, null),
       ('smp_call_3', 'smp_emg_1', 'smp_hos_2', 'capable', 1704178800000, 2, 1704178840000,
        'smp_acc_6', null, 1704178840000, 'smp_acc_6', 'beds', null, null);

insert into packet_fact (subject_kind, subject, fact_no, institution_id, kind, body, at, by_account)
values ('emergency', 'smp_emg_1', 1, 'smp_ins_1', 'weight', '{"kind":"weight","kg":54.0}',
        1704178820000, 'smp_acc_1');

insert into emergency_tick (emergency_id, step_key, tick_no, at, by_account)
values ('smp_emg_1', 'stop', 1, 1704178810000, 'smp_acc_1');

insert into emergency_message (emergency_id, message_no, at, by_account, reach, body)
values ('smp_emg_1', 1, 1704178815000, 'smp_acc_1', 'parties', '已停止注射');

insert into call_out (call_out_id, hospital_id, round, called_at, called_by, rung, answered_at,
    answered_by, missed_at)
values ('smp_cot_1', 'smp_hos_1', 'smp_rnd_1', 1704100000000, 'smp_acc_4', 1, 1704100016000,
        'smp_acc_5', null),
       ('smp_cot_2', 'smp_hos_2', 'smp_rnd_1', 1704100000000, 'smp_acc_4', 3, null, null,
        1704100300000);

insert into channel_alert (channel_alert_id, rule, sameness, holder_id, raised_at, from_at, until_at,
    inputs, pack_version, cleared_at, cleared_by)
values ('smp_cal_1', 'A29', 'A29:smp_cot_2', 'smp_hos_2', 1704100300000, null, null,
        '{"test":true}', '2025.03', null, null),
       ('smp_cal_2', 'A30', 'A30:smp_hos_1:2:1704240000000', 'smp_hos_1', 1704100300000,
        1704200000000, 1704240000000, '{"line":2}', '2025.03', 1704110000000, 'system:deadline');

insert into stock (stock_id, holder_id, item, lot, quantity, expires_at, counted_at, counted_by)
values ('smp_stk_1', 'smp_hos_1', 'hyaluronidase', 'L-001', 35, 1735660800000, 1704000000000,
        'smp_acc_5'),
       ('smp_stk_2', 'smp_ins_1', 'adrenaline', 'A-001', 2, 1706659200000, 1704000000000,
        'smp_acc_1');

insert into notice (notice_id, channel, contact_id, account_id, template, particulars, subject_kind,
    subject, made_at, next_try_at, tries, taken_until, sent_at, failed_at, fault)
values ('smp_not_1', 'sms', 'smp_con_1', 'smp_acc_6', 'oncall_page', '{"number":"JZ-20240102-901"}',
        'emergency', 'smp_emg_1', 1704178800000, 1704178800000, 0, null, 1704178801000, null, null),
       ('smp_not_2', 'sms', 'smp_con_1', 'smp_acc_6', 'oncall_page', '{"number":"JZ-20240102-901"}',
        'emergency', 'smp_emg_1', 1704178860000, 1704178920000, 6, null, null, 1704178922000,
        'timeout');

insert into enquiry (enquiry_id, number, code_hash, kind, emergency_id, institution_id, asked_at,
    due_at, answered_at, closed_at, request_key, delete_at)
values ('smp_enq_1', 'ZX-20240102-901',
        '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', 'question', null,
        'smp_ins_1', 1704100000000, 1704186400000, 1704110000000, null, 'smp-ask-1', 1719662000000);

insert into enquiry_message (enquiry_id, message_no, at, by_whom, body)
values ('smp_enq_1', 1, 1704100000000, 'client', '做眼周填充前要问清什么？'),
       ('smp_enq_1', 2, 1704110000000, 'smp_acc_4', '先核对医师资质。');

insert into opinion (opinion_id, number, institution_id, alert_id, rule, asked_at, asked_by,
    question, assigned_at, expert_id, answered_at, answer, free_at, request_key)
values ('smp_opinion_1', 'smp_YJ-1', 'smp_ins_1', 'smp_alr_1', 'A07', 1741953600000, 'smp_acc_2',
    'smp_question', null, null, null, null, null, 'smp_request_key_o');

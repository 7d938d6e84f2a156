-- Rows that the migration after 0003 meets. Only tests read them.

insert into terminal (terminal_id, institution_id, room_id, lat, lng, installed_at, retired_at,
    last_seq, last_hash, last_seen_at, last_boot, firmware, config_hash, clock_diff_ms, missing,
    seen_lat, seen_lng, moved_at)
values ('smp_T-01', 'smp_ins_1', 'smp_ins_1:T1', 32.011, 120.911, 1695139200000, null, 3,
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 1704178800000, 'boot-1',
        'kiosk-1.4.0', 'config-1', -120, 1, 32.011, 120.911, null),
       ('smp_T-02', 'smp_ins_1', 'smp_ins_1:R1', 32.011, 120.911, 1695139200000, null, 0, null,
        null, null, null, null, null, 0, null, null, null);

insert into terminal_key (public_key, terminal_id, from_at, replaced_at, from_seq, until_seq)
values ('3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', 'smp_T-01',
        1695139200000, 1704000000000, 1, 2),
       ('8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c', 'smp_T-01',
        1704000000000, null, 3, null);

insert into terminal_enrolment (code_hash, terminal_id, made_at, made_by, expires_at, used_at,
    used_key)
values ('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 'smp_T-01',
        1695139200000, 'smp_acc_2', 1695225600000, 1695139300000,
        '3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29'),
       ('486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7', 'smp_T-02',
        1704175200000, 'smp_acc_2', 1704261600000, null, null);

insert into terminal_event (terminal_id, seq, hash, kind, body, sig, at_device_ms, received_at)
values ('smp_T-01', 3, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', 'check',
        '{"v":1,"kind":"check"}', 'c2ln', 1704178800000, 1704178800120);

insert into terminal_refusal (terminal_id, hash, reason, first_at, last_at, times)
values ('smp_T-01', 'cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34',
        'bad_signature', 1704175200000, 1704175300000, 2);

insert into operation (institution_id, operation_id, number, room_id, procedure_code, modality,
    category, level, anaesthesia, min_minutes, catalogue, planned_at, planned_min, volume_ml,
    client_name, client_alias_zh, client_alias_en, declared_at, declared_by, request_key,
    first_in_at, started_at, signed_out_at, confirmed_at, confirmed_by, actual_volume_ml,
    cancelled_at, cancelled_by, cancel_reason)
values ('smp_ins_1', 'smp_opr_1', 'SS-20240102-0001', 'smp_ins_1:T1', 'fat_grafting_face',
        'surgical', 'surgery', 1, 'iv_general', 40, '2024.01', 1704178800000, 60, null, '示例客户',
        '李女士', 'Ms Li', 1704175200000, 'smp_acc_1', 'smp_req_1', 1704178800000, 1704178800000,
        null, null, null, null, null, null, null),
       ('smp_ins_1', 'smp_opr_2', 'SS-20240101-0001', 'smp_ins_1:T1', 'liposuction_thigh',
        'surgical', 'surgery', 2, 'local', 60, '2024.01', 1704092400000, 120, 1500, '示例客户',
        '王女士', 'Ms Wang', 1704088800000, 'smp_acc_1', 'smp_req_2', null, null, null, null, null,
        null, 1704090000000, 'smp_acc_1', '客户改期');

insert into operation_member (institution_id, operation_id, practitioner_id, role, first_in_at,
    last_out_at)
values ('smp_ins_1', 'smp_opr_1', 'smp_prc_1', 'attending', 1704178800000, null),
       ('smp_ins_1', 'smp_opr_1', 'smp_prc_2', 'anaesthetist', null, null);

insert into checkin (institution_id, checkin_id, operation_id, practitioner_id, role, direction,
    method, score, score_min, liveness, terminal_id, seq, room_id, at, received_at, valid_at,
    findings, pack_version)
values ('smp_ins_1', 'smp_chk_1', 'smp_opr_1', 'smp_prc_1', 'attending', 'in', 'face', 0.91, 0.45,
        'passed', 'smp_T-01', 3, 'smp_ins_1:T1', 1704178800000, 1704178800120, 1704178800000,
        '[{"code":"A14"}]', '2024.01');

insert into open_presence (practitioner_id, slot, institution_id, operation_id, room_id, role,
    checkin_id, since)
values ('smp_prc_1', '', 'smp_ins_1', 'smp_opr_1', 'smp_ins_1:T1', 'attending', 'smp_chk_1',
        1704178800000);

insert into alert (institution_id, alert_id, number, rule, level, sameness, raised_at, recorded_at,
    operation_id, practitioner_id, terminal_id, room_id, checkin_id, inputs, pack_version,
    explain_due_at, state, state_at, state_by, explained_at, outcome, closed_at)
values ('smp_ins_1', 'smp_alr_1', 'YJ-20240102-0001', 'A14', 'warn', 'A14:smp_opr_1:smp_prc_1',
        1704178800000, 1704178800120, 'smp_opr_1', 'smp_prc_1', 'smp_T-01', 'smp_ins_1:T1',
        'smp_chk_1', '{"code":"A14"}', '2024.01', 1704351600120, 'new', 1704178800120, null, null,
        null, null),
       ('smp_ins_1', 'smp_alr_2', 'YJ-20240102-0002', 'A18', 'danger', 'A18:smp_ins_1:1',
        1704160000000, 1704160000500, null, null, null, null, null, '{"days":15}', '2024.01',
        1704332800500, 'closed', 1704175000000, 'smp_acc_2', null, 'referred', 1704175000000);

insert into alert_step (institution_id, alert_id, step_no, step, at, by_account, second_account,
    method, outcome, body)
values ('smp_ins_1', 'smp_alr_2', 1, 'claim', 1704170000000, 'smp_acc_2', null, null, null, ''),
       ('smp_ins_1', 'smp_alr_2', 2, 'verify', 1704172000000, 'smp_acc_2', null, 'records', null,
        '调阅记录'),
       ('smp_ins_1', 'smp_alr_2', 3, 'close', 1704175000000, 'smp_acc_2', null, null, 'referred',
        '转突击检查');

insert into inspection (institution_id, inspection_id, kind, alert_id, proposed_at, proposed_by,
    carried_out_at, first_officer, second_officer, finding, body)
values ('smp_ins_1', 'smp_isp_1', 'surprise', 'smp_alr_2', 1704175000000, 'smp_acc_2', null, null,
        null, null, null);

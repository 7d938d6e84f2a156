-- Rows that the migration after 0002 meets. Only tests read them.

insert into region (region_code, parent_code, name_zh, name_en, bureau_zh, bureau_en, lat, lng,
    valid_from, valid_to)
values ('000000', null, '示例市', 'Sample City', '示例市卫生监督所',
        'Sample City Health Inspection', 32.0, 120.9, 1577808000000, null),
       ('000001', '000000', '示例区', 'Sample District', null, null, 32.01, 120.91, 1577808000000,
        1893427200000);

insert into institution (institution_id, region_code, kind, name_zh, name_en, short_zh, short_en,
    sort_key, uscc, licence_no, licence_from, licence_until, address_zh, address_en, street_zh,
    street_en, phone, lat, lng, opens_min, closes_min, qr_serial, qr_issued_at, registered_at,
    installed_at, tested_at, online_at, closed_at)
values ('smp_ins_1', '000001', 'outpatient_anaesthesia', '示例门诊部', 'Sample Outpatients', '示例',
        'Sample', 'shi li men zhen bu |slmzb|示例门诊部', '91000000SMP0000001', 'SMP0000001',
        1684598400000, 1842278400000, '示例路 1 号', '1 Sample Road', '示例路', 'Sample Road',
        '000-0000 0001', 32.011, 120.911, 510, 1230, 'QR-000001-0001', 1696780800000,
        1693843200000, 1695139200000, 1695657600000, 1696780800000, null),
       ('smp_ins_2', '000001', 'clinic', '样本诊所', 'Specimen Clinic', '样本', 'Specimen',
        'yang ben zhen suo |ybzs|样本诊所', '91000000SMP0000002', 'SMP0000002', 1684598400000,
        1842278400000, '示例路 2 号', '2 Sample Road', '示例路', 'Sample Road', '000-0000 0002',
        32.012, 120.912, 540, 1140, null, null, 1693843200000, null, null, null, null);

insert into institution_category (institution_id, category)
values ('smp_ins_1', 'surgery'), ('smp_ins_1', 'dermatology'), ('smp_ins_2', 'dental');

insert into institution_status (status_id, institution_id, status, reason, from_at, until_at,
    made_at, made_by)
values ('smp_sts_1', 'smp_ins_2', 'suspended', 'no_attending', 1702828800000, 1703433600000,
        1702828800000, 'smp_acc_2');

insert into room (room_id, institution_id, kind, number)
values ('smp_ins_1:T1', 'smp_ins_1', 'theatre', 1),
       ('smp_ins_1:R1', 'smp_ins_1', 'treatment', 1);

insert into practitioner (practitioner_id, name_zh, name_en, sort_key, sex, title)
values ('smp_prc_1', '示医生', 'Dr Shi', 'shi yi sheng |sys|示医生', 'f', 'attending_physician'),
       ('smp_prc_2', '样医生', 'Dr Yang', 'yang yi sheng |yys|样医生', 'm', 'associate_chief');

insert into credential (credential_id, practitioner_id, kind, number, category, from_at, to_at)
values ('smp_crd_1', 'smp_prc_1', 'practice', '110000000000001', null, 1577808000000, null),
       ('smp_crd_2', 'smp_prc_1', 'attending', 'MZ000001', 'surgery', 1577808000000,
        1893427200000);

insert into filing (filing_id, practitioner_id, institution_id, role, category, from_at, to_at,
    main_at)
values ('smp_fil_1', 'smp_prc_1', 'smp_ins_1', 'attending', 'surgery', 1693843200000, null,
        1693843200000),
       ('smp_fil_2', 'smp_prc_2', 'smp_ins_1', 'anaesthetist', null, 1693843200000, null, null);

insert into account (account_id, login, role, name_zh, name_en, region_code, institution_id,
    practitioner_id, password_hash, wrong_passwords, locked_until, disabled_at)
values ('smp_acc_1', 'smp_head', 'clinic_head', '示例负责人', 'Sample Head', null, 'smp_ins_1', null,
        'x', 0, null, null),
       ('smp_acc_2', 'smp_officer', 'officer', '示例监督员', 'Sample Officer', '000001', null, null,
        'x', 5, 1704176100000, null),
       ('smp_acc_3', 'smp_doctor', 'doctor', '示医生', 'Dr Shi', null, null, 'smp_prc_1', 'x', 0,
        null, 1704000000000);

insert into session (token_hash, account_id, made_at, seen_at, revoked_at)
values ('fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9', 'smp_acc_1',
        1704175200000, 1704178800000, null),
       ('baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096', 'smp_acc_2',
        1704175200000, 1704175200000, 1704175300000);

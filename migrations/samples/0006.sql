-- Rows that the migration after 0006 meets. Only tests read them.

insert into account (account_id, login, role, name_zh, name_en, region_code, institution_id,
    practitioner_id, password_hash, wrong_passwords, locked_until, disabled_at, hospital_id,
    department)
values ('smp_acc_7', 'smp_yz', 'medical_officer', '示例医政', 'Sample Officer', '000000', null, null,
        'x', 0, null, null, null, null),
       ('smp_acc_8', 'smp_icu', 'department_head', '示例科主任', 'Sample Head', null, 'smp_ins_1',
        null, 'x', 0, null, null, null, 'icu');

insert into institution_profile (institution_id, code, branch, level, ownership, category, staff,
    dialysis_stations, changed_at)
values ('smp_ins_1', 'SM001', 'territorial', 'secondary', 'public', 'general', 120, 10,
        1486000000000),
       ('smp_ins_2', 'SM002', 'military', 'ungraded', 'private', 'outpatient_clinic', 8, 0,
        1486000000000);

insert into department (institution_id, department, opened_at, closed_at)
values ('smp_ins_1', 'icu', 1486000000000, null),
       ('smp_ins_1', 'dialysis', 1486000000000, 1488000000000);

insert into campaign (campaign_id, code, template, pack_version, parent_id, title_zh, title_en,
    number, issuer_zh, issuer_en, basis_zh, basis_en, contact_zh, contact_en, begins_at, ends_at,
    plan, made_at, made_by, reviewed_at, reviewed_by, published_at, published_by, cancelled_at,
    cancelled_by, cancel_reason)
values ('smp_cmp_1', 'SMP1', 'wuxi_2017_a', '2017.02', null, '示例专项', 'Sample campaign',
        '示例〔2017〕1号', '示例委', 'Sample commission', '示例依据', 'Sample basis', '000-0000 0000',
        '000-0000 0000', 1486656000000, 1490457600000, '{}', 1486600000000, 'smp_acc_7',
        1486610000000, 'smp_acc_7', 1486620000000, 'smp_acc_7', null, null, null),
       ('smp_cmp_2', 'SMP2', 'wuxi_2017_b', '2017.02', 'smp_cmp_1', '示例专项二', 'Sample campaign 2',
        '示例〔2017〕2号', '示例委', 'Sample commission', '示例依据', 'Sample basis', '000-0000 0000',
        '000-0000 0000', 1486656000000, 1490457600000, '{}', 1486600000000, 'smp_acc_7', null, null,
        null, null, 1486700000000, 'smp_acc_7', '并入其他专项');

insert into campaign_notice (notice_id, campaign_id, number, title_zh, title_en, issued_at, phase,
    body, acknowledged_by, made_at, made_by, reviewed_at, reviewed_by, published_at, published_by)
values ('smp_ntc_1', 'smp_cmp_1', '示例〔2017〕3号', '示例通知', 'Sample notice', 1486900000000,
        'self_inspection', '正文', 'employee', 1486900000000, 'smp_acc_7', null, null, null, null);

insert into acknowledgement (notice_id, institution_id, staff_no, at, by_account)
values ('smp_ntc_1', 'smp_ins_1', 'A001', 1486910000000, 'smp_acc_8');

insert into campaign_target (campaign_id, institution_id, branch, focus_at, added_at)
values ('smp_cmp_1', 'smp_ins_1', '000001', 1486620000000, 1486620000000),
       ('smp_cmp_1', 'smp_ins_2', 'military', null, 1486620000000);

insert into responsibility (campaign_id, institution_id, duty, person, title, named_at, named_by)
values ('smp_cmp_1', 'smp_ins_1', 'first_responsible', '示例院长', '院长', 1486700000000,
        'smp_acc_8');

insert into self_inspection (campaign_id, institution_id, department, started_at, submitted_at,
    submitted_by)
values ('smp_cmp_1', 'smp_ins_1', 'icu', 1487000000000, 1487100000000, 'smp_acc_8');

insert into self_inspection_answer (campaign_id, institution_id, department, item, answer, note,
    answered_at, answered_by)
values ('smp_cmp_1', 'smp_ins_1', 'icu', 'core_systems.rounds', 'not_met', '缺记录', 1487050000000,
        'smp_acc_8');

insert into problem (institution_id, problem_id, campaign_id, number, branch, department, item,
    source, weight, fix, title, found_at, found_by, spot_check_id, state, state_at, state_by,
    measure, owner, owner_account, due_at, submitted_at, submitted_by, verified_at, verified_by,
    struck_off_at, struck_off_by, struck_off, reopened, repeats, reached, climbs_at)
values ('smp_ins_1', 'smp_prb_1', 'smp_cmp_1', 'SM001-SMP1-001', '000001', 'icu',
        'core_systems.rounds', 'self_inspection', 'ordinary', 'planned', '缺记录', 1487100000000,
        'smp_acc_8', null, 'planned', 1487200000000, 'smp_acc_8', '补记录', '科主任', null,
        1488000000000, null, null, null, null, null, null, 0, 0, 0, 'institution', null);

insert into problem_step (institution_id, problem_id, step_no, step, at, by_account, body)
values ('smp_ins_1', 'smp_prb_1', 1, 'found', 1487100000000, 'smp_acc_8', '缺记录');

insert into urge (urge_id, number, campaign_id, institution_id, problem_id, deliverable, issued_at,
    issued_by, due_at, body, received_at, received_by, replied_at, replied_by, reply)
values ('smp_urg_1', 'DB-SMP1-0001', 'smp_cmp_1', 'smp_ins_1', null, 'self_report', 1488300000000,
        'smp_acc_7', 1488600000000, '请尽快报送', 1488310000000, 'smp_acc_8', null, null, null);

insert into spot_draw (draw_id, campaign_id, branch, kind, drawn_at, drawn_by, seed, size, frame,
    drawn)
values ('smp_drw_1', 'smp_cmp_1', 'city', 'city', 1488400000000, 'smp_acc_7', 'seed', 1,
        'smp_ins_1', 'smp_ins_1');

insert into spot_check (institution_id, spot_check_id, campaign_id, draw_id, branch, kind, rechecks,
    first_officer, second_officer, planned_at, carried_out_at, conclusion)
values ('smp_ins_1', 'smp_spt_1', 'smp_cmp_1', 'smp_drw_1', '000001', 'city', null, 'smp_acc_7',
        'smp_acc_7', 1488400000000, null, null);

insert into spot_answer (institution_id, spot_check_id, department, item, answer, note, answered_at,
    answered_by, problem_id)
values ('smp_ins_1', 'smp_spt_1', 'icu', 'core_systems.rounds', 'met', '', 1488410000000,
        'smp_acc_7', null);

insert into submission (campaign_id, deliverable, holder, branch, state, state_at, state_by,
    first_submitted_at, held_to_at, returns)
values ('smp_cmp_1', 'annex_1', 'smp_ins_1', '000001', 'approved', 1489000000000, 'smp_acc_7',
        1488900000000, 1490457600000, 1);

insert into submission_step (campaign_id, deliverable, holder, step_no, step, at, by_account, body)
values ('smp_cmp_1', 'annex_1', 'smp_ins_1', 1, 'submit', 1488900000000, 'smp_acc_8', '');

insert into submission_text (campaign_id, deliverable, holder, section, body, written_at,
    written_by)
values ('smp_cmp_1', 'self_report', 'smp_ins_1', 'activity', '已部署', 1488000000000, 'smp_acc_8');

insert into annex_value (campaign_id, annex, institution_id, cell, branch, value, reason, revision,
    entered_at, entered_by)
values ('smp_cmp_1', 'annex_1', 'smp_ins_1', 'found', '000001', 1, '', 2, 1488900000000, 'smp_acc_8'),
       ('smp_cmp_1', 'annex_1', 'smp_ins_1', 'trained', '000001', null, '三月培训', 1, 1488800000000,
        'smp_acc_8');

insert into annex_entry (campaign_id, annex, institution_id, cell, problem_id)
values ('smp_cmp_1', 'annex_1', 'smp_ins_1', 'found', 'smp_prb_1');

insert into annex_total (campaign_id, annex, branch, cell, total, institutions)
values ('smp_cmp_1', 'annex_1', '000001', 'found', 1, 1);

insert into campaign_question (question_id, campaign_id, institution_id, asked_at, asked_by, body,
    answered_at, answered_by, answer, shared_at)
values ('smp_qst_1', 'smp_cmp_1', 'smp_ins_1', 1487000000000, 'smp_acc_8', '附件怎么填？', null, null,
        null, null);

insert into campaign_record (record_id, campaign_id, kind, branch, institution_id, problem_id, whom,
    body, at, by_account)
values ('smp_rcd_1', 'smp_cmp_1', 'commendation', '000001', 'smp_ins_1', null, '重症医学科', '整改快',
        1489500000000, 'smp_acc_7');

insert into routine_item (campaign_id, item, every_days, made_at, made_by)
values ('smp_cmp_1', 'core_systems.rounds', 30, 1490000000000, 'smp_acc_7');

-- Rows that the migration after 0008 meets. Only tests read them.

insert into campaign_activity (activity_id, campaign_id, branch, institution_id, kind, title, place,
    held_at, people, tested, passed, officers, agencies, body, request_key, made_at, made_by,
    withdrawn_at, withdrawn_by)
values ('smp_act_1', 'smp_cmp_1', '000001', null, 'inspection', '联合检查', '示例区', 1488000000000,
        0, 0, 0, 2, 2, '', 'smp_key_a1', 1488000000000, 'smp_acc_7', null, null);

insert into campaign_activity_unit (activity_id, institution_id)
values ('smp_act_1', 'smp_ins_1');

insert into routine_check (institution_id, campaign_id, department, item, checked_at, answer, note,
    checked_by, problem_id)
values ('smp_ins_1', 'smp_cmp_1', 'icu', 'core_systems.rounds', 1491000000000, 'met', '', 'smp_acc_8',
        null);

insert into policy_document (document_id, number, version, title_zh, title_en, issuer, issued_at, body,
    link, public_at, made_at, made_by, reviewed_at, reviewed_by, approved_at, approved_by,
    withdrawn_at, withdrawn_by)
values ('smp_pol_1', '示例〔2017〕1号', 1, '示例文件', 'Sample document', '示例机关', 1486000000000,
        '示例正文', '', null, 1486000000000, 'smp_acc_7', null, null, null, null, null, null);

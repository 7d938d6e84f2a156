-- Rows that the migration after 0004 meets. Only tests read them.

insert into hospital (hospital_id, region_code, name_zh, name_en, short_zh, short_en, sort_key,
    address_zh, address_en, gate_zh, gate_en, phone, lat, lng, answers_by, feed_token, joined_at,
    left_at)
values ('smp_hos_1', '000000', 'smp_name_zh', 'smp_name_en', 'smp_short_zh', 'smp_short_en',
    'smp_sort_key', 'smp_address_zh', 'smp_address_en', 'smp_gate_zh', 'smp_gate_en',
    'smp_phone', 22.28, 22.28, 'smp_answers_by', 'smp_feed_token', 1741953600000, null);

insert into hospital_capability (hospital_id, capability, from_min, until_min)
values ('smp_hos_1', 'smp_capability', null, null);

insert into hotline (hotline_id, hospital_id, number, label_zh, label_en, from_at, until_at,
    made_at, made_by, ended_by)
values ('smp_hotline_1', 'smp_hos_1', 'smp_number', 'smp_label_zh', 'smp_label_en',
    1741953600000, null, 1741953600000, 'smp_made_by', null);

insert into zone (zone_id, name_zh, name_en, primary_id, backup_id, ring, from_at, until_at,
    made_at, made_by)
values ('smp_zone_1', 'smp_name_zh', 'smp_name_en', 'smp_hos_1', 'smp_hos_1',
    '[[113.5,22.2],[113.6,22.2],[113.6,22.3]]', 1741953600000, null, 1741953600000, 'smp_made_by');

insert into rota (rota_id, hospital_id, line, kind, start_min, end_min, every_days, weekdays,
    from_at, until_at, made_at, made_by)
values ('smp_rota_1', 'smp_hos_1', 1, 'smp_kind', 1, 1, 1, 1, 1741953600000, null, 1741953600000,
    'smp_made_by');

insert into rota_person (rota_id, turn, account_id)
values ('smp_rota_1', 1, 'smp_acc_2');

insert into rota_override (override_id, hospital_id, line, from_at, until_at, takes, instead_of,
    state, asked_at, asked_by, state_at, state_by)
values ('smp_rota_override_1', 'smp_hos_1', 1, 1741953600000, 1741953600000, 'smp_acc_2',
    'smp_acc_2', 'smp_state', 1741953600000, 'smp_asked_by', 1741953600000, 'smp_state_by');

insert into contact (contact_id, account_id, channel, address, added_at, code_hash, code_until,
    wrong_codes, verified_at, removed_at)
values ('smp_contact_1', 'smp_acc_2', 'smp_channel', 'smp_address', 1741953600000, null, null, 1,
    null, null);

insert into calendar_feed (token_hash, account_id, made_at, revoked_at)
values ('smp_token_hash', 'smp_acc_2', 1741953600000, null);

insert into notice (notice_id, channel, contact_id, account_id, template, particulars,
    subject_kind, subject, made_at, next_try_at, tries, taken_until, sent_at, failed_at, fault)
values ('smp_notice_1', 'smp_channel', null, null, 'smp_template', '{}', 'smp_subject_kind',
    'smp_subject', 1741953600000, null, 1, null, null, null, null);

insert into emergency (emergency_id, number, source, institution_id, operation_id, room_id,
    region_code, zone_id, place, lat, lng, callback, card, card_version, drill_at, request_key,
    open_key, onset_at, raised_at, raised_by, called_120_at, acknowledged_at, acknowledged_by,
    accepted_at, hospital_id, moving_at, eta_at, arrived_at, handed_over_at, closed_at, outcome,
    stood_down_at, merged_into, merged_at, state, recommendation, reporter_hash)
values ('smp_emergency_1', 'smp_number', 'smp_source', 'smp_ins_1', null, null, null, null,
    'smp_place', null, null, 'smp_callback', 'smp_card', 'smp_card_version', null,
    'smp_request_key', null, null, 1741953600000, 'smp_raised_by', null, null, null, null, null,
    null, null, null, null, null, null, null, null, null, 'smp_state', '{}', null);

insert into emergency_call (call_id, emergency_id, hospital_id, part, called_at, rung,
    acknowledged_at, acknowledged_by, accepted_at, declined_at, answered_by, reason,
    withdrawn_at, unanswered_at)
values ('smp_call_1', 'smp_emergency_1', 'smp_hos_1', 'smp_part', 1741953600000, 1, null, null,
    null, null, null, null, null, null);

insert into packet_fact (subject_kind, subject, fact_no, institution_id, kind, body, at,
    by_account)
values ('smp_subject_kind', 'smp_subject', 1, 'smp_ins_1', 'smp_kind', 'smp_body', 1,
    'smp_by_account');

insert into emergency_tick (emergency_id, step_key, tick_no, at, by_account)
values ('smp_emergency_1', 'smp_step_key', 1, 1, 'smp_by_account');

insert into emergency_message (emergency_id, message_no, at, by_account, reach, body)
values ('smp_emergency_1', 1, 1, 'smp_by_account', 'smp_reach', 'smp_body');

insert into call_out (call_out_id, hospital_id, round, called_at, called_by, rung, answered_at,
    answered_by, missed_at)
values ('smp_call_out_1', 'smp_hos_1', 'smp_round', 1741953600000, 'smp_called_by', 1, null,
    null, null);

insert into channel_alert (channel_alert_id, rule, sameness, holder_id, raised_at, from_at,
    until_at, inputs, pack_version, cleared_at, cleared_by)
values ('smp_channel_alert_1', 'smp_rule', 'smp_sameness', 'smp_holder_id', 1741953600000, null,
    null, '{}', 'smp_pack_version', null, null);

insert into stock (stock_id, holder_id, item, lot, quantity, expires_at, counted_at, counted_by)
values ('smp_stock_1', 'smp_holder_id', 'smp_item', 'smp_lot', 1, 1741953600000, 1741953600000,
    'smp_counted_by');

insert into enquiry (enquiry_id, number, code_hash, kind, emergency_id, institution_id, asked_at,
    due_at, answered_at, closed_at, request_key, delete_at)
values ('smp_enquiry_1', 'smp_number', 'smp_code_hash', 'smp_kind', null, 'smp_ins_1',
    1741953600000, 1741953600000, null, null, 'smp_request_key', null);

insert into enquiry_message (enquiry_id, message_no, at, by_whom, body)
values ('smp_enquiry_1', 1, 1, 'smp_by_whom', 'smp_body');

insert into opinion (opinion_id, number, institution_id, alert_id, asked_at, asked_by, question,
    assigned_at, expert_id, answered_at, answer, declined_at, request_key)
values ('smp_opinion_1', 'smp_number', 'smp_ins_1', 'smp_alert_id', 1741953600000,
    'smp_asked_by', 'smp_question', null, null, null, null, null, 'smp_request_key');

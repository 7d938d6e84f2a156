-- Rows that the migration after 0005 meets. Only tests read them.

insert into operator (operator_id, name_zh, name_en, short_zh, short_en, sort_key, uscc, phone,
    complaint_phone, joined_at, left_at)
values ('smp_opr_1', '示例', '示例', '示例', '示例', '示例', '91000000SAMPLE0001', '示例', '示例',
    1687330800000, null);

insert into transfer_site (site_id, region_code, kind, name_zh, name_en, short_zh, short_en,
    sort_key, address_zh, address_en, gate_zh, gate_en, phone, lat, lng, joined_at, left_at)
values ('smp_sit_1', '000001', 'sample', '示例', '示例', '示例', '示例', '示例', '示例', '示例', '示例', '示例',
    '示例', 36.5, 117.85, null, null);

insert into service_area (area_id, region_code, site_id, from_at, until_at, made_at, made_by)
values ('smp_ser_1', '000001', 'smp_sit_1', 1687330800000, null, 1687330800000, 'smp_acc_4');

insert into contract (contract_id, number, operator_id, site_id, tariff, on_time_permille,
    pickup_within_min, complaint_days, from_at, until_at, ended_at, end_reason, made_at, made_by)
values ('smp_con_1', 'smp_contra_numb', 'smp_opr_1', 'smp_sit_1', '示例', 1, 1, 1, 1687330800000,
    1687330800000, null, null, 1687330800000, 'smp_acc_4');

insert into crew_member (crew_id, operator_id, role, name_zh, name_en, sort_key, phone,
    joined_at, left_at)
values ('smp_crw_1', 'smp_opr_1', 'driver', '示例', '示例', '示例', '示例', 1687330800000, null);

insert into vehicle (vehicle_id, operator_id, call_sign, plate, model, layouts, features,
    base_zh, base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at)
values ('smp_veh_1', 'smp_opr_1', '示例', 'smp_vehicl_plat', '示例', '[[2,2,1,0],[2,1,0,2]]',
    '["oxygen","lift"]', '示例', '示例', 36.5, 117.85, 'smp_vehicl_qr_s', 1687330800000,
    1687330800000, null);

insert into accreditation (accreditation_id, holder_kind, holder_id, kind, number, from_at,
    until_at, revoked_at, made_at, made_by)
values ('smp_acc_1', 'vehicle', 'smp_veh_1', 'sample', 'smp_accred_numb', 1687330800000,
    1687330800000, null, 1687330800000, 'smp_acc_4');

insert into vehicle_outage (outage_id, vehicle_id, reason, from_at, until_at, made_at, made_by,
    ended_by)
values ('smp_veh_1', 'smp_veh_1', '示例', 1687330800000, null, 1687330800000, 'smp_acc_4', null);

insert into shift (shift_id, vehicle_id, from_at, until_at, latest_at, breaks, began_at,
    ended_at, start_km, end_km, revision, made_at, made_by)
values ('smp_shf_1', 'smp_veh_1', 1687330800000, 1687330800000, 1687330800000, '[]', null, null,
    null, null, 1, 1687330800000, 'smp_acc_4');

insert into shift_crew (shift_id, crew_id)
values ('smp_shf_1', 'smp_crw_1');

insert into phone_call (call_id, phone, rang_at, answered_at, taken_by, ended_at, outcome,
    draft, booking_id, delete_at)
values ('smp_pho_1', '示例', 1687330800000, null, null, null, null, '{}', 'smp_bok_1', null);

insert into booking (booking_id, number, request_key, source, state, trip_type, region_code,
    patient, patient_born, patient_hash, weight_kg, caller, relation, phone, phone_verified_at,
    words, language, from_site_id, from_place, from_lat, from_lng, from_floor, from_lift,
    to_site_id, to_place, to_lat, to_lng, to_floor, to_lift, needs, companions, carry, ready_at,
    appointment_at, will_call_at, return_of, series_id, class, tier, distance_m, drive_s,
    travel_source, operator_id, shift_id, promise_from, promise_until, plan_pickup_at,
    plan_arrive_at, pinned_at, pinned_by, asked_at, asked_by, approved_at, approved_by, triaged_at,
    quoted_at, confirmed_at, assigned_at, acknowledged_at, started_at, on_scene_at, loaded_at,
    arrived_at, completed_at, ended_at, end_reason, ended_by, delete_at)
values ('smp_bok_1', 'smp_bookin_numb', 'smp_bookin_requ', 'phone', 'booked', 'discharge',
    '000001', '示例', null, 'smp_bookin_pati', null, '示例', '示例', '示例', null, '示例', '示例',
    'smp_sit_1', '示例', 36.5, 117.85, 1, 1, null, '示例', 36.8, 118.05, 1, 1, '["stretcher"]', 1,
    1, null, null, null, null, 'smp_ser_1', 'plain', null, null, null, null, 'smp_opr_1',
    'smp_shf_1', null, null, null, null, null, null, 1687330800000, 'smp_acc_4', null, null,
    null, null, null, null, null, null, null, null, null, null, null, null, null, null);

insert into booking_series (series_id, booking_id, weekdays, pickup_min, from_at, until_at,
    made_until, ended_at, made_by)
values ('smp_ser_1', 'smp_bok_1', 1, 1, 1687330800000, 1687330800000, 1, null, 'smp_acc_4');

insert into triage (booking_id, triage_no, moment, answers, class, reasons, pack_version, at,
    by_account)
values ('smp_bok_1', 1, 'call', '{}', 'plain', '[]', '示例', 1, 'smp_acc_4');

insert into quote (booking_id, quote_no, code, tariff, tariff_version, inputs, lines, total_fen,
    signature, reason, made_at, made_by, accepted_at, accepted_by)
values ('smp_bok_1', 1, 'smp_quote_code', '示例', '示例', '{}', '[]', 1, '示例', '示例', 1687330800000,
    'smp_acc_4', null, null);

insert into payment (payment_id, booking_id, kind, method, amount_fen, receipt_no, invoice_no,
    reason, request_key, at, by_account)
values ('smp_pay_1', 'smp_bok_1', 'sample', 'cash', 1, 'smp_paymen_rece', null, null,
    'smp_paymen_requ', 1, 'smp_acc_4');

insert into handover_120 (handover_id, booking_id, direction, moment, reason, asked_at,
    asked_by, accepted_at, accepted_by, declined_at, number_120, words, delete_at)
values ('smp_han_1', 'smp_bok_1', 'to_120', 'call', '示例', 1687330800000, 'smp_acc_4', null, null,
    null, '示例', '{}', null);

insert into ward_record (booking_id, record_no, items, words, at, by_account)
values ('smp_bok_1', 1, '[]', '示例', 1, 'smp_acc_4');

insert into planned_stop (shift_id, stop_no, booking_id, stop, begin_at, depart_at, leg_m,
    leg_s)
values ('smp_shf_1', 1, 'smp_bok_1', 'pickup', 1687330800000, 1687330800000, 1, 1);

insert into relief (booking_id, asked_at, asked_by, from_shift, lat, lng, taken_at)
values ('smp_bok_1', 1687330800000, 'smp_acc_4', 'smp_shf_1', 36.49, 117.85, null);

insert into dispatch_choice (choice_id, booking_id, at, by_account, recommended, chosen,
    reasons, override_reason)
values ('smp_dis_1', 'smp_bok_1', 1, 'smp_acc_4', null, null, '[]', null);

insert into position_report (vehicle_id, at, lat, lng, accuracy_m, source, received_at, refused)
values ('smp_veh_1', 1, 36.5, 117.85, 1, 'phone', 1687330800000, null);

insert into crew_report (report_key, shift_id, booking_id, kind, body, at, received_at,
    by_account, outcome)
values ('smp_crew_r_repo', 'smp_shf_1', 'smp_bok_1', 'sample', '{}', 1, 1687330800000,
    'smp_acc_4', '示例');

insert into transfer_incident (incident_id, number, booking_id, shift_id, kind, grade, words,
    at, by_account, reviewed_at, reviewed_by, review)
values ('smp_tra_1', 'smp_transf_numb', 'smp_bok_1', 'smp_shf_1', 'sample', 1, '示例', 1,
    'smp_acc_4', null, null, null);

insert into family_link (token_hash, booking_id, made_at, until_at, revoked_at, made_by)
values ('smp_family_toke', 'smp_bok_1', 1687330800000, null, null, 'smp_acc_4');

insert into rating (booking_id, score, words, at, callback_due, called_at, called_by,
    call_words, request_key)
values ('smp_bok_1', 1, '示例', 1, null, null, null, null, 'smp_rating_requ');

insert into transfer_complaint (complaint_id, number, booking_id, operator_id, vehicle_id,
    code_hash, kind, words, phone, made_at, due_at, assigned_at, answered_at, answered_by, answer,
    upheld, closed_at, closed_by, request_key, delete_at)
values ('smp_tra_1', 'smp_transf_numb', 'smp_bok_1', 'smp_opr_1', 'smp_veh_1', 'smp_transf_code',
    'sample', '示例', '示例', 1687330800000, 1687330800000, null, null, null, null, null, null,
    null, 'smp_transf_requ', null);

insert into improvement (improvement_id, number, operator_id, indicator, finding, measure,
    owner, due_at, made_at, made_by, done_at, done_by, result, checked_at, checked_by, dropped_at)
values ('smp_imp_1', 'smp_improv_numb', 'smp_opr_1', '示例', '示例', '示例', '示例', 1687330800000,
    1687330800000, 'smp_acc_4', null, null, null, null, null, null);

insert into api_token (token_hash, site_id, label, made_at, made_by, used_at, revoked_at)
values ('smp_api_to_toke', 'smp_sit_1', '示例', 1687330800000, 'smp_acc_4', null, null);

insert into phone_check (check_id, phone_hash, code_hash, made_at, until_at, wrong_codes,
    verified_at)
values ('smp_pho_1', 'smp_phone__phon', 'smp_phone__code', 1687330800000, 1687330800000, 1,
    null);

insert into travel_sample (booking_id, hour, plain_s, took_s, at)
values ('smp_bok_1', 1, 1, 1, 1);

//! Words of alerts: sentences, states, steps.

use rules::alert::{Method, Outcome, Step};

use super::{word_of, words};

words! {
    a01(who, score, min): "{who}的人脸相似度 {score}，低于下限 {min}，无法确认是本人。没有记作在场。"
        / "{who}: face score {score}, below the minimum {min}, so the person is not confirmed. Not counted as present.";
    a03(who, lacks): "{who}打卡时{lacks}。" / "{who} at check-in: {lacks}.";
    a07(who, from, to, lasted, min): "主诊医师{who} {from} 进入，{to} 签退，在场 {lasted}。申报项目的最短在场时间为 {min} 分。"
        / "Attending {who} came in at {from} and signed out at {to}, after {lasted}. The catalogue's minimum for this procedure is {min} min.";
    a09_same(who, since): "{who} 自 {since} 起已在本机构另一处在场，尚未签退。" / "{who} has been inside elsewhere in this institution since {since} and has not signed out.";
    a09_other(who, since): "{who} 自 {since} 起已在另一家机构在场，尚未签退。" / "{who} has been inside another institution since {since} and has not signed out.";
    a10(who): "{who}打卡时，没有与之对应的手术申报。" / "{who} checked in, and no declared operation belongs to it.";
    a11(declared, started): "申报时间 {declared}，晚于开始时间 {started}。" / "Declared at {declared}, after the start at {started}.";
    a12(planned, minutes): "计划 {planned} 开始，{minutes} 分钟内没有一名申报人员打卡，也未取消。"
        / "Planned for {planned}; within {minutes} min none of the team checked in, and it was not cancelled.";
    a14(who): "主诊医师{who}先于麻醉医师进入。仅作提醒。" / "Attending {who} went in before the anaesthetist. A reminder only.";
    a15(by, limit): "终端偏离登记位置 {by} m，上限 {limit} m。建议列为高风险重点监督，待监督员确认。"
        / "The terminal is {by} m from its registered place; the limit is {limit} m. Key supervision is proposed; an officer decides.";
    a15_felt: "终端报告被移动，未测得距离。建议列为高风险重点监督，待监督员确认。"
        / "The terminal felt that it was moved; no distance was measured. Key supervision is proposed; an officer decides.";
    a16(seen, minutes): "最后一次信号 {seen}，此后开诊时间内 {minutes} 分钟没有信号。" / "Last heard of at {seen}; silent for {minutes} min of opening hours since.";
    a18(since, days): "自 {since} 起 {days} 天没有一台手术记录。建议突击检查，待监督员确认。"
        / "No operation recorded for {days} days since {since}. A surprise inspection is proposed; an officer decides.";
    input_score: "相似度" / "Face score";
    input_score_min: "下限" / "Minimum";
    input_lacks: "欠缺" / "Lacking";
    input_min_minutes: "最短在场" / "Minimum";
    input_in: "进入" / "In";
    input_out: "签退" / "Out";
    input_lasted: "在场" / "Time inside";
    input_since: "自" / "Since";
    input_declared: "申报时间" / "Declared";
    input_started: "开始时间" / "Started";
    input_planned: "计划开始" / "Planned";
    input_limit: "上限" / "Limit";
    input_moved: "位移" / "Moved by";
    input_seen: "最后信号" / "Last heard of";
    input_role: "身份" / "Role";
    input_method: "方式" / "Method";
    input_seq: "终端序号" / "Terminal no.";
    alerts_title: "预警处置" / "Alerts";
    alerts_lead: "预警是线索，不作为处罚依据。机构可以先说明。" / "An alert is a clue, not evidence. The clinic may explain first.";
    alerts_lead_clinic: "写明原因即可，48 小时内说明的不计入信用。" / "Say what happened; explained within 48 hours it does not count against you.";
    view_open: "未结" / "Open";
    view_clinic: "等机构说明" / "Waiting for the clinic";
    view_officer: "待核实" / "To verify";
    view_closed: "已结" / "Closed";
    filter_rule: "规则：全部" / "Rule: all";
    filter_level: "等级：全部" / "Level: all";
    level_danger: "高风险" / "High risk";
    level_warn: "一般" / "Ordinary";
    filter_text: "机构、编号、拼音首字母" / "Institution, number, initials";
    filter_from: "从" / "From";
    filter_until: "到" / "Until";
    alerts_none: "没有符合条件的预警" / "No alert matches";
    alerts_none_what: "去掉一个条件再看，或查看全部。" / "Drop a condition, or show all.";
    alerts_none_at_all: "没有待处理的预警" / "No alerts waiting";
    col_number: "编号" / "Number";
    col_alert: "预警" / "Alert";
    col_raised: "触发时间" / "Raised";
    state_new: "新预警" / "New";
    state_claimed: "已认领" / "Claimed";
    state_asked: "等机构说明" / "Clinic asked";
    state_explained: "已说明，待核实" / "Explained";
    state_verified: "已核实，待结案" / "Verified";
    state_closed_word: "已结" / "Closed";
    alert_head(number, time, place): "编号 {number}·{time} 触发·属地 {place}" / "{number}, raised {time}, territory {place}";
    course: "处置经过" / "Course";
    course_how: "三条记录各自独立，先后可查" / "three records, each on its own";
    record_alert: "预警" / "Alert";
    record_alert_tag: "线索，不作为处罚依据" / "A clue, no ground for a penalty";
    by_system: "系统" / "System";
    record_explanation: "机构说明" / "Clinic's explanation";
    record_verification: "监督员核实" / "Officer's verification";
    not_explained: "机构还没有说明" / "Not explained yet";
    explained_in(hours, span): "{hours} 小时内，用时 {span}" / "within {hours} h, took {span}";
    explain_due(at, left): "期限 {at}（{left}）" / "due {at} ({left})";
    explain_label: "说明原因" / "What happened";
    explain_hint: "写清经过即可，不要写就医者姓名。提交后监督员立即看到。" / "Tell what happened, without the client's name. Officers see it at once.";
    explain_send: "提交说明" / "Send the explanation";
    explain_shame: "先说明，后判断。设备差错、临时改约都很常见。" / "Explain first, judged later. Device faults and changed plans are common.";
    claim_it: "认领" / "Claim";
    ask_it: "请机构说明" / "Ask the clinic";
    ask_again: "退回补充" / "Send back for more";
    ask_label: "想问什么（可不填）" / "What to ask (optional)";
    verify_how: "核实方式" / "How verified";
    second_officer: "同行监督员" / "Second officer";
    second_choose: "请选择" / "Choose";
    outcome_word: "结论" / "Outcome";
    outcome_explained_what: "关闭预警，不计入信用" / "Closes the alert; does not count against credit";
    outcome_fault_what: "关闭并派修、纠正" / "Closes; device or entry is put right";
    outcome_referred_what: "转立案审查，另行固定证据" / "Goes to inspection; evidence is secured separately";
    opinion: "核实意见" / "Opinion";
    decide: "核实并关闭" / "Verify and close";
    verify_only: "只记录核实" / "Record the verification only";
    close_it: "关闭" / "Close";
    submit_note: "提交后机构立即收到结论和理由" / "The clinic gets outcome and reasons at once";
    waiting_for_officer: "等监督员核实" / "Waiting for an officer";
    closed_as(outcome): "已关闭：{outcome}" / "Closed: {outcome}";
    rule_title: "依据的规则" / "The rule";
    rule_pack: "规则包" / "Rule pack";
    rule_from: "生效" / "In force";
    rule_clause: "条款" / "Clause";
    clause_unchecked: "来源待法制审核" / "source awaits legal review";
    clause_checked: "条款已核对" / "clause checked";
    read_pack: "看全文" / "Read it";
    inputs_title: "输入值" / "Inputs";
    evidence_title: "证据" / "Evidence";
    evidence_note: "预警与说明都不是证据。需要时另行固定，由两名监督员签名。" / "Neither alert nor explanation is evidence. When needed it is secured separately, signed by two officers.";
    evidence_record: "终端签名记录" / "Signed terminal record";
    evidence_valid: "签名已验证" / "signature verified";
    evidence_none: "这条预警由期限产生，没有终端记录。" / "This alert came from a deadline; there is no terminal record.";
    related: "相关" / "Related";
    related_operation: "手术" / "Operation";
    related_institution: "机构" / "Institution";
    step_done(step): "{step}，已记录。" / "{step}: recorded.";
    min_line(at): "下限 {at}" / "minimum {at}";
    with_second(name): "，同行 {name}" / ", with {name}";
}

word_of!(outcome(Outcome) {
    Outcome::Explained: "说明成立" / "explanation accepted";
    Outcome::DeviceFault: "设备或录入差错" / "device or entry fault";
    Outcome::Referred: "转监督检查" / "referred to inspection";
});

word_of!(verify_method(Method) {
    Method::Records: "调阅病历" / "Records";
    Method::Video: "视频核对" / "Video";
    Method::OnSite: "现场核查（两名以上监督员）" / "On site (two officers)";
});

word_of!(step(Step) {
    Step::Claim: "认领" / "Claimed";
    Step::Ask: "请机构说明" / "Clinic asked";
    Step::Explain: "机构说明" / "Explained";
    Step::Verify: "监督员核实" / "Verified";
    Step::Close: "关闭" / "Closed";
});

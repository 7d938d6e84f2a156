//! Words of adverse events: the public form, the department's desk, the authorities' view.

use rules::incident::{
    Allow, Change, Closure, ClusterFinding, Finding, Grade, Kind, Physical, Psychological,
    Reporter, Rung, Severity, Standing, Step,
};

use super::{word_of, words};

words! {
    nav_incidents: "不良事件" / "Adverse events";
    tab_incidents: "不良事件" / "Events";

    report_title: "报告医疗安全事件" / "Report a safety event";
    report_lead: "不用登录，可以不留姓名。报告只用于改进，不作为处罚、预警或信用的依据。"
        / "No login, no name needed. Reports serve improvement alone; they are no ground for penalties, alerts or credit.";
    report_urgent: "正在发生的急症请先拨打 120。" / "If it is happening now, call 120 first.";
    report_what: "要报告什么" / "What to report";
    kind_incident_hint: "已经影响到人" / "It reached somebody";
    kind_near_miss_hint: "差一点发生，被拦下了" / "It nearly happened and was caught";
    kind_risk_hint: "还没发生，但可能发生" / "It has not happened, but it could";
    kind_good_care_hint: "做得好，值得别处学" / "It went well; others can learn from it";
    report_category: "类别" / "Kind of event";
    report_where: "在哪家机构" / "At which institution";
    report_where_hint: "写机构名称；不清楚可以写大概位置。" / "Its name, or roughly where it is.";
    report_district: "所在区（不清楚机构时选）" / "District (when the institution is unclear)";
    report_district_none: "不清楚" / "I do not know";
    report_department: "科室或地点" / "Department or place";
    report_department_none: "不清楚" / "I do not know";
    report_when: "哪一天发生" / "On which day";
    report_story: "发生了什么" / "What happened";
    report_story_hint: "按时间写经过即可。请不要写患者或员工的姓名、证件号。"
        / "Tell it in order of time. Please leave out names and identity numbers of patients or staff.";
    report_done: "当时怎么处理的（可不填）" / "What was done at once (optional)";
    report_physical: "对身体的伤害" / "Harm to the body";
    report_psychological: "对心理的影响" / "Harm to the mind";
    report_people: "涉及几个人" / "How many people";
    report_product_title: "涉及药品或器械" / "A drug or device is involved";
    report_product: "名称" / "Name";
    report_lot: "批号" / "Lot number";
    report_who_title: "您是谁（可不填）" / "Who you are (optional)";
    report_reporter: "您是" / "You are";
    report_name: "姓名" / "Name";
    report_address: "电话或邮箱" / "Telephone or e-mail";
    report_allow: "谁可以知道您是谁" / "Who may know who you are";
    report_allow_hint: "选“谁也不能”时，姓名和联系方式不会保存；只能凭报告码查看进展。"
        / "With “nobody” neither name nor contact is kept; only the code leads back to the report.";
    report_holder: "由谁处理" / "Who handles it";
    report_to_institution: "该机构的医务部门" / "The institution's medical department";
    report_to_authority: "卫生行政部门，不转给该机构" / "The health authority, not the institution";
    report_do: "提交报告" / "Send the report";
    report_too_many: "提交太频繁，请过一会儿再试。已填写的内容还在。" / "Too many at once. Please try again in a while; what you typed is kept.";
    report_bad_choice: "请选择要报告的内容、类别和伤害程度。" / "Please choose what you report, its kind and the harm.";
    report_filed_title: "已收到，谢谢" / "Received, thank you";
    report_number: "编号" / "Number";
    report_code: "报告码" / "Report code";
    report_code_once: "报告码只显示这一次，请抄下或截图。凭它可以补充、提问、看处理结果；我们无法补发。"
        / "The code is shown this once: write it down or take a picture. It lets you add to the report, ask and read the outcome; it cannot be sent again.";
    report_goes_to(name): "已送：{name} 医务部门" / "Sent to: medical department of {name}";
    report_goes_authority: "已送：卫生行政部门" / "Sent to: the health authority";
    report_open: "查看这份报告" / "Open this report";
    report_find: "凭报告码查看" / "Follow up by code";
    report_wrong_code: "没有这个报告码。请检查是否抄错；字母 O 和数字 0 不分。" / "No report has this code. Please check it; O and 0 are read alike.";
    report_page_title: "我的报告" / "My report";
    report_state: "进展" / "Where it stands";
    report_state_filed: "已送达，等受理" / "Delivered, not yet accepted";
    report_state_accepted: "已受理，正在了解情况" / "Accepted, being looked into";
    report_state_graded: "已定级，正在分析" / "Graded, being analysed";
    report_state_analysed: "原因已分析，正在改进" / "Causes found, being improved";
    report_state_closed: "已办结" / "Closed";
    report_handled_by(name): "由 {name} 处理" / "Handled by {name}";
    report_handled_authority: "由卫生行政部门处理" / "Handled by the health authority";
    report_actions(done, all): "改进措施 {all} 项，已完成 {done} 项" / "{all} corrective actions, {done} done";
    report_feedback: "反馈" / "Feedback";
    report_messages: "往来留言" / "Messages";
    report_messages_none: "还没有留言。" / "No messages yet.";
    report_you: "您" / "You";
    report_they: "处理人" / "Who handles it";
    report_write: "补充或提问" / "Add or ask";
    report_write_do: "发送" / "Send";
    report_name_kept(until): "姓名和联系方式保存到 {until}，到期自动删除。" / "Your name and contact are kept until {until}, then deleted.";
    report_name_none: "没有保存您的姓名和联系方式。" / "Neither your name nor your contact is kept.";
    report_name_allow: "更改" / "Change";
    report_name_withdraw: "现在就删除我的姓名和联系方式" / "Delete my name and contact now";

    inc_title: "医疗安全不良事件" / "Adverse events";
    inc_rule: "非惩罚：报告只用于改进，不产生监管预警，不计入信用。" / "No blame: reports serve improvement, raise no alert and count against no credit.";
    inc_lead_none: "今天没有等你处理的事。" / "Nothing waits for you today.";
    inc_lead_fresh(n): "{n} 起待定级" / "to grade: {n}";
    inc_lead_wrote(n): "{n} 位报告人来信未复" / "messages of reporters to answer: {n}";
    inc_lead_duties(n): "{n} 起上报超期" / "reports overdue: {n}";
    inc_lead_actions(n): "{n} 起有整改超期" / "events with overdue actions: {n}";
    inc_watch_rule: "这里只有定为 I、II 级或逐级上报的事件；报告人的原话和身份不在其中。" / "Here are events graded I or II, or sent up. The reporter's words and name are not among it.";
    inc_new: "报告事件" / "Report an event";
    inc_rates: "发生率" / "Rates";
    inc_export(n): "导出当前 {n} 起" / "Export these {n}";
    view_inc_open: "未办结" / "Open";
    view_inc_new: "待定级" / "To grade";
    view_inc_waits: "报告人来信" / "Reporter wrote";
    view_inc_late: "超期" / "Overdue";
    view_inc_closed: "已办结" / "Closed";
    view_inc_counted: "计入发生率" / "Counted";
    inc_filter_text: "编号、机构、拼音首字母" / "Number, institution, initials";
    inc_filter_kind: "性质：全部" / "What: all";
    inc_filter_category: "类别：全部" / "Kind: all";
    inc_filter_grade: "级别：全部" / "Grade: all";
    inc_none: "没有符合条件的事件" / "No event matches";
    inc_none_what: "去掉一个条件再看，或查看全部。没有报告不等于没有事件。" / "Drop a condition, or show all. No report does not mean no event.";
    inc_none_at_all: "没有未办结的事件" / "No open event";
    inc_col_what: "事件" / "Event";
    inc_col_grade: "级别" / "Grade";
    inc_col_harm: "伤害" / "Harm";
    inc_col_occurred: "发生" / "Happened";
    inc_col_state: "状态" / "State";
    inc_col_clock: "时限" / "Clock";
    inc_col_rung: "上报到" / "Seen by";
    inc_col_filed: "报告" / "Reported";
    inc_ungraded: "未定级" / "not graded";
    inc_grade(grade): "{grade} 级" / "grade {grade}";
    inc_wrote: "来信" / "wrote";
    inc_due_left(left): "上报剩 {left}" / "report due in {left}";
    inc_due_over(over): "上报超期 {over}" / "report overdue {over}";
    inc_actions_late(n): "{n} 项整改超期" / "overdue actions: {n}";
    inc_actions_open(n): "{n} 项整改中" / "open actions: {n}";
    inc_no_institution: "机构待查" / "institution unknown";

    inc_mine_title: "我的报告" / "My reports";
    inc_mine_lead: "这里只列出你实名提交的报告；匿名的凭报告码查看。" / "Only reports you filed by name are listed; anonymous ones are found by their code.";
    inc_mine_none: "没有实名报告" / "No report by name";
    inc_mine_none_what: "看到不良事件、差错苗头、隐患或好做法，都可以报告。" / "Report harm, near misses, risks and good practice alike.";

    inc_new_title: "报告不良事件" / "Report an adverse event";
    inc_new_lead: "两分钟填完，可以匿名。" / "Two minutes; anonymous if you wish.";
    inc_new_institution: "机构" / "Institution";
    inc_new_discovered: "发现时间" / "Discovered";
    inc_new_occurred: "发生时间" / "Happened";
    inc_new_anonymous: "匿名：不保存我的账号" / "Anonymous: my account is not kept";
    inc_new_named: "实名：医务部门可以找我了解情况" / "By name: the medical department may ask me";
    inc_new_named_both: "实名：医务部门和卫生行政部门都可以" / "By name: the department and the authority may";

    inc_crumb(number): "事件 {number}" / "Event {number}";
    inc_head(filed, where_): "{filed} 报告·{where_}" / "reported {filed}, {where_}";
    inc_source_public: "免登录报告" / "reported without login";
    inc_source_staff: "院内报告" / "reported from within";
    inc_story_title: "报告人的叙述" / "In the reporter's words";
    inc_story_note: "只有处理人看得到；上报时用下面的摘要。" / "Only those who handle it read this; what is sent up is the account below.";
    inc_summary_title: "上报摘要" / "Account sent up";
    inc_summary_none: "还没有摘要。" / "No account yet.";
    inc_done_title: "当时的处理" / "Done at once";
    inc_course: "处理经过" / "Course";
    inc_course_none: "还没有处理记录。" / "Nothing was recorded yet.";
    inc_by_clock: "到期自动上报" / "by the clock";
    inc_facts: "要点" / "Facts";
    inc_discovered: "发现" / "Discovered";
    inc_people(n): "{n} 人" / "{n} affected";
    inc_product: "药械" / "Product";
    inc_clocks: "应上报" / "Reports owed";
    inc_clocks_none: "这起事件没有法定上报时限。" / "No statutory report is owed for this event.";
    inc_clock_to(name): "报 {name}" / "to {name}";
    inc_clock_reported(at): "已上报 {at}" / "reported {at}";
    inc_clock_reported_no(at, number): "已上报 {at}，编号 {number}" / "reported {at}, no. {number}";
    inc_clock_late(done, span): "{done}，晚 {span}" / "{done}, {span} late";
    inc_clock_lifted: "不再需要" / "no longer owed";
    inc_clock_due(at, left): "{at}（{left}）" / "{at} ({left})";
    inc_clock_number: "外部编号（药品、器械系统给的）" / "External number (from the drug or device system)";
    inc_clock_voluntary: "自愿上报（药械监测系统）" / "voluntary report (drug or device system)";
    inc_clock_do: "记为已上报" / "Record as reported";
    inc_clause: "依据" / "Clause";
    inc_who: "报告人" / "Reporter";
    inc_who_anonymous: "报告人没有让处理人知道身份。可以在留言里提问，报告人凭报告码看到。"
        / "The reporter has not let you know who it is. Ask in the messages; the reporter reads them by the code.";
    inc_who_until(at): "保存到 {at}" / "kept until {at}";
    inc_who_note: "只能用于了解情况，不得追问动机、不得公开。" / "For asking what happened only; never for motives, never to be made known.";
    inc_rungs: "逐级上报" / "Climb";
    inc_rung_at(at): "{at} 起" / "since {at}";
    inc_rung_waits(at, left): "没有人处理的，{at} 自动报上一级（{left}）" / "climbs by itself at {at} ({left}) unless somebody acts";
    inc_actions_title: "整改措施" / "Corrective actions";
    inc_actions_none: "还没有措施。" / "No action yet.";
    inc_action_owner: "责任科室或岗位" / "Department or post";
    inc_action_due: "完成日期" / "Due";
    inc_action_what: "措施" / "What";
    inc_action_add: "添加措施" / "Add an action";
    inc_action_done: "完成" / "Done";
    inc_action_drop: "不再需要" / "Drop it";
    inc_action_outcome: "结果或原因" / "Outcome or reason";
    inc_action_late: "超期" / "overdue";
    inc_action_settled_done(text): "已完成：{text}" / "done: {text}";
    inc_action_settled_dropped(text): "不再需要：{text}" / "dropped: {text}";
    inc_with_reporter: "与报告人的留言" / "With the reporter";
    inc_with_authority: "与卫生行政部门的留言" / "With the authorities";
    inc_reporter_word: "报告人" / "Reporter";
    inc_write_do: "发送" / "Send";
    inc_write: "留言" / "Message";
    inc_no_messages: "还没有留言。" / "No messages yet.";
    inc_next: "下一步" / "Next";
    inc_nothing_to_do: "没有等你做的步骤。" / "Nothing waits for you here.";
    inc_accept_do: "受理" / "Accept";
    inc_grade_title: "定级" / "Grade";
    inc_grade_grade: "级别" / "Grade";
    inc_grade_none: "不定级（隐患、良好实践）" / "No grade (risk, good practice)";
    inc_grade_hint: "I 意外死亡或永久丧失；II 因诊疗造成后果；III 有差错，无伤害或轻微；IV 到患者之前被发现。"
        / "I unexpected death or lasting loss; II harm from care; III an error with no or little harm; IV caught before it reached the patient.";
    inc_grade_severity: "医疗质量安全事件（法定）" / "Statutory safety event";
    inc_grade_severity_none: "不属于" / "none";
    inc_grade_suggested(level): "按伤害和人数，建议定为{level}；低于建议的，请在说明里写明理由。"
        / "By harm and number this suggests {level}; if you stay below, say why in the note.";
    inc_grade_summary: "上报摘要（I、II 级和法定事件必填，不写姓名）" / "Account for the authorities (needed for grades I, II and statutory events; no names)";
    inc_grade_note: "说明（上级也看得到）" / "Note (authorities read it too)";
    inc_grade_do: "记录定级" / "Record the grade";
    inc_grade_again: "重新定级" / "Grade anew";
    inc_analyse_title: "原因分析" / "Causes";
    inc_analyse_causes: "根本原因和促成因素" / "Root causes and contributing factors";
    inc_analyse_text: "分析（上级也看得到，不写姓名）" / "Analysis (authorities read it too; no names)";
    inc_analyse_do: "记录分析" / "Record the analysis";
    inc_close_title: "办结并反馈" / "Close with feedback";
    inc_close_how: "结论" / "Outcome";
    inc_close_text: "给报告人的反馈" / "Feedback to the reporter";
    inc_close_hint: "报告人凭报告码看到。写改了什么、谢谢什么。" / "The reporter reads it by the code. Say what changed and what you are grateful for.";
    inc_close_same: "与哪一起重复（编号）" / "Same as (number)";
    inc_close_do: "办结" / "Close";
    inc_reopen_do: "重新打开" / "Reopen";
    inc_reopen_text: "为什么重新打开" / "Why reopen";
    inc_send_up_do: "上报一级" / "Send one level up";
    inc_send_up_text: "上报意见" / "Opinion";
    inc_send_up_summary: "摘要（上级看到的就是它，不写姓名）" / "Account (this is what they read; no names)";
    inc_assign_do: "转给机构" / "Hand to the institution";
    inc_assign_to: "机构名称" / "Institution's name";
    inc_assign_kept: "报告人要求不转给该机构。" / "The reporter asked that the institution not get it.";
    inc_find_title: "责任认定（仅限重大以上事件）" / "Responsibility (major events only)";
    inc_find_what: "认定" / "Finding";
    inc_find_text: "依据和处理意见（写岗位和制度，不写姓名）" / "Grounds and opinion (posts and rules, no names)";
    inc_find_do: "记录认定" / "Record the finding";
    inc_done_step(step): "已记录：{step}。" / "Recorded: {step}.";
    inc_done_duty: "已记为上报。" / "Recorded as reported.";
    inc_done_action: "已记录措施。" / "Action recorded.";
    inc_done_write: "已发送。" / "Sent.";
    inc_done_cluster: "已记录判断。" / "Recorded.";
    inc_sheet: "打印专报" / "Print the special report";
    inc_sheet_title: "重大医疗安全事件专报" / "Special report of a safety event";
    inc_sheet_sign: "医务部门负责人" / "Head of the medical department";
    inc_sheet_foot: "本表由系统按记录生成，不含报告人信息。" / "Made from the records; nothing of the reporter is in it.";

    inc_clusters: "聚集提示" / "Clusters";
    inc_clusters_note: "提示不是结论：请核对是否同源。" / "A hint, no verdict: please check for one source.";
    inc_cluster(name, n, from, until): "{name}：{from} 至 {until} 共 {n} 起" / "{name}: {n} from {from} to {until}";
    inc_cluster_lot(lot): "批号 {lot}" / "lot {lot}";
    inc_cluster_spread: "可能扩散，卫生行政部门已看到提示" / "may be spreading; the authority sees the hint";
    inc_cluster_text: "核对情况" / "What was checked";
    inc_cluster_do: "记录判断" / "Record";
    inc_cluster_was(finding, text): "{finding}：{text}" / "{finding}: {text}";

    inc_rates_title: "不良事件与纠纷发生率" / "Rate of adverse events and disputes";
    inc_rates_lead: "每千台申报手术（取消的不计）发生的不良事件和纠纷。“三提升一降低”的一降低。"
        / "Adverse events and disputes per 1,000 declared operations (cancelled ones left out): the figure that should fall.";
    inc_rates_base: "基线" / "Baseline";
    inc_rates_now: "本期" / "Now";
    inc_rates_month: "月份" / "Month";
    inc_rates_operations: "手术" / "Operations";
    inc_rates_events: "事件和纠纷" / "Events and disputes";
    inc_rates_disputes: "其中纠纷" / "of them disputes";
    inc_rates_rate: "每千台" / "per 1,000";
    inc_rates_interval: "95% 区间" / "95% interval";
    inc_rates_grades: "I / II / III 级 / 未定级" / "grade I / II / III / none";
    inc_rates_good: "未遂、隐患、良好实践" / "Near misses, risks, good practice";
    inc_rates_more(n): "其中 {n} 起未上报到你这里，只计数，不列出。" / "{n} of them have not been sent up to you: counted, not listed.";
    inc_rates_foot: "未遂、隐患和良好实践报告得多是好事，不计入发生率。发生率按事件发生日计；报告多可能是报得全，不一定是事件多。"
        / "Many near misses, risks and good practice reported is a good sign; they are not in the rate. Events count on the day they happened; more reports may mean better reporting, not more harm.";
    inc_rates_nothing: "没有手术，无法计算" / "no operations, no rate";
    inc_rates_apply: "计算" / "Calculate";
    inc_rates_change: "与基线相比" / "Against the baseline";
}

word_of!(incident_kind(Kind) {
    Kind::Incident: "不良事件" / "Adverse event";
    Kind::NearMiss: "未遂事件" / "Near miss";
    Kind::Risk: "隐患" / "Risk";
    Kind::GoodCare: "良好实践" / "Good practice";
});

word_of!(incident_grade(Grade) {
    Grade::I: "I 级 警讯事件" / "I sentinel event";
    Grade::II: "II 级 不良后果" / "II harm";
    Grade::III: "III 级 未造成后果" / "III no or little harm";
    Grade::IV: "IV 级 隐患被拦截" / "IV caught";
});

word_of!(physical_harm(Physical) {
    Physical::None: "没有" / "None";
    Physical::Low: "轻微，观察或简单处理" / "Slight: watched or treated simply";
    Physical::Moderate: "中度，需要进一步治疗" / "Moderate: needed further treatment";
    Physical::Severe: "严重，永久损害或抢救" / "Severe: lasting, or life was in danger";
    Physical::Fatal: "死亡" / "Death";
});

word_of!(harm_short(Physical) {
    Physical::None: "无" / "none";
    Physical::Low: "轻微" / "slight";
    Physical::Moderate: "中度" / "moderate";
    Physical::Severe: "严重" / "severe";
    Physical::Fatal: "死亡" / "death";
});

word_of!(psychological_harm(Psychological) {
    Psychological::None: "没有" / "None";
    Psychological::Low: "轻微，不影响生活" / "Slight, life goes on as before";
    Psychological::Moderate: "中度，影响生活" / "Moderate, daily life suffers";
    Psychological::Severe: "严重，需要专业帮助" / "Severe, professional help needed";
});

word_of!(event_severity(Severity) {
    Severity::General: "一般医疗质量安全事件" / "general safety event";
    Severity::Major: "重大医疗质量安全事件" / "major safety event";
    Severity::ExtraMajor: "特大医疗质量安全事件" / "extra-major safety event";
});

word_of!(incident_reporter(Reporter) {
    Reporter::Unsaid: "不说" / "I would rather not say";
    Reporter::Patient: "患者或就医者" / "Patient";
    Reporter::Family: "家属" / "Family";
    Reporter::Staff: "机构员工" / "Staff";
    Reporter::Other: "其他" / "Other";
});

word_of!(report_allowed(Allow) {
    Allow::Nobody: "谁也不能（匿名）" / "Nobody (anonymous)";
    Allow::Department: "处理的机构医务部门" / "The medical department that handles it";
    Allow::Authority: "处理的卫生行政部门" / "The health authority that handles it";
    Allow::Both: "都可以" / "Either of them";
});

word_of!(incident_standing(Standing) {
    Standing::Filed: "待受理" / "new";
    Standing::Accepted: "已受理" / "accepted";
    Standing::Graded: "已定级" / "graded";
    Standing::Analysed: "整改中" / "being improved";
    Standing::Closed: "已办结" / "closed";
});

word_of!(incident_step(Step) {
    Step::Accept: "受理" / "Accepted";
    Step::Grade: "定级" / "Graded";
    Step::Analyse: "原因分析" / "Causes analysed";
    Step::Close: "办结" / "Closed";
    Step::Reopen: "重新打开" / "Reopened";
    Step::Assign: "转给机构" / "Handed to the institution";
    Step::SendUp: "上报一级" / "Sent up";
    Step::Find: "责任认定" / "Responsibility";
});

word_of!(incident_closure(Closure) {
    Closure::Learned: "已整改" / "improved";
    Closure::NoFurther: "无需进一步处理" / "nothing more needed";
    Closure::Duplicate: "重复报告" / "duplicate";
    Closure::NotEvent: "核实后不属于" / "not an event";
});

word_of!(incident_finding(Finding) {
    Finding::NoBlame: "无责任" / "no responsibility";
    Finding::System: "制度缺失" / "rules were missing";
    Finding::Management: "管理失察" / "management failed to see it";
    Finding::BeforeFact: "事前责任：隐患已知未改" / "before the fact: a known hazard was left";
});

word_of!(cluster_finding(ClusterFinding) {
    ClusterFinding::SameSource: "同源" / "one source";
    ClusterFinding::Chance: "偶然" / "chance";
    ClusterFinding::Unclear: "不能确定" / "unclear";
});

word_of!(incident_rung(Rung) {
    Rung::Institution: "机构" / "institution";
    Rung::District: "区级" / "district";
    Rung::City: "市级" / "city";
});

word_of!(rate_change(Change) {
    Change::Fell: "下降" / "fell";
    Change::Rose: "上升" / "rose";
    Change::Unclear: "差别可能出于偶然" / "the difference may be chance";
});

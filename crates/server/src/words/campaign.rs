//! Words of rectification campaigns.

use rules::campaign::{
    Branch, CellSource, Grade, ItemFault, Level, ProblemState, Source, Step, SubmissionState,
    SubmissionStep,
};

use super::{word_of, words};

words! {
    nav_campaigns: "专项整治" / "Campaigns";
    cp_title: "专项整治" / "Rectification campaigns";
    cp_lead_list(n): "正在进行 {n} 项。" / "Running now: {n}.";
    cp_none: "还没有专项" / "No campaign yet";
    cp_none_what: "市卫生健康行政部门发布后，这里列出与本单位有关的专项。" / "Campaigns that concern your unit appear here once the city has published them.";
    cp_create: "从模板新建" / "Make one from a template";
    cp_from: "模板或已有专项" / "Template or campaign";
    cp_clone_of(name): "复制：{name}" / "Clone: {name}";
    cp_code: "代码（2 至 12 位大写字母和数字，写进每个问题编号）" / "Code (2 to 12 capitals and digits; part of every number)";
    cp_moved_days: "比原日期推迟几天" / "Days later than its model";
    cp_number: "文号" / "Document number";
    cp_title_zh: "名称（中文，可不填）" / "Title in Chinese (may stay empty)";
    cp_title_en: "名称（英文，可不填）" / "Title in English (may stay empty)";
    cp_make: "生成草稿" / "Make the draft";
    cp_draft: "草稿" / "draft";
    cp_cancelled: "已取消" / "cancelled";
    cp_running: "进行中" / "running";
    cp_to_come: "未开始" / "to come";
    cp_over: "已结束" / "over";
    cp_targets: "单位" / "Units";
    cp_from_to(from, until): "{from}至 {until}" / "{from} to {until}";
    cp_until(day): "{day} 24:00 前" / "until the end of {day}";
    cp_whole: "全院" / "whole institution";
    cp_whole_city: "全市" / "Whole city";
    cp_sum_approved: "已审核合计" / "Sum of the approved";
    cp_direct: "直报市级" / "directly to the city";
    cp_phases: "阶段" / "Phases";
    cp_phases_what: "阶段可以重叠，各自有截止时间" / "Phases may overlap; each has its own end";
    cp_today(day): "今天 {day}" / "Today {day}";
    cp_today_mark: "今天" / "today";
    cp_head(span, departments, annexes): "·{span}·重点科室 {departments} 个·附件 {annexes} 张" / " · {span} · key departments: {departments} · annexes: {annexes}";
    cp_lead(missing, overdue, waiting): "未报 {missing} 家，整改超期 {overdue} 条，待验证或销号 {waiting} 条。" / "Not reported: {missing}. Overdue: {overdue}. Waiting to be verified or struck off: {waiting}.";
    cp_lead_draft: "草稿：请另一人审核，再由第三人批准发布。" / "A draft: somebody else reviews it, a third person approves it.";
    cp_lead_reviewed: "已审核，等第三人批准发布。" / "Reviewed; a third person approves it.";
    cp_lead_cancelled(why): "已取消：{why}。已有内容仍可查看，未完的问题照常销号。" / "Cancelled: {why}. What is there stays; open problems are still closed out.";
    cp_completeness(name): "{name}完成情况" / "{name}: who has handed in";
    cp_due_end(day): "截止 {day} 24:00" / "until the end of {day}";
    cp_line: "单位" / "Line";
    cp_expected: "应报" / "Due";
    cp_came: "已报" / "In";
    cp_short: "缺" / "Missing";
    cp_rate: "完成率" / "Share";
    cp_returned: "退回" / "Returned";
    cp_problems: "问题" / "Problems";
    cp_struck: "销号" / "Closed";
    cp_score: "考核" / "Score";
    cp_working(coverage, time, close, spot): "覆盖 {coverage}＋按时 {time}＋销号 {close}＋抽查 {spot}" / "coverage {coverage} + in time {time} + closed {close} + spot checks {spot}";
    cp_foot_days(n): "截止后才报的计为迟报；退回的须 {n} 日内重报。" / "What comes after the end is late; what is returned comes again within {n} days.";
    cp_foot_score: "考核分＝各项权重 × 完成比例，无可考核内容的按满分计。" / "Score = weight times share of each part; where nothing can be measured, the whole weight.";
    cp_ledger: "问题台账" / "Problem ledger";
    cp_ledger_short: "问题台账" / "Ledger";
    cp_ledger_of(title, day): "{title}问题台账（{day}）" / "{title}: problem ledger ({day})";
    cp_ledger_sum(all, struck, overdue): "共 {all} 条，已销号 {struck}，超期 {overdue}" / "{all} in all, {struck} struck off, {overdue} overdue";
    cp_ledger_all: "全部台账" / "Whole ledger";
    cp_export(n): "导出 {n} 条" / "Export {n}";
    cp_export_plain: "导出" / "Export";
    cp_print: "打印" / "Print";
    cp_print_ledger: "打印台账" / "Print the ledger";
    cp_view_overdue: "超期" / "Overdue";
    cp_view_submitted: "待验证" / "To verify";
    cp_view_spot: "督查发现" / "By inspectors";
    cp_view_reopened: "再次出现" / "Returned";
    cp_view_open: "未销号" / "Open";
    cp_view_struck: "已销号" / "Struck off";
    cp_view_major: "特别重要" / "Important";
    cp_col_number: "编号" / "Number";
    cp_col_line: "属地" / "Line";
    cp_col_unit: "单位" / "Unit";
    cp_col_unit_department: "单位与科室" / "Unit and department";
    cp_col_department: "科室" / "Department";
    cp_col_item: "检查条目" / "Item";
    cp_col_problem: "问题" / "Problem";
    cp_col_source: "来源" / "Source";
    cp_col_found: "发现日期" / "Found";
    cp_col_measure: "整改措施" / "Measure";
    cp_col_owner: "责任人" / "Owner";
    cp_col_due: "完成期限" / "Due";
    cp_col_state: "状态" / "State";
    cp_col_verifier: "验证人" / "Verified by";
    cp_col_striker: "销号人" / "Struck off by";
    cp_col_struck: "销号日期" / "Struck off";
    cp_col_what: "事项" / "What";
    cp_col_came: "首次报送" / "First handed in";
    cp_col_returns: "退回次数" / "Returns";
    cp_col_cell: "栏目" / "Cell";
    cp_col_figure: "数值" / "Figure";
    cp_col_units: "单位数" / "Units";
    cp_col_team: "检查人" / "Team";
    cp_col_carried: "检查时间" / "Carried out";
    cp_col_met: "符合/检查" / "Met/looked at";
    cp_col_conclusion: "结论" / "Conclusion";
    cp_col_content: "内容" / "Content";
    cp_ledger_foot: "谁整改、谁验证、谁销号分开记；同一问题再次出现时自动重开原编号。" / "Who mends, who verifies and who strikes off are kept apart; what returns opens its old number by itself.";
    cp_ledger_none: "没有符合条件的问题" / "No such problem";
    cp_ledger_none_what: "自查或督查发现问题后，会自动编号列在这里。" / "What self-inspection or inspectors find gets a number and appears here.";
    cp_honesty(own, relapse): "自查发现占 {own}；复发率（再次出现÷销号）{relapse}" / "Self-found: {own}. Relapse (returned ÷ struck off): {relapse}";
    cp_text: "编号、单位（可输拼音首字母）、问题" / "Number, unit, problem";
    cp_all_lines: "全部属地" / "All lines";
    cp_all_departments: "全部科室" / "All departments";
    cp_overdue_by(span): "超期 {span}" / "overdue by {span}";
    cp_needs_second: "须第二人销号" / "a second person closes it";
    cp_struck_by(name): "销号人 {name}" / "by {name}";
    cp_files(n): "附件 {n} 个" / "files: {n}";
    cp_owner_is(name): "责任人 {name}" / "owner: {name}";
    cp_major: "特别重要" / "important";
    cp_missing: "未报" / "missing";
    cp_late: "迟报" / "late";
    cp_tasks: "要完成的" / "To be handed in";
    cp_open: "打开" / "Open";
    cp_objectives: "目标" / "Objectives";
    cp_target_is(n): "目标 {n} %" / "target {n} %";
    cp_met: "达到" / "met";
    cp_not_met: "未达到" / "not met";
    cp_basis: "依据" / "Based on";
    cp_issuer: "发文单位" / "Issued by";
    cp_contact: "联系" / "Contact";
    cp_about: "文件" / "Document";
    cp_urge_missing(n): "催报 {n} 家" / "Urge {n}";
    cp_urge_text: "请尽快报送，并说明原因。" / "Please hand in soon and say why it is late.";
    cp_urge_body: "催报内容" / "Text of the urge notice";
    cp_annexes: "附件" / "Annexes";
    cp_sheets: "自查表" / "Self-inspection";
    cp_spots: "抽查" / "Spot checks";
    cp_talk: "通知与督办" / "Notices and urging";
    cp_pack: "迎检资料包" / "Readiness pack";
    cp_pack_title(title): "{title}迎检资料" / "{title}: readiness pack";
    cp_pack_cover: "封面" / "Cover";
    cp_pack_reports: "报送情况" / "Handed in";
    cp_pack_annexes: "附件汇总" / "Annexes";
    cp_pack_spots: "抽查记录" / "Spot checks";
    cp_cover_number: "文号" / "Document number";
    cp_cover_issuer: "发文单位" / "Issued by";
    cp_cover_basis: "依据" / "Based on";
    cp_cover_at: "生成时间" / "Made at";
    cp_cover_score(line): "考核分：{line}" / "Score: {line}";
    cp_review: "审核通过" / "Review";
    cp_publish: "批准并发布" / "Approve and publish";
    cp_cancel: "取消本次专项" / "Cancel the campaign";
    cp_manage: "发布与调整" / "Publish and adjust";
    cp_move: "调整期限" / "Move a deadline";
    cp_deliverable: "报送内容" / "What is handed in";
    cp_new_day: "新的最后一天" / "New last day";
    cp_reason: "原因" / "Reason";
    cp_move_what: "此前已报的按原期限认定。" / "What came before keeps the deadline that held then.";
    cp_by_itself: "系统" / "the platform";
    cp_past_found: "发现" / "found";
    cp_past_seen: "再次看到" / "seen again";
    cp_past_climbed: "到时未报，自动上报" / "not reported in time: climbed by itself";
    cp_ask_measure: "整改措施" / "Measure";
    cp_ask_result: "整改结果" / "What was done";
    cp_ask_why: "原因" / "Why";
    cp_ask_seen: "怎样验证的" / "How it was verified";
    cp_fix: "整改方式" / "How it is mended";
    cp_fix_immediate: "立行立改" / "at once";
    cp_fix_planned: "限期整改" / "by a plan";
    cp_owner: "责任人" / "Owner";
    cp_owner_account: "责任人账户" / "The owner's account";
    cp_owner_no_account: "没有账户" / "no account";
    cp_due_day: "最后一天" / "Last day";
    cp_record: "处理记录" / "Record";
    cp_evidence: "整改证据" / "Evidence";
    cp_evidence_none: "还没有照片或文件" / "No photo or document yet";
    cp_evidence_add: "上传照片或 PDF（5 MB 以内）" / "Add a photo or PDF (up to 5 MB)";
    cp_upload: "上传" / "Upload";
    cp_file(at, kb): "{at}，{kb} KB" / "{at}, {kb} KB";
    cp_next: "下一步" / "Next";
    cp_next_none: "现在没有轮到您的步骤。" / "There is no step for you now.";
    cp_found_at: "发现" / "Found";
    cp_reached: "已上报到" / "Reported up to";
    cp_climbs(at): "{at} 仍未销号将自动上报上一级" / "climbs by itself at {at} unless struck off";
    cp_reopened(n): "再次出现 {n} 次" / "returned {n} times";
    cp_repeats(n): "未销号期间又发现 {n} 次" / "seen {n} more times while open";
    cp_due_label: "期限" / "Due";
    cp_annex_lead(missing): "还有 {missing} 家没有报送。点数字看背后的台账。" / "Not handed in: {missing}. Click a figure to see its entries.";
    cp_annex_pending: "市级未审核的行不计入全市合计。" / "Lines the city has not approved are not in its sum.";
    cp_annex_units_pending: "未审核的单位不计入合计；△ 表示与同级单位相差较大，请核对。" / "Units not approved are not in the sum; △ marks figures far from those of peers: please check.";
    cp_unusual: "与同级单位相差较大" / "far from its peers";
    cp_to_city: "看全市" / "Whole city";
    cp_cell_missing: "必填：请填数字，或写明缺报原因" / "compulsory: a figure, or why there is none";
    cp_cell_range: "超出范围" / "out of range";
    cp_cell_reason: "没有数字时的原因" / "Why there is no figure";
    cp_value: "数值" / "Figure";
    cp_where_from: "来自" / "From";
    cp_save_cells: "保存" / "Save";
    cp_faults_title: "报送前还须处理" / "Before it can be handed in";
    cp_valid: "数据齐全，前后一致，可以报送。" / "Complete and consistent: it can be handed in.";
    cp_hand_reason: "说明（退回、取消审核必填；汇总时缺报单位和原因）" / "Remark (needed to return or un-approve; when handing in a sum: who is missing and why)";
    cp_entries(cell): "{cell}：背后的台账" / "{cell}: the entries behind it";
    cp_entries_lead(whose, n): "{whose}，共 {n} 条。数字以报送时为准，之后的变化见各条现状。" / "{whose}: {n}. The figure is as of the handing-in; each entry shows how it stands now.";
    cp_history: "办理过程" / "Course";
    cp_report_sections: "报告内容" / "Sections";
    cp_save: "保存" / "Save";
    cp_places_left(names): "以下科室还没有提交自查表：{names}" / "These places have not handed in their sheets: {names}";
    cp_came_at(at): "首次报送 {at}" / "first handed in {at}";
    cp_sheets_lead(left): "还有 {left} 处没有提交。全部提交后才能报送自查报告。" / "Not handed in: {left}. The report can be sent once all are.";
    cp_sheets_done: "全部科室已提交，无死角。" / "Every place has handed in: no dead corner.";
    cp_sheet_in: "已提交" / "handed in";
    cp_sheet_todo: "未开始" / "not begun";
    cp_sheet_going: "填写中" / "going on";
    cp_answered_of(n, of): "{n}/{of} 条" / "{n} of {of}";
    cp_not_met_n(n): "不符合 {n}" / "not met: {n}";
    cp_sheet_lead(n, missing): "已答 {n} 条，还差 {missing} 条。" / "Answered: {n}. Missing: {missing}.";
    cp_sheet_locked: "自查报告已经报送，不能再改；需要修改请上级退回。" / "The report has been handed in; the sheet can be changed once it is returned.";
    cp_sheet_offline: "没有网络也可以填：内容保存在这部手机里，恢复后自动送出。" / "Works without a network: what you enter is kept on this phone and sent when it is back.";
    cp_yes: "符合" / "met";
    cp_no: "不符合" / "not met";
    cp_na: "不适用" / "does not apply";
    cp_note_label: "说明（不符合、不适用必填）" / "Note (needed for “not met” and “does not apply”)";
    cp_evidence_met: "须附证明材料" / "needs a document";
    cp_evidence_not_met: "须附现场照片" / "needs a photo";
    cp_sheet_keep: "先保存" / "Keep for now";
    cp_sheet_submit: "提交自查表" / "Hand in the sheet";
    cp_spots_lead: "抽取用的随机种子和名单公开，任何人可以重算。" / "Seed and frame of each draw are open: anybody can recompute it.";
    cp_draw_kind: "抽查类型" / "Kind";
    cp_draw_size: "抽几家" / "How many";
    cp_draw_second: "同行人" / "Second officer";
    cp_draw_do: "随机抽取" / "Draw at random";
    cp_spot_district: "区（县）督查" / "district inspection";
    cp_spot_city: "市级抽查" / "city spot check";
    cp_spot_checkers: "复核督查质量" / "checking the checkers";
    cp_spot_todo: "未检查" / "to do";
    cp_spot_going: "检查中" / "going on";
    cp_spot_done: "已完成" / "done";
    cp_team(first, second): "{first}、{second}" / "{first}, {second}";
    cp_draws: "抽取记录" / "Draws";
    cp_draws_none: "还没有抽取" / "No draw yet";
    cp_spots_none: "还没有抽查" / "No spot check yet";
    cp_recompute: "怎样重算" / "How to recompute";
    cp_recompute_what(seed, size): "对名单中每个编号计算 sha256(\"{seed}:编号\")，从小到大取前 {size} 个。" / "Take sha256(\"{seed}:id\") of each id of the frame; the {size} smallest win.";
    cp_drawn_of(n, of): "从 {of} 个中抽 {n} 个" / "{n} drawn of {of}";
    cp_spot_place: "科室" / "Place";
    cp_spot_end: "结束检查" / "End the check";
    cp_spot_conclusion: "结论" / "Conclusion";
    cp_spot_to_ledger(number): "已入台账 {number}" / "in the ledger: {number}";
    cp_spot_lead: "不符合的条目记下后直接进入台账，不用再录。" / "What is not met enters the ledger at once; nobody types it again.";
    cp_notices: "通知" / "Notices";
    cp_notices_none: "还没有通知" / "No notice yet";
    cp_notice_new: "起草通知" / "Draft a notice";
    cp_notice_title_zh: "标题（中文）" / "Title in Chinese";
    cp_notice_title_en: "标题（英文）" / "Title in English";
    cp_notice_issued: "发文日期" / "Date";
    cp_notice_phase: "用于哪个阶段" / "Feeds which phase";
    cp_notice_no_phase: "不限阶段" / "no phase in particular";
    cp_notice_body: "正文" / "Text";
    cp_notice_asks: "签收要求" / "Who acknowledges";
    cp_ack_nobody: "不需签收" / "nobody";
    cp_ack_unit: "单位签收" / "each unit";
    cp_ack_employee: "传达到每一位职工" / "every employee";
    cp_ack_count(n, of): "已签收 {n}/{of}" / "acknowledged: {n} of {of}";
    cp_ack_do: "本单位签收" / "Acknowledge for the unit";
    cp_ack_staff: "已传达的工号（一行一个或用逗号隔开）" / "Staff numbers (one a line, or commas)";
    cp_ack_send: "登记" / "Enter";
    cp_credits(author, reviewer, approver): "起草 {author}，审核 {reviewer}，批准 {approver}" / "drafted by {author}, reviewed by {reviewer}, approved by {approver}";
    cp_draft_save: "存为草稿" / "Save as draft";
    cp_urges: "督办" / "Urge notices";
    cp_urges_none: "没有督办" / "No urge notice";
    cp_urge_new: "下发督办" / "Issue an urge notice";
    cp_urge_do: "下发" / "Issue";
    cp_urge_sent: "未签收" / "not received";
    cp_urge_received(at): "{at} 签收" / "received {at}";
    cp_urge_replied(at): "{at} 答复" / "answered {at}";
    cp_urge_over: "逾期未答复" / "answer overdue";
    cp_urge_until(at): "{at} 前答复" / "answer until {at}";
    cp_receive: "签收" / "Receive";
    cp_reply: "答复" / "Answer";
    cp_questions: "问答" / "Questions";
    cp_questions_none: "还没有提问" / "No question yet";
    cp_ask: "提问" / "Ask";
    cp_ask_label: "遇到什么问题" / "What is unclear";
    cp_answer_do: "答复" / "Answer";
    cp_share: "对全体公开（不显示提问单位）" / "Share with all (without who asked)";
    cp_shared: "已对全体公开" / "shared with all";
    cp_somebody: "另一单位" / "another unit";
    cp_waits: "等待答复" / "waiting";
    cp_records: "表扬与问责" / "Commendations and accountability";
    cp_records_none: "还没有记录" / "No record yet";
    cp_commendation: "表扬" / "Commendation";
    cp_accountability: "问责" / "Accountability";
    cp_whom: "集体或个人" / "Unit or person";
    cp_record_body: "事由" / "For what";
    cp_record_add: "记入" / "Enter";
    cp_duties: "责任分工" / "Who is responsible";
    cp_duties_what: "主要负责人为第一责任人；院、科两级，逐项落实到人。" / "The main person in charge is first responsible; institution and departments, duty by duty.";
    cp_person: "姓名" / "Name";
    cp_person_title: "职务" / "Post";
    cp_duty_save: "登记" / "Enter";
    cp_printed(at): "打印时间 {at}" / "Printed {at}";
    cp_sign_filled: "填表人" / "Filled in by";
    cp_sign_checked: "审核人" / "Checked by";
    cp_sign_head: "单位负责人" / "Head of the unit";
    cp_sign_stamp: "（盖章）" / "(stamp)";
}

word_of!(cp_branch(Branch) {
    Branch::Territorial: "属地" / "territorial";
    Branch::Affiliated: "市属医院" / "Affiliated to the city";
    Branch::Provincial: "省属在锡单位" / "Provincial units";
    Branch::Military: "部队在锡医院" / "Military hospitals";
});

word_of!(cp_grade(Grade) {
    Grade::Tertiary: "三级" / "tertiary";
    Grade::Secondary: "二级" / "secondary";
    Grade::Primary: "一级" / "primary";
    Grade::Ungraded: "未定级" / "ungraded";
});

word_of!(cp_source(Source) {
    Source::SelfInspection: "自查" / "self";
    Source::SpotCheck: "督查" / "inspectors";
    Source::Event: "事件" / "event";
});

word_of!(cp_state(ProblemState) {
    ProblemState::Found: "待建档" / "to be filed";
    ProblemState::Filed: "已建档" / "filed";
    ProblemState::Planned: "待整改" / "planned";
    ProblemState::Fixing: "整改中" / "being mended";
    ProblemState::Submitted: "待验证" / "to be verified";
    ProblemState::Verified: "待销号" / "to be struck off";
    ProblemState::StruckOff: "已销号" / "struck off";
    ProblemState::Reopened: "再次出现" / "returned";
});

word_of!(cp_step(Step) {
    Step::File: "建档" / "File";
    Step::Plan: "定整改方案" / "Make a plan";
    Step::Start: "开始整改" / "Start";
    Step::Submit: "提交整改结果" / "Hand in";
    Step::Verify: "验证通过" / "Verify";
    Step::SendBack: "退回重改" / "Send back";
    Step::StrikeOff: "销号" / "Strike off";
    Step::Reopen: "重新打开" / "Reopen";
    Step::Report: "上报上一级" / "Report upwards";
});

word_of!(cp_step_what(Step) {
    Step::File: "统一建档，定立行立改或限期整改" / "to be mended at once, or by a plan";
    Step::Plan: "写明措施、责任人和完成时间" / "measure, owner and day";
    Step::Start: "" / "";
    Step::Submit: "写明结果或先上传证据" / "say what was done, or add evidence first";
    Step::Verify: "整改人和提交人不能验证" / "not by whoever mended or handed in";
    Step::SendBack: "写明还差什么" / "say what is missing";
    Step::StrikeOff: "整改人和提交人不能销号" / "not by whoever mended or handed in";
    Step::Reopen: "同一问题又出现" / "the same problem is there again";
    Step::Report: "不等自动上报" / "before the clock does";
});

word_of!(cp_past(Step) {
    Step::File: "建档" / "filed";
    Step::Plan: "定方案" / "planned";
    Step::Start: "开始整改" / "started";
    Step::Submit: "提交结果" / "handed in";
    Step::Verify: "验证" / "verified";
    Step::SendBack: "退回重改" / "sent back";
    Step::StrikeOff: "销号" / "struck off";
    Step::Reopen: "再次出现，原编号重开" / "returned: the old number is open again";
    Step::Report: "上报" / "reported upwards";
});

word_of!(cp_level(Level) {
    Level::Institution: "本单位" / "the institution";
    Level::District: "区（县）" / "the district";
    Level::City: "市" / "the city";
});

word_of!(cp_submission(SubmissionState) {
    SubmissionState::Open: "填报中" / "being written";
    SubmissionState::Submitted: "已报送" / "handed in";
    SubmissionState::Approved: "已审核" / "approved";
    SubmissionState::Returned: "已退回" / "returned";
});

word_of!(cp_hand(SubmissionStep) {
    SubmissionStep::Submit: "报送" / "Hand in";
    SubmissionStep::Withdraw: "撤回" / "Withdraw";
    SubmissionStep::Approve: "审核通过" / "Approve";
    SubmissionStep::Return: "退回" / "Return";
    SubmissionStep::Unapprove: "取消审核" / "Un-approve";
});

word_of!(cp_handed(SubmissionStep) {
    SubmissionStep::Submit: "报送" / "handed in";
    SubmissionStep::Withdraw: "撤回" / "withdrew";
    SubmissionStep::Approve: "审核通过" / "approved";
    SubmissionStep::Return: "退回" / "returned";
    SubmissionStep::Unapprove: "取消审核" / "un-approved";
});

word_of!(cp_cell_source(CellSource) {
    CellSource::Entered: "填报" / "entered";
    CellSource::Ledger: "台账自动统计" / "counted from the ledger";
    CellSource::Departments: "自查表自动统计" / "counted from the sheets";
    CellSource::Items: "自查表自动统计" / "counted from the sheets";
});

word_of!(cp_item_fault(ItemFault) {
    ItemFault::Unanswered: "还没有回答" / "not answered";
    ItemFault::ReasonMissing: "请写明为什么不适用" / "say why it does not apply";
    ItemFault::ProblemMissing: "请写明不符合的情况" / "say what is wrong";
    ItemFault::EvidenceMissing: "请附材料或照片" / "attach a document or photo";
    ItemFault::Applies: "这一条对所有单位适用" / "this item applies everywhere";
    ItemFault::PlanMissing: "限期整改请写明措施和完成日期" / "a plan needs a measure and a day";
});

impl super::Lang {
    /// A duty of the responsibility matrix.
    pub(crate) fn cp_duty(self, code: &str) -> &'static str {
        let [zh, en] = match code {
            "first_responsible" => {
                ["第一责任人（主要负责人）", "First responsible (head of the institution)"]
            }
            "leader_in_charge" => ["分管领导", "Leader in charge"],
            "medical_department" => ["医务科", "Medical department"],
            _ => ["医疗安全管理委员会成员", "Members of the safety committee"],
        };
        self.pick(zh, en)
    }

    /// What a page says once after a step; nothing for a word that no step sends.
    pub(crate) fn cp_done(self, code: &str) -> Option<&'static str> {
        let [zh, en] = match code {
            "made" => {
                ["草稿已生成。请另一人审核。", "The draft is made. Somebody else reviews it."]
            }
            "review" => ["已审核，等第三人批准。", "Reviewed. A third person approves it."],
            "publish" => ["已发布，对象单位已确定。", "Published; its units are set."],
            "cancel" => ["已取消，已有内容保留。", "Cancelled; what is there stays."],
            "move" => ["期限已调整。", "The deadline is moved."],
            "urge" => ["督办已下发，对方签收后这里会显示。", "Issued. Their receipt shows here."],
            "file" => ["已完成。", "Done."],
            "plan" => [
                "整改方案已定，到期未交会标为超期。",
                "The plan stands; when its day passes it shows as overdue.",
            ],
            "start" => ["已开始整改。", "Started."],
            "submit" => ["已提交，等另一人处理。", "Handed in; somebody else takes it from here."],
            "verify" => ["已验证，可以销号。", "Verified; it can be struck off."],
            "send_back" => ["已退回重改。", "Sent back."],
            "strike_off" => [
                "已销号。再次出现时原编号自动重开。",
                "Struck off. If it returns, the number opens by itself.",
            ],
            "reopen" => ["已重新打开。", "Open again."],
            "report" => ["已上报上一级。", "Reported to the level above."],
            "cells" => ["已保存。", "Saved."],
            "written" => ["已保存。", "Saved."],
            "withdraw" => ["已撤回，可以修改。", "Withdrawn; it can be changed."],
            "approve" => ["已审核并锁定。", "Approved and locked."],
            "return" => {
                ["已退回，对方可以修改后重报。", "Returned; it can be changed and handed in again."]
            }
            "unapprove" => ["已取消审核，可以退回。", "No longer approved; it can be returned."],
            "kept" => ["已保存。", "Kept."],
            "sheet_in" => [
                "自查表已提交，不符合的条目已进入台账。",
                "Handed in; what is not met is in the ledger.",
            ],
            "drawn" => ["已抽取，种子和名单已记录。", "Drawn; seed and frame are on record."],
            "seen" => ["已记下。", "Noted."],
            "spot_end" => {
                ["检查已结束，结果计入考核。", "The check is over; it counts in the assessment."]
            }
            "notice" => {
                ["草稿已保存，请另一人审核。", "Saved as a draft; somebody else reviews it."]
            }
            "notice_review" => ["已审核。", "Reviewed."],
            "notice_approve" => ["通知已发布。", "Published."],
            "acknowledge" => ["已登记签收。", "Acknowledged."],
            "receive" => ["已签收。", "Received."],
            "reply" => ["已答复。", "Answered."],
            "ask" => ["问题已送出。", "Your question is sent."],
            "answer" => ["已答复。", "Answered."],
            "share" => ["已对全体公开。", "Shared with all."],
            "record" => ["已记入。", "Entered."],
            "duty" => ["已登记。", "Entered."],
            "adapted" => {
                ["草稿已保存，请另一人审核。", "The draft is saved; somebody else reviews it."]
            }
            "activity" => ["已记下。", "Written down."],
            "activity_withdrawn" => ["已撤销，不再计入。", "Taken back; it counts no more."],
            "routine" => ["已更新。", "Updated."],
            "imported" => {
                ["已写入，科室表里可以看到。", "Written; the departments' sheets show it."]
            }
            "file_removed" => ["文件已移除。", "The file is taken away."],
            "looked" => ["已登记。", "Noted."],
            _ => return None,
        };
        Some(self.pick(zh, en))
    }
}

//! Words of the green channel's own pages: rotas, zones, stock, contacts, tests, enquiries.

use rules::notice::Way;
use rules::oncall::{SwapAct, SwapState};

use super::{word_of, words};

words! {
    oc_gone: "已停用的账号" / "a closed account";
    oc_nobody: "无人" / "nobody";
    oc_plan_title: "值守排班" / "On call";
    oc_plan_lead_ok(gaps): "此刻每家医院都有人值守。所选一周有 {gaps} 处空档。" / "Somebody is on call at every hospital now. Gaps in this week: {gaps}.";
    oc_plan_lead_missing(n, gaps): "此刻 {n} 家医院一线无人。所选一周有 {gaps} 处空档。" / "Hospitals with nobody on line 1 now: {n}. Gaps in this week: {gaps}.";
    oc_hospital: "医院" / "Hospital";
    oc_all_hospitals: "全部医院" / "All hospitals";
    oc_week_from: "从哪天起" / "Week from";
    oc_before: "前一周" / "Week before";
    oc_after: "后一周" / "Week after";
    oc_this_week: "从今天起" / "From today";
    oc_week_title(from, until): "{from} 至 {until}" / "{from} to {until}";
    oc_week_label: "一周值守时间轴，同样的内容见下表" / "The week's shifts on a ruler; the table below says the same";
    oc_legend_now: "正在值守" / "on call now";
    oc_legend_swap: "替班" / "stands in";
    oc_legend_gap: "无人值守" / "nobody";
    oc_now: "现在" / "now";
    oc_table: "同一周的表格" / "The same week as a table";
    oc_from: "起" / "From";
    oc_until: "止" / "Until";
    oc_line: "线" / "Line";
    oc_person: "值守人" / "On call";
    oc_note: "说明" / "Note";
    oc_on_call_now: "此刻值守" / "On call now";
    oc_alerts_title: "通道预警" / "Alerts of the channel";
    oc_talked: "已核实，解除" / "Talked about: clear";
    oc_no_hospital: "还没有医院加入通道" / "No hospital has joined yet";
    oc_rotas_title: "值班表" / "Rotas";
    oc_rotas_all(n): "{n} 张值班表" / "Rotas in force or to come: {n}";
    oc_rotas_none: "还没有值班表" / "There is no rota yet";
    oc_rotas_none_what: "没有值班表时，每个时段都算空档。请先选医院，再新增值班表。" / "Without a rota every hour is a gap. Choose a hospital, then add a rota.";
    oc_choose_first: "要排班、替班，请先在上方选一家医院。" / "To change rotas, choose a hospital above.";
    oc_pattern: "规律" / "Pattern";
    oc_people: "人员（按顺序）" / "People in turn";
    oc_in_force: "生效" / "In force";
    oc_until_further: "长期" / "until further notice";
    oc_end: "结束" / "End";
    oc_end_at: "结束时间" / "Ends at";
    oc_rotation_daily(at): "每天轮换，{at} 交接" / "in turn, daily, hands over at {at}";
    oc_rotation_every(n, at): "每 {n} 天轮换，{at} 交接" / "in turn, every {n} days, hands over at {at}";
    oc_on_days(days, from, until): "{days} {from}–{until}" / "{days} {from}–{until}";
    oc_every_day: "每天" / "every day";
    oc_add_rotation: "新增：多人轮流" / "Add: people in turn";
    oc_add_weekly: "新增：每周固定日子" / "Add: fixed days of the week";
    oc_add_daily: "新增：每天固定时段" / "Add: fixed hours every day";
    oc_first_day: "第一天" / "First day";
    oc_last_day: "最后一天（可不填）" / "Last day (may stay empty)";
    oc_hands_over: "交接时刻" / "Hands over at";
    oc_every_days: "每几天换一次" / "Days in a turn";
    oc_turns: "顺序：在姓名旁填 1、2、3……；空着的不排" / "Turns: number the people 1, 2, 3 …; no number, no turn";
    oc_days: "星期" / "Days";
    oc_starts: "开始" / "Starts";
    oc_ends: "结束（早于开始则跨到次日）" / "Ends (earlier than the start: next day)";
    oc_add_rota_do: "保存值班表" / "Save the rota";
    oc_choose: "请选择" / "Choose";
    oc_choose_person: "请选择人员。" / "Please choose a person.";
    oc_choose_people: "请至少给一个人填上顺序。" / "Please number at least one person.";
    oc_choose_days: "请至少选一个星期几。" / "Please choose at least one day.";
    oc_choose_hospital: "请选择医院。" / "Please choose a hospital.";
    oc_every_wrong: "请填 1 至 60 天。" / "Please give 1 to 60 days.";
    oc_override_title: "安排替班（立即生效）" / "Put somebody on a line (holds at once)";
    oc_override_do: "安排替班" / "Put on the line";
    oc_takes: "由谁值守" / "Who stands in";
    oc_instead_of: "代替谁（可不填）" / "Instead of (may stay empty)";
    oc_swap_title: "请同事代班" / "Ask a colleague to stand in";
    oc_swap_hint: "同事同意、值班台批准后生效；在此之前仍由你值守。" / "It holds once the colleague agrees and the desk approves; until then you are on call.";
    oc_swap_do: "请同事代班" / "Ask the colleague";
    oc_swap_this: "请人代班" / "Ask for a swap";
    oc_swaps_title: "替班与换班" / "Swaps";
    oc_swaps_none: "没有进行中的替班" / "No swaps";
    oc_swaps_none_what: "同事之间的换班和值班台安排的替班都列在这里，结束后不再显示。" / "Swaps between colleagues and those ordered by the desk stand here until they are over.";
    oc_state: "状态" / "State";

    oc_zones_title: "片区与热线" / "Zones and lines";
    oc_overlaps(zone, percent, answers, hospital): "与{zone}重叠约 {percent}%，重叠处归后生效的{answers}（{hospital}）" / "overlaps {zone} by about {percent} %; there {answers}, which began later, answers ({hospital})";
    oc_hospitals_title: "医院与救治能力" / "Hospitals and what they can treat";
    oc_hospitals_lead(n): "{n} 家医院值守。能力按时段公布，推荐医院时以此为准。" / "{n} hospitals on call. What they say here decides which one is recommended.";
    oc_able_title: "救治能力" / "What they can treat";
    oc_able_now(at): "现在 {at}" / "now {at}";
    oc_able_nowhere: "此刻全市没有" / "nowhere in the city now";
    oc_able_no: "没有" / "no";
    oc_able_always: "全天" / "day and night";
    oc_able_hours: "部分时段" / "at some hours";
    oc_able_hint: "时段可以跨零点。能力变化立即影响之后的呼救。" / "Hours may run past midnight. Changes hold for every cry for help from now on.";
    oc_doors_title: "急诊入口与电话" / "Doors and numbers";
    oc_gate: "急诊入口" / "Emergency door";
    oc_gate_zh: "急诊入口说明（中文）" / "Emergency door, in Chinese";
    oc_gate_en: "急诊入口说明（英文）" / "Emergency door, in English";
    oc_change: "修改" / "Change";
    oc_change_do: "保存" / "Save";
    oc_hours_wrong: "时段请写成 08:00 这样的时刻。" / "Please write hours such as 08:00.";
    oc_demo_code(code): "演示不发送短信和邮件。验证码是 {code}。" / "A demo sends nothing. The code is {code}.";
    oc_escalation_title: "无人应答时" / "When nobody answers";
    oc_escalation_desk(list, again): "值守台：{list} 秒后升级，之后每 {again} 秒再呼叫，直到有人应答。" / "A desk: up after {list} s, then again every {again} s until somebody answers.";
    oc_escalation_person(list): "电话、短信呼叫的个人：{list} 秒后升级。" / "A person paged by phone or text: up after {list} s.";
    oc_escalation_accept(accept): "已应答但 {accept} 秒内未答复是否接收的，同时呼叫下一家。" / "Heard but neither accepted nor declined within {accept} s: the next hospital is called as well.";
    oc_escalation_from(version): "设置来自规则包 {version}；另放一个新版本的包即可修改。" / "Settings of pack {version}; a newer version of the pack changes them.";
    oc_zones_lead(zones, lines): "{zones} 个片区分包到医院，{lines} 个号码正在接听。" / "Zones contracted to hospitals: {zones}. Numbers that answer now: {lines}.";
    oc_map_title: "片区图" / "Map of zones";
    oc_map_label: "片区与值守医院的位置，同样的内容见片区表" / "Zones and hospitals; the table says the same";
    oc_map_hint: "在图上点击可依次添加角点。" / "Click on the map to add corners.";
    oc_zone: "片区" / "Zone";
    oc_primary: "首选医院" / "Primary";
    oc_backup: "备份医院" / "Backup";
    oc_coming: "未开始" / "to come";
    oc_redraw: "重画" / "Draw anew";
    oc_end_zone: "结束片区" / "End the zone";
    oc_zones_none: "还没有片区" / "No zones yet";
    oc_zones_none_what: "没有片区时，呼救按路程最近且具备条件的医院推荐。" / "Without zones the nearest capable hospital is recommended.";
    oc_zone_form: "画片区" / "Draw a zone";
    oc_zone_replaces: "接替（旧片区在新片区生效时结束）" / "Replaces (the old zone ends when the new one begins)";
    oc_zone_new: "不接替，新增" / "Nothing: a new zone";
    oc_name_zh: "中文名" / "Name in Chinese";
    oc_name_en: "英文名" / "Name in English";
    oc_none: "无" / "None";
    oc_begins: "生效日（不填为现在）" / "Begins (empty: now)";
    oc_corners: "角点：每行一个“经度,纬度”，至少三行" / "Corners: “lng,lat”, one a line, three at least";
    oc_corners_wrong: "角点读不懂：每行写“经度,纬度”，例如 113.55,22.27。" / "The corners cannot be read: one “lng,lat” a line, as in 113.55,22.27.";
    oc_corners_many: "角点太多：请减到 400 个以内。" / "Too many corners: at most 400, please.";
    oc_names_wrong: "请填中文名和英文名，各不超过 60 字。" / "Please give a name in Chinese and one in English, at most 60 characters each.";
    oc_corner_undo: "撤回一个角点" / "Take back a corner";
    oc_corner_clear: "清空角点" / "Clear the corners";
    oc_zone_do: "保存片区" / "Save the zone";
    oc_hotlines_title: "正在接听的号码" / "Numbers that answer now";
    oc_hotlines_none: "没有正在接听的号码" / "No number answers";
    oc_hotlines_none_what: "公众页和呼救页会显示这里的号码，请尽快公布。" / "The public pages show the numbers of this list; announce one.";
    oc_history_title: "号码沿革" / "Numbers there were";
    oc_number: "号码" / "Number";
    oc_label: "名称" / "Name";
    oc_city_line: "全市" / "the whole city";
    oc_hotline_form: "公布号码" / "Announce a number";
    oc_hotline_for: "属于" / "Belongs to";
    oc_hotline_replaces: "接替（旧号码同时停用）" / "Replaces (the old number ends then)";
    oc_hotline_do: "公布号码" / "Announce the number";
    oc_end_hotline: "停用" / "End";
    oc_ended: "已停用" / "ended";
    oc_answers: "接听中" / "answers";

    oc_stock_title: "急救药品" / "Antidotes";
    oc_stock_lead(item, need, unit, places, units): "{item} {need} {unit}：前 {places} 处合计 {units} {unit}，已够。" / "{need} {unit} of {item}: the first {places} in this order hold {units} together, which is enough.";
    oc_stock_lead_short(item, need, unit, units): "{item} {need} {unit}：全部合计 {units} {unit}，不够。" / "{need} {unit} of {item}: all together hold {units}, which is too little.";
    oc_where_title: "哪里有" / "Where it is";
    oc_item: "药品" / "Item";
    oc_need: "需要多少" / "How many";
    oc_near: "离哪家医院" / "Distance from";
    oc_near_none: "不看距离" / "No distance";
    oc_order: "排序" / "Order";
    oc_order_units: "数量多的在前" / "most units first";
    oc_order_near: "近的在前" / "nearest first";
    oc_holder: "存放处" / "Holder";
    oc_units: "可用数量" / "Usable units";
    oc_sum: "累计" / "Sum";
    oc_distance: "直线距离（km）" / "Distance in a straight line (km)";
    oc_first_expiry: "最早到期" / "First expiry";
    oc_counted: "盘点日" / "Counted";
    oc_enough: "到此够了" / "enough here";
    oc_clinic_holder: "机构" / "clinic";
    oc_where_none: "没有一处有可用的这种药品" / "Nobody holds usable units of this item";
    oc_where_none_what: "过期和数量为 0 的不算在内。请换一种药品，或请医院盘点。" / "Expired lots and empty shelves do not count. Choose another item, or ask hospitals to count.";
    oc_export(n): "导出当前 {n} 行" / "Export these {n} rows";
    oc_lots_title: "本单位批次" / "Own lots";
    oc_lots_of: "看哪家医院的批次" / "Lots of which hospital";
    oc_lots_choose: "选一家医院，查看和盘点它的批次" / "Choose a hospital to see and count its lots";
    oc_lots_none: "没有这样的批次" / "No such lots";
    oc_lots_none_what: "盘点后批次会列在这里。同一批号再次填写即为重新盘点。" / "Counted lots stand here. The same lot again is a new count.";
    oc_lots_cut(shown, total): "显示 {shown} 批，共 {total} 批" / "{shown} of {total} lots shown";
    oc_lot: "批号" / "Lot";
    oc_quantity: "数量" / "Quantity";
    oc_expires: "有效期至" / "Expires";
    oc_expired: "已过期" / "expired";
    oc_expiring: "近效期" / "expiring";
    oc_stale: "久未盘点" / "not counted lately";
    oc_count_title: "盘点一批" / "Count a lot";
    oc_count_hint: "同一药品、同一批号再填一次，就是重新盘点。" / "The same item and lot again is a new count of it.";
    oc_count_do: "记下盘点" / "Save the count";
    oc_quantity_wrong: "请填数量（整数）。" / "Please give a whole number of units.";
    oc_lot_wrong: "请填批号，不超过 40 字。" / "Please give the lot number, at most 40 characters.";
    oc_discard: "下架" / "Take off";

    oc_contacts_title: "我的联系方式" / "My contacts";
    oc_contacts_lead(n): "{n} 个已验证。值守时按电话、短信、邮件的顺序联系。" / "Verified: {n}. When you are on call you are reached by phone, then text, then e-mail.";
    oc_contacts_lead_none: "还没有已验证的联系方式，值守时联系不到你。请添加并验证。" / "Nothing is verified: you cannot be reached on call. Add an address and verify it.";
    oc_contacts_own: "已登记" / "Addresses";
    oc_contacts_none: "还没有联系方式" / "No addresses yet";
    oc_contacts_none_what: "添加电话、短信或邮箱，收到六位验证码后填回，才会用来通知你。" / "Add a phone or an e-mail address and type back the six digits it receives; only then is it used.";
    oc_way_col: "方式" / "Way";
    oc_address: "号码或地址" / "Number or address";
    oc_verified(day): "{day} 已验证" / "verified {day}";
    oc_verified_long: "已久，请再验证一次" / "long ago: please confirm again";
    oc_unverified: "未验证" / "not verified";
    oc_code_sent(until): "验证码已发，{until} 前有效" / "code sent, good until {until}";
    oc_code: "六位验证码" / "Six-digit code";
    oc_code_send: "发验证码" / "Send a code";
    oc_code_again: "重新发送" / "Send again";
    oc_confirm_do: "验证" / "Verify";
    oc_remove: "删除" / "Remove";
    oc_add_contact: "添加联系方式" / "Add an address";
    oc_add_contact_do: "添加" / "Add";
    oc_choose_way: "请选择联系方式。" / "Please choose a way.";
    oc_feed_title: "日历订阅" / "Calendar";
    oc_feed_what: "生成一个私密地址，手机日历订阅后自动显示今后 60 天的值守：医师看自己的，值班台看全院的。地址只显示一次；再次生成，旧地址失效。" / "A private address for the calendar of your phone, with the shifts of the next 60 days: your own, or the whole hospital's for its desk. It is shown once; making a new one ends the old one.";
    oc_feed_do: "生成订阅地址" / "Make the address";
    oc_feed_shown: "只显示这一次，请现在复制到日历应用的“订阅”里：" / "Shown only now: copy it into your calendar as a subscription.";
    oc_ics_summary(line, place): "值守 {line} 线·{place}" / "On call, line {line}, {place}";
    oc_ics_name(place): "值守·{place}" / "On call, {place}";

    oc_readiness_title: "演练与指标" / "Readiness";
    oc_readiness_lead: "呼叫演练不预先通知，按真实呼叫的梯次拨出；应答时间如实公布。" / "Tests come without warning and climb like real calls; the times are published as they are.";
    oc_figures_title: "呼救应答" / "Answers to calls for help";
    oc_real: "真实" / "real";
    oc_period: "时段" / "Period";
    oc_cases: "病例" / "Cases";
    oc_within(s): "{s} 秒内" / "within {s} s";
    oc_median_heard: "应答中位" / "median answer";
    oc_median_accepted: "接收中位" / "median acceptance";
    oc_median_arrived: "到院中位" / "median arrival";
    oc_unheard: "未应答" / "not answered";
    oc_figures_foot: "演练单独统计，合并的病例不重复计数。" / "Drills are counted apart, merged cases once.";
    oc_ready_title: "各院演练成绩" / "Tests by hospital";
    oc_ready_none: "这段时间没有结束的演练" / "No test has ended in this time";
    oc_ready_none_what: "在右侧选择医院，开始一次呼叫演练。" / "Choose hospitals and start a test.";
    oc_never(names): "这段时间没有演练过：{names}" / "Not tested in this time: {names}";
    oc_tests: "次数" / "Tests";
    oc_tests_answered: "已应答" / "Answered";
    oc_median: "中位" / "Median";
    oc_last: "最近一次" / "Last";
    oc_last_days(n): "近 {n} 天" / "last {n} days";
    oc_tests_title: "演练记录" / "Tests";
    oc_tests_none: "没有符合条件的演练" / "No test matches";
    oc_tests_none_what: "换一家医院或放宽时间再看。" / "Try another hospital or a longer time.";
    oc_called: "呼叫时间" / "Called";
    oc_took_col: "应答用时" / "Answered after";
    oc_rung: "拨到第几级" / "Rung";
    oc_test_answered: "已应答" / "answered";
    oc_test_missed: "无人应答" / "nobody answered";
    oc_test_open: "正在呼叫" / "calling";
    oc_test_form: "开始呼叫演练" / "Start a test";
    oc_test_note: "选中的医院会立刻收到呼叫，和真实呼救一样逐级升级；正在演练的医院不会重复呼叫。" / "The chosen hospitals are called at once, and the call climbs like a real one. A hospital that is being tested is left alone.";
    oc_test_do: "现在呼叫" / "Call now";

    oc_enquiries_title: "公众咨询" / "Enquiries";
    oc_enquiries_lead: "在期限内回复；提问人凭查询码看到回复，平台不留姓名。" / "Reply in time. Who asked reads it by a code; no name is kept.";
    oc_enquiries_lead_over(n): "本页 {n} 条已超期，请先回复。" / "Overdue on this page: {n}. Reply to these first.";
    oc_view_open: "待回复" / "Waiting";
    oc_view_answered: "已回复" / "Answered";
    oc_enquiries_none: "没有待回复的咨询" / "No enquiry waits";
    oc_enquiries_none_any: "没有符合条件的咨询" / "No enquiry matches";
    oc_enquiries_none_what: "公众在绿色通道页提问，提问后立即出现在这里。" / "People ask on the public page of the channel; what they ask shows here at once.";
    oc_question: "提问" / "question";
    oc_follow_up: "病例随访" / "follow-up of a case";
    oc_asked: "提问时间" / "Asked";
    oc_text: "内容" / "Text";
    oc_clock: "回复期限" / "Reply";
    oc_due_at(left, at): "{left}，{at}" / "{left}, {at}";
    oc_took(span): "{span} 后回复" / "replied after {span}";
    oc_answered: "已回复" / "answered";
    oc_overdue: "超期" / "overdue";
    oc_waits: "待回复" / "waiting";
    oc_asker: "提问人" / "Asker";
    oc_thread: "往来" / "Thread";
    oc_case_of: "所属病例" / "The case";
    oc_reply_title: "回复" / "Reply";
    oc_reply_hint: "参考意见，不替代医师面诊。不要写可以认出个人的信息，不超过 2,000 字。" / "General advice; it does not replace seeing a doctor. Nothing that identifies a person, at most 2,000 characters.";
    oc_reply_do: "回复提问人" / "Send the reply";
}

word_of!(oc_swap_state(SwapState) {
    SwapState::Asked: "等同事同意" / "waits for the colleague";
    SwapState::Taken: "同事已同意，等批准" / "colleague agreed, waits for the desk";
    SwapState::Approved: "已生效" / "holds";
    SwapState::Refused: "未同意" / "refused";
    SwapState::Withdrawn: "已撤回" / "withdrawn";
});

word_of!(oc_swap_act(SwapAct) {
    SwapAct::Take: "同意代班" / "Take it";
    SwapAct::Approve: "批准" / "Approve";
    SwapAct::Refuse: "不同意" / "Refuse";
    SwapAct::Withdraw: "撤回" / "Withdraw";
});

word_of!(oc_way(Way) {
    Way::App: "页面提醒" / "open page";
    Way::Sms: "短信" / "text message";
    Way::Phone: "电话" / "phone call";
    Way::Email: "电子邮件" / "e-mail";
    Way::Webhook: "接口推送" / "webhook";
});

impl super::Lang {
    /// Said once after something was done; `None` for what nobody knows.
    pub(crate) fn oc_done(self, step: &str) -> Option<&'static str> {
        let (zh, en) = match step {
            "rota" => {
                ("值班表已保存，空档已重新核对。", "The rota is saved; gaps were looked for anew.")
            }
            "end" => {
                ("值班表已结束，空档已重新核对。", "The rota ends; gaps were looked for anew.")
            }
            "override" => ("替班已生效。", "The override holds."),
            "swap" => ("已请同事代班，等同事同意。", "The colleague was asked."),
            "step" => ("换班已更新。", "The swap was taken further."),
            "cleared" => ("预警已解除。", "The alert is cleared."),
            "hospital" => ("医院信息已保存。", "The hospital is saved."),
            "zone" => ("片区已保存。", "The zone is saved."),
            "zone_end" => ("片区已结束。", "The zone has ended."),
            "hotline" => ("号码已公布。", "The number is announced."),
            "hotline_end" => ("号码已停用。", "The number has ended."),
            "counted" => ("盘点已记下。", "The count is saved."),
            "discarded" => ("这一批已下架。", "The lot is off the shelf."),
            "contact" => ("已添加，请发验证码验证。", "Added; send a code to verify it."),
            "code" => {
                ("验证码已发出，15 分钟内有效。", "The code was sent; it is good for 15 minutes.")
            }
            "confirm" => ("已验证，今后用它联系你。", "Verified; it is used from now on."),
            "removed" => ("已删除。", "Removed."),
            "feed" => {
                ("订阅地址已生成，旧地址已失效。", "The address is made; an earlier one has ended.")
            }
            "tests" => {
                ("演练已开始，正在呼叫。", "The test has begun; hospitals are being called.")
            }
            "tests_running" => (
                "所选医院都在演练中，没有重复呼叫。",
                "The chosen hospitals are being tested already; nobody was called again.",
            ),
            "reply" => ("已回复，提问人凭查询码可见。", "Replied; the asker reads it by the code."),
            _ => return None,
        };
        Some(self.pick(zh, en))
    }
}

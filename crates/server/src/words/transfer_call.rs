//! The desk of 96120: calls, triage, prices, hand-overs.

use rules::transfer::call::Outcome;
use rules::transfer::money::{Kind, Method, RefundReason, Why};

use super::{word_of, words};

words! {
    nav_calls: "来电" / "Calls";
    nav_bookings: "预约" / "Bookings";
    nav_handovers: "120 交接" / "120 hand-overs";
    nav_board: "调度台" / "Board";
    nav_ward: "转送申请" / "Requests";
    nav_fleet: "车队" / "Fleet";
    nav_report: "月报" / "Report";
    nav_crew: "任务" / "Tasks";
    nav_ratings: "评价" / "Ratings";
    nav_transfer_incidents: "转送事件" / "Incidents";
    nav_crews: "人员" / "Crews";
    nav_shifts: "班次" / "Shifts";
    nav_contracts: "合同" / "Contracts";
    nav_areas: "服务范围" / "Areas";
    nav_complaints: "投诉" / "Complaints";
    nav_improvements: "改进" / "Improvements";
    nav_operators: "企业" / "Operators";

    tc_calls_title: "96120 来电" / "96120 calls";
    tc_calls_lead(ringing, open): "{ringing} 个电话在响，{open} 个来电还没有结束。草稿都在平台里，换人换电脑都能接着填。"
        / "{ringing} ringing, {open} not ended yet. Drafts are kept on the platform: anybody can go on at any screen.";
    tc_new_call: "新来电" / "New call";
    tc_answer: "接听" / "Answer";
    tc_take_over: "接着办" / "Go on with it";
    tc_open: "打开" / "Open";
    tc_view_open: "未结束" / "Open";
    tc_view_ended: "已结束" / "Ended";
    tc_col_phone: "号码" / "Number";
    tc_col_rang: "来电时间" / "Rang";
    tc_col_waited: "接听用时" / "Answered after";
    tc_col_taker: "接线员" / "Call-taker";
    tc_col_outcome: "结果" / "Outcome";
    tc_ringing: "正在响" / "ringing";
    tc_in_hand: "通话中" / "in hand";
    tc_no_number: "未显示号码" / "number withheld";
    tc_calls_none: "现在没有来电" / "No calls now";
    tc_calls_none_what: "电话响起时会出现在这里；也可以点“新来电”直接开始。" / "They appear here when they ring; “New call” starts one by hand.";

    tc_title: "新来电" / "New call";
    tc_talking: "通话" / "On the line";
    tc_caller_first: "首次来电" / "first call";
    tc_caller_known(n): "第 {n} 次来电" / "call no. {n}";
    tc_caller_last(day, what): "，上次 {day}{what}" / ", last {day} {what}";
    tc_draft_kept: "草稿自动保存" / "draft kept";
    tc_draft_at(time): "草稿已保存 {time}" / "draft kept at {time}";
    tc_journey: "行程" / "Journey";
    tc_next_field: "下一栏" / "next field";
    tc_caller: "来电人" / "Caller";
    tc_relation: "关系" / "Relation";
    tc_phone: "回拨电话" / "Call back";
    tc_patient: "患者" / "Patient";
    tc_age: "年龄" / "Age";
    tc_weight: "体重 kg" / "Weight kg";
    tc_type: "类型" / "Trip";
    tc_when: "用车时间" / "When";
    tc_when_ready: "几点来接" / "ready at";
    tc_when_appointment: "几点要到" / "be there at";
    tc_day: "日期" / "Day";
    tc_time: "时间" / "Time";
    tc_back: "返程" / "Way back";
    tc_back_none: "不需要" / "none";
    tc_back_call: "等电话，半价" / "on call, half price";
    tc_from: "从" / "From";
    tc_to: "到" / "To";
    tc_floor: "楼层" / "Floor";
    tc_lift_label: "电梯" / "Lift";
    tc_lift: "有电梯" / "lift";
    tc_no_lift: "无电梯" / "no lift";
    tc_pick_on_map: "在地图上点选" / "Point on the map";
    tc_pick_what: "医院和街道可直接输入；别的地址请在图上点一下。先选「从」或「到」，再点地图。"
        / "Hospitals and streets can be typed. For other addresses choose an end and click the map.";
    tc_map_place: "地图上的点" / "point on the map";
    tc_posture: "体位" / "Posture";
    tc_seat: "能坐" / "can sit";
    tc_companions: "随行家属" / "Companions";
    tc_carry: "搬抬" / "Carried by";
    tc_people(n): "{n} 人" / "{n}";
    tc_waiting: "预计等候（分）" / "Waiting (min)";
    tc_words: "给车组的话" / "For the crew";
    tc_also: "还需要" / "Also";
    tc_language: "语言" / "Language";
    tc_slots: "可派时段" / "Times on offer";
    tc_slots_choose: "选择" / "choose";
    tc_slots_later: "分诊问完、时间和地点齐了，就给出时段。" / "Shown once triage, times and places are complete.";
    tc_slot_at(time): "{time} 来接" / "{time} at the door";
    tc_slot_what(vehicle, time, km): "{vehicle} 号车，{time} 到达，空驶 {km}" / "vehicle {vehicle}, there {time}, {km} empty";
    tc_slot_soonest(time): "这个时间没有车能准时到。最早 {time}。可以先下单，由调度员安排。"
        / "No vehicle can be on time then. The soonest: {time}. You may book; the dispatcher plans it.";
    tc_slot_none: "这个时间没有合适的车。可以先下单，由调度员安排；或与家属改时间。"
        / "No vehicle fits then. You may book and leave it to the dispatcher, or agree on another time.";
    tc_red_first: "先问红旗" / "Red flags first";
    tc_red_what: "任一「是」立即转 120" / "one yes: 120 at once";
    tc_care_next: "再问照护" / "Then care";
    tc_care_what: "任一「是」需医护随车" / "one yes: a nurse rides along";
    tc_yes: "是" / "Yes";
    tc_no: "否" / "No";
    tc_result: "分诊结果" / "Triage";
    tc_pack_draft: "草案" / "draft";
    tc_class_120: "急救" / "Emergency";
    tc_class_care: "96120，医护随车" / "96120, nurse aboard";
    tc_class_plain: "96120，无医护" / "96120, no nurse";
    tc_open_questions(n): "还有 {n} 题没有问。问完才能定类。" / "{n} questions are still open; there is no class before.";
    tc_reasons(why): "理由：{why}。" / "Why: {why}.";
    tc_again(min): "上车前和途中每 {min} 分再问一次红旗。" / "The red flags are asked again at the door and every {min} min on the way.";
    tc_raise: "按接线员判断提高" / "Raise by judgement";
    tc_raise_none: "不提高" / "as answered";
    tc_why_need(what): "需要{what}" / "needs {what}";
    tc_why_judgement: "接线员判断" / "call-taker's judgement";
    tc_why_none(n): "{n} 题全为「否」" / "all {n} answered no";
    tc_price: "报价" / "Price";
    tc_price_what: "报给家属听" / "read out to the family";
    tc_price_later: "起点和终点齐了就报价。" / "Shown once both ends are known.";
    tc_total: "合计（元）" / "Total (yuan)";
    tc_line_base(km): "基本费，含 {km} km" / "Base, {km} km included";
    tc_line_distance(km, each): "里程 {km} km × {each} 元" / "{km} km × {each} yuan";
    tc_line_outside(km, each): "市外里程 {km} km × {each} 元" / "{km} km outside × {each} yuan";
    tc_line_extra(name, n): "{name} × {n}" / "{name} × {n}";
    tc_line_return(percent): "返程，去程的 {percent}%" / "Way back, {percent}% of the way there";
    tc_line_return_included: "返程，已含在去程报价里" / "Way back, in the price of the way there";
    tc_line_waiting(free, n, min, each): "等候，前 {free} 分免费；{n} 段（每段 {min} 分）× {each} 元" / "Waiting, {free} min free; {n} × {min} min at {each} yuan";
    tc_line_tolls: "过路费" / "Tolls";
    tc_included: "已含" / "included";
    tc_tariff(title, version, note): "资费包：{title}，版本 {version}。{note}" / "Tariff: {title}, version {version}. {note}";
    tc_two_drivers: "超过 400 km 或 4 小时，须两名驾驶员。" / "Over 400 km or 4 h: two drivers.";
    tc_way(km, min): "{km}，约 {min} 分。" / "{km}, about {min} min.";
    tc_way_more(km, source): "从起点到终点计程，不足 1 km 按 1 km 计，即 {km} km。{source}" / "From door to door, a part counts as a whole: {km} km charged. {source}";
    tc_source_road: "按本地路网" / "By the road graph";
    tc_source_service: "按路径服务" / "By the routing service";
    tc_source_straight: "按直线折算" / "By the straight line, corrected";
    tc_twins: "同一患者已有预约，请核对是不是同一趟：" / "The same patient is booked already; check whether it is the same trip:";
    tc_twins_after: "系统不会合并。" / "Nothing is merged by itself.";
    tc_book: "家属同意，下单" / "The family agrees: book";
    tc_to_120: "转 120" / "To 120";
    tc_not_ready: "还缺：患者、电话、起止地点、时间、分诊，齐了才能下单。" / "Before booking: patient, phone, both ends, time and triage.";
    tc_red_stop: "有红旗：不能下单，请立即带资料转 120。" / "A red flag: it cannot be booked. Hand over to 120 with what is known.";
    tc_end_call: "不下单，结束来电" / "End without booking";
    tc_end_asked: "仅咨询" / "a question";
    tc_end_wrong: "打错" / "wrong number";
    tc_end_lost: "断线未回" / "lost";
    tc_key_yes: "是" / "yes";
    tc_key_no: "否" / "no";
    tc_key_book: "下单" / "book";
    tc_key_120: "带资料转 120" / "to 120 with the data";
    tc_key_leave: "存草稿返回" / "keep the draft, back";
    tc_line_120_ok: "120 直通线可用" / "line to 120 is open";
    tc_line_120_waits(n): "{n} 个转 120 待接收" / "{n} waiting for 120";
    tc_ended: "这个来电已经结束。" / "This call has ended.";
    tc_others(name): "{name} 正在办这个来电。要接着办，请按「接着办」。" / "{name} has this call. To go on with it, take it over.";

    tc_place_unknown: "认不出这个地点：请写医院或街道名，或在地图上点选。" / "This place is not known: name a hospital or street, or point on the map.";
    tc_not_served: "这段行程两端都不在已开通的服务范围内，不能下单。试点范围见「服务范围」。" / "Neither end lies in an area that has opened; it cannot be booked.";
    tc_time_wrong: "时间认不出：请写成 10:30 或 1030。" / "This time cannot be read: write 10:30 or 1030.";
    tc_too_soon(min): "太急：最早 {min} 分钟后才能到。急症请转 120。" / "Too soon: {min} minutes are needed. If it is urgent, hand over to 120.";
    tc_too_far(days): "太远：只接 {days} 天内的预约。" / "Too far ahead: at most {days} days.";
    tc_missed(min, extra): "来不及：路上约 {min} 分，上下车和提前量 {extra} 分。请把接的时间提前。" / "It would be late: the drive takes {min} min, and {extra} min are needed at the doors. Fetch earlier.";
    tc_number_wrong(most): "请填 0 到 {most} 的整数。" / "Please give a whole number from 0 to {most}.";

    th_title: "120 与 96120 交接" / "Hand-overs between 120 and 96120";
    th_lead(n): "{n} 个待接收。交接看的是分钟数：从提出到接收。" / "{n} waiting. What counts is the minutes from asking to acceptance.";
    th_view_open: "待接收" / "Waiting";
    th_to_120: "转 120" / "to 120";
    th_from_120: "120 转来" / "from 120";
    th_accept: "接收" / "Accept";
    th_accept_desk: "接收并受理" / "Accept and book";
    th_decline: "退回" / "Hand back";
    th_why: "退回原因" / "Why it goes back";
    th_number_120: "120 单号" / "120's number";
    th_waiting: "已等" / "waiting";
    th_accepted(span): "{span} 后接收" / "accepted after {span}";
    th_declined: "已退回" / "handed back";
    th_ask: "把不急的呼叫转给 96120" / "Hand a call that is not urgent to 96120";
    th_place: "地点" / "Place";
    th_reason: "原因" / "Reason";
    th_said: "情况" / "What is known";
    th_flags: "红旗" / "Red flags";
    th_send: "转 96120" / "Hand to 96120";
    th_none: "没有待接收的交接" / "Nothing waits";
    th_none_what: "转来的会出现在这里并响铃。" / "What is handed over appears here, with sound.";
    th_today(n, span, m, back): "今天转 120 共 {n} 次，接收用时中位数 {span}；120 转来 {m} 次，中位数 {back}。" / "Today to 120: {n}, median until acceptance {span}; from 120: {m}, median {back}.";
}

word_of!(call_outcome(Outcome) {
    Outcome::Booked: "已下单" / "booked";
    Outcome::To120: "已转 120" / "handed to 120";
    Outcome::Asked: "咨询" / "question";
    Outcome::WrongNumber: "打错" / "wrong number";
    Outcome::Lost: "未接通" / "lost";
});

word_of!(pay_method(Method) {
    Method::Cash: "现金" / "cash";
    Method::Bank: "转账" / "bank transfer";
    Method::HospitalAccount: "医院挂账" / "hospital account";
    Method::Code: "收款码" / "payment code";
});

word_of!(pay_kind(Kind) {
    Kind::Payment: "收款" / "payment";
    Kind::Refund: "退款" / "refund";
});

word_of!(quote_why(Why) {
    Why::First: "首次报价" / "first price";
    Why::Changed: "行程改动" / "trip changed";
    Why::Distance: "里程不同" / "another distance";
    Why::Waiting: "等候" / "waiting";
    Why::Needs: "需要不同" / "other needs";
    Why::Return: "返程" / "way back";
    Why::Correction: "更正" / "correction";
});

word_of!(refund_reason(RefundReason) {
    RefundReason::Cancelled: "已取消" / "cancelled";
    RefundReason::Overcharged: "多收" / "overcharged";
    RefundReason::Late: "晚到" / "late";
    RefundReason::Complaint: "投诉处理" / "complaint";
    RefundReason::Mistake: "录错" / "recorded by mistake";
});

impl super::Lang {
    /// Why somebody was handed over.
    pub fn handover_reason(self, code: &str) -> &'static str {
        match code {
            "red_flag" => self.pick("红旗", "red flag"),
            "judgement" => self.pick("判断", "judgement"),
            "caller_asks" => self.pick("来电人要求", "the caller asks"),
            "not_urgent" => self.pick("不属急救", "not urgent"),
            "care_home" => self.pick("养老机构转送", "care home trip"),
            "discharge" => self.pick("出院、转院", "discharge or transfer"),
            _ => self.pick("其他", "other"),
        }
    }
}

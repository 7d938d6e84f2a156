//! Words of the family's link, of ratings and of incidents.

use super::words;

words! {
    family_head: "96120 转送查询" / "96120 transfer";
    family_title(number): "转送 {number}" / "Transfer {number}";
    family_number(number): "单号 {number}" / "No. {number}";
    family_comes(at): "车辆预计 {at} 到接人处" / "The vehicle comes at about {at}";
    family_arrives(at): "预计 {at} 送达" / "Arrival at about {at}";
    family_map: "车辆、接人处与目的地的相对位置" / "Where the vehicle is, between pick-up and destination";
    family_seen(at): "{at} 的车辆位置" / "Position at {at}";
    family_seen_old: "（信号已中断一段时间）" / "(no signal for a while)";
    family_unseen: "暂时收不到车辆位置，车组仍按计划行驶。" / "The vehicle's position is not known at the moment; the crew drives as planned.";
    family_promise: "约定时间" / "Agreed time";
    family_needs: "需要" / "Needs";
    family_step_booked: "已预约" / "Booked";
    family_step_assigned: "已派车" / "Vehicle assigned";
    family_step_started: "赶往接人" / "On its way to you";
    family_step_on_scene: "已到接人处" / "At the door";
    family_step_loaded: "已上车" / "Aboard";
    family_step_arrived: "已送达" / "Arrived";
    family_vehicle: "承接车辆" / "The vehicle";
    family_verify: "核验车辆与人员资质" / "Check vehicle and crew";
    family_complain: "企业投诉电话" / "The company's complaint line";
    family_return: "返程" / "The way back";
    family_return_what: "治疗结束后按一下，调度台会安排返程车辆。" / "Press when the treatment is over; the desk sends a vehicle.";
    family_rate: "评价这次转送" / "How was it?";
    family_score: "总体" / "All in all";
    family_score_5: "非常好" / "very good";
    family_score_4: "好" / "good";
    family_score_3: "一般" / "fair";
    family_score_2: "不好" / "poor";
    family_score_1: "很不好" / "very poor";
    family_words: "想说的话（可不填，请勿写病情）" / "Anything to add (no medical details, please)";
    family_rate_do: "提交评价" / "Send";
    family_rated(n): "您已评 {n} 分，谢谢。评价较低时，会有人给您回电。" / "You gave {n} of 5. Thank you. After a low score somebody calls you back.";
    family_cancel: "取消这次转送" / "Cancel this transfer";
    family_cancel_late: "车辆已经出发，按资费约定可能收取空驶费。" / "The vehicle has set off; by the tariff an empty run may be charged.";
    family_cancel_why: "原因" / "Reason";
    family_cancel_not_needed: "不需要了" / "no longer needed";
    family_cancel_other_means: "改用其他方式" / "another way was found";
    family_cancel_postponed: "改期" / "postponed";
    family_cancel_price: "价格原因" / "the price";
    family_cancel_do: "确认取消" / "Cancel it";
    family_worse: "病情变化请立即拨打" / "If the person gets worse, call at once:";
    family_gone: "链接无效或已过期" / "This link does not work any more";
    family_gone_what: "可能已被收回，或转送结束已久。如需帮助请致电 96120。" / "It may have been revoked, or the transfer ended long ago. Call 96120 for help.";

    links_title(number): "{number} 家属链接" / "Family link of {number}";
    links_lead(n): "已有 {n} 个有效链接。链接不含姓名，从出车到到达后 2 小时显示车辆位置。" / "Links in force: {n}. A link names nobody; the vehicle is shown from departure until 2 h after arrival.";
    links_made: "新链接" / "New link";
    links_once: "只显示这一次，请发给家属或让家属扫码。" / "It is shown this once: send it, or let the family scan it.";
    links_make: "生成链接" / "Make a link";
    links_revoke(n): "收回全部 {n} 个链接" / "Revoke all {n}";

    ratings_title: "评价与回访" / "Ratings";
    ratings_lead(n): "{n} 个低分评价待回访。" / "Low ratings that wait for a call: {n}.";
    ratings_lead_none: "没有待回访的评价。" / "Nobody waits for a call.";
    ratings_waiting: "待回访" / "To call";
    ratings_all: "全部" / "All";
    ratings_score: "评分" / "Score";
    ratings_words: "评价" / "What was said";
    ratings_due(at): "{at} 前回访" / "call by {at}";
    ratings_overdue(span): "已超期 {span}" / "overdue by {span}";
    ratings_called(at): "{at} 已回访" / "called at {at}";
    ratings_call: "记录回访" / "Write down the call";
    ratings_call_words: "家属怎么说、怎么处理" / "What the family said, what is done";
    ratings_none: "没有符合条件的评价" / "No rating matches";
    ratings_none_what: "换一个条件，或看全部评价。" / "Change the filter, or look at all of them.";

    incidents_title: "转送事件" / "Incidents";
    incidents_lead(n): "{n} 件待查看。" / "Not looked at: {n}.";
    incidents_lead_none: "没有待查看的事件。" / "Everything has been looked at.";
    incidents_open: "待查看" / "Not looked at";
    incidents_kind: "类别" / "Kind";
    incidents_grade: "后果" / "Outcome";
    incidents_what: "经过" / "What happened";
    incidents_review: "查看意见" / "Finding";
    incidents_review_do: "记录意见" / "Write it down";
    incidents_none: "没有符合条件的事件" / "No incident matches";
    tr_booking: "单号" / "Booking";
    tr_vehicle: "车辆" / "Vehicle";
    tr_time: "时间" / "Time";
    tr_operator: "企业" / "Operator";
    tr_from_day: "从" / "From";
    tr_until_day: "到" / "Until";
    tr_export(n): "导出当前 {n} 行" / "Export these {n} rows";
}

//! Words of the crew's phone page.

use super::words;

words! {
    crew_title: "我的任务" / "My journeys";
    crew_all_sent: "记录已全部发送" / "Everything is sent";
    crew_waiting(n): "{n} 条记录待发送，已保存在手机里。" / "{n} kept in this phone, waiting to be sent.";
    crew_offline: "没有网络，可以照常操作。" / "No network; carry on as usual.";
    crew_signed_out: "登录已过期。请重新登录，记录仍在手机里。" / "You are signed out. Sign in again; what you recorded is still in this phone.";
    crew_refused: "有一条记录没有被接受。" / "One record was not accepted.";
    crew_no_shift: "现在没有您的班次" / "You are not on duty now";
    crew_no_shift_what: "班次由转送企业安排，开始前 12 小时在此显示。" / "Your company plans the shifts; they appear here 12 hours ahead.";
    crew_vehicle(sign, plate): "{sign} 号车 {plate}" / "Vehicle {sign} {plate}";
    crew_begin: "开始出车" / "Begin the shift";
    crew_finish: "结束本班" / "End the shift";
    crew_km: "里程表读数（km）" / "Odometer (km)";
    crew_yes: "是" / "Yes";
    crew_no: "否" / "No";
    crew_save_list: "保存核对结果" / "Save the list";
    crew_no_journey: "还没有派给您的任务" / "Nothing assigned yet";
    crew_no_journey_what: "新任务会自动出现在这里。" / "New journeys appear here by themselves.";
    crew_from: "接" / "From";
    crew_to: "送" / "To";
    crew_navigate: "导航" / "Navigate";
    crew_leg(km): "前往 {km}" / "{km} to drive";
    crew_ground: "一楼" / "ground floor";
    crew_floor_lift(n): "{n} 楼，有电梯" / "floor {n}, lift";
    crew_floor_stairs(n): "{n} 楼，无电梯" / "floor {n}, no lift";
    crew_carry(n): "搬抬 {n} 人" / "{n} to carry";
    crew_patient_born(name, year): "{name}，{year} 年生" / "{name}, born {year}";
    crew_promise(span): "已承诺 {span} 到" / "Promised between {span}";
    crew_received_by(name): "{name} 已接收" / "received by {name}";
    crew_receiver: "接收人（姓名、科室）" / "Who takes over (name, ward)";
    crew_sign: "请接收人在框内签字；不便签字可留空" / "Please sign in the box; it may stay empty";
    crew_sign_again: "重签" / "Sign again";
    crew_handover: "保存交接" / "Save the hand-over";
    crew_flags(moment): "再问一次红旗（{moment}）" / "Ask the red flags again ({moment})";
    crew_flags_at(at): "{at} 已问" / "asked at {at}";
    crew_flags_save: "保存回答；有“是”立即转 120" / "Save; one yes goes to 120 at once";
    crew_to_120: "情况变差，转 120" / "Worse: hand to 120";
    crew_told_120: "已通知 120。请同时拨打 120，听从指挥；人由 120 接走前不要离开。" / "120 has been told. Call 120 as well and follow their word; stay until they take over.";
    crew_trouble: "遇到问题" / "Something is wrong";
    crew_incident: "发生了什么" / "What it is";
    crew_grade: "后果" / "Outcome";
    crew_grade_1: "造成死亡或永久损害" / "death or lasting harm";
    crew_grade_2: "造成损害，需要治疗" / "harm that needs treatment";
    crew_grade_3: "轻微损害，不需治疗" / "slight harm, no treatment";
    crew_grade_4: "没有损害" / "no harm";
    crew_what_happened: "经过（不写姓名）" / "What happened (no names)";
    crew_incident_do: "上报" / "Report";
    crew_no_show_why: "没有接到人的原因" / "Why nobody was fetched";
    crew_no_show_not_found: "到场找不到人" / "nobody found";
    crew_no_show_refused: "本人或家属不走了" / "the person or the family declined";
    crew_no_show_not_ready: "未准备好，不能等" / "not ready, cannot wait";
    crew_done(n): "本班已完成 {n} 单" / "Done on this shift: {n}";
}

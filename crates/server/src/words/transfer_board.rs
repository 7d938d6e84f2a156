//! Words of the dispatcher's board.

use rules::transfer::OutageReason;
use rules::transfer::planning::{Post, Room};

use super::{Lang, word_of, words};

words! {
    board_heading: "96120 调度台" / "96120 dispatch";
    board_counts(all, waiting, moving): "共 {all} 单，待派 {waiting}，在途 {moving}" / "{all} bookings, {waiting} to assign, {moving} on the road";
    board_new_call: "新来电" / "New call";
    board_views: "显示哪些预约" / "Which bookings";
    board_at: "用车" / "At";
    board_type: "类型" / "Type";
    board_way_head: "从 → 到" / "From → to";
    board_needs: "需要" / "Needs";
    board_state: "状态" / "State";
    board_car: "车" / "Vehicle";
    board_none: "无特殊需要" / "nothing special";
    board_on_call: "待叫" / "on call";
    board_vehicle(sign): "{sign} 号车" / "Vehicle {sign}";
    board_list_empty: "没有这样的预约" / "No such bookings";
    board_list_empty_what: "换一种显示方式，或从“新来电”开始。" / "Choose another view, or begin with “New call”.";
    board_found(text): "查找“{text}”" / "Looking for “{text}”";
    board_all_again: "显示全部" / "Show all";
    board_waits(minutes): "待派 {minutes} 分" / "to assign, {minutes} min";
    board_overdue(minutes): "逾时 {minutes} 分，待派" / "{minutes} min overdue";
    board_will_be_late(minutes): "预计晚 {minutes} 分" / "will be {minutes} min late";
    board_stranded: "车辆停驶，待改派" / "vehicle out, reassign";
    board_unseen: "车组未读" / "crew has not seen it";
    board_worries: "需要处理" / "Needs you";
    board_worries_none: "没有晚点、缺车或未读的任务" / "Nobody late, unserved or unseen";
    board_worry_late(name, minutes): "{name}：预计晚 {minutes} 分" / "{name}: will be {minutes} min late";
    board_worry_unseen(name): "{name}：车组还没有读任务" / "{name}: the crew has not seen it";
    board_worry_unmet(name): "{name}：没有车能承接" / "{name}: no vehicle can serve it";
    board_worry_waiting(name): "{name}：还没有派车" / "{name}: no vehicle yet";
    board_worry_stranded(name): "{name}：车辆停驶，待改派" / "{name}: its vehicle is out, reassign";
    board_worry_rows(name): "{name}：记录自相矛盾，无法规划，请人工处理" / "{name}: its record contradicts itself and cannot be planned; somebody must decide";
    board_title_of(at, trip, from, to): "{at} {trip}，{from} → {to}" / "{at} {trip}, {from} → {to}";
    board_chosen: "选中：" / "Selected: ";
    board_nothing_chosen: "没有选中的预约" / "No booking selected";
    board_nothing_chosen_what: "用 J、K 或点击左边的预约。" / "Press J or K, or click a booking on the left.";
    board_promise: "承诺接人" / "Promised pick-up";
    board_promise_window(from, until): "{from}–{until}" / "{from}–{until}";
    board_drive: "行程" / "Drive";
    board_way(km, minutes, source): "{km} km，约 {minutes} 分（{source}）" / "{km} km, about {minutes} min ({source})";
    board_recommend(vehicle): "建议派 {vehicle}" / "Recommended: {vehicle}";
    board_recommend_none: "没有可派的车" / "No vehicle can be sent";
    board_compared(all, prompt): "{all} 辆可比，{prompt} 辆符合全部要求" / "{all} compared, {prompt} meet everything";
    board_all_late(n): "{n} 辆能来，但都会晚，须先告知家属" / "{n} can come, all of them late: tell the family first";
    board_nobody_can(n): "{n} 辆车都不能承接，原因见下" / "None of {n} vehicles can; the reasons stand below";
    board_send(vehicle): "派 {vehicle}" / "Send {vehicle}";
    board_send_other: "改派" / "Send this one";
    board_arrives(at): "到达 {at}" / "there at {at}";
    board_late(minutes): "晚 {minutes} 分" / "{minutes} min late";
    board_fits(needs): "{needs}，按时" / "{needs}, on time";
    board_makes_room: "须调换其他预约，均不违背承诺" / "others change vehicles, all promises kept";
    board_empty(km): "空驶 {km} km" / "{km} km empty";
    board_current: "现派" / "assigned";
    board_not_now: "这单现在不能派车：须先完成分诊、报价和确认。" / "This one cannot be assigned now: triage, price and agreement come first.";
    board_reason: "改派原因" / "Why another vehicle";
    board_reason_hint: "不派建议的车，请写明原因；以后优化不会再动它" / "Say why; the plan will then leave it there";
    board_unassign: "撤回派车" / "Take the vehicle away";
    board_take_over: "已转到接替车辆" / "Is aboard the other vehicle";
    board_open_booking: "预约详情" / "Booking";
    board_to_120: "转 120" / "Hand to 120";
    board_cannot(why): "这辆车不能派：{why}。请看建议中的其他车辆。" / "This vehicle cannot be sent: {why}. Please look at the others.";
    board_no_vehicle: "没有车能按要求承接。请与家属商量时间，或登记为未能承接。" / "No vehicle can serve this as asked. Agree another time with the family, or record it as turned down.";
    board_out_until(reason, until): "{reason}至 {until}" / "{reason} until {until}";
    board_unaccredited: "车辆或车组证照不全（A40）" / "vehicle or crew not accredited (A40)";
    board_off_duty: "不在岗" / "off duty";
    board_lacks(what): "没有{what}" / "without {what}";
    board_equipment: "所需设备" / "the equipment needed";
    board_no_room(what): "没有{what}" / "no {what}";
    board_no_crew(what): "车组缺{what}" / "crew lacks {what}";
    board_unreachable: "没有路可到" / "no way there";
    board_shift_end(at): "{at} 下班，送不完" / "duty ends at {at}, too early";
    board_not_in_time: "按时赶不到" / "cannot be there in time";
    board_too_long: "在车上时间过长" / "too long aboard";
    board_room_taken: "座位已被占用" / "the room is taken";
    board_others: "会影响已承诺的预约或休息" / "would break another promise or a break";
    board_pinned: "已指定其他车辆" / "bound to another vehicle";
    board_map_hint: "连线为示意，不是导航路线" / "The line is a sketch, not a route";
    board_map_missing: "地图需要脚本和地图库；左边的列表和下面的车辆说的是同样的内容。" / "The map needs scripts and the map library; the lists say the same.";
    board_zoom_in: "放大" / "Zoom in";
    board_zoom_out: "缩小" / "Zoom out";
    board_ruler: "车辆时间线" / "Vehicles";
    board_legend_done: "已完成" / "done";
    board_legend_aboard: "载客中" / "aboard";
    board_legend_planned: "已计划" / "planned";
    board_legend_empty: "空驶或休息" / "empty or break";
    board_on_duty(n, all): "{all} 辆，在岗 {n}" / "{n} of {all} on duty";
    board_waiting: "待派" / "To assign";
    board_waiting_count(n): "{n} 单" / "{n} waiting";
    board_break: "休息" / "break";
    board_empty_drive: "空驶" / "empty";
    board_suggested(trip): "建议：{trip}" / "suggested: {trip}";
    board_as_table: "表格" / "As a table";
    board_as_ruler: "时间线" / "As a ruler";
    board_breakdown: "停驶" / "Stop";
    board_breakdown_of(vehicle): "{vehicle}停驶：先看会影响谁" / "{vehicle} out of service: see first who is affected";
    board_mended: "恢复" / "Back";
    board_if_out(vehicle): "如果 {vehicle} 现在停驶" / "If {vehicle} drives no further";
    board_if_late(vehicle, minutes): "如果 {vehicle} 晚 {minutes} 分" / "If {vehicle} is {minutes} min late";
    board_if_given(vehicle): "如果派 {vehicle}" / "If {vehicle} is sent";
    board_preview_sum(changed, same, late, lost): "{changed} 单变动，{same} 单不变；晚点 {late}，无车可派 {lost}" / "{changed} change, {same} stay as they are; {late} late, {lost} without a vehicle";
    board_preview_none: "没有预约受影响" / "Nobody is affected";
    board_give_cannot: "这辆车不能承接，原因见建议列表。" / "This vehicle cannot take it; the list of vehicles says why.";
    board_moves(before, after, from, to): "{before} → {after}，{from} → {to}" / "{before} → {after}, {from} → {to}";
    board_same_vehicle(from, to): "接人 {from} → {to}" / "pick-up {from} → {to}";
    board_moves_late(moves, minutes): "{moves}，晚 {minutes} 分" / "{moves}, {minutes} min late";
    board_taken_over(moves): "在车上，由接替车辆接走：{moves}" / "aboard, taken over: {moves}";
    board_lost: "没有车能接，须人工处理" / "no vehicle can come; somebody must decide";
    board_no_vehicle_yet: "待派" / "none yet";
    board_do_out: "确认停驶并按此改派" / "Out of service: reassign as shown";
    board_outage_label: "停驶原因" / "Why it is out";
    board_back: "不做改动，返回" / "Change nothing";
    board_command: "命令行" / "Command line";
    board_command_hint: "6　6 故障　6 晚 20　120　查 博山" / "6   6 out   6 late 20   120   find Boshan";
    board_command_unknown(line): "没有听懂“{line}”。可以写：6（派 6 号车）、6 故障、6 晚 20、120、查 地名。" / "“{line}” was not understood. Try: 6 (send vehicle 6), 6 out, 6 late 20, 120, find PLACE.";
    board_key_move: "换单" / "other booking";
    board_key_accept: "派建议车" / "send the recommended";
    board_key_digits: "派指定车" / "send another";
    board_key_120: "转 120" / "to 120";
    board_source_straight: "直线估算" / "straight line";
    board_source_road: "路网" / "road graph";
    board_source_osrm: "OSRM 路况" / "OSRM roads";
    board_source_valhalla: "Valhalla 路况" / "Valhalla roads";
    board_view_open: "未完成" / "Open";
    board_view_waiting: "待派" / "To assign";
    board_view_ended: "已结束" / "Ended";
    board_view_all: "今天全部" / "All of today";
}

word_of!(outage_word(OutageReason) {
    OutageReason::Inspection: "年检停用" / "yearly inspection";
    OutageReason::Repair: "维修停用" / "in repair";
    OutageReason::Breakdown: "故障停驶" / "broken down";
    OutageReason::Disinfection: "终末消毒" / "disinfection";
});

word_of!(room(Room) {
    Room::Staff: "陪护座位" / "seat for a companion";
    Room::Seat: "座位" / "seat";
    Room::Stretcher: "担架位" / "stretcher";
    Room::Wheelchair: "轮椅位" / "wheelchair place";
});

word_of!(post(Post) {
    Post::Driver: "驾驶员" / "a driver";
    Post::SecondDriver: "第二名驾驶员（超过 400 km 或 4 小时）" / "a second driver (over 400 km or 4 h)";
    Post::Nurse: "护士" / "a nurse";
    Post::Doctor: "医师" / "a doctor";
    Post::Hands: "搬抬人手" / "hands to carry";
});

impl Lang {
    pub(crate) fn board_view(self, code: &str) -> &'static str {
        match code {
            "confirmed" => self.board_view_waiting(),
            "ended" => self.board_view_ended(),
            "all" => self.board_view_all(),
            _ => self.board_view_open(),
        }
    }

    pub(crate) fn travel_source(self, code: &str) -> &'static str {
        match code {
            "road" => self.board_source_road(),
            "osrm" => self.board_source_osrm(),
            "valhalla" => self.board_source_valhalla(),
            _ => self.board_source_straight(),
        }
    }

    pub(crate) fn equipment(self, code: &str) -> &'static str {
        match code {
            "oxygen" => self.pick("供氧", "oxygen"),
            "monitor" => self.pick("监护仪", "a monitor"),
            "bariatric" => self.pick("大体重担架", "a bariatric stretcher"),
            "infusion" => self.pick("输液泵", "an infusion pump"),
            "lift" => self.pick("升降装置", "a lift"),
            _ => self.board_equipment(),
        }
    }

    /// What was done, said once.
    pub(crate) fn board_done(self, code: &str) -> Option<&'static str> {
        Some(match code {
            "assigned" => self.pick("已派车，车组会收到任务。", "Assigned. The crew gets the job."),
            "assigned_late" => self.pick(
                "已派车，但会晚，请告知家属。",
                "Assigned, but late. Please tell the family.",
            ),
            "unassigned" => self.pick("已撤回派车，承诺不变。", "Taken away. The promise stands."),
            "taken_over" => {
                self.pick("已记录：人已在接替车辆上。", "Recorded: aboard the other vehicle.")
            }
            "out" => self.pick(
                "车辆已停驶，其他预约已按预览改派。",
                "Out of service; the others were reassigned as shown.",
            ),
            "back" => self.pick("车辆已恢复。", "The vehicle drives again."),
            _ => return None,
        })
    }
}

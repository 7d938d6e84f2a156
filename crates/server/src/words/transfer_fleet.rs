//! Words of a transfer company's pages: vehicles, crews, certificates, shifts, hours; and of what
//! anybody may look up about a vehicle.

use rules::transfer::OutageReason;
use rules::transfer::accreditation::Certificate;

use super::{word_of, words};

words! {
    tf_nav_fleet: "车辆" / "Vehicles";
    tf_nav_crews: "人员" / "People";
    tf_nav_shifts: "排班" / "Shifts";
    tf_nav_hours: "里程与工时" / "Mileage and hours";
    tf_steps: "操作" / "Steps";
    tf_export(n): "导出当前 {n} 行" / "Export these {n} rows";
    tf_count(n): "{n} 条" / "{n} in all";
    tf_operator: "转送企业" / "Operator";
    tf_vehicle: "车辆" / "Vehicle";
    tf_vehicle_no(sign): "{sign} 号车" / "Vehicle {sign}";
    tf_vehicles: "车辆" / "Vehicles";
    tf_vehicles_none: "没有符合条件的车辆" / "No vehicle fits the filter";
    tf_vehicles_none_what: "清空条件，或在下方登记新车。" / "Clear the filter, or enter a vehicle below.";
    tf_find_vehicle: "车号、车牌、型号" / "Number, plate, model";
    tf_model: "型号" / "Model";
    tf_equipment: "设备" / "Equipment";
    tf_base: "驻点" / "Base";
    tf_base_zh: "驻点（中文）" / "Base (Chinese)";
    tf_base_en: "驻点（英文）" / "Base (English)";
    tf_lat: "驻点纬度" / "Latitude of the base";
    tf_lng: "驻点经度" / "Longitude of the base";
    tf_room: "座位与床位" / "Room";
    tf_stretchers(n): "担架 {n}" / "{n} stretcher";
    tf_wheelchairs(n): "轮椅位 {n}" / "{n} wheelchair";
    tf_seats(n): "座位 {n}" / "{n} seats";
    tf_staff(n): "医护座 {n}" / "{n} staff";
    tf_stretchers_label: "担架" / "Stretchers";
    tf_wheelchairs_label: "轮椅位" / "Wheelchair places";
    tf_seats_label: "座位" / "Seats";
    tf_staff_label: "医护座" / "Staff seats";
    tf_rooms_wrong: "床位和座位请填 0 至 20 的数。" / "Room is told in numbers from 0 to 20.";
    tf_place_wrong: "驻点的经纬度不对，例如 36.5000 和 117.8600。" / "The position of the base cannot be read; write it like 36.5000 and 117.8600.";
    tf_accreditation: "认证" / "Accreditation";
    tf_accredited: "认证齐全" / "Accredited";
    tf_fit: "认证齐全" / "Accredited";
    tf_unfit: "未认证（A40）" / "Not accredited (A40)";
    tf_soon: "将到期" / "Ending soon";
    tf_more(n): "另缺 {n} 项" / "and {n} more";
    tf_expires(name, day): "{name} {day} 到期" / "{name} ends {day}";
    tf_lack_missing(name): "缺{name}" / "{name} missing";
    tf_lack_not_yet(name, day): "{name} {day} 起有效" / "{name} holds from {day}";
    tf_lack_expired(name, day): "{name} {day} 到期，已失效" / "{name} ended {day}";
    tf_lack_revoked(name, day): "{name} {day} 被撤销" / "{name} revoked {day}";
    tf_out_of_service: "停用" / "Out of service";
    tf_until(at): "至 {at}" / "until {at}";
    tf_until_open: "恢复时间未定" / "end not known";
    tf_fleet_lead_ok: "所有车辆认证齐全，没有停用。" / "Every vehicle is accredited and in service.";
    tf_fleet_lead(unfit, soon, out): "{unfit} 辆未认证，不会派车；{soon} 辆证件将到期；{out} 辆停用。" / "{unfit} not accredited and never planned; {soon} with a certificate ending soon; {out} out of service.";
    tf_join_title: "登记新车" / "Enter a vehicle";
    tf_join_do: "登记这辆车" / "Enter this vehicle";
    tf_join_hint: "登记后请补齐证件；认证齐全以前不会派车。" / "Add its certificates next: until they are there it is never planned.";
    tf_call_sign: "车号" / "Number";
    tf_plate: "车牌" / "Plate";
    tf_joined: "加入日期" / "Joined";
    tf_this_month: "本月" / "This month";
    tf_month_line(shifts, trips, km): "{shifts} 班，{trips} 趟，{km} km" / "{shifts} shifts, {trips} journeys, {km} km";
    tf_worked_line(shifts, trips, span): "{shifts} 班，{trips} 趟，排班 {span}" / "{shifts} shifts, {trips} journeys, {span} planned";
    tf_fit_lead(day): "证件最早 {day} 到期。" / "The first certificate ends {day}.";
    tf_fit_person_lead(day): "证件最早 {day} 到期。" / "The first certificate ends {day}.";
    tf_unfit_lead(list): "不会派车：{list}。补齐证件后自动恢复。" / "Never planned: {list}. It comes back by itself once they are there.";
    tf_unfit_person_lead(list): "不会排班：{list}。补齐证件后自动恢复。" / "Never planned: {list}. It comes back by itself once they are there.";
    tf_out_lead(reason, until): "停用：{reason}，{until}。" / "Out of service: {reason}, {until}.";
    tf_certificate: "证件" / "Certificate";
    tf_certificates: "证件与检验" / "Certificates and inspections";
    tf_certificates_none: "还没有证件" / "No certificate yet";
    tf_certificates_none_what: "在右侧逐项登记。" / "Enter them one by one beside.";
    tf_number: "编号" / "Number";
    tf_from: "起始" / "From";
    tf_last_day: "最后一天" / "Last day";
    tf_over: "已到期" / "Over";
    tf_not_yet: "尚未生效" / "Not yet in force";
    tf_revoked: "已撤销" / "Revoked";
    tf_revoke: "撤销" / "Revoke";
    tf_certify_title: "登记证件" / "Enter a certificate";
    tf_certify_do: "登记这张证件" / "Enter this certificate";
    tf_certify_hint: "续期请登记为新的一张，起止日期可以相接。" / "A renewal is one more certificate; the dates may follow each other.";
    tf_certificate_choose: "请选择证件种类。" / "Please choose the kind of certificate.";
    tf_outages: "停用记录" / "Out of service";
    tf_outages_none: "近三个月没有停用" / "Never out of service in three months";
    tf_outages_none_what: "年检、维修、消毒请在右侧登记，调度不会派车。" / "Enter inspections, repairs and disinfection beside: the planner keeps away from the vehicle.";
    tf_reason: "原因" / "Reason";
    tf_reason_choose: "请选择原因。" / "Please choose a reason.";
    tf_until_word: "至" / "Until";
    tf_end_outage: "恢复使用" / "Back in service";
    tf_stop_title: "停用车辆" / "Take out of service";
    tf_stop_do: "停用这辆车" / "Take this vehicle out";
    tf_stop_hint: "不填起始时间即从现在起；不填结束时间即待定。" / "Without a start it begins now; without an end it stays open.";
    tf_card: "车门公示牌" / "Card for the door";
    tf_day: "日期" / "Day";
    tf_hours_word: "时间" / "Hours";
    tf_on_duty: "在岗" / "on duty";
    tf_shifts_next: "未来七天的班" / "Shifts of the next seven days";
    tf_shifts_none: "没有排班" / "No shift";
    tf_shifts_none_what: "在排班页安排。" / "Plan one on the page of shifts.";
    tf_name: "姓名" / "Name";
    tf_name_zh: "姓名（中文）" / "Name (Chinese)";
    tf_name_en: "姓名（英文）" / "Name (English)";
    tf_role: "岗位" / "Role";
    tf_role_choose: "请选择岗位。" / "Please choose a role.";
    tf_phone: "电话" / "Phone";
    tf_person: "人员" / "Person";
    tf_find_person: "姓名、首字母、电话" / "Name, initials, phone";
    tf_crews_none: "没有符合条件的人员" / "Nobody fits the filter";
    tf_crews_none_what: "清空条件，或在下方登记。" / "Clear the filter, or enter somebody below.";
    tf_crews_lead_ok: "所有人员证件齐全。" / "Everybody's certificates are in order.";
    tf_crews_lead(unfit, soon): "{unfit} 人未认证，不会排班；{soon} 人证件将到期。" / "{unfit} not accredited and never planned; {soon} with a certificate ending soon.";
    tf_employ_title: "登记人员" / "Enter a person";
    tf_employ_do: "登记这名人员" / "Enter this person";
    tf_employ_hint: "登记后请补齐证件；证件齐全以前不能排班。" / "Add the certificates next: until they are there nobody is planned.";
    tf_crew: "车组" / "Crew";
    tf_fault: "问题" / "Fault";
    tf_faulty: "只看有问题的" / "Only with a fault";
    tf_unfit_name(name): "{name}未认证（A40），不会派车" / "{name} is not accredited (A40): never planned";
    tf_beyond(name, day): "{name}的证件 {day} 到期，覆盖不到本班" / "{name}: a certificate ends {day}, before this shift does";
    tf_doubled: "有人同时排在两辆车上" / "Somebody stands on two vehicles at once";
    tf_out_then(reason): "这段时间停用：{reason}" / "Out of service then: {reason}";
    tf_latest(at): "最晚 {at}" / "latest {at}";
    tf_latest_word: "最晚收车" / "Latest";
    tf_drop_shift: "取消这一班" / "Drop this shift";
    tf_week_label: "一周排班，每行一辆车" / "A week of shifts, one line a vehicle";
    tf_week_title(from, until): "{from} 至 {until}" / "{from} to {until}";
    tf_week_from: "从" / "From";
    tf_week_before: "前一周" / "Week before";
    tf_week_after: "后一周" / "Week after";
    tf_shifts_lead_ok(n): "本周 {n} 班，没有发现问题。" / "{n} shifts this week, no fault found.";
    tf_shifts_lead(n, faulty): "本周 {n} 班，其中 {faulty} 班有问题，见下表。" / "{n} shifts this week, {faulty} with a fault: see the table.";
    tf_plan_title: "排一班" / "Plan a shift";
    tf_plan_do: "排这一班" / "Plan this shift";
    tf_plan_hint: "同一人不能同时在两辆车上；证件须覆盖到最晚收车。跨夜的班按次日结束。" / "Nobody stands on two vehicles at once, and certificates must reach to the latest minute. A shift that ends earlier than it starts ends on the next day.";
    tf_starts: "开始" / "Starts";
    tf_ends: "结束" / "Ends";
    tf_crew_1: "驾驶员" / "Driver";
    tf_crew_2: "车组第二人" / "Second of the crew";
    tf_crew_3: "车组第三人" / "Third of the crew";
    tf_time_wrong: "时间请按 08:00 的样子填写。" / "Write times like 08:00.";
    tf_month: "月份" / "Month";
    tf_shifts_word: "班次" / "Shifts";
    tf_hours_planned: "排班工时" / "Hours planned";
    tf_hours_on_duty: "在岗工时" / "Hours on duty";
    tf_trips: "转送" / "Journeys";
    tf_km: "里程 km" / "Mileage, km";
    tf_empty_share: "空驶" / "Empty";
    tf_export_vehicles: "导出车辆" / "Export vehicles";
    tf_export_people: "导出人员" / "Export people";
    tf_hours_lead(month, trips, km): "{month}：完成 {trips} 趟，里程表合计 {km} km。" / "{month}: {trips} journeys, {km} km by the odometers.";
    tf_look_up_title: "查验转送车辆" / "Check a transfer vehicle";
    tf_look_up_what: "扫车门上的码，或输入车牌，看这辆车由谁经营、是否认证。" / "Scan the code at the door, or type the plate, to see who runs the vehicle and whether it is accredited.";
    tf_look_up_other: "查另一辆车" / "Check another vehicle";
    tf_look_up_code: "车牌或车门编码" / "Plate or code at the door";
    tf_look_up_do: "查验" / "Check";
    tf_accredited_public: "已登记，认证齐全" / "Registered and accredited";
    tf_not_accredited_public: "已登记，但目前认证不全" / "Registered, but not accredited at present";
    tf_left_service: "已退出转送服务" / "No longer in the service";
    tf_not_registered: "没有登记" / "Not registered";
    tf_not_registered_what(code): "本市转送服务没有登记“{code}”。请核对车牌；如车辆自称转送车，请不要乘坐，并告诉我们。" / "The city's transfer service knows no \"{code}\". Check the plate; if the vehicle calls itself a transfer vehicle, do not board it, and tell us.";
    tf_do_not_board: "请不要乘坐。预约转送请拨 96120，紧急情况拨 120。" / "Please do not board. Call 96120 to book a transfer, 120 in an emergency.";
    tf_lacks_public: "缺少或过期：" / "Missing or expired: ";
    tf_complaint_phone: "投诉电话" / "Complaints";
    tf_complain_here: "投诉或举报" / "Complain or report";
    tf_quote_title: "核对报价" / "Check a quote";
    tf_quote_what: "输入报价单上的核对码，看金额和明细是否真实。" / "Type the code of the quote to see whether its amount and lines are genuine.";
    tf_quote_code: "报价核对码" / "Code of the quote";
    tf_quote_check: "核对" / "Check";
    tf_card_scan: "扫码查验：谁经营、是否认证、怎样投诉" / "Scan to check who runs it, whether it is accredited, how to complain";
    tf_book_phone: "预约" / "Booking";
    tf_card_code: "车门编码" / "Code";
    tf_card_issued(day): "签发 {day}" / "Issued {day}";
}

word_of!(certificate(Certificate) {
    Certificate::OperatingLicence: "转送车辆登记" / "Service registration";
    Certificate::Inspection: "车辆检验" / "Safety inspection";
    Certificate::Insurance: "交强险" / "Compulsory insurance";
    Certificate::Disinfection: "消毒评价" / "Disinfection";
    Certificate::DrivingLicence: "驾驶证" / "Driving licence";
    Certificate::DriverCard: "驾驶员上岗证" / "Driver's card";
    Certificate::FirstAid: "急救培训证" / "First-aid certificate";
    Certificate::NurseLicence: "护士执业注册" / "Nurse registration";
    Certificate::DoctorLicence: "医师执业注册" / "Doctor registration";
    Certificate::HealthCheck: "健康体检" / "Health check";
});

word_of!(outage_reason(OutageReason) {
    OutageReason::Inspection: "检验" / "inspection";
    OutageReason::Repair: "维修" / "repair";
    OutageReason::Breakdown: "途中故障" / "breakdown";
    OutageReason::Disinfection: "终末消毒" / "disinfection";
});

impl super::Lang {
    /// What a vehicle has, by its code.
    pub(crate) fn tf_feature(self, code: &str) -> &'static str {
        match code {
            "oxygen" => self.pick("吸氧", "oxygen"),
            "monitor" => self.pick("监护仪", "monitor"),
            "infusion" => self.pick("输液", "drip"),
            "lift" => self.pick("升降板", "lift"),
            "bariatric" => self.pick("大体重", "bariatric"),
            "infection" => self.pick("负压隔离", "isolation"),
            _ => "",
        }
    }

    /// Said once after something was done on these pages.
    pub(crate) fn tf_done(self, code: &str) -> Option<&'static str> {
        Some(match code {
            "vehicle" => {
                self.pick("车辆已登记，请补齐证件。", "Entered. Add the certificates next.")
            }
            "person" => {
                self.pick("人员已登记，请补齐证件。", "Entered. Add the certificates next.")
            }
            "certified" => self.pick("证件已登记。", "The certificate is entered."),
            "revoked" => self.pick("证件已撤销。", "The certificate is revoked."),
            "stopped" => self.pick(
                "已登记停用，调度不再派这辆车。",
                "Out of service: the planner keeps away from it.",
            ),
            "drives" => self.pick("车辆恢复使用。", "The vehicle is back in service."),
            "planned" => self.pick("这一班已排好。", "The shift is planned."),
            "dropped" => self.pick("这一班已取消。", "The shift is dropped."),
            "signed" => self.pick("合同已登记。", "The agreement is entered."),
            "ended" => self.pick("合同已终止。", "The agreement is ended."),
            "drive" => self.pick("专项已登记。", "The drive is entered."),
            "drive_withdrawn" => self.pick("已撤销。", "Taken back."),
            "opened" => self.pick("服务区域已登记。", "The area is entered."),
            "area_ended" => self.pick("已停止或撤回。", "Ended or taken back."),
            "assign" => self.pick("已交转送企业答复。", "Handed to the operator."),
            "answer" => self.pick("答复已公开给投诉人。", "The complainant can read the answer."),
            "close" => self.pick("投诉已办结。", "The complaint is closed."),
            "ordered" => self.pick("改进事项已下达。", "The improvement is ordered."),
            "act" => self.pick("已记录。", "Recorded."),
            _ => return None,
        })
    }
}

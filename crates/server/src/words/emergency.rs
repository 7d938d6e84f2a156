//! Words of emergency cases: the clinic's SOS, the desk, the hospital's screen.

use rules::card::CardRole;
use rules::emergency::{Airway, DeclineReason, Outcome, Source, Stage, Standing};
use rules::notice::Way;

use super::{Lang, word_of, words};

words! {
    sos_title: "呼救" / "Call for help";
    sos_lead: "先打 120，再点下面一键呼救。医院马上收到，资料可以之后再补。"
        / "Call 120 first, then tap below. The hospital hears at once; details can follow.";
    sos_120: "拨打 120" / "Call 120";
    sos_120_done: "120 已拨，记下时间" / "120 was called: note the time";
    sos_120_at(time): "{time} 已拨 120" / "120 called at {time}";
    sos_hotline(number): "绿色通道热线 {number}" / "Green-channel line {number}";
    sos_none: "现在没有正在进行的手术" / "No operation is going on";
    sos_none_what: "患者在院内其他地方或已离院，也可以呼救。" / "You can still call for help for a patient elsewhere.";
    sos_now: "一键呼救" / "Call for help now";
    sos_what: "或直接说明是什么情况" / "or say what it is";
    sos_running_case: "已呼救，进入病例" / "Help was called: open the case";
    sos_notes: "记录用药和材料" / "Note drugs and materials";
    sos_notes_what: "术中随手记下，需要呼救时自动带出。" / "Noted during the operation; it is in the packet should help be needed.";
    sos_elsewhere: "不在手术中的患者" / "A patient who is not in an operation";
    sos_elsewhere_where: "患者在哪里" / "Where the patient is";
    sos_callback: "回拨电话" / "Number to call back";
    sos_said: "情况" / "What happened";
    sos_drill: "这是演练" / "This is a drill";
    sos_no_blame: "呼救只用于救人，不作为监管预警或处罚的依据。" / "A call for help serves the patient only. It is no alert of supervision and no ground for a penalty.";
    sos_cases: "本机构正在处理的病例" / "Open cases of this institution";
    drill_of(name): "演练：{name}" / "Drill: {name}";
    drill: "演练" / "Drill";
    case_tag(number): "病例 {number}" / "Case {number}";
    since_onset(time): "自发病 {time} 起" / "since onset at {time}";
    since_raised(time): "自呼救 {time} 起" / "since the call at {time}";
    onset: "发病" / "Onset";
    raised: "呼救" / "Raised";
    place_unknown: "地点不明，正在核实" / "Place unknown, being asked";
    place_reported: "来电报告的地点" / "Place as reported";
    person(sex, years): "{sex}，{years} 岁" / "{sex}, {years}";
    the_patient: "患者" / "Patient";
    clock_title: "时限" / "Time limits";
    card_tag(name, version): "急救卡：{name}，{version} 版" / "Card: {name}, version {version}";
    card_draft: "草稿，待市医美质控中心审定" / "Draft, awaiting the QC centre's approval";
    card_approved: "市医美质控中心审定" / "Approved by the QC centre";
    card_title: "急救卡步骤" / "Steps of the card";
    card_of_all(done, all): "{done} / {all}" / "{done} / {all}";
    card_source(source): "来源：{source}" / "Source: {source}";
    card_foot(until): "参考流程，不替代医师判断。有效期至 {until}。" / "For reference; does not replace clinical judgement. Valid until {until}.";
    card_recognise: "识别要点" / "How to recognise";
    card_doses: "按体重的用量（参考）" / "Doses by weight (reference)";
    card_change: "改为" / "Change to";
    card_change_do: "改用这张卡" / "Use this card";
    weight_needed(per_kg, unit): "{per_kg} {unit}/kg，填体重后算出" / "{per_kg} {unit}/kg; enter the weight";
    next_at(time): "下次 {time}" / "next {time}";
    tick_do: "完成" / "Done";
    target_label(what, limit): "{what} ≤ {limit}" / "{what} ≤ {limit}";
    target_met: "达标" / "met";
    target_missed: "超时" / "late";
    target_overdue: "已超时" / "overdue";
    target_running: "进行中" / "running";
    target_waiting: "未开始" / "not started";
    target_none: "未发生" / "did not happen";
    left(span): "剩 {span}" / "{span} left";
    over_by(span): "超 {span}" / "over by {span}";
    left_hours: "剩 {h}:{m}:{s}" / "{h}:{m}:{s} left";
    left_minutes: "剩 {m}:{s}" / "{m}:{s} left";
    left_over: "超 {h}:{m}:{s}" / "{h}:{m}:{s} over";
    expected_at(time): "预计 {time}" / "expected {time}";
    limit_word(span, what): "{span} {what}" / "{span}: {what}";
    packet_title: "急救资料包" / "Packet";
    packet_missing(what): "还缺：{what}" / "Still missing: {what}";
    packet_empty: "还没有资料。点下面逐项补充，医院同时看到。" / "Nothing yet. Add items below; the hospital sees them at once.";
    packet_add: "补充资料" / "Add to the packet";
    packet_before: "术中记录" / "noted before";
    packet_totals: "用药合计" / "Totals";
    drug_total_(name, mg, kg): "{name} 合计 {mg} mg，{kg} mg/kg" / "{name}: {mg} mg in all, {kg} mg/kg";
    drug_total_plain(name, mg): "{name} 合计 {mg} mg" / "{name}: {mg} mg in all";
    lot_unknown: "批号未记" / "lot not noted";
    lot_of(lot): "批号 {lot}" / "lot {lot}";
    volumes(in_ml, out_ml): "注入 {in_ml} ml，吸出 {out_ml} ml" / "{in_ml} ml in, {out_ml} ml out";
    vitals(bp, pulse, spo2): "收缩压 {bp}，心率 {pulse}，SpO₂ {spo2}%" / "systolic {bp}, pulse {pulse}, SpO₂ {spo2} %";
    field_kg: "体重 kg" / "Weight, kg";
    field_years: "年龄" / "Age";
    field_female: "女" / "female";
    field_male: "男" / "male";
    field_drug: "药名" / "Drug";
    field_amount: "剂量" / "Dose";
    field_unit: "单位" / "Unit";
    field_product: "材料" / "Product";
    field_lot: "批号" / "Lot";
    field_site: "部位" / "Site";
    field_ml: "用量 ml" / "Volume, ml";
    field_in: "注入 ml" / "In, ml";
    field_out: "吸出 ml" / "Out, ml";
    field_systolic: "收缩压" / "Systolic";
    field_pulse: "心率" / "Pulse";
    field_spo2: "SpO₂ %" / "SpO₂ %";
    field_text: "内容" / "Text";
    fact_add: "记入" / "Add";
    course_title: "经过" / "Course";
    course_all(n): "共 {n} 条" / "{n} entries";
    course_raised: "呼救" / "Help was called";
    course_called_120: "已拨 120" / "120 was called";
    course_moving: "患者出发" / "Patient on the way";
    course_arrived: "到院" / "Arrived";
    course_handed_over: "交接完成" / "Handed over";
    course_closed(outcome): "结案：{outcome}" / "Closed: {outcome}";
    course_stood_down: "撤销" / "Stood down";
    course_merged: "并入另一病例" / "Merged into another case";
    course_called: "呼叫" / "called";
    course_acknowledged(by): "应答 {by}" / "answered {by}";
    course_accepted(by): "接收，{by}" / "accepted, {by}";
    course_declined(reason): "不能接收：{reason}" / "cannot take it: {reason}";
    course_withdrawn: "呼叫撤回，已告知" / "call withdrawn and told so";
    course_ticked(step): "已做：{step}" / "Done: {step}";
    course_unanswered: "无人应答，已转下一家" / "no answer, the next one was called";
    notice_sent(way): "{way}已送达网关" / "{way} handed to the gateway";
    notice_failed(way): "{way}发送失败" / "{way} could not be sent";
    notice_waits(way): "{way}等待发送" / "{way} waiting";
    qc_desk: "质控中心值守台" / "QC centre desk";
    message_label: "记一笔" / "Write into the course";
    message_hint: "例如：20:15 家属已到诊所" / "e.g. 20:15 family has arrived";
    message_do: "记入" / "Add";
    zone_differs: "片区医院与最近能救治的医院不同" / "The zone's hospital is not the nearest that can treat this";
    zone_same: "片区医院能救治，也是推荐的医院" / "The zone's hospital can treat this and is recommended";
    zone_unknown: "地点不在任何片区内，按距离推荐" / "The place lies in no zone; recommended by distance";
    nobody_able: "全市没有医院完全满足这张卡，列出缺得最少的" / "No hospital meets this card; the one that lacks least stands first";
    no_hospitals: "还没有登记值守医院" / "No hospital is on call yet";
    tag_zone_recommended: "片区医院，推荐" / "zone, recommended";
    tag_recommended: "推荐" / "recommended";
    tag_zone: "片区医院" / "zone hospital";
    tag_backup: "备选" / "alternative";
    tag_other: "其他" / "other";
    why_zone_able: "片区医院，能救治" / "The zone's hospital; can treat this";
    why_zone_unable: "片区医院，这时缺必需条件，仍已通知" / "The zone's hospital lacks what the card needs now; told all the same";
    why_further(n): "最近能救治：比片区医院多 {n} 分车程，少一次转院" / "Nearest that can treat this: {n} min further than the zone's, one transfer less";
    why_nearer(n): "能救治，比片区医院近 {n} 分" / "Can treat this, {n} min nearer than the zone's";
    why_as_far: "能救治，路程与片区医院相当" / "Can treat this, about as far as the zone's";
    hospitals_rest(n): "其余 {n} 家" / "{n} more";
    why_able: "最近能救治" / "Nearest that can treat this";
    without(what): "无{what}" / "no {what}";
    closed_now(what, from, until): "{what}只在 {from}–{until}" / "{what} only {from}–{until}";
    too_few(what, has, needs, unit): "{what} {has} {unit}，需 {needs}" / "{what} {has} of {needs} {unit}";
    someone_on_call: "有人值守" / "somebody on call";
    nobody_on_call: "此刻无人值守" / "nobody on call now";
    call_not_yet: "未呼叫" / "not called";
    call_waiting(span): "已呼叫 {span}，未应答" / "called {span} ago, no answer";
    call_acknowledged(time): "{time} 已应答" / "answered at {time}";
    call_accepted(time): "{time} 已接收" / "accepted at {time}";
    call_declined(reason): "不能接收：{reason}" / "declined: {reason}";
    call_withdrawn: "已撤回" / "withdrawn";
    gate_word: "急诊入口" / "ED entrance";
    act_acknowledge: "应答" / "Answer";
    act_accept: "接收病人" / "Accept the patient";
    act_decline: "不能接收" / "Cannot take it";
    act_decline_why: "原因" / "Reason";
    act_move: "患者已出发" / "Patient is on the way";
    act_eta: "预计几分钟到" / "Minutes until arrival";
    act_arrive: "患者已到" / "Patient has arrived";
    act_hand_over: "交接完成" / "Hand-over done";
    act_close: "结案" / "Close the case";
    act_stand_down: "撤销呼救" / "Stand down";
    act_stand_down_why: "撤销原因" / "Why";
    act_redirect: "改派医院" / "Redirect";
    act_redirect_to: "改派到" / "Redirect to";
    act_accept_for: "代记接收" / "Note an acceptance";
    act_merge: "并入" / "Merge into";
    act_outcome: "结局" / "Outcome";
    act_thread: "给患者随访码" / "Follow-up code for the client";
    act_thread_what: "先写一句给患者的话" / "Write the client a first line";
    act_thread_do: "生成随访码" / "Make the code";
    followup_title: "随访码" / "Follow-up code";
    followup_what(number): "随访 {number}。把下面的码交给患者或家属：凭码不用登录就能看回复、继续提问。只显示这一次。"
        / "Follow-up {number}. Give this code to the client or family: with it they read and ask without signing in. It is shown only once.";
    followup_qr: "二维码：打开随访" / "QR code: opens the follow-up";
    followup_link: "患者打开" / "The client opens";
    act_sheet: "交接单" / "Hand-over sheet";
    act_expert: "呼叫专家" / "Call an expert";
    case_ended: "本病例已结束" / "This case has ended";
    you_read: "本院没有参与或已退出，只能查看。" / "Your hospital does not take part any more; you can read only.";
    sheet_title: "急救病例交接单" / "Emergency hand-over sheet";
    sheet_clinic: "交出方签字" / "Handed over by";
    sheet_hospital: "接收方签字" / "Received by";
    sheet_time: "交接时间" / "Time";
    sheet_foot: "由平台生成；手写补充有效。" / "Made by the platform; additions by hand are valid.";
    print_do: "打印" / "Print";
    desk_title: "绿色通道值守" / "Emergency desk";
    desk_sub(manned): "市医美质控中心，{manned}" / "QC centre, {manned}";
    desk_none: "没有正在处理的病例" / "No open case";
    desk_none_what: "热线响起时按 F2 接听登记。" / "Press F2 when the line rings.";
    desk_today: "今天" / "Today";
    desk_ended: "已结束" / "Ended";
    desk_cases(n): "{n} 例" / "{n}";
    desk_median: "应答中位" / "Median answer";
    desk_unheard: "未应答呼叫" / "Unanswered";
    desk_hotline: "热线" / "Line";
    desk_alerts: "值守预警" / "Alerts of the channel";
    desk_sound_on: "声音已开，值守中" / "Sound on, on duty";
    desk_sound_off: "声音未开，点此开始值守" / "Sound is off: click to begin your watch";
    desk_sound_muted: "静音中" / "Muted";
    hotline_none: "公布后填入" / "to be announced";
    hospitals_manned(n, all): "{all} 家医院有人值守 {n} 家" / "{n} of {all} hospitals manned";
    drill_last(day, answered, all): "呼叫演练 {day}，{answered}/{all} 应答" / "call-out test {day}: {answered}/{all} answered";
    drill_none: "还没有呼叫演练" / "no call-out test yet";
    expert_line(place, name, line): "{place} {name}，{line} 线" / "{place}, {name}, line {line}";
    key_answer: "接听" / "Take a call";
    key_redirect: "改派" / "Redirect";
    key_expert: "呼叫专家" / "Expert";
    key_tick: "勾选当前步骤" / "Tick the current step";
    key_cases: "换病例" / "Next case";
    key_mute: "静音 60 秒" / "Mute 60 s";
    key_space: "空格" / "Space";
    alert_at(holder, what): "{holder}：{what}" / "{holder}: {what}";
    stock_below(item, has, least): "{item} {has}，应备 {least}" / "{item} {has}, should hold {least}";
    stock_expires(item, units, day): "{item} {units}，{day} 到期" / "{item} {units}, expires {day}";
    rota_gap(line, from, until): "{line} 线 {from} 至 {until} 无人" / "line {line}: nobody from {from} to {until}";
    call_title: "接听登记" / "Take a call";
    call_lead: "先问在哪里、回拨电话；登记后立即呼叫医院，其余可以边问边补。"
        / "Ask first where it is and whom to call back. The hospital is called at once; the rest can follow.";
    call_institution: "机构（可输名称）" / "Institution (type a name)";
    call_institution_hint: "不在名册里也照样登记，不追问资质。" / "A place that is not in the register is taken down all the same.";
    call_place: "地点" / "Place";
    call_place_hint: "路名、楼层、门牌；机构已选可不填" / "Street, floor, number; may stay empty when the institution is known";
    call_onset: "发病几分钟前" / "Onset, minutes ago";
    call_unlicensed: "来自名册外的地方" / "From a place outside the register";
    call_do: "登记并呼叫医院" / "Take down and call the hospital";
    call_120_first: "危及生命，请对方同时拨打 120。" / "If life is in danger, ask the caller to dial 120 as well.";
    call_no_place: "请填机构或地点：医院要知道去哪里。" / "Please give an institution or a place: the hospital must know where.";
    call_onset_wrong: "发病时间请填 0 至 1440 分钟。" / "Onset must be 0 to 1440 minutes ago.";
    call_which: "是什么情况" / "What it is";
    hospital_title: "本院值班台" / "Hospital desk";
    hospital_waiting: "等待应答" / "Waiting for an answer";
    hospital_waiting_none: "没有等待应答的呼叫" / "No call is waiting";
    hospital_waiting_none_what: "有呼叫时这里会响，并显示病情和要求。" / "A call rings here and shows what is needed.";
    hospital_running: "本院正在处理" / "In hand";
    hospital_running_none: "没有正在处理的病例" / "No case in hand";
    hospital_test: "呼叫演练：请应答" / "Call-out test: please answer";
    hospital_test_do: "我在，应答演练" / "I am here";
    hospital_test_since(time): "{time} 发起，不计病例" / "since {time}, not a case";
    hospital_on_call: "此刻值守" / "On call now";
    hospital_line(line): "{line} 线" / "line {line}";
    hospital_nobody: "此刻无人值守，请立即安排" / "Nobody is on call: arrange somebody now";
    hospital_alerts: "本院预警" / "Alerts of this hospital";
    hospital_alerts_none: "没有预警" / "No alerts";
    hospital_gate: "急诊入口" / "ED entrance";
    list_title: "急救病例" / "Emergency cases";
    list_lead(n): "共 {n} 例" / "{n} in all";
    list_none: "没有病例" / "No cases";
    list_none_what: "这里列出本单位参与的急救病例和演练。" / "Cases and drills that you take part in are listed here.";
    list_none_filter: "没有符合条件的病例，请放宽条件。" / "No case fits the filter; widen it.";
    list_text: "编号、机构、地点" / "Number, institution, place";
    list_export(n): "导出当前 {n} 行" / "Export these {n} rows";
    view_case_open: "进行中" / "Open";
    view_case_ended: "已结束" / "Ended";
    view_case_drill: "演练" / "Drills";
    col_case: "情况" / "What";
    col_place: "地点" / "Place";
    col_source: "来源" / "Source";
    col_heard: "应答" / "Heard after";
    col_hospital: "接收医院" / "Hospital";
    col_outcome: "结局" / "Outcome";
    col_drill: "演练" / "Drill";
    yes: "是" / "yes";
    all_cards: "全部情况" / "All kinds";
    map_hint: "连线为示意，不是导航路线" / "The line is a sketch, not a route";
    minutes_unknown: "时间未知" / "time unknown";
}

word_of!(standing(Standing) {
    Standing::Raised: "未应答" / "unanswered";
    Standing::Acknowledged: "已应答，等待接收" / "answered, not accepted";
    Standing::Accepted: "已接收" / "accepted";
    Standing::Moving: "转运中" / "on the way";
    Standing::Arrived: "已到院" / "arrived";
    Standing::HandedOver: "已交接" / "handed over";
    Standing::Closed: "已结案" / "closed";
    Standing::StoodDown: "已撤销" / "stood down";
    Standing::Merged: "已合并" / "merged";
});

word_of!(case_source(Source) {
    Source::Clinic: "机构呼救" / "by the clinic";
    Source::Hotline: "热线来电" / "by the hotline";
    Source::Public: "公众报告" / "by the public";
    Source::Unlicensed: "名册外来电" / "from outside the register";
});

word_of!(case_outcome(Outcome) {
    Outcome::Recovered: "好转离院" / "recovered";
    Outcome::Observed: "留院观察" / "under observation";
    Outcome::Admitted: "住院" / "admitted";
    Outcome::OnSite: "现场处置，未转院" / "settled on site";
    Outcome::Refused: "患者放弃转院" / "patient declined";
    Outcome::Died: "死亡" / "died";
});

word_of!(decline_reason(DeclineReason) {
    DeclineReason::Capability: "无相应能力" / "cannot treat this";
    DeclineReason::Beds: "无床位" / "no bed";
    DeclineReason::Theatre: "手术室占用" / "theatre taken";
    DeclineReason::Staff: "人员不在" / "staff away";
    DeclineReason::Antidote: "缺药" / "antidote missing";
    DeclineReason::Other: "其他" / "other";
});

word_of!(stage(Stage) {
    Stage::Acknowledge: "应答" / "Answer";
    Stage::Accept: "医院接收" / "Accepted";
    Stage::Move: "出发" / "Moving";
    Stage::Arrive: "到达" / "Arrived";
    Stage::Treat: "处置" / "Treated";
});

word_of!(card_role(CardRole) {
    CardRole::Clinic: "诊所" / "clinic";
    CardRole::Desk: "值守台" / "desk";
    CardRole::Hospital: "医院" / "hospital";
});

word_of!(airway(Airway) {
    Airway::Clear: "通畅" / "clear";
    Airway::Assisted: "需辅助" / "assisted";
    Airway::Tube: "已插管" / "tube in place";
    Airway::Blocked: "阻塞" / "blocked";
});

word_of!(way(Way) {
    Way::App: "站内通知" / "in-app notice";
    Way::Sms: "短信" / "text message";
    Way::Phone: "电话" / "phone call";
    Way::Email: "邮件" / "e-mail";
    Way::Webhook: "接口通知" / "webhook";
});

impl Lang {
    /// The name of a kind of fact.
    pub(crate) fn fact_word(self, code: &str) -> &'static str {
        let (zh, en) = match code {
            "weight" => ("体重", "Weight"),
            "person" => ("性别年龄", "Sex and age"),
            "allergies" => ("过敏史", "Allergies"),
            "drug" => ("用药", "Drug"),
            "filler" => ("填充材料", "Filler"),
            "volumes" => ("吸脂出入量", "Volumes"),
            "airway" => ("气道", "Airway"),
            "vitals" => ("生命体征", "Vitals"),
            "given" => ("已给急救药", "Given so far"),
            _ => ("陪同与入口", "Escort and access"),
        };
        self.pick(zh, en)
    }

    pub(crate) fn sex_word(self, code: &str) -> &'static str {
        if code == "m" { self.field_male() } else { self.field_female() }
    }

    pub(crate) fn drug_total(self, name: &str, mg: String, kg: Option<String>) -> String {
        match kg {
            Some(kg) => self.drug_total_(name, mg, kg),
            None => self.drug_total_plain(name, mg),
        }
    }

    /// Said once after a step was taken; `None` for a step nobody knows.
    pub(crate) fn case_done(self, step: &str) -> Option<&'static str> {
        let (zh, en) = match step {
            "raised" => (
                "已呼救：医院和质控中心已收到。",
                "Help was called: the hospital and the QC centre have it.",
            ),
            "joined" => (
                "这台手术已经呼救过，已并入同一病例。",
                "Help was called for this operation before; this is the same case.",
            ),
            "acknowledge" => ("已应答。", "Answered."),
            "accept" => ("已接收，其他医院已告知。", "Accepted; the other hospitals were told."),
            "decline" => ("已记下，正在呼叫下一家。", "Noted; the next hospital is being called."),
            "move" => ("已记下出发。", "Noted as on the way."),
            "arrive" => ("已记下到院。", "Noted as arrived."),
            "hand_over" => ("交接完成。", "Handed over."),
            "close" => ("已结案。", "Closed."),
            "stand_down" => ("已撤销，各方已告知。", "Stood down; everybody was told."),
            "redirect" => ("已改派，正在呼叫。", "Redirected; calling."),
            "merge" => ("已合并。", "Merged."),
            "called_120" => ("已记下拨打 120 的时间。", "The time of the 120 call is noted."),
            "fact" => ("已记入，医院同时看到。", "Added; the hospital sees it."),
            "message" => ("已记入经过。", "Added to the course."),
            "tick" => ("步骤已勾选。", "Step ticked."),
            "card" => {
                ("已换急救卡，推荐已重算。", "Another card; the recommendation was made anew.")
            }
            "answered" => ("演练已应答。", "Test answered."),
            _ => return None,
        };
        Some(self.pick(zh, en))
    }
}

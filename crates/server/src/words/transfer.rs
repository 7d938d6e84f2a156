//! The codes of the transfer service, for every page that shows them.

use rules::transfer::{
    Class, CrewRole, Filed, LinkView, ListKind, Mark, Moment, Need, Source, State,
};

use super::word_of;

word_of!(transfer_class(Class) {
    Class::Emergency: "院前急救（120）" / "Emergency (120)";
    Class::Care: "医疗照护转运" / "Care transfer";
    Class::Plain: "无障碍出行" / "Plain transport";
});

word_of!(booking_source(Source) {
    Source::Phone: "来电" / "Phone";
    Source::Public: "自助预约" / "Online";
    Source::Ward: "医院" / "Hospital";
    Source::Api: "医院系统" / "Hospital system";
});

word_of!(triage_moment(Moment) {
    Moment::Call: "来电时" / "at the call";
    Moment::Pickup: "上车前" / "at pick-up";
    Moment::EnRoute: "途中" / "on the way";
});

word_of!(need(Need) {
    Need::Stretcher: "担架" / "stretcher";
    Need::Wheelchair: "轮椅" / "wheelchair";
    Need::Oxygen: "吸氧" / "oxygen";
    Need::Monitor: "心电监护" / "monitor";
    Need::Infusion: "输液" / "drip";
    Need::Tube: "气切、引流管" / "tubes";
    Need::Escort: "医护陪同" / "escort";
    Need::Bariatric: "大体重" / "bariatric";
    Need::Infection: "隔离防护" / "isolation";
    Need::Language: "语言协助" / "language help";
});

word_of!(crew_role(CrewRole) {
    CrewRole::Driver: "驾驶员" / "driver";
    CrewRole::Escort: "担架员" / "attendant";
    CrewRole::Nurse: "护士" / "nurse";
    CrewRole::Doctor: "医师" / "doctor";
});

word_of!(booking_state(State) {
    State::Requested: "待医院审批" / "awaits approval";
    State::Booked: "待分诊" / "to be triaged";
    State::Triaged: "待报价" / "to be priced";
    State::Quoted: "待确认报价" / "price to be agreed";
    State::OnCall: "等电话" / "will call";
    State::Confirmed: "待派" / "to be assigned";
    State::Assigned: "已派" / "assigned";
    State::Started: "赶往接人" / "on its way";
    State::OnScene: "已到接人处" / "at the door";
    State::Loaded: "已上车" / "aboard";
    State::Arrived: "已到达" / "arrived";
    State::Completed: "已完成" / "completed";
    State::Cancelled: "已取消" / "cancelled";
    State::CancelledLate: "出车后取消" / "cancelled late";
    State::NoShow: "未接到人" / "nobody there";
    State::TurnedDown: "未能承接" / "turned down";
    State::To120: "已转 120" / "handed to 120";
});

// What a button does.
word_of!(booking_mark(Mark) {
    Mark::Approve: "同意转送" / "Approve";
    Mark::Triage: "分诊" / "Triage";
    Mark::Quote: "报价" / "Price";
    Mark::Confirm: "同意报价，下单" / "Agree and book";
    Mark::CallReturn: "可以返程了" / "Ready to go back";
    Mark::Assign: "派车" / "Assign";
    Mark::Unassign: "撤回派车" / "Take the vehicle away";
    Mark::Acknowledge: "收到任务" / "Seen";
    Mark::Start: "出发接人" / "Set off";
    Mark::OnScene: "到接人处" / "At the door";
    Mark::Load: "已上车" / "Aboard, drive off";
    Mark::Arrive: "到达" / "Arrived";
    Mark::Complete: "交接完成" / "Handed over";
    Mark::Cancel: "取消" / "Cancel";
    Mark::NoShow: "没有接到人" / "Nobody there";
    Mark::TurnDown: "不能承接" / "Turn down";
    Mark::To120: "转 120" / "Hand to 120";
});

word_of!(filed(Filed) {
    Filed::Done: "已记录" / "recorded";
    Filed::Filled: "已补记" / "filled in";
    Filed::Again: "之前已记录" / "known already";
    Filed::Late: "已保存；此单已改派或结束，不再改动" / "kept; the booking was reassigned or ended, nothing changes";
});

word_of!(crew_list(ListKind) {
    ListKind::Departure: "出车前检查" / "Before the first journey";
    ListKind::Pickup: "接人时核对" / "At the bedside";
    ListKind::Handover: "交接时核对" / "At the hand-over";
});

word_of!(link_view(LinkView) {
    LinkView::Promise: "已预约" / "Booked";
    LinkView::Live: "车辆在途" / "On the way";
    LinkView::Receipt: "已结束" / "Over";
    LinkView::Gone: "链接已失效" / "The link has expired";
});

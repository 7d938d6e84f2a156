//! Words of operations.

use super::words;

words! {
    operations_title: "手术与在场" / "Operations";
    operations_lead: "谁、何时在场。进出由终端签名，逐条可查。" / "Who was there, and when. Every entry is signed by a terminal.";
    view_today: "今日" / "Today";
    view_running: "正在手术" / "Operating";
    view_unconfirmed: "待确认" / "To confirm";
    filter_modality: "类别：全部" / "Kind: all";
    filter_op_text: "机构、主诊、编号、拼音首字母" / "Institution, attending, number, initials";
    operations_none: "没有符合条件的手术" / "No operation matches";
    operations_none_what: "去掉一个条件再看，或查看全部。" / "Drop a condition, or show all.";
    col_operation: "手术" / "Operation";
    col_attending: "主诊医师" / "Attending";
    col_planned: "计划" / "Planned";
    col_started: "开始" / "Started";
    col_client: "就医者" / "Client";
    op_declared: "已申报" / "Declared";
    op_ready: "人员已到" / "Ready";
    op_in_progress: "正在手术" / "Operating";
    op_signed_out: "已签退" / "Signed out";
    op_confirmed: "已确认" / "Confirmed";
    op_cancelled: "已取消" / "Cancelled";
    op_head(number, at): "编号 {number}·{at} 申报" / "{number}, declared {at}";
    team_title: "申报人员" / "Team";
    col_came: "进入" / "In";
    col_left: "签退" / "Out";
    still_inside: "在场" / "inside";
    checks_title: "打卡记录" / "Check-ins";
    checks_none: "还没有打卡" / "No check-ins yet";
    op_alerts: "相关预警" / "Alerts";
    op_alerts_none: "没有预警" / "No alerts";
    op_facts: "申报内容" / "Declared";
    fact_procedure: "项目" / "Procedure";
    fact_client: "就医者" / "Client";
    fact_anaesthesia: "麻醉" / "Anaesthesia";
    fact_planned: "计划" / "Planned";
    fact_minimum: "最短在场" / "Minimum";
    fact_volume: "计划量" / "Planned volume";
    fact_actual: "实际量" / "Actual volume";
    fact_catalogue: "项目目录" / "Catalogue";
    planned_for(at, min): "{at}，预计 {min} 分" / "{at}, {min} min";
    ml(n): "{n} ml" / "{n} ml";
    timer_title: "手术计时" / "Timer";
    cancel_title: "取消申报" / "Cancel the declaration";
    cancel_reason: "取消原因" / "Reason";
    cancel_do: "取消这台申报" / "Cancel this declaration";
    confirm_title: "确认手术" / "Confirm the operation";
    confirm_volume: "实际吸脂量（ml，可不填）" / "Actual volume (ml, optional)";
    confirm_do: "确认已完成" / "Confirm as done";
    declared_done: "已申报。请医师到门口打卡。" / "Declared. Please check in at the door.";
    cancelled_done: "已取消，不会产生无人到场预警。" / "Cancelled; it raises no alert.";
    confirmed_done: "已确认。" / "Confirmed.";
    cancelled_because(reason): "取消原因：{reason}" / "Reason: {reason}";
}

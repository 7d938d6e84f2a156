//! Words of the clinic's pages and of the gate.

use rules::operation::Topic;

use super::{word_of, words};

words! {
    clinic_running(room): "{room} 正在手术" / "{room}: operating";
    clinic_nth(n): "今日第 {n} 台" / "no. {n} today";
    clinic_none_running: "现在没有正在进行的手术" / "Nobody is operating now";
    clinic_none_running_what: "主诊医师在门口打卡后，这里开始计时。" / "The timer starts when the attending checks in at the door.";
    clinic_sign_out_note: "手术结束后，主诊与麻醉医师都要在门口再次打卡签退。" / "After the operation attending and anaesthetist both sign out at the door.";
    clinic_suspended: "本机构正在停业整改，不能申报手术。" / "This institution is suspended and cannot declare operations.";
    planned_volume(ml): "计划 {ml} ml" / "{ml} ml planned";
    in_at(time): "{time} 进" / "in {time}";
    out_at(time): "{time} 签退" / "out {time}";
    not_in_yet: "未到" / "not in yet";
    declare: "申报手术" / "Declare an operation";
    todo_title: "待办" / "To do";
    todo_count(n): "{n} 项" / "{n}";
    todo_none: "没有待办" / "Nothing to do";
    todo_none_what: "预警、证照到期和待确认的手术会出现在这里。" / "Alerts, expiring certificates and operations to confirm appear here.";
    todo_explain(name): "说明一条预警：{name}" / "Explain an alert: {name}";
    todo_explain_what(at, due): "{at}，{due}，写明原因即可" / "{at}, {due}; say what happened";
    todo_expiry(name, days): "{name} 证件 {days} 天后到期" / "{name}: a certificate expires in {days} days";
    todo_expiry_what(day): "{day} 到期" / "on {day}";
    todo_confirm(n): "确认 {n} 台已签退的手术" / "Confirm {n} finished operations";
    todo_confirm_what: "核对实际用量后确认" / "check actual volumes, then confirm";
    month_title: "本月" / "This month";
    since_day(day): "自 {day}" / "since {day}";
    month_operations(n): "手术 {n} 台" / "Operations: {n}";
    month_alerts(n): "预警 {n} 条" / "Alerts: {n}";
    people_title: "在册人员与证照" / "People and certificates";
    people_lead: "以登记名册为准；有出入请联系卫生监督所。" / "As in the register; tell the bureau of any error.";
    col_name: "姓名" / "Name";
    col_role: "身份" / "Role";
    col_title: "职称" / "Title";
    col_until: "证件到期" / "Certificates until";
    main_site: "主执业机构" / "main site";
    visiting_site: "多机构备案" / "also filed elsewhere";
    licence_until: "许可有效期至" / "Licence until";
    f_procedure: "项目" / "Procedure";
    f_choose: "请选择" / "Choose";
    f_volume: "计划吸脂量（ml）" / "Planned volume (ml)";
    f_volume_hint: "吸脂类项目必填，级别随量而定" / "needed for liposuction; it decides the level";
    f_anaesthesia: "麻醉方式" / "Anaesthesia";
    f_attending: "主诊医师" / "Attending";
    f_anaesthetist: "麻醉医师" / "Anaesthetist";
    f_assistant: "助手医师" / "Assistant";
    f_none: "无" / "None";
    f_room: "手术室或治疗室" / "Room";
    f_date: "日期" / "Date";
    f_time: "开始" / "Start";
    f_minutes: "预计（分）" / "Minutes";
    f_client: "就医者姓名" / "Client's name";
    f_client_hint: "只有本机构能看到；监督端只见化姓" / "only your clinic sees it; officers see the alias";
    f_alias: "化姓（中文）" / "Alias (Chinese)";
    f_alias_hint: "例：李女士" / "a family name with a title, in Chinese";
    f_alias_en: "化姓（英文，可不填）" / "Alias (English, optional)";
    declare_send: "提交申报" / "Declare";
    declare_lead: "术前填一次，约 30 秒。断网也能填，恢复后自动送出。" / "Once before the operation, about 30 seconds. Works offline and sends itself when the network is back.";
    draft_saved: "草稿 {time} 已存" / "draft saved {time}";
    draft_restored: "已恢复上次没交的内容" / "restored what you had typed";
    draft_offline: "网络断开，内容已保存在本机，恢复后自动送出。" / "Offline. What you typed is kept here and will be sent when the network is back.";
    form_faults: "还有几处要改，内容都还在。" / "A few fields need attention; nothing you typed is lost.";
    choose_procedure: "请选择项目。" / "Choose a procedure.";
    choose_room: "请选择手术室或治疗室。" / "Choose a room.";
    choose_attending: "请选择主诊医师。" / "Choose the attending.";
    choose_anaesthesia: "请选择麻醉方式。" / "Choose the anaesthesia.";
    name_client: "请填写就医者姓名。" / "Fill in the client's name.";
    name_alias: "请填写化姓，例如 李女士。" / "Fill in an alias: a family name with a title.";
    no_such_day: "没有这一天，请按 2024-01-02 的样子填写。" / "There is no such day; write it like 2024-01-02.";
    no_such_time: "没有这个时间，请按 14:45 的样子填写。" / "There is no such time; write it like 14:45.";
    no_such_duration: "预计时长为 1 至 1,440 分钟。" / "Between 1 and 1,440 minutes.";
    no_such_volume: "吸脂量为 0 至 20,000 ml 的整数。" / "A whole number of ml, 0 to 20,000.";
    gate_passes: "可以申报，全部符合" / "Can be declared, everything is met";
    gate_warns(n): "可以申报，有 {n} 处提醒" / "Can be declared, with {n} reminder(s)";
    gate_fails_one(what): "不能申报：{what}" / "Cannot be declared: {what}";
    gate_fails(n): "不能申报：{n} 项不符合" / "Cannot be declared: {n} points are not met";
    gate_level(level): "手术级别 {level} 级" / "Level {level}";
    gate_basis(version): "依据：卫办医政发〔2009〕220 号等，规则包 {version}" / "Basis: national graded list (2009, no. 220) and others, rule pack {version}";
    gate_see: "看逐项核对" / "See the checks";
    gate_read: "看条款" / "Read the rules";
    gate_what_now: "怎么办：改项目或用量、换有资质的人员，或转给可以做的机构；认为判断有误，请联系卫生监督所人工复核。"
        / "What you can do: change procedure or volume, name somebody entitled, or refer the client to an institution that may do it; if you think this is wrong, ask the bureau to check.";
    reason_suspended: "本机构正在停业整改" / "this institution is suspended";
    reason_level(level, max): "{level} 级超出本机构范围，最高 {max} 级" / "level {level} is above this institution's maximum, level {max}";
    reason_volume: "没有填写计划吸脂量，无法判断级别" / "without the planned volume the level cannot be told";
    reason_missing: "没有指定" / "nobody is named";
    reason_anaesthesia: "目录中该项目不用这种麻醉" / "the catalogue does not allow this anaesthesia here";
    reason_department: "本机构没有设麻醉科，不能做需要麻醉医师的手术" / "this institution has no anaesthesia department";
    reason_inside: "此刻在另一处在场" / "inside elsewhere at this moment";
    reason_planned(at): "同一时段另有申报（{at}）" / "declared elsewhere at that time ({at})";
    reason_room(at): "这一间同一时段已有申报（{at}）" / "the room is taken at that time ({at})";
    reason_past(at): "计划时间 {at} 已过，会记一条「开始后才申报」" / "the planned time {at} has passed; this raises “declared after the start”";
    reason_duration: "预计时长不合理" / "the duration is out of range";
}

word_of!(gate_topic(Topic) {
    Topic::Institution: "机构" / "Institution";
    Topic::Level: "级别" / "Level";
    Topic::Attending: "主诊" / "Attending";
    Topic::Anaesthesia: "麻醉方式" / "Anaesthesia";
    Topic::Anaesthetist: "麻醉医师" / "Anaesthetist";
    Topic::Assistant: "助手" / "Assistant";
    Topic::Room: "房间" / "Room";
    Topic::Time: "时间" / "Time";
});

word_of!(gate_met(Topic) {
    Topic::Institution: "正常营业" / "open";
    Topic::Level: "在本机构可做范围内" / "within what this institution may do";
    Topic::Attending: "备案科目相符，在本机构注册，证件有效" / "filed here for this category, certificates valid";
    Topic::Anaesthesia: "目录允许" / "allowed by the catalogue";
    Topic::Anaesthetist: "在本机构备案，此时段无其他申报" / "filed here, free at that time";
    Topic::Assistant: "在本机构备案，须在主诊指导下参与" / "filed here, under the attending's direction";
    Topic::Room: "此时段空闲" / "free at that time";
    Topic::Time: "在开始之前申报" / "declared before the start";
});

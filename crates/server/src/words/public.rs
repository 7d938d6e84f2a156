//! Words of the public pages.

use super::words;

words! {
    public_title: "扫一扫 放心美" / "Scan and be sure";
    large_print: "大字版" / "Large print";
    normal_print: "标准字" / "Normal print";
    other_language: "English" / "中文";
    start_lead: "做医美之前，先查机构和医师。" / "Before aesthetic treatment, look up the clinic and the doctor.";
    start_search: "机构名称、拼音首字母或许可证号" / "Clinic name, initials or licence number";
    start_search_do: "查询" / "Look up";
    start_how: "可以查到什么" / "What you can look up";
    start_how_1: "机构是否正常营业、许可有效期、可做的项目" / "whether the clinic is open, its licence, what it may do";
    start_how_2: "在本机构登记的主诊医师、麻醉医师和助手医师" / "attendings, anaesthetists and assistants filed there";
    start_how_3: "近三年的停业整改" / "suspensions of the last three years";
    start_emergency: "术后不适" / "Feeling unwell afterwards";
    start_emergency_what: "视力突然下降、呼吸困难、意识不清、大量出血，请立即拨打 120。" / "Sudden loss of sight, trouble breathing, confusion or heavy bleeding: call 120 at once.";
    call_120: "紧急呼叫 120" / "Call 120";
    staff_sign_in: "工作人员登录" / "Staff sign-in";
    search_title: "查询结果" / "Results";
    search_found(n): "找到 {n} 家" / "{n} found";
    search_none: "没有找到。换一个名称，或输入许可证号、二维码编号。" / "Nothing found. Try another name, the licence number or the QR serial.";
    public_open: "正常营业，许可在有效期内" / "Open, licence in force";
    public_suspended: "停业整改中，请勿前往" / "Suspended by order: do not go there";
    public_licence_over: "许可已过期" / "Licence has lapsed";
    public_scope: "可做项目" / "May do";
    public_licence: "许可有效期" / "Licence until";
    public_until(day): "至 {day}" / "{day}";
    public_orders: "近三年整改" / "Suspensions, 3 years";
    public_orders_n(n): "{n} 次" / "{n}";
    public_address: "地址" / "Address";
    public_surgery(levels): "美容外科{levels}手术" / "aesthetic surgery up to {levels}";
    find_my_doctor: "查我的医生" / "Find my doctor";
    other_clinic: "查其他机构" / "Another clinic";
    doctors_title: "本机构登记的医师" / "Doctors filed here";
    doctors_count(n, day): "{n} 名，在册核对 {day}" / "{n}, register of {day}";
    doctors_none: "现在没有登记在本机构的医师，请勿接受治疗。" / "No doctor is filed here now: do not accept treatment.";
    doctors_attending(n): "美容主诊医师 {n} 名" / "{n} attendings";
    doctors_anaesthetist(n): "麻醉医师 {n} 名" / "{n} anaesthetist(s)";
    doctors_assistant(n): "助手医师 {n} 名" / "{n} assistant(s)";
    filed_main: "执业注册在本机构" / "registered here";
    filed_also: "本机构备案，主执业机构在他处" / "filed here, registered elsewhere";
    under_attending: "须在主诊医师指导下参与" / "acts under an attending's direction";
    portrait_of(name): "{name}的照片" / "Photo of {name}";
    check_title: "做之前，请核对" / "Before you start";
    check_what: "为您做手术的主诊医师应在上面名单里。手术当天医师进出手术室都会打卡。" / "Your attending must be in the list above. On the day, doctors check in and out at the theatre door.";
    qr_foot(serial, day, bureau): "二维码编号 {serial}，{day} 由{bureau}发放。" / "QR {serial}, issued {day} by {bureau}.";
    data_at(at): "数据更新 {at}。" / "Data as of {at}.";
    no_tracking: "本页不记录您的身份。" / "This page does not record who you are.";
    demo_note: "演示数据，人名与机构均为虚构。" / "Demo data: people and clinics are invented.";
}

impl super::Lang {
    /// `一级、二级`: the levels an institution may do.
    pub(crate) fn levels(self, max: i64) -> String {
        let all = ["一级", "二级", "三级", "四级"];
        let count = usize::try_from(max).unwrap_or(0).min(all.len());
        match self {
            super::Lang::Zh => all[..count].join("、"),
            super::Lang::En => format!("level {max}"),
        }
    }
}

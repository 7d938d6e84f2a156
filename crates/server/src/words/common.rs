//! Words that belong to no drawer: faults, codes, units.

use rules::account::AccountRole;
use rules::checkin::Method;
use rules::register::{Anaesthesia, Category, InstitutionKind, Lack, Modality, Role, Title};
use store::Refusal;

use super::{word_of, words};

words! {
    brand: "白泽" / "Baize";
    brand_sub: "医疗安全监管" / "Medical safety";
    skip: "跳到正文" / "Skip to content";
    demo: "演示数据" / "Demo data";
    comma: "，" / ", ";
    menu: "菜单" / "Menu";
    main_nav: "主导航" / "Main navigation";
    libraries_missing: "界面样式库没有随程序一起构建，本页以无样式方式显示。请用 make build 构建。"
        / "The style libraries were not built in, so this page is unstyled. Build with make build.";
    sign_out: "退出登录" / "Sign out";
    theatre(number): "手术室 {number}" / "Theatre {number}";
    treatment_room(number): "治疗室 {number}" / "Treatment room {number}";
    alias(name): "{name}（化姓）" / "{name} (alias)";
    minutes(n): "{n} 分" / "{n} min";
    metres(n): "{n} m" / "{n} m";
    days(n): "{n} 天" / "{n} days";
    level_word(n): "{n} 级" / "level {n}";
    live_on: "实时" / "Live";
    live_off: "已断开，正在重连" / "Disconnected, reconnecting";
    live_wait: "连接中" / "Connecting";
    request_failed: "没能取到最新内容，页面上的可能已过时。" / "The latest could not be fetched; what you see may be out of date.";
    request_offline: "网络断开。恢复后会自动更新。" / "Offline. This page updates by itself when the network is back.";
    search_word: "查找" / "Search";
    all: "全部" / "All";
    none: "无" / "None";
    clear: "清空" / "Clear";
    apply: "筛选" / "Apply";
    previous: "上一页" / "Previous";
    next: "下一页" / "Next";
    range_of(from, to, total): "第 {from}–{to} 条，共 {total} 条" / "{from}–{to} of {total}";
    url_keeps_filter: "条件已写入网址，可收藏、可转发" / "The filter is in the address: bookmark or forward it";
    fault_title: "没有完成" / "Not done";
    fault_title_not_found: "没有这一页" / "No such page";
    fault_title_broken: "没能打开这一页" / "This page could not be opened";
    fault_sign_in: "请先登录。" / "Please sign in first.";
    fault_not_found: "地址有误，或者它不在您的属地和权限之内。" / "The address is wrong, or it is outside your territory.";
    fault_forbidden: "您的账号不能做这一步，或者页面已过期。请返回刷新后再试；仍不行请联系管理员。"
        / "Your account may not do this, or the page has expired. Go back, reload and try again; otherwise ask the administrator.";
    fault_bad_form(what): "填写的内容读不懂：{what}。没有做任何改动。" / "The form could not be read: {what}. Nothing was changed.";
    fault_too_many: "请求太频繁，请一分钟后再试。" / "Too many requests. Please try again in a minute.";
    fault_broken: "系统出错，您的填写保存在本机草稿中。可以重试；如果仍不行，把下面的编号告诉管理员。"
        / "The system failed. What you typed is kept as a draft in this browser. Try again; otherwise give the number below to the administrator.";
    to_home: "回首页" / "To the start page";
}

word_of!(account_role(AccountRole) {
    AccountRole::Director: "所长" / "Director";
    AccountRole::Officer: "监督员" / "Officer";
    AccountRole::DutyViewer: "值班" / "Duty viewer";
    AccountRole::ClinicHead: "医务科负责人" / "Medical affairs";
    AccountRole::Doctor: "医师" / "Doctor";
    AccountRole::QcDirector: "质控中心主任" / "QC centre director";
    AccountRole::QcClerk: "质控中心值守" / "QC centre desk";
    AccountRole::HospitalDesk: "医院值班台" / "Hospital desk";
    AccountRole::OnCallDoctor: "值守医师" / "On-call doctor";
    AccountRole::CallTaker: "接线员" / "Call-taker";
    AccountRole::Dispatcher: "调度员" / "Dispatcher";
    AccountRole::Crew: "车组" / "Crew";
    AccountRole::OperatorManager: "转送企业" / "Operator";
    AccountRole::WardDesk: "医院转送联络台" / "Hospital desk";
    AccountRole::TransferOfficer: "转送监管" / "Regulator";
    AccountRole::Liaison120: "120 联络员" / "120 liaison";
    AccountRole::MedicalOfficer: "医政人员" / "Medical administration";
    AccountRole::FirstResponsible: "第一责任人" / "First responsible";
    AccountRole::MedicalDepartment: "医务科" / "Medical department";
    AccountRole::DepartmentHead: "科室负责人" / "Head of department";
});

word_of!(role(Role) {
    Role::Attending: "主诊医师" / "Attending";
    Role::Anaesthetist: "麻醉医师" / "Anaesthetist";
    Role::Assistant: "助手医师" / "Assistant";
    Role::Nurse: "护士" / "Nurse";
    Role::Other: "其他医师" / "Other doctor";
});

word_of!(category(Category) {
    Category::Surgery: "美容外科" / "aesthetic surgery";
    Category::Dermatology: "美容皮肤科" / "aesthetic dermatology";
    Category::Dental: "美容牙科" / "aesthetic dentistry";
    Category::Tcm: "美容中医科" / "aesthetic TCM";
});

word_of!(modality(Modality) {
    Modality::Surgical: "手术类" / "Surgical";
    Modality::Injection: "注射类" / "Injection";
    Modality::PhotoElectric: "光电仪器类" / "Photo-electric";
});

word_of!(anaesthesia(Anaesthesia) {
    Anaesthesia::None: "无需麻醉" / "None";
    Anaesthesia::Topical: "表面麻醉" / "Topical";
    Anaesthesia::Local: "局部麻醉" / "Local";
    Anaesthesia::IvSedation: "静脉镇静" / "IV sedation";
    Anaesthesia::IvGeneral: "静脉全身麻醉" / "IV general";
    Anaesthesia::IntubatedGeneral: "插管全身麻醉" / "Intubated general";
});

word_of!(institution_kind(InstitutionKind) {
    InstitutionKind::Clinic: "诊所" / "Clinic";
    InstitutionKind::Outpatient: "门诊部" / "Outpatient department";
    InstitutionKind::OutpatientAnaesthesia: "门诊部（设麻醉科）" / "Outpatient department with anaesthesia";
    InstitutionKind::Hospital: "整形外科医院" / "Plastic-surgery hospital";
    InstitutionKind::Medical: "综合及其他医疗机构" / "General medicine";
});

word_of!(title(Title) {
    Title::Resident: "医师" / "Physician";
    Title::AttendingPhysician: "主治医师" / "Attending physician";
    Title::AssociateChief: "副主任医师" / "Associate chief physician";
    Title::Chief: "主任医师" / "Chief physician";
});

word_of!(method(Method) {
    Method::Face: "人脸" / "Face";
    Method::BadgePin: "工牌+口令" / "Badge and PIN";
    Method::BadgeTotp: "工牌+动态码" / "Badge and code";
    Method::Witness: "双人见证" / "Witness";
});

word_of!(lack(Lack) {
    Lack::NotFiledHere: "未在本机构备案" / "not filed here";
    Lack::NotInRole: "未以该身份备案" / "not filed in this role";
    Lack::CategoryDiffers: "备案科目与项目不符" / "filed for another category";
    Lack::PracticeExpired: "执业证书已失效" / "practice certificate lapsed";
    Lack::AttendingCertificateExpired: "主诊资格证明已失效" / "attending certificate lapsed";
    Lack::InstitutionSuspended: "机构停业整改中" / "institution suspended";
});

word_of!(refusal(Refusal) {
    Refusal::NotAllowed: "这一步现在不能做：可能刚有人处理过。请刷新后看最新状态。"
        / "This step is not possible now; somebody may just have acted. Reload to see the latest state.";
    Refusal::Text: "请写明内容，不超过 2,000 字。" / "Please write something, at most 2,000 characters.";
    Refusal::SecondOfficer: "现场核查须两名以上监督员，请选择同行的监督员。"
        / "An on-site check needs two officers; please name the second one.";
    Refusal::ClinicNotHeard: "机构还没有说明，期限也没到，暂不能转监督检查。可先请机构说明。"
        / "The clinic has neither explained nor run out of time, so it cannot be referred yet. Ask it first.";
    Refusal::Outcome: "请选择结论。" / "Please choose an outcome.";
    Refusal::Gate: "这台手术不能申报，原因见核对结果。" / "This operation cannot be declared; the checks below say why.";
    Refusal::UnknownProcedure: "项目目录里没有这个项目。" / "The catalogue has no such procedure.";
    Refusal::UnknownRoom: "本机构没有这间手术室或治疗室。" / "This institution has no such room.";
    Refusal::UnknownPractitioner: "名册里没有这个人。" / "The register has no such person.";
    Refusal::RequestKeyReused: "这张表已经提交过另一台手术，请重新打开申报页。"
        / "This form has already declared another operation; open a new one.";
    Refusal::EnrolmentCode: "登记码无效、已用过或已过期。" / "The enrolment code is unknown, used or expired.";
    Refusal::KeyReused: "这台终端已经登记过。更换设备请停用后用新编号登记。"
        / "This terminal has been enrolled before. Retire it and enrol the new device under a new number.";
    Refusal::Image: "这个文件不是可以保存的图片。" / "This file is not an image that can be kept.";
    Refusal::Unknown: "没有这一项：名称或编号不在目录里。" / "There is no such entry in the catalogue.";
    Refusal::Phone: "请填能回拨的电话：3 至 20 位数字，可带空格和连字符。"
        / "Please give a number that can be called back: 3 to 20 digits, spaces and hyphens allowed.";
    Refusal::Address: "这不是可用的联系方式，请检查。" / "This address cannot be used; please check it.";
    Refusal::Hours: "时间不对：请检查起止时间。" / "These times cannot be; please check start and end.";
    Refusal::Quantity: "数值超出可能的范围，请检查单位和小数点。"
        / "The number is out of range; please check the unit and the decimal point.";
    Refusal::Ring: "片区至少要三个角点，而且都在地图上。" / "A zone needs at least three corners that lie on the map.";
    Refusal::MergeTheOther: "已有医院接收本病例。请打开另一例，把它并入本例。" / "A hospital has accepted this case. Please open the other one and merge that into this one.";
    Refusal::SameHospital: "请选另一家医院。" / "Please choose another hospital.";
    Refusal::TooMany: "已经到上限，不能再加。" / "There are as many as there may be.";
    Refusal::Code: "验证码不对或已过期，请重新发送。" / "The code is wrong or has expired; send a new one.";
    Refusal::TooLate: "已有医院先接收了，本院不用再派人；如需改派，由质控中心处理。"
        / "Another hospital has accepted first; you need not send anybody. The QC centre can redirect.";
    Refusal::PlanMoved: "车辆计划刚刚变了，请看新的建议后再派。" / "The plan has just changed. Please look at the new recommendation and assign again.";
    Refusal::PlanBroken: "这样派车会违反规则，没有保存。请选择建议中的其他车辆。" / "This assignment would break a rule and was not saved. Please choose another vehicle from the list.";
    Refusal::OverrideReason: "不派建议的车辆，请写明原因（只有调度员可以改派）。" / "Please say why another vehicle than the recommended one is sent; only a dispatcher may.";
    Refusal::Reason: "请选择不能接收的原因。" / "Please choose why you cannot take it.";
    Refusal::Aboard: "车上还有人，到达并交接后才能下班。" / "Somebody is still aboard; hand over first, then end the shift.";
    Refusal::Conflict: "请先声明与该机构没有利害关系；有关系的，请告诉质控中心换人。"
        / "Please state that nothing ties you to the institution; otherwise ask the QC centre for another expert.";
    Refusal::Clash: "这辆车或其中一人在这段时间已有排班。请换人、换车或改时间。"
        / "The vehicle or one of the crew is already on duty then. Choose another one, or other hours.";
    Refusal::NotAccredited: "这辆车或其中一人的证件不能覆盖整个班次（A40），不能排班。请先更新证件，或换车换人。"
        / "The vehicle or one of the crew is not accredited for the whole shift (A40), so it cannot be planned. Renew the certificate first, or choose another one.";
    Refusal::Taken: "这个号码已用在另一条记录上，请核对。" / "Another record has this number already; please check it.";
    Refusal::GradeHarm: "级别与伤害程度不符：死亡为 I 级，严重为 I 或 II 级，中度为 II 级，轻微为 II 或 III 级；未遂为 IV 级；隐患和良好实践不定级。"
        / "The grade does not fit the harm: death is I, severe I or II, moderate II, slight II or III; near misses are IV; risks and good practice have none.";
    Refusal::SeverityLow: "低于按伤害和人数建议的法定级别，请在说明里写明理由，或改为建议的级别。"
        / "This is below the statutory level that harm and number suggest: say why in the note, or take the suggested one.";
    Refusal::Ungraded: "请先定级，再办结；重复报告或核实后不属于事件的，可以直接办结。"
        / "Grade it first, then close it; duplicates and what is no event may be closed at once.";
    Refusal::AnalysisMissing: "I、II 级事件办结前要有原因分析和至少一项整改措施；分析至少选一个原因。"
        / "Grades I and II need an analysis with a cause and at least one corrective action before they are closed.";
    Refusal::ActionsOpen: "还有整改措施没有完成。请先记为完成或不再需要，再办结。"
        / "Corrective actions are still open. Settle them first, then close.";
    Refusal::ReporterAsked: "报告人要求不转给该机构，只能由卫生行政部门处理。"
        / "The reporter asked that the institution not get it; the authority handles it.";
    Refusal::SamePerson: "这一步须由另一个人做：整改人、提交人不能验证或销号，起草人不能审核，审核人不能批准。请换一位同事。"
        / "This needs somebody else: whoever mends or hands in does not verify or strike off, whoever drafts does not review, whoever reviews does not approve.";
    Refusal::BureauOnly: "这是特别重要的问题，已上报，只能由接到上报的那一级卫生行政部门销号。"
        / "This is an especially important problem; only the authority it was reported to strikes it off.";
    Refusal::Measure: "请先制定整改方案：写明整改措施。" / "A plan is needed first: please write the measure.";
    Refusal::Owner: "请写明整改责任人。" / "Please name who is responsible for the rectification.";
    Refusal::Due: "请选择完成时间：今天以后、一年以内。" / "Please choose when it will be done: after today, within a year.";
    Refusal::Evidence: "请写明整改结果或附上照片、文件。" / "Please say what was done, or attach a photo or document.";
    Refusal::CampaignClosed: "本次专项没有发布，或者已经取消，不再接收新的内容。已有内容仍可查看。"
        / "This campaign is not published or has been cancelled: nothing new is taken. What is there stays readable.";
    Refusal::Locked: "已经报送或审核，内容已锁定。需要修改请上级退回或取消审核。"
        / "It has been handed in or approved and is locked. Ask the level above to return it.";
    Refusal::Incomplete: "还有必填内容没有完成，或者数字前后不符，见页面上标出的地方。"
        / "Compulsory parts are missing or figures contradict each other; see the marked places.";
    Refusal::Changed: "刚才有人改过这一格，您的改动没有保存。请看新的数字后再填。"
        / "Somebody changed this cell a moment ago; your change was not saved. Look at the new figure and try again.";
    Refusal::Children: "下级单位还没有全部审核。请先审核，或写明缺报单位和原因后再汇总上报。"
        / "Not every unit below is approved. Approve them first, or say who is missing and why.";
    Refusal::Expired: "报送期限已过且超过受理时间，请联系上级重新开放。"
        / "The time to hand in is over; ask the level above to open it again.";
    Refusal::NothingToDraw: "没有可抽取的单位：都已抽过，或者还没有完成的检查。"
        / "There is nobody left to draw: all were drawn, or no check is finished yet.";
    Refusal::NoChannel: "本市还没有开通绿色通道，呼救不会有人收到。请立即拨打 120。"
        / "This city has no green channel yet: nobody would hear. Call 120 at once.";
    Refusal::Unasked: "分诊问题还没有问完，请逐条问清再继续。" / "Some triage questions are still open; please ask each of them first.";
    Refusal::RedFlag: "有红旗，属于 120。请带资料转 120，不要派转送车。"
        / "A red flag: this is 120's. Hand it over with what is known; do not send a transfer vehicle.";
    Refusal::NoTariff: "没有生效的资费，不能报价。请监管人员核对合同与资费包；预约已保存，未丢失。"
        / "No tariff is in force, so no price can be quoted. Ask the regulator to check contract and tariff; the booking is kept.";
    Refusal::NoTier: "没有一个服务档次能满足这些需要。请与调度员商量，或转 120。"
        / "No service tier meets these needs. Talk to the dispatcher, or hand over to 120.";
    Refusal::NoQuoteKey: "平台还没有设置报价签名密钥，不能报价。请运维人员设置 BAIZE_QUOTE_KEY。"
        / "The key that signs quotes is not set. Ask whoever runs the platform to set BAIZE_QUOTE_KEY.";
    Refusal::NotOwed: "金额超过应收。价格有变时，请先改报价并写明原因。"
        / "That is more than is owed. If the price has changed, change the quote first and say why.";
    Refusal::NeverPaid: "退款不能超过已收的金额。" / "No more can go back than was paid.";
    Refusal::OldQuote: "报价已经更新，请看最新的报价再确认。" / "A newer quote has been made; please look at it before you agree.";
    Refusal::Unverified: "请先验证电话号码。" / "Please verify the telephone number first.";
    Refusal::Answered: "已有人先处理了。请刷新后看最新状态。" / "Somebody has already answered. Reload to see the latest state.";
    Refusal::OwnRequest: "申请人不能审批自己的申请，请由本院另一位人员审批。"
        / "Whoever asked cannot approve; somebody else of the hospital has to.";
    Refusal::OutsideArea: "上车地点不在服务范围内。请核对地址；确实在外地的，请联系当地转送服务或 120。"
        / "The pick-up lies outside the service area. Check the address; elsewhere, please ask the local service or 120.";
});

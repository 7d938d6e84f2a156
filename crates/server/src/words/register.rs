//! Words of the register, terminals, the rule pack and the doctor's page.

use super::words;

words! {
    institutions_title: "机构名册" / "Institutions";
    rollout(registered, installed, tested, covered, operating): "登记 {registered} 家，装机 {installed}，调试 {tested}，覆盖 {covered}，营业 {operating}。"
        / "{registered} registered, {installed} installed, {tested} tested, {covered} covered, {operating} open.";
    view_operating: "营业" / "Open";
    view_suspended: "停业整改" / "Suspended";
    view_key: "建议重点监督" / "Key supervision proposed";
    view_expiring: "60 天内许可到期" / "Licence expires within 60 days";
    view_silent: "15 天无记录" / "No record for 15 days";
    filter_kind: "类别：全部" / "Kind: all";
    filter_inst_text: "名称、登记号、拼音首字母" / "Name, licence no., initials";
    sort_by: "排序：拼音" / "Order: name";
    sort_operations: "排序：本月手术" / "Order: operations";
    sort_alerts: "排序：预警" / "Order: alerts";
    sort_licence: "排序：许可到期" / "Order: licence";
    institutions_none: "没有符合条件的机构" / "No institution matches";
    institutions_none_what: "去掉一个条件再看。" / "Drop a condition.";
    col_kind: "类别" / "Kind";
    col_staff: "主诊 / 麻醉" / "Attend. / anaesth.";
    col_month: "本月手术" / "This month";
    col_alerts: "预警" / "Alerts";
    col_licence: "许可到期" / "Licence until";
    normal: "正常" / "normal";
    has_open_alerts: "有未结预警" / "open alerts";
    days_left(n): "剩 {n} 天" / "{n} days left";
    story_title: "经过" / "Story";
    story_how: "按时间先后" / "in order of time";
    story_registered: "登记入册" / "Registered";
    story_installed: "终端装机" / "Terminal installed";
    story_tested: "调试完成" / "Tested";
    story_online: "上线运行" / "Went online";
    story_closed: "关闭" / "Closed";
    story_alert(name): "预警：{name}" / "Alert: {name}";
    story_proposed: "建议突击检查" / "Surprise inspection proposed";
    story_carried_out(first, second): "突击检查（{first}、{second}）" / "Surprise inspection ({first}, {second})";
    story_suspended: "责令停业整改" / "Ordered to suspend and rectify";
    story_resumed: "恢复营业" / "Resumed";
    people_here: "在册人员" / "People filed here";
    people_none: "现在没有在册人员" / "Nobody is filed here now";
    status_suspend: "登记停业整改" / "Register a suspension";
    status_resume: "登记恢复营业" / "Register the resumption";
    status_note: "只登记已作出的决定，由两名监督员共同登记，公众页同时更新。" / "Registers a decision already made, by two officers; the public page follows at once.";
    status_suspend_do: "登记：主诊医师缺位，责令停业整改" / "Register: attending missing, suspended";
    status_resume_do: "登记：整改合格，恢复营业" / "Register: rectified, open again";
    facts_title: "登记信息" / "Register";
    fact_kind: "类别" / "Kind";
    fact_uscc: "统一社会信用代码" / "Credit code";
    fact_licence: "执业许可登记号" / "Licence no.";
    fact_until: "许可至" / "Licence until";
    fact_address: "地址" / "Address";
    fact_phone: "电话" / "Phone";
    fact_qr: "二维码编号" / "QR serial";
    fact_month: "本月手术" / "Operations this month";
    open_public: "看公众页" / "Public page";
    terminals_title: "终端设备" / "Terminals";
    terminals_lead: "终端只认人、只记录，不拦门。人脸不出设备。" / "Terminals recognise and record; they bar no door. Faces stay in the device.";
    filter_terminal: "编号、机构" / "Number, institution";
    terminals_none: "没有符合条件的终端" / "No terminal matches";
    terminals_cut(n, total): "显示 {n} 台，共 {total} 台；用筛选缩小范围" / "{n} of {total} shown; narrow the filter";
    col_terminal: "终端" / "Terminal";
    col_seen: "最后信号" / "Last heard of";
    col_clock: "时钟差" / "Clock";
    col_events: "记录数" / "Records";
    col_missing: "缺号" / "Missing";
    terminal_online: "在线" / "online";
    terminal_silent: "离线" / "silent";
    terminal_moved: "移位" / "moved";
    terminal_retired: "已停用" / "retired";
    terminal_not_enrolled: "未登记" / "not enrolled";
    give_code: "发登记码" / "Give a code";
    code_given(terminal): "{terminal} 的一次性登记码，只显示这一次，24 小时内有效：" / "One-time code for {terminal}, shown only now, good for 24 hours:";
    refusals_title: "被拒收的内容" / "Refused";
    refusals_what: "签名不符、重号等，每种只记一次" / "bad signatures, doubled numbers; each kept once";
    col_reason: "原因" / "Reason";
    col_times: "次数" / "Times";
    col_last: "最近" / "Last";
    rules_title: "规则包" / "Rule pack";
    rules_version(version, from): "版本 {version}，{from} 起生效" / "Version {version}, in force from {from}";
    rules_draft: "草案：条款来源待法制审核" / "Draft: clauses await legal review";
    rules_numbers: "阈值" / "Thresholds";
    rules_kinds: "机构可做的最高手术级别" / "Highest surgery level by kind";
    rules_body: "全文" / "Full text";
    number_face: "人脸相似度下限" / "Minimum face score";
    number_nobody: "计划开始后无人到场" / "Nobody came after the planned start";
    number_zero: "无手术记录" / "No record";
    number_clock: "时钟差上限" / "Clock difference";
    number_late: "补传算迟到" / "Counts as late";
    number_silent: "开诊时间内离线" / "Silent in opening hours";
    number_moved: "移位上限" / "Moved";
    number_explain: "机构说明期限" / "Time to explain";
    seconds(n): "{n} 秒" / "{n} s";
    hours(n): "{n} 小时" / "{n} h";
    me_title: "我的在场" / "My presence";
    me_inside: "现在在场" / "Inside now";
    me_outside: "您现在没有未签退的在场" / "You have no open presence";
    me_filed: "我的备案" / "My filings";
    me_checks: "我的打卡" / "My check-ins";
    col_from: "起" / "From";
}

impl super::Lang {
    /// What an inspection found, or why an institution is suspended.
    pub(crate) fn finding(self, code: &str) -> &'static str {
        match code {
            "attending_missing" => self.pick("主诊医师缺位", "attending missing"),
            _ => self.pick("其他", "other"),
        }
    }

    /// Why something a terminal sent was refused.
    pub(crate) fn terminal_refusal(self, code: &str) -> &'static str {
        match code {
            "bad_signature" => self.pick("签名不符", "bad signature"),
            "equivocation" => self.pick("同一序号两种内容", "two contents under one number"),
            "key_reused" => self.pick("公钥曾被使用", "key used before"),
            "wrong_device" => self.pick("写着另一台设备", "names another device"),
            "wrong_version" => self.pick("协议版本不识", "unknown protocol version"),
            _ => self.pick("内容读不懂", "unreadable"),
        }
    }
}

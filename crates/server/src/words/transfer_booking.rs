//! Bookings on lists and pages; what the public, wards and hospitals' systems read of them.

use super::words;

words! {
    tb_title: "转送预约" / "Transfer bookings";
    tb_lead(n): "共 {n} 条，按用车时间排列。" / "{n} bookings, in the order in which they are driven.";
    tb_export(n): "导出当前 {n} 行" / "Export these {n} rows";
    tb_text: "单号、患者、地点" / "Number, patient, place";
    tb_all_types: "全部类型" / "All trips";
    tb_all_classes: "全部类别" / "All classes";
    tb_col_number: "单号" / "Number";
    tb_col_when: "用车时间" / "When";
    tb_col_patient: "患者" / "Patient";
    tb_col_way: "从 → 到" / "From → to";
    tb_col_class: "类别" / "Class";
    tb_col_needs: "需要" / "Needs";
    tb_col_vehicle: "车" / "Vehicle";
    tb_col_state: "状态" / "State";
    tb_col_source: "来源" / "Asked by";
    tb_none: "没有预约" / "No bookings";
    tb_none_filter: "没有符合条件的预约，可清除一个条件再看。" / "Nothing matches; drop a filter.";
    tb_none_what: "来电、医院和网上的预约都会列在这里。" / "Bookings of calls, hospitals and the public are listed here.";
    tb_will_call: "等电话" / "on call";
    tb_be_there(time): "{time} 要到" / "there at {time}";
    tb_promise(from, until): "约定 {from}–{until}" / "promised {from}–{until}";
    tb_course: "经过" / "Course";
    tb_people: "人和行程" / "People and journey";
    tb_triages: "分诊" / "Triages";
    tb_quotes: "报价" / "Prices";
    tb_money: "收款" / "Money";
    tb_handovers: "120 交接" / "Hand-overs with 120";
    tb_related: "返程和系列" / "Way back and repeats";
    tb_records: "医院交接记录" / "The ward's records";
    tb_version(v): "问题版本 {v}" / "questions {v}";
    tb_quote_line(no, why): "第 {no} 次，{why}" / "no. {no}, {why}";
    tb_agreed(time): "{time} 同意" / "agreed {time}";
    tb_not_agreed: "未同意" / "not agreed";
    tb_code(code): "报价码 {code}" / "code {code}";
    tb_genuine: "签名有效" / "signature holds";
    tb_forged: "签名不符：与开出时不一致" / "signature does not hold";
    tb_agree: "家属同意这个价格" / "The family agrees to this price";
    tb_send_quote: "短信发报价" / "Send the price";
    tb_change_quote: "改报价" / "Change the price";
    tb_distance_km: "里程 km" / "Distance km";
    tb_waiting: "等候（分）" / "Waiting (min)";
    tb_why: "原因" / "Why";
    tb_due(yuan): "应收 {yuan} 元" / "{yuan} yuan due";
    tb_back_due(yuan): "应退 {yuan} 元" / "{yuan} yuan to return";
    tb_settled: "已结清" / "settled";
    tb_paid_line(agreed, paid, refunded): "同意 {agreed}，已收 {paid}，已退 {refunded}" / "agreed {agreed}, paid {paid}, refunded {refunded}";
    tb_method: "方式" / "By";
    tb_amount: "金额（元）" / "Amount (yuan)";
    tb_invoice: "发票号" / "Invoice no.";
    tb_pay: "记收款" / "Record a payment";
    tb_refund: "记退款" / "Record a refund";
    tb_set_invoice: "记发票号" / "Record the invoice";
    tb_return: "约返程（等电话）" / "Book the way back, on call";
    tb_series: "按周重复" / "Repeat weekly";
    tb_series_until: "到哪天" / "Until";
    tb_series_time: "几点来接" / "Ready at";
    tb_series_start: "开始重复" / "Start repeating";
    tb_series_end: "停止重复，取消以后的" / "Stop repeating, cancel what is to come";
    tb_series_running(days, until): "每{days}重复，到 {until}" / "Repeats on {days} until {until}";
    tb_cancel: "取消预约" / "Cancel";
    tb_turn_down: "不能承接" / "Turn down";
    tb_reason: "原因" / "Reason";
    tb_retriage: "再次分诊" / "Triage again";
    tb_retriage_do: "记录分诊" / "Record the triage";
    tb_to_120: "转 120" / "Hand to 120";
    tb_family_link: "家属链接" / "Family link";
    tb_approve: "同意转送" / "Approve";
    tb_call_return: "可以返程了" / "Ready to go back";
    tb_caller(name, relation): "{name}（{relation}）" / "{name} ({relation})";
    tb_floor_lift(n): "{n} 楼，有电梯" / "floor {n}, lift";
    tb_floor_no_lift(n): "{n} 楼，无电梯" / "floor {n}, no lift";
    tb_with_n(n): "随行 {n} 人" / "{n} companions";
    tb_carried_n(n): "搬抬 {n} 人" / "carried by {n}";
    tb_amount_wrong: "金额写成 370 或 370.50。" / "Write the amount as 370 or 370.50.";
    tb_receipt_title: "转送服务收据" / "Receipt for a patient transfer";
    tb_receipt_note: "本收据记录收款，不代替税务发票。可凭报价码在平台核对价格。" / "This receipt records a payment and is no tax invoice. The price can be checked by its code.";
    tb_receipt_no: "收据号" / "Receipt no.";
    tb_kind: "收支" / "Kind";
    tb_at: "时间" / "At";
    tb_clerk: "经办" / "Clerk";

    tw_title: "转送申请" / "Transfer requests";
    tw_lead(waiting): "{waiting} 条等待本院审批。申请人不能审批自己的申请。" / "{waiting} waiting for approval. Whoever asked cannot approve.";
    tw_new: "新申请" / "New request";
    tw_new_lead: "与 96120 同一套分诊：先问红旗，任一「是」请立即联系 120，不提交申请。" / "The same triage as at 96120: red flags first; one yes means 120, not a request.";
    tw_send: "提交申请" / "Send the request";
    tw_view_waiting: "待审批" / "To approve";
    tw_tokens: "系统接入" / "System access";
    tw_tokens_lead: "本院信息系统凭令牌预约。令牌只显示一次。" / "The hospital's own system books by a token. It is shown once.";
    tw_token_label: "用途" / "What for";
    tw_token_make: "生成令牌" / "Make a token";
    tw_token_new: "新令牌，请立即保存：" / "The new token; keep it now:";
    tw_token_revoke: "停用" / "Revoke";
    tw_token_used(at): "最近使用 {at}" / "last used {at}";
    tw_token_never: "还没有用过" / "never used";
    tw_token_revoked: "已停用" / "revoked";
    tw_token_none: "还没有令牌。" / "No tokens yet.";
    tw_record_add: "记录交接" / "Record the hand-over";
    tw_record_words: "补充说明" / "Remarks";

    tp_title: "预约转送" / "Book a transfer";
    tp_lead: "出院、入院、转院、透析、检查，行动不便又不急的，可以在这里约车。急症请直接拨打 120。"
        / "Discharge, admission, dialysis, examinations: for people who cannot easily move and are not in danger. In an emergency call 120.";
    tp_call: "也可以拨打 96120" / "You may also call 96120";
    tp_phone: "手机号" / "Mobile number";
    tp_send_code: "发送验证码" / "Send a code";
    tp_code: "短信验证码" / "Code from the message";
    tp_code_sent(min): "验证码已发送，{min} 分钟内有效。" / "The code has been sent and holds for {min} minutes.";
    tp_code_demo(code): "演示：验证码 {code}" / "Demo: the code is {code}";
    tp_check_code: "下一步" / "Next";
    tp_step(n): "第 {n} 步，共 3 步" / "Step {n} of 3";
    tp_your_name: "您的姓名" / "Your name";
    tp_address_hint: "写医院或街道名；认不出的地址，请致电 96120。" / "Name a hospital or a street; for other addresses please call 96120.";
    tp_ask_first: "请先回答（任一“是”请立即拨打 120）" / "Please answer first (one yes: call 120 at once)";
    tp_see_price: "看价格" / "See the price";
    tp_agree: "同意价格，预约" / "Agree and book";
    tp_change: "修改" / "Change";
    tp_red: "根据您的回答，请立即拨打 120。没有生成预约。" / "By your answers, call 120 at once. Nothing has been booked.";
    tp_done_title: "预约已受理" / "Your booking is taken";
    tp_done(number): "单号 {number}。出车前会电话联系您。" / "Number {number}. You will be called before the vehicle leaves.";
    tp_check_quote: "核对报价" / "Check a price";
    tp_quote_lead: "输入报价码，看平台开出的价格，防止乱收费。" / "Enter the code to see the price the platform made.";
    tp_quote_code: "报价码" / "Quote code";
    tp_quote_find: "核对" / "Check";
    tp_quote_unknown: "没有这个报价码，请核对后重输。与司机说的不一致时请拨打 96120。" / "No such code; please check it. If a driver says otherwise, call 96120.";
    tp_quote_genuine: "报价属实，与开出时一致" / "Genuine: as it was made";
    tp_quote_forged: "这份报价与开出时不一致，请拨打 96120。" / "This price is not as it was made; please call 96120.";
    tp_quote_old: "这份报价已被新的报价代替。" / "A newer price has taken its place.";
    tp_quote_agreed(at): "家属已于 {at} 同意" / "agreed to at {at}";
    tp_quote_open: "还没有同意" / "not agreed to yet";
    tp_quote_of(number, at): "预约 {number}，{at} 报价" / "Booking {number}, priced {at}";
}

impl super::Lang {
    /// Said once after something was done.
    pub fn tb_done(self, code: &str) -> Option<&'static str> {
        Some(match code {
            "booked" => self.pick("已下单，等待派车", "Booked; it waits for a vehicle"),
            "assigned" => self.pick("已下单并派车", "Booked and assigned"),
            "unplanned" => self.pick(
                "已下单；报给家属的车刚被占用，请调度员重新安排",
                "Booked; the vehicle that was offered is taken, the dispatcher has to plan it",
            ),
            "answered" => self.pick("同事先接了", "A colleague was quicker"),
            "ended" => self.pick("来电已结束", "The call has ended"),
            "told" => self.pick("已转 120，等待接收", "Handed to 120; it waits for acceptance"),
            "accepted" => self.pick("已接收", "Accepted"),
            "declined" => self.pick("已退回", "Handed back"),
            "sent" => self.pick("已转 96120", "Handed to 96120"),
            "quoted" => self.pick("已改报价，请告诉家属", "The price has changed; tell the family"),
            "agreed" => self.pick("已同意价格", "The price is agreed"),
            "sms" => self.pick("短信已排队", "The message is on its way"),
            "paid" => self.pick("已记录，收据号见下", "Recorded; the receipt is below"),
            "triaged" => self.pick("分诊已记录", "The triage is recorded"),
            "marked" => self.pick("已记录", "Recorded"),
            "return" => self.pick("返程已约，等电话", "The way back is booked, on call"),
            "series" => self.pick("已按周重复", "It repeats weekly"),
            "requested" => self.pick("申请已提交，等待审批", "The request waits for approval"),
            "revoked" => self.pick("已停用", "Revoked"),
            "record" => self.pick("交接已记录", "The hand-over is recorded"),
            _ => return None,
        })
    }

    /// Why a booking was ended by hand.
    pub fn end_reason(self, code: &str) -> String {
        let known = match code {
            "family" => self.pick("家属取消", "the family cancels"),
            "hospital" => self.pick("医院改期", "the hospital changed plans"),
            "duplicate" => self.pick("重复预约", "booked twice"),
            "condition" => self.pick("病情变化", "the condition changed"),
            "no_vehicle" => self.pick("没有合适的车", "no vehicle fits"),
            "price" => self.pick("不同意价格", "the price is not agreed"),
            "series_ended" => self.pick("系列停止", "the series ended"),
            "other" => self.pick("其他", "other"),
            other => return self.handover_reason(other).to_owned(),
        };
        known.to_owned()
    }

    /// What a ward hands over with a patient.
    pub fn ward_item(self, code: &str) -> &'static str {
        match code {
            "identity" => self.pick("身份核对", "identity checked"),
            "summary" => self.pick("出院小结、转院记录", "discharge summary"),
            "medicines" => self.pick("药品", "medicines"),
            "films" => self.pick("影像资料", "films and images"),
            "belongings" => self.pick("随身物品", "belongings"),
            "lines" => self.pick("管路通畅", "lines and drains checked"),
            "condition" => self.pick("生命体征平稳", "vital signs stable"),
            _ => self.pick("已告知家属", "the family has been told"),
        }
    }

    /// Days of the week of a series.
    pub fn weekday_names(self, weekdays: i64) -> String {
        let zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let names = if self.is_en() { en } else { zh };
        let on = names.iter().enumerate().filter(|(day, _)| weekdays & (1 << day) != 0);
        let on: Vec<&str> = on.map(|(_, name)| *name).collect();
        on.join(self.pick("、", ", "))
    }
}

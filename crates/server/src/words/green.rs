//! Words of the green channel's public pages: the map, the symptom page, the checklist, questions.

use rules::channel::Advice;

use super::{word_of, words};

words! {
    green_name: "医美急救绿色通道" / "Green channel for aesthetics";
    green_title: "24 小时 on call 绿色通道版图" / "24-hour on-call green channel map";
    green_event: "医美急救绿色通道值守公告" / "Green channel for aesthetics: who is on call";
    green_lead: "有危险先打 120。值守医院 24 小时接诊医美并发症。" / "In danger call 120 first. These hospitals take complications of aesthetic treatment day and night.";
    green_empty: "本市还没有公布值守医院。有危险请拨打 120。" / "This city has not announced hospitals on call yet. In danger call 120.";
    green_broken: "系统出错，本页暂时打不开。有危险请直接拨打 120，不要等。" / "The system failed and this page cannot be shown. In danger call 120 now; do not wait.";
    green_map_title: "版图" / "Map";
    green_map_label(hospitals, zones): "示意图：{hospitals} 家医院，{zones} 个片区。内容与下面的医院列表相同。" / "Sketch of {hospitals} hospitals and {zones} zones; the list below says the same.";
    green_map_note: "方块为值守医院，色块为分包片区。示意图，不作导航用。" / "Squares are hospitals on call, tints are zones. A sketch, not for navigation.";
    green_map_close: "放大：医院密集处" / "Close-up where hospitals are dense";
    green_hospitals: "值守医院" / "Hospitals on call";
    green_count(n): "{n} 家" / "{n}";
    green_gate: "急诊入口" / "Emergency door";
    green_zones: "分包片区" / "Zones";
    green_able: "救治能力" / "Can treat";
    green_able_none: "尚未公布" / "not announced yet";
    green_always(list): "24 小时：{list}" / "Day and night: {list}";
    green_hours(name, from, until, now): "{name} {from}–{until}（{now}）" / "{name} {from}–{until} ({now})";
    green_open_now: "现在开放" / "open now";
    green_shut_now: "现在不开放" / "closed now";
    green_ready: "应答测试" / "Answer tests";
    green_switchboard: "医院电话" / "Hospital";
    green_go: "导航" / "Directions";
    green_more: "更多" / "More";
    green_data: "数据接口：" / "Data:";
    list_comma: "、" / ", ";

    near_title: "离我最近的医院" / "Nearest to me";
    near_place: "机构、医院、街道或片区名称" / "Clinic, hospital, street or zone";
    near_do: "查找" / "Find";
    near_numbers: "输入经纬度" / "Enter coordinates";
    near_lat: "纬度" / "Latitude";
    near_lng: "经度" / "Longitude";
    near_use: "用我现在的位置" / "Use where I am";
    near_wait: "正在定位…" / "Looking for your place…";
    near_done: "已填入您的位置。" / "Your place is filled in.";
    near_denied: "没有得到定位许可。可以输入地名，或在浏览器设置里允许定位。" / "Your phone did not allow it. Type a place instead, or allow location in the browser.";
    near_failed: "没能定位。请输入地名。" / "Your place could not be found. Please type it.";
    near_unknown(place): "不认识“{place}”。请换成附近的医美机构、医院、街道或片区名称；拿不准就拨打 120 或热线。" / "“{place}” is not known here. Try a clinic, hospital, street or zone nearby; if unsure, call 120 or the hotline.";
    near_bad_numbers: "经纬度应为两个数字，如 22.27 和 113.57。" / "Coordinates are two numbers, such as 22.27 and 113.57.";
    near_here: "您的位置" / "your place";
    near_from(name): "从{name}出发：" / "From {name}:";
    near_rough: "（按该区域中心估算）" / "(reckoned from the middle of that area)";
    near_others: "也可能是：" / "It may also be:";
    near_nearest: "最近的值守医院" / "Nearest hospital on call";
    near_zone(name): "{name}的分包医院" / "Hospital of the zone {name}";
    near_both(name): "最近的值守医院，也是{name}的分包医院" / "Nearest hospital on call, and the hospital of the zone {name}";
    near_way(minutes, km): "约 {minutes} 分钟，直线 {km} km" / "about {minutes} min, {km} km as the crow flies";
    near_same: "片区的分包医院就是最近的医院。" / "The zone’s hospital is also the nearest.";
    near_as_fast(zone, hospital): "{zone}由{hospital}分包负责；两家一样快，去哪家都可以。" / "{hospital} is contracted for {zone}; both are equally fast, so either will do.";
    near_faster(zone, own, nearest, minutes): "为什么有两家：{zone}由{own}分包负责，但{nearest}更近，快约 {minutes} 分钟。自行前往请去最近的一家；由哪家救治，热线会按病情协调。" / "Why two: {own} is contracted for {zone}, but {nearest} is about {minutes} min closer. If you go by yourself, go to the nearest; the hotline arranges who treats what.";
    near_no_zone: "这里不属于任何分包片区，请去最近的一家。" / "This place is in no zone: go to the nearest.";
    near_away(name, km): "这里不像在本市：最近的值守医院{name}也有 {km} km。请拨打当地 120。" / "This does not seem to be in the city: even the nearest hospital, {name}, is {km} km away. Call 120 where you are.";
    near_estimate(detour, speed, extra): "时间为估算：直线距离 × {detour}，时速 {speed} km，另加 {extra} 分钟；不含堵车。" / "Times are estimates: distance × {detour} at {speed} km/h plus {extra} min, without traffic.";

    ready_never: "还没有测试过" / "not tested yet";
    ready_median(tests, answered, span): "近一年不预先告知的测试 {tests} 次，应答 {answered} 次，中位数 {span}。" / "{tests} unannounced tests in a year, {answered} answered, median {span}.";
    ready_last(day, span): "最近一次 {day}，{span} 应答。" / "Last on {day}: answered in {span}.";
    ready_last_missed(day): "最近一次 {day}，无人应答。" / "Last on {day}: nobody answered.";
    ready_title: "应答速度" / "How fast calls are answered";
    ready_lead: "不预先告知的呼叫测试、真实呼叫和演练，分开统计。" / "Unannounced tests, real calls and drills, counted apart.";
    ready_tests: "测试" / "Tests";
    ready_cases: "真实呼叫" / "Real calls";
    ready_drills: "演练" / "Drills";
    ready_days(n): "近 {n} 天" / "{n} days";
    ready_count: "次数" / "Count";
    ready_within(s): "{s} 秒内应答" / "within {s} s";
    ready_share(n, percent): "{n}（{percent}%）" / "{n} ({percent} %)";
    ready_unheard: "无人应答" / "Not answered";
    ready_middle: "应答中位数" / "Median";
    ready_empty: "近一年还没有测试、呼叫或演练。" / "No tests, calls or drills in the last year.";
    ready_how: "从呼叫发出到有人应答为止。没有应答的也计入总数。不含地点和个人信息。" / "From the call until a human answered; calls that nobody answered count in the total. No place and no person.";
    ready_hospitals: "各医院近一年的测试" / "Tests by hospital, one year";

    poster_link: "张贴海报（A4）" / "Poster to print (A4)";
    widget_link: "可嵌入的小窗" / "Widget to embed";
    poster_back: "返回版图" / "Back to the map";
    poster_print: "用浏览器的打印功能，纸张选 A4" / "Print with the browser on A4";
    poster_of(city): "{city}医美并发症急救" / "{city}: emergencies after aesthetic treatment";
    poster_120: "有生命危险" / "Danger to life";
    poster_scan: "扫码看最近的医院" / "Scan for the nearest hospital";
    poster_qr(url): "二维码：{url}" / "QR code: {url}";
    poster_hospital: "医院" / "Hospital";
    poster_where: "地址和急诊入口" / "Address and emergency door";
    poster_phone: "电话" / "Phone";
    poster_issued(day): "{day} 印发，号码以扫码页面为准。" / "Issued {day}; the page behind the code has the latest numbers.";

    cap_headline(city): "{city}医美急救绿色通道 24 小时值守" / "{city}: green channel for aesthetics on call day and night";
    cap_what(hospitals, zones): "值守医院 {hospitals} 家，分包片区 {zones} 个。" / "{hospitals} hospitals on call, {zones} zones.";
    cap_instruction(number): "有生命危险先拨打 120，再拨打热线 {number}。" / "In danger of life call 120 first, then the hotline {number}.";
    cap_contact(number): "120；热线 {number}" / "120; hotline {number}";
    cap_zone(zone, hospital): "{zone}，分包医院：{hospital}" / "{zone}, hospital: {hospital}";
    cap_hospital(name, address, phone): "{name}，{address}，电话 {phone}" / "{name}, {address}, phone {phone}";

    symptoms_link: "术后不适，该找谁" / "Feeling unwell after treatment: whom to turn to";
    symptoms_title: "术后不适自查" / "Unwell after treatment";
    symptoms_lead: "两步告诉您该打 120、打热线、找机构，还是先观察。这不是诊断。" / "Two steps say whether to call 120, the hotline or the clinic, or to watch. This is no diagnosis.";
    symptoms_choose: "现在有哪些不适？可多选" / "What do you feel? Choose all that apply";
    symptoms_next: "下一步：回答几个问题" / "Next: a few questions";
    symptoms_kept: "这里的选择不会保存。请求回拨时，才随请求发给热线。" / "Nothing chosen here is kept. Only if you ask for a call does it go to the hotline with your request.";
    symptoms_again: "重新选择" / "Start again";
    questions_title: "请逐条回答" / "Please answer each";
    questions_lead: "有任何一条是“是”，先打 120。没有回答的按“不清楚”处理。" / "If any of the first answers is yes, call 120 first. What you leave open counts as “not sure”.";
    questions_do: "看该怎么办" / "See what to do";
    reply_yes: "是" / "Yes";
    reply_no: "否" / "No";
    reply_unsure: "不清楚" / "Not sure";
    reply_open: "没有回答" / "Not answered";
    advice_why: "因为您的回答" / "Because you answered";
    advice_no_symptom: "您没有选择不适，由热线人员问清楚更稳妥。" / "You chose nothing; a person at the hotline had better ask.";
    advice_not_diagnosis: "这是分流，不是诊断；感觉严重就拨打 120。" / "This sorts, it does not diagnose. If it feels serious, call 120.";

    help_title: "让热线回拨我" / "Have the hotline call me";
    help_lead: "热线收到后马上回拨，同时通知值守医院。" / "The hotline calls back at once and tells the hospital on call.";
    help_phone: "回拨电话" / "Number to call back";
    help_phone_wrong: "请填能回拨的电话：3 至 20 位数字，可带空格和连字符。其他内容已保留。" / "Please give a number to call back: 3 to 20 digits; spaces and hyphens are fine. The rest is kept.";
    help_place: "您在哪里" / "Where you are";
    help_place_hint: "机构、小区、酒店或路口都可以；不知道可以不填。" / "A clinic, building, hotel or crossing; leave it empty if you do not know.";
    help_place_long: "地点请不超过 200 字。" / "Please describe the place in at most 200 characters.";
    help_unlicensed: "不是在有证的医美机构做的" / "It was not done at a licensed place";
    help_no_questions: "来自哪里都先救人，不追问。" / "Wherever you come from, care comes first. Nobody will ask.";
    help_do: "请热线回拨" / "Ask for a call";
    help_said(symptoms): "网页求助，自述：{symptoms}。" / "From the web page: {symptoms}.";
    help_said_nothing: "网页求助，没有选择不适。" / "From the web page, nothing chosen.";
    help_speaks_english: "求助人用的是英文页面，请准备英文通话。" / "The caller used the English page: be ready to speak English.";
    raised_title: "热线已收到" / "The hotline has your request";
    raised_next: "接下来" / "What happens next";
    raised_1(phone): "热线会马上拨打 {phone}，请保持电话畅通。" / "The hotline will call {phone} at once; please keep the line free.";
    raised_2: "加重了，或几分钟内没有接到电话：不要等，拨打 120。" / "If it gets worse, or nobody calls within minutes, do not wait: call 120.";
    raised_3: "通话时报上面的编号。带上做过的项目、产品和时间。" / "Give the number above on the phone. Have at hand what was done, which product and when.";
    raised_map: "看最近的值守医院" / "See the nearest hospital on call";

    screening_title: "术前自查清单" / "Checklist before treatment";
    screening_lead: "回答后可打印，带给医师看。不保存，也不发送。" / "Answer, print, and show it to the doctor. Nothing is kept or sent.";
    screening_done: "用浏览器打印本页，面诊时交给医师。离开本页后答案不保留。" / "Print this page with the browser and hand it to the doctor. The answers are gone when you leave.";
    screening_do: "生成可打印的清单" / "Make the page to print";
    screening_again: "重新填写" / "Start again";
    screening_sign: "姓名 ____________  日期 ____________" / "Name ____________  Date ____________";
    screening_note: "清单不替代面诊，答案由医师判断。" / "The list does not replace a consultation; the doctor judges.";

    ask_title: "咨询质控中心" / "Ask the QC centre";
    ask_lead(hours): "问机构、项目、术后护理都可以，{hours} 小时内答复。不用登记姓名。" / "About clinics, procedures or care afterwards; answered within {hours} hours. No name is needed.";
    ask_urgent: "急事不要在这里等：" / "Do not wait here when it is urgent:";
    ask_text: "您想问什么" / "Your question";
    ask_institution: "涉及的机构（可不填）" / "Clinic it is about (optional)";
    ask_about(name): "涉及机构：{name}" / "About: {name}";
    ask_hint: "不用写姓名、证件号和病历号。" / "Please give no names, identity or record numbers.";
    ask_do: "提交咨询" / "Send the question";
    ask_too_many: "发得太频繁，请一分钟后再提交。填写的内容还在。" / "Too many at once. Please send it again in a minute; what you typed is still here.";
    asked_title: "已收到您的咨询" / "Your question has arrived";
    asked_number: "咨询编号" / "Number";
    asked_due: "答复时限" / "Answered by";
    asked_institution: "涉及机构" / "About";
    asked_once: "查询码只显示这一次，请抄下来或截图。凭它看答复、继续追问；谁有它谁就能看。" / "The code is shown only once: note it or take a picture. With it you read the answer and ask again; so can whoever else has it.";
    asked_open: "打开这次咨询" / "Open the thread";
    thread_seen: "查看咨询" / "Your thread";
    thread_of(number): "咨询 {number}" / "Thread {number}";
    thread_find: "已经咨询过" / "Asked before";
    thread_code: "查询码" / "Code";
    thread_open: "查看" / "Open";
    thread_wrong: "没有这个查询码对应的咨询。请核对 20 位字母和数字；答复半年后会删除。" / "No thread has this code. Check its 20 letters and figures; threads are removed half a year after the answer.";
    thread_unsent: "没有发出的内容：" / "What was not sent:";
    thread_due(at): "等待答复，最迟 {at}。" / "Waiting for an answer, by {at} at the latest.";
    thread_late(at): "已超过答复时限 {at}，质控中心会看到超期提示。" / "The answer was due by {at}; the QC centre sees that it is overdue.";
    thread_answered(at): "{at} 已答复。" / "Answered at {at}.";
    thread_closed(at): "{at} 已结束；再发一条会重新打开。" / "Closed at {at}; another message opens it again.";
    thread_you: "您" / "You";
    thread_centre: "质控中心" / "QC centre";
    thread_write: "继续追问" / "Write again";
    thread_do: "发送" / "Send";

    start_green: "医美急救绿色通道" / "Green channel for aesthetics";
    start_green_what: "看最近的值守医院，查不适该找谁，向质控中心咨询。" / "The nearest hospital on call, whom to turn to when unwell, questions to the QC centre.";
    start_green_map: "值守版图" / "On-call map";
}

word_of!(advice_word(Advice) {
    Advice::Call120: "立即拨打 120" / "Call 120 now";
    Advice::Hotline: "打绿色通道热线" / "Call the hotline";
    Advice::Clinic: "联系做项目的机构" / "Contact the clinic";
    Advice::Watch: "先观察" / "Watch it";
});

word_of!(advice_what(Advice) {
    Advice::Call120: "不要自己开车，不要等机构回复。让人陪着您，把做过的项目告诉急救人员。" / "Do not drive yourself and do not wait for the clinic. Have somebody stay with you, and tell the crew what was done.";
    Advice::Hotline: "今天就要有医师判断，不要等到明天。打热线，或留下电话让热线回拨。" / "A doctor should judge this today, not tomorrow. Call the hotline, or leave a number and be called.";
    Advice::Clinic: "请今天联系做项目的机构复诊。联系不上、加重或出现新的不适，打热线或 120。" / "Contact the clinic today for a check. If you cannot reach it, or it gets worse or new, call the hotline or 120.";
    Advice::Watch: "暂时可以观察。加重或出现新的不适，重新自查，或打热线、120。" / "You may watch it for now. If it gets worse or new, check again, or call the hotline or 120.";
});

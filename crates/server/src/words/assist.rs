//! Words of expert opinions.

use super::words;

words! {
    nav_opinions: "专家意见" / "Opinions";
    opinions_title: "专家意见" / "Expert opinions";
    opinions_lead: "监督员就预警提出的专业问题。专家只看问题，不看病历；与机构有利害关系的不作答。"
        / "Questions of officers about alerts. The expert sees the question, not the record; whoever has ties to the institution does not answer.";
    opinions_none: "没有待出的意见" / "No opinion is waiting";
    opinions_none_what: "监督员在预警页提出问题后，会列在这里。" / "A question that an officer asks on an alert appears here.";
    opinion_open: "待指派" / "to be assigned";
    opinion_assigned: "专家作答中" / "with the expert";
    opinion_answered: "已答复" / "answered";
    opinion_asked_done: "已提交，由市医美质控中心指派专家。" / "Sent; the QC centre names an expert.";
    opinion_done: "已记下。" / "Noted.";
    opinion_asked(time): "{time} 提出" / "asked {time}";
    opinion_of(name, time): "{name}，{time}" / "{name}, {time}";
    opinion_assign: "指派专家" / "Assign an expert";
    opinion_answer: "意见" / "Opinion";
    opinion_free: "我与该机构没有利害关系" / "Nothing ties me to this institution";
    opinion_send: "提交意见" / "Send the opinion";
    opinion_ask: "请专家出意见" / "Ask for an expert's opinion";
    opinion_ask_hint: "写专业问题，不写客户姓名和电话。由市医美质控中心指派专家。"
        / "Write the professional question, no client's name or phone. The QC centre names the expert.";
    opinion_none_here: "还没有请专家出意见" / "No opinion was asked for";
}

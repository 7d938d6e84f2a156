//! Words of the library of policy documents.

use super::words;

words! {
    nav_policies: "政策文件" / "Policy documents";
    po_lead: "按文号管理版本；公开的文件任何人可查。" / "Versions go by the document's number; public ones anybody can read.";
    po_public_lead: "本市公开的医疗安全文件，按最新版本列出。" / "The city's public documents on medical safety, each in its newest version.";
    po_search: "标题、文号或发文单位" / "title, number or issuer";
    po_all_states: "全部状态" / "all states";
    po_draft: "待审核" / "to be reviewed";
    po_reviewed: "待批准" / "to be approved";
    po_approved: "有效" / "in force";
    po_withdrawn: "已撤回" / "withdrawn";
    po_public: "公开" / "public";
    po_inside: "登录可见" / "for those who sign in";
    po_version(n): "第 {n} 版" / "version {n}";
    po_version_word: "版本" / "Version";
    po_number: "文号" / "Number";
    po_title: "标题" / "Title";
    po_issuer: "发文单位" / "Issuer";
    po_issued: "发文日期" / "Day of issue";
    po_state: "状态" / "State";
    po_reach: "谁可见" / "Who reads it";
    po_none: "还没有文件" / "No document yet";
    po_none_what: "起草后由另一人审核、第三人批准，批准后在这里查到。" / "Once written, a second person reviews and a third approves; then it can be found here.";
    po_none_public: "没有符合条件的公开文件。" / "No public document fits.";
    po_add: "起草文件" / "Write one";
    po_next_version: "起草新版本" / "Write the next version";
    po_title_zh: "标题（中文）" / "Title in Chinese";
    po_title_en: "标题（英文，空则用中文）" / "Title in English (empty: the Chinese one)";
    po_body: "正文或摘要（不超过 8,000 字）" / "Text or summary (at most 8,000 characters)";
    po_link: "原文网址（可不填）" / "Address of the original (may stay empty)";
    po_make_public: "向社会公开" / "Open to the public";
    po_save: "保存，送审" / "Save for review";
    po_review: "审核通过" / "Review";
    po_approve: "批准发布" / "Approve";
    po_withdraw: "撤回" / "Withdraw";
    po_original: "查看原文" / "The original";
    po_credits: "起草、审核、批准" / "Written, reviewed, approved by";
    po_written_done: "已保存，请另一人审核。" / "Saved; somebody else reviews it.";
    po_review_done: "已审核，请第三人批准。" / "Reviewed; a third person approves it.";
    po_approve_done: "已批准，现在可以查到。" / "Approved; it can be found now.";
    po_withdraw_done: "已撤回。" / "Withdrawn.";
    po_body_word: "正文" / "Text";
}

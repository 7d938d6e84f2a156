//! Words of sheets that are filled in as workbooks.

use super::words;
use crate::workbook::Unreadable;

words! {
    cx_title: "用表格填报自查" / "Self-inspection as a workbook";
    cx_download: "下载表格" / "Download the workbook";
    cx_upload: "上传填好的表格" / "Upload a filled workbook";
    cx_choose: "选择 xlsx 文件（不超过 2 MB）" / "Choose an xlsx file (up to 2 MB)";
    cx_check: "上传并核对" / "Upload and check";
    cx_what: "先核对，确认后才写入。照片和文件仍在页面上添加。" / "It is checked first and written once you confirm. Photos and documents are added on the page.";
    cx_lead(change, conflict, wrong): "可写入 {change} 条，与他人较新的回答不一致 {conflict} 条，有问题 {wrong} 条。" / "To be written: {change}. Others answered later: {conflict}. Wrong: {wrong}.";
    cx_nothing: "没有可写入的回答：和平台上的一样，或都有问题。" / "Nothing to write: the same as on the platform, or wrong.";
    cx_confirm(n): "写入 {n} 条" / "Write {n}";
    cx_returned: "下载标注问题的表格" / "Download it with what is wrong";
    cx_back: "不写入，返回" / "Write nothing, go back";
    cx_changes: "将写入" / "To be written";
    cx_conflicts: "他人已有较新的回答" / "Somebody answered later";
    cx_conflicts_what: "默认保留较新的；勾选的改用您表格里的。" / "The later answer stays, unless you tick yours.";
    cx_wrongs: "有问题，不写入" / "Wrong, not written";
    cx_same(n, blank): "{n} 条与平台一致，{blank} 条没有填。" / "the same: {n}; empty: {blank}.";
    cx_row: "行" / "Row";
    cx_place: "科室" / "Department";
    cx_place_code: "科室代码" / "Department code";
    cx_item: "条目" / "Item";
    cx_item_code: "条目代码" / "Item code";
    cx_answer: "回答" / "Answer";
    cx_note: "说明" / "Note";
    cx_fix: "整改方式" / "How it is mended";
    cx_measure: "措施" / "Measure";
    cx_due: "完成日期" / "By";
    cx_problem: "问题" / "What is wrong";
    cx_yours: "您的表格" / "Yours";
    cx_theirs: "平台上" / "On the platform";
    cx_use_mine: "用我的" / "use mine";
    cx_at(cell, what): "{cell}：{what}" / "{cell}: {what}";
    cx_formula: "不能用公式，请填文字" / "a formula is not taken; write the text";
    cx_answer_wrong(text): "只能填“符合”“不符合”“不适用”，现为“{text}”" / "one of met, not met, does not apply; it says “{text}”";
    cx_fix_wrong(text): "只能填“立行立改”或“限期整改”，现为“{text}”" / "at once or by a plan; it says “{text}”";
    cx_due_wrong(text): "日期应为 2017-03-10 这样，现为“{text}”" / "a day such as 2017-03-10; it says “{text}”";
    cx_item_unknown(text): "这里没有条目“{text}”，代码不能改" / "no item “{text}” here; codes must not be changed";
    cx_place_unknown(text): "没有科室“{text}”，或不由您填报" / "no department “{text}”, or not yours to fill in";
    cx_twice(row): "和第 {row} 行是同一条目" / "the same item as in row {row}";
    cx_too_long: "不超过 500 字" / "at most 500 characters";
    cx_always: "这一条对所有单位适用，不能填“不适用”" / "this item applies everywhere";
    cx_locked: "自查报告已报送，这张表不能改" / "the report is handed in; this sheet is closed";
    cx_other_file: "这不是本单位本专项的自查表格：请用平台下载的表格，第一行不能改。" / "This is not your unit's workbook of this campaign. Use the one downloaded here and leave its first row as it is.";
    cx_heads_moved: "表头或列的顺序被改动，无法对应：请用下载的表格重新填。" / "The headings or the order of the columns were changed; please fill in a fresh workbook.";
    cx_none: "请先选择文件。" / "Choose a file first.";
    cx_met: "符合" / "met";
    cx_not_met: "不符合" / "not met";
    cx_na: "不适用" / "does not apply";
    cx_at_once: "立行立改" / "at once";
    cx_by_plan: "限期整改" / "by a plan";
    cx_too_large: "文件超过 2 MB，没有读取。" / "The file is larger than 2 MB and was not read.";
    cx_no_book: "这不是可以打开的 xlsx 表格。" / "This is no xlsx workbook that can be opened.";
    cx_old: "这是旧版 xls 或加了密码的表格：请另存为不加密的 xlsx。" / "This is an old xls file or has a password; save it as xlsx without one.";
    cx_bomb: "表格展开后太大，没有读取。" / "The workbook unfolds to too much and was not read.";
    cx_long: "表格超过 5,000 行，没有读取。" / "The workbook has more than 5,000 rows and was not read.";
    cx_do_not_touch: "请勿改动本行和代码列" / "leave this row and the code columns as they are";
}

impl super::Lang {
    /// Why a workbook is not read.
    pub(crate) fn cx_unreadable(self, why: Unreadable) -> &'static str {
        match why {
            Unreadable::TooLarge => self.cx_too_large(),
            Unreadable::Other => self.cx_no_book(),
            Unreadable::OldOrLocked => self.cx_old(),
            Unreadable::Bomb => self.cx_bomb(),
            Unreadable::TooLong => self.cx_long(),
        }
    }
}

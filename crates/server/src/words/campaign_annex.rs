//! Words of indicators, of annexes whose columns are laid out on screen, and of draws.

use rules::campaign::{AnnexPart, CellSource, PlanFault, Relation, Weight};

use super::{word_of, words};

words! {
    ci_title: "监测指标" / "Indicators";
    ci_lead(n, short): "附件里的比率 {n} 项，未达到目标 {short} 项。" / "Shares that the annexes hold: {n}. Short of their aim: {short}.";
    ci_lead_own(n, short): "本机构的比率 {n} 项，未达到目标 {short} 项；报送前也能看。" / "Shares of your institution: {n}. Short of their aim: {short}. They show before anything is handed in.";
    ci_foot: "全市只计市级已审核的属地和直报单位；各列按其已审核的单位合计。点比率看附件。△ 有的机构只报了分子或分母。" / "The city counts lines that it has approved and those that report to it directly; each column adds up the units that its line has approved. A share leads to its annex. △: some institutions gave only one of its two figures.";
    ci_foot_own: "点比率看附件。报送后以报送时的数字为准。" / "A share leads to its annex. Once handed in, the figures of that moment hold.";
    ci_none: "没有监测指标" / "No indicators";
    ci_none_what: "在附件里设置指标后，这里列出分子、分母、目标和各地情况。" / "Once an annex has indicators, they are listed here with both figures, the aim, and every line.";
    ci_indicator: "指标" / "Indicator";
    ci_aim: "目标" / "Aim";
    ci_from: "来自" / "From";
    ci_over_of(name): "{name}：分子 / 分母" / "{name}: so many of so many";
    ci_own: "本机构" / "Own";
    ci_at_least(n): "不低于 {n} %" / "at least {n} %";
    ci_at_most(n): "不高于 {n} %" / "at most {n} %";
    ci_between(a, b): "{a} % 至 {b} %" / "{a} % to {b} %";
    ci_no_aim: "不设目标" / "no aim";
    ci_partial: "有的机构只报了分子或分母" / "some institutions gave only one of its two figures";
    cd_lead: "名单、种子和结果都留着，任何人可以重算；还有检查没做完的，只公开名单和种子的 SHA-256。" / "Frame, seed and result are kept, so that anyone can repeat a draw; while checks are to be done only the frame and the seed's SHA-256 are open.";
    cd_all(n): "全部抽取 {n} 次" / "all draws: {n}";
    cd_when: "抽取时间" / "Drawn at";
    cd_by: "抽取人" / "By";
    cd_frame: "名单数" / "Frame";
    cd_seed: "种子" / "Seed";
    cd_drawn: "抽中" / "Drawn";
    ca_code: "栏目代码" / "Code";
    ca_revision: "版本" / "Revision";
    ca_sheet: "附件" / "Annex";
    ca_download: "下载表格填写" / "Fill in as a workbook";
    ca_upload: "读入填好的表格" / "Read a filled workbook";
    ca_choose: "xlsx 文件，不超过 2 MB；读入后先看，保存才写入" / "An xlsx file, up to 2 MB; it fills the form and is written when you save";
    ca_read(n): "已读入表格，{n} 栏有变化，还没有保存。" / "The workbook is read. Changed: {n}. Nothing is saved yet.";
    ca_save_first: "先保存填写的数字，再报送。" / "Save the figures first, then hand it in.";
    ca_missing(n): "还有 {n} 栏没有填好。" / "Cells still to be filled in: {n}.";
    ca_left_out: "没有读入：" / "Not taken:";
    ca_no_cell(code): "没有栏目“{code}”" / "there is no cell “{code}”";
    ca_cell_twice: "栏目重复，用前一行" / "the cell stands twice, the first one holds";
    ca_counted_kept: "自动统计的栏目不从表格读入" / "counted cells are not read from a workbook";
    ca_other_file: "这不是本机构这张附件的表格，请重新下载填写。" / "This is not this annex's workbook of your institution: download it anew.";
    ca_standing(value): "他人已改，平台现为 {value}" / "somebody else has changed it: now {value}";
    ca_not_number(text): "“{text}”不是整数" / "“{text}” is no whole number";
    ca_columns: "编辑栏目" / "Edit its columns";
    ca_add: "加一张附件" / "Add an annex";
    ca_lead: "栏目、表内关系和指标都在这里定；保存进草稿，仍须审核、批准。" / "Columns, rules between them and indicators are laid out here. They are saved into the draft, which is still reviewed and approved.";
    ca_head: "附件" / "Annex";
    ca_expires: "截止后多少天停止接收" / "Taken until so many days after its deadline";
    ca_cells: "栏目" / "Columns";
    ca_cells_what: "从左到右的顺序；自动统计的栏目不用填。" / "In their order from the left; counted ones are not typed.";
    ca_source_word: "数字来自" / "Its figure is";
    ca_max: "最大值（可不填）" / "At most (may stay empty)";
    ca_compulsory: "必填（没有数字须写原因）" / "needed (a missing figure wants a reason)";
    ca_conditions: "台账统计条件（不勾即全部）" / "Which entries of the ledger it counts (all when nothing is ticked)";
    ca_by_source: "来源" / "Found by";
    ca_by_state: "状态" / "State";
    ca_by_weight: "轻重" / "Weight";
    ca_reopened: "曾再次出现" / "has returned";
    ca_up: "上移" / "Up";
    ca_add_cell: "加一栏" / "Add a column";
    ca_rules: "表内关系" / "Rules between columns";
    ca_rules_what: "不符合时不能报送，并显示您写的这句话。" / "What does not hold cannot be handed in, and your sentence says why.";
    ca_left: "左边合计" / "The sum of";
    ca_right: "右边合计" / "and the sum of";
    ca_relation_word: "应当" / "must be";
    ca_says_zh: "不符合时的提示（中文）" / "What is said in Chinese";
    ca_says_en: "不符合时的提示（英文，空则用中文）" / "What is said in English (empty: the Chinese one)";
    ca_add_rule: "加一条关系" / "Add a rule";
    ca_rates_what: "分子除以分母，随附件逐级汇总。" / "One sum as a share of another, added up with the annex.";
    ca_over: "分子" / "So many";
    ca_of: "分母" / "of so many";
    ca_least: "不低于 %（可不填）" / "At least, % (may stay empty)";
    ca_most: "不高于 %（可不填）" / "At most, % (may stay empty)";
    ca_add_rate: "加一个指标" / "Add an indicator";
    ca_elsewhere: "附件没有问题，草稿别处有要改的：请返回草稿核对。" / "The annex is sound, the draft is not elsewhere: go back and check it.";
    ca_back: "不保存，返回草稿" / "Save nothing, back to the draft";
}

word_of!(ca_source(CellSource) {
    CellSource::Entered: "由机构填报" / "typed by the institution";
    CellSource::Ledger: "从问题台账统计" / "counted from the ledger";
    CellSource::Departments: "完成自查的科室数" / "departments that handed in";
    CellSource::Items: "已答的自查条目数" / "items answered";
});

word_of!(ca_relation(Relation) {
    Relation::AtMost: "不大于" / "at most";
    Relation::Equals: "等于" / "equal to";
});

word_of!(ca_weight(Weight) {
    Weight::Ordinary: "一般" / "ordinary";
    Weight::Major: "特别重要" / "especially important";
});

impl super::Lang {
    /// Why an annex cannot be issued, beside the row.
    pub(crate) fn ca_fault(self, part: AnnexPart, fault: PlanFault) -> &'static str {
        use {AnnexPart as P, PlanFault as F};
        let [zh, en] = match (part, fault) {
            (P::Cell, F::Absent) => ["至少要有一个栏目。", "An annex needs a column."],
            (P::Rule, F::Absent) => ["左右两边都要勾选栏目。", "Tick columns on both sides."],
            (P::Rate, F::Absent) => ["分子和分母都要勾选栏目。", "Tick columns for both sums."],
            (P::Rule | P::Rate, F::Unknown) => {
                ["勾选的栏目已删除，请重新勾选。", "A ticked column is gone; tick again."]
            }
            (P::Head, F::Number) => {
                ["天数须为 0 到 3,660 的整数。", "Days are a whole number, 0 to 3,660."]
            }
            (P::Cell, F::Number) => {
                ["最大值须为大于 0 的整数。", "The largest figure is a whole number above 0."]
            }
            (P::Rate, F::Number) => [
                "目标须为 0 到 100 的整数，下限不能高于上限。",
                "Aims are whole numbers, 0 to 100, the lower one first.",
            ],
            (P::Rule, F::Title) => {
                ["请写提示，不超过 200 字。", "Write a sentence of at most 200 characters."]
            }
            (_, F::Title) => {
                ["请填名称，不超过 200 字。", "Give a title of at most 200 characters."]
            }
            (_, F::TooMany) => ["最多 40 行。", "At most 40 rows."],
            (_, F::Code) => {
                ["内部代码重复，请删除这一行再加。", "Its code stands twice; add it anew."]
            }
            _ => ["请检查这一行。", "Please check this row."],
        };
        self.pick(zh, en)
    }
}

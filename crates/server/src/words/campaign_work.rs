//! Words of a campaign's drafts, activities and routine items.

use rules::campaign::{
    ActivityKind, Category, EffortFault, Measure, Ownership, PlanFault, PlanPart, RoutineState,
};

use super::{word_of, words};

words! {
    cw_overview: "总览" / "Overview";
    cw_edit: "编辑草稿" / "Edit the draft";
    cw_draft_lead: "改完请“核对”，没有问题再保存；保存后须由另一人审核、第三人批准。" / "Check the plan, then save it. Somebody else then reviews it, and a third person approves it.";
    cw_unsaved: "以下改动还没有保存。" / "These changes are not saved yet.";
    cw_checked: "核对通过，可以保存。" / "Checked: nothing is missing. It can be saved.";
    cw_wrong_lead(n): "有 {n} 处要改，见下方标出的地方。填写的内容都在。" / "To be mended: {n}, marked below. Everything you typed is kept.";
    cw_over: "仍按我填写的保存" / "Save mine nevertheless";
    cw_current: "看现在的草稿" / "Look at the draft as it stands";
    cw_save: "保存草稿" / "Save the draft";
    cw_check: "核对" / "Check";
    cw_head: "基本信息" / "Document";
    cw_title_zh: "名称（中文）" / "Title in Chinese";
    cw_title_en: "名称（英文，空则用中文）" / "Title in English (empty: the Chinese one)";
    cw_issuer_zh: "发文单位（中文）" / "Issuer in Chinese";
    cw_issuer_en: "发文单位（英文）" / "Issuer in English";
    cw_basis_zh: "依据（中文）" / "Basis in Chinese";
    cw_basis_en: "依据（英文）" / "Basis in English";
    cw_contact_zh: "咨询联系（中文）" / "Contact in Chinese";
    cw_contact_en: "咨询联系（英文）" / "Contact in English";
    cw_parent: "所属专项（年度方案等）" / "Part of (a year's programme)";
    cw_parent_none: "不属于其他专项" / "of none";
    cw_part_of: "所属专项" / "Part of";
    cw_parts: "下属专项" / "Its campaigns";
    cw_zh: "中文" / "Chinese";
    cw_en: "英文" / "English";
    cw_from: "开始日" / "First day";
    cw_until: "最后一日" / "Last day";
    cw_tasks_zh: "任务（中文，每行一项）" / "Tasks in Chinese (one a line)";
    cw_tasks_en: "任务（英文，每行一项）" / "Tasks in English (one a line)";
    cw_phases_what: "阶段可以重叠；最后一日 24:00 结束。" / "Phases may overlap; each ends with its last day.";
    cw_add_phase: "加一个阶段" / "Add a phase";
    cw_dues: "报送材料" / "What is handed in";
    cw_dues_what: "最后一日 24:00 后报送的计为迟报。“3 月 5 日前”即最后一日为 3 月 4 日。" / "What comes after the last day is late. “Before 5 March” means that 4 March is the last day.";
    cw_holder: "谁报送" / "By whom";
    cw_holder_unit: "机构" / "institutions";
    cw_holder_line: "各区和直报单位" / "districts and other lines";
    cw_phase: "阶段" / "Phase";
    cw_last_day: "最后一日" / "Last day in time";
    cw_dialysis_only: "仅有血液透析的机构" / "only units with dialysis";
    cw_is_annex: "附件" / "annex";
    cw_add_due: "加一项材料" / "Add one";
    cw_targets: "对象" / "Whom it is for";
    cw_targets_what: "符合任一行即为对象；一行内每类勾选的须同时符合，不勾即不限。" / "A unit is in when one row fits. Within a row every ticked group must fit; an empty group fits all.";
    cw_targets_now(all, focus): "按现在的登记：{all} 家，其中重点 {focus} 家。" / "By the register as it stands: {all} institutions, {focus} of them a focus.";
    cw_level: "等级" / "Level";
    cw_ownership: "举办主体" / "Ownership";
    cw_category: "类别" / "Category";
    cw_region: "属地" / "District";
    cw_branch: "隶属" / "Answers to";
    cw_more: "其他" / "More";
    cw_focus: "列为重点" / "a focus";
    cw_row_of(n): "第 {n} 行" / "Row {n}";
    cw_add_target: "加一行" / "Add a row";
    cw_departments: "重点科室" / "Key departments";
    cw_lists: "检查表" / "Checklists";
    cw_lists_what: "勾选的检查表在所列科室使用；不列科室的由全院填一次。" / "A ticked list is used in the departments below it; a list without any is filled once for the institution.";
    cw_list_items(n): "{n} 条" / "{n} items";
    cw_list_whole: "全院" / "whole institution";
    cw_list_in(n): "用于 {n} 类科室" / "in {n} kinds of department";
    cw_goals: "目标" / "Objectives";
    cw_measure: "怎样衡量" / "Measured by";
    cw_percent: "达到 %" / "To reach, %";
    cw_add_goal: "加一个目标" / "Add an objective";
    cw_sections: "报告提纲" / "Sections of the reports";
    cw_section_of: "属于" / "Of";
    cw_add_section: "加一节" / "Add a section";
    cw_annexes: "附件" / "Annexes";
    cw_annexes_what: "取消勾选则不用这张附件；编辑栏目前先保存草稿。" / "An annex that is not ticked is not used; the draft is saved before its columns open.";
    cw_annex_cells(n): "{n} 栏" / "{n} cells";
    cw_clocks: "时限" / "Clocks";
    cw_climb_h: "特别重要问题每级停留（小时）" / "An important problem climbs after (hours)";
    cw_resubmit_days: "退回后重报（天）" / "What is returned comes again within (days)";
    cw_urge_days: "督办答复（天）" / "Urge notices are answered within (days)";
    cw_remind_h: "截止前提醒（小时）" / "Reminder before a deadline (hours)";
    cw_weights: "考核权重" / "Weights of the assessment";
    cw_weights_what: "四项合计 100。" / "The four make 100.";
    cw_weight_coverage: "自查覆盖" / "Coverage";
    cw_weight_timeliness: "按时报送" / "In time";
    cw_weight_close_out: "问题销号" / "Closed out";
    cw_weight_spot: "督查抽查" / "Spot checks";
    cw_drop: "删除" / "Remove";

    cw_activities: "活动与投入" / "Activities and effort";
    cw_activities_lead(officers, units): "检查 {officers} 人次，到过 {units} 家机构。" / "Officer-times of inspection: {officers}; institutions visited: {units}.";
    cw_officer_times: "检查人次" / "Officer-times";
    cw_units_art: "辅助生殖机构" / "Assisted reproduction";
    cw_units_mch: "妇幼保健机构" / "Maternal and child health";
    cw_units_other: "其他机构" / "Other institutions";
    cw_trained: "培训人次" / "People trained";
    cw_pass_rate: "考核合格率" / "Passed of those tested";
    cw_other_activities: "其他活动" / "Other activities";
    cw_units_what: "每家只计一次，含已完成的抽查" / "each counted once; finished spot checks included";
    cw_add_activity: "记一项活动" / "Write down an activity";
    cw_kind: "种类" / "Kind";
    cw_all_kinds: "全部种类" / "all kinds";
    cw_what: "内容" / "What";
    cw_place: "地点" / "Place";
    cw_held: "日期" / "Day";
    cw_people: "参加人数" / "People";
    cw_tested: "考核人数" / "Tested";
    cw_passed: "合格人数" / "Passed";
    cw_officers: "检查人员" / "Officers";
    cw_agencies: "参加部门" / "Agencies";
    cw_units: "到过的机构" / "Institutions visited";
    cw_units_pick: "按住 Ctrl 可多选" / "hold Ctrl to pick several";
    cw_body: "说明" / "Remarks";
    cw_only_training: "培训填" / "of a training";
    cw_only_inspection: "联合检查填" / "of a joint inspection";
    cw_search: "标题或地点" / "title or place";
    cw_numbers: "数字" / "Numbers";
    cw_by: "谁的活动" / "Whose";
    cw_city: "市级" / "the city";
    cw_withdraw: "撤销" / "Take back";
    cw_withdrawn: "已撤销，不计入" / "taken back, not counted";
    cw_activities_none: "还没有活动" / "No activity yet";
    cw_activities_none_what: "启动会、培训、演练、宣传和联合检查记在这里，人次和机构数自动合计。" / "Kick-off, training, drills, publicity and joint inspections are written down here; the sums follow by themselves.";
    cw_n_people(n): "{n} 人" / "{n} people";
    cw_n_tested(tested, passed): "考核 {tested}，合格 {passed}" / "tested {tested}, passed {passed}";
    cw_n_officers(officers, agencies, units): "{officers} 人·{agencies} 个部门·{units} 家" / "{officers} officers · {agencies} agencies · {units} institutions";

    cw_file_remove: "移除这个文件" / "Take this file away";
    cw_pack_problems: "问题整改佐证" / "problems";
    cw_pack_sheets: "自查佐证" / "self-inspection";
    cw_pack_book: "迎检资料" / "readiness";
    cw_pack_index: "佐证目录" / "index";
    cw_pack_path: "文件" / "File";
    cw_pack_added: "上传时间" / "Added";
    cw_pack_left_out: "超出资料包大小，请在平台查看" / "beyond the size of a pack; see the platform";
    cw_led: "问责与处理处罚" / "Accountability and sanctions";
    cw_led_none: "没有记录" / "Nothing on record";
    cw_led_add: "记入" / "Enter one";
    cw_sanction: "处理处罚" / "Sanction";
    cw_decision: "决定书文号" / "Number of the decision";
    cw_provision: "依据条款" / "Provision it rests on";
    cw_only_sanction: "处理处罚必填" / "needed for a sanction";

    cw_routine: "长效机制" / "What stays";
    cw_routine_lead(n, overdue): "转为常规的条目 {n} 条，超期未查 {overdue} 处。" / "Items that stay: {n}. Overdue places: {overdue}.";
    cw_routine_none: "还没有转为常规的条目" / "No item stays yet";
    cw_routine_none_what: "市级可把本专项的检查条目转为常规检查，各科室按期再查，不符合的重新进入台账。" / "The city makes items of this campaign routine: each place looks at them again in time, and what fails opens its number in the ledger.";
    cw_make_routine: "转为常规" / "Make it stay";
    cw_item: "条目" / "Item";
    cw_every_days: "每几天查一次（0 为停止）" / "Every so many days (0 ends it)";
    cw_every(n): "每 {n} 天" / "every {n} days";
    cw_next_due: "下次最迟" / "Due by";
    cw_last_look: "上次" / "Last look";
    cw_never: "还没查过" / "not yet";
    cw_look: "登记检查" / "Note a look";
    cw_note: "情况（不符合或不适用时必填）" / "What you saw (needed unless it is met)";
    cw_met: "符合" / "met";
    cw_not_met: "不符合" / "not met";
    cw_not_applicable: "不适用" / "does not apply";
    cw_see_problem: "看台账" / "see the ledger";
    cw_since: "转为常规" / "Stays since";
    cw_routine_items: "常规条目" / "Items that stay";
    cw_looks: "各处情况" / "Place by place";
    cw_all_states: "全部" / "all";
}

word_of!(cw_ownership_of(Ownership) {
    Ownership::Public: "公立" / "public";
    Ownership::Private: "非公立" / "private";
});

word_of!(cw_category_of(Category) {
    Category::General: "综合医院" / "general";
    Category::Tcm: "中医医院" / "Chinese medicine";
    Category::MaternalChild: "妇幼保健机构" / "maternal and child";
    Category::Specialist: "专科医院" / "specialist";
    Category::Stomatology: "口腔" / "stomatology";
    Category::Dialysis: "血液透析中心" / "dialysis centre";
    Category::Community: "社区卫生" / "community";
    Category::OutpatientClinic: "门诊部、诊所" / "clinic";
    Category::Reproduction: "辅助生殖机构" / "assisted reproduction";
    Category::Emergency: "急救机构" / "emergency service";
});

word_of!(cw_measure_of(Measure) {
    Measure::Coverage: "自查覆盖率" / "coverage of self-inspection";
    Measure::Timeliness: "按时报送率" / "reports in time";
    Measure::CloseOut: "问题销号率" / "problems struck off";
    Measure::Acknowledged: "职工签收率" / "employees who acknowledged";
    Measure::SelfFound: "自查发现占比" / "share found by self-inspection";
});

word_of!(cw_kind_of(ActivityKind) {
    ActivityKind::KickOff: "启动" / "kick-off";
    ActivityKind::Meeting: "会议" / "meeting";
    ActivityKind::Training: "培训考核" / "training";
    ActivityKind::Drill: "演练" / "drill";
    ActivityKind::Publicity: "宣传" / "publicity";
    ActivityKind::Inspection: "联合检查" / "joint inspection";
});

word_of!(cw_effort_fault(EffortFault) {
    EffortFault::Number: "数字不对：不能小于 0，也不能大于 1,000,000。" / "A number cannot be: from 0 to 1,000,000.";
    EffortFault::Tested: "合格人数不能多于考核人数，考核人数不能多于参加人数。" / "No more can pass than were tested, and no more be tested than were there.";
    EffortFault::Officers: "检查须两名以上人员。" / "An inspection needs two officers or more.";
    EffortFault::Agencies: "部门数不能多于检查人员数。" / "There cannot be more agencies than officers.";
    EffortFault::Units: "请选择到过的机构。" / "Choose the institutions that were visited.";
});

word_of!(cw_routine_state(RoutineState) {
    RoutineState::Fresh: "按期" / "in time";
    RoutineState::Soon: "快到期" / "due soon";
    RoutineState::Overdue: "超期未查" / "overdue";
});

impl super::Lang {
    /// What is wrong with a part of a draft, for its author.
    pub(crate) fn cw_fault(self, part: PlanPart, fault: PlanFault) -> &'static str {
        use {PlanFault as F, PlanPart as P};
        let [zh, en] = match (part, fault) {
            (P::Phase, F::Absent) => ["至少要有一个阶段。", "A plan needs a phase."],
            (P::Target, F::Absent) => ["至少要有一行对象。", "A plan needs a row of targets."],
            (P::Checklist, F::Absent) => [
                "请至少勾选一类科室，或取消这张检查表。",
                "Tick a kind of department, or untick the list.",
            ],
            (P::Phase, F::Days) => {
                ["请检查起止日：最后一日不能早于开始日。", "The last day is before the first one."]
            }
            (P::Due, F::Early) => [
                "请填最后一日，不能早于所属阶段的开始日。",
                "Give a last day, not before the phase begins.",
            ],
            (P::Due, F::Unknown) => ["请选择阶段。", "Choose its phase."],
            (P::Section, F::Unknown) => ["请选择属于哪项材料。", "Choose what it is a section of."],
            (P::Annex, F::Unknown) => ["附件没有报送期限。", "The annex has no deadline."],
            (P::Annex, _) => [
                "附件栏目有要改的地方，请打开“编辑栏目”。",
                "An annex's columns need mending: open them.",
            ],
            (P::Weights, F::Sum) => ["四项权重合计须为 100。", "The four weights must make 100."],
            (P::Weights, _) => {
                ["权重须为 0 到 100 的整数。", "A weight is a whole number, 0 to 100."]
            }
            (P::Clocks, _) => {
                ["时限须为 1 到 8,784 的整数。", "A clock is a whole number, 1 to 8,784."]
            }
            (P::Objective, F::Number) => {
                ["目标须为 1 到 100 的整数。", "A target is a whole number, 1 to 100."]
            }
            (_, F::TooMany) => ["最多 40 行。", "At most 40 rows."],
            (_, F::Title) => {
                ["请填名称，不超过 200 字。", "Give a title of at most 200 characters."]
            }
            (_, F::Code) => {
                ["内部代码重复，请删除这一行再加。", "Its code stands twice; add it anew."]
            }
            _ => ["请检查这一行。", "Please check this row."],
        };
        self.pick(zh, en)
    }
}

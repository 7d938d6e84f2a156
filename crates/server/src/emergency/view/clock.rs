//! The case's clock: targets, the ruler, and the card with its steps.

use rules::card::{Card, CardRole};
use rules::emergency::{Party, Stage, TargetLine, Verdict};
use store::emergency::TickRow;

use super::{CardShown, ClockRuler, Known, StepShown, Target, round};
use crate::assets::Mark;

impl Known<'_> {
    pub(super) fn target(
        &self,
        card: Option<&Card>,
        line: &TargetLine,
        lines: &[TargetLine],
    ) -> Target {
        let (lang, when) = (self.lang(), self.when);
        let treat =
            card.map_or("", |card| lang.pick(&card.targets.treat_zh, &card.targets.treat_en));
        let label = match line.stage {
            Stage::Treat => treat.to_owned(),
            stage => lang.stage(stage).to_owned(),
        };
        let limit = when.span(&(line.target_s * 1_000));
        let left = line.due_at.0 - self.now;
        let first_open = lines.iter().find(|one| one.at.is_none()).map(|one| one.stage);
        let over = !self.case.course().is_open();
        let (time, mark, word) = match line.verdict {
            Verdict::Met => (when.span(&line.took_ms), Mark::Ok, lang.target_met().to_owned()),
            Verdict::Missed => {
                (when.span(&line.took_ms), Mark::Warn, lang.target_missed().to_owned())
            }
            _ if over => ("—".into(), Mark::Off, lang.target_none().to_owned()),
            Verdict::Overdue => {
                (lang.over_by(when.span(&left)), Mark::Danger, lang.target_overdue().to_owned())
            }
            Verdict::Running => {
                let word = match (line.stage, self.case.eta_at) {
                    (Stage::Arrive, Some(eta)) => lang.expected_at(when.hm(&eta)),
                    _ => lang.target_running().to_owned(),
                };
                (lang.left(when.span(&left)), Mark::Live, word)
            }
            Verdict::Waiting => {
                (lang.left(when.span(&left)), Mark::Todo, lang.target_waiting().to_owned())
            }
        };
        let counts = !over && line.at.is_none();
        Target {
            label: lang.target_label(label, limit),
            time,
            timer_to: counts.then_some(line.due_at.0),
            mark,
            word,
            now: counts && first_open == Some(line.stage),
        }
    }

    pub(super) fn ruler(&self, card: Option<&Card>, stop: Option<i64>) -> ClockRuler {
        let (lang, when) = (self.lang(), self.when);
        let start = self.case.onset_at.unwrap_or(self.case.raised_at);
        let last_s = card.map_or(3_600, |card| card.targets.last_s);
        let now = stop.unwrap_or(self.now);
        // The card's last limit stays on the ruler; so does now, however long it has run.
        let end = (start + last_s * 1_000).max(now.min(start + 24 * 3_600_000));
        let span = (end - start).max(60_000);
        let (from, whole) = (start - span / 40, span * 43 / 40);
        let percent = |at: i64| {
            format!("{:.2}", ((at - from) as f64 * 100.0 / whole as f64).clamp(0.0, 100.0))
        };
        let step = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400]
            .map(|s| s * 1_000)
            .into_iter()
            .find(|step| whole / step <= 10)
            .unwrap_or(14_400_000);
        let first = (from / step + 1) * step;
        let ticks = (0..12)
            .map(|n| first + n * step)
            .take_while(|at| *at < from + whole * 97 / 100)
            .map(|at| (percent(at), when.hm(&at)))
            .collect();
        let limits = card.map_or(Vec::new(), |card| {
            let targets = &card.targets;
            let treat = lang.pick(&targets.treat_zh, &targets.treat_en);
            vec![
                (targets.treat_s, lang.limit_word(when.span(&(targets.treat_s * 1_000)), treat)),
                (targets.last_s, when.span(&(targets.last_s * 1_000))),
            ]
        });
        let eta = self.case.eta_at.filter(|_| self.case.arrived_at.is_none());
        let left = percent(start);
        let width = ((now - start).max(0) as f64 * 100.0 / whole as f64).clamp(0.2, 100.0);
        ClockRuler {
            ticks,
            bar: format!("left:{left}%;width:{width:.2}%"),
            start: left,
            start_word: if self.case.onset_at.is_some() { lang.onset() } else { lang.raised() },
            now: percent(now),
            now_word: when.time(&now),
            ended: stop.is_some(),
            eta: eta.map(|at| (percent(at), lang.expected_at(when.hm(&at)))),
            limits: limits
                .into_iter()
                .map(|(s, word)| (percent(start + s * 1_000), word))
                .collect(),
        }
    }

    pub(super) fn card(
        &self,
        card: Option<&Card>,
        ticks: &[TickRow],
        kg: Option<f64>,
    ) -> CardShown {
        let (lang, when) = (self.lang(), self.when);
        let Some(card) = card else {
            return CardShown {
                name: self.case.card.clone(),
                recognise: String::new(),
                source: String::new(),
                draft: true,
                until: String::new(),
                version: self.case.card_version.clone(),
                steps: Vec::new(),
                done: 0,
                doses: Vec::new(),
            };
        };
        let steps = self.steps(card, ticks);
        let doses = card.doses.iter().map(|dose| {
            let amount = match dose.amount(kg) {
                Some(amount) => format!("{} {}", round(amount), dose.unit),
                None => lang.weight_needed(round(dose.per_kg.unwrap_or_default()), &dose.unit),
            };
            let drug = lang.pick(&dose.drug_zh, &dose.drug_en).to_owned();
            (drug, amount, lang.pick(&dose.how_zh, &dose.how_en).to_owned())
        });
        let until = store::pack::parse_date(&card.valid_until);
        CardShown {
            name: lang.pick(&card.name_zh, &card.name_en).to_owned(),
            recognise: lang.pick(&card.recognise_zh, &card.recognise_en).to_owned(),
            source: lang.pick(&card.source_zh, &card.source_en).to_owned(),
            draft: card.status == rules::pack::Status::Draft,
            until: until.map_or(card.valid_until.clone(), |day| {
                when.long_day(&when.calendar.day_start(day).0)
            }),
            version: self.case.card_version.clone(),
            done: steps.iter().filter(|step| step.done).count(),
            doses: doses.collect(),
            steps,
        }
    }

    fn steps(&self, card: &Card, ticks: &[TickRow]) -> Vec<StepShown> {
        let (lang, when) = (self.lang(), self.when);
        let over = self.case.handed_over_at.is_some();
        let mut current = true;
        card.steps
            .iter()
            .map(|step| {
                let done: Vec<&TickRow> =
                    ticks.iter().filter(|tick| tick.step_key == step.key).collect();
                let last = done.last();
                let next = step.every_min.zip(last).map(|(min, tick)| tick.at + min * 60_000);
                let repeats = next.filter(|_| !over);
                let due = repeats.is_some_and(|next| next <= self.now);
                let finished = last.is_some() && repeats.is_none();
                let is_current = current && (last.is_none() || due);
                current &= !is_current;
                let mark = match (finished, repeats, due) {
                    (true, _, _) => Mark::Ok,
                    (_, Some(_), true) => Mark::Warn,
                    (_, Some(_), false) => Mark::Live,
                    _ if is_current => Mark::Live,
                    _ => Mark::Todo,
                };
                let said = last.map(|tick| {
                    let name = lang.pick_or(tick.name_zh.as_deref(), tick.name_en.as_deref());
                    format!("{} {name}", when.hm(&tick.at))
                });
                let when = match (repeats, &said) {
                    (Some(next), _) => lang.next_at(when.hm(&next)),
                    (None, Some(said)) => said.clone(),
                    (None, None) => String::new(),
                };
                StepShown {
                    key: step.key.clone(),
                    mark,
                    text: lang.pick(&step.zh, &step.en).to_owned(),
                    who: lang.card_role(step.who),
                    when,
                    done: finished,
                    current: is_current,
                    mine: self.mine(step.who),
                }
            })
            .collect()
    }

    /// Whether a step belongs to whoever looks; the desk may tick everything it hears of.
    fn mine(&self, who: CardRole) -> bool {
        matches!(
            (self.party, who),
            (Party::Desk, _)
                | (Party::Clinic, CardRole::Clinic)
                | (Party::Hospital | Party::Called, CardRole::Hospital)
        )
    }
}

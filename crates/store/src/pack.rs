//! Packs as the database keeps them: every version that ever judged anything stays readable.

use rules::Time;
use rules::alert::Rule;
use rules::calendar::Calendar;
use rules::campaign::{CampaignPack, Checklist, Department, Item, Template};
use rules::card::CardPack;
use rules::channel::ChannelPack;
use rules::pack::{Head, ProcedurePack, RulePack};
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::{Error, Result, Tx};

/// The packs of one sector, all versions, oldest first.
#[derive(Clone, Debug)]
pub struct Packs {
    pub calendar: Calendar,
    rules: Vec<Dated<RulePack>>,
    procedures: Vec<Dated<ProcedurePack>>,
    cards: Vec<Dated<CardPack>>,
    channel: Vec<Dated<ChannelPack>>,
    campaign: Vec<Dated<CampaignPack>>,
}

/// The TOML texts of a sector's packs, all versions.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'t> {
    pub rules: &'t [&'t str],
    pub procedures: &'t [&'t str],
    pub cards: &'t [&'t str],
    pub channel: &'t [&'t str],
    pub campaign: &'t [&'t str],
}

#[derive(Clone, Debug)]
struct Dated<T> {
    valid_from: Time,
    body: String,
    pack: T,
}

impl Packs {
    /// Reads packs from their TOML texts.
    ///
    /// # Errors
    /// [`Error::Pack`] with a sentence that names the pack and what is wrong with it.
    pub fn read(calendar: Calendar, texts: Texts<'_>) -> Result<Packs> {
        let packs = Packs {
            calendar,
            rules: dated(calendar, texts.rules, |pack: &RulePack| (&pack.pack, pack.faults()))?,
            procedures: dated(calendar, texts.procedures, |pack: &ProcedurePack| {
                (&pack.pack, pack.faults())
            })?,
            cards: dated(calendar, texts.cards, |pack: &CardPack| (&pack.pack, pack.faults()))?,
            channel: dated(calendar, texts.channel, |pack: &ChannelPack| {
                (&pack.pack, pack.faults())
            })?,
            campaign: dated(calendar, texts.campaign, |pack: &CampaignPack| {
                (&pack.pack, pack.faults())
            })?,
        };
        packs.campaigns_fit()?;
        let lacking =
            packs.procedures.is_empty() || packs.cards.is_empty() || packs.channel.is_empty();
        let (Some(newest), false) = (packs.rules.last(), lacking) else {
            let needed = "rules, a catalogue, cards and settings of the channel are needed";
            return Err(Error::Pack(needed.into()));
        };
        for rule in Rule::ALL {
            if newest.pack.rule(*rule).is_none() {
                let head = &newest.pack.pack;
                let (id, version, rule) = (&head.id, &head.version, rule.code());
                return Err(Error::Pack(format!("{id} {version}: rule {rule} has no text")));
            }
        }
        Ok(packs)
    }

    /// The rules in force at a moment; before the first version that one holds.
    pub fn rules_at(&self, at: Time) -> &RulePack {
        in_force(&self.rules, at)
    }

    /// The catalogue in force at a moment.
    pub fn procedures_at(&self, at: Time) -> &ProcedurePack {
        in_force(&self.procedures, at)
    }

    /// The clinical cards in force at a moment.
    pub fn cards_at(&self, at: Time) -> &CardPack {
        in_force(&self.cards, at)
    }

    /// The cards of the version that a case keeps.
    pub fn cards_of(&self, version: &str) -> Option<&CardPack> {
        self.cards.iter().map(|dated| &dated.pack).find(|pack| pack.pack.version == version)
    }

    /// The settings of the green channel in force at a moment.
    pub fn channel_at(&self, at: Time) -> &ChannelPack {
        in_force(&self.channel, at)
    }

    /// Whether the templates name lists and departments that exist, and days that do.
    fn campaigns_fit(&self) -> Result<()> {
        for (head, template) in self.campaign_templates() {
            let wrong = |why: String| Error::Pack(format!("{} {}: {why}", head.id, head.version));
            template.plan(self.calendar, &parse_date).map_err(wrong)?;
            for used in &template.checklists {
                let (code, version) = (&used.checklist, &used.version);
                if self.checklist(code, version).is_none() {
                    return Err(wrong(format!("checklist {code} {version} does not exist")));
                }
            }
            for code in &template.departments {
                if self.department(code).is_none() {
                    return Err(wrong(format!("department {code} does not exist")));
                }
            }
        }
        Ok(())
    }

    /// The library of campaigns that can be issued again.
    pub fn campaign_templates(&self) -> impl Iterator<Item = (&Head, &Template)> {
        let packs = self.campaign.iter().map(|dated| &dated.pack);
        packs.flat_map(|pack| pack.templates.iter().map(move |template| (&pack.pack, template)))
    }

    /// A checklist in one of its versions.
    pub fn checklist(&self, code: &str, version: &str) -> Option<&Checklist> {
        let mut lists = self.campaign.iter().flat_map(|dated| &dated.pack.checklists);
        lists.find(|list| list.code == code && list.version == version)
    }

    /// An item of any checklist, by its code.
    pub fn checklist_item(&self, code: &str) -> Option<&Item> {
        let lists = self.campaign.iter().flat_map(|dated| &dated.pack.checklists);
        lists.flat_map(|list| &list.items).find(|item| item.code == code)
    }

    /// Every kind of department.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.campaign.iter().flat_map(|dated| &dated.pack.departments)
    }

    /// A kind of department by its code.
    pub fn department(&self, code: &str) -> Option<&Department> {
        let mut all = self.campaign.iter().flat_map(|dated| &dated.pack.departments);
        all.find(|department| department.code == code)
    }

    /// The version named in a verdict.
    pub fn rules_of(&self, version: &str) -> Option<&RulePack> {
        self.rules.iter().map(|dated| &dated.pack).find(|pack| pack.pack.version == version)
    }
}

fn dated<T: serde::de::DeserializeOwned>(
    calendar: Calendar,
    texts: &[&str],
    look: impl Fn(&T) -> (&Head, Vec<String>),
) -> Result<Vec<Dated<T>>> {
    let mut packs = Vec::new();
    for text in texts {
        let pack: T = toml::from_str(text).map_err(|error| Error::Pack(error.to_string()))?;
        let (head, faults) = look(&pack);
        if let Some(fault) = faults.first() {
            return Err(Error::Pack(format!("{} {}: {fault}", head.id, head.version)));
        }
        let day = parse_date(&head.valid_from)
            .ok_or_else(|| Error::Pack(format!("{}: valid_from is not a date", head.id)))?;
        packs.push(Dated { valid_from: calendar.day_start(day), body: (*text).to_owned(), pack });
    }
    packs.sort_by_key(|dated| dated.valid_from);
    Ok(packs)
}

fn in_force<T>(packs: &[Dated<T>], at: Time) -> &T {
    let later = packs.partition_point(|dated| dated.valid_from <= at);
    &packs[later.saturating_sub(1)].pack
}

/// The number of a day written `YYYY-MM-DD`, counted from 1970-01-01; `None` for no such day.
pub fn parse_date(date: &str) -> Option<i64> {
    let mut parts = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    // At most 366 days from the first of January, so a search is enough and needs no second
    // algorithm beside `civil`.
    if !(1900..=2200).contains(&year) {
        return None;
    }
    let around = (year - 1970) * 365 + (year - 1969).div_euclid(4) - 20;
    (around..around + 400).find(|number| rules::calendar::civil(*number) == (year, month, day))
}

/// Keeps the texts of the packs; a version once kept is never changed.
pub(crate) async fn keep(tx: &mut Tx, now: Time) -> Result<()> {
    let packs = tx.packs().clone();
    let rules = packs.rules.iter().map(|dated| (&dated.pack.pack, dated.valid_from, &dated.body));
    let catalogues =
        packs.procedures.iter().map(|dated| (&dated.pack.pack, dated.valid_from, &dated.body));
    let cards = packs.cards.iter().map(|dated| (&dated.pack.pack, dated.valid_from, &dated.body));
    let channel =
        packs.channel.iter().map(|dated| (&dated.pack.pack, dated.valid_from, &dated.body));
    let campaign =
        packs.campaign.iter().map(|dated| (&dated.pack.pack, dated.valid_from, &dated.body));
    let all = rules.chain(catalogues).chain(cards).chain(channel).chain(campaign);
    for (head, valid_from, body) in all {
        let sha256 = hex(&Sha256::digest(body.as_bytes()));
        sqlx::query(
            "insert into pack (pack_id, version, valid_from, sha256, body, loaded_at)
             values ($1, $2, $3, $4, $5, $6) on conflict (pack_id, version) do nothing",
        )
        .bind(&head.id)
        .bind(&head.version)
        .bind(valid_from.0)
        .bind(&sha256)
        .bind(body)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
        let kept = sqlx::query("select sha256 from pack where pack_id = $1 and version = $2")
            .bind(&head.id)
            .bind(&head.version)
            .fetch_one(tx.conn())
            .await?;
        if kept.try_get::<String, _>(0)? != sha256 {
            return Err(Error::Pack(format!(
                "{} {} differs from the text kept under that version; give the change a version \
                 of its own",
                head.id, head.version
            )));
        }
    }
    Ok(())
}

/// The text of a version, as it was when it judged.
pub async fn body(tx: &mut Tx, pack_id: &str, version: &str) -> Result<Option<String>> {
    let row = sqlx::query("select body from pack where pack_id = $1 and version = $2")
        .bind(pack_id)
        .bind(version)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_exist() {
        assert_eq!(parse_date("2024-01-02"), Some(19_724));
        assert_eq!(parse_date("2024-02-29"), Some(19_782));
        assert_eq!(parse_date("1970-01-01"), Some(0));
        assert_eq!(parse_date("2099-12-31"), Some(47_481));
        for wrong in [
            "9223372036854775807-01-01",
            "1899-12-31",
            "2023-02-30",
            "2023-13-01",
            "2024-01",
            "x",
            "2024-01-02-03",
            "",
        ] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}

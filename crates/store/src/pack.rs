//! Packs as the database keeps them: every version that ever judged anything stays readable.

use rules::Time;
use rules::alert::Rule;
use rules::calendar::Calendar;
use rules::campaign::{CampaignPack, Checklist, Department, Item, Template};
use rules::card::CardPack;
use rules::channel::ChannelPack;
use rules::incident::IncidentPack;
use rules::pack::{Head, Pack, ProcedurePack, RulePack};
use rules::transfer::CrewPack;
use rules::transfer::accreditation::AccreditationPack;
use rules::transfer::report::OversightPack;
use rules::transfer::service::ServicePack;
use rules::transfer::tariff::TariffPack;
use rules::transfer::tier::TierPack;
use rules::transfer::triage::TriagePack;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::{Error, Result, Tx};

/// The packs of one city, all versions, oldest first.
#[derive(Clone, Debug)]
pub struct Packs {
    pub calendar: Calendar,
    rules: Versions<RulePack>,
    procedures: Versions<ProcedurePack>,
    cards: Versions<CardPack>,
    channel: Versions<ChannelPack>,
    incident: Versions<IncidentPack>,
    campaign: Versions<CampaignPack>,
    service: Versions<ServicePack>,
    triage: Versions<TriagePack>,
    tiers: Versions<TierPack>,
    tariffs: Versions<TariffPack>,
    crew: Versions<CrewPack>,
    accreditation: Versions<AccreditationPack>,
    oversight: Versions<OversightPack>,
}

/// All versions of one kind of pack, oldest first.
#[derive(Clone, Debug)]
struct Versions<T>(Vec<Dated<T>>);

#[derive(Clone, Debug)]
struct Dated<T> {
    valid_from: Time,
    body: String,
    pack: T,
}

impl Packs {
    /// Reads packs from their TOML texts, in any order. What a text is, its id says.
    ///
    /// # Errors
    /// [`Error::Pack`] with a sentence that names the pack and what is wrong with it.
    pub fn read(calendar: Calendar, texts: &[&str]) -> Result<Packs> {
        let texts = &sorted(texts)?;
        let packs = Packs {
            calendar,
            rules: Versions::read(calendar, "rules", texts)?,
            procedures: Versions::read(calendar, "procedures", texts)?,
            cards: Versions::read(calendar, "cards", texts)?,
            channel: Versions::read(calendar, "channel", texts)?,
            incident: Versions::read(calendar, "incident", texts)?,
            campaign: Versions::read(calendar, "campaign", texts)?,
            service: Versions::read(calendar, "service", texts)?,
            triage: Versions::read(calendar, "triage", texts)?,
            tiers: Versions::read(calendar, "tiers", texts)?,
            tariffs: Versions::read(calendar, "tariff", texts)?,
            crew: Versions::read(calendar, "crew", texts)?,
            accreditation: Versions::read(calendar, "accreditation", texts)?,
            oversight: Versions::read(calendar, "oversight", texts)?,
        };
        packs.campaigns_fit()?;
        let newest = packs.rules.newest();
        for rule in Rule::ALL {
            if newest.rule(*rule).is_none() {
                let head = &newest.pack;
                let (id, version, rule) = (&head.id, &head.version, rule.code());
                return Err(Error::Pack(format!("{id} {version}: rule {rule} has no text")));
            }
        }
        Ok(packs)
    }

    /// The rules in force at a moment; before the first version that one holds.
    pub fn rules_at(&self, at: Time) -> &RulePack {
        self.rules.at(at)
    }

    /// The catalogue in force at a moment.
    pub fn procedures_at(&self, at: Time) -> &ProcedurePack {
        self.procedures.at(at)
    }

    /// The clinical cards in force at a moment.
    pub fn cards_at(&self, at: Time) -> &CardPack {
        self.cards.at(at)
    }

    /// The cards of the version that a case keeps.
    pub fn cards_of(&self, version: &str) -> Option<&CardPack> {
        self.cards.of(version)
    }

    /// The settings of the green channel in force at a moment.
    pub fn channel_at(&self, at: Time) -> &ChannelPack {
        self.channel.at(at)
    }

    /// The pack of adverse events in force at a moment.
    pub fn incident_at(&self, at: Time) -> &IncidentPack {
        self.incident.at(at)
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
        let packs = self.campaign.0.iter().map(|dated| &dated.pack);
        packs.flat_map(|pack| pack.templates.iter().map(move |template| (&pack.pack, template)))
    }

    /// The text that a gateway sends under a code, whichever service it is of.
    pub fn message(&self, code: &str, at: Time) -> Option<&rules::channel::Template> {
        let campaign = self.campaign.0.iter().flat_map(|dated| &dated.pack.messages);
        self.channel_at(at)
            .template(code)
            .or_else(|| self.service_at(at).template(code))
            .or_else(|| campaign.rev().find(|message| message.code == code))
    }

    /// Every checklist, in each of its versions.
    pub fn checklists(&self) -> impl Iterator<Item = &Checklist> {
        self.campaign.0.iter().flat_map(|dated| &dated.pack.checklists)
    }

    /// A checklist in one of its versions.
    pub fn checklist(&self, code: &str, version: &str) -> Option<&Checklist> {
        let mut lists = self.campaign.0.iter().flat_map(|dated| &dated.pack.checklists);
        lists.find(|list| list.code == code && list.version == version)
    }

    /// An item of any checklist, by its code.
    pub fn checklist_item(&self, code: &str) -> Option<&Item> {
        let lists = self.campaign.0.iter().flat_map(|dated| &dated.pack.checklists);
        lists.flat_map(|list| &list.items).find(|item| item.code == code)
    }

    /// Every kind of department.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.campaign.0.iter().flat_map(|dated| &dated.pack.departments)
    }

    /// A kind of department by its code.
    pub fn department(&self, code: &str) -> Option<&Department> {
        let mut all = self.campaign.0.iter().flat_map(|dated| &dated.pack.departments);
        all.find(|department| department.code == code)
    }

    /// The version named in a verdict.
    pub fn rules_of(&self, version: &str) -> Option<&RulePack> {
        self.rules.of(version)
    }

    /// The settings of the transfer service in force at a moment.
    pub fn service_at(&self, at: Time) -> &ServicePack {
        self.service.at(at)
    }

    /// The triage questions in force at a moment.
    pub fn triage_at(&self, at: Time) -> &TriagePack {
        self.triage.at(at)
    }

    /// The questions of the version that a triage keeps.
    pub fn triage_of(&self, version: &str) -> Option<&TriagePack> {
        self.triage.of(version)
    }

    /// The lists of a crew in force at a moment.
    pub fn crew_at(&self, at: Time) -> &CrewPack {
        self.crew.at(at)
    }

    /// What vehicles and crews must hold, in force at a moment.
    pub fn accreditation_at(&self, at: Time) -> &AccreditationPack {
        self.accreditation.at(at)
    }

    /// How the transfer service is judged, in force at a moment.
    pub fn oversight_at(&self, at: Time) -> &OversightPack {
        self.oversight.at(at)
    }

    /// The service tiers in force at a moment.
    pub fn tiers_at(&self, at: Time) -> &TierPack {
        self.tiers.at(at)
    }

    /// The version of a tariff in force at a moment; nothing for one that nobody has loaded, and
    /// nothing before it was published.
    pub fn tariff_at(&self, id: &str, at: Time) -> Option<&TariffPack> {
        let mut own = self.tariffs.0.iter().filter(|dated| dated.pack.pack.id == id);
        own.rfind(|dated| dated.valid_from <= at).map(|dated| &dated.pack)
    }

    /// The tariff and version that a quote keeps.
    pub fn tariff_of(&self, id: &str, version: &str) -> Option<&TariffPack> {
        let mut all = self.tariffs.0.iter().map(|dated| &dated.pack);
        all.find(|tariff| tariff.pack.id == id && tariff.pack.version == version)
    }

    /// The tariffs in force at a moment: what a contract may name.
    pub fn tariffs_at(&self, at: Time) -> Vec<&TariffPack> {
        let mut ids: Vec<&str> =
            self.tariffs.0.iter().map(|dated| dated.pack.pack.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.tariff_at(id, at)).collect()
    }
}

/// The kinds of packs. A pack's id ends in its kind, or begins with it where several stand beside
/// each other (`tariff-yuhuan-part`).
const KINDS: [&str; 13] = [
    "rules",
    "procedures",
    "cards",
    "channel",
    "service",
    "triage",
    "tiers",
    "tariff",
    "crew",
    "accreditation",
    "oversight",
    "incident",
    "campaign",
];

/// Each text with its kind.
fn sorted<'t>(texts: &[&'t str]) -> Result<Vec<(&'static str, &'t str)>> {
    #[derive(serde::Deserialize)]
    struct Any {
        pack: Head,
    }
    let mut sorted = Vec::new();
    for text in texts {
        let Any { pack: Head { id, .. } } =
            toml::from_str(text).map_err(|error| Error::Pack(error.to_string()))?;
        let own = |kind: &&&str| {
            let parts = id.split_once('-').unwrap_or((&id, ""));
            parts.0 == **kind || parts.1 == **kind
        };
        let kind = KINDS.iter().find(own);
        let kind = kind.ok_or_else(|| Error::Pack(format!("{id}: nothing reads such a pack")))?;
        sorted.push((*kind, *text));
    }
    Ok(sorted)
}

/// What is wrong with the text of one pack, as sentences for its editor.
pub fn faults(text: &str) -> Vec<String> {
    let kind = match sorted(&[text]).as_deref() {
        Ok([(kind, _)]) => *kind,
        Ok(_) => return Vec::new(),
        Err(Error::Pack(what)) => return vec![what.trim_end().to_owned()],
        Err(error) => return vec![error.to_string()],
    };
    match kind {
        "rules" => faults_of::<RulePack>(text),
        "procedures" => faults_of::<ProcedurePack>(text),
        "cards" => faults_of::<CardPack>(text),
        "channel" => faults_of::<ChannelPack>(text),
        "service" => faults_of::<ServicePack>(text),
        "triage" => faults_of::<TriagePack>(text),
        "tiers" => faults_of::<TierPack>(text),
        "tariff" => faults_of::<TariffPack>(text),
        "crew" => faults_of::<CrewPack>(text),
        "accreditation" => faults_of::<AccreditationPack>(text),
        "incident" => faults_of::<IncidentPack>(text),
        "campaign" => faults_of::<CampaignPack>(text),
        _ => faults_of::<OversightPack>(text),
    }
}

fn faults_of<T: Pack + serde::de::DeserializeOwned>(text: &str) -> Vec<String> {
    match toml::from_str::<T>(text) {
        Ok(pack) => {
            let mut faults = pack.faults();
            let day = &pack.head().valid_from;
            if parse_date(day).is_none() {
                faults.push(format!("valid_from \"{day}\" is not a day"));
            }
            faults
        }
        Err(error) => vec![error.to_string().trim_end().to_owned()],
    }
}

impl<T: Pack + serde::de::DeserializeOwned> Versions<T> {
    fn read(calendar: Calendar, kind: &str, texts: &[(&str, &str)]) -> Result<Versions<T>> {
        let mut packs = Vec::new();
        for (_, text) in texts.iter().filter(|(own, _)| *own == kind) {
            let pack: T = toml::from_str(text).map_err(|error| Error::Pack(error.to_string()))?;
            let head = pack.head();
            if let Some(fault) = pack.faults().first() {
                return Err(Error::Pack(format!("{} {}: {fault}", head.id, head.version)));
            }
            let day = parse_date(&head.valid_from)
                .ok_or_else(|| Error::Pack(format!("{}: valid_from is not a date", head.id)))?;
            packs.push(Dated { valid_from: calendar.day_start(day), body: (*text).into(), pack });
        }
        if packs.is_empty() {
            return Err(Error::Pack(format!("no pack of {kind} given; a city needs one")));
        }
        packs.sort_by_key(|dated| dated.valid_from);
        Ok(Versions(packs))
    }

    /// The version in force; before the first version that one holds.
    fn at(&self, at: Time) -> &T {
        let later = self.0.partition_point(|dated| dated.valid_from <= at);
        &self.0[later.saturating_sub(1)].pack
    }

    fn newest(&self) -> &T {
        &self.0[self.0.len() - 1].pack
    }

    fn of(&self, version: &str) -> Option<&T> {
        self.0.iter().map(|dated| &dated.pack).find(|pack| pack.head().version == version)
    }

    fn texts(&self) -> impl Iterator<Item = (&Head, Time, &str)> {
        self.0.iter().map(|dated| (dated.pack.head(), dated.valid_from, dated.body.as_str()))
    }
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
    let supervision = packs.rules.texts().chain(packs.procedures.texts());
    let channel = packs.cards.texts().chain(packs.channel.texts());
    let channel = channel.chain(packs.incident.texts()).chain(packs.campaign.texts());
    let transfer = packs.service.texts().chain(packs.triage.texts());
    let transfer = transfer.chain(packs.tiers.texts()).chain(packs.tariffs.texts());
    let transfer = transfer.chain(packs.crew.texts()).chain(packs.accreditation.texts());
    let transfer = transfer.chain(packs.oversight.texts());
    for (head, valid_from, body) in supervision.chain(channel).chain(transfer) {
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

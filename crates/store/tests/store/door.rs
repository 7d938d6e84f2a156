//! Stories at the theatre door as text: what happened, and beside it what was found.

use std::collections::BTreeMap;

use crate::city::{Kiosk, check};
use crate::house::{House, clock};

/// The terminals of a story and the short names of its operations.
pub struct Door<'h> {
    house: &'h House,
    kiosks: BTreeMap<String, Kiosk>,
    operations: BTreeMap<&'static str, String>,
}

impl<'h> Door<'h> {
    pub fn new(house: &'h House) -> Door<'h> {
        Door { house, kiosks: BTreeMap::new(), operations: BTreeMap::new() }
    }

    pub fn naming(mut self, name: &'static str, operation_id: &str) -> Door<'h> {
        self.operations.insert(name, operation_id.to_owned());
        self
    }

    /// Plays a story and compares what was found with what stands behind each arrow.
    ///
    /// `15:00 T-01 xu attending in face:0.91 OP -> ok`: when, where, the check, the operation (`-`
    /// for none), and then the findings; `(void)` when the check counts for nothing. A check that
    /// waited in the queue says when it arrived: `14:50@15:12`.
    pub async fn told(&mut self, story: &str) {
        let lines: Vec<&str> =
            story.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut told = Vec::new();
        for line in &lines {
            let (happened, _) = line.split_once("->").expect("a line has an arrow");
            let found = self.check(happened.trim()).await;
            told.push(format!("{happened}-> {found}"));
        }
        assert_eq!(told.join("\n"), lines.join("\n"));
    }

    async fn check(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [when, terminal, who @ .., operation] = &words[..] else { panic!("{line}") };
        let (at, received) = when.split_once('@').unwrap_or((when, when));
        let operation = self.operations.get(operation).map(String::as_str);
        let kind = check(&who.join(" "), operation);
        let kiosk =
            self.kiosks.entry((*terminal).to_owned()).or_insert_with(|| Kiosk::new(terminal));
        let moment = |text: &str| clock(&text.replace('_', " "));
        let envelope = kiosk.sign(kind, moment(at));
        let seq = kiosk.signer.seq();
        let answer = self.house.send(terminal, &envelope, moment(received)).await;
        assert_eq!(answer, "recorded", "{line}");
        found(self.house, terminal, seq).await
    }
}

/// The findings of one check: `A03:not_filed_here,A10 (void)`.
pub async fn found(house: &House, terminal: &str, seq: u64) -> String {
    let sql = format!(
        "select case when valid_at is null then ' (void)' else '' end || '|' || findings
         from checkin where terminal_id = '{terminal}' and seq = {seq}"
    );
    let rows = house.column(&sql).await;
    let (void, findings) = rows[0].split_once('|').unwrap();
    let findings: Vec<serde_json::Value> = serde_json::from_str(findings).unwrap();
    let words: Vec<String> = findings
        .iter()
        .map(|finding| {
            let lacks = finding["lacks"].as_array().into_iter().flatten();
            let lacks: Vec<&str> = lacks.filter_map(|lack| lack.as_str()).collect();
            let colon = if lacks.is_empty() { "" } else { ":" };
            format!("{}{colon}{}", finding["code"].as_str().unwrap(), lacks.join("+"))
        })
        .collect();
    let words = if words.is_empty() { "ok".to_owned() } else { words.join(",") };
    format!("{words}{void}")
}

/// Every alert in the order of its number: `0001 A01 danger xu`. Who, else the terminal, else the
/// institution it is about.
pub async fn alerts(house: &House) -> Vec<String> {
    let sql = "select substr(number, 13) || ' ' || rule || ' ' || level || ' '
                  || coalesce(practitioner_id, terminal_id, institution_id)
               from alert order by number";
    house.column(sql).await
}

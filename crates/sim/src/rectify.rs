//! Simulated life of a campaign: medical departments take a problem a step further now and then,
//! and a second person verifies and strikes off. A person who acts first is always quicker.

use std::collections::HashMap;

use rules::Time;

use crate::channel::drawn;
use crate::pages::{Away, Session, ids_after};

/// Who takes part.
#[derive(Clone, Debug, Default)]
pub struct CampaignPlan {
    /// Logins of each unit: who keeps its ledger, and who verifies.
    pub units: Vec<[String; 2]>,
    /// City minutes between two steps.
    pub every_min: i64,
}

pub(crate) struct Campaign {
    plan: CampaignPlan,
    sessions: HashMap<String, Session>,
    base_url: String,
    password: String,
    at: Option<Time>,
    count: u64,
}

/// The first step comes soon, so that whoever watches sees that it lives.
const FIRST_MIN: i64 = 1;
/// A plan gives a week.
const PLAN_MS: i64 = 7 * Time::DAY_MS;

impl Campaign {
    pub fn new(base_url: &str, password: &str, plan: CampaignPlan) -> Campaign {
        Campaign {
            plan,
            sessions: HashMap::new(),
            base_url: base_url.to_owned(),
            password: password.to_owned(),
            at: None,
            count: 0,
        }
    }

    fn session(&mut self, login: &str) -> Result<&mut Session, Away> {
        if !self.sessions.contains_key(login) {
            let session = Session::new(&self.base_url, login, &self.password)?;
            self.sessions.insert(login.to_owned(), session);
        }
        self.sessions.get_mut(login).ok_or_else(|| Away::SignIn {
            login: login.to_owned(),
            status: reqwest::StatusCode::NOT_FOUND,
        })
    }

    /// Does what is due. `day` writes a city day as a form takes it.
    pub async fn tick(&mut self, now: Time, day: impl Fn(Time) -> String) -> Result<(), Away> {
        let at = *self.at.get_or_insert(now.plus_min(FIRST_MIN));
        if self.plan.units.is_empty() || now < at {
            return Ok(());
        }
        self.at = Some(now.plus_min(self.plan.every_min.max(1)));
        self.count += 1;
        let number = self.count.to_string();
        let units = self.plan.units.len() as u64;
        let which = usize::try_from(drawn(&["unit", &number], units)).unwrap_or(0);
        let [keeper, verifier] = self.plan.units[which].clone();
        let list = self.session(&keeper)?.get("/campaigns").await?;
        let Some(campaign) = ids_after(&list, "href=\"/campaigns/").into_iter().next() else {
            return Ok(());
        };
        let open = format!("/campaigns/{campaign}/ledger?view=open");
        let ledger = self.session(&keeper)?.get(&open).await?;
        let problems = ids_after(&ledger, "href=\"/problems/");
        let some = problems.len() as u64;
        if some == 0 {
            return Ok(());
        }
        let which = usize::try_from(drawn(&["problem", &number], some)).unwrap_or(0);
        let problem = &problems[which];
        for login in [&verifier, &keeper] {
            if self.step(login, problem, &day(now.plus_ms(PLAN_MS))).await? {
                break;
            }
        }
        Ok(())
    }

    /// Takes the first step that the page offers; whether there was one.
    async fn step(&mut self, login: &str, problem: &str, due: &str) -> Result<bool, Away> {
        let session = self.session(login)?;
        let page = session.get(&format!("/problems/{problem}")).await?;
        let offered = ids_after(&page, "name=\"step\" value=\"");
        let known = ["file", "plan", "start", "submit", "verify", "strike_off"];
        let Some(step) = offered.iter().find(|step| known.contains(&step.as_str())) else {
            return Ok(false);
        };
        let text = match step.as_str() {
            "plan" => "补齐记录，科室培训并复查",
            "submit" => "已按方案整改，资料归档",
            "verify" => "现场核对，整改到位",
            _ => "",
        };
        let fields = [
            ("step", step.clone()),
            ("text", text.to_owned()),
            ("fix", "planned".to_owned()),
            ("owner", "科室负责人".to_owned()),
            ("due", due.to_owned()),
        ];
        // Somebody may have been quicker: then it is refused, and forgotten.
        session.post(&format!("/problems/{problem}/steps"), &fields).await?;
        Ok(true)
    }
}

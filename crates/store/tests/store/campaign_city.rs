//! A rectification campaign's city: two districts with three hospitals each, one provincial unit,
//! the commissions and the hospitals' people. Told beside the tiny city of `city`.

use rules::account::AccountRole;
use rules::campaign::{Answer, Branch, Category, Grade, Ownership};
use rules::register::InstitutionKind;
use rules::{Time, calendar::Calendar, calendar::WeekStart};
use store::account::{self, NewAccount};
use store::campaign::{self, AnswerEdit, Make};
use store::register::{self, NewProfile};
use store::{By, Result, Tx};

use crate::city::{new_institution, step};
use crate::house::House;

pub const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

/// A moment of February or March 2017: `02-28 23:59:59`.
pub fn on(text: &str) -> Time {
    let (date, clock) = text.split_once(' ').unwrap();
    let day = store::pack::parse_date(&format!("2017-{date}")).unwrap();
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).copied().unwrap_or(0);
    CHINA.day_start(day).plus_ms(seconds * Time::SECOND_MS)
}

/// Id, code, district, branch, dialysis stations, departments. `a` lies in Chongchuan, `b` in
/// Tongzhou; the provincial unit stands in the first but answers to no district.
type Unit = (&'static str, &'static str, &'static str, Branch, i64, &'static [&'static str]);
pub const UNITS: [Unit; 7] = [
    ("ins_a1", "WX001", "320613", Branch::Territorial, 12, &["icu", "dialysis"]),
    ("ins_a2", "WX002", "320613", Branch::Territorial, 0, &["icu"]),
    ("ins_a3", "WX003", "320613", Branch::Territorial, 0, &["stomatology"]),
    ("ins_b1", "WX004", "320614", Branch::Territorial, 0, &["icu"]),
    ("ins_b2", "WX005", "320614", Branch::Territorial, 8, &["dialysis"]),
    ("ins_b3", "WX006", "320614", Branch::Territorial, 0, &["endoscopy"]),
    ("ins_p1", "WX007", "320613", Branch::Provincial, 0, &["icu"]),
];

async fn enter(tx: &mut Tx) -> Result<()> {
    let by = By::system("seed", on("01-01 09:00"));
    for (id, code, district, branch, stations, departments) in UNITS {
        let both = [id, id];
        let new = new_institution(id, district, InstitutionKind::Medical, both);
        let new = register::NewInstitution {
            registered_at: by.now,
            installed_at: None,
            tested_at: None,
            online_at: None,
            qr_serial: None,
            qr_issued_at: None,
            ..new
        };
        register::add_institution(tx, &by, &new).await?;
        let profile = NewProfile {
            institution_id: id.into(),
            code: code.into(),
            branch,
            grade: Grade::Secondary,
            ownership: Ownership::Public,
            category: Category::General,
            staff: 3,
            dialysis_stations: stations,
        };
        register::set_profile(tx, &by, &profile).await?;
        for department in departments {
            register::open_department(tx, &by, id, department).await?;
        }
        let tail = id.trim_start_matches("ins_");
        for (prefix, role) in [
            ("first", AccountRole::FirstResponsible),
            ("med", AccountRole::MedicalDepartment),
            ("mate", AccountRole::MedicalDepartment),
        ] {
            open(tx, &by, &format!("{prefix}_{tail}"), role, None, Some(id), None).await?;
        }
        for department in departments {
            let login = format!("{department}_{tail}");
            let role = AccountRole::DepartmentHead;
            open(tx, &by, &login, role, None, Some(id), Some(department)).await?;
        }
    }
    for (login, region) in [
        ("yz_1", "320600"),
        ("yz_2", "320600"),
        ("yz_3", "320600"),
        ("qu_a1", "320613"),
        ("qu_a2", "320613"),
        ("qu_b1", "320614"),
        ("qu_b2", "320614"),
    ] {
        open(tx, &by, login, AccountRole::MedicalOfficer, Some(region), None, None).await?;
    }
    // Accounts that lack what their role needs.
    open(tx, &by, "med_lost", AccountRole::MedicalDepartment, None, None, None).await?;
    open(tx, &by, "head_none", AccountRole::DepartmentHead, None, Some("ins_a1"), None).await?;
    Ok(())
}

async fn open(
    tx: &mut Tx,
    by: &By,
    login: &str,
    role: AccountRole,
    region: Option<&str>,
    institution: Option<&str>,
    department: Option<&str>,
) -> Result<()> {
    let new = NewAccount {
        login: login.into(),
        role,
        name_zh: login.into(),
        name_en: login.into(),
        region_code: region.map(str::to_owned),
        institution_id: institution.map(str::to_owned),
        practitioner_id: None,
        hospital_id: None,
        department: department.map(str::to_owned),
        password_hash: "argon2".into(),
        operator_id: None,
        crew_id: None,
        site_id: None,
    };
    account::open(tx, by, &new).await.map(drop)
}

/// Enters the units and their people.
pub async fn furnish(house: &House) {
    step!(house.db, |tx| enter(tx)).unwrap();
}

impl House {
    /// Makes, reviews and publishes a campaign from a template, by three people.
    pub async fn published(&self, template: &str, code: &str, at: Time) -> String {
        let make = Make {
            code: code.into(),
            from: template.into(),
            moved_days: 0,
            number: None,
            title: None,
            parent_id: None,
        };
        let author = self.scope("yz_1").await;
        let id = step!(self.db, |tx| campaign::create(tx, &author, &make, at)).unwrap();
        let (reviewer, same) = (self.scope("yz_2").await, id.clone());
        step!(self.db, |tx| campaign::review(tx, &reviewer, &same, at)).unwrap();
        let (approver, same) = (self.scope("yz_3").await, id.clone());
        step!(self.db, |tx| campaign::publish(tx, &approver, &same, at)).unwrap();
        id
    }

    /// Answers every item of a place as met, except those named, and hands the sheet in.
    pub async fn inspect(
        &self,
        login: &str,
        id: &str,
        (institution, place): (&str, &str),
        failing: &[&str],
        at: Time,
    ) -> i64 {
        let scope = self.scope(login).await;
        let mut tx = self.read().await;
        let sheet = campaign::sheet(&mut tx, &scope, id, institution, place).await.unwrap();
        drop(tx);
        // Files are not what this is about: items that want one do not apply here, with a reason.
        let edits: Vec<AnswerEdit> = sheet
            .items
            .iter()
            .map(|item| {
                let fails = failing.contains(&&*item.code);
                let (answer, note) = match item.evidence {
                    _ if fails => (Answer::NotMet, "没有做到"),
                    rules::campaign::Evidence::Met if !item.always => {
                        (Answer::NotApplicable, "另行提供")
                    }
                    _ => (Answer::Met, ""),
                };
                AnswerEdit {
                    item: item.code.clone(),
                    answer,
                    note: note.into(),
                    answered_at: at,
                    mending: rules::campaign::Mending::default(),
                }
            })
            .collect();
        let wanting: Vec<String> = sheet
            .items
            .iter()
            .filter(|item| item.always && item.evidence == rules::campaign::Evidence::Met)
            .map(|item| item.code.clone())
            .collect();
        let (id, institution, place) = (id.to_owned(), institution.to_owned(), place.to_owned());
        step!(self.db, |tx| hand_in(tx, &scope, [&id, &institution, &place], &edits, &wanting, at))
            .unwrap()
    }
}

async fn hand_in(
    tx: &mut Tx,
    scope: &store::Scope,
    [id, institution, place]: [&str; 3],
    edits: &[AnswerEdit],
    wanting: &[String],
    at: Time,
) -> Result<i64> {
    let at_place = (id, institution, place);
    campaign::answer_items(tx, scope, at_place, edits, at).await?;
    for item in wanting {
        let file = ("image/png", &b"letter"[..]);
        let here = (id, institution, place, &**item);
        campaign::add_item_evidence(tx, scope, here, file, at).await?;
    }
    campaign::submit_sheet(tx, scope, at_place, at).await
}

/// How many spot checks somebody sees.
pub async fn spots_seen(tx: &mut Tx, scope: &store::Scope, id: &str) -> i64 {
    let (all, some) = (campaign::SpotFilter::default(), store::page::Slice::first(9));
    campaign::spots(tx, scope, id, &all, some).await.unwrap().total
}

//! Entering a city's register into an empty database: regions, institutions, people, accounts.

use std::collections::HashMap;

use rules::register::Span;
use rules::{Position, Time};
use store::account::NewAccount;
use store::register::{
    NewCredential, NewFiling, NewInstitution, NewPractitioner, NewRegion, add_credential,
    add_filing, add_institution, add_practitioner, add_region, add_room,
};
use store::{By, Tx};

use super::load::{Data, Institution, Practitioner};

/// The job that events of this name.
const JOB: &str = "register";

/// Enters everything; `password_hashes` has one for each account, in the order of the data.
///
/// # Errors
/// When the database refuses a row, such as a second institution with one credit code.
pub async fn enter(
    tx: &mut Tx,
    data: &Data,
    password_hashes: &[String],
    now: Time,
) -> store::Result<()> {
    let calendar = data.calendar();
    // Codes that name a parent come after it.
    let (roots, children): (Vec<_>, Vec<_>) =
        data.regions.iter().partition(|region| region.parent.is_none());
    for region in roots.into_iter().chain(children) {
        let new = NewRegion {
            region_code: region.code.clone(),
            parent_code: region.parent.clone(),
            name_zh: region.name_zh.clone(),
            name_en: region.name_en.clone(),
            bureau_zh: region.bureau_zh.clone(),
            bureau_en: region.bureau_en.clone(),
            centre: Position { lat: region.lat, lng: region.lng },
            span: Span {
                from: region.valid_from.start(calendar),
                to: region.valid_to.map(|to| to.start(calendar)),
            },
        };
        add_region(tx, &new).await?;
    }
    for entry in &data.institutions {
        institution(tx, data, entry).await?;
    }
    let opened = data.institutions.iter().map(|entry| entry.registered_on).min();
    let opened = opened.map_or(now, |day| day.start(calendar)).min(now);
    for entry in &data.practitioners {
        practitioner(tx, data, entry, opened).await?;
    }
    super::channel::enter_hospitals(tx, data).await?;
    super::transfer::enter(tx, data).await?;
    super::campaign::enter_units(tx, data, now).await?;
    let mut accounts = HashMap::new();
    for (account, password_hash) in data.accounts.iter().zip(password_hashes) {
        let new = NewAccount {
            login: account.login.clone(),
            role: account.role,
            name_zh: account.name_zh.clone(),
            name_en: account.name_en.clone(),
            region_code: account.region.clone(),
            institution_id: account.institution.clone(),
            practitioner_id: account.practitioner.clone(),
            hospital_id: account.hospital.clone(),
            operator_id: account.operator.clone(),
            crew_id: account.crew.clone(),
            site_id: account.site.clone(),
            department: account.department.clone(),
            password_hash: password_hash.clone(),
        };
        let id = store::account::open(tx, &By::system(JOB, opened), &new).await?;
        accounts.insert(account.login.clone(), id);
    }
    super::channel::enter(tx, data, &accounts, now).await
}

async fn institution(tx: &mut Tx, data: &Data, entry: &Institution) -> store::Result<()> {
    let calendar = data.calendar();
    let registered_at = entry.registered_on.start(calendar).plus_min(9 * 60);
    let new = NewInstitution {
        institution_id: entry.id.clone(),
        region_code: entry.region.clone(),
        kind: entry.kind,
        name: [entry.name_zh.clone(), entry.name_en.clone()],
        short: [entry.short_zh.clone(), entry.short_en.clone()],
        address: [entry.address_zh.clone(), entry.address_en.clone()],
        street: [entry.street_zh.clone(), entry.street_en.clone()],
        uscc: entry.uscc.clone(),
        licence_no: entry.licence_no.clone(),
        licence: Span {
            from: entry.licence_from.start(calendar),
            to: Some(entry.licence_until.end(calendar)),
        },
        phone: entry.phone.clone(),
        at: Position { lat: entry.lat, lng: entry.lng },
        opens_min: entry.opens.minute(),
        closes_min: entry.closes.minute(),
        categories: entry.categories.clone(),
        qr_serial: entry.qr_serial.clone(),
        qr_issued_at: entry.qr_issued_on.map(|day| day.start(calendar)),
        registered_at,
        installed_at: entry.installed_on.map(|day| day.start(calendar)),
        tested_at: entry.tested_on.map(|day| day.start(calendar)),
        online_at: entry.online_on.map(|day| day.start(calendar)),
    };
    add_institution(tx, &By::system(JOB, registered_at), &new).await?;
    for number in 1..=entry.theatres {
        add_room(tx, &entry.id, "theatre", number).await?;
    }
    for number in 1..=entry.treatment_rooms {
        add_room(tx, &entry.id, "treatment", number).await?;
    }
    Ok(())
}

async fn practitioner(
    tx: &mut Tx,
    data: &Data,
    entry: &Practitioner,
    opened: Time,
) -> store::Result<()> {
    let calendar = data.calendar();
    let by = By::system(JOB, opened);
    let new = NewPractitioner {
        practitioner_id: entry.id.clone(),
        name_zh: entry.name_zh.clone(),
        name_en: entry.name_en.clone(),
        sex: entry.sex.clone(),
        title: entry.title,
    };
    add_practitioner(tx, &new).await?;
    for credential in &entry.credentials {
        let new = NewCredential {
            practitioner_id: entry.id.clone(),
            kind: credential.kind,
            number: credential.number.clone(),
            category: credential.category,
            span: Span {
                from: credential.from.start(calendar),
                to: credential.until.map(|until| until.end(calendar)),
            },
        };
        add_credential(tx, &by, &new).await?;
    }
    for filing in &entry.filings {
        let new = NewFiling {
            practitioner_id: entry.id.clone(),
            institution_id: filing.institution.clone(),
            role: filing.role,
            category: filing.category,
            span: Span {
                from: filing.from.start(calendar),
                to: filing.to.map(|to| to.start(calendar)),
            },
            main: filing.main,
        };
        // Who was filed before the platform was there is taken over on its first day.
        let filed_at = filing.from.start(calendar).max(opened);
        add_filing(tx, &By::system(JOB, filed_at), &new).await?;
    }
    Ok(())
}

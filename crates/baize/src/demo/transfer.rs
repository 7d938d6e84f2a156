//! The transfer service of a city as its files tell it, and how it is entered.

use rules::transfer::accreditation::Certificate;
use rules::transfer::{CrewRole, OutageReason};
use rules::{Position, Time};
use serde::Deserialize;
use store::Tx;
use store::event::By;
use store::transfer::{
    self, Break, NewAccreditation, NewContract, NewCrewMember, NewOperator, NewOutage, NewShift,
    NewSite, NewVehicle, Place,
};

use super::load::{Data, tables};
use super::times::{Day, Moment, TimeOfDay};

tables! {
    Operator {
        id: String,
        name_zh: String,
        name_en: String,
        short_zh: String,
        short_en: String,
        uscc: String,
        phone: String,
        complaint_phone: String,
        joined_on: Day,
    }

    Site {
        id: String,
        region: String,
        kind: String,
        name_zh: String,
        name_en: String,
        short_zh: String,
        short_en: String,
        address_zh: String,
        address_en: String,
        gate_zh: String,
        gate_en: String,
        phone: String,
        lat: f64,
        lng: f64,
        /// Without it the place receives, but has no desk of its own yet.
        joined_on: Option<Day>,
    }

    /// A certificate of a vehicle or of somebody in a crew.
    Cert {
        kind: Certificate,
        number: String,
        from: Day,
        /// The last day it is valid.
        until: Day,
    }

    Vehicle {
        id: String,
        operator: String,
        call_sign: String,
        plate: String,
        model: String,
        layouts: Vec<[u16; 4]>,
        features: Vec<String>,
        base_zh: String,
        base_en: String,
        lat: f64,
        lng: f64,
        qr_serial: String,
        joined_on: Day,
        certificates: Vec<Cert>,
    }

    CrewMember {
        id: String,
        operator: String,
        role: CrewRole,
        name_zh: String,
        name_en: String,
        phone: String,
        joined_on: Day,
        certificates: Vec<Cert>,
    }

    /// A turn of duty that repeats daily.
    Turn {
        vehicle: String,
        crew: Vec<String>,
        from: Day,
        /// The last day.
        until: Day,
        starts: TimeOfDay,
        ends: TimeOfDay,
        latest: TimeOfDay,
        #[serde(default)] breaks: Vec<Pause>,
    }

    Pause {
        from: TimeOfDay,
        until: TimeOfDay,
        lasts_min: i64,
    }

    /// A district or a place from a day on.
    Area {
        region: Option<String>,
        site: Option<String>,
        from: Day,
    }

    Contract {
        number: String,
        operator: String,
        site: Option<String>,
        tariff: String,
        on_time_permille: i64,
        pickup_within_min: i64,
        complaint_days: i64,
        from: Day,
        /// The last day.
        until: Day,
    }

    Outage {
        vehicle: String,
        reason: OutageReason,
        from: Moment,
        until: Option<Moment>,
    }
}

const JOB: &str = "register";

/// Enters companies, places, vehicles and crews, before the accounts that belong to them.
pub(super) async fn enter(tx: &mut Tx, data: &Data) -> store::Result<()> {
    for entry in &data.operators {
        operator(tx, data, entry).await?;
    }
    for entry in &data.sites {
        site(tx, data, entry).await?;
    }
    for entry in &data.areas {
        area(tx, data, entry).await?;
    }
    for entry in &data.contracts {
        contract(tx, data, entry).await?;
    }
    for entry in &data.vehicles {
        vehicle(tx, data, entry).await?;
    }
    for entry in &data.crew_members {
        crew_member(tx, data, entry).await?;
    }
    for entry in &data.turns {
        turn(tx, data, entry).await?;
    }
    let calendar = data.calendar();
    for entry in &data.outages {
        let from = entry.from.at(calendar);
        let new = NewOutage {
            vehicle_id: entry.vehicle.clone(),
            reason: entry.reason,
            from,
            until: entry.until.map(|until| until.at(calendar)),
        };
        transfer::add_outage(tx, &By::system(JOB, from), &new).await?;
    }
    Ok(())
}

async fn operator(tx: &mut Tx, data: &Data, entry: &Operator) -> store::Result<()> {
    let joined_at = entry.joined_on.start(data.calendar());
    let new = NewOperator {
        operator_id: entry.id.clone(),
        name: [entry.name_zh.clone(), entry.name_en.clone()],
        short: [entry.short_zh.clone(), entry.short_en.clone()],
        uscc: entry.uscc.clone(),
        phone: entry.phone.clone(),
        complaint_phone: entry.complaint_phone.clone(),
        joined_at,
    };
    transfer::add_operator(tx, &By::system(JOB, joined_at), &new).await
}

async fn site(tx: &mut Tx, data: &Data, entry: &Site) -> store::Result<()> {
    let joined_at = entry.joined_on.map(|day| day.start(data.calendar()));
    let new = NewSite {
        site_id: entry.id.clone(),
        region_code: entry.region.clone(),
        kind: entry.kind.clone(),
        name: [entry.name_zh.clone(), entry.name_en.clone()],
        short: [entry.short_zh.clone(), entry.short_en.clone()],
        address: [entry.address_zh.clone(), entry.address_en.clone()],
        gate: [entry.gate_zh.clone(), entry.gate_en.clone()],
        phone: entry.phone.clone(),
        at: Position { lat: entry.lat, lng: entry.lng },
        joined_at,
    };
    let entered = joined_at.unwrap_or(data.city.default_at.day.start(data.calendar()));
    transfer::add_site(tx, &By::system(JOB, entered), &new).await
}

async fn area(tx: &mut Tx, data: &Data, entry: &Area) -> store::Result<()> {
    let place = match (&entry.region, &entry.site) {
        (_, Some(site)) => Place::Site(site.clone()),
        (region, None) => Place::Region(region.clone().unwrap_or_default()),
    };
    let from = entry.from.start(data.calendar());
    // The roll-out was decided when its first place opened.
    let decided = data.areas.iter().map(|area| area.from.start(data.calendar())).min();
    let by = By::system(JOB, decided.unwrap_or(from));
    transfer::add_area(tx, &by, &place, from).await.map(drop)
}

async fn contract(tx: &mut Tx, data: &Data, entry: &Contract) -> store::Result<()> {
    let calendar = data.calendar();
    let from = entry.from.start(calendar);
    let new = NewContract {
        number: entry.number.clone(),
        operator_id: entry.operator.clone(),
        site_id: entry.site.clone(),
        tariff: entry.tariff.clone(),
        on_time_permille: entry.on_time_permille,
        pickup_within_min: entry.pickup_within_min,
        complaint_days: entry.complaint_days,
        from,
        until: Day(entry.until.0 + 1).start(calendar),
    };
    transfer::add_contract(tx, &By::system(JOB, from), &new).await.map(drop)
}

async fn vehicle(tx: &mut Tx, data: &Data, entry: &Vehicle) -> store::Result<()> {
    let joined_at = entry.joined_on.start(data.calendar());
    let by = By::system(JOB, joined_at);
    let new = NewVehicle {
        vehicle_id: entry.id.clone(),
        operator_id: entry.operator.clone(),
        call_sign: entry.call_sign.clone(),
        plate: entry.plate.clone(),
        model: entry.model.clone(),
        layouts: entry.layouts.clone(),
        features: entry.features.clone(),
        base: [entry.base_zh.clone(), entry.base_en.clone()],
        at: Position { lat: entry.lat, lng: entry.lng },
        qr_serial: entry.qr_serial.clone(),
        joined_at,
    };
    transfer::add_vehicle(tx, &by, &new).await?;
    certificates(tx, data, &by, &entry.id, &entry.certificates).await
}

async fn crew_member(tx: &mut Tx, data: &Data, entry: &CrewMember) -> store::Result<()> {
    let joined_at = entry.joined_on.start(data.calendar());
    let by = By::system(JOB, joined_at);
    let new = NewCrewMember {
        crew_id: entry.id.clone(),
        operator_id: entry.operator.clone(),
        role: entry.role,
        name: [entry.name_zh.clone(), entry.name_en.clone()],
        phone: entry.phone.clone(),
        joined_at,
    };
    transfer::add_crew_member(tx, &by, &new).await?;
    certificates(tx, data, &by, &entry.id, &entry.certificates).await
}

async fn certificates(
    tx: &mut Tx,
    data: &Data,
    by: &By,
    holder_id: &str,
    certificates: &[Cert],
) -> store::Result<()> {
    let calendar = data.calendar();
    for entry in certificates {
        let new = NewAccreditation {
            holder_id: holder_id.to_owned(),
            certificate: entry.kind,
            number: entry.number.clone(),
            from: entry.from.start(calendar),
            until: Day(entry.until.0 + 1).start(calendar),
        };
        transfer::add_accreditation(tx, by, &new).await?;
    }
    Ok(())
}

async fn turn(tx: &mut Tx, data: &Data, entry: &Turn) -> store::Result<()> {
    let calendar = data.calendar();
    let made_at = data.vehicles.iter().map(|vehicle| vehicle.joined_on.start(calendar)).max();
    for day in entry.from.0..=entry.until.0 {
        let at = |time: TimeOfDay| calendar.day_start(day).plus_ms(time.0 * Time::SECOND_MS);
        let pause = |pause: &Pause| Break {
            from_at: at(pause.from).0,
            until_at: at(pause.until).0,
            lasts_min: pause.lasts_min,
        };
        let new = NewShift {
            shift_id: None,
            vehicle_id: entry.vehicle.clone(),
            from_at: at(entry.starts),
            until_at: at(entry.ends),
            latest_at: at(entry.latest),
            breaks: entry.breaks.iter().map(pause).collect(),
            crew: entry.crew.clone(),
        };
        let by = By::system(JOB, made_at.unwrap_or(new.from_at).min(new.from_at));
        transfer::add_shift(tx, &by, &new).await?;
    }
    Ok(())
}

/// What in the service's tables does not fit together, by entry.
pub(super) fn faults(files: &[(&str, super::load::File)]) -> Vec<String> {
    use std::collections::HashSet;
    let all = || files.iter().map(|(_, file)| file);
    let operators: HashSet<&str> =
        all().flat_map(|file| &file.operators).map(|one| one.id.as_str()).collect();
    let sites: HashSet<&str> =
        all().flat_map(|file| &file.sites).map(|one| one.id.as_str()).collect();
    let regions: HashSet<&str> =
        all().flat_map(|file| &file.regions).map(|one| one.code.as_str()).collect();
    let vehicles: HashSet<&str> =
        all().flat_map(|file| &file.vehicles).map(|one| one.id.as_str()).collect();
    let crews: HashSet<&str> =
        all().flat_map(|file| &file.crew_members).map(|one| one.id.as_str()).collect();
    let mut faults = Vec::new();
    for (name, file) in files {
        let mut need = |known: &HashSet<&str>, table: &str, id: &str, what: &str, of: &str| {
            if !known.contains(of) {
                faults.push(format!("{name}: [[{table}]] \"{id}\": {what} \"{of}\" is not known"));
            }
        };
        for one in &file.sites {
            need(&regions, "site", &one.id, "region", &one.region);
        }
        for one in &file.areas {
            let id = one.site.as_deref().or(one.region.as_deref()).unwrap_or("");
            let known = if one.site.is_some() { &sites } else { &regions };
            need(known, "area", id, "place", id);
        }
        for one in &file.contracts {
            need(&operators, "contract", &one.number, "operator", &one.operator);
            one.site.iter().for_each(|id| need(&sites, "contract", &one.number, "site", id));
        }
        for one in &file.vehicles {
            need(&operators, "vehicle", &one.id, "operator", &one.operator);
        }
        for one in &file.crew_members {
            need(&operators, "crew_member", &one.id, "operator", &one.operator);
        }
        for one in &file.turns {
            need(&vehicles, "turn", &one.vehicle, "vehicle", &one.vehicle);
            one.crew.iter().for_each(|id| need(&crews, "turn", &one.vehicle, "crew", id));
        }
        for one in &file.outages {
            need(&vehicles, "outage", &one.vehicle, "vehicle", &one.vehicle);
        }
        for one in &file.accounts {
            let named = [
                (&operators, "operator", &one.operator),
                (&crews, "crew", &one.crew),
                (&sites, "site", &one.site),
            ];
            for (known, what, of) in named {
                of.iter().for_each(|of| need(known, "account", &one.login, what, of));
            }
        }
    }
    faults
}

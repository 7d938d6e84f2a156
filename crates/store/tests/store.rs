//! Stories about the database, each told once and run on SQLite and on PostgreSQL.
//!
//! `house` starts the databases, `city` furnishes a tiny register. Left out: pages, JSON and the
//! wire (`server` tests those) and the judgements themselves (`rules` has them as tables).

/// Names the requirements that a test shows; `docs/requirements.tsv` points back.
macro_rules! proves {
    ($($id:literal),+) => {{
        let _ = [$($id),+];
    }};
}

#[cfg(test)]
#[path = "store/account.rs"]
mod account;
#[cfg(test)]
#[path = "store/alert.rs"]
mod alert;
#[cfg(test)]
#[path = "store/assist.rs"]
mod assist;
#[cfg(test)]
#[path = "store/blob.rs"]
mod blob;
#[cfg(test)]
#[path = "store/campaign.rs"]
mod campaign;
#[cfg(test)]
#[path = "store/campaign_annex.rs"]
mod campaign_annex;
#[cfg(test)]
#[path = "store/campaign_checks.rs"]
mod campaign_checks;
#[cfg(test)]
#[path = "store/campaign_city.rs"]
mod campaign_city;
#[cfg(test)]
#[path = "store/campaign_packs.rs"]
mod campaign_packs;
#[cfg(test)]
#[path = "store/campaign_scope.rs"]
mod campaign_scope;
#[cfg(test)]
#[path = "store/campaign_sheets.rs"]
mod campaign_sheets;
#[cfg(test)]
#[path = "store/campaign_work.rs"]
mod campaign_work;
#[cfg(test)]
#[path = "store/channel.rs"]
mod channel;
#[cfg(test)]
#[path = "store/channel_scope.rs"]
mod channel_scope;
#[cfg(test)]
#[path = "store/checkin.rs"]
mod checkin;
#[cfg(test)]
#[path = "store/city.rs"]
mod city;
#[cfg(test)]
#[path = "store/deadline.rs"]
mod deadline;
#[cfg(test)]
#[path = "store/door.rs"]
mod door;
#[cfg(test)]
#[path = "store/emergency.rs"]
mod emergency;
#[cfg(test)]
#[path = "store/emergency_answers.rs"]
mod emergency_answers;
#[cfg(test)]
#[path = "store/emergency_doubles.rs"]
mod emergency_doubles;
#[cfg(test)]
#[path = "store/enquiry.rs"]
mod enquiry;
#[cfg(test)]
#[path = "store/event.rs"]
mod event;
#[cfg(test)]
#[path = "store/findings.rs"]
mod findings;
#[cfg(test)]
#[path = "store/house.rs"]
mod house;
#[cfg(test)]
#[path = "store/incident.rs"]
mod incident;
#[cfg(test)]
#[path = "store/incident_course.rs"]
mod incident_course;
#[cfg(test)]
#[path = "store/incident_scope.rs"]
mod incident_scope;
#[cfg(test)]
#[path = "store/migrations.rs"]
mod migrations;
#[cfg(test)]
#[path = "store/oncall.rs"]
mod oncall;
#[cfg(test)]
#[path = "store/oncall_holes.rs"]
mod oncall_holes;
#[cfg(test)]
#[path = "store/operation.rs"]
mod operation;
#[cfg(test)]
#[path = "store/policy.rs"]
mod policy;
#[cfg(test)]
#[path = "store/presence_races.rs"]
mod presence_races;
#[cfg(test)]
#[path = "store/scope.rs"]
mod scope;
#[cfg(test)]
#[path = "store/sos_simulation.rs"]
mod sos_simulation;
#[cfg(test)]
#[path = "store/sql.rs"]
mod sql;
#[cfg(test)]
#[path = "store/terminal.rs"]
mod terminal;
#[cfg(test)]
#[path = "store/terminal_keys.rs"]
mod terminal_keys;
#[cfg(test)]
#[path = "store/transfer_call.rs"]
mod transfer_call;
#[cfg(test)]
#[path = "store/transfer_crew.rs"]
mod transfer_crew;
#[cfg(test)]
#[path = "store/transfer_desk.rs"]
mod transfer_desk;
#[cfg(test)]
#[path = "store/transfer_drive.rs"]
mod transfer_drive;
#[cfg(test)]
#[path = "store/transfer_fleet.rs"]
mod transfer_fleet;
#[cfg(test)]
#[path = "store/transfer_money.rs"]
mod transfer_money;
#[cfg(test)]
#[path = "store/transfer_oversight.rs"]
mod transfer_oversight;
#[cfg(test)]
#[path = "store/transfer_plan.rs"]
mod transfer_plan;
#[cfg(test)]
#[path = "store/transfer_sight.rs"]
mod transfer_sight;
#[cfg(test)]
#[path = "store/transfer_ward.rs"]
mod transfer_ward;
#[cfg(test)]
#[path = "store/writer.rs"]
mod writer;

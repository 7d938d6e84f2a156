//! Who sees what of the green channel, and who may act in it: `scope` for its own people.

use rules::Time;
use rules::account::AccountRole;
use rules::emergency::{Fact, Mark};
use store::enquiry::{self, NewEnquiry};
use store::page::Slice;
use store::{By, Error, Result, Scope, Tx};
use store::{emergency, oncall};

use crate::channel::{cry, furnish, open_account};
use crate::city::{refusal, step};
use crate::house::{House, clock, on_both};

/// The columns of both tables. `desk_lost` lacks the hospital that its role needs.
const LOGINS: [&str; 13] = [
    "city",
    "officer_a",
    "duty_a",
    "head_qing",
    "head_lan",
    "head_lost",
    "doctor_xu",
    "qc_a",
    "desk_shi",
    "doc_shi1",
    "desk_yan",
    "desk_tong",
    "desk_lost",
];

/// What each person gets. Cases: `q` of ins_qing, which h_shi accepted and h_yan was called to; `l`
/// of ins_lan, to which h_shi was called; `p` of the public, to which h_tong was called. Parties:
/// clinic, desk, hospital, called (`k`), reader. Threads follow case `q` or `l`, or ask a question
/// (`p`). Holders: h_shi, h_yan, ins_qing by `s`, `y`, `q`. Bureaus get nothing anywhere.
const CHANNEL_TABLE: &str = "
    emergency::case           - - - q   l   - - qlp ql  ql  q  p  -
    emergency::cases          - - - q   l   - - qlp ql  ql  q  p  -
    emergency::open_count     - - - 1   1   - - 3   2   2   -  1  -
    emergency::party          - - - c-- -c- - - ddd hk- hk- r-- --k -
    enquiry::enquiries        - - - q   l   - - qlp q   q   -  -  -
    enquiry::enquiry          - - - q   l   - - qlp q   q   -  -  -
    oncall::alerts_of_channel - - - q   -   - - syq s   s   y  -  -
    oncall::call_outs_waiting - - - -   -   - - -   s   s   y  -  -
    oncall::stock             - - - q   -   - - syq s   s   y  -  -
    oncall::holders_of        - - - 4   3   3 3 4   4   4   4  4  4
    oncall::contacts_of       - - - -   -   - - 1   -   1   -  -  -
    oncall::on_call_now       - - - -   -   - - 8   2   2   2  2  -
    oncall::people_of         - - - -   -   - - 12  3   3   3  3  -
    oncall::swaps             - - - -   -   - - 2   1   1   1  -  -
";

/// Who may act: done, refused (`x`), or told that there is no such thing (`-`).
const ACTING_TABLE: &str = "
    emergency::tick           - - - done - - - done done done x - -
    emergency::add_fact       - - - done - - - done done done x - -
    emergency::add_message    - - - done - - - done done done x - -
    emergency::set_card       - - - done - - - done done done x - -
    enquiry::answer           x x x done - - x done done done - - -
    oncall::set_capability    x x x x    x x x done done x    x x x
    oncall::set_entrance      x x x x    x x x done done x    x x x
    oncall::calendar_feed     x x x x    x x x done done done done done done
";

/// Functions that act for a person; their own stories show whom they refuse.
pub const CHANNEL_ACTING: [&str; 26] = [
    "assist::answer_opinion",
    "assist::ask_opinion",
    "assist::assign_opinion",
    "assist::opinions",
    "assist::opinions_of_alert",
    "emergency::add_operation_fact",
    "emergency::mark",
    "emergency::raise",
    "enquiry::follow_up",
    "oncall::add_contact",
    "oncall::add_rota",
    "oncall::answer_call_out",
    "oncall::ask_swap",
    "oncall::change_zone",
    "oncall::clear",
    "oncall::confirm_contact",
    "oncall::count_stock",
    "oncall::discard_stock",
    "oncall::end_hotline",
    "oncall::end_rota",
    "oncall::order_override",
    "oncall::remove_contact",
    "oncall::send_check",
    "oncall::set_hotline",
    "oncall::start_call_outs",
    "oncall::swap_step",
];

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect())
}

/// Every function that stands in this file.
pub fn named() -> Vec<String> {
    let tables = rows(CHANNEL_TABLE).chain(rows(ACTING_TABLE));
    let mut named: Vec<String> = tables.map(|row| row[0].to_owned()).collect();
    named.extend(CHANNEL_ACTING.map(str::to_owned));
    named
}

const AT: &str = "15:10";
const HOLDERS: [(&str, char); 3] = [("h_shi", 's'), ("h_yan", 'y'), ("ins_qing", 'q')];

/// One of everything: the three cases and the three threads, in the order of their letters.
struct Channel {
    cases: Vec<String>,
    threads: Vec<String>,
}

async fn one_of_everything(house: &House) -> Channel {
    furnish(house).await;
    let by = By::system("seed", clock("15:00"));
    step!(house.db, |tx| lost_desk(tx, &by)).unwrap();
    let mut cases = vec![house.raised("q", "vision_loss", clock(AT)).await];
    let lan = house.raise_as("head_lan", &cry("l", "airway"), clock(AT)).await.unwrap();
    cases.push(lan.emergency_id);
    let mut new = cry("p", "vision_loss");
    new.callback = "13900001234".into();
    let public = step!(house.db, |tx| emergency::raise_public(tx, &new, clock(AT))).unwrap();
    cases.push(public.emergency_id);
    house.marked("desk_shi", &cases[0], Mark::Accept, clock("15:11")).await;
    for (letter, emergency_id) in
        [("q", Some(cases[0].clone())), ("l", Some(cases[1].clone())), ("p", None)]
    {
        let new = NewEnquiry {
            request_key: letter.into(),
            code: format!("code-{letter}"),
            text: "请问".into(),
            institution_id: None,
            emergency_id,
        };
        step!(house.db, |tx| enquiry::ask(tx, &new, clock("15:12"))).unwrap();
    }
    let threads = "select enquiry_id from enquiry order by case request_key
        when 'q' then 0 when 'l' then 1 else 2 end";
    let threads = house.column(threads).await;
    for (name, takes, at) in [("shi", "doc_shi2", 16), ("yan", "doc_yan2", 17)] {
        let (scope, takes) =
            (house.scope(&format!("doc_{name}1")).await, house.account_of(takes).await);
        let from = clock(&format!("{at}:00"));
        let span = (from, from.plus_min(60));
        step!(house.db, |tx| oncall::ask_swap(tx, &scope, 1, span, &takes, clock(AT))).unwrap();
    }
    let by = By::system("seed", clock(AT));
    step!(house.db, |tx| holes(tx, &by)).unwrap();
    for (holder, _) in HOLDERS {
        house.raw(&alert(holder)).await;
    }
    Channel { cases, threads }
}

async fn lost_desk(tx: &mut Tx, by: &By) -> Result<String> {
    open_account(tx, by, "desk_lost", AccountRole::HospitalDesk, None).await
}

async fn holes(tx: &mut Tx, by: &By) -> Result<()> {
    for id in ["h_shi", "h_yan"] {
        oncall::enter_call_out(tx, by, id, "rnd_1").await?;
    }
    Ok(())
}

fn alert(holder: &str) -> String {
    format!(
        "insert into channel_alert (channel_alert_id, rule, sameness, holder_id, raised_at, inputs,
            pack_version)
         values ('cal_{holder}', 'A31', 'A31:{holder}', '{holder}', 1, '{{}}', '2025.03')"
    )
}

/// The letters of what was found, or `-`.
fn letters(found: String) -> String {
    if found.chars().all(|letter| letter == '-') { "-".into() } else { found }
}

fn number(count: usize) -> String {
    if count == 0 { "-".into() } else { count.to_string() }
}

fn holders<'h>(found: impl Iterator<Item = &'h str>) -> String {
    let found: Vec<&str> = found.collect();
    let known = HOLDERS.iter().filter(|(holder, _)| found.contains(holder));
    letters(known.map(|(_, letter)| *letter).collect())
}

/// The letters of those that are not hidden.
fn given<T>(answers: Vec<Result<T>>) -> String {
    let seen =
        answers.into_iter().zip(['q', 'l', 'p']).filter_map(|(answer, letter)| match answer {
            Ok(_) => Some(letter),
            Err(Error::NotFound(_)) => None,
            Err(error) => panic!("{error:?}"),
        });
    letters(seen.collect())
}

async fn cases_seen(tx: &mut Tx, scope: &Scope, function: &str, all: &Channel) -> Result<String> {
    let slice = Slice::first(20);
    Ok(match function {
        "emergency::case" => {
            let mut answers = Vec::new();
            for id in &all.cases {
                answers.push(emergency::case(tx, scope, id).await);
            }
            given(answers)
        }
        "emergency::cases" => {
            let filter = emergency::CaseFilter { view: "all".into(), ..Default::default() };
            let listed = emergency::cases(tx, scope, &filter, slice).await?;
            assert_eq!(listed.total, i64::try_from(listed.rows.len()).unwrap());
            let known = |id: &&String| listed.rows.iter().any(|row| row.emergency_id == **id);
            let seen = all.cases.iter().zip(['q', 'l', 'p']).filter(|(id, _)| known(id));
            letters(seen.map(|(_, letter)| letter).collect())
        }
        "emergency::open_count" => {
            number(usize::try_from(emergency::open_count(tx, scope).await?).unwrap())
        }
        "emergency::party" => {
            let mut parties = String::new();
            for id in &all.cases {
                let Ok(case) = emergency::case(tx, scope, id).await else {
                    parties.push('-');
                    continue;
                };
                let party = emergency::party(tx, scope, &case).await?.code();
                parties += if party == "called" { "k" } else { &party[..1] };
            }
            letters(parties)
        }
        "enquiry::enquiries" => {
            let listed = enquiry::enquiries(tx, scope, "all", slice).await?;
            let known = |id: &&String| listed.rows.iter().any(|row| row.enquiry_id == **id);
            let seen = all.threads.iter().zip(['q', 'l', 'p']).filter(|(id, _)| known(id));
            letters(seen.map(|(_, letter)| letter).collect())
        }
        "enquiry::enquiry" => {
            let mut answers = Vec::new();
            for id in &all.threads {
                answers.push(enquiry::enquiry(tx, scope, id).await);
            }
            given(answers)
        }
        other => panic!("{other}"),
    })
}

async fn oncall_seen(tx: &mut Tx, scope: &Scope, function: &str) -> Result<String> {
    let now = clock(AT);
    Ok(match function {
        "oncall::alerts_of_channel" => {
            let rows = oncall::alerts_of_channel(tx, scope, false, 20).await?;
            holders(rows.iter().map(|row| &*row.holder_id))
        }
        "oncall::call_outs_waiting" => {
            let rows = oncall::call_outs_waiting(tx, scope).await?;
            holders(rows.iter().map(|row| &*row.hospital_id))
        }
        "oncall::stock" => {
            let mut found = Vec::new();
            for (holder, _) in HOLDERS {
                found.extend(oncall::stock(tx, scope, holder).await?);
            }
            holders(found.iter().map(|row| &*row.holder_id))
        }
        "oncall::holders_of" => {
            number(oncall::holders_of(tx, scope, "hyaluronidase", now).await?.len())
        }
        "oncall::contacts_of" => number(oncall::contacts_of(tx, scope).await?.len()),
        "oncall::on_call_now" => number(oncall::on_call_now(tx, scope, now).await?.len()),
        "oncall::people_of" => number(oncall::people_of(tx, scope).await?.len()),
        "oncall::swaps" => number(oncall::swaps(tx, scope, now).await?.len()),
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn nobody_sees_more_of_the_channel_than_the_own_part() {
    proves!("N26");
    on_both(async |house| {
        let all = one_of_everything(&house).await;
        let mut wrong = String::new();
        for row in rows(CHANNEL_TABLE) {
            let mut seen = vec![row[0].to_owned()];
            for login in LOGINS {
                let scope = house.scope(login).await;
                let mut tx = house.read().await;
                let cell = match row[0].split_once("::").unwrap().0 {
                    "oncall" => oncall_seen(&mut tx, &scope, row[0]).await,
                    _ => cases_seen(&mut tx, &scope, row[0], &all).await,
                };
                seen.push(cell.unwrap());
            }
            if seen != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), seen.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

/// Does one thing for an account, at the case and the thread `q` and at h_shi.
async fn acted(
    tx: &mut Tx,
    scope: &Scope,
    function: &str,
    (case, thread): (&str, &str),
    token: &str,
) -> Result<()> {
    let now: Time = clock("15:20");
    match function {
        "emergency::tick" => emergency::tick(tx, scope, case, "stop", now).await,
        "emergency::add_fact" => {
            emergency::add_fact(tx, scope, case, &Fact::Weight { kg: 54.0 }, now).await
        }
        "emergency::add_message" => emergency::add_message(tx, scope, case, "稳定", now).await,
        "emergency::set_card" => emergency::set_card(tx, scope, case, "airway", now).await,
        "enquiry::answer" => enquiry::answer(tx, scope, thread, "请来院", now).await,
        "oncall::set_entrance" => {
            let gate = ["急诊在西门".to_owned(), "West gate".to_owned()];
            let entrance = oncall::Entrance { gate, phone: "0513-0000 0009".into() };
            oncall::set_entrance(tx, scope, "h_shi", &entrance, now).await
        }
        "oncall::set_capability" => {
            oncall::set_capability(tx, scope, "h_shi", "burns", Some(None), now).await
        }
        "oncall::calendar_feed" => oncall::calendar_feed(tx, scope, token, now).await,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn nobody_acts_in_the_channel_beyond_the_own_part() {
    on_both(async |house| {
        let all = one_of_everything(&house).await;
        let mut wrong = String::new();
        for row in rows(ACTING_TABLE) {
            let mut seen = vec![row[0].to_owned()];
            for login in LOGINS {
                let scope = house.scope(login).await;
                let ids = (all.cases[0].clone(), all.threads[0].clone());
                let (function, token) = (row[0], format!("{login} {}", row[0]));
                let done = step!(house.db, |tx| async move {
                    acted(tx, &scope, function, (&ids.0, &ids.1), &token).await
                });
                seen.push(match done {
                    Ok(()) => "done".into(),
                    refused => match &*refusal(refused) {
                        "NotAllowed" => "x".into(),
                        "NotFound" => "-".into(),
                        other => other.to_owned(),
                    },
                });
            }
            if seen != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), seen.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

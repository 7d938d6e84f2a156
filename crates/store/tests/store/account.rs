//! Signing in: wrong passwords, sessions and their end.

use rules::Time;
use rules::account::Permission;
use store::By;
use store::account::{
    credentials, end_session, scope, session_seen, start_session, wrong_password,
};

use crate::city::step;
use crate::house::{House, NOW, clock, on_both};

/// Who is behind a token, if it still holds.
async fn login(house: &House, token: &str, at: Time) -> Option<String> {
    let found = scope(&mut house.read().await, token, at).await.unwrap();
    found.and_then(|(scope, _)| scope.account().map(|account| account.login.clone()))
}

async fn sign_in(house: &House, who: &str, token: &'static str, at: Time) -> String {
    let account = house.scope(who).await.account().unwrap().account_id.clone();
    let (by, id) = (By::account(&account, at), account.clone());
    step!(house.db, |tx| start_session(tx, &by, &id, token, at)).unwrap();
    account
}

#[tokio::test]
async fn a_session_ends_after_twelve_idle_hours_or_when_signed_out() {
    on_both(async |house| {
        let account = sign_in(&house, "officer_a", "token-1", clock("08:00")).await;
        sign_in(&house, "officer_a", "token-2", clock("08:00")).await;
        assert_eq!(login(&house, "token-1", clock("19:59")).await.as_deref(), Some("officer_a"));
        assert_eq!(login(&house, "token-1", clock("20:00")).await, None);
        assert_eq!(login(&house, "token-3", clock("09:00")).await, None);
        // Use keeps it alive.
        step!(house.db, |tx| session_seen(tx, "token-1", clock("19:00"))).unwrap();
        assert_eq!(login(&house, "token-1", clock("+1 06:59")).await.as_deref(), Some("officer_a"));
        assert_eq!(login(&house, "token-1", clock("+1 07:00")).await, None);

        let by = By::account(&account, NOW);
        step!(house.db, |tx| end_session(tx, &by, "token-1", NOW)).unwrap();
        let by = By::account(&account, NOW);
        step!(house.db, |tx| end_session(tx, &by, "token-1", NOW)).unwrap();
        assert_eq!(login(&house, "token-1", NOW).await, None);
        assert_eq!(login(&house, "token-2", NOW).await.as_deref(), Some("officer_a"));
        // Seen again in another tab: what was ended stays ended.
        step!(house.db, |tx| session_seen(tx, "token-1", NOW)).unwrap();
        assert_eq!(login(&house, "token-1", NOW).await, None);
        let told = "select action from event where subject_kind = 'account'
                      and action like 'signed%' order by action";
        assert_eq!(house.column(told).await, ["signed_in", "signed_in", "signed_out"]);
        let kept = "select count(*) from session where token_hash like 'token%'";
        assert_eq!(house.number(kept).await, 0, "only hashes are kept");
    })
    .await;
}

#[tokio::test]
async fn a_disabled_account_is_nobody() {
    on_both(async |house| {
        sign_in(&house, "officer_a", "token-1", NOW).await;
        house.raw("update account set disabled_at = 1 where login = 'officer_a'").await;
        assert_eq!(login(&house, "token-1", NOW).await, None);
        assert!(credentials(&mut house.read().await, "officer_a").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    on_both(async |house| {
        let account = house.scope("head_qing").await.account().unwrap().account_id.clone();
        let locked = async || {
            let found = credentials(&mut house.read().await, "head_qing").await.unwrap().unwrap();
            assert_eq!(found.account_id, account);
            found.locked_until
        };
        for n in 1..=5 {
            assert_eq!(locked().await, None, "before wrong password {n}");
            let id = account.clone();
            step!(house.db, |tx| wrong_password(tx, &id, NOW)).unwrap();
        }
        assert_eq!(locked().await, Some(clock("15:45")));
        // The right one, after the rest, starts the count anew.
        sign_in(&house, "head_qing", "token-1", clock("15:46")).await;
        assert_eq!(locked().await, None);
        let id = account.clone();
        step!(house.db, |tx| wrong_password(tx, &id, NOW)).unwrap();
        assert_eq!(locked().await, None);
        assert!(credentials(&mut house.read().await, "nobody").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_scope_asks_the_table_of_permissions() {
    on_both(async |house| {
        let officer = house.scope("officer_a").await;
        assert!(officer.may(Permission::Dispose) && !officer.may(Permission::Declare));
        assert!(house.scope("head_qing").await.sees_client_names("ins_qing"));
        assert!(!house.scope("head_qing").await.sees_client_names("ins_lan"));
        assert!(!officer.sees_client_names("ins_qing"));
        assert!(!store::Scope::system().may(Permission::Watch));
        assert!(!house.scope("head_lost").await.sees_client_names(""));
    })
    .await;
}

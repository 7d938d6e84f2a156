//! A doctor's own page: where I am inside, where I am filed.

use askama::Template;
use axum::extract::State;
use rules::account::Permission;
use rules::register::{Category, Role};
use store::{checkin, register};

use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::sentence::{self, FeedLine};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

struct Inside {
    place: String,
    role: &'static str,
    since: i64,
    timer: String,
}

struct FiledAt {
    institution: String,
    role: &'static str,
    category: &'static str,
    from: String,
    main: bool,
}

#[derive(Template)]
#[template(path = "account/me.html")]
struct Me {
    shell: Shell,
    inside: Vec<Inside>,
    filed: Vec<FiledAt>,
    feed: Vec<FeedLine>,
}

const CHECKS_SHOWN: i64 = 20;

/// `GET /me`
pub(crate) async fn home(State(app): State<App>, who: SignedIn) -> Answer {
    who.need(Permission::OwnRecord)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/me").await?;
    let when = shell.when;
    let inside = checkin::presences_of(&mut tx, &who.scope).await.told(lang)?;
    let filed = register::filings_of(&mut tx, &who.scope).await.told(lang)?;
    let rows = checkin::feed(&mut tx, &who.scope, None, CHECKS_SHOWN).await.told(lang)?;
    let inside = inside
        .iter()
        .map(|one| Inside {
            place: format!(
                "{}·{}",
                lang.pick(&one.institution_zh, &one.institution_en),
                sentence::room(lang, &one.room_kind, one.room_number)
            ),
            role: Role::of(&one.role).map_or("", |role| lang.role(role)),
            since: one.since,
            timer: when.timer(&(now.0 - one.since)),
        })
        .collect();
    let filed = filed
        .iter()
        .map(|one| FiledAt {
            institution: lang.pick(&one.name_zh, &one.name_en).to_owned(),
            role: Role::of(&one.role).map_or("", |role| lang.role(role)),
            category: one
                .category
                .as_deref()
                .and_then(Category::of)
                .map_or("", |category| lang.category(category)),
            from: when.iso(&one.from_at),
            main: one.main_at.is_some(),
        })
        .collect();
    let feed = rows.iter().map(|row| sentence::feed_line(when, tx.packs(), row, now.0)).collect();
    draw(&Me { shell, inside, filed, feed }, lang)
}

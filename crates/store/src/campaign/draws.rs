//! Draws of spot checks as they were made, sealed until their last check is done.

use rules::account::Permission;
use sha2::{Digest, Sha256};

use super::plan::campaign;
use crate::pack::hex;
use crate::page::{Listed, Slice};
use crate::{Result, Scope, Tx};

/// A draw as it was made: with its seed and frame everybody can repeat it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Draw {
    pub draw_id: String,
    pub branch: String,
    pub kind: String,
    pub drawn_at: i64,
    /// While checks are to be done nobody but the drawing bureau gets the seed: it would announce
    /// them. Its SHA-256 stands in its place, so that it cannot be changed until it is opened.
    pub seed: String,
    pub size: i64,
    /// Ids, one a line.
    pub frame: String,
    /// Empty while it is sealed.
    pub drawn: String,
    /// Checks of it that are to be done.
    pub open: i64,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub total: i64,
}

/// Which draws a list shows.
#[derive(Clone, Debug, Default)]
pub struct DrawFilter {
    pub draw_id: Option<String>,
    pub branch: Option<String>,
    pub kind: Option<String>,
}

/// The key of a draw: SHA-256 of `seed:id`, as `sha256sum` prints it.
pub fn draw_key(seed: &str, id: &str) -> String {
    hex(&Sha256::digest(format!("{seed}:{id}").as_bytes()))
}

/// The draws of a campaign, latest first: open to every unit it is for, so that each can repeat it.
///
/// # Errors
/// Not found outside the scope.
pub async fn draws(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    filter: &DrawFilter,
    slice: Slice,
) -> Result<Listed<Draw>> {
    campaign(tx, scope, campaign_id).await?;
    let line = scope.campaign().bounds().0;
    let draws: Vec<Draw> = sqlx::query_as(
        "select draw_id, branch, kind, drawn_at, seed, size, frame, drawn, name_zh, name_en,
            (select count(*) from spot_check where spot_check.draw_id = spot_draw.draw_id
               and carried_out_at is null) as open, count(*) over () as total
         from spot_draw left join account on account.account_id = drawn_by
         where campaign_id = $1
           and (cast($2 as text) is null or branch = $2 or branch = 'city')
           and (cast($3 as text) is null or draw_id = $3)
           and (cast($4 as text) is null or branch = $4)
           and (cast($5 as text) is null or kind = $5)
         order by drawn_at desc, draw_id limit $6 offset $7",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(&filter.draw_id)
    .bind(&filter.branch)
    .bind(&filter.kind)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let own = scope.campaign_line();
    let draws = draws.into_iter().map(|mut draw| {
        let drawer = scope.may(Permission::RunCampaign) && own.is_none_or(|own| own == draw.branch);
        if draw.open > 0 && !drawer {
            draw.seed = hex(&Sha256::digest(draw.seed.as_bytes()));
            draw.drawn.clear();
        }
        draw
    });
    let rows: Vec<Draw> = draws.collect();
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

impl Draw {
    /// Whether seed and result are still closed to this reader.
    pub fn sealed(&self) -> bool {
        self.drawn.is_empty()
    }
}

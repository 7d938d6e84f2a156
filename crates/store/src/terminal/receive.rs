//! Receiving one signed event.

use presence::event::{
    Answer, Answered, Check as WireCheck, Digest, Envelope, Event, Kind, Link, Place, Unreadable,
    digest, link, parse_from, settle_old, verify,
};
use rules::alert::Rule;
use rules::checkin::{Check, Direction, Method};
use rules::operation::{fix_slack_m, moved};
use rules::register::Role;
use rules::terminal::{OpeningHours, counted_at, silent_due};
use rules::{Position, Time};
use serde_json::json;
use sqlx::Row;

use super::enrol::add_key;
use crate::alert::{NewAlert, raise};
use crate::checkin::{self, Seen};
use crate::deadline;
use crate::event::{self, Actor, By, Subject};
use crate::pack::hex;
use crate::{Error, Result, Tx};

/// What the server knows of a device before an event.
struct Device {
    terminal_id: String,
    institution_id: String,
    room_id: String,
    home: Position,
    retired: bool,
    last: Option<(u64, Digest)>,
    /// The event in hand is a late piece of a gap: it tells of the past, not of the present.
    late: bool,
    moved_at: Option<i64>,
    hours: OpeningHours,
    keys: Vec<Key>,
}

struct Key {
    public: [u8; 32],
    from_seq: i64,
    until_seq: Option<i64>,
}

impl Key {
    fn may_sign(&self, seq: u64) -> bool {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        seq >= self.from_seq && self.until_seq.is_none_or(|until| seq <= until)
    }
}

/// Receives one event as it was sent and says what became of it. Nothing is parsed before its
/// signature holds, and nothing is ever serialised again.
pub async fn receive(
    tx: &mut Tx,
    terminal_id: &str,
    envelope: &Envelope,
    received_at: Time,
) -> Result<Answered> {
    let Some(mut device) = device(tx, terminal_id).await? else {
        return Ok(Answer::UnknownDevice.into());
    };
    if device.keys.is_empty() {
        return Ok(Answer::UnknownDevice.into());
    }
    if device.retired {
        return Ok(Answer::Revoked.into());
    }
    let bytes = &envelope.bytes;
    if bytes.len() > presence::event::MAX_BYTES {
        return Ok((&Unreadable::TooLarge(bytes.len())).into());
    }
    let hash = digest(bytes);
    let signers: Vec<&Key> =
        device.keys.iter().filter(|key| verify(bytes, &envelope.sig, &key.public)).collect();
    if signers.is_empty() {
        refuse(tx, &device, hash, "bad_signature", received_at).await?;
        return Ok(Answer::BadSignature.into());
    }
    let event = match parse_from(bytes, terminal_id) {
        Ok(event) => event,
        Err(why) => {
            refuse(tx, &device, hash, why.code(), received_at).await?;
            return Ok((&why).into());
        }
    };
    if !signers.iter().any(|key| key.may_sign(event.seq)) {
        refuse(tx, &device, hash, "bad_signature", received_at).await?;
        return Ok(Answer::BadSignature.into());
    }
    device.late = device.last.is_some_and(|(last_seq, _)| event.seq <= last_seq);
    let answer = place_in_chain(tx, &device, &event, hash, envelope, received_at).await?;
    if answer.answer == Answer::Recorded {
        act_on(tx, &device, &event, received_at).await?;
    }
    Ok(answer)
}

async fn device(tx: &mut Tx, terminal_id: &str) -> Result<Option<Device>> {
    // Written before it is read: two requests of one device take turns on its row.
    sqlx::query("update terminal set last_seq = last_seq where terminal_id = $1")
        .bind(terminal_id)
        .execute(tx.conn())
        .await?;
    let row = sqlx::query(
        "select terminal.institution_id, room_id, terminal.lat, terminal.lng, retired_at,
            last_seq, last_hash, moved_at, opens_min, closes_min
         from terminal
         join institution on institution.institution_id = terminal.institution_id
         where terminal_id = $1",
    )
    .bind(terminal_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let last_hash: Option<String> = row.try_get(6)?;
    let last_seq = u64::try_from(row.try_get::<i64, _>(5)?).unwrap_or(0);
    let last = match last_hash {
        Some(text) => Some((last_seq, stored_digest(&text)?)),
        None => None,
    };
    Ok(Some(Device {
        terminal_id: terminal_id.to_owned(),
        institution_id: row.try_get(0)?,
        room_id: row.try_get(1)?,
        home: Position { lat: row.try_get(2)?, lng: row.try_get(3)? },
        retired: row.try_get::<Option<i64>, _>(4)?.is_some(),
        last,
        late: false,
        moved_at: row.try_get(7)?,
        hours: OpeningHours { opens: row.try_get(8)?, closes: row.try_get(9)? },
        keys: keys(tx, terminal_id).await?,
    }))
}

async fn keys(tx: &mut Tx, terminal_id: &str) -> Result<Vec<Key>> {
    let rows = sqlx::query(
        "select public_key, from_seq, until_seq from terminal_key
         where terminal_id = $1 order by from_seq desc",
    )
    .bind(terminal_id)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let public = stored_digest(&row.try_get::<String, _>(0)?)?.0;
            Ok(Key { public, from_seq: row.try_get(1)?, until_seq: row.try_get(2)? })
        })
        .collect()
}

fn stored_digest(text: &str) -> Result<Digest> {
    text.parse().map_err(|_| Error::Corrupt(format!("32 bytes as hexadecimal: {text}")))
}

async fn place_in_chain(
    tx: &mut Tx,
    device: &Device,
    event: &Event,
    hash: Digest,
    envelope: &Envelope,
    received_at: Time,
) -> Result<Answered> {
    let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
    let link = link(device.last, event.seq, event.prev);
    if link == Link::Old {
        let row =
            sqlx::query("select hash from terminal_event where terminal_id = $1 and seq = $2")
                .bind(&device.terminal_id)
                .bind(seq)
                .fetch_optional(tx.conn())
                .await?;
        let stored = match row {
            Some(row) => Some(stored_digest(&row.try_get::<String, _>(0)?)?),
            None => None,
        };
        match settle_old(stored, hash) {
            Answer::Recorded => {}
            Answer::Equivocation => {
                if refuse(tx, device, hash, "equivocation", received_at).await? {
                    tell(tx, device, "equivocation", json!({"seq": seq}), received_at).await?;
                }
                return Ok(Answer::Equivocation.into());
            }
            other => return Ok(other.into()),
        }
    }
    if let Kind::Key { public_key } = &event.kind
        && !replace_key(tx, device, public_key, seq, received_at).await?
    {
        refuse(tx, device, hash, "key_reused", received_at).await?;
        return Ok((&Unreadable::BadField("public_key")).into());
    }
    keep(tx, device, event, hash, envelope, received_at).await?;
    let missing = match link {
        Link::Gap { expected_seq, got_seq } => {
            i64::try_from(got_seq - expected_seq).unwrap_or(i64::MAX)
        }
        Link::Old => -1,
        Link::First | Link::Next | Link::Fork => 0,
    };
    advance(tx, device, event, hash, missing, received_at).await?;
    match link {
        Link::Gap { expected_seq, got_seq } => {
            let particulars = json!({"expected": expected_seq, "got": got_seq});
            tell(tx, device, "gap", particulars, received_at).await?;
        }
        Link::Fork => tell(tx, device, "fork", json!({"seq": seq}), received_at).await?,
        Link::First | Link::Next | Link::Old => {}
    }
    Ok(Answer::Recorded.into())
}

/// The old key signs nothing above this number, the new one nothing up to it.
async fn replace_key(
    tx: &mut Tx,
    device: &Device,
    public_key: &[u8; 32],
    seq: i64,
    now: Time,
) -> Result<bool> {
    if !add_key(tx, &device.terminal_id, &hex(public_key), now, seq + 1).await? {
        return Ok(false);
    }
    sqlx::query(
        "update terminal_key set until_seq = $2, replaced_at = $3
         where terminal_id = $1 and from_seq <= $2 and (until_seq is null or until_seq > $2)",
    )
    .bind(&device.terminal_id)
    .bind(seq)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(true)
}

async fn keep(
    tx: &mut Tx,
    device: &Device,
    event: &Event,
    hash: Digest,
    envelope: &Envelope,
    received_at: Time,
) -> Result<()> {
    // Parsing has shown that the bytes are UTF-8, so nothing is lost by keeping them as text.
    sqlx::query(
        "insert into terminal_event (terminal_id, seq, hash, kind, body, sig, at_device_ms,
            received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&device.terminal_id)
    .bind(i64::try_from(event.seq).unwrap_or(i64::MAX))
    .bind(hash.to_string())
    .bind(event.kind.code())
    .bind(String::from_utf8_lossy(&envelope.bytes).into_owned())
    .bind(presence::event::to_base64url(&envelope.sig))
    .bind(event.at_device_ms)
    .bind(received_at.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn advance(
    tx: &mut Tx,
    device: &Device,
    event: &Event,
    hash: Digest,
    missing: i64,
    received_at: Time,
) -> Result<()> {
    let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
    sqlx::query(
        "update terminal set
            last_hash = case when $2 > last_seq then $3 else last_hash end,
            last_seq = case when $2 > last_seq then $2 else last_seq end,
            last_seen_at = case when last_seen_at is null or last_seen_at < $4 then $4
                                else last_seen_at end,
            last_boot = case when $2 > last_seq then $5 else last_boot end,
            firmware = case when $2 > last_seq then $6 else firmware end,
            config_hash = case when $2 > last_seq then $7 else config_hash end,
            clock_diff_ms = case when $2 > last_seq then $8 else clock_diff_ms end,
            missing = missing + $9
         where terminal_id = $1",
    )
    .bind(&device.terminal_id)
    .bind(seq)
    .bind(hash.to_string())
    .bind(received_at.0)
    .bind(&event.boot)
    .bind(&event.firmware)
    .bind(&event.config_hash)
    .bind(event.at_device_ms - received_at.0)
    .bind(missing)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Remembers what was refused, once per distinct bytes and reason; `true` the first time.
async fn refuse(
    tx: &mut Tx,
    device: &Device,
    hash: Digest,
    reason: &str,
    now: Time,
) -> Result<bool> {
    let row = sqlx::query(
        "insert into terminal_refusal (terminal_id, hash, reason, first_at, last_at, times)
         values ($1, $2, $3, $4, $4, 1)
         on conflict (terminal_id, hash, reason) do update
         set times = terminal_refusal.times + 1, last_at = excluded.last_at
         returning times",
    )
    .bind(&device.terminal_id)
    .bind(hash.to_string())
    .bind(reason)
    .bind(now.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<i64, _>(0)? == 1)
}

async fn tell(
    tx: &mut Tx,
    device: &Device,
    action: &'static str,
    particulars: serde_json::Value,
    now: Time,
) -> Result<()> {
    let by = By { actor: Actor::Device(device.terminal_id.clone()), now };
    let subject = Subject {
        kind: "terminal",
        id: &device.terminal_id,
        institution_id: &device.institution_id,
    };
    event::append(tx, &by, subject, action, particulars).await
}

async fn act_on(tx: &mut Tx, device: &Device, event: &Event, received_at: Time) -> Result<()> {
    let at = {
        let limits = &tx.packs().rules_at(received_at).terminal;
        counted_at(Time(event.at_device_ms), received_at, limits)
    };
    match &event.kind {
        Kind::Check(check) => check_in(tx, device, event, check, at, received_at).await?,
        Kind::Started => {
            let particulars = json!({"boot": event.boot, "firmware": event.firmware});
            tell(tx, device, "started", particulars, received_at).await?;
        }
        Kind::Tamper { what } => {
            tell(tx, device, "tamper", json!({"what": what.code()}), received_at).await?;
        }
        Kind::Config => {
            let particulars = json!({"config_hash": event.config_hash});
            tell(tx, device, "configured", particulars, received_at).await?;
        }
        Kind::Key { .. } => tell(tx, device, "key_replaced", json!({}), received_at).await?,
        Kind::Heartbeat | Kind::Moved { .. } => {}
    }
    watch_place(tx, device, event, at, received_at).await?;
    watch_silence(tx, device, &event.kind, received_at).await
}

async fn check_in(
    tx: &mut Tx,
    device: &Device,
    event: &Event,
    check: &WireCheck,
    at: Time,
    received_at: Time,
) -> Result<()> {
    // Both enums name the protocol's words; a word missing here would be a fault of ours.
    let unknown = |word: &str| Error::Corrupt(format!("word of the protocol: {word}"));
    let (role, direction) = (check.role.code(), check.direction.code());
    let seen = Seen {
        institution_id: device.institution_id.clone(),
        terminal_id: device.terminal_id.clone(),
        room_id: device.room_id.clone(),
        seq: i64::try_from(event.seq).unwrap_or(i64::MAX),
        operation_id: check.operation.clone(),
        practitioner_id: check.practitioner.clone(),
        check: Check {
            direction: Direction::of(direction).ok_or_else(|| unknown(direction))?,
            role: Role::of(role).ok_or_else(|| unknown(role))?,
            at,
            method: Method::of(check.method.code()).ok_or_else(|| unknown("method"))?,
            face_score: check.engine.as_ref().map(|engine| engine.score),
        },
        liveness: check.engine.as_ref().map(|engine| engine.liveness.code()),
        received_at,
    };
    let by = By { actor: Actor::Device(device.terminal_id.clone()), now: received_at };
    checkin::record(tx, &by, &seen).await
}

/// A15: the terminal stands away from its place, or felt that it was carried [N17].
async fn watch_place(
    tx: &mut Tx,
    device: &Device,
    event: &Event,
    at: Time,
    received_at: Time,
) -> Result<()> {
    let limit_m = tx.packs().rules_at(at).terminal.moved_m;
    // Radio cells are too coarse to accuse anybody; only satellites decide where it stands.
    let away_m = match &event.place {
        Place::Gnss(fix) => fix_slack_m(fix.accuracy_m).map(|slack_m| {
            let seen = Position { lat: fix.lat, lng: fix.lng };
            moved(device.home, seen, limit_m + slack_m)
        }),
        Place::Network(_) | Place::None => None,
    };
    let felt_m = match &event.kind {
        Kind::Moved { moved_m: Some(by_m) } if *by_m > limit_m as f64 => Some(by_m.round() as i64),
        Kind::Moved { moved_m: None } => Some(0),
        _ => None,
    };
    let by_m = away_m.flatten().or(felt_m);
    let back = away_m == Some(None) && felt_m.is_none();
    let moved_at = match by_m {
        Some(_) => device.moved_at.or(Some(at.0)),
        None if back => None,
        None => device.moved_at,
    };
    if !device.late {
        stands(tx, device, event, moved_at).await?;
    }
    let (Some(by_m), None) = (by_m, device.moved_at) else { return Ok(()) };
    let by = By { actor: Actor::Device(device.terminal_id.clone()), now: received_at };
    // Nobody can tell what lay between late pieces, so they are one alert a day.
    let sameness = match device.late {
        true => format!("A15:{}:late:{}", device.terminal_id, tx.packs().calendar.day_number(at)),
        false => format!("A15:{}:{}", device.terminal_id, event.seq),
    };
    let new = NewAlert {
        raised_at: at,
        terminal_id: Some(device.terminal_id.clone()),
        room_id: Some(device.room_id.clone()),
        inputs: json!({"by_m": by_m, "limit_m": limit_m, "seq": event.seq}),
        ..NewAlert::of(Rule::A15, &device.institution_id, sameness)
    };
    raise(tx, &by, new).await.map(drop)
}

/// Keeps where the terminal stands now, and since when away from its place.
async fn stands(tx: &mut Tx, device: &Device, event: &Event, moved_at: Option<i64>) -> Result<()> {
    let fix = event.place.fix();
    // Bound as numbers even when unknown: sqlx 0.9.0 declares a missing f64 as an f32.
    sqlx::query(
        "update terminal set moved_at = $2,
            seen_lat = case when $5 > 0 then $3 else seen_lat end,
            seen_lng = case when $5 > 0 then $4 else seen_lng end
         where terminal_id = $1",
    )
    .bind(&device.terminal_id)
    .bind(moved_at)
    .bind(fix.map_or(0.0, |fix| fix.lat))
    .bind(fix.map_or(0.0, |fix| fix.lng))
    .bind(i64::from(fix.is_some()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A heartbeat arms the watch for silence; every later sign of life moves it on.
async fn watch_silence(tx: &mut Tx, device: &Device, kind: &Kind, received_at: Time) -> Result<()> {
    let due = {
        let packs = tx.packs();
        let limits = &packs.rules_at(received_at).terminal;
        silent_due(received_at, device.hours, packs.calendar, limits)
    };
    let silent = deadline::Kind::TerminalSilent;
    match kind {
        Kind::Heartbeat => deadline::set(tx, silent, &device.terminal_id, due).await,
        _ => deadline::postpone(tx, silent, &device.terminal_id, due).await.map(drop),
    }
}

/// A16, when its time has come: unless the terminal was heard of since.
pub(crate) async fn fell_silent(tx: &mut Tx, by: &By, terminal_id: &str, due: Time) -> Result<()> {
    let row = sqlx::query(
        "select institution_id, room_id, last_seen_at from terminal
         where terminal_id = $1 and retired_at is null",
    )
    .bind(terminal_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(()) };
    let institution_id: String = row.try_get(0)?;
    if crate::register::suspended_or_closed(tx, &institution_id, due).await? {
        return Ok(());
    }
    let seen_at = row.try_get::<Option<i64>, _>(2)?.unwrap_or(0);
    let minutes = tx.packs().rules_at(due).terminal.silent_min;
    let new = NewAlert {
        raised_at: due,
        terminal_id: Some(terminal_id.to_owned()),
        room_id: Some(row.try_get(1)?),
        inputs: json!({"seen_at": seen_at, "minutes": minutes}),
        ..NewAlert::of(Rule::A16, &institution_id, format!("A16:{terminal_id}:{seen_at}"))
    };
    raise(tx, by, new).await.map(drop)
}

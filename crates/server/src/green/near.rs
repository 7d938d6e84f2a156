//! Where somebody is, and which hospitals that means: the zone's and the nearest, with the reason
//! when they are two [Z15].

use rules::channel::Travel;
use rules::emergency::minutes_between;
use rules::{Position, Time};
use store::page::Slice;
use store::{Scope, Tx, public, register};

use super::{Channel, tel};
use crate::go::Go;
use crate::words::Lang;

/// A place with a name.
#[derive(Clone)]
pub(super) struct Spot {
    pub name: String,
    pub at: Position,
    /// The middle of an area, not an address.
    pub rough: bool,
}

/// Others that a text may mean as well.
const OTHERS_MAX: usize = 5;
/// Institutions looked through for a street: a city has some hundred.
const PLACES_MAX: i64 = 500;
/// Longer texts name no place.
const TEXT_CHARS_MAX: usize = 60;

/// Letters and figures without spaces, so that `康宁路 2 号` and `康宁路2号` are the same.
fn bare(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a typed text means a name, either way round; a text of one character means nothing.
fn means(typed: &str, name: &str) -> bool {
    let long = |text: &str| text.chars().count() >= 2;
    let name = bare(name);
    long(typed) && long(&name) && (name.contains(typed) || typed.contains(&name))
}

/// The road of an address: what stands between the district and the house number.
fn road(address: &str) -> String {
    let start = address.find(['区', '县', '镇']).map_or(0, |at| at + "区".len());
    let rest = &address[start..];
    let end = rest.find(['路', '街', '道']).map_or(0, |at| at + "路".len());
    rest[..end].to_owned()
}

/// How surely a text means a place, the surest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    Name,
    Road,
    Zone,
    District,
    /// Somewhere in the address.
    Address,
}

/// Every place a text may mean, the surest first.
pub(super) async fn spots(
    tx: &mut Tx,
    lang: Lang,
    channel: &Channel,
    text: &str,
    now: Time,
) -> store::Result<Vec<Spot>> {
    let typed = bare(text);
    if !(2..=TEXT_CHARS_MAX).contains(&typed.chars().count()) {
        return Ok(Vec::new());
    }
    let mut found: Vec<(Sure, Spot)> = Vec::new();
    for hospital in &channel.hospitals {
        let names = [&hospital.name_zh, &hospital.name_en, &hospital.short_zh, &hospital.short_en];
        let sure = if names.iter().any(|name| means(&typed, name)) {
            Some(Sure::Name)
        } else {
            in_address(&typed, &hospital.address_zh, &hospital.address_en)
        };
        let name = lang.pick(&hospital.name_zh, &hospital.name_en).to_owned();
        found.extend(sure.map(|sure| (sure, Spot { name, at: hospital.at(), rough: false })));
    }
    institutions(tx, lang, &typed, text, now, &mut found).await?;
    for zone in &channel.zones {
        let name = zone.name_zh.trim_end_matches('片');
        if means(&typed, name) || means(&typed, &zone.name_en) {
            let name = lang.pick(&zone.name_zh, &zone.name_en).to_owned();
            found.push((Sure::Zone, Spot { name, at: middle(&zone.ring), rough: true }));
        }
    }
    for region in register::regions(tx, now).await? {
        let name = region.name_zh.trim_end_matches(['区', '市', '县']);
        let named = means(&typed, name) || means(&typed, &region.name_en);
        if region.parent_code.is_some() && named {
            let name = lang.pick(&region.name_zh, &region.name_en).to_owned();
            let at = Position { lat: region.lat, lng: region.lng };
            found.push((Sure::District, Spot { name, at, rough: true }));
        }
    }
    // Stable: among equals the order of the lists.
    found.sort_by_key(|(sure, _)| *sure);
    found.truncate(1 + OTHERS_MAX);
    Ok(found.into_iter().map(|(_, spot)| spot).collect())
}

fn in_address(typed: &str, zh: &str, en: &str) -> Option<Sure> {
    // A piece of a road's name that is no road itself, 吉大 of 吉大路, is rather a part of town.
    let named = typed.ends_with(['路', '街', '道']) || typed.contains(&bare(&road(zh)));
    if named && means(typed, &road(zh)) {
        return Some(Sure::Road);
    }
    [zh, en].iter().any(|address| bare(address).contains(typed)).then_some(Sure::Address)
}

async fn institutions(
    tx: &mut Tx,
    lang: Lang,
    typed: &str,
    text: &str,
    now: Time,
    found: &mut Vec<(Sure, Spot)>,
) -> store::Result<()> {
    let limit = 1 + OTHERS_MAX;
    let slice = Slice::first(i64::try_from(limit).unwrap_or(1));
    let named = public::search(tx, text, now, slice).await?.rows;
    let mut places: Vec<(Sure, public::Place)> =
        named.into_iter().map(|place| (Sure::Name, place)).collect();
    if places.is_empty() {
        for place in public::search(tx, "", now, Slice::first(PLACES_MAX)).await?.rows {
            let sure = if typed.contains(&bare(&place.name_zh)) {
                Some(Sure::Name)
            } else {
                in_address(typed, &place.address_zh, &place.address_en)
            };
            places.extend(sure.map(|sure| (sure, place)));
        }
        places.sort_by_key(|(sure, _)| *sure);
        places.truncate(limit);
    }
    for (sure, place) in places {
        let row = register::institution(tx, &Scope::system(), &place.institution_id).await?;
        let name = lang.pick(&row.name_zh, &row.name_en).to_owned();
        let at = Position { lat: row.lat, lng: row.lng };
        found.push((sure, Spot { name, at, rough: false }));
    }
    Ok(())
}

/// The middle of a ring's area; of a ring without area the mean of its corners.
pub(super) fn middle(ring: &[[f64; 2]]) -> Position {
    let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
    let Some([x0, y0]) = ring.first().copied() else { return Position { lat: 0.0, lng: 0.0 } };
    for (index, [bx, by]) in ring.iter().enumerate() {
        let [ax, ay] = ring[(index + ring.len() - 1) % ring.len()];
        // Relative to the first corner, so that small areas keep their digits.
        let (ax, ay, bx, by) = (ax - x0, ay - y0, bx - x0, by - y0);
        let cross = ax * by - bx * ay;
        area += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if area.abs() < 1e-12 {
        let count = ring.len() as f64;
        let sum = ring.iter().fold((0.0, 0.0), |sum, [x, y]| (sum.0 + x, sum.1 + y));
        return Position { lat: sum.1 / count, lng: sum.0 / count };
    }
    Position { lat: y0 + y / (3.0 * area), lng: x0 + x / (3.0 * area) }
}

/// One of the two hospitals.
pub(super) struct Way {
    pub hospital_id: String,
    pub name: String,
    pub minutes: i64,
    pub km: String,
    pub phone: String,
    pub tel: String,
    pub go: Go,
}

/// The answer for a place.
pub(super) struct Nearest {
    pub spot: Spot,
    pub zone: Option<(String, Way)>,
    pub nearest: Way,
    pub reason: String,
    /// Further from every hospital than anybody in the city can be.
    pub away: bool,
}

/// Beyond this the place is in another city, whose own 120 answers.
const AWAY_M: i64 = 100_000;

pub(super) fn nearest(
    lang: Lang,
    channel: &Channel,
    zone: Option<&store::oncall::Zone>,
    travel: &Travel,
    spot: Spot,
) -> Option<Nearest> {
    let way = |hospital_id: &str| -> Option<(Way, i64)> {
        let hospital = channel.hospital(hospital_id)?;
        let (minutes, metres) = minutes_between(travel, spot.at, hospital.at());
        let way = Way {
            hospital_id: hospital_id.to_owned(),
            name: lang.pick(&hospital.name_zh, &hospital.name_en).to_owned(),
            minutes,
            km: format!("{:.1}", metres as f64 / 1_000.0),
            phone: hospital.phone.clone(),
            tel: tel(&hospital.phone),
            go: Go::to(&hospital.name_zh, hospital.at()),
        };
        Some((way, metres))
    };
    let ways = channel.hospitals.iter().filter_map(|hospital| way(&hospital.hospital_id));
    let (nearest, metres) = ways.min_by_key(|(way, metres)| (way.minutes, *metres))?;
    let own = zone.and_then(|zone| Some((zone, way(&zone.primary_id)?.0)));
    let reason = match &own {
        None => lang.near_no_zone().to_owned(),
        Some((_, own)) if own.hospital_id == nearest.hospital_id => lang.near_same().to_owned(),
        Some((zone, own)) if own.minutes == nearest.minutes => {
            lang.near_as_fast(lang.pick(&zone.name_zh, &zone.name_en), &own.name)
        }
        Some((zone, own)) => lang.near_faster(
            lang.pick(&zone.name_zh, &zone.name_en),
            &own.name,
            &nearest.name,
            own.minutes - nearest.minutes,
        ),
    };
    let own = own.map(|(zone, way)| (lang.pick(&zone.name_zh, &zone.name_en).to_owned(), way));
    let away = metres > AWAY_M;
    Some(Nearest { spot, zone: own, nearest, reason, away })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_mean_a_place() {
        for (typed, name, meant) in [
            ("市人民医院", "珠海市人民医院", true),
            ("珠海市人民医院急诊", "珠海市人民医院", true),
            ("吉大九洲大道", "吉大", true),
            ("康宁路 2 号", "康宁路", true),
            ("Jida", "jida", true),
            ("路", "康宁路", false),
            ("北京", "康宁路", false),
            ("北京", "", false),
        ] {
            assert_eq!(means(&bare(typed), name), meant, "{typed} {name}");
        }
    }

    #[test]
    fn roads_of_addresses() {
        for (address, name) in [
            ("香洲区康宁路（演示地址）", "康宁路"),
            ("香洲区唐家港湾大道（演示地址）", "唐家港湾大道"),
            ("金湾区三灶（演示地址）", ""),
            ("", ""),
        ] {
            assert_eq!(road(address), name, "{address}");
        }
    }

    #[test]
    fn parts_of_town_are_no_roads() {
        for (typed, sure) in [
            ("康宁路", Some("road")),
            ("康宁路2号", Some("road")),
            ("港湾大道", None),
            ("康宁", Some("address")),
            ("kangningroad", Some("address")),
        ] {
            let found = in_address(typed, "香洲区康宁路（演示）", "Kangning Road, Xiangzhou");
            let word = found.map(|sure| if sure == Sure::Road { "road" } else { "address" });
            assert_eq!(word, sure, "{typed}");
        }
    }

    #[test]
    fn middles() {
        let square = [[113.0, 22.0], [114.0, 22.0], [114.0, 23.0], [113.0, 23.0], [113.0, 22.0]];
        let at = middle(&square);
        assert!((at.lat - 22.5).abs() < 1e-9 && (at.lng - 113.5).abs() < 1e-9, "{at:?}");
        let line = [[1.0, 1.0], [3.0, 3.0]];
        assert!((middle(&line).lat - 2.0).abs() < 1e-9);
    }
}

//! Where a request comes from. A proxy in front says it in headers that anybody can write, so they
//! are read only from proxies that the city names.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::{HeaderMap, header};

use crate::City;

/// An address, or a block of them: `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong = || format!("{text}: an address or a block such as 10.0.0.0/8 is needed");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse().ok().filter(|bits| *bits <= whole),
            None => Some(whole),
        };
        Ok(Network { address, bits: bits.ok_or_else(wrong)? })
    }
}

/// The address as 128 bits, and how many of them are not its own in an IPv4 block.
fn wide(address: IpAddr) -> (u128, u8) {
    match address.to_canonical() {
        IpAddr::V4(four) => (four.to_ipv6_mapped().to_bits(), 96),
        IpAddr::V6(six) => (six.to_bits(), 0),
    }
}

impl Network {
    fn holds(&self, address: IpAddr) -> bool {
        let ((own, before), (other, others)) = (wide(self.address), wide(address));
        let free = 128 - u32::from(before) - u32::from(self.bits);
        before == others && own.checked_shr(free) == other.checked_shr(free)
    }
}

fn is_trusted(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.holds(address))
}

/// Who is behind a request: the nearest address that is no proxy of ours. What stands farther
/// left in the header the sender has written.
pub(crate) fn sender(networks: &[Network], headers: &HeaderMap, peer: IpAddr) -> IpAddr {
    let mut nearest = peer;
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    for text in named.into_iter().rev() {
        if !is_trusted(networks, nearest) {
            break;
        }
        // A proxy that names something else than an address is itself the last one known.
        let Ok(before) = text.parse::<IpAddr>() else { break };
        nearest = before.to_canonical();
    }
    nearest
}

/// What stands in front of a path to make it an address that others can follow: the city's own,
/// else as the visitor found us. `None` when the visitor's words are no address.
pub(crate) fn origin(city: &City, headers: &HeaderMap, peer: IpAddr) -> Option<String> {
    if let Some(url) = &city.public_url {
        return Some(url.clone());
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST.as_str())?;
    let sound = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if host.is_empty() || host.len() > 200 || !host.chars().all(sound) {
        return None;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let told = text("x-forwarded-proto").filter(|_| is_trusted(&city.trusted_proxies, peer));
    let scheme = match told {
        Some("http") => "http",
        Some("https") => "https",
        // TLS ends before this server everywhere but on the machine itself.
        _ if here => "http",
        _ => "https",
    };
    Some(format!("{scheme}://{host}"))
}

/// A city's own address as its file says it: no path, and nothing that a link could break at.
///
/// # Errors
/// A sentence for whoever edits the file.
pub fn public_url(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let sound = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    match host {
        Some(host) if !host.is_empty() && host.len() <= 200 && host.chars().all(sound) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("public_url {text}: https://NAME is needed, without a path")),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rules::calendar::{Calendar, WeekStart};

    use super::*;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn headers_are_believed_from_named_proxies_only() {
        let named = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];
        for (peer, header, from) in [
            ("10.1.2.3", "203.0.113.9", "203.0.113.9"),
            // Whoever comes by himself is who he is, whatever he writes.
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            // What the sender wrote stands left of what our proxies wrote.
            ("10.1.2.3", "198.51.100.1, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
            ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
            ("10.1.2.3", "198.51.100.1, unknown", "10.1.2.3"),
            ("10.1.2.3", "", "10.1.2.3"),
            ("::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"),
            ("fd00::1", "2001:db8::5", "2001:db8::5"),
            ("fe80::1", "2001:db8::5", "fe80::1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", HeaderValue::from_static(header));
            let found = sender(&networks(&named), &headers, peer.parse().unwrap());
            assert_eq!(found, from.parse::<IpAddr>().unwrap(), "{peer} {header}");
        }
        let mut headers = HeaderMap::new();
        for value in ["198.51.100.1", "203.0.113.9"] {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        let peer = "10.1.2.3".parse().unwrap();
        assert_eq!(sender(&networks(&named), &headers, peer).to_string(), "203.0.113.9");
        assert_eq!(sender(&[], &headers, peer), peer);
        assert_eq!(sender(&networks(&["0.0.0.0/0"]), &headers, peer).to_string(), "198.51.100.1");
    }

    #[test]
    fn blocks_that_are_none() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0", "10.0.0.0/x", "proxy.example"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    fn city(public_url: Option<&str>) -> City {
        City {
            code: String::new(),
            name: [String::new(), String::new()],
            platform: [String::new(), String::new()],
            calendar: Calendar { offset_min: 480, week_starts_on: WeekStart::Monday },
            home_region: String::new(),
            map_note: [String::new(), String::new()],
            quote_key: Vec::new(),
            exchange_token: None,
            public_url: public_url.map(str::to_owned),
            trusted_proxies: networks(&["10.0.0.0/8"]),
            demo: false,
        }
    }

    #[test]
    fn addresses_come_from_the_city_or_a_sound_host() {
        for (own, host, proto, peer, expected) in [
            (None, "b.example", None, "203.0.113.7", Some("https://b.example")),
            (None, "127.0.0.1:8091", None, "127.0.0.1", Some("http://127.0.0.1:8091")),
            (None, "b.example", Some("http"), "10.0.0.1", Some("http://b.example")),
            (None, "b.example", Some("http"), "203.0.113.7", Some("https://b.example")),
            (None, "b.example/<x>", None, "203.0.113.7", None),
            (None, "", None, "203.0.113.7", None),
            (
                Some("https://own.example"),
                "evil.example",
                None,
                "10.0.0.1",
                Some("https://own.example"),
            ),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            proto.map(|p| headers.insert("x-forwarded-proto", HeaderValue::from_static(p)));
            let found = origin(&city(own), &headers, peer.parse().unwrap());
            assert_eq!(found.as_deref(), expected, "{host} {proto:?} {peer}");
        }
    }

    #[test]
    fn a_citys_own_address_has_no_path() {
        assert_eq!(public_url(" https://b.example/ ").as_deref(), Ok("https://b.example"));
        for text in
            ["b.example", "ftp://b.example", "https://", "https://b.example/x", "https://a b"]
        {
            assert!(public_url(text).is_err(), "{text}");
        }
    }
}

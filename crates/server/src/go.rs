//! The way to a hospital, in whatever map a phone has. Pages only carry the links; nothing is asked
//! of anybody until somebody taps one.

use coordtransform::wgs84_to_gcj02_in_mainland;
use rules::Position;

use crate::fault::encode;

/// The same place for each map. Maps of mainland China draw in coordinates of their own; a place in
/// WGS-84 would stand some hundred metres away from its door.
#[derive(Clone, Debug)]
pub(crate) struct Go {
    pub amap: String,
    pub baidu: String,
    pub tencent: String,
    /// RFC 5870, WGS-84: the map that belongs to the phone, where there is one.
    pub geo: String,
}

impl Go {
    pub fn to(name: &str, at: Position) -> Go {
        let name = encode(name);
        let (lng, lat) = wgs84_to_gcj02_in_mainland(at.lng, at.lat);
        Go {
            amap: format!(
                "https://uri.amap.com/navigation?to={lng:.6},{lat:.6},{name}&mode=car\
                 &coordinate=gaode&callnative=1&src=baize"
            ),
            baidu: format!(
                "https://api.map.baidu.com/marker?location={lat:.6},{lng:.6}\
                 &title={name}&content={name}&coord_type=gcj02&output=html&src=baize"
            ),
            tencent: format!(
                "https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={name}\
                 &tocoord={lat:.6},{lng:.6}&referer=baize"
            ),
            geo: format!("geo:{:.6},{:.6}", at.lat, at.lng),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where each link leads, as latitude and longitude.
    fn places(go: &Go) -> [(f64, f64); 4] {
        let pair = |link: &str, start: &str, turned: bool| {
            let rest = &link[link.find(start).unwrap() + start.len()..];
            let end = rest.find('&').unwrap_or(rest.len());
            let mut numbers = rest[..end].split(',').take(2).map(|n| n.parse::<f64>().unwrap());
            let (a, b) = (numbers.next().unwrap(), numbers.next().unwrap());
            if turned { (b, a) } else { (a, b) }
        };
        [
            pair(&go.geo, "geo:", false),
            pair(&go.amap, "?to=", true),
            pair(&go.tencent, "tocoord=", false),
            pair(&go.baidu, "location=", false),
        ]
    }

    #[test]
    fn each_map_gets_the_place_in_its_coordinates() {
        let at = Position { lat: 22.281, lng: 113.552 };
        let [plain, amap, tencent, baidu] = places(&Go::to("珠海市人民医院", at));
        assert_eq!(plain, (22.281, 113.552));
        assert_eq!((amap, amap), (tencent, baidu));
        // GCJ-02 lies some 600 m east-south-east of here.
        assert!((amap.0 - 22.281 + 0.0027).abs() < 0.001, "{amap:?}");
        assert!((amap.1 - 113.552 - 0.0054).abs() < 0.001, "{amap:?}");
    }

    #[test]
    fn names_cannot_add_to_a_link() {
        let go = Go::to("甲&mode=walk#\"<", Position { lat: 22.0, lng: 113.0 });
        for link in [&go.amap, &go.baidu, &go.tencent] {
            assert!(
                !link.contains("&mode=walk") && !link.contains(['#', '"', '<', '甲']),
                "{link}"
            );
        }
    }
}

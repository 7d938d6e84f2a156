use super::*;

fn pack() -> TierPack {
    let text = include_str!("../../../../../packs/transfer/tiers-2025.11.toml");
    let pack: TierPack = toml::from_str(text).unwrap();
    assert_eq!(pack.faults(), Vec::<String>::new());
    pack
}

fn list(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| *word != "-").collect()
}

/// Class | needs | the most modest tier that is enough
const LEAST: &str = "
plain | -                         | plain_seat
plain | wheelchair                | plain_seat
plain | wheelchair language       | plain_seat
plain | stretcher                 | plain_stretcher
plain | bariatric stretcher       | plain_stretcher
plain | oxygen                    | care_nurse
care  | -                         | care_nurse
care  | oxygen stretcher          | care_nurse
care  | infection tube            | care_nurse
care  | monitor                   | care_doctor
care  | infusion oxygen bariatric | care_doctor
emergency | -                     | -
";

#[test]
fn the_most_modest_tier_that_is_enough() {
    let pack = pack();
    for row in LEAST.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let needs: Vec<Need> = list(cells[1]).iter().map(|code| Need::of(code).unwrap()).collect();
        let tier = pack.least(Class::of(cells[0]).unwrap(), &needs);
        assert_eq!(tier.map_or("-", |tier| &tier.code), cells[2], "row: {row}");
    }
}

#[test]
fn what_a_tier_asks_for_is_asked_of_its_holder_always() {
    use crate::transfer::accreditation::AccreditationPack;
    let text = include_str!("../../../../../packs/transfer/accreditation-2023.06.toml");
    let asked: AccreditationPack = toml::from_str(text).unwrap();
    let holds = |certificate: Certificate, role: Option<CrewRole>| {
        let demand = asked.demands.iter().find(|one| one.certificate == certificate);
        demand.is_some_and(|one| {
            one.roles.is_empty() || role.is_some_and(|role| one.roles.contains(&role))
        })
    };
    for tier in &pack().tiers {
        for certificate in &tier.papers {
            assert!(holds(*certificate, None), "{}: {}", tier.code, certificate.code());
        }
        for post in &tier.posts {
            for (role, certificate) in
                post.roles.iter().flat_map(|role| post.papers.iter().map(move |one| (role, one)))
            {
                let named = format!("{} {} {}", tier.code, role.code(), certificate.code());
                assert!(holds(*certificate, Some(*role)), "{named}");
            }
        }
    }
}

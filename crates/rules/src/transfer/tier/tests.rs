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

/// A crew as text: `nurse+nurse_licence+health_check driver+…`; `ok` adds what the role must hold.
fn crew(text: &str) -> Vec<CrewFacts> {
    let member = |word: &&str| {
        let mut parts = word.split('+');
        let role = CrewRole::of(parts.next().unwrap()).unwrap();
        let mut papers = Vec::new();
        for part in parts {
            match (part, role) {
                ("ok", CrewRole::Driver) => {
                    papers.extend([Paper::DrivingLicence, Paper::DriverCard, Paper::FirstAid]);
                }
                ("ok", CrewRole::Escort) => papers.push(Paper::FirstAid),
                ("ok", CrewRole::Nurse) => papers.extend([Paper::NurseLicence, Paper::HealthCheck]),
                ("ok", CrewRole::Doctor) => {
                    papers.extend([Paper::DoctorLicence, Paper::HealthCheck]);
                }
                (code, _) => papers.push(Paper::of(code).unwrap()),
            }
        }
        CrewFacts { role, papers }
    };
    list(text).iter().map(member).collect()
}

fn words(lack: &Lack) -> String {
    match lack {
        Lack::Equipment(code) => code.clone(),
        Lack::VehiclePaper(paper) => paper.code().to_owned(),
        Lack::Crew { roles, missing } => format!("{missing}x{}", roles[0].code()),
        Lack::CrewPaper { role, paper } => format!("{}:{}", role.code(), paper.code()),
    }
}

/// Tier | vehicle lacks papers | equipment | crew | what is lacking
const TABLE: &str = "
plain_seat      | -         | -      | driver+ok                    | -
plain_seat      | -         | -      | -                            | 1xdriver
plain_seat      | insurance | -      | driver+ok                    | insurance
plain_seat      | -         | -      | driver+driving_licence+first_aid | driver:driver_card
plain_stretcher | -         | -      | driver+ok escort+ok          | -
plain_stretcher | -         | -      | driver+ok                    | 1xescort
plain_stretcher | -         | -      | driver+ok escort             | escort:first_aid
plain_stretcher | -         | -      | driver+ok nurse+ok+first_aid | -
care_nurse      | -         | oxygen | driver+ok nurse+ok           | -
care_nurse      | -         | -      | driver+ok nurse+ok           | oxygen
care_nurse      | -         | oxygen | driver+ok escort+ok          | 1xnurse
care_nurse      | -         | oxygen | driver+ok nurse+health_check | nurse:nurse_licence
care_nurse      | inspection disinfection | oxygen | driver+ok nurse+ok | inspection disinfection
care_doctor     | -         | oxygen monitor | driver+ok nurse+ok doctor+ok | -
care_doctor     | -         | oxygen monitor | driver+ok nurse+ok   | 1xdoctor
care_doctor     | -         | oxygen | driver+ok doctor+ok          | monitor 1xnurse
";

#[test]
fn a_tier_is_refused_where_certificates_or_equipment_do_not_reach() {
    let pack = pack();
    let papers =
        [Paper::OperatingLicence, Paper::Inspection, Paper::Insurance, Paper::Disinfection];
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [tier, lost, equipment, people, lacking] = cells[..] else { panic!("{row}") };
        let lost = list(lost);
        let vehicle = VehicleFacts {
            equipment: list(equipment).into_iter().map(str::to_owned).collect(),
            papers: papers.into_iter().filter(|paper| !lost.contains(&paper.code())).collect(),
        };
        let lacks = pack.tier(tier).unwrap().lacks(&vehicle, &crew(people));
        let found: Vec<String> = lacks.iter().map(words).collect();
        assert_eq!(found.join(" "), list(lacking).join(" "), "row: {row}");
    }
}

#[test]
fn one_person_fills_one_post() {
    let post = |roles: &[CrewRole]| Post { roles: roles.to_vec(), papers: vec![], count: 1 };
    let mut tier = pack().tiers[0].clone();
    tier.papers.clear();
    tier.posts = vec![post(&[CrewRole::Nurse, CrewRole::Doctor]), post(&[CrewRole::Nurse])];
    let vehicle = VehicleFacts::default();
    assert!(tier.lacks(&vehicle, &crew("nurse doctor")).is_empty());
    assert!(tier.lacks(&vehicle, &crew("doctor nurse")).is_empty());
    let lacks = tier.lacks(&vehicle, &crew("nurse"));
    assert_eq!(lacks, [Lack::Crew { roles: vec![CrewRole::Nurse], missing: 1 }]);
}

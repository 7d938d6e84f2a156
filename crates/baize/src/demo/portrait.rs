//! Portraits of invented people: flat drawings, plainly not photographs, each made from the
//! person's id. Real portraits are uploaded by the clinics.

use rules::Time;
use store::blob::{Owner, attach};
use store::{By, Tx};

use super::load::{Data, Practitioner};

const WIDTH: usize = 96;
const HEIGHT: usize = 120;

type Colour = [f32; 3];

const BACKGROUNDS: [Colour; 8] = [
    [0.86, 0.91, 0.95],
    [0.90, 0.94, 0.89],
    [0.96, 0.91, 0.86],
    [0.93, 0.89, 0.95],
    [0.88, 0.94, 0.94],
    [0.96, 0.94, 0.85],
    [0.95, 0.89, 0.90],
    [0.89, 0.90, 0.93],
];
const SKINS: [Colour; 4] =
    [[0.96, 0.82, 0.70], [0.93, 0.77, 0.64], [0.98, 0.86, 0.75], [0.89, 0.72, 0.58]];
const HAIRS: [Colour; 5] = [
    [0.13, 0.12, 0.13],
    [0.22, 0.17, 0.15],
    [0.32, 0.24, 0.19],
    [0.17, 0.18, 0.22],
    [0.52, 0.50, 0.49],
];
const CLOTHES: [Colour; 5] = [
    [0.98, 0.98, 0.98],
    [0.55, 0.74, 0.80],
    [0.62, 0.78, 0.68],
    [0.70, 0.72, 0.84],
    [0.93, 0.95, 0.97],
];

/// Draws everybody and attaches each drawing where the person is mainly filed.
pub(super) async fn attach_all(tx: &mut Tx, data: &Data) -> store::Result<()> {
    let calendar = data.calendar();
    for person in &data.practitioners {
        let main = person.filings.iter().find(|filing| filing.main).or(person.filings.first());
        let Some(filing) = main else { continue };
        let registered = data.institution(&filing.institution);
        let at = registered.map_or(Time(0), |entry| entry.registered_on.start(calendar));
        let owner = Owner {
            institution_id: &filing.institution,
            subject_kind: "practitioner",
            subject: &person.id,
            kind: "portrait",
        };
        let image = draw(person).map_err(|error| store::Error::Lost(error.to_string()))?;
        attach(tx, &By::system("demo", at), owner, "image/png", &image, None).await?;
    }
    Ok(())
}

/// What a drawing is made of.
struct Look {
    background: Colour,
    skin: Colour,
    hair: Colour,
    clothes: Colour,
    long_hair: bool,
    fringe: f32,
    face_width: f32,
    glasses: bool,
}

fn look(person: &Practitioner) -> Look {
    // FNV-1a: spreads short ids over all bits.
    let mut bits = person.id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    bits ^= bits >> 29;
    let mut draw = |below: u64| {
        let drawn = bits % below;
        bits /= below;
        drawn as usize
    };
    Look {
        background: BACKGROUNDS[draw(8)],
        skin: SKINS[draw(4)],
        hair: HAIRS[draw(5)],
        clothes: CLOTHES[draw(5)],
        long_hair: person.sex == "f" && draw(4) > 0,
        fringe: 33.0 + draw(8) as f32,
        face_width: 18.5 + draw(4) as f32,
        glasses: draw(3) == 0,
    }
}

fn draw(person: &Practitioner) -> Result<Vec<u8>, png::EncodingError> {
    let look = look(person);
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let colour = pixel(&look, x as f32 + 0.5, y as f32 + 0.5);
            pixels.extend(colour.map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8));
        }
    }
    let mut image = Vec::new();
    let mut encoder = png::Encoder::new(&mut image, WIDTH as u32, HEIGHT as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(image)
}

/// How much of a pixel an ellipse covers, with a soft edge of one pixel.
fn ellipse(x: f32, y: f32, centre: (f32, f32), radii: (f32, f32)) -> f32 {
    let (dx, dy) = ((x - centre.0) / radii.0, (y - centre.1) / radii.1);
    let distance = ((dx * dx + dy * dy).sqrt() - 1.0) * radii.0.min(radii.1);
    (0.5 - distance).clamp(0.0, 1.0)
}

fn over(below: Colour, above: Colour, cover: f32) -> Colour {
    [0, 1, 2].map(|part| below[part] + (above[part] - below[part]) * cover)
}

fn shade(colour: Colour, by: f32) -> Colour {
    colour.map(|part| part * by)
}

fn pixel(look: &Look, x: f32, y: f32) -> Colour {
    const MIDDLE: f32 = 48.0;
    let mut colour = look.background;
    if look.long_hair {
        let behind = ellipse(x, y, (MIDDLE, 56.0), (look.face_width + 9.0, 36.0));
        colour = over(colour, shade(look.hair, 0.92), behind);
    }
    // Shoulders, neck, collar.
    colour = over(colour, look.clothes, ellipse(x, y, (MIDDLE, 126.0), (42.0, 38.0)));
    colour = over(colour, shade(look.clothes, 0.88), ellipse(x, y, (MIDDLE, 90.0), (13.0, 10.0)));
    colour = over(colour, shade(look.skin, 0.9), ellipse(x, y, (MIDDLE, 80.0), (9.0, 15.0)));
    // Hair under the face, then the face, then the fringe over it.
    let crown = ellipse(x, y, (MIDDLE, 46.0), (look.face_width + 4.5, 28.0));
    colour = over(colour, look.hair, if y < 58.0 { crown } else { 0.0 });
    let face = ellipse(x, y, (MIDDLE, 55.0), (look.face_width, 25.0));
    colour = over(colour, look.skin, face);
    let edge = (0.5 - (y - look.fringe)).clamp(0.0, 1.0);
    colour = over(colour, look.hair, crown.min(edge));
    if look.glasses {
        for side in [-1.0, 1.0] {
            let centre = (MIDDLE + side * 8.5, 55.0);
            let ring = ellipse(x, y, centre, (7.0, 6.0)) - ellipse(x, y, centre, (5.6, 4.6));
            colour = over(colour, [0.25, 0.27, 0.30], ring.clamp(0.0, 1.0));
        }
    }
    colour
}

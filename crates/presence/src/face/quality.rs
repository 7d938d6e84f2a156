//! What is wrong with a photo that should be compared. A finding is a value: whoever holds the
//! camera is told and tries again.

use super::align::ALIGNED_SIDE;
use super::settings::Quality;
use super::{Aligned, Bounds, Face, Picture, pose};

/// One reason why a photo is not good enough, with what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    NoFace,
    SeveralFaces { faces: usize },
    TooSmall { width_px: f32 },
    TooTurned { yaw: f32, pitch: f32, roll_deg: f32 },
    TooDark { brightness: f32 },
    Blurred { sharpness: f32 },
    CutOff { outside: f32 },
}

impl Flaw {
    /// The word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Flaw::NoFace => "no_face",
            Flaw::SeveralFaces { .. } => "several_faces",
            Flaw::TooSmall { .. } => "too_small",
            Flaw::TooTurned { .. } => "too_turned",
            Flaw::TooDark { .. } => "too_dark",
            Flaw::Blurred { .. } => "blurred",
            Flaw::CutOff { .. } => "cut_off",
        }
    }
}

/// The face that a photo is of: the largest one, if no other is nearly as large.
pub fn principal(faces: &[Face], quality: &Quality) -> Result<Face, Flaw> {
    let widest = faces.iter().max_by(|a, b| a.bounds.width.total_cmp(&b.bounds.width));
    let Some(face) = widest else { return Err(Flaw::NoFace) };
    let counts = |other: &&Face| other.bounds.width >= face.bounds.width * quality.second_width_min;
    let faces = faces.iter().filter(counts).count();
    if faces > 1 { Err(Flaw::SeveralFaces { faces }) } else { Ok(*face) }
}

/// What is wrong with the face itself.
pub fn flaws(picture: &Picture, face: &Face, aligned: &Aligned, quality: &Quality) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let width_px = face.bounds.width;
    if falls_short(width_px, quality.width_min_px) {
        flaws.push(Flaw::TooSmall { width_px });
    }
    let outside = outside(picture, &face.bounds);
    if falls_short(-outside, -quality.outside_max) {
        flaws.push(Flaw::CutOff { outside });
    }
    let straight = pose(&face.points).filter(|pose| {
        pose.yaw.abs() <= quality.yaw_max
            && (quality.pitch_min..=quality.pitch_max).contains(&pose.pitch)
            && pose.roll_deg.abs() <= quality.roll_max_deg
    });
    if straight.is_none() {
        let pose = pose(&face.points);
        let part = |of: fn(&super::Pose) -> f32| pose.as_ref().map_or(f32::NAN, of);
        flaws.push(Flaw::TooTurned {
            yaw: part(|pose| pose.yaw),
            pitch: part(|pose| pose.pitch),
            roll_deg: part(|pose| pose.roll_deg),
        });
    }
    let grey = grey(aligned);
    let brightness = grey.iter().sum::<f32>() / grey.len() as f32;
    if falls_short(brightness, quality.brightness_min) {
        flaws.push(Flaw::TooDark { brightness });
    }
    let sharpness = sharpness(&grey);
    if falls_short(sharpness, quality.sharpness_min) {
        flaws.push(Flaw::Blurred { sharpness });
    }
    flaws
}

/// What is not a number falls short of everything.
fn falls_short(value: f32, least: f32) -> bool {
    let enough = value >= least;
    !enough
}

/// The part of the rectangle that lies outside the picture.
fn outside(picture: &Picture, bounds: &Bounds) -> f32 {
    let whole = Bounds {
        left: 0.0,
        top: 0.0,
        width: picture.width() as f32,
        height: picture.height() as f32,
    };
    // Clamping keeps what is not a number, and that is then too far outside.
    let side =
        |low: f32, length: f32, most: f32| (low + length).clamp(0.0, most) - low.clamp(0.0, most);
    let inside = side(bounds.left, bounds.width, whole.width)
        * side(bounds.top, bounds.height, whole.height);
    1.0 - inside / bounds.area()
}

/// From eyebrows to mouth, without hair and background.
const INNER: std::ops::Range<usize> = 24..88;

fn grey(aligned: &Aligned) -> Vec<f32> {
    let mut grey = Vec::with_capacity(INNER.len() * INNER.len());
    for row in INNER {
        let at = (row + 12) * ALIGNED_SIDE + INNER.start;
        let (pixels, _) = aligned.rgb[at * 3..(at + INNER.len()) * 3].as_chunks::<3>();
        grey.extend(pixels.iter().map(|[r, g, b]| {
            0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b)
        }));
    }
    grey
}

/// The energy of what differs from its four neighbours, against all contrast: small when blurred,
/// and not smaller because the light is dim.
fn sharpness(grey: &[f32]) -> f32 {
    let side = INNER.len();
    let mean = grey.iter().sum::<f32>() / grey.len() as f32;
    let contrast = grey.iter().map(|value| (value - mean).powi(2)).sum::<f32>();
    let mut detail = 0.0;
    for row in 1..side - 1 {
        for column in 1..side - 1 {
            let at = row * side + column;
            let around = grey[at - 1] + grey[at + 1] + grey[at - side] + grey[at + side];
            detail += (around - 4.0 * grey[at]).powi(2);
        }
    }
    detail / contrast
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::Point;

    fn face(left: f32, top: f32, width: f32) -> Face {
        let at = |right: f32, down: f32| Point { x: left + width * right, y: top + width * down };
        Face {
            bounds: Bounds { left, top, width, height: width * 1.3 },
            points: [(0.3, 0.45), (0.7, 0.45), (0.5, 0.7), (0.35, 0.95), (0.65, 0.95)]
                .map(|(right, down)| at(right, down)),
            score: 0.9,
        }
    }

    #[test]
    fn a_photo_is_of_its_largest_face_unless_another_is_nearly_as_large() {
        // (widths of the faces, the one meant, or how many count)
        let rows: [(&[f32], Result<f32, Flaw>); 5] = [
            (&[], Err(Flaw::NoFace)),
            (&[80.0], Ok(80.0)),
            (&[30.0, 80.0, 39.0], Ok(80.0)),
            (&[40.0, 80.0], Err(Flaw::SeveralFaces { faces: 2 })),
            (&[80.0, 20.0, 70.0, 60.0], Err(Flaw::SeveralFaces { faces: 3 })),
        ];
        for (widths, expected) in rows {
            let faces: Vec<Face> = widths.iter().map(|width| face(0.0, 0.0, *width)).collect();
            let found = principal(&faces, &Quality::default()).map(|face| face.bounds.width);
            assert_eq!(found, expected, "{widths:?}");
        }
    }

    fn painted(red: impl Fn(usize) -> u8) -> Aligned {
        let side = ALIGNED_SIDE;
        Aligned { rgb: (0..side * side).flat_map(|at| [red(at % side); 3]).collect() }
    }

    /// Stripes three pixels wide, `bright` and half as bright.
    fn striped(bright: u8) -> Aligned {
        painted(|column| if column / 3 % 2 == 0 { bright } else { bright / 2 })
    }

    #[test]
    fn each_flaw_has_its_photo() {
        let picture = Picture::from_rgb(400, 300, vec![0; 400 * 300 * 3]).unwrap();
        let mut turned = face(100.0, 60.0, 100.0);
        turned.points[2].x += 30.0;
        let mut nodding = face(100.0, 60.0, 100.0);
        nodding.points[2].y += 24.0;
        let mut lying = face(100.0, 60.0, 100.0);
        lying.points[1].y += 60.0;
        let rows = [
            ("good", face(100.0, 60.0, 100.0), striped(200), &[][..]),
            ("small", face(100.0, 60.0, 30.0), striped(200), &["too_small"]),
            ("cut off", face(-40.0, 60.0, 100.0), striped(200), &["cut_off"]),
            ("below the edge", face(100.0, 220.0, 100.0), striped(200), &["cut_off"]),
            ("a little out", face(-10.0, 60.0, 100.0), striped(200), &[]),
            ("turned", turned, striped(200), &["too_turned"]),
            ("nodding", nodding, striped(200), &["too_turned"]),
            ("lying", lying, striped(200), &["too_turned"]),
            ("dark", face(100.0, 60.0, 100.0), striped(30), &["too_dark"]),
            ("blurred", face(100.0, 60.0, 100.0), painted(|column| column as u8 * 2), &["blurred"]),
            ("flat", face(100.0, 60.0, 100.0), painted(|_| 9), &["too_dark", "blurred"]),
            ("no number", face(f32::NAN, 60.0, 100.0), striped(200), &["cut_off", "too_turned"]),
        ];
        for (name, face, aligned, expected) in rows {
            let found = flaws(&picture, &face, &aligned, &Quality::default());
            let codes: Vec<&str> = found.iter().map(Flaw::code).collect();
            assert_eq!(codes, expected, "{name}: {found:?}");
        }
    }
}

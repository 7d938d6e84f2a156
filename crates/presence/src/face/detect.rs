//! Finding faces with YuNet: how a picture becomes its input and how its output becomes faces.
//!
//! The network looks at the picture at three coarsenesses. At each it says for every cell how sure
//! it is that a face is there and that it is a face, the rectangle's middle and size relative to
//! the cell, and five points.

use super::settings::Detection;
use super::{Bounds, Face, Picture, Point};

/// Pixels on the side of a cell, at each coarseness.
const STRIDES: [usize; 3] = [8, 16, 32];
/// The input's sides are multiples of the coarsest cell.
const STEP: usize = 32;

/// The network's outputs in the order in which [`faces`] takes them.
pub const OUTPUTS: [&str; 12] = [
    "cls_8", "cls_16", "cls_32", "obj_8", "obj_16", "obj_32", "bbox_8", "bbox_16", "bbox_32",
    "kps_8", "kps_16", "kps_32",
];

/// What the network is given, and how to come back from it to the picture.
pub struct Input {
    /// Blue, green and red planes, 0 to 255, black where the picture ends.
    pub planes: Vec<f32>,
    pub width: usize,
    pub height: usize,
    /// Pixels of the picture for one of the input, each way.
    across: f32,
    down: f32,
}

pub fn input(picture: &Picture, detection: &Detection) -> Input {
    let longer = picture.width().max(picture.height());
    if longer <= detection.side_max_px {
        return planes(picture, 1.0, 1.0);
    }
    let scale = detection.side_max_px as f64 / longer as f64;
    let scaled = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    let small = picture.shrunk(scaled(picture.width()), scaled(picture.height()));
    let across = picture.width() as f32 / small.width() as f32;
    planes(&small, across, picture.height() as f32 / small.height() as f32)
}

/// Pixels on the side of a closer look at one face.
const LOOK_SIDE: usize = 128;
/// A closer look may be less sure: that there is a face is known already.
const LOOK_SCORE_MIN: f32 = 0.5;

/// A closer look at a face: the input with the face in its middle, `width` pixels wide.
pub struct Look {
    pub input: Input,
    left: f64,
    top: f64,
    step: f64,
    width: f32,
}

pub fn look(picture: &Picture, face: &Face, width: usize) -> Option<Look> {
    let Bounds { left, top, width: wide, height: high } = face.bounds;
    // Rectangles are a third higher than wide; a narrow one is a turned head.
    let step = f64::from(wide.max(high * 0.75)) / width as f64;
    let half = step * LOOK_SIDE as f64 / 2.0;
    let (left, top) = (f64::from(left + wide / 2.0) - half, f64::from(top + high / 2.0) - half);
    let sound = [left, top, step].into_iter().all(f64::is_finite) && step > 1e-3;
    sound.then(|| {
        let window = picture.window(left, top, step, LOOK_SIDE);
        Look { input: planes(&window, 1.0, 1.0), left, top, step, width: width as f32 }
    })
}

impl Look {
    /// The face in the middle of the look, in pixels of the picture; nothing when it is not found.
    pub fn face(&self, outputs: &[Vec<f32>], detection: &Detection) -> Option<Face> {
        let score_min = detection.score_min.min(LOOK_SCORE_MIN);
        let found = faces(&self.input, outputs, &Detection { score_min, ..detection.clone() })?;
        let middle = LOOK_SIDE as f32 / 2.0;
        let away = |face: &Face| {
            let bounds = &face.bounds;
            (bounds.left + bounds.width / 2.0 - middle)
                .hypot(bounds.top + bounds.height / 2.0 - middle)
        };
        let nearest = found.into_iter().min_by(|a, b| away(a).total_cmp(&away(b)))?;
        if away(&nearest) > self.width / 2.0 {
            return None;
        }
        let along = |start: f64, at: f32| (start + f64::from(at) * self.step) as f32;
        let size = |size: f32| (f64::from(size) * self.step) as f32;
        let Bounds { left, top, width, height } = nearest.bounds;
        Some(Face {
            bounds: Bounds {
                left: along(self.left, left),
                top: along(self.top, top),
                width: size(width),
                height: size(height),
            },
            points: nearest
                .points
                .map(|point| Point { x: along(self.left, point.x), y: along(self.top, point.y) }),
            score: nearest.score,
        })
    }
}

/// The face between several looks at it; nothing without any.
pub fn mean(looks: &[Face]) -> Option<Face> {
    let share = 1.0 / looks.len() as f32;
    let mut mean = Face { score: 0.0, ..*looks.first()? };
    (mean.bounds, mean.points) = (Bounds::default(), [Point::default(); 5]);
    for look in looks {
        mean.score += look.score * share;
        mean.bounds.left += look.bounds.left * share;
        mean.bounds.top += look.bounds.top * share;
        mean.bounds.width += look.bounds.width * share;
        mean.bounds.height += look.bounds.height * share;
        for (sum, point) in mean.points.iter_mut().zip(&look.points) {
            sum.x += point.x * share;
            sum.y += point.y * share;
        }
    }
    Some(mean)
}

fn planes(picture: &Picture, across: f32, down: f32) -> Input {
    let (width, height) =
        (picture.width().next_multiple_of(STEP), picture.height().next_multiple_of(STEP));
    let size = width * height;
    let mut planes = vec![0f32; 3 * size];
    let (blue, rest) = planes.split_at_mut(size);
    let (green, red) = rest.split_at_mut(size);
    for (row, line) in picture.rgb().chunks_exact(picture.width() * 3).enumerate() {
        let span = row * width..row * width + picture.width();
        let (blue, green) = (&mut blue[span.clone()], &mut green[span.clone()]);
        let red = &mut red[span];
        let (pixels, _) = line.as_chunks::<3>();
        for (at, [r, g, b]) in pixels.iter().enumerate() {
            (red[at], green[at], blue[at]) = (f32::from(*r), f32::from(*g), f32::from(*b));
        }
    }
    Input { planes, width, height, across, down }
}

/// The faces in the network's outputs, the surest first. Nothing when an output has not the size
/// it must have.
pub fn faces(input: &Input, outputs: &[Vec<f32>], detection: &Detection) -> Option<Vec<Face>> {
    let mut found = Vec::new();
    for (level, stride) in STRIDES.into_iter().enumerate() {
        let (columns, rows) = (input.width / stride, input.height / stride);
        let cells = columns * rows;
        let part = |kind: usize, each: usize| {
            outputs.get(kind * 3 + level).filter(|output| output.len() == cells * each)
        };
        let (is_face, is_there) = (part(0, 1)?, part(1, 1)?);
        let (rectangles, points) = (part(2, 4)?, part(3, 10)?);
        let (rectangles, _) = rectangles.as_chunks::<4>();
        let (points, _) = points.as_chunks::<10>();
        for cell in 0..cells {
            let score = (is_face[cell].clamp(0.0, 1.0) * is_there[cell].clamp(0.0, 1.0)).sqrt();
            // A score that is not a number is none.
            if score >= detection.score_min {
                let corner = ((cell % columns) as f32, (cell / columns) as f32);
                let face = face(corner, stride as f32, &rectangles[cell], &points[cell], score);
                found.extend(face.map(|face| scaled(face, input)));
            }
        }
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Face> = Vec::new();
    for face in found {
        let new = |other: &Face| face.bounds.overlap(&other.bounds) <= detection.overlap_max;
        if kept.len() < detection.faces_max && kept.iter().all(new) {
            kept.push(face);
        }
    }
    Some(kept)
}

/// One find in pixels of the input; nothing when a number is not finite.
fn face(
    (column, row): (f32, f32),
    stride: f32,
    rectangle: &[f32; 4],
    points: &[f32; 10],
    score: f32,
) -> Option<Face> {
    let (x, y) = ((column + rectangle[0]) * stride, (row + rectangle[1]) * stride);
    let (width, height) = (rectangle[2].exp() * stride, rectangle[3].exp() * stride);
    let bounds = Bounds { left: x - width / 2.0, top: y - height / 2.0, width, height };
    let point = |at: usize| Point {
        x: (points[at * 2] + column) * stride,
        y: (points[at * 2 + 1] + row) * stride,
    };
    let finite = [x, y, width, height].into_iter().chain(*points).all(f32::is_finite);
    finite.then(|| Face { bounds, points: [0, 1, 2, 3, 4].map(point), score })
}

fn scaled(face: Face, input: &Input) -> Face {
    let Bounds { left, top, width, height } = face.bounds;
    Face {
        bounds: Bounds {
            left: left * input.across,
            top: top * input.down,
            width: width * input.across,
            height: height * input.down,
        },
        points: face
            .points
            .map(|point| Point { x: point.x * input.across, y: point.y * input.down }),
        score: face.score,
    }
}

//! Every number that decides something about a face, with what it is when nobody sets it.

use serde::Deserialize;

/// All settings of the face engine.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub picture: Limits,
    pub detection: Detection,
    pub quality: Quality,
    pub matching: Matching,
    pub challenge: Challenges,
}

/// What a picture may be before anything is decoded.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub bytes_max: usize,
    pub pixels_max: u64,
    /// Of the decoded picture as the file has it: sixteen-bit pictures take twice the room.
    pub decoded_bytes_max: u64,
}

/// How faces are looked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detection {
    /// Larger pictures are made smaller for the detector, to this longer side.
    pub side_max_px: usize,
    pub score_min: f32,
    /// Of two finds that overlap more, the surer one stays.
    pub overlap_max: f32,
    /// The most faces given back, the surest first.
    pub faces_max: usize,
    /// The face that counts is looked at again with these widths, and the mean is taken.
    pub looks_px: Vec<usize>,
}

/// When a photo is not good enough to be compared.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quality {
    pub width_min_px: f32,
    /// A second face counts when its width is at least this part of the first one's.
    pub second_width_min: f32,
    /// Sideways: the tip of the nose against the middle of the eyes, as a part of their distance.
    pub yaw_max: f32,
    /// Up and down: the tip of the nose between eyes (0) and mouth (1).
    pub pitch_min: f32,
    pub pitch_max: f32,
    pub roll_max_deg: f32,
    /// Mean brightness of the face, 0 to 255.
    pub brightness_min: f32,
    /// How much of the face's contrast lies in fine detail.
    pub sharpness_min: f32,
    /// The part of the face's rectangle that may lie outside the picture.
    pub outside_max: f32,
}

/// When two faces are the same person. Scores are cosines, -1 to 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Matching {
    /// One to one: the same person from here on.
    pub same_min: f32,
    /// One to one: a human looks from here on.
    pub review_min: f32,
    /// One to many: accepted from here on ...
    pub search_min: f32,
    /// ... if the next best person is at least this much less like it.
    pub margin_min: f32,
    /// Photos that an enrolment takes.
    pub photos: usize,
    /// Photos of one enrolment are of one person when each two are at least this alike.
    pub alike_min: f32,
}

/// The movements of a liveness challenge. Yaw and pitch as in [`Quality`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Challenges {
    pub lasts_ms: i64,
    /// Frames that look straight ahead before the first movement is asked for.
    pub settle_frames: usize,
    /// Looking straight ahead: at most this far from the own middle.
    pub straight_yaw_max: f32,
    pub straight_pitch_max: f32,
    pub straight_scale_max: f32,
    /// What counts as a movement.
    pub turn_min: f32,
    pub nod_min: f32,
    pub closer_min: f32,
    /// A movement this many times as large as needed is a wrong one if it was not asked for.
    pub wrong_factor: f32,
    /// Nobody answers faster than this.
    pub reaction_min_ms: i64,
    /// Between frames.
    pub gap_max_ms: i64,
    /// In 100 ms, in face sizes, times, and yaw: more is not one face moving.
    pub jump_max: f32,
    pub zoom_max: f32,
    pub swing_max: f32,
    /// A face is alive when it moves more than this, in face sizes, within `frozen_ms`.
    pub still_max: f32,
    pub frozen_ms: i64,
    /// Frames that are exactly like an earlier one.
    pub repeats_max: usize,
    pub frames_max: usize,
    /// The face at each stop against the face at the start, as a cosine.
    pub same_face_min: f32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: 20 << 20, pixels_max: 16_000_000, decoded_bytes_max: 64_000_000 }
    }
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            side_max_px: 320,
            score_min: 0.7,
            overlap_max: 0.3,
            faces_max: 100,
            looks_px: vec![48, 64, 80],
        }
    }
}

impl Default for Quality {
    fn default() -> Self {
        Self {
            width_min_px: 32.0,
            second_width_min: 0.5,
            yaw_max: 0.45,
            pitch_min: 0.25,
            pitch_max: 0.90,
            roll_max_deg: 45.0,
            brightness_min: 35.0,
            sharpness_min: 0.006,
            outside_max: 0.15,
        }
    }
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            same_min: 0.45,
            review_min: 0.40,
            search_min: 0.48,
            margin_min: 0.06,
            photos: 3,
            alike_min: 0.40,
        }
    }
}

impl Default for Challenges {
    fn default() -> Self {
        Self {
            lasts_ms: 15_000,
            settle_frames: 5,
            straight_yaw_max: 0.08,
            straight_pitch_max: 0.05,
            straight_scale_max: 0.12,
            turn_min: 0.15,
            nod_min: 0.08,
            closer_min: 0.25,
            wrong_factor: 1.25,
            reaction_min_ms: 150,
            gap_max_ms: 500,
            jump_max: 0.8,
            zoom_max: 1.35,
            swing_max: 0.35,
            still_max: 0.000_2,
            frozen_ms: 800,
            repeats_max: 2,
            frames_max: 1_000,
            same_face_min: 0.45,
        }
    }
}

/// A setting that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be {must}")]
pub struct WrongSetting {
    pub name: &'static str,
    pub must: &'static str,
}

impl Settings {
    /// Refuses what would make every answer wrong, such as a review band above its threshold.
    ///
    /// # Errors
    /// The first setting that cannot be meant.
    pub fn check(&self) -> Result<(), WrongSetting> {
        let (m, q, d, c) = (&self.matching, &self.quality, &self.detection, &self.challenge);
        let part = |value: f32| (0.0..=1.0).contains(&value);
        let cosine = "a cosine: from -1 to 1, and review_min at most same_min";
        let rules = [
            ("picture.pixels_max", "from 1 to 16000000", within(self.picture.pixels_max)),
            ("detection.side_max_px", "from 64 to 1280", (64..=1_280).contains(&d.side_max_px)),
            ("detection.score_min", "from 0 to 1", part(d.score_min)),
            ("detection.overlap_max", "from 0 to 1", part(d.overlap_max)),
            ("detection.faces_max", "at least 1", d.faces_max > 0),
            ("detection.looks_px", "at most 8 widths from 16 to 112", looks(d)),
            ("quality.second_width_min", "from 0 to 1", part(q.second_width_min)),
            ("quality.outside_max", "from 0 to 1", part(q.outside_max)),
            ("quality.pitch_max", "above pitch_min", q.pitch_max > q.pitch_min),
            ("quality.yaw_max", "above 0", q.yaw_max > 0.0),
            ("quality.roll_max_deg", "above 0", q.roll_max_deg > 0.0),
            ("quality.width_min_px", "0 or more", q.width_min_px >= 0.0),
            ("quality.brightness_min", "0 or more", q.brightness_min >= 0.0),
            ("quality.sharpness_min", "0 or more", q.sharpness_min >= 0.0),
            ("matching.same_min", cosine, (-1.0..=1.0).contains(&m.same_min)),
            ("matching.review_min", cosine, (-1.0..=m.same_min).contains(&m.review_min)),
            ("matching.search_min", cosine, (-1.0..=1.0).contains(&m.search_min)),
            ("matching.margin_min", "0 or more", m.margin_min >= 0.0),
            ("matching.photos", "at least 1", m.photos > 0),
            ("matching.alike_min", cosine, (-1.0..=1.0).contains(&m.alike_min)),
            ("challenge.lasts_ms", "above 0", c.lasts_ms > 0),
            ("challenge.settle_frames", "at least 1", c.settle_frames > 0),
            ("challenge.same_face_min", cosine, (-1.0..=1.0).contains(&c.same_face_min)),
            ("challenge.turn_min", "above straight_yaw_max", c.turn_min > c.straight_yaw_max),
            ("challenge.nod_min", "above straight_pitch_max", c.nod_min > c.straight_pitch_max),
            ("challenge.closer_min", "above straight_scale_max", closer(c)),
        ];
        match rules.into_iter().find(|(_, _, holds)| !holds) {
            Some((name, must, _)) => Err(WrongSetting { name, must }),
            None => Ok(()),
        }
    }
}

/// The memory a picture may take is measured for this many pixels.
fn within(pixels: u64) -> bool {
    (1..=16_000_000).contains(&pixels)
}

fn looks(detection: &Detection) -> bool {
    let widths = &detection.looks_px;
    widths.len() <= 8 && widths.iter().all(|width| (16..=112).contains(width))
}

fn closer(challenges: &Challenges) -> bool {
    challenges.closer_min > challenges.straight_scale_max
}

//! Faces: found in a picture, brought into one position, turned into numbers, compared.
//!
//! `picture` decodes without trust, `detect` finds faces (YuNet), `align` brings one to 112 x 112,
//! `engine` runs both models and turns an aligned face into an [`Embedding`] (SFace), `quality`
//! says what is wrong with a photo, `template` compares one to one and one to many, `challenge`
//! asks for movements and judges what it sees. Every number that decides is in `settings`.
//!
//! Left out on purpose: where the models come from (the caller brings their bytes), cameras, files,
//! clocks and randomness, who the person is and what a match means (the rules judge that). Nothing
//! here keeps a picture.
//!
//! A match is a measurement, no identification: the thresholds are those that SFace's makers and
//! our trials suggest, no certified error rate stands behind them. The challenge has not been
//! tested by ISO/IEC 30107-3.

mod align;
pub mod challenge;
mod depthwise;
mod detect;
mod engine;
mod network;
mod picture;
mod pose;
mod quality;
mod settings;
mod template;

pub use align::{ALIGNED_SIDE, Aligned, align};
pub use engine::{Engine, Fault, ModelHash, Reading, Source, Unloadable};
pub use picture::{Picture, Undecodable, decode};
pub use pose::{Pose, pose};
pub use quality::Flaw;
pub use settings::{Challenges, Detection, Limits, Matching, Quality, Settings, WrongSetting};
pub use template::{
    Comparison, EMBEDDING_LEN, Embedding, Found, Gallery, Hit, NoTemplate, OtherModel, Template,
    Verdict,
};

/// A place in a picture, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// A rectangle in a picture, in pixels; it may reach beyond the picture's edge.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

/// One face that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    pub bounds: Bounds,
    /// The person's right eye, left eye, nose tip, right and left corner of the mouth.
    pub points: [Point; 5],
    /// How sure the detector is, from 0 to 1.
    pub score: f32,
}

impl Bounds {
    fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The part of both rectangles that is in common, from 0 to 1.
    fn overlap(&self, other: &Bounds) -> f32 {
        let right = (self.left + self.width).min(other.left + other.width);
        let bottom = (self.top + self.height).min(other.top + other.height);
        let width = (right - self.left.max(other.left)).max(0.0);
        let height = (bottom - self.top.max(other.top)).max(0.0);
        let common = width * height;
        common / (self.area() + other.area() - common)
    }
}

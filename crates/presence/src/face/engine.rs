//! Both models loaded, and a picture run through them.

use std::fmt;
use std::sync::Arc;

use rten::ThreadPool;
use sha2::{Digest, Sha256};

use super::align::{ALIGNED_SIDE, Aligned, align};
use super::detect;
use super::network::Network;
use super::quality::{self, Flaw};
use super::settings::{Detection, Settings};
use super::template::{EMBEDDING_LEN, Embedding};
use super::{Face, Picture};

/// The bytes of a model: inside the program, or read from somewhere.
pub enum Source {
    Inside(&'static [u8]),
    Read(Vec<u8>),
}

/// SHA-256 of the recogniser: embeddings of different models do not compare.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelHash(pub [u8; 32]);

impl fmt::Display for ModelHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ModelHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ModelHash({self})")
    }
}

/// A model that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {which} cannot be loaded: {what}")]
pub struct Unloadable {
    pub which: &'static str,
    pub what: String,
}

/// A model that was loaded and does not work: no photo is to blame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {which} failed: {what}")]
pub struct Fault {
    pub which: &'static str,
    pub what: String,
}

/// Both models, ready. One engine serves many threads; each call uses the engine's own.
pub struct Engine {
    detector: Network,
    recogniser: Network,
    model: ModelHash,
    pool: Arc<ThreadPool>,
}

/// What was seen in one photo.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The face that the photo is of; nothing without one or among several.
    pub face: Option<Face>,
    /// Why it should not be compared; empty for a good photo.
    pub flaws: Vec<Flaw>,
    /// Nothing without one face; there also for a face with flaws.
    pub embedding: Option<Embedding>,
}

impl Engine {
    /// Loads both models for `threads` threads a call.
    ///
    /// # Errors
    /// When one of them is not the network it should be.
    pub fn load(detector: Source, recogniser: Source, threads: usize) -> Result<Self, Unloadable> {
        let digest = Sha256::digest(match &recogniser {
            Source::Inside(bytes) => bytes,
            Source::Read(bytes) => &bytes[..],
        });
        Ok(Self {
            detector: Network::load("detector", detector, &detect::OUTPUTS)?,
            recogniser: Network::load("recogniser", recogniser, &["fc1"])?,
            model: ModelHash(digest.into()),
            pool: Arc::new(ThreadPool::with_num_threads(threads.max(1))),
        })
    }

    /// What templates of this engine carry beside them.
    pub fn model(&self) -> ModelHash {
        self.model
    }

    /// Every face in the picture, the surest first.
    ///
    /// # Errors
    /// When the model does not work.
    pub fn faces(&self, picture: &Picture, detection: &Detection) -> Result<Vec<Face>, Fault> {
        let mut input = detect::input(picture, detection);
        let planes = std::mem::take(&mut input.planes);
        let shape = [1, 3, input.height, input.width];
        let outputs = self.detector.run(shape, planes, &self.pool)?;
        detect::faces(&input, &outputs, detection)
            .ok_or_else(|| self.detector.fault("its outputs have other sizes"))
    }

    /// The same face, looked at again from nearer by and from several distances: a detector that
    /// sees a face once puts its points by chance of size and place a little here or there, and
    /// their mean does not move (docs/decisions/0014).
    ///
    /// # Errors
    /// When the model does not work.
    pub fn look_again(
        &self,
        picture: &Picture,
        face: &Face,
        detection: &Detection,
    ) -> Result<Face, Fault> {
        let mut looks = Vec::new();
        for width in &detection.looks_px {
            let Some(mut look) = detect::look(picture, face, *width) else { continue };
            let planes = std::mem::take(&mut look.input.planes);
            let shape = [1, 3, look.input.height, look.input.width];
            let outputs = self.detector.run(shape, planes, &self.pool)?;
            looks.extend(look.face(&outputs, detection));
        }
        Ok(detect::mean(&looks).unwrap_or(*face))
    }

    /// The numbers of an aligned face. Several at once are no faster: their planes no longer fit
    /// into the processor's cache (docs/benchmarks.md).
    ///
    /// # Errors
    /// When the model does not work.
    pub fn embedding(&self, face: &Aligned) -> Result<Embedding, Fault> {
        let mut planes = Vec::with_capacity(face.rgb.len());
        for channel in 0..3 {
            planes.extend(face.rgb.iter().skip(channel).step_by(3).map(|byte| f32::from(*byte)));
        }
        let shape = [1, 3, ALIGNED_SIDE, ALIGNED_SIDE];
        if planes.len() != 3 * ALIGNED_SIDE * ALIGNED_SIDE {
            return Err(self.recogniser.fault("this is no aligned face"));
        }
        let outputs = self.recogniser.run(shape, planes, &self.pool)?;
        let numbers: Option<&[f32; EMBEDDING_LEN]> =
            outputs.first().and_then(|numbers| numbers.as_slice().try_into().ok());
        let embedding = numbers.and_then(Embedding::of);
        embedding.ok_or_else(|| self.recogniser.fault("its output is no embedding"))
    }

    /// Finds the face that a photo is of, says what is wrong with it, and turns it into numbers.
    ///
    /// # Errors
    /// When a model does not work; a bad photo is no error.
    pub fn read(&self, picture: &Picture, settings: &Settings) -> Result<Reading, Fault> {
        let faces = self.faces(picture, &settings.detection)?;
        let face = match quality::principal(&faces, &settings.quality) {
            Ok(face) => face,
            Err(flaw) => return Ok(Reading { face: None, flaws: vec![flaw], embedding: None }),
        };
        let face = self.look_again(picture, &face, &settings.detection)?;
        let Some(aligned) = align(picture, &face) else {
            return Ok(Reading { face: None, flaws: vec![Flaw::NoFace], embedding: None });
        };
        let flaws = quality::flaws(picture, &face, &aligned, &settings.quality);
        let embedding = Some(self.embedding(&aligned)?);
        Ok(Reading { face: Some(face), flaws, embedding })
    }
}

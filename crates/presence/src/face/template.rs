//! Faces as numbers: what is kept of a person, and how alike two are.

use super::engine::ModelHash;
use super::settings::Matching;

/// Numbers in an embedding.
pub const EMBEDDING_LEN: usize = 128;

/// A face as a direction: [`EMBEDDING_LEN`] numbers whose squares add up to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding(Box<[f32; EMBEDDING_LEN]>);

impl Embedding {
    /// The direction of these numbers; nothing when they have none.
    pub fn of(numbers: &[f32; EMBEDDING_LEN]) -> Option<Embedding> {
        let length = numbers.iter().map(|n| f64::from(*n).powi(2)).sum::<f64>().sqrt();
        let sound = length.is_finite() && length > 1e-9;
        sound.then(|| Embedding(Box::new(numbers.map(|n| (f64::from(n) / length) as f32))))
    }

    pub fn numbers(&self) -> &[f32; EMBEDDING_LEN] {
        &self.0
    }

    /// How alike two faces are: the cosine of their angle.
    pub fn cosine(&self, other: &Embedding) -> f32 {
        self.0.iter().zip(other.0.iter()).map(|(a, b)| a * b).sum()
    }

    /// The direction between several; nothing for none, or when they cancel out.
    pub fn mean(embeddings: &[Embedding]) -> Option<Embedding> {
        let mut sum = [0f32; EMBEDDING_LEN];
        for embedding in embeddings {
            for (sum, number) in sum.iter_mut().zip(embedding.0.iter()) {
                *sum += number;
            }
        }
        Embedding::of(&sum)
    }
}

/// What is kept of a person: the mean of several photos, and the model that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub embedding: Embedding,
    pub model: ModelHash,
}

/// Why photos make no template.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NoTemplate {
    #[error("{given} photos were given, an enrolment takes {needed}")]
    TooFew { given: usize, needed: usize },
    #[error("photos {first} and {second} are not of one person: {score}")]
    NotAlike { first: usize, second: usize, score: f32 },
    #[error("the photos cancel each other out")]
    Nothing,
}

/// Templates of two models were to be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a template of model {found} does not compare with one of {expected}")]
pub struct OtherModel {
    pub expected: ModelHash,
    pub found: ModelHash,
}

/// What one-to-one comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same,
    /// Too alike to refuse and not alike enough to accept: a human looks.
    Review,
    Different,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    pub score: f32,
    pub verdict: Verdict,
}

impl Template {
    /// The template of an enrolment: as many photos as the settings say, all of one person.
    ///
    /// # Errors
    /// When there are too few or two of them are of different people.
    pub fn enrol(
        photos: &[Embedding],
        model: ModelHash,
        matching: &Matching,
    ) -> Result<Template, NoTemplate> {
        let (given, needed) = (photos.len(), matching.photos);
        if given < needed {
            return Err(NoTemplate::TooFew { given, needed });
        }
        for second in 1..given {
            for first in 0..second {
                let score = photos[first].cosine(&photos[second]);
                let alike = score >= matching.alike_min;
                if !alike {
                    return Err(NoTemplate::NotAlike { first, second, score });
                }
            }
        }
        let embedding = Embedding::mean(photos).ok_or(NoTemplate::Nothing)?;
        Ok(Template { embedding, model })
    }

    /// One to one.
    ///
    /// # Errors
    /// When the templates are of two models.
    pub fn compare(&self, other: &Template, matching: &Matching) -> Result<Comparison, OtherModel> {
        if self.model != other.model {
            return Err(OtherModel { expected: self.model, found: other.model });
        }
        let score = self.embedding.cosine(&other.embedding);
        let verdict = match score {
            score if score >= matching.same_min => Verdict::Same,
            score if score >= matching.review_min => Verdict::Review,
            _ => Verdict::Different,
        };
        Ok(Comparison { score, verdict })
    }
}

/// People side by side in a block; their numbers lie so that one instruction takes several.
const LANES: usize = 16;

/// Many templates of one model, to be searched.
pub struct Gallery {
    model: ModelHash,
    people: usize,
    /// For each sixteen people: their first numbers, their second numbers, and so on.
    blocks: Vec<[[f32; LANES]; EMBEDDING_LEN]>,
}

/// One person of a gallery and how alike, by the order of adding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    pub person: usize,
    pub score: f32,
}

/// What one-to-many comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub best: Option<Hit>,
    pub second: Option<Hit>,
    pub accepted: bool,
}

impl Gallery {
    pub fn new(model: ModelHash) -> Gallery {
        Gallery { model, people: 0, blocks: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.people
    }

    pub fn is_empty(&self) -> bool {
        self.people == 0
    }

    /// Adds a person and gives the number by which searches name them.
    ///
    /// # Errors
    /// When the template is of another model.
    pub fn add(&mut self, template: &Template) -> Result<usize, OtherModel> {
        if template.model != self.model {
            return Err(OtherModel { expected: self.model, found: template.model });
        }
        let (person, lane) = (self.people, self.people % LANES);
        if lane == 0 {
            self.blocks.push([[0.0; LANES]; EMBEDDING_LEN]);
        }
        if let Some(block) = self.blocks.last_mut() {
            for (row, number) in block.iter_mut().zip(template.embedding.0.iter()) {
                row[lane] = *number;
            }
        }
        self.people += 1;
        Ok(person)
    }

    /// The two people most like the probe, and whether the first is accepted: alike enough, and
    /// enough more alike than the second.
    ///
    /// # Errors
    /// When the probe is of another model.
    pub fn search(&self, probe: &Template, matching: &Matching) -> Result<Found, OtherModel> {
        if probe.model != self.model {
            return Err(OtherModel { expected: self.model, found: probe.model });
        }
        let (mut best, mut second): (Option<Hit>, Option<Hit>) = (None, None);
        // Below this score nobody changes the answer.
        let mut bar = f32::NEG_INFINITY;
        for (index, block) in self.blocks.iter().enumerate() {
            let scores = scores(block, &probe.embedding.0);
            if !scores.iter().any(|score| *score > bar) {
                continue;
            }
            let people = LANES.min(self.people - index * LANES);
            for (lane, score) in scores.into_iter().take(people).enumerate() {
                let hit = Hit { person: index * LANES + lane, score };
                if best.is_none_or(|best| score > best.score) {
                    second = best.replace(hit);
                } else if second.is_none_or(|second| score > second.score) {
                    second = Some(hit);
                }
            }
            bar = second.map_or(f32::NEG_INFINITY, |second| second.score);
        }
        let alone = second.is_none_or(|second| {
            best.is_some_and(|best| best.score - second.score >= matching.margin_min)
        });
        let accepted = alone && best.is_some_and(|best| best.score >= matching.search_min);
        Ok(Found { best, second, accepted })
    }
}

fn scores(block: &[[f32; LANES]; EMBEDDING_LEN], probe: &[f32; EMBEDDING_LEN]) -> [f32; LANES] {
    let mut scores = [0f32; LANES];
    for (row, number) in block.iter().zip(probe) {
        for (score, part) in scores.iter_mut().zip(row) {
            *score += part * number;
        }
    }
    scores
}

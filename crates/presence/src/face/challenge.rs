//! Liveness by challenge: the person is asked for four movements in an order that nobody knew
//! before, and what the camera sees is judged. Pure: frames in, what to show next out.
//!
//! What it is for: a photo held up, a recording played, somebody who steps in half-way. Turning and
//! nodding are measured so that a flat picture cannot do them however it is held (see `pose`); a
//! recording has to have the right movements in the right order, each after it was asked for and
//! none before; the face has to move as one face does and to stay the same person; each challenge
//! is used up by one attempt and lasts fifteen seconds.
//!
//! What it is not: it has not been tested by ISO/IEC 30107-3. A face that is drawn live over
//! somebody's, fed into the camera's place, or a good mask is not found. Nothing is concluded from
//! the skin's look; such passive scores are left out on purpose.

use super::settings::Challenges;
use super::template::Embedding;
use super::{Point, Pose, pose};

/// A movement that is asked for. Left and right are the person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    TurnLeft,
    TurnRight,
    Nod,
    ComeCloser,
}

/// Movements in one challenge: each of the four, once.
const MOVEMENTS: usize = 4;
/// After a movement, the next one is asked for this much later, or up to `PAUSE_SPREAD_MS` more.
const PAUSE_MS: i64 = 300;
const PAUSE_SPREAD_MS: u16 = 600;

/// One challenge. It cannot be copied, and [`Challenge::begin`] uses it up.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    movements: [Movement; MOVEMENTS],
    pauses_ms: [i64; MOVEMENTS],
    issued_at_ms: i64,
}

/// One frame of the camera, as the detector saw it; not mirrored.
#[derive(Clone, Debug)]
pub struct Frame {
    /// By the clock that also dated the challenge.
    pub at_ms: i64,
    /// Faces in the frame; `points` are the largest one's.
    pub faces: usize,
    pub points: [Point; 5],
    /// Where [`Watch::wants_embedding`] asked for it.
    pub embedding: Option<Embedding>,
}

/// Why an attempt ended badly. The person starts again, with a new challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The time is up.
    Expired,
    /// A frame is older than the one before, or than the challenge.
    OutOfOrder,
    /// No face was seen for too long.
    Gap,
    SeveralFaces,
    /// The points do not form a face.
    NoFace,
    /// The face was somewhere else, or another size, too suddenly.
    Jumped,
    /// The face does not move at all.
    Frozen,
    /// Frames come again.
    Repeated,
    /// Another movement than the one asked for.
    WrongMovement,
    /// A movement before anything was asked for.
    Unasked,
    /// Faster than a person can answer.
    TooSoon,
    /// Not the face from the start.
    OtherFace,
    TooManyFrames,
}

/// What to show the person now.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Look straight ahead.
    Settle,
    /// This movement.
    Ask(Movement),
    /// Back to the middle.
    Return,
    /// The mean of the faces seen looking straight: compare this one, and it is the one that moved.
    Passed(Embedding),
    Failed(Failure),
}

impl Challenge {
    /// Draws a challenge from sixteen random bytes.
    pub fn draw(random: [u8; 16], issued_at_ms: i64) -> Challenge {
        let mut left =
            vec![Movement::TurnLeft, Movement::TurnRight, Movement::Nod, Movement::ComeCloser];
        let (pairs, _) = random.as_chunks::<2>();
        let mut words = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        let mut movements = [Movement::Nod; MOVEMENTS];
        let mut pauses_ms = [PAUSE_MS; MOVEMENTS];
        for (movement, pause) in movements.iter_mut().zip(&mut pauses_ms) {
            let at = usize::from(words.next().unwrap_or(0)) % left.len();
            *movement = left.swap_remove(at);
            *pause += i64::from(words.next().unwrap_or(0) % PAUSE_SPREAD_MS);
        }
        Challenge { movements, pauses_ms, issued_at_ms }
    }

    /// The movements in their order.
    pub fn movements(&self) -> &[Movement; MOVEMENTS] {
        &self.movements
    }

    /// The one attempt.
    pub fn begin(self, settings: Challenges) -> Watch {
        let last_at_ms = self.issued_at_ms;
        Watch {
            challenge: self,
            settings,
            stage: Stage::Settling,
            done: 0,
            last_at_ms,
            last: None,
            middle: Middle::default(),
            moved_at_ms: last_at_ms,
            moved_from: None,
            seen: Vec::new(),
            repeats: 0,
            faces: Vec::new(),
        }
    }
}

/// Where an attempt stands.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// Learning how this person looks straight ahead.
    Settling,
    /// Straight, with the next movement to be asked for at a moment not known to the person.
    Waiting {
        ask_at_ms: i64,
    },
    Asked {
        at_ms: i64,
    },
    Returning,
    Passed(Embedding),
    Failed(Failure),
}

/// The person's own middle: nobody's face is even.
#[derive(Clone, Copy, Debug, Default)]
struct Middle {
    frames: usize,
    yaw: f32,
    pitch: f32,
    size: f32,
}

/// An attempt in progress.
#[derive(Debug)]
pub struct Watch {
    challenge: Challenge,
    settings: Challenges,
    stage: Stage,
    done: usize,
    last_at_ms: i64,
    last: Option<Pose>,
    middle: Middle,
    moved_at_ms: i64,
    moved_from: Option<[Point; 5]>,
    seen: Vec<[u32; 10]>,
    repeats: usize,
    faces: Vec<Embedding>,
}

/// Yaw and pitch of a face that looks roughly into the camera, before the own middle is known.
const ROUGHLY_STRAIGHT_YAW: f32 = 0.12;
const ROUGHLY_STRAIGHT_PITCH: std::ops::RangeInclusive<f32> = 0.35..=0.75;

impl Watch {
    /// Whether the next frame is worth the time of an embedding.
    pub fn wants_embedding(&self) -> bool {
        match self.stage {
            Stage::Settling => self.faces.is_empty(),
            Stage::Returning => true,
            Stage::Waiting { .. } | Stage::Asked { .. } => false,
            Stage::Passed(_) | Stage::Failed(_) => false,
        }
    }

    /// Judges one frame. After the end every frame gets the end again.
    pub fn frame(&mut self, frame: &Frame) -> Progress {
        if !matches!(self.stage, Stage::Passed(_) | Stage::Failed(_)) {
            match self.judge(frame) {
                Ok(next) => self.stage = next,
                Err(failure) => self.stage = Stage::Failed(failure),
            }
        }
        self.progress()
    }

    /// What holds when no frame comes: a challenge does not wait for ever.
    pub fn no_frame(&mut self, at_ms: i64) -> Progress {
        let over = at_ms.saturating_sub(self.challenge.issued_at_ms) > self.settings.lasts_ms;
        if over && !matches!(self.stage, Stage::Passed(_) | Stage::Failed(_)) {
            self.stage = Stage::Failed(Failure::Expired);
        }
        self.progress()
    }

    fn progress(&self) -> Progress {
        match &self.stage {
            Stage::Settling | Stage::Waiting { .. } => Progress::Settle,
            Stage::Asked { .. } => Progress::Ask(self.asked()),
            Stage::Returning => Progress::Return,
            Stage::Passed(face) => Progress::Passed(face.clone()),
            Stage::Failed(failure) => Progress::Failed(*failure),
        }
    }

    /// The movement that is asked for next; after the last one it stays that.
    fn asked(&self) -> Movement {
        self.challenge.movements[self.done.min(MOVEMENTS - 1)]
    }

    fn judge(&mut self, frame: &Frame) -> Result<Stage, Failure> {
        let elapsed_ms = self.in_time(frame.at_ms)?;
        match frame.faces {
            // The gap counts from the last frame with a face.
            0 => return Ok(self.stage.clone()),
            1 => {}
            _ => return Err(Failure::SeveralFaces),
        }
        let pose = pose(&frame.points).ok_or(Failure::NoFace)?;
        self.continuous(&pose, elapsed_ms)?;
        self.alive(frame, &pose)?;
        // A turned face compares badly even with itself.
        if self.straight(&pose) {
            self.same_face(frame)?;
        }
        self.last_at_ms = frame.at_ms;
        self.last = Some(pose);
        self.step(frame, &pose)
    }

    fn in_time(&self, at_ms: i64) -> Result<i64, Failure> {
        let elapsed_ms = at_ms.checked_sub(self.last_at_ms).ok_or(Failure::OutOfOrder)?;
        // The first frame may be as old as the challenge, not older.
        if elapsed_ms < 0 || (elapsed_ms == 0 && self.last.is_some()) {
            return Err(Failure::OutOfOrder);
        }
        if at_ms.saturating_sub(self.challenge.issued_at_ms) > self.settings.lasts_ms {
            return Err(Failure::Expired);
        }
        if self.last.is_some() && elapsed_ms > self.settings.gap_max_ms {
            return Err(Failure::Gap);
        }
        Ok(elapsed_ms)
    }

    /// A face moves, grows and turns only so fast.
    fn continuous(&self, pose: &Pose, elapsed_ms: i64) -> Result<(), Failure> {
        let Some(last) = &self.last else { return Ok(()) };
        let spans = (elapsed_ms as f32 / 100.0).max(1.0);
        let moved = (pose.middle.x - last.middle.x).hypot(pose.middle.y - last.middle.y);
        let zoom = (pose.size / last.size).ln().abs();
        let smooth = moved <= self.settings.jump_max * spans * last.size.min(pose.size)
            && zoom <= self.settings.zoom_max.ln() * spans
            && (pose.yaw - last.yaw).abs() <= self.settings.swing_max * spans;
        if smooth { Ok(()) } else { Err(Failure::Jumped) }
    }

    /// A living face is never quite still, and no two frames of a camera are the same.
    fn alive(&mut self, frame: &Frame, pose: &Pose) -> Result<(), Failure> {
        let bits = bits(&frame.points);
        if self.seen.contains(&bits) {
            self.repeats += 1;
        } else if self.seen.len() == self.settings.frames_max {
            return Err(Failure::TooManyFrames);
        } else {
            self.seen.push(bits);
        }
        let moved = self.moved_from.is_none_or(|from| {
            let far = |(a, b): (&Point, &Point)| {
                (a.x - b.x).hypot(a.y - b.y) > self.settings.still_max * pose.size
            };
            from.iter().zip(&frame.points).any(far)
        });
        if moved {
            self.moved_from = Some(frame.points);
            self.moved_at_ms = frame.at_ms;
        } else if frame.at_ms - self.moved_at_ms > self.settings.frozen_ms {
            return Err(Failure::Frozen);
        }
        // A picture that stands still also repeats; what it is called is decided above.
        if moved && self.repeats > self.settings.repeats_max {
            return Err(Failure::Repeated);
        }
        Ok(())
    }

    fn same_face(&self, frame: &Frame) -> Result<(), Failure> {
        match (&frame.embedding, self.faces.first()) {
            (Some(now), Some(first)) => {
                let same = first.cosine(now) >= self.settings.same_face_min;
                if same { Ok(()) } else { Err(Failure::OtherFace) }
            }
            _ => Ok(()),
        }
    }

    fn step(&mut self, frame: &Frame, pose: &Pose) -> Result<Stage, Failure> {
        match self.stage.clone() {
            Stage::Settling => Ok(self.settle(frame, pose)),
            Stage::Waiting { ask_at_ms } => {
                if self.movement(pose, 1.0).is_some() {
                    return Err(Failure::Unasked);
                }
                // Asked only of somebody who looks straight ahead.
                let ask = frame.at_ms >= ask_at_ms && self.straight(pose);
                Ok(if ask { Stage::Asked { at_ms: frame.at_ms } } else { self.stage.clone() })
            }
            Stage::Asked { at_ms } => {
                if self.movement(pose, 1.0) == Some(self.asked()) {
                    let reaction_ms = frame.at_ms - at_ms;
                    let human = reaction_ms >= self.settings.reaction_min_ms;
                    return if human { Ok(Stage::Returning) } else { Err(Failure::TooSoon) };
                }
                match self.movement(pose, self.settings.wrong_factor) {
                    Some(_) => Err(Failure::WrongMovement),
                    None => Ok(self.stage.clone()),
                }
            }
            Stage::Returning => Ok(self.back(frame, pose)),
            ended @ (Stage::Passed(_) | Stage::Failed(_)) => Ok(ended),
        }
    }

    fn settle(&mut self, frame: &Frame, pose: &Pose) -> Stage {
        let straight =
            pose.yaw.abs() <= ROUGHLY_STRAIGHT_YAW && ROUGHLY_STRAIGHT_PITCH.contains(&pose.pitch);
        if !straight {
            self.middle = Middle::default();
            return Stage::Settling;
        }
        let middle = &mut self.middle;
        middle.frames += 1;
        let share = 1.0 / middle.frames as f32;
        middle.yaw += (pose.yaw - middle.yaw) * share;
        middle.pitch += (pose.pitch - middle.pitch) * share;
        middle.size += (pose.size - middle.size) * share;
        if self.faces.is_empty() {
            self.faces.extend(frame.embedding.clone());
        }
        if self.middle.frames >= self.settings.settle_frames && !self.faces.is_empty() {
            self.wait(frame.at_ms)
        } else {
            Stage::Settling
        }
    }

    fn wait(&self, at_ms: i64) -> Stage {
        let pause_ms = self.challenge.pauses_ms[self.done.min(MOVEMENTS - 1)];
        Stage::Waiting { ask_at_ms: at_ms + pause_ms }
    }

    /// Back in the middle after a movement: the face is compared there, where it compares well.
    fn back(&mut self, frame: &Frame, pose: &Pose) -> Stage {
        let Some(face) = frame.embedding.clone().filter(|_| self.straight(pose)) else {
            return Stage::Returning;
        };
        self.faces.push(face);
        self.done += 1;
        if self.done < MOVEMENTS {
            return self.wait(frame.at_ms);
        }
        match Embedding::mean(&self.faces) {
            Some(face) => Stage::Passed(face),
            None => Stage::Failed(Failure::OtherFace),
        }
    }

    fn straight(&self, pose: &Pose) -> bool {
        let (middle, settings) = (&self.middle, &self.settings);
        (pose.yaw - middle.yaw).abs() <= settings.straight_yaw_max
            && (pose.pitch - middle.pitch).abs() <= settings.straight_pitch_max
            && (pose.size / middle.size - 1.0).abs() <= settings.straight_scale_max
    }

    /// The movement that the pose is the most of, if it is `factor` times as large as one must be.
    fn movement(&self, pose: &Pose, factor: f32) -> Option<Movement> {
        let turn = (pose.yaw - self.middle.yaw) / self.settings.turn_min;
        let nod = (pose.pitch - self.middle.pitch) / self.settings.nod_min;
        let closer = (pose.size / self.middle.size - 1.0) / self.settings.closer_min;
        [
            (Movement::TurnLeft, turn),
            (Movement::TurnRight, -turn),
            (Movement::Nod, nod),
            (Movement::ComeCloser, closer),
        ]
        .into_iter()
        .filter(|(_, extent)| *extent >= factor)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(movement, _)| movement)
    }
}

fn bits(points: &[Point; 5]) -> [u32; 10] {
    let mut bits = [0; 10];
    for (pair, point) in bits.chunks_exact_mut(2).zip(points) {
        pair.copy_from_slice(&[point.x.to_bits(), point.y.to_bits()]);
    }
    bits
}

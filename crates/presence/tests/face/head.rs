//! A head in space before a camera, and a person who does what they are asked.

use presence::face::challenge::{Challenge, Frame, Movement, Progress};
use presence::face::{Challenges, EMBEDDING_LEN, Embedding, Point};

/// Eyes, nose and mouth in millimetres: right, down, towards the camera.
const HEAD: [[f32; 3]; 5] =
    [[-31.0, 0.0, 0.0], [31.0, 0.0, 0.0], [0.0, 38.0, 27.0], [-25.0, 72.0, 5.0], [25.0, 72.0, 5.0]];
/// Pixels of the camera's focal length.
const FOCAL: f32 = 600.0;
pub const FRAME_MS: i64 = 66;

/// How a head is held.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    pub yaw_deg: f32,
    pub pitch_deg: f32,
    pub away_mm: f32,
    pub right_mm: f32,
}

pub const STRAIGHT: Held = Held { yaw_deg: 0.0, pitch_deg: 0.0, away_mm: 600.0, right_mm: 0.0 };

/// Where the camera sees the five points; a `flat` head is a photo of one.
pub fn seen(held: Held, flat: bool) -> [Point; 5] {
    let (yaw_sin, yaw_cos) = held.yaw_deg.to_radians().sin_cos();
    let (pitch_sin, pitch_cos) = held.pitch_deg.to_radians().sin_cos();
    HEAD.map(|[x, y, depth]| {
        let z = if flat { 0.0 } else { depth };
        let (y, z) = (y * pitch_cos + z * pitch_sin, z * pitch_cos - y * pitch_sin);
        let (x, z) = (x * yaw_cos + z * yaw_sin, z * yaw_cos - x * yaw_sin);
        let scale = FOCAL / (held.away_mm - z);
        Point { x: 320.0 + (x + held.right_mm) * scale, y: 200.0 + y * scale }
    })
}

/// A small generator, so that a story always gives the same result.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) as u32
    }

    /// From -1 to 1.
    pub fn part(&mut self) -> f32 {
        self.next() as f32 / (1u32 << 30) as f32 - 1.0
    }

    pub fn bytes(&mut self) -> [u8; 16] {
        std::array::from_fn(|_| (self.next() >> 8) as u8)
    }
}

/// The face of person number `person`, with the noise of a camera.
pub fn face_of(person: usize, dice: &mut Dice) -> Embedding {
    let mut numbers: [f32; EMBEDDING_LEN] = std::array::from_fn(|_| dice.part() * 0.04);
    numbers[person] = 1.0;
    Embedding::of(&numbers).unwrap()
}

/// Somebody before the camera.
pub struct Actor {
    pub held: Held,
    pub flat: bool,
    pub person: usize,
    pub noise_px: f32,
    pub dice: Dice,
    /// Frames before an answer begins.
    pub reaction: u32,
    pub asked_for: u32,
}

impl Actor {
    pub fn new(seed: u64) -> Actor {
        Actor {
            held: STRAIGHT,
            flat: false,
            person: 3,
            noise_px: 0.3,
            dice: Dice(seed),
            reaction: 4,
            asked_for: 0,
        }
    }

    /// Moves towards what is asked for, as fast as people do.
    pub fn answer(&mut self, progress: &Progress) {
        self.asked_for = if matches!(progress, Progress::Ask(_)) { self.asked_for + 1 } else { 0 };
        let mut wanted = STRAIGHT;
        if let Progress::Ask(movement) = progress
            && self.asked_for > self.reaction
        {
            match movement {
                Movement::TurnLeft => wanted.yaw_deg = 32.0,
                Movement::TurnRight => wanted.yaw_deg = -32.0,
                Movement::Nod => wanted.pitch_deg = 22.0,
                Movement::ComeCloser => wanted.away_mm = 430.0,
            }
        }
        let step = |from: f32, to: f32, most: f32| from + (to - from).clamp(-most, most);
        self.held.yaw_deg = step(self.held.yaw_deg, wanted.yaw_deg, 5.0);
        self.held.pitch_deg = step(self.held.pitch_deg, wanted.pitch_deg, 4.0);
        self.held.away_mm = step(self.held.away_mm, wanted.away_mm, 16.0);
    }

    pub fn frame(&mut self, at_ms: i64) -> Frame {
        let mut points = seen(self.held, self.flat);
        for point in &mut points {
            point.x += self.dice.part() * self.noise_px;
            point.y += self.dice.part() * self.noise_px;
        }
        let embedding = Some(face_of(self.person, &mut self.dice));
        Frame { at_ms, faces: 1, points, embedding }
    }
}

pub fn ended(progress: &Progress) -> bool {
    matches!(progress, Progress::Passed(_) | Progress::Failed(_))
}

/// Lets somebody answer a challenge, after `meddle` had its way with each frame and with the actor.
/// Gives what was seen and how it ended.
pub fn play(
    challenge: Challenge,
    actor: &mut Actor,
    mut meddle: impl FnMut(&mut Actor, &mut Frame, usize, &Progress),
) -> (Vec<Frame>, Progress) {
    let mut watch = challenge.begin(Challenges::default());
    let mut progress = Progress::Settle;
    let mut frames = Vec::new();
    for index in 0..400 {
        actor.answer(&progress);
        let mut frame = actor.frame(index as i64 * FRAME_MS);
        meddle(actor, &mut frame, index, &progress);
        if !watch.wants_embedding() {
            frame.embedding = None;
        }
        progress = watch.frame(&frame);
        frames.push(frame);
        if ended(&progress) {
            break;
        }
    }
    (frames, progress)
}

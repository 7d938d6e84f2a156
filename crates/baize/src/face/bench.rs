//! `baize bench face`: what a face costs, beside OpenCV on the same models in the same run.
//!
//! BAIZE_OPENCV names a Python with OpenCV (`tools/check_face.py --prepare` makes one and says
//! where); without it only our own figures are told. BAIZE_FACE_PHOTOS names a folder of photos;
//! without it the picture is made, and finds are too.

use std::path::{Path, PathBuf};
use std::process::Command;

use dispatch::bench::Row;
use presence::face::{
    Bounds, EMBEDDING_LEN, Embedding, Engine, Face, Gallery, Picture, Point, Settings, Template,
    align,
};
use serde::Deserialize;
use server::clock::process_cpu_s;

use super::{Unusable, engine, picture};
use crate::Trouble;

/// OpenCV's turn: it reads the photos' paths and tells its CPU milliseconds.
const PEER: &str = include_str!("../../../../tools/face_peer.py");

/// Turns that the two take one after the other; the better one of each counts.
const ROUNDS: usize = 3;
/// Runs over all photos in one turn.
const REPEATS: usize = 5;
/// Searches in a gallery.
const SEARCHES: usize = 50;
const GALLERIES: [usize; 3] = [1_000, 10_000, 100_000];

/// CPU milliseconds for each photo.
#[derive(Clone, Copy, Deserialize)]
struct Cost {
    detect_ms: f64,
    align_ms: f64,
    embed_ms: f64,
    whole_ms: f64,
    /// As the product does it, with the second looks; OpenCV has none.
    #[serde(default)]
    read_ms: f64,
    memory_mb: f64,
}

impl Cost {
    fn better(self, other: Cost) -> Cost {
        Cost {
            detect_ms: self.detect_ms.min(other.detect_ms),
            align_ms: self.align_ms.min(other.align_ms),
            embed_ms: self.embed_ms.min(other.embed_ms),
            whole_ms: self.whole_ms.min(other.whole_ms),
            read_ms: self.read_ms.min(other.read_ms),
            memory_mb: self.memory_mb.max(other.memory_mb),
        }
    }
}

/// The figures of the face engine; none when this program has no models.
///
/// # Errors
/// When a model does not work, a photo cannot be read, or OpenCV cannot be run.
pub fn rows() -> Result<Vec<Row>, Trouble> {
    let began = process_cpu_s();
    let engine = match engine(None, 1) {
        Err(Unusable::ModelsMissing) => return Ok(Vec::new()),
        loaded => loaded.map_err(trouble)?,
    };
    let loaded_ms = (process_cpu_s() - began) * 1_000.0;
    let settings = Settings::default();
    let photos = photos()?;
    let pictures = pictures(&photos, &settings)?;
    let python = std::env::var_os("BAIZE_OPENCV").map(PathBuf::from);
    let (mut ours, mut theirs) = (None::<Cost>, None::<Cost>);
    for _ in 0..ROUNDS {
        let cost = ours_once(&engine, &settings, &pictures)?;
        ours = Some(ours.map_or(cost, |before| before.better(cost)));
        if let Some(python) = &python {
            let cost = theirs_once(python, &photos)?;
            theirs = Some(theirs.map_or(cost, |before| before.better(cost)));
        }
    }
    let ours = ours.ok_or_else(|| Trouble::say("no figure"))?;
    let mut rows = beside(&ours, theirs.as_ref());
    rows.push(limit("the same with three closer looks".to_owned(), ours.read_ms, "CPU ms", 100.0));
    rows.push(limit("loading both models".to_owned(), loaded_ms, "CPU ms", 1_000.0));
    for people in GALLERIES {
        rows.push(search(people, &engine)?);
    }
    Ok(rows)
}

fn trouble(error: impl std::fmt::Display) -> Trouble {
    Trouble::say(error.to_string())
}

fn photos() -> Result<Vec<PathBuf>, Trouble> {
    let Some(folder) = std::env::var_os("BAIZE_FACE_PHOTOS") else { return Ok(Vec::new()) };
    super::entries(Path::new(&folder)).map_err(trouble)
}

/// The photos, or one made picture of a camera's size.
fn pictures(photos: &[PathBuf], settings: &Settings) -> Result<Vec<Picture>, Trouble> {
    if !photos.is_empty() {
        return photos.iter().map(|path| picture(path, settings).map_err(trouble)).collect();
    }
    let (width, height) = (1_280, 720);
    let rgb = (0..width * height * 3).map(|at: usize| (at * 31 / 7 % 251) as u8).collect();
    Ok(Picture::from_rgb(width, height, rgb).into_iter().collect())
}

/// A face in the middle of the picture, for where none is found.
fn made_face(picture: &Picture) -> Face {
    let (x, y) = (picture.width() as f32 / 2.0, picture.height() as f32 / 2.0);
    let at = |right: f32, down: f32| Point { x: x + right, y: y + down };
    let points = [at(-35.0, -40.0), at(35.0, -40.0), at(0.0, 0.0), at(-28.0, 40.0), at(28.0, 40.0)];
    let bounds = Bounds { left: x - 75.0, top: y - 100.0, width: 150.0, height: 200.0 };
    Face { bounds, points, score: 1.0 }
}

/// One turn: each stage alone, and all of them in a row.
fn ours_once(engine: &Engine, settings: &Settings, pictures: &[Picture]) -> Result<Cost, Trouble> {
    let each = (REPEATS * pictures.len()) as f64;
    let mut faces = Vec::new();
    for picture in pictures {
        let found = engine.faces(picture, &settings.detection).map_err(trouble)?;
        faces.push(found.first().copied().unwrap_or_else(|| made_face(picture)));
    }
    let timed = |work: &dyn Fn(&Picture, &Face) -> Result<(), Trouble>| {
        let began = process_cpu_s();
        for _ in 0..REPEATS {
            for (picture, face) in pictures.iter().zip(&faces) {
                work(picture, face)?;
            }
        }
        Ok::<f64, Trouble>((process_cpu_s() - began) * 1_000.0 / each)
    };
    let detect = |picture: &Picture| engine.faces(picture, &settings.detection).map_err(trouble);
    let aligned = |picture: &Picture, face: &Face| {
        align(picture, face).ok_or_else(|| Trouble::say("a face without a place"))
    };
    let embed = |face: &_| engine.embedding(face).map_err(trouble);
    let alone: Vec<_> =
        pictures.iter().zip(&faces).map(|(p, f)| aligned(p, f)).collect::<Result<_, _>>()?;
    let began = process_cpu_s();
    for _ in 0..REPEATS {
        for face in &alone {
            embed(face)?;
        }
    }
    let embed_ms = (process_cpu_s() - began) * 1_000.0 / each;
    Ok(Cost {
        detect_ms: timed(&|picture, _| detect(picture).map(drop))?,
        align_ms: timed(&|picture, face| aligned(picture, face).map(drop))?,
        embed_ms,
        whole_ms: timed(&|picture, face| {
            detect(picture)?;
            embed(&aligned(picture, face)?).map(drop)
        })?,
        read_ms: timed(&|picture, face| {
            detect(picture)?;
            let again = engine.look_again(picture, face, &settings.detection).map_err(trouble)?;
            embed(&aligned(picture, &again)?).map(drop)
        })?,
        memory_mb: memory_mb(),
    })
}

fn theirs_once(python: &Path, photos: &[PathBuf]) -> Result<Cost, Trouble> {
    let done = Command::new(python).arg("-c").arg(PEER).args(photos).output()?;
    serde_json::from_slice(&done.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&done.stderr);
        Trouble::say(format!("{}: {}", python.display(), said.trim_end()))
    })
}

/// What of this process is in memory, the pictures included.
fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1_024.0
}

fn beside(ours: &Cost, theirs: Option<&Cost>) -> Vec<Row> {
    type Stage = (&'static str, fn(&Cost) -> f64, &'static str, &'static str);
    let stages: [Stage; 5] = [
        ("detect at 320 px", |cost| cost.detect_ms, "CPU ms", ""),
        ("align", |cost| cost.align_ms, "CPU ms", ""),
        ("embed", |cost| cost.embed_ms, "CPU ms", ""),
        ("detect, align and embed", |cost| cost.whole_ms, "CPU ms", ">= 0.6"),
        ("most memory of the process", |cost| cost.memory_mb, "MB", ""),
    ];
    let row = |(figure, of, unit, target): &(&str, fn(&Cost) -> f64, &'static str, &str)| {
        let (value, peer_value) = (of(ours), theirs.map_or(0.0, of));
        Row {
            bench: "face",
            figure: (*figure).to_owned(),
            value,
            unit,
            peer: if theirs.is_some() { "OpenCV, one thread" } else { "not run" }.to_owned(),
            peer_value,
            ratio: peer_value / value.max(1e-9),
            target: (*target).to_owned(),
        }
    };
    stages.iter().map(row).collect()
}

fn limit(figure: String, value: f64, unit: &'static str, most: f64) -> Row {
    let (peer, target) = ("limit".to_owned(), format!("at most {most} {unit}"));
    let ratio = most / value.max(1e-9);
    Row { bench: "face", figure, value, unit, peer, peer_value: most, ratio, target }
}

/// One probe against a gallery of made people.
fn search(people: usize, engine: &Engine) -> Result<Row, Trouble> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut template = || {
        let numbers: [f32; EMBEDDING_LEN] = std::array::from_fn(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        });
        let embedding = Embedding::of(&numbers).ok_or_else(|| Trouble::say("no direction"))?;
        Ok::<Template, Trouble>(Template { embedding, model: engine.model() })
    };
    let mut gallery = Gallery::new(engine.model());
    for _ in 0..people {
        gallery.add(&template()?).map_err(trouble)?;
    }
    let matching = Settings::default().matching;
    let probes = (0..SEARCHES).map(|_| template()).collect::<Result<Vec<_>, _>>()?;
    let began = process_cpu_s();
    for probe in &probes {
        gallery.search(probe, &matching).map_err(trouble)?;
    }
    let value = (process_cpu_s() - began) * 1_000.0 / SEARCHES as f64;
    // The limit is for ten thousand; the others are held against their share of it.
    let most = 0.2 * people as f64 / 10_000.0;
    Ok(limit(format!("one against {people}"), value, "CPU ms", most))
}

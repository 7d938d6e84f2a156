//! `baize face`: files and flags around the face engine. Answers are one JSON object and a status:
//! 0 for the same or an accepted person, 1 for another, 2 for what cannot be used.
//!
//! Nothing is kept: photos are read, compared and forgotten.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use presence::face::{
    Embedding, Engine, Fault, Flaw, Gallery, Hit, OtherModel, Picture, Reading, Settings, Source,
    Template, Undecodable, Unloadable, Verdict, decode,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub mod bench;

/// A model of `tools/pins.tsv`.
pub struct Pinned {
    file: &'static str,
    sha256: &'static str,
    bytes: &'static [u8],
}

mod models {
    use super::Pinned;
    include!(concat!(env!("OUT_DIR"), "/face_models.rs"));
}

/// The most people and photos a person that a search reads.
const PEOPLE_MAX: usize = 100_000;
const PHOTOS_MAX: usize = 50;

/// Where models and settings come from when not from this program.
#[derive(Default)]
pub struct Options {
    pub models: Option<PathBuf>,
    pub settings: Option<PathBuf>,
}

/// One JSON object and the status to end with.
pub struct Answered {
    pub json: Value,
    pub status: u8,
}

/// Why there is no answer. The code is for scripts, the sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("没有人脸模型：请先运行 tools/fetch 再构建。 Run tools/fetch and build again.")]
    ModelsMissing,
    #[error("{file} 不是 tools/pins.tsv 中的模型。 It is not the model of tools/pins.tsv.")]
    ModelsUnknown { file: String },
    #[error("人脸模型不能使用。 The face models cannot be used: {0}")]
    Models(String),
    #[error("设置有误。 The settings are wrong: {0}")]
    Settings(String),
    #[error("读不到文件。 The file cannot be read: {what}")]
    Unreadable { path: String, what: String },
    #[error("照片不能使用。 The photo cannot be used: {what}")]
    Photo { path: String, code: &'static str, what: String },
    #[error("目录里没有可用的照片。 No photo in the folder can be used.")]
    NobodyToSearch { path: String },
    #[error("人数或照片太多。 Too many people or photos: {what}")]
    TooMany { what: String },
}

impl Unusable {
    fn code(&self) -> &'static str {
        match self {
            Unusable::ModelsMissing => "models_missing",
            Unusable::ModelsUnknown { .. } => "models_unknown",
            Unusable::Models(_) => "models_broken",
            Unusable::Settings(_) => "settings",
            Unusable::Unreadable { .. } => "unreadable",
            Unusable::Photo { code, .. } => code,
            Unusable::NobodyToSearch { .. } => "nobody_to_search",
            Unusable::TooMany { .. } => "too_many",
        }
    }

    fn json(&self) -> Value {
        let mut json = json!({"error": self.code()});
        match self {
            // Scripts compare this one as a whole.
            Unusable::ModelsMissing => return json,
            Unusable::Unreadable { path, .. } | Unusable::Photo { path, .. } => {
                json["photo"] = json!(path);
            }
            _ => {}
        }
        json["says"] = json!(self.to_string());
        json
    }
}

impl From<Unloadable> for Unusable {
    fn from(error: Unloadable) -> Self {
        Unusable::Models(error.to_string())
    }
}

impl From<Fault> for Unusable {
    fn from(error: Fault) -> Self {
        Unusable::Models(error.to_string())
    }
}

impl From<OtherModel> for Unusable {
    fn from(error: OtherModel) -> Self {
        Unusable::Models(error.to_string())
    }
}

/// Whether two photos show the same person.
pub fn verify(a: &Path, b: &Path, options: &Options) -> Answered {
    answered(|| {
        let (engine, settings) = ready(options)?;
        let template = |path| {
            let embedding = photo(&engine, &settings, path)?;
            Ok::<_, Unusable>(Template { embedding, model: engine.model() })
        };
        let compared = template(a)?.compare(&template(b)?, &settings.matching)?;
        let same = compared.verdict == Verdict::Same;
        let threshold = settings.matching.same_min;
        let json = json!({
            "same": same, "score": shown(compared.score), "threshold": shown(threshold)
        });
        Ok((json, same))
    })
}

/// Who of the people in a folder a photo shows; the folder holds one folder of photos a person.
pub fn search(folder: &Path, probe: &Path, options: &Options) -> Answered {
    answered(|| {
        let (engine, settings) = ready(options)?;
        let embedding = photo(&engine, &settings, probe)?;
        let people = people(folder)?;
        let photos: Vec<&Path> = people.iter().flat_map(|person| person.photos()).collect();
        let mut readings = readings(&engine, &settings, &photos)?.into_iter();
        let mut gallery = Gallery::new(engine.model());
        let mut names = Vec::new();
        for person in &people {
            let of_person = readings.by_ref().take(person.photos.len());
            let Some(embedding) = face_of(of_person.flatten().collect()) else { continue };
            gallery.add(&Template { embedding, model: engine.model() })?;
            names.push(person.name.as_str());
        }
        if gallery.is_empty() {
            return Err(Unusable::NobodyToSearch { path: folder.display().to_string() });
        }
        let probe = Template { embedding, model: engine.model() };
        let found = gallery.search(&probe, &settings.matching)?;
        let hit = |hit: Option<Hit>| {
            hit.map(|hit| json!({"person": names[hit.person], "score": shown(hit.score)}))
        };
        let json = json!({
            "best": hit(found.best), "second": hit(found.second), "accepted": found.accepted
        });
        Ok((json, found.accepted))
    })
}

fn answered(work: impl FnOnce() -> Result<(Value, bool), Unusable>) -> Answered {
    match work() {
        Ok((json, yes)) => Answered { json, status: u8::from(!yes) },
        Err(unusable) => Answered { json: unusable.json(), status: 2 },
    }
}

/// The shortest decimal that is this number, instead of its digits as a double.
fn shown(score: f32) -> f64 {
    score.to_string().parse().unwrap_or_else(|_| f64::from(score))
}

fn ready(options: &Options) -> Result<(Engine, Settings), Unusable> {
    let settings = match &options.settings {
        None => Settings::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
            toml::from_str(&text).map_err(|error| Unusable::Settings(error.to_string()))?
        }
    };
    settings.check().map_err(|error| Unusable::Settings(error.to_string()))?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Ok((engine(options.models.as_deref(), threads)?, settings))
}

/// The engine with the models of a folder, or with those inside this program.
fn engine(folder: Option<&Path>, threads: usize) -> Result<Engine, Unusable> {
    let (detector, recogniser) = match folder {
        Some(folder) => (read(folder, &models::DETECTOR)?, read(folder, &models::RECOGNISER)?),
        None if models::PRESENT => {
            (Source::Inside(models::DETECTOR.bytes), Source::Inside(models::RECOGNISER.bytes))
        }
        None => return Err(Unusable::ModelsMissing),
    };
    Ok(Engine::load(detector, recogniser, threads)?)
}

/// Thresholds belong to a model, so only the pinned ones are taken.
fn read(folder: &Path, pinned: &Pinned) -> Result<Source, Unusable> {
    let path = folder.join(pinned.file);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Unusable::ModelsMissing);
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    let found: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if found == pinned.sha256 {
        Ok(Source::Read(bytes))
    } else {
        Err(Unusable::ModelsUnknown { file: path.display().to_string() })
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Unusable {
    Unusable::Unreadable { path: path.display().to_string(), what: error.to_string() }
}

/// A file's picture. A file that is too long is not read to its end.
fn picture(path: &Path, settings: &Settings) -> Result<Picture, Unusable> {
    let most = settings.picture.bytes_max;
    let length = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    let refused = |error: &Undecodable| Unusable::Photo {
        path: path.display().to_string(),
        code: match error {
            Undecodable::TooManyBytes { .. }
            | Undecodable::TooManyPixels { .. }
            | Undecodable::TooMuchRoom { .. } => "too_large",
            Undecodable::NotAPicture => "not_a_picture",
            Undecodable::CutShort | Undecodable::Damaged { .. } => "damaged",
        },
        what: error.to_string(),
    };
    if length > most as u64 {
        let bytes = usize::try_from(length).unwrap_or(usize::MAX);
        return Err(refused(&Undecodable::TooManyBytes { bytes, most }));
    }
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    decode(&bytes, &settings.picture).map_err(|error| refused(&error))
}

/// The face of a photo that should be good enough to decide by.
fn photo(engine: &Engine, settings: &Settings, path: &Path) -> Result<Embedding, Unusable> {
    let reading = engine.read(&picture(path, settings)?, settings)?;
    let flaw = reading.flaws.first().copied();
    match (reading.embedding, flaw) {
        (Some(embedding), None) => Ok(embedding),
        (_, flaw) => {
            let flaw = flaw.unwrap_or(Flaw::NoFace);
            let (path, what) = (path.display().to_string(), format!("{flaw:?}"));
            Err(Unusable::Photo { path, code: flaw.code(), what })
        }
    }
}

struct Person {
    name: String,
    photos: Vec<PathBuf>,
}

impl Person {
    fn photos(&self) -> impl Iterator<Item = &Path> {
        self.photos.iter().map(PathBuf::as_path)
    }
}

/// The people of a folder in the order of their names.
fn people(folder: &Path) -> Result<Vec<Person>, Unusable> {
    let mut people = Vec::new();
    for path in entries(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if !path.is_dir() {
            continue;
        }
        let mut photos = entries(&path)?;
        photos.retain(|photo| photo.is_file());
        let name = name.to_owned();
        if photos.len() > PHOTOS_MAX || people.len() == PEOPLE_MAX {
            return Err(Unusable::TooMany { what: name });
        }
        people.push(Person { name, photos });
    }
    Ok(people)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Unusable> {
    let listed = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut paths: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    let hidden = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'))
    };
    paths.retain(|path| !hidden(path));
    paths.sort();
    Ok(paths)
}

/// What each photo shows, on all processors. A photo that cannot be read is told and left out.
fn readings(
    engine: &Engine,
    settings: &Settings,
    photos: &[&Path],
) -> Result<Vec<Option<Reading>>, Unusable> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(photos.len()));
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = photos.get(index) else { return };
            let reading = picture(path, settings)
                .and_then(|picture| engine.read(&picture, settings).map_err(Unusable::from));
            if let Ok(mut results) = results.lock() {
                results.push((index, reading));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut readings = vec![None; photos.len()];
    for (index, reading) in results.into_inner().unwrap_or_default() {
        match reading {
            Ok(reading) => readings[index] = Some(told(photos[index], reading)),
            Err(broken @ Unusable::Models(_)) => return Err(broken),
            Err(unusable) => eprintln!("{}: {unusable}", photos[index].display()),
        }
    }
    Ok(readings)
}

fn told(path: &Path, reading: Reading) -> Reading {
    for flaw in &reading.flaws {
        eprintln!("{}: {flaw:?}", path.display());
    }
    reading
}

/// The mean face of a person's good photos, or of the others when none is good.
fn face_of(readings: Vec<Reading>) -> Option<Embedding> {
    let good = readings.iter().any(|reading| reading.flaws.is_empty());
    let used: Vec<Embedding> = readings
        .into_iter()
        .filter(|reading| !good || reading.flaws.is_empty())
        .filter_map(|reading| reading.embedding)
        .collect();
    Embedding::mean(&used)
}

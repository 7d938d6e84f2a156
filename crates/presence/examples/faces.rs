//! `faces DETECTOR RECOGNISER PHOTO...`: what the engine finds in each photo, one JSON object a
//! line. `tools/check_face.py` holds it against OpenCV; nothing else needs it.

use std::error::Error;
use std::io::Write;

use presence::face::{Engine, Face, Settings, Source, align, decode};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(detector), Some(recogniser)) = (words.next(), words.next()) else {
        return Err("faces DETECTOR RECOGNISER PHOTO...".into());
    };
    let read = |path: String| std::fs::read(path).map(Source::Read);
    let engine = Engine::load(read(detector)?, read(recogniser)?, 1)?;
    for photo in words {
        let found = match std::fs::read(&photo) {
            Ok(bytes) => faces(&engine, &bytes)?,
            Err(error) => json!({"error": error.to_string()}),
        };
        writeln!(std::io::stdout(), "{}", json!({"photo": photo, "found": found}))?;
    }
    Ok(())
}

fn faces(engine: &Engine, bytes: &[u8]) -> Result<Value, Box<dyn Error>> {
    let settings = Settings::default();
    let picture = match decode(bytes, &settings.picture) {
        Ok(picture) => picture,
        Err(error) => return Ok(json!({"error": error.to_string()})),
    };
    let faces = engine.faces(&picture, &settings.detection)?;
    let aligned = faces.iter().filter_map(|face| align(&picture, face));
    let embeddings = aligned.map(|face| engine.embedding(&face)).collect::<Result<Vec<_>, _>>()?;
    let each: Vec<Value> = faces
        .iter()
        .zip(&embeddings)
        .map(|(face, embedding)| {
            let mut found = numbers(face);
            found["embedding"] = json!(embedding.numbers().to_vec());
            found
        })
        .collect();
    let reading = engine.read(&picture, &settings)?;
    let flaws: Vec<String> = reading.flaws.iter().map(|flaw| format!("{flaw:?}")).collect();
    let codes: Vec<&str> = reading.flaws.iter().map(|flaw| flaw.code()).collect();
    let read = reading.embedding.map(|embedding| embedding.numbers().to_vec());
    let size = [picture.width(), picture.height()];
    Ok(json!({"size": size, "faces": each, "flaws": flaws, "codes": codes, "read": read}))
}

fn numbers(face: &Face) -> Value {
    let bounds = [face.bounds.left, face.bounds.top, face.bounds.width, face.bounds.height];
    let points: Vec<[f32; 2]> = face.points.iter().map(|point| [point.x, point.y]).collect();
    json!({"bounds": bounds, "points": points, "score": face.score})
}

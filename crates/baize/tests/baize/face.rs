//! `baize face` without a face: what is missing, refused or not to be found ends in one JSON object
//! and status 2. What it does with people's photos is in `tools/check_face.py`.

use std::path::{Path, PathBuf};

use baize::face::{Answered, Options, search, verify};
use serde_json::json;

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("baize-face-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// A grey square, as a PNG.
fn square(path: &Path) {
    let file = std::fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, 64, 64);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[120; 64 * 64]).unwrap();
}

fn refused(answered: Answered, code: &str) {
    assert_eq!(answered.status, 2, "{}", answered.json);
    assert_eq!(answered.json["error"], json!(code), "{}", answered.json);
}

#[test]
fn without_models_it_says_so_in_one_word() {
    let empty = folder("no-models");
    let options = Options { models: Some(empty.clone()), settings: None };
    let answered = verify(Path::new("a.jpg"), Path::new("b.jpg"), &options);
    assert_eq!((answered.status, answered.json), (2, json!({"error": "models_missing"})));
    // Other files under the models' names are not taken for models.
    for file in ["detector.onnx", "recogniser.onnx"] {
        std::fs::write(empty.join(file), "no model").unwrap();
    }
    refused(verify(Path::new("a.jpg"), Path::new("b.jpg"), &options), "models_unknown");
    std::fs::remove_dir_all(empty).unwrap();
}

#[test]
fn what_shows_nobody_is_not_compared() {
    let place = folder("nobody");
    let (grey, words, absent) =
        (place.join("grey.txt"), place.join("words.jpg"), place.join("absent.jpg"));
    square(&grey);
    std::fs::write(&words, "no picture").unwrap();
    let usual = Options::default();
    refused(verify(&grey, &grey, &usual), "no_face");
    refused(verify(&words, &grey, &usual), "not_a_picture");
    refused(verify(&absent, &grey, &usual), "unreadable");
    refused(verify(&place, &grey, &usual), "unreadable");
    refused(search(&place, &grey, &usual), "no_face");
    std::fs::remove_dir_all(place).unwrap();
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let place = folder("settings");
    let file = place.join("face.toml");
    for text in ["[matching]\nsame = 0.5", "[matching]\nreview_min = 0.9", "matching ="] {
        std::fs::write(&file, text).unwrap();
        let options = Options { models: None, settings: Some(file.clone()) };
        refused(verify(&file, &file, &options), "settings");
    }
    std::fs::remove_dir_all(place).unwrap();
}

//! Puts the face models that `tools/fetch` made into the program. Without them the program is built
//! all the same and `baize face` says that they are missing; so it does for files that are not the
//! ones of `tools/pins.tsv`.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The pins of the models and the constants that they become.
const MODELS: [(&str, &str); 2] =
    [("face-detector", "DETECTOR"), ("face-recogniser", "RECOGNISER")];

fn main() -> Result<(), String> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let pins = here.join("../../tools/pins.tsv");
    let table =
        fs::read_to_string(&pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let folder = models_dir();
    let mut code = String::new();
    let mut all = true;
    for (pin, constant) in MODELS {
        let (file, sha256) = pinned(&table, pin)?;
        let path = folder.as_ref().map(|folder| folder.join(file));
        let path = path.filter(|path| digest(path).is_some_and(|found| found == sha256));
        all &= path.is_some();
        let bytes = match path.as_deref().and_then(Path::to_str) {
            Some(path) => format!("include_bytes!({path:?})"),
            None => "&[]".to_owned(),
        };
        writeln!(
            code,
            "/// What `{pin}` is called, its SHA-256, its bytes if it was there then.\n\
             pub const {constant}: Pinned = \
             Pinned {{ file: {file:?}, sha256: {sha256:?}, bytes: {bytes} }};"
        )
        .map_err(|error| error.to_string())?;
    }
    writeln!(code, "pub const PRESENT: bool = {all};").map_err(|error| error.to_string())?;
    let generated = PathBuf::from(variable("OUT_DIR")?).join("face_models.rs");
    fs::write(&generated, code).map_err(|error| format!("{}: {error}", generated.display()))?;
    for path in [Some(pins), folder].into_iter().flatten() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BAIZE_CACHE");
    println!("cargo::rerun-if-env-changed=HOME");
    Ok(())
}

/// File and SHA-256 of a pin.
fn pinned<'a>(table: &'a str, name: &str) -> Result<(&'a str, &'a str), String> {
    let row = table.lines().find(|line| line.split('\t').next() == Some(name));
    let cells: Vec<&str> = row.unwrap_or_default().split('\t').collect();
    match cells[..] {
        [_, _, _, file, sha256, ..] => Ok((file, sha256)),
        _ => Err(format!("tools/pins.tsv has no row {name}")),
    }
}

fn digest(path: &Path) -> Option<String> {
    let bytes = fs::read(path).ok()?;
    Some(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The folder that `tools/fetch` fills. It is made when missing so that cargo can watch it.
fn models_dir() -> Option<PathBuf> {
    let cache = match env::var_os("BAIZE_CACHE").filter(|named| !named.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => PathBuf::from(env::var_os("HOME")?).join(".cache/baize"),
    };
    let folder = std::path::absolute(cache.join("face")).ok()?;
    fs::create_dir_all(&folder).ok()?;
    Some(folder)
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

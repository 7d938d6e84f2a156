//! Gathers what the pages serve into one generated table: our style sheets and islands from
//! `web/static`, the npm libraries and the district boundaries when they have been fetched, and
//! the icons that `web/icons.txt` names. Fetching is left to `npm ci` and `tools/fetch`; without
//! them the build still succeeds and `LIBRARIES_PRESENT` is false.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Logical names of the library files and where npm puts them.
const LIBRARIES: [(&str, &str); 4] = [
    ("tabler.css", "@tabler/core/dist/css/tabler.min.css"),
    ("ol.js", "ol/dist/ol.js"),
    ("ol.css", "ol/ol.css"),
    ("htmx.js", "htmx.org/dist/htmx.min.js"),
];

/// The clear background square that every Tabler icon starts with.
const BACKGROUND: &str = r#"<path stroke="none" d="M0 0h24v24H0z" fill="none" />"#;

fn main() -> Result<(), String> {
    let crate_dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    let web = crate_dir.join("../../web");
    let web = web.canonicalize().map_err(|error| said(&web, &error))?;
    let modules = web.join("node_modules");
    let libraries: Vec<(String, PathBuf)> = LIBRARIES
        .iter()
        .map(|(name, path)| ((*name).to_owned(), modules.join(path)))
        .filter(|(_, path)| path.is_file())
        .collect();
    let libraries_present = libraries.len() == LIBRARIES.len();

    let mut files = libraries;
    collect(&web.join("static"), "", &mut files)?;
    if let Some(boundaries) = boundaries_dir() {
        collect(&boundaries, "boundaries/", &mut files)?;
        watch(&boundaries);
    }
    files.sort();

    let mut code = String::new();
    let written = write_assets(&mut code, &files)
        .and_then(|()| write_icons(&mut code, &web, &modules))
        .and_then(|()| {
            writeln!(code, "pub const LIBRARIES_PRESENT: bool = {libraries_present};")
                .map_err(|error| error.to_string())
        });
    written?;
    let generated = out_dir.join("assets_gen.rs");
    fs::write(&generated, code).map_err(|error| said(&generated, &error))?;
    watch_sources(&web, &modules);
    Ok(())
}

/// npm rewrites its hidden lock file at every install, so that one file stands for all of
/// `node_modules`. A path that does not exist would make cargo run this every time, hence the
/// watch on `web` itself until the first install.
fn watch_sources(web: &Path, modules: &Path) {
    let installed = modules.join(".package-lock.json");
    if installed.is_file() {
        watch(&installed);
        watch(&web.join("static"));
        watch(&web.join("icons.txt"));
    } else {
        watch(web);
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BAIZE_CACHE");
    println!("cargo::rerun-if-env-changed=HOME");
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

/// The folder that `tools/fetch` fills. It is made when missing so that cargo can watch it;
/// where that is not allowed the build goes on without boundaries.
fn boundaries_dir() -> Option<PathBuf> {
    let cache = match env::var_os("BAIZE_CACHE").filter(|named| !named.is_empty()) {
        Some(named) => PathBuf::from(named),
        None => PathBuf::from(env::var_os("HOME")?).join(".cache/baize"),
    };
    let boundaries = std::path::absolute(cache.join("boundaries")).ok()?;
    fs::create_dir_all(&boundaries).ok()?;
    Some(boundaries)
}

/// Every file below `folder`, named by its path with `/` behind `prefix`. Editors' hidden and
/// unfinished files are left out.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| said(folder, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| said(folder, &error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(format!("{}: the name is not UTF-8", path.display()));
        };
        if name.starts_with('.') || name.ends_with('~') || name.ends_with(".part") {
            continue;
        }
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

fn write_assets(code: &mut String, files: &[(String, PathBuf)]) -> Result<(), String> {
    let mut table = String::from("pub static ASSETS: &[Asset] = &[\n");
    for (name, path) in files {
        let bytes = fs::read(path).map_err(|error| said(path, &error))?;
        let hash = short_hash(&bytes);
        let media = media_type(name)?;
        let Some(place) = path.to_str() else {
            return Err(format!("{}: the path is not UTF-8", path.display()));
        };
        writeln!(
            table,
            "    Asset {{ name: {name:?}, hash: {hash:?}, media: {media:?}, \
             bytes: include_bytes!({place:?}) }},"
        )
        .map_err(|error| error.to_string())?;
    }
    table.push_str("];\n");
    code.push_str(&table);
    Ok(())
}

fn write_icons(code: &mut String, web: &Path, modules: &Path) -> Result<(), String> {
    let list_path = web.join("icons.txt");
    let list = fs::read_to_string(&list_path).map_err(|error| said(&list_path, &error))?;
    let mut names: Vec<&str> =
        list.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let drawings = modules.join("@tabler/icons/icons");
    code.push_str("pub static ICONS: &[(&str, &str)] = &[\n");
    if drawings.is_dir() {
        for name in names {
            let inner = icon_markup(&drawings, name)
                .map_err(|error| format!("web/icons.txt names {name}: {error}"))?;
            writeln!(code, "    ({name:?}, {inner:?}),").map_err(|error| error.to_string())?;
        }
    }
    code.push_str("];\n");
    Ok(())
}

/// What stands between `<svg>` and `</svg>`, on one line. Names that end in `-filled` come from
/// the filled set and bring their own fill, because the frame around them only strokes.
fn icon_markup(drawings: &Path, name: &str) -> Result<String, String> {
    let filled = name.strip_suffix("-filled");
    let path = match filled {
        Some(plain) => drawings.join(format!("filled/{plain}.svg")),
        None => drawings.join(format!("outline/{name}.svg")),
    };
    let svg = fs::read_to_string(&path).map_err(|error| said(&path, &error))?;
    let inner = svg
        .find("<svg")
        .and_then(|start| svg[start..].find('>').map(|end| start + end + 1))
        .zip(svg.rfind("</svg>"))
        .map(|(start, end)| svg[start..end].replace(BACKGROUND, ""))
        .ok_or_else(|| format!("{} is not an SVG", path.display()))?;
    let line: String = inner.lines().map(str::trim).collect();
    Ok(match filled {
        Some(_) => format!(r#"<g fill="currentColor" stroke="none">{line}</g>"#),
        None => line,
    })
}

fn media_type(name: &str) -> Result<&'static str, String> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    Ok(match extension {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "jpg" => "image/jpeg",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => return Err(format!("{name}: no media type known for its extension")),
    })
}

/// First 12 hex digits of the SHA-256.
fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn said(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

//! `GET /campaigns/{campaign_id}/readiness.zip` (迎检资料包) [W49]: the workbook of the campaign,
//! the evidence behind it in folders, and an index that says what each file proves and what was
//! left out.

use std::io::{Cursor, Write};

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use store::campaign::{self, PackFile};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Names, takes_part};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::session::SignedIn;
use crate::table_file::sheet;
use crate::when::When;

/// So much evidence fits into one pack; what is beyond stands in the index with its address.
const BYTES_MAX: i64 = 64 * 1024 * 1024;

fn kind_of(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "application/pdf" => "pdf",
        _ => "bin",
    }
}

/// A name that every system can unfold: what separates folders or names devices becomes a dash.
fn safe(text: &str) -> String {
    let cut =
        text.chars().map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c });
    let name: String = cut.take(60).collect();
    let name = name.trim_matches(['.', ' ']);
    if name.is_empty() { "-".to_owned() } else { name.to_owned() }
}

/// Where a file stands in the pack: by problem, or by unit and place.
fn path_of(names: &Names<'_>, file: &PackFile, number: usize) -> String {
    let lang = names.lang;
    let unit = safe(lang.pick(&file.name_zh, &file.name_en));
    let kind = kind_of(&file.media_type);
    match &file.number {
        Some(problem) => {
            format!("{}/{}-{unit}/{number:04}.{kind}", lang.cw_pack_problems(), safe(problem))
        }
        None => {
            let place =
                file.department.as_deref().map_or(String::new(), |one| names.department(one));
            format!("{}/{unit}/{}/{number:04}.{kind}", lang.cw_pack_sheets(), safe(&place))
        }
    }
}

fn row_of(names: &Names<'_>, when: When, file: &PackFile, path: &str) -> Vec<String> {
    let item = file.item.as_deref().map_or(String::new(), |item| names.item(item));
    vec![
        path.to_owned(),
        names.lang.pick(&file.name_zh, &file.name_en).to_owned(),
        file.department.as_deref().map_or(String::new(), |one| names.department(one)),
        file.number.clone().unwrap_or_default(),
        item,
        when.stamp_hm(&file.added_at),
        ((file.size_bytes + 1_023) / 1_024).to_string(),
    ]
}

/// `GET /campaigns/{campaign_id}/readiness.zip`
pub(crate) async fn readiness(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now) = (who.lang, app.now());
    let (one, book) = super::export::book(&app, &who, &id, now).await?;
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let files = campaign::pack_files(&mut tx, &who.scope, &id).await.told(lang)?;
    let broken = |error: String| Fault::new(Kind::Broken(error), lang);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Photos and documents are packed already.
    let stored = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .unix_permissions(0o644);
    let mut put = |name: &str, body: &[u8]| -> Answer<()> {
        zip.start_file(name, stored).map_err(|error| broken(error.to_string()))?;
        zip.write_all(body).map_err(|error| broken(error.to_string()))
    };
    put(&format!("{}.xlsx", lang.cw_pack_book()), &book)?;
    let (mut rows, mut bytes) = (Vec::new(), 0);
    for (number, file) in files.iter().enumerate() {
        let mut path = path_of(&names, file, number + 1);
        let fits = bytes + file.size_bytes <= BYTES_MAX;
        let blob = match fits {
            true => campaign::pack_file(&mut tx, file).await.told(lang)?,
            false => None,
        };
        match blob {
            Some(blob) => {
                bytes += file.size_bytes;
                put(&path, &blob.body)?;
            }
            None => path = lang.cw_pack_left_out().to_owned(),
        }
        rows.push(row_of(&names, when, file, &path));
    }
    drop(tx);
    let heads = [
        lang.cw_pack_path(),
        lang.cp_col_unit(),
        lang.cp_col_department(),
        lang.cp_col_number(),
        lang.cw_item(),
        lang.cw_pack_added(),
        "KB",
    ];
    let index = sheet(lang.cw_pack_index(), &heads, rows.into_iter());
    put(&format!("{}.xlsx", lang.cw_pack_index()), &index.map_err(|e| broken(e.to_string()))?)?;
    let body = zip.finish().map_err(|error| broken(error.to_string()))?.into_inner();
    let name = format!("readiness-{}-{}.zip", one.code, when.iso(&now.0));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_leave_no_folder() {
        for (text, name) in [
            ("../../etc/passwd", "-..-etc-passwd"),
            ("C:\\con", "C--con"),
            ("市人民医院", "市人民医院"),
            ("..", "-"),
            ("", "-"),
            ("a\u{0}b\n", "a-b-"),
        ] {
            assert_eq!(safe(text), name, "{text:?}");
        }
    }
}

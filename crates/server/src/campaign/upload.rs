//! Forms with files: what was typed is read whole, whatever becomes of the files.

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};

use crate::fault::{Answer, Fault, Kind};
use crate::form::Fields;
use crate::picture::{Clean, PHOTO_BYTES_MAX, Unusable, clean};
use crate::session::SignedIn;
use crate::words::Lang;

/// A form and the files that came with it, each with the name of its field.
pub(super) struct Sent {
    pub fields: Fields,
    files: Vec<(String, Option<Vec<u8>>)>,
}

/// Files of one form.
const FILES_MAX: usize = 12;

/// Fields of files begin so; an item's code follows.
const FILE: &str = "file";

/// Reads a form. A file above what a photo may have is let pass unread, and the fields behind it
/// are still taken.
pub(super) async fn read(who: &SignedIn, mut form: Multipart) -> Answer<Sent> {
    let broken = |error: MultipartError| Fault::new(Kind::BadForm(error.body_text()), who.lang);
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or("").to_owned();
        if !name.starts_with(FILE) {
            pairs.push((name, field.text().await.map_err(broken)?));
            continue;
        }
        let body = body_of(field).await.map_err(broken)?;
        let sent = body.as_ref().is_none_or(|body| !body.is_empty());
        if sent && files.len() < FILES_MAX {
            files.push((name, body));
        }
    }
    let fields = Fields::of(pairs);
    who.check(fields.get("csrf"))?;
    Ok(Sent { fields, files })
}

/// The bytes of a file; nothing when there are too many.
async fn body_of(mut field: Field<'_>) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut body = Some(Vec::new());
    while let Some(chunk) = field.chunk().await? {
        body = body.filter(|kept: &Vec<u8>| kept.len() + chunk.len() <= PHOTO_BYTES_MAX).map(
            |mut kept| {
                kept.extend_from_slice(&chunk);
                kept
            },
        );
    }
    Ok(body)
}

/// Why a file is not kept, as a sentence.
pub(super) fn unusable(lang: Lang, why: Unusable) -> &'static str {
    match why {
        Unusable::TooLarge => lang.cps_file_too_large(),
        Unusable::Unreadable => lang.cps_file_unreadable(),
    }
}

impl Sent {
    /// The files made fit to be kept, by the item their field names, and what is wrong with the
    /// others.
    pub async fn cleaned(self) -> (Fields, Vec<(String, Clean)>, Option<Unusable>) {
        let (mut good, mut wrong) = (Vec::new(), None);
        for (name, body) in self.files {
            let item = name.trim_start_matches(FILE).trim_start_matches('_').to_owned();
            let made = match body {
                Some(body) => clean(body).await,
                None => Err(Unusable::TooLarge),
            };
            match made {
                Ok(made) => good.push((item, made)),
                Err(why) => wrong = Some(why),
            }
        }
        (self.fields, good, wrong)
    }
}

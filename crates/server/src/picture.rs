//! Photos and documents that people send: a photo is decoded with limits, turned upright, made
//! small and encoded anew, so that nothing a camera or somebody else wrote into it is kept. A PDF
//! stays as it is and is only ever downloaded.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::error::{LimitError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage};
use tokio::sync::Semaphore;

/// A photo as a phone sends it; what is kept is far smaller.
pub(crate) const PHOTO_BYTES_MAX: usize = 12 * 1024 * 1024;
/// The longer side of what is kept.
const EDGE_MAX: u32 = 1_600;
/// The longer side of a picture in a list.
const THUMB_EDGE: u32 = 240;
/// No phone's camera makes more; checked before anything is decoded.
const PIXELS_MAX: u64 = 50_000_000;
const SIDE_MAX: u32 = 16_000;
/// What decoding may take: four bytes of each pixel.
const ALLOC_MAX: u64 = 4 * PIXELS_MAX;
const QUALITY: u8 = 82;

/// Decoding takes memory: two at a time.
static DECODING: Semaphore = Semaphore::const_new(2);

/// A file as it may be kept.
#[derive(Debug)]
pub(crate) struct Clean {
    pub media_type: &'static str,
    pub body: Vec<u8>,
}

/// Why a file is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    TooLarge,
    /// Neither photo nor PDF by its own bytes, damaged, or with too many pixels.
    Unreadable,
}

/// Makes a sent file fit to be kept; the name it came with is not believed.
pub(crate) async fn clean(body: Vec<u8>) -> Result<Clean, Unusable> {
    if body.starts_with(b"%PDF-") {
        if body.len() > store::blob::BYTES_MAX {
            return Err(Unusable::TooLarge);
        }
        return Ok(Clean { media_type: "application/pdf", body });
    }
    if body.len() > PHOTO_BYTES_MAX {
        return Err(Unusable::TooLarge);
    }
    let body = made(body, EDGE_MAX).await?;
    Ok(Clean { media_type: "image/jpeg", body })
}

/// A kept photo as a list shows it.
pub(crate) async fn thumbnail(body: Vec<u8>) -> Result<Vec<u8>, Unusable> {
    made(body, THUMB_EDGE).await
}

async fn made(body: Vec<u8>, edge: u32) -> Result<Vec<u8>, Unusable> {
    let _turn = DECODING.acquire().await.map_err(|_| Unusable::Unreadable)?;
    // A decoder that panics on hostile bytes ends its own thread's work, not the server's.
    let made = tokio::task::spawn_blocking(move || shrunk(&body, edge)).await;
    made.map_err(|_| Unusable::Unreadable)?.map_err(|_| Unusable::Unreadable)
}

fn shrunk(body: &[u8], edge: u32) -> Result<Vec<u8>, ImageError> {
    let mut reader = ImageReader::new(Cursor::new(body)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::DimensionError)));
    }
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if width > edge || height > edge {
        picture = picture.thumbnail(edge, edge);
    }
    picture.apply_orientation(upright);
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, QUALITY).encode_image(&on_white(picture))?;
    Ok(encoded)
}

/// A JPEG knows no transparency: what shines through is white, as on paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let mixed = [red, green, blue].map(|c| (c * alpha + 255 * (255 - alpha)) / 255);
        image::Rgb(mixed.map(|c| u8::try_from(c).unwrap_or(u8::MAX)))
    })
}

#[cfg(test)]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [200, 30, 30] } else { [30, 30, 200] })
        });
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn read(body: &[u8]) -> RgbImage {
        image::load_from_memory(body).unwrap().into_rgb8()
    }

    #[tokio::test]
    async fn a_photo_becomes_small_upright_and_silent() {
        let plain = photo(2_000, 1_000, ImageFormat::Jpeg);
        // An Exif block that says "turned by a quarter" and carries somebody's words.
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".to_vec();
        exif.extend(b"\0\0\0\0 somebody was here");
        let mut turned = plain[..2].to_vec();
        turned.extend([0xff, 0xe1]);
        turned.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        turned.extend(&exif);
        turned.extend(&plain[2..]);
        let kept = clean(turned).await.unwrap();
        let picture = read(&kept.body);
        assert_eq!((picture.width(), picture.height()), (800, 1_600), "upright");
        assert!(picture.get_pixel(400, 100).0[0] > 150, "what was left is above");
        let said = b"somebody";
        assert!(!kept.body.windows(said.len()).any(|bytes| bytes == said));
        let small = read(&thumbnail(kept.body).await.unwrap());
        assert_eq!((small.width(), small.height()), (120, 240));
    }

    #[tokio::test]
    async fn what_is_no_photo_or_document_is_not_kept() {
        let unreadable = |body: Vec<u8>| async { clean(body).await.map(|one| one.media_type) };
        assert_eq!(unreadable(b"<svg onload=x>".to_vec()).await, Err(Unusable::Unreadable));
        assert_eq!(unreadable(Vec::new()).await, Err(Unusable::Unreadable));
        let whole = photo(60, 40, ImageFormat::Png);
        assert_eq!(unreadable(whole[..40].to_vec()).await, Err(Unusable::Unreadable));
        assert_eq!(unreadable(whole).await, Ok("image/jpeg"));
        assert_eq!(unreadable(b"%PDF-1.4 ...".to_vec()).await, Ok("application/pdf"));
        let mut document = b"%PDF-".to_vec();
        document.resize(store::blob::BYTES_MAX + 1, 0);
        assert_eq!(unreadable(document).await, Err(Unusable::TooLarge));
        let heavy = vec![0; PHOTO_BYTES_MAX + 1];
        assert_eq!(unreadable(heavy).await, Err(Unusable::TooLarge));
        // A small file that claims to be a huge picture: a PNG's head with 30,000 pixels a side.
        let mut claims = photo(8, 8, ImageFormat::Png);
        claims[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
        claims[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
        assert_eq!(unreadable(claims).await, Err(Unusable::Unreadable));
    }
}

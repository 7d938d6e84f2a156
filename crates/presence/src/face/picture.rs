//! A picture from bytes that nobody vouches for: JPEG, PNG or WebP by what the bytes say, whatever
//! the file is called. Sizes are checked before anything is allocated.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::settings::Limits;

/// Red, green and blue bytes in rows from the upper left, turned upright.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// Why bytes are no picture that is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    #[error("the file has {bytes} bytes, at most {most} are read")]
    TooManyBytes { bytes: usize, most: usize },
    #[error("this is no JPEG, PNG or WebP")]
    NotAPicture,
    #[error("the picture has {width} x {height} pixels, at most {most} are read")]
    TooManyPixels { width: u32, height: u32, most: u64 },
    #[error("the picture would need {bytes} bytes, at most {most} are given")]
    TooMuchRoom { bytes: u64, most: u64 },
    #[error("the file ends too early")]
    CutShort,
    #[error("the picture is damaged: {what}")]
    Damaged { what: String },
}

impl Picture {
    /// A picture of raw bytes, such as a camera's frame; nothing when the sizes do not agree.
    pub fn from_rgb(width: usize, height: usize, rgb: Vec<u8>) -> Option<Picture> {
        let fits = width.checked_mul(height)?.checked_mul(3)? == rgb.len();
        (fits && width > 0 && height > 0).then_some(Picture { width, height, rgb })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The picture made smaller: each new pixel is the mean of what it covers.
    pub(super) fn shrunk(&self, width: usize, height: usize) -> Picture {
        let across = shares(self.width, width, 0.0, self.width as f64 / width as f64);
        let down = shares(self.height, height, 0.0, self.height as f64 / height as f64);
        self.resampled(&across, &down)
    }

    /// A square of `side` pixels, each `step` pixels of this picture wide, whose upper left corner
    /// is at (`left`, `top`). Black where the picture ends.
    pub(super) fn window(&self, left: f64, top: f64, step: f64, side: usize) -> Picture {
        let across = shares(self.width, side, left, step);
        self.resampled(&across, &shares(self.height, side, top, step))
    }

    fn resampled(&self, across: &[Share], down: &[Share]) -> Picture {
        let stride = self.width * 3;
        let used = across.iter().filter(|share| !share.weights.is_empty());
        let first = used.clone().map(|share| share.first).min().unwrap_or(0);
        let end = used.map(|share| share.first + share.weights.len()).max().unwrap_or(0);
        let mut sums = vec![0f32; (end - first) * 3];
        let mut rgb = Vec::with_capacity(across.len() * down.len() * 3);
        for rows in down {
            sums.fill(0.0);
            for (row, weight) in (rows.first..).zip(&rows.weights) {
                let line = &self.rgb[row * stride..][first * 3..end * 3];
                for (sum, byte) in sums.iter_mut().zip(line) {
                    *sum += weight * f32::from(*byte);
                }
            }
            let (pixels, _) = sums.as_chunks::<3>();
            for columns in across {
                let mut colour = [0.5f32; 3];
                let covered = pixels.iter().skip(columns.first.saturating_sub(first));
                for (pixel, weight) in covered.zip(&columns.weights) {
                    for (channel, sum) in colour.iter_mut().zip(pixel) {
                        *channel += weight * sum;
                    }
                }
                rgb.extend(colour.map(|channel| channel as u8));
            }
        }
        Picture { width: across.len(), height: down.len(), rgb }
    }
}

/// Which old pixels, from `first` on, make a new one, and by how much each.
struct Share {
    first: usize,
    weights: Vec<f32>,
}

/// The shares of `new` pixels in a row of `old` ones, the first from `start` on, each `step` wide.
/// Wide ones are the mean of what they cover, narrow ones lie between two.
fn shares(old: usize, new: usize, start: f64, step: f64) -> Vec<Share> {
    let wide = step >= 1.0;
    (0..new)
        .map(|index| {
            let (from, to) = (start + index as f64 * step, start + (index + 1) as f64 * step);
            let middle = f64::midpoint(from, to);
            let weight = |at: usize| match at as f64 {
                at if wide => (to.min(at + 1.0) - from.max(at)) / step,
                at => 1.0 - (at + 0.5 - middle).abs(),
            };
            let (low, high) = if wide { (from, to) } else { (middle - 1.0, middle + 1.0) };
            let first = low.floor().clamp(0.0, old as f64) as usize;
            let end = high.ceil().clamp(0.0, old as f64) as usize;
            let weights = (first..end).map(|at| weight(at).max(0.0) as f32).collect();
            Share { first, weights }
        })
        .collect()
}

/// Decodes a picture and turns it upright as its EXIF data says.
///
/// # Errors
/// When the bytes are too many, no picture, too large a picture, or damaged.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, Undecodable> {
    if bytes.len() > limits.bytes_max {
        return Err(Undecodable::TooManyBytes { bytes: bytes.len(), most: limits.bytes_max });
    }
    let format = image::guess_format(bytes).map_err(|_| Undecodable::NotAPicture)?;
    let known = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];
    if !known.contains(&format) {
        return Err(Undecodable::NotAPicture);
    }
    if format == ImageFormat::Jpeg && !jpeg_ends(bytes) {
        return Err(Undecodable::CutShort);
    }
    // The decoders are other people's code on bytes from anywhere: should one of them panic, the
    // picture is damaged and the terminal goes on.
    catch_unwind(AssertUnwindSafe(|| decode_as(bytes, format, limits)))
        .unwrap_or_else(|_| Err(Undecodable::Damaged { what: "the decoder gave up".to_owned() }))
}

fn decode_as(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Picture, Undecodable> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut inner = image::Limits::default();
    inner.max_alloc = Some(limits.decoded_bytes_max);
    reader.limits(inner);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.pixels_max {
        return Err(Undecodable::TooManyPixels { width, height, most: limits.pixels_max });
    }
    let room = decoder.total_bytes();
    if room > limits.decoded_bytes_max {
        return Err(Undecodable::TooMuchRoom { bytes: room, most: limits.decoded_bytes_max });
    }
    // A picture with a damaged note about its orientation is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let mut upright = DynamicImage::ImageRgb8(image.into_rgb8());
    upright.apply_orientation(orientation);
    let rgb = upright.into_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    Picture::from_rgb(width, height, rgb.into_raw())
        .ok_or_else(|| Undecodable::Damaged { what: "it has no pixels".to_owned() })
}

fn damaged(error: image::ImageError) -> Undecodable {
    let early = |error: &std::io::Error| error.kind() == std::io::ErrorKind::UnexpectedEof;
    match &error {
        image::ImageError::IoError(inner) if early(inner) => Undecodable::CutShort,
        _ => Undecodable::Damaged { what: error.to_string() },
    }
}

/// Whether a JPEG's data comes to its end mark. Decoders paint what is missing grey, and a grey
/// half face would be compared.
fn jpeg_ends(bytes: &[u8]) -> bool {
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let mut at = 2;
    // Segments with a length, such as EXIF with its own small JPEG inside, are stepped over.
    while let Some([0xff, kind, rest @ ..]) = bytes.get(at..) {
        match (*kind, rest) {
            (0xff, _) => at += 1,
            (END, _) => return true,
            (0x01 | 0xd0..=0xd8, _) => at += 2,
            (SCAN, _) => break,
            (_, [high, low, ..]) => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
            _ => return false,
        }
    }
    let data = bytes.get(at..).unwrap_or_default();
    // Inside the data each 0xff is followed by a zero, so this pair is the mark.
    data.windows(2).any(|pair| pair == [0xff, END])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_picture_is_the_mean_of_what_each_pixel_covers() {
        // (width, height, new width, new height, red of the pixels, red expected)
        let rows: &[(usize, usize, usize, usize, &[u8], &[u8])] = &[
            (4, 1, 2, 1, &[0, 10, 100, 200], &[5, 150]),
            (3, 1, 2, 1, &[0, 90, 240], &[30, 190]),
            (2, 2, 1, 1, &[1, 2, 3, 6], &[3]),
            (5, 1, 2, 1, &[10, 10, 10, 10, 10], &[10, 10]),
            (2, 1, 2, 1, &[7, 9], &[7, 9]),
        ];
        for (width, height, new_width, new_height, reds, expected) in rows {
            let rgb = reds.iter().flat_map(|red| [*red, 0, 255]).collect();
            let picture = Picture::from_rgb(*width, *height, rgb).unwrap();
            let small = picture.shrunk(*new_width, *new_height);
            let got: Vec<u8> = small.rgb().iter().step_by(3).copied().collect();
            assert_eq!(got, *expected, "{width} x {height} {reds:?}");
            assert!(small.rgb().iter().skip(2).step_by(3).all(|blue| *blue == 255), "{reds:?}");
        }
    }

    #[test]
    fn a_window_shows_a_part_larger_or_smaller_and_black_outside() {
        // Sixteen rows alike, so that only what happens along a row shows.
        let rgb = [0, 40, 80, 120].repeat(16).into_iter().flat_map(|red| [red; 3]).collect();
        let picture = Picture::from_rgb(4, 16, rgb).unwrap();
        // (left, step, reds of a row expected)
        let rows: [(f64, f64, [u8; 4]); 5] = [
            (0.0, 1.0, [0, 40, 80, 120]),
            (1.0, 1.0, [40, 80, 120, 0]),
            (-2.0, 2.0, [0, 20, 100, 0]),
            (1.0, 0.5, [30, 50, 70, 90]),
            (1e12, 3.0, [0; 4]),
        ];
        for (left, step, expected) in rows {
            let window = picture.window(left, 2.0, step, 4);
            let got: Vec<u8> = window.rgb()[12..24].iter().step_by(3).copied().collect();
            assert_eq!(got, expected, "{left} {step}");
        }
        assert!(picture.window(0.0, -40.0, 2.0, 4).rgb().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_jpeg_has_to_come_to_its_end() {
        let rows: &[(&str, &[u8], bool)] = &[
            ("whole", &[0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd9], true),
            ("cut", &[0xff, 0xd8, 0xff, 0xda, 0, 2, 1, 0xff, 0, 2], false),
            ("end inside a note", &[0xff, 0xd8, 0xff, 0xe1, 0, 4, 0xff, 0xd9, 0xff, 0xda], false),
            ("a length beyond the file", &[0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0xff, 0xd9], false),
            ("followed by more", &[0xff, 0xd8, 0xff, 0xda, 5, 0xff, 0xd9, 0, 0, 0], true),
            ("nothing", &[0xff, 0xd8], false),
        ];
        for (name, bytes, ends) in rows {
            assert_eq!(jpeg_ends(bytes), *ends, "{name}");
        }
    }
}

//! Pictures as people have them: three formats under any name, turned as cameras turn them.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};
use presence::face::{Limits, Picture, Undecodable, decode};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Jpeg,
    Png,
    WebP,
}

pub const KINDS: [Kind; 3] = [Kind::Jpeg, Kind::Png, Kind::WebP];

/// A picture's bytes, with an EXIF orientation if one is given.
pub fn encoded(
    kind: Kind,
    pixels: &[u8],
    (width, height): (u32, u32),
    color: ExtendedColorType,
    orientation: Option<u8>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let exif = orientation.map(|value| {
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend([value, 0, 0, 0, 0, 0, 0, 0]);
        exif
    });
    let size = (width, height);
    match kind {
        Kind::Jpeg => {
            write(JpegEncoder::new_with_quality(&mut bytes, 95), exif, pixels, size, color);
        }
        Kind::Png => write(PngEncoder::new(&mut bytes), exif, pixels, size, color),
        Kind::WebP => write(WebPEncoder::new_lossless(&mut bytes), exif, pixels, size, color),
    }
    bytes
}

fn write(
    mut encoder: impl ImageEncoder,
    exif: Option<Vec<u8>>,
    pixels: &[u8],
    (width, height): (u32, u32),
    color: ExtendedColorType,
) {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder.write_image(pixels, width, height, color).unwrap();
}

pub fn rgb(kind: Kind, pixels: &[u8], size: (u32, u32)) -> Vec<u8> {
    encoded(kind, pixels, size, ExtendedColorType::Rgb8, None)
}

/// Something to look at: soft, so that JPEG keeps it.
pub fn soft(width: usize, height: usize) -> Vec<u8> {
    let pixel = |at: usize| {
        let (x, y) = (at % width, at / width);
        [(x * 200 / width) as u8, (y * 200 / height) as u8, 90]
    };
    (0..width * height).flat_map(pixel).collect()
}

#[test]
fn a_picture_is_known_by_its_bytes() {
    let pixels = soft(64, 48);
    for kind in KINDS {
        let picture = decode(&rgb(kind, &pixels, (64, 48)), &Limits::default()).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 48), "{kind:?}");
        let far = picture.rgb().iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(far <= if kind == Kind::Jpeg { 8 } else { 0 }, "{kind:?} differs by {far}");
    }
}

#[test]
fn a_picture_is_turned_upright() {
    // What each of the eight orientations makes of the rows 1 2 3 and 4 5 6.
    let rows: [(u8, usize, [u8; 6]); 8] = [
        (1, 3, [1, 2, 3, 4, 5, 6]),
        (2, 3, [3, 2, 1, 6, 5, 4]),
        (3, 3, [6, 5, 4, 3, 2, 1]),
        (4, 3, [4, 5, 6, 1, 2, 3]),
        (5, 2, [1, 4, 2, 5, 3, 6]),
        (6, 2, [4, 1, 5, 2, 6, 3]),
        (7, 2, [6, 3, 5, 2, 4, 1]),
        (8, 2, [3, 6, 2, 5, 1, 4]),
    ];
    // Each number is a square of this side, so that JPEG keeps its middle.
    const SIDE: usize = 16;
    let pixels: Vec<u8> = (0..2 * SIDE * 3 * SIDE)
        .flat_map(|at| [((at / (3 * SIDE) / SIDE * 3 + at % (3 * SIDE) / SIDE + 1) * 40) as u8; 3])
        .collect();
    for kind in KINDS {
        for (orientation, columns, expected) in rows {
            let size = (3 * SIDE as u32, 2 * SIDE as u32);
            let color = ExtendedColorType::Rgb8;
            let bytes = encoded(kind, &pixels, size, color, Some(orientation));
            let picture = decode(&bytes, &Limits::default()).unwrap();
            assert_eq!(picture.width(), columns * SIDE, "{kind:?} {orientation}");
            let number = |at: usize| {
                let (x, y) = (at % columns * SIDE + SIDE / 2, at / columns * SIDE + SIDE / 2);
                picture.rgb()[(y * picture.width() + x) * 3].saturating_add(15) / 40
            };
            let got: Vec<u8> = (0..6).map(number).collect();
            assert_eq!(got, expected, "{kind:?} {orientation}");
        }
    }
}

#[test]
fn greys_alphas_and_sixteen_bits_are_pictures_too() {
    let rows: [(Kind, ExtendedColorType, &[u8], [u8; 3]); 5] = [
        (Kind::Png, ExtendedColorType::L8, &[77], [77; 3]),
        (Kind::Jpeg, ExtendedColorType::L8, &[77], [77; 3]),
        (Kind::Png, ExtendedColorType::Rgba8, &[1, 2, 3, 200], [1, 2, 3]),
        (Kind::WebP, ExtendedColorType::Rgba8, &[1, 2, 3, 200], [1, 2, 3]),
        (Kind::Png, ExtendedColorType::L16, &[0x4d, 0x4d], [77; 3]),
    ];
    for (kind, color, pixel, expected) in rows {
        let bytes = encoded(kind, &pixel.repeat(64), (8, 8), color, None);
        let picture = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!(picture.rgb()[..3], expected, "{kind:?} {color:?}");
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff;";
    for bytes in [&b""[..], b"\xff", b"%PDF-1.7", gif, b"BM\x3a\0\0\0\0\0\0\0", b"RIFF\0\0\0\0WAVE"]
    {
        assert_eq!(decode(bytes, &Limits::default()), Err(Undecodable::NotAPicture), "{bytes:?}");
    }
    let limits = Limits { bytes_max: 10, ..Limits::default() };
    let refused = Undecodable::TooManyBytes { bytes: 11, most: 10 };
    assert_eq!(decode(&[0; 11], &limits), Err(refused));
}

#[test]
fn a_cameras_frame_has_to_have_its_size() {
    assert!(Picture::from_rgb(2, 2, vec![0; 12]).is_some());
    for (width, height, bytes) in [(2, 2, 11), (0, 5, 0), (usize::MAX, 2, 6), (2, usize::MAX, 0)] {
        assert_eq!(Picture::from_rgb(width, height, vec![0; bytes]), None, "{width} x {height}");
    }
}

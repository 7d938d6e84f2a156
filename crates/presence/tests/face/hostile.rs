//! Pictures made to hurt: cut short, with sizes that lie, far too large. Each is refused with an
//! error value, and nothing takes more than 300 MB.

use image::ExtendedColorType;
use presence::face::{Limits, Undecodable, decode};
use proptest::prelude::*;

use crate::pictures::{KINDS, Kind, encoded, rgb, soft};
use crate::{MEMORY, alone};

const MOST_MB: f32 = 300.0;

/// Decodes and gives the most memory that it took beyond what was there.
fn measured(bytes: &[u8]) -> (Result<(usize, usize), Undecodable>, f32) {
    let before = MEMORY.current_usage_as_mb();
    MEMORY.reset_peak_usage();
    let decoded = decode(bytes, &Limits::default());
    let took = MEMORY.peak_usage_as_mb() - before;
    (decoded.map(|picture| (picture.width(), picture.height())), took)
}

#[test]
fn the_largest_pictures_allowed_stay_below_300_mb() {
    let _turn = alone();
    // (kind, colour, bytes of a pixel, width and height); turned by a quarter, which takes a copy.
    let rows = [
        (Kind::Jpeg, ExtendedColorType::Rgb8, 3, (4_000, 4_000)),
        (Kind::Png, ExtendedColorType::Rgba8, 4, (4_000, 4_000)),
        (Kind::Png, ExtendedColorType::Rgba16, 8, (4_000, 2_000)),
        (Kind::WebP, ExtendedColorType::Rgba8, 4, (4_000, 4_000)),
    ];
    for (kind, color, width, size) in rows {
        let pixels = vec![200u8; size.0 as usize * size.1 as usize * width];
        let bytes = encoded(kind, &pixels, size, color, Some(6));
        drop(pixels);
        let (decoded, took) = measured(&bytes);
        assert_eq!(decoded, Ok((size.1 as usize, size.0 as usize)), "{kind:?}");
        assert!(took < MOST_MB, "{kind:?} {color:?} took {took} MB");
    }
}

#[test]
fn a_hundred_megapixels_are_refused_before_they_are_decoded() {
    let _turn = alone();
    let pixels = vec![200u8; 10_000 * 10_000];
    for kind in [Kind::Jpeg, Kind::Png] {
        let color = ExtendedColorType::L8;
        let bytes = encoded(kind, &pixels, (10_000, 10_000), color, None);
        let (decoded, took) = measured(&bytes);
        let most = 16_000_000;
        let refused = Undecodable::TooManyPixels { width: 10_000, height: 10_000, most };
        assert_eq!(decoded, Err(refused), "{kind:?}");
        // The JPEG decoder keeps a copy of the file.
        assert!(took < 20.0, "{kind:?} took {took} MB");
    }
    let sixteen = vec![0u8; 4_000 * 4_000 * 8];
    let color = ExtendedColorType::Rgba16;
    let bytes = encoded(Kind::Png, &sixteen, (4_000, 4_000), color, None);
    let (decoded, took) = measured(&bytes);
    assert!(decoded.is_err() && took < 20.0, "{decoded:?} {took}");
}

/// Writes another size into a picture's header, with the checksum that belongs to it.
fn lying(kind: Kind, (width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = rgb(kind, &soft(64, 48), (64, 48));
    match kind {
        Kind::Jpeg => {
            let at = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
            bytes[at + 5..at + 7].copy_from_slice(&(height as u16).to_be_bytes());
            bytes[at + 7..at + 9].copy_from_slice(&(width as u16).to_be_bytes());
        }
        Kind::Png => {
            bytes[16..20].copy_from_slice(&width.to_be_bytes());
            bytes[20..24].copy_from_slice(&height.to_be_bytes());
            let crc = crc32(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        }
        Kind::WebP => {
            // Fourteen bits each, less one, behind the mark of a lossless picture.
            let at = bytes.windows(4).position(|four| four == b"VP8L").unwrap() + 9;
            let sizes = ((width - 1) & 0x3fff) | ((height - 1) & 0x3fff) << 14;
            let kept = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) & 0xf000_0000;
            bytes[at..at + 4].copy_from_slice(&(sizes | kept).to_le_bytes());
        }
    }
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn sizes_that_lie_are_found() {
    let _turn = alone();
    for kind in KINDS {
        assert!(decode(&lying(kind, (64, 48)), &Limits::default()).is_ok(), "{kind:?}");
        for size in [(16_000, 16_000), (3_900, 4_000), (65, 4_000)] {
            let (decoded, took) = measured(&lying(kind, size));
            // A JPEG that ends early is painted to its size by the decoder; the end mark is there.
            let tolerated = kind == Kind::Jpeg && size.0 < 10_000;
            assert!(decoded.is_err() || tolerated, "{kind:?} {size:?}: {decoded:?}");
            assert!(took < MOST_MB, "{kind:?} {size:?} took {took} MB");
        }
    }
}

#[test]
fn a_picture_cut_short_is_no_picture() {
    for kind in KINDS {
        let bytes = rgb(kind, &soft(200, 150), (200, 150));
        // What PNG and WebP have behind the last pixel is a checksum and an end mark.
        let spare = if kind == Kind::Jpeg { 1 } else { 17 };
        for end in (0..bytes.len() - spare).step_by(7).chain([bytes.len() - spare]) {
            let decoded = decode(&bytes[..end], &Limits::default());
            assert!(decoded.is_err(), "{kind:?} cut to {end} of {}", bytes.len());
        }
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn damaged_pictures_end_in_a_value(
        kind in prop::sample::select(&KINDS[..]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = rgb(kind, &soft(96, 64), (96, 64));
        for (place, byte) in damage {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(picture) = decode(&bytes, &Limits::default()) {
            prop_assert_eq!(picture.rgb().len(), picture.width() * picture.height() * 3);
        }
    }

    #[test]
    fn noise_behind_a_true_beginning_ends_in_a_value(
        kind in prop::sample::select(&KINDS[..]),
        keep in 8usize..120,
        noise in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let mut bytes = rgb(kind, &soft(96, 64), (96, 64));
        bytes.truncate(keep);
        bytes.extend(noise);
        bytes.extend([0xff, 0xd9]);
        let _ = decode(&bytes, &Limits::default());
    }
}

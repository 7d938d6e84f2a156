//! Codes that a phone's camera reads: on the poster, on the sheet a client takes along.

use fast_qr::QRBuilder;

/// A code as one path: `size` modules a side, a module one unit.
#[derive(Clone, Debug)]
pub(crate) struct Qr {
    pub size: usize,
    pub path: String,
}

/// The quiet zone that readers need around a code, in modules.
const QUIET: usize = 4;

/// The code of a text; `None` for one that is too long.
pub(crate) fn qr(text: &str) -> Option<Qr> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row][column].value() {
                path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
            }
        }
    }
    Some(Qr { size: code.size + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_square_and_quiet() {
        let code = qr("https://example.org/green").unwrap();
        assert!(code.size >= 21 + 2 * QUIET && (code.size - 17 - 2 * QUIET).is_multiple_of(4));
        // The corner of the first finder pattern.
        assert!(code.path.starts_with("M4 4h1v1h-1z"));
        assert!(!code.path.contains("M0 ") && !code.path.contains("M3 "));
    }
}

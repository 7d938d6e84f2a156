//! Codes for cameras, drawn as one path.

use fast_qr::QRBuilder;

/// A code of `size` modules a side, quiet zone included; a module is one unit.
pub(crate) struct Qr {
    pub size: usize,
    pub path: String,
}

/// The quiet zone that readers need around a code, in modules.
const QUIET: usize = 4;

impl Qr {
    /// The code of a text; `None` when it is too long for one.
    pub fn of(text: &str) -> Option<Qr> {
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

    /// As a picture in a page; the text is told beside it.
    pub fn svg(&self) -> String {
        let Qr { size, path } = self;
        format!(
            "<svg viewBox=\"0 0 {size} {size}\" role=\"img\" aria-hidden=\"true\" \
             shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" \
             fill=\"#fff\"/><path d=\"{path}\"/></svg>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_corners() {
        let code = Qr::of("https://example.org/t/0123").unwrap();
        assert!(code.size >= 21 + 2 * QUIET);
        assert!(code.path.starts_with("M4 4h1v1h-1z"));
        assert!(Qr::of(&"x".repeat(8_000)).is_none());
    }
}

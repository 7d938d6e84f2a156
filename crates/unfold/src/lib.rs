//! Unfolds a block-quantised ONNX model to plain f32, for the build.
//!
//! The models come with their weights as int8 in blocks, each with a scale. The engine that runs
//! them wants plain numbers. This does little: it multiplies the weights out, it
//! drops what only training needs, and it folds a batch normalisation into the convolution before
//! it. Beside the model it notes which convolutions are depthwise, for an engine that has something
//! faster for those. The same bytes in give the same bytes out on every machine.
//!
//! Nothing of the input is believed: whatever it says, the answer is a model or an error value, and
//! the memory used stays below [`INPUT_BYTES_MAX`] plus a few times [`MADE_BYTES_MAX`].
//!
//! Left out: fetching the models and checking their hashes (`tools/fetch` does), running them
//! (`presence::face` does), every operator and data type that the two models do not use.

mod depthwise;
mod fold;
mod onnx;
mod wire;

use std::collections::BTreeSet;

/// The largest model read: the larger of the two has 10.7 MB.
pub const INPUT_BYTES_MAX: usize = 16 << 20;
/// The most bytes of numbers made: the larger of the two models has 38 MB, some of it twice.
pub const MADE_BYTES_MAX: usize = 64 << 20;
/// The most nodes and the most tensors: the models have some 300 of each.
pub const PARTS_MAX: usize = 10_000;

/// Why a model was not unfolded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfoldable {
    #[error("the model has {bytes} bytes, at most {INPUT_BYTES_MAX} are read")]
    TooLong { bytes: usize },
    #[error("the file ends inside a field, or a length in it is not true")]
    Broken,
    #[error("unfolded it would need more than {MADE_BYTES_MAX} bytes")]
    TooMuch,
    #[error("it has more than {PARTS_MAX} nodes or tensors")]
    TooManyParts,
    #[error("`{name}` is not UTF-8 or is empty")]
    Nameless { name: String },
    #[error("`{name}` is made twice")]
    Twice { name: String },
    #[error("`{name}` is used and made nowhere before")]
    Unknown { name: String },
    #[error("`{name}` says a shape that its data does not have")]
    Shape { name: String },
    #[error("`{name}` holds a number that is not finite")]
    NotFinite { name: String },
    #[error("`{name}`: {what} is not something this tool unfolds")]
    Unsupported { name: String, what: &'static str },
}

/// The unfolded model. Axes of the inputs named in `free` become symbolic, so that the model takes
/// any size there.
///
/// # Errors
/// When the bytes are no such model, or ask for too much.
pub fn unfold(bytes: &[u8], free: &BTreeSet<usize>) -> Result<Vec<u8>, Unfoldable> {
    if bytes.len() > INPUT_BYTES_MAX {
        return Err(Unfoldable::TooLong { bytes: bytes.len() });
    }
    let model = onnx::read(bytes)?;
    let folded = fold::fold(model)?;
    onnx::write(&folded, free)
}

//! The dispatcher's board.

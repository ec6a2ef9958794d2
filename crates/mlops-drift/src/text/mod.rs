//! Does a column of text read as it did?
//!
//! [`TextTest`] looks at the length of the texts, at the share of words never seen before, and at
//! whether a classifier on words and pieces of words can tell the two sides apart.

mod drift;
mod linear;
mod ngrams;

pub use drift::{OutOfVocabulary, TextDrift, TextTest};

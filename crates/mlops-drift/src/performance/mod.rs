//! How good is the model today, though the labels come later or never? Performance estimated
//! from what is known at once: features, predictions and scores.
//!
//! An estimate carries what the reference taught about the model's errors over to rows that
//! look otherwise. It follows a covariate shift: more rows of the kind that the model was
//! never good at. It can't see concept drift: rows that look as ever and now mean something
//! else are estimated as if nothing had happened.

#[allow(dead_code, reason = "estimates come next")]
mod chunk;

pub use chunk::{ChunkPerformance, Estimated};

//! What may be a name, and which names may stand beside each other.
//!
//! Every name that a caller gives passes through here: those of experiments, runs,
//! parameters, metrics, tags, data sets and files. What is on the screen must be what is
//! stored: nothing invisible, nothing that turns the direction of writing, one spelling of
//! each letter (NFC). Names that a person picks a thing by can't be told apart from one
//! that is there already only if they differ: see [`lookalike`].

mod lookalike;
mod rule;

pub(crate) use lookalike::looks_like;
pub(crate) use rule::{Rule, check, check_value, cut};

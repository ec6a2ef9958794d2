//! What classifiers that tell two sides apart have in common: who is drawn, who is held out,
//! how sure their area under the curve is, and what it means.

mod auc;
mod rule;

pub(crate) use auc::{FoldedAuc, quantile};
pub(crate) use rule::{AucRule, folds, sampled};

//! How does a request become a safe answer?
//!
//! A model is whatever turns rows of numbers into answers: the [`Model`] port. The
//! runtimes behind it read the files that LightGBM and XGBoost write, and give the
//! answers that those libraries give: LightGBM's sums bit by bit, XGBoost's `f32` margins
//! bit by bit. A file that needs more than its runtime does is refused by name.
//!
//! Around the models stands a [`predictor`]: it lets requests in, guards what goes in and
//! comes out, asks the version that is due, and the next one if that fails.
//!
//! ```
//! use mlops_serve_core::ndarray::array;
//! use mlops_serve_core::{ModelArtifact, ModelExt};
//!
//! # let file = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n\
//! #   max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=hour distance\n\
//! #   feature_infos=none none\n\nTree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=12\n\
//! #   decision_type=10\nleft_child=-1\nright_child=-2\nleaf_value=-1 1\nis_linear=0\nshrinkage=1\n\n\
//! #   end of trees\n".replace("\n ", "\n");
//! let artifact = ModelArtifact::from_bytes(file.as_bytes())?;
//! let model = artifact.model();
//! model.signature().check_names(["hour", "distance"])?;
//! let late = model.predict(array![[18.0, 733.0], [f64::NAN, 94.0]].view())?;
//! assert!(late[0] > 0.7 && late[1] < 0.3);
//! # Ok::<(), mlops_serve_core::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | load a model file and know its digest | [`ModelArtifact`] |
//! | ask a model | [`ModelExt`], [`Scale`] |
//! | check that columns are the model's, in its order | [`Signature::check_names`] |
//! | bring a version from 10 % to all, or stop it | [`rollout`] |
//! | know or tell a file's format | [`ModelFormat`] |
//! | know what is read of LightGBM and XGBoost | [`lightgbm`], [`xgboost`] |
//! | turn a request into a safe answer, step by step | [`predictor`], [`Predictor`](predictor::Predictor) |
//! | say who answers, and exchange it under load | [`Route`](predictor::Route), [`Predictor::swap`](predictor::Predictor::swap) |
//! | refuse, drop or clamp what a field may not be | [`InputGuard`](predictor::InputGuard), [`InputRule`](predictor::InputRule) |
//! | hold back an answer that can't be | [`OutputGuard`](predictor::OutputGuard) |
//! | try a version on a share of users, or in the shadow | [`Trial`](predictor::Trial), [`Share`](predictor::Share) |
//! | compare two versions request by request | [`Pair`], [`ShadowWorker`](predictor::ShadowWorker) |
//! | take inputs from a store of your own | [`FeatureLookup`](predictor::FeatureLookup) |
//! | limit the rate of anything | [`RateLimiter`](predictor::RateLimiter) |
//! | write a runtime of your own | [`Model`], and its suite in `testing` (feature `testing`) |
#![forbid(unsafe_code)]

mod artifact;
mod error;
mod forest;
mod format;
pub mod lightgbm;
mod model;
mod pair;
pub mod predictor;
pub mod rollout;
#[cfg(feature = "testing")]
pub mod testing;
pub mod xgboost;

pub use artifact::ModelArtifact;
pub use error::{Error, Result};
pub use format::ModelFormat;
pub use model::{Model, ModelExt, Scale, Signature};
pub use pair::Pair;

/// Batches are views of this crate's arrays.
pub use ndarray;

/// The README's code is tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! From a request to a safe answer, step by step.
//!
//! 1. **Door**: rate limit, places, deadline; see [`PredictorBuilder`].
//! 2. **Fields**: an [`InputGuard`] refuses, drops or clamps what a field may not be.
//! 3. **Look-up**: a [`FeatureLookup`] fills the model's inputs as they were known at the
//!    decision moment; each [`InputRule`] looks at one of them.
//! 4. **Route**: a [`Route`] says who is asked. A unit on trial meets the canary, always the
//!    same one; if that fails the champion is asked, then the previous version, then the
//!    constant. A failure is an error, a panic (contained, if panics unwind) or an answer that
//!    the [`OutputGuard`] holds back.
//! 5. **Report**: one [`PredictionEvent`](mlops_core::PredictionEvent) to each observer for
//!    each version that was asked.
//! 6. **Pairs**: what else is to be scored for comparison waits in a bounded queue for
//!    [`Predictor::score_waiting`] or a [`ShadowWorker`], so it can't delay or fail a caller.
//!
//! # Roles of events
//! The canary is asked as [`Canary`](mlops_core::ServedBy::Canary); the version in production as
//! [`Champion`](mlops_core::ServedBy::Champion) if it is asked first; whoever is asked after a
//! failure as [`Fallback`](mlops_core::ServedBy::Fallback); whoever is scored for comparison as
//! [`Shadow`](mlops_core::ServedBy::Shadow). A version that fails reports the failure in that
//! role. A constant is an event of its own. A request that no version was asked about (refused
//! by a guard or at the door, or without inputs) is one failure of the champion's, of the kind
//! [`PredictError::kind`]. The latency of an event is the time from the call until the
//! version's outcome stood; for a shadow it is its part of the batch that scored it.
//!
//! ```
//! use std::sync::Arc;
//! use mlops_core::{PredictionId, ServedBy, Version};
//! use mlops_serve_core::predictor::{
//!     Deployment, FieldRule, FieldValue, InputGuard, OutputGuard, Predictor, Reaction, Request,
//!     RequestLookup, Route,
//! };
//! # use mlops_serve_core::{Model, Result, Scale, Signature, ndarray::ArrayView2};
//! # #[derive(Debug)] struct Late(Signature);
//! # impl Model for Late {
//! #     fn signature(&self) -> &Signature { &self.0 }
//! #     fn score_row(&self, _: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
//! #         self.0.check_row(row, out)?;
//! #         out[0] = row[0] / 24.0;
//! #         Ok(())
//! #     }
//! #     fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
//! #         self.0.check_rows(&rows, out)?;
//! #         for (row, out) in rows.rows().into_iter().zip(out) {
//! #             self.score_row(scale, &row.to_vec(), std::slice::from_mut(out))?;
//! #         }
//! #         Ok(())
//! #     }
//! # }
//! # let model = Arc::new(Late(Signature::new(2, 1).with_feature_names(["hour", "distance"])?));
//! let route = Route::new(Deployment::new(Version::new(1, 0, 0), model)).with_constant(0.2);
//! let lookup = Arc::new(RequestLookup::new(["hour", "distance"]));
//! let predictor = Predictor::builder("flight-delay".parse()?, route, lookup)
//!     .input_guard(InputGuard::new([
//!         FieldRule::integer("hour").required().range(0.0, 23.0),
//!         FieldRule::number("distance").range(0.0, 6000.0).or(Reaction::Clamp),
//!     ])?)
//!     .output_guard(OutputGuard::probability())
//!     .build()?;
//!
//! let id = PredictionId::new("UA1545")?;
//! let fields = [("hour", FieldValue::Integer(18)), ("distance", FieldValue::Number(733.0))];
//! let answer = predictor.predict(&Request::new(&id, "N14228", &fields))?;
//! assert_eq!((answer.score, answer.served_by), (0.75, ServedBy::Champion));
//!
//! let refused = predictor.predict(&Request::new(&id, "N14228", &[("hour", FieldValue::Integer(42))]));
//! assert_eq!(refused.unwrap_err().to_string(), r#""hour" is 42, expected 0 to 23"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod admission;
mod answer;
mod builder;
mod chain;
mod counts;
mod guard;
mod lookup;
mod rate;
mod request;
mod route;
mod score;
mod shadow;
mod share;
mod worker;

pub use answer::{Answer, Attempt, Failure, NoModel, PredictError};
pub use builder::PredictorBuilder;
pub use chain::Predictor;
pub use counts::Counts;
pub(crate) use counts::Tallies;
pub use guard::{
    FieldKind, FieldRule, GuardAction, GuardCount, InputGuard, InputRefused, InputRule, OutputGuard,
    Reaction, UnknownFields, Violation,
};
pub use lookup::{FeatureLookup, LookupError, RequestLookup};
pub use rate::{NotNow, RateLimit, RateLimiter};
pub use request::{FieldValue, Request};
pub use route::{Deployment, Route, Trial};
pub use share::Share;
pub use worker::ShadowWorker;

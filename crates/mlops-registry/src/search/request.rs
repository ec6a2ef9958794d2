use mlops_core::ExperimentName;

use super::{Filter, OrderBy, Search, SyntaxError, page};
use crate::store::Kind;
use crate::tracking::View;
use crate::{Error, Result};

macro_rules! request {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $default:literal, $most:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[must_use]
        pub struct $name {
            experiments: Option<Vec<ExperimentName>>,
            filter: Filter,
            order: Vec<OrderBy>,
            view: View,
            limit: Option<usize>,
            page: Option<String>,
        }

        impl $name {
            #[doc = concat!("All of them, ", stringify!($default), " a page.")]
            pub fn new() -> Self {
                Self::default()
            }

            /// Those that a filter lets through; the empty one lets everything. See
            /// [the module](crate::search) for how it is written.
            ///
            /// # Errors
            /// [`SyntaxError`] if it is no filter.
            pub fn filter(mut self, filter: &str) -> Result<Self, SyntaxError> {
                self.filter = Filter::parse(Kind::$kind, filter)?;
                Ok(self)
            }

            /// Sorted by a field, after those named before, such as `metrics.auc DESC`.
            ///
            /// # Errors
            /// [`SyntaxError`] if it is no order.
            pub fn order_by(mut self, order: &str) -> Result<Self, SyntaxError> {
                self.order.push(OrderBy::parse(Kind::$kind, order)?);
                Ok(self)
            }

            /// Whether what is deleted is looked at; without a word it is not.
            pub fn view(mut self, view: View) -> Self {
                self.view = view;
                self
            }

            #[doc = concat!("How many a page has at most: 1 to ", stringify!($most), ", as in MLflow.")]
            pub fn limit(mut self, limit: usize) -> Self {
                self.limit = Some(limit);
                self
            }

            /// The page with this token, which the page before gave.
            pub fn page(mut self, token: impl Into<String>) -> Self {
                self.page = Some(token.into());
                self
            }

            /// What a store is asked for.
            ///
            /// # Errors
            /// [`Error::Invalid`] for a limit that is out of range, a field to sort by that
            /// is named twice, or a token that is none of this search.
            pub fn to_search(&self) -> Result<Search> {
                const MOST: usize = $most;
                let limit = self.limit.unwrap_or($default);
                if !(1..=MOST).contains(&limit) {
                    return Err(Error::Invalid {
                        field: "max results",
                        value: limit.to_string(),
                        expected: format!("1 to {MOST}"),
                    });
                }
                let mut search = Search::new(Kind::$kind, limit)?;
                search.experiments = self
                    .experiments
                    .as_ref()
                    .map(|experiments| experiments.iter().map(ToString::to_string).collect());
                search.view = self.view;
                search.filter = self.filter.clone();
                search.sort(self.order.clone())?;
                search.after = self.page.as_ref().map(|token| page::position(&search, token)).transpose()?;
                Ok(search)
            }
        }
    };
}

request!(
    /// Which runs are looked for, and how they are sorted: the latest first, if nothing is said.
    RunSearch, Run, 1000, 50_000
);
request!(
    /// Which experiments are looked for, and how they are sorted: the latest first, if nothing is said.
    ExperimentSearch, Experiment, 1000, 50_000
);
request!(
    /// Which models are looked for, and how they are sorted: by name, if nothing is said.
    ModelSearch, Model, 100, 1000
);
request!(
    /// Which versions are looked for, and how they are sorted: those changed last first, if
    /// nothing is said.
    VersionSearch, Version, 10_000, 200_000
);

impl RunSearch {
    /// The runs of these experiments; none, if there is none of them.
    pub fn within(experiments: impl IntoIterator<Item = ExperimentName>) -> Self {
        Self { experiments: Some(experiments.into_iter().collect()), ..Self::default() }
    }
}

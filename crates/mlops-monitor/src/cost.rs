use std::fmt;

use mlops_core::Window;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What the machines cost that a model is served from.
///
/// ```
/// use mlops_core::Window;
/// use mlops_monitor::Price;
/// // Two instances at 0.17 an hour, 720 hours of April: 244.80 for 27,578 answers.
/// let price = Price::new(0.17, 2, "USD")?;
/// let april = Window::month_of("2013-04-01".parse()?);
/// assert!((price.of(april) - 244.80).abs() < 1e-9);
/// assert!((price.per_thousand(april, 27_578).expect("there were answers") - 8.877).abs() < 1e-3);
/// assert_eq!(price.per_thousand(april, 0), None);
/// assert_eq!(price.to_string(), "2 instances at 0.17 USD an hour");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Price {
    per_hour: f64,
    instances: u32,
    currency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    per_hour: f64,
    instances: u32,
    currency: String,
}

impl TryFrom<Written> for Price {
    type Error = Error;
    fn try_from(written: Written) -> Result<Self> {
        Self::new(written.per_hour, written.instances, written.currency)
    }
}

impl Price {
    /// The price of one instance for one hour, and how many run; the currency is only a word.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the price is finite and not negative.
    pub fn new(per_hour: f64, instances: u32, currency: impl Into<String>) -> Result<Self> {
        if per_hour.is_finite() && per_hour >= 0.0 {
            Ok(Self { per_hour, instances, currency: currency.into() })
        } else {
            let expected = "a finite number, at least 0";
            Err(Error::Parameter { what: "price per hour", value: per_hour.to_string(), expected })
        }
    }

    /// The currency.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The cost of a window: each instance runs all of it, asked or not.
    pub fn of(&self, window: Window) -> f64 {
        let hours = window.until().saturating_since(window.from()).as_secs_f64() / 3600.0;
        self.per_hour * f64::from(self.instances) * hours
    }

    /// The cost of a window for each 1,000 of the predictions made in it; `None` if there were none.
    pub fn per_thousand(&self, window: Window, predictions: u64) -> Option<f64> {
        (predictions > 0).then(|| self.of(window) / predictions as f64 * 1000.0)
    }
}

/// `2 instances at 0.17 USD an hour`
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { per_hour, instances, currency } = self;
        let plural = if *instances == 1 { "" } else { "s" };
        write!(f, "{instances} instance{plural} at {per_hour} {currency} an hour")
    }
}

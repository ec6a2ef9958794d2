//! River's detectors by their names and parameters.

use mlops_drift::stream::{PageHinkley, PageHinkleySettings, SavedDetector};
use serde_json::Value;

pub(super) fn detector(name: &str, params: &Value) -> Result<SavedDetector, String> {
    let wrong = |error: &dyn std::fmt::Display| error.to_string();
    match name {
        "PageHinkley" => {
            let settings: PageHinkleySettings =
                serde_json::from_value(params.clone()).map_err(|error| wrong(&error))?;
            PageHinkley::new(settings).map(Into::into).map_err(|error| wrong(&error))
        }
        _ => Err("no such detector".to_owned()),
    }
}

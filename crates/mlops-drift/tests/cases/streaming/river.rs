//! River's detectors by their names and parameters.

use mlops_drift::Result;
use mlops_drift::stream::{Ddm, Eddm, HddmA, HddmW, PageHinkley, SavedDetector};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) fn detector(name: &str, params: &Value) -> Result<SavedDetector, String> {
    match name {
        "DDM" => with(Ddm::new, params),
        "EDDM" => with(Eddm::new, params),
        "HDDM_A" => with(HddmA::new, params),
        "HDDM_W" => with(HddmW::new, params),
        "PageHinkley" => with(PageHinkley::new, params),
        _ => Err("no such detector".to_owned()),
    }
}

/// The detector with these parameters: our settings have River's names.
fn with<S: DeserializeOwned, D: Into<SavedDetector>>(
    new: fn(S) -> Result<D>,
    params: &Value,
) -> Result<SavedDetector, String> {
    let settings = serde_json::from_value(params.clone()).map_err(|error| error.to_string())?;
    new(settings).map(Into::into).map_err(|error| error.to_string())
}

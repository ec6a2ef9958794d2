//! River's detectors by their names and parameters.

use mlops_cases::numbers;
use mlops_drift::Result;
use mlops_drift::stream::{Adwin, Ddm, Eddm, Fhddm, HddmA, HddmW, Kswin, PageHinkley, SavedDetector};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(super) fn detector(name: &str, params: &Value) -> Result<SavedDetector, String> {
    match name {
        "ADWIN" => with(Adwin::new, params),
        "DDM" => with(Ddm::new, params),
        "EDDM" => with(Eddm::new, params),
        "FHDDM" => with(Fhddm::new, params),
        "HDDM_A" => with(HddmA::new, params),
        "HDDM_W" => with(HddmW::new, params),
        "KSWIN" => kswin(params),
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

/// Ours needs no seed; a window that is known beforehand is no setting.
fn kswin(params: &Value) -> Result<SavedDetector, String> {
    let mut params = params.clone();
    let mut window = Vec::new();
    if let Some(params) = params.as_object_mut() {
        params.remove("seed");
        if let Some(values) = params.remove("window").filter(|values| !values.is_null()) {
            window = numbers(&values)?;
        }
    }
    let settings = serde_json::from_value(params).map_err(|error| error.to_string())?;
    Kswin::with_window(settings, &window).map(Into::into).map_err(|error| error.to_string())
}

/// The p-value, which ours calculates when it is asked for; River's 0 for what is not known yet.
pub(super) fn p_value(ours: &SavedDetector, field: &str) -> Option<f64> {
    match ours {
        SavedDetector::Kswin(kswin) if field == "p_value" => Some(kswin.p_value().unwrap_or(0.0)),
        _ => None,
    }
}

//! Frouros' detectors by their names and parameters.

use mlops_drift::stream::{
    Cusum, CusumSettings, EcddWt, EcddWtSettings, GeometricMovingAverage, GeometricMovingAverageSettings,
    PageHinkley, PageHinkleySettings, Rddm, RddmSettings, SavedDetector, Stepd, StepdSettings,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What Frouros calls the settings of ours.
const NAMES: [(&str, &str); 6] = [
    ("min_num_instances", "min_instances"),
    ("min_num_misclassified_instances", "min_errors"),
    ("max_num_instances_warning", "max_warnings"),
    ("lambda_", "threshold"),
    ("alpha_d", "alpha_drift"),
    ("alpha_w", "alpha_warning"),
];

pub(super) fn detector(name: &str, params: &Value) -> Result<SavedDetector, String> {
    match name {
        "CUSUM" => made(Cusum::new, &CusumSettings::default(), params, &[]),
        "GeometricMovingAverage" => {
            made(GeometricMovingAverage::new, &GeometricMovingAverageSettings::default(), params, &[])
        }
        "PageHinkley" => made(PageHinkley::new, &PageHinkleySettings::frouros(), params, &[]),
        "ECDDWT" => made(EcddWt::new, &EcddWtSettings::default(), params, &[("lambda_", "lambda")]),
        "RDDM" => made(Rddm::new, &RddmSettings::default(), params, &[]),
        "STEPD" => made(Stepd::new, &StepdSettings::default(), params, &[("min_num_instances", "window")]),
        _ => Err("no such detector".to_owned()),
    }
}

/// A detector of ours with the settings of theirs put over the defaults.
fn made<S, D>(
    new: impl Fn(S) -> mlops_drift::Result<D>,
    defaults: &S,
    params: &Value,
    names: &[(&str, &str)],
) -> Result<SavedDetector, String>
where
    S: DeserializeOwned + serde::Serialize,
    D: Into<SavedDetector>,
{
    let mut settings = serde_json::to_value(defaults).map_err(|error| error.to_string())?;
    for (theirs, value) in params.as_object().into_iter().flatten() {
        let name = names.iter().chain(&NAMES).find(|(name, _)| name == theirs);
        settings[name.map_or(theirs.as_str(), |(_, ours)| ours)] = value.clone();
    }
    let settings = serde_json::from_value(settings).map_err(|error| error.to_string())?;
    new(settings).map(Into::into).map_err(|error| error.to_string())
}

/// Where Frouros' STEPD divided by zero and alarmed: since it last began anew, all values were
/// the same. Ours has to be quiet there.
pub(super) fn divided_by_zero(detector: &str, stream: &[f64], drifts: &[usize]) -> Vec<usize> {
    if detector != "STEPD" {
        return Vec::new();
    }
    let mut begin = 0;
    let constant = |drift: &&usize| {
        let course = stream.get(begin..=**drift).unwrap_or_default();
        begin = **drift + 1;
        course.windows(2).all(|pair| pair[0].total_cmp(&pair[1]).is_eq())
    };
    drifts.iter().filter(constant).copied().collect()
}

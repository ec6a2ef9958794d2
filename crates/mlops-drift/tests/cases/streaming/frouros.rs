//! Frouros' detectors by their names and parameters.

use mlops_drift::stream::{
    Cusum, CusumSettings, Ddm, DdmSettings, EcddWt, EcddWtSettings, Eddm, EddmSettings,
    GeometricMovingAverage, GeometricMovingAverageSettings, HddmA, HddmASettings, HddmW, HddmWSettings,
    PageHinkley, PageHinkleySettings, Rddm, RddmSettings, SavedDetector, Stepd, StepdSettings,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

type Names<'a> = &'a [(&'a str, &'a str)];

pub(super) fn detector(name: &str, params: &Value) -> Result<SavedDetector, String> {
    let (min, lambda) = (("min_num_instances", "min_instances"), ("lambda_", "threshold"));
    let levels = [("warning_level", "warning_threshold"), ("drift_level", "drift_threshold")];
    let confidences = [("alpha_d", "drift_confidence"), ("alpha_w", "warning_confidence"), min];
    match name {
        "CUSUM" => made(Cusum::new, &CusumSettings::default(), params, &[min, lambda]),
        "GeometricMovingAverage" => {
            let defaults = GeometricMovingAverageSettings::default();
            made(GeometricMovingAverage::new, &defaults, params, &[min, lambda])
        }
        "PageHinkley" => made(PageHinkley::new, &PageHinkleySettings::frouros(), params, &[min, lambda]),
        "ECDDWT" => made(EcddWt::new, &EcddWtSettings::default(), params, &[min, ("lambda_", "lambda")]),
        "RDDM" => {
            let names = [min, ("max_num_instances_warning", "max_warnings")];
            made(Rddm::new, &RddmSettings::default(), params, &names)
        }
        "STEPD" => {
            let names =
                [("min_num_instances", "window"), ("alpha_d", "alpha_drift"), ("alpha_w", "alpha_warning")];
            made(Stepd::new, &StepdSettings::default(), params, &names)
        }
        "DDM" => {
            let params = warm_start(params, "min_num_instances")?;
            made(Ddm::new, &DdmSettings::default(), &params, &levels)
        }
        "EDDM" => {
            let params = warm_start(params, "min_num_misclassified_instances")?;
            made(Eddm::new, &EddmSettings::frouros(), &params, &[])
        }
        "HDDMA" => made(HddmA::new, &HddmASettings::frouros(), params, &confidences),
        "HDDMW" => {
            let names = [confidences.as_slice(), &[("lambda_", "lambda_val")]].concat();
            made(HddmW::new, &HddmWSettings::frouros(), params, &names)
        }
        _ => Err("no such detector".to_owned()),
    }
}

/// Theirs judges from so many values on, ours after so many.
fn warm_start(params: &Value, theirs: &str) -> Result<Value, String> {
    let mut params = params.as_object().cloned().ok_or("parameters that are none")?;
    let from = params.remove(theirs).and_then(|value| value.as_u64()).unwrap_or(30);
    params.insert("warm_start".to_owned(), from.saturating_sub(1).into());
    Ok(params.into())
}

/// A detector of ours with the settings of theirs put over the defaults.
fn made<S, D>(
    new: impl Fn(S) -> mlops_drift::Result<D>,
    defaults: &S,
    params: &Value,
    names: Names<'_>,
) -> Result<SavedDetector, String>
where
    S: DeserializeOwned + serde::Serialize,
    D: Into<SavedDetector>,
{
    let mut settings = serde_json::to_value(defaults).map_err(|error| error.to_string())?;
    for (theirs, value) in params.as_object().into_iter().flatten() {
        let name = names.iter().find(|(name, _)| name == theirs);
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

//! Three genuine model files, read and run in this process.

use std::path::Path;

use mlops::report::{Cell, Column, Section, Table};
use mlops::serve::{ModelArtifact, ModelExt as _};

use crate::Result;
use crate::expected::{Comparison, Expected};
use crate::flights::History;
use crate::say;

/// The models of the story, and where they stand in `expected.json`.
#[derive(Debug)]
pub(crate) struct Models {
    pub(crate) champion: ModelArtifact,
    pub(crate) challenger: ModelArtifact,
    pub(crate) retrained: ModelArtifact,
    pub(crate) section: Section,
}

impl Models {
    /// Each model under its name in `expected.json`.
    pub(crate) fn named(&self) -> [(&'static str, &ModelArtifact); 3] {
        [("lightgbm", &self.champion), ("xgboost", &self.challenger), ("retrained", &self.retrained)]
    }
}

/// The champion's file; the story registers it.
pub(crate) const CHAMPION: &str = "delay_lightgbm.model.txt";

pub(crate) fn tell(data: &Path, history: &History, expected: &Expected) -> Result<Models> {
    say::chapter(3, "Models: LightGBM and XGBoost files, no Python");
    let models = Models {
        champion: ModelArtifact::from_path(data.join(CHAMPION))?,
        challenger: ModelArtifact::from_path(data.join("delay_xgboost.model.json"))?,
        retrained: ModelArtifact::from_path(data.join("delay_retrained.model.txt"))?,
        section: Section::new("Models"),
    };
    let mut table = Table::new([
        Column::text("model"),
        Column::text("format"),
        Column::text("digest"),
        Column::number("inputs"),
    ]);
    for (name, artifact) in models.named() {
        artifact.model().signature().check_names(expected.features.iter().map(String::as_str))?;
        say::line(name, format!("{:<13} {}", artifact.format(), artifact.digest().short()));
        let inputs = artifact.model().signature().n_features();
        table.push([
            name.into(),
            artifact.format().to_string().into(),
            Cell::code(&artifact.digest().to_string()),
            (inputs as f64).into(),
        ]);
    }
    let checked = compare(&models, history, expected)?;
    say::line("equal to expected.json", format!("{} predictions", say::count(checked)));
    Ok(Models { section: models.section.clone().with(table), ..models })
}

/// The recorded predictions of the sampled flights: LightGBM to 1e-12, XGBoost within one
/// unit in the last place of an `f32`.
fn compare(models: &Models, history: &History, expected: &Expected) -> Result<usize> {
    let mut comparison = Comparison::default();
    for sample in &expected.sample {
        let features = history.features_of(sample.flight_id)?;
        for (name, artifact) in models.named() {
            let got = artifact.model().predict_one(features)?;
            let what = || format!("{name} of flight {}", sample.flight_id);
            match name {
                "xgboost" => comparison.within_one_ulp(what, got, sample.xgboost),
                "retrained" => comparison.close(what, got, sample.retrained, 1e-12),
                _ => comparison.close(what, got, sample.lightgbm, 1e-12),
            }
        }
    }
    comparison.finish()
}

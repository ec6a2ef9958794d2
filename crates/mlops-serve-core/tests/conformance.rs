//! Both runtimes keep the promises of the port, and the suite catches models that don't.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;
use std::sync::Arc;

use mlops_serve_core::ndarray::{Array2, ArrayView2};
use mlops_serve_core::{Model, ModelArtifact, Result, Scale, Signature, model_suite, testing};

fn model(file: &str) -> Arc<dyn Model> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/serving/models");
    ModelArtifact::from_path(folder.join(file)).unwrap().into_model()
}

/// Rows that spread over the thresholds, a few values missing.
fn rows(n_features: usize, scale: f64) -> Array2<f64> {
    Array2::from_shape_fn((83, n_features), |(row, feature)| match (row * 31 + feature * 17) % 23 {
        0 => f64::NAN,
        1 => 0.0,
        step => (step as f64 - 9.0) * scale / 10.0,
    })
}

model_suite!(lightgbm_binary, model("lgb_binary_cancer.model.txt"), rows(30, 30.0));
model_suite!(lightgbm_regression, model("lgb_edges.model.txt"), rows(10, 100.0));
model_suite!(lightgbm_single_leaf, model("lgb_single_leaf.model.txt"), rows(10, 1.0));
model_suite!(xgboost_binary, model("xgb_binary_cancer.model.json"), rows(30, 30.0));
model_suite!(xgboost_regression, model("xgb_edges.model.json"), rows(3, 100.0));

/// A model with a fault to be found.
#[derive(Debug)]
struct Faulty {
    signature: Signature,
    fault: Fault,
}

#[derive(Debug, PartialEq)]
enum Fault {
    AnyWidth,
    AnyBuffer,
    ByPosition,
    MissingRefused,
    WritesFirst,
    LayoutMatters,
}

impl Model for Faulty {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn score_row(&self, _: Scale, row: &[f64], out: &mut [f64]) -> Result<()> {
        if self.fault == Fault::WritesFirst && !out.is_empty() {
            out[0] = 7.0;
        }
        let width_matters = self.fault != Fault::AnyWidth;
        if width_matters && self.fault != Fault::AnyBuffer {
            self.signature.check_row(row, out)?;
        } else if width_matters {
            self.signature.check_row(row, &[0.0])?;
        }
        if self.fault == Fault::MissingRefused && row.iter().any(|value| value.is_nan()) {
            self.signature.check_row(&[], out)?;
        }
        out.fill(row.iter().sum());
        Ok(())
    }

    fn score_rows(&self, scale: Scale, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        if !matches!(self.fault, Fault::AnyWidth | Fault::AnyBuffer) {
            self.signature.check_rows(&rows, out)?;
        }
        for (position, (row, out)) in rows.rows().into_iter().zip(out.chunks_mut(1)).enumerate() {
            self.score_row(scale, &row.to_vec(), out)?;
            match self.fault {
                Fault::ByPosition => out[0] += position as f64,
                Fault::LayoutMatters if !rows.is_standard_layout() => out[0] += 1.0,
                _ => {}
            }
        }
        Ok(())
    }
}

fn found(fault: Fault, promise: fn(&dyn Model, &Array2<f64>)) {
    let model = Faulty { signature: Signature::new(3, 1), fault };
    let rows = Array2::from_shape_fn((5, 3), |(row, feature)| (row * 3 + feature) as f64);
    promise(&model, &rows);
}

#[test]
#[should_panic(expected = "Shape expected")]
fn the_suite_finds_a_model_that_takes_any_width() {
    found(Fault::AnyWidth, testing::another_width_is_refused);
}

#[test]
#[should_panic(expected = "Shape expected")]
fn the_suite_finds_a_model_that_takes_any_buffer() {
    found(Fault::AnyBuffer, testing::a_buffer_of_another_size_is_refused);
}

#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn the_suite_finds_a_model_whose_batches_answer_differently() {
    found(Fault::ByPosition, testing::a_batch_answers_as_its_rows_do);
}

#[test]
#[should_panic(expected = "rows differ by position")]
fn the_suite_finds_a_model_to_which_the_position_matters() {
    found(Fault::ByPosition, testing::the_number_of_threads_does_not_matter);
}

#[test]
#[should_panic(expected = "by column")]
fn the_suite_finds_a_model_to_which_the_layout_matters() {
    found(Fault::LayoutMatters, testing::the_layout_of_a_batch_does_not_matter);
}

#[test]
#[should_panic(expected = "a missing value is no error")]
fn the_suite_finds_a_model_that_takes_no_missing_value() {
    found(Fault::MissingRefused, testing::no_value_panics_or_leaves_half_an_answer);
}

#[test]
#[should_panic(expected = "an error left an answer")]
fn the_suite_finds_a_model_that_writes_before_it_looks() {
    found(Fault::WritesFirst, testing::another_width_is_refused);
}

//! The promises of [`Model`] as checks that any model can be put to: [`model_suite!`](crate::model_suite)
//! makes a test of each. Beside it a model that is a function, and an observer that keeps what it sees.

mod fake;

pub use fake::{FnModel, Recorder};

use ndarray::{Array2, ArrayView2, Axis, ShapeBuilder, Slice};

use crate::{Error, Model, Scale};

const SCALES: [Scale; 2] = [Scale::Response, Scale::Margin];

/// What no answer may be mistaken for.
const UNTOUCHED: f64 = -123.456;

/// One `#[test]` for each promise of [`Model`].
///
/// ```
/// # use mlops_serve_core::ndarray::array;
/// # fn model() -> Box<dyn mlops_serve_core::Model> { unimplemented!() }
/// mlops_serve_core::model_suite!(mine, model(), array![[1.0, f64::NAN], [0.5, 2.0]]);
/// ```
#[macro_export]
macro_rules! model_suite {
    ($name:ident, $model:expr, $rows:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "a model and its rows may be built from what stands around")]
            use super::*;
            $crate::model_suite!(@tests $model, $rows;
                a_batch_answers_as_its_rows_do
                the_layout_of_a_batch_does_not_matter
                the_number_of_threads_does_not_matter
                another_width_is_refused
                a_buffer_of_another_size_is_refused
                no_rows_are_no_work
                no_value_panics_or_leaves_half_an_answer
            );
        }
    };
    (@tests $model:expr, $rows:expr; $($promise:ident)*) => {$(
        #[test]
        fn $promise() {
            let rows: $crate::ndarray::Array2<f64> = $rows;
            $crate::testing::$promise(&*$model, &rows);
        }
    )*};
}

fn batch<'a>(model: &dyn Model, scale: Scale, rows: impl Into<ArrayView2<'a, f64>>) -> Vec<u64> {
    let rows = rows.into();
    let mut out = vec![UNTOUCHED; rows.nrows() * model.signature().n_outputs()];
    model.score_rows(scale, rows, &mut out).expect("the rows of the suite are good rows");
    out.into_iter().map(f64::to_bits).collect()
}

/// # Panics
/// If a row of a batch has another answer than the row alone.
pub fn a_batch_answers_as_its_rows_do(model: &dyn Model, rows: &Array2<f64>) {
    for scale in SCALES {
        let mut alone = Vec::new();
        for row in rows.rows() {
            let mut out = vec![UNTOUCHED; model.signature().n_outputs()];
            model.score_row(scale, &row.to_vec(), &mut out).expect("the rows of the suite are good rows");
            alone.extend(out.into_iter().map(f64::to_bits));
        }
        assert_eq!(batch(model, scale, rows), alone, "{scale:?}");
    }
}

/// # Panics
/// If columns that lie side by side in memory, or rows with gaps, give another answer.
pub fn the_layout_of_a_batch_does_not_matter(model: &dyn Model, rows: &Array2<f64>) {
    let mut by_column = Array2::zeros(rows.raw_dim().f());
    by_column.assign(rows);
    let mut spaced = Array2::from_elem((rows.nrows() * 2, rows.ncols()), f64::NAN);
    let every_other = Slice::from(..).step_by(2);
    spaced.slice_axis_mut(Axis(0), every_other).assign(rows);
    for scale in SCALES {
        let expected = batch(model, scale, rows);
        assert_eq!(batch(model, scale, &by_column), expected, "{scale:?}, by column");
        assert_eq!(
            batch(model, scale, spaced.slice_axis(Axis(0), every_other)),
            expected,
            "{scale:?}, with gaps"
        );
    }
}

/// # Panics
/// If one thread and several give different answers to a long batch.
pub fn the_number_of_threads_does_not_matter(model: &dyn Model, rows: &Array2<f64>) {
    let repeats = 20_000_usize.div_ceil(rows.nrows().max(1));
    let long = ndarray::concatenate(Axis(0), &vec![rows.view(); repeats]).expect("the parts have one width");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
        pool.install(|| batch(model, Scale::Response, &long))
    };
    let one = with(1);
    assert!(
        one.chunks(one.len() / repeats).all(|part| *part == one[..part.len()]),
        "rows differ by position"
    );
    assert_eq!(one, with(3));
}

/// # Panics
/// If a row with one feature more or less is answered, or the error is not [`Error::Shape`].
pub fn another_width_is_refused(model: &dyn Model, _rows: &Array2<f64>) {
    let n_features = model.signature().n_features();
    for width in [n_features + 1, n_features.saturating_sub(1), 0] {
        if width == n_features {
            continue;
        }
        let mut out = vec![UNTOUCHED; model.signature().n_outputs()];
        for scale in SCALES {
            refuses_shape(&model.score_row(scale, &vec![0.0; width], &mut out));
            refuses_shape(&model.score_rows(scale, Array2::zeros((1, width)).view(), &mut out));
        }
        assert!(out.iter().all(|value| *value == UNTOUCHED), "an error left an answer");
    }
}

/// # Panics
/// If a buffer that is too short or too long is filled, or the error is not [`Error::Shape`].
pub fn a_buffer_of_another_size_is_refused(model: &dyn Model, rows: &Array2<f64>) {
    let n_outputs = model.signature().n_outputs();
    let row = vec![0.0; model.signature().n_features()];
    for scale in SCALES {
        for length in [n_outputs - 1, n_outputs + 1] {
            refuses_shape(&model.score_row(scale, &row, &mut vec![UNTOUCHED; length]));
        }
        let needed = rows.nrows() * n_outputs;
        for length in [needed - 1, needed + 1] {
            refuses_shape(&model.score_rows(scale, rows.view(), &mut vec![UNTOUCHED; length]));
        }
    }
}

/// # Panics
/// If a batch without rows is an error.
pub fn no_rows_are_no_work(model: &dyn Model, _rows: &Array2<f64>) {
    let none = Array2::zeros((0, model.signature().n_features()));
    for scale in SCALES {
        assert_eq!(batch(model, scale, &none), Vec::<u64>::new());
    }
}

/// # Panics
/// If a strange value panics, is answered alone and not in a batch, or if an error leaves
/// something in the buffer. Missing values must be answered.
pub fn no_value_panics_or_leaves_half_an_answer(model: &dyn Model, rows: &Array2<f64>) {
    let n_features = model.signature().n_features();
    let n_outputs = model.signature().n_outputs();
    let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, -0.0, 1e39];
    for value in strange {
        let mut long = rows.clone();
        let last = long.nrows() - 1;
        long.row_mut(last).fill(value);
        for scale in SCALES {
            let mut out = vec![UNTOUCHED; n_outputs];
            let alone = model.score_row(scale, &vec![value; n_features], &mut out);
            let mut outs = vec![UNTOUCHED; rows.nrows() * n_outputs];
            let together = model.score_rows(scale, long.view(), &mut outs);
            assert_eq!(alone.is_ok(), together.is_ok(), "{value} alone and in a batch");
            assert!(alone.is_ok() || !value.is_nan(), "a missing value is no error");
            if alone.is_err() {
                assert!(out.iter().chain(&outs).all(|value| *value == UNTOUCHED), "an error left an answer");
            }
        }
    }
}

fn refuses_shape(result: &Result<(), Error>) {
    assert!(matches!(result, Err(Error::Shape { .. })), "Shape expected, not {result:?}");
}

//! A row costs no allocation, and a batch a few, however long it is.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::path::Path;

use mlops_serve_core::ndarray::Array2;
use mlops_serve_core::{ModelArtifact, ModelExt, ModelFormat, Scale};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

#[global_allocator]
static MEMORY: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: every call goes to the system's allocator unchanged; counting touches a cell only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

fn genuine(file: &str) -> ModelArtifact {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/serving/models");
    ModelArtifact::from_path(folder.join(file)).unwrap()
}

/// One stump a feature: more features than a row has room for on the stack.
fn wide() -> ModelArtifact {
    const WIDTH: usize = 1000;
    let names: Vec<String> = (0..WIDTH).map(|feature| format!("f{feature}")).collect();
    let mut text = format!(
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx={}\n\
         objective=regression\nfeature_names={}\nfeature_infos={}\n\n",
        WIDTH - 1,
        names.join(" "),
        "none ".repeat(WIDTH)
    );
    for feature in 0..WIDTH {
        writeln!(
            text,
            "Tree={feature}\nnum_leaves=2\nnum_cat=0\nsplit_feature={feature}\nthreshold=0.5\n\
             decision_type=10\nleft_child=-1\nright_child=-2\nleaf_value=1 2\nis_linear=0\nshrinkage=1\n"
        )
        .unwrap();
    }
    text.push_str("end of trees\n");
    ModelArtifact::from_bytes_as(ModelFormat::LightGbmText, text.as_bytes()).unwrap()
}

#[test]
fn a_row_costs_no_allocation() {
    for artifact in [genuine("lgb_binary_cancer.model.txt"), genuine("xgb_binary_cancer.model.json"), wide()]
    {
        let model = artifact.model();
        let row = vec![0.7; model.signature().n_features()];
        let mut out = [0.0];
        let mut results = Ok(());
        let counted = allocations(|| {
            for scale in [Scale::Response, Scale::Margin] {
                results = model.score_row(scale, &row, &mut out);
            }
            assert!(model.predict_one(&row).is_ok());
        });
        assert!(results.is_ok() && counted == 0, "{counted} allocations");
    }
}

#[test]
fn a_batch_costs_as_many_allocations_whatever_its_length() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    for artifact in [genuine("lgb_binary_cancer.model.txt"), genuine("xgb_binary_cancer.model.json"), wide()]
    {
        let model = artifact.model();
        let width = model.signature().n_features();
        let mut counts = [1, 10, 1000].map(|length| {
            let rows = Array2::from_elem((length, width), 0.7);
            let mut out = vec![0.0; length];
            pool.install(|| allocations(|| model.score_rows(Scale::Response, rows.view(), &mut out).unwrap()))
        });
        counts.sort_unstable();
        assert!(counts[2] <= 16, "{counts:?} allocations for 1, 10 and 1000 rows");
    }
}

#[test]
fn a_wide_row_is_answered_as_in_a_batch() {
    let artifact = wide();
    let rows = Array2::from_shape_fn((20, 1000), |(row, feature)| ((row * 7 + feature) % 11) as f64 / 10.0);
    let batch = artifact.model().predict(rows.view()).unwrap();
    for (row, answer) in rows.rows().into_iter().zip(batch) {
        let expected: f64 = row.iter().map(|value| if *value <= 0.5 { 1.0 } else { 2.0 }).sum();
        assert_eq!(answer.to_bits(), expected.to_bits());
        assert_eq!(artifact.model().predict_one(&row.to_vec()).unwrap().to_bits(), expected.to_bits());
    }
}

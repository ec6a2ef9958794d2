//! Random trees, written as the libraries write them, are answered as a walk from the
//! root answers that follows the libraries' rules word by word.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::fmt::{Display, Write};

use mlops_serve_core::ndarray::Array2;
use mlops_serve_core::{Model, ModelExt, ModelFormat};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const FEATURES: usize = 4;

/// A tree grown split by split.
#[derive(Clone, Debug)]
enum Tree {
    Leaf(f64),
    Split { feature: usize, threshold: f64, decision: u8, left: Box<Tree>, right: Box<Tree> },
}

/// Numbers around which the rules change.
fn number() -> impl Strategy<Value = f64> {
    let tiny = f64::from(1e-35_f32);
    select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.5,
        tiny,
        -tiny,
        tiny.next_up(),
        (-tiny).next_down(),
        1e-36,
        1e-40,
        -1e-40,
        5e-324,
        1e30,
        -1e30,
        0.1,
        0.1_f32.into(),
    ])
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => number(), 1 => Just(f64::NAN)]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (-1000..1000_i32).prop_map(|value| Tree::Leaf(f64::from(value) / 7.0));
    leaf.prop_recursive(6, 40, 2, |below| {
        let decision = select(vec![0_u8, 2, 4, 6, 8, 10]);
        (0..FEATURES, number(), decision, below.clone(), below).prop_map(
            |(feature, threshold, decision, left, right)| Tree::Split {
                feature,
                threshold,
                decision,
                left: Box::new(left),
                right: Box::new(right),
            },
        )
    })
}

/// LightGBM's decision, over a matrix in which it does not store what counts as zero.
fn lightgbm_walk(tree: &Tree, row: &[f64]) -> f64 {
    let tiny = f64::from(1e-35_f32);
    match tree {
        Tree::Leaf(value) => *value,
        Tree::Split { feature, threshold, decision, left, right } => {
            let default_left = decision & 2 != 0;
            let missing_type = decision >> 2;
            let mut value = row[*feature];
            if value.abs() <= tiny {
                value = 0.0;
            }
            if value.is_nan() && missing_type != 2 {
                value = 0.0;
            }
            let is_missing =
                (missing_type == 1 && value.abs() <= tiny) || (missing_type == 2 && value.is_nan());
            let goes_left = if is_missing { default_left } else { value <= *threshold };
            lightgbm_walk(if goes_left { left } else { right }, row)
        }
    }
}

/// XGBoost's decision, in `f32`.
#[expect(clippy::cast_possible_truncation, reason = "the library computes in f32")]
fn xgboost_walk(tree: &Tree, row: &[f64]) -> f32 {
    match tree {
        Tree::Leaf(value) => *value as f32,
        Tree::Split { feature, threshold, decision, left, right } => {
            let value = row[*feature] as f32;
            let goes_left = if value.is_nan() { decision & 2 != 0 } else { value < *threshold as f32 };
            xgboost_walk(if goes_left { left } else { right }, row)
        }
    }
}

/// Feature, threshold, decision, left and right child.
type Split = (usize, f64, u8, i32, i32);

/// The trees flattened: splits and leaves in preorder, with the children's numbers.
#[derive(Default)]
struct Flat {
    splits: Vec<Split>,
    leaves: Vec<f64>,
}

impl Flat {
    /// A split's number, or the complement of a leaf's.
    fn add(&mut self, tree: &Tree) -> i32 {
        match tree {
            Tree::Leaf(value) => {
                self.leaves.push(*value);
                -i32::try_from(self.leaves.len()).unwrap()
            }
            Tree::Split { feature, threshold, decision, left, right } => {
                let number = self.splits.len();
                self.splits.push((*feature, *threshold, *decision, 0, 0));
                let left = self.add(left);
                let right = self.add(right);
                self.splits[number].3 = left;
                self.splits[number].4 = right;
                i32::try_from(number).unwrap()
            }
        }
    }
}

fn joined<T: Display>(items: impl IntoIterator<Item = T>, separator: &str) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(separator)
}

fn lightgbm_text(trees: &[Tree]) -> String {
    let mut text = format!(
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx={}\n\
         objective=regression\nfeature_names=a b c d\nfeature_infos=none none none none\n\n",
        FEATURES - 1
    );
    for (number, tree) in trees.iter().enumerate() {
        let mut flat = Flat::default();
        flat.add(tree);
        let splits = &flat.splits;
        writeln!(
            text,
            "Tree={number}\nnum_leaves={}\nnum_cat=0\nsplit_feature={}\nthreshold={}\ndecision_type={}\n\
             left_child={}\nright_child={}\nleaf_value={}\nis_linear=0\nshrinkage=1\n",
            flat.leaves.len(),
            joined(splits.iter().map(|split| split.0), " "),
            joined(splits.iter().map(|split| format!("{:e}", split.1)), " "),
            joined(splits.iter().map(|split| split.2), " "),
            joined(splits.iter().map(|split| split.3), " "),
            joined(splits.iter().map(|split| split.4), " "),
            joined(&flat.leaves, " "),
        )
        .unwrap();
    }
    text + "end of trees\n"
}

/// Nodes: the splits, then the leaves.
fn xgboost_tree(number: usize, tree: &Tree) -> String {
    let mut flat = Flat::default();
    flat.add(tree);
    let n_splits = i32::try_from(flat.splits.len()).unwrap();
    let position = |child: i32| if child < 0 { n_splits + !child } else { child };
    let n_nodes = flat.splits.len() + flat.leaves.len();
    let mut parents = vec![i32::MAX; n_nodes];
    for (parent, split) in flat.splits.iter().enumerate() {
        for child in [split.3, split.4] {
            parents[usize::try_from(position(child)).unwrap()] = i32::try_from(parent).unwrap();
        }
    }
    let leaves = |value: &str| vec![value.to_owned(); flat.leaves.len()];
    let array = |of_splits: Vec<String>, of_leaves: Vec<String>| {
        format!("[{}]", joined(of_splits.into_iter().chain(of_leaves), ","))
    };
    let splits = |text: &dyn Fn(&Split) -> String| flat.splits.iter().map(text).collect();
    let statistics = array(vec!["1E0".to_owned(); n_nodes], Vec::new());
    format!(
        "{{\"id\":{number},\"left_children\":{},\"right_children\":{},\"parents\":[{}],\"split_indices\":{},\
         \"split_conditions\":{},\"default_left\":{},\"base_weights\":{statistics},\
         \"loss_changes\":{statistics},\"sum_hessian\":{statistics},\"tree_param\":{{\"num_nodes\":\"{n_nodes}\"}}}}",
        array(splits(&|split| position(split.3).to_string()), leaves("-1")),
        array(splits(&|split| position(split.4).to_string()), leaves("-1")),
        joined(parents, ","),
        array(splits(&|split| split.0.to_string()), leaves("0")),
        array(
            splits(&|split| format!("{:e}", split.1)),
            flat.leaves.iter().map(|leaf| format!("{leaf:e}")).collect()
        ),
        array(splits(&|split| ((split.2 >> 1) & 1).to_string()), leaves("0")),
    )
}

fn xgboost_json(trees: &[Tree]) -> String {
    format!(
        "{{\"learner\":{{\"learner_model_param\":{{\"base_score\":\"5E-1\",\"num_class\":\"0\",\
         \"num_feature\":\"{FEATURES}\"}},\"objective\":{{\"name\":\"reg:squarederror\"}},\
         \"gradient_booster\":{{\"name\":\"gbtree\",\"model\":{{\"gbtree_model_param\":\
         {{\"num_trees\":\"{}\"}},\"tree_info\":[{}],\"trees\":[{}]}}}}}}}}",
        trees.len(),
        joined(trees.iter().map(|_| 0), ","),
        joined(trees.iter().enumerate().map(|(number, tree)| xgboost_tree(number, tree)), ","),
    )
}

fn agrees(model: &dyn Model, rows: &[Vec<f64>], oracle: impl Fn(&[f64]) -> f64) {
    let flat: Vec<f64> = rows.iter().flatten().copied().collect();
    let view = Array2::from_shape_vec((rows.len(), FEATURES), flat).unwrap();
    let batch = model.margin(view.view()).unwrap();
    for (row, answer) in rows.iter().zip(batch) {
        let expected = oracle(row);
        assert_eq!(answer.to_bits(), expected.to_bits(), "{row:?}: {answer}, {expected}");
        assert_eq!(model.margin_one(row).unwrap().to_bits(), expected.to_bits());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lightgbm(trees in vec(tree(), 1..20), rows in vec(vec(value(), FEATURES), 1..30)) {
        let model = ModelFormat::LightGbmText.read(lightgbm_text(&trees).as_bytes()).unwrap();
        agrees(&*model, &rows, |row| trees.iter().fold(0.0, |sum, tree| sum + lightgbm_walk(tree, row)));
    }

    #[test]
    fn xgboost(trees in vec(tree(), 0..20), rows in vec(vec(value(), FEATURES), 1..30)) {
        let model = ModelFormat::XgBoostJson.read(xgboost_json(&trees).as_bytes()).unwrap();
        agrees(&*model, &rows, |row| {
            f64::from(trees.iter().fold(0.5_f32, |sum, tree| sum + xgboost_walk(tree, row)))
        });
    }

    /// A number of the file and the same number in a row are the same number.
    #[test]
    fn a_value_on_the_threshold(
        mantissa in -1.0..1.0_f64, exponent in -30..30_i32, feature in any::<Index>(),
    ) {
        let threshold = mantissa * 10_f64.powi(exponent);
        let feature = feature.index(FEATURES);
        let stump = Tree::Split {
            feature,
            threshold,
            decision: 10,
            left: Box::new(Tree::Leaf(1.0)),
            right: Box::new(Tree::Leaf(2.0)),
        };
        let trees = [stump];
        let rows: Vec<Vec<f64>> = [threshold, threshold.next_up(), threshold.next_down()]
            .map(|value| (0..FEATURES).map(|at| if at == feature { value } else { 0.0 }).collect())
            .into();
        let model = ModelFormat::LightGbmText.read(lightgbm_text(&trees).as_bytes()).unwrap();
        agrees(&*model, &rows, |row| lightgbm_walk(&trees[0], row));
        let single = xgboost_json(&trees);
        let model = ModelFormat::XgBoostJson.read(single.as_bytes()).unwrap();
        agrees(&*model, &rows, |row| f64::from(0.5 + xgboost_walk(&trees[0], row)));
    }
}

//! A damaged file is refused with the place and the reason; a file that is merely written
//! in another way is not.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;

use mlops_serve_core::{Error, ModelArtifact, ModelExt, ModelFormat};

fn genuine(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/serving/models");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// The text with the first `from` replaced, which must be there.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in the file");
    text.replacen(from, to, 1)
}

fn refused(format: ModelFormat, text: &str, message: &str, what: &str) {
    match ModelArtifact::from_bytes_as(format, text.as_bytes()) {
        Err(error @ (Error::Malformed { .. } | Error::Unsupported { .. })) => {
            let words = error.to_string();
            assert!(words.contains(message), "{what}: {words:?} does not say {message:?}");
        }
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn lightgbm_damage_is_named() {
    let text = genuine("lgb_edges.model.txt");
    for (from, to, message) in [
        ("tree\n", "trees\n", "line 1: \"trees\" found, `tree` expected"),
        ("version=v4\n", "", "no `version=` before the trees"),
        ("version=v4", "version=v9", "version \"v9\""),
        ("num_class=1\n", "", "no `num_class=`"),
        ("num_class=1", "num_class=one", "line 3, `num_class`: \"one\" found"),
        ("num_class=1", "num_class=0", "at least 1"),
        ("num_class=1", "num_class=3", "several classes"),
        ("num_class=1\n", "num_class=1\nnum_class=1\n", "`num_class` stands already on line 3"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=2", "several trees an iteration"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=1\naverage_output", "random forest"),
        ("label_index=0", "label_index=x", "`label_index`"),
        ("max_feature_idx=9", "max_feature_idx=-1", "`max_feature_idx`"),
        ("max_feature_idx=9", "max_feature_idx=99999999999", "`max_feature_idx`"),
        ("max_feature_idx=9", "max_feature_idx=8", "10 entries found, 9 expected"),
        ("max_feature_idx=9\n", "", "no `max_feature_idx=`"),
        ("feature_names=Column_0 ", "feature_names=", "9 entries found, 10 expected"),
        ("feature_names=Column_0", "feature_names=Column_1", "different feature names"),
        ("feature_infos=[19:79] ", "feature_infos=", "9 entries found, 10 expected"),
        ("objective=regression", "objective=regression sqrt", "the option \"sqrt\""),
        ("objective=regression", "objective=gamma", "the objective \"gamma\""),
        ("objective=regression", "objective=", "the objective \"\""),
        ("objective=regression\n", "", "no `objective=`"),
        ("objective=regression", "objective=binary", "`sigmoid:` and a positive number"),
        ("objective=regression", "objective=binary sigmoid:0", "`sigmoid:` and a positive number"),
        ("objective=regression", "objective=binary sigmoid:x", "a number expected"),
        ("objective=regression", "gibberish\nobjective=regression", "\"gibberish\" found"),
        ("tree_sizes=618 ", "tree_sizes=", "5 trees before it, 4 expected"),
        ("Tree=1\n", "Tree=2\n", "`Tree=1` expected"),
        ("Tree=0\n", "Tree=\n", "`Tree=0` expected"),
        ("num_leaves=6\n", "", "tree 0: it has no `num_leaves=`"),
        ("num_leaves=6", "num_leaves=7", "6 entries found, 7 expected"),
        ("num_leaves=6", "num_leaves=0", "at least 1"),
        ("num_leaves=6", "num_leaves=-6", "at least 1"),
        ("num_leaves=6", "num_leaves=6.0", "a whole number expected"),
        ("num_leaves=6", "num_leaves=99999999999999999999", "a whole number expected"),
        ("num_cat=0\n", "", "it has no `num_cat=`"),
        ("num_cat=0", "num_cat=2", "categorical splits (tree 0)"),
        ("split_feature=8 ", "split_feature=10 ", "tree 0, node 0: split on feature 10"),
        ("split_feature=8 ", "split_feature=-1 ", "tree 0, node 0: split on feature -1"),
        ("split_feature=8 ", "split_feature=", "4 entries found, 5 expected"),
        ("split_feature=", "split_features=", "it has no `split_feature=`"),
        ("threshold=4.6395500000000007", "threshold=nan", "\"nan\" found, a number expected"),
        ("threshold=4.6395500000000007", "threshold=1e999", "\"1e999\" found"),
        ("threshold=4.6395500000000007", "threshold=4,6", "\"4,6\" found"),
        ("decision_type=2 ", "decision_type=3 ", "categorical splits (tree 0, node 0)"),
        ("decision_type=2 ", "decision_type=14 ", "decision type 14"),
        ("decision_type=2 ", "decision_type=-2 ", "decision type -2"),
        ("decision_type=2 ", "decision_type=256 ", "decision type 256"),
        ("left_child=2 ", "left_child=0 ", "tree 0, node 0: node 0 has a parent already"),
        ("left_child=2 ", "left_child=1 ", "node 1 has a parent already"),
        ("left_child=2 ", "left_child=5 ", "left child 5 does not exist"),
        ("left_child=2 ", "left_child=-1 ", "tree 0: 9 of 11 nodes and leaves can be reached"),
        ("left_child=2 ", "left_child=-7 ", "left child -7 does not exist"),
        ("left_child=2 ", "left_child=-2147483648 ", "does not exist"),
        ("left_child=2 -2 -1", "left_child=2 -1 -1", "leaf 0 has a parent already"),
        ("leaf_value=146.64036698583158", "leaf_value=NaN", "`leaf_value`: \"NaN\" found"),
        ("leaf_value=146.64036698583158", "leaf_value=inf", "leaf 0 is infinite"),
        ("leaf_value=146.64036698583158 ", "leaf_value=", "5 entries found, 6 expected"),
        ("is_linear=0", "is_linear=1", "linear leaves (tree 0)"),
        ("shrinkage=1", "shrinkage", "\"shrinkage\" found, `key=value` expected"),
        ("end of trees", "end of tree", "`key=value` expected"),
    ] {
        refused(ModelFormat::LightGbmText, &changed(&text, from, to), message, &format!("{from} → {to}"));
    }
}

#[test]
fn lightgbm_without_its_end_or_its_trees_is_refused() {
    let text = genuine("lgb_edges.model.txt");
    let end = text.find("end of trees").unwrap() + "end of trees".len();
    for length in 0..end {
        let cut = ModelArtifact::from_bytes_as(ModelFormat::LightGbmText, &text.as_bytes()[..length]);
        assert!(matches!(cut, Err(Error::Malformed { .. })), "cut at {length}: {cut:?}");
    }
    assert!(ModelArtifact::from_bytes(&text.as_bytes()[..end]).is_ok());
    let header = &text[..text.find("Tree=0").unwrap()];
    refused(ModelFormat::LightGbmText, &format!("{header}end of trees\n"), "0 trees before it", "no trees");
}

#[test]
fn lightgbm_may_be_written_in_other_ways() {
    let text = genuine("lgb_edges.model.txt");
    let row = [60.0, 2.0, 33.0, 97.0, 217.0, 125.6, 45.0, 5.0, 5.4467, 112.0];
    let answer = |text: &str| ModelArtifact::from_bytes(text.as_bytes()).unwrap().model().predict_one(&row);
    let expected = answer(&text).unwrap();
    let sizes = text.lines().find(|line| line.starts_with("tree_sizes=")).unwrap();
    for other in [
        text.replace('\n', "\r\n"),
        changed(&text, "version=v4\nnum_class=1\n", "num_class=1\nfuture_key=7\nversion=v4\n"),
        changed(&text, sizes, "tree_sizes=1 1 1 1 1"),
        changed(&text, &format!("{sizes}\n"), ""),
        changed(&text, "shrinkage=1\n", "shrinkage=1\nfuture_array=1 2 3\n"),
        text.replace("leaf_weight", "leaf_hessian"),
        changed(&text, "num_tree_per_iteration=1\n", ""),
    ] {
        assert_eq!(answer(&other).unwrap().to_bits(), expected.to_bits());
    }
}

#[test]
fn xgboost_damage_is_named() {
    let text = genuine("xgb_edges.model.json");
    for (from, to, message) in [
        ("{\"learner\"", "{\"learnt\"", "it has no `learner`"),
        ("{\"learner\":", "{\"learner\":null,\"learner2\":", "it has no `learner`"),
        ("{\"learner\":{", "{\"learner\":[", "byte"),
        ("\"version\":[3,2,0]}", "\"version\":[3,2,0]} x", "`x` found, the end of the model expected"),
        ("\"name\":\"gbtree\"", "\"name\":\"dart\"", "the booster \"dart\""),
        ("\"name\":\"gbtree\"", "\"nome\":\"gbtree\"", "it has no `learner.gradient_booster.name`"),
        ("reg:squarederror", "reg:nosuch", "the objective \"reg:nosuch\""),
        ("reg:squarederror", "multi:softprob", "the objective \"multi:softprob\""),
        ("\"name\":\"reg:squarederror\"", "\"name\":7", "`7` found, a string expected"),
        ("\"num_class\":\"0\"", "\"num_class\":\"4\"", "several classes (`num_class` 4)"),
        ("\"num_class\":\"0\"", "\"num_class\":\"-1\"", "\"-1\" found, a whole number"),
        ("\"num_target\":\"1\"", "\"num_target\":\"2\"", "several targets"),
        ("\"num_feature\":\"3\",\"num_target\"", "\"num_feature\":\"2\",\"num_target\"", "the model has 2"),
        ("\"num_feature\":\"3\",\"num_target\"", "\"num_feature\":\"x\",\"num_target\"", "\"x\" found"),
        ("\"num_feature\":\"3\",\"num_target\"", "\"num_target\"", "learner_model_param.num_feature`"),
        ("[1.5213348E2]", "[1,2]", "several base scores"),
        ("[1.5213348E2]", "[]", "base_score"),
        ("[1.5213348E2]", "NaN", "base_score: NaN found, a finite number"),
        ("[1.5213348E2]", "1e99", "base_score: inf found, a finite number"),
        ("\"feature_names\":[]", "\"feature_names\":[\"a\"]", "feature_names: feature names: 1 given"),
        ("\"feature_names\":[]", "\"feature_names\":[\"a\",\"b\",\"a\"]", "different feature names"),
        ("\"num_trees\":\"5\"", "\"num_trees\":\"6\"", "trees: 5 found, `num_trees` says 6"),
        ("\"num_parallel_tree\":\"1\"", "\"num_parallel_tree\":\"2\"", "no iterations of 2"),
        ("\"num_parallel_tree\":\"1\"", "\"num_parallel_tree\":\"0\"", "no iterations of 0"),
        ("\"tree_info\":[0,", "\"tree_info\":[", "tree_info: 4 entries, 5 expected"),
        ("\"tree_info\":[0,", "\"tree_info\":[7,", "tree 0 adds to output 7"),
        ("\"tree_info\":[0,", "\"tree_info\":[-1,", "tree 0 adds to output -1"),
        ("\"tree_info\":", "\"tree_infos\":", "it has no `tree_info`"),
        ("\"iteration_indptr\":[0,1,2", "\"iteration_indptr\":[0,2,1", "iteration_indptr"),
        ("\"iteration_indptr\":[0,1,2,3,4,5]", "\"iteration_indptr\":[0,1,2,3,4]", "iteration_indptr"),
        ("\"trees\":[{", "\"trees\":[{},{", "tree 0: it has no `id`"),
        ("\"id\":0", "\"id\":1", "trees: id 1 found"),
        ("\"id\":0", "\"id\":-1", "a negative id"),
        ("\"id\":0", "\"id\":99999999999999999999", "no whole number in range"),
        ("\"id\":0", "\"id\":0,\"id\":0", "`id` stands there a second time"),
        ("\"num_nodes\":\"15\"", "\"num_nodes\":\"4000000000\"", "15 entries, 4000000000 expected"),
        ("\"num_nodes\":\"15\"", "\"num_nodes\":\"0\"", "15 entries, 0 expected"),
        ("\"num_deleted\":\"0\"", "\"num_deleted\":\"2\"", "`num_deleted` says 2"),
        ("\"num_feature\":\"3\",\"num_nodes\"", "\"num_feature\":\"4\",\"num_nodes\"", "made for 4 features"),
        ("\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"3\"", "vector leaves (tree 0)"),
        ("\"categories\":[]", "\"categories\":[1]", "categorical splits (tree 0)"),
        ("\"split_type\":[0", "\"split_type\":[1", "categorical splits (tree 0, node 0)"),
        ("\"split_type\":[0", "\"split_type\":[2", "split type 2"),
        ("\"split_type\":[0,", "\"split_type\":[", "`split_type` has 14 entries"),
        ("\"default_left\":[0", "\"default_left\":[2", "default_left 2"),
        ("\"default_left\":[0", "\"default_left\":[-1", "no whole number in range"),
        ("\"left_children\":[1,3", "\"left_children\":[0,3", "tree 0, node 0: left child 0"),
        ("\"left_children\":[1,3", "\"left_children\":[2,3", "node 0: child 2 has a parent already"),
        ("\"left_children\":[1,3", "\"left_children\":[1,1", "tree 0, node 1: left child 1"),
        ("\"left_children\":[1,3", "\"left_children\":[15,3", "left child 15 does not exist"),
        ("\"left_children\":[1,3", "\"left_children\":[-1,3", "left child -1 does not exist"),
        ("\"left_children\":[1,3", "\"left_children\":[1.5,3", "\"1.5\" is no whole number"),
        ("\"left_children\":[1,3", "\"left_children\":[\"1\",3", "a whole number expected"),
        ("\"left_children\":[1,", "\"left_children\":[", "`left_children` has 14 entries"),
        ("\"right_children\":[2", "\"right_children\":[-1", "right child -1 does not exist"),
        ("\"right_children\"", "\"right\"", "it has no `right_children`"),
        ("\"parents\":[2147483647,0", "\"parents\":[0,0", "the root has the parent 0"),
        ("\"parents\":[2147483647,0", "\"parents\":[2147483647,5", "says its parent is 5"),
        ("\"split_indices\":[2", "\"split_indices\":[3", "tree 0, node 0: split on feature 3"),
        ("\"split_indices\":[2", "\"split_indices\":[-1", "split on feature -1"),
        ("\"split_indices\":[2", "\"split_indices\":[2147483647", "1 nodes are deleted"),
        ("\"split_conditions\":[4.6052E0", "\"split_conditions\":[NaN", "node 0: the threshold is NaN"),
        ("\"split_conditions\":[4.6052E0", "\"split_conditions\":[1e39", "beyond the range of f32"),
        ("\"split_conditions\":[4.6052E0", "\"split_conditions\":[04", "found, a number expected"),
        ("3.28E1,-1.7187363E1,", "3.28E1,NaN,", "tree 0, node 7: the leaf is NaN"),
        ("\"sum_hessian\":[4.42E2,", "\"sum_hessian\":[", "`sum_hessian` has 14 entries"),
        ("\"loss_changes\"", "\"loss\"", "it has no `loss_changes`"),
    ] {
        refused(ModelFormat::XgBoostJson, &changed(&text, from, to), message, &format!("{from} → {to}"));
    }
    let orphans = changed(&text, "\"left_children\":[1,3,", "\"left_children\":[1,-1,");
    let orphans = changed(&orphans, "\"right_children\":[2,4,", "\"right_children\":[2,-1,");
    refused(ModelFormat::XgBoostJson, &orphans, "tree 0: 9 of 15 nodes can be reached", "orphans");

    let logistic = text.replace("reg:squarederror", "binary:logistic");
    for base_score in ["0E0", "1E0", "[-5E-1]", "1.5", "NaN", "1e-99"] {
        let text = changed(&logistic, "[1.5213348E2]", base_score);
        refused(ModelFormat::XgBoostJson, &text, "a number between 0 and 1 expected", base_score);
    }
}

#[test]
fn xgboost_cut_anywhere_is_refused() {
    let text = genuine("xgb_edges.model.json");
    let end = text.trim_end().len();
    for length in 0..end {
        let cut = ModelArtifact::from_bytes_as(ModelFormat::XgBoostJson, &text.as_bytes()[..length]);
        assert!(matches!(cut, Err(Error::Malformed { .. })), "cut at {length}: {cut:?}");
    }
    assert!(ModelArtifact::from_bytes(&text.as_bytes()[..end]).is_ok());
}

#[test]
fn xgboost_may_be_written_in_other_ways() {
    let text = genuine("xgb_edges.model.json");
    let answer = |text: &str| {
        ModelArtifact::from_bytes(text.as_bytes()).unwrap().model().predict_one(&[20.0, f64::NAN, 4.0])
    };
    let expected = answer(&text).unwrap();
    let trees = text.find("\"trees\":[").unwrap() + "\"trees\":[".len();
    let second = text.find(",{\"base_weights\":[1.3105609E-1").unwrap();
    let third = second + 1 + text[second + 1..].find(",{\"base_weights\"").unwrap();
    let swapped =
        format!("{}{},{}{}", &text[..trees], &text[second + 1..third], &text[trees..second], &text[third..]);
    assert_ne!(swapped, text);
    for other in [
        swapped,
        text.replace("\":", "\" :\r\n\t"),
        changed(&text, "{\"learner\":{", "{\"a\":[{\"b\":[null,NaN,-Infinity]}],\"learner\":{\"c\":null,"),
        changed(&text, "\"feature_names\":[]", "\"feature_names\":null"),
        changed(&text, "\"loss_changes\":[7.6069E5", "\"loss_changes\":[NaN"),
        changed(&text, "\"default_left\":[0,0", "\"default_left\":[false,false"),
        changed(&text, "[1.5213348E2]", "1.5213348E2"),
        changed(&text, "[1.5213348E2]", " [ 152.13348 ] "),
        changed(&text, "\"size_leaf_vector\":\"1\"", "\"size_leaf_vector\":\"0\""),
        changed(&text, "\"num_parallel_tree\":\"1\"", "\"num_parallel_tree\":\"5\""),
    ] {
        assert_eq!(answer(&other).unwrap().to_bits(), expected.to_bits(), "{other}");
    }
}

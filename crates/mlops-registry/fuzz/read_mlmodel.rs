//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_registry::mlflow_import::MlModel;

/// Reads bytes as what MLflow says of a model: read twice they say the same, and what they
/// call a framework is one of their flavours.
pub(crate) fn read_mlmodel(bytes: &[u8]) {
    let Ok(model) = MlModel::parse(bytes) else { return };
    assert_eq!(MlModel::parse(bytes).as_ref().ok(), Some(&model));
    if let Some(framework) = model.framework() {
        assert!(model.flavours.contains_key(&framework.name));
    }
    if let Some(signature) = &model.signature {
        signature.to_mlflow().expect("it was read");
    }
}

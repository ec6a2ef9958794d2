//! Every log of ours holds the contract.

use mlops_monitor::{MemoryPredictionLog, prediction_log_suite};

prediction_log_suite!(memory, MemoryPredictionLog::new());

mod a_clone_is_the_same_log {
    use super::*;

    #[test]
    fn what_one_keeps_the_other_sees() {
        use mlops_monitor::{Label, PredictionLog};
        let log = MemoryPredictionLog::new();
        let label =
            Label::new("m".parse().unwrap(), "1".parse().unwrap(), 1.0, "2013-04-01".parse().unwrap());
        log.clone().label(&[label.unwrap()]).unwrap();
        assert_eq!(log.waiting_labels(&"m".parse().unwrap()).unwrap(), 1);
    }
}

//! The answer depends on the rows alone: not on their order, the batches, or the threads.

use crate::table::{batch, numbers, texts};
use arrow_array::RecordBatch;
use mlops_drift::{Columns, Detector, DriftReport, Window, WindowAccumulator};
use proptest::prelude::*;

type Row = (Option<f64>, &'static str);

fn of(rows: &[Row]) -> RecordBatch {
    let (values, names): (Vec<Option<f64>>, Vec<&str>) = rows.iter().copied().unzip();
    batch(vec![("number", numbers(values)), ("name", texts(&names))])
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![
        8 => (-50.0..50.0).prop_map(Some),
        2 => (0..5).prop_map(|n| Some(f64::from(n))),
        1 => Just(Some(f64::NAN)),
        1 => Just(None)
    ];
    let name = prop::sample::select(vec!["a", "b", "c", "d", ""]);
    prop::collection::vec((number, name), 31..120)
}

fn report(reference: &Window, current: &Window) -> DriftReport {
    Detector::default().compare(reference, current).unwrap()
}

proptest! {
    #[test]
    fn the_answer_is_of_the_rows(
        reference in rows(), current in rows(), shuffled in Just(()).prop_perturb(|(), rng| rng),
        cuts in prop::collection::vec(0_usize..120, 0..4)
    ) {
        let whole = |rows: &[Row]| Window::read([&of(rows)], &Columns::default()).unwrap();
        let expected = report(&whole(&reference), &whole(&current));

        let mut random = shuffled;
        let mut order = current.clone();
        for index in (1..order.len()).rev() {
            let other = random.random_range(0..=index);
            order.swap(index, other);
        }
        prop_assert_eq!(&report(&whole(&reference), &whole(&order)), &expected);

        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(order.len())).collect();
        cuts.extend([0, order.len()]);
        cuts.sort_unstable();
        let parts: Vec<RecordBatch> = cuts.windows(2).map(|cut| of(&order[cut[0]..cut[1]])).collect();
        let split = Window::read(&parts, &Columns::default()).unwrap();
        prop_assert_eq!(&report(&whole(&reference), &split), &expected);

        let mut merged = WindowAccumulator::new(&Columns::default());
        for part in parts.iter().rev() {
            let mut one = WindowAccumulator::new(&Columns::default());
            one.update(part).unwrap();
            merged.merge(one).unwrap();
        }
        prop_assert_eq!(&report(&whole(&reference), &merged.finish()), &expected);
    }

    #[test]
    fn a_report_reads_back_as_written(reference in rows(), current in rows()) {
        let whole = |rows: &[Row]| Window::read([&of(rows)], &Columns::default()).unwrap();
        let report = report(&whole(&reference), &whole(&current));
        let text = serde_json::to_string(&report).unwrap();
        prop_assert_eq!(serde_json::from_str::<DriftReport>(&text).unwrap(), report);
    }
}

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::bootstrap::{BlockBootstrap, Blocks, Estimate};

const KINDS: [IntervalKind; 3] =
    [IntervalKind::Percentile, IntervalKind::Basic, IntervalKind::BiasCorrectedAccelerated];

fn mean_of(values: &[f64], blocks: &Blocks, kind: IntervalKind) -> Result<Estimate> {
    let bootstrap = BlockBootstrap::new(400, 9, 0.9)?.with_interval(kind);
    bootstrap.rows("mean", blocks, |rows| {
        Some(rows.iter().map(|row| values[*row]).sum::<f64>() / rows.len() as f64)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn ends_lie_within_the_draws(rows in proptest::collection::vec((0_u8..9, -9.0_f64..9.0), 12..60)) {
        let ids: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let values: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let blocks = Blocks::by(&ids).unwrap();
        prop_assume!(blocks.len() > 2);
        let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(l, m), v| (l.min(*v), m.max(*v)));
        for kind in [IntervalKind::Percentile, IntervalKind::BiasCorrectedAccelerated] {
            let Ok(seen) = mean_of(&values, &blocks, kind) else { continue };
            prop_assert!(seen.interval.lower <= seen.interval.upper);
            prop_assert!(least - 1e-9 <= seen.interval.lower && seen.interval.upper <= most + 1e-9);
        }
        let percentile = mean_of(&values, &blocks, IntervalKind::Percentile).unwrap();
        let basic = mean_of(&values, &blocks, IntervalKind::Basic).unwrap();
        prop_assert!((basic.interval.lower + percentile.interval.upper - 2.0 * basic.value).abs() < 1e-9);
    }
}

#[test]
fn without_bias_and_skewness_it_is_the_percentile_interval() {
    let mut drawn: Vec<f64> = (-500..=500).map(f64::from).collect();
    drawn.sort_unstable_by(f64::total_cmp);
    let without = || vec![Some(-1.0), Some(1.0), Some(0.0)];
    let of = |kind| ends(kind, "mean", 0.0, &drawn, 0.9, without).unwrap();
    let (percentile, moved) = (of(IntervalKind::Percentile), of(IntervalKind::BiasCorrectedAccelerated));
    assert!((percentile.0 - moved.0).abs() < 1e-6 && (percentile.1 - moved.1).abs() < 1e-6, "{moved:?}");
    let skewed = || vec![Some(-3.0), Some(1.0), Some(1.0), Some(1.0)];
    let (_, upper) = ends(IntervalKind::BiasCorrectedAccelerated, "mean", 0.0, &drawn, 0.9, skewed).unwrap();
    assert!(upper > percentile.1, "a long tail above moves the upper end up");
}

#[test]
fn results_do_not_know_the_threads() {
    let values: Vec<f64> = (0..80).map(|row| f64::from(row * row % 17)).collect();
    let blocks = Blocks::by(&(0..80).map(|row| row / 4).collect::<Vec<u8>>()).unwrap();
    for kind in KINDS {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let seen = AtomicUsize::new(0);
            let bootstrap = BlockBootstrap::new(400, 9, 0.9).unwrap().with_interval(kind);
            let mean = |rows: &[usize]| {
                seen.fetch_or(1 << rayon::current_thread_index().unwrap_or(0), Ordering::Relaxed);
                // Nobody goes ahead before a second thread has work, or has had its chance.
                let mut patience = if threads > 1 { 100_000 } else { 0 };
                while patience > 0 && seen.load(Ordering::Relaxed).count_ones() < 2 {
                    std::thread::yield_now();
                    patience -= 1;
                }
                Some(rows.iter().map(|row| values[*row]).sum::<f64>() / rows.len() as f64)
            };
            pool.install(|| bootstrap.rows("mean", &blocks, mean).unwrap())
        };
        assert_eq!(run(1), run(3), "{kind:?}");
    }
}

#[test]
fn blocks_are_drawn_whole() {
    let values = [0.0, 0.0, 0.0, 4.0, 4.0, 4.0];
    let blocks = Blocks::by(&[1, 1, 1, 2, 2, 2]).unwrap();
    let bootstrap = BlockBootstrap::new(200, 5, 0.9).unwrap();
    let parts = |rows: &[usize]| rows.iter().map(|row| values[*row]).sum::<f64>() / rows.len() as f64;
    let seen = bootstrap
        .rows("mean", &blocks, |rows| {
            assert!([0.0, 2.0, 4.0].contains(&parts(rows)) || rows.len() == 3, "{rows:?}");
            Some(parts(rows))
        })
        .unwrap();
    assert_eq!((seen.value, seen.interval.lower, seen.interval.upper), (2.0, 0.0, 4.0));
}

#[test]
fn what_has_no_interval_is_said() {
    let bca = |value, drawn: &[f64], without: Vec<Option<f64>>| {
        ends(IntervalKind::BiasCorrectedAccelerated, "mean", value, drawn, 0.9, || without)
    };
    assert_eq!(bca(3.0, &[3.0; 50], Vec::new()).unwrap(), (3.0, 3.0));
    let drawn: Vec<f64> = (0..50).map(f64::from).collect();
    assert!(bca(99.0, &drawn, vec![Some(1.0), Some(2.0)]).unwrap_err().is_undefined());
    assert!(bca(25.0, &drawn, vec![Some(1.0), None]).unwrap_err().is_undefined());
    assert!(bca(25.0, &drawn, vec![Some(1.0), Some(1.0)]).unwrap_err().is_undefined());
}

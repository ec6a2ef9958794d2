use proptest::prelude::*;

use super::*;
use crate::Error;

/// The gain averaged over every order of equal scores.
fn over_all_orders(relevance: &[f64], scores: &[f64]) -> f64 {
    fn walk(left: &[usize], taken: &mut Vec<usize>, seen: &mut dyn FnMut(&[usize])) {
        if left.is_empty() {
            return seen(taken);
        }
        for item in left {
            let rest: Vec<usize> = left.iter().copied().filter(|other| other != item).collect();
            taken.push(*item);
            walk(&rest, taken, seen);
            taken.pop();
        }
    }
    let (mut total, mut orders) = (0.0, 0.0);
    let items: Vec<usize> = (0..scores.len()).collect();
    walk(&items, &mut Vec::new(), &mut |order| {
        if order.windows(2).all(|pair| scores[pair[0]] >= scores[pair[1]]) {
            orders += 1.0;
            let gain = |(rank, item): (usize, &usize)| relevance[*item] / (rank as f64 + 2.0).log2();
            total += order.iter().enumerate().map(gain).sum::<f64>();
        }
    });
    total / orders
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ties_are_the_mean_of_all_orders(items in proptest::collection::vec((0_u8..4, 0_u8..3), 2..7)) {
        let relevance = [items.iter().map(|item| f64::from(item.0)).collect::<Vec<f64>>()];
        let scores = [items.iter().map(|item| f64::from(item.1)).collect::<Vec<f64>>()];
        let ours = RankedLists::new(&relevance, &scores).unwrap().dcg(&Gain::default()).unwrap();
        prop_assert!((ours - over_all_orders(&relevance[0], &scores[0])).abs() < 1e-9);
    }

    #[test]
    fn label_metrics_are_counts_of_pairs(items in proptest::collection::vec((any::<bool>(), 0_u8..4), 2..12)) {
        let relevance = [items.iter().map(|item| f64::from(u8::from(item.0))).collect::<Vec<f64>>()];
        let scores = [items.iter().map(|item| f64::from(item.1)).collect::<Vec<f64>>()];
        let lists = RankedLists::new(&relevance, &scores).unwrap();
        let applying: Vec<u8> = items.iter().filter(|item| item.0).map(|item| item.1).collect();
        let others: Vec<u8> = items.iter().filter(|item| !item.0).map(|item| item.1).collect();
        let pairs = (applying.len() * others.len()) as f64;
        let wrong = applying.iter().flat_map(|a| others.iter().filter(move |o| *o >= a)).count() as f64;
        let loss = if pairs == 0.0 { 0.0 } else { wrong / pairs };
        prop_assert_eq!(lists.label_ranking_loss().unwrap(), loss);
        let lowest = applying.iter().min();
        let depth = lowest.map_or(0, |lowest| items.iter().filter(|item| item.1 >= *lowest).count());
        prop_assert_eq!(lists.coverage_error().unwrap(), depth as f64);
    }
}

#[test]
fn the_top_of_the_list() {
    let relevance = [vec![0.0, 1.0, 0.0, 2.0], vec![0.0, 0.0]];
    let scores = [vec![0.9, 0.8, 0.7, 0.1], vec![0.4, 0.6]];
    let lists = RankedLists::new(&relevance, &scores).unwrap();
    assert_eq!((lists.hit_rate(1).unwrap(), lists.hit_rate(2).unwrap()), (0.0, 0.5));
    assert_eq!((lists.precision_at(2).unwrap(), lists.recall_at(2).unwrap()), (0.25, 0.25));
    assert_eq!(lists.mean_reciprocal_rank().unwrap(), 0.25);
    let weighted = lists.weighted(&[3.0, 1.0]).unwrap();
    assert_eq!(weighted.hit_rate(2).unwrap(), 0.75);
}

#[test]
fn what_can_not_be_is_refused() {
    let none: [Vec<f64>; 0] = [];
    assert!(matches!(RankedLists::new(&none, &none), Err(Error::Shape { .. })));
    assert!(matches!(RankedLists::new(&[[1.0, 0.0]], &[vec![0.5]]), Err(Error::Shape { .. })));
    assert!(matches!(RankedLists::new(&[[1.0]], &[[f64::NAN]]), Err(Error::Value { .. })));
    let one = RankedLists::new(&[[1.0]], &[[0.5]]).unwrap();
    assert!(matches!(one.ndcg(&Gain::default()), Err(Error::Shape { .. })));
    assert!(matches!(one.hit_rate(0), Err(Error::Parameter { .. })));
    let lists = RankedLists::new(&[[2.0, -1.0]], &[[0.5, 0.1]]).unwrap();
    assert!(matches!(lists.ndcg(&Gain::default()), Err(Error::Value { .. })));
    assert!(matches!(lists.coverage_error(), Err(Error::Value { .. })));
    for gain in [Gain { top: Some(0), ..Gain::default() }, Gain { log_base: 1.0, ..Gain::default() }] {
        assert!(matches!(lists.dcg(&gain), Err(Error::Parameter { .. })));
    }
}

use mlops_stats::multiple_testing::{Correction, adjust};
use mlops_stats::two_sample::TTest;
use mlops_stats::{Alternative, Random};
use proptest::prelude::*;

use super::*;
use crate::Error;

/// Categories of a few values, numbers, and a loss a row.
#[derive(Clone, Debug)]
struct Table {
    letters: Vec<Option<&'static str>>,
    colours: Vec<Option<&'static str>>,
    numbers: Vec<f64>,
    losses: Vec<f64>,
}

const LETTERS: [Option<&str>; 4] = [Some("a"), Some("b"), Some("c"), None];
const COLOURS: [Option<&str>; 3] = [Some("red"), Some("green"), Some("blue")];

fn noise(rows: usize, seed: u64) -> Table {
    let mut random = Random::replicate(seed, 11);
    let mut table = Table { letters: vec![], colours: vec![], numbers: vec![], losses: vec![] };
    for _ in 0..rows {
        table.letters.push(LETTERS[random.index(4)]);
        table.colours.push(COLOURS[random.index(3)]);
        table.numbers.push(if random.index(20) == 0 { f64::NAN } else { random.unit() });
        // As skewed as a log loss is.
        table.losses.push(-(1.0 - random.unit()).ln());
    }
    table
}

impl Table {
    fn columns(&self) -> Vec<SliceColumn> {
        vec![
            SliceColumn::categories("letter", self.letters.iter().copied()),
            SliceColumn::categories("colour", self.colours.iter().copied()),
            SliceColumn::numbers("number", &self.numbers),
        ]
    }

    fn find(&self, search: &SliceSearch<'_>) -> SliceReport {
        search.find(&self.columns(), &Losses::other(self.losses.clone()).unwrap()).unwrap()
    }

    /// For each row its conditions in words, by a search of the sorted numbers for each row.
    fn words(&self, bins: usize) -> Vec<[String; 3]> {
        let mut sorted: Vec<f64> = self.numbers.iter().copied().filter(|x| !x.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let mut cuts: Vec<f64> = Vec::new();
        for bin in 1..bins {
            if let Some(cut) = sorted.get(bin * sorted.len() / bins)
                && cuts.last().is_none_or(|last| last < cut)
                && *cut > sorted[0]
            {
                cuts.push(*cut);
            }
        }
        let of = |column: &str, value: Option<&str>| match value {
            Some(value) => format!("{column} = {value}"),
            None => format!("{column} is missing"),
        };
        (0..self.losses.len())
            .map(|row| {
                let x = self.numbers[row];
                let from = cuts.iter().rev().find(|cut| **cut <= x);
                let until = cuts.iter().find(|cut| **cut > x);
                let number = match (from, until) {
                    _ if x.is_nan() => "number is missing".to_owned(),
                    (None, None) => "number has a number".to_owned(),
                    (None, Some(until)) => format!("number < {until}"),
                    (Some(from), None) => format!("number >= {from}"),
                    (Some(from), Some(until)) => format!("{from} <= number < {until}"),
                };
                [of("letter", self.letters[row]), of("colour", self.colours[row]), number]
            })
            .collect()
    }

    /// Every conjunction, each by going through all rows: words, rows, and the p-value.
    fn naive(&self, depth: usize, min_rows: usize) -> Vec<(String, usize, f64, f64)> {
        let words = self.words(4);
        let mut slices: std::collections::BTreeMap<Vec<(usize, String)>, Vec<bool>> =
            std::collections::BTreeMap::default();
        for (row, words) in words.iter().enumerate() {
            for set in 1_usize..8 {
                if set.count_ones() as usize > depth {
                    continue;
                }
                let key = (0..3).filter(|at| set >> at & 1 == 1).map(|at| (at, words[at].clone())).collect();
                slices.entry(key).or_insert_with(|| vec![false; self.losses.len()])[row] = true;
            }
        }
        slices.retain(|_, rows| rows.iter().filter(|is_in| **is_in).count() >= min_rows);
        let split = |rows: &[bool], side: bool| -> Vec<f64> {
            let kept = self.losses.iter().zip(rows).filter(|(_, is_in)| **is_in == side);
            kept.map(|(loss, _)| *loss).collect()
        };
        let mut answers = Vec::new();
        for (key, rows) in slices {
            let (within, outside) = (split(&rows, true), split(&rows, false));
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let p = match TTest::welch(&within, &outside) {
                Ok(test) if mean(&within) > mean(&outside) => test.p_value(Alternative::Greater),
                _ => 1.0,
            };
            let words: Vec<String> = key.into_iter().map(|(_, word)| word).collect();
            answers.push((words.join(" and "), within.len(), mean(&within), p));
        }
        answers
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn it_finds_what_trying_everything_finds(
        seed in 0_u64..1 << 40, rows in 30_usize..300, depth in 1_usize..=3, min_rows in 2_usize..12,
        rare in 0_usize..3,
    ) {
        let mut table = noise(rows, seed);
        for row in 0..rows {
            if table.letters[row] == Some("a") && table.colours[row] == Some("red") {
                table.losses[row] += rare as f64;
            }
            // Slices of which nothing can be bad.
            if rare == 2 && table.letters[row] == Some("b") {
                table.losses[row] = 0.0;
            }
        }
        let search = SliceSearch::default().depth(depth).min_rows(min_rows as u64).top(1000);
        let report = table.find(&search);
        let naive = table.naive(depth, min_rows);
        let adjusted = adjust(&naive.iter().map(|slice| slice.3).collect::<Vec<_>>(), 0.05, Correction::Holm).unwrap();
        prop_assert!(report.tested + report.skipped_at_most >= naive.len() as u64);
        prop_assert!(report.tested <= naive.len() as u64);
        prop_assert_eq!(report.found, (report.slices.len() as u64) + report.redundant);
        for slice in &report.slices {
            let at = naive.iter().position(|(words, ..)| *words == slice.description);
            let Some(at) = at else { return Err(TestCaseError::fail(format!("{slice:?}"))) };
            let (_, size, mean, p) = &naive[at];
            prop_assert_eq!(slice.rows, *size as u64);
            prop_assert!((slice.mean - mean).abs() < 1e-9);
            prop_assert!((slice.p_value - p).abs() < 1e-9 + 1e-6 * p, "{slice:?} {p}");
            prop_assert!(adjusted.p_values[at] <= slice.adjusted_p_value + 1e-9, "never less careful");
        }
        if report.skipped_at_most == 0 {
            prop_assert_eq!(report.tested, naive.len() as u64);
            let near = adjusted.p_values.iter().any(|p| (p - 0.05).abs() < 1e-6);
            let expected = adjusted.rejected.iter().filter(|rejected| **rejected).count();
            prop_assert!(near || report.found == expected as u64, "{} {expected}", report.found);
        }
    }

    /// Whatever is given, there is an answer or an error.
    #[test]
    fn no_losses_are_too_odd(
        losses in prop::collection::vec(prop_oneof![Just(0.0), Just(1e200), Just(-1.0), 0.0..1.0], 0..80),
        clusters in any::<bool>(), limit in any::<bool>(),
    ) {
        let rows = losses.len();
        let columns = [
            SliceColumn::numbers("x", &losses),
            SliceColumn::categories("k", (0..rows).map(|row| (row % 3 > 0).then_some("k"))),
        ];
        let of_row: Vec<u32> = (0..u32::try_from(rows).unwrap()).map(|row| row / 3).collect();
        let mut search = SliceSearch::default().min_rows(2).min_clusters(2);
        if clusters { search = search.clusters(&of_row); }
        if limit { search = search.worse_than(WorseThan::Limit(0.5)); }
        if let Ok(report) = search.find(&columns, &Losses::other(losses).unwrap()) {
            prop_assert!(report.digest().is_ok() || !report.mean.is_finite());
        }
    }
}

#[test]
fn a_planted_slice_is_found_and_stands_first() {
    for seed in 0..5 {
        let mut table = noise(4_000, seed);
        for row in 0..4_000 {
            if table.letters[row] == Some("b") && table.colours[row] == Some("blue") {
                table.losses[row] += 1.0;
            }
        }
        let report = table.find(&SliceSearch::default());
        assert_eq!(report.slices[0].description, "letter = b and colour = blue", "{seed}");
        assert!((report.slices[0].difference - 1.0).abs() < 0.3 && report.slices[0].adjusted_p_value < 1e-6);
        assert!(report.slices[0].effect_size > 0.5 && !report.cut_short);
        let parents = ["letter = b", "colour = blue"];
        let sets = report.slices.iter().filter(|slice| slice.conditions.len() == 2);
        for slice in sets {
            assert!(slice.description.contains("letter = b") || slice.description.contains("colour = blue"));
        }
        assert!(parents.iter().all(|parent| report.slices.iter().any(|slice| slice.description == *parent)));
    }
}

#[test]
fn in_noise_there_is_no_bad_slice() {
    let sets = 200;
    let (mut of_losses, mut of_errors) = (0, 0);
    for seed in 0..sets {
        let table = noise(1_500, 1000 + seed);
        let search = SliceSearch::default().min_rows(30).bins(5);
        of_losses += u32::from(table.find(&search).found > 0);
        // Errors are rare, where tests that are not exact alarm most.
        let labels: Vec<bool> = table.losses.iter().map(|loss| *loss > 3.0).collect();
        let losses = Losses::errors(&labels, &vec![0.0; labels.len()], 0.5).unwrap();
        of_errors += u32::from(search.find(&table.columns(), &losses).unwrap().found > 0);
    }
    assert!(of_losses <= 10 && of_errors <= 10, "{of_losses} and {of_errors} of {sets}");
}

/// Every cluster has a mean of its own, and a column that is constant within clusters.
#[test]
fn bad_days_are_no_bad_slice_when_days_are_clusters() {
    let (mut by_row, mut by_day) = (0, 0);
    for seed in 0..40 {
        let mut random = Random::replicate(seed, 5);
        let mut table = noise(3_000, seed);
        let days: Vec<u32> = (0..3_000).map(|row| row / 50).collect();
        for day in 0..60 {
            let (shift, colour) = (3.0 * random.unit(), COLOURS[random.index(3)]);
            for row in 50 * day..50 * (day + 1) {
                table.losses[row] += shift;
                table.colours[row] = colour;
            }
        }
        by_row += u32::from(table.find(&SliceSearch::default()).found > 0);
        by_day += u32::from(table.find(&SliceSearch::default().clusters(&days)).found > 0);
    }
    assert!(by_row >= 15, "rows claim too much: {by_row}");
    assert!(by_day <= 4, "{by_day} of 40");
    // A slice that is bad within each day is found by days.
    let mut table = noise(3_000, 77);
    for row in 0..3_000 {
        table.losses[row] += if table.letters[row] == Some("c") { 1.0 } else { 0.0 };
    }
    let days: Vec<u32> = (0..3_000).map(|row| row / 50).collect();
    let report = table.find(&SliceSearch::default().clusters(&days));
    assert_eq!((report.slices[0].description.as_str(), report.slices[0].clusters), ("letter = c", Some(60)));
    // The means of clusters are those of a plain count.
    let mean_of = |is_c: bool| -> Vec<f64> {
        let of_day = |day: usize| {
            let rows = (50 * day..50 * (day + 1)).filter(|row| (table.letters[*row] == Some("c")) == is_c);
            let losses: Vec<f64> = rows.map(|row| table.losses[row]).collect();
            losses.iter().sum::<f64>() / losses.len() as f64
        };
        (0..60).map(of_day).collect()
    };
    let plain = TTest::welch(&mean_of(true), &mean_of(false)).unwrap();
    assert!((plain.difference() - report.slices[0].difference).abs() < 1e-9);
    let p = plain.p_value(Alternative::Greater);
    assert!((p - report.slices[0].p_value).abs() < 1e-6 * p, "{p} {}", report.slices[0].p_value);
}

#[test]
fn a_limit_is_a_limit() {
    let table = noise(2_000, 3);
    let find = |than| table.find(&SliceSearch::default().worse_than(than));
    assert!(find(WorseThan::Limit(0.5)).found > 10, "the mean of all is 1");
    assert_eq!(find(WorseThan::Limit(1.5)).found, 0);
    let mut table = table;
    for row in 0..2_000 {
        table.losses[row] += if table.letters[row].is_none() { 0.5 } else { 0.0 };
    }
    let find = |by| table.find(&SliceSearch::default().worse_than(WorseThan::Rest { by }));
    assert_eq!(find(0.2).slices[0].description, "letter is missing");
    assert_eq!(find(0.6).found, 0);
    // Of errors: exact against a number, by score against a margin.
    let labels: Vec<bool> = (0..2_000).map(|row| row % 4 == 0).collect();
    let scores: Vec<f64> =
        (0..2_000).map(|row| if table.letters[row] == Some("a") { 0.9 } else { 0.1 }).collect();
    let errors = Losses::errors(&labels, &scores, 0.5).unwrap();
    for than in [WorseThan::Limit(0.6), WorseThan::Rest { by: 0.2 }, WorseThan::Rest { by: 0.0 }] {
        let report = SliceSearch::default().worse_than(than).find(&table.columns(), &errors).unwrap();
        assert!(report.slices.iter().any(|slice| slice.description == "letter = a"), "{report:?}");
        assert!(report.slices.iter().all(|slice| slice.description.starts_with("letter = a")), "{report:?}");
    }
    let kinder = SliceSearch::default().worse_than(WorseThan::Limit(0.9));
    assert_eq!(kinder.find(&table.columns(), &errors).unwrap().found, 0);
}

#[test]
fn a_search_that_stops_says_so() {
    let table = noise(2_000, 3);
    let report = table.find(&SliceSearch::default().max_slices(20));
    assert!(report.cut_short && report.tested == 20);
    assert!(!table.find(&SliceSearch::default()).cut_short);
    let nothing = table.find(&SliceSearch::default().min_rows(1_999));
    assert_eq!((nothing.tested, nothing.found), (0, 0));
}

#[test]
fn threads_do_not_matter() {
    let mut table = noise(3_000, 8);
    for row in 0..3_000 {
        table.losses[row] += if table.numbers[row] > 0.8 { 0.4 } else { 0.0 };
    }
    let search = SliceSearch::default().depth(3).min_rows(20);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| table.find(&search).digest().unwrap())
    };
    assert_eq!(with(1), with(4));
}

#[test]
fn what_does_not_fit_is_refused() {
    let losses = Losses::other(vec![0.0; 10]).unwrap();
    let x = SliceColumn::numbers("x", &[0.0; 10]);
    let find = |search: SliceSearch<'_>, columns: &[SliceColumn]| {
        search.find(columns, &losses).unwrap_err().to_string()
    };
    let search = SliceSearch::default;
    let short = SliceColumn::numbers("y", &[0.0; 9]);
    assert!(find(search(), &[x.clone(), short]).contains(r#"slice column "y": 9 values"#));
    assert!(find(search(), &[x.clone(), x.clone()]).contains(r#""x" is given twice"#));
    assert!(find(search(), &[]).contains("there are 0"));
    let one = [x];
    for (search, place) in [
        (search().depth(0), "depth is 0"),
        (search().depth(5), "depth is 5"),
        (search().bins(1), "bins is 1"),
        (search().min_rows(1), "min_rows is 1"),
        (search().alpha(f64::NAN), "alpha is NaN"),
        (search().worse_than(WorseThan::Rest { by: -0.1 }), "by is -0.1"),
        (search().clusters(&[0; 3]), "clusters: 3 values"),
        (search().clusters(&[u32::MAX; 10]), "row 0 is of cluster 4294967295"),
    ] {
        assert!(find(search.clone(), &one).contains(place), "{place}: {}", find(search, &one));
    }
    assert!(matches!(Losses::other(vec![0.0, f64::NAN]), Err(Error::Input { .. })));
    assert!(Losses::log_loss(&[true], &[1.5]).unwrap_err().to_string().contains("row 0 is 1.5"));
    assert!(Losses::errors(&[true], &[0.5, 0.5], 0.5).is_err());
}

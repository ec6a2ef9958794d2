//! A profile is of the rows alone, whatever the parts; what it can't know it says, and a
//! comparison with it alarms on no more than chance.

use crate::table::{batch, normal, numbers, promised_ranks, texts};
use arrow_array::RecordBatch;
use mlops_drift::{
    Columns, Detector, Exactness, Profile, ProfileAccumulator, ProfileSettings, Settings, Status, Window,
};
use mlops_stats::Random;
use proptest::prelude::*;

type Row = (Option<f64>, u16);

fn of(rows: &[Row]) -> RecordBatch {
    let names: Vec<String> = rows.iter().map(|(_, name)| format!("n{name}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    batch(vec![("number", numbers(rows.iter().map(|row| row.0).collect())), ("name", texts(&names))])
}

fn small() -> ProfileSettings {
    ProfileSettings::new(16, 12, 8).unwrap()
}

fn profile(rows: &[Row]) -> Profile {
    let mut accumulator = ProfileAccumulator::with(&Columns::default(), small());
    accumulator.update(&of(rows)).unwrap();
    accumulator.finish()
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![
        8 => (-50.0..50.0).prop_map(Some),
        2 => (0..5).prop_map(|n| Some(f64::from(n))),
        1 => Just(Some(f64::NAN)),
        1 => Just(None)
    ];
    (0_u16..40).prop_flat_map(move |names| prop::collection::vec((number.clone(), 0..=names), 1..400))
}

/// Every statement of a profile about these rows is true.
fn is_true(profile: &Profile, rows: &[Row]) -> Result<(), TestCaseError> {
    let present: Vec<f64> = rows.iter().filter_map(|row| row.0.filter(|value| value.is_finite())).collect();
    prop_assert_eq!(profile.rows(), rows.len() as u64);
    let number = profile.column("number").unwrap();
    prop_assert_eq!(number.missing(), (rows.len() - present.len()) as u64);
    let (moments, quantiles) = (number.moments().unwrap(), number.quantiles().unwrap());
    prop_assert_eq!(moments.count(), present.len() as u64);
    if !present.is_empty() {
        let mean = present.iter().sum::<f64>() / present.len() as f64;
        prop_assert!((moments.mean().unwrap() - mean).abs() < 1e-9);
        for at in &present {
            let truth = present.iter().filter(|value| *value <= at).count() as f64 / present.len() as f64;
            prop_assert!((quantiles.rank(*at).unwrap() - truth).abs() <= quantiles.rank_error() + 1e-12);
        }
        prop_assert_eq!(present.len() <= 16, number.exactness() == Exactness::Exact);
    }
    let name = profile.column("name").unwrap();
    let different = rows.iter().map(|row| row.1).collect::<std::collections::HashSet<u16>>().len();
    // Exact exactly up to the limit, whatever the parts were.
    prop_assert_eq!(name.counts().is_some(), different <= 12);
    prop_assert_eq!(name.distinct(), Some((different as f64, 0.0)));
    for id in 0_u16..40 {
        let truth = rows.iter().filter(|row| row.1 == id).count() as u64;
        let label = format!("n{id}");
        match (name.counts(), name.frequent()) {
            (Some(counts), None) => prop_assert_eq!(counts.get(&label).copied().unwrap_or(0), truth),
            (None, Some(items)) => {
                prop_assert!(items.error() <= rows.len() as u64 / 9);
                let low = items.at_least(&label);
                prop_assert!((low..=low + items.error()).contains(&truth));
            }
            _ => prop_assert!(false, "one of both"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn parts_are_merged_to_the_profile_of_the_whole(
        rows in rows(), cuts in prop::collection::vec(0_usize..400, 0..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 8)
    ) {
        is_true(&profile(&rows), &rows)?;
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        // An empty part among them, from a file each.
        let mut parts: Vec<Profile> = cuts
            .windows(2)
            .map(|cut| Profile::from_bytes(&profile(&rows[cut[0]..cut[1]]).to_bytes()).unwrap())
            .collect();
        let mut turn = order.iter().cycle();
        while parts.len() > 1 {
            let one = parts.swap_remove(turn.next().unwrap().index(parts.len()));
            let into = turn.next().unwrap().index(parts.len());
            parts[into].merge(&one).unwrap();
        }
        is_true(&parts[0], &rows)?;
        let mut streamed = ProfileAccumulator::with(&Columns::default(), small());
        for cut in cuts.windows(2) {
            let mut part = ProfileAccumulator::with(&Columns::default(), small());
            part.update(&of(&rows[cut[0]..cut[1]])).unwrap();
            streamed.merge(part).unwrap();
        }
        is_true(&streamed.finish(), &rows)?;
    }

    #[test]
    fn a_profile_of_few_rows_answers_as_they_do(reference in rows(), current in rows()) {
        let (reference, current) = (&reference[..reference.len().min(300)], &current[..current.len().min(300)]);
        let whole = |rows: &[Row]| Window::read([&of(rows)], &Columns::default()).unwrap();
        let detector = Detector::default();
        let expected = detector.compare(&whole(reference), &whole(current)).unwrap();
        let stored = |rows: &[Row]| Profile::read([&of(rows)], &Columns::default()).unwrap().window();
        prop_assert_eq!(&detector.compare(&stored(reference), &whole(current)).unwrap(), &expected);
        prop_assert_eq!(&detector.compare(&whole(reference), &stored(current)).unwrap(), &expected);
    }
}

/// So many normal numbers and names, moved by so much.
fn drawn(replicate: u64, rows: usize, moved: f64) -> RecordBatch {
    let mut random = Random::replicate(61, replicate);
    let values = (0..rows).map(|_| Some(normal(&mut random) + moved)).collect();
    let names: Vec<String> = (0..rows).map(|_| format!("n{:.0}", random.unit().powi(3) * 8_000.0)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    batch(vec![("number", numbers(values)), ("name", texts(&names))])
}

#[test]
fn a_sketch_on_either_side_finds_what_the_rows_show() {
    let (reference, same, moved) = (drawn(0, 30_000, 0.0), drawn(1, 30_000, 0.0), drawn(2, 30_000, 0.5));
    let stored = |batch: &RecordBatch| Profile::read([batch], &Columns::default()).unwrap().window();
    let whole = |batch: &RecordBatch| Window::read([batch], &Columns::default()).unwrap();
    let detector = Detector::default();
    let exact = detector.compare(&whole(&reference), &whole(&moved)).unwrap();
    let exact = exact.column("number").unwrap().values.as_ref().unwrap();
    let sides = [
        (1.0, stored(&reference), whole(&moved)),
        (1.0, whole(&reference), stored(&moved)),
        (2.0, stored(&reference), stored(&moved)),
    ];
    for (sketches, left, right) in sides {
        let report = detector.compare(&left, &right).unwrap();
        let number = report.column("number").unwrap();
        assert_eq!(number.status, Status::Drifted, "{number}");
        let values = number.values.as_ref().unwrap();
        let Exactness::Ranks { within } = values.exactness else { panic!("{values:?}") };
        // 4,096 values stand for each sketch: half a step of rank more.
        assert!(within > 0.0 && within <= sketches * (promised_ranks(30_000) + 0.5 / 4096.0), "{within}");
        // The distance is the area between the distribution functions, and all values lie
        // within ten of each other; the deviation is one.
        assert!((values.effect - exact.effect).abs() <= within * 10.0, "{} {}", values.effect, exact.effect);
        // The rows are counted as they are, not as what stands for them.
        let (mean, rows) =
            (number.current.as_ref().unwrap().mean.unwrap(), number.current.as_ref().unwrap().rows);
        assert!((mean - 0.5).abs() < 0.05 && rows == 30_000);
        let name = report.column("name").unwrap();
        assert_eq!(name.status, Status::Stable, "{name}");
        let Exactness::Counts { within } = name.values.as_ref().unwrap().exactness else {
            panic!("{name:?}")
        };
        assert!(within > 0.0 && within <= sketches / 1025.0, "{within}");
    }
    let quiet = detector.compare(&stored(&reference), &stored(&same)).unwrap();
    assert_eq!(quiet.of_status(Status::Stable).count(), 2, "{quiet:?}");
}

#[test]
fn p_values_of_a_sketch_alarm_no_more_often_than_chance() {
    // No effect is too small here, so that p-values alone decide. A sketch of sixteen points is as coarse as it gets.
    let mut settings = Settings::default();
    (settings.shift, settings.mix) = (0.0, 0.0);
    let detector = Detector::new(settings).unwrap();
    let stored = |batch: &RecordBatch, points| {
        let settings = ProfileSettings::new(points, 40, 40).unwrap();
        let mut accumulator = ProfileAccumulator::with(&Columns::default(), settings);
        accumulator.update(batch).unwrap();
        accumulator.finish().window()
    };
    let mut alarms = [0, 0];
    for replicate in 0..60 {
        let (one, other) = (drawn(1_000 + replicate, 1_500, 0.0), drawn(2_000 + replicate, 1_500, 0.0));
        for points in [16, 256] {
            let report = detector.compare(&stored(&one, points), &stored(&other, points)).unwrap();
            for (column, alarms) in ["number", "name"].iter().zip(&mut alarms) {
                let p = report.column(column).unwrap().values.as_ref().unwrap().p_value.unwrap();
                *alarms += u32::from(p <= 0.05);
            }
        }
    }
    // 60 pairs at 5 %: 3, and more than 9 in less than one of a thousand; each is looked at twice.
    assert!(alarms.iter().all(|alarms| *alarms <= 2 * 9), "{alarms:?}");
}

#[test]
fn what_does_not_fit_together_is_named() {
    let columns = Columns::default();
    let mut one = Profile::read([&batch(vec![("a", numbers(vec![Some(1.0)]))])], &columns).unwrap();
    let other = Profile::read([&batch(vec![("b", numbers(vec![Some(1.0)]))])], &columns).unwrap();
    let error = one.merge(&other).unwrap_err();
    assert_eq!(
        error.to_string(),
        "column \"b\" is Float64, expected missing, as in the batches before or as it was named"
    );
    let error = profile(&[(None, 1)]).merge(&one).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the setting of a profile is 1024 points, 4096 categories or 1024 frequent ones, \
         expected 16 points, 12 categories or 8 frequent ones"
    );
    for (points, categories, frequent) in [(7, 1, 1), (6, 1, 1), (8, (1 << 20) + 1, 1), (8, 1, 0)] {
        assert!(ProfileSettings::new(points, categories, frequent).is_err());
    }
    let empty = Profile::read([], &columns).unwrap();
    assert_eq!(
        Detector::default().compare(&empty.window(), &one.window()).unwrap_err().to_string(),
        "the reference window has no rows"
    );
}

//! A name that the reference does not have is told, whether or not the mix has drifted.

use crate::table::{batch, compare, numbers, texts};
use mlops_drift::{
    ColumnDrift, Columns, Detector, DriftReport, NewCategories, Profile, ProfileAccumulator, ProfileSettings,
    Status, Window,
};

fn found(before: &[&str], now: &[&str]) -> ColumnDrift {
    compare(vec![("carrier", texts(before))], vec![("carrier", texts(now))]).columns.remove(0)
}

fn times<'a>(counts: &[(&'a str, usize)]) -> Vec<&'a str> {
    counts.iter().flat_map(|(name, count)| std::iter::repeat_n(*name, *count)).collect()
}

#[test]
fn a_stable_column_tells_its_new_name() {
    let before = times(&[("UA", 1_000), ("DL", 1_000)]);
    let one = found(&before, &times(&[("UA", 1_000), ("DL", 998), ("ZZ", 2)]));
    assert_eq!(one.status, Status::Stable, "the verdict is the test's: {one}");
    assert_eq!(one.new_categories.names, [("ZZ".to_owned(), 2)]);
    assert!(one.to_string().starts_with("carrier: "), "{one}");
    assert!(one.reason.ends_with(", \"ZZ\" was never seen before (0.1 % of the rows)"), "{one}");
    assert!(found(&before, &before).new_categories.is_empty());
    assert!(!found(&before, &before).reason.contains("never seen"));
    // A name that is gone is not new.
    assert!(found(&before, &times(&[("UA", 2_000)])).new_categories.is_empty());
}

#[test]
fn all_new_names_are_counted_and_not_only_those_shown() {
    let names: Vec<String> = (0..100).map(|index| format!("new{index:02}")).collect();
    let mut counts: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 5)).collect();
    counts[70].1 = 6;
    let before = times(&[("UA", 1_000)]);
    let column = found(&before, &[times(&counts), times(&[("UA", 499)])].concat());
    let new = &column.new_categories;
    assert_eq!((new.count(), new.names.len(), new.more, new.rows), (100, 12, 88, 501));
    assert_eq!(new.names[0], ("new70".to_owned(), 6));
    assert_eq!((new.names[1].0.as_str(), new.names[11].0.as_str()), ("new00", "new10"));
    let words = "100 names were never seen before (50.1 % of the rows), most often \"new70\" (0.6 %)";
    assert!(column.reason.contains(words), "{column}");
}

#[test]
fn few_values_and_missing_ones_hide_no_new_name() {
    let few = found(&times(&[("UA", 1_000)]), &times(&[("UA", 3), ("ZZ", 1)]));
    assert_eq!(few.status, Status::Inconclusive);
    assert!(few.reason.ends_with("\"ZZ\" was never seen before (25.0 % of the rows)"), "{few}");
    let long = "x".repeat(500);
    let long = found(&times(&[("UA", 1_000)]), &times(&[("UA", 99), (&long, 1)]));
    assert!(long.reason.len() < 250 && long.new_categories.names[0].0.len() == 500, "{long}");
}

#[test]
fn numbers_that_are_names_and_numbers_that_are_not() {
    let day = |values: &[f64]| batch(vec![("day", numbers(values.iter().copied().map(Some).collect()))]);
    let (before, now) = ([day(&[1.0; 100])], [day(&[vec![1.0; 98], vec![8.0, 8.0]].concat())]);
    let of =
        |columns| Detector::default().compare_batches(&before, &now, &columns).unwrap().columns.remove(0);
    let named = of(Columns::default().categorical(["day"]));
    assert_eq!(named.new_categories.names, [("8".to_owned(), 2)]);
    assert!(of(Columns::default()).new_categories.is_empty());
}

#[test]
fn only_a_reference_that_knows_all_its_names_says_so() {
    let names: Vec<String> = (0..60).map(|index| format!("n{index}")).collect();
    let before: Vec<&str> = (0..3_000).map(|row| names[row % 60].as_str()).collect();
    let now = Window::read(
        [&batch(vec![("carrier", texts(&times(&[("n1", 50), ("ZZ", 50)])))])],
        &Columns::default(),
    );
    let now = now.unwrap();
    let of = |reference: Profile| {
        Detector::default().compare(&reference.window(), &now).unwrap().columns.remove(0)
    };
    let table = batch(vec![("carrier", texts(&before))]);
    let whole = of(Profile::read([&table], &Columns::default()).unwrap());
    assert_eq!(whole.new_categories.names, [("ZZ".to_owned(), 50)]);
    let mut small = ProfileAccumulator::with(&Columns::default(), ProfileSettings::new(16, 12, 8).unwrap());
    small.update(&table).unwrap();
    assert!(of(small.finish()).new_categories.is_empty());
}

#[test]
fn a_report_of_before_can_be_read() {
    let now = times(&[("UA", 90), ("ZZ", 10)]);
    let report = compare(vec![("carrier", texts(&["UA"; 100]))], vec![("carrier", texts(&now))]);
    let written = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<DriftReport>(&written).unwrap(), report);
    let field = r#","new_categories":{"names":[["ZZ",10]],"more":0,"rows":10}"#;
    assert!(written.contains(field), "{written}");
    let before: DriftReport = serde_json::from_str(&written.replace(field, "")).unwrap();
    assert_eq!(before.columns[0].new_categories, NewCategories::default());
}

#[cfg(feature = "report")]
#[test]
fn the_page_names_them() {
    let names: Vec<String> = (0..14).map(|index| format!("<{index:02}>")).collect();
    let counts: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    for old in [100, 9_000] {
        let now = [times(&counts), times(&[("UA", old)])].concat();
        let report = compare(vec![("carrier", texts(&["UA"; 9_000]))], vec![("carrier", texts(&now))]);
        let page = mlops_report::Html::from(report.section("Drift"));
        for words in ["carrier: never seen before", "&lt;00&gt;", "&lt;11&gt;", "2 more"] {
            assert!(page.as_str().contains(words), "{words}\n{page}");
        }
        assert!(!page.as_str().contains("<00>"));
    }
}

//! The section of a page (feature `report`).
#![cfg(feature = "report")]

mod table;

use mlops_report::{Html, Page};
use table::{compare, numbers, ramp, texts};

#[test]
fn every_column_is_on_the_page() {
    let moved = ramp(100, 1.0).into_iter().map(|value| value.map(|value| value + 40.0)).collect();
    let report = compare(
        vec![
            ("<temp>", numbers(ramp(100, 1.0))),
            ("carrier", texts(&["UA"; 100])),
            ("gone", numbers(ramp(100, 1.0))),
        ],
        vec![("<temp>", numbers(moved)), ("carrier", texts(&["UA"; 100]))],
    );
    let page = Html::from(report.section("Input drift"));
    for words in ["&lt;temp&gt;", "shifted up by", "the column is gone", "carrier: stable", "<svg"] {
        assert!(page.as_str().contains(words), "{words}\n{page}");
    }
    assert!(Page::new("drift").section(report.section("Input drift")).render().len() > 1000);
}

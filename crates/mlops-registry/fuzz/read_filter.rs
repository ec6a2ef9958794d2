//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use mlops_registry::search::{Filter, OrderBy};
use mlops_registry::store::Kind;

/// Reads bytes as a filter and as an order of each kind of thing: they are one, whose
/// clauses stand in the text, or it is said where they are none.
pub(crate) fn read_filter(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for kind in [Kind::Run, Kind::Experiment, Kind::Model, Kind::Version] {
        match Filter::parse(kind, text) {
            Ok(filter) => {
                for clause in filter.clauses() {
                    let own = text.get(clause.span.clone()).expect("a clause stands in the text");
                    let again = Filter::parse(kind, own).expect("a clause is a filter");
                    assert_eq!(again.clauses().len(), 1);
                    assert_eq!(again.clauses()[0].field, clause.field);
                    assert_eq!(again.clauses()[0].test, clause.test);
                }
            }
            Err(error) => assert!(text.is_char_boundary(error.position), "{error}"),
        }
        if let Err(error) = OrderBy::parse(kind, text) {
            assert!(text.is_char_boundary(error.position), "{error}");
        }
    }
}

//! What is found is the same in every store, at once and on pages.

use std::collections::BTreeSet;

use super::*;
use crate::search::{OrderBy, scan};
use crate::tracking::View;

fn clause() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("NaN"),
        Just("Infinity"),
        Just("-Infinity"),
        Just("0"),
        Just("0.5"),
        Just("1"),
        Just("-1.5"),
    ];
    let text = proptest::sample::select(TEXTS.to_vec()).prop_map(|text| format!("\"{text}\""));
    let field = proptest::sample::select(vec![
        "params.p0",
        "params.p1",
        "tags.t",
        "tags.none",
        "run_name",
        "datasets.context",
        "datasets.name",
    ]);
    prop_oneof![
        4 => ("[01]", proptest::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]), number)
            .prop_filter("NaN has no order", |(_, op, n)| *n != "NaN" || matches!(*op, "=" | "!="))
            .prop_map(|(m, op, n)| format!("metrics.m{m} {op} {n}")),
        4 => (field, proptest::sample::select(vec!["=", "!=", "LIKE", "ILIKE"]), text.clone())
            .prop_map(|(field, op, text)| format!("{field} {op} {text}")),
        1 => (proptest::sample::select(vec!["params.p0", "tags.t", "params.none"]), any::<bool>())
            .prop_map(|(field, not)| format!("{field} IS {}NULL", if not { "NOT " } else { "" })),
        1 => (proptest::sample::select(vec!["start_time", "end_time"]),
              proptest::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]), -2..3)
            .prop_map(|(field, op, at)| format!("{field} {op} {at}")),
        1 => (any::<bool>(), text.clone(), text).prop_map(|(not, a, b)| {
            format!("datasets.context {}IN ({a}, {b})", if not { "NOT " } else { "" })
        }),
        1 => Just("status = 'FINISHED'".to_owned()),
        1 => Just("run_id NOT IN ('a/1', 'b/2')".to_owned()),
    ]
}

/// A search with its text, for the report of a failure.
#[derive(Clone, Debug)]
struct Asked {
    filter: String,
    order: Vec<String>,
    view: View,
    experiments: Option<Vec<String>>,
    limit: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let fields = [
        "metrics.m0",
        "metrics.m1",
        "params.p0",
        "tags.t",
        "metrics.none",
        "start_time",
        "end_time",
        "status",
        "run_id",
        "run_name",
    ];
    let order = proptest::sample::subsequence(fields.to_vec(), 0..3).prop_shuffle();
    let order = (order, proptest::collection::vec(any::<bool>(), 3)).prop_map(|(fields, down)| {
        let word = |down: &bool| if *down { "DESC" } else { "ASC" };
        fields.iter().zip(&down).map(|(field, down)| format!("{field} {}", word(down))).collect::<Vec<_>>()
    });
    let experiments = prop_oneof![
        Just(None),
        Just(Some(vec!["a".to_owned()])),
        Just(Some(vec!["b".to_owned(), "a".to_owned(), "none".to_owned()])),
    ];
    let view = proptest::sample::select(vec![View::Active, View::Deleted, View::All]);
    let filter = proptest::collection::vec(clause(), 0..4).prop_map(|clauses| clauses.join(" AND "));
    (filter, order, view, experiments, 1usize..6).prop_map(|(filter, order, view, experiments, limit)| {
        Asked { filter, order, view, experiments, limit }
    })
}

impl Asked {
    fn search(&self) -> Search {
        let mut search = Search::new(Kind::Run, self.limit).unwrap();
        search.filter = Filter::parse(Kind::Run, &self.filter).unwrap();
        search.sort(self.order.iter().map(|by| OrderBy::parse(Kind::Run, by).unwrap()).collect()).unwrap();
        search.view = self.view;
        search.experiments.clone_from(&self.experiments);
        search
    }
}

/// Every page, each asked for with the place of the last thing of the one before.
fn pages(both: &Both, search: &Search, mut between: impl FnMut(usize)) -> Vec<Key> {
    let mut search = search.clone();
    let mut keys = Vec::new();
    for page in 0.. {
        let Matches { found, more } = both.search(&search);
        keys.extend(found.iter().map(|found| found.record.key.clone()));
        match found.last() {
            Some(last) if more => search.after = Some(last.position.clone()),
            _ => break,
        }
        between(page);
    }
    keys
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn stores_find_the_same_on_pages_as_at_once(
        specs in proptest::collection::vec(spec(), 1..40),
        searches in proptest::collection::vec(asked(), 24),
    ) {
        let mut both = Both::new();
        both.add(&specs);
        for asked in &searches {
            let mut search = asked.search();
            let paged = pages(&both, &search, |_| {});
            search.limit = 1000;
            let whole = both.search(&search);
            prop_assert!(!whole.more);
            prop_assert_eq!(&scan(&both.sqlite, &search).unwrap(), &whole);
            let whole: Vec<_> = whole.found.into_iter().map(|found| found.record.key).collect();
            prop_assert_eq!(paged, whole, "{:?}", asked);
        }
        prop_assert_eq!(both.sqlite.index_damage().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn who_is_there_throughout_is_on_one_page(
        before in proptest::collection::vec(spec(), 1..30),
        asked in asked(),
        meanwhile in proptest::collection::vec((proptest::collection::vec(spec(), 0..3), any::<u8>()), 30),
    ) {
        let mut both = Both::new();
        both.add(&before);
        let search = asked.search();
        let everything = Search { limit: 1000, ..search.clone() };
        let first: Vec<Key> = both.search(&everything).found.into_iter().map(|found| found.record.key).collect();
        let mut gone = BTreeSet::new();
        let mut keys = Vec::new();
        let mut page = search;
        let mut meanwhile = meanwhile.into_iter();
        loop {
            let Matches { found, more } = both.search(&page);
            keys.extend(found.iter().map(|found| found.record.key.clone()));
            match found.last() {
                Some(last) if more => page.after = Some(last.position.clone()),
                _ => break,
            }
            let Some((specs, deleted)) = meanwhile.next() else { continue };
            if !specs.is_empty() {
                both.add(&specs);
            }
            // Another one is deleted, or restored, and so is not there throughout.
            if let Some(key) = first.get(usize::from(deleted)) {
                gone.insert(key.clone());
                both.change(key, |body| {
                    let body = body.as_object_mut().unwrap();
                    if body.remove("deleted").is_none() {
                        body.insert("deleted".to_owned(), deletion());
                    }
                });
            }
        }
        let unique: BTreeSet<_> = keys.iter().collect();
        prop_assert_eq!(unique.len(), keys.len(), "nothing is found twice");
        let stayed: Vec<_> = first.into_iter().filter(|key| !gone.contains(key)).collect();
        let found: Vec<_> = keys.into_iter().filter(|key| stayed.contains(key)).collect();
        prop_assert_eq!(found, stayed, "all that stayed, in order");
        prop_assert_eq!(both.sqlite.index_damage().unwrap(), Vec::<String>::new());
    }
}

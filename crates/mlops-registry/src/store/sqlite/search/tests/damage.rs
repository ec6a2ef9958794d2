//! The index follows the records, and says so where it does not.

use super::*;
use crate::search::{OrderBy, scan};

#[test]
fn what_is_removed_is_no_longer_found() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(5)],
        params: [Some(1), None],
        tag: Some(2),
        contexts: vec![1, 2],
    };
    both.add(&[spec.clone(), spec]);
    let key = Key::from(["a"]).and(1);
    let search = Search::new(Kind::Run, 10).unwrap();
    for kind in [Kind::Metric, Kind::Param, Kind::Tag, Kind::Input, Kind::Run] {
        let records = both.memory.read(&Query::under(kind, key.clone(), 100)).unwrap();
        // One by one: of a metric, the point before is the latest then.
        for record in records.into_iter().rev() {
            both.commit(vec![Change::remove(kind, record.key, record.revision).unwrap()]);
            let found = both.search(&search);
            assert_eq!(scan(&both.sqlite, &search).unwrap(), found);
        }
    }
    assert_eq!(both.search(&search).found.len(), 1);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
}

#[test]
fn an_index_that_says_something_else_is_damage() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(5)],
        params: [Some(1), None],
        tag: Some(2),
        contexts: vec![1],
    };
    both.add(&[spec.clone(), spec]);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
    for (change, expected) in [
        ("UPDATE search_value SET value = 9.5 WHERE value = 0.0", "other values of run a/1"),
        ("UPDATE search_value SET tie = 9 WHERE value = 'a'", "other values of run a/1"),
        ("DELETE FROM search_value WHERE value = 'A'", "other values of run a/1"),
        ("UPDATE search_item SET shelf = 1", "lists run a/1 elsewhere"),
        ("UPDATE search_item SET tie = 1", "lists run a/1 elsewhere"),
        ("DELETE FROM search_item WHERE id % 2 = 1", "lacks run a/1"),
        ("INSERT INTO search_item SELECT id + 5, scope, shelf, tie, name FROM search_item", "has run a/6"),
    ] {
        let writer = both.sqlite.writer.lock();
        writer.connection.execute_batch("BEGIN").unwrap();
        assert!(writer.connection.execute(change, []).unwrap() > 0, "{change}");
        let told = differences_within(&writer.connection);
        writer.connection.execute_batch("ROLLBACK").unwrap();
        assert!(told.iter().any(|line| line.contains(expected)), "{change}: {told:?}");
    }
}

/// The differences as a transaction that is open sees them.
fn differences_within(connection: &Connection) -> Vec<String> {
    compare::compare(connection).unwrap()
}

#[test]
fn what_users_write_is_never_sql() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), None],
        params: [Some(1), None],
        tag: None,
        contexts: vec![],
    };
    both.add(&[spec]);
    let evil = "x' OR 1=1 --\"; DROP TABLE search_value; /* ) ? :a @b $c \\ \u{0}";
    let quoted = format!("'{}'", evil.replace('\'', "''"));
    let key = format!("`{}`", evil.replace('`', "``"));
    for filter in [
        format!("params.{key} = {quoted}"),
        format!("metrics.{key} != NaN"),
        format!("tags.{key} LIKE {quoted}"),
        format!("datasets.name IN ({quoted}, {quoted})"),
        format!("run_id NOT IN ({quoted}) AND params.p0 = {quoted}"),
        format!("run_name ILIKE {quoted}"),
    ] {
        let mut search = Search::new(Kind::Run, 10).unwrap();
        search.filter = Filter::parse(Kind::Run, &filter).unwrap();
        search.sort(vec![OrderBy::parse(Kind::Run, &format!("params.{key} DESC")).unwrap()]).unwrap();
        search.experiments = Some(vec![evil.to_owned(), "a".to_owned()]);
        assert_eq!(both.search(&search).found.len(), 0, "{filter}");
    }
    let mut search = Search::new(Kind::Run, 10).unwrap();
    search.sort(vec![OrderBy::parse(Kind::Run, &format!("tags.{key}")).unwrap()]).unwrap();
    assert_eq!(both.search(&search).found.len(), 1);
    assert_eq!(both.sqlite.index_damage().unwrap(), [""; 0]);
}

#[test]
fn walks_go_along_the_index() {
    let mut both = Both::new();
    let spec = Spec {
        experiment: 0,
        at: 0,
        ended: true,
        deleted: false,
        metrics: [Some(3), Some(4)],
        params: [Some(1), None],
        tag: None,
        contexts: vec![],
    };
    both.add(&[spec]);
    let mut search = Search::new(Kind::Run, 10).unwrap();
    search.filter = Filter::parse(Kind::Run, "metrics.m0 > -5 AND params.p0 = 'a'").unwrap();
    search.sort(vec![OrderBy::parse(Kind::Run, "metrics.m1 DESC").unwrap()]).unwrap();
    let writer = both.sqlite.writer.lock();
    let scope = read::scope(&writer.connection, Kind::Run, "a").unwrap().unwrap();
    let shelf = shelf::Shelf::new(&writer.connection, &search, "a", (scope, 0)).unwrap().unwrap();
    let mut sql = shelf.select(&shelf::Through::Values(shelf.order[0].unwrap(), &[]), None);
    sql.push(" AND d.value <= ").bind(1.0).push(" AND d.value > ").bind(0.5);
    let mut statement = writer.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text)).unwrap();
    let plan: Vec<String> = statement
        .query_map(rusqlite::params_from_iter(&sql.bound), |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(
        plan[0].contains("COVERING INDEX search_value_order (field=? AND value>? AND value<?)"),
        "{plan:?}"
    );
    let probes: Vec<_> = plan.iter().filter(|line| line.contains("SEARCH v ")).collect();
    assert_eq!(probes.len(), 2, "{plan:?}");
    assert!(probes.iter().all(|line| line.contains("USING PRIMARY KEY (item=? AND field=?)")), "{plan:?}");
}

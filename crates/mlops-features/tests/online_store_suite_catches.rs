//! A suite is worth what it catches: each of these stores is wrong in one way, and is found out.

use mlops_core::{FeatureName, Timestamp, ViewName};
use mlops_features::testing::online_store as suite;
use mlops_features::{
    EntityKey, Error, FeatureRow, MemoryOnlineStore, OnlineStore, Result, Value, check_watermark,
};

type Rows = [(EntityKey, FeatureRow)];
type Answer = Vec<Option<FeatureRow>>;

/// What the wrong store does to a row before it writes it, or to an answer.
#[derive(Debug, Default)]
struct Wrong {
    inner: MemoryOnlineStore,
    write: Option<fn(&mut FeatureRow)>,
    key: Option<fn(&EntityKey) -> EntityKey>,
    answer: Option<fn(Answer) -> Answer>,
}

impl OnlineStore for Wrong {
    fn write(&self, view: &ViewName, features: &[FeatureName], rows: &Rows) -> Result<usize> {
        let mut rows = rows.to_vec();
        for (key, row) in &mut rows {
            if let Some(change) = self.write {
                change(row);
            }
            if let Some(change) = self.key {
                *key = change(key);
            }
        }
        self.inner.write(view, features, &rows)
    }

    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &Rows,
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        self.inner.publish(view, features, rows, from, to)
    }

    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.inner.watermark(view)
    }

    fn get_many(&self, view: &ViewName, features: &[FeatureName], keys: &[EntityKey]) -> Result<Answer> {
        let keys: Vec<_> =
            keys.iter().map(|key| self.key.map_or_else(|| key.clone(), |change| change(key))).collect();
        let answer = self.inner.get_many(view, features, &keys)?;
        Ok(self.answer.map_or_else(|| answer.clone(), |change| change(answer.clone())))
    }
}

/// Believes that who writes last knows best.
#[derive(Debug, Default)]
struct LastWriteWins(MemoryOnlineStore);

impl OnlineStore for LastWriteWins {
    fn write(&self, view: &ViewName, features: &[FeatureName], rows: &Rows) -> Result<usize> {
        for (key, row) in rows {
            let known = self.0.get_many(view, features, std::slice::from_ref(key))?.remove(0);
            let mut row = row.clone();
            if let Some(known) = known {
                row.event_timestamp = row.event_timestamp.max(known.event_timestamp);
                row.created = row.created.max(known.created);
            }
            self.0.write(view, features, &[(key.clone(), row)])?;
        }
        Ok(rows.len())
    }

    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &Rows,
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        self.0.publish(view, features, rows, from, to)
    }

    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.0.watermark(view)
    }

    fn get_many(&self, view: &ViewName, features: &[FeatureName], keys: &[EntityKey]) -> Result<Answer> {
        self.0.get_many(view, features, keys)
    }
}

#[test]
#[should_panic(expected = "though written later")]
fn a_store_in_which_the_last_write_wins() {
    suite::older_never_replaces_newer(&LastWriteWins::default());
}

#[test]
#[should_panic(expected = "an older row won the race")]
fn a_store_in_which_the_last_of_racing_writers_wins() {
    suite::racing_writers_leave_the_newest(&LastWriteWins::default());
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_store_that_shows_a_row_before_all_of_it_is_there() {
    let answer = |mut rows: Answer| {
        for row in rows.iter_mut().flatten() {
            row.values[1] = Value::Null;
        }
        rows
    };
    suite::readers_never_see_half_a_row(&Wrong { answer: Some(answer), ..Wrong::default() });
}

#[test]
#[should_panic(expected = "came back as")]
fn a_store_that_keeps_numbers_as_json() {
    let write = |row: &mut FeatureRow| {
        for value in &mut row.values {
            if matches!(value, Value::Float(number) if !number.is_finite()) {
                *value = Value::Null;
            }
        }
    };
    suite::values_come_back_bit_by_bit(&Wrong { write: Some(write), ..Wrong::default() });
}

#[test]
#[should_panic(expected = "known is after unknown")]
fn a_store_that_takes_unknown_for_late() {
    let write = |row: &mut FeatureRow| {
        row.created = Some(row.created.unwrap_or(mlops_core::Timestamp::MAX));
    };
    suite::created_decides_between_equal_timestamps(&Wrong { write: Some(write), ..Wrong::default() });
}

#[test]
#[should_panic(expected = "assertion `left == right` failed")]
fn a_store_that_leaves_out_what_it_lacks() {
    let answer = |rows: Answer| rows.into_iter().flatten().map(Some).collect();
    suite::answers_follow_the_keys(&Wrong { answer: Some(answer), ..Wrong::default() });
}

#[test]
#[should_panic(expected = "two keys are taken for one")]
fn a_store_that_joins_keys_to_text() {
    #[derive(Debug, Default)]
    struct Joins(std::sync::Mutex<std::collections::HashSet<(ViewName, String)>>);
    impl OnlineStore for Joins {
        fn write(&self, view: &ViewName, _: &[FeatureName], rows: &Rows) -> Result<usize> {
            let mut known = self.0.lock().unwrap();
            let text = |key: &EntityKey| key.parts().iter().map(ToString::to_string).collect::<String>();
            Ok(rows.iter().filter(|(key, _)| known.insert((view.clone(), text(key)))).count())
        }
        fn publish(
            &self,
            _: &ViewName,
            _: &[FeatureName],
            _: &Rows,
            _: Option<Timestamp>,
            _: Timestamp,
        ) -> Result<usize> {
            Ok(0)
        }
        fn watermark(&self, _: &ViewName) -> Result<Option<Timestamp>> {
            Ok(None)
        }
        fn get_many(&self, _: &ViewName, _: &[FeatureName], keys: &[EntityKey]) -> Result<Answer> {
            Ok(vec![None; keys.len()])
        }
    }
    suite::views_and_keys_do_not_mix(&Joins::default());
}

#[test]
#[should_panic(expected = "a refused call left a row behind")]
fn a_store_that_checks_while_it_writes() {
    #[derive(Debug, Default)]
    struct Hasty(MemoryOnlineStore);
    impl OnlineStore for Hasty {
        fn write(&self, view: &ViewName, features: &[FeatureName], rows: &Rows) -> Result<usize> {
            rows.iter().map(|row| self.0.write(view, features, std::slice::from_ref(row))).sum()
        }
        fn publish(
            &self,
            _: &ViewName,
            _: &[FeatureName],
            _: &Rows,
            _: Option<Timestamp>,
            _: Timestamp,
        ) -> Result<usize> {
            Ok(0)
        }
        fn watermark(&self, _: &ViewName) -> Result<Option<Timestamp>> {
            Ok(None)
        }
        fn get_many(&self, view: &ViewName, features: &[FeatureName], keys: &[EntityKey]) -> Result<Answer> {
            self.0.get_many(view, features, keys)
        }
    }
    suite::a_wrong_row_writes_nothing(&Hasty::default());
}

/// How a store publishes that is wrong in one way.
#[derive(Debug, Default)]
struct Publishes {
    inner: MemoryOnlineStore,
    wrong: Wrongly,
}

#[derive(Debug, Default, PartialEq)]
enum Wrongly {
    /// Writes, and then asks whether it may.
    #[default]
    RowsFirst,
    /// Moves the watermark, and then writes.
    WatermarkFirst,
    /// Takes what the publisher believes for what is.
    Credulous,
    /// Asks first, and moves what may have changed since.
    Unlocked,
    /// Moves it wherever it is told.
    Back,
}

impl OnlineStore for Publishes {
    fn write(&self, view: &ViewName, features: &[FeatureName], rows: &Rows) -> Result<usize> {
        self.inner.write(view, features, rows)
    }

    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &Rows,
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        let store = &self.inner;
        match self.wrong {
            Wrongly::RowsFirst => {
                let taken = store.write(view, features, rows)?;
                store.publish(view, features, &[], from, to)?;
                Ok(taken)
            }
            Wrongly::WatermarkFirst => {
                store.publish(view, features, &[], from, to)?;
                std::thread::yield_now();
                store.write(view, features, rows)
            }
            Wrongly::Credulous => {
                store.publish(view, features, rows, store.watermark(view)?, to.max(from.unwrap_or(to)))
            }
            Wrongly::Unlocked => {
                check_watermark(view, store.watermark(view)?, from, to)?;
                std::thread::yield_now();
                loop {
                    let from = store.watermark(view)?;
                    match store.publish(view, features, rows, from, to.max(from.unwrap_or(to))) {
                        Err(Error::Conflict { .. }) => {}
                        other => return other,
                    }
                }
            }
            Wrongly::Back => store.publish(view, features, rows, from, to.max(from.unwrap_or(to))),
        }
    }

    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.inner.watermark(view)
    }

    fn get_many(&self, view: &ViewName, features: &[FeatureName], keys: &[EntityKey]) -> Result<Answer> {
        self.inner.get_many(view, features, keys)
    }
}

fn publishes(wrong: Wrongly) -> Publishes {
    Publishes { wrong, ..Publishes::default() }
}

#[test]
#[should_panic(expected = "a refused call left something behind")]
fn a_store_that_publishes_rows_before_it_asks() {
    suite::a_stale_publisher_changes_nothing(&publishes(Wrongly::RowsFirst));
}

#[test]
#[should_panic(expected = "published until")]
fn a_store_that_moves_the_watermark_before_the_rows_are_there() {
    // The reader must look at the right moment: one of these looks is enough.
    for _ in 0..200 {
        suite::who_sees_the_watermark_sees_the_rows(&publishes(Wrongly::WatermarkFirst));
    }
}

#[test]
#[should_panic(expected = "a stale publisher got Ok")]
fn a_store_that_believes_its_publishers() {
    suite::a_stale_publisher_changes_nothing(&publishes(Wrongly::Credulous));
}

#[test]
#[should_panic(expected = "a step was made twice")]
fn a_store_that_asks_and_moves_without_a_lock() {
    for _ in 0..200 {
        suite::one_of_racing_publishers_wins(&publishes(Wrongly::Unlocked));
    }
}

#[test]
#[should_panic(expected = "Ok(1)")]
fn a_store_whose_watermark_is_told_to_go_back() {
    suite::a_watermark_never_goes_back(&publishes(Wrongly::Back));
}

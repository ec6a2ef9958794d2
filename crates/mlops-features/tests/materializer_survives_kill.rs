//! A materialiser that is killed at any moment and started again ends with the store that one
//! that was never killed ends with, and at no moment shows anything else than its watermark says.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray};
use mlops_core::Timestamp;
use mlops_features::{
    Catalog, Entity, FeatureRow, FeatureView, Flush, Materializer, MemoryOnlineStore, MemorySource,
    OnlineStore, SqliteOnlineStore, ValueType,
};

const FOLDER: &str = "MLOPS_MATERIALIZER_CHILD";
const ROWS: i64 = 20_000;
const KEYS: i64 = 40;
/// Times lie in 0..SPAN, so that many rows share one.
const SPAN: i64 = 5_000;

/// Rows in no order of time, with ties that `created` decides and ties that only the order decides.
fn catalog() -> Catalog {
    let mut state = 7_u64;
    let mut random = |below: i64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.unsigned_abs()).cast_signed()
    };
    let mut column = |below| Int64Array::from_iter_values((0..ROWS).map(|_| random(below)));
    let (keys, times, created) = (column(KEYS), column(SPAN), column(3));
    let moments = |values: Int64Array| -> ArrayRef {
        Arc::new(TimestampMicrosecondArray::new(values.values().clone(), None))
    };
    let rows = RecordBatch::try_from_iter([
        ("key", Arc::new(keys) as ArrayRef),
        ("at", moments(times)),
        ("created", moments(created)),
        ("row", Arc::new(Int64Array::from_iter_values(0..ROWS))),
    ])
    .unwrap();
    let view = FeatureView::builder("history", MemorySource::single("history", rows))
        .entity(&Entity::new("key", ["key"]).unwrap())
        .timestamp("at")
        .created("created")
        .feature("row", ValueType::Int);
    Catalog::new([view.build().unwrap()]).unwrap()
}

fn rows(store: &dyn OnlineStore) -> Vec<Option<FeatureRow>> {
    let keys: Vec<_> = (0..KEYS).map(Into::into).collect();
    store.get_many(&"history".parse().unwrap(), &["row".parse().unwrap()], &keys).unwrap()
}

fn open(folder: &Path) -> Arc<SqliteOnlineStore> {
    Arc::new(SqliteOnlineStore::open(folder.join("online.db"), Flush::Checkpoints).unwrap())
}

/// What the process does that is killed: steps of all sizes, each reported.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let store = open(Path::new(&folder));
    let mut materializer = Materializer::new(&catalog(), Arc::clone(&store) as _)
        .unwrap()
        .read_ahead(97)
        .watermark_every(std::time::Duration::ZERO);
    let mut now = store.watermark(&"history".parse().unwrap()).unwrap().map_or(-1, Timestamp::as_micros);
    while now < SPAN {
        now += 1 + now.rem_euclid(13) * now.rem_euclid(7);
        materializer.advance(Timestamp::from_micros(now)).unwrap();
        writeln!(std::io::stdout(), "\nstep {now}").unwrap();
    }
}

#[test]
fn a_killed_materialiser_ends_with_the_same_store() {
    let kills: u64 = env::var("MLOPS_KILLS").map_or(30, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let view = "history".parse().unwrap();
    // The store that nobody disturbs is brought to the same moment, one microsecond at a time.
    let expected = Arc::new(MemoryOnlineStore::default());
    let mut undisturbed = Materializer::new(&catalog(), Arc::clone(&expected) as _).unwrap();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut ended, mut killed_midway, mut last) = (false, 0, None);
    for kill in 0.. {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--test-threads=1"])
            .env(FOLDER, folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        if kill < kills {
            let steps = usize::try_from(random % 9).unwrap();
            let step = |line: &std::io::Result<String>| line.as_ref().unwrap().starts_with("step ");
            lines.by_ref().filter(step).take(steps).for_each(drop);
            for _ in 0..(random >> 20) % 1_000_000 {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            let died = child.wait().unwrap();
            killed_midway += u32::from(!died.success());
        } else {
            lines.by_ref().for_each(drop);
            assert!(child.wait().unwrap().success());
            ended = true;
        }
        let store = open(folder.path());
        let now = store.watermark(&view).unwrap();
        assert!(now >= last, "the watermark went back from {last:?} to {now:?}");
        last = now;
        let Some(now) = now else { continue };
        undisturbed.advance(now).unwrap();
        let (found, known) = (rows(store.as_ref()), rows(expected.as_ref()));
        // A part of the rows of the next moment may be there; then that moment is the key's.
        for (key, (found, known)) in found.into_iter().zip(known).enumerate() {
            let next = found.as_ref().is_some_and(|row| row.event_timestamp > now);
            if next && !ended {
                let next = found.unwrap().event_timestamp.as_micros();
                assert_eq!(next, now.as_micros() + 1, "kill {kill}, key {key}: before its time");
            } else {
                assert_eq!(found, known, "kill {kill}, key {key}, published until {now}");
            }
        }
        if ended {
            break;
        }
    }
    assert!(kills == 0 || killed_midway > 0, "nobody was killed");
    assert!(last >= Some(Timestamp::from_micros(SPAN)), "the last one came to its end");
}

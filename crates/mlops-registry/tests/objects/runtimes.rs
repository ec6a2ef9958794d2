//! Calls may be made from a thread of any runtime: they wait, but never for themselves.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mlops_registry::artifact::object_store::memory::InMemory;
use mlops_registry::artifact::{
    ArtifactStore as _, ArtifactStoreExt as _, ChunkedArtifacts, ObjectArtifacts, Sweep,
};
use tokio::runtime::{Builder, Runtime};

use crate::stores::{encrypted, small_chunks};
use crate::uploading::bytes;

/// Longer than anything here takes: who has not come back by then never will.
const LONG: Duration = Duration::from_secs(20);

/// Does a test's own asynchronous work, apart from what is tested.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    one_thread().block_on(work)
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs `work`, and fails if it hangs.
fn in_time(what: &str, work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = mpsc::channel();
    let worker = thread::spawn(move || {
        work();
        let _ = done.send(());
    });
    match is_done.recv_timeout(LONG) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what} hangs"),
        // Done, or it has panicked.
        _ => worker.join().unwrap(),
    }
}

fn store() -> ObjectArtifacts {
    ObjectArtifacts::over(Arc::new(InMemory::new()), "").unwrap().parts_of(5 << 20).unwrap()
}

/// All that a store does, opened, used and dropped in the thread that calls.
fn work() {
    let bytes = bytes(6 << 20);
    for length in [10, bytes.len()] {
        let store = store();
        let digest = store.put(&mut &bytes[..length]).unwrap();
        assert!(store.read(&digest, u64::MAX).unwrap() == bytes[..length]);
        assert_eq!(store.list(None, 10).unwrap(), [digest]);
        assert!(store.touch(&digest).unwrap());
        assert!(!store.remove_older(&digest, LONG, Sweep::Remove).unwrap());
        let half_read = store.open(&digest).unwrap();
        assert!(store.remove(&digest).unwrap());
        drop(store);
        drop(half_read);
    }
    let store = small_chunks(encrypted(store()));
    let digest = store.put_bytes(&bytes[..1 << 20]).unwrap();
    assert_eq!(store.check(&digest).unwrap(), 1 << 20);
}

#[test]
fn in_plain_threads() {
    in_time("a plain thread", work);
}

#[test]
fn in_a_runtime_of_one_thread() {
    in_time("a runtime of one thread", || one_thread().block_on(async { work() }));
    in_time("a task of a runtime of one thread", || {
        one_thread().block_on(async { tokio::spawn(async { work() }).await.unwrap() });
    });
}

#[test]
fn in_a_runtime_of_several_threads() {
    in_time("a runtime of several threads", || two_threads().block_on(async { work() }));
    in_time("more tasks than threads", || {
        two_threads().block_on(async {
            let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(async { work() })).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
    in_time("the pool for work that blocks", || {
        two_threads().block_on(async { tokio::task::spawn_blocking(work).await.unwrap() });
    });
}

#[test]
fn handles_go_from_one_runtime_to_the_other() {
    in_time("a store that outlives a runtime", || {
        let store = ChunkedArtifacts::new(one_thread().block_on(async { store() }));
        let digest = two_threads().block_on(async { store.put_bytes(&bytes(9 << 20)).unwrap() });
        let mut reader = one_thread().block_on(async { store.open(&digest).unwrap() });
        drop(store);
        let read =
            two_threads().block_on(async { std::io::copy(&mut reader, &mut std::io::sink()).unwrap() });
        assert_eq!(read, 9 << 20);
    });
}

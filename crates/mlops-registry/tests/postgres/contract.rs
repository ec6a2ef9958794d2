//! The suites of all stores, over a server.

use mlops_core::Digest;
use mlops_registry::Result;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MetadataStore, PostgresStore, Query, Record};
use mlops_registry::testing::metadata_store as suite;

use crate::need;
use crate::server::{Fresh, Place};

mlops_registry::metadata_store_suite!(postgres, *need!(Fresh::new()));

mlops_registry::durable_store_suite!(durable, need!(Place::new()), Place::open);

#[test]
fn two_handles_of_one_schema_are_one_store() {
    let fresh = need!(Fresh::new());
    let two = fresh.again();
    suite::a_stale_change_is_a_conflict(&fresh.store);
    assert_eq!(two.size().unwrap(), 2);
}

#[test]
fn handles_of_several_processes_race() {
    for case in [suite::one_of_many_racing_threads_wins, suite::racing_threads_lose_nothing] {
        let fresh = need!(Fresh::new());
        let other = fresh.again();
        case(&Alternating(&fresh, &other));
    }
}

/// Each thread uses one of two handles.
#[derive(Debug)]
struct Alternating<'a>(&'a PostgresStore, &'a PostgresStore);

impl Alternating<'_> {
    fn mine(&self) -> &PostgresStore {
        let name = format!("{:?}", std::thread::current().id());
        if Digest::of(name).as_bytes()[0] & 1 == 0 { self.0 } else { self.1 }
    }
}

impl NodeSource for Alternating<'_> {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.mine().nodes(ids)
    }
}

impl MetadataStore for Alternating<'_> {
    fn search(&self, search: &Search) -> Result<Matches> {
        self.mine().search(search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.mine().read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.mine().commit(commit)
    }
    fn size(&self) -> Result<u64> {
        self.mine().size()
    }
    fn leaves(&self, range: std::ops::Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.mine().leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.mine().damage()
    }
}

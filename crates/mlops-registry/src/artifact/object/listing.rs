use std::collections::BinaryHeap;

use futures_util::TryStreamExt as _;
use mlops_core::Digest;

use super::bucket::Bucket;
use crate::Result;
use crate::artifact::{Blob, Space};

impl Bucket {
    /// The first `limit` digests of a space after `after`, in order.
    ///
    /// A store that lists in order is asked for no more pages than it takes. Of another one all
    /// names pass by, of which the first are kept.
    pub(super) async fn page(
        &self,
        space: Space,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Vec<Digest>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let below = self.layout.space(space);
        let mut objects = match after {
            None => self.store.list(Some(&below)),
            Some(after) => {
                let after = self.layout.blob(&Blob::new(space, after));
                self.store.list_with_offset(Some(&below), &after)
            }
        };
        let mut first = BinaryHeap::new();
        while let Some(object) =
            objects.try_next().await.map_err(|error| self.place.told("list objects", &error))?
        {
            let Some(digest) = self.layout.digest(space, &object.location) else { continue };
            first.push(digest);
            if first.len() > limit {
                first.pop();
            }
            if self.in_order && first.len() == limit {
                break;
            }
        }
        Ok(first.into_sorted_vec())
    }
}

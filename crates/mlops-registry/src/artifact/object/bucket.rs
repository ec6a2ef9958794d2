use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use mlops_core::Timestamp;
use object_store::path::Path;
use object_store::{Error as Said, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload};

use super::failure::{self, Place};
use super::layout::Layout;
use crate::Result;

/// The objects below a prefix, and single requests about them.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) layout: Layout,
    pub(super) place: Place,
    /// Whether it lists objects in the order of their names.
    pub(super) in_order: bool,
}

impl Bucket {
    /// Whether it can be asked at all.
    pub(super) async fn probe(&self) -> Result<()> {
        let mut objects = self.store.list(Some(&self.layout.claims()));
        let first = objects.try_next().await;
        first.map(drop).map_err(|error| self.place.told("list objects", &error))
    }

    /// What is known of an object; `None` if there is none.
    pub(super) async fn meta(&self, object: &Path) -> Result<Option<ObjectMeta>> {
        let options = GetOptions::new().with_head(true);
        let found = self.store.get_opts(object, options).await.map(|found| found.meta);
        self.unless_missing("ask for an object", found)
    }

    pub(super) async fn write(&self, object: &Path, bytes: Bytes) -> Result<()> {
        let written = self.store.put(object, PutPayload::from_bytes(bytes)).await;
        written.map(drop).map_err(|error| self.place.told("put an object", &error))
    }

    /// Removes an object, if it is there.
    pub(super) async fn delete(&self, object: &Path) -> Result<()> {
        let deleted = self.store.delete(object).await;
        self.unless_missing("delete an object", deleted).map(drop)
    }

    /// What was found; `None` if there is no such object. That there is no such bucket is an error.
    pub(super) fn unless_missing<T>(&self, what: &str, found: Result<T, Said>) -> Result<Option<T>> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(error @ Said::NotFound { .. }) if !failure::is_of_the_bucket(&error.to_string()) => Ok(None),
            Err(error) => Err(self.place.told(what, &error)),
        }
    }
}

/// When the store says that an object was written.
pub(super) fn written(object: &ObjectMeta) -> Timestamp {
    Timestamp::from_micros(object.last_modified.timestamp_micros())
}

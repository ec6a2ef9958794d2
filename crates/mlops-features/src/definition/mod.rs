//! What features are, before any of them is read: definitions that are valid from the
//! moment that they exist.

mod catalog;
mod entity;
mod reference;
mod service;
mod value_type;
mod view;

pub use catalog::Catalog;
pub use entity::Entity;
pub use reference::FeatureRef;
pub use service::{FeatureService, Input};
pub use value_type::ValueType;
pub use view::{Feature, FeatureView, FeatureViewBuilder, KeyColumn};

/// The first name that stands twice.
pub(crate) fn duplicate<N: Copy + Eq + std::hash::Hash>(names: impl IntoIterator<Item = N>) -> Option<N> {
    let mut seen = hashbrown::HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

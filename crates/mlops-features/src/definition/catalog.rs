use std::sync::Arc;

use mlops_core::ViewName;

use super::{Feature, FeatureRef, FeatureView, duplicate};
use crate::{Error, Result};

/// The views of a store, each under its own name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    views: Vec<Arc<FeatureView>>,
}

impl Catalog {
    /// A catalogue of `views`.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if two have the same name.
    pub fn new(views: impl IntoIterator<Item = FeatureView>) -> Result<Self> {
        let views: Vec<Arc<FeatureView>> = views.into_iter().map(Arc::new).collect();
        if let Some(name) = duplicate(views.iter().map(|view| view.name().as_str())) {
            let name = name.to_owned();
            return Err(Error::Duplicate { what: "view", name, within: "the catalogue".to_owned() });
        }
        Ok(Self { views })
    }

    /// The views, in the order in which they were given.
    pub fn views(&self) -> &[Arc<FeatureView>] {
        &self.views
    }

    /// The view called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the nearest name.
    pub fn view(&self, name: &ViewName) -> Result<&Arc<FeatureView>> {
        self.views.iter().find(|view| view.name() == name).ok_or_else(|| {
            let names = self.views.iter().map(|view| view.name().as_str());
            Error::unknown("view", name.as_str(), "the catalogue", names)
        })
    }

    /// The view and the feature that `reference` means.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the nearest name.
    pub fn resolve(&self, reference: &FeatureRef) -> Result<(&Arc<FeatureView>, &Feature)> {
        let view = self.view(&reference.view)?;
        Ok((view, view.feature(reference.feature.as_str())?))
    }
}

use mlops_core::{Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LineageNode, Link};
use crate::access::Action;
use crate::audit::check_reason;
use crate::registry::Session;
use crate::store::Commit;
use crate::{Error, Result};

/// That a link was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retraction {
    /// Who took it back.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

impl Session {
    /// Takes a link back that was wrong: no walk follows it from now on. Who said it may, or an
    /// admin. Nothing is lost: the link stays among the
    /// [`retracted_links`](crate::Registry::retracted_links) with the reason, and the log tells
    /// of both. It can be recorded anew.
    ///
    /// ```
    /// # use mlops_registry::{Result, Session, lineage::LineageNode};
    /// # fn a(author: &Session, view: &LineageNode, run: &LineageNode) -> Result<()> {
    /// let link = author.retract_link(view, run, "it took the view of the day before")?;
    /// assert!(link.retracted.is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin for a link of someone else, or the grant
    /// to record it for one's own; [`Error::NotFound`] if there is no such link, or it was taken
    /// back; [`Error::Invalid`] for an empty reason.
    pub fn retract_link(&self, source: &LineageNode, target: &LineageNode, reason: &str) -> Result<Link> {
        check_reason("reason", reason)?;
        let subject = format!("{source} to {target}");
        self.transact_told(Action::RetractLink, &subject, || {
            let found = self.registry().find::<Link>(Link::key_of(source, target))?;
            let of_another = found.as_ref().is_some_and(|found| found.value.by != *self.principal());
            let own = if of_another {
                self.allowed_to(Action::RetractLink, None, &subject)?
            } else {
                let (action, model) = super::link::recording(source, target);
                self.allowed_to(action, model, &subject)?
            };
            let Some(found) = found.filter(|found| found.value.stands()) else {
                return Err(Error::NotFound { what: "link", key: subject.clone() });
            };
            let mut act = self.act(Action::RetractLink, &subject);
            act.reason = Some(reason.to_owned());
            let retraction =
                Retraction { by: self.principal().clone(), at: act.at, reason: reason.to_owned() };
            let link = Link { retracted: Some(retraction), ..found.value.clone() };
            Ok((Some(Commit::new(act, vec![own], vec![found.replace(&link)?])?), link))
        })
    }
}

//! The way back: which version a rollback puts there.

use mlops_core::Version;

use super::Promotion;

/// The versions that a rollback would walk back through, the one in production last: a
/// promotion adds its version, and a rollback takes away what came after the version that it
/// put back. One that is put back from beyond the line, rolled back itself before, is added.
fn line(history: &[Promotion]) -> Vec<&Version> {
    let mut line: Vec<&Version> = Vec::new();
    for promotion in history {
        let earlier = line.len().saturating_sub(1);
        let back = promotion
            .rollback
            .as_ref()
            .and_then(|_| line[..earlier].iter().rposition(|version| **version == promotion.version));
        match back {
            Some(at) => line.truncate(at + 1),
            None => line.push(&promotion.version),
        }
    }
    line
}

/// The version in production before the one that is there now.
pub(super) fn before(history: &[Promotion]) -> Option<&Version> {
    line(history).into_iter().nth_back(1)
}

/// The promotion that put `version` into production last, not counting rollbacks.
pub(super) fn promotion_of<'a>(history: &'a [Promotion], version: &Version) -> Option<&'a Promotion> {
    history.iter().rfind(|promotion| promotion.rollback.is_none() && promotion.version == *version)
}

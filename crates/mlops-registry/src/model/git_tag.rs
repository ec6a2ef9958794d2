use std::fmt;
use std::str::FromStr;

use mlops_core::{ModelName, Version};

use crate::name::cut;
use crate::tracking::environment::git::is_tag_name;
use crate::{Error, Result};

const MODEL: &str = "{model}";
const VERSION: &str = "{version}";

/// How the Git tag of a version is called: a text with `{version}` in it, and `{model}` if
/// the repository has more than one.
///
/// Only names are made and read here: no tag is set.
///
/// ```
/// use mlops_registry::model::GitTagRule;
/// let rule = GitTagRule::default();
/// let tag = rule.name(&"flight-delay".parse()?, &"1.4.0".parse()?)?;
/// assert_eq!(tag, "flight-delay/1.4.0");
/// assert_eq!(rule.read(&tag), Some((Some("flight-delay".parse()?), "1.4.0".parse()?)));
/// let one: GitTagRule = "v{version}".parse()?;
/// assert_eq!(one.read("v1.4.0"), Some((None, "1.4.0".parse()?)));
/// assert_eq!(one.read("nightly"), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitTagRule(String);

/// `{model}/{version}`.
impl Default for GitTagRule {
    fn default() -> Self {
        Self(format!("{MODEL}/{VERSION}"))
    }
}

impl GitTagRule {
    /// A rule.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `{version}` is in it once and `{model}` at most once, with
    /// something between them, and all else is what Git takes.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let once = text.matches(VERSION).count() == 1 && text.matches(MODEL).count() <= 1;
        let apart = !text.contains("}{");
        // With the plainest of names.
        let plain = text.replace(VERSION, "1.0.0").replace(MODEL, "m");
        if once && apart && is_tag_name(&plain) && !plain.contains('{') {
            return Ok(Self(text));
        }
        Err(Error::Invalid {
            field: "rule of git tags",
            value: cut(&text),
            expected: format!(
                "{VERSION} once, {MODEL} at most once, apart from each other, in a name of Git's"
            ),
        })
    }

    /// The name of the tag of a version.
    ///
    /// # Errors
    /// [`Error::Invalid`] if Git would not take it, as for a model with a space in its name,
    /// or if it would be read as another.
    pub fn name(&self, model: &ModelName, version: &Version) -> Result<String> {
        let name = self.made(Some(model), version);
        let read = self.read(&name);
        let same = read
            .is_some_and(|(found, number)| number == *version && found.is_none_or(|found| found == *model));
        if is_tag_name(&name) && same {
            return Ok(name);
        }
        Err(Error::Invalid {
            field: "git tag",
            value: cut(&name),
            expected: format!("a name that Git takes, and that {self} reads as {model} {version}"),
        })
    }

    /// The version that a tag is of, and the model if the rule names it; `None` if the tag is
    /// none of this rule.
    pub fn read(&self, tag: &str) -> Option<(Option<ModelName>, Version)> {
        if !is_tag_name(tag) {
            return None;
        }
        let (before, after) = self.0.split_once(VERSION)?;
        if let Some((front, between)) = before.split_once(MODEL) {
            // The model comes first: the version is what is behind the last that may part them.
            let rest = tag.strip_prefix(front)?.strip_suffix(after)?;
            let parted =
                rest.rmatch_indices(between).map(|(at, _)| (&rest[..at], &rest[at + between.len()..]));
            return Self::parsed(parted);
        }
        if let Some((between, back)) = after.split_once(MODEL) {
            let rest = tag.strip_prefix(before)?.strip_suffix(back)?;
            let parted =
                rest.match_indices(between).map(|(at, _)| (&rest[at + between.len()..], &rest[..at]));
            return Self::parsed(parted);
        }
        let version = tag.strip_prefix(before)?.strip_suffix(after)?;
        Some((None, exact(version)?))
    }

    fn parsed<'t>(parted: impl Iterator<Item = (&'t str, &'t str)>) -> Option<(Option<ModelName>, Version)> {
        let mut read =
            parted.filter_map(|(model, version)| Some((Some(model.parse().ok()?), exact(version)?)));
        read.next()
    }

    fn made(&self, model: Option<&ModelName>, version: &Version) -> String {
        // The version first: a model may be called `{version}`.
        let (before, after) = self.0.split_once(VERSION).unwrap_or((&self.0, ""));
        let model = model.map_or("", ModelName::as_str);
        format!("{}{version}{}", before.replace(MODEL, model), after.replace(MODEL, model))
    }
}

/// A version in the one spelling that it is written in.
fn exact(text: &str) -> Option<Version> {
    let version: Version = text.parse().ok()?;
    (version.to_string() == text).then_some(version)
}

impl FromStr for GitTagRule {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl fmt::Display for GitTagRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_rule() {
        for rule in [
            "",
            "v",
            "{model}",
            "{version}{version}",
            "{model}{version}",
            "v {version}",
            "{x}/{version}",
            "-{version}",
            "{version}.lock",
            "{model}/{model}/{version}",
        ] {
            assert!(matches!(GitTagRule::new(rule), Err(Error::Invalid { .. })), "{rule}");
        }
    }

    #[test]
    fn names_that_can_not_be_tags() {
        let rule = GitTagRule::default();
        let one = Version::new(1, 0, 0);
        for model in ["flight delay", "a..b", "-a", "a~b", ".hidden", "a.lock"] {
            let model: ModelName = model.parse().unwrap();
            assert!(matches!(rule.name(&model, &one), Err(Error::Invalid { .. })), "{model}");
        }
        // It would be read as another model.
        let odd = GitTagRule::new("{version}-{model}").unwrap();
        assert!(odd.name(&"x".parse().unwrap(), &"1.0.0-rc".parse().unwrap()).is_err());
        assert_eq!(odd.name(&"x-y".parse().unwrap(), &one).unwrap(), "1.0.0-x-y");
    }

    proptest! {
        #[test]
        fn what_is_named_is_read_as_that(
            rule in prop::sample::select(vec!["{model}/{version}", "v{version}", "{version}-{model}", "m-{model}-{version}"]),
            model in "[a-z0-9._/{}-]{1,12}",
            version in "[0-9]\\.[0-9]\\.[0-9](-[a-z0-9.-]{1,5})?(\\+[a-z0-9-]{1,4})?",
        ) {
            let rule = GitTagRule::new(rule).unwrap();
            if let (Ok(model), Ok(version)) = (model.parse::<ModelName>(), version.parse::<Version>())
                && let Ok(tag) = rule.name(&model, &version)
            {
                let (found, number) = rule.read(&tag).unwrap();
                prop_assert_eq!(number, version);
                prop_assert!(found.is_none_or(|found| found == model));
            }
        }

        #[test]
        fn any_tag_is_read_or_not(tag in "\\PC{0,30}") {
            for rule in ["{model}/{version}", "v{version}", "{version}-{model}"] {
                let rule = GitTagRule::new(rule).unwrap();
                if let Some((Some(model), version)) = rule.read(&tag) {
                    prop_assert_eq!(rule.made(Some(&model), &version), tag.clone());
                }
            }
        }
    }
}

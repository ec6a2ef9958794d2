use super::FORMAT;
use super::objective::Link;
use super::text::{Field, Lines};
use crate::error::excerpt;
use crate::{Error, Result, Signature};

/// What stands before the first tree.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) signature: Signature,
    pub(super) link: Link,
    /// How many trees there should be. Older files don't say.
    pub(super) n_trees: Option<usize>,
}

/// The lines that matter, as they stand there.
#[derive(Debug, Default)]
struct Written<'a> {
    version: Option<Field<'a>>,
    num_class: Option<Field<'a>>,
    num_tree_per_iteration: Option<Field<'a>>,
    label_index: Option<Field<'a>>,
    max_feature_idx: Option<Field<'a>>,
    objective: Option<Field<'a>>,
    feature_names: Option<Field<'a>>,
    feature_infos: Option<Field<'a>>,
    tree_sizes: Option<Field<'a>>,
}

impl Header {
    pub(super) fn read(lines: &mut Lines<'_>) -> Result<Self> {
        let first = lines.next()?;
        if first != "tree" {
            return Err(lines.malformed(format!("{} found, `tree` expected", excerpt(first))));
        }
        let mut written = Written::default();
        while let Some((key, value)) = lines.next_field()? {
            match key {
                "version" => lines.keep(&mut written.version, "version", value)?,
                "num_class" => lines.keep(&mut written.num_class, "num_class", value)?,
                "num_tree_per_iteration" => {
                    lines.keep(&mut written.num_tree_per_iteration, "num_tree_per_iteration", value)?;
                }
                "label_index" => lines.keep(&mut written.label_index, "label_index", value)?,
                "max_feature_idx" => lines.keep(&mut written.max_feature_idx, "max_feature_idx", value)?,
                "objective" => lines.keep(&mut written.objective, "objective", value)?,
                "feature_names" => lines.keep(&mut written.feature_names, "feature_names", value)?,
                "feature_infos" => lines.keep(&mut written.feature_infos, "feature_infos", value)?,
                "tree_sizes" => lines.keep(&mut written.tree_sizes, "tree_sizes", value)?,
                "average_output" => {
                    return Err(Error::unsupported(FORMAT, "`average_output` (a random forest)"));
                }
                word if value.is_none() => {
                    return Err(lines.malformed(format!("{} found, `key=value` expected", excerpt(word))));
                }
                _ => {}
            }
        }
        written.check(lines)
    }
}

impl Written<'_> {
    fn check(&self, lines: &Lines<'_>) -> Result<Header> {
        let missing = |key: &str| lines.malformed(format!("no `{key}=` before the trees"));
        let version = self.version.ok_or_else(|| missing("version"))?.value;
        if !matches!(version, "v2" | "v3" | "v4") {
            return Err(Error::unsupported(FORMAT, format!("version {}", excerpt(version))));
        }
        let num_class = self.num_class.ok_or_else(|| missing("num_class"))?;
        match num_class.integer()? {
            1 => {}
            2.. => {
                let what = format!("several classes (`num_class={}`)", num_class.value);
                return Err(Error::unsupported(FORMAT, what));
            }
            _ => return Err(num_class.malformed("at least 1 expected")),
        }
        if let Some(field) = self.num_tree_per_iteration {
            match field.integer()? {
                1 => {}
                2.. => return Err(Error::unsupported(FORMAT, "several trees an iteration")),
                _ => return Err(field.malformed("at least 1 expected")),
            }
        }
        self.label_index.ok_or_else(|| missing("label_index"))?.integer()?;
        let signature = self.signature(missing)?;
        let Some(objective) = self.objective else {
            return Err(Error::unsupported(FORMAT, "an objective of its own (no `objective=`)"));
        };
        Ok(Header {
            signature,
            link: Link::read(objective)?,
            n_trees: self.tree_sizes.map(|sizes| sizes.words().count()),
        })
    }

    /// The number of features is a claim until the names bear it out: nothing is allocated by it.
    fn signature(&self, missing: impl Fn(&str) -> Error) -> Result<Signature> {
        let last = self.max_feature_idx.ok_or_else(|| missing("max_feature_idx"))?;
        let n_features = i32::try_from(last.integer()?)
            .ok()
            .and_then(|last| usize::try_from(last).ok())
            .ok_or_else(|| last.malformed("0 to 2^31 − 1 expected"))?
            + 1;
        let names = self.feature_names.ok_or_else(|| missing("feature_names"))?;
        names.expect_words(n_features)?;
        self.feature_infos.ok_or_else(|| missing("feature_infos"))?.expect_words(n_features)?;
        Signature::new(n_features, 1)
            .with_feature_names(names.words())
            .map_err(|error| names.malformed(error.to_string()))
    }
}

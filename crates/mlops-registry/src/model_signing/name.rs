use std::cmp::Ordering;

/// The name of a file of a model, relative to its folder: parts between `/`. That of a model
/// that is one file is `.`.
///
/// Written in other ways it is the same name, as in the tool's `PurePosixPath`: empty parts
/// and `.` don't count. `..` does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn new(text: &str) -> Self {
        let root = if text.starts_with('/') { "/" } else { "" };
        let parts: Vec<_> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let joined = format!("{root}{}", parts.join("/"));
        Self(if joined.is_empty() { ".".to_owned() } else { joined })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it may be that of a file within the folder.
    pub(super) fn is_within(&self) -> bool {
        !self.0.starts_with('/') && !self.0.contains('\0') && self.parts().all(|part| part != "..")
    }

    /// Whether it is this folder or lies in it.
    pub(super) fn is_under(&self, folder: &Self) -> bool {
        let mut parts = self.parts();
        self.0.starts_with('/') == folder.0.starts_with('/')
            && folder.parts().all(|part| parts.next() == Some(part))
    }

    fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !matches!(*part, "" | "."))
    }
}

/// By their parts, so that a folder comes before what begins as it does.
impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.starts_with('/').cmp(&other.0.starts_with('/')).then_with(|| self.parts().cmp(other.parts()))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_written_in_many_ways() {
        for text in ["a/b", "./a/b", "a//b", "a/./b", "a/b/", "a/b/."] {
            assert_eq!(Name::new(text).as_str(), "a/b", "{text}");
        }
        assert_eq!(Name::new("").as_str(), ".");
        assert_eq!(Name::new("./.").as_str(), ".");
        assert_ne!(Name::new("a/../a/b"), Name::new("a/b"));
        for outside in ["/a", "//a", "..", "a/../b", "../a", "a\0b"] {
            assert!(!Name::new(outside).is_within(), "{outside:?}");
        }
        assert!(Name::new("a..b/c...").is_within());
    }

    #[test]
    fn folders_come_before_what_begins_as_they_do() {
        let mut names = ["a-b", "a/b", "a", "b", "a/b/c", "a b"].map(Name::new);
        names.sort();
        assert_eq!(names.map(|name| name.0), ["a", "a/b", "a/b/c", "a b", "a-b", "b"]);
    }

    #[test]
    fn what_lies_in_a_folder() {
        let git = Name::new(".git");
        assert!(Name::new(".git").is_under(&git) && Name::new(".git/x/y").is_under(&git));
        for other in [".gitignore", "a/.git", ".", "/.git"] {
            assert!(!Name::new(other).is_under(&git), "{other}");
        }
        assert!(Name::new("a").is_under(&Name::new(".")));
    }
}

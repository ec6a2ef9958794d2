use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::command;
use crate::{Error, Result};

/// How much of a file of Git's is read: the list of packed references may be long.
const MAX_FILE: u64 = 64 << 20;

/// How deep folders of references are looked into, and how many tags are kept.
const MAX_DEPTH: usize = 16;
const MAX_TAGS: usize = 100;

/// The state of the sources.
///
/// | what is found | commit | branch | tags | dirty |
/// | --- | --- | --- | --- | --- |
/// | a branch is checked out | yes | yes | those at the commit | yes or no |
/// | a detached head, as in most CI | yes | `None` | those at the commit | yes or no |
/// | a branch without a commit yet | `None` | yes | none | yes or no |
/// | `git` is not there, too slow, or refuses a folder of someone else's | yes | as above | those that can be read without it | `None` |
/// | no repository | [`Error::NotFound`] of [`at`](Self::at), or no `Git` at all |
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Git {
    /// The commit: 40 or 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch; `None` if there is none checked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Whether files that Git knows differ from the commit; `None` if it could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dirty: Option<bool>,
    /// The tags at the commit, sorted; the first hundred of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Whether the repository has only a part of the history, as a shallow clone: then tags
    /// may be missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shallow: bool,
}

impl Git {
    /// The state of the sources in `folder`, or in one above it.
    ///
    /// Commit and branch are read from Git's own files. For the rest `git` is asked, which
    /// takes some milliseconds, at most five seconds for each question, and writes nothing:
    /// no hook and no file monitor that the repository names is started, and variables that
    /// point Git elsewhere are not heeded. What the owner of the repository has set up as a
    /// filter of its files may run, as with every `git status`.
    ///
    /// ```no_run
    /// # use mlops_registry::tracking::environment::Git;
    /// let git = Git::at(".".as_ref())?;
    /// println!("{:?} {:?} dirty: {:?}", git.commit, git.tags, git.dirty);
    /// # Ok::<(), mlops_registry::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFound`] if no folder from there upwards has a repository.
    pub fn at(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Self::of(&folder, true)
            .ok_or_else(|| Error::NotFound { what: "git repository", key: folder.display().to_string() })
    }

    /// The state of the sources in `folder`, or in one above it; `None` if there are none.
    ///
    /// Commit and branch are read from Git's own files, and need no program. Whether
    /// something differs, only `git` knows: it is asked if `programs` may be run.
    pub(super) fn of(folder: &Path, programs: bool) -> Option<Self> {
        let (root, git) = folder.ancestors().find_map(|root| Some((root, folder_of(&root.join(".git"))?)))?;
        let head = read(&git.join("HEAD"))?;
        let reference = head.trim().strip_prefix("ref: ").map(str::trim);
        let mut commit = match reference {
            Some(reference) => commit_of(&git, reference),
            None => is_commit(head.trim()),
        };
        // Nothing that the repository asks for is started.
        let ask = |arguments: &[&str]| {
            let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];
            command::output("git", &[safe.as_slice(), arguments].concat(), root)
        };
        if programs && commit.is_none() {
            // References may be kept in other ways than we know.
            commit = ask(&["rev-parse", "HEAD"]).as_deref().and_then(|text| is_commit(text.trim()));
        }
        let mut dirty = None;
        if programs {
            let status = ["status", "--porcelain", "--untracked-files=no"];
            dirty = ask(&status).map(|changes| !changes.trim().is_empty());
        }
        let common = common_of(&git);
        let mut tags = None;
        if let Some(commit) = commit.as_deref().filter(|_| programs) {
            let points_at = format!("--points-at={commit}");
            let all = ["for-each-ref", &points_at, "--format=%(refname:strip=2)", "refs/tags"];
            tags = ask(&all).map(|text| text.lines().map(ToOwned::to_owned).collect::<BTreeSet<_>>());
        }
        let tags = tags.or_else(|| commit.as_deref().map(|commit| tags_at(&common, commit)));
        let tags = tags.unwrap_or_default().into_iter().filter(|tag| is_tag_name(tag)).take(MAX_TAGS);
        let shallow = common.join("shallow").is_file();
        let branch = reference.and_then(|reference| reference.strip_prefix("refs/heads/"));
        let branch = branch.filter(|branch| *branch != ".invalid").map(ToOwned::to_owned);
        Some(Self { commit, branch, dirty, tags: tags.collect(), shallow })
    }
}

/// Where Git keeps its files: `.git`, or the place that it names, for a work tree or a submodule.
fn folder_of(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = read(git)?;
    let place = text.trim().strip_prefix("gitdir: ")?;
    Some(git.parent()?.join(place))
}

/// Where the references are kept that all work trees share.
fn common_of(git: &Path) -> PathBuf {
    read(&git.join("commondir")).map_or_else(|| git.to_owned(), |place| git.join(place.trim()))
}

/// The tags at a commit, as far as Git's own files tell without its objects: an annotated one
/// has to be packed.
fn tags_at(common: &Path, commit: &str) -> BTreeSet<String> {
    const TAGS: &str = "refs/tags/";
    let mut tags = BTreeSet::new();
    let mut last = None;
    for line in read(&common.join("packed-refs")).unwrap_or_default().lines() {
        if let Some(peeled) = line.strip_prefix('^') {
            tags.extend(last.take().filter(|_| peeled.trim() == commit));
        } else if let Some((found, name)) = line.split_once(' ') {
            last = name.trim().strip_prefix(TAGS).map(ToOwned::to_owned);
            tags.extend(last.clone().filter(|_| found == commit));
        }
    }
    loose_tags(&common.join(TAGS), "", commit, MAX_DEPTH, &mut tags);
    tags
}

fn loose_tags(folder: &Path, above: &str, commit: &str, depth: usize, tags: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (Ok(kind), Ok(name)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
        let name = format!("{above}{name}");
        if kind.is_dir() && depth > 0 {
            loose_tags(&entry.path(), &format!("{name}/"), commit, depth - 1, tags);
        } else if kind.is_file() {
            // It may have been moved since it was packed.
            if read(&entry.path()).is_some_and(|text| text.trim() == commit) {
                tags.insert(name);
            } else {
                tags.remove(&name);
            }
        }
    }
}

/// Whether Git takes it as the name of a tag: the rules of `git check-ref-format`, no dash at
/// the front, and at most 512 bytes.
pub(crate) fn is_tag_name(name: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
    let odd = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    (1..=512).contains(&name.len())
        && name.split('/').all(part)
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(odd)
}

fn commit_of(git: &Path, reference: &str) -> Option<String> {
    // A reference is a path below; one that is not would read something else.
    if reference.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    let common = common_of(git);
    for place in [git, &common] {
        if let Some(commit) = read(&place.join(reference)).and_then(|text| is_commit(text.trim())) {
            return Some(commit);
        }
    }
    let packed = read(&common.join("packed-refs"))?;
    packed.lines().find_map(|line| {
        let (commit, name) = line.split_once(' ')?;
        if name.trim() == reference { is_commit(commit) } else { None }
    })
}

pub(crate) fn is_commit(text: &str) -> Option<String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits && matches!(text.len(), 40 | 64)).then(|| text.to_owned())
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(MAX_FILE).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn commit_and_branch_are_read_without_git() {
        let folder = tempfile::tempdir().unwrap();
        let (git, deep) = (folder.path().join(".git"), folder.path().join("a/b"));
        fs::create_dir_all(git.join("refs/heads/feature")).unwrap();
        fs::create_dir_all(&deep).unwrap();
        let state = |head: &str| {
            fs::write(git.join("HEAD"), head).unwrap();
            Git::of(&deep, false).unwrap()
        };
        let expected = |commit: Option<&str>, branch: Option<&str>| Git {
            commit: commit.map(ToOwned::to_owned),
            branch: branch.map(ToOwned::to_owned),
            ..Git::default()
        };
        assert_eq!(state("ref: refs/heads/main\n"), expected(None, Some("main")), "no commit yet");
        fs::write(git.join("refs/heads/feature/x"), format!("{COMMIT}\n")).unwrap();
        assert_eq!(state("ref: refs/heads/feature/x\n"), expected(Some(COMMIT), Some("feature/x")));
        fs::write(git.join("packed-refs"), format!("# pack-refs\n{COMMIT} refs/heads/main\n^{COMMIT}\n"))
            .unwrap();
        assert_eq!(state("ref: refs/heads/main\n"), expected(Some(COMMIT), Some("main")));
        assert_eq!(state(&format!("{COMMIT}\n")), expected(Some(COMMIT), None));
        fs::write(folder.path().join("secret"), COMMIT).unwrap();
        for odd in ["", "what", "ref: ../secret", "ref: refs/../../secret", "ref: /etc/passwd"] {
            assert_eq!(state(odd), expected(None, None), "{odd}");
        }
    }

    #[test]
    fn a_work_tree_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (main, tree) = (folder.path().join("main/.git"), folder.path().join("tree"));
        fs::create_dir_all(main.join("worktrees/tree")).unwrap();
        fs::create_dir_all(main.join("refs/heads")).unwrap();
        fs::create_dir_all(&tree).unwrap();
        fs::write(tree.join(".git"), "gitdir: ../main/.git/worktrees/tree\n").unwrap();
        fs::write(main.join("worktrees/tree/HEAD"), "ref: refs/heads/side\n").unwrap();
        fs::write(main.join("worktrees/tree/commondir"), "../..\n").unwrap();
        fs::write(main.join("refs/heads/side"), COMMIT).unwrap();
        let git = Git::of(&tree, false).unwrap();
        assert_eq!((git.commit.as_deref(), git.branch.as_deref()), (Some(COMMIT), Some("side")));
    }

    #[test]
    fn tags_are_read_without_git_as_far_as_files_tell() {
        let folder = tempfile::tempdir().unwrap();
        let git = folder.path().join(".git");
        fs::create_dir_all(git.join("refs/tags/flight-delay")).unwrap();
        fs::write(git.join("HEAD"), format!("{COMMIT}\n")).unwrap();
        let other = COMMIT.replace('0', "f");
        fs::write(git.join("refs/tags/flight-delay/1.0.0"), format!("{COMMIT}\n")).unwrap();
        fs::write(git.join("refs/tags/other"), format!("{other}\n")).unwrap();
        fs::write(git.join("refs/tags/moved"), format!("{other}\n")).unwrap();
        let packed = format!(
            "# pack-refs\n{COMMIT} refs/heads/main\n{COMMIT} refs/tags/light\n{COMMIT} refs/tags/moved\n\
             {other} refs/tags/annotated\n^{COMMIT}\n{other} refs/tags/far\n^{other}\n"
        );
        fs::write(git.join("packed-refs"), packed).unwrap();
        let found = Git::of(folder.path(), false).unwrap();
        assert_eq!(found.tags, ["annotated", "flight-delay/1.0.0", "light"]);
        assert!(!found.shallow);
        fs::write(git.join("shallow"), format!("{COMMIT}\n")).unwrap();
        assert!(Git::of(folder.path(), false).unwrap().shallow);
    }

    #[test]
    fn names_that_git_would_not_take() {
        for name in ["v1", "flight-delay/1.0.0", "a.b/c+d", "größe/1.0.0-rc.1", "x@y"] {
            assert!(is_tag_name(name), "{name}");
        }
        for name in [
            "", "-d", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a..b", "a b", "a~1", "a^",
            "a:b", "a?", "a*", "a[", "a\\b", "a.", "@", "a@{1}", "a\nb", "a\x7f",
        ] {
            assert!(!is_tag_name(name), "{name:?}");
        }
        assert!(!is_tag_name(&"a".repeat(513)));
    }
}

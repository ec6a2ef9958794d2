use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::command;

/// How much of a file of Git's is read: the list of packed references may be long.
const MAX_FILE: u64 = 64 << 20;

/// The state of the sources.
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
}

impl Git {
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
        let ask = |arguments: &[&str]| command::output("git", arguments, root);
        if programs && commit.is_none() {
            // References may be kept in other ways than we know.
            commit = ask(&["rev-parse", "HEAD"]).as_deref().and_then(|text| is_commit(text.trim()));
        }
        let mut dirty = None;
        if programs {
            // No helper that the repository asks for is started.
            let status = ["-c", "core.fsmonitor=false", "status", "--porcelain", "--untracked-files=no"];
            dirty = ask(&status).map(|changes| !changes.trim().is_empty());
        }
        let branch = reference.and_then(|reference| reference.strip_prefix("refs/heads/"));
        let branch = branch.filter(|branch| *branch != ".invalid").map(ToOwned::to_owned);
        Some(Self { commit, branch, dirty })
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

fn commit_of(git: &Path, reference: &str) -> Option<String> {
    // A reference is a path below; one that is not would read something else.
    if reference.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    let common = read(&git.join("commondir")).map_or_else(|| git.to_owned(), |place| git.join(place.trim()));
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

fn is_commit(text: &str) -> Option<String> {
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
            dirty: None,
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
}

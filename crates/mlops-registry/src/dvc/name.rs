use std::path::{Component, Path};

use crate::name::cut;
use crate::{Error, Result};

/// Bytes of a path at most: what Linux allows.
const MAX_PATH: usize = 4096;

/// Checks that `path` names something within a folder, on every system alike: parts between
/// `/`, none of them `..`.
pub(super) fn check_relative(field: &'static str, path: &str) -> Result<()> {
    check(field, path, true)
}

/// The same of a file in a folder that DVC has listed. Its name may have a backslash in it where
/// that is a sign like others; under Windows it would lead elsewhere.
pub(super) fn check_listed(field: &'static str, path: &str) -> Result<()> {
    check(field, path, cfg!(windows))
}

fn check(field: &'static str, path: &str, backslash: bool) -> Result<()> {
    let parts = || path.split('/');
    let plain = |part: &str| Path::new(part).components().map(is_plain).eq([true]);
    let wrong = if path.len() > MAX_PATH {
        "at most 4096 bytes"
    } else if path.contains('\0') || backslash && path.contains('\\') {
        "no backslash and no zero byte, which mean something else elsewhere"
    } else if path.starts_with('/') {
        "a path relative to the folder, which does not begin with `/`"
    } else if parts().any(|part| matches!(part, "" | "." | "..")) || !parts().all(plain) {
        "parts between single `/`, none of them `.` or `..`"
    } else {
        return Ok(());
    };
    Err(Error::Invalid { field, value: cut(path), expected: wrong.to_owned() })
}

fn is_plain(part: Component<'_>) -> bool {
    matches!(part, Component::Normal(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_folder() {
        for good in ["a", "a/b c/d", "...", "..a", "a:b", "-", "~", "é/😀", "a\nb", ".git"] {
            assert!(check_relative("path", good).is_ok(), "{good:?}");
        }
        let long = "a/".repeat(2100) + "a";
        for bad in
            ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "..\\a", "a\0b", &long]
        {
            assert!(
                matches!(check_relative("path", bad), Err(Error::Invalid { field: "path", .. })),
                "{bad:?}"
            );
            if cfg!(windows) || !bad.contains('\\') {
                assert!(check_listed("path", bad).is_err(), "{bad:?}");
            }
        }
        for odd in ["a\\b", "..\\a", "d/\\", "C:\\x"] {
            assert_eq!(check_listed("path", odd).is_ok(), cfg!(not(windows)), "{odd:?}");
        }
    }
}

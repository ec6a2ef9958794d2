//! Where files lie whose addresses others have written.

use std::path::{Component, Path, PathBuf};

use super::MlflowImport;
use crate::name::cut;

/// The folders that files may be read in, and what addresses mean there.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// The longest prefix first.
    mapped: Vec<(String, PathBuf)>,
    /// What relative paths are relative to.
    home: &'a Path,
    /// As the system has them, links resolved.
    allowed: Vec<PathBuf>,
}

impl<'a> Places<'a> {
    /// `own` are folders that belong to the source; `moved` are addresses that the source itself gives to what lies in it now.
    pub(super) fn new(
        import: &'a MlflowImport,
        home: &'a Path,
        own: &[PathBuf],
        moved: Vec<(String, PathBuf)>,
    ) -> Self {
        let mut mapped = import.places.clone();
        mapped.extend(moved);
        // What the caller says comes first where the source says something too.
        mapped.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        let folders = mapped.iter().map(|(_, folder)| folder.as_path());
        let folders = folders.chain(import.within.iter().map(PathBuf::as_path));
        let folders = folders.chain(own.iter().map(PathBuf::as_path));
        // One that is not there allows nothing.
        let allowed = folders.filter_map(|folder| folder.canonicalize().ok()).collect();
        Self { mapped, home, allowed }
    }

    /// The folder, or the file, that an address means.
    ///
    /// # Errors
    /// Why it is not read, and what to do.
    pub(super) fn find(&self, address: &str) -> Result<PathBuf, String> {
        self.allowed(&self.locate(address)?).map_err(|reason| format!("{}: {reason}", cut(address)))
    }

    /// The path that an address means, whatever lies there.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub(super) fn locate(&self, address: &str) -> Result<PathBuf, String> {
        match self.mapped.iter().find_map(|(prefix, folder)| Some((rest(address, prefix)?, folder))) {
            Some((rest, folder)) => joined(folder, &decoded(rest)?),
            None => match local(address)? {
                path if path.is_absolute() => plain(&path).map(Path::to_owned),
                path => joined(self.home, path.to_str().unwrap_or_default()),
            },
        }
    }

    /// That a path lies where files may be read, once links are resolved.
    pub(super) fn allowed(&self, path: &Path) -> Result<PathBuf, String> {
        let there = path.canonicalize().map_err(|error| {
            let advice = "say with `artifacts_at` where the files lie now";
            format!("{error} ({}): {advice}", cut(&path.display().to_string()))
        })?;
        if self.allowed.iter().any(|folder| there.starts_with(folder)) {
            return Ok(there);
        }
        Err("it lies outside of the folders that may be read: allow it with `within`".to_owned())
    }
}

/// What comes behind a prefix that ends where a part of the path does.
fn rest<'a>(address: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = address.strip_prefix(prefix)?;
    let ends = rest.is_empty() || rest.starts_with('/') || prefix.ends_with(['/', ':']);
    ends.then(|| rest.trim_start_matches('/'))
}

/// The path of an address that leads to this machine: a path, or one with the scheme `file`.
fn local(address: &str) -> Result<PathBuf, String> {
    let elsewhere =
        |what: &str| format!("{} is {what}: say with `artifacts_at` where a copy of it lies", cut(address));
    if address.is_empty() {
        return Err("it has no address".to_owned());
    }
    if let Some(path) = address.strip_prefix("file:") {
        let path = match path.strip_prefix("//") {
            // Behind the two comes a host, which is this one if it is empty.
            Some(path) => path.strip_prefix("localhost").unwrap_or(path),
            None => path,
        };
        if !path.starts_with('/') {
            return Err(elsewhere("a file of another machine"));
        }
        return decoded(path).map(PathBuf::from);
    }
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) if !scheme.is_empty() && !scheme.contains('/') => Err(elsewhere("not a path")),
        _ => Ok(address.into()),
    }
}

/// Percent-decoded once, as far as it is UTF-8.
fn decoded(path: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8", cut(path)))?;
    if text.contains('\0') { Err(format!("{} has a zero in it", cut(path))) } else { Ok(text) }
}

/// That a path does not go up.
fn plain(path: &Path) -> Result<&Path, String> {
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(format!("{} goes up with `..`", cut(&path.display().to_string())));
    }
    Ok(path)
}

/// A path below a folder.
fn joined(folder: &Path, path: &str) -> Result<PathBuf, String> {
    let below = Path::new(path);
    let normal = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if below.components().all(normal) {
        return Ok(folder.join(below));
    }
    Err(format!("{} leads elsewhere, expected a path within a folder", cut(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_only_where_it_may() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path.canonicalize().unwrap()
        };
        let (home, deep, other, bucket) = (at("home"), at("home/1/a b"), at("other"), at("bucket/x"));
        let secret = at("secret");
        let import = MlflowImport::database("x").within(&other).artifacts_at("s3://team/ml", at("bucket"));
        let import = import.artifacts_at("mlflow-artifacts:", &home).artifacts_at("/gone/mlruns", &home);
        let places = Places::new(&import, &home, std::slice::from_ref(&home), Vec::new());
        let found = |address: &str| places.find(address);
        let home_text = home.display().to_string();
        for (address, path) in [
            (format!("{home_text}/1/a b"), &deep),
            (format!("file://{home_text}/1/a%20b"), &deep),
            (format!("file:{home_text}/1/a%20b"), &deep),
            (format!("file://localhost{home_text}/1/a%20b"), &deep),
            ("./1/a b".to_owned(), &deep),
            ("1/a b".to_owned(), &deep),
            ("mlflow-artifacts:/1/a%20b".to_owned(), &deep),
            ("/gone/mlruns/1/a b".to_owned(), &deep),
            ("/gone/mlruns".to_owned(), &home),
            (other.display().to_string(), &other),
            ("s3://team/ml/x".to_owned(), &bucket),
        ] {
            assert_eq!(found(&address).as_ref(), Ok(path), "{address}");
        }
        for (address, words) in [
            (secret.display().to_string(), "outside of the folders"),
            (format!("{home_text}/../secret"), "goes up"),
            (format!("file://{home_text}/%2e%2e/secret"), "goes up"),
            ("../secret".to_owned(), "leads elsewhere"),
            ("mlflow-artifacts:/../secret".to_owned(), "leads elsewhere"),
            ("mlflow-artifacts:/%2e%2e/secret".to_owned(), "leads elsewhere"),
            ("s3://team/ml2/x".to_owned(), "artifacts_at"),
            ("/gone/mlrunsx".to_owned(), "artifacts_at"),
            ("file://host/x".to_owned(), "another machine"),
            ("dbfs:/x".to_owned(), "not a path"),
            ("C:\\x".to_owned(), "not a path"),
            (String::new(), "no address"),
            ("a%00".to_owned(), ""),
            ("file:///a%00".to_owned(), "zero"),
            ("file:///%ff".to_owned(), "UTF-8"),
        ] {
            let refused = found(&address).unwrap_err();
            assert!(refused.contains(words), "{address}: {refused}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&secret, home.join("link")).unwrap();
            assert!(found("link").unwrap_err().contains("outside of the folders"));
        }
    }
}

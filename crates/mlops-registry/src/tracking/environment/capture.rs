use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use mlops_core::{Digest, DigestWriter};
use serde::{Deserialize, Serialize};

use super::{Git, Redaction, command, machine};

/// Where a run ran. What could not be found out is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Environment {
    /// The Rust toolchain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<Toolchain>,
    /// The version of this library.
    pub library: String,
    /// The digest of `Cargo.lock`: which versions of which crates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Digest>,
    /// The state of the sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    /// The operating system, such as `linux`.
    pub os: String,
    /// Its name and version in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The architecture, such as `x86_64`.
    pub arch: String,
    /// The model of the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// How many processors this process may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpus: Option<usize>,
    /// The memory of the machine, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// The name of the machine, if it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The program and its arguments, redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The variables that were asked for and set, redacted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
}

/// A Rust toolchain, and how it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Toolchain {
    /// What `rustc -V` prints, such as `rustc 1.95.0 (…)`.
    pub version: String,
    /// How it is known.
    pub from: ToolchainSource,
}

/// How a toolchain is known. A program does not know what it was compiled with unless
/// whoever compiled it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ToolchainSource {
    /// The program said so: see [`Capture::toolchain`].
    Program,
    /// The variable `MLOPS_RUSTC` was set when this library was compiled.
    Build,
    /// It is what `rustc -V` prints on this machine now; the program may be from another.
    Machine,
}

/// What to find out about where a run runs.
///
/// Unless told otherwise: everything but the name of the machine and the variables, in the
/// folder of the Cargo package if the process was started by Cargo, else in the current
/// one, and by asking `git` and `rustc` too.
#[derive(Clone, Debug)]
#[must_use]
pub struct Capture {
    folder: Option<PathBuf>,
    toolchain: Option<String>,
    lock: Option<Digest>,
    host: bool,
    command: bool,
    programs: bool,
    variables: Vec<String>,
    redaction: Redaction,
}

impl Default for Capture {
    fn default() -> Self {
        Self {
            folder: None,
            toolchain: None,
            lock: None,
            host: false,
            command: true,
            programs: true,
            variables: Vec::new(),
            redaction: Redaction::default(),
        }
    }
}

impl Environment {
    /// What can be found out about where this process runs: [`Capture::new`] as it is.
    pub fn capture() -> Self {
        Capture::new().environment()
    }
}

impl Capture {
    /// The usual.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where to look for sources and `Cargo.lock`: here, and in the folders above.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// The toolchain that the program was compiled with, as its build script knows it.
    pub fn toolchain(mut self, version: impl Into<String>) -> Self {
        self.toolchain = Some(version.into());
        self
    }

    /// The text of the `Cargo.lock` that the program was compiled with, from `include_str!`.
    pub fn lock(mut self, text: &str) -> Self {
        self.lock = Some(Digest::of(text));
        self
    }

    /// Whether to keep the name of the machine.
    pub const fn host(mut self, keep: bool) -> Self {
        self.host = keep;
        self
    }

    /// Whether to keep the command line.
    pub const fn command(mut self, keep: bool) -> Self {
        self.command = keep;
        self
    }

    /// Whether other programs may be asked: `git`, `rustc`, `sysctl`, `hostname`.
    pub const fn programs(mut self, may: bool) -> Self {
        self.programs = may;
        self
    }

    /// The environment variables to keep, by their names; no others are looked at.
    pub fn variables<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.variables.extend(names.into_iter().map(Into::into));
        self
    }

    /// What must not be kept, in place of [`Redaction::default`].
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// Finds it out. Takes some milliseconds where programs are asked, and at most five
    /// seconds for each.
    pub fn environment(&self) -> Environment {
        let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        self.environment_of(arguments, variable)
    }

    /// The same for a process with these arguments and variables.
    fn environment_of(
        &self,
        arguments: impl Iterator<Item = String>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Environment {
        let redaction = &self.redaction;
        let here =
            || variable("CARGO_MANIFEST_DIR").map(PathBuf::from).or_else(|| std::env::current_dir().ok());
        let folder = self.folder.clone().or_else(here);
        let variables = self.variables.iter();
        let variables =
            variables.filter_map(|name| Some((name.clone(), redaction.value(name, &variable(name)?))));
        // What others have named may hold what must not be kept as well.
        let shown = |text: Option<String>| text.map(|text| redaction.text(&text));
        let git = folder.as_deref().and_then(|folder| Git::of(folder, self.programs));
        let toolchain = self.find_toolchain(&variable);
        Environment {
            toolchain: toolchain
                .map(|toolchain| Toolchain { version: redaction.text(&toolchain.version), ..toolchain }),
            library: env!("CARGO_PKG_VERSION").to_owned(),
            lock: self.lock.or_else(|| lock_above(folder.as_deref()?)),
            git: git.map(|git| Git {
                branch: shown(git.branch),
                tags: git.tags.iter().map(|tag| redaction.text(tag)).collect(),
                ..git
            }),
            os: std::env::consts::OS.to_owned(),
            system: machine::system(),
            arch: std::env::consts::ARCH.to_owned(),
            cpu: machine::cpu(self.programs),
            cpus: std::thread::available_parallelism().ok().map(std::num::NonZero::get),
            memory_bytes: machine::memory(self.programs),
            host: shown(self.host.then(|| machine::host(self.programs)).flatten()),
            command: if self.command { redaction.arguments(arguments) } else { Vec::new() },
            variables: variables.collect(),
        }
    }

    fn find_toolchain(&self, variable: &impl Fn(&str) -> Option<String>) -> Option<Toolchain> {
        if let Some(version) = self.toolchain.clone() {
            return Some(Toolchain { version, from: ToolchainSource::Program });
        }
        if let Some(version) = option_env!("MLOPS_RUSTC") {
            return Some(Toolchain { version: version.to_owned(), from: ToolchainSource::Build });
        }
        if !self.programs {
            return None;
        }
        let rustc = variable("RUSTC").unwrap_or_else(|| "rustc".to_owned());
        let text = command::output(&rustc, &["-V"], &std::env::temp_dir())?;
        let version = text.lines().next()?.trim();
        let known = version.starts_with("rustc ") && version.len() <= 200;
        known.then(|| Toolchain { version: version.to_owned(), from: ToolchainSource::Machine })
    }
}

/// The digest of the first `Cargo.lock` in a folder or above it.
fn lock_above(folder: &Path) -> Option<Digest> {
    let mut file = folder.ancestors().find_map(|folder| File::open(folder.join("Cargo.lock")).ok())?;
    let mut digest = DigestWriter::new();
    io::copy(&mut file, &mut digest).ok()?;
    Some(digest.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.lock"), "lock").unwrap();
        let set = [
            ("RUST_LOG", "info"),
            ("DATABASE_URL", "postgres://ana:hunter2@db/runs"),
            ("API_TOKEN", "hunter2"),
            ("HOME", "/home/ana"),
        ];
        let variable =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let capture = Capture::new()
            .folder(folder.path())
            .toolchain("rustc 1.95.0")
            .programs(false)
            .variables(["RUST_LOG", "DATABASE_URL", "API_TOKEN", "NOT_SET"]);
        let arguments = ["train", "--password", "hunter2", "--trees=100"].map(str::to_owned);
        let here = capture.environment_of(arguments.into_iter(), variable);
        assert_eq!(here.lock, Some(Digest::of("lock")));
        assert_eq!(here.command, ["train", "--password", "[redacted]", "--trees=100"]);
        let kept: Vec<_> =
            here.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected =
            [("API_TOKEN", "[redacted]"), ("DATABASE_URL", "postgres://db/runs"), ("RUST_LOG", "info")];
        assert_eq!(kept, expected);
        assert_eq!(here.host, None);
        let toolchain = here.toolchain.clone().unwrap();
        assert_eq!((toolchain.version.as_str(), toolchain.from), ("rustc 1.95.0", ToolchainSource::Program));
        let json = serde_json::to_string(&here).unwrap();
        assert!(!json.contains("hunter2") && !json.contains("/home/ana"), "{json}");
        assert!(!format!("{here:?} {capture:?}").contains("hunter2"));
        assert_eq!(serde_json::from_str::<Environment>(&json).unwrap(), here);
    }

    #[test]
    fn this_very_process() {
        let here = Capture::new().host(true).environment();
        assert_eq!(here.os, std::env::consts::OS);
        assert!(here.cpus.unwrap() >= 1);
        assert!(!here.command.is_empty());
        let (_, host) = (here.toolchain, here.host);
        if cfg!(target_os = "linux") {
            assert!(here.memory_bytes.unwrap() > 1 << 20);
            assert!(host.is_some());
        }
        assert!(here.lock.is_some(), "the workspace has a Cargo.lock");
    }
}

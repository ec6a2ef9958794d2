//! What the genuine tool has made of files: `.dvc` files, `.gitignore` files and objects.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mlops_registry::dvc::{Added, Cache, DvcFile, Out};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) files_hex: BTreeMap<String, String>,
    /// Folders that have no files.
    #[serde(default)]
    pub(crate) folders: Vec<String>,
    /// Files that may be executed; those that the `.dvc` files call so need not be named.
    #[serde(default)]
    pub(crate) executable: Vec<String>,
    pub(crate) add: Vec<String>,
    pub(crate) dvc_files: BTreeMap<String, String>,
    gitignore: BTreeMap<String, String>,
    remote_objects_hex: BTreeMap<String, String>,
}

/// A comparison, and how it came out.
pub(crate) type Comparisons = Vec<(String, bool)>;

impl Recorded {
    /// All comparisons of all cases. They wait for the disk, so several are made at once.
    pub(crate) fn compared(&self) -> Comparisons {
        let next = AtomicUsize::new(0);
        let worker = || {
            let mut compared = Comparisons::new();
            while let Some(case) = self.cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                compared.extend(case.written().into_iter().chain(case.restored()));
            }
            compared
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..8).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        })
    }
}

impl Case {
    /// A project in a repository of Git with the files of the case.
    pub(crate) fn project(&self) -> TempDir {
        let project = tempfile::tempdir().unwrap();
        for folder in [".git", ".dvc"].into_iter().chain(self.folders.iter().map(String::as_str)) {
            fs::create_dir_all(project.path().join(folder)).unwrap();
        }
        write_all(project.path(), &self.files_hex);
        // What has no files is not among the files, and was a folder.
        for path in self.add.iter().map(|path| project.path().join(path)).filter(|path| !path.exists()) {
            fs::create_dir_all(path).unwrap();
        }
        let recorded = self.outs().into_iter().filter(|(_, out)| out.isexec).map(|(path, _)| path);
        for file in self.executable.iter().cloned().chain(recorded) {
            set_executable(&project.path().join(file));
        }
        project
    }

    /// The outputs of the recorded `.dvc` files, by their paths. Of one that we can't read there
    /// are none; that is found when it is restored.
    fn outs(&self) -> Vec<(String, Out)> {
        let file = |(path, text): (&String, &String)| {
            let folder = path.rfind('/').map_or("", |at| &path[..=at]).to_owned();
            let outs = text.parse::<DvcFile>().map_or_else(|_| Vec::new(), |file| file.outs);
            outs.into_iter().map(move |out| (format!("{folder}{}", out.path), out))
        };
        self.dvc_files.iter().flat_map(file).collect()
    }

    /// The files that were added, as the recorded `.dvc` files and objects say, and whether they
    /// may be executed: within folders DVC does not keep that.
    fn added(&self) -> BTreeMap<String, bool> {
        #[derive(Deserialize)]
        struct Listed {
            relpath: String,
        }
        let mut added = BTreeMap::new();
        for (path, out) in self.outs() {
            if !out.object.is_folder() {
                added.insert(path, out.isexec);
                continue;
            }
            let object = Cache::at("").path(&out.object);
            let Some(list) = self.remote_objects_hex.get(object.to_str().unwrap()) else { continue };
            let files: Vec<Listed> = serde_json::from_slice(&bytes(list)).unwrap();
            added.extend(files.into_iter().map(|file| (format!("{path}/{}", file.relpath), false)));
        }
        added
    }

    pub(crate) fn add_all(&self, project: &Path, cache: &Cache) -> mlops_registry::Result<Vec<Added>> {
        self.add.iter().map(|path| cache.add(project.join(path)).run()).collect()
    }

    /// Whether what we make of the files is what was recorded.
    pub(crate) fn written(&self) -> Comparisons {
        let project = self.project();
        let cache = Cache::at(project.path().join(".dvc/cache"));
        let remote = Cache::at(project.path().join(".dvc/remote"));
        let added = match self.add_all(project.path(), &cache) {
            Ok(added) => added,
            Err(error) => return vec![(format!("{}: {error}", self.name), false)],
        };
        for added in &added {
            cache.transfer(&added.file, &remote).run().unwrap();
        }
        let files = read_all(project.path());
        let mut compared = Vec::new();
        for (what, recorded) in [("dvc", &self.dvc_files), ("gitignore", &self.gitignore)] {
            for (path, text) in recorded {
                let ours = files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                let same = ours.as_ref() == Some(text);
                compared.push((format!("{}: {path} is {ours:?}, not {text:?}", self.name), same));
            }
            let suffix = format!(".{what}");
            let more = files.keys().filter(|path| {
                path.ends_with(&suffix)
                    && !recorded.contains_key(*path)
                    && !self.files_hex.contains_key(*path)
            });
            let more: Vec<_> = more.collect();
            compared.push((format!("{}: {more:?} too", self.name), more.is_empty()));
        }
        for root in [remote.root(), cache.root()] {
            let objects = if root.exists() { read_all(root) } else { BTreeMap::new() };
            for (path, recorded) in &self.remote_objects_hex {
                let same = objects.get(path) == Some(&bytes(recorded));
                compared.push((format!("{}: object {path}", self.name), same));
            }
            let same = objects.keys().eq(self.remote_objects_hex.keys());
            compared.push((format!("{}: objects {:?}", self.name, objects.keys()), same));
        }
        compared
    }

    /// Whether the recorded `.dvc` files and objects become the files again.
    pub(crate) fn restored(&self) -> Comparisons {
        let folder = tempfile::tempdir().unwrap();
        let (remote, project) = (folder.path().join("remote"), folder.path().join("project"));
        fs::create_dir_all(&remote).unwrap();
        fs::create_dir_all(&project).unwrap();
        write_all(&remote, &self.remote_objects_hex);
        let mut compared = Vec::new();
        for (path, text) in &self.dvc_files {
            let beside = project.join(path);
            let restored = text.parse::<DvcFile>().and_then(|file| {
                let same = file.to_string() == *text;
                compared.push((format!("{}: {path} written again", self.name), same));
                Cache::at(&remote).restore(&file, beside.parent().unwrap()).run()
            });
            let why = restored.as_ref().err().map(ToString::to_string);
            compared.push((format!("{}: restore {path}: {why:?}", self.name), why.is_none()));
        }
        let files = read_all(&project);
        let added = self.added();
        for (path, kept) in &added {
            let recorded = self.files_hex.get(path).map(|hex| bytes(hex));
            let same = recorded.is_some() && files.get(path) == recorded.as_ref();
            compared.push((format!("{}: restored {path}", self.name), same));
            let executable = is_executable(&project.join(path));
            compared.push((format!("{}: {path} executable: {executable}", self.name), executable == *kept));
        }
        compared.push((format!("{}: files {:?}", self.name, files.keys()), files.keys().eq(added.keys())));
        compared
    }
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

pub(crate) fn write_all(root: &Path, files_hex: &BTreeMap<String, String>) {
    for (path, hex) in files_hex {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes(hex)).unwrap();
    }
}

/// The files below `root` by their paths, but for those of Git and DVC.
pub(crate) fn read_all(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() {
                if ![".git", ".dvc"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[cfg(unix)]
pub(crate) fn set_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
pub(crate) fn set_executable(_: &Path) {}

#[cfg(not(unix))]
pub(crate) fn is_executable(_: &Path) -> bool {
    false
}

//! A PostgreSQL server for the tests: the one that `MLOPS_POSTGRES` names, or one of our own,
//! whose programs are looked for in the usual places. It ends with this process, however that ends.

use std::env;
use std::fs;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use mlops_core::Digest;
use mlops_registry::Result;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MetadataStore, PostgresServer, PostgresStore, Query, Record};
use postgres::{Client, NoTls};
use tempfile::TempDir;

/// A connection string of a server that the tests may make schemas on.
const GIVEN: &str = "MLOPS_POSTGRES";

/// With it, tests that find no server fail.
const REQUIRED: &str = "MLOPS_REQUIRE_POSTGRES";

/// The user that owns everything on a server of ours.
pub(crate) const OWNER: &str = "mlops";

/// The server that all tests share; nothing, if there is none and there may be none.
pub(crate) fn shared() -> Option<&'static str> {
    static SHARED: OnceLock<Option<(String, Option<Server>)>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match env::var(GIVEN) {
        Ok(given) => Some((given, None)),
        Err(_) => Server::start().map(|server| (server.connection(OWNER), Some(server))),
    });
    shared.as_ref().map(|(connection, _)| connection.as_str())
}

/// That a test does nothing since there is no server; a failure, where there must be one.
pub(crate) fn skipped() {
    eprintln!("skipped: no {GIVEN} is given, and no initdb is found");
}

/// Ends a test that needs a server where there is none.
#[macro_export]
macro_rules! need {
    ($server:expr) => {
        match $server {
            Some(server) => server,
            None => return $crate::server::skipped(),
        }
    };
}

/// The programs of a server.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().into());
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    let found = folders
        .into_iter()
        .find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()));
    assert!(
        found.is_some() || env::var_os(REQUIRED).is_none_or(|value| value != "1"),
        "{REQUIRED} is set, and there is neither {GIVEN} nor an initdb"
    );
    found
}

/// Who may run a server: nobody may as root.
fn user() -> Option<(u32, u32)> {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |wanted: &str| {
        let mut fields = users
            .lines()
            .map(|line| line.split(':'))
            .find_map(|mut fields| (fields.next() == Some(wanted)).then_some(fields))?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(["postgres", "nobody"].into_iter().find_map(ids).expect("a user who is not root"))
}

/// A server of our own, that answers on a socket in its folder.
pub(crate) struct Server {
    programs: PathBuf,
    folder: TempDir,
    /// A shell that waits for us to end, and ends the server then.
    keeper: Option<Child>,
    settings: Vec<String>,
}

impl Server {
    /// Starts one; nothing, if its programs are not there.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[], "trust")
    }

    /// The same with some settings, and a way in which users are known.
    pub(crate) fn start_with(settings: &[&str], auth: &str) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("mlops-pg-").tempdir().unwrap();
        let password = folder.path().join("password");
        fs::write(&password, "right").unwrap();
        if let Some((uid, gid)) = user() {
            for path in [folder.path(), &password] {
                std::os::unix::fs::chown(path, Some(uid), Some(gid)).unwrap();
            }
        }
        let mut server = Self {
            programs,
            folder,
            keeper: None,
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
        };
        // A collation that is not that of the bytes, where the server has one.
        let icu = ["--locale-provider=icu", "--icu-locale=en-US"];
        let made = [&icu[..], &[]].into_iter().any(|locale| {
            let _ = fs::remove_dir_all(server.data());
            let mut initdb = server.command("initdb");
            initdb.arg("-D").arg(server.data()).arg("--pwfile").arg(&password);
            initdb
                .args(["-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-A", auth])
                .args(locale);
            let output = initdb.output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() || !locale.is_empty(), "initdb: {words}");
            output.status.success()
        });
        assert!(made);
        server.run();
        Some(server)
    }

    fn command(&self, program: &str) -> Command {
        self.as_user(self.programs.join(program))
    }

    fn as_user(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env("LC_ALL", "C").env_remove("PGDATA");
        if let Some((uid, gid)) = user() {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// How to connect to it.
    pub(crate) fn connection(&self, user: &str) -> String {
        format!("host={} user={user} password=right dbname=postgres", self.folder.path().display())
    }

    /// Lets it run, and waits until it answers.
    pub(crate) fn run(&mut self) {
        // In a shell that reads until this process ends and its pipe with it, whatever its end.
        const KEEPER: &str = r#"
            exec 3<&0
            "$@" >>log 2>&1 3<&- </dev/null &
            server=$!
            (read -r _ <&3; touch over; kill -QUIT $server) >/dev/null 2>&1 &
            reader=$!
            wait $server
            kill $reader 2>/dev/null
            if [ -e over ]; then cd / && rm -rf "$0"; fi"#;
        for _ in 0..600 {
            let mut keeper = self.as_user("sh");
            keeper
                .args(["-c", KEEPER])
                .arg(self.folder.path())
                .arg(self.programs.join("postgres"))
                .arg("-D")
                .arg(self.data());
            keeper.args([
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=200",
                "-c",
                "log_min_messages=warning",
            ]);
            keeper.arg("-k").arg(self.folder.path());
            for setting in &self.settings {
                keeper.args(["-c", setting]);
            }
            // What it says of a server that was killed is expected.
            keeper.stdin(Stdio::piped()).stderr(Stdio::null());
            let mut keeper = keeper.spawn().unwrap();
            loop {
                if Client::connect(&self.connection(OWNER), NoTls).is_ok() {
                    self.keeper = Some(keeper);
                    return;
                }
                if keeper.try_wait().unwrap().is_some() {
                    break;
                }
                std::thread::park_timeout(std::time::Duration::from_millis(20));
            }
            // After a kill, what is left of the one before has its memory for a moment.
            std::thread::park_timeout(std::time::Duration::from_millis(50));
        }
        panic!("the server does not start: {}", fs::read_to_string(self.folder.path().join("log")).unwrap());
    }

    /// Kills it as a crash of its machine would, as far as a process can.
    pub(crate) fn kill(&mut self) {
        let number = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let number = number.lines().next().unwrap().trim().to_owned();
        assert!(Command::new("kill").args(["-KILL", &number]).status().unwrap().success());
        let mut keeper = self.keeper.take().unwrap();
        // It goes with the server. Its pipe stays open until then: that it is closed says that
        // everything is over.
        let pipe = keeper.stdin.take();
        keeper.wait().unwrap();
        drop(pipe);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

/// A name that no other test has, of this process or another.
pub(crate) fn schema() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

/// A store in a schema of its own, which goes with it.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) store: PostgresStore,
    pub(crate) connection: String,
}

impl Fresh {
    pub(crate) fn new() -> Option<Self> {
        shared().map(Self::on)
    }

    pub(crate) fn on(connection: &str) -> Self {
        let server = PostgresServer::new(connection).unwrap();
        let store = PostgresStore::open(&server, &schema()).unwrap();
        Self { store, connection: connection.to_owned() }
    }

    /// A session of one who does not go through the store.
    pub(crate) fn client(&self) -> Client {
        let mut client = Client::connect(&self.connection, NoTls).unwrap();
        client.batch_execute(&format!("SET search_path = \"{}\"", self.store.schema())).unwrap();
        client
    }

    /// Another handle of the same store, as another process has it.
    pub(crate) fn again(&self) -> PostgresStore {
        PostgresStore::open(&PostgresServer::new(&self.connection).unwrap(), self.store.schema()).unwrap()
    }
}

impl Deref for Fresh {
    type Target = PostgresStore;
    fn deref(&self) -> &PostgresStore {
        &self.store
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        drop_schema(&self.connection, self.store.schema());
    }
}

/// What can't be dropped is gone with its server.
pub(crate) fn drop_schema(connection: &str, schema: &str) {
    if let Ok(mut client) = Client::connect(connection, NoTls) {
        let _ = client
            .batch_execute(&format!("SET client_min_messages = error; DROP SCHEMA \"{schema}\" CASCADE"));
    }
}

impl NodeSource for Fresh {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Fresh {
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.store.read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.store.commit(commit)
    }
    fn size(&self) -> Result<u64> {
        self.store.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.store.leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.store.damage()
    }
    fn index_damage(&self) -> Result<Vec<String>> {
        self.store.index_damage()
    }
}

/// A folder whose store is a schema of the server, which goes with it.
pub(crate) struct Place {
    folder: TempDir,
    connection: String,
    schema: String,
}

impl Place {
    pub(crate) fn new() -> Option<Self> {
        let (folder, connection, schema) = (tempfile::tempdir().unwrap(), shared()?.to_owned(), schema());
        fs::write(folder.path().join("place"), format!("{connection}\n{schema}")).unwrap();
        Some(Self { folder, connection, schema })
    }

    /// The store of such a folder.
    pub(crate) fn open(folder: &Path) -> Result<PostgresStore> {
        let place = fs::read_to_string(folder.join("place")).unwrap();
        let (connection, schema) = place.split_once('\n').unwrap();
        PostgresStore::open(&PostgresServer::new(connection)?, schema)
    }
}

impl AsRef<Path> for Place {
    fn as_ref(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop_schema(&self.connection, &self.schema);
    }
}

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use postgres::config::{Host, SslMode};
use postgres::tls::{MakeTlsConnect, TlsConnect};
use postgres::{Client, Config, NoTls, Socket};

use super::connection::Connection;
use super::failure::{Answer, Failure};
use super::pool::{Lease, Pool};
use crate::{Error, Result};

/// How long one waits for a connection and for its turn to write, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many connections are kept at most, unless told otherwise.
const CONNECTIONS: usize = 8;

/// After so long a host that no longer answers counts as gone.
const SILENCE: Duration = Duration::from_secs(30);

/// What the client has where nothing is said.
const KEEPALIVES_IDLE: Duration = Duration::from_hours(2);

type Connect = dyn Fn(&Config) -> std::result::Result<Client, postgres::Error> + Send + Sync;

/// A database of a PostgreSQL server, and the connections to it. A clone shares them.
///
/// Nothing is connected before it is needed; what is not there when it is needed is
/// [`Error::Unavailable`], and the same value connects again once the server is back.
///
/// ```no_run
/// use std::time::Duration;
/// use mlops_registry::store::{PostgresServer, PostgresStore};
///
/// let server = PostgresServer::new("host=/run/postgresql user=registry dbname=mlops")?
///     .connections(16)
///     .patience(Duration::from_secs(5));
/// let store = PostgresStore::open(&server, "registry")?;
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone)]
pub struct PostgresServer {
    config: Config,
    connect: Arc<Connect>,
    patience: Duration,
    pool: Arc<Pool>,
    name: String,
}

impl PostgresServer {
    /// The database of a connection string, as libpq has it: `host=… user=… dbname=…` or
    /// `postgres://user:password@host/database`.
    ///
    /// The connection is not encrypted: see [`tls`](Self::tls). What is not said is set:
    /// `connect_timeout` to ten seconds, `tcp_user_timeout` and `keepalives_idle` to thirty.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none. Neither this error nor any other shows the password.
    pub fn new(connection: &str) -> Result<Self> {
        let invalid = |expected: String| Error::Invalid {
            field: "connection string",
            value: "(which may hold a password)".to_owned(),
            expected,
        };
        let mut config: Config = connection.parse().map_err(|error: postgres::Error| {
            invalid(format!("`host=… user=… dbname=…` or `postgres://…`, and not: {error}"))
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(invalid("a host among it, such as `host=/run/postgresql`".to_owned()));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_keepalives_idle() == KEEPALIVES_IDLE {
            config.keepalives_idle(SILENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("mlops-registry");
        }
        let name = name(&config);
        let pool = Arc::new(Pool::new(CONNECTIONS, PATIENCE));
        Ok(Self { config, connect: Arc::new(|config| config.connect(NoTls)), patience: PATIENCE, pool, name })
    }

    /// Encrypts all connections with this connector, such as `MakeRustlsConnect` of
    /// `tokio-postgres-rustls`, and takes no other (`sslmode=require`). Which certificates it
    /// trusts is its affair.
    #[must_use]
    pub fn tls<T>(mut self, connector: T) -> Self
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::TlsConnect: Send,
        T::Stream: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        self.config.ssl_mode(SslMode::Require);
        Self { connect: Arc::new(move |config| config.connect(connector.clone())), ..self }
    }

    /// How many connections there are at most, at least one; eight without it. The server has
    /// a hundred for all, if nobody has given it more.
    ///
    /// One of them writes at any moment, for all threads of this process that commit; the
    /// others read.
    #[must_use]
    pub fn connections(self, most: usize) -> Self {
        Self { pool: Arc::new(Pool::new(most.max(1), self.patience)), ..self }
    }

    /// How long one waits for a free connection, and a commit for its turn while another
    /// process writes; ten seconds without it.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, pool: Arc::new(Pool::new(self.pool.most(), patience)), ..self }
    }

    /// Where it is, without the user and the password.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// For how many milliseconds one waits for a lock.
    pub(super) fn patience_ms(&self) -> u128 {
        // To the server, 0 is for ever.
        self.patience.as_millis().clamp(1, 0x7fff_ffff)
    }

    /// Does `work` with a connection. One that was idle may have died with its server: then
    /// it is done again with another one. So `work` either only reads, or is known to have
    /// written nothing when the connection is found to be dead.
    pub(super) fn with<T>(&self, mut work: impl FnMut(&mut Connection) -> Answer<T>) -> Answer<T> {
        loop {
            let mut lease = self.lease()?;
            match work(&mut lease) {
                Err(_) if lease.is_lost() && lease.was_idle() => {
                    drop(lease);
                    self.pool.forget_idle();
                }
                other => return other,
            }
        }
    }

    /// A connection for oneself.
    pub(super) fn lease(&self) -> Answer<Lease> {
        let connect = || -> Answer<Connection> { Connection::new((self.connect)(&self.config)?, &self.name) };
        self.pool.lease(connect).unwrap_or_else(|| {
            Err(Failure::Known(Error::Unavailable {
                store: self.name.clone(),
                transient: true,
                source: format!(
                    "others have kept all {} connections for {} ms: try again, or have more",
                    self.pool.most(),
                    self.patience.as_millis()
                )
                .into(),
            }))
        })
    }

    /// Ends all connections that are idle.
    pub(super) fn forget_idle(&self) {
        self.pool.forget_idle();
    }
}

impl fmt::Debug for PostgresServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresServer").field("name", &self.name).finish_non_exhaustive()
    }
}

fn name(config: &Config) -> String {
    let mut ports = config.get_ports().iter().copied().cycle();
    let mut hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| {
            let host = match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            };
            format!("{host}:{}", ports.next().unwrap_or(5432))
        })
        .collect();
    if hosts.is_empty() {
        hosts = config.get_hostaddrs().iter().map(ToString::to_string).collect();
    }
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("postgres {}/{database}", hosts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let server = PostgresServer::new("postgres://ana:secret@db.example:6543/mlops").unwrap();
        assert_eq!(server.name(), "postgres db.example:6543/mlops");
        assert!(!format!("{server:?}").contains("secret"));
        let error = PostgresServer::new("host=a password=secret port=secret").unwrap_err();
        assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
    }

    #[test]
    fn what_is_no_connection_string_is_refused() {
        for bad in ["", "host", "user=a", "host=a unheard=of", "postgres://a:b"] {
            let error = PostgresServer::new(bad).unwrap_err();
            assert!(matches!(error, Error::Invalid { field: "connection string", .. }), "{bad:?}: {error:?}");
        }
    }
}

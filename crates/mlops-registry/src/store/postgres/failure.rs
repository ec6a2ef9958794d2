//! What the server says, and what the caller can do about it.

use postgres::error::SqlState;

use crate::Error;

/// What went wrong below, until it is known of which store.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the way to it.
    Server(postgres::Error),
    /// A row that no statement of ours writes.
    Damaged(String),
    /// What is known already.
    Known(Error),
}

/// The answer of the server, or what went wrong.
pub(super) type Answer<T> = Result<T, Failure>;

impl From<postgres::Error> for Failure {
    fn from(error: postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl Failure {
    /// The error of the store with this name.
    pub(super) fn told(self, store: &str) -> Error {
        match self {
            Self::Server(error) => server(store, error),
            Self::Damaged(reason) => Error::Corrupt { what: store.to_owned(), reason },
            Self::Known(error) => error,
        }
    }

    /// Whether there is a schema of that name already.
    pub(super) fn is_duplicate_schema(&self) -> bool {
        matches!(self, Self::Server(error) if error.code() == Some(&SqlState::DUPLICATE_SCHEMA))
    }

    /// Whether the server ended the session, or it broke off.
    pub(super) fn is_end_of_session(&self) -> bool {
        let Self::Server(error) = self else { return false };
        error.is_closed()
            || match error.code() {
                None => true,
                Some(code) => {
                    code.code().starts_with("08")
                        || [
                            SqlState::ADMIN_SHUTDOWN,
                            SqlState::CRASH_SHUTDOWN,
                            SqlState::CANNOT_CONNECT_NOW,
                            SqlState::DATABASE_DROPPED,
                            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                            // A statement that was prepared before another process migrated,
                            // and a server that has become a standby: a new session may do.
                            SqlState::FEATURE_NOT_SUPPORTED,
                            SqlState::READ_ONLY_SQL_TRANSACTION,
                        ]
                        .contains(code)
                }
            }
    }
}

fn server(store: &str, error: postgres::Error) -> Error {
    let store = store.to_owned();
    let Some(code) = error.code() else {
        let said = error.to_string();
        // What no server was asked for, or what it did not show us.
        if ["error performing TLS", "invalid configuration", "authentication"]
            .iter()
            .any(|at| said.starts_with(at))
        {
            let advice = "see the connection string, the certificates, and what the server asks of its users";
            return unavailable(store, false, error, advice);
        }
        // A value that is not of the type that our tables have.
        if is_conversion(&error) {
            return Error::Corrupt { what: store, reason: words(&error) };
        }
        let advice = "the server can't be reached, or it broke off: see that it runs, then do it again";
        return unavailable(store, true, error, advice);
    };
    let (transient, advice) = match code.code() {
        "53300" => (true, "all of its connections are taken: use fewer, or let it have more"),
        "53100" => (false, "make room on its disk, then do it again; what was there is whole"),
        "53000" | "53200" | "53400" => (true, "it is short of memory or of something else: try again"),
        "55P03" => (true, "another one writes for long: try again"),
        "57014" => (true, "it took longer than the server allows: try again, or let it have more time"),
        "25P03" => (true, "this process stood still in the middle of a transaction: do it again"),
        "57P01" | "57P02" | "57P03" | "57P05" => (true, "the server stops or starts: try again"),
        "40001" | "40P01" | "0A000" => (true, "others were in the way: try again"),
        "25006" => (false, "it only reads, as a standby does: connect to the server that writes"),
        "28P01" | "28000" => (false, "see the user, the password, and the server's `pg_hba.conf`"),
        "3D000" => (false, "make the database first"),
        "42501" => (false, "grant this role what it lacks, as the documentation of the store has it"),
        "54000" => {
            return Error::Invalid {
                field: "key",
                value: words(&error),
                expected:
                    "keys of at most some 2600 bytes in all, which is what an index of the server holds"
                        .to_owned(),
            };
        }
        // Our statements are right where the tables are as we have made them, and what we insert
        // is never there already, unless someone has taken out what tells us.
        "42P01" | "42703" | "42883" | "42704" | "42804" | "42809" | "3F000" | "XX001" | "XX002" => {
            return Error::Corrupt { what: store, reason: words(&error) };
        }
        other if other.starts_with("23") => return Error::Corrupt { what: store, reason: words(&error) },
        other if other.starts_with("08") => (true, "the connection broke off: do it again"),
        _ => {
            return Error::Unavailable { store, transient: false, source: Box::new(Said::new(&error, None)) };
        }
    };
    unavailable(store, transient, error, advice)
}

#[expect(clippy::needless_pass_by_value, reason = "it is used up")]
fn unavailable(store: String, transient: bool, error: postgres::Error, advice: &'static str) -> Error {
    Error::Unavailable { store, transient, source: Box::new(Said::new(&error, Some(advice))) }
}

/// Whether a row did not hold what its table holds.
fn is_conversion(error: &postgres::Error) -> bool {
    let text = error.to_string();
    text.starts_with("error deserializing column") || text.starts_with("invalid column")
}

/// What the server said, in its words. The client keeps them in the source.
fn words(error: &postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// What the server said, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{words}{}", .advice.map(|advice| format!(": {advice}")).unwrap_or_default())]
struct Said {
    words: String,
    advice: Option<&'static str>,
}

impl Said {
    fn new(error: &postgres::Error, advice: Option<&'static str>) -> Self {
        Self { words: words(error), advice }
    }
}

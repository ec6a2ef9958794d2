//! What an object store says, and what the caller can do about it.

use std::io;

use crate::Error;
use crate::secret::Secret;

/// The longest answer of a server that is passed on, in bytes.
const LONGEST: usize = 1000;

/// Where the objects are, in words that hold no secret, and the secrets that were given to get there.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) secrets: Vec<Secret>,
}

impl Place {
    /// What went wrong there, while it was asked to do `what`.
    pub(super) fn told(&self, what: &str, error: &object_store::Error) -> Error {
        let words = self.words(error);
        let (transient, advice) = advice(error, &words);
        self.unavailable(transient, format!("{what}: {advice}: {words}"))
    }

    pub(super) fn unavailable(&self, transient: bool, words: String) -> Error {
        Error::Unavailable { store: self.name.clone(), transient, source: words.into() }
    }

    /// Its own words, without secrets that it may have repeated, and not at any length.
    pub(super) fn words(&self, error: &object_store::Error) -> String {
        let mut words = error.to_string();
        for secret in self.secrets.iter().filter_map(|secret| secret.expose_text().ok()) {
            words = words.replace(secret, "***");
        }
        if let Some((end, _)) = words.char_indices().find(|(at, _)| *at >= LONGEST) {
            words.truncate(end);
            words.push('…');
        }
        words
    }
}

/// Whether it may go better next time, and what to do.
fn advice(error: &object_store::Error, words: &str) -> (bool, &'static str) {
    use object_store::Error as Said;
    match error {
        Said::PermissionDenied { .. } => (
            false,
            "these credentials may not do that: let them get, put, delete and list objects below the prefix",
        ),
        Said::Unauthenticated { .. } => {
            (false, "it does not know these credentials: see that they are right, and not expired")
        }
        Said::NotFound { .. } => (false, NO_BUCKET),
        _ if is_of_the_bucket(words) => (false, NO_BUCKET),
        Said::NotSupported { .. } | Said::NotImplemented { .. } => (false, "it can't do that"),
        Said::InvalidPath { .. } => (false, "an object there has a name that is none: remove it"),
        Said::UnknownConfigurationKey { .. } => {
            (false, "it is not set up so: see the options of the address")
        }
        _ if is_passing(error, words) => (true, "it can't be reached, or it is busy or broke off: try again"),
        _ => (false, "it refused"),
    }
}

/// Whether it is a failure of the moment. The client has tried again already.
fn is_passing(error: &object_store::Error, words: &str) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            use io::ErrorKind as Kind;
            return !matches!(
                error.kind(),
                Kind::PermissionDenied | Kind::StorageFull | Kind::ReadOnlyFilesystem | Kind::QuotaExceeded
            );
        }
        cause = error.source();
    }
    // The client keeps the status to itself but in its words, which a test compares with.
    match words.split_once("status code: ") {
        Some((_, status)) => ["5", "408", "429"].iter().any(|passing| status.starts_with(passing)),
        None => words.contains("Error performing") || words.contains("HTTP error"),
    }
}

const NO_BUCKET: &str = "there is no such bucket: see the address";

/// Whether what is not found is the bucket, and not an object of it.
pub(super) fn is_of_the_bucket(words: &str) -> bool {
    ["NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist"]
        .iter()
        .any(|said| words.contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(source: impl Into<crate::BoxError>) -> object_store::Error {
        object_store::Error::Generic { store: "test", source: source.into() }
    }

    #[test]
    fn secrets_that_are_repeated_are_not_passed_on() {
        let place = Place { name: "s3://models".to_owned(), secrets: vec![Secret::new("hunter2")] };
        let error = place.told("open it", &said("the key hunter2 is wrong, hunter2!"));
        let Error::Unavailable { source, .. } = &error else { panic!("{error:?}") };
        assert!(source.to_string().contains("the key *** is wrong, ***!"), "{source}");
        assert!(!format!("{error:?} {place:?}").contains("hunter2"));
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let place = Place::default();
        let Error::Unavailable { source, .. } = place.told("open it", &said("ö".repeat(1 << 20))) else {
            panic!("it is unavailable")
        };
        assert!(source.to_string().len() < 2 * LONGEST);
    }

    #[test]
    fn failures_of_the_moment_are_transient() {
        for (transient, error) in [
            (true, said(io::Error::from(io::ErrorKind::TimedOut))),
            (false, said(io::Error::from(io::ErrorKind::StorageFull))),
            (true, said("Server returned non-2xx status code: 503 Service Unavailable: ")),
            (true, said("Server returned non-2xx status code: 429 Too Many Requests: ")),
            (false, said("Server returned non-2xx status code: 400 Bad Request: ")),
            (true, said("Error performing GET http://host/ in 1s - HTTP error: timed out")),
            (false, said("no such option")),
            (false, object_store::Error::PermissionDenied { path: String::new(), source: "".into() }),
        ] {
            assert_eq!(Place::default().told("open it", &error).is_transient(), transient, "{error}");
        }
    }
}

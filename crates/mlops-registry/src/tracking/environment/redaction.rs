use std::fmt;

use super::text;
use crate::tracking::batch::REDACTED;

/// Parts of names whose values are secrets, wherever in the name they stand. Lower case,
/// letters and digits only, as names are compared.
const PARTS: [&str; 17] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "auth",
    "dsn",
    "cookie",
    "bearer",
    "jwt",
    "connectionstring",
    "signature",
    "webhook",
];

/// Names of one word, or words of a name, whose values are secrets.
const WORDS: [&str; 8] = ["pass", "pw", "pin", "cred", "creds", "sas", "sid", "sig"];

/// Whole names that are none of these, though they look like it.
const HARMLESS: [&str; 10] = [
    "tokenizer",
    "tokenizername",
    "maxtokens",
    "maxnewtokens",
    "numtokens",
    "author",
    "authors",
    "keyboard",
    "keypoints",
    "modelsignature",
];

/// Beginnings of words that nobody but an issuer of secrets writes, and how long such a word is at least.
const ISSUED: [(&str, usize); 16] = [
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 20),
    ("xoxb-", 15),
    ("xoxp-", 15),
    ("sk-", 20),
    ("sk_live_", 16),
    ("hf_", 20),
    ("AIza", 30),
    ("dapi", 32),
    ("npm_", 30),
];

/// What must not be kept: the values of names that match a pattern, users and passwords
/// in URLs, words that look like issued tokens, and what it is told to know.
///
/// Names are compared without regard to case and to what is not a letter or a digit:
/// `api_key`, `X-API-Key` and `apiKey` are the same name, and hold the pattern `key`.
/// The patterns are `password`, `passwd`, `passphrase`, `passcode`, `pwd`, `secret`,
/// `token`, `key`, `credential`, `auth`, `dsn`, `cookie`, `bearer`, `jwt`, `connectionstring`,
/// `signature`, `webhook` anywhere in a name, and `pass`, `pw`, `pin`, `cred`, `creds`, `sas`,
/// `sid`, `sig` as a word of it.
/// It rather hides too much: only a few names such as `tokenizer`, `max_tokens` and `author` are exempt.
///
/// ```
/// use mlops_registry::tracking::environment::Redaction;
/// let redaction = Redaction::default();
/// assert_eq!(redaction.text("postgres://ana:hunter2@db/runs?sslkey=x"), "postgres://db/runs?sslkey=[redacted]");
/// let arguments = ["train", "--api-key", "s3cr3t", "--trees=100"].map(String::from);
/// assert_eq!(redaction.arguments(arguments), ["train", "--api-key", "[redacted]", "--trees=100"]);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Redaction {
    parts: Vec<String>,
    words: Vec<String>,
    harmless: Vec<String>,
    known: Vec<String>,
}

impl Default for Redaction {
    fn default() -> Self {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self { parts: owned(&PARTS), words: owned(&WORDS), harmless: owned(&HARMLESS), known: Vec::new() }
    }
}

/// The patterns, and how many secrets it knows; none of them.
impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redaction")
            .field("parts", &self.parts)
            .field("words", &self.words)
            .field("harmless", &self.harmless)
            .field("known", &self.known.len())
            .finish()
    }
}

impl Redaction {
    /// Hides the values of all names that `part` is in.
    pub fn pattern(mut self, part: &str) -> Self {
        let part = letters(part);
        if !part.is_empty() {
            self.parts.push(part);
        }
        self
    }

    /// Shows the values of this very name, whatever patterns are in it.
    pub fn except(mut self, name: &str) -> Self {
        self.harmless.push(letters(name));
        self
    }

    /// Hides this secret wherever it stands. It is kept in memory as long as this value,
    /// and not shown. Nothing is known of an empty one.
    pub fn known(mut self, secret: impl Into<String>) -> Self {
        let secret = secret.into();
        if !secret.is_empty() {
            self.known.push(secret);
        }
        self
    }

    /// Whether what stands under this name is a secret.
    pub fn hides(&self, name: &str) -> bool {
        let all = letters(name);
        if self.harmless.contains(&all) {
            return false;
        }
        self.parts.iter().any(|part| all.contains(part.as_str()))
            || words(name).iter().any(|word| self.words.contains(word))
    }

    /// The value of a name, as far as it may be shown.
    pub fn value(&self, name: &str, value: &str) -> String {
        if self.hides(name) { REDACTED.to_owned() } else { self.text(value) }
    }

    /// A text, as far as it may be shown: without users and passwords in URLs, the paths of web
    /// hooks, which are their passwords, values after `name=` and `name:` whose names are hidden, what follows `Bearer` and `Basic`, tokens
    /// as some issuers write them, private keys in PEM, and every known secret.
    ///
    /// What was shown once is shown the same again. What nothing marks as a secret can't be
    /// told from other words.
    pub fn text(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        // The longest first: one may be a part of another.
        let mut known: Vec<_> = self.known.iter().collect();
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        for secret in known {
            shown = shown.replace(secret.as_str(), REDACTED);
        }
        text::shown(&shown, self)
    }

    /// A command line, as far as it may be shown: also without the argument after an option
    /// whose name is hidden.
    pub fn arguments(&self, arguments: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut expects_secret = false;
        let show = |argument: String| {
            let option = argument.starts_with('-') || (argument.starts_with('/') && argument.len() > 1);
            let bare = argument.trim_start_matches(['-', '/']);
            let (name, value) = match bare.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (bare, None),
            };
            // A path is an argument, not an option.
            let is_name = !name.contains(['/', '\\', '\n']);
            let hidden = is_name && self.hides(name);
            let is_hidden_option = option && hidden && value.is_none() && !name.contains(char::is_whitespace);
            // An option without a value may stand before another: that one is seen, its value not.
            if std::mem::replace(&mut expects_secret, is_hidden_option) {
                return if is_hidden_option { argument } else { REDACTED.to_owned() };
            }
            match value {
                Some(_) if hidden && !name.contains(char::is_whitespace) => {
                    let until = argument.len() - value.map_or(0, str::len);
                    format!("{}{REDACTED}", &argument[..until])
                }
                _ => self.text(&argument),
            }
        };
        arguments.into_iter().map(show).collect()
    }

    /// Whether a word is a secret by the way it is written.
    pub(super) fn is_issued(word: &str) -> bool {
        let known = |(start, length): &(&str, usize)| word.starts_with(start) && word.len() >= *length;
        // A JSON web token: three parts in base 64, of which the first begins with `{"`.
        let is_token = word.starts_with("eyJ") && word.split('.').count() >= 3;
        ISSUED.iter().any(known) || is_token
    }
}

/// Letters and digits in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name: between other characters, and from each capital after a small letter.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let breaks = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if breaks {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests;

//! Finds what must not be shown in a text of any shape. One pass from left to right.

use super::Redaction;
use crate::tracking::batch::REDACTED;

/// What ends a value that is not in quotes.
const ENDS: [char; 12] = [' ', '\t', '\n', '\r', '&', ';', ',', ')', ']', '}', '"', '\''];

/// How an authorisation begins.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "token "];

pub(super) fn shown(text: &str, redaction: &Redaction) -> String {
    let text = without_keys(text);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.as_str();
    // Where in `shown` the word began that is being read.
    let mut word = 0;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("://") {
            shown.push_str("://");
            rest = &after[user(after)..];
            if let Some((keep, secret)) = hook(rest) {
                shown.push_str(&rest[..keep]);
                shown.push_str(REDACTED);
                rest = &rest[keep + secret..];
            }
            word = shown.len();
            continue;
        }
        if matches!(c, '=' | ':')
            && let Some(name) = name_before(&shown)
        {
            // `key := value`, `key: value`, `key = value`, `"key": "value"`.
            let signs = rest.len() - rest.trim_start_matches([':', '=', '>']).len();
            let spaces = rest[signs..].len() - rest[signs..].trim_start_matches([' ', '\t']).len();
            let value = &rest[signs + spaces..];
            if redaction.hides(name) && !value.is_empty() {
                let is_header = c == ':';
                let (keep, secret) = extent(value, is_header);
                shown.push_str(&rest[..signs + spaces + keep]);
                if secret > 0 {
                    shown.push_str(REDACTED);
                }
                rest = &value[keep + secret..];
                word = shown.len();
                continue;
            }
        }
        if let Some(scheme) = scheme(&shown, rest) {
            let value = &rest[scheme..];
            let end = value.find(ENDS).unwrap_or(value.len());
            shown.push_str(&rest[..scheme]);
            if end > 0 {
                shown.push_str(REDACTED);
            }
            rest = &value[end..];
            word = shown.len();
            continue;
        }
        if ENDS.contains(&c) || matches!(c, '=' | ':' | '/' | '(' | '[' | '{' | '<' | '>') {
            hide_issued(&mut shown, word);
            shown.push(c);
            word = shown.len();
        } else {
            shown.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    hide_issued(&mut shown, word);
    shown
}

/// How long user and password are at the beginning of what follows `://`, with the `@`.
fn user(after: &str) -> usize {
    let end = after.find([' ', '\t', '\n', '\r', '"', '\'', '<', '>', ',', '|', '`']).unwrap_or(after.len());
    let all = &after[..end];
    let authority = &all[..all.find(['/', '?', '#']).unwrap_or(end)];
    if let Some(at) = authority.rfind('@') {
        return at + 1;
    }
    // A password may have been written as it is: `user:pass/word@host`. A port has digits only.
    let has_password = authority
        .split_once(':')
        .is_some_and(|(_, port)| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()));
    if has_password { all.rfind('@').map_or(0, |at| at + 1) } else { 0 }
}

/// How much of a web hook's address behind `://` is kept, and how many bytes after that are
/// its secret: the path, where the host is one for hooks, else what follows the part of the
/// path that says so.
fn hook(address: &str) -> Option<(usize, usize)> {
    let end = address.find([' ', '\t', '\n', '\r', '"', '\'', '<', '>', '`', '|']).unwrap_or(address.len());
    let all = address[..end].to_ascii_lowercase();
    let host = all.find(['/', '?', '#']).unwrap_or(end);
    let keep = if all.starts_with("hooks.") || all[..host].contains("webhook") {
        host + 1
    } else {
        let said = host + all[host..].find("webhook")?;
        said + all[said..].find(['/', '?', '#'])? + 1
    };
    (keep < end).then(|| (keep, end - keep))
}

/// The name at the end of what was read, before a `=` or `:`; quotes and spaces around it left out.
fn name_before(read: &str) -> Option<&str> {
    let read = read.trim_end_matches([' ', '\t']);
    let read = read.strip_suffix("\\\"").or_else(|| read.strip_suffix(['"', '\''])).unwrap_or(read);
    let start = read
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
        .last()
        .map(|(at, _)| at)?;
    Some(&read[start..])
}

/// How many bytes of a value are kept, such as a quote, and how many after them are the secret.
fn extent(value: &str, is_header: bool) -> (usize, usize) {
    for quote in ["\\\"", "\"", "'", "`"] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return (quote.len(), closing(quoted, quote));
        }
    }
    let line = value.find(['\n', '\r']).unwrap_or(value.len());
    let scheme = SCHEMES
        .iter()
        .find(|scheme| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        .map_or(0, |scheme| scheme.len());
    // A header says all that is on its line; `name: value, other: value` loses the rest too.
    if is_header || scheme > 0 {
        return (0, line);
    }
    // What was hidden before ends with a bracket of its own.
    if value.starts_with(REDACTED) {
        return (0, REDACTED.len());
    }
    let end = value[scheme..].find(ENDS).map_or(value.len(), |end| scheme + end);
    (0, end.min(line))
}

/// Where a quoted text ends.
fn closing(quoted: &str, quote: &str) -> usize {
    let mut escaped = false;
    for (at, c) in quoted.char_indices() {
        if !escaped && quoted[at..].starts_with(quote) {
            return at;
        }
        escaped = c == '\\' && !escaped && quote.len() == 1;
    }
    quoted.len()
}

/// How long the `Bearer ` is that a secret follows, if it begins here.
fn scheme(read: &str, rest: &str) -> Option<usize> {
    let begins = read.chars().next_back().is_none_or(|before| !before.is_alphanumeric());
    let is =
        |scheme: &&&str| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    // `token ` is a word of its own in many a sentence.
    SCHEMES[..2].iter().find(|scheme| begins && is(scheme)).map(|scheme| scheme.len())
}

fn hide_issued(shown: &mut String, word: usize) {
    if Redaction::is_issued(&shown[word..]) {
        shown.truncate(word);
        shown.push_str(REDACTED);
    }
}

/// The text without private keys in PEM.
fn without_keys(text: &str) -> String {
    const BEGIN: &str = "-----BEGIN ";
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(BEGIN) {
        let (before, key) = rest.split_at(start);
        shown.push_str(before);
        let label = key[BEGIN.len()..].split("-----").next().unwrap_or_default();
        if label.ends_with("PRIVATE KEY") {
            shown.push_str(REDACTED);
            let end = format!("-----END {label}-----");
            rest = key.find(&end).map_or("", |at| &key[at + end.len()..]);
        } else {
            shown.push_str(BEGIN);
            rest = &key[BEGIN.len()..];
        }
    }
    shown.push_str(rest);
    shown
}

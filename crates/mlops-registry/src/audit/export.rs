//! The log as a file: lines to be computed with, and a table to be looked at.

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::ops::Range;

use mlops_core::{Digest, DigestWriter, canonical};
use serde::{Deserialize, Serialize};

use super::retention::unwritten;
use super::{Entry, EntryFilter, Phase, Progress, Pruned, Unproven};
use crate::merkle::{Frontier, NodeId, PublicKey, Rejection, SignedTreeHead, TreeHead, leaf_hash};
use crate::registry::Registry;
use crate::{Error, Result};

/// How many leaves are read at a time: what an export holds in memory.
const PAGE: u64 = 256;

/// The longest line that is read back, in bytes.
const MAX_LINE: u64 = 64 << 20;

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// An entry a line, in canonical JSON: the very bytes of the leaves, from which
    /// [`verify_export`] computes the root again. Where all entries are asked for, one that was pruned is
    /// told by its hash, `{"hash":"sha256:…","sequence":5}`.
    JsonLines,
    /// A table with a header, for spreadsheets: RFC 4180, UTF-8, lines that end with carriage
    /// return and line feed. A cell that a spreadsheet would take for a formula, since it
    /// begins with `=`, `+`, `-`, `@`, a tab or a carriage return, gets an apostrophe in
    /// front. Pruned entries are not in it.
    Csv,
}

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// How many entries.
    pub entries: u64,
    /// How many of the entries that were asked for are told by their hash alone.
    pub pruned: u64,
    /// How many entries the log had: those behind were written later.
    pub size: u64,
    /// The digest of all bytes.
    pub digest: Digest,
}

/// A pruned entry in an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stub {
    hash: Digest,
    sequence: u64,
}

impl Registry {
    /// Writes the entries that `filter` asks for, in their order, and tells `progress` now and
    /// then how far it is. Needs the memory of a few hundred entries, whatever the log's length.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if an entry can't be read, or is gone and no later one says that it
    /// was pruned, be it asked for or not: then what was written is not to be relied on;
    /// [`Error::Unavailable`] if `to` can't be written; those of the store.
    pub fn export_log(
        &self,
        filter: &EntryFilter,
        format: ExportFormat,
        to: &mut dyn Write,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Exported> {
        let mut size = self.store().size()?;
        let mut gaps = Gaps::default();
        let mut out = Output { to, digest: DigestWriter::new() };
        let (mut entries, mut pruned) = (0, 0);
        if format == ExportFormat::Csv {
            out.put(HEADER.as_bytes())?;
        }
        let stubs = format == ExportFormat::JsonLines && filter.is_all();
        let mut start = 0;
        while start < size {
            let end = size.min(start + PAGE);
            let mut next = start;
            let leaves = self.store().leaves(start..end)?;
            for (sequence, leaf) in &leaves {
                gaps.miss(next..*sequence);
                pruned += self.gap(next..*sequence, stubs, &mut out)?;
                next = sequence + 1;
                let entry = Entry::read(*sequence, leaf)?;
                if let Some(taken) = &entry.pruned {
                    gaps.explain(*sequence, taken);
                }
                if !filter.fits(&entry) {
                    continue;
                }
                entries += 1;
                match format {
                    ExportFormat::JsonLines => {
                        out.put(leaf)?;
                        out.put(b"\n")?;
                    }
                    ExportFormat::Csv => out.put(row(&entry, leaf).as_bytes())?,
                }
            }
            gaps.miss(next..end);
            pruned += self.gap(next..end, stubs, &mut out)?;
            start = end;
            // What is gone may have been taken out meanwhile: the entry that says so is to be
            // in the file as well.
            if start == size && gaps.first().is_some() {
                size = self.store().size()?;
            }
            progress(Progress { phase: Phase::Entries, done: end, total: size });
        }
        out.to.flush().map_err(unwritten)?;
        if let Some(sequence) = gaps.first() {
            return Err(Error::Corrupt {
                what: format!("entry {sequence} of the audit log"),
                reason: "it is gone, and no entry says that it was pruned".to_owned(),
            });
        }
        Ok(Exported { entries, pruned, size, digest: out.digest.finish() })
    }

    /// Entries that are not there: pruned ones.
    fn gap(&self, range: Range<u64>, stubs: bool, out: &mut Output<'_>) -> Result<u64> {
        if !stubs || range.is_empty() {
            return Ok(0);
        }
        let ids: Vec<_> = range.clone().map(NodeId::leaf).collect();
        for (sequence, hash) in range.clone().zip(self.store().nodes(&ids)?) {
            out.put(canonical::to_string(&Stub { hash, sequence })?.as_bytes())?;
            out.put(b"\n")?;
        }
        Ok(range.end - range.start)
    }
}

/// Entries that are not there and that no entry so far says to have taken out, in their order.
#[derive(Debug, Default)]
struct Gaps(VecDeque<Range<u64>>);

impl Gaps {
    /// Entries that are not there, behind all before.
    fn miss(&mut self, range: Range<u64>) {
        match self.0.back_mut() {
            _ if range.is_empty() => {}
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.0.push_back(range),
        }
    }

    /// Entry `by` says that it took these out; of those behind itself it can't have.
    fn explain(&mut self, by: u64, pruned: &Pruned) {
        for taken in pruned.ranges() {
            let (first, end) = (taken.start, taken.end.min(by));
            let at = self.0.partition_point(|gap| gap.end <= first);
            let until = self.0.partition_point(|gap| gap.start < end);
            if at >= until || first >= end {
                continue;
            }
            let (low, high) = (self.0[at].start, self.0[until - 1].end);
            let rest = [low..first, end..high].into_iter().filter(|range| range.start < range.end);
            let behind = self.0.split_off(until);
            self.0.truncate(at);
            self.0.extend(rest);
            self.0.extend(behind);
        }
    }

    /// The first that is left.
    fn first(&self) -> Option<u64> {
        self.0.front().map(|gap| gap.start)
    }
}

struct Output<'a> {
    to: &'a mut dyn Write,
    digest: DigestWriter,
}

impl Output<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.digest.update(bytes);
        self.to.write_all(bytes).map_err(unwritten)
    }
}

const HEADER: &str =
    "sequence,at,actor,action,subject,reason,refused,evidence,artifacts,changes,leaf_hash\r\n";

fn row(Entry { sequence, act, changes, .. }: &Entry, leaf: &[u8]) -> String {
    let digests = |digests: &[Digest]| {
        let digests: Vec<_> = digests.iter().map(ToString::to_string).collect();
        digests.join(" ")
    };
    let changes: Vec<_> = changes
        .iter()
        .map(|change| {
            let verb = if change.digest.is_some() { "wrote" } else { "removed" };
            format!("{verb} {} {}", change.kind, change.key)
        })
        .collect();
    let cells = [
        sequence.to_string(),
        act.at.to_string(),
        act.actor.to_string(),
        act.action.clone(),
        act.subject.clone(),
        act.reason.clone().unwrap_or_default(),
        act.refused.join("; "),
        digests(&act.evidence),
        digests(&act.artifacts),
        changes.join("; "),
        leaf_hash(leaf).to_string(),
    ];
    let cells: Vec<_> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

/// A cell that is only text, to a reader of RFC 4180 as to a spreadsheet.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if formula || text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// What an export, read back, has been found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportedLog {
    /// How many entries the log had, those that were pruned included.
    pub size: u64,
    /// How many of them were pruned.
    pub pruned: u64,
    /// The root of all of them.
    pub root: Digest,
    /// The head that it was compared with.
    pub head: TreeHead,
}

/// Checks an export of the whole log, as JSON lines, against a head that the holder of `key`
/// has signed: the file has every entry that the head is over, unchanged and in its order.
/// Those behind, written since, no signature speaks for: that one of those it is over was
/// pruned, an entry must say that it is over too, or whoever made the file could hide any.
/// It needs no store and no registry, one pass, and the memory of a line.
///
/// # Errors
/// [`Unproven::Unreadable`] that names the line, if it is no such file, or if an entry is told
/// by its hash and none says that it was pruned: against a head from before that, ask for a later one;
/// [`Unproven::Rejected`] if the head is not signed with this key, or over other entries.
pub fn verify_export(
    file: &mut dyn BufRead,
    head: &SignedTreeHead,
    key: &PublicKey,
) -> Result<ExportedLog, Unproven> {
    let head = head.verify(key)?;
    let mut frontier = Frontier::new();
    let mut pruned = 0;
    let mut gaps = Gaps::default();
    // What is told by its hash, though nothing that the head is over explains it.
    let mut unexplained = None;
    let mut signed = (head.size() == 0).then(|| frontier.root());
    let mut line = Vec::new();
    loop {
        line.clear();
        let number = frontier.size() + 1;
        let unreadable = |reason: String| Unproven::Unreadable { reason: format!("line {number}: {reason}") };
        let read = std::io::Read::take(&mut *file, MAX_LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| unreadable(error.to_string()))? == 0 {
            break;
        }
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(unreadable("it does not end with a line feed, or is too long".to_owned()));
        };
        let sequence = frontier.size();
        let hash = match read_line(sequence, text) {
            Ok(Line::Stub(hash)) => {
                pruned += 1;
                gaps.miss(sequence..sequence + 1);
                hash
            }
            Ok(Line::Entry(taken)) => {
                if let Some(taken) = taken {
                    gaps.explain(sequence, &taken);
                }
                leaf_hash(text)
            }
            Err(Error::Corrupt { reason, .. }) => return Err(unreadable(reason)),
            Err(other) => return Err(unreadable(other.to_string())),
        };
        frontier.append(hash);
        if frontier.size() == head.size() {
            signed = Some(frontier.root());
            unexplained = gaps.first();
        }
    }
    let (size, root) = (frontier.size(), frontier.root());
    let Some(signed) = signed else {
        return Err(Rejection::Shrunk { old_size: head.size(), new_size: size }.into());
    };
    if signed != *head.root() {
        return Err(Rejection::Root { computed: signed, root: *head.root() }.into());
    }
    if let Some(sequence) = unexplained.or(gaps.first()) {
        let reason = format!(
            "line {}: entry {sequence} is told by its hash alone, and no entry that the head is over says that it was pruned",
            sequence + 1
        );
        return Err(Unproven::Unreadable { reason });
    }
    Ok(ExportedLog { size, pruned, root, head: head.clone() })
}

/// What a line of an export tells.
enum Line {
    /// An entry that is there, and what it took out.
    Entry(Option<Pruned>),
    /// The hash of one that is not.
    Stub(Digest),
}

fn read_line(sequence: u64, line: &[u8]) -> Result<Line> {
    if !line.starts_with(b"{\"hash\":") {
        return Entry::read(sequence, line).map(|entry| Line::Entry(entry.pruned));
    }
    let corrupt = |reason: String| Error::Corrupt { what: "pruned entry".to_owned(), reason };
    let text = std::str::from_utf8(line).map_err(|error| corrupt(error.to_string()))?;
    let stub: Stub = canonical::from_str(text).map_err(|error| corrupt(error.to_string()))?;
    if stub.sequence == sequence {
        Ok(Line::Stub(stub.hash))
    } else {
        Err(corrupt(format!("it says that it is entry {}", stub.sequence)))
    }
}

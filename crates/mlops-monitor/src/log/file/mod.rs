//! A prediction log in one file, to which bytes are only ever added.

mod disk;
mod frame;
mod index;
mod names;
mod record;
mod recover;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use mlops_core::{ModelName, PredictionEvent};
use parking_lot::{Mutex, RwLock};

use super::answer::{conflict, key, same};
use super::label::{Known, settle};
use super::{
    Appended, Counts, Cursor, Label, LabelsTaken, LoggedPrediction, Page, PredictionLog, PredictionQuery,
};
use crate::{Error, Result};
use disk::Disk;
use frame::Kind;
use index::{Found, Index};
use names::Names;
use record::{Answer, Reader};

/// When bytes are forced to the medium. In each case `append` and `label` return after the
/// operating system has taken the bytes: what they returned for survives the death of the
/// process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Durability {
    /// By each `append` and each `label`, before it returns: what it returned for survives
    /// a loss of power. Milliseconds each, so append batches.
    EachBatch,
    /// By [`flush`](FilePredictionLog::flush): what came before it survives a loss of power.
    #[default]
    OnFlush,
    /// Never: the operating system writes when it likes. For simulations and tests.
    Never,
}

/// What a crash had left behind, and was cut off when the file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// Where it began; the file ends there now.
    pub offset: u64,
    /// How many bytes it had.
    pub bytes: u64,
}

/// A prediction log in one file, to which bytes are only ever added.
///
/// The file belongs to one log at a time, which is held by a lock of the operating system
/// (not on file systems that have none, such as some network drives). A batch is a frame
/// with a checksum: after a crash it is there as a whole, or not at all.
///
/// Answers stay in the file and are read when a page asks for them; in memory is where
/// they are, and the labels: about 150 bytes an answer. Opening reads the file once.
/// A page costs its answers, a count the window, both O(log n) to begin with.
///
/// ```
/// use mlops_monitor::{Durability, FilePredictionLog, PredictionLog, PredictionQuery};
/// # let folder = tempfile::tempdir()?;
/// # let event = mlops_core::PredictionEvent {
/// #     id: "1".parse()?, model: "m".parse()?, version: mlops_core::Version::new(1, 0, 0),
/// #     at: "2013-04-01".parse()?, latency: std::time::Duration::ZERO,
/// #     served_by: mlops_core::ServedBy::Champion, inputs: [1.0].into(),
/// #     prediction: mlops_core::Prediction::Score(0.5),
/// # };
/// let path = folder.path().join("predictions.log");
/// let log = FilePredictionLog::open(&path, Durability::OnFlush)?;
/// log.append(&[event])?;
/// log.flush()?;
/// drop(log);
/// let log = FilePredictionLog::open(&path, Durability::OnFlush)?;
/// assert_eq!(log.count(&PredictionQuery::new("m".parse()?))?.unlabelled, 1);
/// assert_eq!(log.torn_tail(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FilePredictionLog(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    disk: Disk,
    durability: Durability,
    torn: Option<TornTail>,
    index: RwLock<Index>,
    /// Whoever holds it is the only one that changes the index.
    writer: Mutex<Writer>,
}

#[derive(Debug)]
struct Writer {
    /// Where the next frame begins.
    end: u64,
    /// A write failed and could not be taken back: what the file holds is not known.
    lost: bool,
    buffer: Vec<u8>,
}

impl FilePredictionLog {
    /// Opens the log, or makes it. Reads the whole file once: about two seconds for a million answers.
    ///
    /// The tail that a crash left unfinished is cut off and reported by
    /// [`torn_tail`](Self::torn_tail). Damage with whole frames behind it can't come from a
    /// crash of the writer, and is an error.
    ///
    /// # Errors
    /// [`Error::InUse`] if another handle has it open; [`Error::Corrupt`] with the place if
    /// it is not what was written, [`Error::Format`] if another release wrote it, in both
    /// cases it is left as it is; [`Error::Unavailable`] if it can't be read or written.
    pub fn open(path: impl AsRef<Path>, durability: Durability) -> Result<Self> {
        let disk = Disk::open(path.as_ref())?;
        let new = disk.length()? < frame::FILE_HEAD as u64;
        let (index, end, torn) = recover::recover(&disk)?;
        if durability != Durability::Never && (new || torn.is_some()) {
            disk.sync()?;
            disk.sync_name()?;
        }
        let writer = Mutex::new(Writer { end, lost: false, buffer: Vec::new() });
        Ok(Self(Arc::new(Shared { disk, durability, torn, index: RwLock::new(index), writer })))
    }

    /// What a crash had left behind, if it did: answers and labels of one batch for which
    /// nobody was told that they are kept.
    pub fn torn_tail(&self) -> Option<TornTail> {
        self.0.torn
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.disk.path()
    }

    /// How long the file is, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.writer.lock().end
    }

    /// Returns when everything kept so far would survive a loss of power. Does nothing with
    /// [`Durability::Never`].
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the log takes nothing more then, since nobody knows what the
    /// medium holds. Open it again.
    pub fn flush(&self) -> Result<()> {
        let mut writer = self.0.writer.lock();
        self.0.usable(&writer)?;
        self.0.sync(&mut writer, self.0.durability != Durability::Never)
    }
}

impl Shared {
    fn usable(&self, writer: &Writer) -> Result<()> {
        if writer.lost {
            let reason = "a write failed before: the file must be opened again";
            return Err(self.disk.unavailable(&std::io::Error::other(reason)));
        }
        Ok(())
    }

    fn sync(&self, writer: &mut Writer, now: bool) -> Result<()> {
        if now && let Err(error) = self.disk.sync() {
            // The system may have dropped what it could not write, and would not say so again.
            writer.lost = true;
            return Err(error);
        }
        Ok(())
    }

    /// Writes the frame in the buffer behind the others; it is there as a whole, or not.
    fn write(&self, writer: &mut Writer, kind: Kind) -> Result<()> {
        frame::finish(&mut writer.buffer, kind, writer.end)?;
        if let Err(error) = self.disk.write(&writer.buffer, writer.end) {
            writer.lost = self.disk.cut(writer.end).is_err();
            return Err(error);
        }
        self.sync(writer, self.durability == Durability::EachBatch)?;
        writer.end += writer.buffer.len() as u64;
        Ok(())
    }

    /// Gives numbers to names that have none.
    fn learn(
        &self,
        writer: &mut Writer,
        new: impl FnOnce(&mut Names, &mut Vec<u8>) -> Option<()>,
    ) -> Result<()> {
        let mut names = Names::clone(&self.index.read().names);
        frame::begin(&mut writer.buffer);
        new(&mut names, &mut writer.buffer).ok_or_else(too_many)?;
        self.write(writer, Kind::Names)?;
        self.index.write().rename(names);
        Ok(())
    }

    /// The event at a place of the file.
    fn event(&self, names: &Names, bytes: &[u8], offset: u64) -> Result<PredictionEvent> {
        Answer::read(&mut Reader::new(bytes), names)
            .and_then(|answer| answer.into_event(names))
            .map_err(|reason| self.disk.corrupt(offset, reason))
    }

    /// The answers found, read in few steps: neighbours in the file come together.
    fn read(&self, names: &Names, found: &[Found], model: &ModelName) -> Result<Vec<LoggedPrediction>> {
        /// Reading so many bytes too many is cheaper than asking twice.
        const GAP: u64 = 4096;
        /// At most so many at once.
        const STEP: u64 = 1 << 20;
        let mut entries = Vec::with_capacity(found.len());
        let mut bytes = Vec::new();
        let mut rest = found;
        while let Some(first) = rest.first() {
            let (start, mut end) = (first.offset, first.offset + u64::from(first.length));
            let mut count = 1;
            while let Some(next) = rest.get(count)
                && next.offset >= end
                && next.offset - end <= GAP
                && next.offset - start <= STEP
            {
                end = next.offset + u64::from(next.length);
                count += 1;
            }
            bytes.clear();
            bytes.resize(usize::try_from(end - start).unwrap_or(usize::MAX), 0);
            self.disk.read(&mut bytes, start)?;
            for found in &rest[..count] {
                // Both lie within what was just read.
                let from = usize::try_from(found.offset - start).unwrap_or(usize::MAX);
                let event = self.event(names, &bytes[from..from + found.length as usize], found.offset)?;
                let label = match found.label {
                    None => None,
                    Some((value, since)) => Some(Label::new(model.clone(), event.id.clone(), value, since)?),
                };
                entries.push(LoggedPrediction { event, label, place: found.place });
            }
            rest = &rest[count..];
        }
        Ok(entries)
    }
}

impl PredictionLog for FilePredictionLog {
    fn append(&self, predictions: &[PredictionEvent]) -> Result<Appended> {
        let shared = &*self.0;
        let mut writer = shared.writer.lock();
        shared.usable(&writer)?;
        let unknown = |index: &Index| predictions.iter().any(|event| numbers(&index.names, event).is_none());
        if unknown(&shared.index.read()) {
            shared.learn(&mut writer, |names, payload| {
                predictions.iter().try_for_each(|event| names.learn(event, payload))
            })?;
        }
        let mut appended = Appended::default();
        let mut fresh = Vec::with_capacity(predictions.len());
        let mut in_batch: HashMap<_, &PredictionEvent> = HashMap::new();
        let index = shared.index.read();
        if !index.has_room(predictions.len()) {
            return Err(too_many());
        }
        frame::begin(&mut writer.buffer);
        for event in predictions {
            let (model, version) = numbers(&index.names, event).ok_or_else(too_many)?;
            let known = match index.find(model, &event.id, version, event.served_by) {
                Some(entry) => {
                    let mut bytes = vec![0; entry.length as usize];
                    shared.disk.read(&mut bytes, entry.offset)?;
                    Some(same(&shared.event(&index.names, &bytes, entry.offset)?, event))
                }
                None if predictions.len() == 1 => None,
                None => in_batch.insert((model, key(event)), event).map(|known| same(known, event)),
            };
            match known {
                Some(true) => appended.repeated += 1,
                Some(false) => return Err(conflict("answer", &event.model, &event.id)),
                None => {
                    let start = writer.buffer.len();
                    record::put_answer(&mut writer.buffer, event, version, &index.names)?;
                    let length = u32::try_from(writer.buffer.len() - start).unwrap_or(u32::MAX);
                    fresh.push((event, model, version, (writer.end + start as u64, length)));
                    appended.added += 1;
                }
            }
        }
        drop(index);
        if !fresh.is_empty() {
            shared.write(&mut writer, Kind::Answers)?;
            let mut index = shared.index.write();
            for (event, model, version, bytes) in fresh {
                index
                    .add(model, &event.id, (event.at, event.served_by), version, bytes)
                    .ok_or_else(too_many)?;
            }
        }
        Ok(appended)
    }

    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        let shared = &*self.0;
        let mut writer = shared.writer.lock();
        shared.usable(&writer)?;
        let (taken, holds) = {
            let index = shared.index.read();
            if !index.has_room(labels.len()) {
                return Err(too_many());
            }
            settle(labels, |label| {
                let (label, answered) = index.label_of(label.model(), label.id());
                Known { label, answered }
            })?
        };
        let unknown =
            |index: &Index| holds.iter().any(|label| index.names.number_of_model(label.model()).is_none());
        if unknown(&shared.index.read()) {
            shared.learn(&mut writer, |names, payload| {
                holds.iter().try_for_each(|label| names.learn_model(label.model(), payload).map(|_| ()))
            })?;
        }
        if holds.is_empty() {
            return Ok(taken);
        }
        let names = Arc::clone(&shared.index.read().names);
        let mut numbered = Vec::with_capacity(holds.len());
        frame::begin(&mut writer.buffer);
        for label in holds {
            let model = names.number_of_model(label.model()).ok_or_else(too_many)?;
            record::put_label(&mut writer.buffer, label, model);
            numbered.push((model, label));
        }
        shared.write(&mut writer, Kind::Labels)?;
        let mut index = shared.index.write();
        for (model, label) in numbered {
            index.label(model, label).ok_or_else(too_many)?;
        }
        Ok(taken)
    }

    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        let (names, (found, more)) = {
            let index = self.0.index.read();
            (Arc::clone(&index.names), index.page(query))
        };
        let next: Option<Cursor> = found.last().filter(|_| more).map(|found| found.place);
        Ok(Page { entries: self.0.read(&names, &found, &query.model)?, next })
    }

    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        Ok(self.0.index.read().count(query))
    }

    fn waiting_labels(&self, model: &ModelName) -> Result<u64> {
        Ok(self.0.index.read().waiting(model))
    }
}

/// The numbers of an event's model and version, if all that it names has numbers.
fn numbers(names: &Names, event: &PredictionEvent) -> Option<(u32, u32)> {
    let model = names.number_of_model(&event.model)?;
    let version = names.number_of_version(model, &event.version)?;
    if let mlops_core::Prediction::Failed(kind) = event.prediction {
        names.number_of_kind(kind)?;
    }
    Some((model, version))
}

fn too_many() -> Error {
    Error::Parameter {
        what: "prediction log",
        value: "full".to_owned(),
        expected: "less than 2³² answers, requests and names",
    }
}

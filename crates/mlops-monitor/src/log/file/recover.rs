use super::TornTail;
use super::disk::Disk;
use super::frame::{self, FILE_HEAD, FRAME_HEAD, FileHead, Head, Kind};
use super::index::Index;
use super::names::Names;
use super::record::{Answer, Reader, read_label};
use crate::{Error, Result};

/// How many bytes are read at once when looking for frames behind a damage.
const STEP: usize = 1 << 20;

/// Reads the whole file. What was not written to its end is cut off; anything else that
/// is not as it was written is an error, and leaves the file as it is.
///
/// A write that was cut short leaves a part of the last frame. A loss of power may also
/// leave the last frames full of zeros. So: what is not in order, and has no frame behind
/// it, is a torn tail; with a frame behind it, it is damage.
pub(super) fn recover(disk: &Disk) -> Result<(Index, u64, Option<TornTail>)> {
    let length = disk.length()?;
    let mut head = vec![0; FILE_HEAD.min(usize::try_from(length).unwrap_or(FILE_HEAD))];
    disk.read(&mut head, 0)?;
    let start = FILE_HEAD as u64;
    match frame::read_file_head(&head) {
        FileHead::Ours => {}
        FileHead::OtherFormat(found) => {
            let file = disk.path().to_owned();
            return Err(Error::Format { file, found, supported: frame::FORMAT });
        }
        FileHead::Foreign => return Err(disk.corrupt(0, "it does not begin as a prediction log does")),
        FileHead::Unfinished => {
            let torn = (length > 0).then_some(TornTail { offset: 0, bytes: length });
            disk.write(&frame::file_head(), 0)?;
            return Ok((Index::default(), start, torn));
        }
    }
    let mut index = Index::default();
    let mut place = start;
    let mut payload = Vec::new();
    while place < length {
        match next(disk, place, length, &mut payload)? {
            Step::Frame(head) => {
                let payload_at = place + FRAME_HEAD as u64;
                take(&mut index, head.kind, &payload, payload_at)
                    .map_err(|(at, reason)| disk.corrupt(payload_at + at, reason))?;
                place = payload_at + u64::from(head.length);
            }
            Step::Damage(reason) => {
                if let Some(behind) = frame_behind(disk, place + 1, length)? {
                    let reason = format!("{reason}, and there is a frame behind it, at byte {behind}");
                    return Err(disk.corrupt(place, reason));
                }
                disk.cut(place)?;
                return Ok((index, place, Some(TornTail { offset: place, bytes: length - place })));
            }
        }
    }
    Ok((index, place, None))
}

enum Step {
    /// A whole frame, whose payload was read.
    Frame(Head),
    Damage(&'static str),
}

fn next(disk: &Disk, place: u64, length: u64, payload: &mut Vec<u8>) -> Result<Step> {
    let left = length - place;
    if left < FRAME_HEAD as u64 {
        return Ok(Step::Damage("the file ends within the head of a frame"));
    }
    let mut head = [0; FRAME_HEAD];
    disk.read(&mut head, place)?;
    let Some(head) = frame::read_head(&head, place) else {
        return Ok(Step::Damage("the head of a frame differs from its checksum"));
    };
    // Only now the length is known to be what was written, and to lie within the file.
    if u64::from(head.length) > left - FRAME_HEAD as u64 {
        return Ok(Step::Damage("the file ends within a frame"));
    }
    payload.clear();
    payload.resize(head.length as usize, 0);
    disk.read(payload, place + FRAME_HEAD as u64)?;
    if crc32fast::hash(payload) != head.sum {
        return Ok(Step::Damage("a frame differs from its checksum"));
    }
    Ok(Step::Frame(head))
}

/// Where the first head of a frame is, from `place` on.
fn frame_behind(disk: &Disk, mut place: u64, length: u64) -> Result<Option<u64>> {
    let mut bytes = Vec::new();
    while length.saturating_sub(place) >= FRAME_HEAD as u64 {
        let count = usize::try_from(length - place).unwrap_or(usize::MAX).min(STEP);
        bytes.clear();
        bytes.resize(count, 0);
        disk.read(&mut bytes, place)?;
        for (at, window) in bytes.windows(FRAME_HEAD).enumerate() {
            if window.starts_with(&frame::MAGIC) && frame::read_head(window, place + at as u64).is_some() {
                return Ok(Some(place + at as u64));
            }
        }
        // The next step begins where a head would not have fitted into this one.
        place += (count - (FRAME_HEAD - 1)) as u64;
    }
    Ok(None)
}

/// Takes in what a frame says, or names the byte of the payload that makes no sense.
fn take(index: &mut Index, kind: u8, payload: &[u8], payload_at: u64) -> Result<(), (u64, String)> {
    let mut reader = Reader::new(payload);
    let whole = payload.len();
    let at = |left: usize| (whole - left) as u64;
    if kind == Kind::Names as u8 {
        let mut names = Names::clone(&index.names);
        names.read(payload).map_err(|reason| (0, reason))?;
        index.rename(names);
    } else if kind == Kind::Answers as u8 {
        let names = std::sync::Arc::clone(&index.names);
        while !reader.is_empty() {
            let start = reader.left();
            let wrong = |reason: String| (at(start), reason);
            let answer = Answer::read(&mut reader, &names).map_err(wrong)?;
            let (model, _) = names.version(answer.version).ok_or_else(|| wrong("no version".to_owned()))?;
            if index.find(model, &answer.id, answer.version, answer.served_by).is_some() {
                return Err(wrong(format!("prediction {} is there twice", answer.id)));
            }
            // A payload is shorter than 4 GiB, so its parts are.
            let length = u32::try_from(start - reader.left()).unwrap_or(u32::MAX);
            let bytes = (payload_at + at(start), length);
            index
                .add(model, &answer.id, (answer.at, answer.served_by), answer.version, bytes)
                .ok_or_else(|| wrong("more answers than there are numbers".to_owned()))?;
        }
    } else if kind == Kind::Labels as u8 {
        let names = std::sync::Arc::clone(&index.names);
        while !reader.is_empty() {
            let start = reader.left();
            let wrong = |reason: String| (at(start), reason);
            let (model, label) = read_label(&mut reader, &names).map_err(wrong)?;
            index
                .label(model, &label)
                .ok_or_else(|| wrong("more requests than there are numbers".to_owned()))?;
        }
    } else {
        return Err((0, format!("a frame of kind {kind}, expected 1 to 3")));
    }
    Ok(())
}

//! The bytes of the file: a header, then frames, each whole or not there.
//!
//! ```text
//! file   "mlopsplg"  format: u16  0: u16  CRC-32 of the 12 bytes before: u32
//! frame  "\xA7plf"  kind: u8  0: [u8; 3]  length: u32  CRC-32 of the payload: u32
//!        CRC-32 of the 16 bytes before and of the place of the frame in the file: u32
//!        payload
//! ```
//! All numbers are little-endian. The head of a frame has a sum of its own, so that a
//! damaged length is told from a payload that was not written to its end; the place is
//! part of it, so that bytes of a payload, or of an older file, are never taken for a frame.

use crc32fast::Hasher;

use crate::{Error, Result};

/// What this release reads and writes.
pub(super) const FORMAT: u16 = 1;
pub(super) const FILE_HEAD: usize = 16;
pub(super) const FRAME_HEAD: usize = 20;
pub(super) const MAGIC: [u8; 4] = *b"\xA7plf";
const FILE_MAGIC: [u8; 8] = *b"mlopsplg";

/// What the payload of a frame is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names that get numbers, in ascending order.
    Names = 1,
    /// Answers.
    Answers = 2,
    /// Labels.
    Labels = 3,
}

/// The head of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) kind: u8,
    /// Of the payload, in bytes.
    pub(super) length: u32,
    pub(super) sum: u32,
}

/// What the first bytes of a file say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FileHead {
    Ours,
    OtherFormat(u16),
    /// The file ends within its head, which is right so far: it was being made.
    Unfinished,
    Foreign,
}

pub(super) fn file_head() -> [u8; FILE_HEAD] {
    head_of_format(FORMAT)
}

fn head_of_format(format: u16) -> [u8; FILE_HEAD] {
    let mut head = [0; FILE_HEAD];
    head[..8].copy_from_slice(&FILE_MAGIC);
    head[8..10].copy_from_slice(&format.to_le_bytes());
    let sum = crc32fast::hash(&head[..12]);
    head[12..].copy_from_slice(&sum.to_le_bytes());
    head
}

pub(super) fn read_file_head(bytes: &[u8]) -> FileHead {
    if bytes == file_head() {
        FileHead::Ours
    } else if bytes.len() < FILE_HEAD && file_head().starts_with(bytes) {
        FileHead::Unfinished
    } else if let Some(format) = bytes.get(8..10) {
        let format = u16::from_le_bytes([format[0], format[1]]);
        if bytes == head_of_format(format) { FileHead::OtherFormat(format) } else { FileHead::Foreign }
    } else {
        FileHead::Foreign
    }
}

/// Empties `buffer` but for the room of a head.
pub(super) fn begin(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.resize(FRAME_HEAD, 0);
}

/// Fills in the head of the frame in `buffer`, which will stand at `place`.
pub(super) fn finish(buffer: &mut [u8], kind: Kind, place: u64) -> Result<()> {
    let (head, payload) = buffer.split_at_mut(FRAME_HEAD);
    let length = u32::try_from(payload.len()).map_err(|_| Error::Parameter {
        what: "batch",
        value: format!("{} bytes", payload.len()),
        expected: "below 4 GiB; split it",
    })?;
    head[..4].copy_from_slice(&MAGIC);
    head[4] = kind as u8;
    head[8..12].copy_from_slice(&length.to_le_bytes());
    head[12..16].copy_from_slice(&crc32fast::hash(payload).to_le_bytes());
    let sum = head_sum(head, place);
    head[16..20].copy_from_slice(&sum.to_le_bytes());
    Ok(())
}

/// The head that begins `bytes`, if it is one that was written at `place`.
pub(super) fn read_head(bytes: &[u8], place: u64) -> Option<Head> {
    let head = bytes.get(..FRAME_HEAD)?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    (head[..4] == MAGIC && number(16) == head_sum(head, place)).then(|| Head {
        kind: head[4],
        length: number(8),
        sum: number(12),
    })
}

fn head_sum(head: &[u8], place: u64) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(&head[..16]);
    hasher.update(&place.to_le_bytes());
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_known_at_its_place_only() {
        let mut buffer = Vec::new();
        begin(&mut buffer);
        buffer.extend_from_slice(b"payload");
        finish(&mut buffer, Kind::Labels, 77).unwrap();
        let head = read_head(&buffer, 77).unwrap();
        assert_eq!((head.kind, head.length, head.sum), (3, 7, crc32fast::hash(b"payload")));
        assert!(read_head(&buffer, 78).is_none());
        for byte in 0..FRAME_HEAD {
            let mut damaged = buffer.clone();
            damaged[byte] ^= 0x10;
            assert!(read_head(&damaged, 77).is_none(), "byte {byte}");
        }
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(read_file_head(&file_head()), FileHead::Ours);
        assert_eq!(read_file_head(&head_of_format(9)), FileHead::OtherFormat(9));
        for length in 0..FILE_HEAD {
            assert_eq!(read_file_head(&file_head()[..length]), FileHead::Unfinished);
        }
        assert_eq!(read_file_head(b"PAR1PAR1PAR1PAR1"), FileHead::Foreign);
        assert_eq!(read_file_head(b"PAR1"), FileHead::Foreign);
        let mut damaged = file_head();
        damaged[8] ^= 1;
        assert_eq!(read_file_head(&damaged), FileHead::Foreign);
    }
}

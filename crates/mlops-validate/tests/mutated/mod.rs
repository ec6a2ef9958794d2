//! Text that was damaged: a byte changed, the end cut off, a value or a place replaced.

use proptest::prelude::*;
use proptest::sample::Index;

/// Where, which piece, how, and which byte.
type Change = (Index, Index, u8, u8);

/// One to three changes.
pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<Index>(), any::<Index>(), 0..4_u8, any::<u8>()), 1..4)
}

/// The text after all changes, which put in `pieces` that matter to its parser.
pub(crate) fn mutated(text: &str, pieces: &[&str], changes: Vec<Change>) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, piece, kind, byte) in changes {
        let at = at.index(bytes.len());
        let piece = pieces[piece.index(pieces.len())];
        match kind {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at.max(1)),
            // The value that begins there, or up to the next one, is another.
            2 => {
                let end = bytes[at..]
                    .iter()
                    .position(|one| b",}]".contains(one))
                    .map_or(bytes.len(), |len| at + len);
                let start = bytes[..at].iter().rposition(|one| b":[,".contains(one)).map_or(0, |one| one + 1);
                bytes.splice(start..end, piece.bytes());
            }
            _ => {
                bytes.splice(at..at, piece.bytes());
            }
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

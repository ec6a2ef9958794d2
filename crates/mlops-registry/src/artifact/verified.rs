use std::fmt;
use std::io::{self, ErrorKind, Read};

use mlops_core::{Digest, DigestWriter};

use super::{CHUNK, read_some};
use crate::Error;

/// Passes bytes on and checks at their end that they are those of a digest.
///
/// It stays a chunk (64 KiB) behind what it has read: if the bytes turn out to be others,
/// the last chunk is never handed out, but an error is, and again at every further read.
/// Artifacts of up to a chunk are thus checked before their first byte.
pub struct VerifiedReader<R> {
    inner: R,
    expected: Digest,
    digest: DigestWriter,
    /// What may be handed out, from `at` on.
    ready: Vec<u8>,
    at: usize,
    /// What has been read, but waits until more comes or the digest is known to be right.
    waiting: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Reading,
    /// The bytes are right; what is ready is the rest of them.
    Right,
    /// They are those of another digest.
    Wrong(Digest),
    /// They could not be read.
    Broken(ErrorKind),
}

impl<R> fmt::Debug for VerifiedReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedReader")
            .field("expected", &self.expected)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl<R: Read> VerifiedReader<R> {
    /// A reader of `inner`, whose bytes up to its end must be those of `expected`.
    pub fn new(inner: R, expected: Digest) -> Self {
        let digest = DigestWriter::new();
        let (ready, waiting) = (Vec::new(), Vec::new());
        Self { inner, expected, digest, ready, at: 0, waiting, state: State::Reading }
    }

    /// Reads the next chunk and makes the waiting one ready, or comes to the end.
    fn advance(&mut self) -> io::Result<()> {
        let mut next = std::mem::take(&mut self.ready);
        self.at = 0;
        next.resize(CHUNK, 0);
        let mut filled = 0;
        while filled < CHUNK {
            match read_some(&mut self.inner, &mut next[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) => {
                    self.state = State::Broken(error.kind());
                    return Err(error);
                }
            }
        }
        next.truncate(filled);
        self.digest.update(&next);
        if filled == CHUNK {
            self.ready = std::mem::replace(&mut self.waiting, next);
            return Ok(());
        }
        let found = std::mem::take(&mut self.digest).finish();
        self.state = if found == self.expected {
            self.ready = std::mem::take(&mut self.waiting);
            self.ready.append(&mut next);
            State::Right
        } else {
            State::Wrong(found)
        };
        Ok(())
    }

    fn corrupt(&self, found: Digest) -> io::Error {
        let error = Error::Corrupt {
            what: format!("artifact {}", self.expected),
            reason: format!("its bytes are those of {found}"),
        };
        io::Error::new(ErrorKind::InvalidData, error)
    }
}

impl<R: Read> Read for VerifiedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        while self.at == self.ready.len() {
            match self.state {
                State::Reading => self.advance()?,
                State::Right => return Ok(0),
                State::Wrong(found) => return Err(self.corrupt(found)),
                State::Broken(kind) => return Err(kind.into()),
            }
        }
        let ready = &self.ready[self.at..];
        let taken = ready.len().min(into.len());
        into[..taken].copy_from_slice(&ready[..taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads with calls of `step` bytes until the end or an error; gives what came before it.
    fn read_by(reader: &mut impl Read, step: usize) -> (Vec<u8>, io::Result<()>) {
        let (mut all, mut some) = (Vec::new(), vec![0; step]);
        loop {
            match reader.read(&mut some) {
                Ok(0) => return (all, Ok(())),
                Ok(read) => all.extend_from_slice(&some[..read]),
                Err(error) => return (all, Err(error)),
            }
        }
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..251).cycle().take(length).collect()
    }

    #[test]
    fn right_bytes_pass_at_every_length_around_a_chunk() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 3 * CHUNK + 7] {
            let bytes = bytes(length);
            let mut reader = VerifiedReader::new(bytes.as_slice(), Digest::of(&bytes));
            let (read, end) = read_by(&mut reader, 10_000);
            assert!(end.is_ok() && read == bytes, "{length}");
            assert_eq!(reader.read(&mut [0; 9]).unwrap(), 0, "the end stays the end");
        }
    }

    #[test]
    fn wrong_bytes_never_come_to_their_end() {
        for length in [1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            for flipped in [0, length / 2, length - 1] {
                let good = bytes(length);
                let mut bad = good.clone();
                bad[flipped] ^= 1;
                let mut reader = VerifiedReader::new(bad.as_slice(), Digest::of(&good));
                let (read, end) = read_by(&mut reader, 4096);
                assert!(read.len() <= length.saturating_sub(CHUNK), "{} of {length}", read.len());
                let message = end.unwrap_err().to_string();
                assert!(message.contains(&Digest::of(&bad).to_string()), "{message}");
                assert!(reader.read(&mut [0; 9]).is_err(), "an error stays an error");
            }
        }
    }

    #[test]
    fn a_broken_read_stays_broken() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                if self.0 == 2 { Err(ErrorKind::TimedOut.into()) } else { Ok(into.len().min(100)) }
            }
        }
        let mut reader = VerifiedReader::new(Broken(0), Digest::of(b""));
        for _ in 0..3 {
            assert_eq!(reader.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::TimedOut);
        }
    }

    proptest! {
        #[test]
        fn cut_or_extended_bytes_are_wrong(length in 0..200_000_usize, other in 0..200_000_usize, step in 1..100_000_usize) {
            let (good, found) = (bytes(length), bytes(other));
            let (read, end) = read_by(&mut VerifiedReader::new(found.as_slice(), Digest::of(&good)), step);
            prop_assert_eq!(end.is_ok(), length == other);
            prop_assert!(found.starts_with(&read));
        }
    }
}

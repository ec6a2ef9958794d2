//! Bytes, and sources that yield them in the ways that sources have, for the suites of what keeps bytes.

use std::io::{self, ErrorKind, Read};

/// Lengths around the powers of two that buffers have, and some larger ones.
pub(super) const LENGTHS: [usize; 12] =
    [0, 1, 31, 4096, 8191, 8192, 8193, 65_535, 65_536, 65_537, 131_072, 1_000_003];

/// Bytes that differ by `seed` from the first to the last.
pub(super) fn bytes(seed: u8, length: usize) -> Vec<u8> {
    (0..251).cycle().take(length).map(|byte: u8| byte ^ seed).collect()
}

/// Yields some bytes, all of them 7, then does `end`.
pub(super) struct Ending<E>(pub(super) usize, pub(super) E);

impl<E: FnMut() -> io::Result<usize>> Read for Ending<E> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return (self.1)();
        }
        let read = into.len().min(self.0);
        into[..read].fill(7);
        self.0 -= read;
        Ok(read)
    }
}

/// Yields bytes a few at a time, and is interrupted before each time.
pub(super) struct Dribble<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl<'a> Dribble<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, interrupted: false }
    }
}

impl Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        let few = into.len().min(1 + self.bytes.len() % 7);
        self.bytes.read(&mut into[..few])
    }
}

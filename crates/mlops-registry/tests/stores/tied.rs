//! A reader that keeps to one thread: what no reader of a store may be.

use std::io::{self, ErrorKind, Read};
use std::thread::{self, ThreadId};

pub(crate) struct Tied {
    inner: Box<dyn Read + Send>,
    thread: ThreadId,
}

impl Tied {
    /// To the thread that asks.
    pub(crate) fn here(inner: Box<dyn Read + Send>) -> Self {
        Self { inner, thread: thread::current().id() }
    }
}

impl Read for Tied {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if thread::current().id() == self.thread {
            self.inner.read(into)
        } else {
            Err(ErrorKind::Other.into())
        }
    }
}

use std::io::{self, ErrorKind, Read};

use super::cipher::{Key, Segments};
use super::header::{Header, SEGMENT, TAG};
use crate::artifact::{Blob, BlobSource, read_some};
use crate::{Error, Result};

/// Fills `buffer` up to `length`; less only at the end of the source.
fn fill(source: &mut (impl Read + ?Sized), buffer: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let mut filled = buffer.len();
    buffer.resize(length, 0);
    while filled < length {
        match read_some(source, &mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) => {
                buffer.truncate(filled);
                return Err(error);
            }
        }
    }
    buffer.truncate(filled);
    Ok(())
}

/// Hands out what is ready.
fn take(ready: &[u8], at: &mut usize, into: &mut [u8]) -> usize {
    let ready = &ready[*at..];
    let taken = ready.len().min(into.len());
    into[..taken].copy_from_slice(&ready[..taken]);
    *at += taken;
    taken
}

/// A source, sealed segment by segment as it is read.
pub(super) struct Sealing<'a> {
    source: &'a mut dyn BlobSource,
    /// What the blob is called where it is sealed.
    sealed: fn(&Blob) -> Result<Blob>,
    segments: Segments,
    ready: Vec<u8>,
    at: usize,
    /// The first plain bytes of the next segment.
    waiting: Vec<u8>,
    name: Option<Blob>,
}

impl<'a> Sealing<'a> {
    pub(super) fn new(
        source: &'a mut dyn BlobSource,
        data_key: &Key,
        header: Header,
        sealed: fn(&Blob) -> Result<Blob>,
    ) -> Self {
        let segments = Segments::new(data_key, &header);
        let ready = header.to_bytes().to_vec();
        Self { source, sealed, segments, ready, at: 0, waiting: Vec::new(), name: None }
    }

    fn advance(&mut self) -> io::Result<()> {
        // One more than a segment: whether it is the last, shows in what follows.
        let mut segment = std::mem::take(&mut self.waiting);
        fill(self.source, &mut segment, SEGMENT + 1)?;
        if segment.len() > SEGMENT {
            self.waiting.extend_from_slice(&segment[SEGMENT..]);
            segment.truncate(SEGMENT);
        } else {
            let name = self.source.name().and_then(|name| (self.sealed)(&name)).map_err(io::Error::other)?;
            self.name = Some(name);
        }
        self.segments
            .seal(&mut segment, self.name.as_ref())
            .map_err(|_| io::Error::from(ErrorKind::FileTooLarge))?;
        (self.ready, self.at) = (segment, 0);
        Ok(())
    }
}

impl Read for Sealing<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && self.name.is_none() && !into.is_empty() {
            self.advance()?;
        }
        Ok(take(&self.ready, &mut self.at, into))
    }
}

impl BlobSource for Sealing<'_> {
    fn name(&mut self) -> Result<Blob> {
        self.name.ok_or_else(|| Error::Corrupt {
            what: "the source of the artifact".to_owned(),
            reason: "it has not come to its end".to_owned(),
        })
    }
}

/// A sealed blob, opened segment by segment as it is read. No byte of it is handed out before
/// its seal was looked at.
pub(super) struct Opening {
    source: Box<dyn Read + Send>,
    sealed: Blob,
    segments: Segments,
    ready: Vec<u8>,
    at: usize,
    waiting: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Reading,
    Done,
    Broken(ErrorKind),
}

impl Opening {
    pub(super) fn new(source: Box<dyn Read + Send>, sealed: Blob, data_key: &Key, header: &Header) -> Self {
        let segments = Segments::new(data_key, header);
        let (ready, waiting) = (Vec::new(), Vec::new());
        Self { source, sealed, segments, ready, at: 0, waiting, state: State::Reading }
    }

    fn advance(&mut self) -> io::Result<()> {
        let mut segment = std::mem::take(&mut self.waiting);
        fill(&mut *self.source, &mut segment, SEGMENT + TAG + 1)?;
        let last = if segment.len() > SEGMENT + TAG {
            self.waiting.extend_from_slice(&segment[SEGMENT + TAG..]);
            segment.truncate(SEGMENT + TAG);
            None
        } else {
            Some(&self.sealed)
        };
        let number = self.segments.next();
        if self.segments.open(&mut segment, last).is_none() {
            let place = if last.is_some() { ", the last," } else { "" };
            let error = Error::Corrupt {
                what: self.sealed.to_string(),
                reason: format!(
                    "its sealed segment {number}{place} does not open: \
                     it was changed, cut, moved, or is of another one"
                ),
            };
            return Err(io::Error::new(ErrorKind::InvalidData, error));
        }
        if last.is_some() {
            self.state = State::Done;
        }
        (self.ready, self.at) = (segment, 0);
        Ok(())
    }
}

impl Read for Opening {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !into.is_empty() {
            match self.state {
                State::Reading => {
                    if let Err(error) = self.advance() {
                        self.state = State::Broken(error.kind());
                        return Err(error);
                    }
                }
                State::Done => return Ok(0),
                State::Broken(kind) => return Err(kind.into()),
            }
        }
        Ok(take(&self.ready, &mut self.at, into))
    }
}

use std::io::{self, Read};

/// A field may have so many bytes.
const MAX_FIELD: u64 = 1 << 26;

/// Passes the bytes of a CSV file on as long as they are one in UTF-8 whose quotes end.
///
/// The parser behind it takes whatever follows an open quote for one field, up to the end of
/// the file: rows would be gone without a word, and held in memory.
#[derive(Debug)]
pub(super) struct Quotes<R> {
    file: R,
    delimiter: u8,
    place: Place,
    /// From 1.
    line: u64,
    /// Where the field began.
    field_line: u64,
    field_bytes: u64,
    is_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or half of a quote that is doubled.
    QuoteInQuoted,
}

impl<R> Quotes<R> {
    pub(super) fn new(file: R, delimiter: u8) -> Self {
        Self {
            file,
            delimiter,
            place: Place::FieldStart,
            line: 1,
            field_line: 1,
            field_bytes: 0,
            is_first: true,
        }
    }

    fn look(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            self.field_bytes += 1;
            let ends = *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::QuoteInQuoted,
                (Place::FieldStart | Place::QuoteInQuoted, b'"') | (Place::Quoted, _) => Place::Quoted,
                _ if ends => Place::FieldStart,
                _ => Place::Plain,
            };
            self.line += u64::from(*byte == b'\n');
            if self.place == Place::FieldStart {
                (self.field_line, self.field_bytes) = (self.line, 0);
            } else if self.field_bytes > MAX_FIELD {
                return Err(self.wrong("a field that begins here has more than 64 MiB"));
            }
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("line {}: {what}", self.field_line))
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let mut bytes = &buffer[..read];
        if std::mem::take(&mut self.is_first) {
            let is_utf_16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
            if is_utf_16 || bytes.iter().take(256).any(|byte| *byte == 0) {
                return Err(self.wrong("this looks like UTF-16, expected UTF-8: save the file as that"));
            }
            // A mark of the byte order is part of no field.
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        if read == 0 && !buffer.is_empty() && self.place == Place::Quoted {
            return Err(self.wrong("a quoted field begins here and does not end"));
        }
        self.look(bytes)?;
        Ok(read)
    }
}

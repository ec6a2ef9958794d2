use md5::{Digest as _, Md5};

use super::{Hash, ObjectId};

/// Bytes that the rule of DVC 1 and 2 looks at together: a CR LF across the end of such a block
/// stays what it is, and each block is text or not by itself.
const BLOCK: usize = 1 << 20;

/// Of a block, the bytes that say whether it is text.
const LOOK: usize = 512;

/// Makes the name of an object from its bytes.
///
/// # Source
/// `dvc_data.hashfile.hash` and `istextfile` of dvc-data 3.
pub(super) struct Hasher {
    hash: Hash,
    md5: Md5,
    /// What is not a whole block yet, where blocks count.
    pending: Vec<u8>,
}

impl Hasher {
    pub(super) fn new(hash: Hash) -> Self {
        Self { hash, md5: Md5::new(), pending: Vec::new() }
    }

    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        if self.hash == Hash::Md5 {
            self.md5.update(bytes);
            return;
        }
        while self.pending.len() + bytes.len() >= BLOCK {
            let (now, later) = bytes.split_at(BLOCK - self.pending.len());
            self.pending.extend_from_slice(now);
            self.take_block();
            bytes = later;
        }
        self.pending.extend_from_slice(bytes);
    }

    pub(super) fn finish(mut self, folder: bool) -> ObjectId {
        self.take_block();
        ObjectId::new(self.hash, self.md5.finalize().into(), folder)
    }

    fn take_block(&mut self) {
        let block = std::mem::take(&mut self.pending);
        if !is_text(&block[..block.len().min(LOOK)]) {
            return self.md5.update(&block);
        }
        let mut rest = &block[..];
        while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
            self.md5.update(&rest[..at]);
            rest = &rest[at + 1..];
        }
        self.md5.update(rest);
    }
}

/// Whether it looks like text: no zero, and at most three in ten bytes that text rarely has.
fn is_text(start: &[u8]) -> bool {
    let odd = |byte: &&u8| !matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t' | 0x0c | 0x08);
    !start.contains(&0) && start.iter().filter(odd).count() * 10 <= start.len() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(hash: Hash, parts: &[&[u8]]) -> String {
        let mut hasher = Hasher::new(hash);
        for part in parts {
            hasher.update(part);
        }
        hasher.finish(false).to_string()
    }

    #[test]
    fn line_ends_count_as_they_did() {
        let new = |bytes: &[u8]| name(Hash::Md5, &[bytes]);
        let old = |bytes: &[u8]| name(Hash::Md5DosToUnix, &[bytes]);
        assert_eq!(new(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(old(b""), new(b""));
        assert_eq!(old(b"a\r\nb\r\r\n\n"), new(b"a\nb\r\n\n"));
        assert_eq!(old(b"a\r\n\0"), new(b"a\r\n\0"), "a zero: not text");
        assert_eq!(old(b"\xff\xff\xffaaaaa\r\n"), new(b"\xff\xff\xffaaaaa\n"), "three in ten");
        assert_eq!(old(b"\xff\xff\xffaaaa\r\n"), new(b"\xff\xff\xffaaaa\r\n"), "three in nine");
        // Blocks are looked at apart from each other, however the bytes come.
        let mut long = vec![b'x'; BLOCK - 1];
        long.extend_from_slice(b"\r\ny\r\n");
        let mut expected = long[..=BLOCK].to_vec();
        expected.extend_from_slice(b"y\n");
        assert_eq!(old(&long), new(&expected));
        assert_eq!(name(Hash::Md5DosToUnix, &[&long[..7], &long[7..BLOCK], &long[BLOCK..]]), new(&expected));
    }
}

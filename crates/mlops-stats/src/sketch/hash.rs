//! A hash that is the same on every machine and in every release: it is stored.

/// The bits well mixed: each bit of the result depends on each of `bits`; no two collide.
///
/// # Source
/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014; Stafford's variant 13).
pub(super) const fn mix(bits: u64) -> u64 {
    let mut mixed = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// 64 bits of any bytes; eight of them are mixed at a time. Not for secrets, and not
/// against somebody who makes names to collide.
pub(super) fn of_bytes(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = mix(bytes.len() as u64);
    for word in words {
        hash = mix(hash ^ u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = mix(hash ^ u64::from_le_bytes(last));
    }
    hash
}

/// 64 bits of a number; both zeros are one.
pub(super) fn of_number(number: f64) -> u64 {
    mix((number + 0.0).to_bits())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by a second implementation. Stored sketches hold these: a change makes them
    /// count everything twice.
    #[test]
    fn the_hash_is_a_promise() {
        assert_eq!(of_bytes(b""), mix(0));
        assert_eq!(of_bytes(b"LaGuardia"), 9_088_538_301_474_653_954);
        assert_eq!(of_number(-0.0), of_number(0.0));
        assert_eq!(of_number(1.5), 15_481_881_892_811_333_770);
    }

    #[test]
    fn what_follows_a_name_counts_even_if_it_is_zero() {
        let names: [&[u8]; 6] = [b"", b"\0", b"\0\0", b"abcdefgh", b"abcdefgh\0", b"abcdefgh\0\0"];
        let hashes: std::collections::HashSet<u64> = names.iter().map(|name| of_bytes(name)).collect();
        assert_eq!(hashes.len(), names.len());
    }
}

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How many of a hundred units a version on trial answers; 0 to 100, fractions allowed.
///
/// ```
/// use mlops_serve_core::predictor::Share;
/// assert_eq!(Share::percent(10.0)?.to_string(), "10 %");
/// assert!(Share::percent(120.0).is_err());
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Share(f64);

impl Share {
    /// Nobody.
    pub const NONE: Self = Self(0.0);
    /// Everybody.
    pub const ALL: Self = Self(100.0);

    /// So many of a hundred.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] outside 0 to 100, and for NaN.
    pub fn percent(percent: f64) -> Result<Self> {
        if (0.0..=100.0).contains(&percent) {
            Ok(Self(percent))
        } else {
            Err(Error::invalid_setting("share in percent", percent, "0 to 100"))
        }
    }

    /// So many of a hundred.
    pub const fn as_percent(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = Error;
    fn try_from(percent: f64) -> Result<Self> {
        Self::percent(percent)
    }
}

impl From<Share> for f64 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// Where each unit stands in the queue for a trial: a number from 0 to 1 that is the same
/// in every process and in every release. A unit is in if it stands before the share, so
/// whoever is in at 10 % is in at 50 %.
///
/// FNV-1a over the bytes, then the finalizer of `SplitMix64`: FNV alone leaves the upper bits
/// of short texts that differ in the last letter alike, and the upper bits are what counts.
///
/// # Source
/// Fowler, Noll, Vo, *The FNV Non-Cryptographic Hash Algorithm* (draft-eastlake-fnv);
/// Steele, Lea, Flood, *Fast Splittable Pseudorandom Number Generators* (2014).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Salt(u64);

const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

impl Salt {
    /// Of the parts in their order; `["a", "bc"]` is another salt than `["ab", "c"]`.
    pub(crate) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(parts.into_iter().fold(FNV_START, |hash, part| finish(fnv(hash, part.as_bytes()))))
    }

    /// The place of `unit`, in `[0, 1)`.
    pub(crate) fn place(self, unit: &str) -> f64 {
        (finish(fnv(self.0, unit.as_bytes())) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Whether `unit` is among the share.
    pub(crate) fn admits(self, unit: &str, share: Share) -> bool {
        self.place(unit) < share.0 / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another release must not move a unit: these places are a promise.
    #[test]
    fn places_never_change() {
        let salt = Salt::new(["flight-delay", "1.1.0"]);
        let places = ["", "N14228", "N14229", "Ümlaut"].map(|unit| salt.place(unit));
        // From another program for the same formula.
        let promised: [f64; 4] = [
            0.520_852_801_725_943,
            0.059_414_847_506_165_99,
            0.222_767_734_385_162_29,
            0.064_202_806_291_301_48,
        ];
        assert_eq!(places.map(f64::to_bits), promised.map(f64::to_bits));
    }

    /// An independent spelling of the hash.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv(FNV_START, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(FNV_START, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv(FNV_START, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn parts_of_a_salt_do_not_run_together() {
        let place = |parts: [&str; 2]| Salt::new(parts).place("N14228");
        assert!(place(["a", "bc"]).to_bits() != place(["ab", "c"]).to_bits());
    }

    /// Chi-square over 100 cells, 99 degrees of freedom: 148 is its 99.9 % point.
    #[test]
    fn places_are_even() {
        for prefix in ["N", "user-", "00000000-0000-4000-8000-00000000"] {
            let salt = Salt::new(["flight-delay", "1.1.0"]);
            let mut cells = [0_u32; 100];
            for unit in 0..50_000 {
                let place = salt.place(&format!("{prefix}{unit:04}"));
                assert!((0.0..1.0).contains(&place));
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99")]
                let cell = (place * 100.0) as usize;
                cells[cell] += 1;
            }
            let chi2: f64 = cells.iter().map(|count| (f64::from(*count) - 500.0).powi(2) / 500.0).sum();
            assert!(chi2 < 148.0, "{prefix}: {chi2}");
        }
    }
}

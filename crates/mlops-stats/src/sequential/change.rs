use serde::{Deserialize, Serialize};

use super::purse::{Kept, Purse};
use super::{Onset, Range};
use crate::{Error, Result};

/// Evidence that the mean of a bounded stream has left where it was promised to be, from an
/// unknown observation on; to be looked at after each.
///
/// The hypothesis: the mean of each observation, given those before it, lies within
/// `tolerated`. A stake `λ` against its upper end `b` turns 1 into `1 + λ (x − b)`, against its
/// lower end `a` into `1 + λ (a − x)`: on average nothing is gained. The capital is spread over
/// stakes, and with [`Onset::Any`] over the observations from which on they are played. The
/// stakes and how the capital moves are agreed on in advance, so that it is a test
/// supermartingale by construction: it ever reaches 1/α with a chance of at most α.
///
/// # What an alarm says
/// Observations need to be bounded, nothing else. With a chance of at least 1 − α, the first
/// alarm means
/// - that the mean of some observation so far, given those before it, was not within
///   `tolerated`;
/// - with [`Onset::First`] and bets on one side alone, moreover that the mean of those means
///   was not: what was seen so far *was* worse than promised on average
///   (see [`BettingEProcess`](super::BettingEProcess)).
///
/// # Power
/// Stakes are shares of the one that a single observation ruins: 0.8, 0.4, … down to where a
/// change would take some hundred thousand observations. For values of 0 and 1 a share `s` is
/// the best one against the rate `b + s (1 − b)`. Most of the capital is near the share that is
/// best against a rate of twice `b`, but at most 0.4; [`typical_share`](Self::typical_share)
/// moves it. With `b = 0.2`, α = 0.05 and the change from the first observation on, a rate of
/// 0.3 takes about 100 observations in the median, one of 0.4 about 30 ([`Onset::Any`]: 126
/// and 39); after 1,000 observations at 0.2 it takes [`Onset::Any`] 260 and 82.
///
/// Cost: a multiplication and an addition a stake; memory for at most 24 numbers a side.
///
/// # Source
/// Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS B 86
/// (2024), for the bets; a mixture over the time of change as in Shin, Ramdas and Rinaldo,
/// *E-detectors* (2022), with weights that sum to 1, for an alarm that is false once at most
/// and not once in a while.
///
/// ```
/// use mlops_stats::sequential::{ChangeMartingale, Onset};
/// // At most every fifth answer is wrong, that was the promise.
/// let mut wrong = ChangeMartingale::new((0.0, 0.2), (0.0, 1.0), Onset::Any)?;
/// for request in 0..2_000 {
///     wrong.observe(f64::from(u8::from(request % 5 == 0)))?;
/// }
/// assert!(!wrong.rejects(0.05));
/// let found = (0..400).find(|request| {
///     wrong.observe(f64::from(u8::from(request % 2 == 0))).is_ok() && wrong.rejects(0.05)
/// });
/// assert_eq!(found, Some(52));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ChangeMartingale {
    range: Range,
    tolerated: (f64, f64),
    onset: Onset,
    typical: Option<f64>,
    /// Against the upper end, then against the lower one.
    up: Vec<f64>,
    down: Vec<f64>,
    purse: Purse,
}

/// The largest stake, as a share of the ruinous one.
const BOLDEST: f64 = 0.8;
const MOST_STAKES: i32 = 24;
/// Beyond this ratio of the range to what can be lost, gains are no numbers any more.
const STEEPEST: f64 = 1e150;

impl ChangeMartingale {
    /// For observations within `range` whose mean was promised to lie within `tolerated`, both
    /// lower end first. An end that is not inside the range is none, and nothing is bet against
    /// it: `(0.0, 0.2)` of `(0.0, 1.0)` is "at most 0.2", `(0.5, 0.5)` is "0.5 exactly".
    ///
    /// # Errors
    /// [`Error::Parameter`] if the range is none, if the ends of `tolerated` are in the wrong
    /// order, outside the range or both at its ends, or if one is so close to the range's that
    /// a gain would be no number.
    pub fn new(tolerated: (f64, f64), range: (f64, f64), onset: Onset) -> Result<Self> {
        Self::with(tolerated, Range::new(range)?, onset, None)
    }

    /// Moves most of the capital to the stakes near this share of the ruinous one, if it is said
    /// before the first observation; later it is ignored, for that would void the guarantee.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless it lies between 0 and 1, without 0.
    pub fn typical_share(self, share: f64) -> Result<Self> {
        if !(share > 0.0 && share <= 1.0) {
            let (what, value) = ("typical share", share);
            return Err(Error::Parameter { what, value, expected: "above 0 and at most 1" });
        }
        if self.n() > 0 {
            return Ok(self);
        }
        Self::with(self.tolerated, self.range, self.onset, Some(share))
    }

    fn with(tolerated: (f64, f64), range: Range, onset: Onset, typical: Option<f64>) -> Result<Self> {
        let (low, high) = tolerated;
        let refuse = |value| {
            let what = "tolerated mean";
            Err(Error::Parameter {
                what,
                value,
                expected: "inside the range at one end, the lower end first",
            })
        };
        if !(low >= range.low && high <= range.high && low <= high) {
            return refuse(if low >= range.low { high } else { low });
        }
        if !(low > range.low || high < range.high) || low >= range.high || high <= range.low {
            return refuse(low);
        }
        let mut weights = Vec::new();
        let mut side = |loss: f64, gain: f64| {
            let stakes: Vec<(f64, f64)> = stakes(loss / gain, typical).collect();
            weights.extend(stakes.iter().map(|(_, weight)| weight));
            stakes.iter().map(|(share, _)| share / loss).collect::<Vec<f64>>()
        };
        let (mut up, mut down) = (Vec::new(), Vec::new());
        if high < range.high {
            if range.width() / (high - range.low) >= STEEPEST {
                return refuse(high);
            }
            up = side(high - range.low, range.high - high);
        }
        if low > range.low {
            if range.width() / (range.high - low) >= STEEPEST {
                return refuse(low);
            }
            down = side(range.high - low, low - range.low);
        }
        Ok(Self { range, tolerated, onset, typical, up, down, purse: Purse::new(weights, onset) })
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside the range; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        self.range.admits(value, self.purse.n())?;
        let (above, below) = (value - self.tolerated.1, self.tolerated.0 - value);
        let up = self.up.iter().map(|stake| 1.0 + stake * above);
        self.purse.play(up.chain(self.down.iter().map(|stake| 1.0 + stake * below)));
        Ok(())
    }

    /// Natural logarithm of the capital now, the e-value: 0 before the first observation.
    pub fn log_value(&self) -> f64 {
        self.purse.log_value()
    }

    /// The highest value that [`log_value`](Self::log_value) has had.
    pub const fn highest_log_value(&self) -> f64 {
        self.purse.highest()
    }

    /// Whether the capital has been at least 1/α at any time so far.
    pub fn rejects(&self, alpha: f64) -> bool {
        self.highest_log_value() >= -alpha.ln()
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.purse.n()
    }

    /// Between what the mean was promised to lie.
    pub const fn tolerated(&self) -> (f64, f64) {
        self.tolerated
    }

    /// Forgets all observations.
    pub fn restart(&mut self) {
        self.purse.restart();
    }
}

/// Shares of the ruinous stake and their weights, where a loss can be `odds` times a gain.
fn stakes(odds: f64, typical: Option<f64>) -> impl Iterator<Item = (f64, f64)> {
    let meekest = 0.01 * odds.sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "clamped just before")]
    let count = (BOLDEST / meekest).log2().ceil().clamp(0.0, f64::from(MOST_STAKES - 1)) as i32;
    let typical = typical.unwrap_or(odds.min(0.4));
    (0..=count).map(move |halvings| {
        let share = BOLDEST * 0.5_f64.powi(halvings);
        let octaves = (share / typical).log2();
        (share, 1.0 / (1.0 + octaves * octaves))
    })
}

/// A martingale as it is kept: what follows from its settings is made anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    tolerated: (f64, f64),
    range: (f64, f64),
    onset: Onset,
    typical_share: Option<f64>,
    capital: Kept,
}

impl From<ChangeMartingale> for Stored {
    fn from(made: ChangeMartingale) -> Self {
        Self {
            tolerated: made.tolerated,
            range: (made.range.low, made.range.high),
            onset: made.onset,
            typical_share: made.typical,
            capital: made.purse.kept(),
        }
    }
}

impl TryFrom<Stored> for ChangeMartingale {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let mut made = Self::new(stored.tolerated, stored.range, stored.onset)?;
        if let Some(share) = stored.typical_share {
            made = made.typical_share(share)?;
        }
        Ok(Self { purse: made.purse.resume(stored.capital)?, ..made })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Random;

    /// Written out: every onset with its share of the capital, every stake with its product.
    fn by_hand(made: &ChangeMartingale, values: &[f64]) -> f64 {
        let bets: Vec<(f64, f64)> = {
            let up = stakes_of(made.tolerated.1 - made.range.low, made.range.high - made.tolerated.1);
            let down = stakes_of(made.range.high - made.tolerated.0, made.tolerated.0 - made.range.low);
            let up = up.into_iter().filter(|_| !made.up.is_empty());
            let down = down.into_iter().filter(|_| !made.down.is_empty()).map(|(stake, w)| (-stake, w));
            up.chain(down).collect()
        };
        let sum: f64 = bets.iter().map(|(_, weight)| weight).sum();
        let from = |start: usize| -> f64 {
            let of = |(stake, weight): &(f64, f64)| {
                let limit = if *stake > 0.0 { made.tolerated.1 } else { made.tolerated.0 };
                let product: f64 = values[start..].iter().map(|x| 1.0 + stake * (x - limit)).product();
                weight / sum * product
            };
            bets.iter().map(of).sum()
        };
        if made.onset == Onset::First {
            return from(0);
        }
        let mut reserve = 0.7;
        let mut whole = 0.3 * from(0);
        for start in 0..values.len() {
            let put = reserve * 0.5 / (start as f64 + 100.0);
            whole += put * from(start);
            reserve -= put;
        }
        whole + reserve
    }

    fn stakes_of(loss: f64, gain: f64) -> Vec<(f64, f64)> {
        let mut made = Vec::new();
        let mut share: f64 = 0.8;
        loop {
            let octaves = (share / (loss / gain).min(0.4)).log2();
            made.push((share / loss, 1.0 / (1.0 + octaves * octaves)));
            if share <= 0.01 * (loss / gain).sqrt() {
                return made;
            }
            share /= 2.0;
        }
    }

    fn streams() -> impl Strategy<Value = (ChangeMartingale, Vec<f64>)> {
        let ends = (-5.0..5.0_f64, 0.1..10.0_f64, 0.05..0.95_f64, 0.0..0.5_f64);
        let onset = prop_oneof![Just(Onset::First), Just(Onset::Any)];
        let values = prop::collection::vec(0.0..=1.0_f64, 0..60);
        (ends, 0..3, onset, values).prop_map(|((low, width, at, apart), sides, onset, values)| {
            let place = |share: f64| (low + width * share).clamp(low, low + width);
            let tolerated = match sides {
                0 => (low, place(at)),
                1 => (place(at), low + width),
                _ => (place(at * (1.0 - apart)), place(at)),
            };
            let made = ChangeMartingale::new(tolerated, (low, low + width), onset).unwrap();
            (made, values.into_iter().map(place).collect())
        })
    }

    proptest! {
        #[test]
        fn it_is_the_mixture_that_is_written_above((mut made, values) in streams()) {
            let mut highest: f64 = 1.0;
            for seen in 1..=values.len() {
                made.observe(values[seen - 1]).unwrap();
                let expected = by_hand(&made, &values[..seen]);
                highest = highest.max(expected);
                prop_assert!((made.log_value() - expected.ln()).abs() < 1e-9, "{}", expected);
                prop_assert!((made.highest_log_value() - highest.ln()).abs() < 1e-9);
            }
        }

        #[test]
        fn state_survives_a_restart((fresh, values) in streams(), cut in 0..60_usize) {
            let mut steady = fresh.clone();
            for value in &values {
                steady.observe(*value).unwrap();
            }
            let (first, second) = values.split_at(cut.min(values.len()));
            let mut made = fresh.clone();
            for value in first {
                made.observe(*value).unwrap();
            }
            let mut made: ChangeMartingale = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
            for value in second {
                made.observe(*value).unwrap();
            }
            prop_assert_eq!(&made, &steady);
            made.restart();
            prop_assert_eq!(made, fresh);
        }
    }

    #[test]
    fn settings_and_observations_are_checked() {
        let new = |tolerated, range| ChangeMartingale::new(tolerated, range, Onset::Any);
        for tolerated in [
            (0.0, 1.0),
            (0.3, 0.2),
            (-0.1, 0.5),
            (0.5, 1.1),
            (1.0, 1.0),
            (0.0, 0.0),
            (f64::NAN, 0.5),
            (0.2, f64::NAN),
        ] {
            assert!(matches!(new(tolerated, (0.0, 1.0)), Err(Error::Parameter { .. })), "{tolerated:?}");
        }
        assert!(new((0.0, f64::from_bits(1)), (0.0, 1.0)).is_err(), "a gain would be infinite");
        assert!(new((0.0, 0.5), (1.0, 0.0)).is_err());
        for share in [0.0, -1.0, 1.1, f64::NAN] {
            assert!(new((0.0, 0.5), (0.0, 1.0)).unwrap().typical_share(share).is_err(), "{share}");
        }
        let mut made = new((0.0, 0.5), (0.0, 1.0)).unwrap();
        made.observe(1.0).unwrap();
        let before = made.clone();
        for value in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            assert!(matches!(made.observe(value), Err(Error::Value { index: 1, .. })), "{value}");
        }
        assert_eq!(made.clone().typical_share(0.1).unwrap(), before, "too late for other stakes");
        assert_eq!(made, before, "what is refused changes nothing");
    }

    #[test]
    fn a_capital_beyond_numbers_comes_back() {
        for onset in [Onset::First, Onset::Any] {
            let mut made = ChangeMartingale::new((0.0, 0.5), (0.0, 1.0), onset).unwrap();
            (0..3_000).for_each(|_| made.observe(1.0).unwrap());
            assert!(made.log_value() > 1_000.0 && made.rejects(1e-300), "{}", made.log_value());
            let highest = made.highest_log_value();
            (0..200_000).for_each(|_| made.observe(0.0).unwrap());
            assert!(made.log_value() < 0.0 && made.log_value().is_finite(), "{}", made.log_value());
            assert_eq!(made.highest_log_value(), highest);
            let again: ChangeMartingale =
                serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
            assert_eq!(again, made);
        }
    }

    #[test]
    fn a_state_that_no_observation_leads_to_is_refused() {
        let mut made = ChangeMartingale::new((0.0, 0.2), (0.0, 1.0), Onset::Any).unwrap();
        made.observe(1.0).unwrap();
        let kept = serde_json::to_value(&made).unwrap();
        let read = |field: &str, value: serde_json::Value| {
            let mut changed = kept.clone();
            changed["capital"][field] = value;
            serde_json::from_value::<ChangeMartingale>(changed)
        };
        assert!(read("n", 1.into()).is_ok());
        assert!(read("n", 0.into()).is_err());
        assert!(read("reserve", (-0.5).into()).is_err());
        assert!(read("reserve", 1e60.into()).is_err());
        assert!(read("capital", vec![0.1; 3].into()).is_err());
        assert!(read("capital", vec![1e300; 9].into()).is_err());
        assert!(read("log_unit", 1e9.into()).is_err());
        assert!(read("highest", (-1.0).into()).is_err());
        assert!(read("highest", 0.0.into()).is_err(), "it is higher now");
    }

    /// Half a thousand courses at the limit: ever 20 in at most 5 of 100.
    #[test]
    fn it_is_seldom_wrong_and_soon_right() {
        for onset in [Onset::First, Onset::Any] {
            let (mut wrong, mut found) = (0, 0);
            for run in 0..400 {
                let mut random = Random::replicate(11, run);
                let mut made = ChangeMartingale::new((0.0, 0.2), (0.0, 1.0), onset).unwrap();
                let mut observe = |made: &mut ChangeMartingale, p: f64| {
                    made.observe(f64::from(u8::from(random.unit() < p))).unwrap();
                };
                (0..2_000).for_each(|_| observe(&mut made, 0.2));
                wrong += u32::from(made.rejects(0.05));
                made.restart();
                (0..150).for_each(|_| observe(&mut made, 0.3));
                found += u32::from(made.rejects(0.05));
            }
            // 20 expected at most, and 43 with a chance of 1e-6.
            assert!(wrong <= 43, "{onset:?}: {wrong} of 400");
            assert!(found >= 200, "{onset:?}: {found} of 400");
        }
    }
}

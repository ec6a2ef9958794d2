use hashbrown::HashMap;
use mlops_stats::multiple_testing::{Correction, adjust};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::code::Coded;
use super::count::{Centred, Clusters, Counted, Moments, count};
use super::describe::{described, is_redundant};
use super::sets::sets;
use super::test::{Compared, Test};
use super::{LossKind, Losses, SliceColumn, SliceReport};
use crate::{Error, Result};

/// So many columns and conditions at once can be searched.
const MOST_COLUMNS: usize = 256;
const MOST_CONDITIONS: usize = 4;
/// Sets of columns that are counted before their slices are added to the others.
const SETS_AT_ONCE: usize = 64;
/// No condition is skipped if that would add more tests than this to the correction.
const MOST_SKIPPED: u64 = 1 << 20;

/// When a slice counts as worse.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else to compare with")]
pub enum WorseThan {
    /// Its mean loss is above that of all other rows by more than `by`.
    Rest {
        /// At least 0.
        by: f64,
    },
    /// Its mean loss is above this number.
    Limit(f64),
}

/// A search for slices that are worse than the rest.
///
/// `O(rows)` for each set of up to [`depth`](Self::depth) columns, in parallel over the sets;
/// memory for the slices and some numbers a row and thread. The result does not depend on the
/// number of threads. Rows are not sampled.
///
/// # Source
/// Chung, Kraska, Polyzotis, Tae and Whang, *Slice Finder* (ICDE 2019): slices as conjunctions,
/// effect sizes, tests under control of their number. Sagadeeva and Boehm, *`SliceLine`* (SIGMOD
/// 2021): all of them level by level, without those of too few rows, or whose best possible
/// loss is too small. Unlike there, the family that is corrected for is every slice with enough
/// rows, which the losses have no part in choosing.
#[derive(Clone, Debug)]
#[must_use]
pub struct SliceSearch<'a> {
    depth: usize,
    min_rows: u64,
    min_clusters: u64,
    bins: usize,
    max_slices: usize,
    correction: Correction,
    alpha: f64,
    top: usize,
    than: WorseThan,
    clusters: Option<&'a [u32]>,
}

impl Default for SliceSearch<'_> {
    fn default() -> Self {
        Self {
            depth: 2,
            min_rows: 100,
            min_clusters: 10,
            bins: 4,
            max_slices: 100_000,
            correction: Correction::Holm,
            alpha: 0.05,
            top: 20,
            than: WorseThan::Rest { by: 0.0 },
            clusters: None,
        }
    }
}

impl<'a> SliceSearch<'a> {
    /// How many conditions a slice has at most, 1 to 4; 2 if not set.
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Slices with fewer rows are not looked at; 100 if not set, at least 2.
    pub fn min_rows(mut self, rows: u64) -> Self {
        self.min_rows = rows;
        self
    }

    /// Into how many intervals numbers are cut, 2 to 1000; 4 if not set.
    pub fn bins(mut self, bins: usize) -> Self {
        self.bins = bins;
        self
    }

    /// The search stops after so many slices, and says so; 100,000 if not set.
    pub fn max_slices(mut self, slices: usize) -> Self {
        self.max_slices = slices;
        self
    }

    /// How p-values are corrected for their number. Holm's if not set: the chance that any
    /// slice is named which is not worse is at most alpha, however the slices overlap. With
    /// [`Correction::BenjaminiYekutieli`] the expected share of such slices among those named.
    pub fn correction(mut self, correction: Correction) -> Self {
        self.correction = correction;
        self
    }

    /// The adjusted p-value at which a slice counts as worse; 0.05 if not set. Intervals have the
    /// level of one less twice this, so that a slice whose p-value is at it just touches.
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// How many slices the report lists; 20 if not set.
    pub fn top(mut self, slices: usize) -> Self {
        self.top = slices;
        self
    }

    /// When a slice counts as worse: than the rest by more than 0 if not set.
    pub fn worse_than(mut self, than: WorseThan) -> Self {
        self.than = than;
        self
    }

    /// Rows of the same number belong together, such as those of one day or customer: the means
    /// of clusters are tested, those within a slice against those outside. Numbers should be
    /// small, since there is a table of them.
    ///
    /// The test then is about the difference of the mean clusters, where a cluster of one row
    /// counts as much as one of many. Within and outside share clusters and with them good and bad
    /// days, which makes it err on the side of saying nothing.
    pub fn clusters(mut self, of_row: &'a [u32]) -> Self {
        self.clusters = Some(of_row);
        self
    }

    /// Slices of fewer clusters count as tests, and are never worse; 10 if not set.
    pub fn min_clusters(mut self, clusters: u64) -> Self {
        self.min_clusters = clusters;
        self
    }

    /// Searches.
    ///
    /// No slice of enough rows gives a report that tested nothing: read
    /// [`tested`](SliceReport::tested) before taking it for good news.
    ///
    /// # Errors
    /// [`Error::Input`] if lengths differ, there is no column or more than 256, a column is given
    /// twice, there are 2³² rows or more, or losses too large to be squared; [`Error::Invalid`]
    /// for a setting outside of its range.
    pub fn find(&self, columns: &[SliceColumn], losses: &Losses) -> Result<SliceReport> {
        self.check(columns, losses)?;
        let coded: Vec<Coded> =
            columns.par_iter().map(|column| Coded::new(column, self.bins, self.min_rows)).collect();
        let losses_of_rows = self.centred(losses)?;
        let all = Moments::of(&losses_of_rows.of_row);
        if !all.squares.is_finite() {
            return Err(Error::input("losses", "they are too large, their squares are not finite"));
        }
        let test = Test {
            kind: losses.kind(),
            than: self.than,
            all,
            losses: &losses_of_rows,
            level: 1.0 - 2.0 * self.alpha,
        };
        let mut counted = self.level(&coded, &all_live(&coded), 1, &losses_of_rows, &mut false, Vec::new());
        let (live, skipped_at_most) = self.live(&coded, &counted, losses, &all);
        let mut cut_short = counted.len() > self.max_slices;
        for size in 2..=self.depth.min(columns.len()) {
            counted = self.level(&coded, &live, size, &losses_of_rows, &mut cut_short, counted);
        }
        counted.truncate(self.max_slices);
        let mut p_values: Vec<f64> = counted
            .par_iter()
            .map(|slice| if self.has_clusters(slice) { test.p_value(slice) } else { 1.0 })
            .collect();
        p_values.resize(p_values.len() + usize::try_from(skipped_at_most).unwrap_or(usize::MAX), 1.0);
        let adjusted = adjust(&p_values, self.alpha, self.correction)
            .map_err(|error| Error::input("losses", error.to_string()))?;
        let means: HashMap<&[(u32, u32)], f64> =
            counted.iter().map(|slice| (slice.key.as_slice(), slice.rows.mean())).collect();
        let worse: Vec<usize> = (0..counted.len()).filter(|at| adjusted.rejected[*at]).collect();
        let needed = |at: &&usize| !is_redundant(&counted[**at], &means);
        let kept: Vec<usize> = worse.iter().filter(needed).copied().collect();
        let compared = kept.iter().filter_map(|at| Some((*at, test.of(&counted[*at])?)));
        let mut compared: Vec<(usize, Compared)> = compared.collect();
        compared.sort_by(|(left_at, left), (right_at, right)| {
            let surest = right.interval.lower.total_cmp(&left.interval.lower);
            surest.then(left.p_value.total_cmp(&right.p_value)).then(left_at.cmp(right_at))
        });
        let slices = compared
            .iter()
            .take(self.top)
            .map(|(at, compared)| described(&counted[*at], compared, adjusted.p_values[*at], &coded, &test));
        Ok(SliceReport {
            loss: losses.kind(),
            rows: losses.values().len() as u64,
            mean: all.mean() + losses_of_rows.centre,
            found: worse.len() as u64,
            redundant: (worse.len() - kept.len()) as u64,
            slices: slices.collect(),
            tested: counted.len() as u64,
            too_few_clusters: counted.iter().filter(|slice| !self.has_clusters(slice)).count() as u64,
            skipped_at_most,
            cut_short,
            correction: self.correction,
            alpha: self.alpha,
        })
    }

    fn check(&self, columns: &[SliceColumn], losses: &Losses) -> Result<()> {
        let setting = |name: &str, value: &dyn std::fmt::Display, expected: &str, holds: bool| {
            if holds { Ok(()) } else { Err(Error::invalid("slice search", name, value, expected)) }
        };
        setting("depth", &self.depth, "1 to 4", (1..=MOST_CONDITIONS).contains(&self.depth))?;
        setting("min_rows", &self.min_rows, "at least 2", self.min_rows >= 2)?;
        setting("min_clusters", &self.min_clusters, "at least 2", self.min_clusters >= 2)?;
        setting("bins", &self.bins, "2 to 1000", (2..=1000).contains(&self.bins))?;
        setting("max_slices", &self.max_slices, "at least 1", self.max_slices > 0)?;
        setting("alpha", &self.alpha, "above 0 and below 0.5", self.alpha > 0.0 && self.alpha < 0.5)?;
        match self.than {
            WorseThan::Rest { by } => {
                let proper = by >= 0.0 && by.is_finite() && (losses.kind() != LossKind::Error || by < 1.0);
                setting("by", &by, "a difference, at least 0, and below 1 for errors", proper)?;
            }
            WorseThan::Limit(limit) => {
                let proper =
                    limit.is_finite() && (losses.kind() != LossKind::Error || (0.0..=1.0).contains(&limit));
                setting("limit", &limit, "a finite number, and a share for errors", proper)?;
            }
        }
        let rows = losses.values().len();
        if columns.is_empty() || columns.len() > MOST_COLUMNS {
            let reason = format!("there are {}, expected 1 to {MOST_COLUMNS}", columns.len());
            return Err(Error::input("slice columns", reason));
        }
        for (index, column) in columns.iter().enumerate() {
            if columns[..index].iter().any(|other| other.name == column.name) {
                return Err(Error::input("slice columns", format!("{:?} is given twice", column.name)));
            }
            same_length(&format!("slice column {:?}", column.name), column.rows(), rows)?;
        }
        if let Some(clusters) = self.clusters {
            same_length("clusters", clusters.len(), rows)?;
            if let Some(row) = clusters.iter().position(|cluster| *cluster as usize >= 2 * rows + 1000) {
                let reason = format!("row {row} is of cluster {}, expected small numbers", clusters[row]);
                return Err(Error::input("clusters", reason));
            }
        }
        if rows >= u32::MAX as usize {
            return Err(Error::input("losses", format!("there are {rows}, expected fewer than 2³²")));
        }
        Ok(())
    }

    /// Losses around their mean, so that squares don't lose their digits; errors are left as
    /// they are, their sums are counts.
    fn centred(&self, losses: &Losses) -> Result<Centred> {
        let values = losses.values();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        if !mean.is_finite() {
            return Err(Error::input("losses", "they are too large, their sum is not finite"));
        }
        let constant =
            values.first().filter(|first| values.iter().all(|value| value.to_bits() == first.to_bits()));
        let centre = match losses.kind() {
            LossKind::Error => 0.0,
            _ => constant.copied().unwrap_or(mean),
        };
        let of_row: Vec<f64> = values.iter().map(|value| value - centre).collect();
        let clusters = self.clusters.map(|clusters| Clusters::new(clusters, &of_row));
        Ok(Centred { centre, of_row, clusters })
    }

    /// Adds the slices of `size` conditions. Stops, and says so, once there are too many.
    fn level(
        &self,
        coded: &[Coded],
        live: &[Vec<bool>],
        size: usize,
        losses: &Centred,
        cut_short: &mut bool,
        mut counted: Vec<Counted>,
    ) -> Vec<Counted> {
        let sets = sets(coded.len(), size);
        let mut sets = sets.peekable();
        while !*cut_short && sets.peek().is_some() {
            let chunk: Vec<Vec<usize>> = sets.by_ref().take(SETS_AT_ONCE).collect();
            let of_sets: Vec<Vec<Counted>> =
                chunk.par_iter().map(|by| count(coded, live, by, losses, self.min_rows)).collect();
            counted.extend(of_sets.into_iter().flatten());
            *cut_short = size > 1 && counted.len() > self.max_slices;
        }
        counted
    }

    /// Which conditions may be part of a worse slice: of the rows of a slice, no `min_rows` can
    /// have a mean loss above their sum by `min_rows`, nor above the largest loss. And how many
    /// slices are not looked at in consequence, at most.
    fn live(
        &self,
        coded: &[Coded],
        single: &[Counted],
        losses: &Losses,
        all: &Moments,
    ) -> (Vec<Vec<bool>>, u64) {
        let mut live = all_live(coded);
        let lowest = losses.values().iter().copied().fold(f64::INFINITY, f64::min);
        if self.depth < 2 || self.clusters.is_some() || lowest < 0.0 {
            return (live, 0);
        }
        let values = losses.values();
        let mut sums: Vec<Vec<(f64, f64)>> =
            coded.iter().map(|column| vec![(0.0, 0.0); column.conditions.len()]).collect();
        for (sums, column) in sums.iter_mut().zip(coded) {
            for (code, loss) in column.of_row.iter().zip(values) {
                if let Some((sum, largest)) = sums.get_mut(*code as usize) {
                    *sum += loss;
                    *largest = f64::max(*largest, *loss);
                }
            }
        }
        let (total, least) = (values.iter().sum::<f64>(), self.min_rows as f64);
        let mut skipped = 0_u64;
        for slice in single {
            let [(column, code)] = slice.key[..] else { continue };
            let (sum, largest) = sums[column as usize][code as usize];
            let best = largest.min(sum / least);
            // A little more, for what rounding took from the sums.
            let best = best * (1.0 + 1e-9);
            let hopeless = match self.than {
                WorseThan::Limit(limit) => best <= limit,
                WorseThan::Rest { by } => best - ((total - sum) / all.count).max(0.0) <= by,
            };
            if hopeless {
                live[column as usize][code as usize] = false;
                skipped = skipped.saturating_add(self.most_below(coded, column as usize, slice.rows.count));
            }
        }
        if skipped > MOST_SKIPPED { (all_live(coded), 0) } else { (live, skipped) }
    }

    /// How many slices with a condition on this column and others can there be, if it has so
    /// many rows: those of the same columns share no row.
    fn most_below(&self, coded: &[Coded], column: usize, rows: f64) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
        let by_rows = rows as u64 / self.min_rows;
        let mut most = 0_u64;
        for size in 1..self.depth.min(coded.len()) {
            for others in sets(coded.len(), size).filter(|others| !others.contains(&column)) {
                let combined = others.iter().map(|other| coded[*other].conditions.len() as u64);
                most = most.saturating_add(combined.fold(1, u64::saturating_mul).min(by_rows));
                if most > MOST_SKIPPED {
                    return most;
                }
            }
        }
        most
    }

    fn has_clusters(&self, slice: &Counted) -> bool {
        let least = self.min_clusters as f64;
        slice.clusters.as_ref().is_none_or(|(within, outside)| {
            let outside_is_asked = matches!(self.than, WorseThan::Rest { .. });
            within.count >= least && (!outside_is_asked || outside.count >= least)
        })
    }
}

fn all_live(coded: &[Coded]) -> Vec<Vec<bool>> {
    coded.iter().map(|column| vec![true; column.conditions.len()]).collect()
}

fn same_length(what: &str, found: usize, rows: usize) -> Result<()> {
    if found == rows {
        return Ok(());
    }
    Err(Error::input(what, format!("{found} values, expected one for each of {rows} losses")))
}

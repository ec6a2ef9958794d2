use super::code::{Coded, NONE};

/// Losses less a centre, in the order in which rows are gone through.
#[derive(Debug)]
pub(super) struct Centred {
    pub(super) centre: f64,
    pub(super) of_row: Vec<f64>,
    pub(super) clusters: Option<Clusters>,
}

/// Which rows belong together; of all rows, and of each cluster.
#[derive(Debug)]
pub(super) struct Clusters {
    /// Rows, those of a cluster one after the other.
    order: Vec<u32>,
    of_row: Vec<u32>,
    totals: Vec<(f64, f64)>,
    /// Of the means of clusters.
    all: Moments,
}

/// Count, sum and sum of squares.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    pub(super) count: f64,
    pub(super) sum: f64,
    pub(super) squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn remove(&mut self, value: f64) {
        self.count -= 1.0;
        self.sum -= value;
        self.squares -= value * value;
    }

    pub(super) fn of(values: &[f64]) -> Self {
        let mut moments = Self::default();
        for value in values {
            moments.add(*value);
        }
        moments
    }

    pub(super) fn less(self, part: Self) -> Self {
        Self {
            count: self.count - part.count,
            sum: self.sum - part.sum,
            squares: self.squares - part.squares,
        }
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// Divided by n − 1; rounding may not make it negative.
    pub(super) fn variance(&self) -> f64 {
        ((self.squares - self.sum * self.sum / self.count) / (self.count - 1.0)).max(0.0)
    }
}

/// What was counted of one slice.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    /// Column and code of each condition, ascending.
    pub(super) key: Vec<(u32, u32)>,
    pub(super) rows: Moments,
    /// Means of clusters within the slice, and outside of it.
    pub(super) clusters: Option<(Moments, Moments)>,
}

impl Clusters {
    pub(super) fn new(of_row: &[u32], losses: &[f64]) -> Self {
        let mut order: Vec<u32> = (0..u32::try_from(of_row.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_key(|row| of_row[*row as usize]);
        let clusters = of_row.iter().max().map_or(0, |last| *last as usize + 1);
        let mut totals = vec![(0.0, 0.0); clusters];
        for (cluster, loss) in of_row.iter().zip(losses) {
            let total = &mut totals[*cluster as usize];
            *total = (total.0 + 1.0, total.1 + loss);
        }
        let mut all = Moments::default();
        for (count, sum) in &totals {
            if *count > 0.0 {
                all.add(sum / count);
            }
        }
        Self { order, of_row: of_row.to_vec(), totals, all }
    }
}

/// The rows that fulfil one condition on each of some columns: a number for each combination
/// that has enough rows, given to its rows.
struct Cells {
    /// The codes of each number.
    keys: Vec<Vec<u32>>,
    of_row: Vec<u32>,
}

impl Cells {
    fn of(column: &Coded, live: &[bool]) -> Self {
        let mut renamed = vec![NONE; live.len()];
        let mut keys = Vec::new();
        for (code, _) in live.iter().enumerate().filter(|(_, live)| **live) {
            renamed[code] = small(keys.len());
            keys.push(vec![small(code)]);
        }
        let of_row =
            column.of_row.iter().map(|code| renamed.get(*code as usize).copied().unwrap_or(NONE)).collect();
        Self { keys, of_row }
    }

    /// The combinations of these with the conditions of one more column.
    fn and(self, column: &Coded, live: &[bool], min_rows: u64) -> Self {
        let codes = live.len();
        let combined = self.keys.len() * codes;
        let place = |cell: u32, code: u32| -> Option<usize> {
            let is_live = cell != NONE && live.get(code as usize).copied().unwrap_or(false);
            is_live.then(|| cell as usize * codes + code as usize)
        };
        let both = || self.of_row.iter().zip(&column.of_row);
        // A table that is larger than the rows is mostly empty.
        let dense = combined <= (4 * self.of_row.len()).max(1 << 16);
        let mut found: Vec<(usize, u64)> = if dense {
            let mut rows = vec![0_u32; combined];
            for (cell, code) in both() {
                if let Some(place) = place(*cell, *code) {
                    rows[place] += 1;
                }
            }
            rows.into_iter().map(u64::from).enumerate().collect()
        } else {
            let mut rows: hashbrown::HashMap<usize, u64> = hashbrown::HashMap::new();
            for place in both().filter_map(|(cell, code)| place(*cell, *code)) {
                *rows.entry(place).or_default() += 1;
            }
            rows.into_iter().collect()
        };
        found.retain(|(_, rows)| *rows >= min_rows);
        found.sort_unstable();
        let keys = found
            .iter()
            .map(|(place, _)| {
                let mut key = self.keys[place / codes].clone();
                key.push(small(place % codes));
                key
            })
            .collect();
        let of_row = if dense {
            let mut renamed = vec![NONE; combined];
            for (number, (place, _)) in found.iter().enumerate() {
                renamed[*place] = small(number);
            }
            both().map(|(cell, code)| place(*cell, *code).map_or(NONE, |place| renamed[place])).collect()
        } else {
            let renamed: hashbrown::HashMap<usize, u32> =
                found.iter().enumerate().map(|(number, (place, _))| (*place, small(number))).collect();
            let number = |place: usize| renamed.get(&place).copied().unwrap_or(NONE);
            both().map(|(cell, code)| place(*cell, *code).map_or(NONE, number)).collect()
        };
        Self { keys, of_row }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).expect("there are fewer slices than rows, and fewer rows than 2³²")
}

/// The slices by these columns that have enough rows, in the order of their codes. `live` says
/// which conditions of each column are looked at. O(rows) a column.
pub(super) fn count(
    columns: &[Coded],
    live: &[Vec<bool>],
    by: &[usize],
    losses: &Centred,
    min_rows: u64,
) -> Vec<Counted> {
    let Some((first, others)) = by.split_first() else { return Vec::new() };
    let mut cells = Cells::of(&columns[*first], &live[*first]);
    for other in others {
        if cells.keys.is_empty() {
            return Vec::new();
        }
        cells = cells.and(&columns[*other], &live[*other], min_rows);
    }
    let mut rows = vec![Moments::default(); cells.keys.len()];
    for (cell, loss) in cells.of_row.iter().zip(&losses.of_row) {
        if let Some(moments) = rows.get_mut(*cell as usize) {
            moments.add(*loss);
        }
    }
    let clusters = losses.clusters.as_ref().map(|clusters| by_cluster(&cells, losses, clusters));
    let keyed = cells.keys.into_iter().zip(rows).enumerate();
    keyed
        .map(|(number, (codes, rows))| Counted {
            key: by.iter().zip(codes).map(|(column, code)| (small(*column), code)).collect(),
            rows,
            clusters: clusters.as_ref().map(|clusters| clusters[number]),
        })
        .collect()
}

/// The means of clusters within and outside of each slice, in one pass over the rows cluster by
/// cluster: a cluster that has no row in a slice counts for the outside as it is.
fn by_cluster(cells: &Cells, losses: &Centred, clusters: &Clusters) -> Vec<(Moments, Moments)> {
    #[derive(Clone)]
    struct Open {
        cluster: u32,
        count: f64,
        sum: f64,
    }
    let mut made = vec![(Moments::default(), clusters.all); cells.keys.len()];
    let mut open = vec![Open { cluster: NONE, count: 0.0, sum: 0.0 }; cells.keys.len()];
    let close = |open: &Open, (within, outside): &mut (Moments, Moments)| {
        if open.cluster == NONE {
            return;
        }
        let (count, sum) = clusters.totals[open.cluster as usize];
        within.add(open.sum / open.count);
        outside.remove(sum / count);
        if count > open.count {
            outside.add((sum - open.sum) / (count - open.count));
        }
    };
    for row in &clusters.order {
        let cell = cells.of_row[*row as usize];
        if cell == NONE {
            continue;
        }
        let (cluster, loss) = (clusters.of_row[*row as usize], losses.of_row[*row as usize]);
        let state = &mut open[cell as usize];
        if state.cluster != cluster {
            close(state, &mut made[cell as usize]);
            *state = Open { cluster, count: 0.0, sum: 0.0 };
        }
        state.count += 1.0;
        state.sum += loss;
    }
    for (state, made) in open.iter().zip(&mut made) {
        close(state, made);
    }
    made
}

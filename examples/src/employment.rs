//! Who is employed in Massachusetts: the survey's columns, and a small model of them.

use mlops::arrow::RecordBatch;
use mlops::arrow::array::Array as _;
use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::Int8Type;

use crate::Result;

/// What the model looks at: age, schooling, marriage, household, disability, citizenship,
/// moving, service. Neither sex nor race.
pub const CODES: [&str; 8] = ["AGEP", "SCHL", "MAR", "RELP", "DIS", "CIT", "MIG", "MIL"];

/// What the codes of `MAR` mean.
pub const MARRIED: [&str; 6] = ["", "married", "widowed", "divorced", "separated", "never married"];

/// Codes are below this; ages are told in steps of five years.
const MOST: usize = 32;

/// Naive Bayes over codes: how much each speaks for employment, added up.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Log-odds before anything is known.
    before: f64,
    /// Log-odds that a code of a column adds.
    added: Vec<[f64; MOST]>,
}

impl Tally {
    /// Counts a year of people.
    ///
    /// # Errors
    /// If a column is missing or is not what it should be.
    pub fn learn(people: &RecordBatch) -> Result<Self> {
        let (inputs, labels) = (inputs(people)?, labels(people)?);
        // One imagined person of each kind: no code that nobody had decides alone.
        let mut counts = vec![[[1.0_f64; MOST]; 2]; CODES.len()];
        for (row, employed) in inputs.chunks_exact(CODES.len()).zip(&labels) {
            for (column, code) in row.iter().enumerate() {
                counts[column][usize::from(*employed)][place(column, *code)] += 1.0;
            }
        }
        let employed = labels.iter().filter(|employed| **employed).count() as f64;
        let other = labels.len() as f64 - employed;
        let added = counts.iter().map(|[without, with]| {
            let mut added = [0.0; MOST];
            for (code, log_odds) in added.iter_mut().enumerate() {
                *log_odds = (with[code] / employed).ln() - (without[code] / other).ln();
            }
            added
        });
        Ok(Self { before: (employed / other).ln(), added: added.collect() })
    }

    /// How likely somebody with these [`CODES`] is employed.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let columns = row.iter().zip(&self.added).enumerate();
        let added: f64 = columns.map(|(column, (code, added))| added[place(column, *code)]).sum();
        1.0 / (1.0 + (-self.before - added).exp())
    }

    /// The model as a file would hold it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = std::iter::once(&self.before).chain(self.added.iter().flatten());
        numbers.flat_map(|number| number.to_le_bytes()).collect()
    }
}

fn place(column: usize, code: f64) -> usize {
    let code = if column == 0 { code / 5.0 } else { code };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..MOST")]
    let place = code.clamp(0.0, (MOST - 1) as f64) as usize;
    place
}

/// The [`CODES`] of each person, row after row.
///
/// # Errors
/// If a column is missing, has holes, or is no code.
pub fn inputs(people: &RecordBatch) -> Result<Vec<f64>> {
    let columns = CODES.iter().map(|name| codes(people, name)).collect::<Result<Vec<_>>>()?;
    Ok((0..people.num_rows())
        .flat_map(|row| columns.iter().map(move |column| f64::from(column[row])))
        .collect())
}

/// Whether each person is employed.
///
/// # Errors
/// As [`inputs`].
pub fn labels(people: &RecordBatch) -> Result<Vec<bool>> {
    Ok(codes(people, "employed")?.iter().map(|code| *code == 1).collect())
}

/// The words for the codes of a column, none where there is no word.
///
/// # Errors
/// As [`inputs`].
pub fn names<'w>(people: &RecordBatch, column: &str, words: &[&'w str]) -> Result<Vec<Option<&'w str>>> {
    let word = |code: &i8| usize::try_from(*code).ok().and_then(|code| words.get(code)).copied();
    Ok(codes(people, column)?.iter().map(|code| word(code).filter(|word| !word.is_empty())).collect())
}

fn codes<'p>(people: &'p RecordBatch, name: &str) -> Result<&'p [i8]> {
    let column = people.column_by_name(name).ok_or_else(|| format!("people need a column {name}"))?;
    let codes = column.as_primitive_opt::<Int8Type>().filter(|column| column.null_count() == 0);
    Ok(codes
        .ok_or_else(|| format!("the column {name} of people has to be whole, of small numbers"))?
        .values())
}

use std::sync::Arc;

use mlops::arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray, TimestampMicrosecondArray};
use mlops::arrow::{RecordBatch, Schema};

/// Twenty expectations about [`ten_columns`], which `peers/expectations.py` asks of others too.
pub const TWENTY_EXPECTATIONS: &str = include_str!("expectations.json");

const COUNTRIES: [&str; 6] = ["DE", "FR", "US", "GB", "IT", "ES"];

/// Rows of five columns of numbers, three of text, one of moments and one of truth values,
/// whose numbers in the table begin with `first`. One value in fifty is missing. The same
/// row is always the same.
///
/// # Panics
/// Never: the columns are of one length.
pub fn ten_columns(first: u64, rows: usize) -> RecordBatch {
    let numbers = |column: u64, of: fn(f64) -> f64| -> ArrayRef {
        Arc::new(cells(first, rows, column).map(|bits| Some(of(unit(bits?)))).collect::<Float64Array>())
    };
    let code = |bits: u64| {
        let at = bits % 67_600;
        let letter = |at: u64| char::from(b'a' + u8::try_from(at % 26).unwrap_or(0));
        format!("{}{}-{:04}", letter(at), letter(at / 26), at % 10_000)
    };
    let country = |bits: u64| COUNTRIES[place(bits, COUNTRIES.len())];
    let length = |bits: u64| &"xxxxxxxxxxxx"[..=place(bits, 12)];
    let moment = |bits: u64| 1_704_067_200_000_000 + i64::try_from(bits % 7_776_000_000_000).unwrap_or(0);
    let columns: [(&str, ArrayRef); 10] = [
        ("n0", numbers(0, |unit| (unit - 0.5) * 3.0)),
        ("n1", numbers(1, |unit| unit)),
        ("n2", numbers(2, |unit| -20.0 * (1.0 - unit * 0.99).ln())),
        ("n3", numbers(3, |unit| (unit - 0.5) * 1e6)),
        ("n4", numbers(4, |unit| 30.0 + unit * 40.0)),
        ("s0", Arc::new(cells(first, rows, 5).map(|bits| Some(country(bits?))).collect::<StringArray>())),
        ("s1", Arc::new(cells(first, rows, 6).map(|bits| Some(code(bits?))).collect::<StringArray>())),
        ("s2", Arc::new(cells(first, rows, 7).map(|bits| Some(length(bits?))).collect::<StringArray>())),
        (
            "ts",
            Arc::new(
                cells(first, rows, 8).map(|bits| Some(moment(bits?))).collect::<TimestampMicrosecondArray>(),
            ),
        ),
        ("b", Arc::new(cells(first, rows, 9).map(|bits| Some(bits? & 1 == 0)).collect::<BooleanArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("all columns have as many rows")
}

/// The schema of [`ten_columns`].
pub fn schema_of_ten_columns() -> Arc<Schema> {
    ten_columns(0, 0).schema()
}

/// Random bits for a column's rows; `None` for one in fifty.
fn cells(first: u64, rows: usize, column: u64) -> impl Iterator<Item = Option<u64>> {
    (first..first + rows as u64).map(move |row| {
        let bits = mixed(row * 10 + column);
        (bits >> 48 >= 1311).then(|| mixed(bits))
    })
}

/// The finaliser of `MurmurHash3`.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 33)).wrapping_add(1).wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn place(bits: u64, len: usize) -> usize {
    usize::try_from(bits % len as u64).unwrap_or(0)
}

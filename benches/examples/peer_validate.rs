//! Our side of `peers/validate.py` and `peers/expectations.py`:
//! `peer_validate TABLE.parquet [SUITE.json]`, rounds on standard input.
//!
//! A round is `memory` (the table is there from the first such round on), `file` (it is read first) or `stream`
//! (it is validated while it is read). Without a suite it is that of the lifecycle example.

use std::env;
use std::error::Error;
use std::fs;

use mlops::features::{OfflineSourceExt as _, ParquetSource};
use mlops::validate::{Suite, ValidationResult};
use mlops_benches::{FLIGHTS_SUITE, answer_rounds};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("expected a Parquet file")?;
    let suite = match arguments.next() {
        Some(suite) => Suite::from_json(&fs::read_to_string(suite)?)?,
        None => Suite::from_json(FLIGHTS_SUITE)?,
    };
    let read = || ParquetSource::open(&path)?.read_all();
    // Read when it is asked for: the memory of `stream` is looked at.
    let mut table = None;
    answer_rounds(
        |operation| match operation {
            "memory" => {
                let table = match &mut table {
                    Some(table) => table,
                    empty => empty.insert(read()?),
                };
                Ok(suite.validate(std::slice::from_ref(table))?)
            }
            "file" => Ok(suite.validate(&[read()?])?),
            "stream" => Ok(suite.validator().parquet(&path)?),
            _ => Err(format!("expected `memory`, `file` or `stream`, not {operation:?}").into()),
        },
        ValidationResult::to_json,
    )
}

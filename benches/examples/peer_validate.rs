//! Our side of `peers/validate.py`: `peer_validate TABLE.parquet`, rounds on standard input.
//!
//! A round is `memory` (the table is already there) or `file` (it is read first). The suite
//! is that of the lifecycle example.

use std::env;
use std::error::Error;

use mlops::features::{OfflineSourceExt as _, ParquetSource};
use mlops::validate::{Suite, ValidationResult};
use mlops_benches::{FLIGHTS_SUITE, answer_rounds};

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("expected a Parquet file")?;
    let suite = Suite::from_json(FLIGHTS_SUITE)?;
    let table = ParquetSource::open(&path)?.read_all()?;
    answer_rounds(
        |operation| match operation {
            "memory" => Ok(suite.validate(std::slice::from_ref(&table))?),
            "file" => Ok(suite.validate(&[ParquetSource::open(&path)?.read_all()?])?),
            _ => Err(format!("expected `memory` or `file`, not {operation:?}").into()),
        },
        ValidationResult::to_json,
    )
}

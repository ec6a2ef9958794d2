//! How much memory and time the profile of a large Parquet file takes.
//!
//! ```sh
//! cargo build --release -p mlops-benches --example profile_parquet
//! target/release/examples/profile_parquet write /tmp/table.parquet 1000000 50
//! target/release/examples/profile_parquet read /tmp/table.parquet
//! ```
//! Two commands, so that the memory of the one that writes is not counted.
#![allow(clippy::print_stdout, reason = "it reports to whoever runs it")]

use std::error::Error;
use std::fs::{self, File};
use std::sync::Arc;
use std::time::Instant;

use mlops::arrow::RecordBatch;
use mlops::arrow::array::{ArrayRef, Float64Array, StringArray};
use mlops::drift::parquet::ParquetTable;
use mlops::drift::{Columns, Exactness, Profile, ProfileSettings};
use mlops::stats::Random;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

const GROUP_ROWS: usize = 1 << 17;
const BATCH_ROWS: usize = 1 << 13;

/// What column so many holds: of ten, six are numbers that are all different, two are rounded,
/// one has twelve names, and one has names of two hundred thousand. One value in fifty is missing.
fn column(index: usize, rows: usize, random: &mut Random) -> ArrayRef {
    let missing = |random: &mut Random| random.below(50) == 0;
    match index % 10 {
        kind @ 0..8 => {
            let values = (0..rows).map(|_| {
                let sum = (0..4).map(|_| random.unit()).sum::<f64>() * 25.0;
                (!missing(random)).then(|| if kind < 6 { sum } else { sum.round() })
            });
            Arc::new(values.collect::<Float64Array>())
        }
        kind => {
            let names = if kind == 8 { 12 } else { 200_000 };
            let values =
                (0..rows).map(|_| (!missing(random)).then(|| format!("N{:06}", random.below(names))));
            Arc::new(values.collect::<StringArray>())
        }
    }
}

fn write(path: &str, rows: usize, columns: usize) -> Result<(), Box<dyn Error>> {
    let mut random = Random::replicate(65, 0);
    let mut batch = |rows: usize| {
        RecordBatch::try_from_iter_with_nullable(
            (0..columns).map(|index| (format!("column_{index}"), column(index, rows, &mut random), true)),
        )
    };
    let schema = batch(0)?.schema();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    let mut writer = ArrowWriter::try_new(File::create(path)?, schema, Some(properties))?;
    let mut left = rows;
    while left > 0 {
        let now = left.min(BATCH_ROWS);
        writer.write(&batch(now)?)?;
        left -= now;
    }
    writer.close()?;
    println!("{rows} rows, {columns} columns, {} bytes", fs::metadata(path)?.len());
    Ok(())
}

/// A figure of this process in KiB, as Linux tells it.
fn of_process(figure: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure))?;
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().ok()
}

fn read(path: &str) -> Result<(), Box<dyn Error>> {
    let before = of_process("VmHWM");
    let start = Instant::now();
    let table = ParquetTable::open(path)?;
    let profile = table.profile(&Columns::default(), ProfileSettings::default(), &|_| ())?;
    let seconds = start.elapsed().as_secs_f64();
    let after = of_process("VmHWM");
    let values = profile.rows() as f64 * profile.columns().len() as f64;
    println!(
        "{} rows, {} columns in {seconds:.2} s: {:.1} million values a second",
        profile.rows(),
        profile.columns().len(),
        values / seconds / 1e6
    );
    if let (Some(before), Some(after)) = (before, after) {
        println!("resident at the most: {after} KiB, {before} KiB of it before reading");
    }
    let bytes = profile.to_bytes();
    if Profile::from_bytes(&bytes)? != profile {
        return Err("the file is not the profile".into());
    }
    println!("as a file: {} bytes", bytes.len());
    let of = |kind: fn(Exactness) -> Option<f64>| {
        profile.columns().iter().filter_map(|column| kind(column.exactness())).fold(0.0, f64::max)
    };
    let ranks = of(|exactness| if let Exactness::Ranks { within } = exactness { Some(within) } else { None });
    let counts =
        of(|exactness| if let Exactness::Counts { within } = exactness { Some(within) } else { None });
    println!("ranks within {:.3} %, counts within {:.3} % of the rows", ranks * 100.0, counts * 100.0);
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<&str>>().as_slice() {
        ["write", path, rows, columns] => write(path, rows.parse()?, columns.parse()?),
        ["read", path] => read(path),
        _ => Err("expected `write FILE ROWS COLUMNS` or `read FILE`".into()),
    }
}

//! Our side of `peers/join.py`: `peer_join ENTITIES.parquet HISTORY.parquet`, rounds on standard input.

use std::env;
use std::error::Error;

use mlops::features::{OfflineSourceExt as _, ParquetSource, PointInTimeJoin};
use mlops_benches::{Summary, answer_rounds, ten_features};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [entities, history] = paths.as_slice() else {
        return Err("expected two Parquet files: entity rows and feature rows".into());
    };
    answer_rounds(
        |_| {
            let (catalog, service) = ten_features(ParquetSource::open(history)?)?;
            let entities = ParquetSource::open(entities)?.read_all()?;
            Ok(PointInTimeJoin::new(&catalog, &service)?.run(&entities)?)
        },
        |joined| {
            let Summary { matched, sum } = Summary::of(joined.batch());
            json!({ "rows": joined.batch().num_rows(), "matched": matched, "sum": sum })
        },
    )
}

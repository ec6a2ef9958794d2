//! Bytes that claim to be MLflow's database.
#![no_main]

mod read_mlflow_database;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_mlflow_database::read_mlflow_database(bytes));

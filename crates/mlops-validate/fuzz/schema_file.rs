//! Bytes that claim to be a schema file.
#![no_main]

mod read_schema;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_schema::read_schema(bytes));

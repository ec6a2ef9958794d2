//! Bytes that claim to prove something of a log.
#![no_main]

mod read_proof;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_proof::read_proof(bytes));

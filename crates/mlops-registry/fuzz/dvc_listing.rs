//! Bytes that claim to be the list of the files of a DVC folder.
#![no_main]

#[allow(dead_code, reason = "the other fuzzer uses the rest")]
mod read_dvc;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_dvc::read_dvc_listing(bytes));

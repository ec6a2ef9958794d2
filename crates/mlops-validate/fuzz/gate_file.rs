//! Bytes that claim to be a gate file.
#![no_main]

mod read_gate;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_gate::read_gate(bytes));

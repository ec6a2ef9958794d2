//! Bytes that claim to be the `MLmodel` of a model.
#![no_main]

mod read_mlmodel;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_mlmodel::read_mlmodel(bytes));

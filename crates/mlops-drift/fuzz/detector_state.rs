//! Bytes that claim to be the state of a detector, with the checksum they bring and with one
//! that fits.
#![no_main]

mod read_detector;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_detector::read_detector(bytes);
    read_detector::read_detector(&read_detector::sealed(bytes));
});

//! Bytes that claim to be a profile, with the checksum they bring and with one that fits.
#![no_main]

mod read_profile;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_profile::read_profile(bytes);
    read_profile::read_profile(&read_profile::sealed(bytes));
});

//! See `cases::calls`.
#![no_main]

#[path = "../cases/mod.rs"]
#[allow(dead_code)]
mod cases;

libfuzzer_sys::fuzz_target!(|data: &[u8]| cases::calls::run(data));

//! See `cases/calls.rs`.
#![no_main]

#[path = "../cases/calls.rs"]
mod calls;
#[path = "../cases/mod.rs"]
#[allow(dead_code)]
mod cases;

libfuzzer_sys::fuzz_target!(|data: &[u8]| calls::run(data));

//! See `mockforge_ws_tests::fuzz::events`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mockforge_ws_tests::fuzz::events(data));

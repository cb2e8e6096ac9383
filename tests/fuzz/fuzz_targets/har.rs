//! See `mockforge_ws_tests::fuzz::har`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mockforge_ws_tests::fuzz::har(data));

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| coze_fuzz::realtime_event(input));

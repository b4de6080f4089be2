//! A private key that was dropped is nowhere in the memory of the process.
#![cfg(all(feature = "jwt", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Seek, SeekFrom};

use coze::auth::JwtApp;
use zeroize::Zeroizing;

/// A key that nobody trusts but the simulator.
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../coze-sim/src/oauth/demo-key.pem");

/// Counts the places in the memory of this process that hold a text, which is given backwards: so it finds no copy of its own.
fn count(backwards: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut found = 0;
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        // Of files alone what was changed; the rest is the program itself.
        if !rights.starts_with("rw") || line.contains("[v") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        let mut bytes = Zeroizing::new(vec![0; usize::try_from(end - start).unwrap()]);
        memory.seek(SeekFrom::Start(start)).unwrap();
        if memory.read_exact(&mut bytes).is_ok() {
            let hits = bytes.windows(backwards.len()).filter(|part| part.iter().eq(backwards.iter().rev()));
            found += hits.count();
        }
    }
    found
}

#[test]
fn a_key_that_was_dropped_leaves_nothing_behind() {
    let mut pem = Zeroizing::new(std::fs::read_to_string(KEY).unwrap());
    // From the middle of the third line.
    let backwards: Vec<u8> = pem.lines().nth(3).unwrap().bytes().skip(10).take(40).rev().collect();
    assert!(count(&backwards) >= 1, "the search finds nothing");

    // As an environment variable holds it: each line ends with a backslash and an n.
    let mut escaped = Zeroizing::new(String::with_capacity(2 * pem.len()));
    for line in pem.lines() {
        escaped.push_str(line);
        escaped.push_str("\\n");
    }
    drop(std::mem::take(&mut pem));
    let app = JwtApp::new("1", "k", std::mem::take(&mut *escaped)).unwrap();
    drop(app);
    assert_eq!(count(&backwards), 0);
}

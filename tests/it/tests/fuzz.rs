//! The seeds of the fuzz targets, among them every input that once made one fail.

use std::cell::Cell;
use std::panic;
use std::path::Path;

#[allow(unreachable_pub, reason = "the fuzz targets call it as a library")]
#[path = "../../../fuzz/src/lib.rs"]
mod targets;

thread_local! {
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// Counts the panics of this thread: those in tasks of a runtime would go unseen.
fn count_panics() {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.set(PANICS.get() + 1);
        earlier(info);
    }));
}

#[test]
fn no_seed_makes_a_target_fail() {
    count_panics();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds");
    let folders = std::fs::read_dir(&seeds).unwrap().map(|entry| entry.unwrap().file_name());
    let mut folders: Vec<_> = folders.map(|name| name.into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, targets::TARGETS.map(|(name, _)| name));

    for (name, target) in targets::TARGETS {
        let mut inputs = vec![Vec::new()];
        for entry in std::fs::read_dir(seeds.join(name)).unwrap() {
            inputs.push(std::fs::read(entry.unwrap().path()).unwrap());
        }
        assert!(inputs.len() > 5, "{name} has no seeds");
        for input in inputs {
            let shown = input.escape_ascii().to_string();
            let outcome = panic::catch_unwind(|| target(&input));
            assert!(outcome.is_ok() && PANICS.get() == 0, "{name} fails with {shown}");
        }
    }
}

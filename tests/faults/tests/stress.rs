//! The transport under stress, for a short while.
#![cfg(test)]

use faults::stress::Stress;

#[test]
fn http1() {
    let report = Stress { requests: 4000, at_once: 64 }.over(false);
    assert!(report.problems.is_empty(), "{report:#?}");
}

#[test]
fn http2() {
    let report = Stress { requests: 4000, at_once: 64 }.over(true);
    assert!(report.problems.is_empty(), "{report:#?}");
}

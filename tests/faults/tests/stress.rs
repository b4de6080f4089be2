//! The transport under stress, for a short while.
#![cfg(test)]

use faults::stress::{Peer, Stress};

#[test]
fn http1() {
    let report = Stress { requests: 4000, at_once: 64 }.over(Peer::Http1);
    assert!(report.problems.is_empty(), "{report:#?}");
}

#[test]
fn http2() {
    let report = Stress { requests: 4000, at_once: 64 }.over(Peer::Http2);
    assert!(report.problems.is_empty(), "{report:#?}");
}

#[test]
fn bytes() {
    let report = Stress { requests: 4000, at_once: 64 }.over(Peer::Raw);
    assert!(report.problems.is_empty(), "{report:#?}");
}

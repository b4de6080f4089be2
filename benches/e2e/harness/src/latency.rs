//! Quantiles of latencies.

use serde_json::{Map, Value, json};

/// Steps in each doubling: a bucket is 1.6 % wide.
const STEPS: usize = 64;
/// Nanoseconds below which all is the same.
const LEAST: u64 = 64;

/// A histogram whose buckets grow with the value.
pub struct Latency {
    buckets: Vec<u64>,
    count: u64,
}

impl Latency {
    pub fn new() -> Self {
        Self { buckets: vec![0; STEPS * 60], count: 0 }
    }

    pub fn add(&mut self, nanos: u64) {
        let nanos = nanos.max(LEAST);
        let doublings = (nanos.ilog2() - LEAST.ilog2()) as usize;
        let step = (nanos >> doublings) as usize % STEPS;
        if let Some(bucket) = self.buckets.get_mut(doublings * STEPS + step) {
            *bucket += 1;
        }
        self.count += 1;
    }

    /// Microseconds that so many of all latencies do not exceed; `None` when there are none.
    fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = (self.count as f64 * share).ceil() as u64;
        let mut sum = 0;
        for (place, count) in self.buckets.iter().enumerate() {
            sum += count;
            if sum >= wanted && *count > 0 {
                return Some(((STEPS + place % STEPS) as f64) * 2f64.powi((place / STEPS) as i32) / 1e3);
            }
        }
        None
    }

    /// Adds the quantiles; none where nothing was measured, since a zero would look like a figure.
    pub fn write(&self, report: &mut Map<String, Value>) {
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            report.extend(self.quantile(share).map(|value| (name.to_owned(), json!(value))));
        }
    }
}

impl Default for Latency {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(times: &Latency) -> Map<String, Value> {
        let mut report = Map::new();
        times.write(&mut report);
        report
    }

    #[test]
    fn nothing_measured_is_no_figure() {
        let mut times = Latency::new();
        assert!(figures(&times).is_empty());
        times.add(1_000);
        assert_eq!(figures(&times).len(), 2);
    }
}

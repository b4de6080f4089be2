//! How many requests the HTTP/2 connections to a host may carry, so that none has to wait for the streams of others.
//!
//! hyper-util keeps one HTTP/2 connection for each host, and queues what is more than the server allows. Each lane here is a client of
//! hyper-util with a connection of its own; a request takes the first lane that has room.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::origin::Origin;
use crate::TransportError;
use crate::error::Stage;

/// Connections of HTTP/2 to one host, at most.
pub(crate) const LANES: usize = 32;

/// More hosts than this are looked through for those that nobody talks to.
const MANY: usize = 1024;

#[derive(Default)]
pub(crate) struct Slots {
    hosts: Mutex<HashMap<Origin, Vec<Lane>>>,
    /// What a lane allows has become known, or will not.
    changed: Notify,
}

#[derive(Default)]
struct Lane {
    open: usize,
    /// Requests that the server allows at a time; unknown until it has said so to the first one.
    limit: Option<usize>,
    /// Connections that are there: what they have said of the limit, they do not say again.
    connections: usize,
}

/// A connection of a lane, until it is dropped.
pub(crate) struct Held {
    slots: Arc<Slots>,
    origin: Origin,
    lane: usize,
}

/// Room of one request in a lane; given back when it is dropped.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    origin: Origin,
    pub(crate) lane: usize,
}

impl Slots {
    /// Finds room. The first request of a lane goes ahead alone; others wait for what it learns, but no longer than `patience`.
    pub(crate) async fn take(
        self: &Arc<Self>,
        origin: &Origin,
        patience: Duration,
    ) -> Result<Slot, TransportError> {
        let until = Instant::now() + patience;
        let mut crowd = false;
        loop {
            let mut learned = pin!(self.changed.notified());
            // A change after this check is not missed.
            learned.as_mut().enable();
            if let Some(lane) = self.find(origin, crowd)? {
                return Ok(Slot { slots: self.clone(), origin: origin.clone(), lane });
            }
            crowd = timeout_at(until, learned).await.is_err();
        }
    }

    /// Finds a lane with room; `None` where one has begun whose limit is not known, unless that does not matter.
    fn find(&self, origin: &Origin, crowd: bool) -> Result<Option<usize>, TransportError> {
        let mut hosts = self.lock();
        if hosts.len() >= MANY && !hosts.contains_key(origin) {
            hosts.retain(|_, lanes| lanes.iter().any(|lane| lane.open > 0 || lane.connections > 0));
        }
        let lanes = hosts.entry(origin.clone()).or_default();
        let free = lanes.iter().position(|lane| lane.limit.is_none_or(|limit| lane.open < limit));
        let number = match free {
            Some(number) if lanes[number].limit.is_none() && lanes[number].open > 0 && !crowd => {
                return Ok(None);
            }
            Some(number) => number,
            None if lanes.len() < LANES => {
                lanes.push(Lane::default());
                lanes.len() - 1
            }
            None => {
                let open: usize = lanes.iter().map(|lane| lane.open).sum();
                return Err(TransportError::new(
                    Stage::Other,
                    format_args!(
                        "{LANES} connections to {origin} carry {open} requests, which is all that it allows: \
                         wait for some of them to end, or drop streams that are not needed"
                    ),
                )
                .unsent());
            }
        };
        lanes[number].open += 1;
        Ok(Some(number))
    }

    /// Notes how many requests a new connection takes at a time.
    pub(crate) fn learn(&self, origin: &Origin, lane: usize, limit: usize) {
        if let Some(lane) = self.lock().get_mut(origin).and_then(|lanes| lanes.get_mut(lane)) {
            // A limit of zero is only temporary.
            lane.limit = Some(limit.max(1));
        }
        self.changed.notify_waiters();
    }

    /// Notes a new connection.
    pub(crate) fn hold(self: &Arc<Self>, origin: &Origin, lane: usize) -> Option<Box<Held>> {
        self.lock().get_mut(origin)?.get_mut(lane)?.connections += 1;
        Some(Box::new(Held { slots: self.clone(), origin: origin.clone(), lane }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Origin, Vec<Lane>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut hosts = self.slots.lock();
        let Some(lane) = hosts.get_mut(&self.origin).and_then(|lanes| lanes.get_mut(self.lane)) else {
            return;
        };
        lane.open -= 1;
        if lane.limit.is_none() {
            // The limit is still unknown: the next request continues.
            drop(hosts);
            self.slots.changed.notify_waiters();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut hosts = self.slots.lock();
        if let Some(lane) = hosts.get_mut(&self.origin).and_then(|lanes| lanes.get_mut(self.lane)) {
            lane.connections -= 1;
        }
    }
}

/// Learns from the first frame of an HTTP/2 server, which is its settings, how many requests it takes at a time.
pub(crate) struct Settings {
    slots: Arc<Slots>,
    origin: Origin,
    lane: usize,
    begin: Vec<u8>,
}

const FRAME_HEAD: usize = 9;
const SETTINGS: u8 = 4;
const MAX_CONCURRENT_STREAMS: u16 = 3;
/// No server has so many settings.
const LONGEST: usize = 4096;

impl Settings {
    pub(crate) fn new(slots: Arc<Slots>, origin: Origin, lane: usize) -> Self {
        Self { slots, origin, lane, begin: Vec::new() }
    }

    /// Looks at what was read; says whether it has seen enough.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> bool {
        self.begin.extend_from_slice(&bytes[..bytes.len().min(LONGEST)]);
        match limit(&self.begin) {
            Some(limit) => self.slots.learn(&self.origin, self.lane, limit),
            None if self.begin.len() < LONGEST => return false,
            // hyper reports the error.
            None => {}
        }
        true
    }
}

/// Streams that the server allows at a time; without the setting there is no limit. `None` until the frame is whole.
fn limit(bytes: &[u8]) -> Option<usize> {
    let (head, rest) = bytes.split_at_checked(FRAME_HEAD)?;
    let len = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    if head[3] != SETTINGS {
        return Some(usize::MAX);
    }
    let mut limit = usize::MAX;
    for setting in rest.get(..len)?.chunks_exact(6) {
        if u16::from_be_bytes([setting[0], setting[1]]) == MAX_CONCURRENT_STREAMS {
            let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
            limit = usize::try_from(value).unwrap_or(usize::MAX);
        }
    }
    Some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(number: usize) -> Origin {
        Origin::of(&format!("https://{number}.test").parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn many_hosts_do_not_cost_what_a_connection_has_said() {
        let slots = Arc::<Slots>::default();
        let first = slots.take(&origin(0), Duration::ZERO).await.unwrap();
        let held = slots.hold(&origin(0), 0);
        slots.learn(&origin(0), 0, 100);
        drop(first);
        for number in 1..2 * MANY {
            drop(slots.take(&origin(number), Duration::ZERO).await.unwrap());
        }
        assert!(slots.lock().len() <= MANY);
        // Requests on the kept connection do not wait for each other.
        let together = [slots.find(&origin(0), false).unwrap(), slots.find(&origin(0), false).unwrap()];
        assert_eq!(together, [Some(0), Some(0)]);
        drop(held);
        assert_eq!(slots.lock()[&origin(0)][0].connections, 0);
    }
}

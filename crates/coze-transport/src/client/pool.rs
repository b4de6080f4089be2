//! Connections that are kept for the next request.
//!
//! A request takes the connection that was used last. Where there is none, one is made, unless another becomes free meanwhile.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connect::Route;
use super::link::{Handshake, Link};
use super::task::Task;
use crate::TransportError;
use crate::origin::Origin;

/// No need to look for unused connections more often.
const SHORTEST_WATCH: Duration = Duration::from_millis(90);

pub(crate) struct Pool {
    pub(crate) route: Route,
    pub(crate) handshake: Handshake,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_idle_per_host: usize,
    pub(crate) state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    /// Few, so that looking through them is faster than hashing.
    hosts: Vec<Host>,
    watch: Option<JoinHandle<()>>,
}

struct Host {
    origin: Origin,
    /// The last one was used last.
    idle: Vec<(Box<Link>, Instant)>,
    waiting: Vec<oneshot::Sender<Box<Link>>>,
    /// Whether a connection is made that all who wait will share.
    connecting: bool,
}

impl Host {
    fn is_needed(&self) -> bool {
        !self.idle.is_empty() || self.connecting || self.waiting.iter().any(|waiter| !waiter.is_closed())
    }
}

impl State {
    fn host(&mut self, origin: &Origin) -> &mut Host {
        let place = self.hosts.iter().position(|host| host.origin == *origin).unwrap_or_else(|| {
            self.hosts.retain(Host::is_needed);
            let (origin, idle, waiting) = (origin.clone(), Vec::new(), Vec::new());
            self.hosts.push(Host { origin, idle, waiting, connecting: false });
            self.hosts.len() - 1
        });
        &mut self.hosts[place]
    }
}

type Connecting = Pin<Box<dyn Future<Output = Result<Box<Link>, TransportError>> + Send>>;

/// Wait of a request for a connection: one of its own, or one that becomes free.
pub(crate) struct Search {
    free: Option<oneshot::Receiver<Box<Link>>>,
    own: Option<Connecting>,
}

impl Drop for Search {
    fn drop(&mut self) {
        // What was given in the meantime is for somebody else.
        if let Some(link) = self.free.as_mut().and_then(|free| {
            free.close();
            free.try_recv().ok()
        }) {
            link.give_back();
        }
    }
}

impl Pool {
    /// Finds a connection; the future of the request is to be polled in a runtime.
    pub(crate) fn poll_link(
        self: &Arc<Self>,
        search: &mut Option<Search>,
        origin: &Origin,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Box<Link>, TransportError>> {
        loop {
            let Some(Search { free, own }) = search else {
                match self.take(origin) {
                    Ok(link) => return Poll::Ready(Ok(link)),
                    Err(begun) => *search = Some(begun),
                }
                continue;
            };
            if let Some(waiter) = free
                && let Poll::Ready(given) = Pin::new(waiter).poll(cx)
            {
                *free = None;
                if let Some(link) = given.ok().filter(|link| link.is_ready()) {
                    if let Some(own) = own.take() {
                        // It has cost something already: somebody will need it.
                        tokio::spawn(Task::rare(keep(own)));
                    }
                    *search = None;
                    return Poll::Ready(Ok(link));
                }
            }
            match own {
                Some(connecting) => {
                    let made = std::task::ready!(connecting.as_mut().poll(cx));
                    *search = None;
                    self.lock().host(origin).waiting.retain(|waiter| !waiter.is_closed());
                    return Poll::Ready(made);
                }
                None if free.is_some() => return Poll::Pending,
                // The connection that was to be shared did not come about.
                None => *search = None,
            }
        }
    }

    /// Takes the connection that was used last, or begins to wait for one.
    fn take(self: &Arc<Self>, origin: &Origin) -> Result<Box<Link>, Search> {
        let mut state = self.lock();
        let host = state.host(origin);
        while let Some((mut link, since)) = host.idle.pop() {
            if !link.is_ready() || self.is_over(since) {
                continue;
            }
            link.reused = true;
            #[cfg(feature = "http2")]
            if let Some(shared) = link.share() {
                host.idle.push((shared, Instant::now()));
            }
            return Ok(link);
        }
        let (mut free, mut alone) = (None, None);
        if self.max_idle_per_host > 0 {
            let (sender, receiver) = oneshot::channel();
            // Those who gave up leave theirs behind.
            if host.waiting.len() == host.waiting.capacity() {
                host.waiting.retain(|waiter| !waiter.is_closed());
            }
            host.waiting.push(sender);
            free = Some(receiver);
            // All who wait for HTTP/2 wait for one connection.
            if self.route.http2_only {
                if mem::replace(&mut host.connecting, true) {
                    return Err(Search { free, own: None });
                }
                alone = Some(Alone(self.clone(), origin.clone()));
            }
        }
        Err(Search { free, own: Some(Box::pin(connect(self.clone(), origin.clone(), alone))) })
    }

    /// Keeps a connection that is ready for the next request, or hands it to one that waits.
    pub(crate) fn put(self: &Arc<Self>, mut link: Box<Link>) {
        if self.max_idle_per_host == 0 || !link.is_ready() {
            return;
        }
        let mut state = self.lock();
        let host = state.host(&link.origin);
        while !host.waiting.is_empty() {
            let waiter = host.waiting.remove(0);
            link.reused = true;
            #[cfg(feature = "http2")]
            if let Some(shared) = link.share() {
                // One that waits no more needs none.
                let _ = waiter.send(shared);
                continue;
            }
            match waiter.send(link) {
                Ok(()) => return,
                Err(back) => link = back,
            }
        }
        if host.idle.len() >= self.max_idle_per_host {
            return;
        }
        // One that takes many requests at a time is enough.
        if link.is_shared() && host.idle.iter().any(|(link, _)| link.is_shared() && link.is_ready()) {
            return;
        }
        let runtime = link.runtime.clone();
        host.idle.push((link, Instant::now()));
        if let Some(limit) = self.idle_timeout
            && state.watch.as_ref().is_none_or(JoinHandle::is_finished)
        {
            let watch = watch(Arc::downgrade(self), limit.max(SHORTEST_WATCH));
            state.watch = Some(runtime.spawn(Task::rare(watch)));
        }
    }

    /// Finds a connection that takes many requests at a time.
    #[cfg(feature = "http2")]
    fn shared(&self, origin: &Origin) -> Option<Box<Link>> {
        let mut state = self.lock();
        let mut idle = state.host(origin).idle.iter();
        idle.find_map(|(link, _)| link.share().filter(|link| link.is_ready()))
    }

    /// Closes what was not used for long; says whether nothing is left.
    fn sweep(&self) -> bool {
        let mut state = self.lock();
        for host in &mut state.hosts {
            host.idle.retain(|(link, since)| link.is_ready() && !self.is_over(*since));
        }
        state.hosts.retain(Host::is_needed);
        let done = state.hosts.iter().all(|host| host.idle.is_empty());
        if done {
            state.watch = None;
        }
        done
    }

    fn is_over(&self, since: Instant) -> bool {
        self.idle_timeout.is_some_and(|limit| since.elapsed() > limit)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if let Some(watch) = self.state.get_mut().unwrap_or_else(PoisonError::into_inner).watch.take() {
            watch.abort();
        }
    }
}

/// Ends the wait of those who were to share a connection, if it does not come about.
struct Alone(Arc<Pool>, Origin);

impl Drop for Alone {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        let host = state.host(&self.1);
        host.connecting = false;
        // Whoever is left looks again, and makes one of its own.
        host.waiting.clear();
    }
}

async fn connect(
    pool: Arc<Pool>,
    origin: Origin,
    _alone: Option<Alone>,
) -> Result<Box<Link>, TransportError> {
    let stream = pool.route.connect(&origin).await?;
    #[cfg(feature = "http2")]
    if stream.http2
        && let Some(shared) = pool.shared(&origin)
    {
        // Others have made one meanwhile, before it was known that one is enough.
        return Ok(shared);
    }
    let link = pool.handshake.shake(stream, origin, Arc::downgrade(&pool)).await?;
    #[cfg(feature = "http2")]
    if let Some(shared) = link.share() {
        pool.put(shared);
    }
    Ok(link)
}

/// Looks for unused connections until there are none.
async fn watch(pool: Weak<Pool>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        if pool.upgrade().is_none_or(|pool| pool.sweep()) {
            return;
        }
    }
}

async fn keep(connecting: Connecting) {
    if let Ok(link) = connecting.await {
        link.give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HyperTransport;

    #[tokio::test]
    async fn those_who_give_up_leave_nothing_behind() {
        let transport = HyperTransport::builder().no_proxy().build().unwrap();
        let origin = Origin::of(&"http://127.0.0.1:9".parse().unwrap()).unwrap();
        let pool = &transport.0.pool;
        for _ in 0..1000 {
            assert!(pool.take(&origin).is_err());
        }
        assert!(pool.lock().host(&origin).waiting.len() < 100);
    }
}

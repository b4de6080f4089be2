//! From a name to a TCP connection.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// How long the first family of addresses is tried alone: RFC 8305 recommends 250 ms, and hyper waits for so long.
const HEAD_START: Duration = Duration::from_millis(300);

/// How TCP connections are made.
pub(crate) struct Tcp {
    pub(crate) keep_alive: Option<Duration>,
    /// Shared among the addresses of a family, so that a dead first one leaves time for the second; whoever calls watches the whole.
    pub(crate) timeout: Option<Duration>,
}

impl Tcp {
    /// Tries the addresses in turn, and both families side by side if the first one is slow (RFC 8305).
    pub(crate) async fn connect(&self, addresses: impl Iterator<Item = SocketAddr>) -> io::Result<TcpStream> {
        let mut families = [Vec::new(), Vec::new()];
        let mut first = None;
        for address in addresses {
            let other = *first.get_or_insert(address.is_ipv6()) != address.is_ipv6();
            families[usize::from(other)].push(address);
        }
        let [preferred, fallback] = families;
        let alone = fallback.is_empty();
        // A single one may take all the time that there is.
        let limit = if alone && preferred.len() < 2 { None } else { self.timeout };
        let mut preferred = pin!(self.each(preferred, limit));
        if alone {
            return preferred.await;
        }
        let (mut fallback, mut delay) = (pin!(self.each(fallback, limit)), pin!(sleep(HEAD_START)));
        let mut failed = [None, None];
        poll_fn(|cx| {
            if failed[0].is_none()
                && let Poll::Ready(tried) = preferred.as_mut().poll(cx)
            {
                match tried {
                    Ok(stream) => return Poll::Ready(Ok(stream)),
                    Err(error) => failed[0] = Some(error),
                }
            }
            let late = failed[0].is_some() || delay.as_mut().poll(cx).is_ready();
            if late
                && failed[1].is_none()
                && let Poll::Ready(tried) = fallback.as_mut().poll(cx)
            {
                match tried {
                    Ok(stream) => return Poll::Ready(Ok(stream)),
                    Err(error) => failed[1] = Some(error),
                }
            }
            match failed.each_mut() {
                // The first one is the most relevant.
                [error @ Some(_), Some(_)] => Poll::Ready(Err(error.take().unwrap_or_else(no_address))),
                _ => Poll::Pending,
            }
        })
        .await
    }

    async fn each(&self, addresses: Vec<SocketAddr>, limit: Option<Duration>) -> io::Result<TcpStream> {
        let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let limit = limit.and_then(|limit| limit.checked_div(count));
        let mut first = None;
        for address in addresses {
            match self.one(address, limit).await {
                Ok(stream) => return Ok(stream),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(no_address))
    }

    async fn one(&self, address: SocketAddr, limit: Option<Duration>) -> io::Result<TcpStream> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(after) = self.keep_alive {
            // A connection without probes is still a connection.
            let probes = TcpKeepalive::new().with_time(after).with_interval(after);
            let _ = SockRef::from(&socket).set_tcp_keepalive(&probes);
        }
        let connecting = socket.connect(address);
        let stream = match limit {
            None => connecting.await,
            Some(limit) => timeout(limit, connecting).await?,
        }?;
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// Where nobody listens.
    async fn closed(host: &str) -> SocketAddr {
        match TcpListener::bind((host, 0)).await {
            Ok(listener) => listener.local_addr().unwrap(),
            // A machine without such addresses refuses them as well.
            Err(_) => SocketAddr::new(host.parse().unwrap(), 9),
        }
    }

    fn tcp() -> Tcp {
        Tcp { keep_alive: Some(Duration::from_secs(60)), timeout: Some(Duration::from_secs(10)) }
    }

    #[tokio::test]
    async fn addresses_that_refuse_give_way_to_others_of_either_family() {
        let open = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = open.local_addr().unwrap();
        let (four, six) = (closed("127.0.0.1").await, closed("::1").await);
        for addresses in
            [vec![there], vec![four, there], vec![six, there], vec![there, six], vec![six, four, there]]
        {
            let stream = tcp().connect(addresses.iter().copied()).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), there, "{addresses:?}");
            assert!(stream.nodelay().unwrap() && SockRef::from(&stream).keepalive().unwrap());
        }
    }

    #[tokio::test]
    async fn the_first_failure_is_told() {
        let (four, six) = (closed("127.0.0.1").await, closed("::1").await);
        for addresses in [vec![four], vec![four, four], vec![four, six], vec![four, six, six, four]] {
            let error = tcp().connect(addresses.iter().copied()).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused, "{addresses:?}");
        }
        assert_eq!(tcp().connect([].into_iter()).await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_family_that_does_not_answer_is_not_waited_for() {
        let Ok(open) = TcpListener::bind("[::1]:0").await else { return };
        let there = open.local_addr().unwrap();
        let full = TcpSocket::new_v4().unwrap();
        full.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let full = full.listen(1).unwrap();
        let silent = full.local_addr().unwrap();
        let mut queued = Vec::new();
        while let Ok(connected) = timeout(Duration::from_secs(1), TcpStream::connect(silent)).await {
            queued.push(connected.unwrap());
            assert!(queued.len() < 100, "the queue has no end");
        }
        let patient = Tcp { keep_alive: None, timeout: None };
        let stream = patient.connect([silent, there].into_iter()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), there);
        let late = Tcp { keep_alive: None, timeout: Some(Duration::from_millis(200)) };
        let error = late.connect([silent, silent].into_iter()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}

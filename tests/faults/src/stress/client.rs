//! One request, and the many ways to give it up.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::http::Request;
use coze_transport::http_body::{Body as HttpBody, Frame};
use coze_transport::{Body, HyperTransport, Transport};
use tokio::time::{sleep, timeout};

use super::server::expected;
use super::{Begun, Ended, HANG, dice};
use crate::rows::dropped::given_up;
use crate::soak::Random;

#[derive(Clone)]
pub(super) struct Client {
    pub(super) transport: HyperTransport,
    pub(super) url: String,
    pub(super) begun: Begun,
}

/// How often a request is sent again that was certainly not carried out.
const TRIES: usize = 4;

impl Client {
    /// Makes a request, and gives it up or not.
    pub(super) async fn request(&self, number: u64) -> Ended {
        let ended = self.end(number).await;
        if ended == Ended::Hung {
            let begun = self.begun[usize::try_from(number).unwrap()].load(Ordering::SeqCst);
            println!("{number} hung; it began {begun} times at the server");
        }
        ended
    }

    async fn end(&self, number: u64) -> Ended {
        let mut random = dice(number, 0);
        let whole = self.clone().whole(number, random.below(4) == 0);
        match random.below(10) {
            // Dropped as it is polled for the nth time.
            0 | 1 => {
                let polls = usize::try_from(random.below(12)).unwrap_or_default();
                hung(given_up(polls, whole)).await.unwrap_or(Some(Ended::Hung)).unwrap_or(Ended::Dropped)
            }
            // Dropped while something else goes on.
            2 => {
                let other = sleep(Duration::from_micros(random.below(3000)));
                tokio::select! {
                    ended = hung(whole) => ended.unwrap_or(Ended::Hung),
                    () = other => Ended::Dropped,
                }
            }
            // Aborted from another task.
            3 => {
                let task = tokio::spawn(whole);
                for _ in 0..random.below(20) {
                    tokio::task::yield_now().await;
                }
                task.abort();
                hung(task).await.map_or(Ended::Hung, |done| done.unwrap_or(Ended::Dropped))
            }
            // Half read.
            4 => hung(self.clone().half(number, random)).await.unwrap_or(Ended::Hung),
            _ => hung(whole).await.unwrap_or(Ended::Hung),
        }
    }

    fn post(&self, number: u64, streamed: bool) -> Request<Body> {
        let body = expected(number);
        let body = if streamed { Body::wrap(Slow(body.into_bytes(), false)) } else { Body::from(body) };
        Request::post(format!("{}/{number}", self.url)).body(body).unwrap()
    }

    /// Reads the whole answer; sends again what certainly did not arrive, as the client does.
    async fn whole(self, number: u64, streamed: bool) -> Ended {
        for _ in 0..TRIES {
            let response = match self.transport.send(self.post(number, streamed)).await {
                Ok(response) => response,
                Err(error) if error.is_unsent() => {
                    if self.begun[usize::try_from(number).unwrap()].load(Ordering::SeqCst) > 0 {
                        println!("{number} began, and is said not to be sent: {error:?}");
                        return Ended::Wrong;
                    }
                    continue;
                }
                Err(_) => return Ended::Failed,
            };
            return match response.into_body().bytes(1 << 20).await {
                Ok(bytes) if is_answer(&bytes, number) => Ended::Well,
                Ok(bytes) => {
                    println!("{number} got {bytes:?}");
                    Ended::Wrong
                }
                Err(_) => Ended::Failed,
            };
        }
        Ended::Unsent
    }

    /// Reads some pieces, and looks at something else meanwhile.
    async fn half(self, number: u64, mut random: Random) -> Ended {
        let Ok(response) = self.transport.send(self.post(number, false)).await else { return Ended::Failed };
        let mut body = response.into_body();
        let mut read = Vec::new();
        for _ in 0..random.below(4) {
            tokio::select! {
                piece = body.chunk() => match piece {
                    Some(Ok(piece)) => read.extend_from_slice(&piece),
                    Some(Err(_)) => return Ended::Failed,
                    None => break,
                },
                () = tokio::task::yield_now() => {}
            }
        }
        let whole = read.iter().rposition(|byte| *byte == b';').map_or(0, |at| at + 1);
        if whole == 0 || is_answer(&read[..whole], number) { Ended::Dropped } else { Ended::Wrong }
    }
}

async fn hung<T>(work: impl Future<Output = T>) -> Option<T> {
    timeout(HANG, pin!(work)).await.ok()
}

/// Says whether an answer repeats the number of its request, and nothing else.
fn is_answer(bytes: &[u8], number: u64) -> bool {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    !text.is_empty() && text.split_terminator(';').all(|word| word == number.to_string())
}

/// A body of pieces, with a pause before each.
struct Slow(Vec<u8>, bool);

impl HttpBody for Slow {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.1 = !self.1;
        if self.1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        let at = self.0.len().min(50);
        let rest = self.0.split_off(at);
        Poll::Ready(Some(Ok(Frame::data(std::mem::replace(&mut self.0, rest).into()))))
    }
}

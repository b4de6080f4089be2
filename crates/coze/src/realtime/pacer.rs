//! Frames of equal length, in real time.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::time::{Instant, sleep_until};

use super::pcm::PcmFormat;

/// How much a pause is caught up with.
const CATCH_UP: Duration = Duration::from_millis(200);

/// Cuts audio into frames of equal length, 20 ms by default, and yields each when its time has come.
///
/// For voice chats from files: a server that detects the end of speech expects silence to take time.
///
/// ```
/// # async fn send(_: bytes::Bytes) {}
/// use coze::realtime::{Pacer, PcmFormat};
///
/// # async fn run(file: &[u8]) {
/// let mut pacer = Pacer::new(&PcmFormat::new(16_000));
/// for piece in file.chunks(4096) {
///     pacer.push(piece);
///     while let Some(frame) = pacer.next().await {
///         send(frame).await;
///     }
/// }
/// if let Some(last) = pacer.rest() {
///     send(last).await;
/// }
/// # }
/// ```
///
/// The time of a frame is counted from the first one, so it does not drift. After a pause, such as that of a slow connection, up to 200 ms are
/// caught up with at once; the rest of the pause delays everything that follows.
///
/// A microphone keeps the time itself: see [`live`](Self::live).
#[derive(Debug)]
pub struct Pacer {
    format: PcmFormat,
    frame: usize,
    audio: BytesMut,
    /// In percent of real time.
    speed: u32,
    clock: Clock,
    dropped: u64,
}

#[derive(Debug)]
enum Clock {
    /// Bytes since a time, which is that of the first frame.
    Paced(Option<Instant>, u64),
    /// Bytes that may wait.
    Live(usize),
}

impl Pacer {
    /// Creates a pacer of frames of 20 ms.
    pub fn new(format: &PcmFormat) -> Self {
        let clock = Clock::Paced(None, 0);
        let pacer =
            Self { format: format.clone(), frame: 1, audio: BytesMut::new(), speed: 100, clock, dropped: 0 };
        pacer.frame(Duration::from_millis(20))
    }

    /// Sets the length of a frame; at least one sample.
    #[must_use]
    pub fn frame(mut self, duration: Duration) -> Self {
        self.frame = self.format.bytes(duration).max(self.format.block()).max(1);
        self
    }

    /// Sets the speed in percent of real time; 100 by default. With more, audio that waits in a pipe is caught up with, and a source in real time
    /// sets the pace itself.
    #[must_use]
    pub fn speed(mut self, percent: u32) -> Self {
        self.speed = percent.max(1);
        self
    }

    /// Yields frames as soon as they are complete, for a source that is in real time itself. If more than `max_lag` waits, since the
    /// connection is slower than the source, the oldest frames are dropped: who speaks wants to be heard now.
    #[must_use]
    pub fn live(mut self, max_lag: Duration) -> Self {
        self.clock = Clock::Live(self.format.bytes(max_lag).max(self.frame));
        self
    }

    /// Adds audio, in pieces of any size.
    pub fn push(&mut self, audio: &[u8]) {
        self.audio.extend_from_slice(audio);
        if let Clock::Live(limit) = self.clock {
            while self.audio.len() >= limit + self.frame {
                drop(self.audio.split_to(self.frame));
                self.dropped += self.frame as u64;
            }
        }
    }

    /// Waits for the time of the next frame; returns `None` at once if there is no complete frame.
    ///
    /// The future may be dropped without losing a frame.
    pub async fn next(&mut self) -> Option<Bytes> {
        if self.audio.len() < self.frame {
            return None;
        }
        self.due(self.frame).await;
        Some(self.audio.split_to(self.frame).freeze())
    }

    /// Returns what is left at the end, which is less than a frame.
    pub fn rest(&mut self) -> Option<Bytes> {
        (!self.audio.is_empty()).then(|| self.audio.split().freeze())
    }

    /// Returns how much audio was dropped.
    pub fn dropped(&self) -> Duration {
        self.format.duration(self.dropped)
    }

    /// Waits until what was sent has been played, and counts the next bytes.
    async fn due(&mut self, len: usize) {
        let Clock::Paced(start, sent) = &mut self.clock else { return };
        let now = Instant::now();
        let due = start.map_or(now, |start| start + self.format.duration(*sent) * 100 / self.speed);
        sleep_until(due).await;
        let lag = now.saturating_duration_since(due);
        if start.is_none() || lag > CATCH_UP {
            (*start, *sent) = (Some(now - lag.min(CATCH_UP)), 0);
        }
        *sent += len as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test(start_paused = true)]
    async fn frames_come_in_real_time_without_drift() {
        // 22050 Hz: 20 ms are 441 samples, and 10 ms none of a whole number.
        let format = PcmFormat::new(22_050);
        let mut pacer = Pacer::new(&format).frame(10 * MS);
        let start = Instant::now();
        let (mut frames, mut pushed) = (0, 0_usize);
        while pushed < 44_100 * 60 {
            // Half samples at the ends of the pieces.
            let piece = (44_100 * 60 - pushed).min(3333);
            pacer.push(&vec![0; piece]);
            pushed += piece;
            while let Some(frame) = pacer.next().await {
                assert_eq!(frame.len(), 440);
                let due = format.duration(frames * 440);
                let late = start.elapsed().checked_sub(due).unwrap();
                assert!(late <= 2 * MS, "{frames}: {late:?}");
                frames += 1;
            }
        }
        assert_eq!(frames, 60 * 44_100 / 440);
        assert_eq!(pacer.rest().unwrap().len(), 60 * 44_100 % 440);
        assert_eq!(pacer.rest(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_caught_up_with_in_part() {
        let mut pacer = Pacer::new(&PcmFormat::new(8000));
        pacer.push(&vec![0; 320 * 100]);
        pacer.next().await.unwrap();
        for (pause, at_once) in [(100 * MS, 5), (10_000 * MS, 11)] {
            tokio::time::sleep(pause).await;
            let now = Instant::now();
            let mut frames = 0;
            while pacer.next().await.is_some() && now.elapsed() < 10 * MS {
                frames += 1;
            }
            assert_eq!(frames, at_once, "{pause:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_frame_that_nobody_waits_for_is_kept() {
        let mut pacer = Pacer::new(&PcmFormat::new(8000));
        pacer.push(&[0; 640]);
        pacer.next().await.unwrap();
        for _ in 0..5 {
            assert!(tokio::time::timeout(MS, pacer.next()).await.is_err());
        }
        assert_eq!(pacer.next().await.unwrap().len(), 320);
        assert_eq!(pacer.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_live_source_drops_the_oldest() {
        let mut pacer = Pacer::new(&PcmFormat::new(8000)).live(100 * MS);
        let start = Instant::now();
        for second in 0..10_u8 {
            pacer.push(&[second; 1600]);
        }
        assert_eq!(pacer.dropped(), 900 * MS);
        let mut frames = 0;
        while let Some(frame) = pacer.next().await {
            assert_eq!(frame, [9; 320].as_slice());
            frames += 1;
        }
        assert_eq!((frames, start.elapsed()), (5, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pipe_is_caught_up_with() {
        let mut pacer = Pacer::new(&PcmFormat::new(8000)).speed(150);
        pacer.push(&[0; 3200]);
        let start = Instant::now();
        while pacer.next().await.is_some() {}
        // The last of ten frames, at two thirds of its time.
        assert_eq!(start.elapsed().as_millis(), 180 * 100 / 150);
    }
}

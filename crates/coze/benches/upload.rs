//! What an upload of a file costs beside the same bytes as a plain body over the same transport.
//!
//! Prints ratios of the rates and of the CPU time, paired in one run: `cargo bench -p coze --bench upload`.
#![expect(clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use coze::Coze;
use coze::transport::{Body, HyperTransport, Transport};
use http_body::{Frame, SizeHint};

const SIZE: u64 = 1 << 30;
const ROUNDS: usize = 5;

/// Takes uploads and forgets them; a thread for each connection.
fn sink() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || while take(&mut stream).is_some() {});
        }
    });
    url
}

fn take(stream: &mut std::net::TcpStream) -> Option<()> {
    let mut buffer = vec![0; 256 << 10];
    let (mut head, mut left) = (Vec::new(), None);
    while left != Some(0) {
        let read = stream.read(&mut buffer).ok().filter(|read| *read > 0)? as u64;
        left = if let Some(left) = left {
            Some(left - read)
        } else {
            head.extend_from_slice(&buffer[..usize::try_from(read).ok()?]);
            head.windows(4).position(|window| window == b"\r\n\r\n").map(|end| {
                let text = String::from_utf8_lossy(&head[..end]).to_lowercase();
                let (_, len) = text.split_once("content-length: ").expect("a length");
                let len: u64 = len.lines().next().and_then(|len| len.parse().ok()).expect("a number");
                len + end as u64 + 4 - head.len() as u64
            })
        };
    }
    let body = r#"{"code":0,"data":{"id":"1"}}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).ok()
}

/// Bytes that are in memory already, in pieces as large as those of an upload.
struct Plain {
    piece: Bytes,
    left: u64,
}

impl http_body::Body for Plain {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= self.piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(self.piece.clone()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// CPU time of this process, server included, in clock ticks.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

async fn measure(work: impl Future<Output = ()>) -> (Duration, u64) {
    let (started, before) = (Instant::now(), ticks());
    work.await;
    (started.elapsed(), ticks() - before)
}

async fn plain(transport: &HyperTransport, url: &str) {
    let body = Plain { piece: vec![0; 256 << 10].into(), left: SIZE };
    let request =
        http::Request::post(format!("{url}/v1/files/upload")).body(Body::wrap(body)).expect("a request");
    let answer = transport.send(request).await.expect("an answer");
    answer.into_body().bytes(1 << 10).await.expect("a body");
}

async fn upload(client: &Coze, path: &Path) {
    client.files().upload(path).strict(false).await.expect("a file");
}

fn median(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = sink();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    let mut file = std::fs::File::create(&path).expect("a file");
    let noise: Vec<u8> = (0..1 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for _ in 0..SIZE >> 20 {
        file.write_all(&noise).expect("room for 1 GiB");
    }
    let transport = HyperTransport::builder().no_proxy().build().expect("a transport");
    let client =
        Coze::builder().token("t").base_url(&url).transport(transport.clone()).build().expect("a client");
    upload(&client, &path).await;
    plain(&transport, &url).await;
    let (mut rates, mut cpu) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // The order changes, so that neither always runs first.
        let (file, bytes) = if round % 2 == 0 {
            let file = measure(upload(&client, &path)).await;
            (file, measure(plain(&transport, &url)).await)
        } else {
            let bytes = measure(plain(&transport, &url)).await;
            (measure(upload(&client, &path)).await, bytes)
        };
        rates.push(bytes.0.as_secs_f64() / file.0.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a few hundred ticks")]
        cpu.push(file.1 as f64 / bytes.1.max(1) as f64);
    }
    let (rate, lowest, highest) = median(rates);
    println!(
        "upload of a file : plain body, rate      {rate:.2} ({lowest:.2} to {highest:.2}); goal: at least 0.80"
    );
    let (ratio, lowest, highest) = median(cpu);
    println!(
        "upload of a file : plain body, CPU time  {ratio:.2} ({lowest:.2} to {highest:.2}), of client and server together"
    );
}

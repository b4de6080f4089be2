//! An upload of 1 GiB holds next to nothing of it in memory.
#![cfg(all(feature = "hyper", target_os = "linux"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::TcpListener;

use coze::Coze;
use coze::transport::HyperTransport;

const SIZE: u64 = 1 << 30;

/// A server that takes one upload and counts it.
fn sink() -> (String, std::thread::JoinHandle<u64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let counting = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = vec![0; 256 << 10];
        let (mut head, mut seen, mut expected) = (Vec::new(), 0, u64::MAX);
        while seen < expected {
            let read = stream.read(&mut buffer).unwrap();
            assert!(read > 0, "the upload was cut after {seen} bytes");
            seen += read as u64;
            if expected == u64::MAX {
                head.extend_from_slice(&buffer[..read]);
                let Some(end) = head.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
                let text = String::from_utf8_lossy(&head[..end]).to_lowercase();
                let len: u64 =
                    text.split_once("content-length: ").unwrap().1.lines().next().unwrap().parse().unwrap();
                expected = end as u64 + 4 + len;
            }
        }
        let body = r#"{"code":0,"data":{"id":"1"}}"#;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        seen
    });
    (url, counting)
}

/// A number of `/proc/self/status`, in KiB.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn memory_stays_flat_over_a_gibibyte() {
    let (url, counting) = sink();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    // A sparse file: it takes no room, and reads as zeros.
    std::fs::File::create(&path).unwrap().set_len(SIZE).unwrap();
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let client = Coze::builder().token("t").base_url(url).transport(transport).build().unwrap();

    let before = status("VmRSS");
    client.files().upload(&path).strict(false).await.unwrap();
    let peak = status("VmHWM");
    assert!(counting.join().unwrap() > SIZE);
    assert!(peak < before + (16 << 10), "from {before} KiB to {peak} KiB");
}

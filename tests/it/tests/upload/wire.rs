//! What goes over the wire.

use super::*;

/// Recorded from cozepy 0.20.0, whose boundary and name of the library differ.
const COZEPY: &str = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"简历 1.png\"\r\n\
    Content-Type: image/png\r\n\r\nPNG\r\n--B--\r\n";

#[tokio::test]
async fn a_known_length_is_announced_and_the_form_is_that_of_the_official_client() {
    let seen = Arc::new(Mutex::new(Vec::<(String, Vec<u8>)>::new()));
    let record = Arc::clone(&seen);
    let raw = Raw::start(move |request| {
        request.read_to_end();
        request.leave();
        record.lock().unwrap().push((request.head.clone(), request.body.clone()));
        Answer::json(&json!({ "code": 0, "data": { "id": "1" } }))
    });
    let (_folder, path) = file("简历 1.png", b"PNG");
    let client = raw.client();
    client.files().upload(&path).await.unwrap();
    client.files().upload(FileSource::reader("简历 1.png", &b"PNG"[..])).await.unwrap();
    let seen = seen.lock().unwrap();
    let lower = |head: &String| head.to_ascii_lowercase();
    let boundary = seen[0].0.split_once("boundary=").unwrap().1.lines().next().unwrap();
    let body = String::from_utf8(seen[0].1.clone()).unwrap();
    assert_eq!(body.replace(boundary, "B"), COZEPY);
    assert!(lower(&seen[0].0).contains(&format!("content-length: {}\r\n", body.len())), "{}", seen[0].0);
    assert!(!lower(&seen[0].0).contains("transfer-encoding"), "{}", seen[0].0);
    assert!(lower(&seen[1].0).contains("transfer-encoding: chunked"), "{}", seen[1].0);
}

//! Paths that lead to no ordinary file.

use coze::TimeoutKind;

use super::*;

/// A pipe with a name.
fn pipe() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    (folder, path)
}

#[tokio::test]
async fn what_comes_from_a_pipe_is_sent_in_chunks_and_never_again() {
    let (_folder, path) = pipe();
    let write = |text: &'static str| {
        let path = path.clone();
        std::thread::spawn(move || std::fs::write(path, text).unwrap());
    };
    let mock = Mock::always(uploaded());
    write("1,2");
    patiently(mock.client().files().upload(&path).into_future()).await.unwrap();
    assert_eq!(part(&mock.only()).1, "1,2");

    let mock = Mock::always(Reply::new(429, "text/plain", "slow down"));
    let client = mock.builder().retry(RetryPolicy::new()).build().unwrap();
    write("3,4");
    let error = patiently(client.files().upload(&path).into_future()).await.unwrap_err();
    assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::RateLimited, 1), "{error}");
}

#[tokio::test]
async fn a_pipe_that_nobody_writes_to_is_not_waited_for_beyond_the_limit() {
    let (_folder, path) = pipe();
    let mock = Mock::always(uploaded());
    let client = mock.client();
    let upload = client.files().upload(&path).timeout(Duration::from_millis(50));
    let error = patiently(upload.into_future()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.endpoint()),
        (ErrorKind::Timeout(TimeoutKind::Source), Some("/v1/files/upload")),
        "{error}"
    );
}

#[test]
fn a_runtime_ends_though_nobody_writes_to_the_pipe_that_it_read() {
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (_folder, path) = pipe();
        // Opened for writing by nobody, then by somebody who says nothing.
        for writes in [false, true] {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let writer =
                writes.then(|| std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap());
            runtime.block_on(async {
                let client = Mock::always(uploaded()).client();
                let upload = client.files().upload(&path).timeout(Duration::from_millis(50));
                assert_eq!(upload.await.unwrap_err().kind(), ErrorKind::Timeout(TimeoutKind::Source));
                let read = client.datasets().documents().read(&path);
                tokio::time::timeout(Duration::from_millis(50), read).await.unwrap_err();
            });
            drop(runtime);
            drop(writer);
        }
        done.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(30)).unwrap();
}

#[tokio::test]
async fn a_pipe_is_read_from_its_writer_to_its_end() {
    let (_folder, path) = pipe();
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let (place, text) = (path.clone(), content.clone());
    let writer = std::thread::spawn(move || {
        let mut pipe = std::fs::OpenOptions::new().write(true).open(place).unwrap();
        let (first, rest) = text.split_at(10);
        pipe.write_all(first).unwrap();
        // Longer than the reader waits at a time: the pipe is open, and empty.
        std::thread::sleep(Duration::from_millis(100));
        pipe.write_all(rest).unwrap();
    });
    let mock = Mock::always(uploaded());
    patiently(mock.client().files().upload(&path).into_future()).await.unwrap();
    writer.join().unwrap();
    assert!(part(&mock.only()).1 == content);
}

#[tokio::test]
async fn a_file_that_has_become_a_pipe_is_not_sent_again() {
    let (_folder, path) = pipe();
    let file = path.with_file_name("table.csv");
    std::fs::write(&file, "1,2").unwrap();
    let (pipe, place) = (path.clone(), file.clone());
    let mock = Mock::new(move |_, _| {
        std::fs::rename(&pipe, &place).unwrap();
        Reply::new(429, "text/plain", "slow down")
    });
    let policy = RetryPolicy::new().base_delay(Duration::from_millis(1));
    let client = mock.builder().retry(policy).timeout(Duration::from_secs(3)).build().unwrap();
    let error = patiently(client.files().upload(&file).into_future()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(error.to_string().contains("table.csv has become a pipe"), "{error}");
    assert_eq!(mock.sent().len(), 1, "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_says_it_is_empty_and_is_not_is_sent() {
    let mock = Mock::always(uploaded());
    let client = mock.client();
    client.files().upload(FileSource::path("/proc/version").file_name("version.csv")).await.unwrap();
    let version = std::fs::read("/proc/version").unwrap();
    assert_eq!(part(&mock.only()).1, version);

    let document = client.datasets().documents().read("/proc/version").await.unwrap();
    assert_eq!(document, coze::dataset::NewDocument::file("version", version));
}

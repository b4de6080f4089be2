//! `coze datasets`: lists, documents and what becomes of them.

use coze_sim::Sim;
use serde_json::{Value, json};

use crate::lists::{array, post};
use crate::support::{Ran, count, coze, coze_at, run, run_with, scripted, sim};

const WORKSPACE: &str = "7400000000000000009";

/// Creates a dataset, and returns its id.
fn create(sim: &Sim, name: &str, format: i64) -> String {
    let body = json!({"name": name, "space_id": WORKSPACE, "format_type": format});
    post(sim, "/v1/datasets", &body)["dataset_id"].as_str().unwrap().to_owned()
}

/// A simulator whose documents are looked at some times before they are processed, and which reads none with "bad" in its name.
async fn slow() -> Sim {
    let script = json!({"documents": [
        {"when": {"contains": "bad"}, "fail": "cannot be read"},
        {"looks": 3},
    ]});
    scripted(&script.to_string()).await
}

/// A folder of texts.
fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = names.iter().map(|name| {
        let path = folder.path().join(name);
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
        path.to_str().unwrap().to_owned()
    });
    let paths = paths.collect();
    (folder, paths)
}

fn upload(sim: &Sim, dataset: &str, more: &[&str], paths: &[String]) -> Ran {
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    run(coze_at(sim, &[&["datasets", "upload", dataset], more, &paths[..]].concat()))
}

#[tokio::test(flavor = "multi_thread")]
async fn datasets_are_listed() {
    let sim = sim().await;
    let list =
        |more: &[&str]| run(coze_at(&sim, &[&["datasets", "list", "-w", WORKSPACE], more].concat())).ok();
    assert_eq!((list(&[]).as_str(), list(&["--json"]).as_str()), ("", "[]\n"));
    let (texts, images) = (create(&sim, "员工\t手册", 0), create(&sim, "photos", 2));
    let (_folder, paths) = folder(&["a.txt"]);
    upload(&sim, &texts, &[], &paths).ok();
    let lines = list(&[]);
    let fields: Vec<Vec<_>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        (fields[0][..4].to_vec(), fields[0].len()),
        (vec![images.as_str(), "photos", "image", "0"], 5)
    );
    assert_eq!(fields[1][..4], [&texts, "员工 手册", "text", "1"]);
    assert_eq!(
        (list(&["--format", "image"]).lines().count(), list(&["--name", "手册"]).lines().count()),
        (1, 1)
    );
    assert_eq!(array(&list(&["--json", "-L", "1"]))[0]["dataset_id"], images);
    run(coze_at(&sim, &["dataset", "ls"])).fails(2, &["--workspace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_added_ten_at_a_time_and_watched() {
    let sim = slow().await;
    let dataset = create(&sim, "d", 0);
    let names: Vec<_> = (1..=12).map(|number| format!("{number}.txt")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (_folder, mut paths) = folder(&names);
    paths.push("https://example.com/news".to_owned());
    let ran = upload(&sim, &dataset, &[], &paths);
    assert_eq!(ran.stderr, "");
    let lines = ran.ok();
    assert_eq!(lines.lines().count(), 13, "{lines}");
    assert!(lines.lines().nth(11).unwrap().ends_with("\t12.txt"), "{lines}");
    assert!(lines.ends_with("\thttps://example.com/news\n"), "{lines}");
    // Ten, two, and one that comes in another way.
    assert_eq!(count(&sim, "/open_api/knowledge/document/create"), 3);

    let watched = run(coze_at(&sim, &["datasets", "watch", &dataset])).ok();
    assert_eq!(watched.lines().count(), 13, "{watched}");
    assert!(watched.lines().all(|line| line.ends_with("\tdone")), "{watched}");
    let looks = count(&sim, &format!("/v1/datasets/{dataset}/process"));
    assert!(looks >= 2, "{looks}");
    // Nothing is left to be waited for.
    assert_eq!(run(coze_at(&sim, &["datasets", "watch", &dataset])).ok(), "");
    assert_eq!(run(coze_at(&sim, &["datasets", "watch", &dataset, "--json"])).ok(), "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_fails_is_told_with_the_reason() {
    let sim = slow().await;
    let dataset = create(&sim, "d", 0);
    let (_folder, paths) = folder(&["good.txt", "bad.txt"]);
    let ran = upload(&sim, &dataset, &["--watch"], &paths).fails(4, &["1 of 2 documents were not processed"]);
    let mut lines: Vec<_> =
        ran.stdout.lines().map(|line| line.split('\t').skip(1).collect::<Vec<_>>().join("|")).collect();
    lines.sort();
    assert_eq!(lines, ["bad.txt|failed|cannot be read", "good.txt|done"]);
    let ran = upload(&sim, &dataset, &["--watch", "--json"], &paths).fails(4, &["1 of 2"]);
    let statuses: Vec<_> = array(&ran.stdout).iter().map(|document| document["status"].as_i64()).collect();
    assert_eq!(statuses, [Some(1), Some(9)]);
    run(coze_at(&sim, &["datasets", "watch", &dataset, "5"])).fails(4, &["document 5"]);
    run(coze_at(&sim, &["datasets", "watch", "5"])).fails(4, &["dataset"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_ends_in_time() {
    let sim = scripted(r#"{"documents": [{"looks": 1000000}]}"#).await;
    let dataset = create(&sim, "d", 0);
    let (_folder, paths) = folder(&["a.txt"]);
    upload(&sim, &dataset, &[], &paths).ok();
    let ran = run(coze_at(&sim, &["datasets", "watch", &dataset, "--timeout", "600ms"]));
    ran.fails(5, &["documents to be processed", "--timeout"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn images_go_by_uploads_into_a_dataset_of_images() {
    let sim = sim().await;
    let (texts, images) = (create(&sim, "t", 0), create(&sim, "i", 2));
    let (_folder, paths) = folder(&["a.PNG", "b.png"]);
    let printed = upload(&sim, &images, &["--json"], &paths).ok();
    let names: Vec<Value> = array(&printed).iter_mut().map(|document| document["name"].take()).collect();
    assert_eq!(names, ["a.PNG", "b.png"]);
    assert_eq!(count(&sim, "/v1/files/upload"), 2);
    let ran = upload(&sim, &texts, &["--json"], &paths).fails(4, &["0 of 2 documents were added"]);
    assert_eq!(ran.stdout, "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_found_before_anything_is_sent() {
    let sim = sim().await;
    let dataset = create(&sim, "d", 0);
    let before = sim.requests().len();
    let (folder, mut paths) = folder(&["a.txt"]);
    let missing = folder.path().join("missing.txt");
    paths.push(missing.to_str().unwrap().to_owned());
    upload(&sim, &dataset, &[], &paths).fails(2, &["cannot read", "missing.txt"]);
    paths[1] = folder.path().to_str().unwrap().to_owned();
    upload(&sim, &dataset, &[], &paths).fails(2, &["folder"]);
    std::fs::write(&missing, "").unwrap();
    paths[1] = missing.to_str().unwrap().to_owned();
    upload(&sim, &dataset, &[], &paths).fails(2, &["missing.txt is empty"]);
    upload(&sim, &dataset, &["--name", "x.txt"], &paths).fails(2, &["--name", "one document"]);
    upload(&sim, &dataset, &["-"], &[]).fails(2, &["standard input", "--name"]);
    upload(&sim, &dataset, &["file:///etc/passwd"], &[]).fails(2, &["`file:`"]);
    upload(&sim, &dataset, &[], &[]).fails(2, &["PATH|URL"]);
    assert_eq!(sim.requests().len(), before);
    run(coze(&["datasets", "upload", "1", &paths[0]])).fails(3, &["no token", "--sim"]);

    let odd = folder.path().join("a.xyz");
    std::fs::write(&odd, "x").unwrap();
    upload(&sim, &dataset, &[], &[odd.to_str().unwrap().to_owned()]).fails(4, &["file_type", "xyz"]);
    upload(&sim, "5", &[], &paths[..1]).fails(4, &["dataset"]);
    let args = ["datasets", "upload", &dataset, "-", "--name", "log.txt"];
    assert!(run_with(coze_at(&sim, &args), "commit").ok().ends_with("\tlog.txt\n"));
}

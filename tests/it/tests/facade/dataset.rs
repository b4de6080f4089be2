//! Datasets: what every method sends, and lists across pages.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use coze::dataset::{
    CreateDataset, CreateDocuments, FormatType, ListDatasets, ListDocuments, ListImages, NewDocument,
    UpdateDataset, UpdateDocument,
};
use coze::{ErrorKind, FileSource, RetryPolicy, endpoint, types};
use serde_json::{Value, json};

use crate::mock::{Mock, Reply};

fn done() -> Reply {
    Reply::json(&json!({"code": 0, "msg": ""}))
}

#[tokio::test]
async fn every_method_sends_its_request() {
    let mock = Mock::always(Reply::data(&json!({"dataset_id": "1"})));
    let client = mock.client();
    let datasets = client.datasets();
    let made = datasets.create(CreateDataset::new("n", "7", FormatType::Text)).await.unwrap();
    assert_eq!(made.dataset_id, "1");
    datasets.list(ListDatasets::new("7")).await.unwrap();
    datasets.update(UpdateDataset::new("1", "m")).await.unwrap();
    datasets.delete("1").await.unwrap();
    datasets.process("1", ["2"]).await.unwrap();
    datasets.images().list(ListImages::new("1")).await.unwrap();
    datasets.images().update("1", "2", "cat").await.unwrap();
    let documents = datasets.documents();
    documents.create(CreateDocuments::new("1", [NewDocument::file("a.txt", "x")])).await.unwrap();
    documents.list(ListDocuments::new("1")).await.unwrap();
    documents.update(UpdateDocument::new("2").document_name("b")).await.unwrap();
    documents.delete(["2"]).await.unwrap();
    assert_eq!(
        mock.lines(),
        [
            "POST /v1/datasets",
            "GET /v1/datasets?space_id=7&page_num=1&page_size=10",
            "PUT /v1/datasets/1",
            "DELETE /v1/datasets/1",
            "POST /v1/datasets/1/process",
            "GET /v1/datasets/1/images?page_num=1&page_size=10",
            "PUT /v1/datasets/1/images/2",
            "POST /open_api/knowledge/document/create",
            "POST /open_api/knowledge/document/list",
            "POST /open_api/knowledge/document/update",
            "POST /open_api/knowledge/document/delete",
        ]
    );
    for sent in mock.sent() {
        let of_documents = sent.path().starts_with("/open_api/");
        assert_eq!(sent.header("agw-js-conv"), of_documents.then_some("str"), "{}", sent.line());
    }
}

#[tokio::test]
async fn a_document_without_content_is_not_sent() {
    let mock = Mock::always(done());
    let request = CreateDocuments::new("1", [NewDocument::file("a.txt", "")]);
    let client = mock.client();
    let error = client.datasets().documents().create(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("document_bases[0].source_info"), "{error}");
    assert!(mock.sent().is_empty());
}

#[derive(Clone, Debug)]
struct Ping;

endpoint!(Ping: GET "/v1/ping", headers("x-one": "1", "x-two": "2") => types::Empty);

#[derive(Clone, Debug)]
struct Rogue;

endpoint!(Rogue: GET "/v1/rogue", headers("authorization": "Bearer mine") => types::Empty);

#[tokio::test]
async fn headers_of_an_endpoint_stand_beside_those_of_the_call() {
    let mock = Mock::always(done());
    let client = mock.builder().header("x-two", "client").build().unwrap();
    client.send(Ping).header("x-three", "3").await.unwrap();
    let sent = mock.only();
    assert_eq!(sent.header("x-one"), Some("1"));
    assert_eq!(sent.headers.get_all("x-two").iter().count(), 1);
    assert_eq!((sent.header("x-two"), sent.header("x-three")), (Some("2"), Some("3")));
    // The call has the last word.
    client.send(Ping).header("x-two", "mine").await.unwrap();
    assert_eq!(mock.sent()[1].header("x-two"), Some("mine"));
    // What is the client's own stays so.
    let error = client.send(Rogue).await.unwrap_err();
    assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::InvalidRequest, 2));
}

/// A server with the documents 1 to `total`, whose pages are counted from `base`.
fn library(total: u64, base: u64) -> Mock {
    Mock::new(move |_, sent| {
        let body = sent.json();
        let (page, size) = (body["page"].as_u64().unwrap(), body["size"].as_u64().unwrap());
        let start = page.saturating_sub(base) * size;
        let ids =
            (start..total.min(start + size)).map(|index| json!({"document_id": (index + 1).to_string()}));
        Reply::json(&json!({"code": 0, "document_infos": ids.collect::<Vec<_>>(), "total": total}))
    })
}

async fn read(mock: &Mock, request: ListDocuments) -> (Vec<u64>, Vec<Value>) {
    let client = mock.client();
    let documents = client.datasets().documents().list(request).items().collect().await.unwrap();
    let ids = documents.iter().map(|document| document.document_id.as_str().parse().unwrap()).collect();
    let pages = mock.sent().iter().map(|sent| sent.json()["page"].clone()).collect();
    (ids, pages)
}

#[tokio::test]
async fn documents_are_listed_across_pages() {
    for (total, pages) in [(0, vec![1]), (3, vec![1]), (10, vec![1]), (11, vec![1, 2]), (25, vec![1, 2, 3])] {
        let (ids, asked) = read(&library(total, 1), ListDocuments::new("1")).await;
        assert_eq!(ids, (1..=total).collect::<Vec<_>>());
        assert_eq!(asked, pages);
    }
    // From a later page on, what stands before is not missed.
    let (ids, pages) = read(&library(25, 1), ListDocuments::new("1").page(2)).await;
    assert_eq!((ids, pages), ((11..=25).collect(), vec![json!(2), json!(3)]));
}

#[tokio::test]
async fn no_document_is_lost_where_pages_are_counted_from_0() {
    for total in [0, 1, 3, 10, 11, 20, 25] {
        let (mut ids, pages) = read(&library(total, 0), ListDocuments::new("1")).await;
        ids.sort_unstable();
        assert_eq!(ids, (1..=total).collect::<Vec<_>>(), "{pages:?}");
        let (ids, _) = read(&library(total, 0), ListDocuments::new("1").page(0)).await;
        assert_eq!(ids, (1..=total).collect::<Vec<_>>());
        // The other way round: page 0 where pages are counted from 1.
        let (ids, _) = read(&library(total, 1), ListDocuments::new("1").page(0)).await;
        assert_eq!(ids, (1..=total).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_total_that_is_too_large_ends_the_list_without_repeating_it() {
    let mock = Mock::new(|_, sent| {
        let documents = match sent.json()["page"].as_u64() {
            Some(0 | 1) => json!([{"document_id": "1"}, {"document_id": "2"}]),
            _ => json!([]),
        };
        Reply::json(&json!({"code": 0, "document_infos": documents, "total": 9}))
    });
    let (ids, pages) = read(&mock, ListDocuments::new("1").size(2)).await;
    assert_eq!((ids, pages), (vec![1, 2], vec![json!(1), json!(2), json!(0)]));
}

#[tokio::test]
async fn a_server_that_does_not_look_at_the_page_is_asked_twice_at_most() {
    let mock = Mock::always(Reply::json(&json!({
        "code": 0, "document_infos": [{"document_id": "1"}, {"document_id": "2"}], "total": 100,
    })));
    let (ids, pages) = read(&mock, ListDocuments::new("1")).await;
    assert_eq!((ids, pages.len()), (vec![1, 2], 2));
}

#[tokio::test]
async fn without_a_total_a_short_page_is_the_last() {
    let counts = Arc::new(Mutex::new(vec![3, 10, 10]));
    let mock = Mock::new(move |number, _| {
        let count = counts.lock().unwrap().pop().unwrap();
        let ids: Vec<_> =
            (0..count).map(|index| json!({"document_id": (number * 10 + index).to_string()})).collect();
        Reply::json(&json!({"code": 0, "document_infos": ids}))
    });
    let (ids, pages) = read(&mock, ListDocuments::new("1")).await;
    assert_eq!((ids.len(), pages.len()), (23, 3));
}

#[tokio::test]
async fn datasets_and_images_are_listed_across_pages() {
    // The server gives fewer than were asked for, and says how many there are in all.
    let mock = Mock::new(|_, sent| {
        let page: u64 = sent.target().split("page_num=").nth(1).unwrap()[..1].parse().unwrap();
        let ids: Vec<_> = ((page - 1) * 2..(page * 2).min(5)).map(|id| id.to_string()).collect();
        let datasets: Vec<_> = ids.iter().map(|id| json!({"dataset_id": id})).collect();
        let images: Vec<_> = ids.iter().map(|id| json!({"document_id": id})).collect();
        Reply::data(&json!({"total_count": 5, "dataset_list": datasets, "photo_infos": images}))
    });
    let client = mock.client();
    let datasets = client.datasets().list(ListDatasets::new("7")).items().collect().await.unwrap();
    assert_eq!((datasets.len(), mock.sent().len()), (5, 3));
    let images = client.datasets().images().list(ListImages::new("7")).items().collect().await.unwrap();
    assert_eq!((images.len(), mock.sent().len()), (5, 6));
    let stuck = Mock::always(Reply::data(&json!({
        "total_count": 5, "dataset_list": [{"dataset_id": "1"}], "photo_infos": [{"document_id": "1"}],
    })));
    let client = stuck.client();
    assert_eq!(client.datasets().list(ListDatasets::new("7")).items().collect().await.unwrap().len(), 1);
    let images = client.datasets().images().list(ListImages::new("7"));
    assert_eq!(images.items().collect().await.unwrap().len(), 1);
    assert_eq!(stuck.sent().len(), 4);
}

#[tokio::test]
async fn files_are_read_into_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("员工 手册.TXT");
    // More than one piece.
    let content = "九点上班。".repeat(100_000);
    std::fs::write(&path, &content).unwrap();
    let mock = Mock::always(done());
    let client = mock.client();
    let documents = client.datasets().documents();
    let file = documents.read(&path).await.unwrap();
    assert_eq!(file, NewDocument::file("员工 手册.TXT", content.clone()));
    documents.create(CreateDocuments::new("1", [file])).await.unwrap();
    let body = mock.only().json();
    assert_eq!(body["document_bases"][0]["source_info"]["file_type"], "txt");
    let request: CreateDocuments = serde_json::from_value(body).unwrap();
    assert_eq!(request.document_bases, [NewDocument::file("员工 手册.TXT", content)]);

    let bytes = documents.read(FileSource::bytes("a.pdf", "%PDF")).await.unwrap();
    assert_eq!(bytes, NewDocument::file("a.pdf", "%PDF"));
    let reader = FileSource::reader("b.doc", &b"hello"[..]).len(5);
    assert_eq!(documents.read(reader).await.unwrap(), NewDocument::file("b.doc", "hello"));
}

#[tokio::test]
async fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Mock::always(done());
    let client = mock.client();
    let documents = client.datasets().documents();
    for (path, part) in
        [(folder.path().join("none.pdf"), "none.pdf"), (folder.path().to_owned(), "directory")]
    {
        let error = documents.read(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File);
        let text = error.to_string();
        assert!(text.contains(part) && text.contains(path.to_str().unwrap()), "{text}");
    }
    let short = FileSource::reader("b.doc", &b"hello"[..]).len(6);
    let error = documents.read(short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File);
    assert!(error.to_string().contains("b.doc gave 5 of 6 bytes"), "{error}");
    let broken = futures_util::stream::iter([Ok(Bytes::from("a")), Err(std::io::Error::other("unplugged"))]);
    let error = documents.read(FileSource::stream("c.txt", broken)).await.unwrap_err();
    assert!(error.to_string().contains("c.txt: unplugged"), "{error}");
    assert!(mock.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_only_reads_is_sent_again() {
    let mock =
        Mock::new(|number, _| if number % 2 == 0 { Reply::new(502, "text/plain", "") } else { done() });
    let client = mock.builder().retry(RetryPolicy::default()).build().unwrap();
    client.datasets().process("1", ["2"]).await.unwrap();
    client.datasets().documents().list(ListDocuments::new("1")).await.unwrap();
    assert_eq!(mock.sent().len(), 4);
    let file = CreateDocuments::new("1", [NewDocument::file("a.txt", "x")]);
    client.datasets().documents().create(file).await.unwrap_err();
    assert_eq!(mock.sent().len(), 5, "a document would be there twice");
}

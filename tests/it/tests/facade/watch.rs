//! Watching documents until they are processed, in time that the tests control.

use std::time::Duration;

use coze::transport::TransportError;
use coze::types::{ApiErrorKind, DocumentId};
use coze::{DatasetProgress, ErrorKind, WatchDocuments};
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::mock::{Mock, Reply};

fn document(id: &str, status: i64, progress: i64) -> Value {
    json!({"document_id": id, "document_name": format!("{id}.pdf"), "status": status, "progress": progress})
}

fn failed(id: &str, reason: &str) -> Value {
    json!({"document_id": id, "document_name": format!("{id}.pdf"), "status": 9, "status_descript": reason})
}

fn answer(documents: impl IntoIterator<Item = Value>) -> Reply {
    Reply::data(&json!({"data": documents.into_iter().collect::<Vec<_>>()}))
}

/// A server that gives the answers in turn, the last for ever.
fn server<const N: usize>(answers: [Vec<Value>; N]) -> Mock {
    Mock::new(move |number, _| answer(answers[number.min(N - 1)].clone()))
}

fn ids<'a>(documents: impl IntoIterator<Item = &'a DocumentId>) -> Vec<&'a str> {
    documents.into_iter().map(DocumentId::as_str).collect()
}

async fn all(watch: WatchDocuments) -> Vec<DatasetProgress> {
    watch.try_collect().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_answer_is_handed_on_until_all_are_processed() {
    let mock = server([
        vec![document("2", 0, 10), document("1", 0, 40)],
        vec![document("1", 1, 100), document("2", 0, 50)],
        vec![document("1", 1, 100), document("2", 5, 100)],
        vec![document("1", 1, 100), document("2", 2, 100)],
    ]);
    let client = mock.client();
    let mut watch = client.datasets().process("7", ["1", "2"]).watch();
    let mut percents = Vec::new();
    while let Some(progress) = watch.next().await {
        let progress = progress.unwrap();
        // In the order of the question.
        assert_eq!(ids(progress.documents.iter().map(|document| &document.document_id)), ["1", "2"]);
        percents.push((progress.percent(), progress.is_terminal()));
    }
    assert_eq!(percents, [(25, false), (75, false), (100, false), (100, true)]);
    assert!(watch.next().await.is_none(), "the end stays the end");
    let sent = mock.sent();
    assert_eq!(sent[0].line(), "POST /v1/datasets/7/process");
    assert_eq!(sent[0].json(), json!({"document_ids": ["1", "2"]}));
    let waits: Vec<_> = sent.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    assert_eq!(waits, [250, 500, 1000]);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_is_left_is_that_of_the_slowest() {
    let mut slow = document("2", 0, 5);
    slow["remaining_time"] = json!(90);
    let mut fast = document("1", 0, 5);
    fast["remaining_time"] = json!("30");
    let mock = server([vec![fast, slow], vec![document("1", 1, 100), document("2", 1, 100)]]);
    let progress = all(mock.client().datasets().process("7", ["1", "2"]).watch()).await;
    assert_eq!(progress[0].remaining(), Some(Duration::from_secs(90)));
    assert_eq!(progress[1].remaining(), None);
}

#[tokio::test(start_paused = true)]
async fn waiting_answers_with_the_documents() {
    let mock = server([vec![document("1", 0, 0)], vec![document("1", 1, 100)]]);
    // A document that is named twice is one document.
    let documents = mock.client().datasets().process_and_poll("7", ["1", "1"]).await.unwrap();
    assert_eq!(documents.len(), 1);
    assert!(documents[0].is_done());
    // Also when it was watched to its end before.
    let mock = server([vec![document("1", 1, 100)]]);
    let client = mock.client();
    let mut watch = client.datasets().process("7", ["1"]).watch();
    while watch.next().await.is_some() {}
    assert_eq!(watch.finish().await.unwrap().len(), 1);
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_document_beside_others_is_told_and_the_others_are_kept() {
    let answers = || {
        server([
            vec![document("1", 0, 10), failed("2", "slicing failed"), document("3", 0, 1)],
            vec![document("1", 1, 100), failed("2", "slicing failed"), document("3", 1000, 0)],
        ])
    };
    let progress = all(answers().client().datasets().process("7", ["1", "2", "3"]).watch()).await;
    assert_eq!(progress.len(), 2, "one that failed does not end the watch of the others");
    let last = &progress[1];
    assert_eq!(ids(last.failed().map(|document| &document.document_id)), ["2", "3"]);
    assert_eq!(ids(last.done().map(|document| &document.document_id)), ["1"]);

    let error = answers().client().datasets().process_and_poll("7", ["1", "2", "3"]).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.endpoint()),
        (ErrorKind::Processing, Some("/v1/datasets/{dataset_id}/process"))
    );
    let text = error.to_string();
    for part in ["2 of 3", "2 (2.pdf): slicing failed", "3 (3.pdf): the server gives no reason", "dataset 7"]
    {
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
    assert!(!error.is_retryable());
    let kept = error.documents().unwrap();
    assert_eq!((kept.dataset_id.as_str(), kept.done().count(), kept.failed().count()), ("7", 1, 2));
    assert!(error.chat().is_none() && error.run().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_error_about_many_documents_stays_short() {
    let named: Vec<_> = (0..200).map(|id| id.to_string()).collect();
    let answers = named.iter().map(|id| failed(id, &"原因".repeat(5000))).collect();
    let error = server([answers]).client().datasets().process_and_poll("7", &named).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("200 of 200") && text.contains("and 195 more"), "{text}");
    assert!(text.chars().count() < 2000, "{}", text.chars().count());
    assert_eq!(error.documents().unwrap().failed().count(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_vanishes_is_given_up_in_the_end() {
    let mock = server([vec![document("1", 0, 10), document("2", 0, 10)], vec![document("1", 1, 100)]]);
    let client = mock.client();
    let progress = all(client.datasets().process("7", ["1", "2"]).watch()).await;
    assert_eq!(progress.len(), 11);
    let last = progress.last().unwrap();
    assert_eq!((ids(&last.missing), last.is_terminal(), last.percent()), (vec!["2"], false, 50));
    let error = client.datasets().process_and_poll("7", ["1", "2"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Processing);
    assert!(
        error.to_string().contains("1 of 2 documents were not processed: 2: the server does not name it")
    );
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_named_late_is_waited_for() {
    // Right after it was made, the server may not know of it yet.
    let mock = Mock::new(|number, _| match number {
        9 => answer([document("1", 0, 1)]),
        0..18 => answer([]),
        _ => answer([document("1", 1, 100)]),
    });
    let documents = mock.client().datasets().process_and_poll("7", ["1"]).await.unwrap();
    assert_eq!((documents.len(), mock.sent().len()), (1, 19));
}

#[tokio::test(start_paused = true)]
async fn a_missing_document_is_not_given_up_while_another_is_processed() {
    let mock = Mock::new(|number, _| match number {
        0..50 => answer([document("1", 0, 1)]),
        _ => answer([document("1", 1, 100), document("2", 1, 100)]),
    });
    assert_eq!(mock.client().datasets().process_and_poll("7", ["1", "2"]).await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn answers_that_stay_empty_end_the_wait() {
    for empty in [json!({"data": []}), json!({"data": null}), Value::Null] {
        let mock = Mock::always(Reply::data(&empty));
        let error = mock.client().datasets().process_and_poll("7", ["1", "2"]).await.unwrap_err();
        assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::Processing, 10));
        assert_eq!(ids(&error.documents().unwrap().missing), ["1", "2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn answers_about_other_documents_are_no_answers() {
    let mock = server([vec![document("8", 1, 100)], vec![document("8", 9, 0), document("1", 1, 100)]]);
    let documents = mock.client().datasets().process_and_poll("7", ["1"]).await.unwrap();
    assert_eq!(ids(documents.iter().map(|document| &document.document_id)), ["1"]);
}

#[tokio::test(start_paused = true)]
async fn a_status_that_nobody_knows_ends_with_the_deadline() {
    for status in [json!(77), json!("77"), Value::Null] {
        let mut strange = document("1", 0, 100);
        strange["status"] = status;
        let mock = server([vec![strange, document("2", 1, 100)]]);
        let started = Instant::now();
        let client = mock.client();
        let error = client.datasets().process_and_poll("7", ["1", "2"]).await.unwrap_err();
        assert_eq!(
            (error.kind(), started.elapsed().as_secs()),
            (ErrorKind::Timeout(coze::TimeoutKind::Rest), 3600)
        );
        let text = error.to_string();
        for part in ["1 of 2", "the server continues", "documents 1, 2 of the dataset 7", "3600s"] {
            assert!(text.contains(part), "{part:?} in {text:?}");
        }
        assert_eq!(error.documents().unwrap().documents.len(), 2);
        assert!(error.is_retryable(), "asking again does no harm");
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_can_be_set_and_ends_the_watch() {
    let mock = server([vec![document("1", 0, 10)]]);
    let client = mock.client();
    let started = Instant::now();
    let mut watch = client.datasets().process("7", ["1"]).watch().deadline(Duration::from_secs(5));
    let mut answers = 0;
    let error = loop {
        match watch.next().await.unwrap() {
            Ok(_) => answers += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::Timeout(coze::TimeoutKind::Rest), 5));
    assert_eq!(answers, mock.sent().len());
    assert!(watch.next().await.is_none());

    let hours = Duration::from_secs(3 * 3600);
    let started = Instant::now();
    let mock = Mock::new(move |_, _| {
        let status = i64::from(started.elapsed() >= hours);
        answer([document("1", status, 10)])
    });
    let client = mock.client();
    client.datasets().process("7", ["1"]).watch().deadline(None).finish().await.unwrap();
    assert!(started.elapsed() >= hours);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_does_not_stretch_the_deadline() {
    let mock = Mock::new(|number, _| match number {
        0 => answer([document("1", 0, 10)]),
        _ => Reply::silence(),
    });
    let started = Instant::now();
    let client = mock.client();
    let watch = client.datasets().process("7", ["1"]).watch().deadline(Duration::from_secs(5));
    let error = watch.finish().await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::Timeout(coze::TimeoutKind::Rest), 5));
    assert_eq!(error.documents().unwrap().documents[0].progress, Some(10));
    assert_eq!(mock.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn after_an_error_that_may_pass_it_goes_on() {
    let mock = Mock::new(|number, _| match number {
        1 => Reply::fail(TransportError::other("reset")),
        2 => Reply::json(&json!({"code": 4013, "msg": "slow down", "detail": {"logid": "L"}})),
        3 => answer([document("1", 1, 100)]),
        _ => answer([document("1", 0, 10)]),
    });
    let client = mock.client();
    let results: Vec<_> = client.datasets().process("7", ["1"]).watch().collect().await;
    let kinds: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().map_or_else(|error| Some(error.kind()), |_| None))
        .collect();
    assert_eq!(kinds, [None, Some(ErrorKind::Transport), Some(ErrorKind::RateLimited), None]);
    let error = results[2].as_ref().unwrap_err();
    assert_eq!((error.log_id().unwrap().as_str(), error.documents().unwrap().percent()), ("L", 10));
    // Nobody hammers a server that fails.
    let sent = mock.sent();
    let waits: Vec<_> = sent.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    assert_eq!(waits, [250, 500, 1000]);
}

#[tokio::test(start_paused = true)]
async fn any_other_error_ends_it_and_names_the_documents() {
    let mock = Mock::new(|number, _| match number {
        0 => answer([document("1", 0, 10)]),
        _ => Reply::json(&json!({"code": 4101, "msg": "no"})),
    });
    let client = mock.client();
    let mut watch = client.datasets().process("7", ["1"]).watch();
    watch.next().await.unwrap().unwrap();
    let error = watch.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert_eq!(error.endpoint(), Some("/v1/datasets/{dataset_id}/process"));
    assert!(error.to_string().contains("documents 1 of the dataset 7"), "{error}");
    assert!(watch.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn mistakes_of_the_caller_are_told_once_and_nothing_is_sent() {
    let mock = server([vec![document("1", 1, 100)]]);
    let client = mock.client();
    let call = client.datasets().process("7", ["1"]).header("x-a", "1\n2");
    let results: Vec<_> = call.watch().collect().await;
    assert!(matches!(&results[..], [Err(error)] if error.kind() == ErrorKind::InvalidRequest), "{results:?}");
    let error = client.datasets().process_and_poll("7", [""; 0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("document_ids"), "{error}");
    assert!(mock.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn options_of_the_call_hold_for_every_question() {
    let mock = server([vec![document("1", 0, 1)], vec![document("1", 0, 1)], vec![document("1", 1, 100)]]);
    mock.client().datasets().process_and_poll("7", ["1"]).header("x-trace", "t").await.unwrap();
    assert_eq!(mock.sent().len(), 3);
    assert!(mock.sent().iter().all(|sent| sent.header("x-trace") == Some("t")));
}

#[tokio::test(start_paused = true)]
async fn studio_is_asked_with_numbers() {
    let refusal =
        || Reply::new(400, "text/plain", "json: cannot unmarshal string into Go value of type int64");
    let mock = Mock::new(move |_, sent| match sent.json()["document_ids"][0] {
        Value::Number(_) if sent.header("x-trace") != Some("t") => Reply::new(500, "text/plain", ""),
        Value::Number(_) => answer([document("7400000000000000001", 0, 1)]),
        _ => refusal(),
    });
    let client = mock.client();
    let call = client.datasets().process("7", ["7400000000000000001"]).header("x-trace", "t");
    let watch = call.watch().deadline(Duration::from_secs(3));
    assert_eq!(watch.finish().await.unwrap_err().kind(), ErrorKind::Timeout(coze::TimeoutKind::Rest));
    let texts = mock.sent().iter().filter(|sent| sent.json()["document_ids"][0].is_string()).count();
    assert_eq!(texts, 1, "what the server wants is learnt once");
    assert!(mock.sent().len() > 3);

    // Whoever refuses both is told of by its first refusal.
    let mock =
        Mock::new(|number, _| Reply::json(&json!({"code": 4000, "msg": format!("no {number}")})).status(400));
    let error = mock.client().datasets().process_and_poll("7", ["1"]).await.unwrap_err();
    assert_eq!(error.api().unwrap().kind(), ApiErrorKind::InvalidRequest);
    assert!(error.to_string().contains("no 0"), "{error}");
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_an_answer_may_be_dropped_and_taken_up_again() {
    let mock = Mock::script([answer([document("1", 1, 100)]).after(Duration::from_secs(2))]);
    let client = mock.client();
    let mut watch = client.datasets().process("7", ["1"]).watch();
    assert!(tokio::time::timeout(Duration::from_secs(1), watch.next()).await.is_err());
    assert!(watch.next().await.unwrap().unwrap().is_terminal());
    assert_eq!(mock.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_while_nobody_listens() {
    let mock = server([vec![document("1", 0, 1)]]);
    let client = mock.client();
    let mut watch = client.datasets().process("7", ["1"]).watch();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(mock.sent().is_empty());
    watch.next().await.unwrap().unwrap();
    drop(watch);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(mock.sent().len(), 1);
}

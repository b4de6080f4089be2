//! What the official clients send, read into the types and written again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use replay::known::{table, unexplained};
use replay::record::Record;
use replay::replay;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn nothing_is_lost_of_what_official_clients_send() {
    let known = table(&file("known.tsv")).unwrap();
    let mut mismatches = Vec::new();
    let mut clients = BTreeSet::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings")).unwrap() {
        let path = entry.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let record: Record = serde_json::from_str(line).unwrap();
            let found = unexplained(&known, &record, replay(&record));
            let Record { sdk, method, path, .. } = &record;
            mismatches.extend(found.iter().map(|mismatch| format!("{sdk} {method} {path}: {mismatch}")));
            clients.insert(record.sdk);
        }
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    assert!(clients.len() >= 3, "{clients:?}");
    // What no client does any more is no line of the table; of a client that is not recorded here, nobody knows.
    let unused = known.iter().filter(|known| known.hits.get() == 0 && clients.contains(known.sdk()));
    assert_eq!(unused.map(|known| known.why.as_str()).collect::<Vec<_>>(), [""; 0]);
}

fn mismatches(line: &str) -> Vec<String> {
    replay(&serde_json::from_str(line).unwrap())
}

#[test]
fn what_is_lost_added_or_changed_is_named() {
    for (line, expected) in [
        (r#"{"method":"GET","path":"/v1/nothing"}"#, "no endpoint"),
        (
            r#"{"method":"GET","path":"/v1/bots/1","query":[["is_publised","true"]]}"#,
            "unknown field `is_publised`",
        ),
        (
            r#"{"method":"POST","path":"/v3/chat","json":{"bot_id":"1","user_id":"u","stream":true,"bot_versoin":"2"}}"#,
            "unknown field `bot_versoin`",
        ),
        (r#"{"method":"PUT","path":"/v1/conversations/1","json":{"name":7}}"#, "name"),
        (
            r#"{"method":"POST","path":"/v1/bots/1/unpublish","json":{"bot_id":"2","connector_id":"1024"}}"#,
            "`bot_id` is \"1\" in the address and \"2\"",
        ),
        (
            r#"{"method":"POST","path":"/v1/files/upload","json":{},"multipart":[]}"#,
            "both `json` and `multipart`",
        ),
    ] {
        let found = mismatches(line);
        assert!(found.len() == 1 && found[0].contains(expected), "{line}: {found:?}");
    }
}

#[test]
fn order_nulls_and_spelling_are_no_mismatch() {
    for line in [
        r#"{"method":"POST","path":"/v3/chat","query":[["conversation_id",""]],"json":{"user_id":"u","stream":true,"bot_id":7,"meta_data":null,"additional_messages":[{"content":"x","role":"user","id":null,"audio":""}]}}"#,
        r#"{"method":"POST","path":"/v1/bots/1/unpublish","json":{"bot_id":"1","connector_id":"1024"}}"#,
        r#"{"sdk":"me","method":"GET","path":"/v1/conversations","query":[["page_size","20"],["bot_id","1"]],"content_type":null,"json":null,"multipart":null,"recorded_at":1}"#,
        r#"{"sdk":"java","method":"GET","path":"/v1/commerce/benefit/bill_tasks","query":[["task_ids","1"],["task_ids","2"],["page_size","20"]]}"#,
        r#"{"sdk":"go","method":"GET","path":"/v1/stores/plugins","query":[["category_ids","a"],["category_ids","b"]]}"#,
        r#"{"method":"POST","path":"/v1/files/upload","multipart":[{"name":"file","filename":"a \"b\".txt","content_type":"text/plain","size":3,"value":null}]}"#,
    ] {
        assert_eq!(mismatches(line), [""; 0], "{line}");
    }
}

#[test]
fn a_table_with_a_missing_column_is_refused() {
    let problem = table("# a comment\n\npy\tGET\t/v1/x\tunknown\n").unwrap_err();
    assert!(problem.contains("line 3"), "{problem}");
}

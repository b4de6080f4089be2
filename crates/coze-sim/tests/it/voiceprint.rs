use coze_sim::Sim;
use serde_json::{Value, json};

use crate::support::{
    AUTH, FORM, JSON, Reply, delete, field, form, get, part, post, put, send, sim, text, wav,
};

const GROUPS: &str = "/v1/audio/voiceprint_groups";
const OTHER: (&str, &str) = ("authorization", "Bearer pat_other");

#[track_caller]
fn problem(reply: &Reply) -> String {
    let (status, code, msg) = reply.refusal();
    assert_eq!((status, code), (400, 4000), "{msg}");
    msg.strip_prefix("Request parameter error: ").unwrap().to_owned()
}

async fn group(sim: &Sim, name: &str) -> String {
    text(&post(sim, GROUPS, json!({"name": name})).await.data()["id"])
}

async fn feature(sim: &Sim, group: &str, name: &str, file: &[u8]) -> Reply {
    let parts = [field("name", name), field("desc", "d"), part("file", "a.wav", file)];
    form(sim, "POST", &format!("{GROUPS}/{group}/features"), &parts).await
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn groups_are_made_changed_listed_and_deleted() {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let first = text(&post(&sim, GROUPS, json!({"name": "客厅音箱", "desc": "d"})).await.data()["id"]);
    let second = group(&sim, "卧室").await;
    let list = get(&sim, GROUPS).await.data();
    assert_eq!((names(&list), &list["total"]), (vec!["卧室", "客厅音箱"], &json!(2)));
    let shown = &list["items"][1];
    assert_eq!(
        (&shown["id"], &shown["desc"], &shown["feature_count"]),
        (&json!(first), &json!("d"), &json!(0))
    );
    let user = text(&shown["user_info"]["id"]);
    for (query, expected) in [
        ("page_size=1".to_owned(), vec!["卧室"]),
        ("page_size=1&page_num=2".to_owned(), vec!["客厅音箱"]),
        ("name=%E5%AE%A2%E5%8E%85".to_owned(), vec!["客厅音箱"]),
        (format!("group_id={second}"), vec!["卧室"]),
        (format!("user_id={user}"), vec!["卧室", "客厅音箱"]),
    ] {
        assert_eq!(names(&get(&sim, &format!("{GROUPS}?{query}")).await.data()), expected, "{query}");
    }
    let foreign = get(&sim, &format!("{GROUPS}?user_id=5")).await;
    assert!(problem(&foreign).starts_with("user_id: only your own groups"));

    let path = format!("{GROUPS}/{first}");
    assert_eq!(put(&sim, &path, json!({"name": "餐厅"})).await.json()["code"], 0);
    let shown = get(&sim, &format!("{GROUPS}?group_id={first}")).await.data()["items"][0].clone();
    assert_eq!((&shown["name"], &shown["desc"]), (&json!("餐厅"), &json!("d")));
    for method in ["PUT", "DELETE"] {
        let reply = send(&sim, method, &path, &[OTHER, JSON], "{}").await.refusal();
        assert_eq!((reply.0, reply.1), (403, 4101), "{method}: {}", reply.2);
    }
    assert_eq!(delete(&sim, &path).await.json()["code"], 0);
    assert!(problem(&delete(&sim, &path).await).starts_with("group_id: there is no voiceprint group"));
    for (body, expected) in [
        (json!({}), "name: required"),
        (json!({"name": "二".repeat(21)}), "name: at most 20 characters, got 21"),
        (json!({"name": "x", "desc": "d".repeat(501)}), "desc: at most 500 characters, got 501"),
    ] {
        let problem = problem(&post(&sim, GROUPS, body).await);
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert!(problem(&get(&sim, &format!("{GROUPS}?page_size=201")).await).starts_with("page_size: expected"));
}

#[tokio::test]
async fn voiceprints_are_made_found_and_deleted() {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let group = group(&sim, "g").await;
    let path = format!("{GROUPS}/{group}/features");
    let mother = text(&feature(&sim, &group, "妈妈", &wav(100)).await.data()["id"]);
    feature(&sim, &group, "爸爸", &wav(200)).await.data();
    let list = get(&sim, &path).await.data();
    assert_eq!((names(&list), &list["total"]), (vec!["爸爸", "妈妈"], &json!(2)));
    assert_eq!(list["items"][1]["group_id"], json!(group));

    let identify = format!("{GROUPS}/{group}/speaker_identify");
    let heard = form(&sim, "POST", &identify, &[part("file", "x.wav", &wav(100))]).await.data();
    let scores = heard["feature_score_list"].as_array().unwrap();
    assert_eq!(
        (scores.len(), &scores[0]["feature_id"], &scores[0]["score"]),
        (2, &json!(mother), &json!(100.0))
    );
    assert_eq!((&scores[0]["feature_name"], &scores[0]["feature_desc"]), (&json!("妈妈"), &json!("d")));
    assert!(scores[1]["score"].as_f64().unwrap() < 50.0);
    let best = [field("top_k", "1"), part("file", "x.wav", &wav(200))];
    let best = form(&sim, "POST", &identify, &best).await.data();
    assert_eq!(best["feature_score_list"].as_array().unwrap().len(), 1);
    assert_eq!(best["feature_score_list"][0]["feature_name"], "爸爸");

    let one = format!("{path}/{mother}");
    let parts = [field("name", "母亲"), part("file", "new.pcm", &[1, 2, 3])];
    assert_eq!(form(&sim, "PUT", &one, &parts).await.data()["id"], json!(mother));
    // A client without a file sends JSON.
    assert_eq!(put(&sim, &one, json!({"desc": "新"})).await.data()["id"], json!(mother));
    let shown = get(&sim, &path).await.data()["items"][1].clone();
    assert_eq!((&shown["name"], &shown["desc"]), (&json!("母亲"), &json!("新")));
    assert_eq!(text(&shown["audio_url"]).rsplit('.').next(), Some("pcm"));
    for (method, header, body) in [("DELETE", JSON, ""), ("PUT", FORM, "--XX--\r\n")] {
        let reply = send(&sim, method, &one, &[OTHER, header], body).await.refusal();
        assert_eq!((reply.0, reply.1), (403, 4101), "{method}: {}", reply.2);
    }
    assert_eq!(delete(&sim, &one).await.json()["code"], 0);
    assert!(problem(&delete(&sim, &one).await).starts_with("feature_id: the group has no voiceprint"));
}

#[tokio::test]
async fn bad_voiceprints_name_the_part() {
    let sim = sim().await;
    let id = group(&sim, "g").await;
    let path = format!("{GROUPS}/{id}/features");
    let name = || field("name", "x");
    let pcm = || part("file", "a.pcm", &[1, 2]);
    for (parts, expected) in [
        (vec![name()], "file: required"),
        (vec![pcm()], "name: required"),
        (vec![name(), part("file", "a.mp3", b"ID3")], "file: expected sound as one of wav, pcm, got mp3"),
        (vec![name(), field("sample_rate", "8000"), pcm()], "sample_rate: expected 16000"),
        (vec![name(), field("sample_rate", "fast"), pcm()], "sample_rate: expected an integer"),
        (vec![name(), field("channel", "2"), pcm()], "channel: expected 1"),
        (vec![name(), field("top_k", "2"), pcm()], "top_k: unknown form part"),
    ] {
        let problem = problem(&form(&sim, "POST", &path, &parts).await);
        assert!(problem.starts_with(expected), "{expected}: {problem}");
    }
    let large = [name(), part("file", "a.pcm", &vec![1; (4 << 20) + 1])];
    assert_eq!(form(&sim, "POST", &path, &large).await.refusal().1, 4302);
    let unknown = form(&sim, "POST", &format!("{GROUPS}/5/features"), &[name(), pcm()]).await;
    assert!(problem(&unknown).starts_with("group_id: there is no voiceprint group 5"));
    for number in 0..10 {
        feature(&sim, &id, &format!("v{number}"), &wav(10)).await.data();
    }
    let full = problem(&feature(&sim, &id, "one more", &wav(10)).await);
    assert_eq!(full, "group_id: at most 10 voiceprints, and the group has that many");
    let wrong = send(&sim, "PUT", &format!("{path}/5"), &[AUTH, JSON], r#"{"file":"x"}"#).await;
    assert!(problem(&wrong).starts_with("file: unknown field"));
}

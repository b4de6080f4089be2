use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use coze_sim::Sim;
use serde_json::{Value, json};

use crate::support::{
    AUTH, JSON, Reply, delete, form, get, part, post, put, scripted, send, sim, text, with,
};

const SPACE: &str = "7316121948439879000";
const CONV: (&str, &str) = ("Agw-Js-Conv", "str");
const OTHER: (&str, &str) = ("authorization", "Bearer pat_other");

#[track_caller]
fn problem(reply: &Reply) -> String {
    let (status, code, msg) = reply.refusal();
    assert_eq!((status, code), (400, 4000), "{msg}");
    msg.strip_prefix("Request parameter error: ").unwrap().to_owned()
}

async fn dataset(sim: &Sim, name: &str, format: u8) -> String {
    let body = json!({"name": name, "space_id": SPACE, "format_type": format});
    text(&post(sim, "/v1/datasets", body).await.data()["dataset_id"])
}

async fn list(sim: &Sim, query: &str) -> Value {
    get(sim, &format!("/v1/datasets?space_id={SPACE}&{query}")).await.data()
}

/// Calls one of the endpoints for documents.
async fn documents(sim: &Sim, verb: &str, body: Value) -> Reply {
    let path = format!("/open_api/knowledge/document/{verb}");
    send(sim, "POST", &path, &[AUTH, JSON, CONV], body.to_string()).await
}

/// Makes a document of text.
fn local(name: &str, content: &str) -> Value {
    json!({"name": name, "source_info": {"file_base64": BASE64_STANDARD.encode(content), "file_type": "txt"}})
}

fn creation(dataset: &str, bases: Value) -> Value {
    json!({"dataset_id": dataset, "document_bases": bases, "chunk_strategy": {"chunk_type": 0}})
}

async fn create(sim: &Sim, dataset: &str, bases: Value) -> Vec<String> {
    let reply = documents(sim, "create", creation(dataset, bases)).await.json();
    assert_eq!(reply["code"], 0, "{reply}");
    reply["document_infos"].as_array().unwrap().iter().map(|info| text(&info["document_id"])).collect()
}

async fn process(sim: &Sim, dataset: &str, ids: &[String]) -> Vec<Value> {
    let path = format!("/v1/datasets/{dataset}/process");
    let data = post(sim, &path, json!({"document_ids": ids})).await.data();
    data["data"].as_array().unwrap().clone()
}

async fn image(sim: &Sim, name: &str) -> String {
    let png = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &64_u32.to_be_bytes(), &32_u32.to_be_bytes()].concat();
    text(&form(sim, "POST", "/v1/files/upload", &[part("file", name, &png)]).await.data()["id"])
}

#[tokio::test]
async fn datasets_are_made_changed_listed_and_deleted() {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let first = dataset(&sim, "产品文档", 0).await;
    let icon = image(&sim, "icon.png").await;
    let body =
        json!({"name": "图片", "space_id": SPACE, "format_type": 2, "description": "d", "file_id": icon});
    let second = text(&post(&sim, "/v1/datasets", body).await.data()["dataset_id"]);
    let all = list(&sim, "name=&format_type=").await;
    assert_eq!((all["total_count"].as_u64(), all["dataset_list"].as_array().unwrap().len()), (Some(2), 2));
    let shown = &all["dataset_list"][0];
    assert_eq!((&shown["dataset_id"], &shown["description"]), (&json!(second), &json!("d")));
    assert_eq!(
        (&shown["format_type"], &shown["status"], &shown["can_edit"]),
        (&json!(2), &json!(1), &json!(true))
    );
    assert!(text(&shown["icon_url"]).ends_with(&icon));
    for (query, expected) in [
        ("page_size=1&page_num=2", vec!["产品文档"]),
        ("name=%E6%96%87", vec!["产品文档"]),
        ("format_type=2", vec!["图片"]),
        ("format_type=1", vec![]),
    ] {
        let page = list(&sim, query).await;
        let names: Vec<_> = page["dataset_list"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, expected, "{query}");
    }
    assert_eq!(get(&sim, "/v1/datasets?space_id=5").await.data()["total_count"], 0);

    // What is left out goes back to its default.
    let path = format!("/v1/datasets/{second}");
    assert_eq!(put(&sim, &path, json!({"name": "新", "description": null})).await.json()["code"], 0);
    let shown = list(&sim, "format_type=2").await["dataset_list"][0].clone();
    assert_eq!((&shown["name"], &shown["description"]), (&json!("新"), &json!("")));
    assert!(text(&shown["icon_url"]).ends_with("default"));

    for (method, body) in [("PUT", r#"{"name":"x"}"#), ("DELETE", "")] {
        let reply = send(&sim, method, &path, &[OTHER, JSON], body).await.refusal();
        assert_eq!((reply.0, reply.1), (403, 4101), "{method}: {}", reply.2);
    }
    create(&sim, &first, json!([local("a", "x")])).await;
    assert_eq!(delete(&sim, &format!("/v1/datasets/{first}")).await.json()["code"], 0);
    assert_eq!(list(&sim, "").await["total_count"], 1);
    let gone = documents(&sim, "list", json!({"dataset_id": first})).await;
    assert_eq!(problem(&gone), format!("dataset_id: there is no dataset {first}"));
}

#[tokio::test]
async fn bad_datasets_name_the_field() {
    let sim = sim().await;
    let good = json!({"name": "n", "space_id": SPACE, "format_type": 0});
    let pdf = form(&sim, "POST", "/v1/files/upload", &[part("file", "a.pdf", b"%PDF-1")]).await.data();
    for (fields, expected) in [
        (json!({"name": ""}), "name: expected a text of 1 to 100 characters"),
        (json!({"name": "长".repeat(101)}), "name: at most 100 characters, got 101"),
        (json!({"space_id": null}), "space_id: required"),
        (json!({"format_type": 1}), "format_type: expected one of 0, 2, got 1"),
        (json!({"file_id": "5"}), "file_id: no file was uploaded as 5"),
        (json!({"file_id": pdf["id"]}), "file_id: expected an image, but"),
        (json!({"icon": "x"}), "icon: unknown field"),
    ] {
        let problem = problem(&post(&sim, "/v1/datasets", with(good.clone(), fields)).await);
        assert!(problem.starts_with(expected), "{problem}");
    }
    for (query, expected) in [
        ("", "space_id: required"),
        ("space_id=1&page_size=301", "page_size: expected an integer from 1 to 300"),
        ("space_id=1&page_num=0", "page_num: expected an integer of at least 1"),
        ("space_id=1&format_type=x", "format_type: expected one of 0, 1, 2"),
    ] {
        let problem = problem(&get(&sim, &format!("/v1/datasets?{query}")).await);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[tokio::test]
async fn documents_are_processed_step_by_step() {
    let sim = sim().await;
    let id = dataset(&sim, "d", 0).await;
    let page = json!({"name": "网页", "source_info": {"web_url": "163.com", "document_source": 1},
        "update_rule": {"update_type": 1, "update_interval": 24}});
    let long = "字".repeat(1700);
    let ids = create(&sim, &id, json!([local("a.txt", "hello"), local("b.txt", &long)])).await;
    let web = create(&sim, &id, json!([page])).await;

    let mut seen = Vec::new();
    for _ in 0..4 {
        let progress = process(&sim, &id, &ids).await;
        seen.push((progress[0]["status"].as_u64().unwrap(), progress[0]["progress"].as_u64().unwrap()));
    }
    assert_eq!(seen, [(0, 25), (0, 50), (1, 100), (1, 100)]);
    let progress = process(&sim, &id, &ids).await;
    assert_eq!((&progress[1]["document_id"], &progress[1]["size"]), (&json!(ids[1]), &json!(5100)));
    assert_eq!((&progress[1]["document_name"], &progress[1]["remaining_time"]), (&json!("b.txt"), &json!(0)));
    assert!(progress[1].get("status_descript").is_none());

    // The newest come first, and each look moves a document on.
    let listed = documents(&sim, "list", json!({"dataset_id": id, "page": 0, "size": 2})).await.json();
    assert_eq!((&listed["total"], listed["document_infos"].as_array().unwrap().len()), (&json!(3), 2));
    let first = &listed["document_infos"][0];
    assert_eq!(
        (&first["document_id"], &first["status"], &first["source_type"]),
        (&json!(web[0]), &json!(0), &json!(1))
    );
    assert_eq!((&first["update_type"], &first["update_interval"]), (&json!(1), &json!(24)));
    let second = &listed["document_infos"][1];
    assert_eq!(
        (&second["char_count"], &second["slice_count"], &second["type"]),
        (&json!(1700), &json!(3), &json!("txt"))
    );
    let rest = documents(&sim, "list", json!({"dataset_id": id, "page": 2, "size": 2})).await.json();
    assert_eq!(rest["document_infos"][0]["name"], "a.txt");

    let shown = list(&sim, "").await["dataset_list"][0].clone();
    assert_eq!((&shown["doc_count"], &shown["all_file_size"]), (&json!(3), &json!("5105")));
    assert_eq!(shown["processing_file_id_list"], json!(web));
}

#[tokio::test]
async fn large_documents_fit_into_a_request() {
    let sim = sim().await;
    let id = dataset(&sim, "d", 0).await;
    let made = documents(&sim, "create", creation(&id, json!([local("a", &"x".repeat(12 << 20))]))).await;
    assert_eq!(made.json()["document_infos"][0]["size"], 12 << 20);
}

#[tokio::test]
async fn documents_fail_as_the_script_says() {
    let rules = json!([{"when": {"contains": "broken"}, "looks": 2, "fail": "the file holds no text"},
        {"when": {"prefix": "quick"}, "looks": 0}]);
    let sim = scripted(json!({"documents": rules})).await;
    let id = dataset(&sim, "d", 0).await;
    let ids =
        create(&sim, &id, json!([local("broken.txt", "x"), local("quick", "y"), local("z", "z")])).await;
    assert_eq!(list(&sim, "").await["dataset_list"][0]["processing_file_list"], json!(["broken.txt", "z"]));
    let statuses = |progress: &[Value]| -> Vec<u64> {
        progress.iter().map(|one| one["status"].as_u64().unwrap()).collect()
    };
    assert_eq!(statuses(&process(&sim, &id, &ids).await), [0, 1, 0]);
    let progress = process(&sim, &id, &ids).await;
    assert_eq!(statuses(&progress), [9, 1, 0]);
    assert_eq!(progress[0]["status_descript"], "the file holds no text");
    assert!(progress[0]["progress"].as_u64().unwrap() < 100);
    assert_eq!(list(&sim, "").await["dataset_list"][0]["failed_file_list"], json!(["broken.txt"]));
}

#[tokio::test]
async fn documents_are_renamed_and_deleted() {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let id = dataset(&sim, "d", 0).await;
    let ids = create(&sim, &id, json!([local("a", "x"), local("b", "y")])).await;
    let update = |fields: Value| documents(&sim, "update", with(json!({"document_id": ids[0]}), fields));
    let renamed = update(json!({"document_name": "neu", "update_rule": null})).await.json();
    assert_eq!(renamed["code"], 0);
    let listed = documents(&sim, "list", json!({"dataset_id": id, "page_size": 1})).await.json();
    assert_eq!(listed["document_infos"][1]["name"], "neu");
    let rule = update(json!({"update_rule": {"update_type": 1, "update_interval": 24}})).await;
    assert_eq!(problem(&rule), "update_rule: only web pages are read again");
    let rare = update(json!({"update_rule": {"update_type": 1, "update_interval": 1}})).await;
    assert!(problem(&rare).starts_with("update_rule.update_interval: expected an integer of at least 24"));

    // Numbers are ids too, and nothing is deleted unless all can be.
    let number: u64 = ids[0].parse().unwrap();
    let missing = documents(&sim, "delete", json!({"document_ids": [number, "5"]})).await;
    assert_eq!(problem(&missing), "document_ids[1]: there is no document 5");
    let path = "/open_api/knowledge/document/delete";
    let body = json!({"document_ids": [number]}).to_string();
    let foreign = send(&sim, "POST", path, &[OTHER, JSON, CONV], body).await.refusal();
    assert_eq!((foreign.0, foreign.1), (403, 4101));
    assert_eq!(documents(&sim, "delete", json!({"document_ids": [number]})).await.json()["code"], 0);
    let listed = documents(&sim, "list", json!({"dataset_id": id})).await.json();
    assert_eq!((&listed["total"], &listed["document_infos"][0]["name"]), (&json!(1), &json!("b")));
    for (body, expected) in [
        (json!({"document_ids": []}), "document_ids: expected at least one id"),
        (json!({"document_ids": vec!["1"; 101]}), "document_ids: at most 100 items, got 101"),
    ] {
        assert_eq!(problem(&documents(&sim, "delete", body).await), expected);
    }
}

#[tokio::test]
async fn documents_need_the_header_that_keeps_ids_whole() {
    let sim = sim().await;
    for (verb, header) in [
        ("create", ("x-none", "")),
        ("list", ("agw-js-conv", "")),
        ("update", ("agw-js-conv", "num")),
        ("delete", ("x-none", "")),
    ] {
        let path = format!("/open_api/knowledge/document/{verb}");
        let reply = send(&sim, "POST", &path, &[AUTH, JSON, header], "{}").await;
        assert_eq!(problem(&reply), "Agw-Js-Conv: this endpoint needs the header, with the value str");
    }
}

#[tokio::test]
async fn documents_go_without_a_strategy_and_are_listed_by_get() {
    let sim = sim().await;
    for (format, base) in [
        (0, local("a.txt", "one")),
        (
            2,
            json!({"name": "n", "source_info": {"source_file_id": image(&sim, "a.png").await, "document_source": 5}}),
        ),
    ] {
        let dataset = dataset(&sim, "d", format).await;
        let bare = with(creation(&dataset, json!([base])), json!({"chunk_strategy": null}));
        assert_eq!(documents(&sim, "create", bare.clone()).await.json()["code"], 0);
        // What follows is cut as the first ones were.
        let cut = json!({"chunk_type": 1, "separator": "\n", "max_tokens": 200, "caption_type": 1});
        documents(&sim, "create", with(bare.clone(), json!({"chunk_strategy": cut}))).await;
        let next = documents(&sim, "create", bare).await.json();
        assert_eq!(next["document_infos"][0]["chunk_strategy"], cut);

        let path = format!("/open_api/knowledge/document/list?dataset_id={dataset}&page=1&page_size=5");
        let listed = send(&sim, "GET", &path, &[AUTH, CONV], "").await.json();
        assert_eq!((&listed["total"], listed["document_infos"].as_array().unwrap().len()), (&json!(3), 3));
        assert_eq!(
            problem(&get(&sim, &path).await),
            "Agw-Js-Conv: this endpoint needs the header, with the value str"
        );
    }
}

#[tokio::test]
async fn a_strict_simulator_lists_documents_by_post_only() {
    let sim = Sim::builder().strict(true).start().await.unwrap();
    let path = "/open_api/knowledge/document/list?dataset_id=1";
    let (status, _, msg) = send(&sim, "GET", path, &[AUTH, CONV], "").await.refusal();
    assert_eq!(
        (status, msg.as_str()),
        (405, "the endpoint exists, but not as GET /open_api/knowledge/document/list")
    );
}

#[tokio::test]
async fn bad_documents_name_the_field() {
    let sim = Sim::builder().strict(true).start().await.unwrap();
    let texts = dataset(&sim, "t", 0).await;
    let images = dataset(&sim, "i", 2).await;
    let file = image(&sim, "a.png").await;
    let source = |source: Value| json!([{"name": "n", "source_info": source}]);
    let of_text = |bases: Value| creation(&texts, bases);
    let of_images =
        |bases: Value| with(creation(&images, bases), json!({"chunk_strategy": {"caption_type": 0}}));
    let picture = || source(json!({"source_file_id": file, "document_source": 5}));
    for (body, expected) in [
        (of_text(json!([])), "document_bases: expected at least one document"),
        (of_text(json!(vec![local("a", "b"); 11])), "document_bases: at most 10 items, got 11"),
        (of_text(json!([{"name": "n"}])), "document_bases[0].source_info: required"),
        (
            of_text(source(json!({}))),
            "document_bases[0].source_info: expected file_base64, web_url or source",
        ),
        (
            of_text(source(json!({"file_base64": "eA=="}))),
            "document_bases[0].source_info.file_type: required",
        ),
        (
            of_text(source(json!({"file_base64": "e A", "file_type": "txt"}))),
            "document_bases[0].source_info.file_base64: not base64",
        ),
        (
            of_text(source(json!({"file_base64": "eA==", "file_type": "csv"}))),
            "document_bases[0].source_info.file_type: expected one of pdf, txt, doc, docx",
        ),
        (
            of_text(source(json!({"file_base64": "eA==", "file_type": "txt", "document_source": 1}))),
            "document_bases[0].source_info.document_source: expected 0, or none",
        ),
        (
            of_text(source(json!({"web_url": "https://x"}))),
            "document_bases[0].source_info.document_source: expected 1 with web_url",
        ),
        (
            of_text(source(json!({"web_url": "x", "source_file_id": "5", "document_source": 1}))),
            "document_bases[0].source_info: expected one of file_base64, web_url and source_file_id",
        ),
        (
            of_text(json!([local("a", "b"), source(json!({"web_url": "x", "document_source": 1}))[0]])),
            "document_bases[1].source_info: all documents of a request must have the same kind of source",
        ),
        (of_text(picture()), "document_bases[0].source_info: a dataset of documents takes"),
        (
            of_text(json!([with(local("a", "b"), json!({"update_rule": {"update_type": 0}}))])),
            "document_bases[0].update_rule: only web pages are read again",
        ),
        (
            of_text(json!([with(local("a", "b"), json!({"caption": "c"}))])),
            "document_bases[0].caption: only images have captions",
        ),
        (
            with(of_text(json!([local("a", "b")])), json!({"chunk_strategy": null})),
            "chunk_strategy: required",
        ),
        (
            with(
                of_text(json!([local("a", "b")])),
                json!({"chunk_strategy": {"chunk_type": 1, "max_tokens": 800}}),
            ),
            "chunk_strategy.separator: required with chunk_type 1",
        ),
        (
            with(of_text(json!([local("a", "b")])), json!({"chunk_strategy": {"max_tokens": 99}})),
            "chunk_strategy.max_tokens: expected an integer from 100 to 2000",
        ),
        (
            with(of_text(json!([local("a", "b")])), json!({"format_type": 2})),
            &format!("format_type: expected 0, the format of dataset {texts}, got 2"),
        ),
        (creation("5", json!([local("a", "b")])), "dataset_id: there is no dataset 5"),
        (of_images(json!([local("a", "b")])), "document_bases[0].source_info: a dataset of images takes"),
        (
            of_images(source(json!({"source_file_id": "5", "document_source": 5}))),
            "document_bases[0].source_info.source_file_id: no file was uploaded as 5",
        ),
        (
            of_images(source(json!({"source_file_id": file}))),
            "document_bases[0].source_info.document_source: expected 5 with source_file_id",
        ),
        (
            creation(&images, picture()),
            "chunk_strategy.caption_type: required for the first images of a dataset",
        ),
    ] {
        let problem = problem(&documents(&sim, "create", body).await);
        assert!(problem.starts_with(expected), "{expected}: {problem}");
    }
    let ids = json!({"document_ids": ["5"]});
    let unknown = problem(&post(&sim, &format!("/v1/datasets/{texts}/process"), ids).await);
    assert_eq!(unknown, "document_ids[0]: the dataset has no document 5");
}

#[tokio::test]
async fn images_are_listed_and_described() {
    let sim = sim().await;
    let id = dataset(&sim, "i", 2).await;
    let add = |name: &str, caption: Value, manual: u8, file: &str| {
        let base = json!({"name": name, "caption": caption,
            "source_info": {"source_file_id": file.parse::<u64>().unwrap(), "document_source": 5}});
        let body = json!({"dataset_id": id, "document_bases": [base], "format_type": 2,
            "chunk_strategy": {"caption_type": manual}});
        let sim = &sim;
        async move {
            let reply = documents(sim, "create", body).await.json();
            assert_eq!(reply["code"], 0, "{reply}");
            text(&reply["document_infos"][0]["document_id"])
        }
    };
    let path = format!("/v1/datasets/{id}/images");
    let file = image(&sim, "cat.png").await;
    let automatic = add("a", Value::Null, 0, &file).await;
    let manual = add("m", Value::Null, 1, &file).await;
    add("c", json!("小猫"), 0, &file).await;
    let first = get(&sim, &path).await.data();
    assert_eq!((&first["total_count"], &first["photo_infos"][2]["caption"]), (&json!(3), &json!("")));
    assert_eq!(first["photo_infos"][2]["status"], 0);
    let ids = [automatic.clone(), manual.clone()];
    for _ in 0..2 {
        process(&sim, &id, &ids).await;
    }
    let images = get(&sim, &format!("{path}?keyword=&has_caption=")).await.data()["photo_infos"].clone();
    assert_eq!((&images[2]["document_id"], &images[2]["status"]), (&json!(automatic), &json!(1)));
    assert_eq!(images[2]["caption"], "PNG image, 64 × 32 pixels");
    assert_eq!((&images[1]["caption"], &images[0]["caption"]), (&json!(""), &json!("小猫")));
    assert_eq!(
        (&images[0]["type"], &images[0]["source_type"], &images[0]["size"]),
        (&json!("png"), &json!(5), &json!(24))
    );

    let one = format!("{path}/{manual}");
    assert_eq!(put(&sim, &one, json!({"caption": "大猫"})).await.json()["code"], 0);
    for (query, expected) in [
        ("keyword=%E7%8C%AB", vec!["c", "m"]),
        ("has_caption=false", vec![]),
        ("has_caption=true&page_size=1&page_num=2", vec!["m"]),
    ] {
        let data = get(&sim, &format!("{path}?{query}")).await.data();
        let names: Vec<_> = data["photo_infos"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, expected, "{query}");
    }
    let texts = dataset(&sim, "t", 0).await;
    for (reply, expected) in [
        (put(&sim, &one, json!({"caption": ""})).await, "caption: expected a text that is not empty"),
        (
            put(&sim, &format!("{path}/5"), json!({"caption": "x"})).await,
            "document_id: the dataset has no image 5",
        ),
        (get(&sim, &format!("{path}?page_size=300")).await, "page_size: expected an integer from 1 to 299"),
        (
            get(&sim, &format!("/v1/datasets/{texts}/images")).await,
            &*format!("dataset_id: dataset {texts} holds documents, no images"),
        ),
    ] {
        let problem = problem(&reply);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

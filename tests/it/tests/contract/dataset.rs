//! Rows of the group `dataset`.

use bytes::Bytes;
use coze_types::dataset::{
    CaptionType, ChunkStrategy, ChunkType, CreateDataset, CreateDocuments, DatasetStatus, DeleteDataset,
    DeleteDocuments, Document, DocumentSource, DocumentSourceType, DocumentStatus, FormatType, ListDatasets,
    ListDocuments, ListImages, NewDocument, ProcessDocuments, ProcessStudioDocuments, UpdateDataset,
    UpdateDocument, UpdateImage, UpdateRule, UpdateType,
};
use coze_types::{Decode, DocumentId, Endpoint, Timestamp, encode};
use http::Response;
use serde_json::{Value, json};

use super::{Row, decode, fixture, survives, written};

#[test]
fn create() {
    let dataset = Row {
        request: CreateDataset::new("产品文档", "731121948439879", FormatType::Image)
            .description("产品文档")
            .file_id("744667846938145"),
        line: "POST /v1/datasets",
        body: json!({
            "name": "产品文档",
            "description": "产品文档",
            "space_id": "731121948439879",
            "format_type": 2,
            "file_id": "744667846938145",
        }),
        answer: fixture!("create_dataset"),
        payload: "/data",
    }
    .check();
    assert_eq!(dataset.dataset_id, "744668935865830****");
    let body = json!({ "name": "n", "space_id": "1", "format_type": 0 });
    written(&CreateDataset::new("n", "1", FormatType::Text), "POST /v1/datasets", "application/json", &body);
}

#[test]
fn list() {
    let page = Row {
        request: ListDatasets::new("731121948439879"),
        line: "GET /v1/datasets?space_id=731121948439879&page_num=1&page_size=10",
        body: Value::Null,
        answer: fixture!("list_dataset"),
        payload: "/data",
    }
    .check();
    let [dataset] = &page.datasets[..] else { panic!("{page:?}") };
    assert_eq!((dataset.dataset_id.as_str(), page.total_count), ("744668935865830****", Some(1)));
    assert_eq!(dataset.status, Some(DatasetStatus::Enabled));
    assert_eq!(dataset.format_type, Some(FormatType::Image));
    assert_eq!(dataset.all_file_size, Some(0));
    assert_eq!(dataset.create_time, Some(Timestamp::from_unix(1_733_817_948)));
    assert_eq!(dataset.chunk_strategy, Some(ChunkStrategy::default()));
    assert!(dataset.extra.is_empty(), "{:?}", dataset.extra);
}

#[test]
fn list_with_every_field() {
    let request =
        ListDatasets::new("1").name("知识库").format_type(FormatType::Text).page_num(2).page_size(300);
    Row {
        request,
        line: "GET /v1/datasets?space_id=1&name=%E7%9F%A5%E8%AF%86%E5%BA%93&format_type=0&page_num=2&page_size=300",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "total_count": 0, "dataset_list": [] } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn update() {
    Row {
        request: UpdateDataset::new("744632974166804", "AI知识库").file_id("74466784693814").description("d"),
        line: "PUT /v1/datasets/744632974166804",
        body: json!({ "name": "AI知识库", "file_id": "74466784693814", "description": "d" }),
        answer: fixture!("update_dataset"),
        payload: "",
    }
    .check();
}

#[test]
fn delete() {
    Row {
        request: DeleteDataset::new("744668935865830"),
        line: "DELETE /v1/datasets/744668935865830",
        body: Value::Null,
        answer: fixture!("delete_dataset"),
        payload: "",
    }
    .check();
}

#[test]
fn process() {
    let documents = Row {
        request: ProcessDocuments::new("744258581358768", ["7442585813587", "7442585813668"]),
        line: "POST /v1/datasets/744258581358768/process",
        body: json!({ "document_ids": ["7442585813587", "7442585813668"] }),
        answer: fixture!("get_dataset_progress"),
        payload: "/data/data",
    }
    .check();
    let [document] = &documents[..] else { panic!("{documents:?}") };
    assert_eq!(document.document_id, "744667080521909***");
    assert_eq!((document.status, document.percent()), (Some(DocumentStatus::Done), 100));
    assert_eq!((document.document_name.as_deref(), document.size), (Some("test1"), Some(171_340)));
    assert_eq!(document.update_type, Some(UpdateType::Never));
    assert!(document.is_done() && document.remaining().is_none() && document.extra.is_empty());
}

#[test]
fn process_on_studio() {
    let documents = Row {
        request: ProcessStudioDocuments::new("1", ["7400000000000000001", "x"]),
        line: "POST /v1/datasets/1/process",
        body: json!({ "document_ids": [7_400_000_000_000_000_001_u64, "x"] }),
        answer: json!({
            "code": 0, "msg": "",
            "data": { "data": [
                { "document_id": "7400000000000000001", "progress": 40, "status": 0, "remaining_time": 65 },
            ] },
        }),
        payload: "/data/data",
    }
    .check();
    assert_eq!((documents[0].percent(), documents[0].is_done()), (40, false));
    assert_eq!(documents[0].remaining().unwrap().as_secs(), 65);
}

#[test]
fn what_says_nothing_is_an_empty_list() {
    for data in [json!(null), json!({}), json!({ "data": null }), json!({ "data": [] })] {
        assert_eq!(decode::<ProcessDocuments>(&json!({ "code": 0, "data": data })), []);
    }
    assert_eq!(decode::<ProcessDocuments>(&json!({ "code": 0 })), []);
    assert_eq!(decode::<CreateDocuments>(&json!({ "code": 0, "document_infos": null })), []);
    let page = decode::<ListDatasets>(&json!({ "code": 0, "data": { "dataset_list": null } }));
    assert_eq!((page.datasets, page.total_count), (Vec::new(), None));
}

#[test]
fn statuses_say_how_a_document_ended() {
    for (number, done, failed) in [
        (0, false, false),
        (1, true, false),
        (2, true, false),
        (3, false, true),
        (4, false, false),
        (5, false, false),
        (9, false, true),
        (1000, false, true),
        (77, false, false),
    ] {
        let status = DocumentStatus::from(number);
        assert_eq!((status.is_done(), status.is_failed()), (done, failed), "{status:?}");
        assert_eq!(status.as_i64(), number);
    }
}

#[test]
fn create_from_a_file() {
    let documents: Vec<Document> = Row {
        request: CreateDocuments::new(
            "736356924530694",
            [NewDocument::file("Coze.PDF", "测试一下哦".as_bytes().to_vec())],
        )
        .chunk_strategy(ChunkStrategy::custom("\n\n", 800)),
        line: "POST /open_api/knowledge/document/create",
        body: json!({
            "dataset_id": "736356924530694",
            "document_bases": [
                { "name": "Coze.PDF", "source_info": { "file_base64": "5rWL6K+V5LiA5LiL5ZOm", "file_type": "pdf" } },
            ],
            "chunk_strategy": {
                "separator": "\n\n",
                "max_tokens": 800,
                "remove_extra_spaces": false,
                "remove_urls_emails": false,
                "chunk_type": 1,
            },
            "format_type": 0,
        }),
        answer: fixture!("create_knowledge_files"),
        payload: "/document_infos",
    }
    .check();
    let [document] = &documents[..] else { panic!("{documents:?}") };
    assert_eq!(document.document_id, "738694205603010****");
    assert_eq!(DocumentId::from(document), document.document_id);
    assert_eq!((document.status, document.file_type.as_deref()), (Some(DocumentStatus::Done), Some("pdf")));
    assert_eq!((document.source_type, document.update_type), (None, None));
    assert_eq!(document.chunk_strategy, Some(ChunkStrategy::custom("\n\n", 800)));
    assert!(document.extra.is_empty(), "{:?}", document.extra);
}

#[test]
fn create_from_a_web_page() {
    let page = NewDocument::web_page("163", "163.com").update_rule(UpdateRule::every(24));
    let body = json!({
        "dataset_id": "1",
        "document_bases": [{
            "name": "163",
            "source_info": { "web_url": "163.com", "document_source": 1 },
            "update_rule": { "update_type": 1, "update_interval": 24 },
        }],
        "chunk_strategy": { "chunk_type": 0 },
        "format_type": 0,
    });
    let line = "POST /open_api/knowledge/document/create";
    written(&CreateDocuments::new("1", [page]), line, "application/json", &body);
}

#[test]
fn create_from_uploaded_images() {
    let images = [
        NewDocument::uploaded_image("test1", 744_667_846_938_145),
        NewDocument::uploaded_image("test2", "744667846938146").caption("可爱的"),
    ];
    let body = json!({
        "dataset_id": "744632265564659",
        "format_type": 2,
        "chunk_strategy": { "caption_type": 0 },
        "document_bases": [
            { "name": "test1", "source_info": { "source_file_id": "744667846938145", "document_source": 5 } },
            {
                "name": "test2",
                "source_info": { "source_file_id": "744667846938146", "document_source": 5 },
                "caption": "可爱的",
            },
        ],
    });
    let line = "POST /open_api/knowledge/document/create";
    let request = CreateDocuments::new("744632265564659", images);
    written(&request, line, "application/json", &body);
    let described = request.chunk_strategy(ChunkStrategy::captions(CaptionType::Manual));
    let mut manual = body;
    manual["chunk_strategy"] = json!({ "caption_type": 1 });
    written(&described, line, "application/json", &manual);
}

#[test]
fn create_on_studio() {
    let stored = CreateDocuments::new("1", [NewDocument::stored("a.csv", "tos-cn/a.csv")])
        .format_type(FormatType::Table)
        .chunk_strategy(ChunkStrategy::levels(3, true));
    let body = json!({
        "dataset_id": "1",
        "document_bases":
            [{ "name": "a.csv", "source_info": { "tos_uri": "tos-cn/a.csv", "document_source": 0 } }],
        "chunk_strategy": { "chunk_type": 2, "max_level": 3, "save_title": true },
        "format_type": 1,
    });
    let line = "POST /open_api/knowledge/document/create";
    written(&stored, line, "application/json", &body);
    let text = CreateDocuments::new("1", [NewDocument::text("a", "hello")])
        .chunk_strategy(ChunkStrategy::custom("#", 100).remove_extra_spaces(true).remove_urls_emails(true));
    let body = json!({
        "dataset_id": "1",
        "document_bases":
            [{ "name": "a", "source_info": { "custom_content": "hello", "document_source": 2 } }],
        "chunk_strategy": {
            "chunk_type": 1,
            "separator": "#",
            "max_tokens": 100,
            "remove_extra_spaces": true,
            "remove_urls_emails": true,
        },
        "format_type": 0,
    });
    written(&text, line, "application/json", &body);
}

#[test]
fn sources_are_read_in_every_spelling() {
    let read = |value: Value| serde_json::from_value::<DocumentSource>(value);
    // As a client with nulls and numbers writes it.
    let uploaded = json!({
        "file_base64": null, "file_type": null, "web_url": null, "document_source": 5, "source_file_id": 744,
    });
    assert_eq!(read(uploaded).unwrap(), DocumentSource::Uploaded { file_id: "744".into() });
    let later = json!({ "document_source": 103, "feishu_token": "x", "deep": [1, { "a": null }] });
    let unknown = read(later.clone()).unwrap();
    assert!(matches!(unknown, DocumentSource::Unknown(_)), "{unknown:?}");
    assert_eq!(serde_json::to_value(&unknown).unwrap(), later);
    let error = read(json!({ "file_base64": "***", "file_type": "pdf" })).unwrap_err();
    assert!(error.to_string().contains("file_base64"), "{error}");
    // Each length of the last group.
    for content in ["", "a", "ab", "abc", "abcd"] {
        let source = DocumentSource::File { content: Bytes::from(content), file_type: "txt".to_owned() };
        survives(&source);
    }
    let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    survives(&DocumentSource::File { content: all.into(), file_type: "doc".to_owned() });
}

#[test]
fn list_documents() {
    let page = Row {
        request: ListDocuments::new("736356924530694").page(0),
        line: "POST /open_api/knowledge/document/list",
        body: json!({ "dataset_id": "736356924530694", "page": 0, "size": 10 }),
        answer: fixture!("list_knowledge_files"),
        payload: "",
    }
    .check();
    let [document] = &page.documents[..] else { panic!("{page:?}") };
    assert_eq!((page.total, document.document_id.as_str()), (Some(1), "738508308097900****"));
    assert_eq!(document.name.as_deref(), Some("小猫的阳光午睡.pdf.pdf"));
    assert_eq!(document.source_type, Some(DocumentSourceType::File));
    assert_eq!(document.chunk_strategy.as_ref().unwrap().chunk_type, Some(ChunkType::Auto));
    assert!(page.extra.is_empty() && document.extra.is_empty());
    let body = json!({ "dataset_id": "1", "page": 1, "size": 50 });
    let line = "POST /open_api/knowledge/document/list";
    written(&ListDocuments::new("1").size(50), line, "application/json", &body);
}

#[test]
fn update_a_document() {
    let row = Row {
        request: UpdateDocument::new("738694205603010").document_name("cozeoverview"),
        line: "POST /open_api/knowledge/document/update",
        body: json!({ "document_id": "738694205603010", "document_name": "cozeoverview" }),
        answer: fixture!("modify_knowledge_files"),
        payload: "",
    };
    assert_eq!(row.request.validate(), []);
    written(&row.request, row.line, "application/json", &row.body);
    assert_eq!(decode::<UpdateDocument>(&row.answer), None);
    let body = json!({ "code": 0, "document_info": { "document_id": "738694205603010", "char_count": 4 } });
    let document = decode::<UpdateDocument>(&body).unwrap();
    assert_eq!((document.document_id.as_str(), document.char_count), ("738694205603010", Some(4)));
    // Nothing at all is a success too.
    let nothing = Response::builder().status(204).body(Bytes::new()).unwrap();
    assert_eq!(<UpdateDocument as Endpoint>::Reply::decode(&nothing).unwrap(), None);
    let body = json!({ "document_id": "1", "update_rule": { "update_type": 0 } });
    let request = UpdateDocument::new("1").update_rule(UpdateRule::never());
    written(&request, "POST /open_api/knowledge/document/update", "application/json", &body);
}

#[test]
fn delete_documents() {
    Row {
        request: DeleteDocuments::new(["123"]),
        line: "POST /open_api/knowledge/document/delete",
        body: json!({ "document_ids": ["123"] }),
        answer: fixture!("delete_knowdge_files"),
        payload: "",
    }
    .check();
}

#[test]
fn list_images() {
    let page = Row {
        request: ListImages::new("744632974166804").page_size(5).keyword("小猫").has_caption(true),
        line: "GET /v1/datasets/744632974166804/images?page_num=1&page_size=5&keyword=%E5%B0%8F%E7%8C%AB&has_caption=true",
        body: Value::Null,
        answer: fixture!("get_images"),
        payload: "/data",
    }
    .check();
    let [image] = &page.images[..] else { panic!("{page:?}") };
    assert_eq!((image.document_id.as_str(), page.total_count), ("744667080521911****", Some(1)));
    assert_eq!((image.caption.as_deref(), image.status), (Some("小猫"), Some(DocumentStatus::Done)));
    assert_eq!(image.source_type, Some(DocumentSourceType::Uploaded));
    assert!(image.extra.is_empty(), "{:?}", image.extra);
    let line = "GET /v1/datasets/1/images?page_num=3&page_size=10";
    written(&ListImages::new("1").page_num(3), line, "application/json", &Value::Null);
}

#[test]
fn update_an_image() {
    Row {
        request: UpdateImage::new("744632265564659", "744667080521911", "小猫"),
        line: "PUT /v1/datasets/744632265564659/images/744667080521911",
        body: json!({ "caption": "小猫" }),
        answer: fixture!("update_image_caption"),
        payload: "",
    }
    .check();
}

#[test]
fn documents_keep_the_digits_of_their_ids() {
    let header: &[(&str, &str)] = &[("agw-js-conv", "str")];
    assert_eq!(encode(&CreateDocuments::new("1", [])).unwrap().headers, header);
    assert_eq!(encode(&ListDocuments::new("1")).unwrap().headers, header);
    assert_eq!(encode(&UpdateDocument::new("1")).unwrap().headers, header);
    assert_eq!(encode(&DeleteDocuments::new(["1"])).unwrap().headers, header);
    assert!(encode(&ListDatasets::new("1")).unwrap().headers.is_empty());
    // A server that writes numbers all the same is read.
    let body = json!({ "code": 0, "document_infos": [{ "document_id": 7_386_942_056_030_101_234_u64 }] });
    let response = Response::new(Bytes::from(body.to_string()));
    let documents = <CreateDocuments as Endpoint>::Reply::decode(&response).unwrap();
    assert_eq!(documents[0].document_id, "7386942056030101234");
}

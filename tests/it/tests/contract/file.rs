//! Rows of the group `file`.

use bytes::Bytes;
use coze_types::file::{File, RetrieveFile, UploadFile};
use coze_types::{Body, Decode, Endpoint, Form, Timestamp, encode};
use http::Response;
use serde_json::{Value, json};

use super::{Row, decode, fixture, survives};

fn example() -> File {
    let mut file = File::new("736949598110202****");
    file.bytes = Some(152_236);
    file.file_name = Some("1120.jpeg".to_owned());
    file.created_at = Some(Timestamp::from_unix(1_715_847_583));
    file
}

#[test]
fn retrieve() {
    let file = Row {
        request: RetrieveFile::new("7369495981102022700"),
        line: "GET /v1/files/retrieve?file_id=7369495981102022700",
        body: Value::Null,
        answer: fixture!("retrieve_files"),
        payload: "/data",
    }
    .check();
    assert_eq!(file, example());
}

#[test]
fn upload() {
    let request = UploadFile::new("1120.jpeg", &b"\xff\xd8jpeg"[..]).mime("image/jpeg".parse().unwrap());
    assert_eq!(request.validate(), []);
    let encoded = encode(&request).unwrap();
    assert_eq!(encoded.to_string(), "POST /v1/files/upload");
    let Body::Multipart(form) = &encoded.body else { panic!("{:?}", encoded.body) };
    assert_eq!(Form::content_type("b"), "multipart/form-data; boundary=b");
    let expected = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"1120.jpeg\"\r\n\
        Content-Type: image/jpeg\r\n\r\n\xff\xd8jpeg\r\n--b--\r\n";
    assert_eq!(form.encode("b").unwrap(), &expected[..]);
    super::again(&request, Some(&request));

    let file = decode::<UploadFile>(&fixture!("upload_files"));
    assert_eq!(file, example());
    survives(&file);
}

#[test]
fn upload_without_a_media_type() {
    let Body::Multipart(form) = encode(&UploadFile::new("名.pdf", "x")).unwrap().body else { panic!() };
    let text = String::from_utf8(form.encode("b").unwrap().to_vec()).unwrap();
    assert!(text.contains("filename=\"名.pdf\"\r\nContent-Type: application/octet-stream\r\n"), "{text}");
}

#[test]
fn upload_to_studio() {
    let answer = json!({
        "data": {
            "id": "7400000000000000001", "bytes": 5, "CreatedAt": 1_715_847_583, "file_name": "a.png",
            "uri": "tos-cn/a.png", "url": "http://minio:9000/a.png?X-Amz-Signature=1",
        },
        "code": 0, "msg": "", "BaseResp": null,
    });
    let response = Response::new(Bytes::from(answer.to_string()));
    let file = <UploadFile as Endpoint>::Reply::decode(&response).unwrap();
    assert_eq!(file.created_at, Some(Timestamp::from_unix(1_715_847_583)));
    assert_eq!((file.uri.as_deref(), file.bytes), (Some("tos-cn/a.png"), Some(5)));
    assert!(file.url.as_ref().is_some_and(|url| url.ends_with("Signature=1")));
    survives(&file);
}

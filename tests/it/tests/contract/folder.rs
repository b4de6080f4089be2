//! Rows of the group `folder`.

use coze_types::folder::{FolderType, ListFolders, RetrieveFolder};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn list() {
    let page = Row {
        request: ListFolders::new("75060471874"),
        line: "GET /v1/folders?workspace_id=75060471874&folder_type=development&page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("workspace_list_folder"),
        payload: "/data",
    }
    .check();
    let [_, folder] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((folder.id.as_str(), folder.name.as_deref()), ("7523161237887238182", Some("项目文件夹1")));
    assert_eq!((page.total_count, page.has_more, folder.children_count), (Some(2), Some(false), Some(0)));
    assert_eq!(folder.folder_type, Some(FolderType::Development));
    assert_eq!(folder.parent_folder_id.as_ref().unwrap(), "752316125533****");
    assert!(folder.extra.is_empty(), "{:?}", folder.extra);
}

#[test]
fn list_with_every_field() {
    let request = ListFolders::new("1").folder_type(FolderType::Library).parent_folder_id("2");
    Row {
        request: request.page_num(3).page_size(50),
        line: "GET /v1/folders?workspace_id=1&folder_type=library&parent_folder_id=2&page_num=3&page_size=50",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "items": [], "total_count": 0, "has_more": false } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn retrieve() {
    let folder = Row {
        request: RetrieveFolder::new("752316125533"),
        line: "GET /v1/folders/752316125533",
        body: Value::Null,
        answer: fixture!("workspace_read_folder"),
        payload: "/data",
    }
    .check();
    assert_eq!((folder.id.as_str(), folder.children_count), ("752316131905***", None));
    assert_eq!(folder.workspace_id.as_ref().unwrap(), "7506047187433***");
    assert_eq!(folder.creator_user_id.as_ref().unwrap(), "14232418519***");
}

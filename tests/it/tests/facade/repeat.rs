//! Lists whose pages come again.

use coze::audio::{ListVoiceprintGroups, ListVoices};
use coze::conversation::{ListConversations, ListMessages};
use coze::dataset::{ListDatasets, ListDocuments, ListImages};
use coze::types::Paged;
use coze::workflow::{ListWorkflowVersions, ListWorkflows};
use coze::{Call, Coze};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::mock::{Mock, Reply};

fn id_of<'a, E: Paged>(_: &Call<'_, E>, item: &'a E::Item) -> &'a str {
    E::id(item).unwrap()
}

/// Reads a list whose pages come in each of these rhythms, and never end: `page` writes one with these ids.
macro_rules! ends {
    ($list:expr, $page:expr) => {
        for (pages, expected) in [
            (&[[1, 2]][..], &["1", "2"][..]),
            (&[[1, 2], [3, 4]], &["1", "2", "3", "4"]),
            (&[[1, 2], [3, 4], [5, 6]], &["1", "2", "3", "4", "5", "6"]),
            (&[[1, 2], [2, 3], [3, 1]], &["1", "2", "3"]),
            (&[[1, 2], [2, 3], [3, 4]], &["1", "2", "3", "4"]),
            (&[[1, 1]], &["1"]),
        ] {
            let mock = Mock::new(|number, _| {
                let page: fn([u32; 2], usize) -> Value = $page;
                let mut answer = page(pages[number % pages.len()], number);
                answer["code"] = json!(0);
                Reply::json(&answer)
            });
            let client = mock.client();
            let list: fn(&Coze) -> Call<'_, _> = $list;
            let items = list(&client).items().collect().await.unwrap();
            let call = list(&client);
            let ids: Vec<_> = items.iter().map(|item| id_of(&call, item)).collect();
            assert_eq!(ids, expected, "{}", stringify!($list));
            let asked = mock.sent().len();
            assert!(asked <= pages.len() + 1, "{}: {asked}", stringify!($list));

            let paged: Vec<_> = list(&client).pages().try_collect().await.unwrap();
            assert_eq!(paged.into_iter().flatten().count(), expected.len(), "{}", stringify!($list));
        }
    };
}

#[tokio::test]
async fn pages_that_come_again_end_every_list_and_no_item_comes_twice() {
    ends!(
        |client| client.conversations().list(ListConversations::new("7")),
        |ids, _| json!({"data": {"has_more": true, "conversations": ids.map(|id| json!({"id": id}))}})
    );
    ends!(|client| client.conversations().messages().list(ListMessages::new("7")), |ids, number| json!({
        "data": ids.map(|id| json!({"id": id})), "has_more": true, "last_id": format!("{number}0")
    }));
    ends!(
        |client| client.workflows().list(ListWorkflows::new("7")),
        |ids, _| json!({"data": {"has_more": true, "items": ids.map(|id| json!({"workflow_id": id}))}})
    );
    ends!(|client| client.send(ListWorkflowVersions::new("7")), |ids, number| json!({"data": {
        "has_more": true, "next_page_token": format!("t{number}"),
        "items": ids.map(|id| json!({"workflow_id": "7", "version": id.to_string()})),
    }}));
    ends!(
        |client| client.audio().voices().list(ListVoices::new()),
        |ids, _| json!({"data": {"has_more": true, "voice_list": ids.map(|id| json!({"voice_id": id}))}})
    );
    ends!(
        |client| client.audio().voiceprint_groups().list(ListVoiceprintGroups::new()),
        |ids, _| json!({"data": {"total": 1000, "items": ids.map(|id| json!({"id": id}))}})
    );
    ends!(
        |client| client.audio().voiceprint_groups().features().list("7"),
        |ids, _| json!({"data": {"total": 1000, "items": ids.map(|id| json!({"id": id}))}})
    );
    ends!(
        |client| client.datasets().list(ListDatasets::new("7")),
        |ids, _| json!({"data": {"total_count": 1000, "dataset_list": ids.map(|id| json!({"dataset_id": id}))}})
    );
    ends!(
        |client| client.datasets().images().list(ListImages::new("7")),
        |ids, _| json!({"data": {"total_count": 1000, "photo_infos": ids.map(|id| json!({"document_id": id}))}})
    );
    ends!(
        |client| client.datasets().documents().list(ListDocuments::new("7")),
        |ids, _| json!({"total": 1000, "document_infos": ids.map(|id| json!({"document_id": id}))})
    );
}

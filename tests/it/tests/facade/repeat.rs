//! Lists whose pages come again, and lists that are read to their end across a failure.

use coze::api_app::{ListApiAppEvents, ListApiApps};
use coze::app::ListApps;
use coze::audio::{ListVoiceprintGroups, ListVoices};
use coze::benefit::{ListBenefitLimitations, ListBillTasks};
use coze::bot::{ListBotVersions, ListBots, ListPublishedBots};
use coze::conversation::{ListConversations, ListMessages};
use coze::dataset::{ListDatasets, ListDocuments, ListImages};
use coze::enterprise::ListOrganizations;
use coze::folder::ListFolders;
use coze::organization::ListOrganizationMembers;
use coze::store::{ListStoreCategories, ListStorePlugins};
use coze::types::Paged;
use coze::workflow::{ListWorkflowVersions, ListWorkflows};
use coze::workspace::{ListWorkspaceMembers, ListWorkspaces};
use coze::{Call, Coze, ErrorKind};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::mock::{Mock, Reply};

fn id_of<'a, E: Paged<Reply: coze::Receive>>(_: &Call<E>, item: &'a E::Item) -> &'a str {
    E::key(item).unwrap()
}

/// Pages of a list, the ids that it yields, and how many pages are asked for.
type Row = (&'static [&'static [u32]], &'static [&'static str], usize);

/// Pages that come again and again in each of these rhythms; at last empty ones.
const ENDLESS: [Row; 7] = [
    (&[&[1, 2]], &["1", "2"], 2),
    (&[&[1, 2], &[3, 4]], &["1", "2", "3", "4"], 3),
    (&[&[1, 2], &[3, 4], &[5, 6]], &["1", "2", "3", "4", "5", "6"], 4),
    (&[&[1, 2], &[2, 3], &[3, 1]], &["1", "2", "3"], 3),
    (&[&[1, 2], &[2, 3], &[3, 4]], &["1", "2", "3", "4"], 4),
    (&[&[1, 1]], &["1"], 2),
    (&[&[1, 2], &[3], &[]], &["1", "2", "3"], 3),
];

/// Lists that end, of a server that fails once after the first page.
const ENDING: [Row; 3] = [
    (&[&[1, 2], &[3, 4], &[5]], &["1", "2", "3", "4", "5"], 4),
    (&[&[1, 2], &[3, 4]], &["1", "2", "3", "4"], 3),
    (&[&[1, 2]], &["1", "2"], 1),
];

/// What a server says on one page.
struct Said<'a> {
    ids: &'a [u32],
    has_more: bool,
    total: usize,
    /// How many answers came before.
    number: usize,
}

impl Said<'_> {
    /// The page: `pages` where more may follow, cut off after the last of them.
    fn new(pages: &'static [&'static [u32]], number: usize, is_endless: bool) -> Said<'static> {
        let has_more = is_endless || number + 1 < pages.len();
        let total = if has_more { 1000 } else { pages.concat().len() };
        Said { ids: pages[number % pages.len()], has_more, total, number }
    }

    /// Items that have nothing but an id of this name.
    fn items(&self, name: &str) -> Vec<Value> {
        self.ids.iter().map(|id| json!({ name: id.to_string() })).collect()
    }

    fn reply(self, page: fn(Said<'_>) -> Value) -> Reply {
        let mut answer = page(self);
        answer["code"] = json!(0);
        Reply::json(&answer)
    }
}

/// Reads a list from servers that never end it, and from one that fails.
macro_rules! ends {
    ($list:expr, $page:expr) => {{
        let list: fn(&Coze) -> Call<_> = $list;
        let page: fn(Said<'_>) -> Value = $page;
        for (pages, expected, asked) in ENDLESS {
            let mock = Mock::new(move |number, _| Said::new(pages, number, true).reply(page));
            let client = mock.client();
            let items = list(&client).items().collect().await.unwrap();
            let call = list(&client);
            let ids: Vec<_> = items.iter().map(|item| id_of(&call, item)).collect();
            assert_eq!(ids, *expected, "{}", stringify!($list));
            // After an empty page, a list that may count from 0 looks there too.
            let more = mock.sent().len() - asked;
            assert!(more <= usize::from(pages.contains(&&[][..])), "{}: {more}", stringify!($list));

            let mock = Mock::new(move |number, _| Said::new(pages, number, true).reply(page));
            let paged: Vec<_> = list(&mock.client()).pages().try_collect().await.unwrap();
            assert!(paged.iter().all(|page| !page.is_empty()));
            assert_eq!(paged.into_iter().flatten().count(), expected.len(), "{}", stringify!($list));
        }
        for (pages, expected, asked) in ENDING {
            let mock = Mock::new(move |number, _| match number {
                0 => Said::new(pages, 0, false).reply(page),
                1 => Reply::new(500, "text/plain", "oops"),
                number => Said::new(pages, number - 1, false).reply(page),
            });
            let client = mock.client();
            let (mut items, mut errors, mut ids) = (list(&client).items(), Vec::new(), Vec::new());
            let call = list(&client);
            while let Some(item) = items.next().await {
                item.map_or_else(
                    |error| errors.push(error.kind()),
                    |item| ids.push(id_of(&call, &item).to_owned()),
                );
            }
            assert_eq!(ids, *expected, "{}", stringify!($list));
            assert_eq!(errors, vec![ErrorKind::Server; usize::from(pages.len() > 1)]);
            assert_eq!(mock.sent().len(), asked, "{}", stringify!($list));
        }
    }};
}

#[tokio::test]
async fn every_list_is_read_to_its_end_and_no_item_comes_twice() {
    ends!(
        |client| client.conversations().list(ListConversations::new("7")),
        |said| json!({"data": {"has_more": said.has_more, "conversations": said.items("id")}})
    );
    ends!(|client| client.conversations().messages().list(ListMessages::new("7")), |said| json!({
        "data": said.items("id"), "has_more": said.has_more, "last_id": format!("{}0", said.number + 1)
    }));
    ends!(
        |client| client.workflows().list(ListWorkflows::new("7")),
        |said| json!({"data": {"has_more": said.has_more, "items": said.items("workflow_id")}})
    );
    ends!(|client| client.send(ListWorkflowVersions::new("7")), |said| {
        let items = said.ids.iter().map(|id| json!({"workflow_id": "7", "version": id.to_string()}));
        json!({"data": {
            "has_more": said.has_more, "next_page_token": format!("t{}", said.number),
            "items": items.collect::<Vec<_>>(),
        }})
    });
    ends!(
        |client| client.audio().voices().list(ListVoices::new()),
        |said| json!({"data": {"has_more": said.has_more, "voice_list": said.items("voice_id")}})
    );
    ends!(
        |client| client.audio().voiceprint_groups().list(ListVoiceprintGroups::new()),
        |said| json!({"data": {"total": said.total, "items": said.items("id")}})
    );
    ends!(
        |client| client.audio().voiceprint_groups().features().list("7"),
        |said| json!({"data": {"total": said.total, "items": said.items("id")}})
    );
    ends!(
        |client| client.bots().list(ListBots::new("7")),
        |said| json!({"data": {"total": said.total, "items": said.items("id")}})
    );
    ends!(
        |client| client.bots().list_published(ListPublishedBots::new("7")),
        |said| json!({"data": {"total": said.total, "space_bots": said.items("bot_id")}})
    );
    ends!(
        |client| client.bots().versions().list(ListBotVersions::new("7")),
        |said| json!({"data": {"has_more": said.has_more, "items": said.items("version")}})
    );
    ends!(
        |client| client.apps().list(ListApps::new("7")),
        |said| json!({"data": {"total": said.total, "items": said.items("id")}})
    );
    ends!(|client| client.folders().list(ListFolders::new("7")), |said| json!({"data": {
        "total_count": said.total, "has_more": said.has_more, "items": said.items("id"),
    }}));
    ends!(
        |client| client.datasets().list(ListDatasets::new("7")),
        |said| json!({"data": {"total_count": said.total, "dataset_list": said.items("dataset_id")}})
    );
    ends!(
        |client| client.datasets().images().list(ListImages::new("7")),
        |said| json!({"data": {"total_count": said.total, "photo_infos": said.items("document_id")}})
    );
    ends!(
        |client| client.datasets().documents().list(ListDocuments::new("7")),
        |said| json!({"total": said.total, "document_infos": said.items("document_id")})
    );
    ends!(
        |client| client.stores().categories().list(ListStoreCategories::of_plugins()),
        |said| json!({"data": {"has_more": said.has_more, "items": said.items("id")}})
    );
    ends!(|client| client.stores().plugins().list(ListStorePlugins::new()), |said| {
        let items = said.ids.iter().map(|id| json!({"metainfo": {"entity_id": id.to_string()}}));
        json!({"data": {"has_more": said.has_more, "items": items.collect::<Vec<_>>()}})
    });
    ends!(|client| client.api_apps().list(ListApiApps::new()), |said| json!({"data": {
        "has_more": said.has_more, "items": said.items("id"), "next_page_token": format!("t{}", said.number),
    }}));
    ends!(|client| client.api_apps().events().list(ListApiAppEvents::new("7")), |said| json!({"data": {
        "has_more": said.has_more, "items": said.items("event_type"), "next_page_token": format!("t{}", said.number),
    }}));
    ends!(
        |client| client
            .benefit_limitations()
            .list(ListBenefitLimitations::new("enterprise_all_devices", "resource_point")),
        |said| json!({"data": {
            "has_more": said.has_more, "benefit_infos": said.items("benefit_id"),
            "page_token": format!("t{}", said.number),
        }})
    );
    ends!(
        |client| client.bill_tasks().list(ListBillTasks::new()),
        |said| json!({"data": {"total": said.total, "task_infos": said.items("task_id")}})
    );
    ends!(
        |client| client.workspaces().list(ListWorkspaces::new()),
        |said| json!({"data": {"total_count": said.total, "workspaces": said.items("id")}})
    );
    ends!(
        |client| client.workspaces().members().list(ListWorkspaceMembers::new("7")),
        |said| json!({"data": {"total_count": said.total, "items": said.items("user_id")}})
    );
    ends!(
        |client| client.enterprises().organizations().list(ListOrganizations::new("7")),
        |said| json!({"data": {"total_count": said.total, "items": said.items("organization_id")}})
    );
    ends!(
        |client| client.organizations().members().list(ListOrganizationMembers::new("7")),
        |said| json!({"data": {"total_count": said.total, "items": said.items("user_id")}})
    );
}

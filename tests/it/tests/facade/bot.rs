//! Agents, apps, folders and collaboration: what every method sends.

use coze::app::ListApps;
use coze::bot::{
    CollaborationMode, CreateBot, ListBotVersions, ListBots, ListPublishedBots, PublishBot, UnpublishBot,
    UpdateBot,
};
use coze::folder::ListFolders;
use serde_json::json;

use crate::mock::{Mock, Reply};

#[tokio::test]
async fn every_method_sends_its_request() {
    let mock = Mock::always(Reply::data(&json!({"bot_id": "1", "id": "2"})));
    let client = mock.client();
    let bots = client.bots();
    assert_eq!(bots.create(CreateBot::new("7", "n")).await.unwrap().bot_id, "1");
    bots.update(UpdateBot::new("1").name("m")).await.unwrap();
    bots.publish(PublishBot::new("1")).await.unwrap();
    bots.unpublish(UnpublishBot::new("1", "1024")).await.unwrap();
    bots.retrieve("1").await.unwrap();
    bots.retrieve_online("1").await.unwrap();
    bots.list(ListBots::new("7")).await.unwrap();
    bots.list_published(ListPublishedBots::new("7")).await.unwrap();
    bots.versions().list(ListBotVersions::new("1")).await.unwrap();
    bots.collaboration_modes().update("1", CollaborationMode::Collaboration).await.unwrap();
    bots.collaborators().create("1", "5").await.unwrap();
    bots.collaborators().delete("1", "5").await.unwrap();
    client.apps().list(ListApps::new("7")).await.unwrap();
    client.apps().collaborators().create("3", "5").await.unwrap();
    client.apps().collaborators().delete("3", "5").await.unwrap();
    client.folders().list(ListFolders::new("7")).await.unwrap();
    assert_eq!(client.folders().retrieve("2").await.unwrap().id, "2");
    client.workflows().collaboration_modes().update("4", "single").await.unwrap();
    client.workflows().collaborators().create("4", "5").await.unwrap();
    client.workflows().collaborators().delete("4", "5").await.unwrap();
    assert_eq!(
        mock.lines(),
        [
            "POST /v1/bot/create",
            "POST /v1/bot/update",
            "POST /v1/bot/publish",
            "POST /v1/bots/1/unpublish",
            "GET /v1/bots/1",
            "GET /v1/bot/get_online_info?bot_id=1",
            "GET /v1/bots?workspace_id=7&page_num=1&page_size=20",
            "GET /v1/space/published_bots_list?space_id=7&page_index=1&page_size=20",
            "GET /v1/bots/1/versions?page_num=1&page_size=10",
            "POST /v1/bots/1/collaboration_mode",
            "POST /v1/bots/1/collaborators",
            "DELETE /v1/bots/1/collaborators/5",
            "GET /v1/apps?workspace_id=7&page_num=1&page_size=20",
            "POST /v1/apps/3/collaborators",
            "DELETE /v1/apps/3/collaborators/5",
            "GET /v1/folders?workspace_id=7&folder_type=development&page_num=1&page_size=20",
            "GET /v1/folders/2",
            "POST /v1/workflows/4/collaboration_mode",
            "POST /v1/workflows/4/collaborators",
            "DELETE /v1/workflows/4/collaborators/5",
        ]
    );
}

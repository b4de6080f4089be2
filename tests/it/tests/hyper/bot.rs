//! Agents, apps, folders and collaboration, over real sockets.

use coze::app::ListApps;
use coze::bot::{
    CollaborationMode, CreateBot, KnowledgeConfig, ListBotVersions, ListBots, ListPublishedBots, ModelInfo,
    OnboardingInfo, PluginIdList, PublishBot, PublishStatus, RetrieveBot, SuggestReplyInfo, SuggestReplyMode,
    UnpublishBot, UpdateBot, WorkflowIdList,
};
use coze::dataset::{CreateDataset, FormatType};
use coze::folder::ListFolders;
use coze::{BotId, Coze};
use coze_sim::{DEMO_BOT, Dialect, Sim};

use crate::served::{Served, ask_bot, builder, patiently, serve};

/// Workspace of all that comes with the simulator.
const WORKSPACE: &str = "7400000000000000009";
/// Workspace of nothing.
const SPACE: &str = "7316121948439879010";

/// Clients of the users of two tokens, the owner first.
async fn two_users() -> (Sim, Coze, Coze, String) {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let owner = builder(&sim).build().unwrap();
    let other = builder(&sim).token("pat_other").build().unwrap();
    let id = other.users().me().await.unwrap().user_id.to_string();
    (sim, owner, other, id)
}

async fn create(client: &Coze, name: &str) -> BotId {
    client.bots().create(CreateBot::new(SPACE, name)).await.unwrap().bot_id
}

async fn answer(client: &Coze, bot: &BotId, draft: bool) -> Result<String, coze::Error> {
    let mut request = ask_bot(bot.as_str(), "2024年10月1日是星期几");
    if draft {
        request = request.publish_status(PublishStatus::UnpublishedDraft);
    }
    Ok(client.chat().stream(request).await?.collect().await?.text())
}

async fn names(client: &Coze, request: ListBots) -> Vec<String> {
    let bots = client.bots().list(request).items().collect().await.unwrap();
    bots.into_iter().map(|bot| bot.name.unwrap()).collect()
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, coze::Error>) -> i64 {
    result.unwrap_err().api().unwrap().code.to_string().parse().unwrap()
}

#[tokio::test]
async fn a_created_agent_is_a_draft_that_answers_once_it_is_published() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        let bot = create(&client, "菜").await;
        assert_eq!(code(client.bots().retrieve(&bot).await), 4015);
        assert_eq!(code(client.bots().retrieve_online(&bot).await), 4015);
        assert_eq!(code(answer(&client, &bot, false).await), 4015);
        assert_eq!(answer(&client, &bot, true).await.unwrap(), "2024年10月1日是星期二。");
        let status = |status| ListBots::new(SPACE).publish_status(status);
        assert!(names(&client, ListBots::new(SPACE)).await.is_empty());
        assert_eq!(names(&client, status(PublishStatus::All)).await, ["菜"]);
        assert_eq!(names(&client, status(PublishStatus::UnpublishedDraft)).await, ["菜"]);

        let published = client.bots().publish(PublishBot::new(&bot)).await.unwrap();
        assert_eq!(published.bot_id, bot);
        let first = published.version.unwrap();
        assert_eq!(answer(&client, &bot, false).await.unwrap(), "2024年10月1日是星期二。");
        assert_eq!(client.bots().retrieve(&bot).await.unwrap().version.as_ref(), Some(&first));

        // The draft goes on, what is published stays until it is published again.
        client.bots().update(UpdateBot::new(&bot).name("新菜")).await.unwrap();
        assert_eq!(names(&client, ListBots::new(SPACE)).await, ["菜"]);
        assert_eq!(names(&client, status(PublishStatus::PublishedDraft)).await, ["新菜"]);
        assert_eq!(client.bots().retrieve(&bot).await.unwrap().name.as_deref(), Some("菜"));
        let draft = client.send(RetrieveBot::new(&bot).is_published(false)).await.unwrap();
        assert_eq!((draft.name.as_deref(), draft.version.as_deref()), (Some("新菜"), Some("")));
        let again = PublishBot::new(&bot).connector_ids(["1024", "999"]);
        let second = client.bots().publish(again).await.unwrap().version.unwrap();
        assert_eq!(client.bots().retrieve_online(&bot).await.unwrap().name.as_deref(), Some("新菜"));
        assert!(names(&client, status(PublishStatus::PublishedDraft)).await.is_empty());

        let versions = |request: ListBotVersions| {
            let list = client.bots().versions().list(request.page_size(1)).items();
            async {
                list.collect().await.unwrap().into_iter().map(|one| one.version.unwrap()).collect::<Vec<_>>()
            }
        };
        assert_eq!(versions(ListBotVersions::new(&bot)).await, [second.clone(), first.clone()]);
        assert_eq!(versions(ListBotVersions::new(&bot).connector_id("999")).await, [second]);
        let draft = ListBotVersions::new(&bot).publish_status(PublishStatus::UnpublishedDraft);
        assert_eq!(versions(draft).await.len(), 1);
        let old = ask_bot(bot.as_str(), "hi").bot_version(first);
        client.chat().stream(old).await.unwrap().collect().await.unwrap();
        let unknown = ask_bot(bot.as_str(), "hi").bot_version("1");
        assert_eq!(code(client.chat().stream(unknown).await), 4000);

        client.bots().unpublish(UnpublishBot::new(&bot, "1024").unpublish_reason("停")).await.unwrap();
        assert_eq!(code(answer(&client, &bot, false).await), 4015);
        assert!(names(&client, ListBots::new(SPACE)).await.is_empty());
        assert_eq!(names(&client, ListBots::new(SPACE).connector_id("999")).await, ["新菜"]);
        assert_eq!(code(client.bots().unpublish(UnpublishBot::new(&bot, "1024")).await), 4000);
        client.bots().unpublish(UnpublishBot::new(&bot, "999")).await.unwrap();
        let all = client.bots().list(status(PublishStatus::All)).items().collect().await.unwrap();
        assert_eq!((all[0].is_published, all[0].published_at), (Some(false), None));
        // It was published before.
        assert!(names(&client, status(PublishStatus::UnpublishedDraft)).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_an_agent_is_configured_with_is_shown() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        let dataset =
            client.datasets().create(CreateDataset::new("菜谱", SPACE, FormatType::Text)).await.unwrap();
        let request = CreateBot::new(SPACE, "n")
            .description("d")
            .prompt_info("Be brief.")
            .onboarding_info(OnboardingInfo::new("hi").suggested_questions(["a", "b"]))
            .plugin_id_list(PluginIdList::new([("1", "2"), ("1", "3"), ("4", "5")]))
            .workflow_id_list(WorkflowIdList::new(["6"]))
            .model_info_config(ModelInfo::new("7").temperature(0.5).parameter("thinking_type", "auto"))
            .suggest_reply_info(SuggestReplyInfo::customized("Ask on."));
        let bot = client.bots().create(request).await.unwrap().bot_id;
        let knowledge = KnowledgeConfig::new([&dataset.dataset_id]).auto_call(false);
        client.bots().update(UpdateBot::new(&bot).knowledge(knowledge)).await.unwrap();
        let shown = client.send(RetrieveBot::new(&bot).is_published(false)).await.unwrap();
        assert_eq!((shown.name.as_deref(), shown.description.as_deref()), (Some("n"), Some("d")));
        assert_eq!(shown.prompt_info.unwrap().prompt.as_deref(), Some("Be brief."));
        let onboarding = shown.onboarding_info.unwrap();
        assert_eq!(onboarding.suggested_questions.unwrap(), ["a", "b"]);
        let tools: Vec<_> = shown.plugin_info_list.iter().map(|plugin| plugin.api_info_list.len()).collect();
        assert_eq!(tools, [2, 1]);
        assert_eq!(shown.workflow_info_list[0].id, "6");
        let model = shown.model_info.unwrap();
        assert_eq!((model.model_id.unwrap(), model.temperature), ("7".into(), Some(0.5)));
        assert_eq!(model.parameters["thinking_type"], "auto");
        assert_eq!(shown.suggest_reply_info.unwrap().reply_mode, Some(SuggestReplyMode::Customized));
        assert_eq!(shown.knowledge.unwrap().knowledge_infos[0].name.as_deref(), Some("菜谱"));

        // What is not in an update stays, and an empty list takes away.
        let update = UpdateBot::new(&bot).workflow_id_list(WorkflowIdList::new::<&str>([]));
        client.bots().update(update.name("m")).await.unwrap();
        let shown = client.send(RetrieveBot::new(&bot).is_published(false)).await.unwrap();
        assert_eq!((shown.name.as_deref(), shown.workflow_info_list.len()), (Some("m"), 0));
        assert_eq!((shown.description.as_deref(), shown.plugin_info_list.len()), (Some("d"), 2));
    })
    .await;
}

#[tokio::test]
async fn agents_that_break_a_rule_are_refused() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        let bots = client.bots();
        let bot = create(&client, "n").await;
        assert_eq!(code(bots.create(CreateBot::new(SPACE, "名".repeat(21))).await), 4000);
        assert_eq!(code(bots.create(CreateBot::new(SPACE, "n").icon_file_id("5")).await), 4000);
        assert_eq!(code(bots.update(UpdateBot::new("5").name("n")).await), 4015);
        assert_eq!(code(bots.publish(PublishBot::new("5")).await), 4015);
        let suggest = SuggestReplyInfo::new(SuggestReplyMode::Customized);
        assert_eq!(code(bots.update(UpdateBot::new(&bot).suggest_reply_info(suggest)).await), 4000);
        assert_eq!(code(bots.publish(PublishBot::new(&bot).connector_ids(["70", "999"])).await), 4000);
        let channel = PublishBot::new(&bot).connector_ids(["70", "1024"]);
        assert_eq!(code(bots.publish(channel.clone().setting("71", "k", "v")).await), 4000);
        let mut broken = channel.clone();
        broken.connectors.entry("70".into()).or_default().insert("k".into(), "[".into());
        assert_eq!(code(bots.publish(broken).await), 4000);
        bots.publish(channel.setting("70", "k", vec!["v"])).await.unwrap();
        // What comes with the simulator stays as it is.
        assert_eq!(code(bots.update(UpdateBot::new(DEMO_BOT).name("n")).await), 4000);
        assert_eq!(code(bots.publish(PublishBot::new(DEMO_BOT)).await), 4000);
    })
    .await;
}

#[tokio::test]
async fn lists_hold_what_comes_with_the_simulator_too() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        assert_eq!(names(&client, ListBots::new(WORKSPACE)).await, ["Demo agent"]);
        let drafts = ListBots::new(WORKSPACE).publish_status(PublishStatus::UnpublishedDraft);
        assert!(names(&client, drafts).await.is_empty());
        let bots = client.bots();
        let mut created = Vec::new();
        for name in ["a", "b", "c"] {
            let bot = bots.create(CreateBot::new(WORKSPACE, name)).await.unwrap().bot_id;
            bots.publish(PublishBot::new(&bot)).await.unwrap();
            created.push(bot);
        }
        let expected = ["c", "b", "a", "Demo agent"];
        assert_eq!(names(&client, ListBots::new(WORKSPACE).page_size(2)).await, expected);
        let list = bots.list_published(ListPublishedBots::new(WORKSPACE).page_size(3));
        let listed = list.items().collect().await.unwrap();
        assert_eq!(listed.iter().map(|bot| bot.bot_name.as_deref().unwrap()).collect::<Vec<_>>(), expected);
        assert!(listed.windows(2).all(|pair| pair[0].publish_time >= pair[1].publish_time));
        assert_eq!(bots.versions().list(ListBotVersions::new(DEMO_BOT)).await.unwrap().items.len(), 1);
        assert_eq!(code(bots.versions().list(ListBotVersions::new("5")).await), 4015);

        let apps = client.apps().list(ListApps::new(WORKSPACE)).items().collect().await.unwrap();
        assert_eq!((apps.len(), apps[0].is_published), (1, Some(true)));
        let drafts = ListApps::new(WORKSPACE).publish_status(PublishStatus::UnpublishedDraft);
        assert!(client.apps().list(drafts).await.unwrap().items.is_empty());
        assert!(client.apps().list(ListApps::new(SPACE)).await.unwrap().items.is_empty());

        let folders = client.folders();
        let top = folders.list(ListFolders::new(WORKSPACE).page_size(1)).items().collect().await.unwrap();
        assert_eq!((top.len(), top[0].children_count), (2, Some(1)));
        let children = folders.list(ListFolders::new(WORKSPACE).parent_folder_id(&top[0].id)).await.unwrap();
        let [child] = &children.items[..] else { panic!("{children:?}") };
        assert_eq!(child.parent_folder_id.as_ref(), Some(&top[0].id));
        assert_eq!(folders.retrieve(&child.id).await.unwrap().name, child.name);
        assert_eq!(code(folders.retrieve("5").await), 4000);
        assert!(folders.list(ListFolders::new(SPACE)).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_agent_is_edited_by_its_owner_and_collaborators() {
    patiently(async {
        let (_sim, owner, other, id) = two_users().await;
        let bot = create(&owner, "n").await;
        let (team, modes) = (owner.bots().collaborators(), owner.bots().collaboration_modes());
        let renamed = || other.bots().update(UpdateBot::new(&bot).name("m"));
        assert_eq!(code(renamed().await), 4101);
        assert_eq!(code(other.bots().publish(PublishBot::new(&bot)).await), 4101);
        let collaboration = CollaborationMode::Collaboration;
        assert_eq!(code(other.bots().collaboration_modes().update(&bot, collaboration.clone()).await), 4101);

        // First the mode, then the users.
        assert_eq!(code(team.create(&bot, &id).await), 4000);
        modes.update(&bot, collaboration).await.unwrap();
        assert_eq!(code(other.bots().collaborators().create(&bot, &id).await), 4101);
        team.create(&bot, &id).await.unwrap();
        renamed().await.unwrap();
        other.bots().publish(PublishBot::new(&bot)).await.unwrap();
        assert_eq!(code(other.bots().unpublish(UnpublishBot::new(&bot, "1024")).await), 4101);
        assert_eq!(code(modes.update(&bot, CollaborationMode::Single).await), 4000);
        team.delete(&bot, &id).await.unwrap();
        assert_eq!(code(team.delete(&bot, &id).await), 4000);
        assert_eq!(code(renamed().await), 4101);
        modes.update(&bot, CollaborationMode::Single).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn workflows_and_apps_have_collaborators() {
    patiently(async {
        let workflow = |id: &str, app: &str| {
            let nodes = r#"[{"id": "start", "type": "start", "inputs": {}}, {"id": "end", "type": "end", "outputs": {"a": "b"}}]"#;
            coze_sim::Workflow::parse(&format!(r#"{{"id": "{id}", {app} "nodes": {nodes}}}"#)).unwrap()
        };
        let sim = Sim::builder().token("pat_sim").token("pat_other");
        let sim = sim.workflow(workflow("21", "")).workflow(workflow("22", r#""app_id": "31","#));
        let sim = sim.start().await.unwrap();
        let owner = builder(&sim).build().unwrap();
        let other = builder(&sim).token("pat_other").build().unwrap();
        let id = other.users().me().await.unwrap().user_id;
        let (team, modes) = (owner.workflows().collaborators(), owner.workflows().collaboration_modes());
        assert_eq!(code(team.create("21", &id).await), 4000);
        assert_eq!(code(other.workflows().collaboration_modes().update("21", "collaboration").await), 4101);
        modes.update("21", CollaborationMode::Collaboration).await.unwrap();
        team.create("21", &id).await.unwrap();
        // A collaborator can take itself out.
        other.workflows().collaborators().delete("21", &id).await.unwrap();
        modes.update("21", CollaborationMode::Single).await.unwrap();
        assert_eq!(code(modes.update("22", CollaborationMode::Collaboration).await), 4000);
        assert!(modes.update("5", CollaborationMode::Single).await.is_err());

        let listed = owner.apps().list(ListApps::new(WORKSPACE)).items().collect().await.unwrap();
        let app = &listed.iter().find(|app| app.id == "31").unwrap().id;
        let team = owner.apps().collaborators();
        assert_eq!(code(other.apps().collaborators().create(app, &id).await), 4101);
        team.create(app, &id).await.unwrap();
        team.delete(app, &id).await.unwrap();
        assert_eq!(code(team.delete(app, &id).await), 4000);
        assert_eq!(code(team.create("5", &id).await), 4000);
    })
    .await;
}

//! Limits of the groups `bot`, `app` and `folder`, and of collaboration.

use coze_types::app::{CreateAppCollaborator, ListApps};
use coze_types::bot::{
    ApiMode, CacheType, Collaborator, CreateBot, CreateBotCollaborator, KnowledgeConfig, ListBotVersions,
    ListBots, ListPublishedBots, ModelInfo, OnboardingInfo, PromptInfo, PromptMode, PublishBot,
    PublishStatus, SuggestReplyInfo, SuggestReplyMode, UnpublishBot, UpdateBot,
};
use coze_types::folder::{FolderType, ListFolders};
use coze_types::workflow::CreateWorkflowCollaborator;

use super::{complains, fatal};

#[test]
fn an_agent_has_limits() {
    let bot = || CreateBot::new("1", "名");
    complains(&bot(), &[]);
    assert!(fatal(&complains(&CreateBot::new("", ""), &["space_id", "name"])));
    assert!(fatal(&complains(&UpdateBot::new(""), &["bot_id"])));
    complains(&CreateBot::new("1", "名".repeat(20)).description("述".repeat(500)), &[]);
    let long = CreateBot::new("1", "名".repeat(21)).description("述".repeat(501));
    assert!(!fatal(&complains(&long, &["name", "description"])));
    complains(&UpdateBot::new("1").name("名".repeat(21)), &["name"]);

    complains(&bot().prompt_info("词".repeat(20_000)), &[]);
    complains(&bot().prompt_info("词".repeat(20_001)), &["prompt_info.prompt"]);
    complains(&bot().prompt_info(PromptInfo::prefixed("a", "b")), &[]);
    let mut both = PromptInfo::prefixed("a", "b");
    both.prompt = Some("c".into());
    complains(&bot().prompt_info(both.clone()), &["prompt_info.prompt"]);
    both.prompt_mode = Some(PromptMode::Standard);
    complains(&bot().prompt_info(both), &[]);

    let onboarding = OnboardingInfo::new("白".repeat(300)).suggested_questions(["题".repeat(50)]);
    complains(&bot().onboarding_info(onboarding), &[]);
    let onboarding = OnboardingInfo::new("白".repeat(301)).suggested_questions(["a".into(), "题".repeat(51)]);
    let fields = ["onboarding_info.prologue", "onboarding_info.suggested_questions[1]"];
    complains(&bot().onboarding_info(onboarding), &fields);

    complains(&bot().suggest_reply_info(SuggestReplyInfo::customized("p")), &[]);
    let without = SuggestReplyInfo::new(SuggestReplyMode::Customized);
    complains(&bot().suggest_reply_info(without), &["suggest_reply_info.customized_prompt"]);
    let datasets = |count: u64| UpdateBot::new("1").knowledge(KnowledgeConfig::new(0..count));
    complains(&datasets(150), &[]);
    complains(&datasets(151), &["knowledge.dataset_ids"]);
}

#[test]
fn a_model_has_limits() {
    let check = |model: ModelInfo, fields: &[&str]| {
        let fields: Vec<_> = fields.iter().map(|field| format!("model_info_config.{field}")).collect();
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        fatal(&complains(&UpdateBot::new("1").model_info_config(model), &fields))
    };
    let model = || ModelInfo::new("1");
    assert!(check(ModelInfo::default(), &["model_id"]));
    // It would be written as `null`, which is the default.
    assert!(check(model().temperature(f64::NAN).top_p(f64::INFINITY), &["temperature", "top_p"]));
    check(model().cache_type(CacheType::Prefix).api_mode(ApiMode::ChatApi), &[]);
    check(model().cache_type(CacheType::Prefix).api_mode(ApiMode::ResponsesApi), &["cache_type"]);
    check(model().parameter("caching_expire_time", 259_200), &[]);
    check(model().parameter("caching_expire_time", 259_201), &["parameters.caching_expire_time"]);
}

#[test]
fn channels_have_rules() {
    let publish = |channels: &[&str]| PublishBot::new("1").connector_ids(channels.iter().copied());
    complains(&PublishBot::new("1"), &[]);
    complains(&publish(&["999"]), &[]);
    complains(&publish(&["74708", "1024"]).setting("74708", "k", "v"), &[]);
    assert!(fatal(&complains(&PublishBot::new(""), &["bot_id"])));
    assert!(fatal(&complains(&publish(&[]), &["connector_ids"])));
    assert!(!fatal(&complains(&publish(&["999", "74708"]), &["connector_ids"])));
    let mut broken = publish(&["1024"]);
    broken.connectors.entry("7".into()).or_default().insert("k".into(), "[".into());
    complains(&broken, &["connectors.7.k"]);

    complains(&UnpublishBot::new("1", "1024").unpublish_reason("因".repeat(1024)), &[]);
    let errors = complains(
        &UnpublishBot::new("1", "").unpublish_reason("因".repeat(1025)),
        &["connector_id", "unpublish_reason"],
    );
    assert!(fatal(&errors));
}

#[test]
fn pages_have_limits() {
    complains(&ListBots::new("1").page_size(1000), &[]);
    complains(&ListBots::new("1").page_num(0).page_size(0), &["page_num", "page_size"]);
    complains(&ListApps::new("1").page_num(0).page_size(0), &["page_num", "page_size"]);
    complains(&ListPublishedBots::new("1").page_index(0).page_size(0), &["page_index", "page_size"]);
    complains(&ListBotVersions::new("1").page_size(30), &[]);
    complains(&ListBotVersions::new("1").page_num(0).page_size(31), &["page_num", "page_size"]);
    complains(&ListBotVersions::new("1").publish_status(PublishStatus::All), &["publish_status"]);
    complains(&ListBotVersions::new("1").publish_status(PublishStatus::UnpublishedDraft), &[]);
    complains(&ListFolders::new("1").page_size(50), &[]);
    complains(&ListFolders::new("1").page_size(51), &["page_size"]);
    complains(&ListFolders::new("1").folder_type(FolderType::Library), &["folder_type"]);
}

#[test]
fn collaborators_come_one_by_one() {
    complains(&CreateBotCollaborator::new("1", "2"), &[]);
    complains(&CreateAppCollaborator::new("1", "2"), &[]);
    complains(&CreateWorkflowCollaborator::new("1", "2"), &[]);
    assert!(fatal(&complains(&CreateBotCollaborator::new("1", ""), &["collaborators[0].user_id"])));
    let mut two = CreateWorkflowCollaborator::new("1", "2");
    two.collaborators.push(Collaborator::new("3"));
    assert!(!fatal(&complains(&two, &["collaborators"])));
    let mut none = CreateAppCollaborator::new("1", "2");
    none.collaborators.clear();
    complains(&none, &["collaborators"]);
}

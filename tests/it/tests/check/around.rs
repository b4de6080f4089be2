//! Limits of what is around agents: variables, plugins, the store, channels, callback apps, limits and bills.

use coze_types::Timestamp;
use coze_types::api_app::{
    ApiAppEventType, CreateApiApp, CreateApiAppEvents, DeleteApiAppEvents, ListApiAppEvents, ListApiApps,
};
use coze_types::benefit::{
    BenefitLimitation, BenefitType, CreateBenefitLimitation, CreateBillTask, ListBenefitLimitations,
    ListBillTasks, RetrieveBenefits,
};
use coze_types::connector::{BindConnector, InstallConnector, UserConfig};
use coze_types::entity::{CreateCopyTask, EntityType};
use coze_types::plugin::{BatchRetrievePlugins, CallPluginTool};
use coze_types::store::{ListStoreCategories, ListStorePlugins, PluginSort};
use coze_types::template::DuplicateTemplate;
use coze_types::variable::{RetrieveVariables, UpdateVariables};

use super::{complains, fatal};

#[test]
fn variables_belong_to_an_agent_or_app_and_a_user() {
    complains(&RetrieveVariables::of_bot("1", "u"), &[]);
    complains(&UpdateVariables::of_app("1", "u", [("a", "")]), &[]);
    assert!(fatal(&complains(&RetrieveVariables::new("u"), &["bot_id"])));
    assert!(fatal(&complains(&RetrieveVariables::of_bot("1", ""), &["connector_uid"])));
    assert!(fatal(&complains(&RetrieveVariables::of_bot("1", "u").keywords(["a,b"]), &["keywords"])));
    assert!(fatal(&complains(
        &UpdateVariables::new("", [("", "x")]),
        &["bot_id", "connector_uid", "data[0].keyword"]
    )));
    assert!(fatal(&complains(&UpdateVariables::of_bot("1", "u", [("", ""); 0]), &["data"])));
}

#[test]
fn plugins_and_the_store_have_limits() {
    let plugins = |count: u64| BatchRetrievePlugins::new(1..=count);
    assert!(fatal(&complains(&plugins(0), &["ids"])));
    complains(&plugins(20), &[]);
    let errors = complains(&plugins(21), &["ids"]);
    assert_eq!(errors[0].to_string(), "`ids` has 21 plugins; at most 20 are allowed");
    assert!(fatal(&complains(&CallPluginTool::new("1", ""), &["tool_name"])));
    complains(&ListStorePlugins::new().page_size(100), &[]);
    complains(&ListStorePlugins::new().page_size(101).page_num(0), &["page_num", "page_size"]);
    let relative = ListStorePlugins::new().sort_type(PluginSort::Relative);
    complains(&relative, &["sort_type"]);
    complains(&relative.keyword("a"), &[]);
    complains(&ListStoreCategories::of_plugins().page_size(0), &["page_size"]);
}

#[test]
fn copies_have_limits() {
    complains(&CreateCopyTask::new("app", "1"), &[]);
    complains(&CreateCopyTask::new(EntityType::Knowledge, ""), &["entity_id", "entity_type"]);
    assert!(fatal(&complains(&DuplicateTemplate::new("1", ""), &["workspace_id"])));
}

#[test]
fn channels_have_limits() {
    assert!(fatal(&complains(&InstallConnector::new("1", ""), &["workspace_id"])));
    assert!(fatal(&complains(&BindConnector::new("1", []), &["configs"])));
    let nothing = UserConfig::new("", [("", ""); 0]);
    assert!(fatal(&complains(&BindConnector::new("1", [nothing]), &["configs[0].key", "configs[0].enums"])));
}

#[test]
fn callback_apps_have_limits() {
    complains(&CreateApiApp::normal("应".repeat(128)), &[]);
    complains(&CreateApiApp::normal("应".repeat(129)), &["name"]);
    assert!(fatal(&complains(&CreateApiApp::new("normal"), &["name"])));
    assert!(fatal(&complains(&CreateApiApp::new("connector"), &["connector_id"])));
    complains(&ListApiApps::new().page_size(51), &["page_size"]);
    complains(&ListApiAppEvents::new("1").page_size(0), &["page_size"]);
    let none: [ApiAppEventType; 0] = [];
    assert!(fatal(&complains(&CreateApiAppEvents::new("1", none.clone()), &["event_types"])));
    assert!(fatal(&complains(&DeleteApiAppEvents::new("1", none), &["event_types"])));
}

#[test]
fn limits_and_bills_have_limits() {
    let time = Timestamp::from_unix(1_743_004_800);
    let limit = || BenefitLimitation::new("resource_point", 1, time, time);
    complains(&CreateBenefitLimitation::new("enterprise_all_devices", limit()), &[]);
    complains(&CreateBenefitLimitation::new("single_device", limit()), &["entity_id"]);
    let nothing = CreateBenefitLimitation::of_device("1", BenefitLimitation::default());
    let fields = ["limit", "benefit_type", "active_mode", "started_at", "ended_at"];
    let fields = fields.map(|field| format!("benefit_info.{field}"));
    complains(&nothing, &fields.each_ref().map(String::as_str));
    let mut list = ListBenefitLimitations::new("single_custom_consumer", "resource_point").page_size(201);
    list.benefit_type = None;
    complains(&list, &["entity_id", "benefit_type", "page_size"]);

    complains(&CreateBillTask::new(time, time), &[]);
    complains(&CreateBillTask::new(Timestamp::from_unix(1_741_795_199), time), &["started_at"]);
    complains(&CreateBillTask::new(time, Timestamp::from_unix(1_743_004_799)), &["ended_at"]);
    let many = (0..101_u64).fold(ListBillTasks::new().page_size(201), ListBillTasks::task);
    complains(&many, &["page_size", "task_ids"]);
    complains(&RetrieveBenefits::new().benefit_type(BenefitType::ApiRunQps), &["resource_id"]);
    complains(&RetrieveBenefits::new().api_qps("chat"), &[]);
}

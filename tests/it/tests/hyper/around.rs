//! What is around agents, over real sockets: variables, plugins, the store, copies, channels, callback apps, limits, bills.

use coze::api_app::{ApiAppEventType, ApiAppType, CreateApiApp, ListApiAppEvents, ListApiApps, UpdateApiApp};
use coze::benefit::{
    BenefitEntityType, BenefitLimitation, BenefitStrategy, BenefitType, BillTaskStatus,
    CreateBenefitLimitation, CreateBillTask, LimitStatus, LimitTriggerUnit, LimitType,
    ListBenefitLimitations, ListBillTasks, RetrieveBenefits, UpdateBenefitLimitation, UserLevel,
};
use coze::bot::{CreateBot, PromptInfo, PublishBot, RetrieveBot};
use coze::connector::{AuditStatus, BindConnector, UpdateConnectorBot, UserConfig};
use coze::entity::{CopyTaskStatus, CreateCopyTask, EntityType};
use coze::plugin::CallPluginTool;
use coze::store::{ListStoreCategories, ListStorePlugins, PluginSort};
use coze::template::DuplicateTemplate;
use coze::variable::{RetrieveVariables, UpdateVariables};
use coze::{Coze, Timestamp};
use coze_sim::{DEMO_BOT, Dialect, Sim};
use serde_json::json;

use crate::served::{Served, ask, ask_bot, builder, patiently, serve, serve_script};

/// Workspace of all that comes with the simulator.
const WORKSPACE: &str = "7400000000000000009";
/// Another workspace.
const SPACE: &str = "7316121948439879010";
/// The plugin that knows the days of the week.
const CALENDAR: &str = "7400000000000000601";
/// The plugin that cannot be called.
const SEARCH: &str = "7400000000000000603";

async fn two_users() -> (Sim, Coze, Coze) {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let (owner, other) = (builder(&sim).build().unwrap(), builder(&sim).token("pat_other").build().unwrap());
    (sim, owner, other)
}

/// Code and message of a refusal.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, coze::Error>) -> (String, String) {
    let error = result.unwrap_err();
    let api = error.api().unwrap();
    (api.code.to_string(), api.msg.clone())
}

/// Asserts that a request is refused for one of its fields.
#[track_caller]
fn invalid<T: std::fmt::Debug>(result: Result<T, coze::Error>, problem: &str) {
    let (code, message) = refused(result);
    assert!(code == "4000" && message.contains(problem), "{code} {message}");
}

async fn told(client: &Coze, request: coze::CreateChat) -> String {
    client.chat().stream(request).await.unwrap().collect().await.unwrap().text()
}

#[tokio::test]
async fn variables_are_kept_for_each_user_and_read_by_the_agent() {
    patiently(async {
        let (_sim, client, other) = two_users().await;
        let variables = client.variables();
        let of = |user: &str| RetrieveVariables::of_bot(DEMO_BOT, user);
        let fresh = variables.retrieve(of("u")).await.unwrap();
        let names: Vec<_> = fresh.items.iter().map(|item| item.keyword.as_str()).collect();
        assert_eq!(names, ["age", "city", "name"]);
        assert!(fresh.items.iter().all(coze::variable::VariableValue::is_default));

        let pairs = [("name", "Ming"), ("city", "杭州")];
        variables.update(UpdateVariables::of_bot(DEMO_BOT, "user", pairs)).await.unwrap();
        let kept = variables.retrieve(of("user")).await.unwrap();
        assert_eq!(
            (kept.get("name"), kept.get("city"), kept.get("age")),
            (Some("Ming"), Some("杭州"), Some(""))
        );
        assert!(!kept.items[2].is_default() && kept.items[0].is_default());
        let some = variables.retrieve(of("user").keywords(["city", "unknown"])).await.unwrap();
        assert_eq!((some.items.len(), some.get("city")), (1, Some("杭州")));

        // The agent greets by name; other users, channels and tokens have values of their own.
        assert!(told(&client, ask("Hello!")).await.starts_with("Hello, Ming! "));
        assert!(told(&other, ask("Hello!")).await.starts_with("Hello! "));
        let custom = ask("Hello!").custom_variable("name", "Hong");
        assert!(told(&client, custom).await.starts_with("Hello, Hong! "));
        assert_eq!(variables.retrieve(of("v")).await.unwrap().get("name"), Some(""));
        let sdk = of("user").connector_id("999");
        assert_eq!(variables.retrieve(sdk).await.unwrap().get("name"), Some(""));
        assert_eq!(other.variables().retrieve(of("user")).await.unwrap().get("name"), Some(""));

        let update = |name: &str| UpdateVariables::of_bot(DEMO_BOT, "user", [("age", "18"), (name, "x")]);
        invalid(
            variables.update(update("sys_uuid")).await,
            "data[1].keyword: there is no variable \"sys_uuid\"",
        );
        // Nothing of it was kept.
        assert_eq!(variables.retrieve(of("user")).await.unwrap().get("age"), Some(""));
        assert_eq!(refused(variables.retrieve(RetrieveVariables::of_bot("5", "u")).await).0, "4015");
        invalid(variables.retrieve(RetrieveVariables::of_app("5", "u")).await, "app_id: there is no app 5");
        // What no server can serve is not sent.
        assert!(variables.retrieve(RetrieveVariables::new("u")).await.unwrap_err().api().is_none());

        let app = "7400000000000000501";
        variables.update(UpdateVariables::of_app(app, "u", [("age", "18")])).await.unwrap();
        let kept = variables.retrieve(RetrieveVariables::of_app(app, "u")).await.unwrap();
        assert_eq!(kept.get("age"), Some("18"));
    })
    .await;
}

#[tokio::test]
async fn the_prompt_of_an_agent_or_the_script_names_its_variables() {
    patiently(async {
        let script = json!({"bots": [{
            "id": "7400000000000000031",
            "variables": {"city": "Hangzhou"},
            "rules": [{"reply": "It is warm in {city}."}],
        }]});
        let Served { client, sim: _sim } = serve_script(Dialect::Official, &script).await;
        let question = || ask_bot("7400000000000000031", "How is the weather?");
        assert_eq!(told(&client, question()).await, "It is warm in Hangzhou.");
        let city = UpdateVariables::of_bot("7400000000000000031", "user", [("city", "Shenzhen")]);
        client.variables().update(city).await.unwrap();
        assert_eq!(told(&client, question()).await, "It is warm in Shenzhen.");

        let prompt = PromptInfo::new(
            "You speak to {{name}}, who lives in {{ city }}. {% if x %}{{ a + b }}{% endif %}",
        );
        let bot = client.bots().create(CreateBot::new(SPACE, "菜").prompt_info(prompt)).await.unwrap().bot_id;
        let of = RetrieveVariables::of_bot(&bot, "user");
        assert_eq!(refused(client.variables().retrieve(of.clone()).await).0, "4015");
        client.bots().publish(PublishBot::new(&bot)).await.unwrap();
        let names = client.variables().retrieve(of).await.unwrap();
        let names: Vec<_> = names.items.iter().map(|item| item.keyword.as_str()).collect();
        assert_eq!(names, ["city", "name"]);
        let shown = client.bots().retrieve(&bot).await.unwrap().variables;
        assert_eq!(shown.iter().map(|variable| variable.keyword.as_str()).collect::<Vec<_>>(), names);
        let name = UpdateVariables::of_bot(&bot, "user", [("name", "小王")]);
        client.variables().update(name).await.unwrap();
        assert!(told(&client, ask_bot(bot.as_str(), "你好")).await.starts_with("你好，小王！"));
    })
    .await;
}

#[tokio::test]
async fn plugins_are_found_in_the_store_and_called() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        let ids = async |request| {
            let found = client.stores().plugins().list(request).items().collect().await.unwrap();
            let id =
                |plugin: coze::store::StorePlugin| plugin.metainfo.unwrap().entity_id.unwrap().to_string();
            found.into_iter().map(id).collect::<Vec<_>>()
        };
        let all = ids(ListStorePlugins::new().page_size(2)).await;
        assert_eq!(all, [SEARCH, "7400000000000000602", CALENDAR]);
        assert_eq!(ids(ListStorePlugins::new().sort_type(PluginSort::Heat)).await[0], CALENDAR);
        assert_eq!(ids(ListStorePlugins::new().is_official(true)).await, [CALENDAR]);
        assert_eq!(ids(ListStorePlugins::new().keyword("days of the week")).await, [CALENDAR]);
        assert!(ids(ListStorePlugins::new().keyword("nothing like it")).await.is_empty());
        let request = ListStoreCategories::of_plugins().page_size(3);
        let categories = client.stores().categories().list(request).items().collect().await.unwrap();
        assert_eq!(categories.len(), 4);
        let useful = categories.iter().find(|one| one.name.as_deref() == Some("实用工具")).unwrap();
        assert_eq!(ids(ListStorePlugins::new().category(&useful.id)).await, ["7400000000000000602"]);
        invalid(client.stores().categories().list(ListStoreCategories::new("bot")).await, "entity_type");

        let calendar = client.plugins().retrieve(CALENDAR).await.unwrap();
        assert_eq!((calendar.name.as_deref(), calendar.tools[0].name.as_str()), (Some("日历"), "weekday"));
        assert_eq!(calendar.tools[0].input_schema.as_ref().unwrap()["required"], json!(["date"]));
        assert_eq!(calendar.mcp().unwrap().unwrap().mcp_servers.len(), 1);
        invalid(client.plugins().retrieve("5").await, "plugin_id: there is no plugin 5");
        let several = client.plugins().batch_retrieve([CALENDAR, "5", SEARCH]).await.unwrap().items;
        let several: Vec<_> = several.iter().map(|plugin| plugin.plugin_id.as_str()).collect();
        assert_eq!(several, [CALENDAR, SEARCH]);

        let tools = client.plugins().tools();
        let call = CallPluginTool::new(CALENDAR, "weekday");
        let result = tools.call(call.clone().argument("date", "2024年10月1日")).await.unwrap().result;
        assert_eq!(result["text"], "2024年10月1日是星期二。");
        let count = CallPluginTool::new("7400000000000000602", "count").argument("text", "one two");
        assert_eq!(tools.call(count).await.unwrap().result["words"], 2);
        invalid(tools.call(call.clone()).await, "arguments.date: expected a text, got nothing");
        invalid(tools.call(call.clone().argument("date", 7)).await, "arguments.date: expected a text, got 7");
        invalid(tools.call(call.argument("date", "x")).await, "arguments.date: expected a date");
        invalid(tools.call(CallPluginTool::new(CALENDAR, "x")).await, "known here: weekday");
        invalid(tools.call(CallPluginTool::new(SEARCH, "search")).await, "before its terms are accepted");

        let sim = Sim::builder().paid(false).start().await.unwrap();
        let client = builder(&sim).build().unwrap();
        let call = CallPluginTool::new(CALENDAR, "weekday").argument("date", "2024-10-01");
        assert_eq!(refused(client.plugins().tools().call(call).await).0, "6003");
        let plan = client.benefits().retrieve(RetrieveBenefits::new()).await.unwrap();
        assert_eq!(plan.basic_info.unwrap().user_level, Some(UserLevel::Free));
    })
    .await;
}

#[tokio::test]
async fn copies_are_made_at_once_or_by_a_task() {
    patiently(async {
        let (_sim, client, other) = two_users().await;
        let tasks = client.entities().copy_tasks();
        let bot = client.bots().create(CreateBot::new(SPACE, "菜")).await.unwrap().bot_id;
        let made = tasks.create(CreateCopyTask::new(EntityType::Bot, bot.as_str())).await.unwrap();
        assert!(made.task_id.is_none());
        let copy = made.copied_entity_id.unwrap();
        assert_ne!(copy, bot.as_str());
        let copy = client.send(RetrieveBot::new(copy.as_str()).is_published(false)).await.unwrap();
        assert_eq!(copy.name.as_deref(), Some("菜"));

        let request = CreateCopyTask::new(EntityType::Bot, bot.as_str()).to_workspace_id(WORKSPACE);
        let task = tasks.create(request).await.unwrap().task_id.unwrap();
        assert_eq!(refused(other.entities().copy_tasks().retrieve(&task).await).0, "4101");
        let seen = tasks.retrieve(&task).await.unwrap();
        assert_eq!((seen.task_status, seen.target_entity_id), (Some(CopyTaskStatus::InProgress), None));
        let seen = tasks.retrieve(&task).await.unwrap();
        assert_eq!(seen.task_status, Some(CopyTaskStatus::Successful));
        assert_eq!(
            (seen.source_entity_id.unwrap().as_str(), seen.target_workspace_id.unwrap().as_str()),
            (bot.as_str(), WORKSPACE)
        );
        let target = seen.target_entity_id.unwrap();
        assert!(client.send(RetrieveBot::new(target.as_str()).is_published(false)).await.is_ok());

        let app = CreateCopyTask::new(EntityType::App, "7400000000000000501");
        assert!(tasks.create(app).await.unwrap().task_id.is_some());
        assert_eq!(refused(tasks.create(CreateCopyTask::new("bot", "5")).await).0, "4015");
        for kind in ["app", "workflow"] {
            let problem = format!("entity_id: there is no {kind} 5");
            invalid(tasks.create(CreateCopyTask::new(kind, "5")).await, &problem);
        }
        invalid(tasks.create(CreateCopyTask::new("plugin", "5")).await, "entity_type");
        invalid(tasks.retrieve("5").await, "task_id: there is no copy task 5");

        let template = DuplicateTemplate::new("7400000000000000401", SPACE).name("copy");
        let copy = client.templates().duplicate(template).await.unwrap().entity_id;
        client.bots().publish(PublishBot::new(copy.as_str())).await.unwrap();
        assert_eq!(client.bots().retrieve(copy.as_str()).await.unwrap().name.as_deref(), Some("copy"));
        invalid(
            client.templates().duplicate(DuplicateTemplate::new("5", SPACE)).await,
            "there is no template 5",
        );
    })
    .await;
}

#[tokio::test]
async fn channels_take_workspaces_devices_and_reviews() {
    patiently(async {
        let Served { client, sim: _sim } = serve(Dialect::Official).await;
        let connectors = client.connectors();
        connectors.install("1024", SPACE).await.unwrap();
        let devices = || UserConfig::new("device_id", [("智能音箱-客厅", "SN1")]);
        connectors.bind(BindConnector::new("745264392345", [devices()])).await.unwrap();
        invalid(connectors.bind(BindConnector::new("1024", [devices()])).await, "1024 is a channel of Coze");
        let unnamed = UserConfig::new("device_id", [("", "SN1")]);
        invalid(connectors.bind(BindConnector::new("7", [unnamed])).await, "configs[0].enums[0].label");
        let review = |bot: &str| UpdateConnectorBot::new("745264392345", bot).reason("头像无法通过审核");
        connectors.bots().update(review(DEMO_BOT).audit_status(AuditStatus::Rejected)).await.unwrap();
        assert_eq!(refused(connectors.bots().update(review("5")).await).0, "4015");
        invalid(connectors.bots().update(review(DEMO_BOT).audit_status(4)).await, "audit_status");
    })
    .await;
}

#[tokio::test]
async fn callback_apps_have_events_and_an_owner() {
    patiently(async {
        let (_sim, client, other) = two_users().await;
        let apps = client.api_apps();
        let first = apps.create(CreateApiApp::normal("first")).await.unwrap();
        let second = apps.create(CreateApiApp::of_connector("745264392345")).await.unwrap();
        assert!(first.verify_token.unwrap().expose().len() >= 60);
        assert_eq!(second.app_type, Some(ApiAppType::Connector));
        let names = async |request| {
            let found = apps.list(request).items().collect().await.unwrap();
            found.into_iter().map(|app: coze::api_app::ApiApp| app.name.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(names(ListApiApps::new().page_size(1)).await, ["first", "channel 745264392345"]);
        assert_eq!(names(ListApiApps::new().app_type(ApiAppType::Normal)).await, ["first"]);
        assert!(other.api_apps().list(ListApiApps::new()).items().collect().await.unwrap().is_empty());

        let update = UpdateApiApp::new(&first.id).name("renamed").callback_url("https://example.com/events");
        apps.update(update.clone()).await.unwrap();
        let listed = apps.list(ListApiApps::new()).await.unwrap();
        assert_eq!(listed.items[0].name.as_deref(), Some("renamed"));
        assert_eq!(listed.items[0].callback_url.as_deref(), Some("https://example.com/events"));
        assert_eq!(refused(other.api_apps().update(update).await).0, "4101");
        invalid(apps.update(UpdateApiApp::new(&first.id).callback_url("x")).await, "callback_url");

        apps.events()
            .create(
                &first.id,
                [ApiAppEventType::BotPublished, ApiAppEventType::BotDeleted, ApiAppEventType::BenefitUsage],
            )
            .await
            .unwrap();
        apps.events().create(&first.id, [ApiAppEventType::BotPublished]).await.unwrap();
        apps.events().delete(&first.id, [ApiAppEventType::BotDeleted]).await.unwrap();
        let request = ListApiAppEvents::new(&first.id).page_size(1);
        let events = apps.events().list(request).items().collect().await.unwrap();
        let events: Vec<_> = events.into_iter().map(|event| event.event_type.unwrap()).collect();
        assert_eq!(events, [ApiAppEventType::BotPublished, ApiAppEventType::BenefitUsage]);
        invalid(apps.events().create(&first.id, ["bot.born"]).await, "event_types[0]");
        assert_eq!(
            refused(other.api_apps().events().delete(&first.id, [ApiAppEventType::BotPublished]).await).0,
            "4101"
        );

        assert_eq!(refused(other.api_apps().delete(&first.id).await).0, "4101");
        apps.delete(&first.id).await.unwrap();
        invalid(apps.delete(&first.id).await, "there is no callback app");
        invalid(apps.events().list(ListApiAppEvents::new(&first.id)).await, "there is no callback app");
        assert_eq!(names(ListApiApps::new()).await, ["channel 745264392345"]);
        invalid(apps.create(CreateApiApp::of_connector("1024")).await, "1024 is a channel of Coze");
        invalid(apps.list(ListApiApps::new().page_token("x")).await, "page_token");
    })
    .await;
}

#[tokio::test]
async fn limits_are_set_changed_and_listed() {
    patiently(async {
        let (_sim, client, other) = two_users().await;
        let limits = client.benefit_limitations();
        let limit = |points| {
            let (start, end) = (Timestamp::from_unix(1_741_708_800), Timestamp::from_unix(253_402_300_799));
            BenefitLimitation::new(LimitType::ResourcePoint, points, start, end)
        };
        let all =
            || ListBenefitLimitations::new(BenefitEntityType::EnterpriseAllDevices, LimitType::ResourcePoint);
        for points in 1..=3 {
            let made =
                limits.create(CreateBenefitLimitation::new("enterprise_all_devices", limit(points))).await;
            assert_eq!(made.unwrap().limit, Some(points));
        }
        let daily = limit(9).every(1, LimitTriggerUnit::Day);
        let made = limits.create(CreateBenefitLimitation::of_device("SN1", daily)).await.unwrap();
        assert_eq!((made.trigger_unit, made.status), (Some(LimitTriggerUnit::Day), Some(LimitStatus::Valid)));
        let listed = limits.list(all().page_size(2)).items().collect().await.unwrap();
        assert_eq!(listed.iter().map(|one| one.limit.unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
        let of_device = || ListBenefitLimitations::new("single_device", "resource_point").entity_id("SN1");
        let listed = limits.list(of_device()).await.unwrap().benefit_infos;
        assert_eq!((listed.len(), listed[0].entity_id.as_deref()), (1, Some("SN1")));

        let id = made.benefit_id.unwrap();
        let update = UpdateBenefitLimitation::new(&id).limit(5).status(LimitStatus::Frozen);
        assert_eq!(refused(other.benefit_limitations().update(update.clone()).await).0, "4101");
        limits.update(update).await.unwrap();
        assert!(limits.list(of_device()).await.unwrap().benefit_infos.is_empty());
        let frozen = limits.list(of_device().status(LimitStatus::Frozen)).await.unwrap().benefit_infos;
        assert_eq!(
            (frozen[0].limit, frozen[0].trigger_unit.as_ref()),
            (Some(5), Some(&LimitTriggerUnit::Day))
        );
        let early = UpdateBenefitLimitation::new(&id).ended_at(Timestamp::from_unix(1));
        invalid(limits.update(early).await, "ended_at");
        invalid(limits.update(UpdateBenefitLimitation::new("5")).await, "benefit_id: there is no limit 5");
        invalid(limits.create(CreateBenefitLimitation::new("single_device", limit(1))).await, "entity_id");
        let nothing = CreateBenefitLimitation::of_device("SN1", BenefitLimitation::default());
        invalid(limits.create(nothing).await, "benefit_info.limit: required");
    })
    .await;
}

#[tokio::test]
async fn plans_and_bills_are_reported() {
    patiently(async {
        let (sim, client, other) = two_users().await;
        let plan = client.benefits().retrieve(RetrieveBenefits::new()).await.unwrap();
        assert_eq!(plan.basic_info.unwrap().user_level, Some(UserLevel::Enterprise));
        assert!(plan.benefit_info.is_empty());
        let request = RetrieveBenefits::new().api_qps("chat").benefit_type(BenefitType::CallToolLimit);
        let shares = client.benefits().retrieve(request).await.unwrap().benefit_info;
        let strategies =
            shares.iter().map(|share| share.effective.clone().unwrap().item_info.unwrap().strategy);
        let expected = [Some(BenefitStrategy::ByQuota), Some(BenefitStrategy::Unlimited)];
        assert_eq!(strategies.collect::<Vec<_>>(), expected);
        let without = RetrieveBenefits::new().benefit_type("api_run_qps");
        invalid(client.benefits().retrieve(without).await, "resource_id");

        let now = Timestamp::from(std::time::SystemTime::now()).as_unix();
        // The beginning of a day in Beijing, counted from today.
        let day = |day: i64| Timestamp::from_unix((now + 28_800) / 86_400 * 86_400 - 28_800 + day * 86_400);
        let within = Timestamp::from_unix(day(-3).as_unix() + 5000);
        let task = client.bill_tasks().create(CreateBillTask::new(within, within)).await.unwrap();
        assert_eq!(
            (task.started_at, task.ended_at),
            (Some(day(-3)), Some(Timestamp::from_unix(day(-2).as_unix() - 1)))
        );
        assert_eq!((task.status, task.file_urls.len()), (Some(BillTaskStatus::Running), 0));
        let second = client.bill_tasks().create(CreateBillTask::new(day(-3), day(-2))).await.unwrap();
        let listed =
            client.bill_tasks().list(ListBillTasks::new().page_size(1)).items().collect().await.unwrap();
        let ids: Vec<_> = listed.iter().map(|task| &task.task_id).collect();
        assert_eq!(ids, [&second.task_id, &task.task_id]);
        assert_eq!(
            (listed[0].status.as_ref(), listed[0].file_urls.len()),
            (Some(&BillTaskStatus::Succeed), 1)
        );
        assert_eq!(
            client.bill_tasks().list(ListBillTasks::new().task(&task.task_id)).await.unwrap().total,
            Some(1)
        );
        assert_eq!(other.bill_tasks().list(ListBillTasks::new()).await.unwrap().total, Some(0));
        for (start, end, problem) in [
            (day(1), day(1), "bills end with yesterday"),
            (Timestamp::from_unix(1_741_795_199), day(-1), "bills start"),
            (day(-2), day(-3), "ended_at"),
        ] {
            invalid(client.bill_tasks().create(CreateBillTask::new(start, end)).await, problem);
        }
        // After a week a task is listed only where it is asked for.
        sim.advance_clock(std::time::Duration::from_secs(8 * 86_400));
        assert_eq!(client.bill_tasks().list(ListBillTasks::new()).await.unwrap().total, Some(0));
        assert_eq!(
            client.bill_tasks().list(ListBillTasks::new().task(&task.task_id)).await.unwrap().total,
            Some(1)
        );
    })
    .await;
}

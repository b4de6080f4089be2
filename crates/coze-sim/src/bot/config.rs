//! Configuration of bots, in requests and responses.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::variable;

use crate::dataset;
use crate::http::{Call, fields};
use crate::state::{Id, Refusal, State};

fields! {
    pub(super) struct CreateBot {
        pub(super) space_id: Id,
        name: String => Name(20),
        description: Option<String> => Short(500),
        icon_file_id: Option<Id>,
        prompt_info: Option<Map<String, Value>> => Prompt::KIND,
        onboarding_info: Option<Map<String, Value>> => Onboarding::KIND,
        plugin_id_list: Option<PluginIdList>,
        workflow_id_list: Option<WorkflowIdList>,
        model_info_config: Option<Map<String, Value>> => Model::KIND,
        suggest_reply_info: Option<Map<String, Value>> => SuggestReply::KIND,
    }

    pub(super) struct UpdateBot {
        pub(super) bot_id: Id,
        name: Option<String> => Name(20),
        description: Option<String> => Short(500),
        icon_file_id: Option<Id>,
        prompt_info: Option<Map<String, Value>> => Prompt::KIND,
        onboarding_info: Option<Map<String, Value>> => Onboarding::KIND,
        knowledge: Option<Knowledge>,
        plugin_id_list: Option<PluginIdList>,
        workflow_id_list: Option<WorkflowIdList>,
        model_info_config: Option<Map<String, Value>> => Model::KIND,
        suggest_reply_info: Option<Map<String, Value>> => SuggestReply::KIND,
    }

    struct Prompt {
        prompt: Option<String> => Short(20_000),
        prompt_mode: Option<String> => OneOf(&["standard", "prefix"]),
        prefix_prompt_info: Option<PrefixPrompt>,
    }

    struct PrefixPrompt {
        prefix_prompt: Option<String>,
        dynamic_prompt: Option<String>,
    }

    struct Onboarding {
        prologue: Option<String> => Short(300),
        suggested_questions: Option<Vec<String>> => List(usize::MAX, &Short(50)),
    }

    struct Model {
        model_id: Id,
        // Present in the type of the Python SDK.
        model_name: Option<String>,
        top_k: Option<i64>,
        top_p: Option<f64>,
        max_tokens: Option<i64>,
        temperature: Option<f64>,
        sp_anti_leak: Option<bool>,
        context_round: Option<i64>,
        response_format: Option<String> => OneOf(&["text", "markdown", "json"]),
        sp_current_time: Option<bool>,
        presence_penalty: Option<f64>,
        frequency_penalty: Option<f64>,
        cache_type: Option<String> => OneOf(&["closed", "prefix"]),
        api_mode: Option<String> => OneOf(&["chat_api", "responses_api"]),
        parameters: Option<Map<String, Value>>,
    }

    struct SuggestReply {
        reply_mode: Option<String> => OneOf(&["enable", "disable", "customized"]),
        customized_prompt: Option<String>,
    }

    struct PluginIdList {
        id_list: Vec<PluginIdInfo>; optional,
    }

    #[derive(Clone)]
    struct PluginIdInfo {
        plugin_id: Id,
        // Absent in the type of the Node SDK.
        api_id: Option<Id>; required_by_page,
    }

    struct WorkflowIdList {
        ids: Vec<WorkflowIdInfo>; optional,
    }

    struct WorkflowIdInfo {
        id: Id,
    }

    struct Knowledge {
        dataset_ids: Option<Vec<Id>> => List(150, &Id),
        auto_call: Option<bool>,
        search_strategy: Option<i64> => OneInt(&[0, 1, 20]),
    }
}

impl From<CreateBot> for UpdateBot {
    fn from(request: CreateBot) -> Self {
        Self {
            bot_id: Id::default(),
            name: Some(request.name),
            description: request.description,
            icon_file_id: request.icon_file_id,
            prompt_info: request.prompt_info,
            onboarding_info: request.onboarding_info,
            knowledge: None,
            plugin_id_list: request.plugin_id_list,
            workflow_id_list: request.workflow_id_list,
            model_info_config: request.model_info_config,
            suggest_reply_info: request.suggest_reply_info,
        }
    }
}

/// The configuration of a bot, as draft or as published.
#[derive(Clone, Debug, Default)]
pub(super) struct Config {
    pub(super) name: String,
    pub(super) description: String,
    icon: Option<Id>,
    prompt: Map<String, Value>,
    onboarding: Map<String, Value>,
    datasets: Vec<Id>,
    plugins: Vec<PluginIdInfo>,
    workflows: Vec<Id>,
    model: Map<String, Value>,
    suggest_reply: Map<String, Value>,
}

/// Returns a text of an object; empty if it is absent.
fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl UpdateBot {
    /// Validates what the declarations of the fields cannot express.
    pub(super) fn check(&self, state: &State, user: Id) -> Result<(), Refusal> {
        state.check_icon("icon_file_id", self.icon_file_id, user)?;
        if let Some(prompt) = &self.prompt_info
            && text(prompt, "prompt_mode") == "prefix"
            && !text(prompt, "prompt").is_empty()
        {
            let problem = "cannot be combined with prompt_mode prefix; set prefix_prompt_info";
            return Err(Refusal::invalid("prompt_info.prompt", problem));
        }
        if let Some(suggest) = &self.suggest_reply_info
            && text(suggest, "reply_mode") == "customized"
            && text(suggest, "customized_prompt").is_empty()
        {
            let problem = "required, since reply_mode is customized";
            return Err(Refusal::invalid("suggest_reply_info.customized_prompt", problem));
        }
        Ok(())
    }
}

impl Config {
    /// Applies the fields of a request; the others are unchanged.
    pub(super) fn update(&mut self, request: UpdateBot) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut self.name, request.name);
        set(&mut self.description, request.description);
        self.icon = request.icon_file_id.or(self.icon);
        set(&mut self.prompt, request.prompt_info);
        set(&mut self.onboarding, request.onboarding_info);
        set(&mut self.datasets, request.knowledge.and_then(|knowledge| knowledge.dataset_ids));
        set(&mut self.plugins, request.plugin_id_list.map(|list| list.id_list));
        let workflows = request.workflow_id_list.map(|list| list.ids.into_iter().map(|one| one.id).collect());
        set(&mut self.workflows, workflows);
        set(&mut self.model, request.model_info_config);
        set(&mut self.suggest_reply, request.suggest_reply_info);
    }

    /// Counts the bytes that it takes, about.
    pub(super) fn weight(&self) -> usize {
        let parts = [&self.prompt, &self.onboarding, &self.model, &self.suggest_reply];
        let parts = parts.into_iter().map(|part| serde_json::to_string(part).map_or(0, |text| text.len()));
        let ids = self.datasets.len() + 2 * self.plugins.len() + self.workflows.len();
        self.name.len() + self.description.len() + parts.sum::<usize>() + ids * size_of::<Id>()
    }

    pub(super) fn icon_url(&self) -> String {
        match self.icon {
            Some(id) => format!("https://example.com/icon/{id}"),
            None => "https://example.com/icon.png".into(),
        }
    }

    /// Returns the configuration of a bot with only a name and a description.
    pub(super) fn new(name: String, description: String) -> Self {
        Self { name, description, ..Self::default() }
    }

    /// Returns the variables in double braces of the prompt, without those of Jinja expressions.
    pub(super) fn variables(&self) -> BTreeSet<String> {
        let parts = self.prompt.get("prefix_prompt_info").and_then(Value::as_object);
        let texts =
            self.prompt.values().chain(parts.into_iter().flat_map(Map::values)).filter_map(Value::as_str);
        let names = texts.flat_map(|text| text.split("{{").skip(1)).filter_map(|rest| rest.split_once("}}"));
        names
            .map(|(name, _)| name.trim())
            .filter(|name| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
            .map(str::to_owned)
            .collect()
    }

    /// Adds the configuration to the description of a bot.
    pub(super) fn show(&self, call: &Call, state: &mut State, bot: &mut Value) {
        bot["name"] = json!(self.name);
        bot["description"] = json!(self.description);
        bot["variables"] = variable::show(self.variables().iter().map(|name| (name.as_str(), "")));
        bot["icon_url"] = json!(self.icon_url());
        let parts = [
            ("prompt_info", &self.prompt),
            ("onboarding_info", &self.onboarding),
            ("model_info", &self.model),
            ("suggest_reply_info", &self.suggest_reply),
        ];
        for (name, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
            bot[name] = json!(part);
        }
        if let Some(model) = self.model.get("model_id").and_then(Value::as_str) {
            bot["model_info"]["model_name"] = json!(format!("model {model}"));
        }
        let datasets = self.datasets.iter().map(|id| json!({"id": id, "name": dataset::name(state, *id)}));
        bot["knowledge"] = json!({"knowledge_infos": datasets.collect::<Vec<_>>()});
        let workflows = self.workflows.iter().map(|id| {
            let known = call.sim.workflows.get(id);
            let text = |of: fn(&crate::workflow::Workflow) -> &str| known.map_or("", |known| of(known));
            json!({
                "id": id, "name": text(crate::workflow::Workflow::name), "description": "",
                "icon_url": "https://example.com/workflow.png",
            })
        });
        bot["workflow_info_list"] = workflows.collect();
        let mut plugins: Vec<Value> = Vec::new();
        for PluginIdInfo { plugin_id, api_id } in &self.plugins {
            let api = api_id.map(|id| json!({"api_id": id, "name": format!("tool_{id}"), "description": ""}));
            match plugins.iter_mut().find(|plugin| plugin["plugin_id"] == json!(plugin_id)) {
                Some(plugin) => {
                    if let Some(apis) = plugin["api_info_list"].as_array_mut() {
                        apis.extend(api);
                    }
                }
                None => plugins.push(json!({
                    "plugin_id": plugin_id, "name": format!("plugin_{plugin_id}"), "description": "",
                    "icon_url": "https://example.com/plugin.png",
                    "api_info_list": api.into_iter().collect::<Vec<_>>(),
                })),
            }
        }
        bot["plugin_info_list"] = json!(plugins);
    }
}

//! What an agent is given when it is created or updated.

use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{DatasetId, PluginId, PluginToolId, WorkflowId};

answer! {
    /// The tools of plugins that an agent can call; they replace the present ones.
    ///
    /// ```
    /// use coze_types::bot::PluginIdList;
    ///
    /// let tools = PluginIdList::new([("731198934927553", "735057536617362")]);
    /// assert_eq!(tools.id_list.unwrap()[0].plugin_id, "731198934927553");
    /// ```
    pub struct PluginIdList {
        /// Tools, each with its plugin.
        id_list: Option<Vec<PluginIdInfo>>,
    }
}

impl PluginIdList {
    /// Names the tools, each after its plugin.
    pub fn new<P: Into<PluginId>, T: Into<PluginToolId>>(tools: impl IntoIterator<Item = (P, T)>) -> Self {
        let tools = tools
            .into_iter()
            .map(|(plugin, tool)| PluginIdInfo { api_id: Some(tool.into()), ..PluginIdInfo::new(plugin) });
        Self { id_list: Some(tools.collect()), ..Self::default() }
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let plugins = self.id_list.as_deref().unwrap_or_default().iter().map(|tool| tool.plugin_id.as_str());
        validate_names("id_list", ".plugin_id", plugins, 0..=usize::MAX, "plugin")
    }
}

answer! {
    /// A tool of a plugin.
    pub struct PluginIdInfo {
        /// Plugin.
        plugin_id: PluginId [required],
        /// Tool; required by the page.
        api_id: Option<PluginToolId>,
    }
}

answer! {
    /// The workflows that an agent can run; they replace the present ones.
    pub struct WorkflowIdList {
        /// Workflows.
        ids: Option<Vec<WorkflowIdInfo>>,
    }
}

impl WorkflowIdList {
    /// Names the workflows.
    pub fn new<W: Into<WorkflowId>>(workflows: impl IntoIterator<Item = W>) -> Self {
        Self { ids: Some(workflows.into_iter().map(WorkflowIdInfo::new).collect()), ..Self::default() }
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let workflows = self.ids.as_deref().unwrap_or_default().iter().map(|workflow| workflow.id.as_str());
        validate_names("ids", ".id", workflows, 0..=usize::MAX, "workflow")
    }
}

answer! {
    /// A workflow.
    pub struct WorkflowIdInfo {
        /// Workflow.
        id: WorkflowId [required],
    }
}

answer! {
    /// The knowledge bases of an agent, and how they are searched; they replace the present ones.
    pub struct KnowledgeConfig {
        /// Knowledge bases, at most 150; Volcano ones cannot be named.
        dataset_ids: Option<Vec<DatasetId>>,
        /// Whether every round searches them, which is the default; otherwise the prompt says when to search.
        auto_call: Option<bool>,
        /// How they are searched; by meaning by default.
        search_strategy: Option<SearchStrategy>,
    }
}

setters!(KnowledgeConfig { auto_call: bool, search_strategy: SearchStrategy });

impl KnowledgeConfig {
    /// Names the knowledge bases.
    pub fn new<D: Into<DatasetId>>(datasets: impl IntoIterator<Item = D>) -> Self {
        Self { dataset_ids: Some(datasets.into_iter().map(Into::into).collect()), ..Self::default() }
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let datasets = self.dataset_ids.as_deref().unwrap_or_default().iter().map(DatasetId::as_str);
        validate_names("dataset_ids", "", datasets, 0..=150, "knowledge base")
    }
}

open_number! {
    /// How knowledge bases are searched.
    pub enum SearchStrategy {
        /// By meaning.
        Semantic = 0,
        /// By meaning and by words, both ranked together.
        Hybrid = 1,
        /// By words.
        FullText = 20,
    }
}

//! The available plugins.

use serde_json::{Value, json};

use crate::agent::{calendar, words};
use crate::state::Id;

/// Creation time of the plugins, in seconds since 1970.
pub(super) const CREATED: u64 = 1_754_644_595;

/// A plugin.
pub(super) struct Plugin {
    pub(super) id: Id,
    pub(super) product: Id,
    pub(super) name: &'static str,
    name_for_model: &'static str,
    pub(super) description: &'static str,
    pub(super) is_official: bool,
    pub(super) is_call_available: bool,
    /// Index in [`CATEGORIES`].
    pub(super) category: usize,
    pub(super) heat: u32,
    pub(super) tools: &'static [Tool],
}

/// A tool with one text parameter.
pub(super) struct Tool {
    id: Id,
    pub(super) name: &'static str,
    description: &'static str,
    pub(super) argument: &'static str,
    /// Names and types of its results.
    output: &'static [(&'static str, &'static str)],
    pub(super) run: fn(&str) -> Result<Value, String>,
}

/// Categories of plugins, with the ids and names of the page.
pub(super) const CATEGORIES: [(Id, &str); 4] = [
    (Id::new(7_475_930_039_976_984_614), "智能硬件"),
    (Id::new(7_327_137_275_714_781_221), "便利生活"),
    (Id::new(7_327_137_275_714_764_837), "实用工具"),
    (Id::new(7_327_137_275_714_797_605), "网页搜索"),
];

/// All plugins, newest first.
pub(super) const PLUGINS: [Plugin; 3] = [
    Plugin {
        id: Id::new(7_400_000_000_000_000_603),
        product: Id::new(7_400_000_000_000_000_653),
        name: "网页搜索",
        name_for_model: "web_search",
        description: "Searches the web; cannot be called, since its terms were not accepted.",
        is_official: false,
        is_call_available: false,
        category: 3,
        heat: 100,
        tools: &[Tool {
            id: Id::new(7_400_000_000_000_000_633),
            name: "search",
            description: "Searches the web.",
            argument: "query",
            output: &[],
            run: |_| Err("is not looked for".to_owned()),
        }],
    },
    Plugin {
        id: Id::new(7_400_000_000_000_000_602),
        product: Id::new(7_400_000_000_000_000_652),
        name: "字数统计",
        name_for_model: "word_count",
        description: "Counts words and characters.",
        is_official: false,
        is_call_available: true,
        category: 2,
        heat: 700,
        tools: &[Tool {
            id: Id::new(7_400_000_000_000_000_632),
            name: "count",
            description: "Counts the words and characters of a text.",
            argument: "text",
            output: &[("words", "integer"), ("characters", "integer"), ("chinese", "integer")],
            run: |text| {
                let count = words::count(text);
                Ok(json!({"words": count.words, "characters": count.characters, "chinese": count.chinese}))
            },
        }],
    },
    Plugin {
        id: Id::new(7_400_000_000_000_000_601),
        product: Id::new(7_400_000_000_000_000_651),
        name: "日历",
        name_for_model: "calendar",
        description: "Knows the days of the week.",
        is_official: true,
        is_call_available: true,
        category: 1,
        heat: 1500,
        tools: &[Tool {
            id: Id::new(7_400_000_000_000_000_631),
            name: "weekday",
            description: "Computes the day of the week of a date.",
            argument: "date",
            output: &[("text", "string")],
            run: |text| match calendar::find(text) {
                Some(date) => Ok(json!({"text": date.say(words::is_chinese(text))})),
                None => Err(format!("expected a date, got {text:?}")),
            },
        }],
    },
];

impl Tool {
    fn show(&self) -> Value {
        let output: serde_json::Map<String, Value> =
            self.output.iter().map(|(name, kind)| ((*name).to_owned(), json!({"type": kind}))).collect();
        json!({
            "tool_id": self.id,
            "name": self.name,
            "description": self.description,
            "inputSchema": {
                "type": "object",
                "properties": {self.argument: {"type": "string"}},
                "required": [self.argument],
            },
            "outputSchema": {"type": "object", "properties": output},
        })
    }
}

impl Plugin {
    /// Describes the plugin, as it is retrieved by its id.
    pub(super) fn show(&self) -> Value {
        let server = json!({
            "url": format!("https://mcp.example.com/v1/plugins/{}", self.id),
            "headers": {"Authorization": "Bearer ${COZE_API_TOKEN}"},
        });
        let mcp = json!({"mcpServers": {format!("coze_plugin_{}", self.name_for_model): server}});
        json!({
            "plugin_id": self.id,
            "name": self.name,
            "name_for_model": self.name_for_model,
            "description": self.description,
            "icon_url": "https://example.com/plugin.png",
            "is_call_available": self.is_call_available,
            "tools": self.tools.iter().map(Tool::show).collect::<Vec<_>>(),
            "mcp_json": mcp.to_string(),
            "created_at": CREATED,
            "updated_at": CREATED,
        })
    }
}

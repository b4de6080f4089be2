//! Answers for a workflow that interrupts itself to ask.

use coze::workflow::{Interrupt, InterruptType, RequiredParameter};
use serde_json::{Value, json};

use crate::editor::Line;
use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::screen::Screen;

/// Where answers come from: the command line, one after the other, then the user.
pub(super) struct Answers {
    given: std::vec::IntoIter<String>,
    may_ask: bool,
}

impl Answers {
    pub(super) fn new(given: Vec<String>, may_ask: bool) -> Self {
        Self { given: given.into_iter(), may_ask }
    }

    /// The answer to an interrupt; `said` is what was printed before it.
    pub(super) fn next(
        &mut self,
        interrupt: &Interrupt,
        said: &str,
        screen: &mut Screen,
    ) -> Result<String, Failure> {
        if let Some(answer) = self.given.next() {
            return Ok(answer);
        }
        let asked = Asked::of(interrupt);
        // On a terminal the question is just above.
        let is_seen =
            screen.shows_output() && !asked.question.is_empty() && said.trim_end().ends_with(&asked.question);
        let text = asked.text(is_seen);
        if !self.may_ask {
            let message = say!("the workflow waits for {text}", "工作流在等待{text}");
            return Err(Failure::new(Exit::Waiting, message).hint(say!(
                "set it with --answer {}, or run the command on a terminal",
                "用 --answer {} 提供，或者在终端上运行",
                asked.example("TEXT")
            )));
        }
        if !is_seen || asked.has_form() {
            screen.note(&say!("asks for {text}", "需要{text}"));
        }
        if asked.has_form() {
            screen.note(&say!("answer with JSON such as {}", "用 JSON 回答，例如 {}", asked.example("")));
        }
        match screen.read(&say!("answer> ", "回答> "))? {
            Line::Text(text) => Ok(text),
            Line::Discarded | Line::End => {
                Err(Failure::interrupted(say!("the workflow got no answer", "没有回答工作流的问题")))
            }
        }
    }
}

/// What an interrupt asks for, as people read it.
struct Asked {
    question: String,
    /// Fields that the answer is to hold, by name.
    fields: Vec<Field>,
    /// Whether the answer is an object of them, and not a text in which they are found.
    is_form: bool,
}

struct Field {
    name: String,
    kind: String,
    required: bool,
    description: String,
    example: Value,
}

impl Asked {
    fn of(interrupt: &Interrupt) -> Self {
        // Question and form are often JSON.
        let data = serde_json::from_str::<Value>(&interrupt.data).ok();
        let content = match &data {
            Some(Value::Object(empty)) if empty.is_empty() => "",
            Some(data) => data["content"].as_str().unwrap_or(&interrupt.data).trim(),
            None => interrupt.data.trim(),
        };
        let listed = fields_in(content);
        let is_form = interrupt.kind == Some(InterruptType::Input) || !listed.is_empty();
        let required: Vec<_> =
            interrupt.required_parameters.iter().map(|(name, field)| Field::new(name, field)).collect();
        Self {
            question: if is_form { String::new() } else { content.to_owned() },
            fields: if required.is_empty() { listed } else { required },
            is_form,
        }
    }

    fn has_form(&self) -> bool {
        self.is_form && !self.fields.is_empty()
    }

    fn text(&self, is_seen: bool) -> String {
        let fields: Vec<_> = self.fields.iter().map(|field| field.described(self.is_form)).collect();
        let question = if is_seen { "" } else { self.question.as_str() };
        match (fields.is_empty(), question.is_empty()) {
            (true, true) => say!("an answer", "回答"),
            (false, true) => fields.join(&say!(", ", "、")),
            (true, false) => say!("an answer: {question}", "回答：{question}"),
            (false, false) => format!("{}: {question}", fields.join(", ")),
        }
    }

    /// An answer of the form that is wanted; `other` where any text will do.
    fn example(&self, other: &str) -> String {
        if !self.has_form() {
            return other.to_owned();
        }
        let values = self.fields.iter().map(|field| (field.name.clone(), field.example.clone()));
        let json = Value::Object(values.collect()).to_string();
        if other.is_empty() { json } else { format!("'{json}'") }
    }
}

impl Field {
    fn new(name: &str, field: &RequiredParameter) -> Self {
        let kind = field.kind.as_deref().unwrap_or("string");
        let items = field.items.as_ref().and_then(|items| items.kind.as_deref());
        Self {
            name: name.to_owned(),
            kind: items.map_or_else(|| kind.to_owned(), |items| format!("{kind} of {items}")),
            required: field.required == Some(true),
            description: field.description.clone().unwrap_or_default(),
            example: example(field),
        }
    }

    fn described(&self, in_full: bool) -> String {
        let Self { name, kind, required, description, .. } = self;
        if !in_full {
            return format!("`{name}`");
        }
        let optional = if *required { String::new() } else { say!(", optional", "，可选") };
        let description = if description.is_empty() { String::new() } else { format!(": {description}") };
        format!("`{name}` ({kind}{optional}{description})")
    }
}

/// A value of the type of a parameter.
fn example(field: &RequiredParameter) -> Value {
    match field.kind.as_deref().unwrap_or("string") {
        "integer" => json!(0),
        "number" | "float" => json!(0.5),
        "boolean" | "bool" => json!(true),
        "array" | "list" => Value::Array(field.items.as_deref().map(example).into_iter().collect()),
        "object" => field.properties.iter().map(|(name, field)| (name.clone(), example(field))).collect(),
        "string" | "time" => json!("…"),
        // All others are kinds of files.
        _ => json!(r#"{"file_id":"…"}"#),
    }
}

/// Fields of an input node, a JSON list of `{"type", "name", "required"}`.
fn fields_in(content: &str) -> Vec<Field> {
    let Ok(Value::Array(list)) = serde_json::from_str(content) else { return Vec::new() };
    let field = |value: Value| {
        let name = value["name"].as_str()?.to_owned();
        let field: RequiredParameter = serde_json::from_value(value).ok()?;
        Some(Field::new(&name, &field))
    };
    list.into_iter().map(field).collect::<Option<_>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(interrupt: Value) -> Asked {
        Asked::of(&serde_json::from_value(interrupt).unwrap())
    }

    #[test]
    fn a_question_is_what_stands_in_it() {
        let question = asked(
            json!({"event_id": "1", "type": 2, "data": r#"{"content_type":"text","content":"which day?"}"#}),
        );
        assert_eq!(
            (question.text(false).as_str(), question.text(true).as_str()),
            ("an answer: which day?", "an answer")
        );
        assert_eq!(question.example("TEXT"), "TEXT");
        let question = asked(json!({"event_id": "1", "type": 2, "data": "which day?",
            "required_parameters": {"day": {"type": "string", "required": true}}}));
        assert_eq!(question.text(false), "`day`: which day?");
        for data in ["", "{}"] {
            assert_eq!(asked(json!({"event_id": "1", "type": 2, "data": data})).text(false), "an answer");
        }
    }

    #[test]
    fn a_form_is_told_by_its_fields_and_an_example() {
        let schema = r#"[{"type":"string","name":"city","required":true},{"type":"image","name":"photo","required":false}]"#;
        let data = json!({"content_type": "text", "content": schema}).to_string();
        for required in
            [json!({}), json!({"city": {"type": "string", "required": true}, "photo": {"type": "image"}})]
        {
            let form =
                asked(json!({"event_id": "1", "type": 5, "data": data, "required_parameters": required}));
            assert_eq!(form.text(false), "`city` (string), `photo` (image, optional)");
            assert_eq!(form.example(""), r#"{"city":"…","photo":"{\"file_id\":\"…\"}"}"#);
        }
        let form = asked(json!({"event_id": "1", "type": 5, "data": "", "required_parameters": {
            "all": {"type": "object", "required": true, "description": "what there is", "properties": {
                "days": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}}}}));
        assert_eq!(form.text(false), "`all` (object: what there is)");
        assert_eq!(form.example(""), r#"{"all":{"days":0,"tags":["…"]}}"#);
    }
}

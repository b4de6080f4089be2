//! The demo agent: useful answers without a model.

pub(crate) mod calendar;
mod echo;
pub(crate) mod words;

use std::collections::VecDeque;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::audio::tone::Tones;
use crate::file::{self, sniff};
use crate::message::content::{Item, ItemKind};
use crate::script::step::{CallStep, Calls, Sound, Spoken, Step, Turn, Words};
use crate::state::StoredFile;
use words::is_chinese;

/// Id of the bot that every simulator has.
pub const DEMO_BOT: &str = "7400000000000000001";
/// Id of the one shortcut command of that bot.
pub(crate) const DEMO_SHORTCUT: &str = "7400000000000000101";

/// The input of the agent.
#[derive(Debug)]
pub(crate) struct Question {
    /// Text of the input; all text items, joined.
    pub(crate) text: String,
    /// Files of the input, each with its upload.
    pub(crate) files: Vec<(Item, Option<StoredFile>)>,
    /// Previous message of the user in the same context.
    pub(crate) before: Option<String>,
    /// Name of the user, from the variable `name`.
    pub(crate) user: String,
}

/// Chooses an answer.
pub(crate) fn answer(question: &Question) -> Turn {
    let text = question.text.trim();
    let before = question.before.as_deref().unwrap_or_default();
    // For files without text, the language is that of the dialog.
    let chinese = is_chinese(if text.is_empty() { before } else { text });
    let mut steps = VecDeque::new();
    if !question.files.is_empty() {
        let text = describe(&question.files, chinese);
        steps.push_back(say(text.clone()));
        if question.files.iter().any(is_spoken) {
            // The final text arrives late, as the service may do it too.
            let said: String = words::pieces(&text).into_iter().take(SPOKEN).collect();
            let mut deltas = speak(&said);
            let late = deltas.split_off(deltas.len().saturating_sub(1));
            for (deltas, late) in [(deltas, false), (late, true)] {
                steps.push_back(Step::Audio(Sound::Spoken(Spoken { deltas, late, ..Spoken::default() })));
            }
        }
    } else if let Some((tool, arguments)) = echo::tool_request(text) {
        match arguments {
            Ok(arguments) => {
                let call = CallStep { name: tool.clone(), arguments, ..CallStep::default() };
                steps.push_back(Step::Call(Calls::One(call)));
                steps.push_back(Step::Report { tool, chinese });
            }
            Err(problem) => steps.push_back(say(echo::bad_arguments(&tool, &problem, chinese))),
        }
    } else if calendar::asks_weekday(text) {
        steps.push_back(say(match calendar::find(text) {
            Some(date) => date.say(chinese),
            None if chinese => "请告诉我日期，例如：2024年10月1日是星期几？".into(),
            None => "Tell me the date, for example: what day is 2024-10-01?".into(),
        }));
    } else if echo::asks_before(text) {
        steps.push_back(say(match (&question.before, chinese) {
            (Some(before), true) => format!("你刚才说的是：“{before}”。"),
            (Some(before), false) => format!("Before that, you said: \"{before}\"."),
            (None, true) => "这是我们的第一句话，之前你还没有说过什么。".into(),
            (None, false) => "This is the start of our conversation; you said nothing before.".into(),
        }));
    } else {
        steps.push_back(say(echo::reply(text, chinese, &question.user)));
    }
    Turn { steps, follow_ups: follow_ups(chinese, text), ..Turn::default() }
}

fn say(text: String) -> Step {
    Step::Answer(Words::Text(text))
}

/// Suggests follow-up questions, without the one that was just asked.
fn follow_ups(chinese: bool, asked: &str) -> Vec<String> {
    let texts = if chinese {
        ["2024年10月1日是星期几？", "我刚才说了什么？", r#"调用 get_weather {"city":"杭州"}"#]
    } else {
        ["What day is 2024-10-01?", "What did I say before?", r#"call get_weather {"city":"Hangzhou"}"#]
    };
    let bare = |text: &str| text.trim_end_matches(['?', '？']).to_lowercase();
    texts.into_iter().filter(|text| bare(text) != bare(asked)).map(str::to_owned).collect()
}

/// Describes the output of a tool, field by field if it is a JSON object.
pub(crate) fn report(tool: &str, output: &str, chinese: bool) -> String {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let told = match serde_json::from_str(output) {
        Ok(Value::Object(fields)) if !fields.is_empty() => {
            let (colon, comma) = if chinese { ("：", "，") } else { (": ", ", ") };
            let pairs: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name}{colon}{}", plain(value))).collect();
            pairs.join(comma)
        }
        Ok(value @ Value::String(_)) => plain(&value),
        _ => output.to_owned(),
    };
    if chinese {
        format!("工具 {tool} 返回的结果是：{told}。")
    } else {
        format!("The tool {tool} returned: {told}.")
    }
}

/// Maximum number of pieces of an answer that are spoken.
const SPOKEN: usize = 6;

/// Converts a text to audio as the service does for voice input: 16-bit samples, mono, 24 kHz, base64; a tone per word.
pub(crate) fn speak(text: &str) -> Vec<String> {
    Tones::new(text, 0, 24_000, 1.0, 1.0).pcm().map(|pcm| BASE64_STANDARD.encode(pcm)).collect()
}

/// Returns whether a file is voice input that gets a voice answer: only WAV. Ogg would require an answer in Opus, for
/// which there is no encoder here.
fn is_spoken((item, stored): &(Item, Option<StoredFile>)) -> bool {
    let kind = match stored {
        Some(file) => sniff::kind(&file.name, &file.head),
        None => sniff::kind(sniff::name_in_url(item.file_url.as_deref().unwrap_or_default()), &[]),
    };
    item.kind == ItemKind::Audio && kind.is("wav")
}

fn describe(files: &[(Item, Option<StoredFile>)], chinese: bool) -> String {
    let lines = files.iter().enumerate().map(|(index, (item, stored))| {
        let number = index + 1;
        match (stored, item.file_url.as_deref()) {
            (Some(file), _) => {
                let (name, size) = (&file.name, sniff::size(file.bytes));
                let what = file::measured(file, chinese);
                if chinese {
                    format!("{number}. {name}：{what}，{size}")
                } else {
                    format!("{number}. {name}: {what}, {size}")
                }
            }
            (None, url) => {
                let url = url.unwrap_or_default();
                let name = sniff::name_in_url(url);
                let kind = sniff::kind(name, &[]).name(chinese);
                if chinese {
                    format!("{number}. {name}：{kind}（据名称），在线文件 {url}，模拟器不会下载")
                } else {
                    format!("{number}. {name}: {kind} by its name, online at {url}, which the simulator does not fetch")
                }
            }
        }
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let count = files.len();
    match (chinese, count) {
        (true, _) => format!("我收到了 {count} 个文件：\n{lines}"),
        (false, 1) => format!("I received 1 file:\n{lines}"),
        (false, _) => format!("I received {count} files:\n{lines}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str, before: Option<&str>) -> Turn {
        let before = before.map(str::to_owned);
        answer(&Question { text: text.into(), files: Vec::new(), before, user: String::new() })
    }

    fn said(turn: &Turn) -> &str {
        match &turn.steps[0] {
            Step::Answer(Words::Text(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn answers_come_in_the_language_of_the_question() {
        assert_eq!(said(&ask("2024年10月1日是星期几", None)), "2024年10月1日是星期二。");
        assert_eq!(said(&ask("what day is 2024-10-01", None)), "October 1, 2024 is a Tuesday.");
        assert!(said(&ask("星期几", None)).contains("请告诉我日期"));
        assert!(ask("hi", None).follow_ups.iter().all(|text| text.is_ascii()));
        assert_eq!(ask("你好", None).follow_ups.len(), 3);
        assert_eq!(ask("what day is 2024-10-01", None).follow_ups.len(), 2);
    }

    #[test]
    fn it_remembers_what_was_said_before() {
        assert_eq!(said(&ask("我刚才说了什么？", Some("今天下雨"))), "你刚才说的是：“今天下雨”。");
        assert_eq!(
            said(&ask("What did I say before?", Some("it rains"))),
            "Before that, you said: \"it rains\"."
        );
        assert!(said(&ask("what did I say before", None)).contains("start of our conversation"));
    }

    #[test]
    fn it_calls_tools_and_reports_their_output() {
        let turn = ask(r#"调用 get_weather {"city":"杭州"}"#, None);
        let Step::Call(Calls::One(call)) = &turn.steps[0] else { panic!("{turn:?}") };
        assert_eq!((call.name.as_str(), call.arguments["city"].as_str()), ("get_weather", Some("杭州")));
        assert!(matches!(&turn.steps[1], Step::Report { tool, chinese: true } if tool == "get_weather"));
        assert!(said(&ask("call get_weather {city}", None)).contains("get_weather"));
        assert_eq!(
            report("t", r#"{"sky":"晴","temp":21}"#, true),
            "工具 t 返回的结果是：sky：晴，temp：21。"
        );
        assert_eq!(report("t", "sunny", false), "The tool t returned: sunny.");
        assert_eq!(report("t", "\"sunny\"", false), "The tool t returned: sunny.");
    }
}

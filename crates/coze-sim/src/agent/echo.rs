//! Answers of the demo agent to texts without a special request.

use serde_json::Value;

use super::words::{Count, count};

/// Parses a tool and its arguments from `call NAME {…}` or `调用 NAME {…}`; invalid JSON is a separate case.
pub(super) fn tool_request(text: &str) -> Option<(String, Result<Value, String>)> {
    let lower = text.to_ascii_lowercase();
    let prefix =
        ["please call ", "call ", "请调用", "调用"].into_iter().find(|prefix| lower.starts_with(prefix))?;
    let rest = text[prefix.len()..].trim_start();
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .unwrap_or(rest.len());
    let (name, arguments) = (&rest[..end], rest[end..].trim());
    if name.is_empty() || !arguments.starts_with('{') {
        return None;
    }
    // Punctuation of the sentence may follow.
    let arguments = serde_json::from_str(arguments.trim_end_matches(['.', '。', '!', '！']));
    Some((name.to_owned(), arguments.map_err(|error| error.to_string())))
}

pub(super) fn bad_arguments(tool: &str, problem: &str, chinese: bool) -> String {
    if chinese {
        format!(
            "我不能调用 {tool}：参数不是 JSON 对象（{problem}）。请这样写：调用 {tool} {{\"city\":\"杭州\"}}"
        )
    } else {
        format!(
            "I cannot call {tool}: its arguments are no JSON object ({problem}). \
             Write: call {tool} {{\"city\":\"Hangzhou\"}}"
        )
    }
}

/// Returns whether the user asks for their own last message.
pub(super) fn asks_before(text: &str) -> bool {
    let lower = text.to_lowercase();
    let asked = ["what did i say", "what did i just say", "what was my last message"];
    let asked_in_chinese = ["我刚才说", "我刚刚说", "我之前说", "我上一句说", "我前面说"];
    asked.iter().any(|words| lower.contains(words))
        || (asked_in_chinese.iter().any(|words| lower.contains(words)) && lower.contains("什么"))
}

/// Repeats a text with its counts, and greets if the text is a greeting.
pub(super) fn reply(text: &str, chinese: bool, user: &str) -> String {
    let lower = text.to_lowercase();
    let bare = lower.trim_end_matches(['!', '！', '.', '。', '~', ' ', '?', '？']);
    let Count { words, characters, chinese: han } = count(text);
    match (chinese, bare) {
        (_, "") => "Your message contains no text. Ask me for example: what day is 2024-10-01?".into(),
        (true, "你好" | "您好" | "帮助" | "你能做什么" | "你是谁") => {
            let user = if user.is_empty() { String::new() } else { format!("，{user}") };
            format!(
                "你好{user}！我是 Coze 模拟器里的演示智能体，不依赖任何模型。\
                我会算日期是星期几、复述并统计你说的话、调用工具、介绍你上传的文件。"
            )
        }
        (false, "hi" | "hello" | "hey" | "help" | "what can you do" | "who are you") => {
            let user = if user.is_empty() { String::new() } else { format!(", {user}") };
            format!(
                "Hello{user}! I am the demo agent of the Coze simulator, without any model. \
                 I know the day of the week of a date, repeat and count what you say, call tools, \
                 and describe your files."
            )
        }
        (true, _) => format!("你说：“{text}”。一共 {characters} 个字符，其中汉字 {han} 个。"),
        (false, _) => {
            let (word, character) = (plural(words, "word"), plural(characters, "character"));
            format!("You said: \"{text}\". That is {word} and {character}.")
        }
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_repeated_and_counted() {
        assert_eq!(
            reply("one two  three", false, ""),
            "You said: \"one two  three\". That is 3 words and 11 characters."
        );
        assert_eq!(reply("a", false, ""), "You said: \"a\". That is 1 word and 1 character.");
        assert_eq!(reply("今天 sunny", true, ""), "你说：“今天 sunny”。一共 7 个字符，其中汉字 2 个。");
        assert!(reply("Hello!", false, "").starts_with("Hello! I am"));
        assert!(reply("你好！", true, "").starts_with("你好！我是"));
        assert!(reply("", false, "").contains("no text"));
        assert!(reply("Hello!", false, "Ming").starts_with("Hello, Ming! I am"));
        assert!(reply("你好！", true, "小王").starts_with("你好，小王！我是"));
    }

    #[test]
    fn tool_requests_are_told_from_other_texts() {
        let (name, arguments) = tool_request(r#"Call get_weather {"city":"x"}."#).unwrap();
        assert_eq!((name.as_str(), arguments.unwrap()["city"].as_str()), ("get_weather", Some("x")));
        assert_eq!(tool_request("请调用get_time{}").unwrap().0, "get_time");
        assert!(tool_request("call x {oops").unwrap().1.is_err());
        for text in ["call me maybe", "call 10086", "recall get_weather {}", "调用", "weather"] {
            assert!(tool_request(text).is_none(), "{text}");
        }
    }

    #[test]
    fn questions_about_before_are_recognized() {
        for text in ["我刚才说了什么", "what did I say before?", "What was my last message?"] {
            assert!(asks_before(text), "{text}");
        }
        assert!(!asks_before("我刚才说过了") && !asks_before("what do you say"));
    }
}

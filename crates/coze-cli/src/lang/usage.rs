//! What is wrong with a command line, in Chinese.

use std::error::Error;
use std::fmt::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{with_words_of_clap, without_gap};

/// The text of an error of clap.
pub(super) fn in_chinese(error: &clap::Error) -> String {
    let Some(reason) = reason(error) else {
        // Its text is one of this program, which is already in Chinese.
        let text = error.render().ansi().to_string().replacen("error:", "错误：", 1);
        return without_gap(&text, "错误：");
    };
    let style = crate::cli::STYLES;
    let red = style.get_error();
    let mut text = format!("{red}错误：{red:#}{reason}");
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue] {
        if let Some(similar) = list(error, kind) {
            let _ = write!(text, "\n\n  提示：是不是想写 {similar}？");
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        text.push_str("\n\n");
        text.push_str(&with_words_of_clap(&usage.ansi().to_string()));
    }
    text + "\n\n用 --help 查看帮助。\n"
}

fn reason(error: &clap::Error) -> Option<String> {
    let arg = list(error, ContextKind::InvalidArg);
    let value = list(error, ContextKind::InvalidValue);
    let reason = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有 {} 这个选项或参数", arg?),
        ErrorKind::InvalidSubcommand => {
            format!("没有 {} 这个命令", list(error, ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{}", arg?),
        ErrorKind::MissingSubcommand => format!(
            "{} 后面需要一个命令：{}",
            list(error, ContextKind::InvalidSubcommand)?,
            list(error, ContextKind::ValidSubcommand)?
        ),
        ErrorKind::ArgumentConflict => match list(error, ContextKind::PriorArg)? {
            prior if Some(&prior) == arg.as_ref() => format!("{prior} 只能写一次"),
            prior => format!("{} 不能与 {prior} 同时使用", arg?),
        },
        ErrorKind::InvalidValue if value.as_ref()?.is_empty() => format!("{} 后面需要一个值", arg?),
        ErrorKind::InvalidValue => {
            let valid = list(error, ContextKind::ValidValue).filter(|valid| !valid.is_empty());
            let valid = valid.map_or_else(String::new, |valid| format!("，可选值：{valid}"));
            format!("{} 的值 {:?} 无效{valid}", arg?, value?)
        }
        ErrorKind::ValueValidation => {
            let cause = error.source().map_or_else(String::new, |cause| format!("：{cause}"));
            format!("{} 的值 {:?} 无效{cause}", arg?, value?)
        }
        ErrorKind::TooManyValues => format!("{} 不需要值 {:?}", arg?, value?),
        _ => return None,
    };
    Some(reason)
}

/// What an error names: one thing, or several.
fn list(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(one) => Some(one.clone()),
        ContextValue::Strings(several) => Some(several.join("、")),
        _ => None,
    }
}

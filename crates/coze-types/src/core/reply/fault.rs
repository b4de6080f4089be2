//! What an error says, in the fields of this API or in those of a gateway before it.

use std::borrow::Cow;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::core::error::{ApiError, ErrorCode, excerpt, is_log_id};
use crate::core::json;
use crate::model::id::LogId;

/// The fields in which servers report an error. Raw, since another field of the same name must not make an
/// answer unreadable.
#[derive(Default, Deserialize)]
pub(crate) struct Fields<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    msg: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow)]
    debug_url: Option<&'a RawValue>,
    #[serde(borrow)]
    error_code: Option<&'a RawValue>,
    #[serde(borrow)]
    error_message: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    error_description: Option<&'a RawValue>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
}

impl Fields<'_> {
    pub(super) fn is_error(&self) -> bool {
        match self.api_code() {
            Some(code) => !code.is_success(),
            None => {
                self.oauth_code().is_some()
                    || self.nested_code().is_some()
                    || [self.error, self.errors].into_iter().any(is_told)
            }
        }
    }

    /// Code of the API. One that is neither a number nor a string is an error of its own kind, not a success.
    fn api_code(&self) -> Option<ErrorCode> {
        let raw = self.code.map(RawValue::get).filter(|raw| *raw != "null")?;
        let code = serde_json::from_str(raw).unwrap_or_else(|_| ErrorCode::from(raw));
        Some(code).filter(|code| !code.is_empty())
    }

    /// Code of an OAuth error: `error_code` on most pages, `error` on that of the device flow.
    fn oauth_code(&self) -> Option<ErrorCode> {
        let is_code = |code: &ErrorCode| {
            let is_sentence = code.as_word().is_some_and(|word| word.is_empty() || word.contains(' '));
            !code.is_success() && !is_sentence
        };
        [self.error_code, self.error].into_iter().filter_map(read::<ErrorCode>).find(is_code)
    }

    /// Code of an error object: `{"error": {"code": …}}`.
    fn nested_code(&self) -> Option<ErrorCode> {
        #[derive(Deserialize)]
        struct Nested {
            code: Option<ErrorCode>,
        }
        read::<Nested>(self.error)?.code.filter(|code| !code.is_success() && !code.is_empty())
    }

    pub(super) fn log_id(&self) -> Option<LogId> {
        #[derive(Deserialize)]
        struct Detail {
            logid: Option<LogId>,
        }
        read::<Detail>(self.detail)?.logid.filter(is_log_id)
    }

    /// Message in one of the fields of this API.
    fn message(&self) -> Option<String> {
        let fields = [self.msg, self.error_message, self.error_description, self.message];
        let texts = fields.into_iter().filter_map(text).find(|text| !text.is_empty()).map(Cow::into_owned);
        // A message that is not text is shown unchanged.
        texts.or_else(|| {
            let raw = self.msg.map(|raw| raw.get().to_owned());
            raw.filter(|raw| !matches!(raw.as_str(), "null" | "\"\""))
        })
    }

    /// The error from its text alone, without the rest of the response; `whole` is the complete text.
    pub(super) fn into_error(self, whole: &str, status: Option<StatusCode>) -> ApiError {
        let code = self.api_code().filter(|code| !code.is_success());
        let code = code.or_else(|| self.oauth_code()).or_else(|| self.nested_code());
        let status = status.filter(|status| !status.is_success());
        let fallback = || status.map_or(0, |status| i64::from(status.as_u16())).into();
        let msg = self.message().or_else(|| {
            let said = json::read::<Value>(whole).ok().and_then(|value| said(&value, 0));
            // A word that was used as the code is not repeated.
            said.filter(|said| code.as_ref().and_then(ErrorCode::as_word) != Some(said))
        });
        // Without a text, the object itself may describe the error.
        let msg = msg.or_else(|| {
            let objects = [self.error, self.errors, self.message].into_iter().flatten().map(RawValue::get);
            let object = objects.into_iter().find(|raw| raw.len() > 2 && raw.starts_with(['{', '[']));
            // Nor is a form that nobody has seen yet dropped.
            let object = object.or_else(|| {
                Some(whole).filter(|text| self.code.is_none() && code.is_none() && text.len() > 2)
            })?;
            Some(excerpt(object.as_bytes()))
        });
        let mut error = ApiError::folded(code.unwrap_or_else(fallback), msg.unwrap_or_default());
        error.log_id = self.log_id();
        error.debug_url = text(self.debug_url).filter(|url| !url.is_empty()).map(Cow::into_owned);
        error
    }
}

/// Reads an error within a stream: `{code, msg}` with the code as a number or a string, `{}`, or plain text.
pub(crate) fn read_fault(data: &str) -> ApiError {
    let data = data.trim();
    match lenient(data, |fields, text| fields.into_error(text, None)) {
        Ok(error) if !error.msg.is_empty() || !error.code.is_success() => error,
        error => {
            let text = match data {
                "" | "{}" | "null" => "the server reported an error without details",
                text => text,
            };
            ApiError {
                log_id: error.ok().and_then(|error| error.log_id),
                ..ApiError::folded(0.into(), text.to_owned())
            }
        }
    }
}

/// Returns whether an event without a name is an error, as gateways send it instead of the requested events.
pub(crate) fn is_fault(data: &str) -> bool {
    lenient(data, |fields, _| fields.is_error()).unwrap_or_default()
}

/// Reads the fields as leniently as events are read: with control characters, and fields that come twice.
fn lenient<T>(data: &str, read: impl Fn(Fields<'_>, &str) -> T) -> Result<T, serde_json::Error> {
    serde_json::from_str(data).map(|fields| read(fields, data)).or_else(|_| {
        let data = json::read::<Value>(data)?.to_string();
        serde_json::from_str(&data).map(|fields| read(fields, &data))
    })
}

/// Names under which servers and gateways say what is wrong; the best ones first.
const TEXTS: [&str; 14] = [
    "msg",
    "message",
    "error_message",
    "error_description",
    "error_msg",
    "err_msg",
    "errmsg",
    "errormessage",
    "detail",
    "faultstring",
    "reason",
    "description",
    "title",
    "text",
];
/// Names under which an object or a list says it.
const NESTS: [&str; 10] =
    ["error", "errors", "err", "detail", "details", "fault", "responsemetadata", "data", "status", "cause"];
/// So deep an error is looked for.
const DEEPEST: usize = 4;

/// What an object says, wherever it says it.
fn said(value: &Value, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(|item| said(item, depth + 1)).take(3).collect();
            (!items.is_empty()).then(|| items.join("; "))
        }
        Value::Object(fields) => {
            let named = |names: &'static [&str]| {
                names.iter().flat_map(|name| fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)))
            };
            // Some servers put the text into a nested object or list.
            let (texts, nested) = (named(&TEXTS), named(&TEXTS));
            texts
                .filter(|(_, value)| value.is_string())
                .chain(nested.filter(|(_, value)| !value.is_string()))
                // A payload that is no object is none of the error.
                .chain(named(&NESTS).filter(|(name, value)| *name != "data" || value.is_object()))
                .find_map(|(_, value)| said(value, depth + 1))
                .or_else(|| (depth > 0).then(|| by_field(fields)).flatten())
        }
        _ => None,
    }
}

/// The messages of a form, by the names of its fields: `{"name": ["is too long"]}`.
fn by_field(fields: &serde_json::Map<String, Value>) -> Option<String> {
    let lists = fields.iter().filter(|(_, value)| value.is_array());
    let fields: Vec<_> =
        lists.filter_map(|(name, value)| Some(format!("{name}: {}", said(value, DEEPEST - 1)?))).collect();
    (!fields.is_empty()).then(|| fields.join("; "))
}

/// Whether a field holds an error: text, an object or a list with something in it.
fn is_told(raw: Option<&RawValue>) -> bool {
    let value = raw.and_then(|raw| json::read::<Value>(raw.get()).ok());
    value.is_some_and(|value| said(&value, 0).is_some())
}

fn read<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let raw = raw?;
    read::<Text<'_>>(Some(raw)).map(|text| text.0).or_else(|| json::read(raw.get()).ok().map(Cow::Owned))
}

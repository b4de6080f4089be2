//! The consent pages.

use axum::response::Response;
use http::StatusCode;

use super::path::{CONSENT_PAGE, DEVICE_PAGE};
use crate::http::answer::text;

const BUTTONS: &str = "<p><button name=\"decision\" value=\"approve\">Allow 允许</button>\n\
    <button name=\"decision\" value=\"deny\">Refuse 拒绝</button></p>";

/// Returns a field of a form or query, empty if it is absent.
pub(super) fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// Asks whether an app may access the account.
pub(super) fn consent(app: &str, key: &str) -> Response {
    let (app, key) = (escaped(app), escaped(key));
    html(
        StatusCode::OK,
        &format!(
            "<p>The app “{app}” wants to use your simulated account.</p>\n\
            <p>应用“{app}”请求使用你的模拟账号。</p>\n\
            <form method=\"post\" action=\"{CONSENT_PAGE}\">\n\
            <input type=\"hidden\" name=\"authorize_key\" value=\"{key}\">\n{BUTTONS}\n</form>"
        ),
    )
}

/// Asks for the code of a device.
pub(super) fn device(user_code: &str) -> Response {
    let code = escaped(user_code);
    html(
        StatusCode::OK,
        &format!(
            "<p>Does your device show this code? It will use your simulated account.</p>\n\
            <p>请核对设备上显示的验证码，授权后该设备可以使用你的模拟账号。</p>\n\
            <form method=\"post\" action=\"{DEVICE_PAGE}\">\n\
            <p><input name=\"user_code\" value=\"{code}\" autocomplete=\"off\" required></p>\n{BUTTONS}\n</form>"
        ),
    )
}

/// Confirms the decision for a device.
pub(super) fn decided(approved: bool) -> Response {
    html(
        StatusCode::OK,
        if approved {
            "<p>Allowed. You can go back to your device.</p>\n<p>已授权，可以返回设备。</p>"
        } else {
            "<p>Refused. You can close this page.</p>\n<p>已拒绝，可以关闭本页面。</p>"
        },
    )
}

/// Reports that no app waits for a decision.
pub(super) fn nobody_waits() -> Response {
    html(
        StatusCode::NOT_FOUND,
        "<p>This code is unknown, was answered before, or has expired.</p>\n\
        <p>验证码不存在、已处理或已过期。</p>",
    )
}

fn html(status: StatusCode, body: &str) -> Response {
    let page = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width\">\n\
        <title>coze-sim</title>\n<h1>coze-sim</h1>\n{body}\n"
    );
    text(status, "text/html; charset=utf-8", page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

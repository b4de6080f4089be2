//! Errors of the OAuth endpoints, which have their own bodies.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Map, Value};

use super::settings::ErrorForm;
use crate::http::answer::text;

/// Why an OAuth request was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Whether it belongs to the device flow, whose page documents other fields than the rest.
    of_device: bool,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, message: String) -> Self {
        Self { status, code, message, of_device: false }
    }

    /// Rejects a parameter; the reason follows the text of the service.
    pub(super) fn parameter(name: &str, problem: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", format!("invalid request: {name} ({problem})"))
    }

    /// Rejects a JWT or a client secret.
    pub(super) fn client(problem: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", problem.into())
    }

    pub(super) fn grant_type(grant_type: &str) -> Self {
        let message = format!("not supported grant type: {grant_type}");
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", message)
    }

    pub(super) fn app_type() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "access_deny", "invalid app type".to_owned())
    }

    pub(super) fn deactivated(app: &str) -> Self {
        let message = format!("app: {app} is currently deactivated by the owner");
        Self::new(StatusCode::BAD_REQUEST, "access_deny", message)
    }

    pub(super) fn internal() -> Self {
        let message = "Service internal error.".to_owned();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", message)
    }

    /// Responds to a poll without a token.
    pub(super) fn device(code: &'static str, message: &str) -> Self {
        Self { of_device: true, ..Self::new(StatusCode::BAD_REQUEST, code, message.to_owned()) }
    }

    pub(super) fn response(self, form: Option<ErrorForm>) -> Response {
        // One official SDK reads the first pair, the others the second.
        let form = form.unwrap_or(if self.of_device { ErrorForm::Both } else { ErrorForm::Code });
        let mut body = Map::new();
        if matches!(form, ErrorForm::Code | ErrorForm::Both) {
            body.insert("error_code".to_owned(), self.code.into());
            body.insert("error_message".to_owned(), self.message.as_str().into());
        }
        if matches!(form, ErrorForm::Error | ErrorForm::Both) {
            body.insert("error".to_owned(), self.code.into());
            body.insert("error_description".to_owned(), self.message.into());
        }
        text(self.status, "application/json; charset=utf-8", Value::Object(body).to_string())
    }
}

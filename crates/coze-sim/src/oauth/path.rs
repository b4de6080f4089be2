//! The paths of the OAuth endpoints.

use http::Method;
use http::request::Parts;
use percent_encoding::percent_decode_str;

/// Start of the path of every endpoint.
pub(super) const PREFIX: &str = "/api/permission/oauth2/";
/// Page for the code of a device.
pub(super) const DEVICE_PAGE: &str = "/oauth/device";
/// Page for the consent to the request of an app.
pub(super) const CONSENT_PAGE: &str = "/oauth/consent";
/// Meaning of a path.
#[derive(Debug)]
pub(super) enum Endpoint {
    Token(Subject),
    DeviceCode { workspace_id: Option<String> },
    Authorize { workspace_id: Option<String> },
    DevicePage,
    ConsentPage,
}

/// On whose behalf a service app requests a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Owner,
    Account(String),
    Enterprise(String),
}

pub(super) fn find(path: &str) -> Option<Endpoint> {
    match path {
        DEVICE_PAGE => return Some(Endpoint::DevicePage),
        CONSENT_PAGE => return Some(Endpoint::ConsentPage),
        _ => {}
    }
    let decoded = |id: &str| percent_decode_str(id).decode_utf8_lossy().into_owned();
    let segments: Vec<&str> = path.strip_prefix(PREFIX)?.split('/').collect();
    Some(match segments[..] {
        ["token"] => Endpoint::Token(Subject::Owner),
        ["account", id, "token"] => Endpoint::Token(Subject::Account(decoded(id))),
        ["enterprise_id", id, "token"] => Endpoint::Token(Subject::Enterprise(decoded(id))),
        ["device", "code"] => Endpoint::DeviceCode { workspace_id: None },
        ["workspace_id", id, "device", "code"] => Endpoint::DeviceCode { workspace_id: Some(decoded(id)) },
        ["authorize"] => Endpoint::Authorize { workspace_id: None },
        ["workspace_id", id, "authorize"] => Endpoint::Authorize { workspace_id: Some(decoded(id)) },
        _ => return None,
    })
}

impl Endpoint {
    pub(super) fn allows(&self, method: &Method) -> bool {
        match self {
            Self::Authorize { .. } => method == Method::GET,
            Self::Token(_) | Self::DeviceCode { .. } => method == Method::POST,
            Self::DevicePage | Self::ConsentPage => method == Method::GET || method == Method::POST,
        }
    }
}

/// Returns whether a request is for a token.
pub(crate) fn is_for_token(head: &Parts) -> bool {
    head.method == Method::POST && matches!(find(head.uri.path()), Some(Endpoint::Token(_)))
}

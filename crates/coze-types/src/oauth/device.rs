//! Device codes, for programs without a browser.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::core::reply::Confidential;
use crate::model::id::{ClientId, WorkspaceId};
use crate::model::secret::Secret;

answer! {
    /// A code that the user confirms in a browser on any device, and what the program polls with meanwhile.
    #[derive(Clone, PartialEq)]
    pub struct DeviceCode {
        /// What the program polls with; not for the user.
        device_code: Secret [required],
        /// Code that the user enters, such as `WDJB-MJHT`.
        user_code: String [skip_if_empty],
        /// Page on which the user enters it.
        verification_uri: String [skip_if_empty],
        /// How long both codes are good for, in seconds: a duration, as opposed to that of a token. Read it by
        /// [`lifetime`](Self::lifetime).
        expires_in: Option<i64>,
        /// Shortest time between two polls, in seconds. Read it by [`interval`](Self::interval).
        interval: Option<i64>,
    }
}

impl DeviceCode {
    /// Page that has the code filled in already.
    pub fn verification_url(&self) -> String {
        let separator = if self.verification_uri.contains('?') { '&' } else { '?' };
        let code = percent_encoding::utf8_percent_encode(&self.user_code, percent_encoding::NON_ALPHANUMERIC);
        format!("{}{separator}user_code={}", self.verification_uri, code.to_string().replace("%2D", "-"))
    }

    /// Lifetime of the codes, in seconds; 300 by default.
    pub fn lifetime(&self) -> u64 {
        self.expires_in
            .and_then(|seconds| u64::try_from(seconds).ok())
            .filter(|seconds| *seconds > 0)
            .unwrap_or(300)
    }

    /// Shortest time between two polls, in seconds; 5 by default, and at least 1.
    pub fn interval(&self) -> u64 {
        self.interval.and_then(|seconds| u64::try_from(seconds).ok()).map_or(5, |seconds| seconds.max(1))
    }
}

/// Says the names of unknown fields only: their values may be secrets.
impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("device_code", &self.device_code)
            .field("user_code", &self.user_code)
            .field("verification_uri", &self.verification_uri)
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .field("extra", &self.extra.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Asks for a device code: see <https://docs.coze.cn/developer_guides/oauth_device_code>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateDeviceCode {
    /// App.
    pub client_id: ClientId,
}

endpoint!(CreateDeviceCode: POST "/api/permission/oauth2/device/code", json => Confidential<DeviceCode>);

builder!(CreateDeviceCode(client_id: ClientId));

/// Asks for a device code for one workspace, to which collaborators of an enterprise may give access: see
/// <https://docs.coze.cn/developer_guides/oauth_device_code>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateWorkspaceDeviceCode {
    /// Workspace to which access is requested.
    #[serde(skip_serializing)]
    pub workspace_id: WorkspaceId,
    /// App.
    pub client_id: ClientId,
}

endpoint!(CreateWorkspaceDeviceCode: POST "/api/permission/oauth2/workspace_id/{workspace_id}/device/code" (workspace_id), json => Confidential<DeviceCode>);

builder!(CreateWorkspaceDeviceCode(workspace_id: WorkspaceId, client_id: ClientId));

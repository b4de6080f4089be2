//! The page on which a user gives an app access.

use serde::{Deserialize, Serialize};

use crate::core::reply::Raw;
use crate::model::id::{ClientId, WorkspaceId};

open_enum! {
    /// How the challenge of PKCE follows from its verifier.
    #[derive(Default)]
    pub enum ChallengeMethod {
        /// Base64url, without padding, of the SHA-256 of the verifier.
        #[default]
        S256 = "S256",
        /// The verifier itself; protects from nobody who sees the address.
        Plain = "plain",
    }
}

macro_rules! authorize {
    ($(#[$doc:meta])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $type:ty),* }) => {
        $(#[$doc])+
        ///
        /// The address is for the browser of the user, at the `www` host; it redirects to a page of consent, which in the end
        /// redirects to `redirect_uri` with `code` and `state`. See <https://docs.coze.cn/developer_guides/oauth_code> and
        /// <https://docs.coze.cn/developer_guides/oauth_pkce>.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])+ pub $field: $type,)*
            /// Always `code`.
            pub response_type: String,
            /// App.
            pub client_id: ClientId,
            /// Where the browser brings the code; one of those that the app was registered with.
            pub redirect_uri: String,
            /// Random word that comes back with the code; refuse what comes with another.
            pub state: String,
            /// Challenge of PKCE, for apps without a client secret.
            pub code_challenge: Option<String>,
            /// How it was made; without it the server takes `plain`.
            pub code_challenge_method: Option<ChallengeMethod>,
        }

        setters!($name { code_challenge: String, code_challenge_method: ChallengeMethod });

        impl $name {
            /// Asks for access for an app.
            pub fn new(
                $($field: impl Into<$type>,)*
                client_id: impl Into<ClientId>,
                redirect_uri: impl Into<String>,
                state: impl Into<String>,
            ) -> Self {
                Self {
                    $($field: $field.into(),)*
                    response_type: "code".to_owned(),
                    client_id: client_id.into(),
                    redirect_uri: redirect_uri.into(),
                    state: state.into(),
                    code_challenge: None,
                    code_challenge_method: None,
                }
            }
        }
    };
}

authorize! {
    /// Asks a user to give an app access to all workspaces of the account.
    Authorize {}
}

authorize! {
    /// Asks a user to give an app access to one workspace; for enterprises.
    AuthorizeWorkspace {
        /// Workspace to which access is requested.
        workspace_id: WorkspaceId
    }
}

endpoint!(Authorize: GET "/api/permission/oauth2/authorize" ?response_type ?client_id ?redirect_uri ?state ?code_challenge ?code_challenge_method => Raw);
endpoint!(AuthorizeWorkspace: GET "/api/permission/oauth2/workspace_id/{workspace_id}/authorize" (workspace_id) ?response_type ?client_id ?redirect_uri ?state ?code_challenge ?code_challenge_method => Raw);

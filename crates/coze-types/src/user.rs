//! The account to which a token belongs.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::model::id::CozeUserId;

answer! {
    /// A Coze account.
    ///
    /// No official page describes it; the Python, Node and Go SDKs do.
    pub struct User {
        /// Id.
        user_id: CozeUserId [required],
        /// Name by which the account is found.
        user_name: Option<String>,
        /// Name that is shown.
        nick_name: Option<String>,
        /// Address of the avatar.
        avatar_url: Option<String>,
    }
}

/// Reads the account to which the token belongs: the cheapest way to see whether a token works.
///
/// Coze Studio does not offer it. No official page describes it; the Python, Node and Go SDKs have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveMe {}

endpoint!(RetrieveMe: GET "/v1/users/me" => Data<User>);

impl RetrieveMe {
    /// Reads the account of the token.
    pub fn new() -> Self {
        Self::default()
    }
}

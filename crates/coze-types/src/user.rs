//! The account to which a token belongs.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::endpoint;
use crate::model::id::CozeUserId;
use crate::model::lenient::Extra;

/// A Coze account.
///
/// No official page describes it; the Python, Node and Go SDKs do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// Id.
    pub user_id: CozeUserId,
    /// Name by which the account is found.
    pub user_name: Option<String>,
    /// Name that is shown.
    pub nick_name: Option<String>,
    /// Address of the avatar.
    pub avatar_url: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(User { user_id: required, user_name: optional, nick_name: optional, avatar_url: optional });

impl User {
    /// An account with nothing but an id.
    pub fn new(user_id: impl Into<CozeUserId>) -> Self {
        Self {
            user_id: user_id.into(),
            user_name: None,
            nick_name: None,
            avatar_url: None,
            extra: Extra::new(),
        }
    }
}

/// Reads the account to which the token belongs: the cheapest way to see whether a token works.
///
/// Coze Studio does not offer it. No official page describes it; the Python, Node and Go SDKs have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMe {}

endpoint!(GetMe: GET "/v1/users/me" => Data<User>);

impl GetMe {
    /// Reads the account of the token.
    pub fn new() -> Self {
        Self::default()
    }
}

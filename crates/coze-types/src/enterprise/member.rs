//! Members of enterprises.

use serde::{Deserialize, Serialize};

use crate::core::reply::Empty;
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{CozeUserId, EnterpriseId};

open_enum! {
    /// Role of an employee in an enterprise.
    pub enum EnterpriseRole {
        /// Administers the enterprise.
        Admin = "enterprise_admin",
        /// Works in it.
        Member = "enterprise_member",
    }
}

/// Adds an employee to an enterprise, who was not added when the user was created in Volcengine; guests cannot be added.
///
/// Enterprise plans only, and one request at a time: concurrent ones fail. Error 777074011 says that the standard plan has its
/// 100 members. Needs the permission `Enterprise.batchAddPeople`.
///
/// See <https://docs.coze.cn/developer_guides/add_enterprise_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateEnterpriseMember {
    /// Enterprise.
    #[serde(skip_serializing)]
    pub enterprise_id: EnterpriseId,
    /// User and role; exactly 1.
    pub users: Vec<NewEnterpriseMember>,
}

endpoint!(CreateEnterpriseMember: POST "/v1/enterprises/{enterprise_id}/members" (enterprise_id), json, validate => Empty);

impl CreateEnterpriseMember {
    /// Adds a user to an enterprise.
    pub fn new(
        enterprise_id: impl Into<EnterpriseId>,
        user_id: impl Into<CozeUserId>,
        role: impl Into<EnterpriseRole>,
    ) -> Self {
        Self { enterprise_id: enterprise_id.into(), users: vec![NewEnterpriseMember::new(user_id, role)] }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let users = self.users.iter().map(|user| user.user_id.as_str());
        validate_names("users", ".user_id", users, 1..=1, "user")
    }
}

/// A user who becomes a member of an enterprise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewEnterpriseMember {
    /// Coze user (UID): the `CozeUserId` that `ListCozeUser` of Volcengine returns.
    pub user_id: CozeUserId,
    /// Role.
    pub role: EnterpriseRole,
}

builder!(NewEnterpriseMember(user_id: CozeUserId, role: EnterpriseRole));

/// Changes the role of an employee in an enterprise; guests have none.
///
/// Needs a token of an enterprise-privileged app with the permission `Enterprise.updatePeople`.
///
/// See <https://docs.coze.cn/developer_guides/update_enterprise_people>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateEnterpriseMember {
    /// Enterprise.
    #[serde(skip_serializing)]
    pub enterprise_id: EnterpriseId,
    /// Coze user (UID).
    #[serde(skip_serializing)]
    pub user_id: CozeUserId,
    /// Role from now on.
    pub role: EnterpriseRole,
}

endpoint!(UpdateEnterpriseMember: PUT "/v1/enterprises/{enterprise_id}/members/{user_id}" (enterprise_id, user_id), json => Empty);

builder!(UpdateEnterpriseMember(enterprise_id: EnterpriseId, user_id: CozeUserId, role: EnterpriseRole));

/// Removes a member from an enterprise, once the user has left all of its organizations.
///
/// Enterprise plans only, and one request at a time: concurrent ones fail. Needs a token of an enterprise-privileged app with
/// the permission `Enterprise.removePeople`.
///
/// See <https://docs.coze.cn/developer_guides/remove_enterprise_member>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteEnterpriseMember {
    /// Enterprise.
    #[serde(skip_serializing)]
    pub enterprise_id: EnterpriseId,
    /// Coze user (UID) to remove.
    #[serde(skip_serializing)]
    pub user_id: CozeUserId,
    /// Coze user (UID) who gets the workspaces, agents and workflows: an administrator of the enterprise.
    pub receiver_user_id: CozeUserId,
}

endpoint!(DeleteEnterpriseMember: DELETE "/v1/enterprises/{enterprise_id}/members/{user_id}" (enterprise_id, user_id), json, validate => Empty);

builder!(DeleteEnterpriseMember(enterprise_id: EnterpriseId, user_id: CozeUserId, receiver_user_id: CozeUserId));

impl DeleteEnterpriseMember {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let rule = "is empty; name an administrator of the enterprise";
        let missing = self.receiver_user_id.is_empty();
        missing.then(|| ValidationError::fatal("receiver_user_id", rule)).into_iter().collect()
    }
}

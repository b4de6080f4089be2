//! What an account may use: its plan, limits for the devices of an enterprise, and bills.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
use crate::endpoint;
use crate::model::list;
use crate::model::timestamp::Timestamp;

mod bill;
mod limitation;

pub use bill::{BillTask, BillTaskPage, BillTaskStatus, CreateBillTask, ListBillTasks};
pub use limitation::{
    BenefitEntityType, BenefitLimitation, BenefitLimitationPage, CreateBenefitLimitation,
    CreatedBenefitLimitation, LimitActiveMode, LimitStatus, LimitTriggerUnit, LimitType,
    ListBenefitLimitations, UpdateBenefitLimitation,
};

/// Reads the plan of the account and, on request, its rate limits. Needs the permission `getBenefit`.
///
/// See <https://docs.coze.cn/developer_guides/get_benefit>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveBenefits {
    /// What is requested besides the plan; nothing by default.
    #[serde(skip_serializing, default, deserialize_with = "list::words")]
    pub benefit_type_list: Vec<BenefitType>,
    /// Part of the API that [`BenefitType::ApiRunQps`] is about, which needs one.
    #[serde(skip_serializing, default)]
    pub resource_id: Option<BenefitResource>,
}

endpoint!(RetrieveBenefits: GET "/v1/commerce/benefit/benefits/get" ?benefit_type_list ?resource_id, validate => Data<Benefits>);

setters!(RetrieveBenefits { resource_id: BenefitResource });

impl RetrieveBenefits {
    /// Reads the plan.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the rate at which a part of the API may be called, too.
    #[must_use]
    pub fn api_qps(self, resource: impl Into<BenefitResource>) -> Self {
        self.benefit_type(BenefitType::ApiRunQps).resource_id(resource)
    }

    /// Adds to [`benefit_type_list`](Self#structfield.benefit_type_list).
    #[must_use]
    pub fn benefit_type(mut self, benefit_type: impl Into<BenefitType>) -> Self {
        self.benefit_type_list.push(benefit_type.into());
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let needed = self.benefit_type_list.contains(&BenefitType::ApiRunQps) && self.resource_id.is_none();
        let rule = "is missing; api_run_qps needs plugin, chat or workflow";
        needed.then(|| ValidationError::limit("resource_id", rule)).into_iter().collect()
    }
}

/// What an account has a share of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BenefitType {
    /// Requests a second to a part of the API.
    ApiRunQps,
    /// Calls of paid plugins over MCP.
    CallToolLimit,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(BenefitType { ApiRunQps = "api_run_qps", CallToolLimit = "call_tool_limit" });

/// A part of the API whose rate can be raised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BenefitResource {
    /// Reading plugins and calling their tools.
    Plugin,
    /// Creating and reading chats, and listing their messages.
    Chat,
    /// Running workflows, chatting with them, and reading how they went.
    Workflow,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(BenefitResource { Plugin = "plugin", Chat = "chat", Workflow = "workflow" });

answer! {
    /// What an account may use.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Benefits {
        /// Plan.
        basic_info: Option<BenefitBasicInfo>,
        /// What was requested.
        benefit_info: Vec<Benefit> [skip_if_empty],
    }
}

answer! {
    /// The plan of an account.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BenefitBasicInfo {
        /// Plan.
        user_level: Option<UserLevel>,
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserLevel {
    /// Personal, free.
    Free,
    /// Personal, paid.
    ProPersonal,
    /// Enterprise, standard.
    Team,
    /// Enterprise, flagship.
    Enterprise,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(UserLevel { Free = "free", ProPersonal = "pro_personal", Team = "team", Enterprise = "enterprise" });

answer! {
    /// A share: what the plan has, what was added, and what both make.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Benefit {
        /// What it is a share of.
        benefit_type: Option<BenefitType>,
        /// Part of the API that it is about.
        resource_id: Option<BenefitResource>,
        /// Share of the plan.
        basic: Option<BenefitItem>,
        /// Shares that were bought; `extra` on the wire.
        extra_items: Vec<BenefitItem> [skip_if_empty, rename = "extra"],
        /// What holds now.
        effective: Option<BenefitItem>,
    }
}

answer! {
    /// A part of a share.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BenefitItem {
        /// Whether it holds.
        status: Option<BenefitStatus>,
        /// How much it is.
        item_info: Option<BenefitCounter>,
    }
}

/// Whether a share holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BenefitStatus {
    /// It does.
    Valid,
    /// It is frozen.
    Frozen,
    /// It was canceled.
    Cancel,
    /// It does not yet.
    Pending,
    /// It cannot be used.
    Invalid,
    /// It is being reviewed.
    Auditing,
    /// It has expired.
    Expired,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(BenefitStatus {
    Valid = "valid",
    Frozen = "frozen",
    Cancel = "cancel",
    Pending = "pending",
    Invalid = "invalid",
    Auditing = "auditing",
    Expired = "expired",
});

answer! {
    /// How much of a share there is and was used.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BenefitCounter {
        /// What was used, where the strategy is [`BenefitStrategy::ByQuota`]; 0 where it is not counted.
        used: Option<f64>,
        /// Limit, where the strategy is [`BenefitStrategy::ByQuota`]; otherwise 1.
        total: Option<f64>,
        /// From when on it holds.
        start_at: Option<Timestamp>,
        /// Until when it holds.
        end_at: Option<Timestamp>,
        /// How it is limited.
        strategy: Option<BenefitStrategy>,
    }
}

/// How a share is limited.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BenefitStrategy {
    /// Not at all.
    Unlimited,
    /// The plan does not have it.
    Forbidden,
    /// By a number.
    ByQuota,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(BenefitStrategy { Unlimited = "unlimit", Forbidden = "forbidden", ByQuota = "by_quota" });

//! What an account may use: its plan, limits for the devices of an enterprise, and bills.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::core::validate::ValidationError;
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
    #[serde(default, deserialize_with = "list::words")]
    pub benefit_type_list: Vec<BenefitType>,
    /// Part of the API that [`BenefitType::ApiRunQps`] is about, which needs one.
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

open_enum! {
    /// What an account has a share of.
    pub enum BenefitType {
        /// Requests a second to a part of the API.
        ApiRunQps = "api_run_qps",
        /// Calls of paid plugins over MCP.
        CallToolLimit = "call_tool_limit",
    }
}

open_enum! {
    /// A part of the API whose rate can be raised.
    pub enum BenefitResource {
        /// Reading plugins and calling their tools.
        Plugin = "plugin",
        /// Creating and reading chats, and listing their messages.
        Chat = "chat",
        /// Running workflows, chatting with them, and reading how they went.
        Workflow = "workflow",
    }
}

answer! {
    /// What an account may use.
    pub struct Benefits {
        /// Plan.
        basic_info: Option<BenefitBasicInfo>,
        /// What was requested.
        benefit_info: Vec<Benefit> [skip_if_empty],
    }
}

answer! {
    /// The plan of an account.
    pub struct BenefitBasicInfo {
        /// Plan.
        user_level: Option<UserLevel>,
    }
}

open_enum! {
    /// A plan.
    pub enum UserLevel {
        /// Personal, free.
        Free = "free",
        /// Personal, paid.
        ProPersonal = "pro_personal",
        /// Enterprise, standard.
        Team = "team",
        /// Enterprise, flagship.
        Enterprise = "enterprise",
    }
}

answer! {
    /// A share: what the plan has, what was added, and what both make.
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
    pub struct BenefitItem {
        /// Whether it holds.
        status: Option<BenefitStatus>,
        /// How much it is.
        item_info: Option<BenefitCounter>,
    }
}

open_enum! {
    /// Whether a share holds.
    pub enum BenefitStatus {
        /// It does.
        Valid = "valid",
        /// It is frozen.
        Frozen = "frozen",
        /// It was canceled.
        Cancel = "cancel",
        /// It does not yet.
        Pending = "pending",
        /// It cannot be used.
        Invalid = "invalid",
        /// It is being reviewed.
        Auditing = "auditing",
        /// It has expired.
        Expired = "expired",
    }
}

answer! {
    /// How much of a share there is and was used.
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

open_enum! {
    /// How a share is limited.
    pub enum BenefitStrategy {
        /// Not at all.
        Unlimited = "unlimit",
        /// The plan does not have it.
        Forbidden = "forbidden",
        /// By a number.
        ByQuota = "by_quota",
    }
}

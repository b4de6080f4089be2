//! Limits on what the devices of an enterprise may use.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::{Data, Empty, Wrapped, Wrapper};
use crate::core::validate::ValidationError;
use crate::model::id::BenefitId;
use crate::model::timestamp::Timestamp;

answer! {
    /// A limit on what devices may use.
    ///
    /// A device has at most one limit in all and one for each period; they take precedence over those of all devices. A device without
    /// any is not limited.
    pub struct BenefitLimitation {
        /// Id.
        benefit_id: Option<BenefitId>,
        /// What is limited.
        benefit_type: Option<LimitType>,
        /// How it is known when the limit holds.
        active_mode: Option<LimitActiveMode>,
        /// From when on it holds.
        started_at: Option<Timestamp>,
        /// Until when it holds.
        ended_at: Option<Timestamp>,
        /// How much may be used: resource points, or seconds of calls.
        limit: Option<i64>,
        /// Whether it is in use.
        status: Option<LimitStatus>,
        /// Period after which it is reset; never by default.
        trigger_unit: Option<LimitTriggerUnit>,
        /// Number of units in a period; 1 if it is never reset.
        trigger_time: Option<i64>,
        /// What it applies to; only in answers.
        entity_type: Option<BenefitEntityType>,
        /// Device or consumer that it applies to; only in answers.
        entity_id: Option<String>,
    }
}

impl BenefitLimitation {
    /// Creates a limit that holds within a time and is never reset.
    pub fn new(
        benefit_type: impl Into<LimitType>,
        limit: i64,
        started_at: impl Into<Timestamp>,
        ended_at: impl Into<Timestamp>,
    ) -> Self {
        Self {
            benefit_type: Some(benefit_type.into()),
            active_mode: Some(LimitActiveMode::AbsoluteTime),
            started_at: Some(started_at.into()),
            ended_at: Some(ended_at.into()),
            limit: Some(limit),
            ..Self::default()
        }
    }

    /// Resets the limit after a period, such as every 2 hours.
    #[must_use]
    pub fn every(mut self, time: i64, unit: impl Into<LimitTriggerUnit>) -> Self {
        self.trigger_time = Some(time);
        self.trigger_unit = Some(unit.into());
        self
    }
}

setters!(BenefitLimitation { status: LimitStatus });

open_enum! {
    /// What a limit applies to. The Java SDK knows two further words, which read as unknown ones.
    pub enum BenefitEntityType {
        /// Each device of the enterprise.
        EnterpriseAllDevices = "enterprise_all_devices",
        /// Each consumer that the devices of the enterprise name.
        EnterpriseAllCustomConsumers = "enterprise_all_custom_consumers",
        /// One device.
        SingleDevice = "single_device",
        /// One consumer.
        SingleCustomConsumer = "single_custom_consumer",
    }
}

open_enum! {
    /// What is limited.
    pub enum LimitType {
        /// Resource points.
        ResourcePoint = "resource_point",
        /// Seconds of calls with voices of the system; needs the licence for them.
        VoiceDurationSystem = "voice_unified_duration_system",
        /// Seconds of calls with cloned voices; needs the licence for them.
        VoiceDurationCustom = "voice_unified_duration_custom",
    }
}

open_enum! {
    /// How it is known when a limit holds.
    pub enum LimitActiveMode {
        /// By its start and its end.
        AbsoluteTime = "absolute_time",
    }
}

open_enum! {
    /// Whether a limit is in use.
    pub enum LimitStatus {
        /// It is.
        Valid = "valid",
        /// It is frozen.
        Frozen = "frozen",
    }
}

open_enum! {
    /// Unit of the period after which a limit is reset.
    pub enum LimitTriggerUnit {
        /// The limit is never reset.
        Never = "never",
        /// Minutes.
        Minute = "minute",
        /// Hours.
        Hour = "hour",
        /// Days.
        Day = "day",
    }
}

/// Sets a limit for devices of an enterprise.
///
/// All devices together can have one limit in all and one for each period. The devices must have reported their ids. Only
/// administrators of an enterprise with the flagship plan can do so. Needs the permission `createBenefitLimitation`.
///
/// See <https://docs.coze.cn/developer_guides/create_device_quotas>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateBenefitLimitation {
    /// What it applies to.
    pub entity_type: BenefitEntityType,
    /// Device or consumer, if the limit applies to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// Limit.
    pub benefit_info: BenefitLimitation,
}

endpoint!(CreateBenefitLimitation: POST "/v1/commerce/benefit/limitations", json, validate => Wrapped<CreatedBenefitLimitation>);

setters!(CreateBenefitLimitation { entity_id: String });

impl CreateBenefitLimitation {
    /// Sets a limit.
    pub fn new(entity_type: impl Into<BenefitEntityType>, benefit_info: BenefitLimitation) -> Self {
        Self { entity_type: entity_type.into(), entity_id: None, benefit_info }
    }

    /// Sets a limit for one device.
    pub fn of_device(entity_id: impl Into<String>, benefit_info: BenefitLimitation) -> Self {
        Self::new(BenefitEntityType::SingleDevice, benefit_info).entity_id(entity_id)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let info = &self.benefit_info;
        let missing = [
            ("limit", info.limit.is_none()),
            ("benefit_type", info.benefit_type.is_none()),
            ("active_mode", info.active_mode.is_none()),
            ("started_at", info.started_at.is_none()),
            ("ended_at", info.ended_at.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        let errors =
            missing.map(|(field, _)| ValidationError::limit(field, "is missing").within("benefit_info"));
        entity_error(&self.entity_type, self.entity_id.as_deref()).into_iter().chain(errors).collect()
    }
}

fn entity_error(entity_type: &BenefitEntityType, entity_id: Option<&str>) -> Option<ValidationError> {
    let single =
        matches!(entity_type, BenefitEntityType::SingleDevice | BenefitEntityType::SingleCustomConsumer);
    let missing = single && entity_id.is_none_or(str::is_empty);
    missing.then(|| ValidationError::limit("entity_id", format!("is missing; {entity_type} needs one")))
}

/// How a new limit is returned: within `benefit_info`, as the tables of the page say, or as it is in its example.
#[derive(Clone, Copy, Debug)]
pub struct CreatedBenefitLimitation;

impl Wrapper for CreatedBenefitLimitation {
    type Payload = BenefitLimitation;

    #[inline]
    fn unwrap(body: &str) -> Result<BenefitLimitation, serde_json::Error> {
        #[derive(Deserialize)]
        struct Nested {
            benefit_info: BenefitLimitation,
        }
        #[derive(Deserialize)]
        struct Wire<T> {
            data: T,
        }
        serde_json::from_str(body)
            .map(|wire: Wire<Nested>| wire.data.benefit_info)
            .or_else(|_| serde_json::from_str(body).map(|wire: Wire<BenefitLimitation>| wire.data))
    }
}

/// Changes a limit.
///
/// Only administrators of an enterprise with the flagship plan can do so. Needs the permission `updateBenefitLimitation`.
///
/// See <https://docs.coze.cn/developer_guides/update_device_quotas>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateBenefitLimitation {
    /// Limit that is changed.
    #[serde(skip_serializing)]
    pub benefit_id: BenefitId,
    /// How it is known when the limit holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_mode: Option<LimitActiveMode>,
    /// From when on it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How much may be used: resource points, or seconds of calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Whether it is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<LimitStatus>,
    /// Unit of the period after which it is reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_unit: Option<LimitTriggerUnit>,
    /// Number of units in a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger_time: Option<i64>,
}

endpoint!(UpdateBenefitLimitation: PUT "/v1/commerce/benefit/limitations/{benefit_id}" (benefit_id), json => Empty);

builder!(UpdateBenefitLimitation(benefit_id: BenefitId) {
    active_mode: LimitActiveMode, started_at: Timestamp, ended_at: Timestamp, limit: i64, status: LimitStatus,
    trigger_unit: LimitTriggerUnit, trigger_time: i64,
});

/// Lists limits of one type.
///
/// Only administrators of an enterprise with the flagship plan can do so. Needs the permission `listBenefitLimitation`.
///
/// See <https://docs.coze.cn/developer_guides/get_device_quotas>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListBenefitLimitations {
    /// What they apply to.
    pub entity_type: BenefitEntityType,
    /// Device or consumer, if the limits apply to one.
    pub entity_id: Option<String>,
    /// What they limit. The page requires it; the Java SDK treats it as optional.
    pub benefit_type: Option<LimitType>,
    /// Whether they are in use; by default those that are.
    pub status: Option<LimitStatus>,
    /// Where the page starts, as the page before it said; the first when unset.
    pub page_token: Option<String>,
    /// Limits on a page: 1 to 200, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListBenefitLimitations: GET "/v1/commerce/benefit/limitations" ?entity_type ?entity_id ?benefit_type ?status ?page_token ?page_size, validate => Data<BenefitLimitationPage>);

setters!(ListBenefitLimitations { entity_id: String, status: LimitStatus, page_token: String });
setters!(ListBenefitLimitations = { page_size: u32 });

impl ListBenefitLimitations {
    /// Lists limits of a type.
    pub fn new(entity_type: impl Into<BenefitEntityType>, benefit_type: impl Into<LimitType>) -> Self {
        Self {
            entity_type: entity_type.into(),
            entity_id: None,
            benefit_type: Some(benefit_type.into()),
            status: None,
            page_token: None,
            page_size: 20,
        }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors: Vec<_> =
            entity_error(&self.entity_type, self.entity_id.as_deref()).into_iter().collect();
        if self.benefit_type.is_none() {
            errors.push(ValidationError::limit("benefit_type", "is missing; say what the limits are on"));
        }
        if !(1..=200).contains(&self.page_size) {
            let rule = format!("is {}; 1 to 200 are allowed", self.page_size);
            errors.push(ValidationError::limit("page_size", rule));
        }
        errors
    }
}

impl Paged for ListBenefitLimitations {
    type Item = BenefitLimitation;

    fn page(answer: BenefitLimitationPage) -> Page<BenefitLimitation> {
        Page::new(answer.benefit_infos).has_more(answer.has_more).next(answer.page_token)
    }

    fn position(&mut self) -> Position<'_> {
        Position::Token(&mut self.page_token)
    }

    fn key(item: &BenefitLimitation) -> Option<&str> {
        item.benefit_id.as_ref().map(BenefitId::as_str)
    }
}

answer! {
    /// A page of limits.
    pub struct BenefitLimitationPage {
        /// Limits.
        benefit_infos: Vec<BenefitLimitation>,
        /// Whether more pages follow.
        has_more: bool,
        /// Token of the next page.
        page_token: Option<String>,
    }
}

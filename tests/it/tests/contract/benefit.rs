//! Rows of the group `benefit`.

use coze_types::Timestamp;
use coze_types::benefit::{
    BenefitEntityType, BenefitLimitation, BenefitResource, BenefitStatus, BenefitStrategy, BenefitType,
    BillTaskStatus, CreateBenefitLimitation, CreateBillTask, LimitActiveMode, LimitStatus, LimitTriggerUnit,
    LimitType, ListBenefitLimitations, ListBillTasks, RetrieveBenefits, UpdateBenefitLimitation, UserLevel,
};
use serde_json::{Value, json};

use super::{Row, fixture};

fn limit() -> BenefitLimitation {
    let (start, end) = (Timestamp::from_unix(1_741_708_800), Timestamp::from_unix(253_402_300_799));
    BenefitLimitation::new(LimitType::ResourcePoint, 100, start, end)
}

#[test]
fn retrieve() {
    let benefits = Row {
        request: RetrieveBenefits::new().api_qps("plugin").benefit_type(BenefitType::CallToolLimit),
        line: "GET /v1/commerce/benefit/benefits/get?benefit_type_list=api_run_qps%2Ccall_tool_limit&resource_id=plugin",
        body: Value::Null,
        answer: fixture!("get_benefit"),
        payload: "/data",
    }
    .check();
    assert_eq!(benefits.basic_info.unwrap().user_level, Some(UserLevel::Enterprise));
    let [benefit] = &benefits.benefit_info[..] else { panic!("{:?}", benefits.benefit_info) };
    assert_eq!(benefit.benefit_type, Some(BenefitType::ApiRunQps));
    assert_eq!(benefit.resource_id, Some(BenefitResource::Plugin));
    let bought = &benefit.extra_items[0];
    assert_eq!(bought.status, Some(BenefitStatus::Expired));
    assert_eq!(bought.item_info.as_ref().unwrap().end_at, Some(Timestamp::from_unix(1_758_448_172)));
    let effective = benefit.effective.as_ref().unwrap();
    let counter = effective.item_info.as_ref().unwrap();
    assert_eq!((counter.used, counter.total), (Some(0.0), Some(130.0)));
    assert_eq!(counter.strategy, Some(BenefitStrategy::ByQuota));
    assert!(benefit.extra.is_empty() && effective.extra.is_empty() && counter.extra.is_empty());
}

#[test]
fn retrieve_the_plan() {
    Row {
        request: RetrieveBenefits::new(),
        line: "GET /v1/commerce/benefit/benefits/get",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "basic_info": { "user_level": "pro_personal" } } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn create_limitation() {
    let made = Row {
        request: CreateBenefitLimitation::of_device("SN12345", limit().status(LimitStatus::Valid)),
        line: "POST /v1/commerce/benefit/limitations",
        body: json!({
            "entity_type": "single_device",
            "entity_id": "SN12345",
            "benefit_info": {
                "benefit_type": "resource_point",
                "active_mode": "absolute_time",
                "started_at": 1_741_708_800,
                "ended_at": 253_402_300_799_u64,
                "limit": 100,
                "status": "valid",
            },
        }),
        // In the example of the page the limit itself is the data.
        answer: fixture!("create_device_quotas"),
        payload: "/data",
    }
    .check();
    assert_eq!((made.benefit_id.as_ref().unwrap().as_str(), made.limit), ("123***", Some(100)));
    assert_eq!(made.active_mode, Some(LimitActiveMode::AbsoluteTime));
    assert!(made.extra.is_empty());
}

#[test]
fn create_limitation_of_a_period() {
    let made = Row {
        request: CreateBenefitLimitation::new(
            "enterprise_all_custom_consumers",
            limit().every(1, LimitTriggerUnit::Day),
        ),
        line: "POST /v1/commerce/benefit/limitations",
        body: json!({
            "entity_type": "enterprise_all_custom_consumers",
            "benefit_info": {
                "benefit_type": "resource_point",
                "active_mode": "absolute_time",
                "started_at": 1_741_708_800,
                "ended_at": 253_402_300_799_u64,
                "limit": 100,
                "trigger_unit": "day",
                "trigger_time": 1,
            },
        }),
        // The tables of the page have it in an object of its own, and so do the SDKs.
        answer: json!({ "code": 0, "msg": "", "data": { "benefit_info": {
            "benefit_id": "123", "entity_type": "enterprise_all_custom_consumers", "limit": 100,
            "trigger_unit": "day", "trigger_time": 1,
        } } }),
        payload: "/data/benefit_info",
    }
    .check();
    assert_eq!(made.entity_type, Some(BenefitEntityType::EnterpriseAllCustomConsumers));
    assert_eq!((made.trigger_unit, made.trigger_time), (Some(LimitTriggerUnit::Day), Some(1)));
    assert!(made.extra.is_empty());
}

#[test]
fn update_limitation() {
    let time = Timestamp::from_unix(1_741_708_800);
    Row {
        request: UpdateBenefitLimitation::new("12345")
            .active_mode(LimitActiveMode::AbsoluteTime)
            .started_at(time)
            .ended_at(time)
            .limit(100)
            .status(LimitStatus::Frozen)
            .trigger_unit(LimitTriggerUnit::Never)
            .trigger_time(1),
        line: "PUT /v1/commerce/benefit/limitations/12345",
        body: json!({
            "active_mode": "absolute_time", "started_at": 1_741_708_800, "ended_at": 1_741_708_800, "limit": 100,
            "status": "frozen", "trigger_unit": "never", "trigger_time": 1,
        }),
        answer: fixture!("update_device_quotas"),
        payload: "/data",
    }
    .check();
}

#[test]
fn list_limitations() {
    let page = Row {
        request: ListBenefitLimitations::new(BenefitEntityType::EnterpriseAllDevices, LimitType::ResourcePoint),
        line: "GET /v1/commerce/benefit/limitations?entity_type=enterprise_all_devices&benefit_type=resource_point&page_size=20",
        body: Value::Null,
        answer: fixture!("get_device_quotas"),
        payload: "/data",
    }
    .check();
    let [limit] = &page.benefit_infos[..] else { panic!("{page:?}") };
    assert_eq!((limit.limit, limit.entity_id.as_deref()), (Some(100), Some("SN12345*********")));
    assert_eq!((page.has_more, page.page_token.as_deref()), (true, Some("next_page_token_123")));
    assert!(limit.extra.is_empty() && page.extra.is_empty());
    Row {
        request: ListBenefitLimitations::new("single_device", "voice_unified_duration_custom")
            .entity_id("SN1")
            .status(LimitStatus::Frozen)
            .page_token("t")
            .page_size(200),
        line: "GET /v1/commerce/benefit/limitations?entity_type=single_device&entity_id=SN1\
            &benefit_type=voice_unified_duration_custom&status=frozen&page_token=t&page_size=200",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "benefit_infos": [], "has_more": false, "page_token": "" } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn create_bill_task() {
    let task = Row {
        request: CreateBillTask::new(
            Timestamp::from_unix(1_743_004_800),
            Timestamp::from_unix(1_743_091_199),
        ),
        line: "POST /v1/commerce/benefit/bill_tasks",
        body: json!({ "started_at": 1_743_004_800, "ended_at": 1_743_091_199 }),
        answer: fixture!("create_bill_task"),
        payload: "/data",
    }
    .check();
    assert_eq!((task.task_id.as_str(), task.status), ("123***", Some(BillTaskStatus::Running)));
    // What is no list yet comes as an empty text.
    assert!(task.file_urls.is_empty() && task.extra.is_empty());
    assert_eq!(task.expires_at, Some(Timestamp::from_unix(1_743_177_600)));
}

#[test]
fn list_bill_tasks() {
    let page = Row {
        request: ListBillTasks::new().task("123").task("456").page_size(50),
        line: "GET /v1/commerce/benefit/bill_tasks?task_ids=123%2C456&page_num=1&page_size=50",
        body: Value::Null,
        answer: fixture!("billing_file"),
        payload: "/data",
    }
    .check();
    let [task] = &page.task_infos[..] else { panic!("{page:?}") };
    assert_eq!((page.total, task.status.as_ref()), (Some(1), Some(&BillTaskStatus::Succeed)));
    assert_eq!(task.file_urls.len(), 2);
    assert_eq!(task.created_at, Some(Timestamp::from_unix(1_743_213_605)));
    let request = ListBillTasks::new().task("123").page_num(2);
    Row {
        request,
        line: "GET /v1/commerce/benefit/bill_tasks?task_ids=123&page_num=2&page_size=20",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "task_infos": [], "total": 0 } }),
        payload: "/data",
    }
    .check();
}

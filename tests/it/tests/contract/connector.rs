//! Rows of the group `connector`.

use coze_types::connector::{AuditStatus, BindConnector, InstallConnector, UpdateConnectorBot, UserConfig};
use serde_json::json;

use super::{Row, done};

#[test]
fn install() {
    Row {
        request: InstallConnector::new("745264392345", "736163827687053"),
        line: "POST /v1/connectors/745264392345/install",
        body: json!({ "workspace_id": "736163827687053" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn bind() {
    let devices =
        UserConfig::new("device_id", [("智能音箱-客厅", "51237824"), ("智能音箱-主卧", "51237825")]);
    Row {
        request: BindConnector::new("745264392345", [devices]).user_id("4497462571"),
        line: "POST /v1/connectors/745264392345/user_configs",
        body: json!({
            "configs": [{
                "key": "device_id",
                "enums": [
                    { "label": "智能音箱-客厅", "value": "51237824" },
                    { "label": "智能音箱-主卧", "value": "51237825" },
                ],
            }],
            "user_id": "4497462571",
        }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn update_bot() {
    Row {
        request: UpdateConnectorBot::new("74202797", "73428668")
            .audit_status(AuditStatus::Rejected)
            .reason("头像无法通过审核"),
        line: "PUT /v1/connectors/74202797/bots/73428668",
        body: json!({ "audit_status": 3, "reason": "头像无法通过审核" }),
        answer: done(),
        payload: "",
    }
    .check();
}

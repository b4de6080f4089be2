//! Row of the group `user`.

use coze_types::user::{RetrieveMe, User};
use serde_json::{Value, json};

use super::Row;

#[test]
fn me() {
    let user = Row {
        request: RetrieveMe::new(),
        line: "GET /v1/users/me",
        body: Value::Null,
        // From the tests of the official SDKs: no page shows one.
        answer: json!({
            "code": 0,
            "msg": "",
            "data": { "user_id": "2478774393254", "user_name": "user_1", "nick_name": "小明", "avatar_url": "https://a" },
        }),
        payload: "/data",
    }
    .check();
    let mut expected = User::new("2478774393254");
    expected.user_name = Some("user_1".to_owned());
    expected.nick_name = Some("小明".to_owned());
    expected.avatar_url = Some("https://a".to_owned());
    assert_eq!(user, expected);
}

//! Redacts secrets in what tests can see.

use std::borrow::Cow;

use serde_json::Value;

use super::path::PREFIX;

/// Secret fields of request bodies.
const SECRETS: [&str; 5] = ["code", "code_verifier", "refresh_token", "device_code", "client_secret"];
const HIDDEN: &str = "[redacted]";

/// Redacts the secrets in the body of an OAuth request; a body that cannot be decoded is omitted.
pub(crate) fn redacted_body<'a>(path: &str, body: &'a [u8]) -> Cow<'a, [u8]> {
    if !path.starts_with(PREFIX) {
        return Cow::Borrowed(body);
    }
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else { return Cow::Borrowed(&[]) };
    for (name, value) in &mut fields {
        if SECRETS.contains(&name.as_str()) && !value.is_null() {
            *value = HIDDEN.into();
        }
    }
    Cow::Owned(Value::Object(fields).to_string().into_bytes())
}

/// Redacts the secrets in a query: the keys of pages, a challenge that is the verifier itself, and the token of a WebSocket.
pub(crate) fn redacted_query(path: &str, query: &str) -> String {
    let of_page = path == super::CONSENT_PAGE || path == super::DEVICE_PAGE || path.starts_with(PREFIX);
    let plain = of_page && !query.split('&').any(|pair| pair == "code_challenge_method=S256");
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name @ "authorization", _)) => format!("{name}={HIDDEN}"),
        Some((name @ ("authorize_key" | "user_code"), _)) if of_page => format!("{name}={HIDDEN}"),
        Some((name @ "code_challenge", _)) if plain => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_bodies_are_hidden_and_the_rest_stays() {
        let body = br#"{"grant_type":"refresh_token","refresh_token":"r1","code":null}"#;
        let shown = redacted_body("/api/permission/oauth2/token", body);
        let shown: Value = serde_json::from_slice(&shown).unwrap();
        assert_eq!(shown["refresh_token"], HIDDEN);
        assert_eq!((&shown["grant_type"], &shown["code"]), (&"refresh_token".into(), &Value::Null));
        assert_eq!(*redacted_body("/api/permission/oauth2/token", b"code=c1"), *b"");
        assert_eq!(*redacted_body("/v3/chat", b"code=c1"), *b"code=c1");
    }

    #[test]
    fn only_plain_challenges_are_hidden() {
        let path = "/api/permission/oauth2/authorize";
        for (query, expected) in [
            ("code_challenge=v&x=1", "code_challenge=[redacted]&x=1"),
            (
                "code_challenge=v&code_challenge_method=plain",
                "code_challenge=[redacted]&code_challenge_method=plain",
            ),
            ("code_challenge=v&code_challenge_method=S256", "code_challenge=v&code_challenge_method=S256"),
            ("", ""),
        ] {
            assert_eq!(redacted_query(path, query), expected);
        }
        assert_eq!(redacted_query("/oauth/consent", "authorize_key=k"), "authorize_key=[redacted]");
        assert_eq!(redacted_query("/v1/bots/1", "user_code=k"), "user_code=k");
        assert_eq!(
            redacted_query("/v1/chat", "bot_id=1&authorization=t"),
            "bot_id=1&authorization=[redacted]"
        );
    }
}

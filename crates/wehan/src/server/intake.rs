//! Reading an application as strictly as a server should.

use std::fmt;

use http::StatusCode;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::refusal::Refusal;
use crate::application::{CreateApplication, is_score};

/// Ids have at most so many characters.
const MAX_ID: usize = 256;

/// The members of a JSON object as they stand: a map would hide that a name occurs twice.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Reads the body of `POST /api/applications`.
pub(crate) fn application(body: &[u8]) -> Result<CreateApplication, Refusal> {
    let Members(members) = serde_json::from_slice(body).map_err(|error| {
        Refusal::new(StatusCode::BAD_REQUEST, format!("the body is not a JSON object: {error}"))
    })?;
    for (index, (name, _)) in members.iter().enumerate() {
        if !["userId", "jobId", "interviewId", "matchScore"].contains(&name.as_str()) {
            return Err(Refusal::field(&excerpt(name), "is not a field of an application; leave it out"));
        }
        if members[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Refusal::field(name, "occurs twice; send it once"));
        }
    }
    let score = member::<f64>(&members, "matchScore", "a number from 0 to 100")?;
    if !is_score(score) {
        return Err(Refusal::field("matchScore", format!("is {score}; give it a number from 0 to 100")));
    }
    Ok(CreateApplication::new(
        id(&members, "userId")?,
        id(&members, "jobId")?,
        id(&members, "interviewId")?,
        score,
    ))
}

fn id(members: &[(String, Box<RawValue>)], name: &str) -> Result<String, Refusal> {
    let id: String = member(members, name, "a string")?;
    if id.is_empty() {
        return Err(Refusal::field(name, "is empty; give it an id"));
    }
    if id.chars().count() > MAX_ID {
        return Err(Refusal::field(name, format!("has more than {MAX_ID} characters")));
    }
    Ok(id)
}

fn member<T: DeserializeOwned>(
    members: &[(String, Box<RawValue>)],
    name: &str,
    expected: &str,
) -> Result<T, Refusal> {
    let Some((_, value)) = members.iter().find(|(given, _)| given == name) else {
        return Err(Refusal::field(name, format!("is missing; give it {expected}")));
    };
    serde_json::from_str(value.get())
        .map_err(|_| Refusal::field(name, format!("is {}; give it {expected}", excerpt(value.get()))))
}

fn excerpt(text: &str) -> String {
    const LIMIT: usize = 60;
    if text.chars().count() <= LIMIT {
        return text.to_owned();
    }
    text.chars().take(LIMIT).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> String {
        application(body.as_bytes()).unwrap_err().to_json().to_string()
    }

    fn body(user_id: &str, score: &str) -> String {
        format!(r#"{{"userId": {user_id}, "jobId": "j", "interviewId": "i", "matchScore": {score}}}"#)
    }

    #[test]
    fn every_score_from_0_to_100_is_taken() {
        for (text, score) in [("0", 0.0), ("-0", 0.0), ("100", 100.0), ("99.999", 99.999), ("1e2", 100.0)] {
            let read = application(body(r#""u""#, text).as_bytes()).unwrap();
            assert!((read.match_score - score).abs() < f64::EPSILON, "{text}");
        }
    }

    #[test]
    fn what_is_no_score_is_refused_by_name() {
        for score in
            ["-0.001", "100.001", "101", "1e400", "-1e400", "\"88\"", "null", "true", "[]", "{}", "[88]"]
        {
            let refused = refusal(&body(r#""u""#, score));
            assert!(refused.contains(r#""field":"matchScore""#) && refused.contains("0 to 100"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_id_is_refused_by_name() {
        let long = format!("{:?}", "长".repeat(257));
        for id in ["7", "null", "\"\"", "[\"u\"]", "\"\\ud800\"", &long] {
            let refused = refusal(&body(id, "50"));
            assert!(refused.contains(r#""field":"userId""#), "{refused}");
        }
        assert!(application(body(&format!("{:?}", "长".repeat(256)), "50").as_bytes()).is_ok());
    }

    #[test]
    fn fields_that_are_missing_unknown_or_doubled_are_named() {
        for (body, field) in [
            (r#"{"jobId": "j", "interviewId": "i", "matchScore": 1}"#, "userId"),
            (r#"{"userId": "u", "interviewId": "i", "matchScore": 1}"#, "jobId"),
            (r#"{"userId": "u", "jobId": "j", "matchScore": 1}"#, "interviewId"),
            (r#"{"userId": "u", "jobId": "j", "interviewId": "i"}"#, "matchScore"),
            (r#"{"userId": "u", "jobId": "j", "interviewId": "i", "matchScore": 1, "admin": true}"#, "admin"),
            (
                r#"{"userId": "u", "userId": "v", "jobId": "j", "interviewId": "i", "matchScore": 1}"#,
                "userId",
            ),
        ] {
            let refused = refusal(body);
            assert!(refused.contains(&format!(r#""field":"{field}""#)), "{refused}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in ["", "[]", "null", "{", "{} {}", "\u{feff}{}", "userId=u"] {
            assert!(refusal(body).contains("not a JSON object"), "{body:?}");
        }
    }
}

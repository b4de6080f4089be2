//! The table of codes: of the hosted service, of its OAuth endpoints, and of Coze Studio.

use super::{ApiErrorKind, ErrorInfo};

/// Rows of a table, `code: kind, retry, meaning, advice;`, sorted by code. A row without advice gets that of
/// its kind.
macro_rules! rows {
    ($($code:literal: $kind:ident, $retry:ident, $meaning:literal $(, $advice:literal)?;)+) => {
        &[$((
            $code,
            crate::core::error::code::ErrorInfo {
                kind: crate::core::error::code::ApiErrorKind::$kind,
                meaning: $meaning,
                advice: rows!(@advice $kind $($advice)?),
                retry: crate::core::error::code::RetryAdvice::$retry,
            },
        )),+]
    };
    (@advice $kind:ident $advice:literal) => { $advice };
    (@advice $kind:ident) => { super::usual_advice(crate::core::error::code::ApiErrorKind::$kind) };
}

mod hosted;
mod oauth;
mod studio;

/// Returns the documentation of a number. The codes of both servers never contradict each other; 0 means success.
pub(super) fn number(code: i64) -> Option<&'static ErrorInfo> {
    [hosted::CODES, studio::CODES].into_iter().find_map(|codes| {
        let index = codes.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        Some(&codes[index].1)
    })
}

/// What is documented of a word.
pub(super) fn word(code: &str) -> Option<&'static ErrorInfo> {
    oauth::CODES.iter().find(|(word, _)| *word == code).map(|(_, info)| info)
}

/// What to do about an error of which no more than its kind and message is known.
const fn usual_advice(kind: ApiErrorKind) -> &'static str {
    match kind {
        ApiErrorKind::InvalidRequest => "change the request as the message says",
        ApiErrorKind::Authentication => "use a valid API key of this server",
        ApiErrorKind::Permission => "use the API key of the user who owns the object",
        ApiErrorKind::NotFound => "check the id, and that the user of the API key owns the object",
        ApiErrorKind::Unpublished => "publish it to the API channel",
        ApiErrorKind::Conflict => "use what exists, or choose another name",
        ApiErrorKind::InvalidState => "change the object that the message names",
        ApiErrorKind::Timeout => "try again later, with less to do in one run",
        ApiErrorKind::Server => "try again later; then look up the log id in the logs of the server",
        _ => "see the message",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ErrorCode, RetryAdvice};
    use super::*;

    /// Every number that a page, an official SDK or Coze Studio names.
    fn documented() -> Vec<i64> {
        let hosted = [
            1109,
            3010,
            4000,
            4001,
            4002,
            4003,
            4004,
            4005,
            4006,
            4008,
            4009,
            4010,
            4011,
            4012,
            4013,
            4014,
            4015,
            4016,
            4019,
            4020,
            4027,
            4028,
            4033,
            4100,
            4101,
            4102,
            4104,
            4200,
            4300,
            4301,
            4302,
            4303,
            4304,
            5000,
            6003,
            6006,
            701_231,
            700_012_006,
            702_042_018,
            702_042_162,
            720_702_204,
            777_074_011,
            777_074_044,
            788_788_103,
        ];
        let general = [1, 400, 401, 404, 500, 6023, 6031, 6039];
        let ranges = [
            100_000_000..=100_000_013,
            101_000_000..=101_000_003,
            102_000_000..=102_000_002,
            103_000_000..=103_000_003,
            103_100_001..=103_100_005,
            103_200_001..=103_200_005,
            104_000_000..=104_000_010,
            105_000_000..=105_000_037,
            106_000_000..=106_000_026,
            107_000_000..=107_000_001,
            108_000_000..=108_000_000,
            109_000_000..=109_000_021,
            110_000_000..=110_000_007,
            111_000_000..=111_000_001,
            112_000_000..=112_000_000,
            112_000_002..=112_000_002,
            700_000_001..=700_000_008,
            777_777_762..=777_777_782,
        ];
        let workflow = [
            305_000_002,
            702_093_204,
            720_700_801,
            720_700_803,
            720_700_808,
            720_701_003,
            720_701_004,
            720_701_007,
            720_701_011,
            720_701_013,
            720_702_001,
            720_702_002,
            720_702_004,
            720_702_011,
            720_702_078,
            720_702_085,
            720_702_089,
            720_702_200,
            720_702_201,
            720_702_250,
            720_712_014,
            720_712_023,
            720_712_033,
            720_712_049,
        ];
        hosted.into_iter().chain(general).chain(ranges.into_iter().flatten()).chain(workflow).collect()
    }

    const WORDS: [&str; 10] = [
        "access_denied",
        "access_deny",
        "authorization_pending",
        "expired_token",
        "internal_error",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "slow_down",
        "unsupported_grant_type",
    ];

    #[test]
    fn every_documented_code_is_known() {
        let mut documented = documented();
        for code in &documented {
            assert!(number(*code).is_some(), "{code} is missing");
        }
        for code in WORDS {
            assert!(word(code).is_some(), "{code} is missing");
        }
        // And nothing else: every code must have a source.
        documented.sort_unstable();
        documented.dedup();
        assert_eq!(documented.len(), hosted::CODES.len() + studio::CODES.len());
        assert_eq!(WORDS.len(), oauth::CODES.len());
    }

    #[test]
    fn the_tables_are_sorted_and_do_not_overlap() {
        for codes in [hosted::CODES, studio::CODES] {
            assert!(codes.is_sorted_by(|(a, _), (b, _)| a < b));
        }
        for (code, _) in studio::CODES {
            assert!(hosted::CODES.iter().all(|(other, _)| other != code), "{code} stands in both tables");
        }
    }

    #[test]
    fn every_row_reads_as_clauses() {
        let numbers = hosted::CODES.iter().chain(studio::CODES).map(|(code, info)| (code.to_string(), info));
        let words = oauth::CODES.iter().map(|(code, info)| ((*code).to_owned(), info));
        for (code, info) in numbers.chain(words) {
            for clause in [info.meaning, info.advice] {
                assert!(
                    !clause.is_empty() && !clause.ends_with(['.', ' ']) && clause == clause.trim(),
                    "{code}"
                );
                assert!(!clause.contains("  "), "{code}: {clause}");
            }
            // The error says that the server lacks the endpoint: the status shows that, never a code.
            assert_ne!(info.kind, ApiErrorKind::Unsupported, "{code}");
        }
    }

    #[test]
    fn the_codes_of_the_guide_are_classified_by_it() {
        let expected = [
            (4000, ApiErrorKind::InvalidRequest, RetryAdvice::Change),
            (4001, ApiErrorKind::Authentication, RetryAdvice::Change),
            (4016, ApiErrorKind::Busy, RetryAdvice::Wait),
            (4100, ApiErrorKind::Authentication, RetryAdvice::NewToken),
            (4101, ApiErrorKind::Permission, RetryAdvice::Change),
            (4104, ApiErrorKind::InvalidState, RetryAdvice::Never),
            (4200, ApiErrorKind::Unpublished, RetryAdvice::Change),
            (5000, ApiErrorKind::Server, RetryAdvice::Wait),
            (6003, ApiErrorKind::Quota, RetryAdvice::Change),
            (700_012_006, ApiErrorKind::Authentication, RetryAdvice::NewToken),
        ];
        for (code, kind, retry) in expected {
            let info = number(code).unwrap();
            assert_eq!((info.kind, info.retry), (kind, retry), "{code}");
        }
        let info = number(4001).unwrap();
        assert!(info.meaning.contains("authentication") && info.meaning.contains("conversation"));
        assert!(info.advice.contains("token") && info.advice.contains("conversation"));
    }

    #[test]
    fn a_string_of_digits_is_the_number() {
        for code in documented() {
            let text = ErrorCode::from(code.to_string().as_str());
            assert_eq!(text, ErrorCode::from(code));
            assert_eq!(text.info(), number(code));
        }
    }

    #[test]
    fn an_unknown_code_stays_usable() {
        for code in [0, -1, 4999, i64::MAX, i64::MIN] {
            let code = ErrorCode::from(code);
            assert_eq!(code.info(), None);
            assert_eq!(serde_json::from_str::<ErrorCode>(&code.to_string()).unwrap(), code);
        }
        let word = ErrorCode::from("server_is_on_fire");
        assert_eq!((word.info(), word.as_word()), (None, Some("server_is_on_fire")));
    }
}

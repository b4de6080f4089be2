//! Paths and queries of any values, read back by the parser of browsers.

use arbitrary::{Arbitrary, Unstructured};
use coze_types::bot::RetrieveBot;
use coze_types::chat::RetrieveChat;
use coze_types::conversation::UpdateConversation;
use coze_types::workflow::RetrieveRunHistory;
use coze_types::{Empty, Endpoint, Query, encode, endpoint};
use percent_encoding::percent_decode_str;
use url::Url;

/// Values for each place of an address.
#[derive(Debug, Arbitrary)]
struct Input {
    first: String,
    second: String,
    required: String,
    optional: Option<String>,
    list: Vec<String>,
    flag: Option<bool>,
    number: Option<i64>,
    name: String,
    path: String,
}

endpoint!(Input: GET "/v1/{first}/x/{second}" (first, second) ?required ?optional ?list ?flag ?number => Empty);

const BASE: &str = "https://api.coze.cn";

/// An input is a set of [values](Input) in the encoding of `arbitrary`.
pub fn address(input: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(input)) else { return };
    let list: Vec<_> = input.list.iter().map(String::as_str).filter(|item| !item.is_empty()).collect();
    let list = list.join(",");
    let queries = [
        ("required", Some(input.required.clone())),
        ("optional", input.optional.clone().filter(|text| !text.is_empty())),
        ("list", Some(list).filter(|list| !list.is_empty())),
        ("flag", input.flag.map(|flag| flag.to_string())),
        ("number", input.number.map(|number| number.to_string())),
    ];
    check(&input, &["v1", &input.first, "x", &input.second], &queries, false);

    // As real endpoints write them.
    let (one, two) = (input.first.as_str(), input.second.as_str());
    let no_id = is_no_id(one) || is_no_id(two);
    check(&RetrieveBot::new(one), &["v1", "bots", one], &[], is_no_id(one));
    check(&UpdateConversation::new(one, two), &["v1", "conversations", one], &[], is_no_id(one));
    check(&RetrieveRunHistory::new(one, two), &["v1", "workflows", one, "run_histories", two], &[], no_id);
    let query = [("conversation_id", Some(one.to_owned())), ("chat_id", Some(two.to_owned()))];
    check(&RetrieveChat::new(one, two), &["v3", "chat", "retrieve"], &query, no_id);

    check_path(&input);
}

/// Whether no object has such an id: a blank, a quote, or a character that does not show is in it.
fn is_no_id(text: &str) -> bool {
    let hidden = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}');
    text.contains(|c: char| c.is_control() || c.is_whitespace() || hidden(c) || "\"'`".contains(c))
}

/// Writes a request; it must name the path and the query that were meant, or fail if no address can or an id is none.
fn check<E: Endpoint>(request: &E, segments: &[&str], query: &[(&str, Option<String>)], no_id: bool) {
    let cannot_be = |segment: &&str| matches!(*segment, "" | "." | "..");
    let impossible = no_id
        || segments.iter().any(cannot_be)
        || query.iter().any(|(_, value)| value.as_deref() == Some(""));
    let target = match encode(request) {
        Ok(encoded) => encoded.target,
        Err(error) => {
            assert!(impossible, "{error}");
            return;
        }
    };
    assert!(!impossible, "{target}");

    let url = read(&target);
    let decode = |text| percent_decode_str(text).decode_utf8().unwrap();
    assert!(url.path_segments().unwrap().map(decode).eq(segments.iter().copied()), "{target}");
    let expected = query.iter().filter_map(|(name, value)| Some(((*name).into(), value.as_deref()?.into())));
    assert!(url.query_pairs().eq(expected), "{target}");
    assert_eq!(url.query().is_some(), target.contains('?'), "{target}");
}

/// Reads a target behind the host; it must be taken as it is, and not lead elsewhere.
fn read(target: &str) -> Url {
    assert!(target.starts_with('/') && target.bytes().all(|byte| byte.is_ascii_graphic()), "{target:?}");
    let url = Url::parse(&format!("{BASE}{target}")).unwrap();
    assert_eq!(&url[..url::Position::BeforePath], BASE, "{target}");
    assert_eq!((&url[url::Position::BeforePath..], url.fragment()), (target, None));
    // By the parser of HTTP clients too.
    let uri: http::Uri = target.parse().unwrap();
    assert_eq!((uri.path(), uri.query()), (url.path(), url.query()));
    url
}

/// A path that was written elsewhere is taken as it is or refused.
fn check_path(input: &Input) {
    let Ok(mut query) = Query::of_path(&input.path) else { return };
    query.push(&input.name, &1_u8).unwrap();
    let url = read(&query.into_target());
    assert_eq!(url.path(), input.path);
    assert!(url.query_pairs().eq([(input.name.as_str().into(), "1".into())]), "{url}");
}

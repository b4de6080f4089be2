//! Recorded requests, read into the types of their endpoints and written again: whatever is lost on the way, a type forgot.

pub mod compare;
pub mod known;
pub mod record;

use bytes::Bytes;
use coze_types::{Encoded, Endpoint, EndpointVisitor, encode, find_endpoint};
use http::Request;
use serde::de::DeserializeOwned;

use compare::differences;
use record::Record;

/// Reads a recorded request into the type of its endpoint and writes it again; returns what differs.
pub fn replay(record: &Record) -> Vec<String> {
    let request = match record.request() {
        Ok(request) => request,
        Err(problem) => return vec![problem],
    };
    let mut again = Again { request: &request, refused: Vec::new() };
    let Some(written) = find_endpoint(request.method(), request.uri().path(), &mut again) else {
        if again.refused.is_empty() {
            return vec!["no endpoint has this method and path".to_owned()];
        }
        // That the other of the two forms of a chat is asked for explains nothing.
        let (forms, reasons): (Vec<_>, Vec<_>) =
            again.refused.into_iter().partition(|refusal| refusal.contains(": `stream` is "));
        return if reasons.is_empty() { forms } else { reasons };
    };
    match written {
        Ok(encoded) => differences(record, &encoded),
        Err(problem) => vec![problem],
    }
}

/// Looks for the type that reads the request.
struct Again<'a> {
    request: &'a Request<Bytes>,
    /// Why the types that were looked at do not read it.
    refused: Vec<String>,
}

impl EndpointVisitor for Again<'_> {
    type Output = Result<Encoded, String>;

    fn visit<E: Endpoint + DeserializeOwned>(&mut self, name: &'static str) -> Option<Self::Output> {
        match E::read(self.request) {
            Ok(request) => Some(encode(&request).map_err(|error| format!("{name} is not written: {error}"))),
            Err(error) => {
                self.refused.push(format!("{name}: {error}"));
                None
            }
        }
    }
}

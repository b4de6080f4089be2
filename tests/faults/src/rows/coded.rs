//! Answers that something on the way has compressed, doubled or swollen.

use coze::ErrorKind::{Decode, Server, Unsupported};

use crate::call::{get_again, post, stream};
use crate::row::Row;
use crate::server::then_well;
use crate::wire::{END, STREAM, chunk, events, http, json_with};

/// A stream whose head says this.
fn headed(headers: &str) -> Vec<u8> {
    let head = STREAM.replace("Transfer-Encoding", &format!("{headers}Transfer-Encoding"));
    [head.as_bytes(), &chunk(events()), END.as_bytes()].concat()
}

fn says_no_coding(requests: &[String]) -> bool {
    requests.iter().all(|request| request.to_lowercase().contains("accept-encoding: identity\r\n"))
}

pub fn rows() -> Vec<Row> {
    let br = "Content-Encoding: br\r\n";
    vec![
        Row::new("the request says that nothing is decoded", stream).asked(says_no_coding).sent(1),
        Row::new("a coded stream is named", stream)
            .serve([then_well(headed(br))])
            .fails(Decode, "\"br\"")
            .check(|errors| !errors[0].is_retryable())
            .sent(1),
        Row::new("a coded plain answer is named", get_again)
            .serve([then_well(json_with("200 OK", br, "xx"))])
            .fails(Decode, "\"br\"")
            .sent(1),
        Row::new("a coded refusal keeps its status", post)
            .serve([then_well(http("502 Bad Gateway", br, "xx"))])
            .fails(Server, "502")
            .check(|errors| errors[0].status().is_some_and(|status| status == 502))
            .sent(1),
        Row::new("no coding is none", stream)
            .serve([then_well(headed("Content-Encoding: identity\r\n"))])
            .sent(1),
        Row::new("a page over the limit that says that nothing is there", post)
            .serve([then_well(http("404 Not Found", "", "x".repeat(5000)))])
            .client(|client| client.max_body(1000))
            .fails(Unsupported, "1000 bytes")
            .sent(1),
        Row::new("a media type that was doubled", stream)
            .serve([then_well(
                String::from_utf8_lossy(&headed(""))
                    .replace("text/event-stream", "text/event-stream, text/event-stream"),
            )])
            .sent(1),
    ]
}

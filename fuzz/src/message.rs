//! Inputs that look like HTTP messages, so that people can read and write them.

use http::{HeaderMap, HeaderName, HeaderValue};

/// Splits an input at its first empty line into the lines before it and what comes behind.
pub(super) fn split(input: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let end = input.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = end.map_or((input, &b""[..]), |end| (&input[..end], &input[end + 2..]));
    (head.split(|byte| *byte == b'\n').collect(), body)
}

/// Reads lines of `name: value`; what cannot be a header is left out.
pub(super) fn headers<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> HeaderMap {
    let header = |line: &[u8]| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
    };
    lines.into_iter().filter_map(header).collect()
}

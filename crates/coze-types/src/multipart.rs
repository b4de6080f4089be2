//! The description of a `multipart/form-data` body, and how it is written (RFC 7578).

use std::fmt::Write as _;

use bytes::{Bytes, BytesMut};
use mime::Mime;

/// A form: parts in the order in which they are sent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Form {
    /// Parts.
    pub parts: Vec<Part>,
}

/// One part of a form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part {
    /// Field name.
    pub name: String,
    /// File name, for parts that are files.
    pub file_name: Option<String>,
    /// Media type; left out of the request when unset, which means plain text.
    pub mime: Option<Mime>,
    /// Content.
    pub content: Bytes,
}

impl Form {
    /// An empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Writes the body.
    ///
    /// `boundary` must not occur in any part and consists of letters, digits, `-` and `_`; see
    /// [`choose_boundary`](Self::choose_boundary).
    pub fn encode(&self, boundary: &str) -> Bytes {
        let content: usize = self.parts.iter().map(|part| part.content.len() + 256).sum();
        let mut body = BytesMut::with_capacity(content + 128);
        for part in &self.parts {
            body.extend_from_slice(part.head(boundary).as_bytes());
            body.extend_from_slice(&part.content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        body.freeze()
    }

    /// Value of the `Content-Type` header of a body written with `boundary`.
    pub fn content_type(boundary: &str) -> String {
        format!("multipart/form-data; boundary={boundary}")
    }

    /// Makes a boundary from random bits, 64 of them each call.
    pub fn choose_boundary(random: impl Fn() -> u64) -> String {
        format!("coze-{:016x}{:016x}", random(), random())
    }
}

impl Part {
    /// A plain text field.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), file_name: None, mime: None, content: value.into().into() }
    }

    /// A file.
    pub fn file(
        name: impl Into<String>,
        file_name: impl Into<String>,
        mime: Mime,
        content: impl Into<Bytes>,
    ) -> Self {
        Self {
            name: name.into(),
            file_name: Some(file_name.into()),
            mime: Some(mime),
            content: content.into(),
        }
    }

    fn head(&self, boundary: &str) -> String {
        let mut head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&self.name));
        // Writing to a String cannot fail.
        if let Some(file_name) = &self.file_name {
            let _ = write!(head, "; filename=\"{}\"", quoted(file_name));
        }
        head.push_str("\r\n");
        if let Some(mime) = &self.mime {
            let _ = write!(head, "Content-Type: {mime}\r\n");
        }
        head.push_str("\r\n");
        head
    }
}

/// Escapes what would end a quoted parameter or a header.
///
/// Quotes and line ends as browsers do (the HTML standard); backslashes too, with which some servers escape a
/// quote, and control characters, for which others refuse the whole body.
fn quoted(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len());
    for c in value.chars() {
        if c == '"' || c == '\\' || c.is_ascii_control() {
            // Writing to a String cannot fail.
            let _ = write!(quoted, "%{:02X}", u32::from(c));
        } else {
            quoted.push(c);
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_their_quotes() {
        let form = Form::new().part(Part::file(
            "file",
            "a\"; x=\"\r\nContent-Type: evil\r\n\r\n\0.png\\",
            mime::IMAGE_PNG,
            &b"png"[..],
        ));
        let body = form.encode("b");
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            "--b\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"a%22; x=%22%0D%0AContent-Type: evil%0D%0A%0D%0A%00.png%5C\"\r\n\
             Content-Type: image/png\r\n\r\npng\r\n--b--\r\n"
        );
    }

    #[test]
    fn text_parts_have_no_content_type() {
        let body = Form::new().part(Part::text("top_k", "10")).encode("b");
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            "--b\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n10\r\n--b--\r\n"
        );
    }
}

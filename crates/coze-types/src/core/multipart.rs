//! The description of a `multipart/form-data` body, and how it is written (RFC 7578).

use std::fmt::{self, Write as _};

use bytes::{Bytes, BytesMut};
use mime::Mime;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use crate::core::error::{EncodeError, ReadError};

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
    /// Media type; omitted if unset, which means plain text.
    pub mime: Option<Mime>,
    /// Content.
    pub content: Content,
}

/// Content of a part: bytes, or the place where bytes from elsewhere go.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes that the sender of the request provides, such as a file on disk.
    Elsewhere {
        /// How many there are, where that is known.
        len: Option<u64>,
    },
}

impl Content {
    /// Counts the bytes, where that is known.
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Elsewhere { len } => *len,
        }
    }

    /// Whether there is certainly nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }
}

impl<T: Into<Bytes>> From<T> for Content {
    fn from(bytes: T) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// A file that a form carries: its name, media type and content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilePart {
    /// Name with an extension, by which most services know the format.
    pub file_name: String,
    /// Media type; `application/octet-stream` by default.
    pub mime: Mime,
    /// Content.
    pub content: Content,
}

setters!(FilePart = { mime: Mime });

impl FilePart {
    /// A file of this name and content.
    pub fn new(file_name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { file_name: file_name.into(), mime: mime::APPLICATION_OCTET_STREAM, content: content.into() }
    }
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

    /// Writes the body of a form whose content is all in memory.
    ///
    /// `boundary` must not occur in any part and consists of letters, digits, `-` and `_`; see
    /// [`choose_boundary`](Self::choose_boundary). Fails where the content of a part is elsewhere: see
    /// [`runs`](Self::runs).
    pub fn encode(&self, boundary: &str) -> Result<Bytes, EncodeError> {
        let mut runs = self.runs(boundary).into_iter();
        match (runs.next(), runs.next()) {
            (Some(Content::Bytes(body)), None) => Ok(body),
            _ => Err(EncodeError::elsewhere()),
        }
    }

    /// Writes the body as runs of bytes, with each content from elsewhere at its place between them.
    ///
    /// A body is as long as its runs together.
    pub fn runs(&self, boundary: &str) -> Vec<Content> {
        let mut runs = Vec::new();
        let size = |content: &Content| if let Content::Bytes(bytes) = content { bytes.len() } else { 0 };
        let capacity: usize = self.parts.iter().map(|part| size(&part.content) + 256).sum();
        let mut run = BytesMut::with_capacity(capacity + 128);
        for part in &self.parts {
            run.extend_from_slice(part.head(boundary).as_bytes());
            match &part.content {
                Content::Bytes(bytes) => run.extend_from_slice(bytes),
                Content::Elsewhere { .. } => {
                    runs.push(Content::Bytes(run.split().freeze()));
                    runs.push(part.content.clone());
                }
            }
            run.extend_from_slice(b"\r\n");
        }
        run.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        runs.push(Content::Bytes(run.freeze()));
        runs
    }

    /// Value of the `Content-Type` header of a body written with `boundary`.
    pub fn content_type(boundary: &str) -> String {
        format!("multipart/form-data; boundary={boundary}")
    }

    /// Reads the body of a form: the reverse of [`encode`](Self::encode).
    pub fn decode(boundary: &str, body: &Bytes) -> Result<Self, ReadError> {
        let broken =
            |what: &str| ReadError::message(format!("the form {what}, with the boundary {boundary:?}"));
        let delimiter = format!("--{boundary}");
        let mut at = find(body, delimiter.as_bytes(), 0).ok_or_else(|| broken("has no part"))?;
        let delimiter = format!("\r\n--{boundary}");
        at += delimiter.len() - 2;
        let mut form = Self::new();
        while !body[at..].starts_with(b"--") {
            let start = at + find(&body[at..], b"\r\n", 0).ok_or_else(|| broken("is cut"))?;
            let end = find(body, delimiter.as_bytes(), start).ok_or_else(|| broken("is cut"))?;
            // Without headers, the empty line follows immediately.
            let head_end = find(&body[..end], b"\r\n\r\n", start)
                .ok_or_else(|| broken("has a part without an end of its head"))?;
            let head = std::str::from_utf8(&body[start..head_end])
                .map_err(|_| broken("has a head that is not UTF-8"))?;
            let content = body.slice(head_end + 4..end.max(head_end + 4));
            form.parts.push(Part::read(head, content).ok_or_else(|| broken("has a part without a name"))?);
            at = end + delimiter.len();
        }
        Ok(form)
    }

    /// Makes a boundary from random bits, 64 of them each call.
    pub fn choose_boundary(random: impl Fn() -> u64) -> String {
        format!("coze-{:016x}{:016x}", random(), random())
    }
}

impl Part {
    /// A plain text field.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), file_name: None, mime: None, content: Content::Bytes(value.into().into()) }
    }

    /// A file.
    pub fn file(name: impl Into<String>, file: FilePart) -> Self {
        Self {
            name: name.into(),
            file_name: Some(file.file_name),
            mime: Some(file.mime),
            content: file.content,
        }
    }

    fn read(head: &str, content: Bytes) -> Option<Self> {
        let header = |wanted: &str| {
            let mut headers = head.split("\r\n").filter_map(|line| line.split_once(':'));
            headers.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
        };
        let disposition = header("content-disposition")?;
        let file_name = parameter(disposition, "filename*").and_then(|name| {
            let encoded = name.split('\'').nth(2)?.to_owned();
            Some(percent_encoding::percent_decode_str(&encoded).decode_utf8().ok()?.into_owned())
        });
        Some(Self {
            name: parameter(disposition, "name")?,
            file_name: file_name.or_else(|| parameter(disposition, "filename")),
            mime: header("content-type").and_then(|mime| mime.parse().ok()),
            content: Content::Bytes(content),
        })
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

/// Reads a parameter of a header, and takes its escapes back: those of [`quoted`], and a backslash before a quote.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let (value, after) = if let Some(quoted) = value.trim_start().strip_prefix('"') {
            let mut escaped = false;
            let end = quoted.find(|c| {
                let is_end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                is_end
            })?;
            (unquoted(&quoted[..end]), &quoted[end + 1..])
        } else {
            let (value, after) = value.split_once(';').unwrap_or((value, ""));
            (value.trim().to_owned(), after)
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after.trim_start().trim_start_matches(';');
    }
}

fn unquoted(text: &str) -> String {
    let mut rest = text;
    let mut value = String::with_capacity(text.len());
    while let Some(c) = rest.chars().next() {
        // Only as written: `%0a` and `%+A` are names that contain these very characters.
        let is_written =
            |digits: &&str| digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'));
        let digits = rest.strip_prefix('%').and_then(|digits| digits.get(..2)).filter(is_written);
        let escape = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escape.map(char::from) {
            Some(escaped) if escaped == '"' || escaped == '\\' || escaped.is_ascii_control() => {
                value.push(escaped);
                rest = &rest[3..];
            }
            _ if rest.starts_with("\\\"") || rest.starts_with("\\\\") => {
                value.push_str(&rest[1..2]);
                rest = &rest[2..];
            }
            _ => {
                value.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    value
}

fn find(text: &[u8], needle: &[u8], start: usize) -> Option<usize> {
    text.get(start..)?.windows(needle.len()).position(|window| window == needle).map(|place| start + place)
}

impl<'de> Deserialize<'de> for FilePart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wire {
            file_name: String,
            mime: String,
            content: Buffer,
        }
        struct Buffer(Bytes);
        impl<'de> Deserialize<'de> for Buffer {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl Visitor<'_> for Reader {
                    type Value = Buffer;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("bytes")
                    }

                    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Buffer, E> {
                        Ok(Buffer(bytes.into()))
                    }
                }
                deserializer.deserialize_byte_buf(Reader)
            }
        }
        let wire = Wire::deserialize(deserializer)?;
        let mime = wire.mime.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { file_name: wire.file_name, mime, content: Content::Bytes(wire.content.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_their_quotes() {
        let name = "a\"; x=\"\r\nContent-Type: evil\r\n\r\n\0.png\\";
        let file = FilePart::new(name, &b"png"[..]).mime(mime::IMAGE_PNG);
        let body = Form::new().part(Part::file("file", file)).encode("b").unwrap();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            "--b\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"a%22; x=%22%0D%0AContent-Type: evil%0D%0A%0D%0A%00.png%5C\"\r\n\
             Content-Type: image/png\r\n\r\npng\r\n--b--\r\n"
        );
    }

    #[test]
    fn names_that_look_like_escapes_are_read_as_they_were_written() {
        for name in ["%0a", "%+A", "100%", "%5c%2"] {
            let form = Form::new().part(Part::text(name, "x"));
            let written = form.encode("b").unwrap();
            assert_eq!(Form::decode("b", &written).unwrap().encode("b").unwrap(), written, "{name}");
            assert_eq!(unquoted(&quoted(name)), name);
        }
        assert_eq!(unquoted("%22%0A"), "\"\n");
    }

    #[test]
    fn text_parts_have_no_content_type() {
        let body = Form::new().part(Part::text("top_k", "10")).encode("b").unwrap();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            "--b\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n10\r\n--b--\r\n"
        );
    }

    #[test]
    fn content_from_elsewhere_has_its_place_between_runs() {
        let form = |content| {
            let file = FilePart { content, ..FilePart::new("a.png", "") };
            Form::new().part(Part::file("file", file)).part(Part::text("x", "1"))
        };
        let whole = form("png".into()).encode("b").unwrap();
        let elsewhere = form(Content::Elsewhere { len: Some(3) });
        let runs = elsewhere.runs("b");
        let [Content::Bytes(before), Content::Elsewhere { len: Some(3) }, Content::Bytes(after)] = &runs[..]
        else {
            panic!("{runs:?}");
        };
        assert_eq!([before, &b"png"[..], after].concat(), whole);
        let error = elsewhere.encode("b").unwrap_err().to_string();
        assert!(error.contains("elsewhere"), "{error}");
    }
}

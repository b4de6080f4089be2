//! Multipart forms: their text parts by a table of fields, and their file while it is received.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use multer::{Field as Part, Multipart};
use percent_encoding::percent_decode_str;

use crate::file::measure::{LOOKED_AT, Measure, measure};
use crate::http::call::Body;
use crate::http::fields::{Fields, read};
use crate::http::schema::{names, query_object};
use crate::server::Shared;
use crate::state::refusal::Refusal;

/// Number of the first bytes of a file that are stored.
const KEPT: usize = 64 << 10;
/// Maximum size of a text part in bytes.
const MAX_TEXT: usize = 64 << 10;

/// Stored properties of a file.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) hash: u64,
    pub(crate) head: Bytes,
    pub(crate) measure: Option<Measure>,
}

/// A multipart form that is not read yet. It must be the last extractor of a handler.
pub(crate) struct Form {
    sim: Arc<Shared>,
    request: Request,
}

impl FromRequest<Arc<Shared>> for Form {
    type Rejection = Infallible;

    async fn from_request(request: Request, sim: &Arc<Shared>) -> Result<Self, Infallible> {
        Ok(Self { sim: Arc::clone(sim), request })
    }
}

impl Form {
    /// Reads a part `file` up to a maximum size, and the fields.
    pub(crate) async fn read<T: Fields>(self, limit: u64) -> Result<(T, Option<Content>), Refusal> {
        let rules = self.sim.rules();
        let header = self.content_type();
        let boundary = multer::parse_boundary(header).map_err(|_| {
            Refusal::invalid(
                "Content-Type",
                format!("expected multipart/form-data with a boundary, got {header:?}"),
            )
        })?;
        let mut form = Multipart::new(self.request.into_body().into_data_stream(), boundary);
        let (mut texts, mut file) = (Vec::new(), None);
        while let Some(part) = form.next_field().await.map_err(malformed)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                if file.is_some() {
                    return Err(Refusal::SeveralFiles);
                }
                file = Some(Content::read(part, limit).await?);
            } else if names(T::FIELDS).any(|known| known == name) {
                texts.push((name.clone(), text(part, &name).await?));
            } else {
                let known: Vec<&str> = ["file"].into_iter().chain(names(T::FIELDS)).collect();
                let problem = format!("unknown form part; known here: {}", known.join(", "));
                return Err(Refusal::invalid(name, problem));
            }
        }
        Ok((read(query_object(T::FIELDS, texts, rules)?, "", rules)?, file))
    }

    /// Reads the fields from a JSON body if the request has one, otherwise from a form.
    pub(crate) async fn read_or_json<T: Fields>(self, limit: u64) -> Result<(T, Option<Content>), Refusal> {
        if self.content_type().starts_with("application/json") {
            let Body(fields) = Body::from_request(self.request, &self.sim).await?;
            return Ok((fields, None));
        }
        self.read(limit).await
    }

    fn content_type(&self) -> &str {
        let header = self.request.headers().get(CONTENT_TYPE);
        header.and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

fn malformed(error: multer::Error) -> Refusal {
    Refusal::invalid("body", format!("not a multipart form: {error}"))
}

async fn text(mut part: Part<'_>, name: &str) -> Result<String, Refusal> {
    let mut text = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(malformed)? {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_TEXT {
            return Err(Refusal::invalid(name, format!("at most {MAX_TEXT} bytes")));
        }
    }
    String::from_utf8(text).map_err(|_| Refusal::invalid(name, "expected a text in UTF-8"))
}

/// Reads the name of a file; `filename*`, which has a character set, has precedence over `filename`.
fn file_name(part: &Part<'_>) -> Option<String> {
    let header = part.headers().get(CONTENT_DISPOSITION)?.as_bytes();
    let parameters = parameters(&String::from_utf8_lossy(header));
    let find = |wanted| parameters.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    find("filename*").and_then(|value| extended(&value)).or_else(|| find("filename"))
}

/// Splits the parameters of a header, whose quoted values may contain anything.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, value)) = rest.split_once('=') {
        let value = value.trim_start();
        let mut text = String::new();
        let end = if let Some(quoted) = value.strip_prefix('"') {
            let mut letters = quoted.char_indices();
            loop {
                match letters.next() {
                    Some((_, '\\')) => text.extend(letters.next().map(|(_, letter)| letter)),
                    Some((at, '"')) => break at + 2,
                    Some((_, letter)) => text.push(letter),
                    None => break value.len(),
                }
            }
        } else {
            let end = value.find(';').unwrap_or(value.len());
            text.push_str(value[..end].trim_end());
            end
        };
        found.push((name.trim().to_ascii_lowercase(), text));
        rest = value[end..].split_once(';').map_or("", |(_, rest)| rest);
    }
    found
}

/// Decodes `charset'language'text`, where the text is percent-encoded (RFC 8187).
fn extended(value: &str) -> Option<String> {
    let (charset, text) = value.split_once('\'')?;
    let bytes = percent_decode_str(text.split_once('\'')?.1);
    if charset.eq_ignore_ascii_case("iso-8859-1") {
        return Some(bytes.map(char::from).collect());
    }
    bytes.decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

impl Content {
    /// Reads a file while it is received; only its first bytes stay in memory.
    async fn read(mut part: Part<'_>, limit: u64) -> Result<Self, Refusal> {
        let name = file_name(&part)
            .ok_or_else(|| Refusal::invalid("file", "the form part has no filename, so it is not a file"))?;
        let (mut bytes, mut hash, mut head) = (0_u64, 0xcbf2_9ce4_8422_2325_u64, BytesMut::new());
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            bytes += chunk.len() as u64;
            if bytes > limit {
                return Err(Refusal::FileTooLarge(limit));
            }
            for byte in &chunk {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            head.extend_from_slice(&chunk[..chunk.len().min(LOOKED_AT - head.len())]);
        }
        let measure = measure(&head, bytes);
        // A copy: a slice would keep the whole buffer in memory.
        let head = Bytes::copy_from_slice(&head[..head.len().min(KEPT)]);
        Ok(Self { name, bytes, hash, head, measure })
    }
}

#[cfg(test)]
mod tests {
    use super::{extended, parameters};

    #[test]
    fn parameters_are_split_outside_of_quotes() {
        for (header, expected) in [
            (
                r#"form-data; name="file"; filename="a;b=\"c\\.txt""#,
                vec![("name", "file"), ("filename", r#"a;b="c\.txt"#)],
            ),
            ("form-data;name=file ; FileName=a.txt", vec![("name", "file"), ("filename", "a.txt")]),
            (r#"form-data; filename="open"#, vec![("filename", "open")]),
            ("form-data", vec![]),
        ] {
            let found = parameters(header);
            let found: Vec<_> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{header}");
        }
    }

    #[test]
    fn extended_values_are_decoded() {
        for (value, expected) in [
            ("UTF-8''%E4%B8%AD.pdf", Some("中.pdf")),
            ("utf-8'zh'a%20b.pdf", Some("a b.pdf")),
            ("ISO-8859-1''%E9.pdf", Some("é.pdf")),
            ("UTF-8''%FF", None),
            ("plain.pdf", None),
        ] {
            assert_eq!(extended(value).as_deref(), expected, "{value}");
        }
    }
}

//! Multipart forms: their text parts against a table of fields, and their file as it streams in.

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http_body_util::BodyDataStream;
use multer::{Field as Part, Multipart};
use serde::de::DeserializeOwned;

use crate::call::{Call, typed};
use crate::file::measure::{Measure, Meter};
use crate::refusal::Refusal;
use crate::schema::{Field, check, names, query_object};

/// So many bytes of a file are kept.
const KEPT: usize = 64 << 10;
/// A text part may have so many bytes.
const MAX_TEXT: usize = 64 << 10;

/// What is kept of a file.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) hash: u64,
    pub(crate) head: Bytes,
    pub(crate) measure: Option<Measure>,
}

impl Call {
    /// Reads a form with a part `file` of at most so many bytes, and text parts as the table says.
    pub(crate) async fn form<T: DeserializeOwned>(
        &mut self,
        fields: &[Field],
        limit: u64,
    ) -> Result<(T, Option<Content>), Refusal> {
        let rules = self.sim.dialect.rules();
        let header =
            self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(header).map_err(|_| {
            Refusal::invalid(
                "Content-Type",
                format!("expected multipart/form-data with a boundary, got {header:?}"),
            )
        })?;
        let mut form = Multipart::new(BodyDataStream::new(&mut self.body), boundary);
        let (mut texts, mut file) = (Vec::new(), None);
        while let Some(part) = form.next_field().await.map_err(malformed)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                if file.is_some() {
                    return Err(Refusal::SeveralFiles);
                }
                file = Some(Content::read(part, limit).await?);
            } else if names(fields).any(|known| known == name) {
                texts.push((name.clone(), text(part, &name).await?));
            } else {
                let known: Vec<&str> = ["file"].into_iter().chain(names(fields)).collect();
                let problem = format!("unknown form part; known here: {}", known.join(", "));
                return Err(Refusal::invalid(name, problem));
            }
        }
        let mut object = query_object(fields, texts, rules)?;
        check(fields, &mut object, "", rules)?;
        Ok((typed(object)?, file))
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

impl Content {
    /// Reads a file as it streams in; only its head stays in memory.
    async fn read(mut part: Part<'_>, limit: u64) -> Result<Self, Refusal> {
        let name = part
            .file_name()
            .map(str::to_owned)
            .ok_or_else(|| Refusal::invalid("file", "the form part has no filename, so it is no file"))?;
        let (mut bytes, mut hash, mut head) = (0_u64, 0xcbf2_9ce4_8422_2325_u64, BytesMut::new());
        let mut meter = Meter::default();
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            bytes += chunk.len() as u64;
            if bytes > limit {
                return Err(Refusal::FileTooLarge(limit));
            }
            for byte in &chunk {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            head.extend_from_slice(&chunk[..chunk.len().min(KEPT - head.len())]);
            meter.feed(&chunk);
        }
        Ok(Self { name, bytes, hash, head: head.freeze(), measure: meter.finish() })
    }
}

//! Uploaded files.

pub(crate) mod sniff;

use http::Method;
use http::header::CONTENT_TYPE;
use http_body_util::BodyDataStream;
use multer::{Field as Part, Multipart};
use serde::Deserialize;

use bytes::{Bytes, BytesMut};

use crate::answer::{Answer, Payload};
use crate::call::Call;
use crate::id::{Id, now};
use crate::refusal::Refusal;
use crate::route::{Route, StudioErrors, at_once};
use crate::schema::{Field, Kind};
use crate::store::StoredFile;

pub(crate) const ROUTES: &[Route] = &[
    Route::new(Method::POST, "/v1/files/upload", |call| Box::pin(upload(call))).studio(StudioErrors::Plain),
    Route::new(Method::GET, "/v1/files/retrieve", |call| at_once(retrieve(&call))),
];

/// So many bytes of the content are kept.
const KEPT: usize = 64 << 10;

const RETRIEVE: &[Field] = &[Field::required("file_id", Kind::Id)];

#[derive(Debug, Deserialize)]
struct RetrieveFile {
    file_id: String,
}

async fn upload(mut call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let header =
        call.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(header).map_err(|_| {
        Refusal::invalid(
            "Content-Type",
            format!("expected multipart/form-data with a boundary, got {header:?}"),
        )
    })?;
    let mut form = Multipart::new(BodyDataStream::new(&mut call.body), boundary);
    let limit = call.sim.upload_limit;
    let mut read: Option<Content> = None;
    while let Some(part) = form.next_field().await.map_err(malformed)? {
        if part.name() != Some("file") {
            let name = part.name().unwrap_or_default().to_owned();
            return Err(Refusal::invalid(name, "unknown form part; known here: file"));
        }
        if read.is_some() {
            return Err(Refusal::SeveralFiles);
        }
        read = Some(Content::read(part, limit).await?);
    }
    let content = read.ok_or(Refusal::NoFile)?;
    if content.bytes == 0 {
        return Err(Refusal::EmptyFile);
    }
    if call.sim.dialect.rules().strict
        && let Some(extension) = sniff::extension(&content.name)
        && !sniff::is_accepted(&extension)
    {
        return Err(Refusal::FileFormat(extension));
    }
    let Content { name, bytes, hash, head } = content;
    let id = call.sim.store.mint.id();
    let file = StoredFile { id, name, bytes, hash, head, created_at: now(), owner: call.user };
    let answer = call.sim.dialect.file(&file);
    call.sim.store.lock().files.insert(id, file);
    Ok(Payload::Data(answer).into())
}

fn malformed(error: multer::Error) -> Refusal {
    Refusal::invalid("body", format!("not a multipart form: {error}"))
}

/// What is kept of a file.
struct Content {
    name: String,
    bytes: u64,
    hash: u64,
    head: Bytes,
}

impl Content {
    /// Reads a file as it streams in; only its head stays in memory.
    async fn read(mut part: Part<'_>, limit: u64) -> Result<Self, Refusal> {
        let name = part
            .file_name()
            .map(str::to_owned)
            .ok_or_else(|| Refusal::invalid("file", "the form part has no filename, so it is no file"))?;
        let (mut bytes, mut hash, mut head) = (0_u64, 0xcbf2_9ce4_8422_2325_u64, BytesMut::new());
        while let Some(chunk) = part.chunk().await.map_err(malformed)? {
            bytes += chunk.len() as u64;
            if bytes > limit {
                return Err(Refusal::FileTooLarge(limit));
            }
            for byte in &chunk {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
            head.extend_from_slice(&chunk[..chunk.len().min(KEPT - head.len())]);
        }
        Ok(Self { name, bytes, hash, head: head.freeze() })
    }
}

fn retrieve(call: &Call) -> Result<Answer, Refusal> {
    let query: RetrieveFile = call.query(RETRIEVE)?;
    let state = call.sim.store.lock();
    match Id::parse(&query.file_id).and_then(|id| state.files.get(&id)).filter(|file| file.owner == call.user)
    {
        Some(file) => Ok(Payload::Data(call.sim.dialect.file(file)).into()),
        None => Err(Refusal::invalid("file_id", format!("no file was uploaded as {}", query.file_id))),
    }
}

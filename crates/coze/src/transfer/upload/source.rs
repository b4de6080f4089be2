//! Sources of uploads.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::future::poll_fn;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use coze_types::file::UploadFile;
use coze_types::{Content, FilePart, Mime};
use futures_core::Stream;
use tokio::io::AsyncRead;
use tokio::task::spawn_blocking;

use super::kind::guess;
use super::read::{FromDisk, FromPipe, FromReader, Pieces};
use crate::error::Error;

/// A file to upload: on disk, in memory, or from a reader.
///
/// Name and media type are taken from the path, if there is one, and can be set.
///
/// ```no_run
/// use coze::FileSource;
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// client.files().upload("report.pdf").await?;
/// client.files().upload(FileSource::bytes("cat.png", &b"\x89PNG"[..])).await?;
/// client.files().upload(FileSource::path("/dev/stdin").file_name("clip.wav")).await?;
/// # Ok(()) }
/// ```
pub struct FileSource {
    origin: Origin,
    file_name: Option<String>,
    mime: Option<Mime>,
    len: Option<u64>,
}

enum Origin {
    Path(PathBuf),
    Content(Content),
    /// Nobody looks at it; the lock only makes the source `Sync`.
    Pieces(Mutex<Pieces>),
}

impl Origin {
    fn pieces(stream: impl Stream<Item = std::io::Result<Bytes>> + Send + 'static) -> Self {
        Self::Pieces(Mutex::new(Box::pin(stream)))
    }
}

impl FileSource {
    fn new(origin: Origin, file_name: Option<String>) -> Self {
        Self { origin, file_name, mime: None, len: None }
    }

    /// Creates a source from a file on disk, read while it is sent.
    ///
    /// A directory, a missing file and an empty one are errors; so is a file whose length changes while it is read. A pipe
    /// can be read only once, so its upload is never retried.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Origin::Path(path.into()), None)
    }

    /// Creates a source from bytes in memory.
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::new(Origin::Content(Content::Bytes(bytes.into())), Some(file_name.into()))
    }

    /// Creates a source from a reader, read to its end.
    ///
    /// It can be read only once, so the upload is never retried; without [`len`](Self::len) it is sent in chunks.
    pub fn reader(file_name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::new(Origin::pieces(FromReader::new(reader)), Some(file_name.into()))
    }

    /// Creates a source from a stream of bytes, like a [reader](Self::reader).
    pub fn stream<S, E>(file_name: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        struct Stated<S>(Pin<Box<S>>);

        impl<S, E> Stream for Stated<S>
        where
            S: Stream<Item = Result<Bytes, E>>,
            E: Into<Box<dyn std::error::Error + Send + Sync>>,
        {
            type Item = std::io::Result<Bytes>;

            fn poll_next(
                mut self: Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                let next = self.0.as_mut().poll_next(cx);
                next.map(|next| next.map(|piece| piece.map_err(std::io::Error::other)))
            }
        }

        Self::new(Origin::pieces(Stated(Box::pin(stream))), Some(file_name.into()))
    }

    /// Sets the name of the file; most services detect the format from its extension.
    #[must_use]
    pub fn file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// Sets the media type. By default it is guessed from the extension of the name, and is `application/octet-stream` if that is not
    /// a common one.
    #[must_use]
    pub fn mime(mut self, mime: Mime) -> Self {
        self.mime = Some(mime);
        self
    }

    /// Sets the length of a reader or a stream in bytes, so that it is not sent in chunks.
    ///
    /// The upload fails if the number of bytes differs.
    #[must_use]
    pub fn len(mut self, bytes: u64) -> Self {
        self.len = Some(bytes);
        self
    }

    /// Opens the file, and says all that the form around it wants to know.
    pub(crate) async fn open(self) -> Result<(FilePart, Opened), Error> {
        let (path_name, opened) = match self.origin {
            Origin::Path(path) => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                (name, Opened::path(path, self.len).await?)
            }
            Origin::Content(Content::Bytes(bytes)) => (None, Opened::Bytes(bytes)),
            Origin::Content(_) => {
                return Err(Error::file(
                    "the file has no content here; give a path, bytes or a reader",
                    None,
                ));
            }
            Origin::Pieces(pieces) => {
                let pieces = pieces.into_inner().unwrap_or_else(PoisonError::into_inner);
                (None, Opened::Once { pieces: Some(pieces), len: self.len })
            }
        };
        let file_name = self.file_name.or(path_name).unwrap_or_default();
        let mime = self.mime.unwrap_or_else(|| guess(&file_name));
        let content = Content::Elsewhere { len: opened.len() };
        Ok((FilePart::new(file_name, content).mime(mime), opened))
    }

    /// Reads the whole content into memory, and says the name of the file.
    pub(crate) async fn read(self) -> Result<(String, Bytes), Error> {
        let (file, mut opened) = self.open().await?;
        let name = file.file_name;
        if let Opened::Bytes(content) = opened {
            return Ok((name, content));
        }
        let mut pieces = opened.pieces().await?;
        let mut content = BytesMut::new();
        while let Some(piece) = poll_fn(|cx| pieces.as_mut().poll_next(cx)).await {
            let piece =
                piece.map_err(|error| Error::file(format!("cannot read the file {name}"), Some(error)))?;
            content.extend_from_slice(&piece);
        }
        match opened.len() {
            Some(len) if len != content.len() as u64 => {
                let message = format!(
                    "the file {name} gave {} of {len} bytes; it changed while it was read",
                    content.len()
                );
                Err(Error::file(message, None))
            }
            _ => Ok((name, content.freeze())),
        }
    }

    /// Name and media type, which are known before the file is opened.
    pub(crate) fn name_and_kind(&self) -> (String, Mime) {
        let of_path = || match &self.origin {
            Origin::Path(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            _ => None,
        };
        let name = self.file_name.clone().or_else(of_path).unwrap_or_default();
        let kind = self.mime.clone().unwrap_or_else(|| guess(&name));
        (name, kind)
    }
}

/// An opened source, from which the content is read once per attempt.
pub(crate) enum Opened {
    Path { path: PathBuf, file: Option<File>, len: Option<u64> },
    Bytes(Bytes),
    Once { pieces: Option<Pieces>, len: Option<u64> },
}

impl Opened {
    async fn path(path: PathBuf, len: Option<u64>) -> Result<Self, Error> {
        match open(path.clone()).await? {
            Found::File(file, known) => Ok(Self::Path { path, file: Some(file), len: known.or(len) }),
            Found::Pipe(pipe) => match pipe.opened().await {
                Ok(pipe) => Ok(Self::Once { pieces: Some(Box::pin(pipe)), len }),
                Err(error) => Err(Error::unreadable(&path, error)),
            },
        }
    }

    /// Length in bytes, where it is known.
    pub(super) fn len(&self) -> Option<u64> {
        match self {
            Self::Path { len, .. } | Self::Once { len, .. } => *len,
            Self::Bytes(bytes) => Some(bytes.len() as u64),
        }
    }

    /// Whether the content can be read more than once.
    pub(super) fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once { .. })
    }

    /// The content, from its beginning.
    pub(super) async fn pieces(&mut self) -> Result<Pieces, Error> {
        match self {
            Self::Path { path, file, len } => {
                let file = if let Some(file) = file.take() {
                    file
                } else {
                    let Found::File(file, now) = open(path.clone()).await? else {
                        let message = format!("the file {} has become a pipe or a device", path.display());
                        return Err(Error::file(message, None));
                    };
                    *len = now.or(*len);
                    file
                };
                Ok(Box::pin(FromDisk::new(file)))
            }
            Self::Bytes(bytes) => Ok(Box::pin(super::read::FromBytes(bytes.clone()))),
            Self::Once { pieces, .. } => {
                pieces.take().ok_or_else(|| Error::file("the content can be read only once", None))
            }
        }
    }
}

/// What a path leads to.
enum Found {
    /// A file, and its length where that is known.
    File(File, Option<u64>),
    /// What can be read only once.
    Pipe(FromPipe),
}

async fn open(path: PathBuf) -> Result<Found, Error> {
    let opened = spawn_blocking(move || match look(&path) {
        Ok(opened) => Ok(opened),
        Err(error) => Err(Error::unreadable(&path, error)),
    });
    opened.await.unwrap_or_else(|_| Err(Error::file("the Tokio runtime is shutting down", None)))
}

fn look(path: &Path) -> std::io::Result<Found> {
    // Some systems open a directory and fail only when it is read, others do not report the reason.
    let directory = || std::io::Error::other("it is a directory; give a file");
    let mut options = OpenOptions::new();
    options.read(true);
    // Opening and reading a pipe would wait for a writer, and the runtime could not end before that. Files are
    // read as usual.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let open = || options.open(path).map_err(|error| if path.is_dir() { directory() } else { error });
    let file = open()?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(directory());
    }
    if !meta.is_file() {
        return Ok(Found::Pipe(FromPipe::new(file, &meta)));
    }
    // Files that the system generates when they are read, such as those of `/proc`, have the size 0.
    if meta.len() == 0 && (&file).read(&mut [0])? > 0 {
        return Ok(Found::File(open()?, None));
    }
    Ok(Found::File(file, Some(meta.len())))
}

impl From<&str> for FileSource {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for FileSource {
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for FileSource {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for FileSource {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for FileSource {
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<FilePart> for FileSource {
    fn from(file: FilePart) -> Self {
        Self {
            origin: Origin::Content(file.content),
            file_name: Some(file.file_name),
            mime: Some(file.mime),
            len: None,
        }
    }
}

impl From<UploadFile> for FileSource {
    fn from(request: UploadFile) -> Self {
        request.file.into()
    }
}

impl fmt::Debug for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("FileSource");
        match &self.origin {
            Origin::Path(path) => debug.field("path", path),
            Origin::Content(content) => debug.field("len", &content.len()),
            Origin::Pieces(_) => debug.field("len", &self.len),
        };
        debug.field("file_name", &self.file_name).field("mime", &self.mime).finish_non_exhaustive()
    }
}

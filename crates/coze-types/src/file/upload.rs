//! Uploading a file.

use bytes::Bytes;
use mime::Mime;

use super::File;
use crate::check::Violation;
use crate::endpoint;
use crate::multipart::{Form, Part};
use crate::reply::Data;

/// Extensions of the documented formats, and those that mean the same.
const EXTENSIONS: &[&str] = &[
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "numbers", "csv", // documents
    "cpp", "py", "java", "c", // texts
    "jpg", "jpeg", "jpg2", "png", "gif", "webp", "heic", "heif", "bmp", "pcd", "tiff", "tif", // images
    "wav", "mp3", "flac", "m4a", "aac", "ogg", "wma", "midi", "mid", // audio
    "mp4", "avi", "mov", "3gp", "3gpp", "flv", "webm", "wmv", "rmvb", "m4v", "mkv", // video
    "rar", "zip", "7z", "gz", "gzip", "bz2", // archives
];

/// Uploads a file, to be used by its id in messages, workflows and settings.
///
/// At most 10 uploads per second with the personal edition, 20 with the enterprise edition. Needs the permission
/// `uploadFile`.
///
/// See <https://docs.coze.cn/developer_guides/upload_files>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadFile {
    /// Name with an extension, by which the format is known. Documented are documents (doc, docx, xls, xlsx, ppt,
    /// pptx, pdf, numbers, csv), texts (cpp, py, java, c), images (jpg, jpg2, png, gif, webp, heic, heif, bmp, pcd,
    /// tiff), audio (wav, mp3, flac, m4a, aac, ogg, wma, midi), video (mp4, avi, mov, 3gp, 3gpp, flv, webm, wmv,
    /// rmvb, m4v, mkv) and archives (rar, zip, 7z, gz, gzip, bz2).
    pub file_name: String,
    /// Media type; `application/octet-stream` by default, since the service goes by the name.
    pub mime: Mime,
    /// Content, at most 512 MB; what an agent can read depends on its model. Coze Studio takes 200 MiB by default.
    pub content: Bytes,
}

endpoint!(UploadFile: POST "/v1/files/upload", multipart, check => Data<File>);

impl UploadFile {
    /// Uploads `content` as a file called `file_name`.
    pub fn new(file_name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self { file_name: file_name.into(), mime: mime::APPLICATION_OCTET_STREAM, content: content.into() }
    }

    /// Sets [`mime`](Self#structfield.mime).
    #[must_use]
    pub fn mime(mut self, mime: Mime) -> Self {
        self.mime = mime;
        self
    }

    fn form(&self) -> Form {
        Form::new().part(Part::file("file", &self.file_name, self.mime.clone(), self.content.clone()))
    }

    /// Lists what the documentation forbids.
    pub fn check(&self) -> Vec<Violation> {
        const LIMIT: usize = 512 << 20;
        let mut violations = Vec::new();
        if self.content.is_empty() {
            violations.push(Violation::fatal("content", "is empty; upload a file that is not (error 4300)"));
        }
        if self.content.len() > LIMIT {
            let size = self.content.len();
            violations.push(Violation::limit(
                "content",
                format!("has {size} bytes; at most 512 MB ({LIMIT} bytes) are allowed (error 4302)"),
            ));
        }
        if self.file_name.is_empty() {
            violations.push(Violation::fatal("file_name", "is empty; give the file a name"));
            return violations;
        }
        match self.file_name.rsplit_once('.') {
            Some((_, extension)) if EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) => {}
            Some((_, extension)) => violations.push(Violation::limit(
                "file_name",
                format!(
                    "has the extension {extension:?}, which is not among the documented formats (error 4303)"
                ),
            )),
            None => violations.push(Violation::limit(
                "file_name",
                "has no extension, by which the format is known (error 4303)",
            )),
        }
        violations
    }
}

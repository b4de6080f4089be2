//! Uploading a file.

use mime::Mime;
use serde::Deserialize;

use super::File;
use crate::core::endpoint::HasFile;
use crate::core::multipart::{Content, FilePart, Form, Part};
use crate::core::reply::Data;
use crate::core::validate::ValidationError;

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
/// The format is known by the extension of the name. Documented are documents (doc, docx, xls, xlsx, ppt, pptx, pdf,
/// numbers, csv), texts (cpp, py, java, c), images (jpg, jpg2, png, gif, webp, heic, heif, bmp, pcd, tiff), audio (wav,
/// mp3, flac, m4a, aac, ogg, wma, midi), video (mp4, avi, mov, 3gp, 3gpp, flv, webm, wmv, rmvb, m4v, mkv) and archives
/// (rar, zip, 7z, gz, gzip, bz2); what an agent can read depends on its model. Servers take others too, and say so with
/// the code 4303 where they do not. A file has at most 512 MB; Coze Studio takes 200 MiB by default.
///
/// At most 10 uploads per second with the personal edition, 20 with the enterprise edition. Needs the permission
/// `uploadFile`.
///
/// See <https://docs.coze.cn/developer_guides/upload_files>.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct UploadFile {
    /// File.
    pub file: FilePart,
}

endpoint!(UploadFile: POST "/v1/files/upload", multipart, validate => Data<File>);

impl HasFile for UploadFile {
    const MAX_BYTES: u64 = 512 << 20;

    fn file(&self) -> &FilePart {
        &self.file
    }

    fn file_mut(&mut self) -> &mut FilePart {
        &mut self.file
    }
}

impl From<FilePart> for UploadFile {
    fn from(file: FilePart) -> Self {
        Self { file }
    }
}

impl UploadFile {
    /// Uploads `content` as a file called `file_name`.
    pub fn new(file_name: impl Into<String>, content: impl Into<Content>) -> Self {
        Self { file: FilePart::new(file_name, content) }
    }

    /// Sets the media type of the file.
    #[must_use]
    pub fn mime(mut self, mime: Mime) -> Self {
        self.file.mime = mime;
        self
    }

    fn form(&self) -> Form {
        Form::new().part(Part::file("file", self.file.clone()))
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let FilePart { file_name: name, content, .. } = &self.file;
        let mut errors = Vec::new();
        if content.is_empty() {
            errors.push(ValidationError::fatal(
                "file",
                format!("{name:?} is empty; upload a file that is not (error 4300)"),
            ));
        }
        if let Some(size) = content.len()
            && size > Self::MAX_BYTES
        {
            errors.push(ValidationError::enforced(
                "file",
                format!(
                    "{name:?} has {size} bytes; at most 512 MB ({}) are allowed (error 4302)",
                    Self::MAX_BYTES
                ),
            ));
        }
        if name.is_empty() {
            errors.push(ValidationError::fatal("file", "has no name; give it one"));
            return errors;
        }
        match name.rsplit_once('.') {
            Some((_, extension)) if EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension)) => {}
            Some((_, extension)) => errors.push(ValidationError::limit(
                "file",
                format!(
                    "{name:?} has the extension {extension:?}, which is not among the documented formats (error 4303): {}",
                    EXTENSIONS.join(", ")
                ),
            )),
            None => errors.push(ValidationError::limit(
                "file",
                format!(
                    "{name:?} has no extension, by which the format is known (error 4303): {}",
                    EXTENSIONS.join(", ")
                ),
            )),
        }
        errors
    }
}

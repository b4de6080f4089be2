//! The media type of a file, guessed by the extension of its name.

use std::ffi::OsStr;
use std::path::Path;

use coze_types::Mime;
use mime::APPLICATION_OCTET_STREAM;

/// Guesses the media type of a file by its name; what is not known is `application/octet-stream`.
///
/// The table holds what the service documents for uploads, and what else is common. A general one, as crates have it, made
/// small programs 6 % larger, most of it addresses that are relocated at every start.
pub(super) fn guess(file_name: &str) -> Mime {
    let extension = Path::new(file_name).extension().and_then(OsStr::to_str);
    let known = extension.and_then(|extension| known(&extension.to_ascii_lowercase()));
    known.and_then(|known| known.parse().ok()).unwrap_or(APPLICATION_OCTET_STREAM)
}

fn known(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "csv" => "text/csv",
        "doc" | "dot" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "epub" => "application/epub+zip",
        "eml" => "message/rfc822",
        "key" => "application/vnd.apple.keynote",
        "numbers" => "application/vnd.apple.numbers",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odt" => "application/vnd.oasis.opendocument.text",
        "pages" => "application/vnd.apple.pages",
        "pdf" => "application/pdf",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "rtf" => "application/rtf",
        "tsv" => "text/tab-separated-values",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",

        "c" | "conf" | "cpp" | "h" | "hpp" | "ini" | "java" | "log" | "py" | "text" | "txt" => "text/plain",
        "css" => "text/css",
        "htm" | "html" => "text/html",
        "js" | "mjs" => "text/javascript",
        "json" => "application/json",
        "markdown" | "md" => "text/markdown",
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        "xml" => "text/xml",
        "yaml" | "yml" => "text/x-yaml",

        "apng" => "image/apng",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "gif" => "image/gif",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "ico" => "image/x-icon",
        "jfif" | "jpe" | "jpeg" | "jpg" => "image/jpeg",
        "jxl" => "image/jxl",
        "jp2" | "jpg2" => "image/jp2",
        "pcd" => "image/x-photo-cd",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "tga" => "image/x-targa",
        "tif" | "tiff" => "image/tiff",
        "webp" => "image/webp",

        "ac3" => "audio/ac3",
        "aac" | "adts" => "audio/aac",
        "aif" | "aifc" | "aiff" => "audio/aiff",
        "amr" => "audio/amr",
        "caf" => "audio/x-caf",
        "flac" => "audio/flac",
        "m4a" => "audio/m4a",
        "mid" | "midi" => "audio/mid",
        "mka" => "audio/x-matroska",
        "m4b" => "audio/m4b",
        "mp2" | "mp3" | "mpga" => "audio/mpeg",
        "oga" | "ogg" | "opus" | "spx" => "audio/ogg",
        "wav" | "wave" => "audio/wav",
        "weba" => "audio/webm",
        "wma" => "audio/x-ms-wma",

        "3g2" => "video/3gpp2",
        "3gp" | "3gpp" => "video/3gpp",
        "avi" => "video/x-msvideo",
        "flv" => "video/x-flv",
        "m4v" => "video/x-m4v",
        "mkv" => "video/x-matroska",
        "mov" => "video/quicktime",
        "mp4" => "video/mp4",
        "mpeg" | "mpg" => "video/mpeg",
        "ogv" => "video/ogg",
        "rmvb" => "application/vnd.rn-realmedia-vbr",
        "webm" => "video/webm",
        "wmv" => "video/x-ms-wmv",

        "7z" => "application/x-7z-compressed",
        "bz2" => "application/x-bzip2",
        "gz" | "gzip" => "application/gzip",
        "rar" => "application/x-rar-compressed",
        "tar" => "application/x-tar",
        "tgz" => "application/x-compressed",
        "zip" => "application/zip",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{guess, known};

    #[test]
    fn the_extension_decides_in_any_case() {
        for (name, expected) in [
            ("简历.pdf", "application/pdf"),
            ("jay.MP3", "audio/mpeg"),
            ("a.b.Jpg", "image/jpeg"),
            ("表.Numbers", "application/vnd.apple.numbers"),
            ("backup.tar.gz", "application/gzip"),
        ] {
            assert_eq!(guess(name).as_ref(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_known_is_any_bytes() {
        for name in ["", ".", "..", "pdf", ".pdf", "a.", "a.pdf.", "a.pdf ", "a.名", "a.exe", "a.pdf/b"] {
            assert_eq!(guess(name).as_ref(), "application/octet-stream", "{name:?}");
        }
    }

    /// `attach` makes images and sounds of them by this.
    #[test]
    fn documented_formats_have_their_kind() {
        let groups = [
            ("image/", "jpg jpg2 png gif webp heic heif bmp pcd tiff"),
            ("audio/", "wav mp3 flac m4a aac ogg wma midi opus spx amr"),
            ("video/", "mp4 avi mov 3gp 3gpp flv webm wmv m4v mkv"),
            ("text/", "csv cpp py java c txt md html"),
            ("application/", "doc docx xls xlsx ppt pptx pdf numbers rmvb rar zip 7z gz gzip bz2 json"),
        ];
        for (kind, extensions) in groups {
            for extension in extensions.split(' ') {
                assert!(known(extension).is_some_and(|known| known.starts_with(kind)), "{extension}");
                assert_eq!(known(extension), Some(guess(&format!("a.{extension}")).as_ref()));
            }
        }
    }
}

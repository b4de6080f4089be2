//! The media type of a file, guessed by the extension of its name.

use std::ffi::OsStr;
use std::path::Path;

use coze_types::Mime;
use mime::APPLICATION_OCTET_STREAM;

/// Guesses the media type of a file by its name; what is not known is `application/octet-stream`.
///
/// The table holds what the service documents for uploads, and what else is common. A general one, as crates have it, made
/// small programs 6 % larger, most of it addresses that are relocated at every start; a text has none.
pub(super) fn guess(file_name: &str) -> Mime {
    let extension = Path::new(file_name).extension().and_then(OsStr::to_str);
    let known = extension.and_then(|extension| known(&extension.to_ascii_lowercase()));
    known.and_then(|known| known.parse().ok()).unwrap_or(APPLICATION_OCTET_STREAM)
}

/// Media types, each with its extensions.
const KNOWN: &str = "\
text/csv csv
application/msword doc dot
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/epub+zip epub
message/rfc822 eml
application/vnd.apple.keynote key
application/vnd.apple.numbers numbers
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.text odt
application/vnd.apple.pages pages
application/pdf pdf
application/vnd.ms-powerpoint ppt
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/rtf rtf
text/tab-separated-values tsv
application/vnd.ms-excel xls
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx

text/plain c conf cpp h hpp ini java log py text txt
text/css css
text/html htm html
text/javascript js mjs
application/json json
text/markdown markdown md
application/x-subrip srt
text/vtt vtt
text/xml xml
text/x-yaml yaml yml

image/apng apng
image/avif avif
image/bmp bmp
image/gif gif
image/heic heic
image/heif heif
image/x-icon ico
image/jpeg jfif jpe jpeg jpg
image/jxl jxl
image/jp2 jp2 jpg2
image/x-photo-cd pcd
image/png png
image/svg+xml svg
image/x-targa tga
image/tiff tif tiff
image/webp webp

audio/ac3 ac3
audio/aac aac adts
audio/aiff aif aifc aiff
audio/amr amr
audio/x-caf caf
audio/flac flac
audio/m4a m4a
audio/mid mid midi
audio/x-matroska mka
audio/m4b m4b
audio/mpeg mp2 mp3 mpga
audio/ogg oga ogg opus spx
audio/wav wav wave
audio/webm weba
audio/x-ms-wma wma

video/3gpp2 3g2
video/3gpp 3gp 3gpp
video/x-msvideo avi
video/x-flv flv
video/x-m4v m4v
video/x-matroska mkv
video/quicktime mov
video/mp4 mp4
video/mpeg mpeg mpg
video/ogg ogv
application/vnd.rn-realmedia-vbr rmvb
video/webm webm
video/x-ms-wmv wmv

application/x-7z-compressed 7z
application/x-bzip2 bz2
application/gzip gz gzip
application/x-rar-compressed rar
application/x-tar tar
application/x-compressed tgz
application/zip zip
";

fn known(extension: &str) -> Option<&'static str> {
    KNOWN.lines().find_map(|line| {
        let (kind, extensions) = line.split_once(' ')?;
        extensions.split(' ').any(|known| known == extension).then_some(kind)
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

//! Kinds of files, by their first bytes or their name.

/// The kind of a file, with its label in English and in Chinese.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FileKind {
    label: String,
    group: Group,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Document,
    Code,
    Image,
    Audio,
    Video,
    Archive,
    Text,
    Unknown,
}

/// Formats that can be uploaded, by extension.
const FORMATS: &[(Group, &[&str])] = &[
    (Group::Document, &["doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "numbers", "csv"]),
    (Group::Code, &["cpp", "py", "java", "c"]),
    (
        Group::Image,
        &["jpg", "jpeg", "jpg2", "png", "gif", "webp", "heic", "heif", "bmp", "pcd", "tiff", "tif"],
    ),
    (Group::Audio, &["wav", "mp3", "flac", "m4a", "aac", "ogg", "wma", "midi", "mid"]),
    (Group::Video, &["mp4", "avi", "mov", "3gp", "3gpp", "flv", "webm", "wmv", "rmvb", "m4v", "mkv"]),
    (Group::Archive, &["rar", "zip", "7z", "gz", "gzip", "bz2"]),
];

/// First bytes of formats: offset, bytes, extension.
const SIGNATURES: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF8", "gif"),
    (8, b"WEBP", "webp"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"BM", "bmp"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
    (0, b"%PDF-", "pdf"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!", "rar"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xfa", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf2", "mp3"),
    (0, b"\xff\xe3", "mp3"),
    (0, b"\xff\xe2", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"#!AMR", "amr"),
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"MThd", "midi"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypM4A", "m4a"),
    (4, b"ftyp3gp", "3gp"),
    (4, b"ftypqt", "mov"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1aE\xdf\xa3", "mkv"),
    (0, b"FLV\x01", "flv"),
];

/// Returns the extension of a name in lower case, without the dot.
pub(crate) fn extension(name: &str) -> Option<String> {
    let (stem, extension) = name.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_ascii_lowercase())
}

/// Returns whether files with the extension can be uploaded.
pub(crate) fn is_accepted(extension: &str) -> bool {
    FORMATS.iter().any(|(_, extensions)| extensions.contains(&extension))
}

/// Lists all formats that can be uploaded.
pub(crate) fn accepted() -> String {
    FORMATS.iter().flat_map(|(_, extensions)| *extensions).copied().collect::<Vec<_>>().join(", ")
}

/// Determines the kind of a file by its content, and by its name if that is ambiguous.
pub(crate) fn kind(name: &str, head: &[u8]) -> FileKind {
    let named = extension(name);
    let extension = match (signed(head), named.as_deref()) {
        // Office documents are zip archives, and audio and video share containers: the name is more precise.
        (Some("zip"), Some(named @ ("docx" | "xlsx" | "pptx" | "numbers"))) => Some(named),
        (Some("mkv"), Some("webm")) => Some("webm"),
        (Some("mp4"), Some(named @ ("m4v" | "m4a" | "mov" | "3gp" | "3gpp" | "heif" | "heic"))) => {
            Some(named)
        }
        (Some(signed), _) => Some(signed),
        (None, named) => named,
    };
    let group = extension
        .and_then(|extension| FORMATS.iter().find(|(_, extensions)| extensions.contains(&extension)))
        .map(|(group, _)| *group);
    match (group, extension) {
        (Some(group), Some(extension)) => FileKind { label: extension.to_ascii_uppercase(), group },
        _ if !head.is_empty() && is_text(head) => FileKind { label: String::new(), group: Group::Text },
        (_, Some(extension)) => FileKind { label: extension.to_ascii_uppercase(), group: Group::Unknown },
        (_, None) => FileKind { label: String::new(), group: Group::Unknown },
    }
}

/// Determines the format of an audio file; `None` if it is not audio.
pub(crate) fn sound(name: &str, head: &[u8]) -> Option<&'static str> {
    let named = extension(name);
    match (signed(head), named.as_deref()) {
        (Some("ogg"), Some("opus")) => Some("opus"),
        (Some("ogg"), Some("spx")) => Some("spx"),
        (Some("mp4"), Some("m4a")) => Some("m4a"),
        (Some(signed @ ("wav" | "mp3" | "ogg" | "m4a" | "mp4" | "aac" | "amr" | "flac" | "midi")), _) => {
            Some(signed)
        }
        // Samples without a header may begin with any other format.
        (None, Some("pcm")) => Some("pcm"),
        (None, Some("raw")) => Some("raw"),
        _ => None,
    }
}

/// Finds the format with these first bytes.
pub(crate) fn signed(head: &[u8]) -> Option<&'static str> {
    SIGNATURES
        .iter()
        .find(|(offset, bytes, _)| head.get(*offset..).is_some_and(|rest| rest.starts_with(bytes)))
        .map(|(_, _, extension)| *extension)
}

/// The head may end inside a character.
fn is_text(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(text) => !text.contains('\0'),
        Err(error) => error.error_len().is_none() && !head.contains(&0),
    }
}

impl FileKind {
    pub(crate) fn is_image(&self) -> bool {
        self.group == Group::Image
    }

    /// Returns whether the content is audio with the given extension.
    pub(crate) fn is(&self, extension: &str) -> bool {
        self.label.eq_ignore_ascii_case(extension)
    }

    /// Returns the label of the kind.
    pub(crate) fn name(&self, chinese: bool) -> String {
        let (english, group) = match self.group {
            Group::Document => ("document", "文档"),
            Group::Code => ("source code", "源代码"),
            Group::Image => ("image", "图片"),
            Group::Audio => ("audio", "音频"),
            Group::Video => ("video", "视频"),
            Group::Archive => ("archive", "压缩文件"),
            Group::Text => ("text", "文本"),
            Group::Unknown => ("file of unknown type", "未知类型文件"),
        };
        let group = if chinese { group } else { english };
        if self.label.is_empty() { group.to_owned() } else { format!("{} {group}", self.label) }
    }
}

/// Formats a size with a suitable unit, rounded to tenths.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let tenths = |bits: u32| (u128::from(bytes) * 10 + (1 << (bits - 1))) >> bits;
    // What would be rounded to 1024.0 is 1.0 of the next unit.
    let (unit, bits) = [("KiB", 10), ("MiB", 20)]
        .into_iter()
        .find(|(_, bits)| tenths(*bits) < 10_240)
        .unwrap_or(("GiB", 30));
    format!("{}.{} {unit}", tenths(bits) / 10, tenths(bits) % 10)
}

/// Returns the last segment of a URL's path.
pub(crate) fn name_in_url(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_before_the_name() {
        let name = |file: &str, head: &[u8]| kind(file, head).name(false);
        assert_eq!(name("a.txt", b"\x89PNG\r\n\x1a\nxx"), "PNG image");
        assert_eq!(name("report.docx", b"PK\x03\x04"), "DOCX document");
        assert_eq!(name("a.zip", b"PK\x03\x04"), "ZIP archive");
        assert_eq!(name("song", b"RIFF\0\0\0\0WAVE"), "WAV audio");
        assert_eq!(name("main.py", b"print(1)"), "PY source code");
        assert_eq!(name("upload", "你好".as_bytes()), "text");
        assert_eq!(name("upload", &"你好".as_bytes()[..4]), "text");
        assert_eq!(name("upload", b"\0\x01\x02"), "file of unknown type");
        assert_eq!(kind("照片.jpg", b"\xff\xd8\xff\xe0").name(true), "JPEG 图片");
        assert_eq!(kind("x.xyz", &[]).name(true), "XYZ 未知类型文件");
    }

    #[test]
    fn sound_is_told_from_other_files() {
        for (name, head, format) in [
            ("a.wav", b"RIFF\0\0\0\0WAVE".as_slice(), Some("wav")),
            ("a.mp3", b"\xff\xf3\x24\xc0", Some("mp3")),
            ("a.txt", b"ID3\x03", Some("mp3")),
            ("a.opus", b"OggS\0", Some("opus")),
            ("a.m4a", b"\0\0\0\x20ftypmp42", Some("m4a")),
            ("a.pcm", b"\0\x01\0\x02", Some("pcm")),
            ("a.wav", b"no sound at all", None),
            ("a.mp3", b"\x89PNG\r\n\x1a\n", None),
            ("a.pcm", b"%PDF-1.7", None),
            ("a", b"\0\x01", None),
        ] {
            assert_eq!(sound(name, head), format, "{name}");
        }
    }

    #[test]
    fn sizes_are_readable() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1234, "1.2 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 60, "1023.9 KiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            (5 << 20, "5.0 MiB"),
            (3 << 30, "3.0 GiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn names_come_out_of_urls() {
        assert_eq!(name_in_url("https://example.com/a/b.png?x=1/2#f"), "b.png");
        assert_eq!(name_in_url("https://example.com/"), "example.com");
        assert_eq!(extension(".hidden"), None);
        assert_eq!(extension("a.TAR.GZ").as_deref(), Some("gz"));
        assert!(is_accepted("pdf") && !is_accepted("exe"));
    }
}

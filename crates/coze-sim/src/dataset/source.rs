//! Sources of documents, and their chunking strategy.

use serde::Deserialize;
use serde_json::Value;

use crate::file::sniff;
use crate::http::fields;
use crate::state::{Id, Refusal, State, StoredFile};

fields! {
    /// A document of a request.
    pub(super) struct Base {
        pub(super) name: String => Filled,
        pub(super) source_info: SourceInfo,
        pub(super) update_rule: Option<UpdateRule>,
        pub(super) caption: Option<String>,
    }

    pub(super) struct SourceInfo {
        file_base64: Option<String> => Filled,
        file_type: Option<String> => OneOf(&["pdf", "txt", "doc", "docx"]),
        web_url: Option<String> => Filled,
        document_source: Option<u8> => OneInt(&[0, 1, 5]),
        source_file_id: Option<Id> => AnyId,
    }

    /// Interval at which a web page is read again, in hours.
    #[derive(Clone, Copy)]
    pub(super) struct UpdateRule {
        pub(super) update_type: u8 => OneInt(&[0, 1]); optional,
        pub(super) update_interval: u64 => Int(24, i64::MAX); optional,
    }

    /// Chunking strategy of documents.
    pub(super) struct ChunkStrategy {
        chunk_type: u8 => OneInt(&[0, 1]); optional,
        separator: Option<String>,
        max_tokens: Option<u64> => Int(100, 2000),
        remove_extra_spaces: Option<bool>,
        remove_urls_emails: Option<bool>,
        pub(super) caption_type: Option<u8> => OneInt(&[0, 1]),
    }
}

impl UpdateRule {
    pub(super) fn check(self, path: &str, is_page: bool) -> Result<(), Refusal> {
        if !is_page {
            return Err(Refusal::invalid(path, "only web pages are read again"));
        }
        if self.update_type == 1 && self.update_interval == 0 {
            return Err(Refusal::invalid(format!("{path}.update_interval"), "required with update_type 1"));
        }
        Ok(())
    }
}

/// One source of a document.
#[derive(Debug)]
pub(super) enum Source<'a> {
    Local { base64: &'a str, kind: &'a str },
    Page(&'a str),
    Uploaded(Id),
}

impl SourceInfo {
    /// Returns the one source that the fields describe.
    pub(super) fn read(&self, path: &str) -> Result<Source<'_>, Refusal> {
        let wrong = |field: &str, problem: &str| Err(Refusal::invalid(format!("{path}.{field}"), problem));
        match (&self.file_base64, &self.web_url, &self.source_file_id) {
            (Some(base64), None, None) => match (&self.file_type, self.document_source) {
                (_, Some(1 | 5)) => wrong("document_source", "expected 0, or none, with file_base64"),
                (None, _) => wrong("file_type", "required with file_base64; one of pdf, txt, doc, docx"),
                (Some(kind), _) => Ok(Source::Local { base64, kind }),
            },
            (None, Some(url), None) if self.document_source == Some(1) => Ok(Source::Page(url)),
            (None, Some(_), None) => wrong("document_source", "expected 1 with web_url"),
            (None, None, Some(id)) if self.document_source == Some(5) => Ok(Source::Uploaded(*id)),
            (None, None, Some(_)) => wrong("document_source", "expected 5 with source_file_id"),
            (None, None, None) => {
                Err(Refusal::invalid(path, "expected file_base64, web_url or source_file_id"))
            }
            _ => Err(Refusal::invalid(
                path,
                "expected one of file_base64, web_url and source_file_id, got several",
            )),
        }
    }

    fn method(&self) -> [bool; 3] {
        [self.file_base64.is_some(), self.web_url.is_some(), self.source_file_id.is_some()]
    }
}

/// All documents of a request have the same kind of source.
pub(super) fn check_same_method(bases: &[Base]) -> Result<(), Refusal> {
    let first = bases.first().map(|base| base.source_info.method());
    match bases.iter().position(|base| Some(base.source_info.method()) != first) {
        None => Ok(()),
        Some(index) => {
            let problem = "all documents of a request must have the same kind of source";
            Err(Refusal::invalid(format!("document_bases[{index}].source_info"), problem))
        }
    }
}

impl ChunkStrategy {
    /// Decodes a strategy that was validated against its table.
    pub(super) fn read(fields: &Value) -> Result<Self, Refusal> {
        let strategy = Self::deserialize(fields).map_err(|error| Refusal::Invalid(error.to_string()))?;
        for (name, given) in
            [("separator", strategy.separator.is_some()), ("max_tokens", strategy.max_tokens.is_some())]
        {
            if strategy.chunk_type == 1 && !given {
                let path = format!("chunk_strategy.{name}");
                return Err(Refusal::invalid(path, "required with chunk_type 1"));
            }
        }
        Ok(strategy)
    }

    /// Counts the slices of a text.
    pub(super) fn slices(&self, characters: u64) -> u64 {
        characters.div_ceil(self.max_tokens.unwrap_or(800)).max(1)
    }
}

/// Finds an image that the user uploaded.
pub(super) fn image(state: &State, id: Id, user: Id) -> Result<&StoredFile, String> {
    let file = state.files.get(&id).filter(|file| file.owner == user);
    let file = file.ok_or_else(|| format!("no file was uploaded as {id}"))?;
    let kind = sniff::kind(&file.name, &file.head);
    if kind.is_image() {
        Ok(file)
    } else {
        Err(format!("expected an image, but {id} is {}", kind.name(false)))
    }
}

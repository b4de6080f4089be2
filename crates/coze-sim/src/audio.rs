//! Speech, voices, voiceprints and rooms.

pub(crate) mod g711;
pub(crate) mod hear;
pub(crate) mod mp3;
pub(crate) mod room;
pub(crate) mod speech;
pub(crate) mod tone;
pub(crate) mod transcription;
pub(crate) mod voice;
pub(crate) mod voiceprint;

use crate::file::sniff;
use crate::http::Content;
use crate::state::Refusal;

/// Validates that a form contains a file in one of the formats, and returns its format.
fn sound(content: Option<&Content>, formats: &[&str]) -> Result<String, Refusal> {
    let content = content.ok_or(Refusal::NoFile)?;
    if content.bytes == 0 {
        return Err(Refusal::EmptyFile);
    }
    let problem = match sniff::sound(&content.name, &content.head) {
        Some(format) if formats.contains(&format) => return Ok(format.to_owned()),
        Some(format) => format!("got {format}"),
        None => match sniff::signed(&content.head) {
            Some(format) => format!("got {format}"),
            None => format!("but {:?} does not begin as any of them", content.name),
        },
    };
    Err(Refusal::invalid("file", format!("expected sound as one of {}, {problem}", formats.join(", "))))
}

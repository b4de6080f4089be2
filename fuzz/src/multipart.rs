//! Forms of any names and contents, read back by the parser of another library.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use coze_types::{Content, FilePart, Form, Mime, Part};
use futures_util::FutureExt;
use futures_util::stream;

#[derive(Debug, Arbitrary)]
struct Input {
    boundary: u64,
    parts: Vec<InputPart>,
}

#[derive(Debug, Arbitrary)]
enum InputPart {
    Text { name: String, value: String },
    File { name: String, file_name: String, mime: u8, content: Vec<u8>, elsewhere: bool },
}

const MIMES: [&str; 4] =
    ["application/octet-stream", "image/png", "text/plain; charset=utf-8", "application/vnd.ms-excel"];

/// A part as it arrives: name, file name, media type and content.
type Arrived = (String, Option<String>, Option<String>, Bytes);

/// An input is a [form](Input) in the encoding of `arbitrary`.
pub fn multipart(input: &[u8]) {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(input)) else { return };
    let boundary = Form::choose_boundary(|| input.boundary);
    let (mut form, mut elsewhere, mut expected) = (Form::new(), Form::new(), Vec::new());
    // Contents of the second form that are not in memory.
    let mut contents = Vec::new();
    for part in input.parts {
        match part {
            InputPart::Text { name, value } => {
                form = form.part(Part::text(&name, &value));
                elsewhere = elsewhere.part(Part::text(&name, &value));
                expected.push((arrived(&name), None, None, value.into()));
            }
            InputPart::File { name, file_name, mime, content, elsewhere: outside } => {
                let mime: Mime = MIMES[usize::from(mime) % MIMES.len()].parse().unwrap();
                let content = Bytes::from(content);
                let file = FilePart::new(&file_name, content.clone()).mime(mime.clone());
                form = form.part(Part::file(&name, file.clone()));
                let mut other = file;
                if outside {
                    other.content = Content::Elsewhere { len: Some(content.len() as u64) };
                    contents.push(content.clone());
                }
                elsewhere = elsewhere.part(Part::file(&name, other));
                expected.push((arrived(&name), Some(arrived(&file_name)), Some(mime.to_string()), content));
            }
        }
    }
    // Our own reader gives what is written the same.
    let written = form.encode(&boundary).unwrap();
    if !expected.iter().any(|part| holds(part, boundary.as_bytes())) {
        let read = Form::decode(&boundary, &written).unwrap();
        assert_eq!(read.encode(&boundary).unwrap(), written);
    }
    // The other parser looks for the next parameter here, although it is in quotes.
    let misread = |name: &str| name.contains("filename");
    if expected.iter().any(|part| holds(part, boundary.as_bytes()) || misread(&part.0)) {
        return;
    }
    let body = form.encode(&boundary).unwrap();
    assert_eq!(multer::parse_boundary(Form::content_type(&boundary)).as_deref(), Ok(boundary.as_str()));
    assert_eq!(read(&boundary, body.clone()), expected);

    // The same form in runs.
    assert_eq!(elsewhere.encode(&boundary).is_ok(), contents.is_empty());
    let mut contents = contents.into_iter();
    let runs = elsewhere.runs(&boundary).into_iter().map(|run| match run {
        Content::Bytes(bytes) => bytes,
        Content::Elsewhere { len } => {
            let content = contents.next().unwrap();
            assert_eq!(len, Some(content.len() as u64));
            content
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(runs.collect::<Vec<_>>().concat(), body);
}

/// Whether a boundary occurs in a part, which whoever chooses one has to rule out.
fn holds((name, file_name, _, content): &Arrived, boundary: &[u8]) -> bool {
    [name.as_bytes(), file_name.as_deref().unwrap_or_default().as_bytes(), content]
        .into_iter()
        .any(|text| text.windows(boundary.len()).any(|window| window == boundary))
}

fn read(boundary: &str, body: Bytes) -> Vec<Arrived> {
    let reading = async {
        let mut form =
            multer::Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.unwrap() {
            let name = field.name().unwrap().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(ToString::to_string);
            parts.push((name, file_name, mime, field.bytes().await.unwrap()));
        }
        parts
    };
    reading.now_or_never().expect("all is in memory")
}

/// A name as it arrives: what would break out of its quotes is percent-encoded.
fn arrived(name: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' | '\0'..='\x1f' | '\x7f' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    name.chars().map(escape).collect()
}

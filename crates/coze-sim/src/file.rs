//! Uploaded files.

pub(crate) mod measure;
pub(crate) mod sniff;

use axum::routing::{get, post};

use crate::http::{Call, Content, Form, Payload, Query, Reply, Routes, StudioErrors, fields};
use crate::state::{Id, Refusal, StoredFile};
use measure::Measure;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .both("/v1/files/upload", StudioErrors::Plain, post(upload))
        .official("/v1/files/retrieve", get(retrieve))
}

fields! {
    struct UploadFile {}
}

fields! {
    struct RetrieveFile {
        file_id: Id,
    }
}

async fn upload(call: Call, form: Form) -> Reply {
    let (UploadFile {}, content) = form.read(call.sim.upload_limit).await?;
    let content = content.ok_or(Refusal::NoFile)?;
    if content.bytes == 0 {
        return Err(Refusal::EmptyFile);
    }
    if call.sim.rules().strict
        && let Some(extension) = sniff::extension(&content.name)
        && !sniff::is_accepted(&extension)
    {
        return Err(Refusal::FileFormat(extension));
    }
    let Content { name, bytes, hash, head, measure } = content;
    let id = call.sim.store.mint.id();
    let file =
        StoredFile { id, name, bytes, hash, head, created_at: call.sim.now(), owner: call.user, measure };
    let answer = Payload::File(Box::new(file.clone()));
    let mut state = call.sim.store.lock();
    state.stored(file.head.len());
    state.files.insert(id, file);
    Ok(answer.into())
}

/// Describes the kind of a file, and the size of an image or the duration of audio.
pub(crate) fn measured(file: &StoredFile, chinese: bool) -> String {
    let kind = sniff::kind(&file.name, &file.head).name(chinese);
    match (file.measure, chinese) {
        (Some(Measure::Pixels { width, height }), true) => format!("{kind}，{width} × {height} 像素"),
        (Some(Measure::Pixels { width, height }), false) => format!("{kind}, {width} × {height} pixels"),
        (Some(Measure::Seconds(seconds)), true) => format!("{kind}，{seconds:.1} 秒"),
        (Some(Measure::Seconds(seconds)), false) => format!("{kind}, {seconds:.1} s"),
        (None, _) => kind,
    }
}

async fn retrieve(Query(query): Query<RetrieveFile>, call: Call) -> Reply {
    let state = call.sim.store.lock();
    match state.files.get(&query.file_id).filter(|file| file.owner == call.user) {
        Some(file) => Ok(Payload::File(Box::new(file.clone())).into()),
        None => Err(Refusal::invalid("file_id", format!("no file was uploaded as {}", query.file_id))),
    }
}

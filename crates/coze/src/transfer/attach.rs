//! Files that are uploaded and asked about in one call.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use coze_types::chat::CreateChat;
use coze_types::file::UploadFile;
use coze_types::message::{ContentPart, EnterMessage, Message, Role};
use coze_types::{EncodeError, FileId, Mime, ValidationError};

use super::{FileSource, Upload};
use crate::error::Error;
use crate::options::CallOptions;
use crate::runtime::BoxFuture;
use crate::runtime::client::Client;

/// How many files are uploaded at a time; the service takes 10 uploads in a second.
const SIDE_BY_SIDE: usize = 4;

/// Uploads the files, some side by side, and adds them to the question.
pub(crate) async fn attach(
    client: &Arc<Client>,
    request: &mut CreateChat,
    sources: Vec<FileSource>,
    options: &CallOptions,
) -> Result<(), Error> {
    if sources.is_empty() {
        return Ok(());
    }
    // If the question must fail, nothing is uploaded.
    let mut errors = request.validate();
    errors.retain(ValidationError::is_enforced);
    if !errors.is_empty() {
        return Err(Error::refused(errors));
    }
    let uploads = sources.into_iter().map(|source| {
        let (name, kind) = source.name_and_kind();
        let upload = Upload::new(client, source, UploadFile::from).options(options.clone());
        Box::pin(async move {
            let file = upload.await.map_err(|error| error.about_file(name))?;
            Ok(object(&kind, file.id))
        }) as BoxFuture<'_, Result<ContentPart, Error>>
    });
    let objects = all(uploads.collect()).await?;
    let messages = &mut request.additional_messages;
    let Some(question) = messages.last_mut().filter(|message| message.role == Role::User) else {
        messages.push(Message::user_parts(objects).into());
        return Ok(());
    };
    let unreadable = |error| {
        Error::from(EncodeError::message(format!(
            "the question cannot take files besides its content: {error}"
        )))
    };
    *question = objects.into_iter().try_fold(question.clone(), EnterMessage::part).map_err(unreadable)?;
    Ok(())
}

fn object(kind: &Mime, file_id: FileId) -> ContentPart {
    match kind.type_().as_str() {
        "image" => ContentPart::image(file_id),
        "audio" => ContentPart::audio(file_id),
        _ => ContentPart::file(file_id),
    }
}

/// Waits for all, a few at a time, and fails with the first that does.
async fn all<T>(futures: Vec<BoxFuture<'_, Result<T, Error>>>) -> Result<Vec<T>, Error> {
    let mut waiting: Vec<_> = futures.into_iter().map(Some).collect();
    let mut values: Vec<Option<T>> = waiting.iter().map(|_| None).collect();
    poll_fn(|cx| {
        let mut pending = 0;
        for (slot, value) in waiting.iter_mut().zip(&mut values) {
            let Some(future) = slot else { continue };
            match future.as_mut().poll(cx) {
                Poll::Pending => pending += 1,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(done)) => (*slot, *value) = (None, Some(done)),
            }
            if pending == SIDE_BY_SIDE {
                break;
            }
        }
        if pending == 0 { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(values.into_iter().flatten().collect())
}

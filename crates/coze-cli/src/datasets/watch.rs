//! `coze datasets watch`: waits until documents are processed.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Args;
use coze::dataset::{DocumentProgress, DocumentStatus, ListDocuments};
use coze::types::{DatasetId, DocumentId};
use coze::{Coze, DatasetProgress, Error, ErrorKind, TimeoutKind};

use crate::failure::{Exit, Failure};
use crate::json;
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::table::one_line;
use crate::word;

/// Options of `coze datasets watch`.
#[derive(Args)]
#[command(after_help = "\
Prints a line for each document when it is processed or has failed: id, name, `done` or `failed`, and the reason. If any \
has failed, the exit code is 4. It waits for at most an hour, or for --timeout.

Examples:
  coze datasets watch 7363569245306945580
  coze datasets watch 7363569245306945580 738694205603010 738694205603011 --timeout 5m")]
pub(crate) struct Watch {
    /// Dataset: the number after /knowledge/ in the URL of its page
    #[arg(value_name = "ID", value_parser = word::id::<DatasetId>())]
    dataset_id: DatasetId,

    /// Document; by default all documents that are being processed
    #[arg(value_name = "DOCUMENT", value_parser = word::id::<DocumentId>())]
    documents: Vec<DocumentId>,

    /// Prints all fields of each entry, as one JSON array
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

impl Watch {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let connection = self.connection.over(general);
        let timeout = connection.timeout();
        let place = connection.place().await?;
        let client = place.client()?;
        let mut ids = self.documents;
        if ids.is_empty() {
            let mut documents =
                client.datasets().documents().list(ListDocuments::new(&self.dataset_id).size(100)).items();
            while let Some(document) = documents.next().await {
                let document = document.map_err(|error| place.explain(&error))?;
                let is_over = |status: DocumentStatus| status.is_done() || status.is_failed();
                if !document.status.is_some_and(is_over) {
                    ids.push(document.document_id);
                }
            }
            if ids.is_empty() {
                if screen.tells_asides() {
                    screen.note(&say!(
                        "no document of the dataset is being processed",
                        "这个知识库里没有正在处理的文档"
                    ));
                }
                return if self.json { screen.line("[]") } else { Ok(()) };
            }
        }
        follow(&client, &place, self.dataset_id, ids, timeout, self.json, screen).await
    }
}

/// Looks in a row that may fail.
const PATIENCE: u32 = 5;

/// Waits until documents are processed, and prints the result of each.
pub(super) async fn follow(
    client: &Coze,
    place: &Place,
    dataset_id: DatasetId,
    ids: Vec<DocumentId>,
    timeout: Option<Duration>,
    json: bool,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let mut watch = client.datasets().process(dataset_id, ids).watch();
    if timeout.is_some() {
        watch = watch.deadline(timeout);
    }
    let (mut latest, mut told, mut failed_looks) = (None, BTreeSet::new(), 0);
    while let Some(progress) = watch.next().await {
        let progress = match progress {
            Ok(progress) => progress,
            // The next look may go well again.
            Err(error) if error.is_retryable() && !is_late(&error) && failed_looks < PATIENCE => {
                failed_looks += 1;
                if screen.tells_asides() {
                    screen.note(&say!("{error}; retrying", "{error}；正在重试"));
                }
                continue;
            }
            Err(error) => return Err(place.explain(&error)),
        };
        failed_looks = 0;
        for document in progress.documents.iter().filter(|document| outcome(document).is_some()) {
            if told.insert(document.document_id.clone()) && !json {
                screen.line(&line(document))?;
            }
        }
        screen.waits(state(&progress));
        latest = Some(progress);
    }
    let Some(latest) = latest else {
        return Err(Failure::new(
            Exit::Broken,
            say!("the server reported nothing about the documents", "服务端没有返回文档的状态"),
        ));
    };
    if json {
        json::print(&latest.documents, screen)?;
    } else {
        for id in &latest.missing {
            let reason = say!("the server does not report it", "服务端没有返回它的状态");
            screen.line(&format!("{id}\t\tfailed\t{reason}"))?;
        }
    }
    let (failed, total) =
        (latest.failed().count() + latest.missing.len(), latest.documents.len() + latest.missing.len());
    if failed == 0 {
        return Ok(());
    }
    let message = say!(
        "{failed} of {total} documents were not processed",
        "{total} 个文档中有 {failed} 个没有处理成功"
    );
    Err(Failure::new(Exit::Api, message))
}

/// Whether the time for the whole is over.
fn is_late(error: &Error) -> bool {
    error.kind() == ErrorKind::Timeout(TimeoutKind::Rest)
}

/// Result of a document; `None` while it is being processed.
fn outcome(document: &DocumentProgress) -> Option<&'static str> {
    if document.is_done() {
        Some("done")
    } else if document.is_failed() {
        Some("failed")
    } else {
        None
    }
}

fn line(document: &DocumentProgress) -> String {
    let name = one_line(document.document_name.as_deref().unwrap_or_default());
    let reason = one_line(document.status_descript.as_deref().unwrap_or_default());
    let reason =
        if document.is_failed() && !reason.is_empty() { format!("\t{reason}") } else { String::new() };
    format!("{}\t{name}\t{}{reason}", document.document_id, outcome(document).unwrap_or_default())
}

/// How far all of them are.
fn state(progress: &DatasetProgress) -> String {
    let total = progress.documents.len() + progress.missing.len();
    let over = progress.documents.iter().filter(|document| outcome(document).is_some()).count();
    let percent = progress.percent();
    let left = progress.remaining().map_or_else(String::new, |left| {
        let seconds = left.as_secs();
        say!(", about {seconds} s left", "，大约还需 {seconds} 秒")
    });
    say!("{over} of {total} documents, {percent} %{left}", "{total} 个文档已完成 {over} 个，{percent}%{left}")
}

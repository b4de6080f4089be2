//! Documents of a dataset, from their upload until they are processed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::content::Content;
use super::source::{self, Base, ChunkStrategy, UpdateRule};
use super::{Datasets, IMAGE, TEXT};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, Unread, fields, page};
use crate::script::document::DocumentResult;
use crate::server::Shared;
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/open_api/knowledge/document/create", post(create))
        .official("/open_api/knowledge/document/list", post(list))
        .unofficial("/open_api/knowledge/document/list", get(list_by_get))
        .official("/open_api/knowledge/document/update", post(update))
        .official("/open_api/knowledge/document/delete", post(delete))
}

fields! {
    struct CreateDocuments {
        dataset_id: Id => AnyId,
        document_bases: Vec<Base> => List(10, &Base::KIND),
        // SDKs omit it: the strategy of the dataset applies.
        chunk_strategy: Option<Map<String, Value>> => ChunkStrategy::KIND; required_by_page,
        // Required in the table of the page, but absent in its examples.
        format_type: Option<i64> => OneInt(&[TEXT, IMAGE]),
    }

    struct ListDocuments {
        dataset_id: Id => AnyId,
        // An example requests page 0.
        page: Option<usize> => Int(0, i64::MAX),
        size: Option<usize> => Int(1, i64::MAX),
        // What the Node SDK sends instead of the size has no effect.
        page_size: Unread,
    }

    struct UpdateDocument {
        document_id: Id => AnyId,
        document_name: Option<String> => Filled,
        update_rule: Option<UpdateRule>,
    }

    struct DeleteDocuments {
        document_ids: Vec<Id> => List(100, &AnyId),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Processing,
    Done,
    Failed,
}

impl Stage {
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Processing => 0,
            Self::Done => 1,
            Self::Failed => 9,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Document {
    pub(super) id: Id,
    pub(super) creator: Id,
    pub(super) name: String,
    pub(super) size: u64,
    /// Extension of the file; empty for web pages.
    pub(super) kind: String,
    /// Source: 0 is a local file, 1 a web page, 5 an uploaded file.
    pub(super) source: u8,
    pub(super) url: String,
    pub(super) format: i64,
    pub(super) caption: String,
    /// Caption that the system generates for a processed image.
    pub(super) described: Option<String>,
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
    characters: u64,
    slices: u64,
    chunk_strategy: Value,
    update_rule: UpdateRule,
    /// Number of times that it was retrieved.
    looks: u32,
    result: DocumentResult,
}

impl Document {
    pub(super) fn stage(&self) -> Stage {
        match &self.result.fail {
            _ if self.looks < self.result.looks => Stage::Processing,
            Some(_) => Stage::Failed,
            None => Stage::Done,
        }
    }

    /// Counts a retrieval of the document, each of which finds more progress.
    pub(super) fn look(&mut self) {
        self.looks = self.looks.saturating_add(1).min(self.result.looks);
        if self.stage() == Stage::Done
            && let Some(caption) = self.described.take()
            && self.caption.is_empty()
        {
            self.caption = caption;
        }
    }

    /// Estimates its size in bytes; its content is not stored.
    fn weight(&self) -> usize {
        1024 + self.name.len() + self.url.len() + self.caption.len()
    }

    /// Returns the current number of slices.
    pub(super) fn slices(&self) -> u64 {
        if self.stage() == Stage::Done { self.slices } else { 0 }
    }

    pub(super) fn show_progress(&self) -> Value {
        let looks = self.result.looks.max(1);
        // A failure happens before the end.
        let progress = match self.stage() {
            Stage::Done => 100,
            Stage::Processing | Stage::Failed => self.looks.saturating_mul(100) / (looks + 1),
        };
        let mut shown = json!({
            "document_id": self.id,
            "document_name": self.name,
            "url": self.url,
            "size": self.size,
            "type": self.kind,
            "status": self.stage().number(),
            "progress": progress,
            "remaining_time": self.result.looks - self.looks,
            "update_type": self.update_rule.update_type,
            "update_interval": self.update_rule.update_interval,
        });
        if self.stage() == Stage::Failed {
            shown["status_descript"] = json!(self.result.fail);
        }
        shown
    }

    fn show(&self) -> Value {
        json!({
            "document_id": self.id,
            "name": self.name,
            "size": self.size,
            "type": self.kind,
            "status": self.stage().number(),
            "format_type": self.format,
            "source_type": self.source,
            "char_count": self.characters,
            "slice_count": self.slices(),
            "hit_count": 0,
            "chunk_strategy": self.chunk_strategy,
            "update_type": self.update_rule.update_type,
            "update_interval": self.update_rule.update_interval,
            "tos_uri": format!("documents/{}", self.id),
            "create_time": self.created_at,
            "update_time": self.updated_at,
        })
    }
}

/// Without this header the service writes ids as numbers, which many clients round.
struct ConvertsIds;

impl FromRequestParts<Arc<Shared>> for ConvertsIds {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, _: &Arc<Shared>) -> Result<Self, Refusal> {
        match head.headers.get("agw-js-conv").map(HeaderValue::as_bytes) {
            Some(b"str") => Ok(Self),
            _ => Err(Refusal::invalid("Agw-Js-Conv", "this endpoint needs the header, with the value str")),
        }
    }
}

async fn create(call: Call, _: ConvertsIds, Body(request): Body<CreateDocuments>) -> Reply {
    let mut state = call.sim.store.lock();
    let id = request.dataset_id;
    let dataset = state.own_dataset(id, call.user)?;
    let (format, empty) = (dataset.format, dataset.documents.is_empty());
    let chosen = request.chunk_strategy.is_some();
    let chunk_strategy = request.chunk_strategy.map_or_else(|| dataset.chunk_strategy.clone(), Value::Object);
    if let Some(given) = request.format_type.filter(|given| *given != format) {
        let problem = format!("expected {format}, the format of dataset {id}, got {given}");
        return Err(Refusal::invalid("format_type", problem));
    }
    if request.document_bases.is_empty() {
        return Err(Refusal::invalid("document_bases", "expected at least one document"));
    }
    let strategy = ChunkStrategy::read(&chunk_strategy)?;
    if format == IMAGE && empty && chosen && strategy.caption_type.is_none() {
        let problem = "required for the first images of a dataset";
        return Err(Refusal::invalid("chunk_strategy.caption_type", problem));
    }
    source::check_same_method(&request.document_bases)?;
    let mut documents = BTreeMap::new();
    for (index, base) in request.document_bases.into_iter().enumerate() {
        let path = format!("document_bases[{index}]");
        let content = Content::of(&base, format, call.user, &state, &path)?;
        let id = call.sim.store.mint.id();
        let described = (strategy.caption_type != Some(1)).then(|| content.described.clone()).flatten();
        documents.insert(
            id,
            Document {
                id,
                creator: call.user,
                result: call.sim.script.document_result(&base.name),
                slices: strategy.slices(content.characters),
                characters: content.characters,
                size: content.size,
                kind: content.kind,
                source: content.source,
                url: content.url.unwrap_or_else(|| format!("https://example.com/documents/{id}")),
                name: base.name,
                caption: base.caption.unwrap_or_default(),
                described,
                format,
                created_at: call.sim.now(),
                updated_at: call.sim.now(),
                chunk_strategy: chunk_strategy.clone(),
                update_rule: base.update_rule.unwrap_or_default(),
                looks: 0,
            },
        );
    }
    let weight = documents.values().map(Document::weight).sum();
    let shown = documents.values().map(Document::show).collect();
    let dataset = state.own_dataset(id, call.user)?;
    dataset.chunk_strategy = chunk_strategy;
    dataset.updated_at = call.sim.now();
    dataset.documents.append(&mut documents);
    state.keep("dataset", id, weight, super::forget);
    Ok(Payload::Beside(Map::from_iter([("document_infos".to_owned(), shown)])).into())
}

async fn list(call: Call, _: ConvertsIds, Body(request): Body<ListDocuments>) -> Reply {
    Ok(listed(&call, &request)?.into())
}

/// The Node SDK has an older method that uses GET; the page documents only POST.
async fn list_by_get(Query(query): Query<ListDocuments>, call: Call, _: ConvertsIds) -> Reply {
    Ok(listed(&call, &query)?.into())
}

fn listed(call: &Call, request: &ListDocuments) -> Result<Payload, Refusal> {
    let mut state = call.sim.store.lock();
    let dataset = state.dataset(request.dataset_id)?;
    dataset.documents.values_mut().for_each(Document::look);
    let documents: Vec<Value> = dataset.documents.values().rev().map(Document::show).collect();
    let total = documents.len();
    let (page, _) = page(documents, request.page, request.size.unwrap_or(10));
    let fields = [("document_infos".to_owned(), json!(page)), ("total".to_owned(), json!(total))];
    Ok(Payload::Beside(Map::from_iter(fields)))
}

async fn update(call: Call, _: ConvertsIds, Body(request): Body<UpdateDocument>) -> Reply {
    let mut state = call.sim.store.lock();
    let id = request.document_id;
    let dataset = state.of::<Datasets>().values().find(|dataset| dataset.documents.contains_key(&id));
    let dataset = dataset.map(|dataset| dataset.id);
    let unknown = || Refusal::invalid("document_id", format!("there is no document {id}"));
    let dataset = state.own_dataset(dataset.ok_or_else(unknown)?, call.user)?;
    let document = dataset.documents.get_mut(&id).ok_or_else(unknown)?;
    if let Some(rule) = request.update_rule {
        rule.check("update_rule", document.source == 1)?;
        document.update_rule = rule;
    }
    if let Some(name) = request.document_name {
        document.name = name;
    }
    document.updated_at = call.sim.now();
    Ok(Payload::Nothing.into())
}

async fn delete(
    call: Call,
    _: ConvertsIds,
    Body(DeleteDocuments { document_ids }): Body<DeleteDocuments>,
) -> Reply {
    if document_ids.is_empty() {
        return Err(Refusal::invalid("document_ids", "expected at least one id"));
    }
    let mut state = call.sim.store.lock();
    let mut found = Vec::with_capacity(document_ids.len());
    // Nothing is deleted unless everything can be.
    for (index, id) in document_ids.into_iter().enumerate() {
        match state.of::<Datasets>().values().find(|dataset| dataset.documents.contains_key(&id)) {
            Some(dataset) if dataset.owner == call.user => found.push((dataset.id, id)),
            Some(dataset) => return Err(Refusal::NotOwner(format!("dataset {}", dataset.id))),
            None => {
                let path = format!("document_ids[{index}]");
                return Err(Refusal::invalid(path, format!("there is no document {id}")));
            }
        }
    }
    for (dataset, id) in found {
        let dataset = state.own_dataset(dataset, call.user)?;
        dataset.documents.remove(&id);
        dataset.updated_at = call.sim.now();
    }
    Ok(Payload::Nothing.into())
}

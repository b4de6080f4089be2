//! Datasets: knowledge of agents, as documents or images.

mod content;
pub(crate) mod document;
pub(crate) mod image;
mod source;

use std::collections::BTreeMap;

use axum::routing::{post, put};
use serde_json::{Value, json};

use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal, State};
use document::{Document, Stage};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/datasets", post(create).get(list))
        .official("/v1/datasets/{dataset_id}", put(update).delete(delete))
        .official("/v1/datasets/{dataset_id}/process", post(process))
}

/// Format of document datasets.
const TEXT: i64 = 0;
/// Format of image datasets.
const IMAGE: i64 = 2;

fields! {
    struct CreateDataset {
        name: String => Name(100),
        space_id: Id,
        // The API cannot create tables.
        format_type: i64 => OneInt(&[TEXT, IMAGE]),
        description: String; optional,
        file_id: Option<Id>,
    }

    struct UpdateDataset {
        name: String => Name(100),
        description: String; optional,
        file_id: Option<Id>,
    }

    struct ListDatasets {
        space_id: Id,
        name: Option<String>,
        format_type: Option<i64> => OneInt(&[TEXT, 1, IMAGE]),
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 300),
    }

    struct Process {
        document_ids: Vec<Id> => List(usize::MAX, &AnyId),
    }
}

/// Datasets by id; ids ascend with time.
type Datasets = BTreeMap<Id, Dataset>;

#[derive(Debug)]
pub(crate) struct Dataset {
    id: Id,
    owner: Id,
    space_id: Id,
    name: String,
    description: String,
    /// The icon, if any.
    file_id: Option<Id>,
    format: i64,
    created_at: u64,
    updated_at: u64,
    /// Chunking strategy of the newest documents.
    chunk_strategy: Value,
    /// Documents by id; ids ascend with time.
    documents: BTreeMap<Id, Document>,
}

impl State {
    /// Finds a dataset, to read it; all users belong to one team.
    fn dataset(&mut self, id: Id) -> Result<&mut Dataset, Refusal> {
        let dataset = self.of::<Datasets>().get_mut(&id);
        dataset.ok_or_else(|| Refusal::invalid("dataset_id", format!("there is no dataset {id}")))
    }

    /// Finds a dataset that the user created, to change it.
    fn own_dataset(&mut self, id: Id, user: Id) -> Result<&mut Dataset, Refusal> {
        match self.dataset(id)? {
            dataset if dataset.owner == user => Ok(dataset),
            _ => Err(Refusal::NotOwner(format!("dataset {id}"))),
        }
    }

    /// Validates an icon, which must be an image that the user uploaded.
    pub(crate) fn check_icon(&self, field: &str, file_id: Option<Id>, user: Id) -> Result<(), Refusal> {
        let image = file_id.map(|id| source::image(self, id, user)).transpose();
        image.map(drop).map_err(|problem| Refusal::invalid(field, problem))
    }
}

/// Returns the name of a dataset; empty if the id is unknown.
pub(crate) fn name(state: &mut State, id: Id) -> String {
    state.of::<Datasets>().get(&id).map(|dataset| dataset.name.clone()).unwrap_or_default()
}

fn forget(state: &mut State, id: Id) {
    state.of::<Datasets>().remove(&id);
}

async fn create(call: Call, Body(request): Body<CreateDataset>) -> Reply {
    let id = call.sim.store.mint.id();
    let mut state = call.sim.store.lock();
    state.check_icon("file_id", request.file_id, call.user)?;
    let dataset = Dataset {
        id,
        owner: call.user,
        file_id: request.file_id,
        space_id: request.space_id,
        name: request.name,
        description: request.description,
        format: request.format_type,
        created_at: call.sim.now(),
        updated_at: call.sim.now(),
        chunk_strategy: json!({}),
        documents: BTreeMap::new(),
    };
    state.keep("dataset", id, dataset.name.len() + dataset.description.len(), forget);
    state.of::<Datasets>().insert(id, dataset);
    Ok(Payload::Data(json!({"dataset_id": id})).into())
}

async fn list(Query(query): Query<ListDatasets>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let datasets: Vec<Value> = state
        .of::<Datasets>()
        .values()
        .rev()
        .filter(|dataset| dataset.space_id == query.space_id)
        .filter(|dataset| query.name.as_ref().is_none_or(|name| dataset.name.contains(name)))
        .filter(|dataset| query.format_type.is_none_or(|format| dataset.format == format))
        .map(|dataset| dataset.show(call.user))
        .collect();
    let total = datasets.len();
    let (page, _) = page(datasets, query.page_num, query.page_size.unwrap_or(10));
    Ok(Payload::Data(json!({"dataset_list": page, "total_count": total})).into())
}

impl Dataset {
    fn show(&self, viewer: Id) -> Value {
        let names = |stage: Stage| -> Vec<&str> {
            let documents = self.documents.values().filter(|document| document.stage() == stage);
            documents.map(|document| document.name.as_str()).collect()
        };
        let processing: Vec<Id> = self
            .documents
            .values()
            .filter(|document| document.stage() == Stage::Processing)
            .map(|document| document.id)
            .collect();
        let icon = self.file_id.map_or_else(|| "default".to_owned(), |id| id.to_string());
        json!({
            "dataset_id": self.id,
            "name": self.name,
            "description": self.description,
            "space_id": self.space_id,
            "status": 1,
            "format_type": self.format,
            "can_edit": self.owner == viewer,
            "icon_uri": format!("icons/{icon}"),
            "icon_url": format!("https://example.com/icons/{icon}"),
            "doc_count": self.documents.len(),
            "file_list": self.documents.values().map(|document| document.name.as_str()).collect::<Vec<_>>(),
            "failed_file_list": names(Stage::Failed),
            "processing_file_list": names(Stage::Processing),
            "processing_file_id_list": processing,
            "hit_count": 0,
            "bot_used_count": 0,
            "slice_count": self.documents.values().map(Document::slices).sum::<u64>(),
            // The only number that the page shows as text.
            "all_file_size": self.documents.values().map(|document| document.size).sum::<u64>().to_string(),
            "chunk_strategy": self.chunk_strategy,
            "creator_id": self.owner,
            "creator_name": format!("user{}", self.owner),
            "avatar_url": "https://example.com/avatar.png",
            "project_id": "",
            "create_time": self.created_at,
            "update_time": self.updated_at,
        })
    }
}

async fn update(call: Call, Body(request): Body<UpdateDataset>) -> Reply {
    let id = call.path_id("dataset_id")?;
    let mut state = call.sim.store.lock();
    state.check_icon("file_id", request.file_id, call.user)?;
    let dataset = state.own_dataset(id, call.user)?;
    // Omitted fields are reset to their defaults.
    dataset.name = request.name;
    dataset.description = request.description;
    dataset.file_id = request.file_id;
    dataset.updated_at = call.sim.now();
    Ok(Payload::Nothing.into())
}

async fn delete(call: Call) -> Reply {
    let id = call.path_id("dataset_id")?;
    let mut state = call.sim.store.lock();
    state.own_dataset(id, call.user)?;
    state.release(id);
    forget(&mut state, id);
    Ok(Payload::Nothing.into())
}

async fn process(call: Call, Body(Process { document_ids }): Body<Process>) -> Reply {
    let id = call.path_id("dataset_id")?;
    if document_ids.is_empty() {
        return Err(Refusal::invalid("document_ids", "expected at least one id"));
    }
    let mut state = call.sim.store.lock();
    let dataset = state.dataset(id)?;
    let mut progress = Vec::with_capacity(document_ids.len());
    for (index, id) in document_ids.iter().enumerate() {
        let document = dataset.documents.get_mut(id);
        let document = document.ok_or_else(|| {
            Refusal::invalid(format!("document_ids[{index}]"), format!("the dataset has no document {id}"))
        })?;
        document.look();
        progress.push(document.show_progress());
    }
    Ok(Payload::Data(json!({"data": progress})).into())
}

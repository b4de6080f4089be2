//! The images of a dataset, and their captions.

use axum::routing::{get, put};
use serde_json::{Value, json};

use super::document::Document;
use super::{Dataset, IMAGE};
use crate::http::{Body, Call, Payload, Query, Reply, Routes, fields, page};
use crate::state::Refusal;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/datasets/{dataset_id}/images", get(list))
        .official("/v1/datasets/{dataset_id}/images/{document_id}", put(update))
}

fields! {
    struct ListImages {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 299),
        keyword: Option<String>,
        has_caption: Option<bool>,
    }

    struct UpdateImage {
        caption: String => Filled,
    }
}

impl Dataset {
    fn check_images(&self) -> Result<(), Refusal> {
        if self.format == IMAGE {
            return Ok(());
        }
        Err(Refusal::invalid("dataset_id", format!("dataset {} holds documents, no images", self.id)))
    }
}

async fn list(Query(query): Query<ListImages>, call: Call) -> Reply {
    let id = call.path_id("dataset_id")?;
    let mut state = call.sim.store.lock();
    let dataset = state.dataset(id)?;
    dataset.check_images()?;
    dataset.documents.values_mut().for_each(Document::look);
    let images: Vec<Value> = dataset
        .documents
        .values()
        .rev()
        .filter(|image| query.keyword.as_ref().is_none_or(|keyword| image.caption.contains(keyword)))
        .filter(|image| query.has_caption.is_none_or(|has| image.caption.is_empty() != has))
        .map(show)
        .collect();
    let total = images.len();
    let (page, _) = page(images, query.page_num, query.page_size.unwrap_or(10));
    Ok(Payload::Data(json!({"photo_infos": page, "total_count": total})).into())
}

fn show(image: &Document) -> Value {
    json!({
        "document_id": image.id,
        "name": image.name,
        "url": image.url,
        "size": image.size,
        "type": image.kind,
        "status": image.stage().number(),
        "caption": image.caption,
        "creator_id": image.creator,
        "source_type": image.source,
        "create_time": image.created_at,
        "update_time": image.updated_at,
    })
}

async fn update(call: Call, Body(UpdateImage { caption }): Body<UpdateImage>) -> Reply {
    let (dataset, id) = (call.path_id("dataset_id")?, call.path_id("document_id")?);
    let mut state = call.sim.store.lock();
    let dataset = state.own_dataset(dataset, call.user)?;
    dataset.check_images()?;
    let image = dataset.documents.get_mut(&id);
    let image =
        image.ok_or_else(|| Refusal::invalid("document_id", format!("the dataset has no image {id}")))?;
    image.caption = caption;
    image.updated_at = call.sim.now();
    Ok(Payload::Nothing.into())
}

//! All endpoints, and the layers that every request passes.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::audio::{room, speech, transcription, voice, voiceprint};
use crate::dataset::{document, image};
use crate::http::border::border;
use crate::http::call::{admit, no_endpoint};
use crate::http::host::cors;
use crate::http::routes::Routes;
use crate::plugin::store;
use crate::server::Shared;
use crate::state::refusal::Refusal;
use crate::{
    api_app, benefit, bot, chat, connector, conversation, dataset, enterprise, entity, file, folder, message,
    oauth, organization, plugin, project, realtime, template, user, variable, workflow, workspace,
};

/// Builds the service for all connections.
pub(crate) fn app(sim: &Arc<Shared>) -> Router {
    let groups = [
        api_app::routes,
        benefit::routes,
        bot::routes,
        chat::routes,
        connector::routes,
        conversation::routes,
        dataset::routes,
        document::routes,
        enterprise::routes,
        entity::routes,
        file::routes,
        folder::routes,
        image::routes,
        message::routes,
        oauth::routes,
        organization::routes,
        plugin::routes,
        project::routes,
        realtime::routes,
        room::routes,
        speech::routes,
        store::routes,
        template::routes,
        transcription::routes,
        user::routes,
        variable::routes,
        voice::routes,
        voiceprint::routes,
        workflow::routes,
        workspace::routes,
    ];
    groups
        .into_iter()
        .fold(Routes::new(sim.dialect, sim.strict), |routes, group| group(routes))
        .router()
        .fallback(no_endpoint)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(sim), border))
        .layer(cors(&sim.origins))
        .layer(RequestBodyTimeoutLayer::new(sim.patience))
        .with_state(Arc::clone(sim))
}

async fn wrong_method(State(sim): State<Arc<Shared>>, mut head: Parts) -> Refusal {
    match admit(&mut head, &sim).await {
        Err(refusal) => refusal,
        Ok(_) => Refusal::WrongMethod(format!("{} {}", head.method, head.uri.path())),
    }
}

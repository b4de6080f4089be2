//! All endpoints together, and what every request passes through.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::audio::{room, speech, transcription, voice, voiceprint};
use crate::dataset::{document, image};
use crate::http::border::border;
use crate::http::call::admit;
use crate::http::host::cors;
use crate::http::routes::Routes;
use crate::refusal::Refusal;
use crate::server::Shared;
use crate::{bot, chat, conversation, dataset, file, message, oauth, user, workflow};

/// Makes the service that every connection is served by.
pub(crate) fn app(sim: &Arc<Shared>) -> Router {
    let groups = [
        bot::routes,
        chat::routes,
        conversation::routes,
        dataset::routes,
        document::routes,
        file::routes,
        image::routes,
        message::routes,
        oauth::routes,
        room::routes,
        speech::routes,
        transcription::routes,
        user::routes,
        voice::routes,
        voiceprint::routes,
        workflow::routes,
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

/// Refuses a path that nothing is served under.
pub(crate) async fn no_endpoint(State(sim): State<Arc<Shared>>, head: Parts) -> Refusal {
    // Coze Studio takes it for its web interface, before it looks at the token.
    if !sim.dialect.looks_at_path_first()
        && let Err(refusal) = sim.user(&head)
    {
        return refusal;
    }
    Refusal::NoEndpoint(format!("{} {}", head.method, head.uri.path()))
}

async fn wrong_method(State(sim): State<Arc<Shared>>, mut head: Parts) -> Refusal {
    match admit(&mut head, &sim).await {
        Err(refusal) => refusal,
        Ok(_) => Refusal::WrongMethod(format!("{} {}", head.method, head.uri.path())),
    }
}

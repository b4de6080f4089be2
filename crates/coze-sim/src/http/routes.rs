//! Which endpoints there are.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::MethodRouter;

use super::answer::StudioErrors;
use crate::dialect::Dialect;
use crate::server::Shared;

/// Collects the endpoints of the service that the simulator stands in for.
pub(crate) struct Routes {
    dialect: Dialect,
    /// Whether endpoints of the pages are all.
    strict: bool,
    router: Router<Arc<Shared>>,
}

impl Routes {
    pub(crate) fn new(dialect: Dialect, strict: bool) -> Self {
        Self { dialect, strict, router: Router::new() }
    }

    /// Adds an endpoint of the hosted service that no page has, but that an official client asks for.
    pub(crate) fn unofficial(self, path: &str, methods: MethodRouter<Arc<Shared>>) -> Self {
        if self.strict { self } else { self.official(path, methods) }
    }

    /// Adds an endpoint that only the hosted service has.
    pub(crate) fn official(self, path: &str, methods: MethodRouter<Arc<Shared>>) -> Self {
        self.add(Dialect::Official, path, methods)
    }

    /// Adds an endpoint that only Coze Studio has.
    pub(crate) fn studio(self, path: &str, errors: StudioErrors, methods: MethodRouter<Arc<Shared>>) -> Self {
        let reported = methods.layer(map_response(move |mut response: Response| {
            response.extensions_mut().insert(errors);
            ready(response)
        }));
        self.add(Dialect::Studio, path, reported)
    }

    /// Adds an endpoint that both services have.
    pub(crate) fn both(self, path: &str, errors: StudioErrors, methods: MethodRouter<Arc<Shared>>) -> Self {
        self.official(path, methods.clone()).studio(path, errors, methods)
    }

    fn add(mut self, dialect: Dialect, path: &str, methods: MethodRouter<Arc<Shared>>) -> Self {
        if dialect == self.dialect {
            self.router = self.router.route(path, methods);
        }
        self
    }

    pub(crate) fn router(self) -> Router<Arc<Shared>> {
        self.router
    }
}

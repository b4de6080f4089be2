//! Table of the endpoints.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::MethodRouter;

use super::answer::StudioErrors;
use crate::dialect::Dialect;
use crate::server::Shared;

/// Collects the endpoints of the simulated service.
pub(crate) struct Routes {
    dialect: Dialect,
    /// Whether only documented endpoints exist.
    strict: bool,
    router: Router<Arc<Shared>>,
}

impl Routes {
    pub(crate) fn new(dialect: Dialect, strict: bool) -> Self {
        Self { dialect, strict, router: Router::new() }
    }

    /// Adds an undocumented endpoint of the hosted service that an official client uses.
    pub(crate) fn unofficial(self, path: &str, methods: MethodRouter<Arc<Shared>>) -> Self {
        if self.strict { self } else { self.official(path, methods) }
    }

    /// Adds an endpoint of the hosted service.
    pub(crate) fn official(self, path: &str, methods: MethodRouter<Arc<Shared>>) -> Self {
        self.add(Dialect::Official, path, methods)
    }

    /// Adds an endpoint of Coze Studio.
    pub(crate) fn studio(self, path: &str, errors: StudioErrors, methods: MethodRouter<Arc<Shared>>) -> Self {
        let reported = methods.layer(map_response(move |mut response: Response| {
            response.extensions_mut().insert(errors);
            ready(response)
        }));
        self.add(Dialect::Studio, path, reported)
    }

    /// Adds an endpoint of both services.
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

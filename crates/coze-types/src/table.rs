//! All endpoints, to be looked at one after another.

use std::fmt::Debug;

use http::Method;
use serde::de::DeserializeOwned;

use crate::core::endpoint::Endpoint;
use crate::core::path;
use crate::visit_endpoints;

/// What is done with an endpoint whose type is not known before.
///
/// ```
/// use bytes::Bytes;
/// use coze_types::{Encoded, Endpoint, EndpointVisitor, encode, find_endpoint};
/// use serde::de::DeserializeOwned;
///
/// /// Reads a recorded request and writes it again.
/// struct Again(http::Request<Bytes>);
///
/// impl EndpointVisitor for Again {
///     type Output = (&'static str, Encoded);
///
///     fn visit<E: Endpoint + DeserializeOwned>(&mut self, name: &'static str) -> Option<Self::Output> {
///         let request = E::read(&self.0).ok()?;
///         Some((name, encode(&request).ok()?))
///     }
/// }
///
/// let recorded = http::Request::get("/v1/bots/7379462189365198898?is_published=true").body(Bytes::new())?;
/// let (name, encoded) = find_endpoint(&http::Method::GET, "/v1/bots/7379462189365198898", &mut Again(recorded))
///     .expect("the endpoint is known");
/// assert_eq!(name, "RetrieveBot");
/// assert_eq!(encoded.to_string(), "GET /v1/bots/7379462189365198898?is_published=true");
/// # Ok::<(), http::Error>(())
/// ```
pub trait EndpointVisitor {
    /// What comes out.
    type Output;

    /// Looks at an endpoint and the name of its type; `None` continues with the next.
    fn visit<E: Endpoint + DeserializeOwned + Debug + 'static>(
        &mut self,
        name: &'static str,
    ) -> Option<Self::Output>;
}

/// Looks at the endpoints of a method and a path, without its query, until one gives something.
///
/// Several requests may go to one address: the streamed form of a request, or those for tokens. Only
/// [`read`](Endpoint::read) finds the matching one.
pub fn find_endpoint<V: EndpointVisitor>(method: &Method, path: &str, visitor: &mut V) -> Option<V::Output> {
    struct Found<'a, V> {
        method: &'a Method,
        path: &'a str,
        visitor: &'a mut V,
    }
    impl<V: EndpointVisitor> EndpointVisitor for Found<'_, V> {
        type Output = V::Output;

        fn visit<E: Endpoint + DeserializeOwned + Debug + 'static>(
            &mut self,
            name: &'static str,
        ) -> Option<V::Output> {
            if E::METHOD == *self.method && path::matches(E::PATH, self.path) {
                return self.visitor.visit::<E>(name);
            }
            None
        }
    }
    visit_endpoints(&mut Found { method, path, visitor })
}

/// Lists the endpoints of each group.
macro_rules! endpoints {
    ($($module:ident { $($name:ident $($streamed:ident)?),+ $(,)? })+) => {
        /// Looks at all endpoints of this crate until one gives something.
        ///
        /// Reads and writes nothing of its own; what it is for is compiled where it is called.
        pub fn visit_endpoints<V: EndpointVisitor>(visitor: &mut V) -> Option<V::Output> {
            $($(
                if let Some(output) = visitor.visit::<$module::$name>(stringify!($name)) {
                    return Some(output);
                }
                $(
                    if let Some(output) = visitor.visit::<$streamed<$module::$name>>(stringify!($name)) {
                        return Some(output);
                    }
                )?
            )+)+
            None
        }

        /// The groups, for those who reexport them all.
        #[doc(hidden)]
        pub mod groups {
            pub use crate::{$($module),+};
        }
    };
}

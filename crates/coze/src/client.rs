//! The client.

use std::fmt;
use std::sync::Arc;

use coze_types::Endpoint;
use http::Method;

use crate::call::Call;
use crate::raw::RawCall;
use crate::runtime::client::Client;
use crate::runtime::response::Receive;

/// A client of the Coze API.
///
/// It has no type parameters and is cheap to clone; clones share connections. All methods may be called from
/// any task of a Tokio runtime. A connection belongs to the runtime that created it: the built-in transport keeps separate
/// connections for each runtime.
///
/// ```no_run
/// use coze::{Coze, Region};
///
/// # fn main() -> Result<(), coze::Error> {
/// let client = Coze::builder().token("pat_…").region(Region::Cn).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Coze(Arc<Client>);

impl Coze {
    pub(crate) fn from_client(client: Arc<Client>) -> Self {
        Self(client)
    }

    pub(crate) fn shared(&self) -> &Arc<Client> {
        &self.0
    }

    pub(crate) fn client(&self) -> &Self {
        self
    }

    /// Returns the address of the server.
    pub fn base_url(&self) -> &str {
        self.0.base_url.as_str()
    }

    /// Sends any endpoint: those of this crate, and your own.
    ///
    /// ```no_run
    /// use coze::{Coze, chat::RetrieveChat};
    ///
    /// # async fn run(client: Coze) -> Result<(), coze::Error> {
    /// let chat = client.send(RetrieveChat::new("7379462189365198898", "7379462189365198899")).await?;
    /// # Ok(()) }
    /// ```
    pub fn send<E: Endpoint<Reply: Receive>>(&self, endpoint: E) -> Call<E> {
        Call::new(&self.0, endpoint)
    }

    /// Starts a request to a path that has no type yet.
    ///
    /// ```no_run
    /// use coze::{Coze, http::Method};
    ///
    /// # async fn run(client: Coze) -> Result<(), coze::Error> {
    /// let answer = client.request(Method::GET, "/v1/workspaces").query("page_num", 1).await?;
    /// println!("{}", answer.text());
    /// # Ok(()) }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(&self.0, method, path.into())
    }
}

impl fmt::Debug for Coze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coze")
            .field("base_url", &self.0.base_url)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

//! A running simulator.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::app;
use crate::dialect::Dialect;
use crate::http::journal::{Disconnect, Journal, Recorded};
use crate::oauth::{OAuth, OAuthControl, Service, demo_config};
use crate::script::fault::Fault;
use crate::script::{Script, ScriptError};
use crate::server::{Inside, Shared, accept};
use crate::state::{Feedback, Id, Log, Store, StoredFile};
use crate::workflow::Workflow;

/// Token of a simulator without others.
pub const DEMO_TOKEN: &str = "pat_sim";

/// A simulator that runs until it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), coze_sim::StartError> {
/// let sim = coze_sim::Sim::start().await?;
/// println!("{} takes the token {}", sim.url(), sim.token());
/// sim.shutdown().await;
/// # Ok(()) }
/// ```
pub struct Sim {
    shared: Arc<Shared>,
    app: Router,
    addr: SocketAddr,
}

impl Sim {
    /// Starts a simulator of the hosted service on a free loopback port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Returns a builder.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    /// Returns the base URL, such as `http://127.0.0.1:38211`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the address of its listener.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the (first) accepted token.
    pub fn token(&self) -> &str {
        self.shared.tokens.first().map_or(DEMO_TOKEN, |(token, _)| token)
    }

    /// Returns the requests so far, oldest first; at most the newest 1024.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.journal.requests()
    }

    /// Returns the number of open event streams.
    pub fn open_streams(&self) -> usize {
        self.shared.journal.streams().borrow().open
    }

    /// Returns the streams that a client closed before their end; at most the newest 1024.
    pub fn disconnects(&self) -> Vec<Disconnect> {
        self.shared.journal.disconnects()
    }

    /// Waits until clients have closed this number of streams early, counted from the start of the simulator.
    pub async fn disconnected(&self, count: usize) {
        // The sender exists as long as the simulator.
        let _ = self.shared.journal.streams().wait_for(|streams| streams.disconnected >= count).await;
    }

    /// Waits until no event stream is open.
    pub async fn streams_closed(&self) {
        let _ = self.shared.journal.streams().wait_for(|streams| streams.open == 0).await;
    }

    /// Returns the uploaded file with an id.
    pub fn file(&self, id: Id) -> Option<StoredFile> {
        self.shared.store.lock().files.get(&id).cloned()
    }

    /// Returns the feedback on a message.
    pub fn feedback(&self, message: Id) -> Option<Feedback> {
        let state = self.shared.store.lock();
        let mut messages = state.conversations.values().flat_map(|conversation| &conversation.messages);
        messages.find(|one| one.id == message)?.feedback.clone()
    }

    /// Inspects and controls the OAuth endpoints.
    pub fn oauth(&self) -> OAuthControl<'_> {
        OAuthControl::new(&self.shared.oauth)
    }

    /// Returns the configuration of the demo service app as JSON, as the console exports it.
    ///
    /// Its private key is part of the crate, and useful only for simulators.
    pub fn oauth_config(&self) -> String {
        demo_config(&self.url())
    }

    /// Injects a fault until [`reset`](Self::reset); faults apply in the order of their injection, before those of the
    /// script.
    pub fn inject(&self, fault: Fault) -> Result<(), ScriptError> {
        fault.check().map_err(|problem| ScriptError::new("fault", problem))?;
        self.shared.injected.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        Ok(())
    }

    /// Sets the reply to the next chat, for any input and any bot; further calls set those of the chats after it.
    ///
    /// A reply is the value of `reply` in a rule of a script: a text, or an object with `steps`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let sim = coze_sim::Sim::start().await?;
    /// sim.reply_next("Hello from the test.")?;
    /// sim.reply_next(json!({"steps": [{"answer": "So f"}, {"fail": {"code": 5000, "msg": "broken"}}]}))?;
    /// # Ok(()) }
    /// ```
    pub fn reply_next(&self, reply: impl Into<serde_json::Value>) -> Result<(), ScriptError> {
        let reply = serde_json::from_value(reply.into()).map_err(|error| ScriptError::new("reply", error))?;
        self.shared.replies.lock().unwrap_or_else(PoisonError::into_inner).push_back(reply);
        Ok(())
    }

    /// Stops the clock for the times of responses and the expiry of tokens; waits and paces continue.
    pub fn freeze_clock(&self) {
        self.shared.store.clock.freeze();
    }

    /// Advances that clock.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.store.clock.advance(by);
    }

    /// Deletes everything that was stored, recorded, injected and issued, and resets the counters of the script and the
    /// clock. Requests in progress continue.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Serves one connection that does not use the port, such as a pipe in memory, until it ends.
    ///
    /// Any `Host` is accepted. [`shutdown`](Self::shutdown) does not end it.
    pub async fn serve(&self, connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        crate::server::connection(connection, self.app.clone(), self.shared.patience, Some(Inside)).await;
    }

    /// Closes the port and all connections.
    pub async fn shutdown(self) {
        self.shared.stop.send_replace(true);
        // Every task has a receiver; the last one is dropped when all of them have ended.
        self.shared.stop.closed().await;
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The shared state contains tokens.
        f.debug_struct("Sim")
            .field("addr", &self.addr)
            .field("dialect", &self.shared.dialect)
            .finish_non_exhaustive()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}

/// Settings of a simulator before its start.
#[derive(Clone, Default)]
pub struct SimBuilder {
    addr: Option<SocketAddr>,
    dialect: Dialect,
    strict: bool,
    names: Vec<String>,
    origins: Vec<String>,
    patience: Option<Duration>,
    memory: Option<usize>,
    log: Option<Log>,
    script: Script,
    tokens: Vec<String>,
    pace: Option<Duration>,
    upload_limit: Option<u64>,
    workflows: Vec<Workflow>,
    constants: BTreeMap<String, String>,
    hosts: Vec<String>,
    unpaid: bool,
    ping: Option<Duration>,
    oauth: OAuth,
}

impl SimBuilder {
    /// Sets the address to listen on; by default a free port of 127.0.0.1.
    pub fn addr(mut self, addr: SocketAddr) -> Self {
        self.addr = Some(addr);
        self
    }

    /// Sets the service to simulate.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets whether the documentation is applied strictly; by default, what official clients send in violation of it is
    /// accepted.
    ///
    /// This concerns pages of 31 to 100 workflows and lists of them without a workspace, chats with a workflow that
    /// have no `parameters`, no message, or messages of type `object_string`, documents without a `chunk_strategy`,
    /// and lists of documents by GET.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Adds a name that requests may use as their `Host`.
    ///
    /// By default, those are `localhost` and names that end in `.localhost`, addresses, and names without a dot. Others
    /// are rejected, so that no web page can use the simulator under a name of its own.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Allows web pages of an origin such as `https://app.example.com`; those of this computer are always allowed.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Sets the maximum silence of a client that sends a request; 30 s by default.
    pub fn patience(mut self, silence: Duration) -> Self {
        self.patience = Some(silence);
        self
    }

    /// Sets the approximate maximum size of conversations, files, runs, datasets, voices, voiceprints and rooms in
    /// bytes, 256 MiB by default; the oldest are removed first.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// Sets a receiver for the lines of the log, such as what was removed; by default there is none.
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// Sets scripted bots and faults.
    pub fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// Adds a token instead of [`DEMO_TOKEN`]; each token belongs to another user.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Sets the time between two deltas of an answer; 25 ms by default.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Sets the maximum size of an uploaded file, in bytes; by default that of the service.
    pub fn upload_limit(mut self, bytes: u64) -> Self {
        self.upload_limit = Some(bytes);
        self
    }

    /// Adds a workflow.
    pub fn workflow(mut self, workflow: Workflow) -> Self {
        self.workflows.push(workflow);
        self
    }

    /// Sets a constant for all workflows that use it, such as a token that belongs in no file.
    pub fn constant(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.constants.insert(name.into(), value.into());
        self
    }

    /// Allows the HTTP nodes of workflows to call a `HOST:PORT`; all others are rejected. The default port is 80.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        let host = host.into().to_ascii_lowercase();
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        self.hosts.push(if has_port { host } else { format!("{host}:80") });
        self
    }

    /// Sets whether the account has a paid plan; by default it has one. Without it, runs cannot be asynchronous, and
    /// tools of plugins cannot be called.
    pub fn paid(mut self, paid: bool) -> Self {
        self.unpaid = !paid;
        self
    }

    /// Sets the silence after which the stream of a workflow sends a heartbeat; 5 s by default.
    pub fn ping(mut self, silence: Duration) -> Self {
        self.ping = Some(silence);
        self
    }

    /// Sets the behavior of the OAuth endpoints.
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.oauth = oauth;
        self
    }

    /// Starts the simulator on the current tokio runtime.
    pub async fn start(self) -> Result<Sim, StartError> {
        let addr = self.addr.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let workflows = prepare(self.workflows, &self.constants)?;
        let failed = |source| StartError(Cause::Listen { addr, source });
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let tokens = if self.tokens.is_empty() { vec![DEMO_TOKEN.to_owned()] } else { self.tokens };
        let store = Store::new(self.memory.unwrap_or(256 << 20), self.log);
        let shared = Arc::new(Shared {
            dialect: self.dialect,
            behavior: self.dialect.behavior(),
            strict: self.strict,
            names: self.names,
            origins: self.origins,
            patience: self.patience.unwrap_or(Duration::from_secs(30)),
            tokens: tokens.into_iter().map(|token| (token, store.mint.id())).collect(),
            script: self.script,
            pace: self.pace.unwrap_or(Duration::from_millis(25)),
            upload_limit: self.upload_limit.unwrap_or(self.dialect.upload_limit()),
            workflows,
            hosts: self.hosts,
            paid: !self.unpaid,
            ping: self.ping.unwrap_or(Duration::from_secs(5)),
            oauth: Service::new(self.oauth, addr, store.clock.clone()),
            injected: Mutex::default(),
            replies: Mutex::default(),
            store,
            journal: Arc::new(Journal::new()),
            stop: watch::Sender::new(false),
        });
        let app = app(&shared);
        shared.spawn(accept(listener, Arc::clone(&shared), app.clone()));
        Ok(Sim { shared, app, addr })
    }
}

impl fmt::Debug for SimBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tokens and constants are secrets.
        f.debug_struct("SimBuilder")
            .field("addr", &self.addr)
            .field("dialect", &self.dialect)
            .field("workflows", &self.workflows.iter().map(Workflow::id).collect::<Vec<_>>())
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}

/// Adds the constants to the workflows, and indexes them by id.
fn prepare(
    workflows: Vec<Workflow>,
    constants: &BTreeMap<String, String>,
) -> Result<BTreeMap<Id, Arc<Workflow>>, StartError> {
    let mut prepared = BTreeMap::new();
    for mut workflow in workflows {
        let id = workflow.id();
        workflow.set_constants(constants).map_err(|problem| StartError(Cause::Workflow(problem)))?;
        if prepared.insert(id, Arc::new(workflow)).is_some() {
            let problem = format!("two workflows have the id {id}; give one of them another");
            return Err(StartError(Cause::Workflow(problem)));
        }
    }
    Ok(prepared)
}

/// Why a simulator could not start.
#[derive(Debug)]
pub struct StartError(Cause);

#[derive(Debug)]
enum Cause {
    Listen { addr: SocketAddr, source: std::io::Error },
    Workflow(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Listen { addr, source } => {
                write!(
                    f,
                    "cannot listen on {addr}: {source}; choose another address (port 0 takes a free one)"
                )
            }
            Cause::Workflow(problem) => f.write_str(problem),
        }
    }
}

/// Without a source, which would be printed twice with the whole chain.
impl std::error::Error for StartError {}

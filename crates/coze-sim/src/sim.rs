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

/// Token that a simulator accepts when it was given none.
pub const DEMO_TOKEN: &str = "pat_sim";

/// A simulator that serves until it is dropped.
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

    /// Prepares a simulator.
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    /// Returns the base URL, such as `http://127.0.0.1:38211`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns the (first) token that it accepts.
    pub fn token(&self) -> &str {
        self.shared.tokens.first().map_or(DEMO_TOKEN, |(token, _)| token)
    }

    /// Returns the requests so far, oldest first; at most the newest 1024.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.journal.requests()
    }

    /// Counts the event streams that are being sent now.
    pub fn open_streams(&self) -> usize {
        self.shared.journal.streams().borrow().open
    }

    /// Returns the streams that a client closed before they were over; at most the newest 1024.
    pub fn disconnects(&self) -> Vec<Disconnect> {
        self.shared.journal.disconnects()
    }

    /// Waits until clients have closed so many streams early, counted from the start of the simulator.
    pub async fn disconnected(&self, count: usize) {
        // The sender lives as long as the simulator.
        let _ = self.shared.journal.streams().wait_for(|streams| streams.disconnected >= count).await;
    }

    /// Waits until no event stream is open.
    pub async fn streams_closed(&self) {
        let _ = self.shared.journal.streams().wait_for(|streams| streams.open == 0).await;
    }

    /// Returns what was uploaded under an id.
    pub fn file(&self, id: Id) -> Option<StoredFile> {
        self.shared.store.lock().files.get(&id).cloned()
    }

    /// Returns the feedback that was given on a message.
    pub fn feedback(&self, message: Id) -> Option<Feedback> {
        let state = self.shared.store.lock();
        let mut messages = state.conversations.values().flat_map(|conversation| &conversation.messages);
        messages.find(|one| one.id == message)?.feedback.clone()
    }

    /// Looks at the OAuth endpoints, and steers them.
    pub fn oauth(&self) -> OAuthControl<'_> {
        OAuthControl::new(&self.shared.oauth)
    }

    /// Returns the config of the demo service app as JSON, in the form that the console exports.
    ///
    /// Its private key is part of the crate, and good for nothing but simulators.
    pub fn oauth_config(&self) -> String {
        demo_config(&self.url())
    }

    /// Makes requests fail from now on, until [`reset`](Self::reset); what was injected first goes first, and before the
    /// faults of the script.
    pub fn inject(&self, fault: Fault) -> Result<(), ScriptError> {
        fault.check().map_err(|problem| ScriptError::new("fault", problem))?;
        self.shared.injected.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
        Ok(())
    }

    /// Answers the next chat so, whatever it asks and whichever bot; more calls answer the chats after it.
    ///
    /// A reply is what a rule of a script has as its `reply`: a text, or an object with `steps`.
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

    /// Stops the clock that the times of answers and the expiry of tokens come from; waits and paces go on.
    pub fn freeze_clock(&self) {
        self.shared.store.clock.freeze();
    }

    /// Moves that clock ahead.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.store.clock.advance(by);
    }

    /// Forgets everything that was stored, recorded, injected and issued, counts the uses of the script from the
    /// beginning, and sets the clock right. What is being answered goes on.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Serves one connection that did not come through the port, such as a pipe in memory, until it ends.
    ///
    /// Any `Host` is taken. [`shutdown`](Self::shutdown) does not end it.
    pub async fn serve(&self, connection: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        crate::server::connection(connection, self.app.clone(), self.shared.patience, Some(Inside)).await;
    }

    /// Stops: closes the port and every connection.
    pub async fn shutdown(self) {
        self.shared.stop.send_replace(true);
        // Every task holds a receiver; the last one is gone when all of them have ended.
        self.shared.stop.closed().await;
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it shares holds tokens.
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

/// Settings of a simulator that is about to start.
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

    /// Sets which service to stand in for.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets whether to keep to the letter of the official pages; by default what official clients send against them
    /// is taken as well.
    ///
    /// Those are pages of 31 to 100 workflows and lists of them without a workspace, chats with a workflow that have
    /// no `parameters`, no message, or messages of type `object_string`, documents without a `chunk_strategy`, and
    /// lists of documents by GET.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Adds a name that requests may give as their `Host`.
    ///
    /// Without it, those are `localhost` and what ends in `.localhost`, addresses, and names without a dot. Any other
    /// is refused, so that no web page reaches the simulator under a name of its own.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Lets web pages of an origin such as `https://app.example.com` use the simulator; those of this computer may.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Sets how long a client may be silent before its request has come whole; 30 s by default.
    pub fn patience(mut self, silence: Duration) -> Self {
        self.patience = Some(silence);
        self
    }

    /// Sets about how many bytes of conversations, files, runs, datasets, voices, voiceprints and rooms are kept, 256 MiB
    /// by default; the oldest go first.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// Sets what takes the lines of the log, such as what was forgotten; by default nobody reads them.
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// Sets scripted bots and faults.
    pub fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// Adds a token in place of [`DEMO_TOKEN`]; each token belongs to a user of its own.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Sets the time between two deltas of an answer; 25 ms by default.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = Some(pace);
        self
    }

    /// Sets the size of the largest file that can be uploaded, in bytes; by default that of the service.
    pub fn upload_limit(mut self, bytes: u64) -> Self {
        self.upload_limit = Some(bytes);
        self
    }

    /// Adds a workflow.
    pub fn workflow(mut self, workflow: Workflow) -> Self {
        self.workflows.push(workflow);
        self
    }

    /// Sets a constant of all workflows that name it, such as a token that no file should hold.
    pub fn constant(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.constants.insert(name.into(), value.into());
        self
    }

    /// Lets the HTTP nodes of workflows reach a `HOST:PORT`; they reach no others. Without a port it is 80.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        let host = host.into().to_ascii_lowercase();
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        self.hosts.push(if has_port { host } else { format!("{host}:80") });
        self
    }

    /// Sets whether the account has a paid plan, which it has by default; without one, runs cannot be asynchronous,
    /// and tools of plugins cannot be called.
    pub fn paid(mut self, paid: bool) -> Self {
        self.unpaid = !paid;
        self
    }

    /// Sets the silence after which the stream of a workflow sends a heartbeat; 5 s by default.
    pub fn ping(mut self, silence: Duration) -> Self {
        self.ping = Some(silence);
        self
    }

    /// Sets how the OAuth endpoints behave.
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.oauth = oauth;
        self
    }

    /// Starts the simulator on the current tokio runtime.
    pub async fn start(self) -> Result<Sim, StartError> {
        let addr = self.addr.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 0)));
        let workflows = settle(self.workflows, &self.constants)?;
        let failed = |source| StartError(Cause::Listen { addr, source });
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let tokens = if self.tokens.is_empty() { vec![DEMO_TOKEN.to_owned()] } else { self.tokens };
        let store = Store::new(self.memory.unwrap_or(256 << 20), self.log);
        let shared = Arc::new(Shared {
            dialect: self.dialect,
            ways: self.dialect.ways(),
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

/// Gives workflows their constants, and finds them by their ids.
fn settle(
    workflows: Vec<Workflow>,
    constants: &BTreeMap<String, String>,
) -> Result<BTreeMap<Id, Arc<Workflow>>, StartError> {
    let mut settled = BTreeMap::new();
    for mut workflow in workflows {
        let id = workflow.id();
        workflow.settle(constants).map_err(|problem| StartError(Cause::Workflow(problem)))?;
        if settled.insert(id, Arc::new(workflow)).is_some() {
            let problem = format!("two workflows have the id {id}; give one of them another");
            return Err(StartError(Cause::Workflow(problem)));
        }
    }
    Ok(settled)
}

/// Says why a simulator could not start.
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

/// Without a source: who prints the whole chain would print the cause twice.
impl std::error::Error for StartError {}

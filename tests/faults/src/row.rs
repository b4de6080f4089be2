//! One row of the matrix: a cause, a call, and what must come of it.

use std::time::Duration;

use coze::{Builder, Coze, Error, ErrorKind, RetryPolicy};
use coze_transport::HyperTransport;

use crate::call::{Call, Outcome, PATIENCE, next_works};
use crate::server::{Act, Cert, Plan, Script, Server, blackhole, reserved, root};
use crate::wire::WHOLE;

/// Where the server is, and what stands before it.
#[derive(Clone, Copy, Debug)]
enum Site {
    Plain,
    Tls,
    Http2,
    /// Nobody listens, until the call is over.
    Refused,
    /// The name of the host does not exist.
    NoName,
    /// Connections are neither taken nor refused, until the call is over.
    Blackhole,
    /// The server is a proxy for plain http.
    Proxy,
    /// The server is a proxy that opens tunnels to https.
    Tunnel,
}

/// A cause, a call, and what must come of it.
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    call: Call,
    site: Site,
    scripts: Vec<Script>,
    client: fn(Builder) -> Builder,
    transport: fn(coze_transport::Builder) -> coze_transport::Builder,
    text: Option<&'static str>,
    errors: Vec<(ErrorKind, &'static str)>,
    requests: Option<usize>,
    connections: Option<(usize, usize)>,
    asked: fn(&[String]) -> bool,
    check: fn(&[Error]) -> bool,
}

/// How a row went.
pub struct Verdict {
    pub name: &'static str,
    /// What was expected.
    pub expected: String,
    pub result: Result<(), String>,
}

impl Row {
    /// A row whose call ends well with the text of a good answer, unless it says otherwise.
    pub fn new(name: &'static str, call: Call) -> Self {
        Self {
            name,
            call,
            site: Site::Plain,
            scripts: Vec::new(),
            client: |client| client,
            transport: |transport| transport,
            text: None,
            errors: Vec::new(),
            requests: None,
            connections: None,
            asked: |_| true,
            check: |_| true,
        }
    }

    /// What the server does on its first connections; later ones are served well.
    pub fn serve(mut self, scripts: impl IntoIterator<Item = Script>) -> Self {
        self.scripts = scripts.into_iter().collect();
        self
    }

    fn at(mut self, site: Site) -> Self {
        self.site = site;
        self
    }

    pub fn tls(self) -> Self {
        self.at(Site::Tls)
    }

    pub fn http2(self) -> Self {
        self.at(Site::Http2)
    }

    pub fn refused(self) -> Self {
        self.at(Site::Refused)
    }

    pub fn no_name(self) -> Self {
        self.at(Site::NoName)
    }

    pub fn blackhole(self) -> Self {
        self.at(Site::Blackhole)
    }

    pub fn proxy(self) -> Self {
        self.at(Site::Proxy)
    }

    pub fn tunnel(self) -> Self {
        self.at(Site::Tunnel)
    }

    pub fn client(mut self, set: fn(Builder) -> Builder) -> Self {
        self.client = set;
        self
    }

    pub fn transport(mut self, set: fn(coze_transport::Builder) -> coze_transport::Builder) -> Self {
        self.transport = set;
        self
    }

    /// The call ends well with this text; with [`fails`](Self::fails), the text comes before the error or behind it.
    pub fn yields(mut self, text: &'static str) -> Self {
        self.text = Some(text);
        self
    }

    /// The call reports an error of this sort and with these words; several in their order.
    pub fn fails(mut self, kind: ErrorKind, words: &'static str) -> Self {
        self.errors.push((kind, words));
        self
    }

    /// So many requests arrive.
    pub fn sent(mut self, requests: usize) -> Self {
        self.requests = Some(requests);
        self
    }

    /// Together with the next requests it takes so many connections, of which so many end.
    pub fn connects(mut self, opened: usize, ended: usize) -> Self {
        self.connections = Some((opened, ended));
        self
    }

    /// The requests read so, head and body.
    pub fn asked(mut self, asked: fn(&[String]) -> bool) -> Self {
        self.asked = asked;
        self
    }

    /// The errors are also so.
    pub fn check(mut self, check: fn(&[Error]) -> bool) -> Self {
        self.check = check;
        self
    }

    /// Runs the row.
    pub async fn run(self) -> Verdict {
        let (name, expected) = (self.name, self.expected());
        // In a task of its own, so that a panic is a failure of this row alone.
        let running = tokio::spawn(async move { self.judged().await });
        let result = match tokio::time::timeout(PATIENCE * 2, running).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(format!("it panicked: {panic}")),
            Err(_) => Err("it hangs".to_owned()),
        };
        Verdict { name, expected, result }
    }

    fn expected(&self) -> String {
        let mut all: Vec<_> = self
            .errors
            .iter()
            .map(|(kind, words)| format!("{kind:?} {words:?}").replace(" \"\"", ""))
            .collect();
        match self.text {
            Some(text) if !all.is_empty() => all.push(format!("the text {text:?}")),
            _ if all.is_empty() => all.push("well".to_owned()),
            _ => {}
        }
        if let Some(requests) = self.requests {
            all.push(format!("requests: {requests}"));
        }
        if let Some((opened, ended)) = self.connections {
            all.push(format!("connections: {opened}, of which {ended} end"));
        }
        all.join(", ")
    }

    async fn judged(&self) -> Result<(), String> {
        let mut scene = Scene::set(self).await;
        let client = scene.client(self, &scene.url);
        let outcome = tokio::time::timeout(PATIENCE, (self.call)(client.clone()))
            .await
            .map_err(|_| "the call hangs".to_owned())?;
        let requests = scene.server.as_ref().map(Server::seen).unwrap_or_default();
        self.judge(&outcome, &requests)?;
        scene.mend();
        let next = match self.site {
            // A name does not come into being: another client takes the same transport.
            Site::NoName => {
                let server = Server::start(Plan::default()).await;
                next_works(&scene.client(self, &format!("http://{}", server.addr))).await
            }
            _ => next_works(&client).await,
        };
        next?;
        match (&scene.server, self.connections) {
            (Some(server), Some(wanted)) => connected(server, wanted).await,
            _ => Ok(()),
        }
    }

    fn judge(&self, outcome: &Outcome, requests: &[String]) -> Result<(), String> {
        let Outcome { text, errors } = outcome;
        let met = errors.len() == self.errors.len()
            && errors
                .iter()
                .zip(&self.errors)
                .all(|(error, (kind, words))| error.kind() == *kind && error.to_string().contains(words));
        if !met {
            let told: Vec<_> = errors.iter().map(|error| format!("{:?}: {error}", error.kind())).collect();
            return Err(format!("text {text:?}, errors {told:#?}"));
        }
        if errors
            .iter()
            .any(|error| error.to_string().contains("pat_row") || error.to_string().contains('\n'))
        {
            return Err(format!("an error shows the token, or more than a line: {errors:?}"));
        }
        let wanted = self.text.unwrap_or(if self.errors.is_empty() { WHOLE } else { "" });
        if text != wanted {
            return Err(format!("text {text:?} in place of {wanted:?}, errors {errors:?}"));
        }
        if !(self.check)(errors) {
            return Err(format!("the further check of the row failed: {errors:?}"));
        }
        match self.requests {
            Some(wanted) if wanted != requests.len() => {
                Err(format!("{} requests in place of {wanted}", requests.len()))
            }
            _ if !(self.asked)(requests) => {
                Err(format!("the requests are not as they should be: {requests:#?}"))
            }
            _ => Ok(()),
        }
    }
}

/// Waits for connections to be as wanted: the server learns late of one that was closed.
async fn connected(server: &Server, wanted: (usize, usize)) -> Result<(), String> {
    let reached = async {
        while server.connections() != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (opened, ended) = match tokio::time::timeout(PATIENCE / 4, reached).await {
        Ok(()) => return Ok(()),
        Err(_) => server.connections(),
    };
    Err(format!("{opened} connections, of which {ended} ended, in place of {} and {}", wanted.0, wanted.1))
}

/// A server and what leads to it.
struct Scene {
    url: String,
    transport: HyperTransport,
    server: Option<Server>,
    /// What makes the server out of order, and the server once that is mended.
    broken: Option<Broken>,
}

enum Broken {
    Unheard(tokio::net::TcpSocket),
    Full(tokio::net::TcpListener, Vec<tokio::net::TcpStream>),
}

impl Scene {
    async fn set(row: &Row) -> Self {
        let prelude = match row.site {
            Site::Tls => vec![Act::Tls(Cert::Good)],
            Site::Http2 => vec![Act::Tls(Cert::Http2), Act::Http2],
            Site::Tunnel => vec![Act::Tunnel, Act::Tls(Cert::Good)],
            _ => Vec::new(),
        };
        let plan = Plan { scripts: row.scripts.clone(), prelude };
        let transport = (row.transport)(HyperTransport::builder().add_root_certificate_pem(root()));
        let (url, transport, server, broken) = match row.site {
            Site::Refused => {
                let (socket, addr) = reserved();
                (format!("http://{addr}"), transport.no_proxy(), None, Some(Broken::Unheard(socket)))
            }
            Site::Blackhole => {
                let (listener, queued) = blackhole().await;
                let addr = listener.local_addr().unwrap();
                let broken = Some(Broken::Full(listener, queued));
                (format!("http://{addr}"), transport.no_proxy(), None, broken)
            }
            // A label of over 63 bytes is no name, so that no resolver is asked.
            Site::NoName => (format!("http://{}.invalid", "a".repeat(64)), transport.no_proxy(), None, None),
            site => {
                let server = Server::start(plan).await;
                let (addr, port) = (server.addr, server.addr.port());
                let (url, transport) = match site {
                    Site::Tls | Site::Http2 => (format!("https://localhost:{port}"), transport.no_proxy()),
                    Site::Proxy => {
                        ("http://coze.invalid".to_owned(), transport.proxy(format!("http://{addr}")))
                    }
                    Site::Tunnel => {
                        ("https://localhost".to_owned(), transport.proxy(format!("http://{addr}")))
                    }
                    _ => (format!("http://{addr}"), transport.no_proxy()),
                };
                (url, transport, Some(server), None)
            }
        };
        Self { url, transport: transport.build().unwrap(), server, broken }
    }

    fn client(&self, row: &Row, url: &str) -> Coze {
        let quick = RetryPolicy::new().base_delay(Duration::from_millis(1));
        let builder = Coze::builder().token("pat_row").base_url(url).retry(quick).timeout(PATIENCE);
        // The names of some rows are no addresses of this machine.
        let builder = builder.allow_plain_http();
        (row.client)(builder).transport(self.transport.clone()).build().unwrap()
    }

    fn mend(&mut self) {
        match self.broken.take() {
            Some(Broken::Unheard(socket)) => {
                self.server = Some(Server::listen(socket.listen(16).unwrap(), Plan::default()));
            }
            Some(Broken::Full(listener, queued)) => {
                drop(queued);
                self.server = Some(Server::listen(listener, Plan::default()));
            }
            None => {}
        }
    }
}

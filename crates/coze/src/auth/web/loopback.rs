//! A receiver for the code that a browser returns to a program on the same machine.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use coze_types::Secret;
use http::Uri;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::Authorization;
use crate::error::{Error, TimeoutKind};
use crate::runtime::base_url::port;
use crate::runtime::timeout::within_runtime;

/// Listens on `127.0.0.1` for the browser to return a code.
///
/// ```no_run
/// use coze::auth::{Loopback, Session, MemoryStore, WebApp};
/// use coze::{Coze, Region};
///
/// # async fn run() -> Result<(), coze::Error> {
/// let app = WebApp::public("57294420732781205987760324720643.app.coze");
/// let server = Coze::builder().region(Region::Cn).build_server()?;
/// // One of the redirect URIs that the app was registered with.
/// let loopback = Loopback::bind("http://127.0.0.1:8080/callback").await?;
/// let question = app.authorize(&server, loopback.redirect_uri())?;
/// println!("open {}", question.url());
/// let code = loopback.receive(&question).await?;
/// let grant = app.exchange(&server, &question, code).await?;
/// let client = Coze::builder().region(Region::Cn).auth(Session::new(app, MemoryStore::with(grant))).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Loopback {
    listener: TcpListener,
    redirect_uri: String,
    path: String,
    timeout: Duration,
}

impl Loopback {
    /// Listens on the address of a redirect URI: `http://127.0.0.1:8080/callback`, or `http://localhost:8080`. Port 0 selects
    /// a free port; the resulting address must be registered with the app.
    pub async fn bind(redirect_uri: &str) -> Result<Self, Error> {
        within_runtime()?;
        let fail = |why: &str| Error::config(format!("the redirect URI {redirect_uri:?} {why}"));
        let uri: Uri = redirect_uri.parse().map_err(|error| fail(&format!("is not an address: {error}")))?;
        let host = uri.host().unwrap_or_default();
        if uri.scheme_str() != Some("http") || !matches!(host, "127.0.0.1" | "localhost") {
            return Err(fail(
                "does not lead to this program; use one such as http://127.0.0.1:8080/callback",
            ));
        }
        let port = port(&uri).ok_or_else(|| fail("has a port that is not a number from 0 to 65535"))?;
        let port = port.unwrap_or(80);
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .map_err(|error| fail(&format!("cannot be listened on: {error}; use another port")))?;
        let bound =
            listener.local_addr().map_err(|error| fail(&format!("cannot be listened on: {error}")))?;
        let redirect_uri = match port {
            0 => format!(
                "http://{host}:{}{}",
                bound.port(),
                uri.authority()
                    .map_or("", |authority| &redirect_uri["http://".len() + authority.as_str().len()..])
            ),
            _ => redirect_uri.to_owned(),
        };
        Ok(Self { listener, redirect_uri, path: uri.path().to_owned(), timeout: Duration::from_secs(300) })
    }

    /// Sets how long to wait for the user; 5 minutes by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Returns the address to request the code with.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Waits for the code, and shows the result to the user in the browser, in Chinese or English.
    ///
    /// A request with another path, such as `/favicon.ico`, or with another state changes nothing. Fails if the user
    /// refuses, or does not return in time.
    pub async fn receive(self, authorization: &Authorization) -> Result<Secret, Error> {
        within_runtime()?;
        let timeout = self.timeout;
        let (sender, mut answers) = mpsc::channel(1);
        let visit = Arc::new(Visit { authorization: authorization.clone(), path: self.path, sender });
        // Remaining connections end with this set.
        let mut server = JoinSet::new();
        server.spawn(serve(self.listener, visit));
        match tokio::time::timeout(timeout, answers.recv()).await {
            Ok(Some(answer)) => answer,
            Ok(None) => Err(Error::auth("cannot wait for the browser", "the listener has ended")),
            Err(_) => Err(Error::timeout(TimeoutKind::Login, timeout)),
        }
    }
}

struct Visit {
    authorization: Authorization,
    path: String,
    sender: mpsc::Sender<Result<Secret, Error>>,
}

/// Browsers open connections ahead and send nothing on them: each one is served by itself.
async fn serve(listener: TcpListener, visit: Arc<Visit>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let visit = Arc::clone(&visit);
                connections.spawn(async move {
                    // A connection that breaks does not affect the others.
                    let _ = tokio::time::timeout(Duration::from_secs(30), answer(stream, &visit)).await;
                });
            }
            // Too many open files, for example: wait for some to close.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(mut stream: TcpStream, visit: &Visit) -> io::Result<()> {
    let head = read_head(&mut stream).await?;
    let line = std::str::from_utf8(&head).unwrap_or_default().lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if path != visit.path {
        return respond(&mut stream, "404 Not Found", &OTHER).await;
    }
    if method != "GET" {
        return respond(&mut stream, "405 Method Not Allowed", &OTHER).await;
    }
    match visit.authorization.code(target) {
        Ok(code) => {
            let told = respond(&mut stream, "200 OK", &GRANTED).await;
            let _ = visit.sender.send(Ok(code)).await;
            told
        }
        // The response to this request, as its state shows.
        Err(error) if error.api().is_some() => {
            let told = respond(&mut stream, "403 Forbidden", &REFUSED).await;
            let _ = visit.sender.send(Err(error)).await;
            told
        }
        Err(_) => respond(&mut stream, "400 Bad Request", &OTHER).await,
    }
}

/// Reads a request up to the blank line, or as far as 16 KiB.
async fn read_head(stream: &mut TcpStream) -> io::Result<Zeroizing<Vec<u8>>> {
    const LIMIT: usize = 16 * 1024;
    let mut head = Zeroizing::new(Vec::with_capacity(LIMIT));
    while head.len() < LIMIT && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut *head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

/// A page in both languages.
struct Page {
    chinese: &'static str,
    english: &'static str,
}

const GRANTED: Page = Page {
    chinese: "授权成功,可以关闭此页面。",
    english: "You are logged in and may close this page.",
};
const REFUSED: Page = Page {
    chinese: "授权被拒绝,可以关闭此页面。",
    english: "Access was refused; you may close this page.",
};
const OTHER: Page = Page {
    chinese: "此地址只接收当前登录的授权结果。",
    english: "This address takes the answer of the current login, and nothing else.",
};

async fn respond(stream: &mut TcpStream, status: &str, page: &Page) -> io::Result<()> {
    let body = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>Coze</title>\
         <body style=\"font-family:sans-serif;text-align:center;margin-top:20vh\">\
         <p>{}</p><p lang=\"en\">{}</p></body></html>",
        page.chinese, page.english
    );
    // The address contains the code: it must not be cached, nor sent to another site.
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing a connection with unread bytes resets it, and the page is lost. If the peer does not close it, nothing waits.
    let rest = async {
        let mut rest = [0; 1024];
        for _ in 0..64 {
            if stream.read(&mut rest).await? == 0 {
                break;
            }
        }
        Ok(())
    };
    tokio::time::timeout(Duration::from_secs(1), rest).await.unwrap_or(Ok(()))
}

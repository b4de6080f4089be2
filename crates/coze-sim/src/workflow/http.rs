//! HTTP nodes: calls of other systems, only with plain http and to allowed hosts.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::node::{BodyType, Http};
use super::template::Scope;

/// Maximum size of responses in bytes.
const MAX_ANSWER: usize = 8 << 20;
/// Maximum number of characters of a rejected response in messages.
const SHOWN_CHARS: usize = 300;

/// Why an attempt failed.
struct Failed {
    problem: String,
    /// Whether a retry may succeed.
    again: bool,
}

impl Failed {
    fn for_good(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), again: false }
    }

    fn for_now(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), again: true }
    }
}

/// Calls the other system, with retries; returns the output of the node.
pub(super) async fn call(node: &Http, scope: &Scope<'_>, hosts: &[String]) -> Result<Value, String> {
    let named = |problem: &str| format!("{} {}: {problem}", node.method, node.shown);
    let (request, host, port) = request(node, scope, hosts).map_err(|problem| named(&problem))?;
    let mut delay = node.retry_delay;
    let mut tries = 0;
    loop {
        tries += 1;
        let attempt =
            timeout(node.timeout, attempt(node, &request, &host, port)).await.unwrap_or_else(|_| {
                Err(Failed::for_now(format!("no answer within {} ms", node.timeout.as_millis())))
            });
        match attempt {
            Ok(output) => return Ok(output),
            Err(failed) if failed.again && tries <= node.retries => {
                tokio::time::sleep(delay).await;
                delay = delay.saturating_mul(2).min(Duration::from_secs(60));
            }
            Err(failed) if tries > 1 => {
                return Err(named(&format!("{} (after {tries} attempts)", failed.problem)));
            }
            Err(failed) => return Err(named(&failed.problem)),
        }
    }
}

/// Renders the request, and returns its destination.
fn request(
    node: &Http,
    scope: &Scope<'_>,
    hosts: &[String],
) -> Result<(Request<Full<Bytes>>, String, u16), String> {
    let uri: Uri = node.url.url(scope)?.parse().map_err(|error| format!("no URL: {error}"))?;
    match uri.scheme_str() {
        Some("http") => {}
        Some("https") => {
            return Err("the simulator calls other systems over plain http only, not https".into());
        }
        _ => return Err("no URL: expected http://HOST:PORT/…".into()),
    }
    let authority = uri.authority().ok_or("no URL: it names no host")?;
    if authority.as_str().contains('@') {
        return Err("a user in the URL is not supported; use an Authorization header".into());
    }
    let (host, port) = (authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(80));
    let address = format!("{host}:{port}");
    if !hosts.contains(&address) {
        return Err(format!(
            "the host {address} is not allowed; allow it with --allow-host {address} or SimBuilder::allow_host"
        ));
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::new(Full::default());
    *request.method_mut() = node.method.clone();
    *request.uri_mut() = path.parse().map_err(|error| format!("no URL: {error}"))?;
    let headers = request.headers_mut();
    let host_header =
        HeaderValue::from_str(authority.as_str()).map_err(|error| format!("no URL: {error}"))?;
    headers.insert(HOST, host_header);
    headers.insert(USER_AGENT, HeaderValue::from_static("coze-sim"));
    if let Some((_, BodyType::Json)) = node.body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    for (name, template) in &node.headers {
        // The value may be a token.
        let value = HeaderValue::from_bytes(template.text(scope).as_bytes()).map_err(|_| {
            format!("the header {name} would contain a control character, such as a line end")
        })?;
        headers.insert(name, value);
    }
    if let Some((template, kind)) = &node.body {
        let body = match kind {
            BodyType::Json => template.json(scope),
            BodyType::Text => template.text(scope),
        };
        *request.body_mut() = Full::new(body.into());
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok((request, host, port))
}

async fn attempt(
    node: &Http,
    request: &Request<Full<Bytes>>,
    host: &str,
    port: u16,
) -> Result<Value, Failed> {
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|error| Failed::for_now(format!("cannot connect to {host}:{port}: {error}")))?;
    let broken =
        |error: hyper::Error| Failed::for_now(format!("the connection to {host}:{port} broke: {error}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let exchange = async {
        let response = sender.send_request(request.clone()).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER)
            .collect()
            .await
            .map_err(|error| Failed::for_now(format!("the answer of {host}:{port} is truncated: {error}")))?;
        Ok((head, body.to_bytes()))
    };
    let mut exchange = pin!(exchange);
    // The connection runs while the exchange waits for it; after its end, received data is still read.
    let (head, body) = tokio::select! {
        answer = &mut exchange => answer?,
        _ = connection => exchange.await?,
    };
    let status = head.status;
    if !accepted(node, status) {
        let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        return Err(Failed { problem: format!("answered {status}{}", excerpt(&body)), again });
    }
    let headers: Map<String, Value> = head
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), json!(String::from_utf8_lossy(value.as_bytes()))))
        .collect();
    match serde_json::from_slice::<Value>(&body) {
        Ok(body) => Ok(json!({"status": status.as_u16(), "headers": headers, "body": body})),
        Err(_) => match String::from_utf8(body.into()) {
            Ok(text) => Ok(json!({"status": status.as_u16(), "headers": headers, "body": text})),
            Err(_) => Err(Failed::for_good("the answer is neither JSON nor UTF-8 text")),
        },
    }
}

fn accepted(node: &Http, status: StatusCode) -> bool {
    if node.statuses.is_empty() { status.is_success() } else { node.statuses.contains(&status.as_u16()) }
}

/// Shows the beginning of a response on one line.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN_CHARS) {
        _ if text.is_empty() => String::new(),
        Some((end, _)) => format!(": {}…", &text[..end]),
        None => format!(": {text}"),
    }
}

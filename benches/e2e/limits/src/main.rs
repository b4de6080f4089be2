//! The limits: hyper and nothing around it.
//!
//! Without more, bytes are counted and nothing is read: the cost of moving them. `LIMIT=owned` finds events and decodes them by hand:
//! what careful work for one purpose reaches. `LIMIT=borrowed` does so into fields that borrow from the bytes.

mod frame;
mod upload;

use std::borrow::Cow;
use std::hint::black_box;

use bytes::Bytes;
use e2e_harness::{
    BoxError, CONVERSATION, Client, ContentType, Conversation, Envelope, File, MessageType, Piece, Role,
    Server, TOKEN, chat_body, parse_event, run,
};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::http::request;
use hyper::{Request, Response, body::Incoming};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

use frame::Framer;
use upload::FileBody;

type Body = BoxBody<Bytes, std::io::Error>;
#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// The fields of a delta, borrowed where they hold no escapes.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Delta<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    conversation_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    bot_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    chat_id: Option<Cow<'a, str>>,
    role: Role,
    #[serde(rename = "type")]
    kind: MessageType,
    #[serde(borrow)]
    content: Cow<'a, str>,
    content_type: ContentType,
}

#[derive(Clone, Copy, PartialEq)]
enum Decode {
    Nothing,
    Owned,
    Borrowed,
}

#[derive(Clone)]
struct Limit {
    client: hyper_util::client::legacy::Client<Connector, Body>,
    base: String,
    decode: Decode,
}

fn whole(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).map_err(|never| match never {}).boxed()
}

impl Limit {
    fn new(server: Server) -> Result<Self, BoxError> {
        let decode = match std::env::var("LIMIT").as_deref() {
            Ok("owned") => Decode::Owned,
            Ok("borrowed") => Decode::Borrowed,
            _ => Decode::Nothing,
        };
        let mut http = HttpConnector::new();
        http.set_nodelay(true);
        let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
        Ok(Self { client: client.build(connector(http, server.root)?), base: server.base, decode })
    }

    fn request(&self, method: &str, path: &str) -> request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        request.header("authorization", format!("Bearer {TOKEN}")).header("accept", "*/*")
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, BoxError> {
        Ok(self.client.request(request).await?)
    }
}

#[cfg(not(feature = "tls"))]
fn connector(http: HttpConnector, root: Option<Vec<u8>>) -> Result<Connector, BoxError> {
    if root.is_some() { Err("built without the feature `tls`".into()) } else { Ok(http) }
}

#[cfg(feature = "tls")]
fn connector(mut http: HttpConnector, root: Option<Vec<u8>>) -> Result<Connector, BoxError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    http.enforce_http(false);
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&root.unwrap_or_default()) {
        roots.add(certificate?)?;
    }
    let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let tls = tls.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth();
    let connector = hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
    Ok(connector.enable_all_versions().wrap_connector(http))
}

impl Client for Limit {
    async fn stream(&self, user: &str, mut sink: impl FnMut(Piece<'_>)) -> Result<(), BoxError> {
        let request = self.request("POST", "/v3/chat").header("content-type", "application/json");
        let mut body = self.send(request.body(whole(chat_body(user)))?).await?.into_body();
        let mut framer = Framer::default();
        while let Some(frame) = body.frame().await {
            let Ok(bytes) = frame?.into_data() else { continue };
            match self.decode {
                Decode::Nothing => sink(Piece::Bytes(&bytes)),
                Decode::Owned => framer.feed(bytes, |name, data| {
                    sink(parse_event(std::str::from_utf8(name)?, data)?.piece());
                    Ok(())
                })?,
                Decode::Borrowed => framer.feed(bytes, |name, data| {
                    if name == b"conversation.message.delta" {
                        let delta: Delta<'_> = serde_json::from_str(std::str::from_utf8(data)?)?;
                        sink(Piece::Delta(&black_box(&delta).content));
                    } else {
                        sink(parse_event(std::str::from_utf8(name)?, data)?.piece());
                    }
                    Ok(())
                })?,
            }
        }
        Ok(())
    }

    async fn request(&self) -> Result<(), BoxError> {
        let path = format!("/v1/conversation/retrieve?conversation_id={CONVERSATION}");
        let response = self.send(self.request("GET", &path).body(whole(""))?).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let answer: Envelope<Conversation> = serde_json::from_slice(&body)?;
        black_box(answer.into_data()?);
        Ok(())
    }

    async fn upload(&self, path: &str) -> Result<u64, BoxError> {
        let body = FileBody::open(path)?;
        let request = self.request("POST", "/v1/files/upload");
        let request =
            request.header("content-type", format!("multipart/form-data; boundary={}", upload::BOUNDARY));
        let response = self.send(request.body(body.boxed())?).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let answer: Envelope<File> = serde_json::from_slice(&body)?;
        Ok(answer.into_data()?.bytes)
    }
}

fn main() -> Result<(), BoxError> {
    run(Limit::new)
}

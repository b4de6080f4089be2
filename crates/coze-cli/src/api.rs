//! `coze api`: sends any request, and prints the answer.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use clap::Args;
use coze::ChatEvent;
use coze::http::{Method, Response, header};
use coze::transport::bytes::Bytes;
use coze::transport::{Incoming, TransportError};
use coze::types::{ApiError, Decode, Event, LogId, Raw, is_event_stream, log_id};
use coze_sse::Parser;
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::{input, json};

mod handover;

use handover::Handover;

/// Options of `coze api`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Api {
    /// Method, such as GET or POST
    #[arg(value_name = "METHOD", value_parser = method)]
    method: Method,

    /// Path, such as /v1/workspaces; a query may follow it, as in `/v1/workspaces?page_num=1`
    #[arg(value_name = "PATH")]
    path: String,

    /// Query parameter; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = input::pair)]
    query: Vec<(String, String)>,

    /// Body: JSON text, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT|@FILE|-")]
    json: Option<String>,

    /// Header to add; may be repeated
    #[arg(long, value_name = "NAME:VALUE", value_parser = input::header)]
    header: Vec<(String, String)>,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Prints the response unchanged, indented on a terminal; each event of a stream is a line of JSON. A response that \
reports an error is printed too, with a nonzero exit code.

Examples:
  coze api GET /v1/users/me
  coze api GET \"/v1/workspaces?page_num=1&page_size=20\"
  coze api POST /v1/conversation/create --json '{\"meta_data\": {\"topic\": \"weather\"}}'
  coze api POST /v3/chat --json @question.json";

/// Largest response that is read before it is printed; others are printed as they arrive.
const LIMIT: usize = 64 << 20;

fn method(text: &str) -> Result<Method, String> {
    text.to_ascii_uppercase()
        .parse()
        .map_err(|_| say!("expected a method such as GET or POST", "应为 GET、POST 之类的请求方法"))
}

impl Api {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        if self.path.contains("://") {
            return Err(Failure::usage(say!("the path is a complete URL", "路径写成了完整的 URL")).hint(say!(
                "give only the path, such as /v1/users/me, and name the server with --base-url or --region",
                "只写路径，例如 /v1/users/me；服务器用 --base-url 或 --region 指定"
            )));
        }
        let (path, mut query) = match self.path.split_once('?') {
            Some((path, query)) => (path.to_owned(), read_query(query)?),
            None => (self.path, Vec::new()),
        };
        query.extend(self.query);
        let body = self.json.as_deref().map(read_body).transpose()?;
        let place = self.connection.over(general).place().await?;
        let (handover, response) = Handover::new(place.transport()?);
        let client = place.client_over(handover)?;
        let mut call = client.request(self.method, path);
        for (name, value) in &query {
            call = call.query(name, value.as_str());
        }
        for (name, value) in &self.header {
            call = call.header(name, value);
        }
        if let Some(body) = &body {
            call = call.json(body);
        }
        call.await.map_err(|error| place.explain(&error))?;
        let response = response.take().ok_or_else(|| {
            Failure::new(Exit::Other, say!("there is no response to the request", "请求没有得到响应"))
        })?;
        if screen.is_verbose() {
            screen.note(&format!("HTTP {}", response.status()));
            for (name, value) in response.headers() {
                screen.note(&format!("{name}: {}", value.to_str().unwrap_or("(not text)")));
            }
        }
        let answer = Answer { log_id: log_id(response.headers()), patience: place.patience(), place: &place };
        if is_event_stream(&response) {
            answer.print_events(response.into_body(), screen).await
        } else if response.status().is_success() && !is_text(&response) {
            answer.print_bytes(response, screen).await
        } else {
            answer.print_text(response, screen).await
        }
    }
}

fn read_body(argument: &str) -> Result<Box<RawValue>, Failure> {
    let (name, text) = match argument {
        "-" => (say!("standard input", "标准输入"), input::stdin()?),
        _ => match argument.strip_prefix('@') {
            Some(path) => (path.to_owned(), input::file(Path::new(path))?),
            None => (say!("the value of --json", "--json 的值"), argument.to_owned()),
        },
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::usage(say!("{name} is not JSON: {error}", "{name} 不是 JSON：{error}")))
}

/// Reads a query from an address; it is encoded again when it is sent.
fn read_query(query: &str) -> Result<Vec<(String, String)>, Failure> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(&text.replace('+', " ")).decode_utf8().map(Cow::into_owned);
        decoded.map_err(|_| {
            Failure::usage(say!(
                "{text:?} in the query of the path does not decode to UTF-8",
                "路径的查询参数里，{text:?} 解码后不是 UTF-8"
            ))
        })
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Whether an answer is meant to be read by people.
fn is_text<B>(response: &Response<B>) -> bool {
    response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_none_or(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media_type.starts_with("text/") || media_type.ends_with("json") || media_type.ends_with("xml")
    })
}

/// An answer that is about to be printed.
struct Answer<'a> {
    log_id: Option<LogId>,
    patience: Duration,
    place: &'a Place,
}

impl Answer<'_> {
    /// Prints a whole answer, then looks at its code.
    async fn print_text(&self, response: Response<Incoming>, screen: &mut Screen) -> Result<(), Failure> {
        let (parts, body) = response.into_parts();
        let body = self.in_time(body.bytes(LIMIT)).await?;
        let text = String::from_utf8_lossy(&body);
        if !screen.shows_output() {
            screen.bytes(&body)?;
        } else if !json::print_pretty(&text, screen)? {
            screen.answer(&text)?;
            screen.end_answer()?;
        }
        Raw::decode(&Response::from_parts(parts, body))
            .map(drop)
            .map_err(|error| self.place.explain(&error.into()))
    }

    /// Prints a response that is not text as it arrives.
    async fn print_bytes(&self, response: Response<Incoming>, screen: &mut Screen) -> Result<(), Failure> {
        if screen.shows_output() {
            let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let kind = kind.unwrap_or("unknown");
            return Err(Failure::usage(say!(
                "the response has the type {kind}, which is not text",
                "响应的类型是 {kind}，不是文本"
            ))
            .hint(say!("write it to a file: coze api … > FILE", "写入文件：coze api … > FILE")));
        }
        let mut body = response.into_body();
        while let Some(chunk) = self.next(&mut body).await? {
            screen.bytes(&chunk)?;
        }
        Ok(())
    }

    /// Prints the events of a stream as they arrive.
    async fn print_events(&self, mut body: Incoming, screen: &mut Screen) -> Result<(), Failure> {
        let mut parser = Parser::new();
        // The first error counts, and what follows it is printed, too.
        let mut fault: Option<coze::Error> = None;
        while let Some(chunk) = self.next(&mut body).await? {
            parser.push(chunk);
            while let Some(event) = parser.next_event() {
                let event = event.map_err(|error| Failure::new(Exit::Broken, error))?;
                let (name, data) = (event.name(), event.data());
                screen.line(&json::event_line(&name, &data))?;
                if let Some(mut error) = reported(&name, &data) {
                    error.log_id = error.log_id.or_else(|| self.log_id.clone());
                    fault.get_or_insert_with(|| error.into());
                }
            }
        }
        if let Some(fault) = fault {
            return Err(self.place.explain(&fault));
        }
        if parser.has_partial() {
            return Err(Failure::new(
                Exit::Broken,
                say!("the stream ended in the middle of an event", "流在一个事件中间结束"),
            ));
        }
        Ok(())
    }

    async fn next(&self, body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
        self.in_time(async { body.chunk().await.transpose() }).await
    }

    async fn in_time<T>(&self, read: impl Future<Output = Result<T, TransportError>>) -> Result<T, Failure> {
        let result = tokio::time::timeout(self.patience, read).await;
        result
            .unwrap_or_else(|_| Err(TransportError::timeout("the next piece of the answer", self.patience)))
            .map_err(|error| self.place.explain(&error.into()))
    }
}

/// Error that an event reports, whatever stream it is part of.
fn reported(name: &str, data: &str) -> Option<ApiError> {
    ChatEvent::parse(name, data).ok()?.into_result().err()
}

//! No connection comes about, or none that lasts.

use std::time::Duration;

use coze::ErrorKind::{Connect, Timeout, Transport};
use coze::TimeoutKind;

use crate::call::{SHORT, get, get_again, post, stream};
use crate::row::Row;
use crate::server::Act::{Close, Hold, Reset, Take, Tls, Tunnel};
use crate::server::{Cert, once, say};
use crate::wire::{STREAM, chunk, http, json_of, opening};

pub fn rows() -> Vec<Row> {
    let certificate = |name, cert| Row::new(name, post).tls().serve([vec![Tls(cert)]]).sent(0);
    vec![
        Row::new("refused", get).refused().fails(Connect, "refused"),
        Row::new("refused: even a POST is tried again", post)
            .refused()
            .fails(Connect, "after 2 failed attempts")
            .check(|errors| errors[0].attempts().iter().all(|attempt| attempt.kind == Connect)),
        Row::new("a name that does not resolve", get).no_name().fails(Connect, "cannot resolve"),
        Row::new("blackhole", get)
            .blackhole()
            .transport(|transport| transport.connect_timeout(Duration::from_secs(5)))
            .fails(Timeout(TimeoutKind::Connection), "after 5s waiting for a connection"),
        Row::new("connected, then silence", get)
            .serve([vec![Hold]])
            .client(|client| client.timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s waiting for the head of the response"),
        Row::new("connected, then closed", get).serve([vec![Close]]).fails(Transport, "no response"),
        Row::new("connected, then broken", get).serve([vec![Take, Reset]]).fails(Transport, "no response"),
        certificate("TLS: expired", Cert::Expired).fails(Connect, "has expired"),
        certificate("TLS: certificate of another host", Cert::Foreign).fails(Connect, "not valid for name"),
        certificate("TLS: unknown authority", Cert::Unknown).fails(Connect, "add its root certificate"),
        Row::new("TLS: a plain server on the port", post)
            .tls()
            .serve([vec![say("HTTP/1.1 400 Bad Request\r\n\r\n"), Close]])
            .fails(Connect, "seems to speak no TLS"),
        Row::new("TLS: closed amid the handshake", get)
            .tls()
            .serve([vec![Close]])
            .fails(Connect, "does it speak TLS?"),
        Row::new("TLS: silence amid the handshake", get)
            .tls()
            .serve([vec![Hold]])
            .transport(|transport| transport.connect_timeout(Duration::from_secs(5)))
            .fails(Timeout(TimeoutKind::Connection), "after 5s waiting for a connection"),
        Row::new("TLS: closed without a farewell", get)
            .tls()
            .serve([vec![Tls(Cert::Good), Take, say("HTTP/1.1 200 OK\r\n\r\n{\"code\":0"), Reset]])
            .fails(Transport, ""),
        Row::new("proxy: refuses (407)", post)
            .proxy()
            .serve([once(http("407 Proxy Authentication Required", "", ""))])
            .fails(Connect, "407")
            .sent(1),
        Row::new("proxy: refuses a tunnel (407)", post)
            .tunnel()
            .serve([once(http("407 Proxy Authentication Required", "", "who are you?"))])
            .fails(Connect, "407"),
        Row::new("proxy: refuses a tunnel (502)", get)
            .tunnel()
            .serve([once(http("502 Bad Gateway", "", "<html>"))])
            .fails(Connect, "502"),
        Row::new("proxy: closes in place of a tunnel", get_again)
            .tunnel()
            .serve([vec![Take, Close]])
            .yields("well"),
        Row::new("proxy: dies amid a stream", stream)
            .proxy()
            .serve([once([STREAM.as_bytes(), &chunk(opening())].concat())])
            .yields(crate::wire::WHOLE)
            .fails(Transport, ""),
        Row::new("proxy: a tunnel dies amid a stream", stream)
            .tunnel()
            .serve([vec![
                Tunnel,
                Tls(Cert::Good),
                Take,
                say([STREAM.as_bytes(), &chunk(opening())].concat()),
                Close,
            ]])
            .yields(crate::wire::WHOLE)
            .fails(Transport, ""),
        Row::new("kept connection: closed while it was idle", |client| {
            Box::pin(async move {
                drop(get(client.clone()).await);
                // Until the end of the connection has reached this side, nobody can know of it.
                tokio::time::sleep(Duration::from_millis(300)).await;
                post(client).await
            })
        })
        .serve([vec![Take, say(json_of(crate::wire::ME)), Close]])
        .yields("2"),
        Row::new("kept connection: takes a POST and closes without a byte", |client| {
            Box::pin(async move {
                drop(get(client.clone()).await);
                post(client).await
            })
        })
        .serve([vec![Take, say(json_of(crate::wire::ME)), Take, Close]])
        .fails(Transport, "the POST may have been carried out")
        .sent(2),
        Row::new("kept connection: half an answer to a POST", |client| {
            Box::pin(async move {
                drop(get(client.clone()).await);
                post(client).await
            })
        })
        .serve([vec![Take, say(json_of(crate::wire::ME)), Take, say("HTTP/1.1 2"), Close]])
        .fails(Transport, "")
        .sent(2),
    ]
}

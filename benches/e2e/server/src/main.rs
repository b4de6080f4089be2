//! The server of the comparison: an imitation that answers as fast as it can, on one thread.
//!
//! `server AUTHORITY.pem` listens on three free ports and prints `http=PORT https=PORT h2=PORT`; the certificate of its authority
//! goes into the file. `server run CORE PROGRAM ARGUMENTS…` becomes the program, bound to a core and before all other work: on a
//! shared machine a measured process is otherwise interrupted by anything.

mod answer;
mod launch;
mod stream;

use std::convert::Infallible;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use stream::Streams;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// Streams on one HTTP/2 connection; the usual 200 would make most of a thousand wait.
const HTTP2_STREAMS: u32 = 20_000;

fn main() -> Result {
    let mut words = std::env::args_os().skip(1);
    let first = words.next().ok_or("name the file for the certificate of the authority")?;
    if first == "run" {
        return launch::run(words);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::task::LocalSet::new().run_until(serve(first.as_ref())))
}

async fn serve(authority: &std::path::Path) -> Result {
    let (https, h2) = tls(authority)?;
    let (plain, secure, multiplexed) = (listen()?, listen()?, listen()?);
    println!(
        "http={} https={} h2={}",
        plain.local_addr()?.port(),
        secure.local_addr()?.port(),
        multiplexed.local_addr()?.port()
    );
    let streams = Rc::new(Streams::new());
    tokio::task::spawn_local(accept(secure, Some(https), Rc::clone(&streams)));
    tokio::task::spawn_local(accept(multiplexed, Some(h2), Rc::clone(&streams)));
    accept(plain, None, streams).await;
    Ok(())
}

fn listen() -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    Ok(socket.listen(16_384)?)
}

/// Two acceptors with one certificate: one speaks HTTP/1.1 only, the other HTTP/2 only.
fn tls(authority: &std::path::Path) -> Result<(TlsAcceptor, TlsAcceptor)> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate()?;
    let root = params.self_signed(&key)?;
    std::fs::write(authority, root.pem())?;
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate()?;
    let certificate =
        CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?.signed_by(&key, &issuer)?;
    let acceptor = |protocol: &[u8]| -> Result<TlsAcceptor> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    };
    Ok((acceptor(b"http/1.1")?, acceptor(b"h2")?))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, streams: Rc<Streams>) {
    loop {
        // Out of descriptors, or a peer that went away: the next one may be luckier.
        let Ok((socket, _)) = listener.accept().await else { continue };
        let (tls, streams) = (tls.clone(), Rc::clone(&streams));
        tokio::task::spawn_local(async move {
            // What goes wrong with one connection is told by its client.
            let _ = connection(socket, tls, streams).await;
        });
    }
}

async fn connection(socket: TcpStream, tls: Option<TlsAcceptor>, streams: Rc<Streams>) -> Result {
    socket.set_nodelay(true)?;
    let service = service_fn(move |request| {
        let streams = Rc::clone(&streams);
        async move { Ok::<_, Infallible>(answer::answer(request, &streams).await) }
    });
    let Some(tls) = tls else {
        let server = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(socket), service);
        return Ok(server.await?);
    };
    let socket = tls.accept(socket).await?;
    if socket.get_ref().1.alpn_protocol() == Some(b"h2") {
        let mut server = hyper::server::conn::http2::Builder::new(LocalExecutor);
        server.max_concurrent_streams(HTTP2_STREAMS);
        Ok(server.serve_connection(TokioIo::new(socket), service).await?)
    } else {
        let mut server = hyper::server::conn::http1::Builder::new();
        Ok(server.timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service).await?)
    }
}

/// Runs the streams of an HTTP/2 connection on the thread that they came from.
#[derive(Clone)]
struct LocalExecutor;

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

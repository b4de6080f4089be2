//! TLS by rustls: which roots are trusted, and what its errors mean.

use std::fmt;
use std::io;
use std::sync::Arc;

use http::Version;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::origin::{Origin, bare};
use super::wire::Wire;
use crate::TransportError;
use crate::error::{Stage, chain};

const HTTP2: &[u8] = b"h2";
const HTTP1: &[u8] = b"http/1.1";

/// How the certificate of a server is judged.
#[derive(Clone, Debug)]
pub(crate) struct Trust {
    added: Result<Vec<CertificateDer<'static>>, TransportError>,
    pub(crate) only_added: bool,
    pub(crate) anyone: bool,
}

impl Default for Trust {
    fn default() -> Self {
        Self { added: Ok(Vec::new()), only_added: false, anyone: false }
    }
}

impl Trust {
    /// Adds the certificates of a PEM text; what is wrong with one is an error of the transport.
    pub(crate) fn add(&mut self, pem: &[u8]) {
        let Ok(added) = &mut self.added else { return };
        match certificates(pem) {
            Ok(more) => added.extend(more),
            Err(error) => self.added = Err(error),
        }
    }

    /// The platform's roots take milliseconds to read, on some systems far more.
    fn roots(&self) -> Result<RootCertStore, TransportError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(self.added.iter().flatten().cloned());
        if !self.only_added {
            let native = rustls_native_certs::load_native_certs();
            let errors = native.errors;
            roots.add_parsable_certificates(native.certs);
            if roots.is_empty() {
                let why = errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string);
                return Err(TransportError::new(
                    Stage::Connect,
                    format_args!("no root certificate of this system can be read ({why}): install them, or add one to the transport"),
                )
                .with(|inner| inner.tls = true));
            }
        }
        Ok(roots)
    }

    fn config(&self) -> Result<ClientConfig, TransportError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| TransportError::caused(Stage::Connect, "TLS cannot be set up", error))?;
        Ok(if self.anyone {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        } else {
            builder.with_root_certificates(self.roots()?)
        }
        .with_no_client_auth())
    }
}

/// Reads one or more certificates that can be roots.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TransportError> {
    let fail = |why: &dyn fmt::Display| {
        TransportError::new(Stage::Config, format_args!("the root certificate is not usable: {why}"))
    };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| fail(&format_args!("its PEM text is damaged ({error})")))?;
    if certificates.is_empty() {
        return Err(fail(&"its text holds no -----BEGIN CERTIFICATE----- block"));
    }
    let mut roots = RootCertStore::empty();
    for (certificate, number) in certificates.iter().zip(1..) {
        roots.add(certificate.clone()).map_err(|error| {
            fail(&format_args!("certificate {number} of its text cannot be a root ({error})"))
        })?;
    }
    Ok(certificates)
}

/// Makes TLS connections; reads the roots when the first one is wanted.
pub(crate) struct Tls {
    trust: Trust,
    only: Option<Version>,
    config: OnceCell<ClientConfig>,
}

impl Tls {
    pub(crate) fn new(trust: Trust, only: Option<Version>) -> Result<Self, TransportError> {
        #[cfg(feature = "tracing")]
        if trust.anyone {
            tracing::warn!(
                target: "coze",
                "certificates of servers are not verified: anyone on the network path can read and change everything, the token included"
            );
        }
        let added = trust.added.as_ref().map_err(Clone::clone)?;
        if trust.only_added && added.is_empty() && !trust.anyone {
            let reason = "only added root certificates are to be trusted, but none was added";
            return Err(TransportError::new(Stage::Config, reason));
        }
        Ok(Self { trust, only, config: OnceCell::new() })
    }

    /// Performs the TLS handshake; returns whether the server chose HTTP/2.
    pub(crate) async fn offer(&self, wire: Wire, origin: &Origin) -> Result<(Wire, bool), TransportError> {
        let protocols: &[&[u8]] = match self.only {
            None => &[HTTP2, HTTP1],
            Some(Version::HTTP_2) => &[HTTP2],
            Some(_) => &[HTTP1],
        };
        let stream = self.shake(wire, protocols, origin.host(), origin).await?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        if self.only == Some(Version::HTTP_2) && !http2 {
            return Err(TransportError::new(Stage::Connect, format_args!("{origin} does not offer HTTP/2")));
        }
        Ok((Box::new(stream), http2))
    }

    /// Secures the way to a proxy, or to the server of a WebSocket: HTTP/1.1 is spoken, and needs no offer.
    pub(crate) async fn secure(
        &self,
        wire: Wire,
        host: &str,
        name: &(impl fmt::Display + Sync),
    ) -> Result<Wire, TransportError> {
        Ok(Box::new(self.shake(wire, &[], host, name).await?))
    }

    async fn shake(
        &self,
        wire: Wire,
        protocols: &[&[u8]],
        host: &str,
        name: &(impl fmt::Display + Sync),
    ) -> Result<TlsStream<Wire>, TransportError> {
        let init = || async {
            let trust = self.trust.clone();
            let built = tokio::task::spawn_blocking(move || trust.config()).await;
            built.map_err(|error| TransportError::caused(Stage::Connect, "TLS cannot be set up", error))?
        };
        let mut config = self.config.get_or_try_init(init).await?.clone();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let failed = |error: io::Error| {
            let doing = format_args!("cannot secure the connection to {name} by TLS{}", explain(&error));
            TransportError::caused(Stage::Connect, doing, error).with(|inner| inner.tls = true)
        };
        let server =
            ServerName::try_from(bare(host).to_owned()).map_err(|error| failed(io::Error::other(error)))?;
        TlsConnector::from(Arc::new(config)).connect(server, wire).await.map_err(failed)
    }
}

/// The fix, where there is a likely one.
fn explain(error: &io::Error) -> &'static str {
    let cause = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>());
    match cause {
        // Another authority with the name of a trusted one results in a bad signature.
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => " (its certificate comes from an unknown authority: add its root certificate to the transport)",
        Some(rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        )) => " (its certificate has expired)",
        Some(rustls::Error::InvalidMessage(_)) => " (it seems to speak no TLS: try http:// or another port)",
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            " (it closed the connection: does it speak TLS?)"
        }
        _ => "",
    }
}

/// Accepts any certificate, and only checks that the server holds its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

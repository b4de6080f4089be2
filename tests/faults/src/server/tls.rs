//! TLS with certificates of a test authority.

use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use super::Connection;

/// Which certificate a server shows, and what it speaks.
#[derive(Clone, Copy, Debug)]
pub enum Cert {
    Good,
    Expired,
    /// For another host.
    Foreign,
    /// By an authority that nobody trusts.
    Unknown,
    /// Good, for a server of HTTP/2.
    Http2,
}

/// An authority that signs certificates for tests.
struct Authority(CertifiedIssuer<'static, KeyPair>);

static TRUSTED: LazyLock<Authority> = LazyLock::new(|| Authority::named("trusted"));
static UNKNOWN: LazyLock<Authority> = LazyLock::new(|| Authority::named("unknown"));

impl Authority {
    fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn acceptor(&self, name: &str, expired: bool, alpn: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Certificate of the authority that the clients of the rows trust.
pub fn root() -> String {
    TRUSTED.0.pem()
}

impl Connection {
    /// Secures the connection; `None` when the client does not like the certificate.
    pub(super) async fn secure(mut self, cert: Cert) -> Option<Self> {
        let acceptor = match cert {
            Cert::Good => TRUSTED.acceptor("localhost", false, "http/1.1"),
            Cert::Expired => TRUSTED.acceptor("localhost", true, "http/1.1"),
            Cert::Foreign => TRUSTED.acceptor("example.com", false, "http/1.1"),
            Cert::Unknown => UNKNOWN.acceptor("localhost", false, "http/1.1"),
            Cert::Http2 => TRUSTED.acceptor("localhost", false, "h2"),
        };
        self.stream = Box::new(acceptor.accept(self.stream).await.ok()?);
        Some(self)
    }
}

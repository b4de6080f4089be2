//! The apps of every simulator.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{KeyPair, RsaKeyPair};

/// Client ID of the demo service app, which signs JWTs with the demo key.
pub const DEMO_SERVICE_APP: &str = "7400000000000000301";
/// Client ID of the demo channel app, a service app whose tokens can be limited to bots by a scope.
pub const DEMO_CHANNEL_APP: &str = "7400000000000000302";
/// Client ID of the demo web app, which has the secret [`DEMO_WEB_SECRET`].
pub const DEMO_WEB_APP: &str = "7400000000000000303.app.coze";
/// Client secret of the demo web app.
pub const DEMO_WEB_SECRET: &str = "secret_sim";
/// Client ID of the demo app for PKCE, which has no secret.
pub const DEMO_PKCE_APP: &str = "7400000000000000304.app.coze";
/// Client ID of the demo device app.
pub const DEMO_DEVICE_APP: &str = "7400000000000000305.app.coze";

/// Type of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Service,
    Channel,
    Web,
    Pkce,
    Device,
}

#[derive(Debug)]
pub(super) struct App {
    pub(super) client_id: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

const APPS: [App; 5] = [
    App { client_id: DEMO_SERVICE_APP, name: "demo service", kind: Kind::Service },
    App { client_id: DEMO_CHANNEL_APP, name: "demo channel", kind: Kind::Channel },
    App { client_id: DEMO_WEB_APP, name: "demo web", kind: Kind::Web },
    App { client_id: DEMO_PKCE_APP, name: "demo desktop", kind: Kind::Pkce },
    App { client_id: DEMO_DEVICE_APP, name: "demo device", kind: Kind::Device },
];

pub(super) fn find(client_id: &str) -> Option<&'static App> {
    APPS.iter().find(|app| app.client_id == client_id)
}

/// The key of the demo service apps. It is part of the crate: generating one requires a dependency that is either
/// vulnerable (the crate `rsa`) or a C library, and a simulator protects nothing.
const PEM: &str = include_str!("demo-key.pem");

/// The public part of the demo key.
#[derive(Debug)]
pub(super) struct PublicKey {
    /// `RSAPublicKey` of PKCS#1, as DER.
    pub(super) der: Vec<u8>,
    /// Fingerprint, which identifies the key in a JWT.
    pub(super) id: String,
}

/// Returns the private key as PKCS#8 PEM.
pub(super) fn private_key() -> &'static str {
    // A warning precedes it.
    PEM.find("-----BEGIN").map_or(PEM, |start| &PEM[start..])
}

#[expect(clippy::expect_used, reason = "the key is part of the crate, and tests use it")]
pub(super) static PUBLIC_KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    let lines: String = private_key().lines().filter(|line| !line.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(lines).expect("the demo key is base64");
    let pair = RsaKeyPair::from_pkcs8(&der).expect("the demo key is a PKCS#8 RSA key");
    let der = pair.public_key().as_ref().to_vec();
    let id = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, &der));
    PublicKey { der, id }
});

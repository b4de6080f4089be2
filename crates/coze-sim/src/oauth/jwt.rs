//! The JWTs of service apps.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::app::{App, Kind, PUBLIC_KEY};
use super::failure::Failure;
use super::state::Service;

/// Number of seconds by which the issue time of a JWT may be ahead of the clock of the simulator.
const LEEWAY: u64 = 60;

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims of a JWT.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
    jti: String,
    pub(super) session_name: Option<String>,
    pub(super) session_context: Option<SessionContext>,
}

#[derive(Clone, Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    device_info: Option<DeviceInfo>,
}

#[derive(Clone, Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields)]
struct DeviceInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_consumer: Option<String>,
}

/// Validates a JWT and returns its app; it cannot be used again.
pub(super) fn verify(
    service: &Service,
    jwt: &str,
    host: Option<&str>,
) -> Result<(&'static App, Claims), Failure> {
    let [head, payload, signature] = jwt.split('.').collect::<Vec<_>>()[..] else {
        return Err(Failure::client("the JWT does not have three parts"));
    };
    let header: Header = part(head, "header")?;
    if header.alg != "RS256" || header.typ != "JWT" {
        return Err(Failure::client("the JWT needs alg RS256 and typ JWT in its header"));
    }
    let claims: Claims = part(payload, "payload")?;
    let app = service.app(&claims.iss)?;
    if !matches!(app.kind, Kind::Service | Kind::Channel) {
        return Err(Failure::app_type());
    }
    if header.kid != PUBLIC_KEY.id {
        return Err(Failure::client("kid of the JWT names no key of the app"));
    }
    let signature = BASE64_URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Failure::client("the signature of the JWT is not base64url"))?;
    let signed = &jwt[..head.len() + 1 + payload.len()];
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &PUBLIC_KEY.der)
        .verify(signed.as_bytes(), &signature)
        .map_err(|_| Failure::client("the signature of the JWT does not match the key"))?;
    claims.check(service.now(), &audiences(service, host))?;
    if service.lock().seen.insert((claims.iss.clone(), claims.jti.clone()), claims.exp).is_some() {
        return Err(Failure::client("the JWT was used before; sign a new one with another jti"));
    }
    Ok((app, claims))
}

fn part<T: DeserializeOwned>(text: &str, name: &str) -> Result<T, Failure> {
    let problem = |problem: String| Failure::client(format!("the {name} of the JWT: {problem}"));
    let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| problem("it is not base64url".into()))?;
    serde_json::from_slice(&json).map_err(|error| problem(error.to_string()))
}

/// Returns the hosts of the API: the address, and the name that the client used. The official SDKs take theirs from the
/// base URL, some with the port and one without it.
fn audiences(service: &Service, host: Option<&str>) -> Vec<String> {
    let mut hosts = vec![service.addr.to_string(), service.addr.ip().to_string()];
    if let Some(host) = host {
        hosts.push(host.to_owned());
        hosts.extend(host.rsplit_once(':').map(|(name, _)| name.to_owned()));
    }
    hosts
}

impl Claims {
    fn check(&self, now: u64, audiences: &[String]) -> Result<(), Failure> {
        let problem = if !audiences.contains(&self.aud) {
            format!("aud of the JWT is {:?}, not the host of the API, {:?}", self.aud, audiences[0])
        } else if self.iat > now + LEEWAY {
            format!("iat of the JWT is {} s ahead of the clock of the service", self.iat - now)
        } else if self.exp <= self.iat {
            "exp of the JWT is not later than iat".to_owned()
        } else if self.exp <= now {
            format!("the JWT expired {} s ago, by the clock of the service", now - self.exp)
        } else if self.jti.is_empty() {
            "jti of the JWT is empty".to_owned()
        } else {
            return Ok(());
        };
        Err(Failure::client(problem))
    }
}

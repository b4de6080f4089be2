//! The challenge of a code, and its verifier (PKCE).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::failure::Failure;

/// The challenge that the verifier of a code must match.
#[derive(Clone)]
pub(super) enum Challenge {
    Plain(String),
    S256(String),
}

impl Challenge {
    pub(super) fn read(challenge: &str, method: Option<&str>) -> Result<Self, Failure> {
        match method {
            None | Some("plain") => Ok(Self::Plain(challenge.to_owned())),
            Some("S256") if BASE64_URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|hash| hash.len() == 32) => {
                Ok(Self::S256(challenge.to_owned()))
            }
            Some("S256") => {
                Err(Failure::parameter("code_challenge", "expected SHA-256 as base64url without padding"))
            }
            Some(_) => Err(Failure::parameter("code_challenge_method", "expected S256 or plain")),
        }
    }

    pub(super) fn fits(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => {
                *challenge == BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_fit_as_the_rfc_says() {
        // The example of RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let read = |challenge, method| Challenge::read(challenge, method).ok();
        assert!(read(challenge, Some("S256")).is_some_and(|known| known.fits(verifier) && !known.fits("x")));
        assert!(read(verifier, None).is_some_and(|known| known.fits(verifier) && !known.fits(challenge)));
        assert!(read(verifier, Some("plain")).is_some_and(|known| known.fits(verifier)));
        assert!(read("short", Some("S256")).is_none() && read(challenge, Some("s256")).is_none());
    }
}

//! Random words and hashes, by `ring`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coze_types::Secret;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use crate::error::Error;

/// A random word of 48 bytes in 64 letters, which nobody can guess.
pub(super) fn word() -> Result<Secret, Error> {
    let mut bytes = Zeroizing::new([0; 48]);
    SystemRandom::new()
        .fill(&mut *bytes)
        .map_err(|_| Error::config("the operating system has no random numbers to give"))?;
    Ok(Secret::new(base64url(&*bytes)))
}

pub(super) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The challenge `S256` of PKCE.
pub(super) fn challenge(verifier: &Secret) -> String {
    base64url(digest(&SHA256, verifier.expose().as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into();
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn words_differ_and_are_fit_for_verifiers() {
        let (one, other) = (word().unwrap(), word().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 64);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}

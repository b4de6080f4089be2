//! The private key of a service app.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use zeroize::Zeroizing;

use crate::error::Error;

/// An RSA key, wiped from memory with its last copy.
///
/// `ring` does not wipe what it makes of a key. It is therefore kept unchanged, and parsed for each signature, which is
/// needed once in many minutes.
#[derive(Clone)]
pub(super) struct PrivateKey {
    form: Form,
    der: Arc<Zeroizing<Vec<u8>>>,
}

#[derive(Clone, Copy)]
enum Form {
    Pkcs1,
    Pkcs8,
}

/// Object identifier of RSA keys, with its tag and length.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

impl PrivateKey {
    /// Reads a key; `name` says where it came from, for the error.
    pub(super) fn from_pem(pem: &[u8], name: &str) -> Result<Self, Error> {
        let fail = |why: &str| Error::config(format!("{name} {why}"));
        // 0x30 starts a DER sequence.
        if matches!(pem, [0x30, 0x80..=0xff, ..]) {
            return Err(fail(
                "is DER, not PEM; convert it: openssl pkey -inform der -in KEY -out private_key.pem",
            ));
        }
        let Ok(text) = std::str::from_utf8(pem) else {
            return Err(fail(
                "is not text; it has to be PEM, with -----BEGIN PRIVATE KEY----- as its first line",
            ));
        };
        // Environment variables and JSON in shells often contain these two characters instead of a line break.
        let text = lines(text);
        if text.trim().is_empty() {
            return Err(fail("is empty; give it the PEM text of the key"));
        }
        let Some((label, body)) = block(&text) else {
            return Err(fail(if text.contains("-----BEGIN") {
                "has no end line -----END …-----; check that it was copied whole"
            } else {
                "is not PEM: it has no line -----BEGIN PRIVATE KEY-----; check that it was copied whole, and is no path"
            }));
        };
        let form = match label {
            "RSA PRIVATE KEY" => Form::Pkcs1,
            "PRIVATE KEY" => Form::Pkcs8,
            "ENCRYPTED PRIVATE KEY" => return Err(fail(ENCRYPTED)),
            "PUBLIC KEY" | "RSA PUBLIC KEY" => {
                return Err(fail("is a public key; give the private one, private_key.pem of the console"));
            }
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                return Err(fail("is a certificate; give the private key, private_key.pem of the console"));
            }
            "EC PRIVATE KEY" | "EC PARAMETERS" | "DSA PRIVATE KEY" => return Err(fail(NOT_RSA)),
            "OPENSSH PRIVATE KEY" => {
                return Err(fail("is in the form of OpenSSH; convert it: ssh-keygen -p -m pkcs8 -f KEY"));
            }
            other => return Err(fail(&format!("holds a {other:?}, not a PRIVATE KEY"))),
        };
        if body.contains("ENCRYPTED") {
            return Err(fail(ENCRYPTED));
        }
        let mut dense = Zeroizing::new(Vec::with_capacity(body.len()));
        dense.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let body = dense;
        let mut der = Zeroizing::new(vec![0; body.len()]);
        let length = STANDARD
            .decode_slice(&*body, &mut der)
            .map_err(|_| fail("is damaged: what is between its first and last line is not base64"))?;
        der.truncate(length);
        if matches!(form, Form::Pkcs8) && !der.windows(RSA.len()).take(32).any(|part| part == RSA) {
            return Err(fail(NOT_RSA));
        }
        let key = Self { form, der: Arc::new(der) };
        key.pair().map_err(|why| match why.as_str() {
            "TooSmall" => fail("is too short; RSA keys have at least 2048 bits"),
            "TooLarge" => fail("is too long; RSA keys of up to 4096 bits can sign"),
            why => fail(&format!("is damaged or no RSA key ({why}); check that it was copied whole")),
        })?;
        Ok(key)
    }

    fn pair(&self) -> Result<KeyPair, String> {
        let pair = match self.form {
            Form::Pkcs1 => KeyPair::from_der(&self.der),
            Form::Pkcs8 => KeyPair::from_pkcs8(&self.der),
        };
        pair.map_err(|error| error.to_string())
    }

    /// Signs with RS256.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let pair =
            self.pair().map_err(|why| Error::config(format!("the private key cannot be read: {why}")))?;
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Error::config("the private key cannot sign"))?;
        Ok(signature)
    }
}

const ENCRYPTED: &str = "is encrypted; take the password off: openssl pkey -in KEY -out private_key.pem";
const NOT_RSA: &str =
    "is not an RSA key; Coze signs with RS256, so take the key of the console or another RSA key";

/// Breaks the lines where it says `\n`. A growing buffer would leave parts of the key in memory.
fn lines(text: &str) -> Zeroizing<String> {
    let mut lines = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.split("\\n").flat_map(|part| part.split("\\r")) {
        lines.push_str(line);
        lines.push('\n');
    }
    lines
}

/// Label and content of the first private key, else of the first block of any sort.
fn block(text: &str) -> Option<(&str, &str)> {
    let mut first = None;
    for part in text.split("-----BEGIN ").skip(1) {
        let Some((label, rest)) = part.split_once("-----") else { continue };
        let Some((body, _)) = rest.split_once("-----END") else { continue };
        if matches!(label, "RSA PRIVATE KEY" | "PRIVATE KEY") {
            return Some((label, body));
        }
        first = first.or(Some((label, body)));
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of PKCS#8 that nobody trusts but the simulator.
    fn pkcs8() -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = runtime.block_on(async { coze_sim::Sim::start().await.unwrap().oauth_config() });
        let config: serde_json::Value = serde_json::from_str(&config).unwrap();
        config["private_key"].as_str().unwrap().to_owned()
    }

    fn pem(label: &str, der: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
    }

    fn read(text: &str) -> Result<PrivateKey, String> {
        PrivateKey::from_pem(text.as_bytes(), "the private key").map_err(|error| error.to_string())
    }

    #[test]
    fn both_forms_sign_alike_however_the_lines_are_broken() {
        let pkcs8 = pkcs8();
        let key = read(&pkcs8).unwrap();
        // PKCS#8 contains PKCS#1 as an octet string after a header of 26 bytes.
        let pkcs1 = pem("RSA PRIVATE KEY", &key.der[26..]);
        let signature = key.sign(b"message").unwrap();
        for text in [
            pkcs1,
            pkcs8.replace('\n', "\r\n"),
            pkcs8.replace('\n', "\\n"),
            pkcs8.replace('\n', "\\r\\n"),
            pkcs8.replace('\n', " "),
            format!("  a line before\n{pkcs8}\nand one after"),
            format!("{}{pkcs8}", pem("CERTIFICATE", b"0")),
        ] {
            assert_eq!(read(&text).unwrap().sign(b"message").unwrap(), signature);
        }
        assert_ne!(key.sign(b"another").unwrap(), signature);
    }

    #[test]
    fn errors_say_what_is_wrong_with_a_key_and_do_not_repeat_it() {
        let good = pkcs8();
        let der = read(&good).unwrap().der;
        // An elliptic curve instead of RSA.
        let curve = [
            0x30, 0x13, 0x02, 0x01, 0x00, 0x30, 0x0e, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
            0x00,
        ];
        for (text, word) in [
            (pem("ENCRYPTED PRIVATE KEY", b"0"), "encrypted"),
            (good.replace("KEY-----\nMII", "KEY-----\nProc-Type: 4,ENCRYPTED\n\nMII"), "encrypted"),
            (pem("PUBLIC KEY", b"0"), "public"),
            (pem("RSA PUBLIC KEY", b"0"), "public"),
            (pem("CERTIFICATE", b"0"), "certificate"),
            (pem("EC PRIVATE KEY", b"0"), "RS256"),
            (pem("PRIVATE KEY", &curve), "RS256"),
            (pem("OPENSSH PRIVATE KEY", b"0"), "ssh-keygen"),
            (pem("PGP MESSAGE", b"0"), "PGP MESSAGE"),
            (pem("RSA PRIVATE KEY", b"0"), "damaged"),
            (pem("PRIVATE KEY", &der[..der.len() - 9]), "damaged"),
            (good.replace('a', "*"), "base64"),
            (good.split("-----END").next().unwrap().to_owned(), "-----END"),
            ("private_key.pem".to_owned(), "is no path"),
            (String::new(), "empty"),
            ("\n \\n".to_owned(), "empty"),
            (SHORT.to_owned(), "2048"),
        ] {
            let error = read(&text).err().unwrap_or_else(|| panic!("{word}"));
            assert!(error.contains(word) && error.starts_with("the private key "), "{word}: {error}");
            assert!(!error.contains(&good[40..60]), "{error}");
        }
        let error = PrivateKey::from_pem(&der, "the private key").err().unwrap().to_string();
        assert!(error.contains("DER"), "{error}");
    }

    /// Of 1024 bits, made for this test.
    const SHORT: &str = "-----BEGIN PRIVATE KEY-----\n\
        MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAKVTxLLCzki0uBzA\n\
        nWkh3a0uZliH/cpD8GLQXJxUCOasl7oiTLhKxVJSeG8/I4hG534C4q7hZfI7zSio\n\
        zYj3EXwemJFEv0WtLxAfJs/H+faUKmInhrYVJmkRTzXVg4C+IFfP5ETGDOFHifAW\n\
        /e2QWtw+8V6kqxvMbuMsZQmG/LA/AgMBAAECgYBhmfyLlBn4LkhrIQNM56NY9AWT\n\
        ymT3nfgyPdQOrkW6+LVyO4GTYwDuwqU698lgUIulhsqQd5yZztglYtJEQ6fb7a37\n\
        MbEEJFDEfqknBPzZp84nHNuBaMnK2gwKcIzblvInzQnpCdhlSVw8a2BlpXp41Dlc\n\
        PHnfxOQxoWOLyw1ZEQJBANNAAcSuNjd+nfqmjkfxHUoWt7/B8FggfzjcdcyB+4Yr\n\
        Rbe46c8C6oDVZor19+F3enUGpfPR3diZF4jQasOS12UCQQDIWWNyzi4PS+SnqNTh\n\
        J8H7JBGoqT7E4DNfDWs37EelGEQ9tuNB4KROqxOuAlDE+VWLEftcmqV8SO+OozVy\n\
        sgjTAkBoiK3XU5XElEU8eRrDAs9JkEBRBXkXQs1xp7YrAs8iL1uKdFhOddTw96iM\n\
        bvbAfUz9h9Kq+ljbC7aXnvqV2J35AkBY1aHN7vPnXmxlluvFZf6SH90gnuKxIwRE\n\
        Okv3QPJHlunzP1unAzd3lk2kk2xC2pd+kZuV5RBJeoGWCnIRiDV3AkEAllEqoW8Z\n\
        u/Hn7P/2Qwq1HpvVhALP6Nuf6mTGxr+9OBFo8nVqfrSg5PfYZMPlFhda5wif9F6k\n\
        smNK8CZXu3kW4g==\n\
        -----END PRIVATE KEY-----";
}

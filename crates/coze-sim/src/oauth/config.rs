//! The configuration file of the demo service app, as the console exports it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::app::{DEMO_SERVICE_APP, PUBLIC_KEY, private_key};

/// Returns the configuration of the demo service app of a simulator with this base URL.
pub(crate) fn demo_config(url: &str) -> String {
    let config = json!({
        "client_type": "jwt",
        "client_id": DEMO_SERVICE_APP,
        "public_key_id": PUBLIC_KEY.id,
        "private_key": private_key(),
        "coze_www_base": url,
        "coze_api_base": url,
    });
    format!("{config:#}\n")
}

/// Writes the configuration to a file that only the user can read; an older one of a simulator is replaced.
pub(crate) fn write_config(path: &Path, url: &str) -> Result<(), String> {
    let at = path.display();
    match std::fs::read(path) {
        Ok(there) if !is_demo_config(&there) => {
            return Err(format!(
                "--oauth-app {at}: the file is not an OAuth config of the simulator; name another, or remove it"
            ));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(format!("--oauth-app {at}: cannot read the existing file: {error}"));
        }
        Ok(_) | Err(_) => {}
    }
    replace(path, demo_config(url).as_bytes())
        .map_err(|error| format!("--oauth-app {at}: cannot be written: {error}"))
}

/// Returns whether a file was written by a simulator: the configuration of a real app must never be lost.
fn is_demo_config(file: &[u8]) -> bool {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let config: Value = serde_json::from_slice(file).unwrap_or_default();
    config["client_type"] == "jwt" && config["client_id"] == DEMO_SERVICE_APP
}

/// Replaces a file atomically.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = private(&beside).and_then(|mut file| file.write_all(content));
    let done = written.and_then(|()| std::fs::rename(&beside, path));
    if done.is_err() {
        // It may not exist.
        let _ = std::fs::remove_file(&beside);
    }
    done
}

/// Creates a file that nobody else can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

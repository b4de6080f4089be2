//! The files that the program keeps from one run to the next.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, HomeDirError};

/// The folders of the platform for programs of this name.
pub(crate) fn folders() -> Result<impl AppStrategy, HomeDirError> {
    etcetera::choose_app_strategy(AppStrategyArgs {
        top_level_domain: String::new(),
        author: String::new(),
        app_name: "coze".to_owned(),
    })
}

/// A file in the folder for the state of programs where the platform has one, else in that for their data.
pub(crate) fn file(name: &str) -> Option<PathBuf> {
    let folders = folders().ok()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join(name))
}

/// Writes a file that only its owner may read, in one step.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // Another process may write the same file at this moment.
    let draft = path.with_extension(format!("json.{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    drop(file);
    written.and_then(|()| fs::rename(&draft, path)).inspect_err(|_| {
        // The rest is useless; the first error counts.
        let _ = fs::remove_file(&draft);
    })
}

//! A file that appears under its name only when it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::dispatch::random;

/// A file in the making, beside its final place; removed unless it is [finished](Self::finish).
#[derive(Debug)]
pub(crate) struct PartFile {
    file: File,
    path: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl PartFile {
    /// Begins a file that is to become `target`.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        // Putting the file in its place would take away a device such as `/dev/null`.
        match std::fs::metadata(target) {
            Ok(meta) if meta.is_dir() => {
                return Err(io::Error::other("it is a directory; give a file"));
            }
            Ok(meta) if !meta.is_file() => {
                return Err(io::Error::other("it is a device or a pipe; give a file"));
            }
            _ => {}
        }
        let Some(name) = target.file_name() else {
            return Err(io::Error::other("it names no file"));
        };
        loop {
            let mut part = std::ffi::OsString::from(".");
            part.push(name);
            part.push(format!(".{:016x}.part", random()));
            let path = target.with_file_name(part);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path, target: target.to_owned(), finished: false }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts the file in its place, in one step that replaces what was there.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.target)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished {
            // It may be gone already; there is nobody to tell.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

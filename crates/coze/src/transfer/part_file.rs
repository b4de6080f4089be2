//! A file that appears under its name only when it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::runtime::random::random;

/// A file in the making, beside its final place; removed unless it is [finished](Self::finish).
#[derive(Debug)]
pub(crate) struct PartFile {
    file: File,
    path: PathBuf,
    target: PathBuf,
    finished: bool,
}

impl PartFile {
    /// Begins a file that is to become `target`, or what that links to, with the permissions of what is there.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        // Renaming would replace a device such as `/dev/null` with a file.
        let there = std::fs::metadata(target).ok();
        match &there {
            Some(meta) if meta.is_dir() => {
                return Err(io::Error::other("it is a directory; give a file"));
            }
            Some(meta) if !meta.is_file() => {
                return Err(io::Error::other("it is a device or a pipe; give a file"));
            }
            _ => {}
        }
        if target.file_name().is_none() {
            return Err(io::Error::other("it names no file"));
        }
        let target = resolved(target)?;
        loop {
            // The name of the file may have the maximum length, so it is not part of this one.
            let path = target.with_file_name(format!(".{:016x}.part", random()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let part = Self { file, path, target, finished: false };
                    if let Some(meta) = there {
                        part.file.set_permissions(meta.permissions())?;
                    }
                    return Ok(part);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Renames the file, in one step that replaces an existing one.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.target)?;
        self.finished = true;
        Ok(())
    }
}

/// What a path leads to, where it is a link, be that there or not.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    // The limit of Linux.
    for _ in 0..40 {
        let Ok(link) = std::fs::read_link(&path) else { return Ok(path) };
        path.pop();
        path.push(link);
    }
    Err(io::Error::other("it is a link that leads to itself"))
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.finished {
            // It may be deleted already; nobody waits for a result.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

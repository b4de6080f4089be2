//! A grant in a file, shared between processes.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{Grant, StoreLock, TokenStore};
use crate::auth::{async_trait, without_mark};
use crate::error::Error;
use crate::runtime::timeout::within_runtime;

/// Keeps a grant in a file that only its owner may read.
///
/// The file is replaced as a whole, by renaming a finished one over it, so that no reader ever sees half of one. A file beside it,
/// with `.lock` appended to its name, is locked meanwhile: several processes can share a store. Missing folders are created, accessible only by their owner.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    patience: Duration,
}

/// Longer than a refresh takes, retries included.
const PATIENCE: Duration = Duration::from_secs(180);

impl FileStore {
    /// Keeps the grant in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), patience: PATIENCE }
    }

    /// Where the grant is kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn fault(&self, what: &str, error: &io::Error) -> Error {
        Error::auth(format!("cannot {what} the token file {}", self.path.display()), error)
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.file_name().map_or_else(OsString::new, OsString::from);
        name.push(suffix);
        self.path.with_file_name(name)
    }

    fn read(&self) -> Result<Option<Grant>, Error> {
        let json = match fs::read(&self.path) {
            Ok(json) => Zeroizing::new(json),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.fault("read", &error)),
        };
        // The error may quote the file, which contains tokens: it is not repeated.
        let grant = serde_json::from_slice(without_mark(&json)).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Error::auth(
                format!("the token file {} is damaged; remove it and log in again", self.path.display()),
                place,
            )
        })?;
        Ok(Some(grant))
    }

    fn write(&self, grant: &Grant) -> Result<(), Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut json = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer_pretty(&mut *json, grant)
            .map_err(|error| Error::auth("cannot write the tokens as JSON", error))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let draft = self.beside(&format!(".{}-{number}.new", std::process::id()));
        let written = self.make_folder().and_then(|()| {
            // A temporary file of a crashed process with the same id is replaced.
            let _ = fs::remove_file(&draft);
            let mut file = private().create_new(true).open(&draft)?;
            file.write_all(&json)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&draft, &self.path)?;
            // The old tokens are used up: the new name must survive a crash, too.
            #[cfg(unix)]
            File::open(self.folder())?.sync_all()?;
            Ok(())
        });
        written.map_err(|error| {
            let _ = fs::remove_file(&draft);
            self.fault("write", &error)
        })
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    fn make_folder(&self) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(self.folder())
    }

    /// The lock file, if nobody has locked it.
    fn try_lock(&self) -> Result<Option<File>, Error> {
        let open = || {
            self.make_folder()?;
            private().create(true).truncate(false).open(self.beside(".lock"))
        };
        let file = open().map_err(|error| self.fault("lock", &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(self.fault("lock", &error)),
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        within_runtime()?;
        let store = self.clone();
        spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|error| Err(Error::auth("cannot use the token file", error)))
    }
}

/// A file that only its owner may read, from the moment it exists.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[async_trait]
impl TokenStore for FileStore {
    async fn load(&self) -> Result<Option<Grant>, Error> {
        self.blocking(Self::read).await
    }

    async fn save(&self, grant: &Grant) -> Result<(), Error> {
        let grant = grant.clone();
        self.blocking(move |store| store.write(&grant)).await
    }

    async fn clear(&self) -> Result<(), Error> {
        self.blocking(|store| match fs::remove_file(&store.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(store.fault("remove", &error)),
            _ => Ok(()),
        })
        .await
    }

    async fn lock(&self) -> Result<StoreLock, Error> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(5);
        // A blocking lock could not be canceled, and would keep the program from ending.
        loop {
            if let Some(file) = self.blocking(Self::try_lock).await? {
                return Ok(StoreLock::new(file));
            }
            if started.elapsed() >= self.patience {
                return Err(Error::auth(
                    format!("the token file {} is in use", self.path.display()),
                    format!("another process has held its lock for {:?}", self.patience),
                ));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(200));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("deep/er/tokens.json"));
        (folder, store)
    }

    #[tokio::test]
    async fn a_grant_is_kept_for_its_owner_alone() {
        let (_folder, store) = store();
        assert_eq!(store.load().await.unwrap(), None);
        store.clear().await.unwrap();
        let mut grant = Grant::new("czu_1");
        grant.refresh_token = Some("r1".into());
        for round in 0..3 {
            grant.issued_at = Some(crate::Timestamp::from_unix(round));
            store.save(&grant).await.unwrap();
            assert_eq!(store.load().await.unwrap().as_ref(), Some(&grant));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(store.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            // The created ones, with any umask.
            for folder in store.path().ancestors().skip(1).take(2) {
                assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{folder:?}");
            }
        }
        // Only the file itself remains.
        let names: Vec<_> = fs::read_dir(store.path().parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        store.clear().await.unwrap();
        assert_eq!(store.load().await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_damaged_file_is_named_and_not_repeated() {
        let (_folder, store) = store();
        store.save(&Grant::new("t")).await.unwrap();
        for text in [
            r#"{"access_token": "czu_secret", "expires_at": "czu_secret"}"#,
            r#"{"access_token": "czu_sec"#,
            "",
        ] {
            fs::write(store.path(), text).unwrap();
            let error = store.load().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Authentication);
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("tokens.json") && text.contains("log in again") && !text.contains("czu_"),
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn a_file_that_an_editor_of_windows_has_saved_is_read() {
        let (_folder, store) = store();
        store.save(&Grant::new("czu_1")).await.unwrap();
        let json = fs::read(store.path()).unwrap();
        fs::write(store.path(), [b"\xef\xbb\xbf", &json[..]].concat()).unwrap();
        assert_eq!(store.load().await.unwrap(), Some(Grant::new("czu_1")));
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_leaves_the_old_one() {
        let (_folder, store) = store();
        store.save(&Grant::new("old")).await.unwrap();
        // A folder cannot be replaced by a file.
        let blocked = FileStore::new(store.path().parent().unwrap());
        let error = blocked.save(&Grant::new("new")).await.unwrap_err().to_string();
        assert!(error.contains("cannot write") && !error.contains("new:"), "{error}");
        assert_eq!(store.load().await.unwrap(), Some(Grant::new("old")));
    }

    #[tokio::test]
    async fn the_lock_holds_back_every_other_handle() {
        let (_folder, mut store) = store();
        let lock = store.lock().await.unwrap();
        store.patience = Duration::ZERO;
        let error =
            FileStore { patience: Duration::ZERO, ..store.clone() }.lock().await.unwrap_err().to_string();
        assert!(error.contains("in use") && error.contains("tokens.json"), "{error}");
        store.patience = PATIENCE;
        let other = store.clone();
        let waiting = tokio::spawn(async move { other.lock().await.map(drop) });
        drop(lock);
        waiting.await.unwrap().unwrap();
    }
}

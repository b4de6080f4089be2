//! Images, files and audio that are sent along.

use std::path::{Path, PathBuf};

use coze::file::UploadFile;
use coze::{Coze, FileId, Object};

use crate::failure::Failure;
use crate::place::Place;

/// What is sent along with a question, by path or by URL.
#[derive(Default)]
pub(super) struct Attachments {
    pub(super) images: Vec<PathBuf>,
    pub(super) files: Vec<PathBuf>,
    pub(super) audios: Vec<PathBuf>,
}

/// How a part of a message is made of an uploaded file, and of a URL.
type Make = (fn(FileId) -> Object, fn(String) -> Object);

impl Attachments {
    fn all(&self) -> impl Iterator<Item = (&Path, Make)> {
        fn each(paths: &[PathBuf], make: Make) -> impl Iterator<Item = (&Path, Make)> {
            paths.iter().map(move |path| (path.as_path(), make))
        }
        each(&self.images, (Object::image, Object::image_url))
            .chain(each(&self.files, (Object::file, Object::file_url)))
            .chain(each(&self.audios, (Object::audio, Object::audio_url)))
    }

    /// Finds mistakes before anything is sent.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (path, _) in self.all().filter(|(path, _)| url(path).is_none()) {
            let meta = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
            if !meta.is_file() {
                return Err(Failure::usage(format_args!("{} is not a file", path.display())));
            }
            if meta.len() == 0 {
                return Err(Failure::usage(format_args!("{} is empty", path.display())));
            }
        }
        Ok(())
    }

    /// Uploads what is here, and names all as parts of a message.
    pub(super) async fn objects(&self, client: &Coze, place: &Place) -> Result<Vec<Object>, Failure> {
        let mut objects = Vec::new();
        for (path, (by_id, by_url)) in self.all() {
            objects.push(match url(path) {
                Some(url) => by_url(url.to_owned()),
                None => by_id(upload(path, client, place).await?),
            });
        }
        Ok(objects)
    }
}

async fn upload(path: &Path, client: &Coze, place: &Place) -> Result<FileId, Failure> {
    let content = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match client.files().upload(UploadFile::new(name, content)).await {
        Ok(file) => Ok(file.id),
        Err(error) => Err(place.explain(&error).about(path.display())),
    }
}

fn url(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.starts_with("https://") || text.starts_with("http://"))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format_args!("cannot read {}: {error}", path.display()))
}

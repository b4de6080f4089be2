//! Images, files and audio that are sent along.

use std::path::{Path, PathBuf};

use coze::file::File;
use coze::{ContentPart, Coze, FileId, FileSource};

use crate::failure::Failure;
use crate::input;
use crate::lang::say;
use crate::place::Place;
use crate::screen::Screen;
use crate::upload::{Item, JOBS, Uploads};

/// What is sent along with a question, by path or by URL.
#[derive(Default)]
pub(super) struct Attachments {
    pub(super) images: Vec<PathBuf>,
    pub(super) files: Vec<PathBuf>,
    pub(super) audios: Vec<PathBuf>,
    /// Whether documented limits are lifted.
    pub(super) no_limits: bool,
}

/// How a part of a message is made of an uploaded file, and of a URL.
type Make = (fn(FileId) -> ContentPart, fn(String) -> ContentPart);

impl Attachments {
    fn all(&self) -> impl Iterator<Item = (&Path, Make)> {
        fn each(paths: &[PathBuf], make: Make) -> impl Iterator<Item = (&Path, Make)> {
            paths.iter().map(move |path| (path.as_path(), make))
        }
        each(&self.images, (ContentPart::image, ContentPart::image_url))
            .chain(each(&self.files, (ContentPart::file, ContentPart::file_url)))
            .chain(each(&self.audios, (ContentPart::audio, ContentPart::audio_url)))
    }

    /// Finds mistakes before anything is sent.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (path, _) in self.all() {
            match input::address(path) {
                Some((scheme, _)) if input::is_web(&scheme) => continue,
                Some((scheme, _)) => {
                    return Err(input::no_file(
                        &scheme,
                        &say!("a path or an http address", "路径或 http 地址"),
                    ));
                }
                None => {}
            }
            input::check_file(path)?;
        }
        Ok(())
    }

    /// Uploads what is here, and names all as parts of a message.
    pub(super) async fn parts(
        &self,
        client: &Coze,
        place: &Place,
        screen: &mut Screen,
    ) -> Result<Vec<ContentPart>, Failure> {
        let uploads = Uploads { client, place, jobs: usize::from(JOBS), no_limits: self.no_limits };
        let mut objects = Vec::new();
        let mut items = Vec::new();
        // Positions of the uploaded objects, and their constructors.
        let mut places = Vec::new();
        for (path, (by_id, by_url)) in self.all() {
            let url = input::address(path);
            objects.push(url.as_ref().map(|(scheme, rest)| by_url(format!("{scheme}:{rest}"))));
            if url.is_none() {
                places.push((objects.len() - 1, by_id));
                items.push(Item { name: path.display().to_string(), source: FileSource::path(path) });
            }
        }
        let place_object = |index: usize, uploaded: Result<File, Failure>, _: &mut Screen| {
            let (position, by_id) = places[index];
            objects[position] = Some(by_id(uploaded?.id));
            Ok(())
        };
        uploads.run(items, screen, place_object).await?;
        Ok(objects.into_iter().flatten().collect())
    }
}

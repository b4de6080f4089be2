//! `coze datasets upload`: adds documents to a dataset.

use std::path::{Path, PathBuf};

use clap::Args;
use coze::Coze;
use coze::dataset::{CreateDocuments, Document, NewDocument};
use coze::types::DatasetId;

use super::watch;
use crate::failure::Failure;
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::upload::{self, Item, JOBS, Uploads};
use crate::{input, json, word};

/// Options of `coze datasets upload`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Upload {
    /// Dataset: the number after /knowledge/ in the URL of its page
    #[arg(value_name = "ID", value_parser = word::id::<DatasetId>())]
    dataset_id: DatasetId,

    /// File or URL of a web page; `-` reads standard input, and requires --name
    #[arg(value_name = "PATH|URL", required = true)]
    sources: Vec<PathBuf>,

    /// Name of the document instead of that of the file; its extension is the format
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Sends files that exceed a documented limit, for servers with other limits
    #[arg(long)]
    no_limits: bool,

    /// Waits until the documents are processed, and prints their results, as `coze datasets watch` does
    #[arg(long)]
    watch: bool,

    /// Prints all fields of each entry, as one JSON array
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Prints a line for each document: the id, a tab, the name. A dataset of texts accepts pdf, txt, doc, docx and web pages; \
a dataset of images accepts images.

Examples:
  coze datasets upload 7363569245306945580 handbook.pdf rules/*.txt
  coze datasets upload 7363569245306945580 https://example.com/news --watch
  git log | coze datasets upload 7363569245306945580 - --name log.txt";

/// Documents that one request takes.
const TOGETHER: usize = 10;

/// Where a document comes from; those of one request have to come in one way.
enum Source {
    Text(Item),
    Image(Item),
    Page { name: String, url: String },
}

impl Source {
    fn way(&self) -> u8 {
        match self {
            Self::Text(_) => 0,
            Self::Image(_) => 1,
            Self::Page { .. } => 2,
        }
    }
}

impl Upload {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let mut sources = sources(&self.sources, self.name.as_deref())?;
        let connection = self.connection.over(general);
        let timeout = connection.timeout();
        let place = connection.place().await?;
        let adding = Adding {
            client: place.client()?,
            place: &place,
            dataset_id: &self.dataset_id,
            no_limits: self.no_limits,
        };
        let total = sources.len();
        let mut added: Vec<Document> = Vec::new();
        let mut result = Ok(());
        while !sources.is_empty() && result.is_ok() {
            let way = sources[0].way();
            let together = sources.iter().take(TOGETHER).take_while(|source| source.way() == way).count();
            let rest = sources.split_off(together);
            match adding.add(sources, screen).await {
                Ok(documents) => {
                    for document in documents.iter().filter(|_| !self.watch && !self.json) {
                        let name = document.name.as_deref().unwrap_or_default();
                        screen.line(&format!("{}\t{name}", document.document_id))?;
                    }
                    added.extend(documents);
                }
                Err(failure) if total > 1 => {
                    let so_far = say!(
                        "{} of {total} documents were added",
                        "已添加 {} 个文档，共 {total} 个",
                        added.len()
                    );
                    result = Err(failure.about(so_far));
                }
                Err(failure) => result = Err(failure),
            }
            sources = rest;
        }
        if self.watch && !added.is_empty() {
            let ids = added.into_iter().map(|document| document.document_id).collect();
            let watched = watch::follow(
                &adding.client,
                &place,
                self.dataset_id.clone(),
                ids,
                timeout,
                self.json,
                screen,
            );
            return result.and(watched.await);
        }
        if self.json {
            json::print(&added, screen)?;
        }
        result
    }
}

/// A dataset, and who adds to it.
struct Adding<'a> {
    client: Coze,
    place: &'a Place,
    dataset_id: &'a DatasetId,
    /// Whether documented limits are lifted.
    no_limits: bool,
}

impl Adding<'_> {
    /// Adds documents that come in one way.
    async fn add(&self, sources: Vec<Source>, screen: &mut Screen) -> Result<Vec<Document>, Failure> {
        let (mut documents, mut images) = (Vec::new(), Vec::new());
        for source in sources {
            match source {
                Source::Image(item) => images.push(item),
                Source::Page { name, url } => documents.push(NewDocument::web_page(name, url)),
                Source::Text(Item { name, source }) => {
                    let document = self.client.datasets().documents().read(source).await;
                    documents.push(document.map_err(|error| self.place.explain(&error).about(name))?);
                }
            }
        }
        documents.extend(self.upload(images, screen).await?);
        screen.wait_for(say!("adding documents", "正在添加文档"));
        let mut call =
            self.client.datasets().documents().create(CreateDocuments::new(self.dataset_id, documents));
        if self.no_limits {
            call = call.strict(false);
        }
        call.await.map_err(|error| self.place.explain(&error))
    }

    /// Uploads images, to which documents refer.
    async fn upload(&self, items: Vec<Item>, screen: &mut Screen) -> Result<Vec<NewDocument>, Failure> {
        let names: Vec<_> = items.iter().map(|item| item.name.clone()).collect();
        let mut documents: Vec<_> = names.iter().map(|_| None).collect();
        let uploads = Uploads {
            client: &self.client,
            place: self.place,
            jobs: usize::from(JOBS),
            no_limits: self.no_limits,
        };
        let done = |index: usize, file: Result<coze::file::File, Failure>, _: &mut Screen| {
            let file = file?;
            let own = Path::new(&names[index]).file_name().map(|name| name.to_string_lossy().into_owned());
            let name = file.file_name.clone().or(own).unwrap_or_default();
            documents[index] = Some(NewDocument::uploaded_image(name, file.id));
            Ok(())
        };
        uploads.run(items, screen, done).await?;
        Ok(documents.into_iter().flatten().collect())
    }
}

/// Sources, in one way after the other; finds mistakes before anything is sent.
fn sources(paths: &[PathBuf], name: Option<&str>) -> Result<Vec<Source>, Failure> {
    if name.is_some() && paths.len() > 1 {
        return Err(Failure::usage(say!(
            "--name is for one document, and there are several",
            "--name 只用于一个文档，这里有多个"
        ))
        .hint(say!(
            "add each with a separate command, or omit --name",
            "每个文档用单独的命令添加，或者去掉 --name"
        )));
    }
    let source = |path: &PathBuf| {
        if let Some((scheme, rest)) = input::address(path).filter(|(scheme, _)| input::is_web(scheme)) {
            let url = format!("{scheme}:{rest}");
            return Ok(Source::Page { name: name.unwrap_or(&url).to_owned(), url });
        }
        let item = upload::item(path, name)?;
        if path != Path::new("-") {
            input::check_file(path)?;
        }
        let is_image = is_image(name.map_or(path, Path::new));
        Ok(if is_image { Source::Image(item) } else { Source::Text(item) })
    };
    let mut sources = paths.iter().map(source).collect::<Result<Vec<_>, Failure>>()?;
    sources.sort_by_key(Source::way);
    Ok(sources)
}

/// Whether a name is that of an image, by the formats that the upload takes.
fn is_image(name: &Path) -> bool {
    const EXTENSIONS: [&str; 10] =
        ["jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "pcd", "tiff"];
    let extension = name.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_their_names() {
        for (name, expected) in [("a.PNG", true), ("b/c.jpeg", true), ("d.pdf", false), ("png", false)] {
            assert_eq!(is_image(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn what_comes_in_one_way_stands_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "x").unwrap();
            path
        };
        let paths = [PathBuf::from("HTTPS://example.com/x"), path("a.png"), path("b.txt"), path("c.txt")];
        let names = sources(&paths, None).unwrap().into_iter().map(|source| match source {
            Source::Text(item) | Source::Image(item) => item.name.rsplit('/').next().unwrap().to_owned(),
            Source::Page { name, .. } => name,
        });
        assert_eq!(names.collect::<Vec<_>>(), ["b.txt", "c.txt", "a.png", "https://example.com/x"]);
    }
}

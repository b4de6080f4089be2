//! Uploads a file with progress and asks about it and an image: `cargo run -p coze --example files_and_images -- FILE`.

#[path = "setup/client.rs"]
mod setup;

use coze::{ContentPart, CreateChat, FileSource, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;

    let source = match std::env::args().nth(1) {
        Some(path) => FileSource::path(path),
        None => FileSource::bytes("jobs.csv", "id,title\n1,engineer\n"),
    };
    let upload = setup.client.files().upload(source);
    let file = upload.progress(|at| eprintln!("{} of {:?} bytes", at.sent, at.total)).await?;

    // A file is named by the id of an upload, or by an address that anyone can read.
    let question = Message::user_parts([
        ContentPart::text("What are these?"),
        ContentPart::file(&file.id),
        ContentPart::image_url("https://example.com/dog.png"),
    ]);
    let request = CreateChat::new(setup.bot, "any-user-name").message(question);
    println!("{}", setup.client.chat().stream(request).await?.collect().await?.text());
    Ok(())
}

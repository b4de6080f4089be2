//! The client of this repository.

use coze::transport::HyperTransport;
use coze::{ChatEvent, Coze, CreateChat, Message};
use e2e_harness::{BOT, BoxError, CONVERSATION, Client, Piece, Server, TOKEN, run};

#[derive(Clone)]
struct Ours(Coze);

impl Ours {
    fn new(server: Server) -> Result<Self, BoxError> {
        // An upload of 1 GiB is more than the service takes.
        let builder = Coze::builder().token(TOKEN).base_url(server.base).strict(false);
        let builder = match server.root {
            None => builder,
            Some(root) => builder.transport(trusting(root)?),
        };
        Ok(Self(builder.build()?))
    }
}

#[cfg(feature = "tls")]
fn trusting(root: Vec<u8>) -> Result<HyperTransport, BoxError> {
    Ok(HyperTransport::builder().add_root_certificate_pem(root).added_roots_only(true).build()?)
}

#[cfg(not(feature = "tls"))]
fn trusting(_: Vec<u8>) -> Result<HyperTransport, BoxError> {
    Err("built without the feature `tls`".into())
}

impl Client for Ours {
    async fn stream(&self, user: &str, mut sink: impl FnMut(Piece<'_>)) -> Result<(), BoxError> {
        let mut events =
            self.0.chat().stream(CreateChat::new(BOT, user).message(Message::user("hello"))).await?;
        while let Some(event) = events.next().await {
            match event? {
                ChatEvent::MessageDelta(message) => sink(Piece::Delta(&message.content)),
                _ => sink(Piece::Other),
            }
        }
        Ok(())
    }

    async fn request(&self) -> Result<(), BoxError> {
        std::hint::black_box(self.0.conversations().retrieve(CONVERSATION).await?);
        Ok(())
    }

    async fn upload(&self, path: &str) -> Result<u64, BoxError> {
        let file = self.0.files().upload(std::path::Path::new(path)).await?;
        Ok(file.bytes.unwrap_or_default().try_into()?)
    }
}

fn main() -> Result<(), BoxError> {
    run(Ours::new)
}

//! Logs a user in by the browser on this machine and asks who it is:
//! `cargo run -p coze --example auth_pkce -- CLIENT_ID http://127.0.0.1:8080/callback`, with `COZE_API_BASE` for another server.

use coze::Coze;
use coze::auth::{Loopback, MemoryStore, Session, WebApp};

#[tokio::main]
async fn main() -> Result<(), coze::Error> {
    let mut args = std::env::args().skip(1);
    let (Some(client_id), Some(redirect_uri)) = (args.next(), args.next()) else {
        eprintln!("give a client id and a redirect URI that the app was registered with");
        std::process::exit(2);
    };
    let base_url = std::env::var("COZE_API_BASE").unwrap_or_else(|_| "https://api.coze.cn".to_owned());
    let builder = Coze::builder().base_url(base_url);
    let server = builder.clone().build_server()?;

    let app = WebApp::public(client_id);
    let loopback = Loopback::bind(&redirect_uri).await?;
    let question = app.authorize(&server, loopback.redirect_uri())?;
    println!("open {}", question.url());
    let code = loopback.receive(&question).await?;
    let grant = app.exchange(&server, &question, code).await?;

    let client = builder.auth(Session::new(app, MemoryStore::with(grant))).build()?;
    println!("{}", client.users().me().await?.user_id);
    Ok(())
}

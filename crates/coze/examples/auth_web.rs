//! Logs a user of a web application in; the browser's way back is copied by hand:
//! `COZE_CLIENT_SECRET=… cargo run -p coze --example auth_web -- CLIENT_ID https://your.example/callback`.

use coze::Coze;
use coze::auth::{MemoryStore, Session, WebApp};

#[tokio::main]
async fn main() -> Result<(), coze::Error> {
    let mut args = std::env::args().skip(1);
    let secret = std::env::var("COZE_CLIENT_SECRET");
    let (Some(client_id), Some(redirect_uri), Ok(secret)) = (args.next(), args.next(), secret) else {
        eprintln!("give a client id and a redirect URI, and put the client secret into COZE_CLIENT_SECRET");
        std::process::exit(2);
    };
    let base_url = std::env::var("COZE_API_BASE").unwrap_or_else(|_| "https://api.coze.cn".to_owned());
    let builder = Coze::builder().base_url(base_url);
    let server = builder.clone().build_server()?;

    let app = WebApp::new(client_id, secret);
    let question = app.authorize(&server, redirect_uri)?;
    println!("open {}\nand enter the address that the browser came back with:", question.url());
    let mut callback = String::new();
    std::io::stdin()
        .read_line(&mut callback)
        .map_err(|error| coze::Error::auth("cannot read the address", error))?;
    let grant = app.exchange(&server, &question, question.code(callback.trim())?).await?;

    let client = builder.auth(Session::new(app, MemoryStore::with(grant))).build()?;
    println!("{}", client.users().me().await?.user_id);
    Ok(())
}

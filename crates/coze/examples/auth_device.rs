//! Logs a user in by a device code and asks who it is:
//! `cargo run -p coze --example auth_device -- CLIENT_ID tokens.json`, with `COZE_API_BASE` for another server.

use coze::Coze;
use coze::auth::{DeviceApp, DeviceProgress, FileStore, Session};

#[tokio::main]
async fn main() -> Result<(), coze::Error> {
    let mut args = std::env::args().skip(1);
    let (Some(client_id), Some(path)) = (args.next(), args.next()) else {
        eprintln!("give a client id and a file for the tokens");
        std::process::exit(2);
    };
    let base_url = std::env::var("COZE_API_BASE").unwrap_or_else(|_| "https://api.coze.cn".to_owned());
    let builder = Coze::builder().base_url(base_url);

    let app = DeviceApp::new(client_id);
    let session = Session::new(app.clone(), FileStore::new(path));
    if session.grant().await?.is_none() {
        let login = app.start(&builder.clone().build_server()?).await?;
        println!("enter {} on {}", login.code().user_code, login.code().verification_url());
        let report = |progress: &DeviceProgress| eprintln!("{progress:?}");
        session.save(login.wait_with(report).await?).await?;
    }

    let user = builder.auth(session).build()?.users().me().await?;
    println!("{}", user.user_id);
    Ok(())
}

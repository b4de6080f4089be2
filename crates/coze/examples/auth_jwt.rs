//! Logs a service app in and asks who it is: `cargo run -p coze --example auth_jwt -- coze_oauth_config.json`.
//!
//! The file is the one that the console exports; `coze-sim --oauth-app FILE` writes one for the simulator.

use coze::Coze;
use coze::auth::{JwtApp, load_config};

#[tokio::main]
async fn main() -> Result<(), coze::Error> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "coze_oauth_config.json".to_owned());
    let client = Coze::builder().auth(JwtApp::from_config(&load_config(path)?)?).build()?;
    let user = client.users().me().await?;
    println!("{} at {}", user.user_id, client.base_url());
    Ok(())
}

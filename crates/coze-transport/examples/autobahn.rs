//! An echo client for the fuzzing server of Autobahn|Testsuite; `cargo xtask autobahn` runs both.
//!
//! ```sh
//! cargo run --package coze-transport --example autobahn -- http://127.0.0.1:9001
//! ```

use coze_transport::http::Request;
use coze_transport::websocket::{Message, Opened, Socket};
use coze_transport::{HyperTransport, Transport, TransportError};

/// Name of this client in the reports.
const AGENT: &str = "coze-transport";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), TransportError> {
    let server = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:9001".to_owned());
    // The largest cases have 16 MiB.
    let transport = HyperTransport::builder().no_proxy().max_message_bytes(17 << 20).build()?;
    let open = async |path: String| -> Result<Socket, TransportError> {
        let request = Request::get(format!("{server}/{path}")).body(()).map_err(TransportError::request)?;
        match transport.open(request).await? {
            Opened::Socket(response) => Ok(response.into_body()),
            Opened::Refused(response) => {
                Err(TransportError::request(format_args!("refused with {}", response.status())))
            }
        }
    };
    let mut cases = 0;
    let mut socket = open("getCaseCount".to_owned()).await?;
    while let Some(message) = socket.receive().await {
        if let Message::Text(text) = message? {
            cases = String::from_utf8_lossy(&text).parse().unwrap_or_default();
        }
    }
    for case in 1..=cases {
        let mut socket = open(format!("runCase?case={case}&agent={AGENT}")).await?;
        // Cases that break the rules end in an error, which is what they ask for.
        while let Some(Ok(message)) = socket.receive().await {
            if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err()
            {
                break;
            }
        }
    }
    let mut socket = open(format!("updateReports?agent={AGENT}")).await?;
    while let Some(Ok(_)) = socket.receive().await {}
    println!("{cases} cases");
    Ok(())
}

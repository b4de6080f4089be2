//! What nobody should do to a client, and what comes of it: an error that says so.
#![cfg(test)]

use coze::{Builder, Coze};
use coze_transport::HyperTransport;
use faults::call::next_works;
use faults::server::{Plan, Server};

fn builder(server: &Server) -> Builder {
    Coze::builder()
        .token("t")
        .base_url(format!("http://{}", server.addr))
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
}

#[tokio::test]
async fn more_headers_than_a_request_holds() {
    let server = Server::start(Plan::default()).await;
    let client = builder(&server).build().unwrap();
    for count in [24_570, 40_000] {
        for name in [|number| format!("x-{number}"), |_| "x-same".to_owned()] {
            let call = (0..count).fold(client.users().me(), |call, number| call.header(&name(number), "v"));
            let error = call.await.unwrap_err();
            assert!(error.to_string().contains("too many headers"), "{error}");

            let many = (0..count).fold(builder(&server), |builder, number| builder.header(name(number), "v"));
            let error = match many.build() {
                Ok(client) => client.users().me().await.unwrap_err(),
                Err(error) => error,
            };
            assert!(error.to_string().contains("too many headers"), "{error}");
        }
    }
    assert_eq!(server.seen().len(), 0);
    next_works(&client).await.unwrap();
}

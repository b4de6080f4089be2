//! Without the feature for proxies, none that the environment names is passed over in silence.

use coze_transport::HyperTransport;

use crate::server::{Server, fail, get, text, within};

/// The process that runs this has a proxy in its environment; the test below starts it.
#[tokio::test]
#[ignore = "needs its environment from a_proxy_of_the_environment_is_not_passed_over"]
async fn child_with_a_proxy_in_its_environment() {
    let server = Server::echo().await;
    let transport = HyperTransport::new().unwrap();
    text(&transport, get(server.url("/"))).await.unwrap();
    // An address for documentation: nobody answers there.
    let error = fail(&transport, get("http://192.0.2.1/")).await;
    assert!(error.is_config() && error.is_unsent() && !error.is_connect(), "{error:?}");
    let said = error.to_string();
    assert!(said.starts_with("http_proxy names a proxy on the way to 192.0.2.1:80"), "{said}");
    let limit = std::time::Duration::from_millis(50);
    let direct = HyperTransport::builder().no_proxy().connect_timeout(limit).build().unwrap();
    assert!(fail(&direct, get("http://192.0.2.1/")).await.is_connect());
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_passed_over() {
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--ignored", "--exact", "unproxied::child_with_a_proxy_in_its_environment"]);
    child.env_remove("HTTP_PROXY").env_remove("REQUEST_METHOD").env("http_proxy", "http://192.0.2.2:3128");
    let output = within(child.output()).await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

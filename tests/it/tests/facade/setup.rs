//! Setting a client up, and what every request carries.

use coze::{Coze, CreateChat, ErrorKind, Message, Region, SubmitToolOutputs};
use serde_json::json;

use crate::mock::{Mock, Reply, TOKEN};

fn chat() -> Reply {
    Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "in_progress"}))
}

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

#[tokio::test]
async fn requests_go_to_the_region_or_the_base_url_with_its_prefix() {
    for (builder, expected) in [
        (Coze::builder(), "https://api.coze.com/v3/chat"),
        (Coze::builder().region(Region::Com), "https://api.coze.com/v3/chat"),
        (Coze::builder().region(Region::Cn), "https://api.coze.cn/v3/chat"),
        (Coze::builder().base_url("http://10.0.0.1:8888"), "http://10.0.0.1:8888/v3/chat"),
        (Coze::builder().base_url("http://[::1]:8888/"), "http://[::1]:8888/v3/chat"),
        (Coze::builder().base_url("https://gw.example/a/b/"), "https://gw.example/a/b/v3/chat"),
        (Coze::builder().base_url("https://gw.example/a%20b"), "https://gw.example/a%20b/v3/chat"),
        // The later of the two counts.
        (Coze::builder().base_url("http://x").region(Region::Cn), "https://api.coze.cn/v3/chat"),
        (Coze::builder().region(Region::Cn).base_url("http://x"), "http://x/v3/chat"),
    ] {
        let mock = Mock::always(chat());
        let client = builder.allow_plain_http().token(TOKEN).transport(mock.clone()).build().unwrap();
        client.chat().create(ask()).await.unwrap();
        assert_eq!(mock.only().uri, expected);
        assert_eq!(format!("{}/v3/chat", client.base_url()), expected);
    }
}

#[test]
fn a_token_does_not_cross_a_network_in_the_clear_unless_asked() {
    let build = |base_url: &str| Mock::always(chat()).builder().base_url(base_url).build();
    for safe in ["https://10.0.0.1", "http://127.0.0.1:8888", "http://localhost:1/x", "http://[::1]:2"] {
        build(safe).unwrap();
    }
    for exposed in
        ["http://10.0.0.1:8888", "http://host", "http://localhost.evil.example", "HTTP://api.coze.cn"]
    {
        let error = build(exposed).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("allow_plain_http()"), "{error}");
        Mock::always(chat()).builder().base_url(exposed).allow_plain_http().build().unwrap();
    }
}

#[test]
fn a_base_url_that_cannot_work_is_refused_when_the_client_is_built() {
    for (base_url, word) in [
        ("", "empty"),
        (" ", "blank"),
        ("\"https://api.coze.cn\"", "a quote"),
        ("api.coze.cn", "scheme"),
        ("//api.coze.cn", "scheme"),
        ("ftp://api.coze.cn", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("https://", "address"),
        ("https:///v3", "address"),
        ("https://api.coze.cn/?a=b", "query"),
        ("https://api.coze.cn/#a", "fragment"),
        ("https://api.coze.cn\n", "blank"),
        ("https://api.coze.cn /x", "blank"),
        ("https://user:secret@api.coze.cn", "user name or password"),
        ("http://host:99999", "port"),
        ("http://host:0", "port"),
        ("http://host:", "port"),
        ("http://host:x", ""),
        (" http://host", "blank"),
    ] {
        let built = Mock::always(chat()).builder().base_url(base_url).build();
        let error = match built {
            Ok(client) => panic!("{base_url:?} is taken as {:?}", client.base_url()),
            Err(error) => error,
        };
        assert_eq!(error.kind(), ErrorKind::Config, "{base_url:?}: {error}");
        let text = error.to_string();
        assert!(text.contains(word) && text.contains("base URL"), "{base_url:?}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[tokio::test]
async fn a_request_carries_token_agent_and_what_it_accepts() {
    let mock = Mock::script([chat(), chat(), Reply::events("event:done\ndata:\n\n")]);
    let client = mock.client();
    client.chat().create(ask()).await.unwrap();
    client.chat().retrieve("1", "2").await.unwrap();
    client.chat().stream(ask()).await.unwrap();
    let sent = mock.sent();
    for request in &sent {
        assert_eq!(request.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
        let agent = request.header("user-agent").unwrap();
        let expected = concat!("coze-rust/", env!("CARGO_PKG_VERSION"), " ");
        assert!(agent.starts_with(expected) && agent.contains(std::env::consts::OS), "{agent}");
    }
    assert_eq!(
        mock.lines(),
        ["POST /v3/chat", "GET /v3/chat/retrieve?conversation_id=1&chat_id=2", "POST /v3/chat"]
    );
    let of = |name: &str| sent.iter().map(|request| request.header(name)).collect::<Vec<_>>();
    let json = Some("application/json");
    assert_eq!(of("accept"), [json, json, Some("text/event-stream")]);
    // A request without a body has no content type.
    assert_eq!(of("content-type"), [json, None, json]);
    assert!(sent[1].body.is_empty());
    // Servers disagree on what a missing `stream` means.
    assert_eq!(
        [&sent[0], &sent[2]].map(|request| request.json()["stream"].clone()),
        [json!(false), json!(true)]
    );
}

#[tokio::test]
async fn headers_of_the_client_and_of_the_call_are_added() {
    let mock = Mock::always(chat());
    let client = mock
        .builder()
        .user_agent("my-program/1.2")
        .header("x-tenant", "a")
        .header("X-Many", "1")
        .header("x-many", "2")
        .build()
        .unwrap();
    client.chat().create(ask()).await.unwrap();
    client.chat().create(ask()).header("X-Tenant", "b").header("x-trace", "t").await.unwrap();
    client.chat().create(ask()).await.unwrap();
    let sent = mock.sent();
    let tenants: Vec<_> = sent.iter().map(|request| request.header("x-tenant").unwrap()).collect();
    assert_eq!(tenants, ["a", "b", "a"], "the call's header replaces the client's, for this call");
    assert_eq!(sent[1].header("x-trace"), Some("t"));
    assert_eq!(sent[2].header("x-trace"), None);
    assert_eq!(sent[0].headers.get_all("x-many").iter().count(), 2);
    assert!(sent[0].header("user-agent").unwrap().starts_with("my-program/1.2 coze-rust/"));
}

#[tokio::test]
async fn headers_that_are_the_clients_own_or_no_headers_are_refused() {
    for (name, value, word) in [
        ("Authorization", "Bearer hidden", "authorization"),
        ("AUTHORIZATION", "hidden", "authorization"),
        ("content-type", "hidden", "content-type"),
        ("host", "hidden", "host"),
        ("user-agent", "hidden", "user-agent"),
        ("accept", "hidden", "accept"),
        // These would let a caller split one request into two.
        ("content-length", "0", "content-length"),
        ("transfer-encoding", "chunked", "transfer-encoding"),
        ("connection", "close", "connection"),
        ("x-a", "hidden\r\nx-b: 1", "x-a"),
        ("x-a", "hidden\n", "x-a"),
        ("x-a", "hidden\0", "x-a"),
        ("x a", "hidden", "x a"),
        ("x-a\r\nx-b", "hidden", "x-a"),
        ("", "hidden", "name of a header"),
        ("x-ä", "hidden", "x-ä"),
    ] {
        let mock = Mock::always(chat());
        let built = mock.builder().header(name, value).build();
        let error = built.map(drop).expect_err(&format!("{name:?} is taken by the builder")).to_string();
        assert!(error.contains(word) && !error.contains("hidden"), "{name:?}: {error}");

        let error = mock.client().chat().create(ask()).header(name, value).await;
        let error = error.expect_err(&format!("{name:?} is taken by a call"));
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        let error = error.to_string();
        assert!(error.contains(word) && !error.contains("hidden"), "{name:?}: {error}");
        assert!(mock.sent().is_empty());
    }
}

#[tokio::test]
async fn the_first_mistake_of_a_call_is_told_even_when_good_headers_follow() {
    let mock = Mock::always(chat());
    let call = mock.client();
    let error = call.chat().create(ask()).header("x-a", "\n").header("x-b", "good").await.unwrap_err();
    assert!(error.to_string().contains("x-a"), "{error}");
    assert!(mock.sent().is_empty());
}

#[test]
fn tokens_and_user_agents_that_cannot_be_sent_are_refused_without_being_repeated() {
    let mock = Mock::always(chat());
    for token in [
        "",
        " ",
        "pat_hidden\r\n",
        "pat hidden",
        "pat_hidden\0",
        "pat_hiddenü",
        "\u{feff}pat_hidden",
        "Bearer pat_hidden",
    ] {
        let error = mock.builder().token(token).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let text = format!("{error} {error:?}");
        assert!(text.contains("token") && !text.contains("hidden"), "{token:?}: {text}");
    }
    let error = mock.builder().user_agent("bad\nagent").build().unwrap_err();
    assert!(error.to_string().contains("user agent"), "{error}");
    let error = Coze::builder().transport(mock).build().unwrap_err();
    assert!(error.to_string().contains("COZE_API_TOKEN"), "{error}");
}

#[tokio::test]
async fn what_can_never_succeed_is_refused_without_being_sent() {
    let mock = Mock::always(chat());
    let client = mock.client();
    let no_bot = CreateChat::new("", "u").message(Message::user("hi"));
    let no_outputs = SubmitToolOutputs::new("1", "2");
    let errors = [
        ("bot_id", "/v3/chat", client.chat().create(no_bot.clone()).await.unwrap_err()),
        ("bot_id", "/v3/chat", client.chat().stream(no_bot.clone()).await.unwrap_err()),
        ("bot_id", "/v3/chat", client.chat().create(no_bot.clone()).strict(false).await.unwrap_err()),
        ("bot_id", "/v3/chat", client.chat().create_and_poll(no_bot).await.unwrap_err()),
        (
            "tool_outputs",
            "/v3/chat/submit_tool_outputs",
            client.chat().submit_tool_outputs(no_outputs).await.unwrap_err(),
        ),
        // Not a rule, but just as impossible: an empty id in the query.
        ("chat_id", "/v3/chat/retrieve", client.chat().retrieve("1", "").await.unwrap_err()),
    ];
    for (field, endpoint, error) in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.to_string().contains(field), "{error}");
        assert_eq!(error.endpoint(), Some(endpoint), "{error}");
        assert!(!error.is_retryable() && error.api().is_none() && error.log_id().is_none());
    }
    assert!(mock.sent().is_empty());
}

#[tokio::test]
async fn documented_limits_are_the_servers_business_unless_the_client_is_strict() {
    let long = || (0..101).fold(CreateChat::new("7", "u"), |chat, _| chat.message(Message::user("hi")));
    let mock = Mock::always(chat());
    let loose = mock.client();
    let strict = mock.builder().strict(true).build().unwrap();

    loose.chat().create(long()).await.unwrap();
    strict.chat().create(long()).strict(false).await.unwrap();
    assert_eq!(mock.sent().len(), 2);

    for error in [
        strict.chat().create(long()).await.unwrap_err(),
        strict.chat().stream(long()).await.unwrap_err(),
        loose.chat().create(long()).strict(true).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let [error] = error.validation_errors() else { panic!("{error}") };
        assert_eq!(error.field, "additional_messages");
        assert!(!error.is_fatal());
        assert!(error.to_string().contains("101"), "{error}");
    }
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test]
async fn all_violations_are_told_at_once() {
    let mock = Mock::always(chat());
    let error = mock.client().chat().create(CreateChat::new("", "")).await.unwrap_err();
    let fields: Vec<_> = error.validation_errors().iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["bot_id", "user_id"]);
    assert!(error.to_string().contains("bot_id") && error.to_string().contains("user_id"), "{error}");
}

#[tokio::test]
async fn an_id_with_what_a_file_of_variables_left_in_it_is_not_sent() {
    let mock = Mock::always(chat());
    let client = mock.client();
    let bad = "7400000000000000001\r";
    for error in [
        client.bots().retrieve(bad).await.unwrap_err(),
        client.chat().retrieve("1", bad).await.unwrap_err(),
        client.chat().create(CreateChat::new(bad, "u")).await.unwrap_err(),
        client.chat().stream(CreateChat::new(bad, "u")).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(
            error.to_string().contains("_id` is \"7400000000000000001\\r\", with a line break"),
            "{error}"
        );
    }
    assert!(mock.sent().is_empty());
}

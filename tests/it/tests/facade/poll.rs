//! Starting a chat and waiting for its end, in time that the tests control.

use std::time::Duration;

use coze::transport::TransportError;
use coze::{ChatStatus, Coze, CreateChat, ErrorKind, Message, PollChat, SubmitToolOutputs};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::mock::{Mock, Reply, Sent};

const CREATE: &str = "POST /v3/chat";
const RETRIEVE: &str = "GET /v3/chat/retrieve";
const CANCEL: &str = "POST /v3/chat/cancel";
const LIST: &str = "GET /v3/chat/message/list";

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn poll(client: &Coze) -> PollChat {
    client.chat().create_and_poll(ask())
}

fn chat(status: &str) -> Value {
    json!({"id": "2", "conversation_id": "1", "status": status})
}

fn calls(mock: &Mock) -> Vec<String> {
    mock.sent().iter().map(|sent| format!("{} {}", sent.method, sent.path())).collect()
}

fn count(mock: &Mock, call: &str) -> usize {
    calls(mock).iter().filter(|made| *made == call).count()
}

/// A server whose chat has the given states in turn, the last for ever.
fn server<const N: usize>(states: [&'static str; N]) -> Mock {
    with_states(states, |_| None)
}

fn with_states<const N: usize>(
    states: [&'static str; N],
    instead: impl Fn(&Sent) -> Option<Reply> + Send + Sync + 'static,
) -> Mock {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    Mock::new(move |_, sent| {
        if let Some(reply) = instead(sent) {
            return reply;
        }
        match format!("{} {}", sent.method, sent.path()).as_str() {
            CREATE | RETRIEVE => {
                let turn = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Reply::data(&chat(states[turn.min(N - 1)]))
            }
            CANCEL => Reply::data(&chat("canceled")),
            LIST => Reply::data(&json!([
                {"id": "3", "type": "function_call", "content": "{\"name\":\"f\"}"},
                {"id": "4", "type": "answer", "content": "hel"},
                {"id": "5", "type": "answer", "content": "lo"},
                {"id": "6", "type": "follow_up", "content": "more?"},
            ])),
            other => Reply::fail(TransportError::other(format!("unexpected {other}"))),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn it_waits_through_every_state_that_is_not_the_end() {
    let mock = server(["created", "created", "in_progress", "", "dreaming", "in_progress", "completed"]);
    let answer = poll(&mock.client()).await.unwrap();
    assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
    assert_eq!(answer.text(), "hello");
    assert_eq!(answer.follow_ups(), ["more?"]);
    assert_eq!(answer.messages.len(), 4);
    assert!(answer.tool_calls().is_empty());
    assert_eq!(calls(&mock), [CREATE, RETRIEVE, RETRIEVE, RETRIEVE, RETRIEVE, RETRIEVE, RETRIEVE, LIST]);
    let sent = mock.sent();
    assert_eq!(sent[1].target(), "/v3/chat/retrieve?conversation_id=1&chat_id=2");
    assert_eq!(sent[7].target(), "/v3/chat/message/list?conversation_id=1&chat_id=2");
}

#[tokio::test(start_paused = true)]
async fn an_empty_conversation_is_the_one_that_was_asked_for() {
    let mock = Mock::new(|_, sent| match sent.path() {
        "/v3/chat/message/list" => Reply::data(&json!([])),
        "/v3/chat" => Reply::data(&json!({"id": "2", "conversation_id": "", "status": "", "section_id": ""})),
        _ => Reply::data(&chat("completed")),
    });
    let request = ask().conversation_id("1");
    let answer = mock.client().chat().create_and_poll(request).await.unwrap();
    assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
    assert_eq!(mock.sent()[1].uri.query(), Some("conversation_id=1&chat_id=2"));
}

#[tokio::test(start_paused = true)]
async fn a_missing_status_is_no_end() {
    let mock = Mock::new(|number, sent| match sent.path() {
        "/v3/chat/message/list" => Reply::data(&json!([])),
        _ if number < 3 => Reply::data(&json!({"id": "2", "conversation_id": "1"})),
        _ => Reply::data(&chat("completed")),
    });
    poll(&mock.client()).await.unwrap();
    assert_eq!(count(&mock, RETRIEVE), 3);
}

#[tokio::test(start_paused = true)]
async fn it_ends_with_every_state_that_is_the_end() {
    for (word, status) in [
        ("completed", ChatStatus::Completed),
        ("failed", ChatStatus::Failed),
        ("canceled", ChatStatus::Canceled),
        ("cancelled", ChatStatus::Canceled),
        ("conversation.chat.cancelled", ChatStatus::Canceled),
        ("requires_action", ChatStatus::RequiresAction),
        ("required_action", ChatStatus::RequiresAction),
    ] {
        for states in [[word, word], ["in_progress", word]] {
            let mock = server(states);
            let answer = poll(&mock.client()).await.unwrap();
            assert_eq!(answer.chat.status, Some(status.clone()), "{word}");
            assert_eq!(count(&mock, LIST), 1);
            assert_eq!(count(&mock, CANCEL), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tool_calls_of_a_waiting_chat_are_at_hand() {
    let mut waiting = chat("requires_action");
    waiting["required_action"] = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"杭州\"}"}},
    ]}});
    let mock = Mock::script([Reply::data(&waiting), Reply::data(&json!([]))]);
    let answer = poll(&mock.client()).await.unwrap();
    let [call] = answer.tool_calls() else { panic!("{answer:?}") };
    let arguments: Value = call.function.as_ref().unwrap().arguments().unwrap();
    assert_eq!((call.id.as_str(), &arguments["city"]), ("c1", &json!("杭州")));
}

#[tokio::test(start_paused = true)]
async fn it_asks_soon_at_first_and_then_once_a_second() {
    let mock = with_states(
        ["in_progress", "in_progress", "in_progress", "in_progress", "in_progress", "completed"],
        |_| None,
    );
    poll(&mock.client()).await.unwrap();
    let sent = mock.sent();
    let waits: Vec<_> = sent.windows(2).map(|pair| (pair[1].at - pair[0].at).as_millis()).collect();
    assert_eq!(waits, [250, 500, 1000, 1000, 1000, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_ends_at_once_is_not_waited_for() {
    let mock = server(["completed"]);
    let started = Instant::now();
    poll(&mock.client()).await.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(calls(&mock), [CREATE, LIST]);
}

#[tokio::test(start_paused = true)]
async fn when_its_time_is_up_it_cancels_the_chat_and_names_it() {
    let mock = server(["created", "in_progress"]);
    let started = Instant::now();
    let error = poll(&mock.client()).deadline(Duration::from_millis(4900)).await.unwrap_err();
    assert_eq!(started.elapsed().as_millis(), 4900);
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Rest));
    assert_eq!(error.endpoint(), Some("/v3/chat"));
    let text = error.to_string();
    for part in ["chat 2", "conversation 1", "in_progress", "canceled", "4.9s"] {
        assert!(text.contains(part), "{part:?} in {text:?}");
    }
    assert_eq!(count(&mock, CANCEL), 1);
    assert_eq!(count(&mock, LIST), 0);
    let sent = mock.sent();
    let cancel = sent.last().unwrap();
    assert_eq!(cancel.json(), json!({"conversation_id": "1", "chat_id": "2"}));
    // It asked once more when the time was up: the chat may have ended just then.
    assert_eq!(sent[sent.len() - 2].at - started, Duration::from_millis(4900));
}

#[tokio::test(start_paused = true)]
async fn the_default_deadline_is_ten_minutes_and_none_is_for_ever() {
    let mock = server(["in_progress"]);
    let started = Instant::now();
    let error = poll(&mock.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), started.elapsed().as_secs()),
        (ErrorKind::Timeout(coze::TimeoutKind::Rest), 600)
    );

    let hour = Duration::from_secs(3600);
    for deadline in [None, Some(Duration::MAX)] {
        let started = Instant::now();
        let mock = Mock::new(move |_, sent| match sent.path() {
            "/v3/chat/message/list" => Reply::data(&json!([])),
            _ if started.elapsed() < hour => Reply::data(&chat("in_progress")),
            _ => Reply::data(&chat("completed")),
        });
        poll(&mock.client()).deadline(deadline).await.unwrap();
        assert!(started.elapsed() >= hour);
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_each_request_keeps_its_own_limit() {
    let outputs = || SubmitToolOutputs::new("1", "2").output("call", "22");
    for silent in [CREATE, "POST /v3/chat/submit_tool_outputs", RETRIEVE, LIST] {
        let mock = with_states(["in_progress", "completed"], move |sent| match sent.path() {
            path if silent == format!("{} {path}", sent.method) => Some(Reply::silence()),
            "/v3/chat/submit_tool_outputs" => Some(Reply::data(&chat("in_progress"))),
            _ => None,
        });
        let client = mock.client();
        let call = match silent {
            CREATE | RETRIEVE => poll(&client),
            _ => client.chat().submit_and_poll(outputs()),
        };
        let started = Instant::now();
        let error = call.deadline(None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Head), "{silent}: {error}");
        assert!((120..125).contains(&started.elapsed().as_secs()), "{silent}: {:?}", started.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_ends_when_its_time_is_up_is_an_answer() {
    let started = Instant::now();
    let deadline = Duration::from_secs(3);
    let mock = Mock::new(move |_, sent| match sent.path() {
        "/v3/chat/message/list" => Reply::data(&json!([])),
        _ if started.elapsed() < deadline => Reply::data(&chat("in_progress")),
        _ => Reply::data(&chat("completed")),
    });
    poll(&mock.client()).deadline(deadline).await.unwrap();
    assert_eq!(count(&mock, CANCEL), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_fails_is_told_beside_the_timeout() {
    let mock = with_states(["in_progress"], |sent| {
        (sent.path() == "/v3/chat/cancel").then(|| Reply::json(&json!({"code": 5000, "msg": "out of order"})))
    });
    let error = poll(&mock.client()).deadline(Duration::from_secs(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Rest));
    let text = error.to_string();
    assert!(text.contains("chat 2") && text.contains("out of order"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn canceling_can_be_left_out() {
    let mock = server(["in_progress"]);
    let client = mock.client();
    let error = poll(&client).deadline(Duration::from_secs(2)).cancel_on_deadline(false).await.unwrap_err();
    assert_eq!((error.kind(), count(&mock, CANCEL)), (ErrorKind::Timeout(coze::TimeoutKind::Rest), 0));
    assert!(error.to_string().contains("continues"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_falls_silent_does_not_stretch_the_deadline() {
    for silent in ["/v3/chat/retrieve", "/v3/chat/cancel", "/v3/chat/message/list"] {
        let mock = with_states(["in_progress", "in_progress", "completed"], move |sent| {
            // Whoever waits for a cancel must see no end before.
            let retrieves = silent == "/v3/chat/cancel" && sent.path() == "/v3/chat/retrieve";
            if retrieves {
                return Some(Reply::data(&chat("in_progress")));
            }
            (sent.path() == silent).then(Reply::silence)
        });
        let started = Instant::now();
        let error = poll(&mock.client()).deadline(Duration::from_secs(5)).await.unwrap_err();
        // Once the chat is at rest, it is only its messages that are missing.
        let wait =
            if silent == "/v3/chat/message/list" { coze::TimeoutKind::Head } else { coze::TimeoutKind::Rest };
        assert_eq!(error.kind(), ErrorKind::Timeout(wait), "{silent}: {error}");
        // Canceling takes a moment of its own.
        assert!(started.elapsed() <= Duration::from_secs(15), "{silent}: {:?}", started.elapsed());
        let canceled = usize::from(silent != "/v3/chat/message/list");
        assert_eq!(count(&mock, CANCEL), canceled, "{silent}");
        assert!(error.to_string().contains("chat 2"), "{silent}: {error}");
        let (conversation_id, chat_id) = error.chat().unwrap();
        assert_eq!((conversation_id.as_str(), chat_id.as_str()), ("1", "2"));
        assert_eq!(mock.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_conversation_is_the_one_that_the_server_names() {
    // Coze Studio makes a new conversation when the one of the request does not exist.
    let mock = server(["in_progress", "completed"]);
    mock.client().chat().create_and_poll(ask().conversation_id("99")).await.unwrap();
    let targets: Vec<_> = mock.sent().iter().map(|sent| sent.target().to_owned()).collect();
    assert_eq!(
        targets,
        [
            "/v3/chat?conversation_id=99",
            "/v3/chat/retrieve?conversation_id=1&chat_id=2",
            "/v3/chat/message/list?conversation_id=1&chat_id=2",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_names_no_conversation_leaves_that_of_the_request() {
    let bare = |status: &str| Reply::data(&json!({"id": "2", "status": status}));
    let mock = Mock::script([bare("in_progress"), bare("completed"), Reply::data(&json!([]))]);
    mock.client().chat().create_and_poll(ask().conversation_id("99")).await.unwrap();
    assert_eq!(mock.sent()[1].target(), "/v3/chat/retrieve?conversation_id=99&chat_id=2");

    let mock = Mock::script([bare("in_progress")]);
    let error = poll(&mock.client()).await.unwrap_err();
    assert!(error.to_string().contains("conversation"), "{error}");
}

#[tokio::test]
async fn a_chat_that_is_not_kept_cannot_be_followed() {
    let mock = server(["completed"]);
    let error = mock.client().chat().create_and_poll(ask().auto_save_history(false)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.endpoint(), Some("/v3/chat"));
    assert!(error.to_string().contains("auto_save_history"), "{error}");
    assert!(mock.sent().is_empty());
    mock.client().chat().create_and_poll(ask().auto_save_history(true)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_wait_and_names_the_endpoint_that_failed() {
    for (failing, endpoint) in
        [(CREATE, "/v3/chat"), (RETRIEVE, "/v3/chat/retrieve"), (LIST, "/v3/chat/message/list")]
    {
        let mock = with_states(["in_progress", "completed"], move |sent| {
            let hit = format!("{} {}", sent.method, sent.path()) == failing;
            hit.then(|| Reply::json(&json!({"code": 4101, "msg": "no", "detail": {"logid": "L"}})))
        });
        let error = poll(&mock.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.endpoint()), (ErrorKind::Permission, Some(endpoint)));
        assert_eq!(error.log_id().unwrap(), "L");
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_wait_stops_the_asking() {
    let mock = server(["in_progress"]);
    let client = mock.client();
    let given_up = tokio::time::timeout(Duration::from_secs(3), poll(&client).into_future()).await;
    assert!(given_up.is_err());
    let before = calls(&mock).len();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(calls(&mock).len(), before);
}

#[tokio::test(start_paused = true)]
async fn tool_outputs_are_submitted_and_followed() {
    let mock = Mock::new(|number, sent| match sent.path() {
        "/v3/chat/submit_tool_outputs" => Reply::data(&json!({"id": "2", "status": "in_progress"})),
        "/v3/chat/message/list" => Reply::data(&json!([{"id": "4", "type": "answer", "content": "hello"}])),
        _ if number < 3 => Reply::data(&chat("in_progress")),
        _ => Reply::data(&chat("completed")),
    });
    let submit = SubmitToolOutputs::new("1", "2").output("c", "42");
    let answer = mock.client().chat().submit_and_poll(submit).await.unwrap();
    assert_eq!(answer.text(), "hello");
    let sent = mock.sent();
    assert_eq!(sent[0].target(), "/v3/chat/submit_tool_outputs?conversation_id=1&chat_id=2");
    assert_eq!(
        sent[0].json(),
        json!({"stream": false, "tool_outputs": [{"tool_call_id": "c", "output": "42"}]})
    );
    assert_eq!(calls(&mock)[1..], [RETRIEVE, RETRIEVE, RETRIEVE, LIST]);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_runs_already_is_followed() {
    let mock = server(["in_progress", "in_progress", "completed"]);
    let answer = mock.client().chat().poll("1", "2").await.unwrap();
    assert_eq!(answer.text(), "hello");
    assert_eq!(calls(&mock), [RETRIEVE, RETRIEVE, RETRIEVE, LIST]);
    let mock = server(["in_progress"]);
    let client = mock.client();
    let error = client.chat().poll("1", "2").deadline(Duration::from_secs(3)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.endpoint()),
        (ErrorKind::Timeout(coze::TimeoutKind::Rest), Some("/v3/chat/retrieve"))
    );
    assert_eq!(count(&mock, CANCEL), 1);
}

#[tokio::test(start_paused = true)]
async fn a_chat_whose_messages_cannot_be_listed_is_part_of_the_error() {
    let why = json!({"code": 4028, "msg": "free quota is used up"});
    let call = json!({"id": "t", "type": "function", "function": {"name": "weather", "arguments": "{}"}});
    let action = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}});
    for (last, word) in [
        (json!({"status": "failed", "last_error": why}), "4028"),
        (json!({"status": "requires_action", "required_action": action}), "`weather`"),
        (json!({"status": "completed", "usage": {"token_count": 7}}), "`completed`"),
        (json!({"status": "canceled"}), "`canceled`"),
    ] {
        for list in [
            Reply::new(500, "text/plain", "oops"),
            Reply::json(&json!({"code": 4001, "msg": "chat not found"})),
            Reply::silence(),
            Reply::fail(TransportError::other("reset")),
        ] {
            let (state, listed) = (last.clone(), list.clone());
            let mock = Mock::new(move |_, sent| match format!("{} {}", sent.method, sent.path()).as_str() {
                LIST => listed.clone(),
                CREATE => Reply::data(&chat("created")),
                _ => {
                    let mut chat = chat("");
                    chat.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
                    Reply::data(&chat)
                }
            });
            let error = poll(&mock.client()).await.unwrap_err();
            let terminal = error.terminal_chat().expect("the chat is known");
            assert_eq!(terminal.status.as_ref().unwrap().as_str(), last["status"], "{error}");
            assert_eq!(terminal.usage.is_some(), last["usage"].is_object());
            assert_eq!(terminal.tool_calls().len(), usize::from(last["required_action"].is_object()));
            assert_eq!(
                terminal.error().map(|error| error.code == 4028),
                last.get("last_error").map(|_| true)
            );
            assert_eq!(error.chat().unwrap().1, "2");
            assert!(error.to_string().contains(word), "{error}");
            assert!(!error.is_retryable(), "the same call would begin another chat: {error}");
            assert_eq!(count(&mock, CANCEL), 0);
        }
    }
    // A chat that is still running when something fails is none.
    let mock = with_states(["created"], |sent| {
        (sent.path() == "/v3/chat/retrieve").then(|| Reply::new(500, "text/plain", "oops"))
    });
    let error = poll(&mock.client()).await.unwrap_err();
    assert!(error.terminal_chat().is_none() && error.chat().is_some(), "{error}");
}

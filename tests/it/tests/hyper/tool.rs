//! Agents that wait for the outputs of tools; only the hosted service has them.

use coze::{Chat, ChatEvent, ChatStatus, ErrorKind, SubmitToolOutputs};
use coze_sim::Dialect;
use serde_json::{Value, json};

use crate::served::{ask, ask_bot, patiently, serve, serve_script};

/// Calls two tools, then one more, then answers.
fn tools() -> Value {
    let steps = json!([
        {"answer": "one moment"},
        {"call": [
            {"name": "get_weather", "arguments": {"city": "杭州"}},
            {"name": "get_time", "arguments": "{}"},
        ]},
        {"answer": "so far: {output}"},
        {"call": {"name": "sum_up", "arguments": {}}},
        {"answer": ["it is ", "{output}"]},
    ]);
    json!({"bots": [{"id": "1", "rules": [{"reply": {"steps": steps}}]}]})
}

/// Answers each call with its name and arguments.
fn outputs(chat: &Chat) -> SubmitToolOutputs {
    let conversation_id = chat.conversation_id.as_ref().unwrap();
    chat.tool_calls().iter().fold(SubmitToolOutputs::new(conversation_id, &chat.id), |submit, call| {
        let function = call.function.as_ref().unwrap();
        let arguments: Value = function.arguments().unwrap();
        submit.output(&call.id, format!("{}:{arguments}", function.name))
    })
}

#[tokio::test]
async fn outputs_go_back_streamed_until_the_agent_answers() {
    patiently(async {
        let served = serve_script(Dialect::Official, &tools()).await;
        let client = &served.client;
        let mut answer = client.chat().stream(ask_bot("1", "hi")).await.unwrap().collect().await.unwrap();
        let mut rounds = Vec::new();
        let mut heard = String::new();
        while answer.chat.status == Some(ChatStatus::RequiresAction) {
            rounds.push(answer.tool_calls().len());
            let submit = outputs(&answer.chat);
            answer = client.chat().stream_tool_outputs(submit).await.unwrap().collect().await.unwrap();
            heard += &answer.text();
        }
        assert!(
            heard.contains("get_weather:") && heard.contains("杭州") && heard.contains("get_time:"),
            "{heard}"
        );
        assert_eq!(rounds, [2, 1]);
        assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
        assert_eq!(answer.text(), "it is sum_up:{}");
    })
    .await;
}

#[tokio::test]
async fn outputs_go_back_plain_until_the_agent_answers() {
    patiently(async {
        let served = serve_script(Dialect::Official, &tools()).await;
        let client = &served.client;
        let mut answer = client.chat().create_and_poll(ask_bot("1", "hi")).await.unwrap();
        let calls = answer.messages.iter().filter(|message| message.function_call().is_ok()).count();
        assert_eq!(calls, 2, "{:?}", answer.messages);
        let mut rounds = 0;
        while answer.chat.status == Some(ChatStatus::RequiresAction) {
            let chat_id = answer.chat.id.clone();
            answer = client.chat().submit_and_poll(outputs(&answer.chat)).await.unwrap();
            assert_eq!(answer.chat.id, chat_id);
            rounds += 1;
        }
        assert_eq!((rounds, answer.chat.status), (2, Some(ChatStatus::Completed)));
        let last = answer.messages.iter().rfind(|message| message.is_answer()).unwrap();
        assert_eq!(last.content, "it is sum_up:{}");
    })
    .await;
}

#[tokio::test]
async fn a_waiting_stream_ends_and_its_text_says_what_is_waited_for() {
    patiently(async {
        let served = serve_script(Dialect::Official, &tools()).await;
        let client = &served.client;
        let mut events = client.chat().stream(ask_bot("1", "hi")).await.unwrap();
        let mut waiting = None;
        while let Some(event) = events.next().await {
            if let ChatEvent::RequiresAction(chat) = event.unwrap() {
                waiting = Some(chat);
            }
        }
        assert_eq!(waiting.unwrap().tool_calls().len(), 2);

        let mut text = client.chat().stream(ask_bot("1", "hi")).await.unwrap().text();
        let error = loop {
            if let Err(error) = text.next().await.unwrap() {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::RequiresAction);
        assert!(
            error.to_string().contains("get_weather") && error.to_string().contains("get_time"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn wrong_outputs_are_refused_and_the_right_ones_still_taken() {
    patiently(async {
        let served = serve_script(Dialect::Official, &tools()).await;
        let client = &served.client;
        let answer = client.chat().stream(ask_bot("1", "hi")).await.unwrap().collect().await.unwrap();
        let good = outputs(&answer.chat);
        let mut unknown = good.clone();
        unknown.tool_outputs[0].tool_call_id = "nobody".into();
        let mut missing = good.clone();
        missing.tool_outputs.pop();
        for wrong in [unknown, missing] {
            let error = client.chat().submit_tool_outputs(wrong.clone()).await.unwrap_err();
            assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::InvalidRequest, 400));
            let error = client.chat().stream_tool_outputs(wrong).await.map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        }
        client.chat().stream_tool_outputs(good.clone()).await.unwrap().collect().await.unwrap();
        let error = client.chat().submit_tool_outputs(good).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "the outputs are taken once: {error}");
    })
    .await;
}

#[tokio::test]
async fn the_demo_agent_calls_a_tool_when_it_is_asked_to() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let client = &served.client;
        let request = ask(r#"call get_weather {"city":"Hangzhou"}"#);
        let answer = client.chat().create_and_poll(request).await.unwrap();
        let [call] = answer.tool_calls() else { panic!("{answer:?}") };
        assert_eq!(call.function.as_ref().unwrap().name, "get_weather");
        let chat = answer.chat.clone();
        let submit = SubmitToolOutputs::new(chat.conversation_id.unwrap(), &chat.id)
            .output(&call.id, r#"{"sky":"clear"}"#);
        let answer = client.chat().stream_tool_outputs(submit).await.unwrap().collect().await.unwrap();
        assert!(answer.text().contains("clear"), "{}", answer.text());
    })
    .await;
}

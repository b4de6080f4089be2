//! What self-hosted Coze Studio does, as far as other groups do not have it.

use coze::ErrorKind::{Authentication, Server, Truncated, Unpublished, Unsupported};
use coze::types::conversation::{ListConversations, ListMessages};
use coze::types::dataset::ListDatasets;
use coze::{ChatStatus, Coze, CreateChat, Message};
use serde_json::Value;

use crate::call::{Call, Calling, Outcome, get, post, question, stream, workflow};
use crate::row::Row;
use crate::server::{once, then_well};
use crate::wire::{
    ME, STREAM, answer, chunk, completed, created, delta, event, http, json_of, json_with, opening,
    stream as whole,
};

fn plain(name: &'static str, call: Call, body: &str) -> Row {
    Row::new(name, call).serve([then_well(json_of(body))]).sent(1)
}

fn streamed(name: &'static str, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, stream).serve([then_well(whole(body))]).sent(1)
}

fn messages(client: Coze) -> Calling {
    Box::pin(async move {
        let messages = client.chat().messages("1", "2").await;
        Outcome::of(messages.map(|all| all.iter().map(|one| one.content.as_str()).collect::<String>()))
    })
}

fn cancel(client: Coze) -> Calling {
    Box::pin(async move {
        let chat = client.chat().cancel("1", "2").await;
        Outcome::of(chat.map(|chat| {
            format!("{:?}", chat.as_ref().and_then(|chat| chat.status.as_ref()).map(ChatStatus::as_str))
        }))
    })
}

fn conversation(client: Coze) -> Calling {
    Box::pin(async move {
        Outcome::of(
            client.conversations().retrieve("1").await.map(|conversation| conversation.id.to_string()),
        )
    })
}

fn online(client: Coze) -> Calling {
    Box::pin(async move { Outcome::of(client.bots().retrieve("7").await.map(|bot| bot.bot_id.to_string())) })
}

fn bare(client: Coze) -> Calling {
    Box::pin(async move {
        Outcome::of(client.bots().retrieve_online("7").await.map(|bot| bot.bot_id.to_string()))
    })
}

fn history(client: Coze) -> Calling {
    Box::pin(async move {
        let history = client.workflows().studio_history("9", "741").await;
        Outcome::of(history.map(|run| run.execute_id.to_string()))
    })
}

fn listed(client: Coze) -> Calling {
    Box::pin(async move {
        let list = client.conversations().messages().list(ListMessages::new("1")).await;
        Outcome::of(list.map(|list| list.messages.len().to_string()))
    })
}

fn upload(client: Coze) -> Calling {
    Box::pin(async move {
        let file = coze::types::file::UploadFile::new("a.pdf", "text");
        Outcome::of(client.files().upload(file).await.map(|file| file.id.to_string()))
    })
}

pub fn rows() -> Vec<Row> {
    let stack = "code=103200002 message=Internal Server Error\nstack=goroutine 1 [running]";
    vec![
        streamed("1: the stream ends with conversation.stream.done", [opening(), answer(), completed(), event("conversation.stream.done", "")].concat()),
        streamed("1: the stream ends plainly", [opening(), answer(), completed()].concat()),
        streamed("2: an error without an end", [created(), event("error", r#"{"code":103200002,"msg":"m"}"#)].concat()).fails(Server, "103200002"),
        streamed("2: an error, and an end as if all were well", [created(), event("error", r#"{"code":103200002,"msg":"m"}"#), completed(), event("conversation.stream.done", "")].concat())
            .fails(Server, "103200002"),
        streamed("2: no event at all", "").fails(Truncated, "no event came at all"),
        streamed("3: no data line", [opening(), "event:PING\n\n".to_owned(), completed(), "id:9\nevent:conversation.stream.done\n\n".to_owned()].concat()),
        Row::new("3: chunks that split lines", stream).serve([then_well(
            [STREAM.as_bytes(), &events().as_bytes().chunks(7).flat_map(chunk).collect::<Vec<_>>(), b"0\r\n\r\n"].concat(),
        )]),
        streamed("4: an error with a number", event("error", r#"{"code":103200002,"msg":"m"}"#)).fails(Server, "103200002"),
        streamed("4: an error with a text", event("error", r#"{"code":"103200002","msg":"m"}"#)).fails(Server, "103200002"),
        streamed("4: an error that is plain text", event("error", "node x failed")).fails(coze::ErrorKind::Api, "node x failed"),
        Row::new("4: Error of a workflow", workflow)
            .serve([then_well(whole(event("Error", r#"{"error_code":5000,"error_message":"m"}"#)))])
            .fails(Server, "5000"),
        Row::new("4: a workflow that breaks: plain text over several lines", workflow)
            .serve([then_well(whole("id: 0\nevent: Message\ndata: {\"content\":\"half\"}\n\nevent: error\ndata: node x failed\ndata: stack: goroutine 1\n\n"))])
            .yields("half")
            .fails(coze::ErrorKind::Api, "node x failed")
            .check(|errors| !errors[0].to_string().contains('\n'))
            .sent(1),
        plain("5: JSON with status 200 in place of a workflow", workflow, r#"{"code":777777775,"msg":"Workflow operation failure"}"#)
            .fails(coze::ErrorKind::Api, "777777775"),
        plain("5: JSON with status 200 in place of a stream", stream, r#"{"code":720702011,"msg":"not published"}"#)
            .fails(Unpublished, "720702011"),
        plain("6: payload under Messages", messages, r#"{"code":0,"Messages":[{"id":"3","content":"hello 世界"}]}"#),
        plain("6: payload under ChatV3ChatDetail", cancel, r#"{"ChatV3ChatDetail":{"id":"2","status":"canceled"}}"#)
            .yields("Some(\"canceled\")"),
        plain("6: payload under ConversationData", conversation, r#"{"code":0,"ConversationData":{"id":"1"}}"#).yields("1"),
        plain("6: a payload that stands bare", bare, r#"{"bot_id":"7","name":"n","plugin_info_list":null}"#).yields("7"),
        plain("7: neither code nor msg, and no data but that", history, r#"{"data":[{"execute_id":741}],"BaseResp":null}"#).yields("741"),
        plain("7: neither code nor msg", messages, r#"{"data":[{"id":"3","content":"hello 世界"}]}"#),
        plain("7: msg null, and BaseResp", messages, r#"{"code":0,"msg":null,"data":[],"BaseResp":{"StatusCode":0}}"#).yields(""),
        plain("7: no data for an empty list", messages, r#"{"code":0,"msg":""}"#).yields(""),
        plain("8: status 200 for a bad token", get, r#"{"code":700012006,"msg":"invalid access token"}"#)
            .fails(Authentication, "700012006"),
        Row::new("8: 401 for an endpoint that is not there", get)
            .serve([then_well(json_with("401 Unauthorized", "", r#"{"code":401,"msg":"missing session_key in cookie"}"#))])
            .fails(Unsupported, "")
            .sent(1),
        Row::new("8: 404 for a method that is not there, as JSON", post)
            .serve([then_well(json_with("404 Not Found", "", r#"{"code":404,"msg":"not found"}"#))])
            .fails(Unsupported, "")
            .sent(1),
        Row::new("8: 404 for a method that is not there", post)
            .serve([then_well(http("404 Not Found", "Content-Type: text/plain\r\n", "404 page not found"))])
            .fails(Unsupported, "404 page not found")
            .sent(1),
        Row::new("9: an error as plain text", post)
            .serve([then_well(http("500 Internal Server Error", "Content-Type: text/plain\r\n", stack))])
            .fails(Server, "Internal Server Error")
            .check(|errors| !errors[0].to_string().contains("goroutine"))
            .sent(1),
        Row::new("9: an empty 500", post).serve([then_well(http("500 Internal Server Error", "", ""))]).fails(Server, "500").sent(1),
        Row::new("10: the log id in X-Log-Id", post)
            .serve([then_well(json_with("400 Bad Request", "X-Log-Id: L99\r\n", r#"{"code":4000,"msg":"m"}"#))])
            .fails(coze::ErrorKind::InvalidRequest, "L99")
            .check(|errors| errors[0].log_id().is_some_and(|id| id.as_str() == "L99"))
            .sent(1),
        plain("11: ids as numbers", history, r#"{"code":0,"data":[{"execute_id":7412345678901234567,"execute_status":"Success"}]}"#)
            .yields("7412345678901234567"),
        Row::new("11: ids go out as texts, and what is not set is left out", |client| {
            Box::pin(async move { Outcome::of(client.chat().create(CreateChat::new(7_412_345_678_901_234_567_u64, "u").message(Message::user("hi"))).await.map(|_| "")) })
        })
        .yields("")
        .sent(1)
        .asked(|requests| {
            let sent = body(&requests[0]);
            let empty = |value: &Value| value.is_null() || *value == "";
            requests[0].starts_with("POST /v3/chat HTTP/1.1\r\n")
                && sent["bot_id"] == "7412345678901234567"
                && sent.as_object().is_some_and(|fields| !fields.values().any(empty))
        }),
        plain("12: no last_error, times of 0, a status of its own", cancel, r#"{"code":0,"data":{"id":"2","status":"conversation.chat.cancelled","completed_at":0,"failed_at":0}}"#)
            .yields("Some(\"canceled\")"),
        plain("13: CreatedAt of a file", upload, r#"{"code":0,"data":{"id":"5","CreatedAt":1700000000,"meta_data":null}}"#).yields("5"),
        plain("13: creator_d of a bot, lists that are null", online, r#"{"code":0,"data":{"bot_id":"7","creator_d":"1","plugin_info_list":null,"meta_data":null}}"#)
            .yields("7"),
        plain("13: creator_d of a conversation, meta_data null", conversation, r#"{"code":0,"msg":"","data":{"id":"1","meta_data":null,"creator_d":"5","last_section_id":null}}"#)
            .yields("1"),
        plain("14: first_id and last_id \"0\"", listed, r#"{"code":0,"data":[{"id":"3","content":"a"}],"first_id":"0","last_id":"0","has_more":false}"#)
            .yields("1"),
        streamed("15: mix and card, knowledge and verbose, completed twice", [
            opening(),
            event("conversation.message.completed", r#"{"id":"8","type":"knowledge","content_type":"mix","content":"{}"}"#),
            event("conversation.message.completed", r#"{"id":"9","type":"verbose","content_type":"card","content":"{}"}"#),
            answer(), answer(), completed(), event("conversation.stream.done", ""),
        ].concat()),
        Row::new("16: GET for retrieve, pages always said, stream always said", asking)
            .sent(5)
            .asked(|requests| {
                let [retrieved, created, streamed, listed, datasets] = requests else { return false };
                retrieved.starts_with("GET /v3/chat/retrieve?conversation_id=1&chat_id=2 ")
                    && created.starts_with("POST /v3/chat ") && body(created)["stream"] == false
                    && streamed.starts_with("POST /v3/chat ") && body(streamed)["stream"] == true
                    && [listed, datasets].iter().all(|list| {
                        let query = list.split([' ', '?']).nth(2).unwrap_or_default();
                        let said = |name: &str| query.split('&').any(|pair| pair.starts_with(name));
                        list.starts_with("GET ") && said("page_num=1") && said("page_size=")
                    })
            }),
        Row::new("16: an address with a port", |client| {
            Box::pin(async move { Outcome::of(client.users().me().await.map(|_| client.base_url().to_owned())) })
        })
        .client(|client| client.base_url("http://coze.invalid:8888"))
        .proxy()
        .serve([then_well(json_of(ME))])
        .yields("http://coze.invalid:8888")
        .asked(|requests| {
            requests[0].starts_with("GET http://coze.invalid:8888/v1/users/me ")
                && requests[0].to_ascii_lowercase().contains("\r\nhost: coze.invalid:8888\r\n")
        })
        .sent(1),
        Row::new("a connection that ends with the stream", stream)
            .serve([once(["HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", &created(), &delta("hello "), &delta("世界"), &completed()].concat())]),
    ]
}

/// Asks for what Coze Studio wants to be asked for in one way.
fn asking(client: Coze) -> Calling {
    Box::pin(async move {
        let calls = async {
            client.chat().retrieve("1", "2").await?;
            client.chat().create(question()).await?;
            let answer = client.chat().stream(question()).await?.collect().await?;
            client.conversations().list(ListConversations::new("7")).await?;
            client.datasets().list(ListDatasets::new("8")).await?;
            Ok(answer.text())
        };
        Outcome::of(calls.await)
    })
}

/// The JSON body of a request.
fn body(request: &str) -> Value {
    request.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok()).unwrap_or_default()
}

fn events() -> String {
    [opening(), answer(), completed(), event("conversation.stream.done", "")].concat()
}

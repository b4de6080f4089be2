//! Lets an agent call a function of this program: `cargo run -p coze --example tools`.
//!
//! The agent needs a client plugin; the one of the simulator calls any tool that the message names.

#[path = "setup/client.rs"]
mod setup;

use coze::{CreateChat, Message, SubmitToolOutputs};
use serde_json::{Value, json};

fn run_tool(name: &str, arguments: &Value) -> Value {
    match name {
        "get_weather" => json!({"city": arguments["city"], "temperature": 21}),
        _ => json!({"error": format!("there is no tool {name}")}),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    let chats = setup.client.chat();

    let question = Message::user(r#"call get_weather {"city": "Hangzhou"}"#);
    let mut answer =
        chats.stream(CreateChat::new(setup.bot, "any-user-name").message(question)).await?.collect().await?;

    // One output for each call, all in one request; an agent may call tools several times.
    while !answer.tool_calls().is_empty() {
        let mut outputs = SubmitToolOutputs::for_chat(&answer.chat);
        for call in answer.tool_calls() {
            let output = run_tool(call.name(), &call.arguments()?);
            println!("{}: {output}", call.name());
            outputs = outputs.output(&call.id, output.to_string());
        }
        answer = chats.stream_tool_outputs(outputs).await?.collect().await?;
    }
    println!("{}", answer.text());
    Ok(())
}

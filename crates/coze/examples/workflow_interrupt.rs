//! Streams a workflow and answers the question of a question node: `cargo run -p coze --example workflow_interrupt`.

#[path = "setup/client.rs"]
mod setup;

use coze::{StreamWorkflow, WorkflowEvent};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;

    let run = StreamWorkflow::new(setup.workflow).parameter("days", 2);
    let mut events = setup.client.workflows().stream(run).await?;
    while let Some(event) = events.next().await {
        match event? {
            WorkflowEvent::Message(message) => print!("{}", message.content),
            WorkflowEvent::Interrupt { interrupt, .. } => {
                println!("{}", interrupt.data);
                // The loop reads on with the events that follow the answer.
                events.resume_with("Hangzhou").await?;
            }
            WorkflowEvent::Done(done) => println!("\ndone: {:?}", done.debug_url),
            _ => {}
        }
    }
    Ok(())
}

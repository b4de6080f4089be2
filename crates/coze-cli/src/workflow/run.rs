//! `coze workflow run`: runs a workflow.

use std::path::Path;

use clap::Args;
use coze::types::{AppId, BotId};
use coze::workflow::{ResumeWorkflow, WorkflowRun};
use coze::{Coze, Parameters, RunWorkflow, StreamWorkflow, WorkflowEvent, WorkflowId};
use serde_json::{Map, Value};

use super::answers::Answers;
use super::print_output;
use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::word;
use crate::{input, json};

/// Options of `coze workflow run`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Run {
    /// Workflow; it must be published
    #[arg(value_name = "ID", value_parser = word::id::<WorkflowId>())]
    workflow_id: WorkflowId,

    /// Input: NAME=TEXT, or NAME:=JSON for numbers, lists and objects; may be repeated
    #[arg(long = "parameter", short, value_name = "NAME=TEXT|NAME:=JSON", value_parser = input::parameter)]
    parameters: Vec<(String, Value)>,

    /// Inputs as a JSON object: a file, or - for standard input; -p adds to them
    #[arg(long, value_name = "FILE|-")]
    params: Option<String>,

    /// Starts the run and prints its id, for `coze workflow history`
    #[arg(long = "async", conflicts_with = "stream")]
    is_async: bool,

    /// Prints the output of the nodes as it arrives
    #[arg(long)]
    stream: bool,

    /// Answer to a question of the workflow; may be repeated, in the order of the questions
    #[arg(long, value_name = "TEXT", conflicts_with = "is_async")]
    answer: Vec<String>,

    /// Agent on whose behalf the workflow runs
    #[arg(long, value_name = "ID", conflicts_with = "app", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// App that contains the workflow
    #[arg(long, value_name = "ID", value_parser = word::id::<AppId>())]
    app: Option<AppId>,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  coze workflow run 7379462189365198898 -p city=杭州 -p days:=3
  coze workflow run 7379462189365198898 --params inputs.json --stream
  coze workflow run 7379462189365198898 --params - --async < inputs.json";

impl Run {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let mut parameters = self.params.as_deref().map(read_object).transpose()?.unwrap_or_default();
        parameters.extend(self.parameters);
        let mut request = RunWorkflow::new(self.workflow_id).parameters(Parameters::from(parameters));
        request.bot_id = self.bot;
        request.app_id = self.app;
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let mut answers = Answers::new(self.answer, screen.is_interactive());
        if self.is_async {
            let run = client
                .workflows()
                .run(request.is_async(true))
                .await
                .map_err(|error| place.explain(&error))?;
            tell_debug_url(run.debug_url.as_deref(), screen);
            match run.execute_id {
                Some(id) => screen.line(id.as_str()),
                None => Err(Failure::new(
                    Exit::Broken,
                    say!("the run was started, but the response has no id", "已启动，但响应里没有执行 ID"),
                )),
            }
        } else if self.stream {
            stream(&client, &place, request.into(), &mut answers, screen).await
        } else {
            wait(&client, &place, request, &mut answers, screen).await
        }
    }
}

fn read_object(argument: &str) -> Result<Map<String, Value>, Failure> {
    let (name, text) = match argument {
        "-" => (say!("standard input", "标准输入"), input::stdin()?),
        path => (path.to_owned(), input::file(Path::new(path))?),
    };
    json::exact(&text).map_err(|error| {
        Failure::usage(say!(
            "{name} is not a JSON object of names and values: {error}",
            "{name} 不是由名称和值组成的 JSON 对象：{error}"
        ))
    })
}

/// Runs to the end, through the questions of the workflow, and prints the output.
async fn wait(
    client: &Coze,
    place: &Place,
    request: RunWorkflow,
    answers: &mut Answers,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let workflow_id = request.workflow_id.clone();
    let mut run: WorkflowRun =
        client.workflows().run(request).await.map_err(|error| place.explain(&error))?;
    while let Some(interrupt) = run.interrupt_data {
        let answer = answers.next(&interrupt, "", screen)?;
        let request = ResumeWorkflow::new(&workflow_id, &interrupt, answer);
        run = client.workflows().resume(request).await.map_err(|error| place.explain(&error))?;
    }
    tell_debug_url(run.debug_url.as_deref(), screen);
    print_output(run.output_text().as_deref().unwrap_or("null"), screen)
}

/// Prints the output as it arrives, and answers the questions of the workflow.
async fn stream(
    client: &Coze,
    place: &Place,
    request: StreamWorkflow,
    answers: &mut Answers,
    screen: &mut Screen,
) -> Result<(), Failure> {
    let mut events = client.workflows().stream(request).await.map_err(|error| place.explain(&error))?;
    // Output of the nodes since the last answer: it may contain the question that the following interrupt repeats.
    let mut said = String::new();
    while let Some(event) = events.next().await {
        match event.map_err(|error| place.explain(&error))? {
            WorkflowEvent::Message(message) => {
                screen.answer(&message.content)?;
                said.push_str(&message.content);
                if message.node_is_finish == Some(true) {
                    screen.end_answer()?;
                }
            }
            WorkflowEvent::Interrupt { interrupt, .. } => {
                screen.end_answer()?;
                let answer = answers.next(&interrupt, &said, screen)?;
                said.clear();
                events.resume_with(answer).await.map_err(|error| place.explain(&error))?;
            }
            WorkflowEvent::Done(done) => tell_debug_url(done.debug_url.as_deref(), screen),
            WorkflowEvent::Unknown(event) => {
                screen.note(&say!("unknown event {}", "未知事件 {}", event.name));
            }
            _ => {}
        }
    }
    screen.end_answer()?;
    match events.interrupt() {
        Some(_) => Err(Failure::new(
            Exit::Broken,
            say!("the stream ended while the workflow waits for an answer", "工作流还在等待回答，流却结束了"),
        )),
        None => Ok(()),
    }
}

fn tell_debug_url(url: Option<&str>, screen: &mut Screen) {
    if let Some(url) = url
        && screen.is_verbose()
    {
        screen.note(&say!("details of the run: {url}", "运行详情：{url}"));
    }
}

//! Lists: workspaces, conversations, messages; on terminals and in pipes.

use coze_sim::{DEMO_BOT, Sim};
use serde_json::{Value, json};

use crate::support::{Ran, TOKEN, coze, coze_at, run, sim};

/// Workspace of all that comes with the simulator.
const WORKSPACE: &str = "7400000000000000009";

/// Fields of each line.
fn fields(lines: &str) -> Vec<Vec<&str>> {
    lines.lines().map(|line| line.split('\t').collect()).collect()
}

/// Posts to the API, and returns the data of the answer.
pub(crate) fn post(sim: &Sim, path: &str, body: &Value) -> Value {
    let args = ["api", "POST", path, "--json", &body.to_string()];
    let mut answer: Value = serde_json::from_str(&run(coze_at(sim, &args)).ok()).unwrap();
    answer["data"].take()
}

/// Reads what `--json` printed: one document, which is an array.
#[track_caller]
pub(crate) fn array(printed: &str) -> Vec<Value> {
    serde_json::from_str(printed).unwrap_or_else(|error| panic!("{printed:?}: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn workspaces_are_listed() {
    let sim = sim().await;
    post(&sim, "/v1/workspaces", &json!({"name": "研究\t组", "description": "x"}));
    let list = |more: &[&str]| run(coze_at(&sim, &[&["workspaces", "list"], more].concat())).ok();
    let printed = list(&[]);
    let lines = fields(&printed);
    assert_eq!(lines.len(), 2, "{printed}");
    assert_eq!(lines[0], [WORKSPACE, "Demo workspace", "team", "owner"]);
    assert_eq!(lines[1][1], "研究 组");
    let all = array(&list(&["--json"]));
    assert_eq!((all.len(), &all[0]["id"], &all[0]["role_type"]), (2, &json!(WORKSPACE), &json!("owner")));
    assert_eq!((array(&list(&["--json", "-L", "1"])).len(), list(&["-L", "1"]).lines().count()), (1, 1));
    // The id of one list is what the next takes.
    let mut next = coze_at(&sim, &["bots", "list", "--json"]);
    next.env("COZE_WORKSPACE_ID", lines[1][0]);
    assert_eq!(run(next).ok(), "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_and_their_messages_are_listed() {
    let sim = sim().await;
    let list = |more: &[&str]| run(coze_at(&sim, &[&["conversations", "list"], more].concat())).ok();
    assert_eq!((list(&[]).as_str(), list(&["--json"]).as_str()), ("", "[]\n"));
    let create = |name: &str, messages: Value| {
        let body = json!({"bot_id": DEMO_BOT, "name": name, "messages": messages});
        post(&sim, "/v1/conversation/create", &body)["id"].as_str().unwrap().to_owned()
    };
    let parts = json!([{"type": "text", "text": "What is this?"}, {"type": "image", "file_url": "https://x.example/a.png"}]);
    let first = create(
        "旅行",
        json!([
            {"role": "user", "content": "two\nlines", "content_type": "text"},
            {"role": "user", "content": parts.to_string(), "content_type": "object_string"},
        ]),
    );
    let second = create("", json!([]));
    let (newest, oldest) = (list(&[]), list(&["--order", "asc", "--bot", DEMO_BOT]));
    assert_eq!(fields(&newest).iter().map(|line| line[0]).collect::<Vec<_>>(), [&second, &first]);
    assert_eq!(fields(&oldest)[0][..2], [&first, "旅行"]);
    assert_eq!(array(&list(&["--json"])).len(), 2);
    assert_eq!(list(&["--limit", "1"]).lines().count(), 1);

    let messages =
        |more: &[&str]| run(coze_at(&sim, &[&["conversations", "messages", &first], more].concat())).ok();
    let printed = messages(&["--order", "asc"]);
    let lines = fields(&printed);
    assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5], "{printed}");
    assert_eq!((lines[0][1], lines[0][4]), ("user", "two lines"));
    assert_eq!(lines[1][4], "What is this? [image https://x.example/a.png]");
    assert!(lines[0][3].starts_with("20") && lines[0][3].ends_with('Z'), "{printed}");
    assert_eq!(fields(&messages(&[]))[0][0], lines[1][0], "newest first");
    let all = array(&messages(&["--json", "--order", "asc"]));
    assert_eq!((all.len(), &all[0]["content"]), (2, &json!("two\nlines")));
    let empty = run(coze_at(&sim, &["conversations", "messages", &second, "--json"])).ok();
    assert_eq!(empty, "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_between_question_and_answer_is_asked_for() {
    let sim = sim().await;
    let asked =
        run(coze_at(&sim, &["chat", "--json", "--tool-output", "get_weather=sunny", "call get_weather {}"]));
    let conversation = asked.events()[0].1["conversation_id"].as_str().unwrap().to_owned();
    let kinds = |more: &[&str]| {
        let args = [&["conversations", "messages", &conversation, "--order", "asc"], more].concat();
        let printed = run(coze_at(&sim, &args)).ok();
        fields(&printed).iter().map(|line| line[2].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[]), ["question", "answer"]);
    assert!(kinds(&["--all"]).contains(&"function_call".to_owned()));
    let chat = asked.events()[0].1["id"].as_str().unwrap().to_owned();
    assert_eq!(kinds(&["--chat", &chat]).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_fail_as_all_commands_do() {
    let sim = sim().await;
    let commands: [&[&str]; 7] = [
        &["workspaces", "list"],
        &["conversations", "list", "--bot", "1"],
        &["conversations", "messages", "1"],
        &["datasets", "list", "-w", WORKSPACE],
        &["datasets", "watch", "1"],
        &["variables", "get", "--bot", "1"],
        &["variables", "set", "--bot", "1", "a=b"],
    ];
    for args in commands {
        let ran = run(coze(args)).fails(3, &["there is no token", "--sim"]);
        assert_eq!(ran.stdout, "", "{args:?}");
        let mut wrong = coze_at(&sim, args);
        wrong.env("COZE_API_TOKEN", crate::support::WRONG_TOKEN);
        assert_eq!(run(wrong).fails(3, &["4100"]).stdout, "", "{args:?}");
        // Nobody listens there, and a list that was not read is no empty list.
        let mut nowhere = coze(args);
        nowhere.env("COZE_API_TOKEN", TOKEN).env("COZE_API_BASE", "http://127.0.0.1:1");
        assert_eq!(run(nowhere).fails(5, &["127.0.0.1:1"]).stdout, "", "{args:?}");
    }
    run(coze_at(&sim, &["conversations", "messages", "1"])).fails(3, &["4001", "id of the conversation"]);
    run(coze_at(&sim, &["conversations", "list", "--bot", "\"1\""])).fails(2, &["--bot", "quotation mark"]);
    run(coze_at(&sim, &["conversations", "messages"])).fails(2, &["<ID>"]);
    run(coze_at(&sim, &["conversations", "list", "--channel", "5"])).fails(4, &["connector_id"]);
    run(coze_at(&sim, &["workspaces", "list", "-L", "0"])).fails(2, &["--limit"]);
    run(coze_at(&sim, &["workspaces"])).fails_quietly();
    let args = ["conversations", "list"];
    let mut nobody = coze_at(&sim, &args);
    nobody.env_remove("COZE_BOT_ID");
    run(nobody).fails(2, &["no agent is named", "--bot", "COZE_BOT_ID"]);
    // That of the simulator is known.
    assert_eq!(run(coze(&["conversations", "list", "--sim"])).ok(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_breaks_in_the_middle_prints_no_half_document() {
    let page = json!({"code": 0, "data": {"conversations": [{"id": "1"}, {"id": "2"}], "has_more": true}});
    let broken = json!({"code": 5000, "msg": "broken"});
    let faults = json!({"faults": [
        {"on": "GET /v1/conversations", "times": 1, "answer": {"body": page}},
        {"on": "GET /v1/conversations", "answer": {"body": broken}},
    ]});
    for (json, lines) in [(false, 2), (true, 0)] {
        let sim = crate::support::scripted(&faults.to_string()).await;
        let args = ["conversations", "list", if json { "--json" } else { "--order=desc" }];
        let ran = run(coze_at(&sim, &args)).fails(4, &["5000"]);
        assert_eq!(ran.stdout.lines().count(), lines, "{ran:?}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_terminal_shows_whole_ids_and_no_wrapped_lines() {
    let sim = sim().await;
    for name in ["A workspace with quite a long name", "研究组研究组研究组研究组研究组研究组"]
    {
        post(&sim, "/v1/workspaces", &json!({"name": name, "description": "x"}));
    }
    let show = |columns: usize, args: &[&str]| {
        let mut command = crate::session::in_columns(columns, coze_at(&sim, args));
        command.env("TERM", "xterm").env("NO_COLOR", "1");
        let mut terminal = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
        let shown = terminal.exp_eof().unwrap();
        let shown: Vec<u8> = shown.chars().map(|c| u8::try_from(c).unwrap()).collect();
        String::from_utf8(shown).unwrap()
    };
    for (columns, heads) in [(80, "ID NAME TYPE ROLE"), (40, "ID NAME TYPE"), (32, "ID NAME")] {
        let shown = show(columns, &["workspaces", "list"]);
        let lines: Vec<_> = shown.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 4, "{columns}: {shown}");
        assert_eq!(lines[0].split_whitespace().collect::<Vec<_>>().join(" "), heads, "{columns}: {shown}");
        for line in &lines[1..] {
            assert!(console_width(line) <= columns, "{columns}: {line:?}");
            assert!(line.split(' ').next().unwrap().len() == 19, "{columns}: {line:?}");
        }
    }
    // On a terminal, that there is nothing is said, and JSON is spread.
    assert!(show(80, &["conversations", "list"]).contains("no entries"));
    let spread = show(40, &["workspaces", "list", "--json"]);
    assert!(spread.lines().count() > 10, "{spread}");
    assert_eq!(array(&spread).len(), 3);
}

/// Columns that a text takes: wide characters take two.
#[cfg(unix)]
fn console_width(text: &str) -> usize {
    text.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum()
}

impl Ran {
    /// Asserts wrong usage that is told by the help.
    #[track_caller]
    fn fails_quietly(self) {
        assert!(self.code == 2 && self.stdout.is_empty() && self.stderr.contains("Usage:"), "{self:?}");
    }
}

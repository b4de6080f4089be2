//! `coze bots` and `coze workflow list`: lists, configurations and versions.

use coze_sim::{DEMO_BOT, Sim};
use serde_json::{Value, json};

use crate::lists::array;
use crate::support::{TOKEN, coze_at, run, scripted, sim};
use crate::workflow::ID;

/// Workspace of all that comes with the simulator.
const WORKSPACE: &str = "7400000000000000009";
const SPACE: &str = "7316121948439879020";

/// Creates an agent, and returns its id.
fn create(sim: &Sim, name: &str) -> String {
    let body = json!({"space_id": SPACE, "name": name, "prompt_info": {"prompt": "Be brief.\nBe kind."}});
    let args = ["api", "POST", "/v1/bot/create", "--json", &body.to_string()];
    let answer: Value = serde_json::from_str(&run(coze_at(sim, &args)).ok()).unwrap();
    answer["data"]["bot_id"].as_str().unwrap().to_owned()
}

/// Fields of each line.
fn fields(lines: &str) -> Vec<Vec<&str>> {
    lines.lines().map(|line| line.split('\t').collect()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_are_published_and_listed() {
    let sim = sim().await;
    let list = |more: &[&str]| run(coze_at(&sim, &[&["bots", "list", "-w", SPACE], more].concat())).ok();
    assert_eq!(list(&[]), "");
    let bot = create(&sim, "菜\t谱");
    assert_eq!(list(&[]), "");
    let drafts = list(&["--status", "draft"]);
    let [draft] = &fields(&drafts)[..] else { panic!("{drafts}") };
    // A tab in a name makes no column, and what was not published has no date.
    assert_eq!((draft[0], draft[1], draft[2], draft.len()), (bot.as_str(), "菜 谱", "", 4));
    assert!(draft[3].ends_with('Z') && draft[3].starts_with("20"), "{draft:?}");

    let version = run(coze_at(&sim, &["bots", "publish", &bot])).ok();
    assert!(version.trim_end().parse::<u64>().is_ok(), "{version}");
    assert_eq!(fields(&list(&[]))[0][0], bot);
    let args = ["bots", "publish", &bot, "--channel", "1024", "--channel", "999", "--json"];
    let published: Value = serde_json::from_str(&run(coze_at(&sim, &args)).ok()).unwrap();
    assert_eq!(published["bot_id"], bot);
    assert_eq!(fields(&list(&["--channel", "999"])).len(), 1);
    let listed = array(&list(&["--json"]));
    assert_eq!((&listed[0]["id"], &listed[0]["is_published"]), (&json!(bot), &json!(true)));
    run(coze_at(&sim, &["bots", "publish", "5"])).fails(4, &["4015"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_ends_where_it_is_told_to() {
    let bots: Vec<_> =
        (1..=25).map(|id| json!({"id": id.to_string(), "name": format!("bot {id}")})).collect();
    let sim = scripted(&json!({"bots": bots}).to_string()).await;
    let list = |more: &[&str]| {
        let mut command = coze_at(&sim, &[&["bot", "ls"], more].concat());
        command.env("COZE_WORKSPACE_ID", WORKSPACE);
        run(command).ok().lines().count()
    };
    assert_eq!((list(&[]), list(&["-L", "3"]), list(&["--limit", "21"])), (26, 3, 21));
    run(coze_at(&sim, &["bots", "list"])).fails(2, &["--workspace"]);
    run(coze_at(&sim, &["bots", "list", "-w", SPACE, "-L", "0"])).fails(2, &["--limit"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_is_told_by_lines_or_as_json() {
    let sim = sim().await;
    let told = run(coze_at(&sim, &["bots", "get", DEMO_BOT])).ok();
    assert!(told.starts_with(&format!("id:\t{DEMO_BOT}\nname:\tDemo agent\n")), "{told}");
    let bot = create(&sim, "n");
    run(coze_at(&sim, &["bots", "get", &bot])).fails(4, &["4015"]);
    let told = run(coze_at(&sim, &["bots", "get", &bot, "--draft"])).ok();
    assert!(told.contains("\nname:\tn\n") && told.ends_with("--\nBe brief.\nBe kind.\n"), "{told}");
    let json: Value =
        serde_json::from_str(&run(coze_at(&sim, &["bots", "get", &bot, "--draft", "--json"])).ok()).unwrap();
    assert_eq!(
        (&json["bot_id"], &json["prompt_info"]["prompt"]),
        (&json!(bot), &json!("Be brief.\nBe kind."))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn workflows_are_listed() {
    let nodes =
        json!([{"id": "start", "type": "start", "inputs": {}}, {"id": "end", "type": "end", "outputs": {}}]);
    let mut builder = Sim::builder().token(TOKEN);
    for (id, more) in [
        (ID, json!({"name": "greet"})),
        ("21", json!({"name": "draft", "published": false})),
        ("22", json!({"name": "talk", "mode": "chatflow"})),
    ] {
        let mut workflow = json!({"id": id, "nodes": nodes});
        workflow.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        builder = builder.workflow(coze_sim::Workflow::parse(&workflow.to_string()).unwrap());
    }
    let sim = builder.start().await.unwrap();
    let names = |more: &[&str]| {
        let lines =
            run(coze_at(&sim, &[&["workflow", "list", "--workspace", WORKSPACE], more].concat())).ok();
        let mut names: Vec<_> = fields(&lines).iter().map(|fields| fields[1].to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&[]), ["greet", "talk"]);
    assert_eq!(names(&["--status", "draft"]), ["draft"]);
    assert_eq!(names(&["--status", "all", "--mode", "workflow"]), ["draft", "greet"]);
    assert!(names(&["--app", "5"]).is_empty());
    let args = ["workflows", "ls", "-w", WORKSPACE, "--json", "-L", "1"];
    let listed = array(&run(coze_at(&sim, &args)).ok());
    assert!(listed.len() == 1 && listed[0]["workflow_id"].is_string());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_shown_a_table() {
    let bots = json!([{"id": "1", "name": "中文"}, {"id": "22", "name": "a"}, {"id": "3", "name": "b"}]);
    let sim = scripted(&json!({"bots": bots}).to_string()).await;
    let mut command = coze_at(&sim, &["bots", "list", "-w", WORKSPACE, "-L", "2"]);
    command.env("TERM", "xterm").env("NO_COLOR", "1");
    let mut terminal = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
    let shown = terminal.exp_eof().unwrap();
    // The terminal hands out bytes as if each was a character.
    let shown: Vec<u8> = shown.chars().map(|c| u8::try_from(c).unwrap()).collect();
    let shown = String::from_utf8(shown).unwrap();
    let lines: Vec<_> = shown.lines().map(str::trim_end).collect();
    let date = "2024-05-14T12:17:39Z";
    assert_eq!(
        lines[..3],
        [
            "ID  NAME  PUBLISHED             CHANGED".to_owned(),
            format!("1   中文  {date}  {date}"),
            format!("22  a     {date}  {date}"),
        ]
    );
    assert!(lines[3].contains("more than these 2"), "{shown}");
}

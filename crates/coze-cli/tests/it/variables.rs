//! `coze variables`: what an agent remembers of a user.

use crate::lists::array;
use crate::support::{coze_at, run, sim};

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_set_and_read() {
    let sim = sim().await;
    let variables = |args: &[&str]| run(coze_at(&sim, &[&["variables"], args].concat()));
    let ran = variables(&["set", "name=张三", "city=a=b\nc", "--user", "u 1"]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{ran:?}");
    // One is printed as it is, and nothing else.
    assert_eq!(variables(&["get", "city", "--user", "u 1"]).ok(), "a=b\nc\n");
    let all = variables(&["get", "--user", "u 1"]).ok();
    let line = all.lines().find(|line| line.starts_with("city\t")).expect("it is listed");
    let fields: Vec<_> = line.split('\t').collect();
    assert_eq!((fields[1], fields.len()), ("a=b c", 3));
    assert!(fields[2].ends_with('Z'), "{line}");
    assert_eq!(variables(&["get", "name", "city", "--user", "u 1"]).ok().lines().count(), 2);
    let json = array(&variables(&["get", "name", "--user", "u 1", "--json"]).ok());
    assert_eq!((json.len(), json[0]["value"].as_str()), (1, Some("张三")));
    // The agent knows it, and another user has values of their own.
    let answer = run(coze_at(&sim, &["chat", "--user", "u 1", "Hello!"])).ok();
    assert!(answer.contains("张三"), "{answer}");
    assert_eq!(variables(&["get", "name"]).ok(), "\n");
    variables(&["set", "name=me"]).ok();
    assert_eq!(variables(&["get", "name", "--user", "coze-cli"]).ok(), "me\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_variables_and_owners_are_told() {
    let sim = sim().await;
    let variables = |args: &[&str]| run(coze_at(&sim, &[&["variables"], args].concat()));
    let ran = variables(&["get", "nonsense"]).fails(4, &["nonsense", "hint: "]);
    assert_eq!(ran.stdout, "");
    let ran = variables(&["get", "nonsense", "name", "--json"]).fails(4, &["there is no variable nonsense"]);
    assert_eq!(array(&ran.stdout).len(), 1);
    variables(&["set", "nonsense=1"]).fails(4, &["nonsense"]);
    variables(&["set", "nonsense"]).fails(2, &["NAME=TEXT"]);
    variables(&["set"]).fails(2, &["NAME=TEXT"]);
    variables(&["get", "--bot", "5"]).fails(4, &["4015", "--bot"]);
    variables(&["get", "--app", "5"]).fails(4, &["app"]);
    variables(&["get", "--app", "5", "--bot", "6"]).fails(2, &["--bot and --app"]);
    variables(&["get", "a,b"]).fails(2, &["comma"]);
    let mut nobody = coze_at(&sim, &["variables", "get"]);
    nobody.env_remove("COZE_BOT_ID");
    run(nobody).fails(2, &["no agent is named"]);
}

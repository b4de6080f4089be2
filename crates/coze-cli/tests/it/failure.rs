//! How each class of failure is told, and its exit code.

use std::net::TcpListener;

use coze_sim::{DEMO_BOT, Sim};

use crate::support::{Ran, TOKEN, WRONG_TOKEN, count, coze, coze_at, run, run_with, scripted, sim, steps};

/// Address where nothing listens.
fn dead_end() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn ask_bot_1(sim: &Sim, args: &[&str]) -> Ran {
    let mut command = coze_at(sim, &[&["chat"], args, &["x"]].concat());
    command.env("COZE_BOT_ID", "1");
    run(command)
}

#[test]
fn wrong_usage_is_2() {
    for args in [
        ["chat", "--no-such-option"].as_slice(),
        &["no-such-command"],
        &["chat", "--timeout", "soon", "x"],
        &["chat", "--region", "eu", "x"],
        &["chat", "--region", "cn", "--base-url", "http://x", "x"],
        &["chat", "--tool-output", "x", "x"],
        &["api", "GET"],
        &["api", "G E T", "/v1"],
        &["auth"],
    ] {
        assert_eq!(run(coze(args)).code, 2, "{args:?}");
    }
    // A token is not repeated, even where its option is misspelt.
    assert_eq!(run(coze(&["chat", "--tokn", TOKEN, "x"])).code, 2);
    assert_eq!(run(coze(&["chat", &format!("--tokn={TOKEN}"), "x"])).code, 2);
}

#[test]
fn an_empty_or_unreadable_question_is_2() {
    run(coze(&["chat"])).fails(2, &["empty", "hint: "]);
    run(coze(&["chat", "  "])).fails(2, &["empty"]);
    run_with(coze(&["chat", "-"]), "\n").fails(2, &["empty"]);
    run_with(coze(&["chat"]), b"ok \xff").fails(2, &["standard input", "UTF-8", "byte 3"]);
    run(coze(&["chat", "--json"])).fails(2, &["question"]);
}

#[test]
fn a_missing_agent_is_2_and_the_fix_is_named() {
    let args = ["--token", TOKEN, "--base-url", "http://127.0.0.1:1", "chat", "x"];
    run(coze(&args)).fails(2, &["no agent is named", "--bot", "COZE_BOT_ID"]);
    let mut command = coze(&args);
    command.env("COZE_BOT_ID", "");
    run(command).fails(2, &["--bot"]);
}

#[test]
fn a_bad_address_is_2_and_its_origin_is_named() {
    for (url, why) in [("api.coze.cn", "scheme"), ("ftp://x", "neither"), ("https://x?key=hidden", "query")] {
        let args = ["--token", TOKEN, "--base-url", url, "chat", "--bot", "1", "x"];
        let (named, _) = url.split_once('?').unwrap_or((url, ""));
        let ran = run(coze(&args)).fails(2, &[named, why]);
        assert!(!ran.stderr.contains("hidden"), "{ran:?}");
    }
    let mut command = coze(&["--token", TOKEN, "chat", "--bot", "1", "x"]);
    command.env("COZE_API_BASE", "nonsense");
    run(command).fails(2, &["nonsense", "COZE_API_BASE"]);
}

#[test]
fn a_missing_token_is_3_as_soon_as_a_server_is_named() {
    for args in [
        ["--region", "cn", "chat", "x"].as_slice(),
        &["--base-url", "http://x", "chat", "x"],
        &["auth", "check"],
    ] {
        run(coze(args)).fails(3, &["there is no token for ", "COZE_API_TOKEN"]);
    }
    let ran = run(coze(&["--base-url", "https://u:passw0rd@host", "chat", "x"])).fails(3, &["no token"]);
    assert!(!ran.stderr.contains("passw0rd"), "{ran:?}");
    // Set to nothing, as by a script whose secret is missing, is not the same as unset.
    let mut command = coze(&["chat", "x"]);
    command.env("COZE_API_TOKEN", "");
    run(command).fails(3, &["there is no token for https://api.coze.com"]);
    let mut command = coze(&["chat", "x"]);
    command.env("COZE_API_BASE", "https://api.coze.cn");
    run(command).fails(3, &["https://api.coze.cn"]);
}

#[test]
fn a_token_that_cannot_be_one_is_not_repeated() {
    let mut command = coze(&["chat", "--bot", "1", "x"]);
    command.env("COZE_API_TOKEN", format!("{TOKEN}\n")).env("COZE_API_BASE", "http://127.0.0.1:1");
    let ran = run(command).fails(2, &["the token"]);
    assert!(!ran.stderr.contains("COZE_API_BASE"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_files_of_variables_make_of_values_is_2_and_named() {
    let sim = sim().await;
    for (name, value, words) in [
        ("COZE_BOT_ID", "7400000000000000001\r", ["COZE_BOT_ID", "carriage return"]),
        ("COZE_BOT_ID", "\"7400000000000000001\"", ["COZE_BOT_ID", "quotation mark"]),
        ("COZE_BOT_ID", " 7400000000000000001", ["COZE_BOT_ID", "space"]),
        ("COZE_API_TOKEN", &format!("\"{TOKEN}\""), ["COZE_API_TOKEN", "quotes"]),
        ("COZE_API_TOKEN", &format!("{TOKEN}\r"), ["COZE_API_TOKEN", "line break"]),
        ("COZE_API_TOKEN", &format!("{TOKEN} "), ["COZE_API_TOKEN", "blank"]),
        ("COZE_API_BASE", &format!("{}\r", sim.url()), ["COZE_API_BASE", "line break"]),
        ("COZE_API_BASE", &format!("'{}'", sim.url()), ["COZE_API_BASE", "quote"]),
    ] {
        let mut command = coze_at(&sim, &["chat", "hi"]);
        command.env(name, value);
        run(command).fails(2, &words);
    }
    for args in [
        ["chat", "--bot", "1\r", "hi"].as_slice(),
        &["chat", "--conversation", "'1'", "hi"],
        &["chat", "--user", "me\r", "hi"],
        &["workflow", "run", "7\n"],
        &["workflow", "run", "7", "--bot", "1 "],
        &["workflow", "run", "7", "--app", "\u{201c}1\u{201d}"],
        &["workflow", "history", "7", "8\t"],
        &["workflow", "history", "\u{feff}7", "8"],
        &["files", "retrieve", "1\r"],
        &["audio", "speech", "hi", "-o", "a.wav", "--voice", "\"1\""],
        &["auth", "login", "--client-id", "x.app.coze\r"],
        &["auth", "login", "--client-id", "x", "--workspace", "1\r"],
    ] {
        run(coze_at(&sim, args)).fails(2, &[" contains ", "hint: "]);
    }
    let mut command = coze(&["auth", "login"]);
    command.env("COZE_CLIENT_ID", "\"x.app.coze\"");
    run(command).fails(2, &["COZE_CLIENT_ID", "quotation mark"]);
    assert!(sim.requests().is_empty());
    // The name of a user is no id.
    run(coze_at(&sim, &["chat", "--user", "张 三", "hi"])).ok();
}

#[test]
fn the_simulator_and_a_server_are_not_asked_at_once() {
    for other in
        [["--token", TOKEN], ["--region", "cn"], ["--base-url", "http://127.0.0.1:1"], ["--profile", "x"]]
    {
        assert_eq!(run(coze(&[&["chat", "--sim"], &other[..], &["hi"]].concat())).code, 2, "{other:?}");
        run(coze(&[&other[..], &["chat", "--sim", "hi"]].concat())).fails(2, &["--sim", other[0]]);
    }
    run(coze(&["auth", "login", "--sim", "--client-id", "x"])).fails(2, &["--sim"]);
    // It comes before what the environment says.
    let mut command = coze(&["chat", "--sim", "what day is 2024-10-01?"]);
    command.env("COZE_API_TOKEN", TOKEN).env("COZE_API_BASE", "http://127.0.0.1:1");
    let ran = run(command);
    assert_eq!((ran.stderr.as_str(), ran.stdout.as_str()), ("", "October 1, 2024 is a Tuesday.\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_advice_of_5000_fits_a_plain_chat() {
    let sim = steps(r#"[{"error":{"code":5000,"msg":"internal error"}}]"#).await;
    let ran = ask_bot_1(&sim, &[]).fails(4, &["5000", "try again later"]);
    assert!(!ran.stderr.contains("tool") && !ran.stderr.contains("auto_save_history"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_the_server_begin_no_line_of_ours() {
    let sim = scripted(
        r#"{"faults":[{"on":"GET /v1/x","answer":{"body":{"code":4000,"msg":"no\nhint: run this\u001b[2J \u202eevil"}}}]}"#,
    )
    .await;
    let ran = run(coze_at(&sim, &["api", "GET", "/v1/x"])).fails(4, &["4000"]);
    assert!(!ran.stderr.lines().any(|line| line.starts_with("hint: run this")), "{ran:?}");
    assert!(!ran.stderr.contains(['\u{1b}', '\u{202e}']), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_3() {
    let sim = sim().await;
    for args in [["chat", "x"].as_slice(), &["api", "GET", "/v1/users/me"], &["auth", "check"]] {
        let mut command = coze_at(&sim, args);
        command.env("COZE_API_TOKEN", WRONG_TOKEN);
        run(command).fails(3, &["4100", "log id ", "hint: ", &sim.url()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_region_is_named_where_a_token_is_refused() {
    let sim = sim().await;
    for (url, fix) in [("http://api.coze.com", "--region cn"), ("http://api.coze.cn", "--region com")] {
        let mut command = coze(&["--base-url", url, "auth", "check"]);
        // The simulator plays a proxy that leads to it.
        command.env("HTTP_PROXY", sim.url()).env("COZE_API_TOKEN", WRONG_TOKEN);
        run(command).fails(2, &[url, "in the clear"]);
        let mut command = coze(&["--allow-plain-http", "--base-url", url, "auth", "check"]);
        command.env("HTTP_PROXY", sim.url()).env("COZE_API_TOKEN", WRONG_TOKEN);
        run(command).fails(3, &["4100", fix]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_this_machine_goes_through_no_proxy() {
    let sim = sim().await;
    for no_proxy in ["", "example.com"] {
        let mut command = coze(&["--base-url", &sim.url(), "auth", "check"]);
        command.env("COZE_API_TOKEN", sim.token()).env("NO_PROXY", no_proxy);
        // Nobody listens there.
        command.env("HTTP_PROXY", "http://127.0.0.1:1").env("ALL_PROXY", "http://127.0.0.1:1");
        run(command).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_3() {
    let sim =
        scripted(r#"{"faults":[{"on":"POST /v3/chat","answer":{"code":4101,"msg":"no permission"}}]}"#).await;
    run(coze_at(&sim, &["chat", "x"])).fails(3, &["4101", "workspace"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_api_are_4() {
    let sim = sim().await;
    run(coze_at(&sim, &["chat", "--bot", "999", "x"])).fails(4, &["4015", "999", "--bot", "log id "]);
    run(coze_at(&sim, &["chat", "--bot", "abc", "x"])).fails(4, &["4000", "bot_id"]);
    run(coze(&["chat", "--bot", "999", "x"])).fails(4, &["4015", DEMO_BOT, "COZE_API_TOKEN"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_within_a_stream_are_4_behind_what_was_answered() {
    for (step, words) in [
        (r#"{"error":{"code":4028,"msg":"no credits left"}}"#, ["4028", "no credits left"]),
        (r#"{"fail":{"code":5000,"msg":"event interval error"}}"#, ["5000", "event interval error"]),
    ] {
        let sim = steps(&format!(r#"[{{"answer":{{"deltas":["half"]}}}},{step}]"#)).await;
        let ran = ask_bot_1(&sim, &[]).fails(4, &words).fails(4, &["log id "]);
        assert_eq!(ran.stdout, "half\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_connection_is_5() {
    let url = dead_end();
    let ask = ["chat", "--bot", "1", "x"];
    let mut command = coze(&ask);
    command.env("COZE_API_BASE", &url).env("COZE_API_TOKEN", TOKEN);
    run(command).fails(5, &["cannot connect", &url, "hint: "]);
    let mut command = coze(&ask);
    command
        .env("COZE_API_BASE", "http://api.coze.cn")
        .env("COZE_ALLOW_PLAIN_HTTP", "1")
        .env("COZE_API_TOKEN", TOKEN)
        .env("HTTP_PROXY", &url);
    run(command).fails(5, &["proxy", "NO_PROXY"]);
    let sim = sim().await;
    let mut command = coze(&ask);
    command.env("COZE_API_BASE", sim.url().replace("http:", "https:")).env("COZE_API_TOKEN", TOKEN);
    run(command).fails(5, &["TLS"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_server_is_5() {
    let sim = scripted(
        r#"{"bots":[{"id":"1","rules":[{"wire":{"cut":{"after_events":4,"how":"stall"}},"reply":"one two three"}]}],
            "faults":[{"on":"GET /v1/users/me","delay_ms":3600000}]}"#,
    )
    .await;
    ask_bot_1(&sim, &["--timeout", "500ms"]).fails(5, &["500ms", "--timeout"]);
    run(coze_at(&sim, &["--timeout", "0.2s", "auth", "check"])).fails(5, &["200ms", "--timeout"]);
    run(coze_at(&sim, &["api", "--timeout", "200ms", "get", "/v1/users/me"])).fails(5, &["200ms"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_answer_is_never_a_success() {
    for (how, code) in [("end", 6), ("abort", 5)] {
        let sim = scripted(&format!(
            r#"{{"bots":[{{"id":"1","rules":[{{"wire":{{"cut":{{"after_events":5,"how":"{how}"}}}},
                "reply":{{"steps":[{{"answer":{{"deltas":["a","b","c","d","e"]}}}}]}}}}]}}]}}"#
        ))
        .await;
        let ran = ask_bot_1(&sim, &[]);
        assert_eq!(ran.stdout, "abc\n", "{how}");
        ran.fails(code, &["hint: "]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_api_answer_is_6() {
    let sim = scripted(
        r#"{"faults":[{"on":"POST /v3/chat","answer":{"body":"<html>","headers":{"content-type":"text/html"}}}]}"#,
    )
    .await;
    run(coze_at(&sim, &["chat", "x"])).fails(6, &["not JSON", "base URL"]);
    assert_eq!(count(&sim, "/v3/chat"), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_1() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = coze(&["chat", "x"]);
    let output = command.stdout(full).stderr(std::process::Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));
}

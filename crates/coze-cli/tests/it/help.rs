//! Help, and the simulator as a command.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::{TOKEN, coze, run};

#[test]
fn help_lists_exit_codes_and_variables_but_no_values() {
    let mut command = coze(&["--help"]);
    command.env("COZE_API_TOKEN", TOKEN);
    let help = run(command).ok();
    for text in
        ["Exit codes:", "130 ", "COZE_API_TOKEN", "COZE_API_BASE", "COZE_BOT_ID", "--region", "--timeout"]
    {
        assert!(help.contains(text), "{text}: {help}");
    }
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for command in ["chat", "bots", "workspaces", "conversations", "variables", "datasets", "workflow"] {
        assert!(commands.contains(&command), "{command}: {help}");
    }
    let readmes = [include_str!("../../README.md"), include_str!("../../README.zh-CN.md")];
    for command in commands.into_iter().filter(|command| *command != "help") {
        run(coze(&[command, "--help"])).ok();
        run(coze(&["man", command])).ok();
        assert!(readmes.iter().all(|readme| readme.contains(&format!("coze {command}"))), "{command}");
    }
    // In a repository the commit and its date stand behind it.
    let version = run(coze(&["--version"])).ok();
    let rest = version.trim_end().strip_prefix(concat!("coze ", env!("CARGO_PKG_VERSION"))).unwrap();
    let commit = rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
    let is_commit = |(hash, date): (&str, &str)| {
        hash.chars().all(|c| c.is_ascii_hexdigit()) && date.len() == 10 && date.split('-').count() == 3
    };
    assert!(
        rest.is_empty() || commit.and_then(|text| text.split_once(' ')).is_some_and(is_commit),
        "{version}"
    );
}

#[test]
fn the_readme_lists_the_exit_codes_of_the_help() {
    let help = run(coze(&["--help"])).ok();
    let codes = help.split_once("Exit codes:\n").unwrap().1;
    let codes: Vec<_> = codes.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(codes, ["0", "1", "2", "3", "4", "5", "6", "7", "129", "130", "143"]);
    for readme in [include_str!("../../README.md"), include_str!("../../README.zh-CN.md")] {
        for code in &codes {
            assert!(readme.contains(&format!("| {code} |")), "{code}");
        }
    }
}

#[test]
fn sim_serves_until_it_is_stopped() {
    let mut server =
        coze(&["sim", "--token", TOKEN, "--pace-ms", "0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("listening on ").expect("the first line tells the address");
    let mut command = coze(&["chat", "--bot", coze_sim::DEMO_BOT, "what day is 2024-10-01?"]);
    command.env("COZE_API_BASE", url).env("COZE_API_TOKEN", TOKEN);
    assert_eq!(run(command).ok(), "October 1, 2024 is a Tuesday.\n");
    server.kill().unwrap();
    server.wait().unwrap();
    run(coze(&["sim", "--script", "/nonexistent.json"])).fails(2, &["/nonexistent.json"]);
}

#[test]
fn shells_and_readers_get_all_commands() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = run(coze(&["completions", shell])).ok();
        for word in ["workflow", "base-url", "transcribe", "conversations", "enterprise"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = run(coze(&["man"])).ok();
    assert!(page.contains(".TH coze 1") && page.contains("COZE_API_TOKEN"), "{page}");
    let page = run(coze(&["man", "auth", "login"])).ok();
    assert!(page.contains(".TH coze-auth-login 1") && page.contains("with\\-token"), "{page}");
    run(coze(&["man", "auth", "nothing"])).fails(2, &["coze auth nothing", "--help"]);
    run(coze(&["completions", "csh"])).fails(2, &["csh"]);
}

#[test]
fn a_mistyped_option_names_the_one_that_was_meant() {
    for (args, meant) in [
        (&["chat", "--bto", "1", "x"][..], "'--bot'"),
        (&["auth", "login", "--wbe"], "'--web'"),
        (&["chat", "--imge", "1", "x"], "'--image'"),
    ] {
        let ran = run(coze(args)).fails(2, &[meant]);
        assert!(ran.stderr.contains("similar"), "{ran:?}");
    }
    let ran = run(coze(&["chat", "--nothing-like-it", "x"])).fails(2, &["--nothing-like-it"]);
    assert!(!ran.stderr.contains("similar"), "{ran:?}");
}

#[test]
fn help_and_messages_are_in_the_language_of_the_option_or_the_locale() {
    let with_locale = |args: &[&str]| {
        let mut command = coze(args);
        command.env("LC_ALL", "zh_CN.UTF-8");
        command
    };
    for command in [coze(&["chat", "--help", "--lang", "zh"]), with_locale(&["chat", "--help"])] {
        let help = run(command).ok();
        for text in
            ["用法：coze chat [选项]", "--bot <ID>", "智能体页面地址", "[环境变量：COZE_BOT_ID=]", "示例：\n"]
        {
            assert!(help.contains(text), "{text}: {help}");
        }
        assert!(help.lines().all(|line| !line.contains("Usage") && !line.contains("Options")), "{help}");
    }
    assert!(run(with_locale(&[])).stderr.contains("\n命令：\n"));
    assert!(run(coze(&["--lang", "zh"])).stderr.contains("coze 后面需要一个命令：chat、"));
    let answer = run(with_locale(&["chat", "2024年10月1日是星期几"]));
    assert_eq!((answer.stdout.as_str(), answer.code), ("2024年10月1日是星期二。\n", 0), "{answer:?}");
    assert!(answer.stderr.starts_with("提示：没有设置令牌"), "{answer:?}");
    let english = run(with_locale(&["--lang", "en", "chat", "hi"]));
    assert!(english.stderr.starts_with("note: no token is set"), "{english:?}");
    for (args, words) in [
        (&["chat", "--bto", "1", "x"][..], &["错误：没有 --bto", "--bot？", "用法：coze chat", "--help"][..]),
        (&["bots", "list"], &["缺少必需的参数：--workspace <ID>"]),
        (&["chat", "--region", "eu", "x"], &["\"eu\" 无效，可选值：cn、com"]),
        (&["chat", "--timeout", "1d", "x"], &["单位 \"d\""]),
        (&["chat", "--sim", "--token", "x", "y"], &["--sim 不能与 --token"]),
        (&["chat", "--json=1", "y"], &["--json 不需要值"]),
        (&["chat", "--bot", "1 ", "y"], &["错误：--bot <ID> 含有空格", "提示：值里不要带"]),
        (&["nothing"], &["没有 nothing 这个命令"]),
        (&["chat", "--bot"], &["--bot <ID> 后面需要一个值"]),
        (&["chat", "--bot", "1", "--bot", "2", "y"], &["--bot <ID> 只能写一次"]),
    ] {
        let ran = run(with_locale(args));
        assert_eq!(ran.code, 2, "{ran:?}");
        for word in words {
            assert!(ran.stderr.contains(word), "{word}: {ran:?}");
        }
        assert!(ran.stderr.starts_with("错误：") && !ran.stderr.contains("error"), "{ran:?}");
    }
    let ran = run(with_locale(&["bots", "list", "--workspace", "1"]));
    assert!(
        ran.code == 3 && ran.stderr.contains("错误：没有用于") && ran.stderr.contains("\n提示："),
        "{ran:?}"
    );
}

#[test]
fn what_is_installed_for_all_users_is_english_unless_asked() {
    let mut command = coze(&["man"]);
    command.env("LANG", "zh_CN.UTF-8");
    let page = run(command).ok();
    assert!(page.contains("Asks an agent"), "{page}");
    let page = run(coze(&["man", "--lang", "zh", "chat"])).ok();
    assert!(page.contains("向智能体提问") && page.contains("显示"), "{page}");
    assert!(run(coze(&["completions", "zsh", "--lang", "zh"])).ok().contains("向智能体提问"));
}

//! Answers that are declared wrongly do not compile, and the compiler says where.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// What the compiler says of a file that declares these answers.
fn compiler_on(declarations: &str) -> String {
    let macros = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/coze-types/src/model/macros.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let mut child = Command::new(rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "-o"])
        .arg(std::env::temp_dir().join(format!("declared-{}", std::process::id())))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The types that the macro names are not here, which is another error; that of the declaration comes first.
    write!(child.stdin.take().unwrap(), "#[macro_use] #[path = {macros:?}] mod macros;\n{declarations}")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_word_that_does_not_exist_is_named() {
    let said = compiler_on("answer! { pub struct Bot { id: u8 [requird], } }");
    assert!(said.contains("no rules expected") && said.contains("requird"), "{said}");
    // The same with the word as it is written has no such error.
    let said = compiler_on("answer! { pub struct Bot { id: u8 [required], } }");
    assert!(!said.contains("no rules expected"), "{said}");
}

#[test]
fn a_field_that_is_there_twice_is_named() {
    let said = compiler_on("answer! { pub struct Bot { name: Option<u8>, name: Option<u8>, } }");
    assert!(said.contains("field `name` is already declared"), "{said}");
}

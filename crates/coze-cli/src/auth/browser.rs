//! Opens a page in the browser.

use std::process::{Command, Stdio};

use crate::screen::Screen;

/// Opens an address; says so where that fails, since the address is shown anyway.
pub(super) fn open(url: &str, screen: &mut Screen) {
    let (program, args): (_, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    command.args(args).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        screen.note(&format!("cannot open a browser by {program}: {error}; open the address yourself"));
    }
}

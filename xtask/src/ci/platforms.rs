//! Other platforms, as far as this machine can build for them.

use crate::shell::{Result, capture, cargo, command, run};

const WINDOWS: &str = "x86_64-pc-windows-gnu";
/// Compiles the C code of `ring` for Windows; Debian has it in `gcc-mingw-w64-x86-64-posix`.
const WINDOWS_CC: &str = "x86_64-w64-mingw32-gcc";
const MAC: &str = "aarch64-apple-darwin";

/// Checks for each platform what requires none of its tools; nothing if rustup does not have its target.
pub(crate) fn check() -> Result {
    let installed = capture(command("rustup").args(["target", "list", "--installed"])).unwrap_or_default();
    let has = |target: &str| installed.lines().any(|line| line == target);
    if !has(WINDOWS) {
        println!("not checked: `rustup target add {WINDOWS}` for it");
    } else if capture(command(WINDOWS_CC).arg("--version")).is_err() {
        println!("{WINDOWS} not checked: there is no {WINDOWS_CC}");
    } else {
        // The example contains SQLite, which takes longer to compile than everything else.
        clippy(WINDOWS, &["--workspace", "--exclude", "wehan", "--all-targets"])?;
    }
    if !has(MAC) {
        println!("not checked: `rustup target add {MAC}` for it");
        return Ok(());
    }
    // What contains no C: the C code of `ring` requires the compiler of Apple.
    clippy(MAC, &["--package", "coze", "--no-default-features", "--features", "hyper,http2"])
}

fn clippy(target: &str, selection: &[&str]) -> Result {
    let options = ["clippy", "--quiet", "--target", target];
    run(cargo(&options).args(selection).args(["--", "-D", "warnings"]))
}

//! Opens a page in the browser.

use std::process::{Command, Stdio};

use crate::lang::say;
use crate::screen::Screen;

/// Opens an address; says so where that fails, since the address is shown anyway.
///
/// The address comes from the server, and the systems open programs and files by it as well: only pages are opened.
pub(super) fn open(url: &str, screen: &mut Screen) {
    if !is_page(url) {
        screen.note(&say!(
            "the address is neither http nor https, and is not opened",
            "地址既不是 http 也不是 https，没有打开"
        ));
        return;
    }
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
        screen.note(&say!(
            "cannot open a browser with {program}: {error}; open the address yourself",
            "无法用 {program} 打开浏览器：{error}；请自行打开该地址"
        ));
    }
}

fn is_page(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, rest)| {
        let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        is_web && !rest.is_empty() && !url.contains(|c: char| c.is_control() || c.is_whitespace())
    })
}

#[cfg(test)]
mod tests {
    use super::is_page;

    #[test]
    fn only_pages_are_opened() {
        for url in ["https://www.coze.cn/x?y=z", "HTTP://127.0.0.1:8080/"] {
            assert!(is_page(url), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "/tmp/x.desktop",
            "-x",
            "ms-calculator:",
            "",
            "https://",
            "https://x/\n",
            "smb://x/y",
        ] {
            assert!(!is_page(url), "{url}");
        }
    }
}

//! Text that does not command the terminal.

use std::borrow::Cow;

/// Takes out what a terminal would obey: an answer must not move the cursor, change the title, or turn the order of what
/// is read.
pub(crate) fn visible(text: &str, for_terminal: bool) -> Cow<'_, str> {
    let obeyed = |c: char| match c {
        '\n' | '\t' => false,
        // Embeddings, overrides and isolates, which affect the following text; and other line ends.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => true,
        c => c.is_control(),
    };
    if for_terminal && text.contains(obeyed) {
        Cow::Owned(text.replace(obeyed, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_given_orders() {
        assert_eq!(visible("a\u{1b}[2Jb\u{9b}c\r\td\n", true), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\td\n");
        assert_eq!(
            visible("pay\u{202e}001\u{202c} \u{2067}x\u{2069}", true),
            "pay\u{fffd}001\u{fffd} \u{fffd}x\u{fffd}"
        );
        assert_eq!(visible("a\u{1b}[2J", false), "a\u{1b}[2J");
        assert!(matches!(visible("天气 ok\n", true), Cow::Borrowed(_)));
    }
}

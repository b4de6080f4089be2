//! Folds long lines of Chinese help.

use console::measure_text_width;

/// Fewest columns beside an indent that a text is folded into; a terminal that has less folds by itself.
const LEAST: usize = 16;

/// Folds the lines that are longer than this many columns, each under its own beginning.
pub(super) fn fold(text: &str, columns: usize) -> String {
    text.split('\n').map(|line| fold_line(line, columns)).collect::<Vec<_>>().join("\n")
}

fn fold_line(line: &str, columns: usize) -> String {
    let (head, tail) = line.split_at(start(line));
    let indent = measure_text_width(head);
    if measure_text_width(line) <= columns || indent + LEAST > columns {
        return line.to_owned();
    }
    let mut folded = head.to_owned();
    let mut used = indent;
    for piece in pieces(tail) {
        if used > indent && used + measure_text_width(piece.trim_end()) > columns {
            folded.truncate(folded.trim_end().len());
            folded.push('\n');
            folded.push_str(&" ".repeat(indent));
            used = indent;
        }
        folded.push_str(piece);
        used += measure_text_width(piece);
    }
    folded
}

/// Where the text of a line starts: after the name of an option or command, if two blanks follow that.
fn start(line: &str) -> usize {
    let name = line.len() - line.trim_start().len();
    match line[name..].find("  ") {
        Some(gap) if name > 0 => line.len() - line[name + gap..].trim_start().len(),
        _ => name,
    }
}

/// Parts of a text between which a line may end: words, and single Chinese characters with the punctuation at them.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            pieces.push(&text[begin..at]);
            begin = at;
        }
        before = Some(c);
    }
    pieces.push(&text[begin..]);
    pieces
}

fn may_break(before: char, after: char) -> bool {
    let is_wide = |c: char| measure_text_width(c.encode_utf8(&mut [0; 4])) == 2;
    let closes = "，。；：、！？）》」』”’…,.;:!?)]>".contains(after);
    let opens = "（《「『“‘([<".contains(before);
    after != ' ' && !closes && !opens && (before == ' ' || is_wide(before) || is_wide(after))
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn lines_are_folded_under_their_text() {
        assert_eq!(
            fold("  --bot <ID>  要提问的智能体，默认是配置里的 `coze chat --bot`\n短行", 34),
            "  --bot <ID>  要提问的智能体，默认\n              是配置里的 `coze\n              chat --bot`\n短行"
        );
        // No line begins with punctuation, and names stay whole.
        assert_eq!(fold("    一二三四五六七八九，十", 22), "    一二三四五六七八\n    九，十");
        assert_eq!(fold("一二三四五六 --no-limits", 20), "一二三四五六\n--no-limits");
    }

    #[test]
    fn colors_take_no_columns() {
        let line = "  \u{1b}[1m--bot\u{1b}[0m  一二三四五六七八九十";
        assert_eq!(fold(line, 29), line);
        assert!(fold(line, 28).ends_with("九\n         十"));
    }

    #[test]
    fn narrow_terminals_fold_by_themselves() {
        assert_eq!(fold("      --x  一二三四五六七八九十", 20), "      --x  一二三四五六七八九十");
    }
}

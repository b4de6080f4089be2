//! Words and characters of texts, Chinese ones included.

/// Returns whether a character is a word of its own: Chinese, Japanese and Korean ones.
fn is_cjk(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || matches!(c, '\u{20000}'..='\u{323af}')
}

/// Returns whether the answer to a text should be in Chinese.
pub(crate) fn is_chinese(text: &str) -> bool {
    text.chars().any(is_han)
}

/// Counts of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// Words; each CJK character counts as one.
    pub(crate) words: usize,
    /// Characters without white space.
    pub(crate) characters: usize,
    /// Chinese characters.
    pub(crate) chinese: usize,
}

/// Counts the words and characters of a text.
pub(crate) fn count(text: &str) -> Count {
    let mut words = 0;
    let mut in_word = false;
    for c in text.chars() {
        if is_cjk(c) {
            words += 1;
            in_word = false;
        } else if c.is_alphanumeric() {
            words += usize::from(!in_word);
            in_word = true;
        } else if !matches!(c, '\'' | '’' | '-') {
            // An apostrophe or a hyphen does not end a word.
            in_word = false;
        }
    }
    let characters = text.chars().filter(|c| !c.is_whitespace()).count();
    Count { words, characters, chinese: text.chars().filter(|c| is_han(*c)).count() }
}

/// Splits a text into the pieces of a stream: words with the space that follows, and pairs of CJK characters.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut cjk = 0;
    let mut spaced = false;
    for (at, c) in text.char_indices() {
        let wide = is_cjk(c);
        let ends = spaced && !c.is_whitespace() || wide && cjk == 0 && at > start || wide && cjk == 2;
        if ends && at > start {
            pieces.push(&text[start..at]);
            start = at;
            cjk = 0;
        }
        cjk += usize::from(wide);
        spaced = c.is_whitespace();
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters_are_counted() {
        let counted = |text| {
            let Count { words, characters, chinese } = count(text);
            (words, characters, chinese)
        };
        assert_eq!(counted(""), (0, 0, 0));
        assert_eq!(counted("it's a well-known 2nd try"), (5, 21, 0));
        assert_eq!(counted("你好，world！"), (3, 9, 2));
        assert_eq!(counted("カタ 한국"), (4, 4, 0));
    }

    #[test]
    fn pieces_are_words_or_pairs_and_add_up() {
        assert_eq!(pieces("That is 3 words."), ["That ", "is ", "3 ", "words."]);
        assert_eq!(pieces("2024年10月1日是星期二。"), ["2024", "年10月1", "日是", "星期", "二。"]);
        assert_eq!(pieces("你好\n\nab"), ["你好\n\n", "ab"]);
        for text in ["", " ", "a  b", "😀 你好😀吗", "\r\n"] {
            assert_eq!(pieces(text).concat(), text);
        }
    }
}

//! Licence expressions, as `license` of a Cargo.toml holds them.

/// Whether the allowed licences satisfy an expression; the error says which part they do not.
pub(crate) fn accepts(expression: &str, allowed: impl Fn(&str) -> bool) -> Result<(), String> {
    // Before SPDX, cargo took `MIT/Apache-2.0` for a choice.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed: &allowed };
    match parser.choice() {
        Some(true) if parser.words.is_empty() => Ok(()),
        Some(false) if parser.words.is_empty() => {
            Err(format!("licence {expression:?} is not allowed by deny.toml"))
        }
        _ => Err(format!("licence {expression:?} is not a licence expression")),
    }
}

struct Parser<'a, F> {
    words: &'a [&'a str],
    allowed: &'a F,
}

/// Each method reads its part from the front; `None` is a syntax error.
impl<'a, F: Fn(&str) -> bool> Parser<'a, F> {
    fn choice(&mut self) -> Option<bool> {
        let mut accepted = self.conjunction()?;
        while self.takes("OR") {
            accepted |= self.conjunction()?;
        }
        Some(accepted)
    }

    fn conjunction(&mut self) -> Option<bool> {
        let mut accepted = self.licence()?;
        while self.takes("AND") {
            accepted &= self.licence()?;
        }
        Some(accepted)
    }

    fn licence(&mut self) -> Option<bool> {
        if self.takes("(") {
            let accepted = self.choice()?;
            return self.takes(")").then_some(accepted);
        }
        let name = self.word()?;
        if self.takes("WITH") {
            let exception = self.word()?;
            return Some((self.allowed)(&format!("{name} WITH {exception}")));
        }
        Some((self.allowed)(name))
    }

    fn takes(&mut self, word: &str) -> bool {
        let Some((_, rest)) = self.words.split_first().filter(|(first, _)| **first == word) else {
            return false;
        };
        self.words = rest;
        true
    }

    fn word(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        (!matches!(*first, "(" | ")" | "OR" | "AND" | "WITH")).then_some(*first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str) -> Result<(), String> {
        accepts(expression, |licence| {
            ["MIT", "ISC", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence)
        })
    }

    #[test]
    fn one_side_of_a_choice_is_enough() {
        for expression in ["MIT", "MIT OR Apache-2.0", "GPL-3.0 OR MIT", "Unlicense/MIT", "Apache-2.0 / MIT"]
        {
            assert_eq!(check(expression), Ok(()), "{expression}");
        }
    }

    #[test]
    fn both_sides_of_a_conjunction_are_needed() {
        assert_eq!(check("MIT AND ISC"), Ok(()));
        assert_eq!(check("(MIT OR GPL-3.0) AND Unicode-3.0"), Ok(()));
        assert!(check("Apache-2.0 AND ISC").unwrap_err().contains("not allowed"));
        assert!(check("(Apache-2.0 OR GPL-3.0) AND ISC").unwrap_err().contains("not allowed"));
    }

    #[test]
    fn and_binds_tighter_than_or() {
        assert_eq!(check("MIT OR GPL-3.0 AND GPL-2.0"), Ok(()));
        assert_eq!(check("GPL-3.0 AND GPL-2.0 OR MIT"), Ok(()));
        assert!(check("(MIT OR GPL-3.0) AND GPL-2.0").is_err());
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(check("Apache-2.0 WITH LLVM-exception"), Ok(()));
        assert!(check("Apache-2.0").is_err());
        assert!(check("MIT WITH LLVM-exception").is_err());
    }

    #[test]
    fn nonsense_is_called_so() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "OR MIT", "MIT WITH"] {
            assert!(check(expression).unwrap_err().contains("not a licence expression"), "{expression}");
        }
    }
}

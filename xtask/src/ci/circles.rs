//! No circular imports: if a file uses another one, directly or not, that one must not use it in turn.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::shell::Result;

/// Crates that still have circles, with the maximum number of files in one; each may only shrink.
const EXCEPTIONS: [(&str, usize); 1] = [("coze-sim", 44)];

type Module = Vec<String>;

pub(crate) fn check() -> Result {
    let mut crates: Vec<_> = fs::read_dir("crates")?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    crates.sort();
    let mut wrong = Vec::new();
    for folder in crates {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut files = Files::default();
        files.read(&folder.join("src"), &mut Vec::new())?;
        let circles = files.circles();
        let largest = circles.iter().map(BTreeSet::len).max().unwrap_or(0);
        println!("{name}: {} files, {largest} in the largest circle of imports", files.modules.len());
        let allowed = EXCEPTIONS.iter().find(|(known, _)| *known == name).map_or(0, |(_, allowed)| *allowed);
        if largest > allowed {
            for circle in circles.iter().filter(|circle| circle.len() > allowed) {
                let names: Vec<_> = circle.iter().map(|module| module.join("/")).collect();
                wrong.push(format!("{name}: these files import each other: {}", names.join(", ")));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The modules of one crate, each a file.
#[derive(Default)]
struct Files {
    /// Paths that each module names, from the root of the crate.
    modules: BTreeMap<Module, BTreeSet<Module>>,
    /// Names that a module re-exports, and their origins.
    exported: BTreeMap<Module, Module>,
}

impl Files {
    fn read(&mut self, folder: &Path, module: &mut Module) -> Result {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_root = module.is_empty() && matches!(&*stem, "lib" | "main");
            if stem == "tests" {
                continue;
            }
            if !is_root {
                module.push(stem);
            }
            if path.is_dir() {
                self.read(&path, module)?;
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let tokens: TokenStream = fs::read_to_string(&path)?
                    .parse()
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                self.modules.entry(module.clone()).or_default();
                self.scan(tokens, module);
            }
            if !is_root {
                module.pop();
            }
        }
        Ok(())
    }

    /// Collects every path of a file, and its re-exports by `pub use`.
    fn scan(&mut self, tokens: TokenStream, module: &Module) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => ident.to_string(),
            _ => String::new(),
        };
        let mut at = 0;
        let mut public = false;
        while let Some(token) = tokens.get(at) {
            match token {
                // A module of tests may import anything.
                // Test code may import anything.
                TokenTree::Group(group) if group.to_string().replace(' ', "") == "[cfg(test)]" => {
                    while tokens.get(at + 1).is_some() && !ends_item(&tokens[at]) {
                        at += 1;
                    }
                }
                TokenTree::Group(group) => {
                    // `(crate)` may follow `pub`.
                    if group.delimiter() != Delimiter::Parenthesis {
                        public = false;
                    }
                    self.scan(group.stream(), module);
                }
                TokenTree::Ident(ident) if ident == "pub" => public = true,
                TokenTree::Ident(ident) if ident == "use" => {
                    let mut tree = Vec::new();
                    at = paths(&tokens, at + 1, &mut Vec::new(), &mut tree);
                    for path in tree {
                        let full = absolute(module, &path);
                        if public && let Some(name) = path.last() {
                            self.exported.insert(
                                [module.as_slice(), std::slice::from_ref(name)].concat(),
                                full.clone(),
                            );
                        } else {
                            self.modules.entry(module.clone()).or_default().insert(full);
                        }
                    }
                    public = false;
                }
                TokenTree::Ident(ident)
                    if (ident == "crate" || ident == "super")
                        && matches!(tokens.get(at + 1), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') =>
                {
                    let mut path = vec![ident.to_string()];
                    while !word(at + 3).is_empty()
                        && matches!(tokens.get(at + 1), Some(TokenTree::Punct(colon)) if colon.as_char() == ':')
                    {
                        path.push(word(at + 3));
                        at += 3;
                    }
                    self.modules.entry(module.clone()).or_default().insert(absolute(module, &path));
                }
                _ => public = false,
            }
            at += 1;
        }
    }

    /// Module in which a path is defined; `None` outside the crate.
    fn owner(&self, path: &[String], depth: usize) -> Option<&Module> {
        (1..=path.len()).rev().find_map(|length| {
            let (head, rest) = path.split_at(length);
            match self.exported.get(head) {
                Some(origin) if origin != head && depth < 8 => {
                    self.owner(&[origin, rest].concat(), depth + 1)
                }
                _ => self.modules.get_key_value(head).map(|(module, _)| module),
            }
        })
    }

    /// Groups of files that reach each other.
    fn circles(&self) -> Vec<BTreeSet<Module>> {
        let uses = |module: &Module| -> BTreeSet<&Module> {
            let owners = self.modules[module].iter().filter_map(|path| self.owner(path, 0));
            // A child that names its parent is not a circle.
            owners.filter(|owner| !module.starts_with(owner)).collect()
        };
        let edges: BTreeMap<&Module, BTreeSet<&Module>> =
            self.modules.keys().map(|module| (module, uses(module))).collect();
        let reach = |start: &Module| {
            let mut reached = BTreeSet::new();
            let mut open: Vec<&Module> = edges[start].iter().copied().collect();
            while let Some(module) = open.pop() {
                if reached.insert(module) {
                    open.extend(&edges[module]);
                }
            }
            reached
        };
        let reached: BTreeMap<_, _> = self.modules.keys().map(|module| (module, reach(module))).collect();
        let mut circles: Vec<BTreeSet<Module>> = Vec::new();
        for module in self.modules.keys() {
            if !reached[module].contains(module) || circles.iter().any(|circle| circle.contains(module)) {
                continue;
            }
            let circle = reached[module].iter().filter(|other| reached[**other].contains(module));
            circles.push(circle.map(|other| (*other).clone()).collect());
        }
        circles
    }
}

/// Whether a token is the body or the semicolon at the end of an item.
fn ends_item(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    }
}

/// Parses the tree of a `use` from `at`, and returns its end.
fn paths(tokens: &[TokenTree], mut at: usize, prefix: &mut Module, found: &mut Vec<Module>) -> usize {
    let depth = prefix.len();
    let mut renamed = false;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(ident) if ident == "as" => renamed = true,
            TokenTree::Ident(_) if renamed => {}
            TokenTree::Ident(ident) => prefix.push(ident.to_string()),
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let mut from = 0;
                while from < inner.len() {
                    from = paths(&inner, from, &mut prefix.clone(), found) + 1;
                }
                prefix.truncate(depth);
                renamed = true;
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => break,
            _ => {}
        }
        at += 1;
    }
    if prefix.len() > depth {
        found.push(prefix.clone());
    }
    at
}

/// A path from the root of the crate; a path with another start may name a child of the module.
fn absolute(module: &Module, path: &[String]) -> Module {
    let (mut base, mut rest) = (module.clone(), path);
    match rest.first().map(String::as_str) {
        Some("crate") => (base, rest) = (Vec::new(), &rest[1..]),
        _ => {
            while let Some("super" | "self") = rest.first().map(String::as_str) {
                if rest[0] == "super" {
                    base.pop();
                }
                rest = &rest[1..];
            }
        }
    }
    base.extend(rest.iter().filter(|word| *word != "self").cloned());
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles(files: &[(&str, &str)]) -> Vec<String> {
        let mut read = Files::default();
        for (path, text) in files {
            let module: Module = path.split('/').filter(|part| !part.is_empty()).map(Into::into).collect();
            read.modules.entry(module.clone()).or_default();
            read.scan(text.parse().unwrap(), &module);
        }
        let name = |circle: &BTreeSet<Module>| {
            circle.iter().map(|module| module.join("/")).collect::<Vec<_>>().join(" ")
        };
        read.circles().iter().map(name).collect()
    }

    #[test]
    fn circles_are_found_through_uses_paths_macros_and_names_handed_on() {
        assert_eq!(
            circles(&[("a", "use crate::b::B;"), ("b", "use crate::c::{C, D as E};"), ("c", "")]),
            [""; 0]
        );
        assert_eq!(
            circles(&[("a", "use crate::{b::B, c};"), ("b", "fn f() { super::a::g() }"), ("c", "")]),
            ["a b"]
        );
        assert_eq!(
            circles(&[
                ("a", "m! { $crate::b::B }"),
                ("b", "use crate::C;"),
                ("c", "use crate::a;"),
                ("", "pub use c::C;")
            ]),
            ["a b c"]
        );
        assert_eq!(circles(&[("a", "mod b; use b::B;"), ("a/b", "use super::A;")]), [""; 0]);
        assert_eq!(
            circles(&[("a", "use crate::b::B;"), ("b", "#[cfg(test)] mod tests { use crate::a::A; }")]),
            [""; 0]
        );
        assert_eq!(
            circles(&[("a", "use crate::b::B;"), ("b", "#[cfg(test)] use x::Y; use crate::a::A;")]),
            ["a b"]
        );
    }
}

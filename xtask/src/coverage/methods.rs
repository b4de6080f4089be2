//! Methods of the client, as its sources define and its documents name them.

use std::collections::BTreeMap;

/// A method that sends a request.
#[derive(Debug, PartialEq)]
pub(super) struct Method {
    name: Name,
    /// Its signature and body.
    code: String,
}

/// How documents name a method.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// By all handles on the way to it: `conversations().messages().list(`.
    Path(String),
    /// By its type, and itself if it is public.
    Member(String, Option<String>),
}

impl Method {
    /// Whether it deals with a type of requests.
    pub(super) fn is_of(&self, request: &str) -> bool {
        super::has_word(&self.code, request)
    }

    pub(super) fn is_in(&self, page: &Page) -> bool {
        let has = |text: &str| page.0.match_indices(text).map(|(at, _)| &page.0[..at]).any(begins);
        match &self.name {
            Name::Path(path) => has(path),
            Name::Member(owner, method) => {
                let is_called =
                    |method: &String| page.0.contains(&format!(".{method}(")) || has(&format!("{method}("));
                super::has_word(&page.0, owner) && method.as_ref().is_none_or(is_called)
            }
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.name {
            Name::Path(path) => format!("{path}…)"),
            Name::Member(owner, Some(method)) => format!("{owner}::{method}"),
            Name::Member(owner, None) => owner.clone(),
        }
    }
}

/// Whether a path of handles may begin after this text: it must not be the end of a longer one.
fn begins(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ')'))
}

/// A page of the guide, without what rustfmt may change in its code.
pub(super) struct Page(String);

impl Page {
    pub(super) fn new(text: &str) -> Self {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        Self(text.replace("client.", " "))
    }
}

/// Methods of handles; `code` holds no comments.
pub(super) fn of_handles(code: &str) -> Vec<Method> {
    let mut parents = BTreeMap::new();
    for line in code.lines() {
        if let Some((handle, rest)) = line.trim().split_once(", by ")
            && let Some(parent) = rest.split_once("::")
        {
            parents.insert(handle, parent);
        }
    }
    let members = members(code).into_iter().filter(|member| member.is_public);
    members
        .filter_map(|member| {
            let path = path(&parents, member.owner)?;
            Some(Method { name: Name::Path(format!("{path}{}(", member.name)), code: member.code })
        })
        .collect()
}

/// All handles on the way to one: `conversations().messages().`.
fn path<'a>(parents: &BTreeMap<&'a str, (&'a str, &'a str)>, mut handle: &'a str) -> Option<String> {
    let mut path = String::new();
    while let Some((parent, method)) = parents.get(handle) {
        path.insert_str(0, &format!("{method}()."));
        handle = parent;
    }
    (handle == "Coze" && !path.is_empty()).then_some(path)
}

/// Methods of other types; `code` holds no comments.
pub(super) fn of_types(code: &str) -> Vec<Method> {
    let method = |member: Member<'_>| {
        let name = member.is_public.then(|| member.name.to_owned());
        Method { name: Name::Member(member.owner.to_owned(), name), code: member.code }
    };
    members(code).into_iter().map(method).collect()
}

struct Member<'a> {
    owner: &'a str,
    name: &'a str,
    is_public: bool,
    code: String,
}

/// Functions of blocks such as `impl Chats {`.
fn members(code: &str) -> Vec<Member<'_>> {
    let (mut members, mut owner) = (Vec::<Member<'_>>::new(), None);
    for line in code.lines() {
        if let Some(of) = line.strip_prefix("impl ").and_then(|line| line.strip_suffix(" {")) {
            owner = Some(of).filter(|of| of.chars().all(char::is_alphanumeric));
        } else if line == "}" {
            owner = None;
        }
        let Some(owner) = owner else { continue };
        let signature = line.strip_prefix("    ").unwrap_or_default();
        let (is_public, signature) = match signature.strip_prefix("pub ") {
            Some(signature) => (true, signature),
            None => (false, signature),
        };
        let signature = signature.strip_prefix("async ").unwrap_or(signature);
        if let Some(name) = signature.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next()) {
            members.push(Member { owner, name, is_public, code: String::new() });
        }
        if let Some(member) = members.last_mut().filter(|member| member.owner == owner) {
            member.code += line;
            member.code.push('\n');
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "handle! {\n    Bots, by Coze::bots\n}\n\nimpl Bots {\n    pub fn list(&self) -> Call<ListBots> {\n    }\n\
        \n    fn own(&self) -> Call<Hidden> {\n    }\n}\n\nhandle! {\n    Versions, by Bots::versions\n}\n\
        impl Versions {\n    pub async fn list<T>(\n        &self,\n    ) -> Call<ListVersions> {\n    }\n}\n";

    #[test]
    fn methods_are_found_with_their_handles() {
        let methods = of_handles(SOURCE);
        let of = |request: &str| {
            methods.iter().filter(|method| method.is_of(request)).map(Method::name).collect::<Vec<_>>()
        };
        assert_eq!(of("ListBots"), ["bots().list(…)"]);
        assert_eq!(of("ListVersions"), ["bots().versions().list(…)"]);
        assert!(of("Hidden").is_empty() && of("List").is_empty());
        let names: Vec<_> = of_types(SOURCE).iter().map(Method::name).collect();
        assert_eq!(names, ["Bots::list", "Bots", "Versions::list"]);
    }

    #[test]
    fn a_page_names_a_method_by_its_whole_path() {
        let [list, versions] = &of_handles(SOURCE)[..] else { panic!("two methods") };
        for (text, expected) in [
            ("let bots = client\n    .bots()\n    .list(request).await?;", (true, false)),
            ("| list | `bots().versions().list(…)` |", (false, true)),
            ("`connectors().bots().list(…)` and `my_bots().list(…)`", (false, false)),
            ("bots().list", (false, false)),
        ] {
            let page = Page::new(text);
            assert_eq!((list.is_in(&page), versions.is_in(&page)), expected, "{text}");
        }
        let app =
            Method { name: Name::Member("App".to_owned(), Some("start".to_owned())), code: String::new() };
        assert!(app.is_in(&Page::new("with `App`: app.start(&server)")));
        assert!(!app.is_in(&Page::new("with `App`")) && !app.is_in(&Page::new("app.start(&server)")));
    }
}

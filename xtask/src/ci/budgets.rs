//! Dependency budgets: size and content of the trees of the library crates.

use std::collections::BTreeSet;

use crate::metadata::{PLATFORM, tree};
use crate::shell::{Result, verdict};

struct Budget {
    package: &'static str,
    features: &'static [&'static str],
    /// Crates in the tree on Linux, the package itself included.
    at_most: usize,
    holds: Holds,
}

/// Allowed crates of a tree besides the members of the workspace.
enum Holds {
    /// Only these.
    Only(&'static [&'static str]),
    /// All except these.
    NoneOf(&'static [&'static [&'static str]]),
}

const RUNTIMES: &[&str] = &["tokio", "async-std", "smol", "async-io", "mio", "socket2"];
const CLIENTS: &[&str] = &["hyper", "hyper-util", "h2", "reqwest", "ureq", "isahc", "curl"];
const TLS: &[&str] =
    &["rustls", "hyper-rustls", "tokio-rustls", "ring", "aws-lc-rs", "native-tls", "openssl"];
const URLS: &[&str] = &["url", "idna"];

const BUDGETS: [Budget; 5] = [
    Budget {
        package: "coze-types",
        features: &["--all-features"],
        at_most: 22,
        holds: Holds::NoneOf(&[RUNTIMES, CLIENTS, TLS, URLS]),
    },
    Budget {
        package: "coze-sse",
        features: &["--all-features"],
        at_most: 6,
        holds: Holds::Only(&["bytes", "memchr", "simdutf8", "futures-core", "pin-project-lite"]),
    },
    Budget {
        package: "coze-transport",
        features: &["--no-default-features"],
        at_most: 20,
        holds: Holds::NoneOf(&[RUNTIMES, CLIENTS, TLS, URLS]),
    },
    Budget {
        package: "coze",
        features: &["--no-default-features"],
        at_most: 32,
        holds: Holds::NoneOf(&[CLIENTS, TLS, URLS]),
    },
    Budget {
        package: "coze",
        features: &["--no-default-features", "--features=hyper"],
        at_most: 48,
        holds: Holds::NoneOf(&[TLS, URLS]),
    },
];

pub(crate) fn check() -> Result {
    let mut problems = Vec::new();
    for budget in BUDGETS {
        let tree = tree(&[budget.package], budget.features, PLATFORM)?;
        let title = format!("{} {}", budget.package, budget.features.join(" "));
        println!("{title:<46} {:>3} of at most {} crates", tree.len(), budget.at_most);
        let names = tree.into_iter().map(|node| node.name).collect();
        problems.extend(budget.violations(&names).into_iter().map(|problem| format!("{title}: {problem}")));
    }
    verdict(problems)
}

impl Budget {
    fn violations(&self, tree: &BTreeSet<String>) -> Vec<String> {
        let mut problems = Vec::new();
        if tree.len() > self.at_most {
            problems.push(format!("{} crates, at most {} are allowed", tree.len(), self.at_most));
        }
        for name in tree.iter().filter(|name| *name != self.package) {
            let allowed = match self.holds {
                Holds::Only(list) => list.contains(&name.as_str()),
                Holds::NoneOf(lists) => !lists.iter().any(|list| list.contains(&name.as_str())),
            };
            if !allowed {
                problems.push(format!(
                    "depends on {name} (`cargo tree -p {} -i {name}` shows why)",
                    self.package
                ));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(at_most: usize, holds: Holds) -> Budget {
        Budget { package: "a", features: &[], at_most, holds }
    }

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_tree_within_its_budget_has_no_violations() {
        assert!(budget(2, Holds::Only(&["bytes"])).violations(&names(&["a", "bytes"])).is_empty());
        assert!(budget(2, Holds::NoneOf(&[RUNTIMES])).violations(&names(&["a", "bytes"])).is_empty());
    }

    #[test]
    fn a_crate_outside_the_list_is_named() {
        let problems = budget(9, Holds::Only(&["bytes"])).violations(&names(&["a", "bytes", "url"]));
        assert!(matches!(&problems[..], [problem] if problem.contains("depends on url")), "{problems:?}");
        let problems = budget(9, Holds::NoneOf(&[RUNTIMES, TLS])).violations(&names(&["a", "ring", "tokio"]));
        assert!(
            matches!(&problems[..], [ring, tokio] if ring.contains("ring") && tokio.contains("tokio")),
            "{problems:?}"
        );
    }

    #[test]
    fn names_are_compared_whole() {
        assert!(budget(9, Holds::NoneOf(&[RUNTIMES])).violations(&names(&["a", "tokio-stream"])).is_empty());
    }

    #[test]
    fn a_tree_over_its_size_is_a_violation() {
        let problems = budget(1, Holds::NoneOf(&[])).violations(&names(&["a", "bytes"]));
        assert_eq!(problems, ["2 crates, at most 1 are allowed"]);
    }
}

//! The official Java client: installed by Maven, compiled with the program that drives it.

use std::ffi::OsString;
use std::path::Path;

use super::clients::SOURCE;
use crate::shell::{Result, capture, command, root, run};

/// Requirements of the program in the path.
pub(super) const NEEDS: &str =
    "a JDK 11 and Maven; Debian has them in the packages default-jdk-headless and maven";

const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/// Options for a JVM that runs only for some seconds.
const BRIEFLY: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

pub(super) fn is_there() -> bool {
    let javac = capture(command("javac").arg("-version")).ok();
    let java = javac.as_deref().and_then(version);
    java.is_some_and(|version| version >= 11) && capture(command("mvn").arg("--version")).is_ok()
}

/// Parses `javac 17.0.15`.
fn version(text: &str) -> Option<u32> {
    let digits = text.trim().strip_prefix("javac ")?;
    digits.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

/// Copies the client and its dependencies to `folder`.
pub(super) fn install(folder: &Path) -> Result {
    let option = |name: &str, value: &Path| {
        let mut option = OsString::from(format!("-D{name}="));
        option.push(value);
        option
    };
    run(command("mvn")
        .args(["--batch-mode", "--quiet", "--file"])
        .arg(Path::new(SOURCE).join("java/pom.xml"))
        .arg(option("maven.repo.local", &folder.with_file_name("maven")))
        .arg(option("outputDirectory", &folder.join("lib")))
        .args(["-DincludeScope=runtime", COPY]))
}

/// Compiles the program, and returns the arguments of `java` to start it.
pub(super) fn compile(folder: &Path) -> Result<Vec<OsString>> {
    let classes = folder.join("classes");
    let libraries = folder.join("lib").join("*");
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(root().join(SOURCE).join("java"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "java") {
            sources.push(path);
        }
    }
    capture(command("javac").arg("-d").arg(&classes).arg("-cp").arg(&libraries).args(sources))?;

    let path = std::env::join_paths([classes, libraries])?;
    let mut arguments = BRIEFLY.map(OsString::from).to_vec();
    arguments.extend(["-cp".into(), path, "Conformance".into()]);
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in [
            ("javac 17.0.15\n", Some(17)),
            ("javac 25\n", Some(25)),
            ("javac 22-ea", Some(22)),
            ("javac 1.8.0_402", Some(1)),
            ("", None),
        ] {
            assert_eq!(version(text), expected, "{text:?}");
        }
    }
}

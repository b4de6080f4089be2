//! The rows of the matrix, as tests.
#![cfg(test)]

use faults::rows;

async fn hold(group: &str) {
    let group = rows::all().into_iter().find(|one| one.name == group).unwrap();
    let verdicts = rows::run(group.rows).await;
    assert!(!verdicts.is_empty());
    let failed: Vec<_> = verdicts
        .into_iter()
        .filter_map(|verdict| Some(format!("{}: {}", verdict.name, verdict.result.err()?)))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

macro_rules! groups {
    ($($name:ident),+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            hold(stringify!($name)).await;
        }
    )+

        #[test]
        fn no_group_is_left_out() {
            let names: Vec<_> = rows::all().iter().map(|group| group.name).collect();
            assert_eq!(names, [$(stringify!($name)),+]);
        }
    };
}

groups!(connecting, kept, heads, http2, bodies, coded, streams, recovery, retries, dropped, busy, studio);

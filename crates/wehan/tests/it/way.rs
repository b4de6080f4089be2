//! The whole way: candidate, agent, workflow, B side, database.

use coze::RunWorkflow;
use serde::Deserialize;
use wehan::Job;
use wehan::server::demo_jobs;

use crate::support::{FETCH_JOBS, LONG, TOKEN, application, b_side, c_side};

#[tokio::test]
async fn a_candidate_asks_for_jobs_and_applies() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;

    let answer = c_side.ask("小明", "有哪些职位？").await.unwrap();
    for job in demo_jobs() {
        let (title, location) = (job.title.unwrap(), job.location.unwrap());
        assert!(answer.contains(&format!("{}: {title}, {location}", job.id)), "{answer}");
    }

    let answer = c_side.ask("小明", "申请 job-2").await.unwrap();
    let stored = server.applications().unwrap();
    assert_eq!(stored.len(), 1, "{answer}");
    assert!(answer.contains(stored[0].id.as_str()), "{answer}");
    assert_eq!(stored[0].user_id.as_ref().unwrap(), &"小明");
    assert_eq!(stored[0].job_id.as_ref().unwrap(), &"job-2");
    assert_eq!(stored[0].match_score, Some(87.5));
}

#[tokio::test]
async fn jobs_come_out_of_the_workflow_as_they_are() {
    #[derive(Deserialize)]
    struct Output {
        jobs: Vec<Job>,
        text: String,
    }
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    let run = c_side.coze.workflows().run(RunWorkflow::new(FETCH_JOBS)).await.unwrap();
    assert!(run.debug_url.is_some());
    let output: Output = run.output().unwrap();
    assert_eq!(output.jobs, demo_jobs());
    assert_eq!(output.text.lines().count(), 3, "{}", output.text);
}

#[tokio::test]
async fn no_user_id_breaks_or_extends_the_json_of_the_request() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    let names = [
        r#"a"b"#,
        r#"a\"b\\"#,
        "\\",
        r#"x", "matchScore": 0, "y": ""#,
        r#"x"}, {"userId": "y"#,
        "第一行\n第二行\r\n\t「引号」“”'",
        "{{job_id}} {{constants.b_token}}",
        "{user_id} ${b_token} %s",
        "\u{1}\u{7f}\u{2028}\u{feff}🧑‍💻",
        " ",
    ];
    for name in names {
        let stored = c_side.submit(&application(name)).await.unwrap();
        assert_eq!(stored.user_id.unwrap(), name);
    }
    let stored = server.applications().unwrap();
    assert_eq!(stored.len(), names.len());
    for (row, name) in stored.iter().zip(names) {
        assert_eq!(row.user_id.as_ref().unwrap(), &name);
        assert_eq!(row.job_id.as_ref().unwrap(), &"job-1");
        assert_eq!(row.interview_id.as_ref().unwrap(), &"interview-1");
        assert_eq!(row.match_score, Some(87.5));
    }
}

#[tokio::test]
async fn a_score_that_is_none_is_refused_before_the_b_side_or_by_it() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    for score in [r#"1, "admin": true"#, "high", "[1]"] {
        let run = crate::support::submission(&application("u")).parameter("match_score", score);
        let error = c_side.coze.workflows().run(run).await.unwrap_err();
        assert!(error.to_string().contains("match_score"), "{error}");
    }
    assert_eq!(server.requests(), 0);
    let run = crate::support::submission(&application("u")).parameter("match_score", 100.5);
    let error = c_side.coze.workflows().run(run).await.unwrap_err();
    assert!(error.to_string().contains("`matchScore` is 100.5"), "{error}");
    assert!(server.applications().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_application_submitted_many_times_at_once_is_stored_once() {
    let server = b_side().start().await.unwrap();
    let c_side = std::sync::Arc::new(c_side(server.addr(), LONG).await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..24 {
        let c_side = std::sync::Arc::clone(&c_side);
        tasks.spawn(async move { c_side.submit(&application("小明")).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    let stored = server.applications().unwrap();
    assert_eq!(stored.len(), 1);
    assert!(answers.iter().all(|answer| *answer == stored[0]));
}

#[tokio::test]
async fn the_token_of_the_b_side_stays_there() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    let answer = c_side.ask("{{constants.b_token}}", "有哪些职位？").await.unwrap();
    let run = c_side.coze.workflows().run(RunWorkflow::new(FETCH_JOBS)).await.unwrap();
    let printed = format!("{answer} {run:?} {:?} {:?}", c_side.sim, c_side.sim.requests());
    assert!(!printed.contains(TOKEN), "{printed}");
}

//! Runs a workflow for many inputs, four at a time, and goes on after a failure: `cargo run -p coze --example workflow_batch`.

#[path = "setup/client.rs"]
mod setup;

use coze::RunWorkflow;
use futures_util::stream::{self, StreamExt};

#[derive(serde::Deserialize)]
struct Trip {
    city: String,
    days: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    let cities = ["杭州", "苏州", "北京", "上海", "成都", "西安", "广州", "厦门"];

    // A call sends nothing before it is polled, so at most four requests are under way.
    let runs = cities.iter().zip(1..).map(|(city, days)| {
        let request = RunWorkflow::new(&*setup.workflow).parameter("city", *city).parameter("days", days);
        let run = setup.client.workflows().run(request);
        async move { (city, run.await) }
    });
    let mut runs = stream::iter(runs).buffer_unordered(4);

    let mut failed = 0;
    while let Some((city, run)) = runs.next().await {
        match run {
            Ok(run) => {
                let trip: Trip = run.output()?;
                println!("{}: {} days", trip.city, trip.days);
            }
            Err(error) => {
                failed += 1;
                eprintln!("{city}: {error}");
            }
        }
    }
    if failed > 0 { Err(format!("{failed} of {} runs failed", cities.len()).into()) } else { Ok(()) }
}

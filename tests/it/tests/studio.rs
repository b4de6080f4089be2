//! What self-hosted Coze Studio does otherwise than the hosted service: the same client takes it all, and needs no
//! switch for it.

mod answer;
mod stream;

use coze_sim::Dialect;
use serde_json::{Value, json};

use crate::served::{Served, serve_script};

/// A server with one bot, of the given rules.
async fn with_rules(rules: Value) -> Served {
    serve_script(Dialect::Studio, &json!({"bots": [{"id": "1", "rules": rules}]})).await
}

/// A server with one bot that does the given steps, put on the wire in the given way.
async fn with_steps(steps: Value, wire: Value) -> Served {
    with_rules(json!([{"reply": {"steps": steps}, "wire": wire}])).await
}

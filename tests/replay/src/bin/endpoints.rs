//! Lists all endpoints that have a type: method, path template and name, with tabs between them.

use std::fmt::Debug;

use coze_types::{Endpoint, EndpointVisitor, visit_endpoints};
use serde::de::DeserializeOwned;

struct List;

impl EndpointVisitor for List {
    type Output = ();

    fn visit<E: Endpoint + DeserializeOwned + Debug + 'static>(&mut self, name: &'static str) -> Option<()> {
        println!("{}\t{}\t{name}", E::METHOD, E::PATH);
        None
    }
}

fn main() {
    visit_endpoints(&mut List);
}

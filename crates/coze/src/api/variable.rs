//! Variables of users.

use coze_types::variable::{RetrieveVariables, UpdateVariables};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Variables of users: what an agent or an app remembers of each of them.
    Variables, by Coze::variables
}

impl Variables {
    /// Reads the values of variables: see [`RetrieveVariables`].
    pub fn retrieve(&self, request: RetrieveVariables) -> Call<RetrieveVariables> {
        self.client.send(request)
    }

    /// Sets variables: see [`UpdateVariables`].
    pub fn update(&self, request: UpdateVariables) -> Call<UpdateVariables> {
        self.client.send(request)
    }
}

//! Variables of users.

use coze_types::variable::{RetrieveVariables, UpdateVariables};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Variables of users: what an agent or an app stores about each of them.
    Variables, by Coze::variables
}

impl Variables {
    /// Retrieves the values of variables: see [`RetrieveVariables`].
    ///
    /// Awaiting the call returns [`VariableValues`](crate::variable::VariableValues).
    pub fn retrieve(&self, request: RetrieveVariables) -> Call<RetrieveVariables> {
        self.client.send(request)
    }

    /// Sets variables: see [`UpdateVariables`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateVariables) -> Call<UpdateVariables> {
        self.client.send(request)
    }
}

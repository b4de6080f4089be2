//! Users.

use coze_types::user::RetrieveMe;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Users of Coze.
    Users, by Coze::users
}

impl Users {
    /// Retrieves the user of the token: see [`RetrieveMe`].
    ///
    /// Awaiting the call returns [`User`](crate::user::User).
    pub fn me(&self) -> Call<RetrieveMe> {
        self.client.send(RetrieveMe::new())
    }
}

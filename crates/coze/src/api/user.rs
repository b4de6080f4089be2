//! Users.

use coze_types::user::RetrieveMe;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Users of Coze.
    Users, by Coze::users
}

impl Users {
    /// Says whose the token is: see [`RetrieveMe`].
    pub fn me(&self) -> Call<RetrieveMe> {
        self.client.send(RetrieveMe::new())
    }
}

//! Users.

use coze_types::user::GetMe;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Users of Coze.
    Users, by Coze::users
}

impl Users {
    /// Says whose the token is: see [`GetMe`].
    pub fn me(&self) -> Call<GetMe> {
        self.client.send(GetMe::new())
    }
}

//! Users.

use coze_types::user::GetMe;

use crate::call::Call;
use crate::client::Coze;

impl Coze {
    /// Users of Coze.
    pub fn users(&self) -> Users<'_> {
        Users { client: self }
    }
}

/// Users of Coze.
#[derive(Clone, Copy, Debug)]
pub struct Users<'c> {
    client: &'c Coze,
}

impl<'c> Users<'c> {
    /// Says whose the token is: see [`GetMe`].
    pub fn me(self) -> Call<'c, GetMe> {
        self.client.send(GetMe::new())
    }
}

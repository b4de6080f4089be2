//! Agents (bots).

use coze_types::BotId;
use coze_types::bot::{GetBot, GetOnlineBot};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Agents (bots).
    Bots, by Coze::bots
}

impl Bots {
    /// Reads the configuration of an agent: see [`GetBot`].
    ///
    /// The published version; for the draft, send a [`GetBot`] with `is_published(false)`.
    pub fn retrieve(&self, bot_id: impl Into<BotId>) -> Call<GetBot> {
        self.client.send(GetBot::new(bot_id))
    }

    /// Reads the configuration of a published agent by the older endpoint: see [`GetOnlineBot`].
    pub fn retrieve_online(&self, bot_id: impl Into<BotId>) -> Call<GetOnlineBot> {
        self.client.send(GetOnlineBot::new(bot_id))
    }
}

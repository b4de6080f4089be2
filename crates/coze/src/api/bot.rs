//! Agents (bots).

use coze_types::BotId;
use coze_types::bot::{RetrieveBot, RetrieveOnlineBot};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Agents (bots).
    Bots, by Coze::bots
}

impl Bots {
    /// Reads the configuration of an agent: see [`RetrieveBot`].
    ///
    /// The published version; for the draft, send a [`RetrieveBot`] with `is_published(false)`.
    pub fn retrieve(&self, bot_id: impl Into<BotId>) -> Call<RetrieveBot> {
        self.client.send(RetrieveBot::new(bot_id))
    }

    /// Reads the configuration of a published agent by the older endpoint: see [`RetrieveOnlineBot`].
    pub fn retrieve_online(&self, bot_id: impl Into<BotId>) -> Call<RetrieveOnlineBot> {
        self.client.send(RetrieveOnlineBot::new(bot_id))
    }
}

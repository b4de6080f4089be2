//! Agents (bots).

use coze_types::bot::{
    CollaborationMode, CreateBot, CreateBotCollaborator, DeleteBotCollaborator, ListBotVersions, ListBots,
    ListPublishedBots, PublishBot, RetrieveBot, RetrieveOnlineBot, UnpublishBot, UpdateBot,
    UpdateBotCollaborationMode,
};
use coze_types::{BotId, CozeUserId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Agents (bots).
    Bots, by Coze::bots
}

impl Bots {
    /// Creates an agent as a draft: see [`CreateBot`].
    ///
    /// Awaiting the call returns [`Bot`](crate::bot::Bot).
    pub fn create(&self, request: CreateBot) -> Call<CreateBot> {
        self.client.send(request)
    }

    /// Changes the draft of an agent: see [`UpdateBot`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateBot) -> Call<UpdateBot> {
        self.client.send(request)
    }

    /// Publishes the draft of an agent: see [`PublishBot`].
    ///
    /// Awaiting the call returns [`Bot`](crate::bot::Bot).
    pub fn publish(&self, request: PublishBot) -> Call<PublishBot> {
        self.client.send(request)
    }

    /// Unpublishes an agent from a channel: see [`UnpublishBot`].
    ///
    /// Awaiting the call returns nothing.
    pub fn unpublish(&self, request: UnpublishBot) -> Call<UnpublishBot> {
        self.client.send(request)
    }

    /// Retrieves the configuration of an agent: see [`RetrieveBot`].
    ///
    /// The published version; for the draft, send a [`RetrieveBot`] with `is_published(false)`.
    ///
    /// Awaiting the call returns [`Bot`](crate::bot::Bot).
    #[doc(alias = "retrieveNew")]
    pub fn retrieve(&self, bot_id: impl Into<BotId>) -> Call<RetrieveBot> {
        self.client.send(RetrieveBot::new(bot_id))
    }

    /// Retrieves the configuration of a published agent by the older endpoint: see [`RetrieveOnlineBot`].
    ///
    /// Awaiting the call returns [`Bot`](crate::bot::Bot).
    pub fn retrieve_online(&self, bot_id: impl Into<BotId>) -> Call<RetrieveOnlineBot> {
        self.client.send(RetrieveOnlineBot::new(bot_id))
    }

    /// Lists the agents of a workspace: see [`ListBots`].
    ///
    /// Awaiting the call returns one page, [`BotPage`](crate::bot::BotPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    #[doc(alias = "listNew")]
    pub fn list(&self, request: ListBots) -> Call<ListBots> {
        self.client.send(request)
    }

    /// Lists the agents that are published to the API by the older endpoint: see [`ListPublishedBots`].
    ///
    /// Awaiting the call returns one page, [`PublishedBotPage`](crate::bot::PublishedBotPage); [`pages`](Call::pages)
    /// and [`items`](Call::items) read the whole list.
    pub fn list_published(&self, request: ListPublishedBots) -> Call<ListPublishedBots> {
        self.client.send(request)
    }
}

handle! {
    /// Versions of agents.
    BotVersions, by Bots::versions
}

impl BotVersions {
    /// Lists the versions of an agent: see [`ListBotVersions`].
    ///
    /// Awaiting the call returns one page, [`BotVersionPage`](crate::bot::BotVersionPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListBotVersions) -> Call<ListBotVersions> {
        self.client.send(request)
    }
}

handle! {
    /// Collaborators, who can edit agents besides their owners.
    BotCollaborators, by Bots::collaborators
}

impl BotCollaborators {
    /// Adds a collaborator to an agent: see [`CreateBotCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(
        &self,
        bot_id: impl Into<BotId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<CreateBotCollaborator> {
        self.client.send(CreateBotCollaborator::new(bot_id, user_id))
    }

    /// Deletes a collaborator of an agent: see [`DeleteBotCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        bot_id: impl Into<BotId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteBotCollaborator> {
        self.client.send(DeleteBotCollaborator::new(bot_id, user_id))
    }
}

handle! {
    /// Collaboration modes: whether one user or several can edit an agent.
    BotCollaborationModes, by Bots::collaboration_modes
}

impl BotCollaborationModes {
    /// Switches the mode of an agent: see [`UpdateBotCollaborationMode`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(
        &self,
        bot_id: impl Into<BotId>,
        mode: impl Into<CollaborationMode>,
    ) -> Call<UpdateBotCollaborationMode> {
        self.client.send(UpdateBotCollaborationMode::new(bot_id, mode))
    }
}

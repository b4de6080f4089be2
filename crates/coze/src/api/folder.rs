//! Folders of workspaces.

use coze_types::FolderId;
use coze_types::folder::{ListFolders, RetrieveFolder};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Folders of workspaces, which hold agents and apps.
    Folders, by Coze::folders
}

impl Folders {
    /// Lists the folders right below a folder, or at the top of a workspace: see [`ListFolders`].
    ///
    /// Awaiting the call returns one page, [`FolderPage`](crate::folder::FolderPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListFolders) -> Call<ListFolders> {
        self.client.send(request)
    }

    /// Retrieves a folder: see [`RetrieveFolder`].
    ///
    /// Awaiting the call returns [`Folder`](crate::folder::Folder).
    pub fn retrieve(&self, folder_id: impl Into<FolderId>) -> Call<RetrieveFolder> {
        self.client.send(RetrieveFolder::new(folder_id))
    }
}

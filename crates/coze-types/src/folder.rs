//! Folders of workspaces, which hold agents and apps.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::model::id::{CozeUserId, FolderId, WorkspaceId};

answer! {
    /// A folder.
    ///
    /// See <https://docs.coze.cn/developer_guides/workspace_read_folder>.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Folder {
        /// Id.
        id: FolderId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// What it holds.
        folder_type: Option<FolderType>,
        /// Workspace.
        workspace_id: Option<WorkspaceId>,
        /// Folders directly below it; in lists only.
        children_count: Option<i64>,
        /// Account that created it.
        creator_user_id: Option<CozeUserId>,
        /// Folder that holds it; unset for one at the top of the workspace.
        parent_folder_id: Option<FolderId>,
    }
}

open_enum! {
    /// What a folder holds.
    pub enum FolderType {
        /// Agents and apps.
        Development = "development",
        /// Resources, such as plugins and workflows. Not on the official page; the Python and Go SDKs know it.
        Library = "library",
    }
}

/// Lists the folders directly below a folder, or at the top of a workspace. Needs the permission `listFolder`.
///
/// See <https://docs.coze.cn/developer_guides/workspace_list_folder>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListFolders {
    /// Workspace.
    pub workspace_id: WorkspaceId,
    /// What the folders contain; the page allows [`FolderType::Development`] only.
    pub folder_type: FolderType,
    /// Folder that holds them; unset or `0` for the top of the workspace.
    pub parent_folder_id: Option<FolderId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Folders on a page: 1 to 50, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListFolders: GET "/v1/folders" ?workspace_id ?folder_type ?parent_folder_id ?page_num ?page_size, validate => Data<FolderPage>);

setters!(ListFolders { parent_folder_id: FolderId });
setters!(ListFolders = { page_num: u32, page_size: u32 });

impl ListFolders {
    /// Lists the folders of agents and apps at the top of a workspace from the first page on.
    pub fn new(workspace_id: impl Into<WorkspaceId>) -> Self {
        Self {
            workspace_id: workspace_id.into(),
            folder_type: FolderType::Development,
            parent_folder_id: None,
            page_num: 1,
            page_size: 20,
        }
    }

    /// Sets [`folder_type`](Self#structfield.folder_type).
    #[must_use]
    pub fn folder_type(mut self, folder_type: impl Into<FolderType>) -> Self {
        self.folder_type = folder_type.into();
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 50);
        if self.folder_type != FolderType::Development {
            let rule = format!("is {}; development alone is allowed", self.folder_type);
            errors.push(ValidationError::limit("folder_type", rule));
        }
        errors
    }
}

impl Paged for ListFolders {
    type Item = Folder;

    fn page(answer: FolderPage) -> Page<Folder> {
        let page = Page::new(answer.items).total(answer.total_count);
        match answer.has_more {
            Some(has_more) => page.has_more(has_more),
            None => page,
        }
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &Folder) -> Option<&str> {
        Some(item.id.as_str())
    }
}

answer! {
    /// A page of folders.
    pub struct FolderPage {
        /// Folders.
        items: Vec<Folder>,
        /// Whether more pages follow.
        has_more: Option<bool>,
        /// Folders on all pages.
        total_count: Option<i64>,
    }
}

/// Reads one folder. Needs the permission `readFolder`.
///
/// See <https://docs.coze.cn/developer_guides/workspace_read_folder>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveFolder {
    /// Folder.
    pub folder_id: FolderId,
}

endpoint!(RetrieveFolder: GET "/v1/folders/{folder_id}" (folder_id) => Data<Folder>);

builder!(RetrieveFolder(folder_id: FolderId));

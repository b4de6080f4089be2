//! Folders, which users create only on the web: some exist to be listed.

use axum::routing::get;
use serde_json::{Value, json};

use crate::http::{Call, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal, WORKSPACE};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/folders", get(list)).official("/v1/folders/{folder_id}", get(retrieve))
}

fields! {
    struct ListFolders {
        workspace_id: Id,
        folder_type: String => OneOf(&["development"]),
        parent_folder_id: Option<Id>,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 50),
    }
}

struct Folder {
    id: Id,
    parent: Option<Id>,
    name: &'static str,
    description: &'static str,
}

const ROOT: Id = Id::new(7_400_000_000_000_000_201);

/// All folders; they belong to the built-in workspace.
const FOLDERS: [Folder; 3] = [
    Folder { id: ROOT, parent: None, name: "Agents", description: "Agents of the team" },
    Folder { id: Id::new(7_400_000_000_000_000_202), parent: Some(ROOT), name: "Drafts", description: "" },
    Folder { id: Id::new(7_400_000_000_000_000_203), parent: None, name: "项目文件夹", description: "" },
];

impl Folder {
    fn show(&self, call: &Call) -> Value {
        let mut folder = json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "folder_type": "development",
            "workspace_id": WORKSPACE,
            "creator_user_id": call.sim.owner(),
        });
        if let Some(parent) = self.parent {
            folder["parent_folder_id"] = json!(parent);
        }
        folder
    }
}

async fn list(Query(query): Query<ListFolders>, call: Call) -> Reply {
    // Both denote the root of the workspace.
    let parent = query.parent_folder_id.filter(|id| *id != Id::new(0));
    let found = FOLDERS.iter().filter(|folder| query.workspace_id == WORKSPACE && folder.parent == parent);
    let found: Vec<Value> = found
        .map(|folder| {
            let mut shown = folder.show(&call);
            shown["children_count"] =
                json!(FOLDERS.iter().filter(|child| child.parent == Some(folder.id)).count());
            shown
        })
        .collect();
    let total = found.len();
    let size = query.page_size.unwrap_or(20);
    let (items, has_more) = page(found, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "has_more": has_more, "total_count": total})).into())
}

async fn retrieve(call: Call) -> Reply {
    let id = call.path_id("folder_id")?;
    let folder = FOLDERS.iter().find(|folder| folder.id == id);
    let folder = folder.ok_or_else(|| Refusal::invalid("folder_id", format!("there is no folder {id}")))?;
    Ok(Payload::Data(folder.show(&call)).into())
}

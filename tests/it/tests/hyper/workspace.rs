//! Workspaces, enterprises and organizations, over real sockets.

use coze::bot::{CreateBot, UpdateBot};
use coze::enterprise::{CreateOrganization, EnterpriseRole, ListOrganizations};
use coze::organization::{ListOrganizationMembers, OrganizationRole, UpdateOrganization};
use coze::types::OrganizationId;
use coze::workspace::{
    CreateWorkspace, CreateWorkspaceMembers, ListWorkspaceMembers, ListWorkspaces, NewWorkspaceMember,
    UpdateWorkspace, WorkspaceRole,
};
use coze::{BotId, Coze, WorkspaceId};
use coze_sim::Sim;

use crate::served::{builder, patiently};

/// The one enterprise, and some users of Coze.
const ENTERPRISE: &str = "7400000000000000701";
const USERS: [&str; 3] = ["7400000000000000611", "7400000000000000612", "7400000000000000613"];

/// Clients of the users of two tokens, and their ids.
async fn two_users() -> (Sim, [Coze; 2], [String; 2]) {
    let sim = Sim::builder().token("pat_sim").token("pat_other").start().await.unwrap();
    let clients = ["pat_sim", "pat_other"].map(|token| builder(&sim).token(token).build().unwrap());
    let [first, second] = &clients;
    let ids = [first, second].map(|client| client.users().me());
    let [first, second] = ids;
    let ids = [first.await.unwrap().user_id, second.await.unwrap().user_id].map(|id| id.to_string());
    (sim, clients, ids)
}

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, coze::Error>) -> i64 {
    result.unwrap_err().api().unwrap().code.to_string().parse().unwrap()
}

fn members(workspace: &WorkspaceId, users: &[&str]) -> CreateWorkspaceMembers {
    CreateWorkspaceMembers::new(workspace, users.iter().map(|id| NewWorkspaceMember::new(*id, "member")))
}

async fn listed(client: &Coze, request: ListWorkspaces) -> Vec<Option<String>> {
    let all = client.workspaces().list(request).items().collect().await.unwrap();
    all.into_iter().map(|workspace| workspace.name).collect()
}

#[tokio::test]
async fn a_workspace_of_a_personal_account_invites_users() {
    patiently(async {
        let (_sim, [client, other], [me, _]) = two_users().await;
        let workspaces = client.workspaces();
        let created = workspaces.create(CreateWorkspace::new("before", "")).await.unwrap();
        workspaces.update(UpdateWorkspace::new(&created.id).name("after").description("")).await.unwrap();
        let names = listed(&client, ListWorkspaces::new().page_size(1)).await;
        assert_eq!(names, [Some("Demo workspace".to_owned()), Some("after".to_owned())]);
        let all = workspaces.list(ListWorkspaces::new()).await.unwrap();
        assert_eq!(all.total_count, Some(2));
        assert_eq!(all.workspaces[1].role_type, Some(WorkspaceRole::Owner));
        assert_eq!(all.workspaces[1].owner_uid.as_ref().unwrap(), me.as_str());
        assert!(listed(&client, ListWorkspaces::of_enterprise(ENTERPRISE)).await.is_empty());

        let added = workspaces.members().create(members(&created.id, &[USERS[0], &me, "1"])).await.unwrap();
        assert_eq!(added.invited_success_user_ids, [USERS[0]]);
        assert_eq!(added.already_joined_user_ids, [me.as_str()]);
        assert_eq!(added.not_exist_user_ids, ["1"]);
        let again = workspaces.members().create(members(&created.id, &[USERS[0]])).await.unwrap();
        assert_eq!(again.already_invited_user_ids, [USERS[0]]);
        let page = workspaces.members().list(ListWorkspaceMembers::new(&created.id)).await.unwrap();
        assert_eq!((page.total_count, page.items[0].user_id.as_str()), (Some(1), me.as_str()));

        // Others see and change nothing.
        assert_eq!(listed(&other, ListWorkspaces::new()).await, [Some("Demo workspace".to_owned())]);
        let mine = ListWorkspaces::of_user(&me, me.as_str());
        assert_eq!(
            listed(&client, mine.clone()).await,
            [Some("Demo workspace".to_owned()), Some("after".to_owned())]
        );
        assert_eq!(code(other.workspaces().list(mine).await), 4101);
        assert_eq!(code(other.workspaces().update(UpdateWorkspace::new(&created.id)).await), 4101);
        assert_eq!(code(other.workspaces().members().delete(&created.id, [&me]).await), 4101);
        let unknown = ListWorkspaceMembers::new("7316121948439879010");
        assert_eq!(code(workspaces.members().list(unknown).await), 4000);
        assert_eq!(code(workspaces.create(CreateWorkspace::new("x", "").icon_file_id("7")).await), 4000);
        let png = coze::file::UploadFile::new("icon.png", b"\x89PNG\r\n\x1a\n".as_slice());
        let theirs = other.files().upload(png).await.unwrap().id;
        let request = || CreateWorkspace::new("x", "").icon_file_id(&theirs);
        assert_eq!(code(workspaces.create(request()).await), 4000);
        other.workspaces().create(request()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_workspace_of_an_organization_has_employees_as_members() {
    patiently(async {
        let (_sim, [client, _], [me, _]) = two_users().await;
        let organizations = client.enterprises().organizations();
        let organization = organizations.list(ListOrganizations::new(ENTERPRISE)).await.unwrap();
        let account = organization.items[0].organization_id.to_string();
        let request = CreateWorkspace::new("team", "of an organization").coze_account_id(account.as_str());
        let team = client.workspaces().create(request).await.unwrap().id;
        assert_eq!(
            listed(&client, ListWorkspaces::of_enterprise(ENTERPRISE)).await,
            [Some("team".to_owned())]
        );
        assert_eq!(listed(&client, ListWorkspaces::of_user(&me, account)).await, [Some("team".to_owned())]);

        let handle = client.workspaces().members();
        assert_eq!(code(handle.create(members(&team, &USERS[..1])).await), 702_042_162);
        client.enterprises().members().create(ENTERPRISE, USERS[0], EnterpriseRole::Member).await.unwrap();
        let added = handle.create(members(&team, &USERS[..1])).await.unwrap();
        assert_eq!(added.added_success_user_ids, [USERS[0]]);
        let deleted = handle.delete(&team, [USERS[0], USERS[1], &me]).await.unwrap();
        assert_eq!(deleted.removed_success_user_ids, [USERS[0]]);
        assert_eq!(deleted.not_in_workspace_user_ids, [USERS[1]]);
        assert_eq!(deleted.owner_not_support_remove_user_ids, [me.as_str()]);
        assert_eq!(handle.list(ListWorkspaceMembers::new(&team)).await.unwrap().total_count, Some(1));
    })
    .await;
}

#[tokio::test]
async fn employees_join_organizations_and_leave_them_before_the_enterprise() {
    patiently(async {
        let (_sim, [client, other], [me, _]) = two_users().await;
        let (employees, organizations) =
            (client.enterprises().members(), client.enterprises().organizations());
        let create = || CreateOrganization::new(ENTERPRISE, "研发部", USERS[0]);
        assert_eq!(code(organizations.create(create()).await), 4000);
        employees.create(ENTERPRISE, USERS[0], EnterpriseRole::Member).await.unwrap();
        employees.update(ENTERPRISE, USERS[0], EnterpriseRole::Admin).await.unwrap();
        assert_eq!(code(employees.update(ENTERPRISE, USERS[1], EnterpriseRole::Admin).await), 4000);
        assert_eq!(code(employees.create("7", USERS[1], EnterpriseRole::Member).await), 4000);
        assert_eq!(
            code(other.enterprises().members().create(ENTERPRISE, USERS[1], EnterpriseRole::Member).await),
            4101
        );

        let mine = CreateOrganization::new(ENTERPRISE, "研发部", &me).description("内部使用");
        let id: OrganizationId = organizations.create(mine).await.unwrap().organization_id;
        let people = client.organizations().members();
        assert_eq!(code(people.create(&id, USERS[1], OrganizationRole::Member).await), 4000);
        people.create(&id, USERS[0], OrganizationRole::Member).await.unwrap();
        people.update(&id, USERS[0], OrganizationRole::Admin).await.unwrap();
        client.organizations().update(UpdateOrganization::new(&id).name("新研发部")).await.unwrap();
        let all = organizations.list(ListOrganizations::new(ENTERPRISE).page_size(1)).items();
        let all = all.collect().await.unwrap();
        assert_eq!(
            all.iter().map(|one| one.is_default_organization.unwrap()).collect::<Vec<_>>(),
            [true, false]
        );
        assert_eq!(all[1].organization_name.as_deref(), Some("新研发部"));
        let listed = people.list(ListOrganizationMembers::new(&id)).items().collect().await.unwrap();
        let found = listed.iter().find(|member| member.user_id == USERS[0]).unwrap();
        assert_eq!(found.organization_role_type, Some(OrganizationRole::Admin));

        assert_eq!(code(employees.delete(ENTERPRISE, USERS[0], &me).await), 4000);
        assert_eq!(code(people.delete(&id, &me, USERS[0]).await), 777_074_044);
        assert_eq!(code(people.delete(&id, USERS[0], USERS[0]).await), 4000);
        people.delete(&id, USERS[0], &me).await.unwrap();
        employees.delete(ENTERPRISE, USERS[0], &me).await.unwrap();
        assert_eq!(code(employees.delete(ENTERPRISE, USERS[0], &me).await), 4000);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_has_room_for_fifty() {
    patiently(async {
        let (_sim, [client, _], _) = two_users().await;
        let id = client.workspaces().create(CreateWorkspace::new("w", "")).await.unwrap().id;
        let invite = async |first: u64, count: u64| {
            let users = (first..first + count).map(|id| NewWorkspaceMember::new(id, "member"));
            client.workspaces().members().create(CreateWorkspaceMembers::new(&id, users)).await
        };
        // The owner is one of them, and who does not exist takes no room.
        for first in [7_500_000_000_000_000_000, 7_500_000_000_000_000_020, 1] {
            invite(first, 20).await.unwrap();
        }
        assert_eq!(code(invite(7_500_000_000_000_000_040, 10).await), 702_042_018);
        assert_eq!(invite(7_500_000_000_000_000_030, 19).await.unwrap().invited_success_user_ids.len(), 9);
        let again = invite(7_500_000_000_000_000_000, 20).await.unwrap();
        assert_eq!(again.already_invited_user_ids.len(), 20);
    })
    .await;
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    patiently(async {
        let (_sim, [client, _], [me, _]) = two_users().await;
        let employees = client.enterprises().members();
        assert_eq!(code(employees.update(ENTERPRISE, &me, EnterpriseRole::Member).await), 4000);
        assert_eq!(code(employees.create(ENTERPRISE, &me, EnterpriseRole::Member).await), 4000);
        employees.create(ENTERPRISE, USERS[0], EnterpriseRole::Admin).await.unwrap();

        let mine = CreateOrganization::new(ENTERPRISE, "研发部", &me);
        let id = client.enterprises().organizations().create(mine).await.unwrap().organization_id;
        let people = client.organizations().members();
        assert_eq!(code(people.create(&id, &me, OrganizationRole::Member).await), 777_074_044);
        assert_eq!(code(people.update(&id, &me, OrganizationRole::Admin).await), 777_074_044);
        people.create(&id, USERS[0], OrganizationRole::SuperAdmin).await.unwrap();
        people.create(&id, &me, OrganizationRole::Admin).await.unwrap();
        people.delete(&id, &me, USERS[0]).await.unwrap();

        // The only super administrator of the default organization cannot leave with the enterprise.
        assert_eq!(code(employees.delete(ENTERPRISE, &me, USERS[0]).await), 777_074_044);
        employees.update(ENTERPRISE, &me, EnterpriseRole::Member).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_leaves_a_workspace_leaves_its_agents() {
    patiently(async {
        let (_sim, [client, other], [me, user]) = two_users().await;
        let organizations = client.enterprises().organizations();
        let account = organizations.list(ListOrganizations::new(ENTERPRISE)).await.unwrap().items.remove(0);
        let account = account.organization_id.to_string();
        let team = CreateWorkspace::new("team", "").coze_account_id(account.as_str());
        let team = client.workspaces().create(team).await.unwrap().id;
        let mine = client.bots().create(CreateBot::new(&team, "mine")).await.unwrap().bot_id;
        client.bots().collaboration_modes().update(&mine, "collaboration").await.unwrap();
        // Only members of the workspace can edit its agents.
        assert_eq!(code(client.bots().collaborators().create(&mine, &user).await), 4000);

        let employees = client.enterprises().members();
        let join = async || {
            employees.create(ENTERPRISE, &user, EnterpriseRole::Member).await.unwrap();
            client.workspaces().members().create(members(&team, &[&user])).await.unwrap();
            client.bots().collaborators().create(&mine, &user).await.unwrap();
            other.bots().update(UpdateBot::new(&mine).name("ours")).await.unwrap();
            other.bots().create(CreateBot::new(&team, "theirs")).await.unwrap().bot_id
        };
        let left = async |theirs: &BotId| {
            assert_eq!(code(other.bots().update(UpdateBot::new(&mine).name("no")).await), 4101);
            assert_eq!(code(other.bots().update(UpdateBot::new(theirs).name("no")).await), 4101);
            client.bots().update(UpdateBot::new(theirs).name("inherited")).await.unwrap();
            assert!(!listed(&other, ListWorkspaces::new()).await.contains(&Some("team".to_owned())));
        };
        let theirs = join().await;
        client.workspaces().members().delete(&team, [&user]).await.unwrap();
        left(&theirs).await;

        // Whoever leaves the enterprise leaves its workspaces, and hands on those that are their own.
        employees.delete(ENTERPRISE, &user, &me).await.unwrap();
        let theirs = join().await;
        let own = CreateWorkspace::new("own", "").coze_account_id(account.as_str());
        let own = other.workspaces().create(own).await.unwrap().id;
        assert_eq!(code(client.workspaces().members().list(ListWorkspaceMembers::new(&own)).await), 4101);
        employees.delete(ENTERPRISE, &user, &me).await.unwrap();
        left(&theirs).await;
        let page = client.workspaces().members().list(ListWorkspaceMembers::new(&own)).await.unwrap();
        let owner = &page.items[0];
        assert_eq!(page.total_count, Some(1));
        assert_eq!(
            (owner.user_id.as_str(), owner.role_type.as_ref()),
            (me.as_str(), Some(&WorkspaceRole::Owner))
        );
    })
    .await;
}

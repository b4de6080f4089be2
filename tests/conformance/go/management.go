package main

import (
	coze "github.com/coze-dev/coze-go"
)

// registerManagement is about bots, workspaces and what belongs to an account.
func registerManagement() {
	check("Users.Me", func() { require(must(client.Users.Me(ctx)).UserID != "", "no id") })
	registerBots()

	check("Workspaces.List", func() {
		require(len(all[coze.Workspace](client.Workspaces.List(ctx, coze.NewListWorkspaceReq()))) > 0, "no workspace")
	})
	members := client.Workspaces.Members
	check("Workspaces.Members.List", func() {
		request := &coze.ListWorkspaceMemberReq{WorkspaceID: space, PageNum: 1, PageSize: 10}
		require(len(all[coze.WorkspaceMember](members.List(ctx, request))) > 0, "no member")
	})
	check("Workspaces.Members.Create", func() { invite("7400000000000000601") })
	check("Workspaces.Members.Delete", func() {
		invite("7400000000000000602")
		must(members.Delete(ctx, &coze.DeleteWorkspaceMemberReq{
			WorkspaceID: space, UserIDs: []string{"7400000000000000602"},
		}))
	})
	check("Enterprises.Members.Create", func() { employ("7400000000000000603") })
	check("Enterprises.Members.Update", func() {
		employ("7400000000000000604")
		must(client.Enterprises.Members.Update(ctx, &coze.UpdateEnterpriseMemberReq{
			EnterpriseID: enterprise, UserID: "7400000000000000604", Role: coze.EnterpriseMemberRoleAdmin,
		}))
	})
	check("Enterprises.Members.Delete", func() {
		employ("7400000000000000605")
		me := must(client.Users.Me(ctx)).UserID
		must(client.Enterprises.Members.Delete(ctx, &coze.DeleteEnterpriseMemberReq{
			EnterpriseID: enterprise, UserID: "7400000000000000605", ReceiverUserID: me,
		}))
	})
	check("Apps.List", func() {
		all[coze.SimpleApp](client.Apps.List(ctx, &coze.ListAppReq{WorkspaceID: space, PageNum: 1, PageSize: 10}))
	})
	folders := &coze.ListFoldersReq{
		WorkspaceID: space, FolderType: coze.FolderTypeDevelopment, PageNum: 1, PageSize: 10,
	}
	check("Folders.List", func() {
		require(len(all[coze.SimpleFolder](client.Folders.List(ctx, folders))) > 0, "no folder")
	})
	check("Folders.Retrieve", func() {
		folder := all[coze.SimpleFolder](client.Folders.List(ctx, folders))[0]
		equal(must(client.Folders.Retrieve(ctx, &coze.RetrieveFolderReq{FolderID: folder.ID})).Name, folder.Name)
	})
	check("Stores.Plugins.List", func() {
		request := &coze.ListStoresPluginsReq{Keyword: pointer("a"), PageNum: 1, PageSize: 10}
		all[coze.ProductPlugin](client.Stores.Plugins.List(ctx, request))
	})
	check("Templates.Duplicate", func() {
		request := &coze.DuplicateTemplateReq{WorkspaceID: space, Name: pointer("copy")}
		isID(must(client.Templates.Duplicate(ctx, "7400000000000000401", request)).EntityID)
	})
	check("Variables.Update", func() {
		set("writer", "Hangzhou")
		set("writer", "Shenzhen")
		equal(read("writer"), "Shenzhen")
	})
	check("Variables.Retrieve", func() {
		set("reader", "Hangzhou")
		equal(read("reader"), "Hangzhou")
	})
}

const enterprise = "7400000000000000701"

func registerBots() {
	bots := client.Bots
	check("Bots.Create", func() { isID(bot("made")) })
	check("Bots.Update", func() {
		id := bot("before")
		must(bots.Update(ctx, &coze.UpdateBotsReq{BotID: id, Name: "after"}))
		publish(id)
		equal(must(bots.Retrieve(ctx, &coze.RetrieveBotsReq{BotID: id})).Bot.Name, "after")
	})
	check("Bots.Publish", func() { publish(bot("published")) })
	check("Bots.Retrieve", func() {
		for _, version := range []int{0, 2} {
			request := &coze.RetrieveBotsReq{BotID: demo, UseAPIVersion: version}
			equal(must(bots.Retrieve(ctx, request)).Bot.Name, "Demo agent")
		}
	})
	check("Bots.List", func() {
		id := bot("listed")
		publish(id)
		request := &coze.ListBotsReq{SpaceID: space, PageNum: 1, PageSize: 20}
		for _, each := range all[coze.SimpleBot](bots.List(ctx, request)) {
			if each.BotID == id {
				return
			}
		}
		panic("it is not listed")
	})
}

func bot(name string) string {
	return must(client.Bots.Create(ctx, &coze.CreateBotsReq{
		SpaceID: space, Name: name, PromptInfo: &coze.BotPromptInfo{Prompt: "Be brief."},
	})).BotID
}

func publish(bot string) {
	request := &coze.PublishBotsReq{BotID: bot, ConnectorIDs: []string{"1024"}}
	equal(must(client.Bots.Publish(ctx, request)).BotID, bot)
}

func invite(user string) {
	member := &coze.WorkspaceMember{UserID: user, RoleType: coze.WorkspaceRoleTypeMember}
	must(client.Workspaces.Members.Create(ctx, &coze.CreateWorkspaceMemberReq{
		WorkspaceID: space, Users: []*coze.WorkspaceMember{member},
	}))
}

func employ(user string) {
	member := &coze.EnterpriseMember{UserID: user, Role: coze.EnterpriseMemberRoleMember}
	must(client.Enterprises.Members.Create(ctx, &coze.CreateEnterpriseMemberReq{
		EnterpriseID: enterprise, Users: []*coze.EnterpriseMember{member},
	}))
}

func set(user, value string) {
	must(client.Variables.Update(ctx, &coze.UpdateVariablesReq{
		ConnectorUID: user, BotID: pointer(demo),
		Data: []coze.VariableValue{{Keyword: "city", Value: value}},
	}))
}

func read(user string) string {
	return must(client.Variables.Retrieve(ctx, &coze.RetrieveVariablesReq{
		ConnectorUID: user, BotID: pointer(demo), Keywords: []string{"city"},
	})).Items[0].Value
}

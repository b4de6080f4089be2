package main

import (
	"strings"

	coze "github.com/coze-dev/coze-go"
)

// registerConversations is about conversations, their messages and what users think of those.
func registerConversations() {
	conversations := client.Conversations
	check("Conversations.Create", func() {
		made := must(conversations.Create(ctx, &coze.CreateConversationsReq{
			BotID:    demo,
			MetaData: map[string]string{"k": "v"},
			Messages: []*coze.Message{coze.BuildUserQuestionText("first", nil)},
		}))
		isID(made.Conversation.ID)
		equal(made.MetaData["k"], "v")
	})
	check("Conversations.Retrieve", func() {
		id := conversation(demo)
		equal(must(conversations.Retrieve(ctx, &coze.RetrieveConversationsReq{ConversationID: id})).Conversation.ID, id)
	})
	check("Conversations.List", func() {
		made := []string{conversation(tools), conversation(tools), conversation(tools)}
		var listed []string
		for _, each := range all[coze.Conversation](
			conversations.List(ctx, &coze.ListConversationsReq{BotID: tools, PageNum: 1, PageSize: 2})) {
			listed = append(listed, each.ID)
		}
		for _, id := range made {
			contains(strings.Join(listed, " "), id)
		}
	})
	check("Conversations.Clear", func() {
		id := conversation(demo)
		equal(must(conversations.Clear(ctx, &coze.ClearConversationsReq{ConversationID: id})).ConversationID, id)
	})
	check("Conversations.Messages.Create", func() {
		made := message(conversation(demo), "one")
		isID(made.ID)
		equal(made.Content, "one")
		equal(made.MetaData["k"], "v")
	})
	check("Conversations.Messages.Retrieve", func() {
		equal(look(message(conversation(demo), "one")).Content, "one")
	})
	check("Conversations.Messages.List", func() {
		id := conversation(demo)
		for _, text := range []string{"one", "two", "three"} {
			message(id, text)
		}
		request := &coze.ListConversationsMessagesReq{ConversationID: id, Order: pointer("asc"), Limit: 2}
		equal(texts(request), "one two three")
	})
	check("Conversations.Messages.Update", func() {
		made := message(conversation(demo), "one")
		must(conversations.Messages.Update(ctx, &coze.UpdateConversationMessagesReq{
			ConversationID: made.ConversationID, MessageID: made.ID,
			Content: "two", ContentType: coze.MessageContentTypeText,
		}))
		equal(look(made).Content, "two")
	})
	check("Conversations.Messages.Delete", func() {
		made := message(conversation(demo), "one")
		must(conversations.Messages.Delete(ctx, &coze.DeleteConversationsMessagesReq{
			ConversationID: made.ConversationID, MessageID: made.ID,
		}))
		equal(texts(&coze.ListConversationsMessagesReq{ConversationID: made.ConversationID}), "")
	})
	check("Conversations.Messages.Feedback.Create", func() { like() })
	check("Conversations.Messages.Feedback.Delete", func() {
		liked := like()
		must(conversations.Messages.Feedback.Delete(ctx, &coze.DeleteConversationMessageFeedbackReq{
			ConversationID: liked.ConversationID, MessageID: liked.ID,
		}))
	})
}

func conversation(bot string) string {
	return must(client.Conversations.Create(ctx, &coze.CreateConversationsReq{BotID: bot})).Conversation.ID
}

func message(conversation, text string) coze.Message {
	return must(client.Conversations.Messages.Create(ctx, &coze.CreateMessageReq{
		ConversationID: conversation, Role: coze.MessageRoleUser,
		Content: text, ContentType: coze.MessageContentTypeText,
		MetaData: map[string]string{"k": "v"},
	})).Message
}

func look(message coze.Message) coze.Message {
	return must(client.Conversations.Messages.Retrieve(ctx, &coze.RetrieveConversationsMessagesReq{
		ConversationID: message.ConversationID, MessageID: message.ID,
	})).Message
}

func texts(request *coze.ListConversationsMessagesReq) string {
	var texts []string
	for _, each := range all[coze.Message](client.Conversations.Messages.List(ctx, request)) {
		texts = append(texts, each.Content)
	}
	return strings.Join(texts, " ")
}

// like praises the answer of a chat.
func like() *coze.Message {
	chat := settled(started(demo, "hi"), coze.ChatStatusCompleted)
	for _, each := range messages(chat) {
		if each.Type == coze.MessageTypeAnswer {
			must(client.Conversations.Messages.Feedback.Create(ctx, &coze.CreateConversationMessageFeedbackReq{
				ConversationID: each.ConversationID, MessageID: each.ID,
				FeedbackType: coze.FeedbackTypeLike, Comment: pointer("good"),
			}))
			return each
		}
	}
	panic("the chat has no answer")
}

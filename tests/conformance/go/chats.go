package main

import (
	"strings"

	coze "github.com/coze-dev/coze-go"
)

// registerChats is about chats: created, streamed, polled, canceled, continued with the outputs of tools.
func registerChats() {
	check("Chat.Create", func() {
		request := ask(demo, question)
		request.MetaData = map[string]string{"source": "conformance"}
		chat := must(client.Chat.Create(ctx, request)).Chat
		isID(chat.ID)
		isID(chat.ConversationID)
		equal(settled(chat, coze.ChatStatusCompleted).MetaData["source"], "conformance")
	})
	check("Chat.Retrieve", func() {
		chat := settled(started(demo, "hi"), coze.ChatStatusCompleted)
		equal(chat.BotID, demo)
		require(chat.Usage != nil && chat.Usage.TokenCount > 0, "no usage")
	})
	check("Chat.Messages.List", func() {
		chat := settled(started(demo, question), coze.ChatStatusCompleted)
		contains(answer(messages(chat)), "星期二")
	})
	check("Chat.CreateAndPoll", func() {
		poll := must(client.Chat.CreateAndPoll(ctx, ask(demo, question), pointer(10)))
		equal(poll.Chat.Status, coze.ChatStatusCompleted)
		contains(answer(poll.Messages), "星期二")
	})
	check("Chat.Stream", func() {
		list := events(client.Chat.Stream(ctx, ask(demo, question)))
		equal(list[0].Event, coze.ChatEventConversationChatCreated)
		contains(completed(list), "星期二")
		parts := 0
		for _, event := range list {
			if event.Event == coze.ChatEventConversationMessageDelta {
				parts++
			}
		}
		require(parts > 1, "the answer came in one piece")
	})
	check("Chat.Cancel", func() {
		chat := started(slow, "hi")
		request := &coze.CancelChatsReq{ConversationID: chat.ConversationID, ChatID: chat.ID}
		equal(must(client.Chat.Cancel(ctx, request)).Chat.ID, chat.ID)
		settled(chat, coze.ChatStatusCancelled)
	})
	check("Chat.SubmitToolOutputs", func() {
		chat := must(client.Chat.SubmitToolOutputs(ctx, outputs())).Chat
		equal(answer(messages(settled(chat, coze.ChatStatusCompleted))), "两个工具都回答了")
	})
	check("Chat.StreamSubmitToolOutputs", func() {
		equal(completed(events(client.Chat.StreamSubmitToolOutputs(ctx, outputs()))), "两个工具都回答了")
	})
}

func ask(bot, text string) *coze.CreateChatsReq {
	message := coze.BuildUserQuestionText(text, nil)
	return &coze.CreateChatsReq{BotID: bot, UserID: "u", Messages: []*coze.Message{message}}
}

func started(bot, text string) coze.Chat {
	return must(client.Chat.Create(ctx, ask(bot, text))).Chat
}

func settled(chat coze.Chat, status coze.ChatStatus) coze.Chat {
	look := &coze.RetrieveChatsReq{ConversationID: chat.ConversationID, ChatID: chat.ID}
	var seen coze.Chat
	eventually("chat "+chat.ID+" to end", func() bool {
		seen = must(client.Chat.Retrieve(ctx, look)).Chat
		return seen.Status != coze.ChatStatusCreated && seen.Status != coze.ChatStatusInProgress
	})
	equal(seen.Status, status)
	return seen
}

func messages(chat coze.Chat) []*coze.Message {
	request := &coze.ListChatsMessagesReq{ConversationID: chat.ConversationID, ChatID: chat.ID}
	return must(client.Chat.Messages.List(ctx, request)).Messages
}

func answer(messages []*coze.Message) string {
	var texts []string
	for _, message := range messages {
		if message.Type == coze.MessageTypeAnswer {
			texts = append(texts, message.Content)
		}
	}
	return strings.Join(texts, "")
}

// completed returns the whole answer of a stream.
func completed(list []*coze.ChatEvent) string {
	var messages []*coze.Message
	for _, event := range list {
		if event.Event == coze.ChatEventConversationMessageCompleted {
			messages = append(messages, event.Message)
		}
	}
	return answer(messages)
}

func outputs() *coze.SubmitToolOutputsChatReq {
	chat := settled(started(tools, "hi"), coze.ChatStatusRequiresAction)
	var outputs []*coze.ToolOutput
	for _, call := range chat.RequiredAction.SubmitToolOutputs.ToolCalls {
		outputs = append(outputs, &coze.ToolOutput{ToolCallID: call.ID, Output: "晴"})
	}
	equal(len(outputs), 2)
	return &coze.SubmitToolOutputsChatReq{
		ConversationID: chat.ConversationID, ChatID: chat.ID, ToolOutputs: outputs,
	}
}

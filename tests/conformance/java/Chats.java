import com.coze.openapi.client.chat.CancelChatReq;
import com.coze.openapi.client.chat.CreateChatReq;
import com.coze.openapi.client.chat.RetrieveChatReq;
import com.coze.openapi.client.chat.SubmitToolOutputsReq;
import com.coze.openapi.client.chat.message.ListMessageReq;
import com.coze.openapi.client.chat.model.Chat;
import com.coze.openapi.client.chat.model.ChatEvent;
import com.coze.openapi.client.chat.model.ChatEventType;
import com.coze.openapi.client.chat.model.ChatPoll;
import com.coze.openapi.client.chat.model.ChatStatus;
import com.coze.openapi.client.chat.model.ToolOutput;
import com.coze.openapi.client.connversations.message.model.Message;
import com.coze.openapi.client.connversations.message.model.MessageType;
import com.coze.openapi.service.service.CozeAPI;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Chats: created, streamed, polled, canceled, continued with the outputs of tools. */
final class Chats {
  private final CozeAPI coze = Harness.client();

  void register(Harness harness) {
    harness.check("chat.create", this::create);
    harness.check("chat.retrieve", this::retrieve);
    harness.check("chat.message.list", this::messages);
    harness.check("chat.createAndPoll(CreateChatReq)", this::createAndPoll);
    harness.check("chat.createAndPoll(CreateChatReq, Long)", this::createAndPollInTime);
    harness.check("chat.stream", this::stream);
    harness.check("chat.cancel", this::cancel);
    harness.check("chat.submitToolOutputs", this::submit);
    harness.check("chat.streamSubmitToolOutputs", this::streamSubmit);
  }

  private static CreateChatReq ask(String botId, String text) {
    return CreateChatReq.builder()
        .botID(botId)
        .userID("u")
        .messages(Collections.singletonList(Message.buildUserQuestionText(text)))
        .build();
  }

  private Chat started(String botId, String text) {
    return coze.chat().create(ask(botId, text)).getChat();
  }

  private Chat settled(Chat chat, ChatStatus status) throws Exception {
    RetrieveChatReq look = RetrieveChatReq.of(chat.getConversationID(), chat.getID());
    Chat seen =
        Harness.eventually(
            "chat " + chat.getID() + " to end",
            () -> {
              Chat now = coze.chat().retrieve(look).getChat();
              boolean busy =
                  ChatStatus.CREATED.equals(now.getStatus()) || ChatStatus.IN_PROGRESS.equals(now.getStatus());
              return busy ? null : now;
            });
    Harness.equal(seen.getStatus(), status);
    return seen;
  }

  private static String answer(List<Message> messages) {
    return messages.stream()
        .filter(message -> MessageType.ANSWER.equals(message.getType()))
        .map(Message::getContent)
        .collect(Collectors.joining());
  }

  private void create() throws Exception {
    CreateChatReq request = ask(Harness.DEMO, Harness.QUESTION);
    request.setMetaData(Harness.map("source", "conformance"));
    Chat chat = coze.chat().create(request).getChat();
    Harness.isId(chat.getID());
    Harness.isId(chat.getConversationID());
    Harness.equal(settled(chat, ChatStatus.COMPLETED).getMetaData(), Harness.map("source", "conformance"));
  }

  private void retrieve() throws Exception {
    Chat chat = settled(started(Harness.DEMO, "hi"), ChatStatus.COMPLETED);
    Harness.equal(chat.getBotID(), Harness.DEMO);
    Harness.require(chat.getUsage().getTokenCount() > 0, chat.getUsage());
  }

  private void messages() throws Exception {
    Chat chat = settled(started(Harness.DEMO, Harness.QUESTION), ChatStatus.COMPLETED);
    List<Message> messages =
        coze.chat().message().list(ListMessageReq.of(chat.getConversationID(), chat.getID())).getMessages();
    Harness.contains(answer(messages), "星期二");
    messages.forEach(message -> Harness.equal(message.getChatId(), chat.getID()));
  }

  private void createAndPoll() throws Exception {
    ChatPoll poll = coze.chat().createAndPoll(ask(Harness.DEMO, Harness.QUESTION));
    Harness.equal(poll.getChat().getStatus(), ChatStatus.COMPLETED);
    Harness.contains(answer(poll.getMessages()), "星期二");
  }

  private void createAndPollInTime() throws Exception {
    ChatPoll poll = coze.chat().createAndPoll(ask(Harness.DEMO, Harness.QUESTION), 10L);
    Harness.equal(poll.getChat().getStatus(), ChatStatus.COMPLETED);
    Harness.contains(answer(poll.getMessages()), "星期二");
  }

  private void stream() {
    List<ChatEvent> events = coze.chat().stream(ask(Harness.DEMO, Harness.QUESTION)).toList().blockingGet();
    Harness.equal(events.get(0).getEvent(), ChatEventType.CONVERSATION_CHAT_CREATED);
    Harness.equal(events.get(events.size() - 1).getEvent(), ChatEventType.DONE);
    Harness.contains(completed(events), "星期二");
    long parts =
        events.stream()
            .filter(event -> ChatEventType.CONVERSATION_MESSAGE_DELTA.equals(event.getEvent()))
            .count();
    Harness.require(parts > 1, "the answer came in " + parts + " pieces");
  }

  private static String completed(List<ChatEvent> events) {
    return answer(
        events.stream()
            .filter(event -> ChatEventType.CONVERSATION_MESSAGE_COMPLETED.equals(event.getEvent()))
            .map(ChatEvent::getMessage)
            .collect(Collectors.toList()));
  }

  private void cancel() throws Exception {
    Chat chat = started(Harness.SLOW, "hi");
    Chat canceled = coze.chat().cancel(CancelChatReq.of(chat.getConversationID(), chat.getID())).getChat();
    Harness.equal(canceled.getID(), chat.getID());
    settled(chat, ChatStatus.CANCELLED);
  }

  private SubmitToolOutputsReq outputs() throws Exception {
    Chat chat = settled(started(Harness.TOOLS, "hi"), ChatStatus.REQUIRES_ACTION);
    List<ToolOutput> outputs =
        chat.getRequiredAction().getSubmitToolOutputs().getToolCalls().stream()
            .map(call -> ToolOutput.of(call.getID(), "晴"))
            .collect(Collectors.toList());
    Harness.equal(outputs.size(), 2);
    return SubmitToolOutputsReq.builder()
        .conversationID(chat.getConversationID())
        .chatID(chat.getID())
        .toolOutputs(outputs)
        .build();
  }

  private void submit() throws Exception {
    Chat chat = coze.chat().submitToolOutputs(outputs()).getChat();
    settled(chat, ChatStatus.COMPLETED);
    List<Message> messages =
        coze.chat().message().list(ListMessageReq.of(chat.getConversationID(), chat.getID())).getMessages();
    Harness.equal(answer(messages), "两个工具都回答了");
  }

  private void streamSubmit() throws Exception {
    List<ChatEvent> events = coze.chat().streamSubmitToolOutputs(outputs()).toList().blockingGet();
    Harness.equal(completed(events), "两个工具都回答了");
  }
}

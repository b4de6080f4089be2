import com.coze.openapi.client.connversations.ClearConversationReq;
import com.coze.openapi.client.connversations.CreateConversationReq;
import com.coze.openapi.client.connversations.ListConversationReq;
import com.coze.openapi.client.connversations.RetrieveConversationReq;
import com.coze.openapi.client.connversations.message.CreateMessageReq;
import com.coze.openapi.client.connversations.message.DeleteMessageReq;
import com.coze.openapi.client.connversations.message.ListMessageReq;
import com.coze.openapi.client.connversations.message.RetrieveMessageReq;
import com.coze.openapi.client.connversations.message.UpdateMessageReq;
import com.coze.openapi.client.connversations.message.model.Message;
import com.coze.openapi.client.connversations.message.model.MessageContentType;
import com.coze.openapi.client.connversations.message.model.MessageRole;
import com.coze.openapi.client.connversations.model.Conversation;
import com.coze.openapi.service.service.CozeAPI;
import com.coze.openapi.service.service.conversation.MessageService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Conversations and the messages in them. */
final class Conversations {
  private final CozeAPI coze = Harness.client();

  void register(Harness harness) {
    harness.check("conversations.create", this::create);
    harness.check("conversations.retrieve", this::retrieve);
    harness.check("conversations.list", this::list);
    harness.check("conversations.clear", this::clear);
    harness.check("conversations.messages.create(CreateMessageReq)", this::createMessage);
    harness.check("conversations.messages.create(String, CreateMessageReq)", this::createMessageIn);
    harness.check("conversations.messages.retrieve", this::retrieveMessage);
    harness.check("conversations.messages.list", this::listMessages);
    harness.check("conversations.messages.update", this::updateMessage);
    harness.check("conversations.messages.delete", this::deleteMessage);
  }

  private String conversation() {
    return coze.conversations().create(CreateConversationReq.builder().build()).getConversation().getId();
  }

  private MessageService messages() {
    return coze.conversations().messages();
  }

  private static CreateMessageReq message(String conversationId, String text) {
    return CreateMessageReq.builder()
        .conversationID(conversationId)
        .role(MessageRole.USER)
        .content(text)
        .contentType(MessageContentType.TEXT)
        .metadata(Harness.map("k", "v"))
        .build();
  }

  private Message look(Message message) {
    RetrieveMessageReq look =
        RetrieveMessageReq.builder()
            .conversationID(message.getConversationId())
            .messageID(message.getId())
            .build();
    return messages().retrieve(look).getMessage();
  }

  private void create() {
    CreateConversationReq request =
        CreateConversationReq.builder()
            .botID(Harness.DEMO)
            .metaData(Harness.map("k", "v"))
            .messages(Collections.singletonList(Message.buildUserQuestionText("first")))
            .build();
    Conversation conversation = coze.conversations().create(request).getConversation();
    Harness.isId(conversation.getId());
    Harness.isId(conversation.getLastSectionID());
    Harness.equal(conversation.getMetaData(), Harness.map("k", "v"));
  }

  private void retrieve() {
    String id = conversation();
    Harness.equal(coze.conversations().retrieve(RetrieveConversationReq.of(id)).getConversation().getId(), id);
  }

  private void list() {
    List<String> created = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      CreateConversationReq request = CreateConversationReq.builder().botID(Harness.TOOLS).build();
      created.add(coze.conversations().create(request).getConversation().getId());
    }
    ListConversationReq request = ListConversationReq.builder().botID(Harness.TOOLS).pageSize(2).build();
    List<String> listed = new ArrayList<>();
    coze.conversations().list(request).getIterator().forEachRemaining(each -> listed.add(each.getId()));
    Harness.require(listed.containsAll(created), listed);
  }

  private void clear() {
    String id = conversation();
    Conversation before = coze.conversations().retrieve(RetrieveConversationReq.of(id)).getConversation();
    Harness.equal(coze.conversations().clear(ClearConversationReq.of(id)).getConversationID(), id);
    Conversation after = coze.conversations().retrieve(RetrieveConversationReq.of(id)).getConversation();
    Harness.require(!before.getLastSectionID().equals(after.getLastSectionID()), "the section is the same");
  }

  private void createMessage() {
    Message message = messages().create(message(conversation(), "one")).getMessage();
    Harness.isId(message.getId());
    Harness.equal(message.getContent(), "one");
    Harness.equal(message.getMetaData(), Harness.map("k", "v"));
  }

  private void createMessageIn() {
    String id = conversation();
    Message message = messages().create(id, message(id, "one")).getMessage();
    Harness.equal(message.getConversationId(), id);
  }

  private void retrieveMessage() {
    Message message = messages().create(message(conversation(), "one")).getMessage();
    Harness.equal(look(message).getContent(), "one");
  }

  private void listMessages() {
    String id = conversation();
    List<String> texts = List.of("one", "two", "three");
    texts.forEach(text -> messages().create(message(id, text)));
    ListMessageReq request = ListMessageReq.builder().conversationID(id).order("asc").limit(2).build();
    List<Message> listed = new ArrayList<>();
    messages().list(request).getIterator().forEachRemaining(listed::add);
    Harness.equal(listed.stream().map(Message::getContent).collect(Collectors.toList()), texts);
  }

  private void updateMessage() {
    Message message = messages().create(message(conversation(), "one")).getMessage();
    UpdateMessageReq request =
        UpdateMessageReq.builder()
            .conversationID(message.getConversationId())
            .messageID(message.getId())
            .content("two")
            .contentType(MessageContentType.TEXT)
            .build();
    Harness.equal(messages().update(request).getMessage().getContent(), "two");
    Harness.equal(look(message).getContent(), "two");
  }

  private void deleteMessage() {
    Message message = messages().create(message(conversation(), "one")).getMessage();
    DeleteMessageReq request = DeleteMessageReq.of(message.getConversationId(), message.getId());
    Harness.equal(messages().delete(request).getMessage().getId(), message.getId());
    ListMessageReq rest = ListMessageReq.builder().conversationID(message.getConversationId()).build();
    Harness.equal(messages().list(rest).getItems(), List.of());
  }
}

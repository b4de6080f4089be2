import com.coze.openapi.client.chat.model.ChatEvent;
import com.coze.openapi.client.chat.model.ChatEventType;
import com.coze.openapi.client.connversations.message.model.Message;
import com.coze.openapi.client.workflows.chat.WorkflowChatReq;
import com.coze.openapi.client.workflows.run.ResumeRunReq;
import com.coze.openapi.client.workflows.run.RetrieveRunHistoryReq;
import com.coze.openapi.client.workflows.run.RunWorkflowReq;
import com.coze.openapi.client.workflows.run.model.WorkflowEvent;
import com.coze.openapi.client.workflows.run.model.WorkflowEventInterruptData;
import com.coze.openapi.client.workflows.run.model.WorkflowEventType;
import com.coze.openapi.client.workflows.run.model.WorkflowRunHistory;
import com.coze.openapi.service.service.CozeAPI;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** The workflows of the folder of that name. */
final class Workflows {
  private static final String GREET = "7400000000000000022";
  private static final String ASK = "7400000000000000021";
  private static final String TALK = "7400000000000000023";

  private final CozeAPI coze = Harness.client();

  void register(Harness harness) {
    harness.check("workflows.runs.create", this::run);
    harness.check("workflows.runs.stream", this::stream);
    harness.check("workflows.runs.resume", this::resume);
    harness.check("workflows.runs.histories.retrieve", this::history);
    harness.check("workflows.chat.stream", this::chat);
  }

  private static RunWorkflowReq request(String id) {
    return RunWorkflowReq.builder().workflowID(id).parameters(Map.of("name", "hi")).build();
  }

  private void run() {
    Harness.contains(coze.workflows().runs().create(request(GREET)).getData(), "hi");
  }

  private void stream() {
    List<WorkflowEvent> events = coze.workflows().runs().stream(request(GREET)).toList().blockingGet();
    WorkflowEvent last = events.get(events.size() - 1);
    Harness.equal(last.getEvent(), WorkflowEventType.DONE);
    Harness.contains(last.getDebugUrl().getDebugURL(), "execute_id=");
    Harness.contains(events.get(events.size() - 2).getMessage().getContent(), "hi");
  }

  private void resume() {
    List<WorkflowEvent> events = coze.workflows().runs().stream(request(ASK)).toList().blockingGet();
    WorkflowEvent last = events.get(events.size() - 1);
    Harness.equal(last.getEvent(), WorkflowEventType.INTERRUPT);
    WorkflowEventInterruptData interrupt = last.getInterrupt().getInterruptData();
    ResumeRunReq answer =
        ResumeRunReq.builder()
            .workflowID(ASK)
            .eventID(interrupt.getEventID())
            .interruptType(interrupt.getType())
            .resumeData("Hangzhou")
            .build();
    events = coze.workflows().runs().resume(answer).toList().blockingGet();
    Harness.equal(events.get(events.size() - 1).getEvent(), WorkflowEventType.DONE);
    Harness.contains(events.get(events.size() - 2).getMessage().getContent(), "Hangzhou");
  }

  private void history() throws Exception {
    RunWorkflowReq request = request(GREET);
    request.setIsAsync(true);
    String run = coze.workflows().runs().create(request).getExecuteID();
    Harness.isId(run);
    WorkflowRunHistory history =
        Harness.eventually(
            "run " + run + " to end",
            () -> {
              RetrieveRunHistoryReq look = RetrieveRunHistoryReq.of(GREET, run);
              WorkflowRunHistory now = coze.workflows().runs().histories().retrieve(look).getHistories().get(0);
              return "Running".equals(now.getExecuteStatus().getValue()) ? null : now;
            });
    Harness.equal(history.getExecuteID(), run);
    Harness.equal(history.getExecuteStatus().getValue(), "Success");
    Harness.contains(history.getOutput(), "hi");
  }

  private void chat() {
    WorkflowChatReq request =
        WorkflowChatReq.builder()
            .workflowID(TALK)
            .botID(Harness.DEMO)
            .additionalMessages(Collections.singletonList(Message.buildUserQuestionText("hi")))
            .build();
    List<ChatEvent> events = coze.workflows().chat().stream(request).toList().blockingGet();
    Harness.equal(events.get(events.size() - 1).getEvent(), ChatEventType.DONE);
    Harness.require(
        events.stream().anyMatch(event -> ChatEventType.CONVERSATION_MESSAGE_COMPLETED.equals(event.getEvent())),
        events);
  }
}

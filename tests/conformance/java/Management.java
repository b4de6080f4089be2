import com.coze.openapi.client.bots.CreateBotReq;
import com.coze.openapi.client.bots.ListBotReq;
import com.coze.openapi.client.bots.PublishBotReq;
import com.coze.openapi.client.bots.RetrieveBotReq;
import com.coze.openapi.client.bots.UpdateBotReq;
import com.coze.openapi.client.bots.model.BotPromptInfo;
import com.coze.openapi.client.bots.model.SimpleBot;
import com.coze.openapi.client.commerce.benefit.bill.CreateBillDownloadTaskReq;
import com.coze.openapi.client.commerce.benefit.bill.ListBillDownloadTaskReq;
import com.coze.openapi.client.commerce.benefit.common.ActiveMode;
import com.coze.openapi.client.commerce.benefit.common.BenefitEntityType;
import com.coze.openapi.client.commerce.benefit.common.BenefitType;
import com.coze.openapi.client.commerce.benefit.limitation.CreateBenefitLimitationReq;
import com.coze.openapi.client.commerce.benefit.limitation.ListBenefitLimitationReq;
import com.coze.openapi.client.commerce.benefit.limitation.UpdateBenefitLimitationReq;
import com.coze.openapi.client.commerce.benefit.limitation.model.BenefitInfo;
import com.coze.openapi.client.connectors.InstallConnectorReq;
import com.coze.openapi.client.template.DuplicateTemplateReq;
import com.coze.openapi.client.variables.RetrieveVariableReq;
import com.coze.openapi.client.variables.UpdateVariableReq;
import com.coze.openapi.client.variables.model.VariableValue;
import com.coze.openapi.client.workspace.ListWorkspaceReq;
import com.coze.openapi.service.service.CozeAPI;
import java.util.ArrayList;
import java.util.List;

/** Bots, workspaces and what belongs to an account. */
final class Management {
  private final CozeAPI coze = Harness.client();

  void register(Harness harness) {
    harness.check("bots.create", () -> Harness.isId(bot("created")));
    harness.check("bots.update", this::updateBot);
    harness.check("bots.publish", () -> publish(bot("published")));
    harness.check("bots.retrieve", this::retrieveBot);
    harness.check("bots.list", this::listBots);
    harness.check("workspaces.list", this::workspaces);
    harness.check("variables.update", this::setVariable);
    harness.check("variables.retrieve", this::readVariable);
    harness.check("templates.duplicate", this::duplicate);
    harness.check("connectors.install", this::install);
    harness.check("commerces.benefits.limitations.create", this::limit);
    harness.check("commerces.benefits.limitations.update", this::changeLimit);
    harness.check("commerces.benefits.limitations.list", this::limits);
    harness.check("commerces.benefits.bills.create", () -> Harness.require(bill() != null, "no task"));
    harness.check("commerces.benefits.bills.list", this::bills);
  }

  private String bot(String name) {
    CreateBotReq request =
        CreateBotReq.builder()
            .spaceID(Harness.SPACE)
            .name(name)
            .promptInfo(new BotPromptInfo("Be brief."))
            .build();
    return coze.bots().create(request).getBotID();
  }

  private void publish(String bot) {
    PublishBotReq request = PublishBotReq.builder().botID(bot).connectorIDs(List.of("1024")).build();
    Harness.equal(coze.bots().publish(request).getBotID(), bot);
  }

  private String name(String bot) {
    return coze.bots().retrieve(RetrieveBotReq.of(bot)).getBot().getName();
  }

  private void updateBot() {
    String bot = bot("before");
    coze.bots().update(UpdateBotReq.builder().botID(bot).name("after").build());
    publish(bot);
    Harness.equal(name(bot), "after");
  }

  private void retrieveBot() {
    Harness.equal(name(Harness.DEMO), "Demo agent");
  }

  private void listBots() {
    String bot = bot("listed");
    publish(bot);
    List<String> listed = new ArrayList<>();
    ListBotReq request = ListBotReq.builder().spaceID(Harness.SPACE).build();
    coze.bots().list(request).getIterator().forEachRemaining((SimpleBot each) -> listed.add(each.getBotID()));
    Harness.require(listed.contains(bot), listed);
  }

  private void workspaces() {
    List<String> names = new ArrayList<>();
    coze.workspaces()
        .list(ListWorkspaceReq.of(1, 10))
        .getIterator()
        .forEachRemaining(workspace -> names.add(workspace.getName()));
    Harness.require(!names.isEmpty(), "no workspace");
  }

  private void set(String user, String value) {
    UpdateVariableReq request =
        UpdateVariableReq.builder()
            .botID(Harness.DEMO)
            .connectorUID(user)
            .data(List.of(VariableValue.builder().keyword("city").value(value).build()))
            .build();
    coze.variables().update(request);
  }

  private String read(String user) {
    RetrieveVariableReq request =
        RetrieveVariableReq.builder()
            .botID(Harness.DEMO)
            .connectorUID(user)
            .keywords(List.of("city"))
            .build();
    return coze.variables().retrieve(request).getItems().get(0).getValue();
  }

  private void setVariable() {
    set("writer", "Hangzhou");
    set("writer", "Shenzhen");
    Harness.equal(read("writer"), "Shenzhen");
  }

  private void readVariable() {
    set("reader", "Hangzhou");
    Harness.equal(read("reader"), "Hangzhou");
  }

  private void duplicate() {
    DuplicateTemplateReq request =
        DuplicateTemplateReq.builder()
            .templateID("7400000000000000401")
            .workspaceID(Harness.SPACE)
            .name("copy")
            .build();
    Harness.isId(coze.templates().duplicate(request).getEntityID());
  }

  private void install() {
    InstallConnectorReq request =
        InstallConnectorReq.builder().connectorID("1024").workspaceID(Harness.SPACE).build();
    coze.connectors().install(request);
  }

  private String limitation() {
    long now = System.currentTimeMillis() / 1000;
    CreateBenefitLimitationReq request =
        CreateBenefitLimitationReq.builder()
            .entityType(BenefitEntityType.BENEFIT_ENTITY_TYPE_ENTERPRISE_ALL_DEVICE)
            .benefitInfo(
                BenefitInfo.builder()
                    .benefitType(BenefitType.BENEFIT_TYPE_RESOURCE_POINT)
                    .activeMode(ActiveMode.ACTIVE_MODE_ABSOLUTE_TIME)
                    .startedAt(now)
                    .endedAt(now + 86_400)
                    .limit(10)
                    .build())
            .build();
    return coze.commerces().benefits().limitations().create(request).getBenefitInfo().getBenefitID();
  }

  private void limit() {
    Harness.require(limitation() != null, "no id");
  }

  private void changeLimit() {
    UpdateBenefitLimitationReq request =
        UpdateBenefitLimitationReq.builder().benefitID(limitation()).limit(20).build();
    coze.commerces().benefits().limitations().update(request);
  }

  private void limits() {
    ListBenefitLimitationReq request =
        ListBenefitLimitationReq.builder()
            .entityType(BenefitEntityType.BENEFIT_ENTITY_TYPE_ENTERPRISE_ALL_DEVICE)
            .pageSize(10)
            .build();
    List<BenefitInfo> listed = coze.commerces().benefits().limitations().list(request).getItems();
    Harness.require(listed != null, "no list");
  }

  private String bill() {
    long now = System.currentTimeMillis() / 1000;
    CreateBillDownloadTaskReq request =
        CreateBillDownloadTaskReq.builder().startedAt(now - 86_400).endedAt(now).build();
    return coze.commerces().benefits().bills().create(request).getBillTaskInfo().getTaskID();
  }

  private void bills() {
    String task = bill();
    ListBillDownloadTaskReq request =
        ListBillDownloadTaskReq.builder().taskIds(List.of(task)).pageNum(1).pageSize(10).build();
    Harness.equal(coze.commerces().benefits().bills().list(request).getItems().get(0).getTaskID(), task);
  }
}

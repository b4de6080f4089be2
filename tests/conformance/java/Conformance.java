import java.nio.file.Path;

/** The official Java client, unchanged, against the simulator. */
public final class Conformance {
  private Conformance() {}

  public static void main(String[] arguments) throws Exception {
    Harness harness = new Harness(Path.of("tests/conformance/not-served.txt"));
    new Chats().register(harness);
    new Conversations().register(harness);
    new Workflows().register(harness);
    new Media().register(harness);
    new Datasets().register(harness);
    new Management().register(harness);
    new OAuth().register(harness);
    System.exit(harness.run(Surface.methods()));
  }
}

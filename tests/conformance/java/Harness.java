import com.coze.openapi.service.auth.TokenAuth;
import com.coze.openapi.service.service.CozeAPI;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs one check for each method of the client, prints a line for each, and counts. */
final class Harness {
  static final String BASE_URL = System.getenv().getOrDefault("COZE_API_BASE", "http://127.0.0.1:8080");
  static final String TOKEN = System.getenv().getOrDefault("COZE_API_TOKEN", "pat_sim");

  // The agents of agents.json, and the one that the simulator brings along.
  static final String DEMO = "7400000000000000001";
  static final String SLOW = "7400000000000000011";
  static final String TOOLS = "7400000000000000012";
  static final String SPACE = "7400000000000000009";
  static final String QUESTION = "2024年10月1日是星期几";

  /** Longest time for the whole program, and for anything that is waited for, in milliseconds. */
  private static final long WHOLE = 180_000;
  private static final long PATIENCE = 20_000;

  /** How the simulator refuses what it does not serve. */
  private static final Pattern NOT_SERVED =
      Pattern.compile("the (?:simulator has no endpoint|endpoint exists, but not as) ([A-Z]+ [^\\s\"]+)");

  interface Body {
    void run() throws Exception;
  }

  interface Question<T> {
    T ask() throws Exception;
  }

  private final Map<String, Body> checks = new LinkedHashMap<>();
  private final List<Pattern> notServed;
  private int passed;
  private int failed;

  /** Takes the file of the endpoints that the simulator does not serve yet. */
  Harness(Path notServed) throws IOException {
    this.notServed =
        Files.readAllLines(notServed).stream()
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .map(line -> Pattern.compile(line.replaceAll("\\{\\w+\\}", "[^/]+")))
            .collect(Collectors.toList());
  }

  static CozeAPI client() {
    return new CozeAPI.Builder().auth(new TokenAuth(TOKEN)).baseURL(BASE_URL).build();
  }

  /** Registers the check of a method. */
  void check(String method, Body body) {
    if (checks.put(method, body) != null) {
      throw new IllegalArgumentException("two checks of " + method);
    }
  }

  /** Runs every check in order, and returns the exit code. */
  int run(Set<String> methods) {
    Thread watch = new Thread(Harness::stopLate);
    watch.setDaemon(true);
    watch.start();

    methods.stream().filter(name -> !checks.containsKey(name)).forEach(name -> fail(name, "no check calls it"));
    checks.keySet().stream()
        .filter(name -> !methods.contains(name))
        .forEach(name -> fail(name, "the client has no such method"));

    List<String> tolerated = new ArrayList<>();
    checks.forEach(
        (name, body) -> {
          String problem = problem(body);
          Optional<String> missing = missing(problem);
          if (missing.isPresent()) {
            tolerated.add(name);
            say("not served yet: " + name + " (" + missing.get() + ")");
          } else if (problem != null) {
            fail(name, problem);
          } else {
            passed++;
            say("ok " + name);
          }
        });
    if (!tolerated.isEmpty()) {
      say(tolerated.size() + " tolerated: " + String.join(", ", tolerated));
    }
    say(passed + " passed, " + failed + " failed");
    return failed == 0 ? 0 : 1;
  }

  /** The endpoint for which a request was refused, if it is one that is known to be missing. */
  private Optional<String> missing(String problem) {
    Matcher refusal = NOT_SERVED.matcher(problem == null ? "" : problem);
    return refusal.find()
        ? Optional.of(refusal.group(1)).filter(it -> notServed.stream().anyMatch(each -> each.matcher(it).matches()))
        : Optional.empty();
  }

  private static String problem(Body body) {
    try {
      body.run();
      return null;
    } catch (Exception | AssertionError error) {
      Throwable cause = error;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String place = "";
      for (StackTraceElement frame : error.getStackTrace()) {
        // Classes of this program are the only ones without a package.
        if (!frame.getClassName().contains(".") && !frame.getClassName().equals("Harness")) {
          place = frame.getFileName() + ":" + frame.getLineNumber() + ": ";
          break;
        }
      }
      return (place + cause).replaceAll("\\s+", " ");
    }
  }

  private void fail(String name, String problem) {
    failed++;
    say("FAILED " + name + ": " + problem);
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private static void stopLate() {
    try {
      Thread.sleep(WHOLE);
    } catch (InterruptedException error) {
      return;
    }
    say("took longer than " + WHOLE / 1000 + " s");
    Runtime.getRuntime().halt(1);
  }

  /** Sends a request that the client has no method for. */
  static void post(String path, String body) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(BASE_URL + path).toURL().openConnection();
    connection.setRequestProperty("Authorization", "Bearer " + TOKEN);
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setRequestProperty("Agw-Js-Conv", "str");
    connection.setDoOutput(true);
    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    equal(connection.getResponseCode(), 200);
  }

  static void equal(Object actual, Object expected) {
    require(Objects.equals(actual, expected), "expected " + expected + ", got " + actual);
  }

  static void require(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }

  static void contains(String text, String part) {
    require(text != null && text.contains(part), "expected " + part + " in " + text);
  }

  /** Ids are texts of up to 19 digits. */
  static void isId(String text) {
    require(text != null && text.matches("[0-9]{15,19}"), "expected an id, got " + text);
  }

  /** Asks again until there is an answer. */
  static <T> T eventually(String what, Question<T> question) throws Exception {
    long end = System.currentTimeMillis() + PATIENCE;
    while (true) {
      T answer = question.ask();
      if (answer != null) {
        return answer;
      }
      require(System.currentTimeMillis() < end, "waited " + PATIENCE + " ms in vain: " + what);
      Thread.sleep(20);
    }
  }

  static Map<String, String> map(String key, String value) {
    Map<String, String> map = new HashMap<>();
    map.put(key, value);
    return map;
  }
}

import com.coze.openapi.client.auth.DeviceAuthResp;
import com.coze.openapi.client.auth.OAuthToken;
import com.coze.openapi.service.auth.DeviceOAuthClient;
import com.coze.openapi.service.auth.JWTOAuth;
import com.coze.openapi.service.auth.JWTOAuthClient;
import com.coze.openapi.service.auth.PKCEOAuthClient;
import com.coze.openapi.service.auth.WebOAuthClient;
import com.coze.openapi.service.service.CozeAPI;
import com.coze.openapi.service.service.websocket.WebsocketsClient;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of all methods of the client that send HTTP, as the client itself has them. */
final class Surface {
  private static final String SERVICES = CozeAPI.class.getPackage().getName();

  /** They return tokens, but send nothing. */
  private static final Set<String> SILENT = Set.of("JWTOAuthClient.refreshToken");

  private Surface() {}

  static Set<String> methods() {
    Set<String> names = new TreeSet<>();
    walk("", CozeAPI.class, names);
    for (Class<?> app :
        List.of(DeviceOAuthClient.class, JWTOAuthClient.class, PKCEOAuthClient.class, WebOAuthClient.class)) {
      add(app.getSimpleName() + ".", own(app).filter(Surface::givesTokens).collect(Collectors.toList()), names);
    }
    names.add(JWTOAuth.class.getSimpleName() + ".token");
    names.removeAll(SILENT);
    return names;
  }

  /** A method without parameters leads to another group; one with parameters sends a request. */
  private static void walk(String prefix, Class<?> group, Set<String> names) {
    add(prefix, own(group).filter(method -> method.getParameterCount() > 0).collect(Collectors.toList()), names);
    own(group)
        .filter(method -> method.getParameterCount() == 0 && isService(method.getReturnType()))
        .forEach(method -> walk(prefix + method.getName() + ".", method.getReturnType(), names));
  }

  private static boolean isService(Class<?> type) {
    return type.getName().startsWith(SERVICES) && type != WebsocketsClient.class;
  }

  private static boolean givesTokens(Method method) {
    return List.of(OAuthToken.class, DeviceAuthResp.class).contains(method.getReturnType());
  }

  private static Stream<Method> own(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !method.isSynthetic());
  }

  /** Overloads are told apart by the types of their parameters. */
  private static void add(String prefix, List<Method> methods, Set<String> names) {
    for (Method method : methods) {
      String name = method.getName();
      boolean overloaded = methods.stream().filter(other -> other.getName().equals(name)).count() > 1;
      names.add(prefix + name + (overloaded ? parameters(method) : ""));
    }
  }

  private static String parameters(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::getSimpleName)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}

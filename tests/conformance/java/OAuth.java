import com.coze.openapi.client.auth.DeviceAuthResp;
import com.coze.openapi.client.auth.GetJWTAccessTokenReq;
import com.coze.openapi.client.auth.GetPKCEAuthURLResp;
import com.coze.openapi.client.auth.LoadAuthConfig;
import com.coze.openapi.client.auth.OAuthToken;
import com.coze.openapi.client.auth.scope.Scope;
import com.coze.openapi.client.connversations.CreateConversationReq;
import com.coze.openapi.service.auth.DeviceOAuthClient;
import com.coze.openapi.service.auth.JWTOAuth;
import com.coze.openapi.service.auth.JWTOAuthClient;
import com.coze.openapi.service.auth.PKCEOAuthClient;
import com.coze.openapi.service.auth.TokenAuth;
import com.coze.openapi.service.auth.WebOAuthClient;
import com.coze.openapi.service.service.CozeAPI;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Tokens of the four kinds of OAuth apps that the simulator brings along. */
final class OAuth {
  private static final String WEB = "7400000000000000303.app.coze";
  private static final String SECRET = "secret_sim";
  private static final String PKCE = "7400000000000000304.app.coze";
  private static final String DEVICE = "7400000000000000305.app.coze";
  private static final String BACK = "http://127.0.0.1:1/back?from=here";
  private static final Scope SCOPE = Scope.buildBotChat(List.of(Harness.DEMO), null);

  private final JWTOAuthClient jwt;
  private final WebOAuthClient web =
      new WebOAuthClient.WebOAuthBuilder().clientID(WEB).clientSecret(SECRET).baseURL(Harness.BASE_URL).build();
  private final PKCEOAuthClient pkce =
      new PKCEOAuthClient.PKCEOAuthBuilder().clientID(PKCE).baseURL(Harness.BASE_URL).build();
  private final DeviceOAuthClient device =
      new DeviceOAuthClient.DeviceOAuthBuilder().clientID(DEVICE).baseURL(Harness.BASE_URL).build();

  OAuth() throws Exception {
    jwt = JWTOAuthClient.loadFromConfig(new LoadAuthConfig(System.getenv("COZE_OAUTH_CONFIG")));
  }

  void register(Harness harness) {
    String token = "JWTOAuthClient.getAccessToken";
    harness.check(token + "()", () -> works(jwt.getAccessToken()));
    harness.check(token + "(Integer)", () -> works(jwt.getAccessToken(900)));
    harness.check(token + "(Scope)", () -> works(jwt.getAccessToken(SCOPE)));
    harness.check(token + "(Integer, Scope)", () -> works(jwt.getAccessToken(900, SCOPE)));
    harness.check(token + "(String)", () -> works(jwt.getAccessToken("session")));
    harness.check(token + "(Integer, String)", () -> works(jwt.getAccessToken(900, "session")));
    harness.check(token + "(Scope, String)", () -> works(jwt.getAccessToken(SCOPE, "session")));
    harness.check(token + "(Integer, Scope, String)", () -> works(jwt.getAccessToken(900, SCOPE, "session")));
    harness.check(token + "(GetJWTAccessTokenReq)", this::jwtOfOthers);
    harness.check("JWTOAuth.token", () -> uses(new CozeAPI.Builder().auth(new JWTOAuth(jwt))));
    harness.check("WebOAuthClient.getAccessToken", () -> works(webToken()));
    harness.check("WebOAuthClient.refreshToken", () -> works(web.refreshToken(webToken().getRefreshToken())));
    harness.check("PKCEOAuthClient.getAccessToken", this::pkceTokens);
    harness.check("PKCEOAuthClient.refreshToken", this::pkceRefresh);
    harness.check("DeviceOAuthClient.getDeviceCode()", () -> Harness.equal(device.getDeviceCode().getInterval(), 5));
    harness.check("DeviceOAuthClient.getDeviceCode(String)", this::deviceOfWorkspace);
    harness.check("DeviceOAuthClient.getAccessToken(String)", () -> works(device.getAccessToken(approved())));
    harness.check(
        "DeviceOAuthClient.getAccessToken(String, boolean)", () -> works(device.getAccessToken(approved(), true)));
    harness.check("DeviceOAuthClient.refreshToken", this::deviceRefresh);
  }

  /** Uses a token. */
  private static void works(OAuthToken token) {
    long left = token.getExpiresIn() - System.currentTimeMillis() / 1000;
    Harness.require(left > 300 && left <= 900, "the token lives for " + left + " s");
    uses(new CozeAPI.Builder().auth(new TokenAuth(token.getAccessToken())));
  }

  private static void uses(CozeAPI.Builder builder) {
    CozeAPI coze = builder.baseURL(Harness.BASE_URL).build();
    CreateConversationReq request = CreateConversationReq.builder().botID(Harness.DEMO).build();
    Harness.isId(coze.conversations().create(request).getConversation().getId());
  }

  private void jwtOfOthers() {
    works(jwt.getAccessToken(GetJWTAccessTokenReq.builder().ttl(900).build()));
    works(jwt.getAccessToken(GetJWTAccessTokenReq.builder().accountID(7_400_000_000_000_000_001L).build()));
    works(jwt.getAccessToken(GetJWTAccessTokenReq.builder().enterpriseID("enterprise").build()));
  }

  private OAuthToken webToken() throws Exception {
    return web.getAccessToken(visit(web.getOAuthURL(BACK, "a b&c=星")), BACK);
  }

  private OAuthToken pkceToken(GetPKCEAuthURLResp link) throws Exception {
    return pkce.getAccessToken(visit(link.getAuthorizationURL()), BACK, link.getCodeVerifier());
  }

  private void pkceTokens() throws Exception {
    for (PKCEOAuthClient.CodeChallengeMethod method : PKCEOAuthClient.CodeChallengeMethod.values()) {
      works(pkceToken(pkce.genOAuthURL(BACK, "state", method)));
    }
  }

  private void pkceRefresh() throws Exception {
    works(pkce.refreshToken(pkceToken(pkce.genOAuthURL(BACK, "state")).getRefreshToken()));
  }

  private void deviceOfWorkspace() {
    Harness.require(device.getDeviceCode(Harness.SPACE).getDeviceCode() != null, "no code");
  }

  private void deviceRefresh() throws Exception {
    works(device.refreshToken(device.getAccessToken(approved()).getRefreshToken()));
  }

  /** A device code that the user has approved. */
  private String approved() throws Exception {
    DeviceAuthResp code = device.getDeviceCode();
    HttpURLConnection connection = open(code.getVerificationURI());
    connection.setDoOutput(true);
    String form = "user_code=" + URLEncoder.encode(code.getUserCode(), StandardCharsets.UTF_8) + "&decision=approve";
    connection.getOutputStream().write(form.getBytes(StandardCharsets.UTF_8));
    Harness.equal(connection.getResponseCode(), 200);
    return code.getDeviceCode();
  }

  /** Follows the authorize URL as a browser does, and returns the code that the app is given. */
  private static String visit(String url) throws Exception {
    HttpURLConnection connection = open(url);
    Harness.equal(connection.getResponseCode(), 302);
    String location = connection.getHeaderField("Location");
    Harness.contains(location, BACK + "&");
    String code =
        Arrays.stream(URI.create(location).getRawQuery().split("&"))
            .filter(pair -> pair.startsWith("code="))
            .findFirst()
            .orElseThrow(() -> new AssertionError(location));
    return URLDecoder.decode(code.substring(5), StandardCharsets.UTF_8);
  }

  private static HttpURLConnection open(String url) throws Exception {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    return connection;
  }
}

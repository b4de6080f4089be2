package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	coze "github.com/coze-dev/coze-go"
)

// The OAuth apps that the simulator brings along.
const (
	webApp    = "7400000000000000303.app.coze"
	secret    = "secret_sim"
	pkceApp   = "7400000000000000304.app.coze"
	deviceApp = "7400000000000000305.app.coze"
	back      = "http://127.0.0.1:1/back?from=here"
)

// registerOAuth is about the tokens of the four kinds of OAuth apps.
func registerOAuth() {
	var config coze.OAuthConfig
	must(0, json.Unmarshal(must(os.ReadFile(os.Getenv("COZE_OAUTH_CONFIG"))), &config))
	jwt := must(coze.LoadOAuthAppFromConfig(&config)).(*coze.JWTOAuthClient)
	here := coze.WithAuthBaseURL(base)
	web := must(coze.NewWebOAuthClient(webApp, secret, here))
	pkce := must(coze.NewPKCEOAuthClient(pkceApp, here))
	device := must(coze.NewDeviceOAuthClient(deviceApp, here))

	check("JWTOAuthClient.GetAccessToken", func() {
		for _, request := range []*coze.GetJWTAccessTokenReq{
			nil,
			{TTL: 900, Scope: coze.BuildBotChat([]string{demo}, nil), SessionName: pointer("session")},
			{AccountID: pointer(int64(7400000000000000001))},
			{EnterpriseID: pointer("enterprise")},
		} {
			works(jwt.GetAccessToken(ctx, request))
		}
	})
	check("JWTAuth.Token", func() { uses(coze.NewJWTAuth(jwt, nil)) })

	webToken := func() *coze.OAuthToken {
		link := web.GetOAuthURL(ctx, &coze.GetWebOAuthURLReq{RedirectURI: back, State: "a b&c=星"})
		return must(web.GetAccessToken(ctx, &coze.GetWebOAuthAccessTokenReq{Code: visit(link), RedirectURI: back}))
	}
	check("WebOAuthClient.GetAccessToken", func() { works(webToken(), nil) })
	check("WebOAuthClient.RefreshToken", func() { works(web.RefreshToken(ctx, webToken().RefreshToken)) })

	pkceToken := func(method coze.CodeChallengeMethod) *coze.OAuthToken {
		link := must(pkce.GetOAuthURL(ctx, &coze.GetPKCEOAuthURLReq{RedirectURI: back, State: "s", Method: &method}))
		return must(pkce.GetAccessToken(ctx, &coze.GetPKCEAccessTokenReq{
			Code: visit(link.AuthorizationURL), RedirectURI: back, CodeVerifier: link.CodeVerifier,
		}))
	}
	check("PKCEOAuthClient.GetAccessToken", func() {
		works(pkceToken(coze.CodeChallengeMethodPlain), nil)
		works(pkceToken(coze.CodeChallengeMethodS256), nil)
	})
	check("PKCEOAuthClient.RefreshToken", func() {
		works(pkce.RefreshToken(ctx, pkceToken(coze.CodeChallengeMethodS256).RefreshToken))
	})

	deviceToken := func(poll bool) *coze.OAuthToken {
		code := must(device.GetDeviceCode(ctx, nil))
		form := url.Values{"user_code": {code.UserCode}, "decision": {"approve"}}.Encode()
		request := must(http.NewRequest(http.MethodPost, code.VerificationURI, strings.NewReader(form)))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		send(request)
		return must(device.GetAccessToken(ctx, &coze.GetDeviceOAuthAccessTokenReq{DeviceCode: code.DeviceCode, Poll: poll}))
	}
	check("DeviceOAuthClient.GetDeviceCode", func() {
		equal(must(device.GetDeviceCode(ctx, nil)).Interval, 5)
		code := must(device.GetDeviceCode(ctx, &coze.GetDeviceOAuthCodeReq{WorkspaceID: pointer(space)}))
		require(code.DeviceCode != "", "no code")
	})
	check("DeviceOAuthClient.GetAccessToken", func() {
		works(deviceToken(false), nil)
		works(deviceToken(true), nil)
	})
	check("DeviceOAuthClient.RefreshToken", func() {
		works(device.RefreshToken(ctx, deviceToken(false).RefreshToken))
	})
}

// works uses a token.
func works(token *coze.OAuthToken, err error) {
	left := must(token, err).ExpiresIn - time.Now().Unix()
	require(left > 300 && left <= 900, "the token lives for ", left, " s")
	uses(coze.NewTokenAuth(token.AccessToken))
}

func uses(auth coze.Auth) {
	request := &coze.CreateConversationsReq{BotID: demo}
	isID(must(clientOf(auth).Conversations.Create(ctx, request)).Conversation.ID)
}

// visit follows the authorize URL as a browser does, and returns the code that the app is given.
func visit(link string) string {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response := must((&http.Client{CheckRedirect: stay}).Get(link))
	defer response.Body.Close()
	equal(response.StatusCode, http.StatusFound)
	location := must(response.Location())
	contains(location.String(), back+"&")
	return location.Query().Get("code")
}

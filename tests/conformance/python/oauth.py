"""The OAuth apps of cozepy, unchanged, against the simulator."""

import asyncio
import json
import os
from urllib.parse import parse_qs, urlsplit

import httpx
from cozepy import (
    AsyncCoze,
    AsyncJWTAuth,
    AsyncJWTOAuthApp,
    Coze,
    CozeAPIError,
    CozePKCEAuthError,
    CozePKCEAuthErrorType,
    DeviceOAuthApp,
    JWTAuth,
    JWTOAuthApp,
    PKCEOAuthApp,
    Scope,
    TokenAuth,
    WebOAuthApp,
    load_oauth_app_from_config,
)

from harness import BASE_URL, DEMO, check, contains, equal, is_recent, main, raises

with open(os.environ["COZE_OAUTH_CONFIG"], encoding="utf-8") as file:
    CONFIG = json.load(file)
KEYS = {name: CONFIG[name] for name in ("client_id", "private_key", "public_key_id")}

# The apps that the simulator brings along.
CHANNEL = "7400000000000000302"
WEB = "7400000000000000303.app.coze"
SECRET = "secret_sim"
PKCE = "7400000000000000304.app.coze"
DEVICE = "7400000000000000305.app.coze"

BACK = "http://127.0.0.1:1/back?from=here"


def works(token):
    """Uses a token, and returns it."""
    is_recent(token.expires_in - 900)
    me = Coze(auth=TokenAuth(token.access_token), base_url=BASE_URL).users.me()
    assert me.user_id, me
    return token


def visit(url):
    """Follows the authorize URL as a browser does, and returns what the app is given."""
    response = httpx.get(url)
    equal(response.status_code, 302)
    location = response.headers["location"]
    assert location.startswith(BACK + "&"), location
    return {name: value for name, (value,) in parse_qs(urlsplit(location).query, keep_blank_values=True).items()}


def decide(code, decision):
    """Does what a user does in a browser."""
    form = httpx.get(code.verification_url)
    contains(form.text, code.user_code)
    equal(httpx.post(code.verification_uri, data={"user_code": code.user_code, "decision": decision}).status_code, 200)


@check
def jwt_app():
    token = works(JWTOAuthApp(**KEYS, base_url=BASE_URL).get_access_token())
    equal(token.refresh_token, "")


@check
def jwt_app_from_the_config():
    app = load_oauth_app_from_config(CONFIG)
    first, second = works(app.get_access_token(900)), works(app.get_access_token(900))
    assert first.access_token != second.access_token


@check
def jwt_app_with_a_scope_and_a_session():
    app = JWTOAuthApp(**{**KEYS, "client_id": CHANNEL}, base_url=BASE_URL)
    scope = Scope.build_bot_chat(bot_id_list=[DEMO])
    one, other = (app.get_access_token(scope=scope, session_name=name).access_token for name in ("one", "other"))
    one, other = (Coze(auth=TokenAuth(token), base_url=BASE_URL) for token in (one, other))
    conversation = one.conversations.create()
    equal(raises(CozeAPIError, other.conversations.retrieve, conversation_id=conversation.id).code, 4101)


@check
def jwt_app_with_a_wrong_key_id():
    app = JWTOAuthApp(**{**KEYS, "public_key_id": "other"}, base_url=BASE_URL)
    contains(raises(CozeAPIError, app.get_access_token).msg, "kid")


@check
def jwt_app_asking_for_too_long():
    app = JWTOAuthApp(**KEYS, base_url=BASE_URL)
    contains(raises(CozeAPIError, app.get_access_token, 86400).msg, "invalid request: duration_seconds")


@check
def jwt_auth():
    coze = Coze(auth=JWTAuth(**KEYS, base_url=BASE_URL), base_url=BASE_URL)
    equal(coze.users.me().user_id, coze.users.me().user_id)


@check
async def jwt_auth_async():
    coze = AsyncCoze(auth=AsyncJWTAuth(**KEYS, base_url=BASE_URL), base_url=BASE_URL)
    assert (await coze.users.me()).user_id
    app = AsyncJWTOAuthApp(**KEYS, base_url=BASE_URL)
    tokens = await asyncio.gather(*(app.get_access_token(900) for _ in range(8)))
    equal(len({works(token).access_token for token in tokens}), 8)


@check
def web_app():
    app = WebOAuthApp(WEB, SECRET, base_url=BASE_URL)
    given = visit(app.get_oauth_url(redirect_uri=BACK, state="a b&c=星"))
    equal(given["state"], "a b&c=星")
    token = works(app.get_access_token(redirect_uri=BACK, code=given["code"]))
    renewed = works(app.refresh_access_token(token.refresh_token))
    assert renewed.refresh_token not in ("", token.refresh_token)
    for function, values in [
        (app.refresh_access_token, [token.refresh_token]),
        (app.get_access_token, [BACK, given["code"]]),
    ]:
        contains(raises(CozeAPIError, function, *values).msg, "was used before")


@check
def web_app_of_a_workspace_with_a_wrong_secret():
    app = WebOAuthApp(WEB, "wrong", base_url=BASE_URL)
    given = visit(app.get_oauth_url(redirect_uri=BACK, workspace_id="7400000000000000009"))
    equal(given["state"], "")
    contains(raises(CozeAPIError, app.get_access_token, BACK, given["code"]).msg, "secret")


@check
def pkce_app():
    app = PKCEOAuthApp(PKCE, base_url=BASE_URL)
    verifier = "v" * 43
    for options in [{}, {"code_challenge_method": "plain"}, {"code_challenge_method": "S256"}]:
        given = visit(app.get_oauth_url(redirect_uri=BACK, code_verifier=verifier, **options))
        error = raises(CozeAPIError, app.get_access_token, BACK, given["code"], "w" * 43)
        contains(error.msg, "code_verifier")
        token = works(app.get_access_token(redirect_uri=BACK, code=given["code"], code_verifier=verifier))
        works(app.refresh_access_token(token.refresh_token))


@check
def device_app():
    app = DeviceOAuthApp(DEVICE, base_url=BASE_URL)
    code = app.get_device_code()
    equal((code.interval, code.expires_in), (5, 300))
    error = raises(CozePKCEAuthError, app.get_access_token, code.device_code)
    equal(error.error, CozePKCEAuthErrorType.AUTHORIZATION_PENDING)
    error = raises(CozePKCEAuthError, app.get_access_token, code.device_code)
    equal(error.error, CozePKCEAuthErrorType.SLOW_DOWN)
    decide(code, "approve")
    token = works(app.get_access_token(code.device_code, poll=True))
    works(app.refresh_access_token(token.refresh_token))


@check
async def device_app_that_polls():
    app = DeviceOAuthApp(DEVICE, base_url=BASE_URL)
    code = app.get_device_code(workspace_id="7400000000000000009")
    polls = asyncio.create_task(asyncio.to_thread(app.get_access_token, code.device_code, poll=True))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(decide, code, "approve")
    works(await polls)


@check
def device_app_that_is_refused():
    app = DeviceOAuthApp(DEVICE, base_url=BASE_URL)
    code = app.get_device_code()
    decide(code, "deny")
    error = raises(CozePKCEAuthError, app.get_access_token, code.device_code, poll=True)
    equal(error.error, CozePKCEAuthErrorType.ACCESS_DENIED)


main()

// The OAuth functions of the official Node client, unchanged, against the simulator.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const {
  APIError,
  AuthenticationError,
  CozeAPI,
  getDeviceCode,
  getDeviceToken,
  getJWTToken,
  getPKCEAuthenticationUrl,
  getPKCEOAuthToken,
  getWebAuthenticationUrl,
  getWebOAuthToken,
  refreshOAuthToken,
} = require('@coze/api');

const { BASE_URL, DEMO, refusal, run } = require('./harness.cjs');

const config = JSON.parse(fs.readFileSync(process.env.COZE_OAUTH_CONFIG, 'utf8'));

// The apps that the simulator brings along.
const CHANNEL = '7400000000000000302';
const WEB = { baseURL: BASE_URL, clientId: '7400000000000000303.app.coze', redirectUrl: 'http://localhost:1/back' };
const SECRET = 'secret_sim';
const PKCE = { ...WEB, clientId: '7400000000000000304.app.coze' };
const DEVICE = { baseURL: BASE_URL, clientId: '7400000000000000305.app.coze' };

const jwt = options => ({
  baseURL: BASE_URL,
  appId: config.client_id,
  aud: new URL(BASE_URL).host,
  keyid: config.public_key_id,
  privateKey: config.private_key,
  ...options,
});

/** Uses a token, and returns it. */
const works = async token => {
  assert.ok(Math.abs(Date.now() / 1000 + 900 - token.expires_in) < 600, `expires_in: ${token.expires_in}`);
  const me = await new CozeAPI({ token: token.access_token, baseURL: BASE_URL }).users.me();
  assert.ok(me.user_id, JSON.stringify(me));
  return token;
};

/** Follows the authorize URL as a browser does, and returns what the app is given. */
const visit = async url => {
  const response = await fetch(url, { redirect: 'manual' });
  assert.equal(response.status, 302);
  const location = new URL(response.headers.get('location'));
  assert.equal(location.origin + location.pathname, WEB.redirectUrl);
  return Object.fromEntries(location.searchParams);
};

/** Does what a user does in a browser. */
const decide = async (code, decision) => {
  const body = new URLSearchParams({ user_code: code.user_code, decision });
  assert.equal((await fetch(code.verification_uri, { method: 'POST', body })).status, 200);
};

const checks = {
  async jwt_token() {
    const token = await works(await getJWTToken(jwt()));
    assert.equal(token.refresh_token, undefined);
    // Without its port, the host is one too.
    await works(await getJWTToken(jwt({ aud: new URL(BASE_URL).hostname })));
  },

  async jwt_token_of_an_account_with_a_session() {
    const account = await works(await getJWTToken(jwt({ accountId: '7400000000000000777' })));
    const me = await new CozeAPI({ token: account.access_token, baseURL: BASE_URL }).users.me();
    assert.equal(me.user_id, '7400000000000000777');
    await works(await getJWTToken(jwt({ sessionName: 'guest', durationSeconds: 900 })));
  },

  async jwt_token_with_a_scope() {
    const scope = {
      account_permission: { permission_list: ['Connector.botChat'] },
      attribute_constraint: { connector_bot_chat_attribute: { bot_id_list: [DEMO] } },
    };
    await works(await getJWTToken(jwt({ appId: CHANNEL, scope })));
  },

  async jwt_token_for_another_host() {
    const error = await refusal(() => getJWTToken(jwt({ aud: 'api.coze.cn' })));
    assert.ok(error instanceof AuthenticationError, error);
    assert.equal(error.rawError.error_code, 'invalid_client');
  },

  async web_token() {
    const { code, state } = await visit(getWebAuthenticationUrl({ ...WEB, state: 'a b&星' }));
    assert.equal(state, 'a b&星');
    const token = await works(await getWebOAuthToken({ ...WEB, clientSecret: SECRET, code }));
    const refreshToken = token.refresh_token;
    await works(await refreshOAuthToken({ ...WEB, clientSecret: SECRET, refreshToken }));
    const error = await refusal(() => refreshOAuthToken({ ...WEB, clientSecret: SECRET, refreshToken }));
    assert.ok(error instanceof APIError, error);
    assert.equal(error.rawError.error_code, 'invalid_request');
  },

  async pkce_token() {
    const { url, codeVerifier } = await getPKCEAuthenticationUrl({ ...PKCE, workspaceId: '7400000000000000009' });
    const { code } = await visit(url);
    const wrong = await refusal(() => getPKCEOAuthToken({ ...PKCE, code, codeVerifier: 'wrong' }));
    assert.match(wrong.rawError.error_message, /code_verifier/);
    const token = await works(await getPKCEOAuthToken({ ...PKCE, code, codeVerifier }));
    await works(await refreshOAuthToken({ ...PKCE, refreshToken: token.refresh_token }));
  },

  async device_token() {
    const code = await getDeviceCode(DEVICE);
    const pending = await refusal(() => getDeviceToken({ ...DEVICE, deviceCode: code.device_code }));
    assert.equal(pending.rawError.error, 'authorization_pending');
    await decide(code, 'approve');
    const token = await works(await getDeviceToken({ ...DEVICE, deviceCode: code.device_code, poll: true }));
    await works(await refreshOAuthToken({ ...DEVICE, refreshToken: token.refresh_token }));
  },

  async device_token_by_polling() {
    const code = await getDeviceCode({ ...DEVICE, workspaceId: '7400000000000000009' });
    const polls = getDeviceToken({ ...DEVICE, deviceCode: code.device_code, poll: true });
    await sleep(500);
    await decide(code, 'approve');
    await works(await polls);
  },

  async device_token_that_is_refused() {
    const code = await getDeviceCode(DEVICE);
    await decide(code, 'deny');
    const error = await refusal(() => getDeviceToken({ ...DEVICE, deviceCode: code.device_code, poll: true }));
    assert.equal(error.rawError.error, 'access_denied');
  },
};

run(checks);

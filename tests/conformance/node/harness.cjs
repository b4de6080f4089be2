// Runs checks by name, prints a line for each, and counts.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const BASE_URL = process.env.COZE_API_BASE ?? 'http://127.0.0.1:8080';
const TOKEN = process.env.COZE_API_TOKEN ?? 'pat_sim';

// The agents of agents.json, and the one that the simulator brings along.
const agents = {
  DEMO: '7400000000000000001',
  SLOW: '7400000000000000011',
  TOOLS: '7400000000000000012',
  EVERYTHING: '7400000000000000013',
};
const UNKNOWN_ID = '7499999999999999999';

// Longest time for one check, in milliseconds.
const PATIENCE = 40_000;

const isId = text => assert.match(text, /^\d{15,19}$/);

/** Returns the error that a call ends with. */
const refusal = async call => {
  let result;
  try {
    result = await call();
  } catch (error) {
    return error;
  }
  return assert.fail(`expected an error, got ${JSON.stringify(result)}`);
};

/** Asks again until the condition holds, and returns what it gave. */
const waitUntil = async condition => {
  for (;;) {
    const result = await condition();
    if (result) {
      return result;
    }
    await sleep(20);
  }
};

const message = error => String(error?.message ?? error).split('\n').filter(Boolean).join(' ');

const refusals = [];

/** Counts and names a refusal that is put up with, since the endpoint is on the list of those not served yet. */
const refuse = (name, endpoint) => {
  const lines = fs.readFileSync(path.join(__dirname, '../not-served.txt'), 'utf8').split('\n');
  const patterns = lines.filter(line => line && !line.startsWith('#')).map(line => line.replace(/\{\w+\}/g, '[^/]+'));
  assert.ok(patterns.some(pattern => new RegExp(`^${pattern}$`).test(endpoint)), `not-served.txt does not hold ${endpoint}`);
  refusals.push(name);
  console.log(`not served yet: ${name} (${endpoint})`);
};

/** Runs every check in order; the exit code is 1 if one failed. */
const run = async checks => {
  let passed = 0;
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const timeout = new AbortController();
    const late = sleep(PATIENCE, undefined, timeout).then(() => assert.fail(`not done after ${PATIENCE} ms`));
    try {
      const refused = refusals.length;
      await Promise.race([check(), late]);
      if (refusals.length === refused) {
        passed += 1;
        console.log(`ok ${name}`);
      }
    } catch (error) {
      failed += 1;
      const line = /\b(?!harness)\w+\.cjs:(\d+)/.exec(error?.stack ?? '')?.[1] ?? 0;
      console.log(`FAILED ${name}: line ${line}: ${error?.constructor?.name}: ${message(error)}`);
    } finally {
      late.catch(() => {});
      timeout.abort();
    }
  }
  if (refusals.length > 0) {
    console.log(`${refusals.length} tolerated: ${refusals.join(', ')}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  // A check that was not done may hold the process open.
  process.exit(failed ? 1 : 0);
};

module.exports = { ...agents, BASE_URL, TOKEN, UNKNOWN_ID, isId, refusal, refuse, run, waitUntil };

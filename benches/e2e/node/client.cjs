// @coze/api: `client.cjs MODE KEY=VALUE…` as the programs in Rust; prints one line of JSON.
'use strict';

const fs = require('node:fs');
const { ChatEventType, CozeAPI } = require('@coze/api');

const [mode, ...words] = process.argv.slice(2);
const options = Object.fromEntries(words.map((word) => word.split(/=(.*)/s).slice(0, 2)));
const client = new CozeAPI({ baseURL: options.base, token: 'pat_bench' });

function status(name) {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]);
}

function usage() {
  const used = process.resourceUsage();
  return {
    at: Number(process.hrtime.bigint()) / 1e3,
    cpu: used.userCPUTime + used.systemCPUTime,
    resident: status('VmRSS'),
    peak: status('VmHWM'),
  };
}

function report(count, before, after) {
  const cpu = after.cpu - before.cpu;
  const wall = after.at - before.at;
  const grown = after.peak - before.resident;
  console.log(JSON.stringify({ cpu: cpu / count, wall: wall / count, busy: cpu / wall, grown }));
}

async function stream(user) {
  const message = { role: 'user', type: 'question', content: 'hello', content_type: 'text' };
  const request = { bot_id: '7379462189365198898', user_id: user, additional_messages: [message] };
  let seen = 0;
  for await (const event of client.chat.stream(request)) {
    if (event.event === ChatEventType.CONVERSATION_MESSAGE_DELTA && event.data.content.length > 0) {
      seen += 1;
    }
  }
  return seen;
}

const request = () => client.conversations.retrieve('7381473445440978001');

async function main() {
  if (mode === 'stream') {
    const count = Number(options.n);
    await stream('n=200;mode=blast');
    const before = usage();
    const seen = await stream(`n=${count};mode=${options.pace}`);
    if (seen !== count) {
      throw new Error(`${seen} deltas came`);
    }
    report(count, before, usage());
  } else if (mode === 'requests') {
    const ways = Number(options.ways);
    const share = Math.floor(Number(options.n) / ways);
    for (let n = 0; n < 50; n += 1) {
      await request();
    }
    const before = usage();
    const way = async () => {
      for (let n = 0; n < share; n += 1) {
        await request();
      }
    };
    await Promise.all(Array.from({ length: ways }, way));
    report(share * ways, before, usage());
  } else {
    throw new Error(`no mode ${mode}`);
  }
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

// Every method of the official Node client, with no more arguments than it needs.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { ChatEventType, ChatStatus, CozeAPI, RoleType, WorkflowEventType } = require('@coze/api');

const { BASE_URL, DEMO, SLOW, TOKEN, TOOLS, isId, refuse, run, waitUntil } = require('./harness.cjs');

const SPACE = '7316121948439879003';
const [ASK, GREET, TALK] = ['7400000000000000021', '7400000000000000022', '7400000000000000023'];

const coze = new CozeAPI({ token: TOKEN, baseURL: BASE_URL });

const collect = async events => {
  const list = [];
  for await (const event of events) {
    list.push(event);
  }
  return list;
};

const ask = (bot_id = DEMO) => ({
  bot_id,
  user_id: 'u',
  additional_messages: [{ role: RoleType.User, content: 'hi', content_type: 'text' }],
});

const withFile = async (name, content, call) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'coze-'));
  try {
    fs.writeFileSync(path.join(folder, name), content);
    return await call(fs.createReadStream(path.join(folder, name)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
};

/** A WAV file of silence: 16 kHz, 16 bit, one channel. */
const sound = () => {
  const head = Buffer.from('RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0........\x02\0\x10\0data....', 'latin1');
  head.writeUInt32LE(16036, 4);
  head.writeUInt32LE(16000, 24);
  head.writeUInt32LE(32000, 28);
  head.writeUInt32LE(16000, 40);
  return Buffer.concat([head, Buffer.alloc(16000)]);
};

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const settled = async (chat, status = ChatStatus.COMPLETED) => {
  const seen = await waitUntil(async () => {
    const now = await coze.chat.retrieve(chat.conversation_id, chat.id);
    return now.status !== ChatStatus.CREATED && now.status !== ChatStatus.IN_PROGRESS && now;
  });
  assert.equal(seen.status, status);
  return seen;
};

/** Runs the methods for documents, of which the client has two sets. */
const documents = async module => {
  const { dataset_id } = await coze.datasets.create({ name: 'd', space_id: SPACE, format_type: 0 });
  const source_info = { file_base64: Buffer.from('x').toString('base64'), file_type: 'txt' };
  const [{ document_id }] = await module.create({ dataset_id, document_bases: [{ name: 'a.txt', source_info }] });
  isId(document_id);
  await module.update({ document_id, document_name: 'b.txt' });
  const { document_infos } = await module.list({ dataset_id });
  assert.deepEqual(document_infos.map(({ name }) => name), ['b.txt']);
  await module.delete({ document_ids: [document_id] });
  await coze.datasets.delete(dataset_id);
};

const PARTS = ['create', 'list', 'delete', 'update'];
const of = (path, names) => names.map(name => `${path}.${name}`);

/** What runs the methods, and which those are. */
const runs = [
  [['users.me'], async () => isId((await coze.users.me()).user_id)],
  [
    ['bots.retrieve', 'bots.retrieveNew'],
    async () => {
      assert.equal((await coze.bots.retrieve({ bot_id: DEMO })).bot_id, DEMO);
      assert.equal((await coze.bots.retrieveNew(DEMO)).bot_id, DEMO);
    },
  ],
  [
    ['bots.create', 'bots.update', 'bots.publish', 'bots.list', 'bots.listNew'],
    async () => {
      const { bot_id } = await coze.bots.create({ space_id: SPACE, name: 'before', prompt_info: { prompt: 'p' } });
      await coze.bots.update({ bot_id, name: 'after' });
      await coze.bots.publish({ bot_id, connector_ids: ['1024'] });
      const { space_bots } = await coze.bots.list({ space_id: SPACE });
      assert.equal(space_bots.find(bot => bot.bot_id === bot_id).bot_name, 'after');
      const { items } = await coze.bots.listNew({ workspace_id: SPACE });
      assert.equal(items.find(bot => bot.id === bot_id).name, 'after');
      await settled(await coze.chat.create(ask(bot_id)));
    },
  ],
  [
    ['variables.update', 'variables.retrieve'],
    async () => {
      const of = { bot_id: DEMO, connector_uid: 'node' };
      await coze.variables.update({ ...of, data: [{ keyword: 'city', value: 'Hangzhou' }] });
      const { items } = await coze.variables.retrieve({ ...of, keywords: 'city' });
      assert.deepEqual(items.map(({ value }) => value), ['Hangzhou']);
    },
  ],
  [
    ['templates.duplicate'],
    async () => isId((await coze.templates.duplicate('7400000000000000401', { workspace_id: SPACE })).entity_id),
  ],
  [
    ['files.upload', 'files.retrieve'],
    async () => {
      const { id } = await withFile('表 1.csv', 'a,b', file => coze.files.upload({ file }));
      assert.equal((await coze.files.retrieve(id)).id, id);
    },
  ],
  [
    ['chat.create', 'chat.retrieve', 'chat.messages.list'],
    async () => {
      const chat = await settled(await coze.chat.create(ask()));
      assert.ok((await coze.chat.messages.list(chat.conversation_id, chat.id)).length > 0);
    },
  ],
  [
    ['chat.stream'],
    async () => {
      const events = await collect(coze.chat.stream(ask()));
      assert.equal(events.at(-1).event, ChatEventType.DONE);
    },
  ],
  [['chat.createAndPoll'], async () => assert.equal((await coze.chat.createAndPoll(ask())).chat.status, 'completed')],
  [
    ['chat.cancel'],
    async () => {
      const chat = await coze.chat.create(ask(SLOW));
      assert.equal((await coze.chat.cancel(chat.conversation_id, chat.id)).status, 'canceled');
    },
  ],
  [
    ['chat.submitToolOutputs'],
    async () => {
      for (const stream of [false, true]) {
        const chat = await settled(await coze.chat.create(ask(TOOLS)), ChatStatus.REQUIRES_ACTION);
        const calls = chat.required_action.submit_tool_outputs.tool_calls;
        const tool_outputs = calls.map(({ id }) => ({ tool_call_id: id, output: 'x' }));
        await collect(coze.chat.submitToolOutputs({ conversation_id: chat.conversation_id, chat_id: chat.id, tool_outputs, stream }));
      }
    },
  ],
  [
    of('conversations', ['create', 'retrieve', 'list', 'clear']),
    async () => {
      const { id } = await coze.conversations.create({ bot_id: DEMO });
      assert.equal((await coze.conversations.retrieve(id)).id, id);
      const { conversations } = await coze.conversations.list({ bot_id: DEMO });
      assert.ok(conversations.some(one => one.id === id));
      await coze.conversations.clear(id);
    },
  ],
  [
    of('conversations.messages', ['create', 'update', 'retrieve', 'list', 'delete']),
    async () => {
      const { id } = await coze.conversations.create({});
      const made = await coze.conversations.messages.create(id, { role: RoleType.User, content: 'a', content_type: 'text' });
      await coze.conversations.messages.update(id, made.id, { content: 'b', content_type: 'text' });
      assert.equal((await coze.conversations.messages.retrieve(id, made.id)).content, 'b');
      assert.equal((await coze.conversations.messages.list(id)).data.length, 1);
      await coze.conversations.messages.delete(id, made.id);
    },
  ],
  [of('knowledge.documents', PARTS), () => documents(coze.knowledge.documents)],
  [of('datasets.documents', PARTS), () => documents(coze.datasets.documents)],
  [
    [...of('datasets', [...PARTS, 'process']), ...of('datasets.images', ['update', 'list'])],
    async () => {
      const { dataset_id } = await coze.datasets.create({ name: 'i', space_id: SPACE, format_type: 2 });
      await coze.datasets.update(dataset_id, { name: 'j' });
      assert.ok((await coze.datasets.list({ space_id: SPACE })).total_count > 0);
      const { id } = await withFile('a.png', PIXEL, file => coze.files.upload({ file }));
      const source_info = { source_file_id: id, document_source: 5 };
      const [{ document_id }] = await coze.datasets.documents.create({ dataset_id, document_bases: [{ name: 'a', source_info }] });
      await coze.datasets.process(dataset_id, { document_ids: [document_id] });
      await coze.datasets.images.update(dataset_id, document_id, { caption: 'c' });
      assert.equal((await coze.datasets.images.list(dataset_id)).photo_infos[0].caption, 'c');
      await coze.datasets.delete(dataset_id);
    },
  ],
  [
    ['workflows.runs.create', 'workflows.runs.history'],
    async () => {
      assert.match((await coze.workflows.runs.create({ workflow_id: GREET })).data, /you/);
      const { execute_id } = await coze.workflows.runs.create({ workflow_id: GREET, parameters: { name: 'x' }, is_async: true });
      const history = await waitUntil(async () => {
        const [one] = await coze.workflows.runs.history(GREET, execute_id);
        return one.execute_status === 'Success' && one;
      });
      assert.match(history.output, /x/);
    },
  ],
  [
    ['workflows.runs.stream', 'workflows.runs.resume'],
    async () => {
      const events = await collect(coze.workflows.runs.stream({ workflow_id: ASK }));
      const said = events.filter(({ event }) => event === WorkflowEventType.MESSAGE).map(({ data }) => data.content);
      assert.match(said.join(''), /^Hello you/);
      const interrupt = events.find(({ event }) => event === WorkflowEventType.INTERRUPT);
      const { event_id, type } = interrupt.data.interrupt_data;
      const rest = await collect(
        coze.workflows.runs.resume({ workflow_id: ASK, event_id, resume_data: '杭州', interrupt_type: type }),
      );
      assert.ok(rest.some(({ data }) => /杭州/.test(data?.content ?? '')));
    },
  ],
  [
    ['workflows.chat.stream'],
    async () => {
      const objects = [{ type: 'text', text: 'hi' }, { type: 'image', file_url: 'https://example.com/a.png' }];
      for (const message of [
        { role: RoleType.User, content: 'hi', content_type: 'text' },
        { role: RoleType.User, content: objects, content_type: 'object_string' },
      ]) {
        const events = await collect(coze.workflows.chat.stream({ workflow_id: TALK, bot_id: DEMO, additional_messages: [message] }));
        const deltas = events.filter(({ event }) => event === ChatEventType.CONVERSATION_MESSAGE_DELTA);
        assert.equal(deltas.map(({ data }) => data.content).join(''), 'You said hi');
      }
    },
  ],
  [
    ['audio.voices.list', 'audio.voices.clone', 'audio.speech.create', 'audio.transcriptions.create'],
    async () => {
      const { voice_list } = await coze.audio.voices.list();
      const spoken = await coze.audio.speech.create({ input: 'hi', voice_id: voice_list[0].voice_id });
      assert.ok(Buffer.from(spoken).length > 0);
      await withFile('s.wav', sound(), file => coze.audio.voices.clone({ voice_name: 'n', audio_format: 'wav', file }));
      const { text } = await withFile('hello.wav', sound(), file => coze.audio.transcriptions.create({ file }));
      assert.equal(text, 'hello');
    },
  ],
  [
    ['workspaces.list'],
    async () => {
      const { total_count, workspaces } = await coze.workspaces.list();
      assert.ok(total_count > 0 && workspaces.some(workspace => workspace.workspace_type === 'team'));
    },
  ],
  [
    ['audio.rooms.create', 'audio.live.retrieve'],
    async () => {
      const { room_id } = await coze.audio.rooms.create({ bot_id: DEMO, connector_id: '1024' });
      assert.ok((await coze.audio.live.retrieve(room_id)).stream_infos.length > 0);
    },
  ],
  [
    [...of('audio.voiceprintGroups', PARTS), ...of('audio.voiceprintGroups.features', [...PARTS, 'speakerIdentify'])],
    async () => {
      const groups = coze.audio.voiceprintGroups;
      const { id } = await groups.create({ name: 'g' });
      await groups.update(id, { name: 'h' });
      assert.ok((await groups.list()).total > 0);
      const feature = await withFile('a.wav', sound(), file => groups.features.create(id, { name: 'f', file }));
      await groups.features.update(id, feature.id, { name: 'g' });
      assert.equal((await groups.features.list(id)).total, 1);
      await withFile('b.wav', sound(), file => groups.features.speakerIdentify(id, { file }));
      await groups.features.delete(id, feature.id);
      await groups.delete(id);
    },
  ],
];

/** Walks through the client, and returns its methods by their names. */
const methods = (part, prefix) => {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter(name => name !== 'constructor');
  const found = own.map(name => [`${prefix}${name}`, part[name].bind(part)]);
  for (const [name, value] of Object.entries(part)) {
    if (!name.startsWith('_') && value?._client) {
      found.push(...methods(value, `${prefix}${name}.`));
    }
  }
  return found;
};

const all = new Map();
for (const [name, value] of Object.entries(coze)) {
  if (value?._client) {
    methods(value, `${name}.`).forEach(([method, call]) => all.set(method, call));
  }
}

const checks = {};
for (const [names, check] of runs) {
  for (const name of names) {
    assert.ok(all.has(name), `the client has no method ${name} any more`);
    all.delete(name);
    checks[name] = check;
  }
}
// Endpoints that are not served: the client is told so, and nothing else.
for (const [name, call] of all) {
  if (name.startsWith('websockets.')) {
    // The simulator has no WebSockets yet.
    continue;
  }
  checks[name] = async () => {
    const options = { workspace_id: SPACE, space_id: SPACE, bot_id: DEMO, connector_uid: 'u', data: [], keywords: [] };
    const result = await call(...(name === 'templates.duplicate' ? [DEMO, options] : [options])).catch(error => error);
    const [, endpoint] = /the simulator has no endpoint (.*)/.exec(result?.msg) ?? [];
    assert.ok(endpoint, `it is served: ${JSON.stringify(result)}`);
    return refuse(name, endpoint);
  };
}

run(checks);

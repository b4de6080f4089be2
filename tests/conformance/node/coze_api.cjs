// The official Node client, unchanged, against the simulator.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { APIError, AuthenticationError, ChatEventType, ChatStatus, CozeAPI, RoleType } = require('@coze/api');

const { BASE_URL, DEMO, EVERYTHING, SLOW, TOKEN, TOOLS, UNKNOWN_ID, isId, refusal, run, waitUntil } = require('./harness.cjs');

const QUESTION = '2024年10月1日是星期几';

const coze = new CozeAPI({ token: TOKEN, baseURL: BASE_URL });

const ask = (content, bot_id = DEMO) => ({
  bot_id,
  user_id: 'u',
  additional_messages: [{ role: RoleType.User, content, content_type: 'text' }],
});

const collect = async events => {
  const list = [];
  for await (const { event, data } of events) {
    list.push({ event, data });
  }
  return list;
};

const stream = request => collect(coze.chat.stream(request));

/** Waits until a chat is no longer in progress, and compares its status. */
const settle = async (chat, status = ChatStatus.COMPLETED) => {
  const seen = await waitUntil(async () => {
    const now = await coze.chat.retrieve(chat.conversation_id, chat.id);
    return now.status !== ChatStatus.CREATED && now.status !== ChatStatus.IN_PROGRESS && now;
  });
  assert.equal(seen.status, status);
  return seen;
};

const completed = (events, type) =>
  events
    .filter(({ event, data }) => event === ChatEventType.CONVERSATION_MESSAGE_COMPLETED && data.type === type)
    .map(({ data }) => data);

/** The code of a refused stream: the client throws it, or yields it as an event when the status was 200. */
const refusedStream = async events => {
  try {
    const list = await collect(events);
    assert.equal(list.at(-1)?.event, ChatEventType.ERROR, `the stream was not refused: ${JSON.stringify(list)}`);
    return list.at(-1).data.code;
  } catch (error) {
    assert.ok(error instanceof APIError, String(error));
    // Of a streamed body the client keeps the status alone.
    return error.code ?? error.status;
  }
};

const checks = {
  async chat_stream() {
    const events = await stream({ ...ask(QUESTION), meta_data: { k: 'v' } });
    const names = events.map(({ event }) => event);
    assert.deepEqual(names.slice(0, 2), [
      ChatEventType.CONVERSATION_CHAT_CREATED,
      ChatEventType.CONVERSATION_CHAT_IN_PROGRESS,
    ]);
    assert.deepEqual(names.slice(-2), [ChatEventType.CONVERSATION_CHAT_COMPLETED, ChatEventType.DONE]);
    const created = events[0].data;
    const done = events.at(-2).data;
    isId(created.id);
    isId(created.conversation_id);
    assert.equal(done.id, created.id);
    assert.equal(done.bot_id, DEMO);
    assert.equal(done.status, ChatStatus.COMPLETED);
    assert.equal(done.usage.token_count, done.usage.input_count + done.usage.output_count);

    const deltas = events.filter(({ event }) => event === ChatEventType.CONVERSATION_MESSAGE_DELTA);
    assert.ok(deltas.length > 1, `the answer came in ${deltas.length} piece`);
    const [answer] = completed(events, 'answer');
    assert.equal(deltas.map(({ data }) => data.content).join(''), answer.content);
    assert.match(answer.content, /星期二/);
  },

  async chat_create_retrieve_messages() {
    const chat = await coze.chat.create({ ...ask(QUESTION), meta_data: { source: 'conformance' } });
    isId(chat.id);
    const seen = await settle(chat);
    assert.equal(seen.id, chat.id);
    assert.deepEqual(seen.meta_data, { source: 'conformance' });
    const messages = await coze.chat.messages.list(chat.conversation_id, chat.id);
    const [answer] = messages.filter(({ type }) => type === 'answer');
    assert.match(answer.content, /星期二/);
    assert.ok(messages.every(({ type }) => type !== 'question'));
  },

  async chat_create_without_user_id() {
    // The client invents one.
    const { user_id, ...request } = ask('hi');
    await settle(await coze.chat.create(request));
  },

  async chat_create_and_poll() {
    const { chat, messages } = await coze.chat.createAndPoll(ask(QUESTION));
    assert.equal(chat.status, ChatStatus.COMPLETED);
    assert.match(messages.find(({ type }) => type === 'answer').content, /星期二/);
  },

  async chat_cancel() {
    const chat = await coze.chat.create(ask('hi', SLOW));
    const canceled = await coze.chat.cancel(chat.conversation_id, chat.id);
    assert.equal(canceled.status, ChatStatus.CANCELED);
    await settle(chat, ChatStatus.CANCELED);
    const error = await refusal(() => coze.chat.cancel(chat.conversation_id, chat.id));
    assert.equal(error.code, 4104);
    assert.ok(error.logid, 'no log id');
  },

  async chat_in_a_busy_conversation_is_refused() {
    const { id, conversation_id } = await coze.chat.create(ask('hi', SLOW));
    const request = { ...ask('again', SLOW), conversation_id };
    assert.equal((await refusal(() => coze.chat.create(request))).code, 4016);
    await refusedStream(coze.chat.stream(request));
    await coze.chat.cancel(conversation_id, id);
  },

  async chat_tool_outputs_streamed() {
    const events = await stream(ask('hi', TOOLS));
    const { event, data: chat } = events.at(-2);
    assert.equal(event, ChatEventType.CONVERSATION_CHAT_REQUIRES_ACTION);
    assert.equal(chat.required_action.type, 'submit_tool_outputs');
    const calls = chat.required_action.submit_tool_outputs.tool_calls;
    assert.deepEqual(calls.map(call => call.function.name), ['get_weather', 'get_time']);
    assert.deepEqual(JSON.parse(calls[0].function.arguments), { city: '深圳', days: 2 });

    const answered = await collect(
      coze.chat.submitToolOutputs({
        conversation_id: chat.conversation_id,
        chat_id: chat.id,
        tool_outputs: calls.map(({ id }) => ({ tool_call_id: id, output: '晴' })),
        stream: true,
      }),
    );
    assert.equal(completed(answered, 'answer')[0].content, '两个工具都回答了');
    assert.equal(answered.at(-1).event, ChatEventType.DONE);
  },

  async chat_tool_outputs_plain() {
    const { chat } = await coze.chat.createAndPoll(ask('hi', TOOLS));
    assert.equal(chat.status, ChatStatus.REQUIRES_ACTION);
    // Plain, this is a generator as well: it yields nothing, and the chat is what it returns.
    const { value, done } = await coze.chat
      .submitToolOutputs({
        conversation_id: chat.conversation_id,
        chat_id: chat.id,
        tool_outputs: chat.required_action.submit_tool_outputs.tool_calls.map(({ id }) => ({
          tool_call_id: id,
          output: '晴',
        })),
        stream: false,
      })
      .next();
    assert.equal(done, true);
    assert.equal(value.id, chat.id);
    await settle(value);
    const messages = await coze.chat.messages.list(chat.conversation_id, chat.id);
    assert.equal(messages.find(({ type }) => type === 'answer').content, '两个工具都回答了');
  },

  async chat_stream_with_every_event() {
    const audio = await stream(ask('audio', EVERYTHING));
    const sound = audio.find(({ event }) => event === ChatEventType.CONVERSATION_AUDIO_DELTA);
    assert.deepEqual([...Buffer.from(sound.data.content, 'base64')], [0, 1, 2, 3, 4, 5]);

    const reason = await stream(ask('reason', EVERYTHING));
    const thoughts = reason.map(({ data }) => data.reasoning_content ?? '');
    assert.match(thoughts.join(''), /first this, then that/);
    assert.deepEqual(completed(reason, 'follow_up').map(({ content }) => content), ['why?', 'how?']);

    const failed = await stream(ask('fail', EVERYTHING));
    const failure = failed.find(({ event }) => event === ChatEventType.CONVERSATION_CHAT_FAILED);
    assert.deepEqual(failure.data.last_error, { code: 5000, msg: 'event interval error' });

    const error = await stream(ask('error', EVERYTHING));
    const problem = error.find(({ event }) => event === ChatEventType.ERROR);
    assert.deepEqual([problem.data.code, problem.data.msg], [4028, 'no credits left']);
  },

  async chat_stream_byte_by_byte() {
    const [answer] = completed(await stream(ask('bytes', EVERYTHING)), 'answer');
    assert.equal(answer.content, '一个字节一个字节地来');
  },

  async chat_stream_that_is_refused() {
    const code = await refusedStream(coze.chat.stream(ask('refuse', EVERYTHING)));
    assert.ok(code === 4013 || code === 429, String(code));
  },

  async chat_with_an_unknown_agent_is_refused() {
    const error = await refusal(() => coze.chat.create(ask('hi', UNKNOWN_ID)));
    assert.ok(error.code > 0 && error.msg && error.logid, String(error));
  },

  async chat_with_a_wrong_token_is_refused() {
    const stranger = new CozeAPI({ token: 'pat_wrong', baseURL: BASE_URL });
    for (const call of [() => stranger.users.me(), () => stranger.chat.create(ask('hi'))]) {
      const error = await refusal(call);
      assert.ok(error instanceof AuthenticationError, String(error));
      assert.equal(error.code, 4100);
      assert.ok(error.logid, 'no log id');
      assert.ok(!String(error).includes('pat_wrong'), 'the error repeats the token');
    }
    const code = await refusedStream(stranger.chat.stream(ask('hi')));
    assert.ok(code === 4100 || code === 401, String(code));
  },

  async chat_about_an_uploaded_image() {
    const file = await upload('plan.png', Buffer.alloc(2048));
    const content = [
      { type: 'text', text: '这是什么文件' },
      { type: 'image', file_id: file.id },
    ];
    const question = { role: RoleType.User, content, content_type: 'object_string' };
    const events = await stream({ ...ask(''), additional_messages: [question] });
    const [answer] = completed(events, 'answer');
    assert.match(answer.content, /plan\.png/);
    assert.match(answer.content, /2\.0 KiB/);
  },

  async conversations_create_retrieve_clear() {
    const conversation = await coze.conversations.create({
      bot_id: DEMO,
      meta_data: { uuid: 'newid1234' },
      messages: [{ role: RoleType.User, content: 'hello', content_type: 'text' }],
    });
    isId(conversation.id);
    const seen = await coze.conversations.retrieve(conversation.id);
    assert.deepEqual(seen, conversation);
    assert.deepEqual(seen.meta_data, { uuid: 'newid1234' });
    const section = await coze.conversations.clear(conversation.id);
    assert.equal(section.conversation_id, conversation.id);
    assert.notEqual(section.id, conversation.last_section_id);
    assert.ok((await refusal(() => coze.conversations.retrieve(UNKNOWN_ID))).code > 0);
  },

  async conversations_list_in_pages() {
    const made = [];
    for (let number = 0; number < 3; number += 1) {
      made.push((await coze.conversations.create({ bot_id: EVERYTHING })).id);
    }
    const found = [];
    for (let page_num = 1, more = true; more; page_num += 1) {
      const page = await coze.conversations.list({ bot_id: EVERYTHING, page_num, page_size: 2 });
      assert.ok(page.conversations.length <= 2);
      found.push(...page.conversations.map(({ id }) => id));
      more = page.has_more;
    }
    assert.equal(new Set(found).size, found.length);
    assert.deepEqual(found.filter(id => made.includes(id)), [...made].reverse());
  },

  async messages() {
    const { id } = await coze.conversations.create({});
    const made = [];
    for (const content of ['a', 'b', 'c']) {
      const message = { role: RoleType.User, content, content_type: 'text', meta_data: { k: content } };
      made.push(await coze.conversations.messages.create(id, message));
    }
    const [a, b, c] = made;
    assert.deepEqual(await coze.conversations.messages.retrieve(id, b.id), b);
    assert.deepEqual(b.meta_data, { k: 'b' });

    const list = options => coze.conversations.messages.list(id, options);
    const first = await list({ order: 'asc', limit: 2 });
    assert.deepEqual([first.data.map(({ content }) => content), first.has_more], [['a', 'b'], true]);
    assert.deepEqual([first.first_id, first.last_id], [a.id, b.id]);
    const second = await list({ order: 'asc', limit: 2, after_id: first.last_id });
    assert.deepEqual([second.data.map(({ content }) => content), second.has_more], [['c'], false]);
    assert.deepEqual((await list()).data.map(({ content }) => content), ['c', 'b', 'a']);

    const updated = await coze.conversations.messages.update(id, b.id, { content: 'z', content_type: 'text' });
    assert.deepEqual([updated.id, updated.content], [b.id, 'z']);
    assert.equal((await coze.conversations.messages.delete(id, c.id)).content, 'c');
    assert.deepEqual((await list({ order: 'asc' })).data.map(({ content }) => content), ['a', 'z']);
    assert.ok((await refusal(() => coze.conversations.messages.retrieve(id, c.id))).code > 0);
  },

  async files_upload_and_retrieve() {
    const content = Buffer.from('第一行\n第二行\n');
    const file = await upload('notes.csv', content);
    isId(file.id);
    assert.deepEqual([file.file_name, file.bytes], ['notes.csv', content.length]);
    assert.deepEqual(await coze.files.retrieve(file.id), file);
    assert.ok((await refusal(() => coze.files.retrieve(UNKNOWN_ID))).code > 0);
  },

  async users_me() {
    const user = await coze.users.me();
    isId(user.user_id);
    assert.ok(user.user_name && user.nick_name);
  },

  async bots_retrieve() {
    assert.equal((await coze.bots.retrieve({ bot_id: DEMO })).bot_id, DEMO);
    const bot = await coze.bots.retrieveNew(TOOLS);
    assert.deepEqual([bot.bot_id, bot.name], [TOOLS, 'tools']);
    assert.ok((await refusal(() => coze.bots.retrieveNew(UNKNOWN_ID))).code > 0);
  },

  async requests_that_break_a_rule_name_the_field() {
    const message = { role: RoleType.User, content: 'hi', content_type: 'telegram' };
    const { id } = await coze.conversations.create({});
    const error = await refusal(() => coze.conversations.messages.create(id, message));
    assert.equal(error.code, 4000);
    assert.match(error.msg, /content_type/);
  },
};

/** Uploads a file the way the client's documentation shows it: as a stream of a file on disk. */
const upload = async (name, content) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'coze-'));
  try {
    fs.writeFileSync(path.join(folder, name), content);
    return await coze.files.upload({ file: fs.createReadStream(path.join(folder, name)) });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
};

run(checks);

// The WebSocket sessions of the official Node client, unchanged, against the simulator.

const assert = require('node:assert/strict');

const { CozeAPI, WebsocketsEventType: Type } = require('@coze/api');

const { BASE_URL, DEMO, SLOW, TOKEN, run } = require('./harness.cjs');

// The client logs what its own listeners throw, and nothing else.
const baseWsURL = BASE_URL.replace('http:', 'ws:');
const coze = new CozeAPI({ token: TOKEN, baseURL: BASE_URL, baseWsURL });
// Without it, the client connects again for ever, even after a clean end.
const once = { maxRetries: 0 };

const QUESTION = 'What day is 2024-10-01?';
const ANSWER = 'October 1, 2024 is a Tuesday.';
const PCM = { format: 'pcm', codec: 'pcm', sample_rate: 24000, channel: 1, bit_depth: 16 };

let number = 0;

/** Opens a session, and returns what reads and writes its events. */
const session = async (endpoint, request) => {
  const socket = await endpoint.create(request, once);
  const events = [];
  let wake = () => {};
  let broken;
  socket.onmessage = event => {
    events.push(event);
    wake();
  };
  socket.onerror = error => {
    broken = error;
    wake();
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    wake = () => broken && reject(Object.assign(new Error(broken.data.msg), { event: broken }));
  });
  return {
    send: (event_type, data) => socket.send({ id: `e${(number += 1)}`, event_type, data }),
    /** Returns all events up to one of the type. */
    until: async kind => {
      for (;;) {
        const at = events.findIndex(event => event.event_type === kind);
        if (at >= 0) {
          return events.splice(0, at + 1);
        }
        const error = events.find(event => event.event_type === Type.ERROR);
        assert.ok(!error, JSON.stringify(error));
        await new Promise(resolve => {
          wake = resolve;
        });
      }
    },
    close: () => socket.close(),
  };
};

/** Types of the events in the order of their first ones. */
const order = events => [...new Set(events.map(event => event.event_type))];

const joined = (events, kind, field) =>
  Buffer.concat(events.filter(event => event.event_type === kind).map(event => Buffer.from(event.data[field], 'base64')));

const last = events => events[events.length - 1];

/** Lets the simulator speak, and returns the samples. */
const spoken = async text => {
  const { send, until, close } = await session(coze.websockets.audio.speech);
  send(Type.SPEECH_UPDATE, { output_audio: { codec: 'pcm', pcm_config: { sample_rate: 24000 } } });
  send(Type.INPUT_TEXT_BUFFER_APPEND, { delta: text });
  send(Type.INPUT_TEXT_BUFFER_COMPLETE);
  const events = await until(Type.SPEECH_AUDIO_COMPLETED);
  close();
  assert.deepEqual(order(events), [
    'speech.created',
    'speech.updated',
    'input_text_buffer.completed',
    'conversation.audio.sentence_start',
    'speech.audio.update',
    'speech.audio.completed',
  ]);
  return joined(events, Type.SPEECH_AUDIO_UPDATE, 'delta');
};

const speak = (send, audio) => {
  for (let at = 0; at < audio.length; at += 960) {
    send(Type.INPUT_AUDIO_BUFFER_APPEND, { delta: audio.subarray(at, at + 960).toString('base64') });
  }
};

const ask = (send, content) =>
  send(Type.CONVERSATION_MESSAGE_CREATE, { role: 'user', content_type: 'text', content });

const answer = events =>
  events.find(event => event.event_type === Type.CONVERSATION_MESSAGE_COMPLETED && event.data.type === 'answer').data.content;

run({
  speech: async () => assert.equal((await spoken('one two three')).length, 3 * 12000),

  transcription_of_speech: async () => {
    const audio = await spoken(QUESTION);
    const { send, until, close } = await session(coze.websockets.audio.transcriptions);
    send(Type.TRANSCRIPTIONS_UPDATE, { input_audio: PCM });
    speak(send, audio);
    send(Type.INPUT_AUDIO_BUFFER_COMPLETE);
    const events = await until(Type.TRANSCRIPTIONS_MESSAGE_COMPLETED);
    close();
    const updates = events.filter(event => event.event_type === Type.TRANSCRIPTIONS_MESSAGE_UPDATE);
    assert.equal(last(updates).data.content, QUESTION);
  },

  voice_chat: async () => {
    const audio = await spoken(QUESTION);
    const { send, until, close } = await session(coze.websockets.chat, { bot_id: DEMO });
    send(Type.CHAT_UPDATE, { input_audio: PCM, chat_config: { user_id: 'u' } });
    assert.deepEqual(order(await until(Type.CHAT_UPDATED)), ['chat.created', 'chat.updated']);
    speak(send, audio);
    send(Type.INPUT_AUDIO_BUFFER_COMPLETE);
    const events = await until(Type.CONVERSATION_CHAT_COMPLETED);
    assert.equal(answer(events), ANSWER);
    assert.ok(joined(events, Type.CONVERSATION_AUDIO_DELTA, 'content').length > 12000);
    assert.ok(order(events).includes(Type.CONVERSATION_AUDIO_TRANSCRIPT_COMPLETED));
    ask(send, 'What did I say before?');
    assert.match(answer(await until(Type.CONVERSATION_CHAT_COMPLETED)), /2024-10-01/);
    send(Type.CONVERSATION_CLEAR);
    await until(Type.CONVERSATION_CLEARED);
    close();
  },

  voice_chat_of_free_talk: async () => {
    const audio = Buffer.concat([await spoken(QUESTION), Buffer.alloc(48 * 600)]);
    const { send, until, close } = await session(coze.websockets.chat, { bot_id: SLOW });
    send(Type.CHAT_UPDATE, {
      input_audio: PCM,
      turn_detection: { type: 'server_vad', prefix_padding_ms: 600, silence_duration_ms: 500 },
    });
    speak(send, audio);
    assert.ok(order(await until(Type.CONVERSATION_CHAT_CREATED)).includes(Type.INPUT_AUDIO_BUFFER_SPEECH_STOPPED));
    speak(send, audio);
    assert.equal(last(await until(Type.CONVERSATION_CHAT_CANCELED)).data.code, 1);
    await until(Type.CONVERSATION_CHAT_CREATED);
    send(Type.CONVERSATION_CHAT_CANCEL);
    assert.equal(last(await until(Type.CONVERSATION_CHAT_CANCELED)).data.code, 2);
    close();
  },

  voice_chat_with_tools: async () => {
    const { send, until, close } = await session(coze.websockets.chat, { bot_id: DEMO });
    ask(send, 'call get_weather {"city":"Hangzhou"}');
    const { data } = last(await until('conversation.chat.requires_action'));
    const [call] = data.required_action.submit_tool_outputs.tool_calls;
    const tool_outputs = [{ tool_call_id: call.id, output: 'sunny' }];
    send(Type.CONVERSATION_CHAT_SUBMIT_TOOL_OUTPUTS, { chat_id: data.id, tool_outputs });
    assert.equal(answer(await until(Type.CONVERSATION_CHAT_COMPLETED)), 'The tool get_weather returned: sunny.');
    close();
  },

  interpretation: async () => {
    const audio = await spoken('hello dear world');
    const { send, until, close } = await session(coze.websockets.audio.simultInterpretation);
    const translate_config = { from: 'en', to: 'zh', glossary: [{ original: 'world', translation: '世界' }] };
    send(Type.SIMULT_INTERPRETATION_UPDATE, { input_audio: PCM, translate_config });
    speak(send, audio);
    send(Type.INPUT_AUDIO_BUFFER_COMPLETE);
    const events = await until(Type.SIMULT_INTERPRETATION_MESSAGE_COMPLETED);
    close();
    const text = kind => events.filter(event => event.event_type === kind).map(event => event.data.delta).join('');
    assert.equal(text(Type.SIMULT_INTERPRETATION_TRANSCRIPTION_DELTA), 'hello dear world');
    assert.equal(text(Type.SIMULT_INTERPRETATION_TRANSLATION_DELTA), 'hello dear 世界');
    assert.ok(joined(events, Type.SIMULT_INTERPRETATION_AUDIO_DELTA, 'delta').length >= 3 * 12000);
  },

  errors_are_events: async () => {
    const { send, until, close } = await session(coze.websockets.audio.speech);
    send(Type.INPUT_TEXT_BUFFER_APPEND, { delta: 'x'.repeat(1025) });
    assert.equal(last(await until(Type.ERROR)).data.code, 3010);
    close();
  },

  a_refused_handshake_names_the_reason: async () => {
    const stranger = new CozeAPI({ token: 'pat_wrong', baseURL: BASE_URL, baseWsURL });
    await assert.rejects(session(stranger.websockets.audio.speech), error => error.event.data.code === 401);
  },

  // Bugs of the client, each with what shows it: one that is gone fails here, so that this list stays true.

  bug_it_connects_again_after_a_refusal: async () => {
    const stranger = new CozeAPI({ token: 'pat_wrong', baseURL: BASE_URL, baseWsURL });
    const socket = await stranger.websockets.audio.speech.create();
    let refusals = 0;
    await new Promise(resolve => {
      socket.onerror = () => (refusals += 1) === 2 && resolve();
    });
    socket.close();
  },
});

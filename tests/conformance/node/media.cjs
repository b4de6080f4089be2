// Files, sound and datasets with the official Node client, unchanged, against the simulator.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { APIError, ChatEventType, CozeAPI, RoleType } = require('@coze/api');

const { BASE_URL, DEMO, TOKEN, UNKNOWN_ID, isId, refusal, run, waitUntil } = require('./harness.cjs');

const coze = new CozeAPI({ token: TOKEN, baseURL: BASE_URL });

const SPACE = '7316121948439879001';

/** A WAV file of silence: 16 kHz, 16 bit, one channel. */
const sound = seconds => {
  const data = Buffer.alloc(32000 * seconds);
  const head = Buffer.from('RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0........\x02\0\x10\0data....', 'latin1');
  head.writeUInt32LE(36 + data.length, 4);
  head.writeUInt32LE(16000, 24);
  head.writeUInt32LE(32000, 28);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
};

/** The first bytes of a PNG file. */
const picture = (width, height) => {
  const head = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR........\x08\x06\0\0\0', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
};

/** Calls with a file on disk, read as a stream, the way the client's documentation shows it. */
const withFile = async (name, content, call) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'coze-'));
  try {
    fs.writeFileSync(path.join(folder, name), content);
    return await call(fs.createReadStream(path.join(folder, name)));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
};

const upload = (name, content) => withFile(name, content, file => coze.files.upload({ file }));

const voice = async () => (await coze.audio.voices.list({})).voice_list[0].voice_id;

/** Checks that an error is that of a bad request, and names the field. */
const isInvalid = (error, field) => {
  assert.ok(error instanceof APIError, String(error));
  assert.deepEqual([error.status, error.code], [400, 4000]);
  assert.match(error.msg, field);
};

const checks = {
  async files_are_described() {
    const image = await upload('cat.png', picture(640, 480));
    const spoken = await upload('voice.wav', sound(1.5));
    assert.deepEqual([image.file_name, image.bytes], ['cat.png', picture(640, 480).length]);
    const content = JSON.stringify([
      { type: 'text', text: 'what are these?' },
      { type: 'image', file_id: image.id },
      { type: 'audio', file_id: spoken.id },
      { type: 'file', file_url: 'https://example.com/report.pdf' },
    ]);
    let said = '';
    const audio = [];
    const message = { role: RoleType.User, content, content_type: 'object_string' };
    for await (const { event, data } of coze.chat.stream({ bot_id: DEMO, user_id: 'u', additional_messages: [message] })) {
      said += event === ChatEventType.CONVERSATION_MESSAGE_DELTA ? data.content : '';
      if (event === ChatEventType.CONVERSATION_AUDIO_DELTA) {
        audio.push(Buffer.from(data.content, 'base64'));
      }
    }
    assert.match(said, /cat\.png: PNG image, 640 × 480 pixels, 29 B/);
    assert.match(said, /voice\.wav: WAV audio, 1\.5 s, 46\.9 KiB/);
    assert.match(said, /report\.pdf: PDF document by its name/);
    assert.ok(audio.length > 1 && audio.every(pcm => pcm.length === 12000 && pcm.some(byte => byte !== 0)));
  },

  async audio_speech() {
    const voice_id = await voice();
    const wav = Buffer.from(await coze.audio.speech.create({ input: 'hello there', voice_id, response_format: 'wav', sample_rate: 16000 }));
    assert.deepEqual([wav.toString('latin1', 0, 4), wav.toString('latin1', 8, 16)], ['RIFF', 'WAVEfmt ']);
    assert.deepEqual([wav.readUInt32LE(24), wav.readUInt32LE(40), wav.length], [16000, 16000, 16044]);
    const pcm = await coze.audio.speech.create({ input: 'hello there', voice_id, response_format: 'pcm', sample_rate: 16000, speed: 2 });
    assert.equal(Buffer.from(pcm).length, 8000);
    const mp3 = Buffer.from(await coze.audio.speech.create({ input: 'hello', voice_id, emotion: 'happy', emotion_scale: 3 }));
    assert.equal(mp3.readUInt16BE(0), 0xfff3);
  },

  async audio_speech_refused() {
    const voice_id = await voice();
    for (const fields of [{ input: '' }, { voice_id: UNKNOWN_ID }, { sample_rate: 44000 }, { response_format: 'opus' }]) {
      const error = await refusal(() => coze.audio.speech.create({ input: 'hi', voice_id, ...fields }));
      // The client asked for bytes, and does not read an error in them.
      assert.equal(error.status, 400);
    }
  },

  async audio_transcriptions() {
    const transcribe = (name, content) => withFile(name, content, file => coze.audio.transcriptions.create({ file }));
    assert.equal((await transcribe('今天天气怎么样.wav', sound(0.5))).text, '今天天气怎么样');
    isInvalid(await refusal(() => transcribe('a.wav', 'not a sound')), /file: .*a\.wav/);
    assert.equal((await refusal(() => transcribe('a.wav', ''))).code, 4300);
  },

  async audio_voices() {
    const { voice_list, has_more } = await coze.audio.voices.list({ page_size: 1 });
    assert.deepEqual([voice_list.length, has_more, voice_list[0].is_system_voice], [1, true, true]);
    assert.equal(voice_list[0].support_emotions[0].emotion_scale_interval.default, 4);
    const small = await coze.audio.voices.list({ model_type: 'small' });
    assert.equal(small.voice_list.length, 1);
    const clone = fields =>
      withFile('me.wav', sound(0.5), file => coze.audio.voices.clone({ voice_name: '小明', audio_format: 'wav', file, ...fields }));
    const { voice_id } = await clone({ language: 'zh', preview_text: '你好', text: '你好呀', space_id: SPACE });
    isId(voice_id);
    assert.equal((await clone({ voice_id, voice_name: '大明' })).voice_id, voice_id);
    const own = await coze.audio.voices.list({ filter_system_voice: true });
    const [one] = own.voice_list.filter(one => one.voice_id === voice_id);
    assert.deepEqual([one.name, one.available_training_times], ['大明', 8]);
    isInvalid(await refusal(() => clone({ language: 'fr' })), /language/);
  },

  async audio_voiceprints() {
    const groups = coze.audio.voiceprintGroups;
    const { id } = await groups.create({ name: '客厅', desc: '音箱' });
    isId(id);
    await groups.update(id, { name: '卧室' });
    const { items, total } = await groups.list({ group_id: id });
    assert.deepEqual([items[0].name, items[0].desc, items[0].feature_count, total], ['卧室', '音箱', 0, 1]);

    const create = (name, seconds, fields) =>
      withFile('x.wav', sound(seconds), file => groups.features.create(id, { name, file, ...fields }));
    const mother = (await create('妈妈', 0.1, { desc: '声音', sample_rate: 16000, channel: 1 })).id;
    const father = (await create('爸爸', 0.2)).id;
    await groups.features.update(id, father, { name: '父亲' });
    await withFile('y.wav', sound(0.3), file => groups.features.update(id, father, { file }));
    const listed = await groups.features.list(id, { page_num: 1, page_size: 1 });
    assert.deepEqual([listed.items.length, listed.items[0].name, listed.total], [1, '父亲', 2]);
    const { feature_score_list } = await withFile('z.wav', sound(0.1), file =>
      groups.features.speakerIdentify(id, { file, top_k: 1, sample_rate: 16000, channel: 1 }));
    assert.deepEqual(feature_score_list, [{ feature_id: mother, feature_name: '妈妈', feature_desc: '声音', score: 100 }]);

    await groups.features.delete(id, father);
    assert.equal((await groups.features.list(id)).total, 1);
    await groups.delete(id);
    isInvalid(await refusal(() => groups.features.list(id)), /group_id/);
  },

  async audio_rooms_and_live() {
    const room = await coze.audio.rooms.create({
      bot_id: DEMO,
      connector_id: '1024',
      voice_id: await voice(),
      uid: 'me',
      config: { video_config: { stream_video_type: 'main' }, room_mode: 'translate', translate_config: { from: 'zh', to: 'en' } },
    });
    assert.equal(room.uid, 'me');
    const live = await coze.audio.live.retrieve(room.room_id);
    assert.equal(live.app_id, room.app_id);
    assert.deepEqual(live.stream_infos.map(({ live_type }) => live_type), ['origin', 'translation']);
    isInvalid(await refusal(() => coze.audio.live.retrieve(UNKNOWN_ID)), /live_id/);
  },

  async datasets() {
    const { dataset_id } = await coze.datasets.create({ name: '知识', space_id: SPACE, format_type: 0, description: 'd' });
    isId(dataset_id);
    const { total_count, dataset_list } = await coze.datasets.list({ space_id: SPACE, name: '知', format_type: 0 });
    assert.deepEqual([total_count, dataset_list[0].dataset_id, dataset_list[0].description], [1, dataset_id, 'd']);
    await coze.datasets.update(dataset_id, { name: '新知识' });
    assert.equal((await coze.datasets.list({ space_id: SPACE })).dataset_list[0].name, '新知识');
    await coze.datasets.delete(dataset_id);
    assert.equal((await coze.datasets.list({ space_id: SPACE, page_num: 1, page_size: 5 })).total_count, 0);
    isInvalid(await refusal(() => coze.datasets.delete(dataset_id)), /dataset_id/);
  },

  async datasets_documents() {
    const { dataset_id } = await coze.datasets.create({ name: '文档', space_id: SPACE, format_type: 0 });
    const file_base64 = Buffer.from('第一行').toString('base64');
    const infos = await coze.datasets.documents.create({
      dataset_id,
      document_bases: ['a.txt', 'broken.txt'].map(name => ({ name, source_info: { file_base64, file_type: 'txt' } })),
      chunk_strategy: { chunk_type: 1, separator: '\n', max_tokens: 800 },
      format_type: 0,
    });
    assert.deepEqual(infos.map(({ name, size }) => [name, size]), [['a.txt', 9], ['broken.txt', 9]]);
    const document_ids = infos.map(({ document_id }) => document_id);
    document_ids.forEach(isId);
    const settled = await waitUntil(async () => {
      const { data } = await coze.datasets.process(dataset_id, { document_ids });
      return data.every(({ status }) => status !== 0) && data;
    });
    assert.deepEqual(settled.map(({ status }) => status), [1, 9]);
    assert.deepEqual([settled[0].progress, settled[1].status_descript], [100, 'the file is damaged']);

    await coze.datasets.documents.update({ document_id: document_ids[0], document_name: 'b.txt' });
    await coze.datasets.documents.delete({ document_ids: [document_ids[1]] });
    const { total, document_infos } = await coze.datasets.documents.list({ dataset_id, page: 1, page_size: 5 });
    assert.deepEqual([total, document_infos[0].name], [1, 'b.txt']);
    isInvalid(await refusal(() => coze.datasets.documents.delete({ document_ids: [UNKNOWN_ID] })), /document_ids\[0\]/);
    await coze.datasets.delete(dataset_id);
  },

  async datasets_images() {
    const { dataset_id } = await coze.datasets.create({ name: '图片', space_id: SPACE, format_type: 2 });
    const { id } = await upload('cat.png', picture(64, 32));
    const [{ document_id }] = await coze.datasets.documents.create({
      dataset_id,
      document_bases: [{ name: 'cat', source_info: { source_file_id: id, document_source: 5 } }],
      chunk_strategy: { chunk_type: 0, caption_type: 1 },
      format_type: 2,
    });
    await coze.datasets.images.update(dataset_id, document_id, { caption: '小猫' });
    const { total_count, photo_infos } = await coze.datasets.images.list(dataset_id, { keyword: '猫', has_caption: true });
    assert.deepEqual([total_count, photo_infos[0].document_id, photo_infos[0].caption], [1, document_id, '小猫']);
    await coze.datasets.delete(dataset_id);
  },
};

run(checks);

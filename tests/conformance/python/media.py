"""Files, sound and datasets with cozepy, unchanged, against the simulator."""

import asyncio
import io
import struct
import tempfile
import wave
from pathlib import Path

from cozepy import (
    AsyncCoze,
    AsyncTokenAuth,
    AudioFormat,
    ChatEventType,
    Coze,
    CozeAPIError,
    Message,
    MessageObjectString,
    TokenAuth,
)
from cozepy.audio.rooms import RoomAudioConfig, RoomConfig, RoomMode, RoomVideoConfig, TranslateConfig
from cozepy.audio.voices import VoiceModelType, VoiceState
from cozepy.datasets.documents import (
    DocumentBase,
    DocumentChunkStrategy,
    DocumentFormatType,
    DocumentSourceInfo,
    DocumentStatus,
    DocumentUpdateRule,
)

from harness import BASE_URL, DEMO, TOKEN, UNKNOWN_ID, check, contains, equal, is_id, is_recent, main, raises, wait_until

coze = Coze(auth=TokenAuth(TOKEN), base_url=BASE_URL)

SPACE = "7316121948439879000"


def sound(seconds=0.5):
    """A WAV file of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16000)
        writer.writeframes(b"\0\0" * int(16000 * seconds))
    return file.getvalue()


def picture(width, height):
    """The first bytes of a PNG file."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + b"\x08\x06\0\0\0"


def voice():
    return next(iter(coze.audio.voices.list())).voice_id


def save(speech):
    """What the client writes to a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech"
        speech.write_to_file(str(path))
        return path.read_bytes()


@check
def files_are_described():
    image = coze.files.upload(file=("照片.png", picture(640, 480)))
    spoken = coze.files.upload(file=("voice.wav", sound(1.5)))
    equal((image.file_name, image.bytes), ("照片.png", len(picture(640, 480))))
    question = Message.build_user_question_objects(
        [
            MessageObjectString.build_text("这些是什么"),
            MessageObjectString.build_image(file_id=image.id),
            MessageObjectString.build_audio(file_id=spoken.id),
            MessageObjectString.build_image(file_url="https://example.com/cat.gif"),
        ]
    )
    events = list(coze.chat.stream(bot_id=DEMO, user_id="u", additional_messages=[question]))
    said = "".join(e.message.content for e in events if e.event == ChatEventType.CONVERSATION_MESSAGE_DELTA)
    for part in ("照片.png：PNG 图片，640 × 480 像素", "voice.wav：WAV 音频，1.5 秒", "cat.gif：GIF 图片（据名称）"):
        contains(said, part)
    kinds = [event.event for event in events]
    contains(kinds, ChatEventType.CONVERSATION_AUDIO_DELTA)
    audio = next(event.message for event in events if event.event == ChatEventType.CONVERSATION_AUDIO_DELTA)
    assert len(audio.get_audio()) % 2 == 0 and any(audio.get_audio()), audio


@check
def audio_speech_wav():
    speech = coze.audio.speech.create(
        input="你好 hello there", voice_id=voice(), response_format=AudioFormat.WAV, sample_rate=16000
    )
    assert speech.response.logid, "no log id"
    with wave.open(io.BytesIO(save(speech))) as file:
        equal((file.getnchannels(), file.getsampwidth(), file.getframerate()), (1, 2, 16000))
        equal(file.getnframes(), 3 * 4000)
        assert any(file.readframes(4000)), "silence"


@check
def audio_speech_formats():
    pcm = save(coze.audio.speech.create(input="hello", voice_id=voice(), response_format=AudioFormat.PCM, speed=2))
    equal(len(pcm), 24000 * 2 // 8)
    mp3 = save(coze.audio.speech.create(input="hello", voice_id=voice()))
    equal(mp3[:2], b"\xff\xf3")


@check
def audio_speech_refused():
    create = coze.audio.speech.create
    for options, part in [
        ({"input": ""}, "input"),
        ({"input": "长" * 342}, "input"),
        ({"voice_id": UNKNOWN_ID}, "voice_id"),
        ({"sample_rate": 44000}, "sample_rate"),
        ({"speed": 4}, "speed"),
        ({"response_format": AudioFormat.OGG_OPUS}, "ogg_opus"),
    ]:
        error = raises(CozeAPIError, create, **{"input": "hi", "voice_id": voice(), **options})
        equal(error.code, 4000)
        contains(error.msg, part)
        assert error.logid, error


@check
def audio_transcriptions():
    equal(coze.audio.transcriptions.create(file=("今天天气怎么样.wav", sound())).text, "今天天气怎么样")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hello.wav"
        path.write_bytes(sound())
        equal(coze.audio.transcriptions.create(file=path).text, "hello")
    error = raises(CozeAPIError, coze.audio.transcriptions.create, file=("a.wav", b""))
    assert error.code > 0, error
    error = raises(CozeAPIError, coze.audio.transcriptions.create, file=("a.wav", b"not a sound"))
    equal(error.code, 4000)
    contains(error.msg, "a.wav")


@check
def audio_voices():
    system = list(coze.audio.voices.list(page_size=1))
    assert len(system) > 2 and all(voice.is_system_voice for voice in system), system
    (small,) = coze.audio.voices.list(model_type=VoiceModelType.SMALL)
    equal(small.model_type, VoiceModelType.SMALL)
    assert list(coze.audio.voices.list(voice_state=VoiceState.INIT)), "no voice to clone"

    cloned = coze.audio.voices.clone(
        voice_name="小明",
        audio_format=AudioFormat.WAV,
        language="zh",
        preview_text="你好",
        text="你好呀",
        space_id=SPACE,
        file=("me.wav", sound()),
    )
    is_id(cloned.voice_id)
    (own,) = [one for one in coze.audio.voices.list(filter_system_voice=True) if one.voice_id == cloned.voice_id]
    equal((own.name, own.state, own.available_training_times, own.is_system_voice), ("小明", "cloned", 9, False))
    is_recent(own.create_time)
    again = coze.audio.voices.clone(
        voice_name="小明二", audio_format=AudioFormat.WAV, voice_id=own.voice_id, file=("me.wav", sound())
    )
    equal((again.voice_id, again.available_training_times), (own.voice_id, 8))
    assert save(coze.audio.speech.create(input="你好", voice_id=own.voice_id)), "no sound"
    clone = coze.audio.voices.clone
    error = raises(CozeAPIError, clone, voice_name="x", audio_format=AudioFormat.MP3, file=("me.wav", sound()))
    contains(error.msg, "audio_format")


@check
def audio_voiceprints():
    groups = coze.audio.voiceprint_groups
    group = groups.create(name="客厅", desc="音箱").id
    is_id(group)
    groups.update(group_id=group, name="卧室")
    (shown,) = groups.list(group_id=group)
    equal((shown.name, shown.desc, shown.feature_count), ("卧室", "音箱", 0))
    is_id(shown.user_info.id)

    mother = groups.features.create(group_id=group, name="妈妈", desc="声音", file=("m.wav", sound(0.1))).id
    father = groups.features.create(group_id=group, name="爸爸", file=("f.wav", sound(0.2))).id
    equal([one.id for one in groups.features.list(group_id=group, page_size=1)], [father, mother])
    # Without a file the client sends JSON.
    groups.features.update(group_id=group, feature_id=mother, name="母亲")
    groups.features.update(group_id=group, feature_id=father, file=("f.wav", sound(0.3)))
    heard = groups.speaker_identify(group_id=group, file=("x.wav", sound(0.1))).feature_score_list
    equal((heard[0].feature_id, heard[0].feature_name, heard[0].score), (mother, "母亲", 100))
    assert 0 <= heard[1].score < 50, heard

    error = raises(CozeAPIError, groups.features.create, group_id=UNKNOWN_ID, name="x", file=("x.wav", sound()))
    contains(error.msg, "group_id")
    groups.features.delete(group_id=group, feature_id=father)
    equal([one.name for one in groups.features.list(group_id=group)], ["母亲"])
    groups.delete(group_id=group)
    equal(list(groups.list(group_id=group)), [])


@check
def audio_rooms_and_live():
    config = RoomConfig(
        audio_config=RoomAudioConfig(codec="OPUS"),
        video_config=RoomVideoConfig(
            codec="H264", stream_video_type="main", video_frame_rate=1, video_frame_expire_duration=1
        ),
        prologue_content="你好",
        room_mode=RoomMode.TRANSLATE,
        translate_config=TranslateConfig(**{"from": "zh", "to": "en"}),
        prologue_delay_duration_ms=0,
    )
    room = coze.audio.rooms.create(bot_id=DEMO, voice_id=voice(), uid="me", config=config)
    equal(room.uid, "me")
    assert room.token and room.app_id, room
    live = coze.audio.live.retrieve(live_id=room.room_id)
    equal([stream.live_type for stream in live.stream_infos], ["origin", "translation"])
    error = raises(CozeAPIError, coze.audio.rooms.create, bot_id=UNKNOWN_ID)
    assert error.code > 0, error


def settled(dataset, ids):
    """Polls until all documents are processed, and returns their progress."""
    seen = []

    def poll():
        progress = coze.datasets.process(dataset_id=dataset, document_ids=ids).data
        seen.append([one.progress for one in progress])
        return progress if all(one.status != DocumentStatus.PROCESSING for one in progress) else None

    result = wait_until(poll, "documents to be processed")
    assert len(seen) > 1 and seen == sorted(seen), seen
    return result


@check
def datasets():
    icon = coze.files.upload(file=("icon.png", picture(8, 8))).id
    dataset = coze.datasets.create(
        name="知识", space_id=SPACE, format_type=DocumentFormatType.DOCUMENT, description="d", icon_file_id=icon
    ).dataset_id
    is_id(dataset)
    for name in ("甲", "乙"):
        coze.datasets.create(name=f"其他{name}", space_id=SPACE, format_type=DocumentFormatType.IMAGE)
    (shown,) = coze.datasets.list(space_id=SPACE, name="知识", format_type=DocumentFormatType.DOCUMENT)
    equal((shown.dataset_id, shown.description, shown.doc_count, shown.can_edit), (dataset, "d", 0, True))
    equal(len(list(coze.datasets.list(space_id=SPACE, name="其他", page_size=1))), 2)
    coze.datasets.update(dataset_id=dataset, name="新知识")
    (shown,) = coze.datasets.list(space_id=SPACE, name="新知识")
    equal(shown.description, "")
    coze.datasets.delete(dataset_id=dataset)
    equal(list(coze.datasets.list(space_id=SPACE, name="新知识")), [])
    error = raises(CozeAPIError, coze.datasets.delete, dataset_id=dataset)
    contains(error.msg, "dataset_id")


@check
def datasets_documents():
    dataset = coze.datasets.create(
        name="文档", space_id=SPACE, format_type=DocumentFormatType.DOCUMENT
    ).dataset_id
    local = [
        DocumentBase(name=name, source_info=DocumentSourceInfo.build_local_file("第一行"))
        for name in ("a.txt", "broken.txt")
    ]
    custom = DocumentChunkStrategy.build_custom(max_tokens=800, separator="\n")
    made = coze.datasets.documents.create(dataset_id=dataset, document_bases=local, chunk_strategy=custom)
    equal([one.name for one in made], ["a.txt", "broken.txt"])
    equal((made[0].size, made[0].char_count, made[0].chunk_strategy.max_tokens), (9, 3, 800))
    page = DocumentBase(
        name="网页",
        source_info=DocumentSourceInfo.build_web_page("https://example.com"),
        update_rule=DocumentUpdateRule.build_auto_update(24),
    )
    auto = DocumentChunkStrategy.build_auto()
    (web,) = coze.datasets.documents.create(dataset_id=dataset, document_bases=[page], chunk_strategy=auto)

    good, broken, online = settled(dataset, [made[0].document_id, made[1].document_id, web.document_id])
    equal((good.status, good.progress, good.size), (DocumentStatus.COMPLETED, 100, 9))
    equal((broken.status, broken.status_descript), (DocumentStatus.FAILED, "the file is damaged"))
    equal((online.status, online.update_interval), (DocumentStatus.COMPLETED, 24))

    coze.datasets.documents.update(document_id=made[0].document_id, document_name="b.txt")
    coze.datasets.documents.delete(document_ids=[made[1].document_id])
    listed = list(coze.datasets.documents.list(dataset_id=dataset, page_size=1))
    equal([(one.document_id, one.name) for one in listed], [(web.document_id, "网页"), (made[0].document_id, "b.txt")])
    create = coze.datasets.documents.create
    error = raises(CozeAPIError, create, dataset_id=dataset, document_bases=local * 6, chunk_strategy=auto)
    contains(error.msg, "document_bases")
    coze.datasets.delete(dataset_id=dataset)


@check
def datasets_images():
    dataset = coze.datasets.create(name="图片", space_id=SPACE, format_type=DocumentFormatType.IMAGE).dataset_id
    file = coze.files.upload(file=("cat.png", picture(64, 32))).id
    (made,) = coze.datasets.documents.create(
        dataset_id=dataset,
        document_bases=[DocumentBase(name="cat", source_info=DocumentSourceInfo.build_file_id(file))],
        chunk_strategy=DocumentChunkStrategy(caption_type=1),
        format_type=DocumentFormatType.IMAGE,
    )
    settled(dataset, [made.document_id])
    (shown,) = coze.datasets.images.list(dataset_id=dataset)
    equal((shown.document_id, shown.caption, shown.type, shown.status), (made.document_id, "", "png", 1))
    coze.datasets.images.update(dataset_id=dataset, document_id=made.document_id, caption="小猫")
    equal([one.caption for one in coze.datasets.images.list(dataset_id=dataset, keyword="猫")], ["小猫"])
    equal(list(coze.datasets.images.list(dataset_id=dataset, has_caption=False)), [])
    coze.datasets.delete(dataset_id=dataset)


@check
async def asynchronous_client():
    client = AsyncCoze(auth=AsyncTokenAuth(TOKEN), base_url=BASE_URL)
    spoken, text = await asyncio.gather(
        client.audio.speech.create(input="你好", voice_id=voice(), response_format=AudioFormat.WAV),
        client.audio.transcriptions.create(file=("你好.wav", sound())),
    )
    equal(text.text, "你好")
    # One piece of two characters: 0.25 s.
    equal(len(save(spoken)), 44 + 2 * 6000)


main()

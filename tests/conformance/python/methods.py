"""Every method of cozepy, blocking and asynchronous, with no more arguments than it needs."""

import asyncio
import base64
import inspect
import io
import wave
import warnings
import zlib

from cozepy import (
    AsyncCoze,
    AsyncTokenAuth,
    AudioFormat,
    ChatEventType,
    ChatStatus,
    Coze,
    CozeAPIError,
    Message,
    MessageObjectString,
    TokenAuth,
    ToolOutput,
    WorkflowEventType,
)
from cozepy.bots import BotOnboardingInfo, BotPromptInfo
from cozepy.api_apps import AppType
from cozepy.conversations.message.feedback import FeedbackType
from cozepy.datasets.documents import DocumentBase, DocumentChunkStrategy, DocumentFormatType, DocumentSourceInfo
from cozepy.enterprises.members import EnterpriseMember, EnterpriseMemberRole
from cozepy.folders import FolderType
from cozepy.variables import VariableValue
from cozepy.workflows.runs.run_histories import WorkflowExecuteStatus
from cozepy.workspaces import WorkspaceRoleType
from cozepy.workspaces.members import WorkspaceMember

from harness import BASE_URL, DEMO, PATIENCE, SLOW, TOKEN, TOOLS, contains, equal, is_id, main, refuse, register

# The older module says of each of its methods that there is a newer one.
warnings.simplefilter("ignore", DeprecationWarning)

SPACE = "7316121948439879002"
TEMPLATE = "7400000000000000401"
# Holds all that comes with the simulator.
WORKSPACE = "7400000000000000009"
ENTERPRISE = "7400000000000000701"
MEMBER = "7400000000000000621"
ASK, GREET, TALK = "7400000000000000021", "7400000000000000022", "7400000000000000023"

blocking = Coze(auth=TokenAuth(TOKEN), base_url=BASE_URL)
asynchronous = AsyncCoze(auth=AsyncTokenAuth(TOKEN), base_url=BASE_URL)

runs = {}


def method(*names):
    """Registers what runs the methods of these names."""

    def add(function):
        for name in names:
            runs.setdefault(name, function)
        return function

    return add


async def got(value):
    """Waits for a value, and collects what can be iterated over."""
    if inspect.isawaitable(value):
        value = await value
    if hasattr(value, "__aiter__"):
        return [item async for item in value]
    if hasattr(value, "__iter__") and hasattr(value, "iter_pages") or hasattr(value, "__next__"):
        return list(value)
    return value


def ask(text="hi"):
    return [Message.build_user_question_text(text)]


def sound():
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16000)
        writer.writeframes(b"\0\0" * 8000)
    return ("sound.wav", file.getvalue())


def picture():
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
    return ("a.png", b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b""))


async def settled(coze, chat, status=ChatStatus.COMPLETED):
    async with asyncio.timeout(PATIENCE):
        while chat.status in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS):
            await asyncio.sleep(0.02)
            chat = await got(coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id))
    equal(chat.status, status)
    return chat


@method("users.me")
async def users(coze):
    is_id((await got(coze.users.me())).user_id)


@method("bots.retrieve")
async def bots(coze):
    equal((await got(coze.bots.retrieve(bot_id=DEMO))).bot_id, DEMO)


@method("bots.create", "bots.update", "bots.publish", "bots.unpublish", "bots.list")
async def bots_of_ours(coze):
    bot = {"bot_id": (await got(coze.bots.create(space_id=SPACE, name="before"))).bot_id}
    prompt, onboarding = BotPromptInfo(prompt="Be brief."), BotOnboardingInfo(prologue="Hello")
    await got(coze.bots.update(**bot, name="after", prompt_info=prompt, onboarding_info=onboarding))
    equal((await got(coze.bots.publish(**bot))).bot_id, bot["bot_id"])
    for version in (1, 2):
        listed = {one.bot_id: one.name for one in await got(coze.bots.list(space_id=SPACE, use_api_version=version))}
        equal(listed[bot["bot_id"]], "after")
    await settled(coze, await got(coze.chat.create(**bot, user_id="u", additional_messages=ask())))
    await got(coze.bots.unpublish(**bot, connector_id="1024"))


@method("apps.list")
async def apps(coze):
    contains([app.name for app in await got(coze.apps.list(workspace_id=WORKSPACE))], "Demo app")


@method("folders.list", "folders.retrieve")
async def folders(coze):
    for folder in await got(coze.folders.list(workspace_id=WORKSPACE, folder_type=FolderType.DEVELOPMENT)):
        equal((await got(coze.folders.retrieve(folder_id=folder.id))).name, folder.name)


@method("variables.update", "variables.retrieve")
async def variables(coze):
    of = {"bot_id": DEMO, "connector_uid": f"of {id(coze)}"}
    await got(coze.variables.update(**of, data=[VariableValue(keyword="city", value="Hangzhou")]))
    (city,) = (await got(coze.variables.retrieve(**of, keywords=["city"]))).data
    equal(city.value, "Hangzhou")


@method("templates.duplicate")
async def templates(coze):
    is_id((await got(coze.templates.duplicate(template_id=TEMPLATE, workspace_id=SPACE))).entity_id)


@method("connectors.bots.update")
async def connectors(coze):
    await got(coze.connectors.bots.update(connector_id="745264392345", bot_id=DEMO))


@method(*(f"api_apps.{verb}" for verb in ("create", "update", "list", "delete")))
@method(*(f"api_apps.events.{verb}" for verb in ("create", "list", "delete")))
async def api_apps(coze):
    app = (await got(coze.api_apps.create(app_type=AppType.NORMAL, name="before"))).id
    await got(coze.api_apps.update(app_id=app, name="after"))
    contains([one.name for one in await got(coze.api_apps.list(page_size=1))], "after")
    events = {"api_app_id": app, "event_types": ["bot.published", "bot.deleted"]}
    await got(coze.api_apps.events.create(**events))
    listed = await got(coze.api_apps.events.list(api_app_id=app, page_size=1))
    equal([one.event_type for one in listed], events["event_types"])
    await got(coze.api_apps.events.delete(**events))
    await got(coze.api_apps.delete(app_id=app))


@method("workspaces.list", "workspaces.members.create", "workspaces.members.delete")
async def workspaces(coze):
    contains([one.id for one in await got(coze.workspaces.list())], WORKSPACE)
    member = WorkspaceMember(user_id=MEMBER, role_type=WorkspaceRoleType.MEMBER)
    added = await got(coze.workspaces.members.create(workspace_id=WORKSPACE, users=[member]))
    # In the personal edition users are invited, once.
    equal(added.invited_success_user_ids + added.already_invited_user_ids, [MEMBER])
    removed = await got(coze.workspaces.members.delete(workspace_id=WORKSPACE, user_ids=[MEMBER]))
    equal(removed.not_in_workspace_user_ids, [MEMBER])


@method("workspaces.members.list")
async def workspace_members(coze):
    # The client reads the page as if it were one member, so that every answer fails.
    try:
        await got(coze.workspaces.members.list(workspace_id=WORKSPACE))
    except (AttributeError, TypeError, ValueError) as error:
        contains(str(error), "user_id")
        return
    raise AssertionError("the client lists the members now: check them")


@method("enterprises.members.create", "enterprises.members.update", "enterprises.members.delete")
async def employees(coze):
    members, one = coze.enterprises.members, {"enterprise_id": ENTERPRISE, "user_id": MEMBER}
    user = EnterpriseMember(user_id=MEMBER, role=EnterpriseMemberRole.ENTERPRISE_MEMBER)
    await got(members.create(enterprise_id=ENTERPRISE, users=[user]))
    await got(members.update(**one, role=EnterpriseMemberRole.ENTERPRISE_ADMIN))
    await got(members.delete(**one, receiver_user_id=(await got(coze.users.me())).user_id))


@method("files.upload", "files.retrieve")
async def files(coze):
    for file in (picture(), io.BytesIO(b"a,b")):
        if isinstance(file, io.BytesIO):
            file.name = "表 1.csv"
        uploaded = await got(coze.files.upload(file=file))
        equal((await got(coze.files.retrieve(file_id=uploaded.id))).id, uploaded.id)


@method("chat.create", "chat.retrieve", "chat.messages.list")
async def chat(coze):
    chat = await settled(coze, await got(coze.chat.create(bot_id=DEMO, user_id="u", additional_messages=ask())))
    messages = await got(coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id))
    assert messages, "no messages"


@method("chat.stream")
async def chat_stream(coze):
    events = await got(coze.chat.stream(bot_id=DEMO, user_id="u", additional_messages=ask()))
    equal(events[-1].event, ChatEventType.CONVERSATION_CHAT_COMPLETED)


@method("chat.create_and_poll")
async def chat_poll(coze):
    if coze is blocking:
        poll = coze.chat.create_and_poll(bot_id=DEMO, user_id="u", additional_messages=ask())
        equal(poll.chat.status, ChatStatus.COMPLETED)


@method("chat.cancel")
async def chat_cancel(coze):
    chat = await got(coze.chat.create(bot_id=SLOW, user_id="u", additional_messages=ask()))
    canceled = await got(coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id))
    equal(canceled.status, ChatStatus.CANCELED)


@method("chat.submit_tool_outputs", "chat.submit_tool_outputs_stream")
async def chat_tools(coze):
    for streamed in (False, True):
        chat = await got(coze.chat.create(bot_id=TOOLS, user_id="u", additional_messages=ask()))
        chat = await settled(coze, chat, ChatStatus.REQUIRES_ACTION)
        calls = chat.required_action.submit_tool_outputs.tool_calls
        request = {
            "conversation_id": chat.conversation_id,
            "chat_id": chat.id,
            "tool_outputs": [ToolOutput(tool_call_id=call.id, output="x") for call in calls],
        }
        if coze is asynchronous and streamed:
            assert await got(coze.chat.submit_tool_outputs_stream(**request)), "no events"
        elif coze is asynchronous:
            await got(coze.chat.submit_tool_outputs(**request))
        else:
            await got(coze.chat.submit_tool_outputs(**request, stream=streamed))


@method(*(f"conversations.{verb}" for verb in ("create", "retrieve", "list", "update", "clear", "delete")))
async def conversations(coze):
    one = {"conversation_id": (await got(coze.conversations.create(bot_id=DEMO))).id}
    equal((await got(coze.conversations.retrieve(**one))).id, one["conversation_id"])
    await got(coze.conversations.update(**one, name="n"))
    contains([other.id for other in await got(coze.conversations.list(bot_id=DEMO))], one["conversation_id"])
    await got(coze.conversations.clear(**one))
    await got(coze.conversations.delete(**one))


@method(*(f"conversations.messages.{verb}" for verb in ("create", "retrieve", "list", "update", "delete")))
async def messages(coze):
    one = {"conversation_id": (await got(coze.conversations.create())).id}
    made = await got(coze.conversations.messages.create(**one, role="user", content="a", content_type="text"))
    this = {**one, "message_id": made.id}
    equal((await got(coze.conversations.messages.retrieve(**this))).content, "a")
    await got(coze.conversations.messages.update(**this, content="b", content_type="text"))
    equal([message.content for message in await got(coze.conversations.messages.list(**one))], ["b"])
    await got(coze.conversations.messages.delete(**this))


@method("conversations.messages.feedback.create", "conversations.messages.feedback.delete")
async def feedback(coze):
    events = await got(coze.chat.stream(bot_id=DEMO, user_id="u", additional_messages=ask()))
    done = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED]
    answer = next(message for message in done if message.type == "answer")
    this = {"conversation_id": answer.conversation_id, "message_id": answer.id}
    await got(coze.conversations.messages.feedback.create(**this, feedback_type=FeedbackType.LIKE))
    await got(coze.conversations.messages.feedback.delete(**this))


async def documents_of(module, datasets):
    dataset = (await got(datasets.create(name="d", space_id=SPACE, format_type=DocumentFormatType.DOCUMENT))).dataset_id
    bases = [DocumentBase(name="a.txt", source_info=DocumentSourceInfo.build_local_file("x"))]
    strategy = inspect.signature(module.create).parameters["chunk_strategy"]
    # Only the older module lets it be left out.
    options = {"chunk_strategy": DocumentChunkStrategy.build_auto()} if strategy.default is strategy.empty else {}
    (made,) = await got(module.create(dataset_id=dataset, document_bases=bases, **options))
    await got(module.update(document_id=made.document_id, document_name="b.txt"))
    equal([one.name for one in await got(module.list(dataset_id=dataset))], ["b.txt"])
    await got(module.delete(document_ids=[made.document_id]))
    await got(datasets.delete(dataset_id=dataset))


@method(*(f"knowledge.documents.{verb}" for verb in ("create", "update", "list", "delete")))
async def knowledge(coze):
    await documents_of(coze.knowledge.documents, coze.datasets)


@method(*(f"datasets.documents.{verb}" for verb in ("create", "update", "list", "delete")))
async def datasets_documents(coze):
    await documents_of(coze.datasets.documents, coze.datasets)


@method(*(f"datasets.{verb}" for verb in ("create", "update", "list", "delete", "process")))
@method("datasets.images.list", "datasets.images.update")
async def datasets(coze):
    dataset = (await got(coze.datasets.create(name="i", space_id=SPACE, format_type=DocumentFormatType.IMAGE))).dataset_id
    await got(coze.datasets.update(dataset_id=dataset, name="j"))
    contains([one.dataset_id for one in await got(coze.datasets.list(space_id=SPACE))], dataset)
    file = (await got(coze.files.upload(file=picture()))).id
    bases = [DocumentBase(name="a", source_info=DocumentSourceInfo.build_file_id(file))]
    (made,) = await got(coze.knowledge.documents.create(dataset_id=dataset, document_bases=bases))
    await got(coze.datasets.process(dataset_id=dataset, document_ids=[made.document_id]))
    await got(coze.datasets.images.update(dataset_id=dataset, document_id=made.document_id, caption="c"))
    equal([image.caption for image in await got(coze.datasets.images.list(dataset_id=dataset))], ["c"])
    await got(coze.datasets.delete(dataset_id=dataset))


@method("workflows.list", "workflows.retrieve", "workflows.versions.list")
async def workflows(coze):
    for options in ({}, {"workspace_id": "7400000000000000009"}):
        contains([one.workflow_id for one in await got(coze.workflows.list(**options))], GREET)
    equal((await got(coze.workflows.retrieve(workflow_id=GREET))).workflow_detail.workflow_name, "hello")
    versions = await got(coze.workflows.versions.list(workflow_id=GREET))
    equal([one.version for one in versions], ["v0.0.2", "v0.0.1"])


@method("workflows.runs.create", "workflows.runs.run_histories.retrieve")
@method("workflows.runs.run_histories.execute_nodes.retrieve")
async def workflow_runs(coze):
    result = await got(coze.workflows.runs.create(workflow_id=GREET))
    contains(result.data, "you")
    later = await got(coze.workflows.runs.create(workflow_id=GREET, parameters={"name": "x"}, is_async=True))
    run = {"workflow_id": GREET, "execute_id": later.execute_id}
    async with asyncio.timeout(PATIENCE):
        while (history := await got(coze.workflows.runs.run_histories.retrieve(**run))).execute_status != WorkflowExecuteStatus.SUCCESS:
            await asyncio.sleep(0.02)
    (uuid,) = [one.node_execute_uuid for one in history.node_execute_status.values() if one.is_finish]
    node = await got(coze.workflows.runs.run_histories.execute_nodes.retrieve(**run, node_execute_uuid=uuid))
    contains(node.node_output, "Hello x")


@method("workflows.runs.stream", "workflows.runs.resume")
async def workflow_streams(coze):
    events = await got(coze.workflows.runs.stream(workflow_id=ASK))
    contains("".join(event.message.content for event in events if event.message), "Hello you")
    interrupt = events[-1].interrupt.interrupt_data
    rest = await got(
        coze.workflows.runs.resume(
            workflow_id=ASK, event_id=interrupt.event_id, resume_data="杭州", interrupt_type=interrupt.type
        )
    )
    contains([event.message.content for event in rest if event.event == WorkflowEventType.MESSAGE][-1], "杭州")


@method("workflows.chat.stream")
async def workflow_chat(coze):
    picture = MessageObjectString.build_image(file_url="https://example.com/a.png")
    objects = Message.build_user_question_objects([MessageObjectString.build_text("hi"), picture])
    for messages, said in ((ask(), "You said hi"), ([objects], "You said hi"), (None, "You said ")):
        options = {} if messages is None else {"additional_messages": messages}
        events = await got(coze.workflows.chat.stream(workflow_id=TALK, bot_id=DEMO, **options))
        deltas = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA]
        equal("".join(delta.content for delta in deltas), said)


@method("audio.speech.create", "audio.voices.list", "audio.voices.clone", "audio.transcriptions.create")
async def audio(coze):
    voices = await got(coze.audio.voices.list())
    assert await got(coze.audio.speech.create(input="hi", voice_id=voices[0].voice_id)), "no sound"
    await got(coze.audio.voices.clone(voice_name="n", audio_format=AudioFormat.WAV, file=sound()))
    equal((await got(coze.audio.transcriptions.create(file=sound()))).text, "sound")


@method("audio.rooms.create", "audio.live.retrieve")
async def rooms(coze):
    room = await got(coze.audio.rooms.create(bot_id=DEMO))
    assert (await got(coze.audio.live.retrieve(live_id=room.room_id))).stream_infos, room


@method(*(f"audio.voiceprint_groups.{verb}" for verb in ("create", "update", "list", "delete", "speaker_identify")))
@method(*(f"audio.voiceprint_groups.features.{verb}" for verb in ("create", "update", "list", "delete")))
async def voiceprints(coze):
    groups = coze.audio.voiceprint_groups
    group = {"group_id": (await got(groups.create(name="g"))).id}
    await got(groups.update(**group, name="h"))
    assert await got(groups.list()), "no groups"
    feature = {**group, "feature_id": (await got(groups.features.create(**group, name="f", file=sound()))).id}
    await got(groups.features.update(**feature, name="g"))
    assert await got(groups.features.list(**group)), "no features"
    assert (await got(groups.speaker_identify(**group, file=sound()))).feature_score_list, "nobody"
    await got(groups.features.delete(**feature))
    await got(groups.delete(**group))


def methods(client, path=()):
    """Walks through a client, and returns its methods by their names."""
    found = {}
    for name in dir(type(client)):
        if name.startswith("_"):
            continue
        what = inspect.getattr_static(type(client), name)
        if isinstance(what, property):
            if name == "websockets":
                # This part is there for https only, and the simulator has no WebSockets yet.
                continue
            part = getattr(client, name)
            if type(part).__module__.startswith("cozepy"):
                found.update(methods(part, (*path, name)))
        elif callable(what):
            found[".".join((*path, name))] = getattr(client, name)
    return found


def arguments(function):
    """Makes up what a method cannot do without."""
    required = [one for one in inspect.signature(function).parameters.values() if one.default is one.empty]
    named = [one for one in required if one.kind == one.KEYWORD_ONLY]
    return {one.name: [] if "List" in str(one.annotation) else "7400000000000000001" for one in named}


def refused(kind, client, name, function):
    """Makes the check of a method whose endpoint is not served: it is told so, and nothing else."""

    async def check():
        try:
            result = await got(function(**arguments(function)))
        except CozeAPIError as error:
            _, said, endpoint = error.msg.partition("the simulator has no endpoint ")
            assert said, error
            return refuse(f"{kind} {name}", endpoint)
        raise AssertionError(f"it is served: {result!r}")

    return check


def missing(known):
    """The methods that run here, but that the client no longer has; two are in one of the clients only."""
    return set(runs) - set(known) - {"chat.submit_tool_outputs_stream", "chat.create_and_poll"}


for kind, client in (("sync", blocking), ("async", asynchronous)):
    known = methods(client)
    checks = {}
    for name, function in known.items():
        if name in runs:
            checks.setdefault(runs[name].__name__, lambda run=runs[name], client=client: run(client))
        else:
            register(f"{kind} {name}", refused(kind, client, name, function))
    for name, function in checks.items():
        register(f"{kind} {name}", function)
    assert not missing(known), f"the client has no such methods any more: {missing(known)}"

main()

"""The blocking client of cozepy, unchanged, against the simulator."""

import json
import tempfile
from pathlib import Path

from cozepy import (
    ChatEventType,
    ChatStatus,
    Coze,
    CozeAPIError,
    Message,
    MessageContentType,
    MessageObjectString,
    MessageRole,
    MessageType,
    TokenAuth,
    ToolOutput,
)
from cozepy.conversations.message.feedback import FeedbackType

from harness import (
    BASE_URL,
    DEMO,
    EVERYTHING,
    QUESTION,
    SLOW,
    TOKEN,
    TOOLS,
    UNKNOWN_ID,
    check,
    contains,
    equal,
    is_id,
    is_recent,
    main,
    raises,
    wait_until,
)

coze = Coze(auth=TokenAuth(TOKEN), base_url=BASE_URL)


def ask(text):
    return [Message.build_user_question_text(text)]


def stream(text, bot_id=DEMO, **options):
    return list(coze.chat.stream(bot_id=bot_id, user_id="u", additional_messages=ask(text), **options))


def create(text, bot_id=DEMO, **options):
    return coze.chat.create(bot_id=bot_id, user_id="u", additional_messages=ask(text), **options)


def settle(chat, status=ChatStatus.COMPLETED):
    """Waits until a chat is no longer in progress, and compares its status."""

    def settled():
        seen = coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
        return seen if seen.status not in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS) else None

    seen = wait_until(settled, f"chat {chat.id} to end")
    equal(seen.status, status)
    return seen


def answers(messages):
    return [message.content for message in messages if message.type == MessageType.ANSWER]


def deltas(events):
    return [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA]


def completed(events, kind):
    messages = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED]
    return [message for message in messages if message.type == kind]


def names(events):
    return [event.event for event in events]


@check
def chat_stream():
    reply = coze.chat.stream(bot_id=DEMO, user_id="u", additional_messages=ask(QUESTION), meta_data={"k": "v"})
    assert reply.response.logid, "no log id in the header"
    events = list(reply)

    equal(names(events)[:2], [ChatEventType.CONVERSATION_CHAT_CREATED, ChatEventType.CONVERSATION_CHAT_IN_PROGRESS])
    equal(names(events)[-1], ChatEventType.CONVERSATION_CHAT_COMPLETED)
    created, in_progress, done = events[0].chat, events[1].chat, events[-1].chat
    equal([created.status, in_progress.status, done.status], ["created", "in_progress", "completed"])
    for chat in (created, in_progress, done):
        equal((chat.id, chat.conversation_id, chat.bot_id), (created.id, created.conversation_id, DEMO))
    is_id(created.id)
    is_id(created.conversation_id)
    is_recent(done.created_at)
    is_recent(done.completed_at)
    equal(done.usage.token_count, done.usage.input_count + done.usage.output_count)
    assert done.usage.output_count > 0, done.usage
    assert done.last_error is None or done.last_error.code == 0, done.last_error

    parts = deltas(events)
    assert len(parts) > 1, f"the answer came in {len(parts)} piece"
    (answer,) = completed(events, MessageType.ANSWER)
    equal("".join(part.content for part in parts), answer.content)
    contains(answer.content, "星期二")
    for message in (*parts, answer):
        equal((message.id, message.chat_id), (answer.id, created.id))
        equal((message.role, message.type, message.content_type), ("assistant", "answer", "text"))


@check
def chat_stream_is_answered_word_by_word():
    kinds = names(stream("one two three four five"))
    first = kinds.index(ChatEventType.CONVERSATION_MESSAGE_DELTA)
    last = kinds.index(ChatEventType.CONVERSATION_MESSAGE_COMPLETED)
    equal(set(kinds[first:last]), {ChatEventType.CONVERSATION_MESSAGE_DELTA})
    assert last - first >= 5, kinds


@check
def chat_create_retrieve_messages():
    chat = create(QUESTION, meta_data={"source": "conformance"})
    is_id(chat.id)
    is_id(chat.conversation_id)
    assert chat.response.logid, "no log id in the header"
    assert chat.status in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS), chat.status

    seen = settle(chat)
    equal((seen.id, seen.conversation_id, seen.bot_id), (chat.id, chat.conversation_id, DEMO))
    equal(seen.meta_data, {"source": "conformance"})
    is_recent(seen.completed_at)

    messages = coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    (answer,) = answers(messages)
    contains(answer, "星期二")
    for message in messages:
        equal((message.chat_id, message.conversation_id), (chat.id, chat.conversation_id))
        assert message.type != MessageType.QUESTION, "the question is not among the messages of a chat"


@check
def chat_create_and_poll():
    poll = coze.chat.create_and_poll(bot_id=DEMO, user_id="u", additional_messages=ask(QUESTION))
    equal(poll.chat.status, ChatStatus.COMPLETED)
    (answer,) = answers(poll.messages)
    contains(answer, "星期二")


@check
def chat_create_and_poll_cancels_at_its_deadline():
    poll = coze.chat.create_and_poll(bot_id=SLOW, user_id="u", additional_messages=ask("hi"), poll_timeout=0)
    seen = coze.chat.retrieve(conversation_id=poll.chat.conversation_id, chat_id=poll.chat.id)
    equal(seen.status, ChatStatus.CANCELED)


@check
def chat_cancel():
    chat = create("hi", SLOW)
    canceled = coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    equal((canceled.id, canceled.status), (chat.id, ChatStatus.CANCELED))
    settle(chat, ChatStatus.CANCELED)
    # The conversation is free again.
    settle(create("hi", conversation_id=chat.conversation_id))


@check
def chat_cancel_of_a_finished_chat_is_refused():
    chat = create("hi")
    settle(chat)
    error = raises(CozeAPIError, coze.chat.cancel, conversation_id=chat.conversation_id, chat_id=chat.id)
    equal(error.code, 4104)
    assert error.logid, "no log id"


@check
def chat_in_a_busy_conversation_is_refused():
    chat = create("hi", SLOW)
    for start in (create, stream):
        error = raises(CozeAPIError, start, "again", SLOW, conversation_id=chat.conversation_id)
        equal(error.code, 4016)
        assert error.logid, "no log id"
    coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)


@check
def chat_tool_outputs_streamed():
    events = stream("hi", TOOLS)
    equal(names(events)[-1], ChatEventType.CONVERSATION_CHAT_REQUIRES_ACTION)
    chat = events[-1].chat
    equal((chat.status, chat.required_action.type), ("requires_action", "submit_tool_outputs"))
    weather, clock = chat.required_action.submit_tool_outputs.tool_calls
    equal((weather.type, weather.function.name, clock.function.name), ("function", "get_weather", "get_time"))
    equal(json.loads(weather.function.arguments), {"city": "深圳", "days": 2})

    reply = coze.chat.submit_tool_outputs(
        conversation_id=chat.conversation_id,
        chat_id=chat.id,
        tool_outputs=[ToolOutput(tool_call_id=call.id, output="晴") for call in (weather, clock)],
        stream=True,
    )
    events = list(reply)
    equal(names(events)[-1], ChatEventType.CONVERSATION_CHAT_COMPLETED)
    equal(events[-1].chat.id, chat.id)
    (answer,) = completed(events, MessageType.ANSWER)
    equal(answer.content, "两个工具都回答了")


@check
def chat_tool_outputs_plain():
    seen = settle(create("hi", TOOLS), ChatStatus.REQUIRES_ACTION)
    calls = seen.required_action.submit_tool_outputs.tool_calls
    chat = coze.chat.submit_tool_outputs(
        conversation_id=seen.conversation_id,
        chat_id=seen.id,
        tool_outputs=[ToolOutput(tool_call_id=call.id, output="晴") for call in calls],
        stream=False,
    )
    equal(chat.id, seen.id)
    settle(chat)
    messages = coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    equal(answers(messages), ["两个工具都回答了"])
    contains([message.type for message in messages], MessageType.FUNCTION_CALL)


@check
def chat_tool_outputs_reach_the_agent():
    chat = stream('调用 get_weather {"city":"杭州"}')[-1].chat
    (call,) = chat.required_action.submit_tool_outputs.tool_calls
    equal((call.function.name, json.loads(call.function.arguments)), ("get_weather", {"city": "杭州"}))
    events = coze.chat.submit_tool_outputs(
        conversation_id=chat.conversation_id,
        chat_id=chat.id,
        tool_outputs=[ToolOutput(tool_call_id=call.id, output='{"天气":"小雨"}')],
        stream=True,
    )
    (answer,) = completed(events, MessageType.ANSWER)
    contains(answer.content, "小雨")


@check
def chat_tool_outputs_for_an_unknown_call_are_refused():
    seen = settle(create("hi", TOOLS), ChatStatus.REQUIRES_ACTION)
    for streamed in (False, True):
        error = raises(
            CozeAPIError,
            coze.chat.submit_tool_outputs,
            conversation_id=seen.conversation_id,
            chat_id=seen.id,
            tool_outputs=[ToolOutput(tool_call_id="no such call", output="晴")],
            stream=streamed,
        )
        equal(error.code, 4000)


@check
def chat_tool_outputs_need_a_saved_chat():
    events = stream("hi", TOOLS, auto_save_history=False)
    chat = events[-1].chat
    calls = chat.required_action.submit_tool_outputs.tool_calls
    error = raises(
        CozeAPIError,
        coze.chat.submit_tool_outputs,
        conversation_id=chat.conversation_id,
        chat_id=chat.id,
        tool_outputs=[ToolOutput(tool_call_id=call.id, output="晴") for call in calls],
        stream=False,
    )
    equal(error.code, 5000)


@check
def chat_stream_with_audio():
    events = stream("audio", EVERYTHING)
    (audio,) = [event.message for event in events if event.event == ChatEventType.CONVERSATION_AUDIO_DELTA]
    equal(audio.get_audio(), bytes(range(6)))


@check
def chat_stream_with_reasoning_and_follow_ups():
    events = stream("reason", EVERYTHING)
    reasoning = "".join(part.reasoning_content or "" for part in deltas(events))
    equal(reasoning, "first this, then that")
    equal("".join(part.content for part in deltas(events)), "thus so")
    equal([message.content for message in completed(events, MessageType.FOLLOW_UP)], ["why?", "how?"])


@check
def chat_stream_with_intermediate_messages():
    events = stream("messages", EVERYTHING)
    (call,) = completed(events, MessageType.FUNCTION_CALL)
    equal(json.loads(call.content)["arguments"], {"q": "coze"})
    (response,) = completed(events, MessageType.TOOL_RESPONSE)
    equal(json.loads(response.content), {"hits": 3})


@check
def chat_stream_with_an_unknown_event():
    events = stream("unknown", EVERYTHING)
    (event,) = [event for event in events if event.event == ChatEventType.UNKNOWN]
    equal(event.unknown["event"], "conversation.something.new")
    equal(json.loads(event.unknown["data"]), {"a": 1})
    equal(names(events)[-1], ChatEventType.CONVERSATION_CHAT_COMPLETED)


@check
def chat_stream_that_fails():
    chat = stream("fail", EVERYTHING)[-1].chat
    equal((chat.status, chat.last_error.code, chat.last_error.msg), ("failed", 5000, "event interval error"))
    settle(chat, ChatStatus.FAILED)


@check
def chat_stream_with_an_error_event():
    error = raises(Exception, stream, "error", EVERYTHING)
    contains(str(error), "4028")
    contains(str(error), "no credits left")


@check
def chat_stream_that_is_refused():
    error = raises(CozeAPIError, stream, "refuse", EVERYTHING)
    equal((error.code, error.msg), (4013, "too many requests"))


@check
def chat_stream_byte_by_byte():
    (answer,) = completed(stream("bytes", EVERYTHING), MessageType.ANSWER)
    equal(answer.content, "一个字节一个字节地来")


@check
def chat_goes_on_in_its_conversation():
    conversation = coze.conversations.create()
    first = settle(create("one two", conversation_id=conversation.id))
    second = settle(create(QUESTION, conversation_id=conversation.id))
    equal((first.conversation_id, second.conversation_id), (conversation.id, conversation.id))
    assert first.id != second.id, "two chats with one id"

    saved = list(coze.conversations.messages.list(conversation_id=conversation.id, order="asc"))
    questions = [message.content for message in saved if message.role == MessageRole.USER]
    equal(questions, ["one two", QUESTION])
    one_chat = list(coze.conversations.messages.list(conversation_id=conversation.id, chat_id=second.id))
    equal({message.chat_id for message in one_chat}, {second.id})


@check
def chat_without_history_leaves_no_messages():
    conversation = coze.conversations.create()
    stream("one two", conversation_id=conversation.id, auto_save_history=False)
    equal(list(coze.conversations.messages.list(conversation_id=conversation.id)), [])


@check
def chat_with_an_unknown_agent_is_refused():
    for start in (create, stream):
        error = raises(CozeAPIError, start, "hi", UNKNOWN_ID)
        assert error.code > 0 and error.msg and error.logid, error


@check
def chat_with_a_wrong_token_is_refused():
    stranger = Coze(auth=TokenAuth("pat_wrong"), base_url=BASE_URL)
    question = {"bot_id": DEMO, "user_id": "u", "additional_messages": ask("hi")}
    calls = [
        lambda: stranger.users.me(),
        lambda: stranger.chat.create(**question),
        lambda: stranger.chat.stream(**question),
        lambda: stranger.conversations.create(),
    ]
    for call in calls:
        error = raises(CozeAPIError, call)
        equal(error.code, 4100)
        assert error.logid, "no log id"
        assert "pat_wrong" not in str(error), "the error repeats the token"


@check
def conversations_create_and_retrieve():
    conversation = coze.conversations.create(
        messages=[*ask("hello"), Message.build_assistant_answer("hi there")],
        meta_data={"uuid": "newid1234"},
        bot_id=DEMO,
        name="推荐杭州美食",
    )
    is_id(conversation.id)
    is_recent(conversation.created_at)
    equal((conversation.name, conversation.meta_data), ("推荐杭州美食", {"uuid": "newid1234"}))
    equal(conversation.connector_id, "1024")

    seen = coze.conversations.retrieve(conversation_id=conversation.id)
    equal(seen.model_dump(), conversation.model_dump())
    saved = list(coze.conversations.messages.list(conversation_id=conversation.id, order="asc"))
    equal([(message.role, message.content) for message in saved], [("user", "hello"), ("assistant", "hi there")])


@check
def conversations_list_in_pages():
    made = [coze.conversations.create(bot_id=TOOLS, name=f"n{number}").id for number in range(5)]
    pages = list(coze.conversations.list(bot_id=TOOLS, page_size=2).iter_pages())
    assert all(len(page.items) <= 2 for page in pages), [len(page.items) for page in pages]
    equal([page.has_more for page in pages], [True] * (len(pages) - 1) + [False])
    found = [conversation.id for page in pages for conversation in page.items]
    equal(len(found), len(set(found)))
    # The newest come first.
    equal([id for id in found if id in made], made[::-1])


@check
def conversations_update():
    conversation = coze.conversations.create(name="before")
    equal(coze.conversations.update(conversation_id=conversation.id, name="after").name, "after")
    equal(coze.conversations.retrieve(conversation_id=conversation.id).name, "after")
    error = raises(CozeAPIError, coze.conversations.update, conversation_id=conversation.id, name="x" * 101)
    equal(error.code, 4000)
    contains(error.msg, "name")


@check
def conversations_delete():
    conversation = coze.conversations.create(bot_id=DEMO)
    coze.conversations.delete(conversation_id=conversation.id)
    error = raises(CozeAPIError, coze.conversations.retrieve, conversation_id=conversation.id)
    assert error.code > 0 and error.logid, error
    assert conversation.id not in [other.id for other in coze.conversations.list(bot_id=DEMO)]


@check
def conversations_clear():
    conversation = coze.conversations.create(messages=ask("hello"))
    section = coze.conversations.clear(conversation_id=conversation.id)
    equal(section.conversation_id, conversation.id)
    assert section.id != conversation.last_section_id, "clearing starts a new section"
    equal(coze.conversations.retrieve(conversation_id=conversation.id).last_section_id, section.id)


@check
def messages_create_and_retrieve():
    conversation = coze.conversations.create()
    message = coze.conversations.messages.create(
        conversation_id=conversation.id,
        role=MessageRole.USER,
        content="早上好",
        content_type=MessageContentType.TEXT,
        meta_data={"source": "app"},
    )
    is_id(message.id)
    is_recent(message.created_at)
    equal((message.conversation_id, message.content, message.role), (conversation.id, "早上好", "user"))
    equal(message.meta_data, {"source": "app"})
    seen = coze.conversations.messages.retrieve(conversation_id=conversation.id, message_id=message.id)
    equal(seen.model_dump(), message.model_dump())


@check
def messages_list_in_pages():
    conversation = coze.conversations.create()

    def add(number):
        return coze.conversations.messages.create(
            conversation_id=conversation.id, role="user", content=f"m{number}", content_type="text"
        ).id

    made = [add(number) for number in range(5)]

    def pages(order, **options):
        found = coze.conversations.messages.list(conversation_id=conversation.id, order=order, limit=2, **options)
        return [[message.id for message in page.items] for page in found.iter_pages()]

    equal(pages("asc"), [made[0:2], made[2:4], made[4:5]])
    equal(pages("desc"), [made[4:2:-1], made[2:0:-1], made[0:1]])
    equal(pages("asc", after_id=made[3]), [made[4:5]])
    first = coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=2, before_id=made[3])
    assert made[3] not in [message.id for message in first.items], "before_id itself is not listed"
    equal((first.first_id, first.last_id), (first.items[0].id, first.items[-1].id))


@check
def messages_list_of_an_empty_conversation():
    conversation = coze.conversations.create()
    found = coze.conversations.messages.list(conversation_id=conversation.id)
    equal((found.items, found.has_more), ([], False))


@check
def messages_update():
    conversation = coze.conversations.create(messages=ask("before"))
    (before,) = coze.conversations.messages.list(conversation_id=conversation.id).items
    after = coze.conversations.messages.update(
        conversation_id=conversation.id, message_id=before.id, content="after", content_type=MessageContentType.TEXT
    )
    equal((after.id, after.content), (before.id, "after"))
    seen = coze.conversations.messages.retrieve(conversation_id=conversation.id, message_id=before.id)
    equal((seen.content, seen.created_at), ("after", before.created_at))


@check
def messages_delete():
    conversation = coze.conversations.create(messages=[*ask("keep"), *ask("drop")])
    keep, drop = coze.conversations.messages.list(conversation_id=conversation.id, order="asc").items
    gone = coze.conversations.messages.delete(conversation_id=conversation.id, message_id=drop.id)
    equal((gone.id, gone.content), (drop.id, "drop"))
    left = coze.conversations.messages.list(conversation_id=conversation.id).items
    equal([message.id for message in left], [keep.id])
    ids = {"conversation_id": conversation.id, "message_id": drop.id}
    error = raises(CozeAPIError, coze.conversations.messages.retrieve, **ids)
    assert error.code > 0 and error.logid, error


@check
def messages_feedback():
    chat = create("one two")
    settle(chat)
    messages = coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    answer = next(message for message in messages if message.type == MessageType.ANSWER)
    ids = {"conversation_id": chat.conversation_id, "message_id": answer.id}
    feedback = coze.conversations.messages.feedback
    feedback.create(**ids, feedback_type=FeedbackType.LIKE)
    feedback.create(**ids, feedback_type=FeedbackType.UNLIKE, reason_types=["内容有误", "不够详细"], comment="5.0")
    feedback.delete(**ids)
    # Only answers can be judged.
    saved = coze.conversations.messages.list(conversation_id=chat.conversation_id)
    question = next(message for message in saved if message.role == MessageRole.USER)
    for message_id in (question.id, UNKNOWN_ID):
        ids["message_id"] = message_id
        error = raises(CozeAPIError, feedback.create, **ids, feedback_type=FeedbackType.LIKE)
        assert error.code > 0, error


@check
def files_upload_and_retrieve():
    content = "第一行\n第二行\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "笔记.csv"
        path.write_bytes(content)
        for file in (path, str(path), ("笔记.csv", content)):
            uploaded = coze.files.upload(file=file)
            is_id(uploaded.id)
            is_recent(uploaded.created_at)
            equal((uploaded.file_name, uploaded.bytes), ("笔记.csv", len(content)))
            equal(coze.files.retrieve(file_id=uploaded.id).model_dump(), uploaded.model_dump())


@check
def files_of_several_megabytes():
    content = bytes(range(256)) * 16 * 1024
    uploaded = coze.files.upload(file=("big.pdf", content))
    equal((uploaded.file_name, uploaded.bytes), ("big.pdf", len(content)))


@check
def files_of_an_unknown_format_are_refused():
    error = raises(CozeAPIError, coze.files.upload, file=("tool.exe", b"MZ"))
    assert error.code > 0 and error.logid, error


@check
def files_retrieve_unknown():
    error = raises(CozeAPIError, coze.files.retrieve, file_id=UNKNOWN_ID)
    assert error.code > 0 and error.logid, error


@check
def chat_about_an_uploaded_file():
    file = coze.files.upload(file=("plan.pdf", bytes(2048)))
    question = Message.build_user_question_objects(
        [MessageObjectString.build_text("这是什么文件"), MessageObjectString.build_file(file_id=file.id)]
    )
    events = list(coze.chat.stream(bot_id=DEMO, user_id="u", additional_messages=[question]))
    (answer,) = completed(events, MessageType.ANSWER)
    contains(answer.content, "plan.pdf")
    contains(answer.content, "2.0 KiB")


@check
def users_me():
    user = coze.users.me()
    is_id(user.user_id)
    assert user.user_name and user.nick_name, user


@check
def bots_retrieve():
    for version in (1, 2):
        bot = coze.bots.retrieve(bot_id=DEMO, use_api_version=version)
        equal(bot.bot_id, DEMO)
        assert bot.name, bot
        error = raises(CozeAPIError, coze.bots.retrieve, bot_id=UNKNOWN_ID, use_api_version=version)
        assert error.code > 0 and error.logid, error
    equal(coze.bots.retrieve(bot_id=TOOLS, use_api_version=2).name, "tools")


@check
def requests_that_break_a_rule_name_the_field():
    conversation = coze.conversations.create()
    wrong_type = {"role": "user", "content": "hi", "content_type": "telegram"}
    error = raises(CozeAPIError, coze.conversations.messages.create, conversation_id=conversation.id, **wrong_type)
    equal(error.code, 4000)
    contains(error.msg, "content_type")
    error = raises(CozeAPIError, create, "hi", meta_data={"k": "x" * 513})
    equal(error.code, 4000)
    contains(error.msg, "meta_data")


main()

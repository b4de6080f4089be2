"""The asynchronous client of cozepy, unchanged, against the simulator."""

import asyncio
import json

from cozepy import AsyncCoze, AsyncTokenAuth, ChatEventType, ChatStatus, CozeAPIError, Message, MessageType, ToolOutput
from cozepy.conversations.message.feedback import FeedbackType

from harness import (
    BASE_URL,
    DEMO,
    PATIENCE,
    QUESTION,
    SLOW,
    TOKEN,
    TOOLS,
    UNKNOWN_ID,
    check,
    contains,
    equal,
    main,
)

coze = AsyncCoze(auth=AsyncTokenAuth(TOKEN), base_url=BASE_URL)


def ask(text):
    return [Message.build_user_question_text(text)]


async def stream(text, bot_id=DEMO, **options):
    events = coze.chat.stream(bot_id=bot_id, user_id="u", additional_messages=ask(text), **options)
    return [event async for event in events]


async def create(text, bot_id=DEMO, **options):
    return await coze.chat.create(bot_id=bot_id, user_id="u", additional_messages=ask(text), **options)


async def settle(chat, status=ChatStatus.COMPLETED):
    """Waits until a chat is no longer in progress, and compares its status."""
    async with asyncio.timeout(PATIENCE):
        while chat.status in (ChatStatus.CREATED, ChatStatus.IN_PROGRESS):
            await asyncio.sleep(0.02)
            chat = await coze.chat.retrieve(conversation_id=chat.conversation_id, chat_id=chat.id)
    equal(chat.status, status)
    return chat


async def refusal(call):
    """Returns the error that a call ends with."""
    try:
        result = await call
    except CozeAPIError as error:
        return error
    raise AssertionError(f"expected an error, got {result!r}")


def answer(events):
    messages = [event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED]
    (content,) = [message.content for message in messages if message.type == MessageType.ANSWER]
    return content


@check
async def chat_stream():
    events = await stream(QUESTION)
    equal(events[0].event, ChatEventType.CONVERSATION_CHAT_CREATED)
    equal(events[-1].event, ChatEventType.CONVERSATION_CHAT_COMPLETED)
    contains(answer(events), "星期二")
    parts = [event.message.content for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_DELTA]
    equal("".join(parts), answer(events))


@check
async def chat_streams_side_by_side():
    questions = [f"第{number}个 问题" for number in range(8)]
    results = await asyncio.gather(*(stream(question) for question in questions))
    for question, events in zip(questions, results):
        contains(answer(events), question)
    equal(len({events[0].chat.conversation_id for events in results}), len(questions))


@check
async def chat_create_retrieve_messages():
    chat = await settle(await create(QUESTION))
    messages = await coze.chat.messages.list(conversation_id=chat.conversation_id, chat_id=chat.id)
    (content,) = [message.content for message in messages if message.type == MessageType.ANSWER]
    contains(content, "星期二")


@check
async def chat_cancel():
    chat = await create("hi", SLOW)
    error = await refusal(create("again", SLOW, conversation_id=chat.conversation_id))
    equal(error.code, 4016)
    canceled = await coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    equal(canceled.status, ChatStatus.CANCELED)


@check
async def chat_cancel_of_a_running_stream():
    events = coze.chat.stream(bot_id=SLOW, user_id="u", additional_messages=ask("hi"))
    chat = (await anext(events)).chat
    equal(chat.status, ChatStatus.CREATED)
    canceled = await coze.chat.cancel(conversation_id=chat.conversation_id, chat_id=chat.id)
    equal(canceled.status, ChatStatus.CANCELED)
    # Canceling does not interrupt a stream that runs; closing it does.
    await events.aclose()


@check
async def chat_tool_outputs_streamed():
    chat = (await stream("hi", TOOLS))[-1].chat
    equal(chat.status, ChatStatus.REQUIRES_ACTION)
    calls = chat.required_action.submit_tool_outputs.tool_calls
    equal(json.loads(calls[0].function.arguments), {"city": "深圳", "days": 2})
    outputs = [ToolOutput(tool_call_id=call.id, output="晴") for call in calls]
    ids = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
    events = [event async for event in coze.chat.submit_tool_outputs_stream(**ids, tool_outputs=outputs)]
    equal(answer(events), "两个工具都回答了")


@check
async def chat_tool_outputs_plain():
    chat = await settle(await create("hi", TOOLS), ChatStatus.REQUIRES_ACTION)
    calls = chat.required_action.submit_tool_outputs.tool_calls
    outputs = [ToolOutput(tool_call_id=call.id, output="晴") for call in calls]
    ids = {"conversation_id": chat.conversation_id, "chat_id": chat.id}
    await settle(await coze.chat.submit_tool_outputs(**ids, tool_outputs=outputs))


@check
async def chat_with_a_wrong_token_is_refused():
    stranger = AsyncCoze(auth=AsyncTokenAuth("pat_wrong"), base_url=BASE_URL)
    equal((await refusal(stranger.users.me())).code, 4100)


@check
async def conversations():
    made = [(await coze.conversations.create(bot_id=SLOW, name=f"n{number}")).id for number in range(3)]
    found = [conversation.id async for conversation in await coze.conversations.list(bot_id=SLOW, page_size=2)]
    equal([id for id in found if id in made], made[::-1])
    first, second, third = made
    equal((await coze.conversations.update(conversation_id=first, name="after")).name, "after")
    equal((await coze.conversations.clear(conversation_id=second)).conversation_id, second)
    await coze.conversations.delete(conversation_id=third)
    error = await refusal(coze.conversations.retrieve(conversation_id=third))
    assert error.code > 0, error


@check
async def messages():
    conversation = await coze.conversations.create(messages=[*ask("a"), *ask("b"), *ask("c")])
    pages = await coze.conversations.messages.list(conversation_id=conversation.id, order="asc", limit=2)
    found = [message async for message in pages]
    equal([message.content for message in found], ["a", "b", "c"])
    ids = {"conversation_id": conversation.id, "message_id": found[0].id}
    updated = await coze.conversations.messages.update(**ids, content="z", content_type="text")
    equal(updated.content, "z")
    equal((await coze.conversations.messages.retrieve(**ids)).content, "z")
    equal((await coze.conversations.messages.delete(**ids)).id, found[0].id)


@check
async def messages_feedback():
    events = await stream("one two")
    completed = (event.message for event in events if event.event == ChatEventType.CONVERSATION_MESSAGE_COMPLETED)
    message = next(message for message in completed if message.type == MessageType.ANSWER)
    ids = {"conversation_id": message.conversation_id, "message_id": message.id}
    await coze.conversations.messages.feedback.create(**ids, feedback_type=FeedbackType.LIKE)
    await coze.conversations.messages.feedback.delete(**ids)


@check
async def files_users_bots():
    file = await coze.files.upload(file=("notes.csv", b"hello"))
    equal((file.file_name, file.bytes), ("notes.csv", 5))
    equal((await coze.files.retrieve(file_id=file.id)).id, file.id)
    assert (await coze.users.me()).user_id
    equal((await coze.bots.retrieve(bot_id=DEMO, use_api_version=2)).bot_id, DEMO)
    error = await refusal(coze.bots.retrieve(bot_id=UNKNOWN_ID, use_api_version=2))
    assert error.code > 0, error


main()

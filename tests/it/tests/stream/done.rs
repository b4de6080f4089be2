//! The end of a stream, in all its spellings.

use bytes::Bytes;

use super::*;
use crate::mock::Piece;

const SPELLINGS: &[&str] = &[
    "event:done\ndata:[DONE]\n\n",
    "event: done\ndata: [DONE]\n\n",
    "event:done\ndata:\"[DONE]\"\n\n",
    "event: done\ndata: \"[DONE]\"\n\n",
    "event:done\ndata:{}\n\n",
    "event:done\ndata:\n\n",
    "event:done\ndata\n\n",
    "event:done\ndata: \n\n",
    "event:done\ndata:null\n\n",
    "event:done\ndata:{\"debug_url\":\"https://x\"}\n\n",
    "event:done\ndata:{\"debug_url\":null}\n\n",
    "event:done\ndata:{\"debug_url\":7}\n\n",
    "event:done\ndata:{broken\n\n",
    "event:done\ndata:anything\n\n",
    "data:[DONE]\nevent:done\n\n",
    "id:9\nevent:done\ndata:[DONE]\n\n",
    "event:Done\ndata:{}\n\n",
    "event:conversation.stream.done\ndata:\n\n",
    "event: conversation.stream.done\ndata: \n\n",
    "event:conversation.stream.done\ndata:{}\n\n",
    "event:conversation.stream.done\r\ndata:\r\n\r\n",
    "data: [DONE]\n\n",
    "data:\"[DONE]\"\n\n",
    "event: message\ndata: [DONE]\n\n",
];

#[tokio::test(start_paused = true)]
async fn each_spelling_ends_the_stream_at_once() {
    for spelling in SPELLINGS {
        // The server neither closes nor goes on: nobody may wait for it.
        let body = Bytes::from(created() + &completed() + spelling);
        let mock = Mock::always(Reply::pieces([Piece::Data(body), Piece::Hang]));
        let started = tokio::time::Instant::now();
        let mut events = open_on(&mock).await;
        for _ in 0..2 {
            events.next().await.unwrap().unwrap();
        }
        let last = events.next().await.unwrap();
        assert!(matches!(last, Ok(ChatEvent::Done(_))), "{spelling:?}: {last:?}");
        assert_eq!(mock.open(), 0, "{spelling:?}: the connection is kept");
        assert!(events.next().await.is_none(), "{spelling:?}");
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn done_is_an_end_even_without_a_completed_chat() {
    for spelling in SPELLINGS {
        let body = created() + spelling;
        assert_eq!(words(Reply::events(body)).await, ["created", "done"], "{spelling:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_delivered_after_done() {
    for spelling in SPELLINGS {
        for late in
            [delta("late"), done(), frame("error", r#"{"code":1,"msg":"late"}"#), "garbage".to_owned()]
        {
            let head = created() + &completed() + spelling;
            let expected = ["created", "completed", "done"];
            assert_eq!(words(Reply::events(head.clone() + &late)).await, expected, "{spelling:?}");
            let chunks = [head.as_bytes(), late.as_bytes()];
            assert_eq!(words(Reply::chunks(chunks)).await, expected, "{spelling:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_settled_chat_may_end_without_done() {
    assert_eq!(words(Reply::events(created() + &completed())).await, ["created", "completed"]);
    // A last event without data is no event to the standard; the end of the body says the same.
    let bare = created() + &completed() + "event:conversation.stream.done\n\n";
    assert_eq!(words(Reply::events(bare)).await, ["created", "completed"]);
    // Comments, blank lines and settings behind the end are no event either.
    let noise = created() + &completed() + ": bye\n\n\n\nretry: 10\n\nid: 4\n\n";
    assert_eq!(words(Reply::events(noise)).await, ["created", "completed"]);
}

#[tokio::test(start_paused = true)]
async fn text_that_speaks_of_done_is_no_end() {
    let body =
        created() + &delta("[DONE]") + &delta("event:done") + &answer("3", "[DONE]") + &completed() + &done();
    let expected = ["created", "+[DONE]", "+event:done", "=[DONE]", "completed", "done"];
    assert_eq!(words(Reply::events(body)).await, expected);
    let named = frame("done.soon", "x") + &frame("notdone", "DONE") + &completed();
    assert_eq!(words(Reply::events(named)).await, ["?done.soon", "?notdone", "completed"]);
}

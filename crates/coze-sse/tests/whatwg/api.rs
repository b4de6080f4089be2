//! The public interface around the algorithm.

use std::time::Duration;

use bytes::Bytes;
use coze_sse::{EventBuf, Parser};

fn owned(stream: &'static [u8]) -> EventBuf {
    let mut parser = Parser::new();
    parser.push(Bytes::from_static(stream));
    parser.next_owned().unwrap().unwrap()
}

#[test]
fn owned_events_outlive_the_parser() {
    let event = owned(b"event: x\nid: 1\ndata: a short one\n\n");
    assert_eq!((&*event.name(), &*event.data(), &*event.id()), ("x", "a short one", "1"));
    assert_eq!(event.name_bytes(), b"x");
    assert_eq!(event.id_bytes(), b"1");
    assert_eq!(event.clone(), event);
    assert_eq!(event.into_data(), "a short one");
}

#[test]
fn long_data_is_shared_with_its_chunk() {
    let chunk = Bytes::from(format!("data: {}\n\ndata: {}\n\n", "x".repeat(100), "y".repeat(100)));
    let mut parser = Parser::new();
    parser.push(chunk.clone());
    let place = chunk.as_ptr_range();
    for next in 0..2 {
        let event = if next == 0 {
            parser.next_owned().unwrap().unwrap()
        } else {
            parser.next_event().unwrap().unwrap().to_owned()
        };
        assert!(place.contains(&event.data_bytes().as_ptr()));
        assert!(place.contains(&event.into_data().as_ptr()));
    }
}

#[test]
fn large_data_from_several_chunks_is_handed_over() {
    let big = "x".repeat(10_000);
    let mut parser = Parser::new();
    for _ in 0..3 {
        for chunk in format!("data: {big}\n\n").as_bytes().chunks(3_000) {
            parser.push(Bytes::copy_from_slice(chunk));
            match parser.next_owned() {
                None => assert!(parser.has_partial()),
                Some(event) => assert_eq!(event.unwrap().data(), big),
            }
        }
        assert!(!parser.has_partial());
    }
}

#[test]
fn the_chunk_is_freed_when_it_is_used_up() {
    let chunk = Bytes::from(b"data: a\n\ndata: b".to_vec());
    let mut parser = Parser::new();
    parser.push(chunk.clone());
    assert!(parser.next_event().is_some());
    assert!(!chunk.is_unique());
    assert!(parser.next_event().is_none());
    assert!(chunk.is_unique());
}

#[test]
fn events_can_be_made_by_hand() {
    let long = "y".repeat(100);
    for data in ["{}", &long] {
        let event = EventBuf::new("done", data.to_owned()).with_id("9");
        assert_eq!((&*event.name(), event.data_str(), &*event.id()), ("done", Some(data), "9"));
        assert_eq!(event.into_data(), data);
    }
    assert_eq!(EventBuf::new("", "").name(), "message");
    assert_eq!(EventBuf::new(&long, "").name(), long);
    assert_ne!(EventBuf::new("a", "x"), EventBuf::new("a", "y"));
}

#[test]
fn retry_saturates() {
    let mut parser = Parser::new();
    assert_eq!(parser.retry(), None);
    parser.push(Bytes::from_static(b"retry: 99999999999999999999999999\n"));
    assert!(parser.next_event().is_none());
    assert_eq!(parser.retry(), Some(Duration::from_millis(u64::MAX)));
    parser.push(Bytes::from_static(b"retry: 0003000\n"));
    assert!(parser.next_event().is_none());
    assert_eq!(parser.retry(), Some(Duration::from_secs(3)));
}

#[test]
fn ids_count_once_their_event_is_complete() {
    let mut parser = Parser::new();
    parser.push(Bytes::from_static(b"id: 1\ndata: a\n\nid: 2\n"));
    assert!(parser.next_event().is_some());
    assert!(parser.next_event().is_none());
    assert_eq!(parser.last_event_id(), "1");
    assert!(parser.has_partial());
    parser.push(Bytes::from_static(b"\n"));
    assert!(parser.next_event().is_none());
    assert_eq!(parser.last_event_id(), "2");
}

#[test]
fn debug_output_is_short_and_readable() {
    let mut parser = Parser::new();
    parser.push(Bytes::from("data: a\n\n".repeat(1000)));
    let event = parser.next_event().unwrap().unwrap();
    assert_eq!(format!("{event:?}"), r#"Event { name: "message", data: "a", id: "" }"#);
    assert_eq!(format!("{:?}", event.to_owned()), r#"EventBuf { name: "message", data: "a", id: "" }"#);
    assert!(format!("{parser:?}").len() < 200);
}

#[test]
fn everything_may_move_between_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<Parser>();
    assert_send_sync::<coze_sse::Event<'_>>();
    assert_send_sync::<EventBuf>();
    assert_send_sync::<coze_sse::Error>();
}

/// Name line and data line in chunks of their own, as simple servers write them.
#[test]
fn owned_events_may_have_their_name_in_an_earlier_chunk() {
    let long = "x".repeat(10_000);
    for data in ["a", "a little more than fits inline", &long] {
        let mut parser = Parser::new();
        for chunk in ["event: first\n".to_owned(), format!("data: {data}\n"), "\n".to_owned()] {
            assert!(parser.next_owned().is_none());
            parser.push(chunk.into());
        }
        let event = parser.next_owned().unwrap().unwrap();
        assert_eq!((&*event.name(), &*event.data()), ("first", data));
        assert_eq!(event.into_data(), data);
    }
}

/// What happens to large events must not depend on the ones before them.
#[test]
fn buffers_that_were_handed_over_grow_again() {
    let mut parser = Parser::with_limit(100_000);
    for size in [50_000, 5_000, 100_000, 10, 4_096, 99_999, 0, 60_000] {
        let data = "y".repeat(size);
        for chunk in format!("event:\ndata: {data}\n\n").as_bytes().chunks(4_000) {
            parser.push(Bytes::copy_from_slice(chunk));
            if let Some(event) = parser.next_owned() {
                let event = event.unwrap();
                assert_eq!(event.data(), data);
                assert_eq!(event.name(), "message");
            }
        }
        assert!(!parser.has_partial());
    }
}

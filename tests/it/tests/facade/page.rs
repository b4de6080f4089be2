//! Lists page by page and item by item.

use std::time::Duration;

use coze::endpoint;
use coze::transport::TransportError;
use coze::types::{Data, Page, Paged, Position};
use coze::{Coze, ErrorKind};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::mock::{Mock, Reply};

/// A list such as users define for endpoints that have no type yet.
#[derive(Clone, Debug, Serialize)]
struct ListThings {
    page_num: u32,
}

#[derive(Debug, Deserialize)]
struct Things {
    #[serde(default)]
    things: Vec<u32>,
    #[serde(default)]
    has_more: bool,
}

endpoint!(ListThings: GET "/v1/things" ?page_num => Data<Things>);

impl Paged for ListThings {
    type Item = u32;

    fn page(answer: Things) -> Page<u32> {
        Page::new(answer.things).has_more(answer.has_more)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, 0)
    }
}

fn list(client: &Coze) -> coze::Call<ListThings> {
    client.send(ListThings { page_num: 1 })
}

fn page(things: &[u32], has_more: bool) -> Reply {
    Reply::data(&json!({"things": things, "has_more": has_more}))
}

fn page_number(target: &str) -> u32 {
    target.strip_prefix("GET /v1/things?page_num=").unwrap().parse().unwrap()
}

fn asked(mock: &Mock) -> Vec<u32> {
    mock.lines().iter().map(|line| page_number(line)).collect()
}

#[tokio::test]
async fn a_list_is_read_across_pages_and_each_page_only_when_it_is_wanted() {
    let mock = Mock::script([page(&[1, 2], true), page(&[3], true), page(&[4], false)]);
    let client = mock.client();
    let mut items = list(&client).items();
    assert!(asked(&mock).is_empty());
    let mut seen = Vec::new();
    let mut pages = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(item.unwrap());
        pages.push(asked(&mock).len());
    }
    assert_eq!((seen, pages), (vec![1, 2, 3, 4], vec![1, 1, 2, 3]));
    // The end stays the end.
    assert!(items.next().await.is_none());
    assert_eq!(asked(&mock), [1, 2, 3]);
}

#[tokio::test]
async fn pages_items_and_streams_of_both_agree() {
    let mock = Mock::new(|_, sent| match page_number(&sent.line()) {
        1 => page(&[1, 2], true),
        2 => page(&[3], false),
        _ => page(&[], false),
    });
    let client = mock.client();
    assert_eq!(list(&client).items().collect().await.unwrap(), [1, 2, 3]);
    assert_eq!(list(&client).items().try_collect::<Vec<_>>().await.unwrap(), [1, 2, 3]);
    let pages: Vec<_> = list(&client).pages().try_collect().await.unwrap();
    assert_eq!(pages, [vec![1, 2], vec![3]]);
    let mut pages = list(&client).pages();
    assert_eq!(pages.next().await.unwrap().unwrap(), [1, 2]);
    // Awaited, a call is its first page alone.
    assert_eq!(list(&client).await.unwrap().things, [1, 2]);
}

#[tokio::test]
async fn an_empty_list_is_one_empty_page() {
    let mock = Mock::script([page(&[], false)]);
    assert!(list(&mock.client()).items().collect().await.unwrap().is_empty());
    assert_eq!(asked(&mock), [1]);
    let mock = Mock::script([page(&[], false)]);
    let pages: Vec<_> = list(&mock.client()).pages().try_collect().await.unwrap();
    assert_eq!(pages, [Vec::<u32>::new()]);
}

#[tokio::test]
async fn a_server_that_says_more_and_gives_nothing_ends_the_list() {
    let mock = Mock::new(|number, _| if number < 2 { page(&[7], true) } else { page(&[], true) });
    assert_eq!(list(&mock.client()).items().collect().await.unwrap(), [7, 7]);
    assert_eq!(asked(&mock), [1, 2, 3]);
}

#[tokio::test]
async fn after_an_error_the_same_page_is_asked_for_again() {
    for by_page in [false, true] {
        let mock = Mock::script([
            page(&[1, 2], true),
            Reply::new(500, "text/plain", "oops"),
            Reply::fail(TransportError::other("reset")),
            Reply::json(&json!({"code": 4013, "msg": "slow down"})),
            page(&[3], false),
        ]);
        let client = mock.client();
        let mut items = Vec::new();
        let mut errors = Vec::new();
        if by_page {
            let mut pages = list(&client).pages();
            while let Some(page) = pages.next().await {
                page.map_or_else(|error| errors.push(error), |page| items.extend(page));
            }
        } else {
            let mut list = list(&client).items();
            while let Some(item) = list.next().await {
                item.map_or_else(|error| errors.push(error), |item| items.push(item));
            }
        }
        assert_eq!(items, [1, 2, 3]);
        let kinds: Vec<_> = errors.iter().map(coze::Error::kind).collect();
        assert_eq!(kinds, [ErrorKind::Server, ErrorKind::Transport, ErrorKind::RateLimited]);
        assert!(errors.iter().all(|error| error.endpoint() == Some("/v1/things")));
        assert_eq!(asked(&mock), [1, 2, 2, 2, 2]);
    }
}

#[tokio::test]
async fn options_of_the_call_hold_for_every_page() {
    let mock = Mock::script([page(&[1], true), page(&[2], true), page(&[3], false)]);
    let client = mock.client();
    let call = list(&client).header("x-trace", "t");
    assert_eq!(call.items().collect().await.unwrap(), [1, 2, 3]);
    assert!(mock.sent().iter().all(|sent| sent.header("x-trace") == Some("t")));
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_that_of_each_page() {
    let second = Duration::from_secs(1);
    let mock = Mock::script([
        page(&[1], true).after(3 * second),
        page(&[2], true).after(3 * second),
        Reply::silence(),
    ]);
    let client = mock.client();
    let mut items = list(&client).timeout(4 * second).items();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    assert_eq!(items.next().await.unwrap().unwrap_err().kind(), ErrorKind::Timeout(coze::TimeoutKind::Head));
}

#[tokio::test]
async fn a_mistake_of_the_caller_is_not_forgotten_by_asking_again() {
    let mock = Mock::always(page(&[1], false));
    let client = mock.client();
    let mut pages = list(&client).header("x-a", "1\n2").pages();
    assert_eq!(pages.next().await.unwrap().unwrap_err().kind(), ErrorKind::InvalidRequest);
    // Without the header the request would not be the one that was wanted.
    let again = pages.next().await;
    assert!(again.is_none_or(|page| page.is_err()));
    assert!(mock.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_page_may_be_dropped_and_taken_up_again() {
    let mock = Mock::script([page(&[1], true).after(Duration::from_millis(30)), page(&[2], false)]);
    let client = mock.client();
    let mut items = list(&client).items();
    let first = tokio::time::timeout(Duration::from_millis(1), items.next()).await;
    assert!(first.is_err());
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    assert_eq!(asked(&mock), [1, 2], "no page was asked for twice");
}

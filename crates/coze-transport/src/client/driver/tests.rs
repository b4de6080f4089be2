use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::*;

/// Long enough for the slowest machine: it only ends tests that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Count {
    fn new() -> (Arc<Self>, Waker) {
        let count = Arc::<Self>::default();
        (count.clone(), count.into())
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// A connection and the body that it fills, as hyper makes them: room for one piece, and each side wakes the other.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<Ends>>);

#[derive(Default)]
struct Ends {
    /// What the network has brought; `None` ends a body.
    arrived: VecDeque<Option<usize>>,
    /// What is ready to be read.
    given: VecDeque<Option<usize>>,
    connection: Option<Waker>,
    body: Option<Waker>,
}

impl Line {
    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap()
    }

    /// Lets something arrive, on whatever thread.
    fn bring(&self, pieces: impl IntoIterator<Item = Option<usize>>) {
        let mut ends = self.ends();
        ends.arrived.extend(pieces);
        let waker = ends.connection.take();
        drop(ends);
        waker.inspect(Waker::wake_by_ref);
    }

    fn poll_connection(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut ends = self.ends();
        if ends.given.is_empty() {
            let next = ends.arrived.pop_front();
            ends.given.extend(next);
        }
        ends.connection = Some(cx.waker().clone());
        let waker = if ends.given.is_empty() { None } else { ends.body.take() };
        drop(ends);
        waker.inspect(Waker::wake_by_ref);
        Poll::Pending
    }

    fn poll_body(&self, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        let mut ends = self.ends();
        let Some(piece) = ends.given.pop_front() else {
            ends.body = Some(cx.waker().clone());
            return Poll::Pending;
        };
        // As in hyper, the end of a body is no reason to poll the connection again.
        let waker = piece.and_then(|_| ends.connection.take());
        drop(ends);
        waker.inspect(Waker::wake_by_ref);
        Poll::Ready(piece)
    }

    fn driver(&self, task: Waker) -> Arc<Driver<Made>> {
        let line = self.clone();
        driver(move |cx| line.poll_connection(cx), task)
    }
}

type Made = Pin<Box<dyn Future<Output = ()> + Send>>;

fn driver(poll: impl FnMut(&mut Context<'_>) -> Poll<()> + Send + 'static, task: Waker) -> Arc<Driver<Made>> {
    let driver = Driver::<Made>::new(Box::pin(poll_fn(poll)));
    driver.task.set(task).unwrap();
    driver
}

/// The task has its turn.
fn turn(driver: &Arc<Driver<Made>>) -> Poll<()> {
    driver.poll(&Context::from_waker(Waker::noop()))
}

fn steering(driver: &Arc<Driver<Made>>) -> Steering<Made> {
    Steering::Task(Arc::downgrade(driver))
}

#[test]
fn who_reads_drives_and_the_task_is_turned_away_until_the_end() {
    let ((task, task_waker), (reader, reader_waker)) = (Count::new(), Count::new());
    let line = Line::default();
    let driver = line.driver(task_waker);
    let mut steering = steering(&driver);
    let cx = &mut Context::from_waker(&reader_waker);

    assert!(turn(&driver).is_pending());
    line.bring([]);
    assert_eq!((task.get(), reader.get()), (1, 0), "the task drives what nobody reads");
    assert!(turn(&driver).is_pending());

    assert!(steering.poll(cx, |cx| line.poll_body(cx)).is_pending());
    line.bring([Some(1), Some(2)]);
    assert_eq!((task.get(), reader.get()), (1, 1), "who reads is woken in place of the task");
    assert!(turn(&driver).is_pending());
    assert!(line.ends().given.is_empty(), "the task was turned away");
    assert_eq!(steering.poll(cx, |cx| line.poll_body(cx)), Poll::Ready(Some(1)));
    assert_eq!(steering.poll(cx, |cx| line.poll_body(cx)), Poll::Ready(Some(2)));
    assert!(steering.poll(cx, |cx| line.poll_body(cx)).is_pending());

    line.bring([]);
    let before = task.get();
    steering.release();
    assert_eq!(task.get(), before + 1, "what nobody has polled for goes to the task");
    line.bring([Some(3)]);
    assert!(turn(&driver).is_pending());
    assert_eq!(line.ends().given, [Some(3)], "the task drives again");
}

#[test]
fn a_connection_that_always_moves_does_not_hold_its_reader() {
    let (reader, waker) = Count::new();
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = polls.clone();
    let driver = driver(
        move |cx| {
            counter.fetch_add(1, Ordering::SeqCst);
            cx.waker().wake_by_ref();
            Poll::Pending
        },
        Count::new().1,
    );
    let mut steering = steering(&driver);
    for round in 1..5 {
        let polled = steering.poll(&mut Context::from_waker(&waker), |_| Poll::<()>::Pending);
        assert!(polled.is_pending());
        assert_eq!(reader.get(), round, "it comes again");
        assert!(polls.load(Ordering::SeqCst) <= 2 * round, "it does not spin");
    }
}

#[test]
fn a_wake_up_beside_the_last_piece_is_passed_on() {
    let (task, task_waker) = Count::new();
    let line = Line::default();
    line.bring([None]);
    let inner = line.clone();
    let driver = driver(
        move |cx| {
            let polled = inner.poll_connection(cx);
            // The connection is free: a request that another thread sends wakes it.
            cx.waker().wake_by_ref();
            polled
        },
        task_waker,
    );
    let mut steering = steering(&driver);
    let polled = steering.poll(&mut Context::from_waker(Waker::noop()), |cx| line.poll_body(cx));
    assert_eq!(polled, Poll::Ready(None));
    steering.release();
    assert!(task.get() > 0, "the task was not told");
}

#[test]
fn what_came_in_the_last_round_is_read_at_once() {
    let line = Line::default();
    let (inner, mut moved) = (line.clone(), false);
    let driver = driver(
        move |cx| {
            if !std::mem::replace(&mut moved, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            inner.poll_connection(cx)
        },
        Count::new().1,
    );
    line.bring([None]);
    let mut steering = steering(&driver);
    let polled = steering.poll(&mut Context::from_waker(Waker::noop()), |cx| line.poll_body(cx));
    // Else the reader would hold a connection that serves the next request already.
    assert_eq!(polled, Poll::Ready(None));
}

#[test]
fn the_task_of_a_connection_that_ends_with_its_reader_ends_too() {
    let (task, task_waker) = Count::new();
    let driver = driver(|_| Poll::Ready(()), task_waker);
    let mut steering = steering(&driver);
    let polled = steering.poll(&mut Context::from_waker(Waker::noop()), |_| Poll::<()>::Pending);
    assert!(polled.is_pending());
    assert!(task.get() > 0, "the task was not told");
    assert!(turn(&driver).is_ready(), "whoever still reads");
}

#[test]
fn a_connection_that_panics_is_closed_and_its_task_ends() {
    let (task, task_waker) = Count::new();
    let socket = Arc::new(());
    let held = socket.clone();
    let driver = driver(
        move |_| {
            assert!(Arc::strong_count(&held) == 0, "this panic is a test");
            Poll::Pending
        },
        task_waker,
    );
    let mut steering = steering(&driver);
    let poll = || steering.poll(&mut Context::from_waker(Waker::noop()), |_| Poll::<()>::Pending);
    catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    assert_eq!(Arc::strong_count(&socket), 1, "the socket is left open");
    drop(steering);
    assert!(task.get() > 0, "the task was not told");
    assert!(turn(&driver).is_ready());
}

/// The last waker of a task of an executor that keeps the task in its wakers: with it goes what the task held.
struct Last(Mutex<Option<Waker>>);

impl Wake for Last {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(waker) = self.0.get_mut().unwrap().take() {
            waker.wake();
        }
    }
}

#[test]
fn what_a_dropped_waker_does_is_not_done_under_a_lock() {
    let (done, end) = mpsc::channel();
    thread::spawn(move || {
        let line = Line::default();
        let driver = line.driver(Count::new().1);
        let mut steering = steering(&driver);
        // Both ways to lose a waker: another task reads, and nobody does.
        for _ in 0..2 {
            let last = Waker::from(Arc::new(Last(Mutex::new(Some(driver.clone().into())))));
            assert!(steering.poll(&mut Context::from_waker(&last), |cx| line.poll_body(cx)).is_pending());
        }
        drop(steering);
        done.send(()).unwrap();
    });
    end.recv_timeout(PATIENCE).expect("it holds a lock");
}

#[test]
fn a_task_that_is_dropped_closes_the_connection() {
    let socket = Arc::new(());
    let (held, mut wakers) = (socket.clone(), Vec::new());
    let driver = driver(
        move |cx| {
            assert_eq!(Arc::strong_count(&held), 2);
            // As sockets and channels do: what is waited for keeps the waker.
            wakers.push(cx.waker().clone());
            Poll::Pending
        },
        Count::new().1,
    );
    let mut steering = steering(&driver);
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(turn(&driver).is_pending());
    assert!(steering.poll(cx, |_| Poll::<()>::Pending).is_pending());
    driver.close();
    assert_eq!(Arc::strong_count(&socket), 1, "the socket is left open");
}

#[test]
fn no_wake_up_is_lost_between_threads() {
    const BODIES: usize = 20_000;
    let line = Line::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(3).build().unwrap();
    let inner = line.clone();
    let driver = Driver::<Made>::new(Box::pin(poll_fn(move |cx| inner.poll_connection(cx))));
    let shared = driver.clone();
    runtime.spawn(poll_fn(move |cx| driver.poll(cx)));
    let (read, was_read) = mpsc::channel();
    let network = line.clone();
    let brings = thread::spawn(move || {
        for body in 0..BODIES {
            // One or two pieces, at once or one by one, and then the end.
            let pieces = [Some(body), Some(body), None];
            if body % 3 == 0 {
                network.bring(pieces);
            } else {
                pieces[body % 3 - 1..].iter().for_each(|piece| network.bring([*piece]));
            }
            // Each fifth begins while the one before is read.
            let to_be_read = [0, 2, 1, 1, 1][body % 5];
            for _ in 0..to_be_read {
                was_read.recv_timeout(PATIENCE).expect("a reader sleeps");
            }
        }
    });
    let (done, end) = mpsc::channel();
    let reader = runtime.spawn(async move {
        let mut reader = steering(&shared);
        for body in 0..BODIES {
            while let Some(piece) = poll_fn(|cx| reader.poll(cx, |cx| line.poll_body(cx))).await {
                assert_eq!(piece, body);
                if body % 7 == 0 {
                    // Another reader takes over.
                    reader = steering(&shared);
                }
            }
            reader.release();
            reader = steering(&shared);
            let _ = read.send(());
        }
        done.send(()).unwrap();
    });
    brings.join().unwrap();
    end.recv_timeout(PATIENCE).expect("the reader sleeps");
    runtime.block_on(reader).unwrap();
}

#[test]
fn who_finds_the_connection_busy_leaves_it_and_is_woken_by_the_body() {
    let ((task, task_waker), (reader, reader_waker)) = (Count::new(), Count::new());
    let line = Line::default();
    let driver = line.driver(task_waker);
    let mut steering = steering(&driver);
    let cx = &mut Context::from_waker(&reader_waker);
    let poll =
        |steering: &mut Steering<Made>, cx: &mut Context<'_>| steering.poll(cx, |cx| line.poll_body(cx));
    for has_wheel in [false, true] {
        if has_wheel {
            assert!(poll(&mut steering, cx).is_pending());
        }
        let busy = driver.connection.lock().unwrap();
        let (before, woken) = (task.get(), reader.get());
        assert!(poll(&mut steering, cx).is_pending());
        drop(busy);
        assert!(task.get() > before, "the task may have been turned away");
        assert!(turn(&driver).is_pending());
        line.bring([Some(1)]);
        assert!(turn(&driver).is_pending());
        assert!(reader.get() > woken, "the body wakes who reads it");
        assert_eq!(poll(&mut steering, cx), Poll::Ready(Some(1)));
    }
}

#[test]
fn a_wake_up_while_the_task_polls_is_for_the_task() {
    let (task, waker) = Count::new();
    let driver = driver(
        |cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
        },
        waker,
    );
    assert!(turn(&driver).is_pending());
    assert_eq!(task.get(), 1);
}

#[test]
fn a_body_that_is_there_does_not_swallow_a_wake_up_of_the_connection() {
    let (task, task_waker) = Count::new();
    let line = Line::default();
    let driver = line.driver(task_waker);
    let mut steering = steering(&driver);
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(steering.poll(cx, |cx| line.poll_body(cx)).is_pending());
    line.bring([]);
    line.ends().given.push_back(None);
    assert!(steering.poll(cx, |cx| line.poll_body(cx)).is_ready());
    assert_eq!(task.get(), 0);
    steering.release();
    assert_eq!(task.get(), 1);
}

#[test]
fn a_reader_never_finds_a_connection_gone_before_its_body_says_so() {
    struct Socket(mpsc::Sender<bool>, Arc<OnceLock<Weak<Driver<Made>>>>);
    impl Drop for Socket {
        fn drop(&mut self) {
            let driver = self.1.get().unwrap().upgrade().unwrap();
            let _ = self.0.send(driver.connection.try_lock().is_err());
        }
    }
    for ends in [true, false] {
        let (told, locked) = mpsc::channel();
        let own = Arc::<OnceLock<Weak<Driver<Made>>>>::default();
        let socket = Socket(told, own.clone());
        let driver = driver(
            move |_| if ends && socket.1.get().is_some() { Poll::Ready(()) } else { Poll::Pending },
            Count::new().1,
        );
        own.set(Arc::downgrade(&driver)).unwrap();
        assert_eq!(turn(&driver).is_ready(), ends);
        driver.close();
        assert!(locked.recv().unwrap(), "ends: {ends}");
    }
}

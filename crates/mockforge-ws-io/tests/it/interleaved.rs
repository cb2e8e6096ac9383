//! Whatever a client does, in whatever order and pieces: the loop ends, tells one end, and gives everything back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mockforge_ws_core::{
    Conn, Cx, Elapsed, Ended, Event, Fact, FactSink, Limits, Message, Record, Session, Status, close,
};
use mockforge_ws_io::{Budget, Context, MissedPong, Shutdown, Timing, drive, server};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

/// What a client does next.
#[derive(Debug, Clone)]
enum Step {
    /// Sends a frame as it should be: opcode, whether it is the last of its message, payload.
    Frame(u8, bool, Vec<u8>),
    /// Sends bytes that may be anything.
    Garbage(Vec<u8>),
    /// Reads so many bytes of what has come.
    Read(usize),
    /// Lets time pass.
    Wait(u64),
    /// The server begins to go away.
    Shutdown,
    /// Sends nothing more.
    HalfClose,
}

fn step() -> impl Strategy<Value = Step> {
    let payload = || {
        prop_oneof![
            4 => prop::collection::vec(any::<u8>(), 0..300),
            1 => prop::collection::vec(any::<u8>(), 600..900),
        ]
    };
    let text = || "[a-zé]{0,200}".prop_map(String::into_bytes);
    prop_oneof![
        6 => (text(), any::<bool>()).prop_map(|(text, last)| Step::Frame(1, last, text)),
        4 => (payload(), any::<bool>()).prop_map(|(bytes, last)| Step::Frame(2, last, bytes)),
        3 => (payload(), any::<bool>()).prop_map(|(bytes, last)| Step::Frame(0, last, bytes)),
        2 => prop::collection::vec(any::<u8>(), 0..125).prop_map(|bytes| Step::Frame(9, true, bytes)),
        1 => prop::collection::vec(any::<u8>(), 0..125).prop_map(|bytes| Step::Frame(8, true, bytes)),
        1 => (0u8..16, payload(), any::<bool>()).prop_map(|(opcode, bytes, last)| Step::Frame(opcode, last, bytes)),
        1 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Step::Garbage),
        6 => (0usize..2_000).prop_map(Step::Read),
        5 => (0u64..4_000).prop_map(Step::Wait),
        1 => Just(Step::Shutdown),
        1 => Just(Step::HalfClose),
    ]
}

/// A masked frame (RFC 6455, section 5.2).
fn frame(opcode: u8, last: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![opcode | if last { 0x80 } else { 0 }];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | short as u8),
        long => bytes.extend([0x80 | 126].into_iter().chain((long as u16).to_be_bytes())),
    }
    let mask = [7, 11, 13, 17];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// Echoes, ticks every second and a half, and closes when it is told to.
struct Lively {
    next: Elapsed,
    is_over: bool,
}

impl Session for Lively {
    fn on(&mut self, event: Event, cx: &mut Cx<'_>) {
        assert!(!self.is_over, "nothing comes after the end");
        match event {
            Event::Received(inbound) if inbound.is_data() => {
                if inbound.text() == Some("a") {
                    cx.close(Some(close::frame(4000, "bye")));
                } else {
                    cx.send(inbound.into_message());
                }
            }
            Event::Tick => {
                assert!(cx.elapsed() >= self.next, "a tick is never early");
                self.next = cx.elapsed() + Duration::from_millis(1_500);
                cx.send(Message::text("tick"));
            }
            Event::Closed(_) => self.is_over = true,
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Elapsed> {
        Some(self.next)
    }
}

/// The names of the facts in order, and how it ended.
#[derive(Default)]
struct Facts(Mutex<Vec<(&'static str, Elapsed)>>);

impl FactSink for Facts {
    fn note(&self, record: Record<'_>) {
        let is_large = matches!(record.fact, Fact::Received(message) if message.len() > LARGEST);
        assert!(!is_large, "no message is larger than may be");
        self.0.lock().expect("nobody panics").push((record.fact.name(), record.at));
    }
}

const LARGEST: usize = 700;

async fn act(step: &Step, pieces: usize, client: &mut DuplexStream, shutdown: &Shutdown) {
    let bytes = match step {
        Step::Frame(opcode, last, payload) => frame(*opcode, *last, payload),
        Step::Garbage(bytes) => bytes.clone(),
        Step::Read(most) => {
            let mut room = vec![0; *most];
            // Nothing may be there.
            let _ = tokio::time::timeout(Duration::from_millis(1), client.read(&mut room)).await;
            return;
        }
        Step::Wait(millis) => return tokio::time::sleep(Duration::from_millis(*millis)).await,
        Step::Shutdown => return shutdown.begin(),
        Step::HalfClose => return drop(client.shutdown().await),
    };
    for piece in bytes.chunks(pieces.max(1)) {
        // A server that has had enough reads no more.
        let writing = client.write_all(piece);
        if !matches!(tokio::time::timeout(Duration::from_millis(50), writing).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn run(steps: &[Step], pieces: usize) -> (Ended, Vec<(&'static str, Elapsed)>, usize) {
    let (facts, budget, shutdown) =
        (Arc::new(Facts::default()), Arc::new(Budget::new(1 << 20)), Shutdown::default());
    let second = Duration::from_secs;
    let context = Context {
        sink: Arc::clone(&facts) as _,
        budget: Arc::clone(&budget),
        shutdown: shutdown.clone(),
        timing: Timing {
            heartbeat: Some(second(5)),
            idle: Some(second(30)),
            close: second(2),
            drain: second(3),
            missed_pong: MissedPong::Close,
            ..Timing::default()
        },
        ..Context::default()
    };
    let limits = Limits { max_message_size: LARGEST };
    let (ours, mut theirs) = tokio::io::duplex(1_000);
    let served = tokio::spawn(async move {
        let peer = server(ours, Bytes::new(), limits).await;
        let session = Lively { next: second(1), is_over: false };
        let conn = Conn::new(
            mockforge_ws_core::ConnId { route: "/ws".into(), number: 1 },
            Arc::new(mockforge_ws_core::Hello::new("/ws")),
            mockforge_ws_core::Seed(1),
            mockforge_ws_core::Wall::Fixed(time::OffsetDateTime::UNIX_EPOCH),
            limits,
        );
        drive(peer, Box::new(session), conn, &context).await
    });
    for step in steps {
        act(step, pieces, &mut theirs, &shutdown).await;
    }
    drop(theirs);
    // A client that is gone is noticed at once; an hour of the virtual clock is more than enough for all else.
    let ended =
        tokio::time::timeout(second(3_600), served).await.expect("it ends").expect("it does not panic");
    let told = std::mem::take(&mut *facts.0.lock().expect("nobody panics"));
    (ended, told, budget.used())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_connection_ends_once_and_gives_back_what_it_had(
        steps in prop::collection::vec(step(), 0..40),
        pieces in prop_oneof![Just(1_usize), 2_usize..9, Just(10_000)],
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("it starts");
        let (ended, told, held) = runtime.block_on(run(&steps, pieces));
        let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
        prop_assert_eq!(names.first(), Some(&"opened"));
        prop_assert_eq!(names.iter().filter(|name| **name == "closed").count(), 1);
        prop_assert_eq!(names.last(), Some(&"closed"));
        prop_assert!(told.is_sorted_by_key(|(_, at)| *at), "time does not go back: {:?}", told);
        prop_assert_eq!(held, 0);
        let is_good = matches!(ended.status, Status::Normal | Status::ClientClose);
        prop_assert!(is_good || ended.reason.is_some(), "a failure has a reason: {:?}", ended);
    }
}

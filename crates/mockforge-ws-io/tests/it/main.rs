//! The loop on in-memory connections, under tokio's virtual clock.

mod bridged;
mod dialling;
mod ending;
mod flow;
mod followed;
mod given_up;
mod interleaved;
mod limits;
mod line_files;
mod model;
mod remote;
mod spliced;
mod two_ends;

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use mockforge_ws_core::{Conn, Cx, Ended, Event, Fact, FactSink, Message, Record, Session};
use mockforge_ws_io::{Context, JournalLine, PairPeer, drive, pair};
use tokio::task::JoinHandle;

/// Starts a session on a fresh pair and gives the client's end.
async fn start(session: impl Session + 'static, context: &Context) -> (PairPeer, JoinHandle<Ended>) {
    let (ours, theirs) = pair().await;
    let context = context.clone();
    let task =
        tokio::spawn(async move { drive(ours, Box::new(session), Conn::alone("/ws"), &context).await });
    (theirs, task)
}

/// A session that does one thing when it opens.
fn on_open(act: impl Fn(&mut Cx<'_>) + Send + 'static) -> impl Session + 'static {
    move |event: Event, cx: &mut Cx<'_>| {
        if matches!(event, Event::Opened) {
            act(cx);
        }
    }
}

async fn next(client: &mut PairPeer) -> Option<Message> {
    client.next().await.map(|message| message.expect("the server keeps to the protocol"))
}

/// The facts of a run, as journal lines without their times.
#[derive(Default, Clone)]
struct Facts(Arc<Mutex<Vec<String>>>);

impl Facts {
    fn context(&self) -> Context {
        Context { sink: Arc::new(self.clone()), ..Context::default() }
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no test panics with it"))
    }
}

/// All but the opening, which is the same everywhere.
impl FactSink for Facts {
    fn note(&self, record: Record<'_>) {
        if let Fact::Opened { .. } = record.fact {
            return;
        }
        let line = serde_json::to_value(JournalLine::Fact(record)).expect("a record is plain data");
        let serde_json::Value::Object(mut line) = line else { panic!("a record is an object") };
        ["route", "conn", "at"].iter().for_each(|key| drop(line.shift_remove(*key)));
        let line = serde_json::Value::Object(line).to_string();
        self.0.lock().expect("no test panics with it").push(line);
    }
}

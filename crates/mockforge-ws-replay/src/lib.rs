//! Replay scripts: what a server sends and waits for, line by line with times, compiled and played.
//!
//! A script is JSON lines. [`compile`] turns one into a [`Script`], or says everything that is wrong with
//! it; a script's [`mode`](Script::mode) plays it to every connection, each with a [`Player`] of its own,
//! which holds a place in the script and never a copy of it. A player is a state machine over
//! `mockforge-ws-core`: it reads no clock and opens nothing.
//!
//! ```
//! use mockforge_ws_replay::{Options, compile};
//! use mockforge_ws_testkit::Sim;
//!
//! let source = r#"
//! // A greeting, an order, and a price every second until the client leaves.
//! {"ts":0,"text":"HELLO"}
//! {"ts":10,"waitFor":"$.symbol","json":{"ordered":"{{$.symbol}}"}}
//! {"ts":1000,"json":{"price":"{{randInt 90 110}}"},"repeat":{"every":1000}}
//! "#;
//! let script = compile(source, &Options::new("prices.jsonl")).script.unwrap();
//! let mut sim = Sim::new(script.player());
//! sim.advance(500).receive(r#"{"symbol":"AAPL"}"#).advance(3000);
//! assert_eq!(sim.texts()[..2], ["HELLO", r#"{"ordered":"AAPL"}"#]);
//! assert_eq!(sim.texts().len(), 5);
//! ```
//!
//! [`har`] reads recorded WebSockets as scripts, and writes scripts as such recordings.
//!
//! Programs that read or write scripts themselves use [`Header`] and [`ReplayEntry`], the lines as data.
//!
//! # A line
//!
//! A line that is reached (the one before it has been played) waits if it has to, even before it is due; once
//! it is due and has what it waits for, it sends; then it ends the connection, jumps, or leads on. All keys
//! but `ts`, `dir` and `label` may be left out. A line with none of them lets time pass, which is of use at
//! the end of a script that loops.
//!
//! | keys | what they do |
//! |---|---|
//! | `waitFor`, `branch`, or `dir: in` | the line waits, for `timeout` milliseconds at most; then `onTimeout` |
//! | `set` | variables that the line sets before it sends, read as `{{state.x}}` by it and the lines after it |
//! | `text`, `json`, `base64`, `hex` | what is sent, or expected of the client; one of them |
//! | `repeat` | more of the same at `every`, `2 * every`, … after the line was due |
//! | `goto` (with `times`), `close`, `abort` | where it leads |
//!
//! # Where the format leaves something open
//!
//! - **`set` happens when the line is played**, once however often it repeats; a line that is skipped sets
//!   nothing. Values are templates with their types: `"{{$.id}}"` of a number is that number.
//! - **`waitFor` on an `in` line** chooses what the line takes; a strict script compares what was taken.
//! - **A header line may come again** further down, with `variables` and nothing else, for the lines after it:
//!   so a script can be written while its session goes on.
//! - **Gaps are measured in `ts` as written.** A part that only a jump leads to may count from 0 again; `ts`
//!   going back is a warning only where a line follows the one before it.
//! - **A loop begins the timeline again**, so the `ts` of the first line counts; a jump makes its target due
//!   at once, so that of the target does not. A loop and `onEnd: close` come after the last copy of lines
//!   with a `count`; lines that repeat without one hold nothing up.
//! - **Copies keep their own times**, counted from when their line was due. A later line that waits delays
//!   the lines after it and no copies. A line that is reached again while it repeats begins anew.
//! - **`count` includes the first message.** The wait of a line that repeats is met once.
//! - **`times` counts anew** when it has been used up and the line is reached again, so nested loops and
//!   `onEnd: loop` do the same each time round. A bounded cycle needs neither a wait nor time: it is a burst.
//! - **`skip` delays what follows** by the time that was waited, as a wait that was met then would have.
//! - **A strict script that meets a mismatch reports it and goes on.** A template on a strict `in` line reads
//!   the message that it is compared with: `{"id":"{{$.id}}"}` expects an id and any id.
//! - **A client that leaves** has left the next wait unmet, pending or still to come; in a script that goes
//!   round, only if it has never met that wait. Messages are kept only while a wait may still come.
//! - **`json` without templates leaves as written**, less the white space: `1.10` stays `1.10`.
//! - **`null` is as if the key were not there**, except for `json`, where it is a value.
//! - **While the connection can take no more**, the player's clock stands still for lines and copies alike.
//!   Time-outs end all the same, for a client that does not read cannot answer either.

mod compile;
mod entry;
pub mod har;
mod header;
mod keys;
mod mode;
mod player;
mod preview;
pub mod record;
mod script;
mod timeline;
mod words;

pub use compile::{Compiled, Options, compile};
pub use entry::{Branch, Close, Repeat, ReplayEntry};
pub use header::Header;
pub use mode::Replay;
pub use player::Player;
pub use script::Script;
pub use timeline::Timeline;
pub use words::{Dir, Early, OnEnd, OnTimeout, SyncLevel};

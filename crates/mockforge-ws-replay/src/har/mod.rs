//! HAR files: the WebSockets that browsers and proxies have recorded, read as scripts, and scripts written
//! as such recordings.
//!
//! A HAR of version 1.2 knows nothing of WebSockets; what is read and written here is what Chrome's devtools
//! began with and mitmproxy and Playwright took over: an entry with `_webSocketMessages`, a list of objects
//! with `type` (`send` by the client, `receive` from the server), `time`, `opcode` (1 text, 2 binary) and
//! `data` (the text, or the bytes in base64).
//!
//! [`read`] goes through a HAR once and keeps nothing but the WebSockets in it, so a file of gigabytes costs
//! no more memory than its messages. [`Socket::script`] makes a script of one; what is wrong with its messages
//! is said there, all of it, so that one bad recording does not spoil the others. [`Recording::of`] and
//! [`write()`] go the other way.
//!
//! ```
//! use mockforge_ws_replay::{Options, compile, har};
//!
//! let file = r#"{"log":{"creator":{"name":"Example","version":"1"},"entries":[{
//!   "startedDateTime":"2026-01-31T09:30:00.000Z",
//!   "request":{"url":"wss://api.example.com/feed"},
//!   "_webSocketMessages":[
//!     {"type":"send","time":1769851800.1,"opcode":1,"data":"hello"},
//!     {"type":"receive","time":1769851800.25,"opcode":1,"data":"{\"price\":1.10}"}
//!   ]}]}}"#;
//! let sockets = har::read(file.as_bytes(), "session.har").unwrap().sockets;
//! let script = sockets[0].script().source.unwrap();
//! assert!(script.ends_with("{\"ts\":250,\"text\":\"{\\\"price\\\":1.10}\"}\n"), "{script}");
//! assert!(compile(&script, &Options::new("feed.jsonl")).diagnostics.is_empty());
//! ```
//!
//! # Where producers differ
//!
//! - **Times** are seconds since 1970 in Chrome and mitmproxy, milliseconds in Playwright. Whichever brings the
//!   first message nearer to the start of its entry is taken; without a start, what is beyond 10¹¹ is
//!   milliseconds. A message without a time, or with a negative one (Playwright's `omitTiming`), came with the
//!   one before it. Times that go back are put in order, those that are equal stay as they are.
//! - **The opening** is the entry's `startedDateTime`, or the first message where that is earlier.
//! - **URLs** may begin with `http` (mitmproxy); they are read as `ws`.
//! - **Playwright's `content: "attach"`** puts messages into a file of their own, which is named in
//!   [`Socket::attached`]: [`Socket::attach`] reads it. With `content: "omit"` there are no messages.
//! - **Pings and pongs** are left out, with a warning that counts them. A close frame of the server becomes
//!   `close`; one of the client, which no script can have, is left out with a warning.
//!
//! # What is left out
//!
//! Cookies, authorization and all other headers stay behind, but for the subprotocol. In URLs the password and
//! the values of parameters whose names look like those of secrets are masked.

mod entry;
mod frame;
mod gauge;
mod harvest;
mod lines;
mod seed;
mod select;
mod socket;
mod times;
mod url;
mod write;

pub use gauge::Limits;
pub use harvest::{Har, read, read_within};
pub use lines::{Exported, Recording};
pub use socket::{Imported, Socket};
pub use write::write;

//! What is counted of connections that the event loop runs, in memory.

mod counted;
mod facts;
mod logs;
mod page;

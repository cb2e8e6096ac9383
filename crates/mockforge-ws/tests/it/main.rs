//! The facade as a user's test suite uses it.

mod ai;
mod handlers;
mod mock_server;
mod routers;
mod spec;
mod ws_config;

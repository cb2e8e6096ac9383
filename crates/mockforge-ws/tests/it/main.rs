//! The facade as a user's test suite uses it.

mod mock_server;
mod routers;
mod spec;

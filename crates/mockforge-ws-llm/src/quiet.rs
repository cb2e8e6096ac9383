//! A stream whose making leaves no trace in the logs.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tracing::Dispatch;
use tracing::dispatcher::with_default;

/// Polls a stream where nobody listens to `tracing`: genai logs the bodies of providers' errors, and a body may
/// hold the key. What there is to say is in the errors of the stream.
pub(crate) struct Quiet<S>(pub(crate) S);

impl<S: Stream + Unpin> Stream for Quiet<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        with_default(&Dispatch::none(), || Pin::new(&mut self.0).poll_next(cx))
    }
}

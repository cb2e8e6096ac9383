//! A buffer of messages between those who bring them and one who takes them in batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mockforge_ws_core::Message;
use mockforge_ws_layers::backlog::{Backlog, Bounds, Overflow, Pushed};
use tokio::sync::Notify;

/// Messages in batches: each is what has arrived since the last one was taken, so that it can be written with one
/// flush. It is bounded; what happens when it is full is its [`Overflow`]. A clone is the same buffer.
///
/// ```
/// use mockforge_ws_core::Message;
/// use mockforge_ws_io::MessageBuffer;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # async fn process_message(message: Message) -> Result<(), std::convert::Infallible> { Ok(()) }
/// let message_buffer = MessageBuffer::new(Default::default());
/// message_buffer.push(Message::text("one")).await?;
/// message_buffer.push(Message::text("two")).await?;
/// message_buffer.close();
///
/// // Stream processing for large message volumes
/// while let Some(batch) = message_buffer.next_batch().await {
///     assert_eq!(batch.len(), 2);
///     for message in batch {
///         process_message(message).await?;
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct MessageBuffer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// There is something to take, or nothing more will come.
    filled: Notify,
    /// There is room.
    emptied: Notify,
}

#[derive(Debug)]
struct State {
    backlog: Backlog,
    closed: bool,
    dropped: u64,
}

/// A message that a buffer did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BufferError {
    /// It was closed.
    #[error("the buffer is closed")]
    Closed,
    /// It was full, and is closed with this message: its reader is too slow. The close code that tells a client so
    /// is 1013.
    #[error("the buffer is full, and closed by that (1013)")]
    Full,
}

impl MessageBuffer {
    /// An empty buffer.
    pub fn new(bounds: Bounds) -> Self {
        let state = State { backlog: Backlog::new(bounds), closed: false, dropped: 0 };
        Self(Arc::new(Shared { state: Mutex::new(state), filled: Notify::new(), emptied: Notify::new() }))
    }

    /// Brings a message; waits for room where the policy is to [block](Overflow::Block).
    ///
    /// # Errors
    /// When the buffer is closed, or full and its policy is to [close](Overflow::Close).
    pub async fn push(&self, message: Message) -> Result<(), BufferError> {
        let mut message = message;
        loop {
            let room = self.0.emptied.notified();
            {
                let mut state = self.state();
                if state.closed {
                    return Err(BufferError::Closed);
                }
                match state.backlog.push(message) {
                    Pushed::Kept { dropped } => {
                        state.dropped += dropped as u64;
                        self.0.filled.notify_one();
                        return Ok(());
                    }
                    Pushed::Full(_) if state.backlog.bounds().overflow == Overflow::Close => {
                        state.closed = true;
                        self.0.filled.notify_one();
                        self.0.emptied.notify_waiters();
                        return Err(BufferError::Full);
                    }
                    Pushed::Full(back) => message = back,
                }
            }
            room.await;
        }
    }

    /// All that has arrived, as soon as there is something; `None` when the buffer is closed and empty.
    ///
    /// It is for one reader at a time.
    pub async fn next_batch(&self) -> Option<Vec<Message>> {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut state = self.state();
                if !state.backlog.is_empty() {
                    let batch = std::iter::from_fn(|| state.backlog.pop()).collect();
                    self.0.emptied.notify_waiters();
                    return Some(batch);
                }
                if state.closed {
                    return None;
                }
            }
            filled.await;
        }
    }

    /// Takes no more messages; those that are there can still be taken.
    pub fn close(&self) {
        self.state().closed = true;
        self.0.filled.notify_one();
        self.0.emptied.notify_waiters();
    }

    /// How many messages have made way for later ones.
    pub fn dropped(&self) -> u64 {
        self.state().dropped
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(overflow: Overflow) -> Bounds {
        Bounds { messages: 2, bytes: 100, overflow }
    }

    fn texts(batch: Option<Vec<Message>>) -> Vec<String> {
        batch.unwrap_or_default().into_iter().map(|message| message.to_string()).collect()
    }

    #[tokio::test]
    async fn a_full_buffer_does_what_its_policy_says() {
        let dropping = MessageBuffer::new(bounds(Overflow::DropOldest));
        for text in ["a", "b", "c"] {
            dropping.push(Message::text(text)).await.unwrap();
        }
        assert_eq!(
            (texts(dropping.next_batch().await), dropping.dropped()),
            (vec!["b".into(), "c".into()], 1)
        );

        let closing = MessageBuffer::new(bounds(Overflow::Close));
        closing.push(Message::text("a")).await.unwrap();
        closing.push(Message::text("b")).await.unwrap();
        assert_eq!(closing.push(Message::text("c")).await, Err(BufferError::Full));
        assert_eq!(closing.push(Message::text("d")).await, Err(BufferError::Closed));
        assert_eq!(texts(closing.next_batch().await), ["a", "b"]);
        assert_eq!(closing.next_batch().await, None);

        let blocking = MessageBuffer::new(bounds(Overflow::Block));
        let bringing = tokio::spawn({
            let buffer = blocking.clone();
            async move {
                for number in 0..100 {
                    buffer.push(Message::text(number.to_string())).await.unwrap();
                }
                buffer.close();
            }
        });
        let mut taken = Vec::new();
        while let Some(batch) = blocking.next_batch().await {
            assert!(batch.len() <= 2);
            taken.extend(texts(Some(batch)));
        }
        bringing.await.unwrap();
        assert_eq!(taken, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    }
}

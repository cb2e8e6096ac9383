//! Giving way to other tasks.

use std::pin::pin;
use std::task::{Context, Poll};

/// Has this task polled again when the others that are ready have had their turn, and the system has been asked what
/// has come for them.
///
/// Who wakes himself instead keeps the queue of his thread from ever being empty, and while it is not, the runtime
/// looks at its sockets only once in 61 turns.
pub(crate) fn give_way<T>(task: &mut Context<'_>) -> Poll<T> {
    // It is pending the first time, and has the task woken.
    let _ = pin!(tokio::task::yield_now()).poll(task);
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    #[tokio::test]
    async fn sockets_are_looked_at_between_two_turns() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        let mut ours = socket.connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut theirs, _) = listener.accept().await.unwrap();
        let turns = Arc::new(AtomicUsize::new(0));
        let busy = tokio::spawn({
            let turns = Arc::clone(&turns);
            poll_fn(move |task| {
                turns.fetch_add(1, Ordering::Relaxed);
                give_way::<()>(task)
            })
        });
        let reading = tokio::spawn(async move { theirs.read_u8().await.unwrap() });
        // Until the reader waits for what comes.
        while turns.load(Ordering::Relaxed) < 1000 {
            tokio::task::yield_now().await;
        }
        ours.write_all(b"x").await.unwrap();
        let before = turns.load(Ordering::Relaxed);
        assert_eq!(reading.await.unwrap(), b'x');
        let passed = turns.load(Ordering::Relaxed) - before;
        assert!(passed < 10, "{passed} turns");
        busy.abort();
    }
}

//! Large reads without a large buffer per connection.
//!
//! tungstenite keeps one read buffer per connection: large ones cost memory on thousands of idle
//! connections and a zero-fill on each read, small ones cost a system call every few KiB of a large message.
//! Here the connection reads straight into tungstenite's small buffer until one read fills it; then a large
//! message is under way, and the next reads go through a 64 KiB buffer that is borrowed from the thread and
//! given back as soon as it is empty. Idle connections hold nothing.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::Socket;
use crate::turn::give_way;

const SCRATCH: usize = 64 * 1024;
/// So many bytes are read in a row before other tasks get their turn: they may be tens of thousands of frames of
/// which none completes a message, and tokio's own measure counts reads and not bytes.
const TURN: usize = 256 * 1024;
/// Buffers that a thread keeps; more are in use only while as many connections are inside large messages.
const POOLED: usize = 8;

thread_local! {
    static POOL: RefCell<Vec<Box<[u8]>>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn borrow_scratch() -> Box<[u8]> {
    POOL.with_borrow_mut(Vec::pop).unwrap_or_else(|| vec![0; SCRATCH].into_boxed_slice())
}

pub(crate) fn give_back(scratch: Box<[u8]>) {
    POOL.with_borrow_mut(|pool| {
        if pool.len() < POOLED {
            pool.push(scratch);
        }
    });
}

/// A stream that reads ahead while large messages come in, and hands out `early` bytes first.
#[derive(Debug)]
pub struct Readahead<S> {
    inner: S,
    early: Bytes,
    ahead: Option<Ahead>,
    /// The last read filled the caller's buffer, so more is probably waiting.
    more: bool,
    /// The bytes that were read in a row.
    turn: usize,
    /// The bytes that were written.
    written: u64,
}

#[derive(Debug)]
struct Ahead {
    scratch: Box<[u8]>,
    start: usize,
    end: usize,
}

impl<S> Readahead<S> {
    /// Wraps a stream from which `early` has been read already.
    pub fn new(inner: S, early: Bytes) -> Self {
        Self { inner, early, ahead: None, more: false, turn: 0, written: 0 }
    }

    /// How many bytes the stream has taken.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    fn take_ahead(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let Some(ahead) = &mut self.ahead else { return false };
        let len = buf.remaining().min(ahead.end - ahead.start);
        buf.put_slice(&ahead.scratch[ahead.start..ahead.start + len]);
        ahead.start += len;
        if ahead.start == ahead.end
            && let Some(empty) = self.ahead.take()
        {
            give_back(empty.scratch);
        }
        true
    }
}

impl<S: Socket> Readahead<S> {
    /// As [`Socket::abort`].
    pub(crate) fn abort(&mut self) {
        self.inner.abort();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Readahead<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.early.is_empty() {
            let len = buf.remaining().min(this.early.len());
            buf.put_slice(&this.early[..len]);
            this.early.advance(len);
            if this.early.is_empty() {
                this.early = Bytes::new();
            }
            return Poll::Ready(Ok(()));
        }
        if this.take_ahead(buf) {
            return Poll::Ready(Ok(()));
        }
        if this.turn >= TURN {
            this.turn = 0;
            return give_way(cx);
        }
        let polled = this.poll_inner(cx, buf);
        if polled.is_pending() {
            this.turn = 0;
        }
        polled
    }
}

impl<S: AsyncRead + Unpin> Readahead<S> {
    fn poll_inner(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.more {
            let before = buf.filled().len();
            ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
            let read = buf.filled().len() - before;
            self.turn += read;
            self.more = buf.remaining() == 0 && read > 0;
            return Poll::Ready(Ok(()));
        }
        let mut scratch = borrow_scratch();
        let mut large = ReadBuf::new(&mut scratch);
        let polled = Pin::new(&mut self.inner).poll_read(cx, &mut large);
        let end = large.filled().len();
        if let Poll::Ready(Ok(())) = polled {
            self.turn += end;
            self.more = end > buf.remaining();
            self.ahead = Some(Ahead { scratch, start: 0, end });
            self.take_ahead(buf);
        } else {
            give_back(scratch);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Readahead<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
        self.written += written as u64;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// Bytes arrive in order whatever the sizes of writes and reads, and nothing is kept when idle.
    #[tokio::test]
    async fn bytes_arrive_in_order() {
        let sent: Vec<u8> = (0..300_000_u32).map(|i| (i % 251) as u8).collect();
        let (mut writer, reader) = duplex(100_000);
        let mut reader = Readahead::new(reader, Bytes::from(sent[..10].to_vec()));
        let rest = sent[10..].to_vec();
        let writing = tokio::spawn(async move {
            for chunk in rest.chunks(33_333) {
                writer.write_all(chunk).await.unwrap();
            }
            writer
        });
        let mut got = vec![0; sent.len()];
        for chunk in got.chunks_mut(4096) {
            reader.read_exact(chunk).await.unwrap();
        }
        assert!(got == sent);
        assert!(reader.ahead.is_none());
        drop(writing.await.unwrap());
        assert_eq!(reader.read(&mut [0; 16]).await.unwrap(), 0);
    }

    /// Always has something to read.
    struct Endless;

    impl AsyncRead for Endless {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buf.initialize_unfilled().fill(b'x');
            buf.set_filled(buf.capacity());
            Poll::Ready(Ok(()))
        }
    }

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_never_runs_dry_gives_way_to_others() {
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut reader = Readahead::new(Endless, Bytes::new());
        for turn in 1..4 {
            let mut read = 0;
            loop {
                let mut chunk = [0; 4096];
                let mut buf = ReadBuf::new(&mut chunk);
                let polled = Pin::new(&mut reader).poll_read(&mut Context::from_waker(&waker), &mut buf);
                if polled.is_pending() {
                    break;
                }
                read += buf.filled().len();
                assert!(read <= TURN + SCRATCH, "{read} bytes in turn {turn}");
            }
            assert!(read >= TURN);
            assert_eq!(wakes.0.load(Ordering::Relaxed), turn, "it is polled again");
        }
    }
}

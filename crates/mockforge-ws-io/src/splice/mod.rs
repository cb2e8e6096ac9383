//! Copies the bytes of two connections from one to the other, where nobody has to read the messages.
//!
//! Extensions such as permessage-deflate pass through, since client and server have agreed on them with each
//! other. A [`Tap`] follows the frame headers: it counts, keeps to the size limit, and knows where a close frame
//! of ours may stand. It holds nothing between two reads; a buffer is borrowed from the thread.

mod tap;

use std::io;
use std::pin::Pin;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use bytes::{Buf as _, Bytes};
use mockforge_ws_core::{
    CloseFrame, Conn, DropReason, Ended, Fact, Mail, Message, Order, Party, Status, Traffic, Trouble,
    UpstreamFact, close,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::drive::Timer;
use crate::readahead::{borrow_scratch, give_back};
use crate::shutdown::Watch;
use crate::stall::Stall;
use crate::{Context, Socket};
use tap::{Objection, Tap, close_bytes};

/// Copies until both ends are done, and says how it ended.
///
/// `client` and `server` are the connections behind their handshakes, each with what was read beyond them;
/// `url` is where the server is.
pub fn splice<'c, C, S>(
    client: (C, Bytes),
    server: (S, Bytes),
    url: &str,
    conn: Conn,
    context: &'c Context,
) -> impl Future<Output = Ended> + Send + use<'c, C, S>
where
    C: Socket,
    S: Socket,
{
    // Built outside of the async block, which then holds it once; an async fn would hold its arguments too.
    let mut splice = Splice::new(client, server, conn, context);
    splice.open(url);
    async move {
        let ended = std::future::poll_fn(|task| splice.poll(task)).await;
        splice.finish(&ended);
        ended
    }
}

struct Splice<'c, C, S> {
    client: C,
    server: S,
    /// From the client to the server.
    up: Way,
    /// From the server to the client.
    down: Way,
    conn: Conn,
    context: &'c Context,
    opened: Instant,
    now: Instant,
    active: Instant,
    watch: Watch,
    /// Whether the client takes what the server has sent.
    stall: Stall,
    timer: Timer,
    ending: Option<Ended>,
    give_up: Option<Instant>,
    /// What followers have been told of what went by.
    told: [Traffic; 2],
}

/// One direction.
struct Way {
    /// What was read with the handshake.
    early: Bytes,
    /// What was read and not written yet.
    pending: Bytes,
    tap: Option<Tap>,
    /// Whether bytes went through since this was asked last.
    moved: bool,
    /// How many bytes the receiving end has taken.
    taken: u64,
    /// What comes is thrown away: the receiving end is told to stop, or cannot be told anything.
    discards: bool,
    /// Nothing more comes.
    dry: bool,
    /// The receiving end has been told that nothing more comes.
    shut: bool,
}

/// What stops a direction.
enum Stop {
    /// Nothing more comes.
    Ended,
    /// The side that is read from failed.
    Source(io::Error),
    /// It broke a rule.
    Objection(Objection),
    /// The side that is written to failed.
    Sink(io::Error),
}

impl Way {
    fn new(early: Bytes, tap: Option<Tap>) -> Self {
        let pending = Bytes::new();
        Self { early, pending, tap, moved: false, taken: 0, discards: false, dry: false, shut: false }
    }

    fn is_over(&self) -> bool {
        self.dry && self.shut
    }

    /// Moves what can be moved. Ready when this direction is over, or stops.
    fn poll<R, W>(&mut self, from: &mut R, to: &mut W, task: &mut Task<'_>) -> Poll<Result<(), Stop>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let polled = match self.poll_move(from, to, task) {
            // Plain sockets have nothing to flush; TLS keeps records until it is told.
            Poll::Pending => match Pin::new(to).poll_flush(task) {
                Poll::Ready(Err(error)) if !self.shut => Poll::Ready(Err(Stop::Sink(error))),
                _ => Poll::Pending,
            },
            done @ Poll::Ready(_) => done,
        };
        match &polled {
            Poll::Ready(Err(Stop::Source(_))) => self.dry = true,
            Poll::Ready(Err(Stop::Sink(_))) => {
                (self.discards, self.shut) = (true, true);
                self.pending = Bytes::new();
            }
            _ => {}
        }
        polled
    }

    fn poll_move<R, W>(&mut self, from: &mut R, to: &mut W, task: &mut Task<'_>) -> Poll<Result<(), Stop>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            while !self.pending.is_empty() {
                let written =
                    ready!(Pin::new(&mut *to).poll_write(task, &self.pending)).map_err(Stop::Sink)?;
                if written == 0 {
                    return Poll::Ready(Err(Stop::Sink(io::ErrorKind::WriteZero.into())));
                }
                self.pending.advance(written);
                self.taken += written as u64;
            }
            // Memory that was taken for a slow reader is not kept.
            self.pending = Bytes::new();
            if (self.dry || self.discards) && !self.shut {
                // Who is gone need not be told.
                let _ = ready!(Pin::new(&mut *to).poll_shutdown(task));
                self.shut = true;
            }
            if self.dry {
                return Poll::Ready(Ok(()));
            }
            if !self.early.is_empty() {
                let early = std::mem::take(&mut self.early);
                self.take_in(&early, to, task)?;
                continue;
            }
            let mut scratch = borrow_scratch();
            let polled = self.poll_through(&mut scratch, from, to, task);
            give_back(scratch);
            ready!(polled)?;
        }
    }

    /// Reads once and writes what was read.
    fn poll_through<R, W>(
        &mut self,
        scratch: &mut [u8],
        from: &mut R,
        to: &mut W,
        task: &mut Task<'_>,
    ) -> Poll<Result<(), Stop>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let mut read = ReadBuf::new(scratch);
        ready!(Pin::new(from).poll_read(task, &mut read)).map_err(Stop::Source)?;
        let bytes = read.filled();
        if bytes.is_empty() {
            self.dry = true;
            return Poll::Ready(Err(Stop::Ended));
        }
        if self.discards {
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(self.take_in(bytes, to, task))
    }

    /// Follows what was read, and writes it.
    fn take_in<W>(&mut self, bytes: &[u8], to: &mut W, task: &mut Task<'_>) -> Result<(), Stop>
    where
        W: AsyncWrite + Unpin,
    {
        self.moved = true;
        let objection = self.tap.as_mut().and_then(|tap| tap.feed(bytes).err());
        let mut rest = objection.map_or(bytes, |(_, passes)| &bytes[..passes]);
        while !rest.is_empty() {
            match Pin::new(&mut *to).poll_write(task, rest) {
                Poll::Ready(Ok(written @ 1..)) => {
                    rest = &rest[written..];
                    self.taken += written as u64;
                }
                Poll::Ready(Ok(_)) => return Err(Stop::Sink(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Err(error)) => return Err(Stop::Sink(error)),
                Poll::Pending => {
                    self.pending = Bytes::copy_from_slice(rest);
                    break;
                }
            }
        }
        match objection {
            Some((objection, _)) => Err(Stop::Objection(objection)),
            None => Ok(()),
        }
    }

    /// Tells the receiving end that it is over, if a frame may stand here; from now on what comes is thrown
    /// away.
    fn tell(&mut self, frame: &CloseFrame, is_client: bool) -> bool {
        self.discards = true;
        match &self.tap {
            Some(tap) if tap.is_closed() => !self.shut,
            Some(tap) if tap.may_stop() && !self.shut => {
                self.pending = [&self.pending[..], &close_bytes(frame, is_client)[..]].concat().into();
                true
            }
            _ => false,
        }
    }
}

impl<'c, C, S> Splice<'c, C, S>
where
    C: Socket,
    S: Socket,
{
    fn new(client: (C, Bytes), server: (S, Bytes), mut conn: Conn, context: &'c Context) -> Self {
        conn.follow(&*context.sink);
        let limits = conn.limits();
        let way = |early, framing| Way::new(early, context.taps.then(|| Tap::new(framing)));
        let now = Instant::now();
        Self {
            up: way(client.1, context.framing(limits)),
            down: way(server.1, limits.into()),
            client: client.0,
            server: server.0,
            conn,
            context,
            opened: now,
            now,
            active: now,
            watch: context.shutdown.watch(),
            stall: Stall::new(context.timing.write),
            timer: Timer::default(),
            ending: None,
            give_up: None,
            told: [Traffic::default(); 2],
        }
    }

    fn note(&mut self, fact: &Fact) {
        self.conn.note(&*self.context.sink, self.now - self.opened, fact);
    }

    fn open(&mut self, url: &str) {
        self.conn.introduce();
        let subprotocol = self.conn.subprotocol().map(str::to_string);
        self.note(&Fact::Opened { subprotocol: subprotocol.clone() });
        self.note(&Fact::Upstream(UpstreamFact::Opened { url: url.to_string(), subprotocol }));
    }

    fn finish(&mut self, ended: &Ended) {
        self.now = Instant::now();
        self.conn.leave_rooms();
        self.count();
        if let (Some(client), Some(server)) = (&self.up.tap, &self.down.tap) {
            let (client, server) = (client.traffic(), server.traffic());
            self.note(&Fact::Upstream(UpstreamFact::Spliced { client, server }));
        }
        self.note(&Fact::Closed(ended.clone()));
    }

    /// Tells what went by since it was told last.
    fn count(&mut self) {
        let now = [&self.up, &self.down].map(|way| way.tap.as_ref().map(Tap::traffic).unwrap_or_default());
        if now != self.told {
            let [client, server] = [0, 1].map(|way| Traffic {
                messages: now[way].messages - self.told[way].messages,
                bytes: now[way].bytes - self.told[way].bytes,
            });
            self.told = now;
            self.conn.following().copied(client, server);
        }
    }

    fn poll(&mut self, task: &mut Task<'_>) -> Poll<Ended> {
        self.now = Instant::now();
        if self.watch.poll(task) && self.ending.is_none() {
            let frame = close::frame(1001, "the server is going away");
            let ended = Ended { status: Status::Normal, frame: Some(frame), by: Party::Server, reason: None };
            self.close(ended, self.context.timing.drain);
        }
        while self.ending.is_none()
            && let Poll::Ready(mail) = self.conn.poll_mail(task)
        {
            match mail {
                Mail::Message(delivery) => {
                    if let Message::Close(frame) = delivery.message.message() {
                        self.leave(frame.clone());
                    }
                }
                Mail::Order(Order::Close(frame)) => self.leave(frame),
                Mail::Order(Order::Visit(visit)) => visit(&mut self.conn),
                // Between copied bytes there is no place for it.
                Mail::Order(Order::Send(_)) => self.note(&Fact::Dropped(DropReason::Backlog)),
                Mail::Changed => {}
            }
        }
        if self.ending.is_none() && self.conn.trouble() == Some(Trouble::Abort) {
            self.client.abort();
            let ended = Ended { status: Status::Normal, frame: None, by: Party::Server, reason: None };
            self.close(ended, Duration::ZERO);
        }
        while let Poll::Ready(Err(stop)) = self.up.poll(&mut self.client, &mut self.server, task) {
            self.stopped(stop, Party::Client);
        }
        while let Poll::Ready(Err(stop)) = self.down.poll(&mut self.server, &mut self.client, task) {
            self.stopped(stop, Party::Server);
            // What is to be said to the server may have been found out just now.
            task.waker().wake_by_ref();
        }
        self.count();
        self.notice_ends();
        if std::mem::take(&mut self.up.moved) | std::mem::take(&mut self.down.moved) {
            self.active = self.now;
        }
        let over = self.up.is_over() && self.down.is_over();
        let late = self.give_up.is_some_and(|until| until <= self.now);
        if late && !self.down.pending.is_empty() {
            // What has left would be cut off anyway.
            self.client.abort();
        }
        if late && !self.up.pending.is_empty() {
            self.server.abort();
        }
        if (over || late)
            && let Some(ended) = self.ending.take()
        {
            return Poll::Ready(ended);
        }
        self.look_at_clock(task)
    }

    /// The client is asked to go.
    fn leave(&mut self, frame: Option<CloseFrame>) {
        let ended = Ended { status: Status::Normal, frame, by: Party::Server, reason: None };
        self.close(ended, self.context.timing.close);
    }

    /// Waits for the next deadline.
    fn look_at_clock(&mut self, task: &mut Task<'_>) -> Poll<Ended> {
        let timing = &self.context.timing;
        self.stall.observe(self.now, !self.down.pending.is_empty(), self.down.taken);
        let limits = [
            timing.idle.map(|idle| self.active + idle),
            timing.lifetime.map(|time| self.opened + time),
            self.stall.deadline(),
        ];
        let limits = limits.map(|due| due.filter(|_| self.ending.is_none()));
        if let Some(which) = limits.iter().position(|due| due.is_some_and(|due| due <= self.now)) {
            let (told, reason) = match which {
                0 => (Some("idle for too long"), "nothing went either way for too long".to_string()),
                1 => (Some("open for too long"), "the connection was open for as long as it may be".into()),
                _ => (None, self.stall.reason()),
            };
            let frame = told.map(|told| close::frame(1001, told));
            let ended = Ended { status: Status::Timeout, frame, by: Party::Server, reason: Some(reason) };
            self.close(ended, timing.close);
            task.waker().wake_by_ref();
            return Poll::Pending;
        }
        let deadline = limits.into_iter().chain([self.give_up]).flatten().min();
        if self.timer.poll(task, deadline).is_ready() {
            task.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// How it will be told, where one side has closed or gone.
    fn notice_ends(&mut self) {
        if self.ending.is_some() {
            return;
        }
        let said = |way: &Way| way.tap.as_ref().and_then(Tap::close_frame);
        let gone = |way: &Way| way.dry;
        let taps = self.context.taps;
        let ended = if let Some(frame) = said(&self.up) {
            Ended { status: Status::ClientClose, frame, by: Party::Client, reason: None }
        } else if let Some(frame) = said(&self.down) {
            Ended { status: Status::Normal, frame, by: Party::Server, reason: None }
        } else if gone(&self.up) {
            let reason = taps.then(|| "the client left without a closing handshake".to_string());
            let status = if taps { Status::Error } else { Status::ClientClose };
            Ended { status, frame: None, by: Party::Client, reason }
        } else if gone(&self.down) {
            if taps {
                return self.upstream_lost("the upstream was lost without a closing handshake");
            }
            Ended { status: Status::Normal, frame: None, by: Party::Server, reason: None }
        } else {
            return;
        };
        self.give_up = Some(self.now + self.context.timing.close);
        self.ending = Some(ended);
    }

    fn upstream_lost(&mut self, reason: &str) {
        let frame = close::frame(1014, "the upstream was lost");
        let reason = Some(reason.to_string());
        let ended = Ended { status: Status::ProxyError, frame: Some(frame), by: Party::Server, reason };
        self.close(ended, self.context.timing.close);
    }

    fn stopped(&mut self, stop: Stop, from: Party) {
        if self.ending.is_some() {
            return;
        }
        let source = match from {
            Party::Client => "the client",
            Party::Server => "the upstream",
        };
        let end = |status, code, reason: String| {
            let frame = Some(close::frame(code, &reason));
            Ended { status, frame, by: Party::Server, reason: Some(reason) }
        };
        let patience = self.context.timing.close;
        match (stop, from) {
            (Stop::Ended, _) => self.notice_ends(),
            (Stop::Objection(Objection::TooLarge(len)), _) => {
                let max = self.conn.limits().max_message_size;
                let reason = format!("a message of {source} has {len} bytes or more, of {max} allowed");
                self.close(end(Status::Limit, 1009, reason), patience);
            }
            (Stop::Objection(Objection::FrameTooLarge(len)), _) => {
                let max = self.context.framing(self.conn.limits()).max_frame_size;
                let reason = format!("a frame of {source} has {len} bytes, of {max} allowed");
                self.close(end(Status::Limit, 1009, reason), patience);
            }
            (Stop::Objection(Objection::Malformed), Party::Client) => {
                self.close(end(Status::Error, 1002, "the client sent a malformed frame".into()), patience);
            }
            (Stop::Objection(Objection::Malformed), Party::Server) => {
                self.close(
                    end(Status::ProxyError, 1014, "the upstream sent a malformed frame".into()),
                    patience,
                );
            }
            (Stop::Source(error), Party::Server) | (Stop::Sink(error), Party::Client) => {
                self.upstream_lost(&format!("the upstream was lost: {error}"));
            }
            (Stop::Source(error), Party::Client) | (Stop::Sink(error), Party::Server) => {
                let reason = Some(format!("the client was lost: {error}"));
                self.ending = Some(Ended { status: Status::Error, frame: None, by: Party::Client, reason });
                self.give_up = Some(self.now);
            }
        }
    }

    /// Tells both ends, each where a frame may stand, and reads on for a while so that they can hear it.
    fn close(&mut self, ended: Ended, patience: Duration) {
        if let Some(frame) = &ended.frame {
            let to_client = self.down.tell(frame, false);
            let leaving = close::frame(1001, "the client's connection is over");
            self.up.tell(&leaving, true);
            self.give_up = Some(self.now + if to_client { patience } else { Duration::ZERO });
        } else {
            self.give_up = Some(self.now);
        }
        self.ending = Some(ended);
    }
}

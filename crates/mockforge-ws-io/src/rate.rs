//! Rates that several connections share, and one for users' own code.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter as Governor};
use mockforge_ws_core::Hello;
use mockforge_ws_layers::rate::{Meter, Rate};

/// After so many messages the addresses are forgotten that have not been heard of for long.
const SWEEP: usize = 4096;

/// Counts messages, or whatever else: so many in such a time.
///
/// ```
/// use std::time::Duration;
/// use mockforge_ws_io::RateLimiter;
///
/// # async fn process_message(message: &str) -> Result<(), Box<dyn std::error::Error>> { Ok(()) }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let message = "hello";
/// let rate_limiter = RateLimiter::new(1000, Duration::from_secs(60)); // 1000 msg/min
/// if rate_limiter.check_limit().await {
///     process_message(message).await?;
/// }
///
/// let strict = RateLimiter::new(1, Duration::from_secs(60));
/// assert!(strict.check_limit().await);
/// assert!(!strict.check_limit().await, "the second of this minute");
/// # Ok(()) }
/// ```
pub struct RateLimiter(Limit);

enum Limit {
    /// Everything passes.
    None,
    /// Nothing does.
    Zero,
    Rate(Governor<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Instant>>),
}

impl RateLimiter {
    /// Lets `messages` through at once, and as many again in `per`, evenly. With 0 messages none pass, and where
    /// `per` is no time at all everything does.
    pub fn new(messages: u32, per: Duration) -> Self {
        Self(match Rate::new(messages, per) {
            Some(rate) => Limit::Rate(Governor::direct_with_clock(quota(rate), TokioClock)),
            None if messages == 0 => Limit::Zero,
            None => Limit::None,
        })
    }

    /// Counts one, and says whether it is within the limit.
    pub async fn check_limit(&self) -> bool {
        match &self.0 {
            Limit::None => true,
            Limit::Zero => false,
            Limit::Rate(governor) => governor.check().is_ok(),
        }
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimiter").finish_non_exhaustive()
    }
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// The messages of all clients at one address.
    ByAddress,
    /// Those of all.
    All,
}

/// A rate that connections share: a [`Meter`] of a
/// [`RateLimit`](mockforge_ws_layers::rate::RateLimit).
pub struct SharedRate {
    governor: Governor<IpAddr, HashMapStateStore<IpAddr>, TokioClock, NoOpMiddleware<Instant>>,
    counting: Counting,
    taken: AtomicUsize,
}

impl SharedRate {
    /// A rate that nothing has been taken of.
    pub fn new(rate: Rate, counting: Counting) -> Self {
        let governor = Governor::new(quota(rate), HashMapStateStore::default(), TokioClock);
        Self { governor, counting, taken: AtomicUsize::new(0) }
    }
}

impl Meter for SharedRate {
    fn take(&self, hello: &Hello) -> Result<(), Duration> {
        // Those of whom no address is known share one.
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let key = match self.counting {
            Counting::ByAddress => hello.peer.map_or(nobody, |peer| peer.ip().to_canonical()),
            Counting::All => nobody,
        };
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.governor.retain_recent();
        }
        self.governor.check_key(&key).map_err(|early| early.wait_time_from(TokioClock.now()))
    }
}

impl fmt::Debug for SharedRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.governor.len();
        f.debug_struct("SharedRate").field("counting", &self.counting).field("known", &known).finish()
    }
}

fn quota(rate: Rate) -> Quota {
    let quota = Quota::with_period(rate.interval()).expect("an interval is longer than nothing");
    quota.allow_burst(rate.messages())
}

/// The clock of the loop, which tests turn.
#[derive(Debug, Clone, Copy)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn from(address: &str) -> Hello {
        Hello { peer: Some(address.parse().unwrap()), ..Hello::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_limiter_counts_in_time() {
        let limiter = RateLimiter::new(1000, 60 * SECOND);
        for _ in 0..1000 {
            assert!(limiter.check_limit().await);
        }
        assert!(!limiter.check_limit().await);
        tokio::time::advance(Duration::from_millis(60)).await;
        assert!(limiter.check_limit().await);
        assert!(!limiter.check_limit().await);
        assert!(!RateLimiter::new(0, SECOND).check_limit().await);
        let all = RateLimiter::new(1, Duration::ZERO);
        assert!(all.check_limit().await && all.check_limit().await);
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_are_counted_by_themselves_or_together() {
        let rate = Rate::new(2, SECOND).unwrap();
        let (one, same, other) = (from("192.0.2.1:1"), from("[::ffff:192.0.2.1]:2"), from("192.0.2.2:1"));
        let by_address = SharedRate::new(rate, Counting::ByAddress);
        assert_eq!([&one, &same, &other].map(|hello| by_address.take(hello)), [Ok(()); 3]);
        assert_eq!(by_address.take(&one), Err(SECOND / 2));
        tokio::time::advance(SECOND / 2).await;
        assert_eq!(by_address.take(&same), Ok(()));

        let all = SharedRate::new(rate, Counting::All);
        assert_eq!([&one, &other].map(|hello| all.take(hello)), [Ok(()); 2]);
        assert_eq!(all.take(&other), Err(SECOND / 2));
    }

    /// Who is not heard of for long is forgotten, however many addresses there are.
    #[tokio::test(start_paused = true)]
    async fn memory_is_bounded_by_those_who_are_active() {
        let rate = SharedRate::new(Rate::new(1, SECOND).unwrap(), Counting::ByAddress);
        for number in 0..3 * SWEEP as u32 {
            tokio::time::advance(Duration::from_millis(10)).await;
            let address = std::net::SocketAddr::from((Ipv4Addr::from_bits(number), 1));
            assert_eq!(rate.take(&Hello { peer: Some(address), ..Hello::default() }), Ok(()));
        }
        assert!(rate.governor.len() < SWEEP, "{}", rate.governor.len());
    }
}

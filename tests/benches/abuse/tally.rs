//! How connections ended, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How a connection ended, as its client saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// With a close frame; 1005 for one without a code.
    Closed(u16),
    /// With an answer to its request other than an upgrade.
    Status(u16),
    /// With a GOAWAY of HTTP/2 that has this code.
    GoneAway(u32),
    /// Without a word (FIN).
    CutOff,
    /// With a reset (RST), or a pipe that was broken by one.
    Reset,
    /// The client had the answers that it wanted, and left.
    Served,
    /// It was not accepted within the time that its client waited.
    Waited,
    /// It did not end within the time that its client waited.
    Open,
    /// An answer that makes no sense.
    Wrong(String),
}

impl From<std::io::Error> for End {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionReset | Kind::BrokenPipe | Kind::ConnectionAborted => Self::Reset,
            Kind::UnexpectedEof => Self::CutOff,
            Kind::TimedOut => Self::Open,
            _ => Self::Wrong(error.to_string()),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(code) => write!(f, "closed {code}"),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::GoneAway(code) => write!(f, "GOAWAY {code}"),
            Self::CutOff => write!(f, "cut off"),
            Self::Reset => write!(f, "reset"),
            Self::Served => write!(f, "served"),
            Self::Waited => write!(f, "not let in"),
            Self::Open => write!(f, "still open"),
            Self::Wrong(what) => write!(f, "wrong: {what}"),
        }
    }
}

/// How many ended how, and after how long.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(BTreeMap<End, Times>);

#[derive(Debug, Clone, Copy)]
struct Times {
    count: usize,
    least: Duration,
    most: Duration,
}

impl Tally {
    pub(crate) fn add(&mut self, end: End, after: Duration) {
        self.merge(Self([(end, Times { count: 1, least: after, most: after })].into()));
    }

    pub(crate) fn count(&self, end: &End) -> usize {
        self.0.get(end).map_or(0, |times| times.count)
    }

    pub(crate) fn total(&self) -> usize {
        self.0.values().map(|times| times.count).sum()
    }

    /// Those that ended otherwise.
    pub(crate) fn others(&self, expected: &[End]) -> Self {
        let others = self.0.iter().filter(|(end, _)| !expected.contains(end));
        Self(others.map(|(end, times)| (end.clone(), *times)).collect())
    }

    /// Adds what another has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (end, times) in other.0 {
            let sum = self.0.entry(end).or_insert(Times { count: 0, ..times });
            sum.count += times.count;
            sum.least = sum.least.min(times.least);
            sum.most = sum.most.max(times.most);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The longest that any took to end.
    pub(crate) fn longest(&self) -> Duration {
        self.0.values().map(|times| times.most).max().unwrap_or_default()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut join = "";
        for (end, Times { count, least, most }) in &self.0 {
            let (least, most) = (least.as_secs_f64(), most.as_secs_f64());
            write!(f, "{join}{count} × {end} after ")?;
            match most {
                ..0.1 => write!(f, "< 0.1 s")?,
                _ if most - least < 0.1 => write!(f, "{most:.1} s")?,
                _ => write!(f, "{least:.1}–{most:.1} s")?,
            }
            join = ", ";
        }
        if self.is_empty() { write!(f, "none") } else { Ok(()) }
    }
}

//! Keeps what is told on stderr readable: of each kind only so many lines a second, the rest counted.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Lines of one kind in one window.
const LINES: u64 = 10;
const WINDOW: Duration = Duration::from_secs(1);

/// Counts lines by kind within a window that begins with its first line.
#[derive(Debug, Default)]
pub(super) struct Gate {
    since: Option<Instant>,
    /// Few enough kinds that looking through them beats a map.
    counts: Vec<(&'static str, u64)>,
}

impl Gate {
    /// Whether a line of that kind may be told, and a summary of the window before where that hid some.
    pub(super) fn admit(&mut self, kind: &'static str, now: Instant) -> (bool, Option<String>) {
        let summary = self.summary(now);
        self.since.get_or_insert(now);
        let index = self.counts.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.counts.push((kind, 0));
            self.counts.len() - 1
        });
        let count = &mut self.counts[index].1;
        *count += 1;
        (*count <= LINES, summary)
    }

    /// Ends a window that is over; a summary where it hid something.
    pub(super) fn summary(&mut self, now: Instant) -> Option<String> {
        self.since.filter(|since| now.duration_since(*since) >= WINDOW)?;
        self.since = None;
        let mut summary = String::new();
        for (kind, count) in self.counts.drain(..).filter(|(_, count)| *count > LINES) {
            let join = if summary.is_empty() { "… and" } else { "," };
            // Writing to a string does not fail.
            let _ = write!(summary, "{join} {} more {}", count - LINES, kind.replace('_', " "));
        }
        (!summary.is_empty()).then(|| summary + "\n")
    }

    /// Whether something may be hidden that nobody has told yet.
    pub(super) fn is_hiding(&self) -> bool {
        self.counts.iter().any(|(_, count)| *count >= LINES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_counted_and_what_is_rare_is_told() {
        let mut gate = Gate::default();
        #[expect(clippy::disallowed_methods, reason = "an origin for the window; no time passes")]
        let start = Instant::now();
        let told = (0..1000).filter(|_| gate.admit("opened", start).0).count();
        assert_eq!(told, 10);
        assert_eq!(gate.admit("wait_unmet", start), (true, None));
        assert!(gate.is_hiding());
        assert_eq!(gate.summary(start + WINDOW / 2), None, "the window is not over");
        let (told, summary) = gate.admit("closed", start + WINDOW);
        assert!(told);
        assert_eq!(summary.as_deref(), Some("… and 990 more opened\n"));
        assert!(!gate.is_hiding());
        assert_eq!(gate.summary(start + 3 * WINDOW), None, "nothing was hidden");
    }
}

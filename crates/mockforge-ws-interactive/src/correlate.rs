//! Correlation: what several messages mean together.
//!
//! A [`Tracker`] says what is looked for, a [`Track`] what one connection has seen of it. A track is told of
//! every data message, whichever rule answers it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use mockforge_ws_core::{Elapsed, Inbound};
use mockforge_ws_jsonpath::Path;
use mockforge_ws_match::Pattern;

use crate::rules::RuleId;

#[derive(Debug)]
pub(crate) struct Tracker {
    pub(crate) rule: RuleId,
    pub(crate) what: Tracked,
    /// What tells one case from another.
    pub(crate) by: Option<Path>,
}

#[derive(Debug)]
pub(crate) enum Tracked {
    /// One after the other, whatever comes between, the last within a time of the first.
    Sequence { patterns: Vec<Pattern>, within: Option<Duration> },
    /// So many, within a time.
    Count { pattern: Pattern, count: usize, within: Option<Duration> },
    /// None of these for a time after one of those.
    Absent { pattern: Pattern, wait: Duration, after: Option<Pattern> },
}

/// The cases that one connection keeps of one tracker; the oldest goes when one more comes.
pub(crate) const MOST_CASES: usize = 1024;

/// What a connection has seen, by case.
#[derive(Debug, Default)]
pub(crate) struct Track {
    cases: VecDeque<Case>,
}

#[derive(Debug)]
struct Case {
    key: Option<Box<str>>,
    progress: Progress,
}

#[derive(Debug)]
enum Progress {
    /// For each number of patterns that were met, when the latest such attempt began.
    Sequence(Vec<Option<Elapsed>>),
    /// When those that still count came.
    Count(VecDeque<Elapsed>),
    /// Waiting since that message, under that number.
    Absent(Waiting),
}

/// An absence that is waited for.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) number: u64,
    pub(crate) about: Option<Arc<Inbound>>,
}

/// What a message means to a track.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Nothing,
    /// It completes a sequence or a count.
    Complete,
    /// An absence is waited for from here on, under that number.
    Armed(u64),
}

impl Tracker {
    /// The text that tells the case; `None` where the message belongs to none.
    fn key(&self, message: &Inbound) -> Option<Option<Box<str>>> {
        let Some(path) = &self.by else { return Some(None) };
        let key = path.first(message.json()?)?;
        Some(Some(key.as_str().map_or_else(|| key.to_string(), str::to_string).into()))
    }
}

impl Track {
    /// Whether a case was dropped to make room.
    fn make_room(&mut self) -> bool {
        let full = self.cases.len() >= MOST_CASES;
        if full {
            self.cases.pop_front();
        }
        full
    }

    /// The bytes of messages that are kept.
    pub(crate) fn held(&self) -> usize {
        let held = |case: &Case| match &case.progress {
            Progress::Absent(waiting) => waiting.about.as_ref().map_or(0, |about| about.message().len()),
            _ => 0,
        };
        self.cases.iter().map(held).sum()
    }

    /// Tells of a message; `number` is a number that was not used before. The second part is whether a case
    /// was dropped for want of room.
    pub(crate) fn tell(
        &mut self,
        tracker: &Tracker,
        message: &Arc<Inbound>,
        now: Elapsed,
        number: u64,
    ) -> (Told, bool) {
        match &tracker.what {
            Tracked::Sequence { patterns, within } => self.sequence(tracker, patterns, *within, message, now),
            Tracked::Count { pattern, count, within } => {
                if !pattern.is_match(message) {
                    return (Told::Nothing, false);
                }
                let Some((case, dropped)) = self.case(tracker, message, || Progress::Count(VecDeque::new()))
                else {
                    return (Told::Nothing, false);
                };
                let Progress::Count(times) = &mut self.cases[case].progress else {
                    unreachable!("a track has one kind of cases")
                };
                times.push_back(now);
                if let Some(within) = within {
                    while times.front().is_some_and(|first| now - *first > *within) {
                        times.pop_front();
                    }
                }
                let complete = times.len() >= *count;
                if complete {
                    self.cases.remove(case);
                }
                (if complete { Told::Complete } else { Told::Nothing }, dropped)
            }
            Tracked::Absent { pattern, after, .. } => {
                let key = tracker.key(message);
                if pattern.is_match(message)
                    && let Some(key) = &key
                {
                    self.cases.retain(|case| case.key != *key);
                }
                let arms = after.as_ref().is_some_and(|after| after.is_match(message));
                match key {
                    Some(key) if arms && !self.cases.iter().any(|case| case.key == key) => {
                        let about = Some(Arc::clone(message));
                        let dropped = self.arm(key, number, about);
                        (Told::Armed(number), dropped)
                    }
                    _ => (Told::Nothing, false),
                }
            }
        }
    }

    /// Waits for an absence from the opening on.
    pub(crate) fn arm_at_opening(&mut self, number: u64) {
        self.arm(None, number, None);
    }

    fn arm(&mut self, key: Option<Box<str>>, number: u64, about: Option<Arc<Inbound>>) -> bool {
        let dropped = self.make_room();
        self.cases.push_back(Case { key, progress: Progress::Absent(Waiting { number, about }) });
        dropped
    }

    /// Ends the wait of that number, if it goes on: then nothing came.
    pub(crate) fn take(&mut self, number: u64) -> Option<Waiting> {
        let waits =
            |case: &Case| matches!(&case.progress, Progress::Absent(waiting) if waiting.number == number);
        let at = self.cases.iter().position(waits)?;
        match self.cases.remove(at)?.progress {
            Progress::Absent(waiting) => Some(waiting),
            _ => None,
        }
    }

    fn sequence(
        &mut self,
        tracker: &Tracker,
        patterns: &[Pattern],
        within: Option<Duration>,
        message: &Arc<Inbound>,
        now: Elapsed,
    ) -> (Told, bool) {
        let matched: Vec<bool> = patterns.iter().map(|pattern| pattern.is_match(message)).collect();
        if !matched.contains(&true) {
            return (Told::Nothing, false);
        }
        let begins = matched[0];
        let known = tracker.key(message).is_some_and(|key| self.cases.iter().any(|case| case.key == key));
        if !begins && !known {
            return (Told::Nothing, false);
        }
        let fresh = || Progress::Sequence(vec![None; patterns.len() + 1]);
        let Some((case, dropped)) = self.case(tracker, message, fresh) else { return (Told::Nothing, false) };
        let Progress::Sequence(began) = &mut self.cases[case].progress else {
            unreachable!("a track has one kind of cases")
        };
        // From the end, so that one message takes one step of each attempt.
        for step in (0..patterns.len()).rev().filter(|step| matched[*step]) {
            let since = if step == 0 { Some(now) } else { began[step] };
            let in_time = since.filter(|since| within.is_none_or(|within| now - *since <= within));
            began[step + 1] = began[step + 1].max(in_time);
        }
        let complete = began[patterns.len()].is_some();
        if complete {
            self.cases.remove(case);
        }
        (if complete { Told::Complete } else { Told::Nothing }, dropped)
    }

    /// The case of a message, made where it is not there.
    fn case(
        &mut self,
        tracker: &Tracker,
        message: &Inbound,
        fresh: impl FnOnce() -> Progress,
    ) -> Option<(usize, bool)> {
        let key = tracker.key(message)?;
        if let Some(at) = self.cases.iter().position(|case| case.key == key) {
            return Some((at, false));
        }
        let dropped = self.make_room();
        self.cases.push_back(Case { key, progress: fresh() });
        Some((self.cases.len() - 1, dropped))
    }
}

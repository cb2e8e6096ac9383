//! Cycles through which a player would run without end at one instant.
//!
//! A cycle needs an unbounded jump (a `goto` without `times`, or the loop at the end of the script); the
//! jumps of a bounded `goto` need no looking at, since it falls through again and again, and what it falls
//! through to is looked at. So each place that is jumped to has at most one place to jump to from there
//! before anything is waited for and before any time passes, and a cycle among these places spins.
//!
//! What is found here spins for certain, but not all that spins is found: a bounded jump moves the timeline,
//! and what is later than the last place jumped to without one may be due at once with it. The player stops
//! what is left.

use crate::script::{Line, Then, Wait};
use crate::words::{OnEnd, OnTimeout};

/// A cycle with neither a wait nor time.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spin {
    /// The first line that it goes through.
    pub(super) from: u32,
    /// The last line from which it jumps; `None` where that is the end of the script.
    pub(super) until: Option<u32>,
}

impl Spin {
    /// All such cycles through these lines, of which `entries` are jumped to.
    pub(super) fn all(lines: &[Line], entries: impl Iterator<Item = u32>, on_end: OnEnd) -> Vec<Self> {
        let next = Next::new(lines, on_end);
        let looped = (on_end == OnEnd::Loop && !lines.is_empty()).then_some(0);
        let mut walk_of = vec![0_u32; lines.len()];
        let mut found = Vec::new();
        for (walk, entry) in (1..).zip(entries.chain(looped)) {
            let mut at = entry;
            while walk_of[at as usize] == 0 {
                walk_of[at as usize] = walk;
                let Some((to, _)) = next.from(at) else { break };
                at = to;
            }
            // Back where this very walk has been: a cycle, unless the walk just ended there.
            if walk_of[at as usize] == walk && next.from(at).is_some() {
                found.extend(next.cycle(at));
            }
        }
        found
    }
}

/// Where a jump leads before anything is waited for and before time passes.
struct Next<'l> {
    lines: &'l [Line],
    on_end: OnEnd,
    /// The first line from each on that waits, ends, or jumps without bound.
    barrier: Vec<u32>,
    /// The first line after each that is due later.
    later: Vec<u32>,
}

impl<'l> Next<'l> {
    fn new(lines: &'l [Line], on_end: OnEnd) -> Self {
        let end = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let (mut barrier, mut later) = (vec![end; lines.len()], vec![end; lines.len()]);
        let (mut nearest, mut rising) = (end, Vec::<u32>::new());
        for index in (0..end).rev() {
            let line = &lines[index as usize];
            if !passes(line) {
                nearest = index;
            }
            barrier[index as usize] = nearest;
            while rising.last().is_some_and(|other| lines[*other as usize].ts <= line.ts) {
                rising.pop();
            }
            later[index as usize] = rising.last().copied().unwrap_or(end);
            rising.push(index);
        }
        Self { lines, on_end, barrier, later }
    }

    /// The next place jumped to, and the line that jumps there (`None`: the end of the script).
    fn from(&self, entry: u32) -> Option<(u32, Option<u32>)> {
        let (barrier, later) = (self.barrier[entry as usize], self.later[entry as usize]);
        let Some(line) = self.lines.get(barrier as usize) else {
            let loops = self.on_end == OnEnd::Loop && self.lines.get(later as usize).is_none();
            return (loops && self.lines[0].ts == 0).then_some((0, None));
        };
        match line.stage()?.then {
            Then::Goto { target, times: None } if later > barrier && !really_waits(line) => {
                self.lines.get(target as usize).map(|_| (target, Some(barrier)))
            }
            _ => None,
        }
    }

    fn cycle(&self, start: u32) -> Option<Spin> {
        let (mut at, mut spin) = (start, Spin { from: start, until: None });
        let (mut last, mut at_end) = (0, false);
        loop {
            let (to, by) = self.from(at)?;
            spin.from = spin.from.min(to);
            last = last.max(by.unwrap_or(0));
            at_end |= by.is_none();
            at = to;
            if at == start {
                spin.until = (!at_end).then_some(last);
                return Some(spin);
            }
        }
    }
}

/// Whether a player comes by without stopping or jumping.
fn passes(line: &Line) -> bool {
    !really_waits(line) && (line.leads_on() || line.waits())
}

/// A wait that is given up at once is none.
fn really_waits(line: &Line) -> bool {
    line.waits()
        && line.timeout().is_none_or(|timeout| !(timeout.after.is_zero() && timeout.then == OnTimeout::Skip))
}

impl Line {
    /// Whether the next line may follow this one.
    pub(super) fn leads_on(&self) -> bool {
        let Some(stage) = self.stage() else { return true };
        let branches = matches!(stage.wait, Some(Wait::Branch(..)));
        let goes_on = matches!(stage.then, Then::Next | Then::Goto { times: Some(_), .. });
        (goes_on && !branches) || self.skips()
    }
}

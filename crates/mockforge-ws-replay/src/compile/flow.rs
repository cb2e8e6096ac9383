//! Where lines lead: labels, jumps, what is never reached, and cycles that would spin.

use mockforge_ws_diagnostic::{Problem, Severity, did_you_mean};

use super::Compiler;
use super::spin::Spin;
use crate::script::{Line, Then, Wait};
use crate::words::OnEnd;

/// So many labels are compared with one that is not there.
const COMPARED: usize = 1_000;

/// What the lines say together.
pub(super) struct Flow {
    pub(super) on_end: OnEnd,
    pub(super) labels: Box<[(Box<str>, u32)]>,
    pub(super) stops: Box<[u32]>,
    pub(super) last_wait: Option<u32>,
    pub(super) cyclic: bool,
}

impl Compiler<'_> {
    /// Links the lines; `None` where there was an error anywhere in the file.
    pub(super) fn flow(&mut self) -> Option<Flow> {
        let on_end = self.ends();
        let jumps_back = self.link();
        self.spins(on_end);
        if self.report.failed() {
            return None;
        }
        self.unreached();
        self.unused();
        let labels =
            self.labels.drain(..).map(|label| (label.name.into_owned().into(), label.index)).collect();
        let stops = (0_u32..).zip(&self.lines).filter(|(_, line)| line.waits() || !line.leads_on());
        let waits = |index: &u32| self.lines[*index as usize].waits();
        Some(Flow {
            on_end,
            labels,
            last_wait: (0..self.index()).rev().find(waits),
            stops: stops.map(|(index, _)| index).collect(),
            cyclic: jumps_back || on_end == OnEnd::Loop,
        })
    }

    /// What follows the last line: `onEnd` stands once, in the header or on the last line.
    fn ends(&mut self) -> OnEnd {
        let last = self.lines.len().checked_sub(1);
        let mut on_end = OnEnd::default();
        for (place, end) in self.ends.iter().enumerate() {
            let at_last = end.index.is_none_or(|index| Some(index as usize) == last);
            if at_last {
                on_end = end.what;
            }
            let problem = if !at_last {
                Problem::new("`onEnd` goes into the header or on the last line")
                    .hint("to end or to jump here, write `close` or `goto`")
            } else if place > 0 {
                let row = self.ends[0].row.number;
                Problem::new(format!("`onEnd` is said on line {row} already")).hint("keep one of them")
            } else {
                continue;
            };
            self.report.error(end.row, end.raw, problem);
        }
        on_end
    }

    /// Resolves the jumps, and says whether one leads back.
    fn link(&mut self) -> bool {
        let mut back = false;
        for jump in &self.jumps {
            let Some(place) = self.named.get(&jump.to) else {
                // The label may be on a line that could not be read.
                let quoted = format!("\"{}\"", jump.to);
                if !self.report.is_full() && !self.unread.iter().any(|text| text.contains(&quoted)) {
                    let hint =
                        did_you_mean(&jump.to, self.labels.iter().take(COMPARED).map(|label| &*label.name));
                    let problem = Problem::new(format!("no line has the label `{}`", jump.to));
                    let other = || format!("put \"label\":\"{}\" on the line to go to", jump.to);
                    self.report.error(jump.row, jump.raw, problem.hint(hint.unwrap_or_else(other)));
                }
                continue;
            };
            let label = &mut self.labels[*place];
            label.used = true;
            back |= label.index <= jump.from;
            self.lines[jump.from as usize].lead_to(jump.way, label.index);
        }
        back
    }

    /// Cycles with neither a wait nor time.
    fn spins(&mut self, on_end: OnEnd) {
        if !self.unread.is_empty() || (self.jumps.is_empty() && on_end != OnEnd::Loop) {
            return;
        }
        let entries = self.jumps.iter().filter_map(|jump| self.named.get(&jump.to));
        let entries = entries.map(|place| self.labels[*place].index);
        for Spin { from, until } in Spin::all(&self.lines, entries, on_end) {
            let line = |index: u32| self.lines[index as usize].number;
            let jump = until.map(|until| self.jumps.partition_point(|jump| jump.from < until));
            let jump = jump.and_then(|place| self.jumps.get(place));
            match (jump, self.ends.last()) {
                (Some(jump), _) => {
                    let message = format!(
                        "lines {} to {} go round with neither a wait nor time between",
                        line(from),
                        jump.row.number
                    );
                    let hint = "give this line a later `ts`, a `waitFor`, or `times`";
                    self.report.error(jump.row, jump.raw, Problem::new(message).hint(hint));
                }
                (None, Some(end)) => {
                    let problem = Problem::new("the script loops with neither a wait nor time in it");
                    let hint = "end it with a line that lets time pass: {\"ts\":1000}";
                    self.report.error(end.row, end.raw, problem.hint(hint));
                }
                (None, None) => {}
            }
        }
    }

    /// Lines that nothing leads to.
    fn unreached(&mut self) {
        let count = self.lines.len();
        let mut reached = vec![false; count + 1];
        let mut todo = vec![0];
        while let Some(index) = todo.pop() {
            if std::mem::replace(&mut reached[index], true) {
                continue;
            }
            let Some(line) = self.lines.get(index) else { continue };
            todo.extend(line.targets().map(|target| target as usize));
            if line.leads_on() {
                todo.push(index + 1);
            }
        }
        let mut index = 0;
        while index < count {
            let length = reached[index..count].iter().take_while(|reached| !**reached).count();
            if length > 0 {
                let (first, last) = (self.lines[index].number, self.lines[index + length - 1].number);
                let message = match length {
                    1 => "this line is never reached".to_string(),
                    _ => format!("this line and those after it, to line {last}, are never reached"),
                };
                let before = index.checked_sub(1).map_or(0, |before| self.lines[before].number);
                let hint =
                    format!("line {before} ends the connection or goes elsewhere, and no `goto` leads here");
                self.report.line(Severity::Warning, first, Problem::new(message).hint(hint));
            }
            index += length.max(1);
        }
        if let Some(end) = self.ends.last().filter(|_| !reached[count] && count > 0) {
            let problem = Problem::new("the end of the script is never reached, so `onEnd` says nothing");
            self.report.warning(end.row, end.raw, problem.hint("take it away, or let the last line lead on"));
        }
    }

    fn unused(&mut self) {
        for label in self.labels.iter().filter(|label| !label.used) {
            let problem = Problem::new(format!("no `goto` uses the label `{}`", label.name));
            self.report.warning(label.row, label.raw, problem);
        }
    }
}

impl Line {
    fn lead_to(&mut self, way: Option<usize>, to: u32) {
        let crate::script::Action::Step(stage) = &mut self.action else { return };
        match (&mut stage.then, &mut stage.wait, way) {
            (_, Some(Wait::Branch(_, targets)), Some(way)) => targets[way] = to,
            (Then::Goto { target, .. }, _, None) => *target = to,
            _ => {}
        }
    }

    /// The lines that this one jumps to.
    fn targets(&self) -> impl Iterator<Item = u32> {
        let ways = match self.stage().and_then(|stage| stage.wait.as_ref()) {
            Some(Wait::Branch(_, targets)) => &targets[..],
            _ => &[],
        };
        let goto = match self.stage().map(|stage| &stage.then) {
            Some(Then::Goto { target, .. }) => Some(*target),
            _ => None,
        };
        ways.iter().copied().chain(goto)
    }
}

//! What a row has to keep to, whether it did, and how that is printed.
//!
//! - The well-behaved lose nothing: each message is answered, in order, within ten seconds, and none of them is
//!   cut off. A newcomer is served, or meets what the row says that it may meet.
//! - Those who abuse the server end as the row expects, each of them.
//! - Memory: the resident memory never grows by more than the row allows, which is what its connections may cost.
//! - Files: within 20 seconds after the row all file descriptors are given back.
//! - Threads: no more than 16 at any time, however many connections there are.
//! - The server lives, serves a newcomer afterwards, ends in order, and nothing in it has panicked.
//!
//! Latencies are told as ratios to those before, and judged by nothing: they are those of the machine, on which
//! whoever abuses, whoever behaves, and the server share the CPUs.

use std::fmt;
use std::time::Duration;

use crate::bystanders::Seen;
use crate::row::{Outcome, Row};
use crate::vitals::Vitals;

const THREADS: usize = 16;
/// What is not worth the name of growth: pages of the allocator, which keeps what has been used.
const SLACK: usize = 16 << 20;

/// All that is known of a row that has been run.
pub(crate) struct Report {
    pub(crate) row: &'static Row,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
    pub(crate) before: Seen,
    pub(crate) during: Seen,
    pub(crate) vitals_before: Vitals,
    pub(crate) peak: Vitals,
    pub(crate) after: Vitals,
    /// How long it took until the files were given back.
    pub(crate) recovered: Option<Duration>,
}

impl Report {
    /// Adds what is broken of the rules that all rows have.
    pub(crate) fn judge(mut self, memory: usize) -> Self {
        let (allowed, peak) = (self.vitals_before.resident + memory + SLACK, self.peak);
        let newcomers = [self.row.newcomers, &[crate::tally::End::Served]].concat();
        let strangers = self.during.newcomers.others(&newcomers);
        let outcome = &mut self.outcome;
        outcome.broken.append(&mut self.during.mishaps);
        outcome.broken.extend(self.before.mishaps.iter().map(|mishap| format!("before it: {mishap}")));
        outcome.rule(self.during.answered > 0, "no well-behaved client was answered");
        outcome.rule(strangers.is_empty(), format!("newcomers: {strangers}"));
        outcome.rule(
            peak.resident <= allowed,
            format!("{} MiB of memory, where {} are allowed", mib(peak.resident), mib(allowed)),
        );
        outcome.rule(self.recovered.is_some(), format!("{} files are still open", self.after.files));
        outcome.rule(peak.threads <= THREADS, format!("{} threads", peak.threads));
        self
    }

    pub(crate) fn is_kept(&self) -> bool {
        self.outcome.broken.is_empty()
    }

    fn verdict(&self) -> &'static str {
        if self.is_kept() { "kept" } else { "BROKEN" }
    }

    fn ratio(&self, of: fn(&Seen) -> Duration) -> f64 {
        of(&self.during).as_secs_f64() / of(&self.before).as_secs_f64().max(f64::MIN_POSITIVE)
    }
}

fn mib(bytes: usize) -> String {
    format!("{:.0}", bytes as f64 / f64::from(1 << 20))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outcome, during, before, vitals_before, peak, after, .. } = self;
        for (kind, tally) in &outcome.ends {
            writeln!(f, "- {kind}: {tally}")?;
        }
        for note in &outcome.notes {
            writeln!(f, "- {note}")?;
        }
        writeln!(
            f,
            "- well-behaved, for {:.0} s: {} messages answered; a burst of four took at worst {:.1} ms, {:.1} \
             times as long as before; the 99th of a hundred {:.1} ms, {:.1} times",
            self.took.as_secs_f64(),
            during.answered,
            during.worst().as_secs_f64() * 1e3,
            self.ratio(Seen::worst),
            during.usual_worst().as_secs_f64() * 1e3,
            self.ratio(Seen::usual_worst),
        )?;
        writeln!(f, "- newcomers: {}; before: {}", during.newcomers, before.newcomers)?;
        let [low, high, end] =
            [vitals_before, peak, after].map(|vitals| (mib(vitals.resident), vitals.threads, vitals.files));
        writeln!(f, "- memory before, at most, after: {}, {}, {} MiB", low.0, high.0, end.0)?;
        writeln!(f, "- threads: {}, {}, {}; files: {}, {}, {}", low.1, high.1, end.1, low.2, high.2, end.2)?;
        match self.recovered {
            Some(after) => writeln!(f, "- files were back {:.1} s after it", after.as_secs_f64())?,
            None => writeln!(f, "- files did not come back")?,
        }
        outcome.broken.iter().try_for_each(|broken| writeln!(f, "- BROKEN: {broken}"))?;
        write!(f, "- verdict: {}", self.verdict())
    }
}

/// All rows as a table.
pub(crate) fn table(reports: &[Report]) -> String {
    let mut out = String::from(
        "| row | how they ended | answered meanwhile | worst burst, ratio to before (99th) | newcomers, the longest \
         | MiB before, at most, after | files | |\n|---|---|---|---|---|---|---|---|\n",
    );
    for report in reports {
        let Report { outcome, during, vitals_before: low, peak, after, .. } = report;
        let ends: Vec<_> = outcome.ends.iter().map(|(kind, tally)| format!("{kind}: {tally}")).collect();
        out += &format!(
            "| {} | {} | {} | {:.1} ({:.1}) | {:.1} s | {}, {}, {} | {}, {}, {} | {} |\n",
            report.row.name,
            ends.join("; "),
            during.answered,
            report.ratio(Seen::worst),
            report.ratio(Seen::usual_worst),
            during.newcomers.longest().as_secs_f64(),
            mib(low.resident),
            mib(peak.resident),
            mib(after.resident),
            low.files,
            peak.files,
            after.files,
            report.verdict(),
        );
    }
    out
}

//! What the server used over time, and whether it grew.

use std::fmt;
use std::time::Duration;

use super::page;
use crate::server::Server;
use crate::vitals::Vitals;

/// What the server uses at one time, and what it says of itself.
pub(super) struct Sample {
    at: Duration,
    pub(super) vitals: Vitals,
    /// Open connections.
    pub(super) active: f64,
    /// Connections so far.
    opened: f64,
    /// Messages either way so far.
    messages: f64,
    /// Bytes in all queues.
    pub(super) queued: f64,
}

impl Sample {
    pub(super) fn take(at: Duration, server: &Server, metrics: u16) -> Self {
        let vitals = server.vitals();
        let page = page::scrape(metrics);
        let sum = |name: &str| page::sum(&page, &format!("mockforge_ws_{name}"));
        Self {
            at,
            vitals,
            active: sum("connections_active"),
            opened: sum("connections_total"),
            messages: sum("messages_sent_total") + sum("messages_received_total"),
            queued: sum("queue_bytes"),
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, vitals, active, opened, messages, queued } = self;
        write!(
            f,
            "{:5.0} s  {:6.2} MiB  {:3} threads  {:4} files  {active:4} open  {opened:7} connections  \
             {messages:9} messages  {queued} B queued",
            at.as_secs_f64(),
            vitals.resident as f64 / f64::from(1 << 20),
            vitals.threads,
            vitals.files,
        )
    }
}

/// All samples of a soak.
#[derive(Default)]
pub(super) struct Samples(Vec<Sample>);

type Figure = fn(&Sample) -> f64;

/// How much of itself a figure may grow by over the second half, which is more than the error of the fit, and
/// how much in any case.
const GROWTH: f64 = 0.03;

impl Samples {
    pub(super) fn push(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// Prints the slopes over the second half; gives what has grown.
    pub(super) fn judge(&self) -> Vec<String> {
        let half = &self.0[self.0.len() / 2..];
        let mut grown = Vec::new();
        let figures: [(&str, f64, Figure); 3] = [
            ("MiB", 1.0, |sample| sample.vitals.resident as f64 / f64::from(1 << 20)),
            ("threads", 1.0, |sample| sample.vitals.threads as f64),
            ("files", 8.0, |sample| sample.vitals.files as f64),
        ];
        for (name, slack, figure) in figures {
            let points: Vec<_> =
                half.iter().map(|sample| (sample.at.as_secs_f64() / 3600.0, figure(sample))).collect();
            let (mean, slope) = fit(&points);
            let hours =
                points.last().map_or(0.0, |last| last.0) - points.first().map_or(0.0, |first| first.0);
            println!("{name}: {mean:.2} on average, {slope:+.2} an hour over the second half");
            if slope * hours > slack.max(mean * GROWTH) {
                grown.push(format!("{name} grew by {:.2} over the second half", slope * hours));
            }
        }
        grown
    }
}

/// The mean, and the slope of the line through these points that is nearest by least squares.
fn fit(points: &[(f64, f64)]) -> (f64, f64) {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let variance: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    (y, if variance > 0.0 { covariance / variance } else { 0.0 })
}

//! A recorder that keeps its series in memory of bounded size, and writes the page that Prometheus scrapes (text
//! format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::family;

/// The families by name.
#[derive(Default)]
pub(super) struct Page(Mutex<BTreeMap<String, Family>>);

#[derive(Default)]
struct Family {
    help: SharedString,
    kind: &'static str,
    /// By their labels, as they are written.
    series: BTreeMap<String, Series>,
}

enum Series {
    Counter(Arc<AtomicU64>),
    /// The bits of an `f64`.
    Gauge(Arc<AtomicU64>),
    Histogram(Arc<Buckets>),
}

impl Page {
    /// The page: families by name, series by labels. A family without series is left out.
    pub(super) fn render(&self) -> String {
        let mut page = String::new();
        for (name, Family { help, kind, series }) in self.families().iter() {
            if !series.is_empty() {
                let _ = writeln!(page, "# HELP {name} {}\n# TYPE {name} {kind}", escaped(help, false));
            }
            for (labels, series) in series {
                // Writing into memory does not fail.
                let _ = match series {
                    Series::Counter(value) => {
                        writeln!(page, "{name}{} {}", braced(labels), value.load(Ordering::Relaxed))
                    }
                    Series::Gauge(bits) => {
                        let value = f64::from_bits(bits.load(Ordering::Relaxed));
                        writeln!(page, "{name}{} {value}", braced(labels))
                    }
                    Series::Histogram(buckets) => buckets.write(&mut page, name, labels),
                };
            }
        }
        page
    }

    fn families(&self) -> MutexGuard<'_, BTreeMap<String, Family>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, kind: &'static str, help: SharedString) {
        let mut families = self.families();
        let family = families.entry(name.as_str().to_string()).or_default();
        (family.help, family.kind) = (help, kind);
    }

    /// The series of a key, made by the first who asks.
    fn series<T>(
        &self,
        key: &Key,
        make: impl FnOnce() -> Series,
        found: impl FnOnce(&Series) -> Option<T>,
    ) -> Option<T> {
        let labels =
            key.labels().map(|label| format!("{}=\"{}\"", label.key(), escaped(label.value(), true)));
        let labels = labels.collect::<Vec<_>>().join(",");
        let mut families = self.families();
        let family = families.entry(key.name().to_string()).or_default();
        found(family.series.entry(labels).or_insert_with(make))
    }
}

impl Recorder for Page {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, "counter", help);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, "gauge", help);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, help: SharedString) {
        self.describe(&name, "histogram", help);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let found = |series: &Series| match series {
            Series::Counter(value) => Some(Counter::from_arc(Arc::clone(value))),
            Series::Gauge(_) | Series::Histogram(_) => None,
        };
        self.series(key, || Series::Counter(Arc::default()), found).unwrap_or_else(Counter::noop)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let found = |series: &Series| match series {
            Series::Gauge(bits) => Some(Gauge::from_arc(Arc::clone(bits))),
            Series::Counter(_) | Series::Histogram(_) => None,
        };
        self.series(key, || Series::Gauge(Arc::default()), found).unwrap_or_else(Gauge::noop)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let found = |series: &Series| match series {
            Series::Histogram(buckets) => Some(Histogram::from_arc(Arc::clone(buckets))),
            Series::Counter(_) | Series::Gauge(_) => None,
        };
        let make = || Series::Histogram(Arc::new(Buckets::new(family::bounds(key.name()))));
        self.series(key, make, found).unwrap_or_else(Histogram::noop)
    }
}

/// A histogram with fixed buckets.
struct Buckets {
    bounds: &'static [f64],
    /// One more than there are bounds, for what is beyond them all; each counts its own alone.
    counts: Box<[AtomicU64]>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

impl Buckets {
    fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    fn write(&self, page: &mut String, name: &str, labels: &str) -> std::fmt::Result {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        for (index, bucket) in self.counts.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            let bound = self.bounds.get(index).map_or_else(|| "+Inf".to_string(), f64::to_string);
            writeln!(page, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}")?;
        }
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        let labels = braced(labels);
        writeln!(page, "{name}_sum{labels} {sum}\n{name}_count{labels} {count}")
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        // They are few: looking at all of them is quicker than branches that nobody can foresee.
        let bucket = self.bounds.iter().filter(|bound| **bound < value).count();
        self.counts[bucket].fetch_add(count as u64, Ordering::Relaxed);
        let sum = value * count as f64;
        let add = |bits| Some((f64::from_bits(bits) + sum).to_bits());
        let _ = self.sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

fn braced(labels: &str) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{labels}}}") }
}

/// A help text or, within quotes, the value of a label.
fn escaped(text: &str, quoted: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quoted { text.replace('"', "\\\"") } else { text }
}

#[cfg(test)]
mod tests {
    use ::metrics::Label;

    use super::*;
    use crate::metrics::family::METADATA;

    #[test]
    fn the_page_is_in_order_and_escaped() {
        let page = Page::default();
        page.describe_counter("b_total".into(), None, "Two\nlines, and a \\.".into());
        page.describe_gauge("a".into(), None, "First.".into());
        page.describe_gauge("unused".into(), None, "Nowhere.".into());
        let labelled = |value: &'static str| Key::from_parts("b_total", vec![Label::new("route", value)]);
        page.register_counter(&labelled("/\"\\\n"), &METADATA).increment(2);
        page.register_counter(&labelled("/a"), &METADATA).increment(1);
        page.register_counter(&labelled("/a"), &METADATA).increment(1);
        page.register_gauge(&"a".into(), &METADATA).set(0.5);
        assert_eq!(
            page.render(),
            "# HELP a First.\n# TYPE a gauge\na 0.5\n\
             # HELP b_total Two\\nlines, and a \\\\.\n# TYPE b_total counter\n\
             b_total{route=\"/\\\"\\\\\\n\"} 2\nb_total{route=\"/a\"} 2\n"
        );
    }

    #[test]
    fn a_bucket_has_what_is_as_small_as_its_bound() {
        let buckets = Buckets::new(&[1.0, 10.0]);
        for value in [0.5, 1.0, 1.5, 10.0, 11.0] {
            buckets.record(value);
        }
        let mut page = String::new();
        buckets.write(&mut page, "size", "a=\"b\"").unwrap();
        assert_eq!(
            page,
            "size_bucket{a=\"b\",le=\"1\"} 2\nsize_bucket{a=\"b\",le=\"10\"} 4\nsize_bucket{a=\"b\",le=\"+Inf\"} 5\n\
             size_sum{a=\"b\"} 24\nsize_count{a=\"b\"} 5\n"
        );
    }
}

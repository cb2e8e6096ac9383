//! Where two JSON values part, in the words of a near miss.

use serde_json::{Map, Value};

use crate::json;
use crate::show;
use mockforge_ws_diagnostic::closest;

/// The most telling difference between a value that was wanted and the one that came, or `None` where they
/// are the same. The order of keys is of no account, and 1 is the same as 1.0.
///
/// ```
/// use mockforge_ws_match::json_difference;
/// use serde_json::json;
///
/// let wanted = json!({ "type": "order", "items": [{ "price": 4 }, { "price": 5 }] });
/// let got = json!({ "items": [{ "price": 4 }, { "price": 6 }], "type": "order" });
/// assert_eq!(json_difference(&wanted, &got).as_deref(), Some("$.items[1].price: wanted 5, got 6"));
/// assert_eq!(json_difference(&json!([1]), &json!([1.0])), None);
/// ```
pub fn json_difference(wanted: &Value, got: &Value) -> Option<String> {
    compare(wanted, got, Extent::Whole).text()
}

/// How much of the value that came has to be as wanted.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Extent {
    /// All of it.
    Whole,
    /// What is wanted; objects may have more members.
    Subset,
}

/// What a comparison has found.
#[derive(Default)]
pub(crate) struct Comparison {
    first: Option<(Rank, String)>,
    differences: usize,
    /// How many scalars and empty containers were wanted, and how many of them came.
    wanted: usize,
    came: usize,
}

/// How telling a difference is: a value that differs says more than one that is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Differs,
    Missing,
    Extra,
}

impl Comparison {
    /// `$.symbol: wanted AAPL, got aapl`, with how many more there are.
    pub(crate) fn text(&self) -> Option<String> {
        let (_, text) = self.first.as_ref()?;
        Some(match self.differences {
            1 => text.clone(),
            more => format!("{text} (and {} more)", show::counted(more - 1, "difference")),
        })
    }

    /// The share of what was wanted that came, from 0.0 to 1.0.
    pub(crate) fn share(&self) -> f64 {
        self.came as f64 / self.wanted.max(1) as f64
    }

    fn differs(&mut self, rank: Rank, text: impl FnOnce() -> String) {
        self.differences += 1;
        if self.first.as_ref().is_none_or(|(first, _)| rank < *first) {
            self.first = Some((rank, text()));
        }
    }
}

pub(crate) fn compare(wanted: &Value, got: &Value, extent: Extent) -> Comparison {
    let mut comparison = Comparison::default();
    values(wanted, got, extent, &mut "$".to_string(), &mut comparison);
    comparison
}

fn values(wanted: &Value, got: &Value, extent: Extent, path: &mut String, found: &mut Comparison) {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => objects(wanted, got, extent, path, found),
        (Value::Array(wanted), Value::Array(got)) => {
            if wanted.len() != got.len() {
                found.differs(Rank::Differs, || {
                    format!("{path}: wanted {}, got {}", show::counted(wanted.len(), "element"), got.len())
                });
            }
            for (index, wanted) in wanted.iter().enumerate() {
                match got.get(index) {
                    Some(got) => {
                        within(path, &format!("[{index}]"), |path| values(wanted, got, extent, path, found));
                    }
                    None => found.wanted += leaves(wanted),
                }
            }
        }
        (wanted, got) => {
            found.wanted += leaves(wanted);
            if json::same(wanted, got) {
                found.came += 1;
            } else {
                found.differs(Rank::Differs, || {
                    format!("{path}: wanted {}, got {}", show::bare(wanted, got), show::bare(got, wanted))
                });
            }
        }
    }
}

fn objects(
    wanted: &Map<String, Value>,
    got: &Map<String, Value>,
    extent: Extent,
    path: &mut String,
    found: &mut Comparison,
) {
    let extra = || got.iter().filter(|(key, _)| !wanted.contains_key(*key));
    for (key, wanted) in wanted {
        match got.get(key) {
            Some(got) => within(path, &show::member(key), |path| {
                values(wanted, got, extent, path, found);
            }),
            None => {
                found.wanted += leaves(wanted);
                found.differs(Rank::Missing, || {
                    let near = closest(key, extra().map(|(key, _)| key.as_str()));
                    let near =
                        near.map(|near| format!(" (there is `{}`)", show::clipped(near))).unwrap_or_default();
                    format!(
                        "{path}{}: wanted {}, got nothing{near}",
                        show::member(key),
                        show::bare(wanted, wanted)
                    )
                });
            }
        }
    }
    if extent == Extent::Whole {
        for (key, got) in extra() {
            found.differs(Rank::Extra, || {
                format!("{path}{}: wanted nothing, got {}", show::member(key), show::bare(got, got))
            });
        }
    }
    if wanted.is_empty() {
        found.wanted += 1;
        found.came += usize::from(extent == Extent::Subset || got.is_empty());
    }
}

/// Calls `then` with the path one step longer.
fn within(path: &mut String, step: &str, then: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push_str(step);
    then(path);
    path.truncate(length);
}

/// The scalars and empty containers in a value.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(members) if !members.is_empty() => members.values().map(leaves).sum(),
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

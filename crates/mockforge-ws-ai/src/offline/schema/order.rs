//! Which numbers of an object are never above which others: a bid and its ask, a low and its high.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::offline::heard::fold;

/// The keyword by which an inferred schema says so: a list of pairs of names.
pub(super) const KEYWORD: &str = "x-mockforge-order";

/// Pairs for which one example is enough.
const KNOWN: [(&str, &str); 8] = [
    ("bid", "ask"),
    ("bidprice", "askprice"),
    ("b", "a"),
    ("low", "high"),
    ("l", "h"),
    ("min", "max"),
    ("from", "to"),
    ("start", "end"),
];
/// How many examples it takes for others.
const ENOUGH: usize = 4;
/// Among how many numbers of an object pairs are looked for.
const MOST_MEMBERS: usize = 24;

/// The pairs of members that stand in that order in all of these objects, and whose values are near enough for that
/// to mean something: some value of the one is above some of the other.
pub(super) fn found(objects: &[&Map<String, Value>]) -> Option<Value> {
    let first = objects.first()?;
    let numbers = |name: &String| -> Option<Vec<f64>> {
        objects.iter().map(|object| object.get(name).and_then(Value::as_f64)).collect()
    };
    let members: Vec<(&String, Vec<f64>)> =
        first.keys().filter_map(|name| Some((name, numbers(name)?))).take(MOST_MEMBERS).collect();
    let mut pairs = Vec::new();
    for (low, lows) in &members {
        for (high, highs) in &members {
            let known = KNOWN.contains(&(&fold(low), &fold(high)));
            let overlap = lows.iter().any(|low| highs.iter().any(|high| low > high));
            let below = lows.iter().zip(highs).all(|(low, high)| low <= high) && lows != highs;
            if below && (known || overlap && objects.len() >= ENOUGH) {
                pairs.push(json!([low, high]));
            }
        }
    }
    (!pairs.is_empty()).then(|| pairs.into())
}

/// Changes numbers of an object that are the wrong way round.
pub(super) fn keep(pairs: &Value, object: &mut Map<String, Value>) {
    let pairs: Vec<(&str, &str)> = pairs
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?)))
        .collect();
    // Each change puts a smaller number lower, so that chains are in order after as many rounds as they have members.
    let rounds = pairs.iter().flat_map(|(low, high)| [low, high]).collect::<HashSet<_>>().len();
    for _ in 0..rounds {
        for (low, high) in &pairs {
            let number = |name: &str| object.get(name).and_then(Value::as_f64);
            if let (Some(one), Some(other)) = (number(low), number(high))
                && one > other
            {
                let (one, other) = (object[*low].clone(), object[*high].clone());
                object[*low] = other;
                object[*high] = one;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(examples: &[Value]) -> Value {
        let objects: Vec<_> = examples.iter().filter_map(Value::as_object).collect();
        found(&objects).unwrap_or_default()
    }

    #[test]
    fn what_is_always_below_is_found() {
        let quote = |bid: f64, ask: f64, n: u64| json!({ "bid": bid, "ask": ask, "n": n });
        assert_eq!(order(&[quote(1.0, 2.0, 7)]), json!([["bid", "ask"]]));
        assert_eq!(order(&[quote(2.0, 1.0, 7)]), json!(null), "there it is not so");
        let bar = |x: f64, y: f64, n: u64| json!({ "x": x, "y": y, "n": n });
        let few = [bar(1.0, 2.0, 900), bar(3.0, 4.0, 901), bar(2.0, 5.0, 902)];
        assert_eq!(order(&few), json!(null), "three may be chance");
        let enough = [few.to_vec(), vec![bar(4.0, 4.0, 903)]].concat();
        assert_eq!(order(&enough), json!([["x", "y"]]), "and `n` is far from both");
        assert_eq!(order(&[json!({ "bid": 1, "ask": "2" })]), json!(null));
    }

    #[test]
    fn chains_are_put_in_order() {
        let mut object = json!({ "low": 9, "open": 7.5, "high": 1, "note": "x" });
        let pairs =
            json!([["low", "open"], ["low", "high"], ["open", "high"], ["low", "note"], ["gone", "low"], 3]);
        keep(&pairs, object.as_object_mut().expect("an object"));
        assert_eq!(object, json!({ "low": 1, "open": 7.5, "high": 9, "note": "x" }));
    }
}

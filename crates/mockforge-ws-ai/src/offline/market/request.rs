//! What a client's message asks of a market: `{"op":"subscribe","symbol":"MSFT"}`, "buy 10 AAPL at market".

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::narrative::numeral::{self, NUMERAL};
use crate::narrative::symbols;
use crate::offline::heard::{Heard, fold};

/// How many instruments a message may name.
const MOST_NAMED: usize = 16;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    Subscribe(Vec<String>),
    Unsubscribe(Vec<String>),
    Fill { id: Value, symbol: Option<String>, side: &'static str, size: i64 },
}

impl Request {
    /// The type of the event that answers it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Subscribe(_) => "subscribed",
            Self::Unsubscribe(_) => "unsubscribed",
            Self::Fill { .. } => "fill",
        }
    }
}

/// The number of an order in words: `10 AAPL`, `a hundred shares`.
static SIZE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)(?:^|\s)(?<n>{NUMERAL})(?:\s|$)")).expect("it is well-formed")
});

/// What a message asks for; none where it asks for nothing.
pub(super) fn of(heard: &Heard) -> Option<Request> {
    let verb = heard.verb();
    let names =
        ["symbol", "symbols", "ticker", "tickers", "instrument", "pair", "productid", "productids", "s"];
    let named: Vec<String> =
        heard.texts(&names).into_iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let side = heard.text(&["side"]).unwrap_or(&verb).to_lowercase();
    if verb.starts_with("unsub") && !named.is_empty() {
        Some(Request::Unsubscribe(named))
    } else if verb.starts_with("sub") && !named.is_empty() {
        Some(Request::Subscribe(named))
    } else if ["buy", "sell"].contains(&side.as_str()) || verb.contains("order") {
        let size = heard.number(&["size", "qty", "quantity", "amount", "shares"]).unwrap_or(1.0);
        Some(fill(heard, &side, named.into_iter().next(), size))
    } else {
        of_text(heard.said()?, heard)
    }
}

/// What a sentence asks for by its verb.
fn of_text(said: &str, heard: &Heard) -> Option<Request> {
    let verbs = ["buy", "sell", "subscribe", "unsubscribe", "watch", "unwatch"];
    let verb = said.split_whitespace().map(fold).find(|word| verbs.contains(&word.as_str()))?;
    let mut named = named(said);
    match verb.as_str() {
        "buy" | "sell" => {
            let size = SIZE.captures(said).and_then(|size| numeral::value(&size["n"]));
            let symbol = if named.is_empty() { None } else { Some(named.remove(0)) };
            Some(fill(heard, &verb, symbol, size.unwrap_or(1.0)))
        }
        _ if named.is_empty() => None,
        "subscribe" | "watch" => Some(Request::Subscribe(named)),
        _ => Some(Request::Unsubscribe(named)),
    }
}

/// Instruments by ticker or by name; known tickers in small letters too.
fn named(said: &str) -> Vec<String> {
    let found = symbols(said);
    let found = if found.is_empty() { symbols(&said.to_uppercase()) } else { found };
    let is_known = |symbol: &String| {
        said.contains(symbol) || crate::bank::INSTRUMENTS.iter().any(|(known, ..)| known == symbol)
    };
    found.into_iter().filter(is_known).take(MOST_NAMED).collect()
}

fn fill(heard: &Heard, side: &str, symbol: Option<String>, size: f64) -> Request {
    Request::Fill {
        id: heard.reference(),
        symbol,
        side: if side == "sell" { "sell" } else { "buy" },
        size: size.clamp(1.0, 1e9) as i64,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sentences_are_orders_and_subscriptions() {
        let fill = |symbol: Option<&str>, side, size| {
            Some(Request::Fill { id: Value::Null, symbol: symbol.map(ToString::to_string), side, size })
        };
        let list = |symbols: &[&str]| symbols.iter().map(ToString::to_string).collect();
        for (said, expect) in [
            ("buy 10 AAPL at market", fill(Some("AAPL"), "buy", 10)),
            ("Please sell a hundred ACME", fill(Some("ACME"), "sell", 100)),
            ("buy 2 bitcoin", fill(Some("BTC-USD"), "buy", 2)),
            ("buy 5 msft", fill(Some("MSFT"), "buy", 5)),
            ("BUY 7", fill(None, "buy", 7)),
            ("sell", fill(None, "sell", 1)),
            ("subscribe MSFT", Some(Request::Subscribe(list(&["MSFT"])))),
            ("Subscribe to MSFT and EUR/USD", Some(Request::Subscribe(list(&["MSFT", "EUR/USD"])))),
            ("unsubscribe from MSFT", Some(Request::Unsubscribe(list(&["MSFT"])))),
            ("subscribe", None),
            ("hello", None),
            ("what is AAPL?", None),
        ] {
            assert_eq!(of(&Heard::read(&json!(said))), expect, "{said}");
        }
    }
}

//! What a client's message asks of an order desk.

use serde_json::Value;

use super::sentence;
use super::wish::{self, Wish};
use crate::narrative::words::Words;
use crate::offline::heard::Heard;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    Place {
        /// The client's id of the order.
        id: Value,
        customer: Option<String>,
        wishes: Vec<Wish>,
        /// Of an order that does not say what it is of.
        quantity: Option<i64>,
    },
    Status(Which),
    Cancel(Which),
    Menu(Vec<Wish>),
    /// Nothing that was understood; with the id of the message.
    Other(Value),
}

/// An order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Which {
    /// The client's last one.
    Last,
    Named(Value),
}

impl Request {
    /// The type of the event that answers it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Place { .. } => "order_created",
            Self::Status(_) => "order_status",
            Self::Cancel(_) => "order_cancelled",
            Self::Menu(_) => "menu",
            Self::Other(_) => "error",
        }
    }
}

const IDS: &[&str] = &["orderid", "ordernumber", "id", "clientorderid", "ref", "requestid"];
/// Verbs that want no answer of a desk.
const SILENT: &[&str] = &["ping", "pong", "heartbeat", "ack", "typing", "read", "subscribe", "auth", "login"];
/// Verbs with which a text is sent.
const SPOKEN: &[&str] = &["", "message", "chat", "chatmessage", "text", "say", "msg", "usermessage", "send"];
const CANCELS: &[&str] = &["cancel", "never mind", "nevermind", "forget it", "changed my mind"];
const STATUS: &[&str] = &[
    "status",
    "where is",
    "where's",
    "where are",
    "how much",
    "how long",
    "what did i order",
    "what do i owe",
    "total",
    "the bill",
    "my bill",
    "check please",
    "track my",
    "track it",
    "track order",
    "my tracking",
    "eta",
    "is it ready",
    "order ready",
    "when will",
    "when is",
    "how is my",
    "what about my order",
    "has my",
    "is my order",
];
const MENU: &[&str] = &[
    "menu",
    "do you have",
    "what do you sell",
    "what do you offer",
    "what have you got",
    "what can i order",
    "what can i get",
    "your prices",
    "price list",
    "catalogue",
    "catalog",
];
/// Courtesies that are no request.
const COURTESIES: &[&str] = &[
    "thanks",
    "thank you",
    "thx",
    "bye",
    "goodbye",
    "ok",
    "okay",
    "great",
    "perfect",
    "yes",
    "no",
    "cheers",
];

/// What a message asks for; none where it asks for nothing.
pub(super) fn of(heard: &Heard, is_known: impl Fn(&str) -> bool + Copy) -> Option<Request> {
    let verb = heard.verb();
    let has = |words: &[&str]| words.iter().any(|word| verb.contains(word));
    if SILENT.contains(&verb.as_str()) {
        return None;
    }
    let mut wishes = wish::of_members(heard);
    if wishes.is_empty()
        && SPOKEN.contains(&verb.as_str())
        && let Some(said) = heard.said()
    {
        return of_text(said, heard, is_known);
    }
    let named = || match heard.value(IDS) {
        Some(id) if !id.is_null() => Which::Named(id.clone()),
        _ => Which::Last,
    };
    if has(&["cancel"]) {
        return Some(Request::Cancel(named()));
    }
    if has(&["status", "track", "getorder", "vieworder", "showorder", "whereis"]) {
        return Some(Request::Status(named()));
    }
    if has(&["menu", "catalog", "listproducts", "getproducts", "getitems", "listitems"]) {
        return Some(Request::Menu(Vec::new()));
    }
    let places = has(&["order", "buy", "place", "purchase", "checkout"]);
    if places
        && wishes.is_empty()
        && let Some(said) = heard.said().or_else(|| heard.text(&["order"]))
    {
        wishes = sentence::of_text(said, true, is_known);
    }
    if places || !wishes.is_empty() {
        return Some(place(heard, wishes));
    }
    Some(Request::Other(heard.reference()))
}

fn of_text(said: &str, heard: &Heard, is_known: impl Fn(&str) -> bool + Copy) -> Option<Request> {
    let words = Words::of(&said.replace('’', "'"));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.has(phrase));
    if has(CANCELS) {
        return Some(Request::Cancel(named_in(said)));
    }
    if has(&["how much", "what costs", "price", "cost"]) {
        let asked = priced(said).map_or_else(Vec::new, |name| sentence::of_text(name, true, is_known));
        if !asked.is_empty() && asked.iter().all(|wish| is_known(&wish.name)) {
            return Some(Request::Menu(asked));
        }
    }
    if has(STATUS) {
        return Some(Request::Status(named_in(said)));
    }
    if has(MENU) {
        return Some(Request::Menu(Vec::new()));
    }
    let wishes = sentence::of_text(said, false, is_known);
    if !wishes.is_empty() {
        return Some(place(heard, wishes));
    }
    let courteous = has(COURTESIES) && said.split_whitespace().count() < 5;
    (!courteous).then(|| Request::Other(heard.reference()))
}

fn place(heard: &Heard, wishes: Vec<Wish>) -> Request {
    let customer = heard.text(&["customer", "user", "username", "customername"]);
    // An item may be an object, and then the name is its own.
    let name =
        heard.text(&["name"]).filter(|name| wishes.iter().all(|wish| !wish.name.eq_ignore_ascii_case(name)));
    Request::Place {
        id: heard.value(IDS).cloned().unwrap_or(Value::Null),
        customer: customer.or(name).map(ToString::to_string),
        quantity: wish::quantity(heard),
        wishes,
    }
}

/// What a question for a price is about: "how much is a latte?", "the price of two lattes".
fn priced(said: &str) -> Option<&str> {
    const BEFORE: &[&str] =
        &["how much is ", "how much are ", "how much does ", "how much do ", "price of ", "cost of "];
    let lower = said.to_ascii_lowercase();
    let start = BEFORE.iter().find_map(|phrase| lower.find(phrase).map(|at| at + phrase.len()))?;
    let rest = said.get(start..)?.trim_end_matches(['?', '!', '.', ' ']);
    let rest = rest.strip_suffix(" cost").unwrap_or(rest);
    let articles = ["a ", "an ", "the ", "one "];
    Some(articles.iter().find_map(|article| rest.strip_prefix(article)).unwrap_or(rest))
}

/// The order whose number stands in a text: "where is ord-1042?", "cancel order 1042".
fn named_in(said: &str) -> Which {
    let mut before = "";
    for word in said.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let has_digit = bare.contains(|c: char| c.is_ascii_digit());
        let told = ["order", "number", "no", "id"].iter().any(|word| before.eq_ignore_ascii_case(word));
        if has_digit && (told || word.starts_with('#') || bare.contains(['-', '_'])) {
            return Which::Named(bare.into());
        }
        before = bare;
    }
    Which::Last
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_ask_for_something_or_for_nothing() {
        let known = |name: &str| ["latte", "tea"].contains(&name);
        for (message, expect) in [
            (json!("a latte please"), "order_created"),
            (json!({ "text": "two lattes please" }), "order_created"),
            (json!({ "type": "order", "text": "latte" }), "order_created"),
            (json!({ "item": "latte", "message": "no sugar" }), "order_created"),
            (json!({ "action": "checkout" }), "order_created"),
            (json!("where is my order?"), "order_status last"),
            (json!("Where’s my latte"), "order_status last"),
            (json!("how much is it?"), "order_status last"),
            (json!("what is the status of ord-1042?"), "order_status \"ord-1042\""),
            (json!({ "type": "order_status", "order_id": 7 }), "order_status 7"),
            (json!({ "action": "status" }), "order_status last"),
            (json!("please cancel my order"), "order_cancelled last"),
            (json!("cancel order 1042"), "order_cancelled \"1042\""),
            (json!({ "op": "cancel", "id": "a1" }), "order_cancelled \"a1\""),
            (json!("what do you have?"), "menu"),
            (json!("how much is a latte?"), "menu"),
            (json!({ "type": "get_menu" }), "menu"),
            (json!("hello there"), "error"),
            (json!({ "type": "dance", "id": 3 }), "error"),
            (json!([]), "error"),
            (json!("thank you!"), "none"),
            (json!({ "type": "ping" }), "none"),
        ] {
            let request = of(&Heard::read(&message), known);
            let which = match &request {
                Some(Request::Status(which) | Request::Cancel(which)) => match which {
                    Which::Last => " last".to_string(),
                    Which::Named(id) => format!(" {id}"),
                },
                _ => String::new(),
            };
            let kind = request.as_ref().map_or("none", Request::kind);
            assert_eq!(format!("{kind}{which}"), expect, "{message}");
        }
    }
}

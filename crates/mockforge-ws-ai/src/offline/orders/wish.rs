//! What a client orders, line by line, as the members of a message say it.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::noun::singular;
use super::sentence::of_text;
use crate::narrative::numeral::{self, NUMERAL};
use crate::offline::heard::Heard;

/// How many lines an order has at most, how many of a thing, and how long a name may be.
pub(super) const MOST_LINES: usize = 16;
const MOST_OF_ONE: f64 = 1000.0;
const MOST_CHARS: usize = 60;

/// A line of an order as the client asks for it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    pub(super) name: String,
    pub(super) sku: Option<String>,
    pub(super) quantity: i64,
    /// In cents.
    pub(super) price: Option<i64>,
}

/// `2 `, `2x `, `a couple of `
static QUANTITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"^(?i)(?<n>{NUMERAL}|another)(?:\s*[x×])?\s+(?<rest>\S.*)$"))
        .expect("it is well-formed")
});
/// `x2 latte`
static TIMES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[x×]\s?(?<n>\d{1,9})\s+(?<rest>\S.*)$").expect("it is well-formed"));
/// `latte x2`
static BY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?<rest>\S.*?)\s+[x×]\s?(?<n>\d{1,9})$").expect("it is well-formed"));
/// The lines that a message's members ask for.
pub(super) fn of_members(heard: &Heard) -> Vec<Wish> {
    const LISTS: &[&str] =
        &["items", "lines", "lineitems", "products", "cart", "basket", "dishes", "drinks", "articles"];
    const NAMES: &[&str] =
        &["item", "product", "productname", "sku", "dish", "drink", "article", "productid"];
    // A word alone may be the id of an order.
    let order = heard.value(&["order"]).filter(|order| match order {
        Value::String(text) => text.contains(' '),
        order => order.is_array(),
    });
    let listed = match heard.value(LISTS).or(order) {
        Some(Value::String(text)) => return of_text(text, true, |_| false),
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    let listed: Vec<Wish> = listed.iter().filter_map(|item| of_value(item, None)).take(MOST_LINES).collect();
    if !listed.is_empty() {
        return listed;
    }
    let quantity = heard.number(QUANTITIES);
    let wish = heard.list(NAMES).first().and_then(|item| of_value(item, quantity));
    let Some(mut wish) = wish else { return Vec::new() };
    wish.price = wish.price.or_else(|| heard.number(PRICES).map(cents));
    wish.sku = wish.sku.or_else(|| heard.text(&["sku"]).map(clip));
    vec![wish]
}

/// The quantity that a message's members say.
pub(super) fn quantity(heard: &Heard) -> Option<i64> {
    heard.number(QUANTITIES).filter(|quantity| *quantity >= 1.0).map(whole)
}

const QUANTITIES: &[&str] = &["quantity", "qty", "count", "amount"];
const PRICES: &[&str] = &["price", "unitprice"];

/// An element of a list of items: a name, or an object that has one. Beside a quantity a name is taken as it is.
fn of_value(value: &Value, quantity: Option<f64>) -> Option<Wish> {
    let named = |name: &str, quantity: Option<f64>| match quantity {
        Some(quantity) => line(quantity, name),
        None => {
            let (quantity, name) = counted(name.trim());
            line(quantity.unwrap_or(1.0), name)
        }
    };
    if let Some(text) = value.as_str() {
        return named(text, quantity);
    }
    let item = Heard::read(value.as_object().map(|_| value)?);
    let sku = item.text(&["sku", "id", "productid", "code"]).map(clip);
    let name = item.text(&["name", "item", "product", "productname", "title", "dish", "drink", "article"]);
    let mut wish = named(name.or(sku.as_deref())?, item.number(QUANTITIES).or(quantity))?;
    wish.sku = sku;
    wish.price = item.number(PRICES).map(cents);
    Some(wish)
}

/// The number before or after a name, and the name.
pub(super) fn counted(text: &str) -> (Option<f64>, &str) {
    for pattern in [&*TIMES, &*BY] {
        if let Some(found) = pattern.captures(text) {
            let rest = found.name("rest").map_or("", |rest| rest.as_str());
            return (found["n"].parse().ok(), rest);
        }
    }
    let mut number: Option<f64> = None;
    let mut rest = text;
    // "half a dozen"
    while number.is_none_or(|number| number < 1.0)
        && let Some(found) = QUANTITY.captures(rest)
    {
        // Another is one.
        let more = numeral::value(&found["n"]).unwrap_or(1.0);
        number = Some(number.unwrap_or(1.0) * more);
        rest = found.name("rest").map_or("", |rest| rest.as_str());
        if more <= 0.0 {
            break;
        }
    }
    (number, rest)
}

pub(super) fn line(quantity: f64, name: &str) -> Option<Wish> {
    let name = name.trim().trim_matches(['"', '\'', '.', ',', ':', '*', '-', ' ']);
    let quantity = whole(quantity);
    let name = clip(&if quantity > 1 { singular(name) } else { name.to_string() });
    name.contains(char::is_alphanumeric).then_some(Wish { name, sku: None, quantity, price: None })
}

fn whole(quantity: f64) -> i64 {
    quantity.clamp(1.0, MOST_OF_ONE) as i64
}

fn cents(price: f64) -> i64 {
    (price.clamp(0.0, 1e6) * 100.0).round() as i64
}

pub(super) fn clip(text: &str) -> String {
    text.chars().take(MOST_CHARS).collect::<String>().trim().to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn shown(wishes: &[Wish]) -> String {
        let line = |wish: &Wish| {
            let sku = wish.sku.as_ref().map(|sku| format!(" [{sku}]")).unwrap_or_default();
            let price = wish.price.map(|price| format!(" @{price}")).unwrap_or_default();
            format!("{} {}{sku}{price}", wish.quantity, wish.name)
        };
        wishes.iter().map(line).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn members_are_read_as_orders() {
        for (message, expect) in [
            (json!({ "items": ["latte", "2 bagels"] }), "1 latte | 2 bagel"),
            (json!({ "items": "two lattes and a bagel" }), "2 latte | 1 bagel"),
            (
                json!({ "items": [{ "name": "flat whites", "quantity": 2 }, { "sku": "ESP", "qty": "3", "price": 2.5 }, 7] }),
                "2 flat white | 3 ESP [ESP] @250",
            ),
            (json!({ "order": ["latte", "tea"] }), "1 latte | 1 tea"),
            (json!({ "order": "one latte" }), "1 latte"),
            (json!({ "order": "ord-7" }), ""),
            (json!({ "item": "flat white", "quantity": 2 }), "2 flat white"),
            (json!({ "order": { "dish": "ramen", "qty": -4 } }), "1 ramen"),
            (json!({ "item": { "name": "tea", "price": 1e300 }, "quantity": 2 }), "2 tea @100000000"),
            (json!({ "product": "12 inch pizza", "count": 1 }), "1 12 inch pizza"),
            (json!({ "drink": "", "quantity": 2 }), ""),
            (json!({ "items": [{}, null, [], "!"] }), ""),
        ] {
            assert_eq!(shown(&of_members(&Heard::read(&message))), expect, "{message}");
        }
    }
}

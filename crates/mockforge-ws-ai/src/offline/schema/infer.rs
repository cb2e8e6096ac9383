//! The schema that examples suggest: same members, same types, and `examples` to draw from.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::TYPE_NAMES;
use super::fact::{is_date_time, is_id, is_time};
use super::number;
use super::order;
use super::text::{is_date, is_uuid};
use crate::Narrative;
use crate::offline::heard::fold;

/// How many examples are looked at, and how many values of a member are kept.
const MOST_EXAMPLES: usize = 500;
const MOST_VALUES: usize = 50;
/// A member with no more distinct texts than this may be a choice of these.
const MOST_CHOICES: usize = 12;
/// Members that are a choice however few examples there are.
const CHOICES: &str = "type,event,eventtype,kind,action,op,method,status,state,side,level,severity,currency,unit,channel,category,\
    stage,phase,direction,source,topic,version,priority,region,mode";

/// A schema that the examples fit, and what is like them.
pub(super) fn schema(examples: &[Value]) -> Value {
    let examples: Vec<&Value> = examples.iter().take(MOST_EXAMPLES).collect();
    // Events of different types have different members, so each type has a schema of its own.
    let tag = |example: &Value| {
        let members = example.as_object()?;
        let names = TYPE_NAMES.iter();
        let (name, value) =
            names.flat_map(|wanted| members.iter().filter(move |(name, _)| fold(name) == *wanted)).next()?;
        value.as_str().map(|value| (name.clone(), value.to_string()))
    };
    let mut groups: BTreeMap<(String, String), Vec<&Value>> = BTreeMap::new();
    for example in &examples {
        let Some(tag) = tag(example) else { return like(&examples, "") };
        groups.entry(tag).or_default().push(example);
    }
    if groups.len() < 2 {
        return like(&examples, "");
    }
    json!({ "oneOf": groups.values().map(|group| like(group, "")).collect::<Vec<_>>() })
}

/// The same, with numbers that go beyond those of the examples by a quarter of their range or a tenth of the largest,
/// and with names that are theirs or the narrative's. What counts, identifies or tells the time goes on as it does.
pub(crate) fn near(examples: &[Value], narrative: &Narrative) -> Value {
    let mut near = schema(examples);
    narrow(&mut near, "", narrative);
    near
}

fn narrow(schema: &mut Value, name: &str, narrative: &Narrative) {
    let Value::Object(members) = schema else { return };
    if let Some(Value::Object(properties)) = members.get_mut("properties") {
        properties.iter_mut().for_each(|(name, property)| narrow(property, name, narrative));
    }
    if let Some(items) = members.get_mut("items") {
        narrow(items, name, narrative);
    }
    if let Some(Value::Array(variants)) = members.get_mut("oneOf") {
        variants.iter_mut().for_each(|variant| narrow(variant, name, narrative));
    }
    if let Some(names) = names(members).filter(|_| !(is_id(name) || is_time(name))) {
        let more =
            if names.iter().all(|name| is_symbol(name)) { &narrative.symbols } else { &narrative.people };
        members.insert("enum".into(), names.iter().chain(more).cloned().collect());
    }
    let numbers: Option<Vec<f64>> = members
        .get("examples")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_f64).collect());
    let whole = members.get("type").is_some_and(|kind| kind == "integer");
    if let Some((low, high)) = numbers.and_then(|numbers| number::around(&numbers, whole))
        && low < high
        && !(is_id(name) || is_time(name) || number::is_counter(name))
    {
        members.insert("minimum".into(), low.into());
        members.insert("maximum".into(), high.into());
    }
}

/// The examples of a text, where they are names rather than sentences.
fn names(members: &Map<String, Value>) -> Option<Vec<String>> {
    const LONGEST: usize = 24;
    let texts =
        members.get("examples").filter(|_| members.get("type").is_some_and(|kind| kind == "string"))?;
    let is_name =
        |text: &str| !text.is_empty() && text.len() <= LONGEST && text.split_whitespace().count() <= 2;
    let texts =
        texts.as_array()?.iter().map(|text| text.as_str().filter(|text| is_name(text)).map(str::to_string));
    texts.collect()
}

/// `AAPL`, `BTC-USD`
fn is_symbol(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(char::is_lowercase)
}

/// What all of these values are like.
fn like(values: &[&Value], name: &str) -> Value {
    let objects: Vec<&Map<String, Value>> = values.iter().filter_map(|value| value.as_object()).collect();
    if !objects.is_empty() && objects.len() == values.len() {
        return object(&objects);
    }
    let arrays: Vec<&Vec<Value>> = values.iter().filter_map(|value| value.as_array()).collect();
    if !arrays.is_empty() && arrays.len() == values.len() {
        let items: Vec<&Value> = arrays.iter().copied().flatten().take(MOST_EXAMPLES).collect();
        let (least, most) = (arrays.iter().map(|a| a.len()).min(), arrays.iter().map(|a| a.len()).max());
        return json!({ "type": "array", "items": like(&items, name), "minItems": least, "maxItems": most });
    }
    let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
    if !texts.is_empty() && texts.len() == values.len() {
        return text(&texts, name);
    }
    let mut kinds: Vec<&str> = values.iter().map(|value| kind(value)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.contains(&"number") {
        kinds.retain(|kind| *kind != "integer");
    }
    let examples: Vec<&Value> =
        values.iter().copied().filter(|value| !value.is_null()).take(MOST_VALUES).collect();
    match kinds.as_slice() {
        [] => json!({}),
        [one] => json!({ "type": one, "examples": examples }),
        many => json!({ "type": many, "examples": examples }),
    }
}

fn object(objects: &[&Map<String, Value>]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        if properties.contains_key(name) {
            continue;
        }
        let values: Vec<&Value> = objects.iter().filter_map(|object| object.get(name)).collect();
        if values.len() == objects.len() {
            required.push(name.clone());
        }
        properties.insert(name.clone(), like(&values, name));
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false });
    if let Some(order) = order::found(objects) {
        schema[order::KEYWORD] = order;
    }
    schema
}

fn text(texts: &[&str], name: &str) -> Value {
    let all = |is: fn(&str) -> bool| texts.iter().all(|text| is(text));
    for (form, is) in [("date-time", is_date_time as fn(&str) -> bool), ("date", is_date), ("uuid", is_uuid)]
    {
        if all(is) {
            return json!({ "type": "string", "format": form });
        }
    }
    if is_id(name)
        && let Some(pattern) = identifier(texts)
    {
        return json!({ "type": "string", "pattern": pattern });
    }
    let mut distinct: Vec<&str> = Vec::new();
    for text in texts {
        if !distinct.contains(text) && distinct.len() < MOST_VALUES {
            distinct.push(text);
        }
    }
    let folded = fold(name);
    let choice = crate::bank::parts(CHOICES).any(|known| known == folded);
    let repeated = distinct.len() * 2 <= texts.len() && texts.len() >= 4;
    if (choice || repeated) && distinct.len() <= MOST_CHOICES {
        return json!({ "type": "string", "enum": distinct });
    }
    json!({ "type": "string", "examples": distinct })
}

/// The pattern of identifiers such as `ord-1042`: what they begin with, and as many digits or letters.
fn identifier(texts: &[&str]) -> Option<String> {
    let first = *texts.first()?;
    let common = texts.iter().fold(first, |common, text| {
        let same =
            common.chars().zip(text.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
        &common[..same]
    });
    // What varies is what stands after the last sign that they have in common.
    let head = common.rfind(|c: char| !c.is_alphanumeric()).map_or("", |at| {
        let end = at + common[at..].chars().next().map_or(0, char::len_utf8);
        &common[..end]
    });
    let rests: Vec<&str> = texts.iter().map(|text| &text[head.len()..]).collect();
    let class = if rests.iter().all(|rest| rest.chars().all(|c| c.is_ascii_digit())) {
        "[0-9]"
    } else if rests.iter().all(|rest| rest.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))) {
        "[0-9a-f]"
    } else if rests.iter().all(|rest| rest.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase())) {
        "[0-9a-z]"
    } else if rests.iter().all(|rest| rest.chars().all(|c| c.is_ascii_alphanumeric())) {
        "[0-9A-Za-z]"
    } else {
        return None;
    };
    let (least, most) = (rests.iter().map(|r| r.len()).min()?, rests.iter().map(|r| r.len()).max()?);
    (least > 0 && most <= 64).then(|| format!("^{}{class}{{{least},{most}}}$", regex::escape(head)))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_types_are_inferred() {
        let examples = [
            json!({ "type": "tick", "symbol": "ABC", "price": 10.25, "n": 1, "at": "2024-01-15T10:30:00Z" }),
            json!({ "type": "tick", "symbol": "XYZ", "price": 11, "n": 2, "at": "2024-01-15T10:30:01Z", "note": null }),
        ];
        let schema = schema(&examples);
        assert_eq!(schema["required"], json!(["type", "symbol", "price", "n", "at"]));
        assert_eq!(schema["properties"]["type"]["enum"], json!(["tick"]));
        assert_eq!(schema["properties"]["price"]["type"], "number");
        assert_eq!(schema["properties"]["n"]["type"], "integer");
        assert_eq!(schema["properties"]["at"]["format"], "date-time");
        assert_eq!(schema["properties"]["note"]["type"], "null");
    }

    #[test]
    fn numbers_may_be_kept_near_their_examples() {
        let examples =
            [json!({ "price": 100.0, "n": 5, "userId": 7, "book": [[10, 50]] }), json!({ "price": 140.0 })];
        let near = near(&examples, &Narrative::default());
        let properties = &near["properties"];
        assert_eq!(
            (&properties["price"]["minimum"], &properties["price"]["maximum"]),
            (&json!(86.0), &json!(154.0))
        );
        assert_eq!(properties["book"]["items"]["items"]["maximum"], 60.0);
        assert!(properties["n"]["minimum"].is_null() && properties["userId"]["minimum"].is_null());
    }

    #[test]
    fn names_may_be_kept_to_those_that_are_known() {
        let examples = [
            json!({ "symbol": "ACME", "user": "Ada", "text": "I can't log in", "orderId": "A1" }),
            json!({ "symbol": "ACME", "user": "Bob", "text": "Why is that?", "orderId": "B7" }),
        ];
        let narrative = Narrative::read("Trading in MSFT, and Carol: \"Hello\"");
        let near = near(&examples, &narrative);
        let names = |member: &str| near["properties"][member]["enum"].clone();
        assert_eq!(names("symbol"), json!(["ACME", "MSFT"]), "{narrative:?}");
        assert_eq!(
            names("user").as_array().map(|names| &names[..2]),
            Some(&[json!("Ada"), json!("Bob")][..])
        );
        assert!(names("text").is_null() && names("orderId").is_null());
    }

    #[test]
    fn each_type_has_its_own_members() {
        let schema = schema(&[json!({ "op": "a", "x": 1 }), json!({ "op": "b", "y": true })]);
        assert_eq!(schema["oneOf"][0]["properties"]["op"]["enum"], json!(["a"]));
        assert_eq!(schema["oneOf"][1]["required"], json!(["op", "y"]));
    }

    #[test]
    fn identifiers_have_a_pattern() {
        assert_eq!(identifier(&["ord-1042", "ord-1099"]).as_deref(), Some("^ord\\-[0-9]{4,4}$"));
        assert_eq!(identifier(&["a1f", "b2"]).as_deref(), Some("^[0-9a-f]{2,3}$"));
        assert_eq!(identifier(&["é/ü"]), None);
    }
}

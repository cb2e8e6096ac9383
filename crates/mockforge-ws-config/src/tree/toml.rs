//! TOML 1.1 with places.

use mockforge_ws_diagnostic::Problem;
use serde_json::Number;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{DEEPEST, Data, Member, Node, too_deep};
use crate::source::Span;

/// Reads a text. The parser goes on after a mistake, so there may be several; repeated keys are among them.
pub(super) fn read(text: &str) -> Result<Node, Vec<(Span, Problem)>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mistake = |error: &toml::de::Error| {
            let span = error.span().unwrap_or_default();
            (span.into(), Problem::new(format!("this is no TOML: {}", error.message())))
        };
        return Err(errors.iter().map(mistake).collect());
    }
    let span = Span { start: 0, end: text.len() };
    let data = table(root.get_ref(), 0).map_err(|error| vec![error])?;
    Ok(Node { span, data })
}

fn table(table: &DeTable<'_>, depth: usize) -> Result<Data, (Span, Problem)> {
    let member = |(key, value): (&Spanned<_>, &Spanned<_>)| {
        let key: &Spanned<toml::de::DeString<'_>> = key;
        Ok(Member {
            key: key.get_ref().to_string(),
            key_span: key.span().into(),
            value: node(value, depth + 1)?,
        })
    };
    Ok(Data::Mapping(table.iter().map(member).collect::<Result<_, _>>()?))
}

fn node(value: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, (Span, Problem)> {
    let span = Span::from(value.span());
    if depth > DEEPEST {
        return Err((span, too_deep()));
    }
    let data = match value.get_ref() {
        DeValue::String(text) => Data::String(text.to_string()),
        DeValue::Integer(integer) => {
            let (text, radix) = (integer.as_str(), integer.radix());
            let number = u64::from_str_radix(text, radix).map(Number::from);
            match number.or_else(|_| i64::from_str_radix(text, radix).map(Number::from)) {
                Ok(number) => Data::Number(number),
                Err(_) => return Err((span, Problem::new("the number is too large"))),
            }
        }
        DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => Data::Number(number),
            None => return Err((span, Problem::new("expected a finite number"))),
        },
        DeValue::Boolean(truth) => Data::Bool(*truth),
        DeValue::Datetime(moment) => Data::String(moment.to_string()),
        DeValue::Array(elements) => {
            Data::List(elements.iter().map(|element| node(element, depth + 1)).collect::<Result<_, _>>()?)
        }
        DeValue::Table(members) => table(members, depth)?,
    };
    Ok(Node { span, data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars() {
        let text =
            "a = 18446744073709551615\nb = -3\nc = 0x1f\nd = 1.5\ne = 2026-01-02T03:04:05Z\nf = '\\d'\n";
        let wanted = json!({
            "a": u64::MAX, "b": -3, "c": 31, "d": 1.5, "e": "2026-01-02T03:04:05Z", "f": "\\d"
        });
        assert_eq!(read(text).unwrap().to_value(), wanted);
        assert_eq!(read("z = 1\na = 2").unwrap().to_value().to_string(), r#"{"z":1,"a":2}"#);
    }

    #[test]
    fn mistakes_have_places() {
        let check = |text: &str, start: usize, message: &str| {
            let errors = read(text).unwrap_err();
            assert!(errors[0].1.message.contains(message), "{text}: {}", errors[0].1);
            assert_eq!(errors[0].0.start, start, "{text}");
        };
        check("a = 1\na = 2", 6, "duplicate key");
        check("a = \"x", 6, "basic string");
        check("a = inf", 4, "finite");
        check("a = 99999999999999999999", 4, "too large");
    }
}

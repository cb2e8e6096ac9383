//! Reading a little of a large JSON value: parts that are wanted, and everything else passed over.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::gauge::Gauge;

/// An object of which some members are wanted.
pub(super) trait Members {
    /// Its opening brace has been read.
    fn begins(&mut self, _gauge: &Gauge) {}

    /// Takes the value of a member, or leaves it where it is not wanted.
    fn member<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A, gauge: &Gauge) -> Taken<A::Error>;
}

/// A list whose elements are wanted.
pub(super) trait Elements {
    /// Takes the next element, or finds that there is none.
    fn element<'de, A: SeqAccess<'de>>(&mut self, list: &mut A, gauge: &Gauge) -> Taken<A::Error>;
}

/// Whether something was taken.
pub(super) type Taken<E> = Result<bool, E>;

/// Reads into an object. What is no object is passed over: a HAR may hold anything.
pub(super) struct Object<'p, P>(pub(super) &'p mut P, pub(super) &'p Gauge);

/// Reads into a list. What is no list is passed over.
pub(super) struct List<'p, P>(pub(super) &'p mut P, pub(super) &'p Gauge);

/// Reads a text or a number.
pub(super) struct Scalar<'g>(pub(super) &'g Gauge);

/// What a [`Scalar`] has read.
pub(super) enum Read {
    Text(String),
    Number(f64),
    Other,
}

impl Read {
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Other => None,
        }
    }

    pub(super) fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(_) | Self::Other => None,
        }
    }
}

fn pass_over_members<'de, A: MapAccess<'de>>(mut map: A, gauge: &Gauge) -> Result<(), A::Error> {
    gauge.pass();
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    gauge.keep();
    Ok(())
}

fn pass_over_elements<'de, A: SeqAccess<'de>>(mut list: A, gauge: &Gauge) -> Result<(), A::Error> {
    gauge.pass();
    while list.next_element::<IgnoredAny>()?.is_some() {}
    gauge.keep();
    Ok(())
}

/// The methods of a visitor that passes over these kinds of values.
macro_rules! pass_over {
    (scalars -> $value:expr) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
    (texts and numbers -> $value:expr) => {
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de, P: Members> DeserializeSeed<'de> for Object<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

#[rustfmt::skip]
impl<'de, P: Members> Visitor<'de> for Object<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self(part, gauge) = self;
        part.begins(gauge);
        gauge.keep();
        while let Some(key) = map.next_key::<String>()? {
            gauge.keep();
            if !part.member(&key, &mut map, gauge)? {
                gauge.pass();
                map.next_value::<IgnoredAny>()?;
            }
            gauge.keep();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        pass_over_elements(list, self.1)
    }

    pass_over!(scalars -> ());
    pass_over!(texts and numbers -> ());
}

impl<'de, P: Elements> DeserializeSeed<'de> for List<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

#[rustfmt::skip]
impl<'de, P: Elements> Visitor<'de> for List<'_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self(part, gauge) = self;
        gauge.keep();
        while part.element(&mut list, gauge)? {
            gauge.keep();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        pass_over_members(map, self.1)
    }

    pass_over!(scalars -> ());
    pass_over!(texts and numbers -> ());
}

impl<'de> DeserializeSeed<'de> for Scalar<'_> {
    type Value = Read;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Read, D::Error> {
        json.deserialize_any(self)
    }
}

#[rustfmt::skip]
impl<'de> Visitor<'de> for Scalar<'_> {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Read, E> {
        Ok(Read::Text(text.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Read, E> {
        Ok(Read::Number(number as f64))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Read, E> {
        Ok(Read::Number(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Read, E> {
        Ok(Read::Number(number))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read, A::Error> {
        pass_over_members(map, self.0).map(|()| Read::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Read, A::Error> {
        pass_over_elements(list, self.0).map(|()| Read::Other)
    }

    pass_over!(scalars -> Read::Other);
}

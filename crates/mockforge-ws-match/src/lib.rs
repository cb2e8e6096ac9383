//! Patterns for WebSocket messages: what a wait, a rule or a verification looks for.
//!
//! A [`Pattern`] is a text (a JSONPath or a regex) or an object that says more; [`Pattern::schema`] has the
//! whole language as a JSON Schema. It is compiled once, answers whether a message matches and what its
//! regexes captured, and explains near misses in one line. A [`PatternSet`] asks many at once.
//!
//! | written | matches |
//! |---|---|
//! | `$.type`, `{jsonpath: $.type}` | JSON in which the path selects something |
//! | `^ping$`, `{regex: ^ping$}` | text in which the regex (syntax of the `regex` crate) is found |
//! | `{jsonpath: …, equals: V}` | one of the selected values is V; also `in: […]`, `matches: REGEX`, `gt`, `gte`, `lt`, `lte`, several of them for one and the same value |
//! | `{jsonpath: …, exists: false}` | JSON in which the path selects nothing |
//! | `{exact: T}`, `{contains: T}`, `{prefix: T}` | text that is T, has T in it, begins with T |
//! | `{json: V}` | JSON that has all of V: members of objects, and lists element by element |
//! | `{schema: {…}}` | JSON that fits a JSON Schema |
//! | `{binary: {hex: B}}` | a binary message that is B; also `base64: B`, `prefix: B`, `contains: B` (hex, or `{base64: B}`) |
//! | `{type: text}`, `{type: binary}` | every message of that kind |
//! | `{all: […]}`, `{any: […]}`, `{not: P}` | all, one of them, not P |
//!
//! Nothing that a client sends can make a pattern slow: regexes are linear and limited in size, schemas use
//! the same engine and refer to nothing outside, JSONPaths refuse messages on which their work would explode.

mod difference;
mod expression;
mod groups;
mod index;
mod json;
mod keyword;
mod language;
mod near_miss;
mod node;
mod octets;
mod parse;
mod pattern;
mod schema;
mod selection;
mod set;
mod shadow;
mod shape;
mod show;
mod syntax;
mod violation;

pub use difference::json_difference;
pub use mockforge_ws_jsonpath::Dialect;
pub use near_miss::NearMiss;
pub use pattern::Pattern;
pub use set::PatternSet;

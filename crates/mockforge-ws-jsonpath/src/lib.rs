//! JSONPath in two dialects behind one type: compiled once, asked often.
//!
//! The default is RFC 9535. Goessner's original notation of 2007, as `jsonpath_lib` reads it, is there for
//! scripts that were written for it. Neither can bring the process down: texts are bounded in length and
//! nesting, and a panic of the older library ends in an error or an empty answer.
//!
//! ```
//! use mockforge_ws_jsonpath::{Dialect, Path};
//! use serde_json::json;
//!
//! let path = Path::parse("$.orders[?@.qty > 1].id", Dialect::Rfc9535)?;
//! let message = json!({ "orders": [{ "id": 7, "qty": 1 }, { "id": 8, "qty": 2 }] });
//! assert_eq!(path.query(&message), [&json!(8)]);
//! # Ok::<(), mockforge_ws_jsonpath::PathError>(())
//! ```

mod bounds;
mod dialect;
mod edit;
mod error;
mod goessner;
mod grammar;
mod path;
mod plain;
mod rfc9535;
mod segment;
mod tokens;

pub use dialect::{Dialect, UnknownDialect};
pub use error::PathError;
pub use path::Path;
pub use segment::{Comparison, Operator, Segment, Step, Test};

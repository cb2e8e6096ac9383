//! Goessner's dialect by `jsonpath_lib`, whose panics end here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jsonpath_lib::Compiled;
use serde_json::Value;

use crate::PathError;

pub(crate) fn parse(text: &str) -> Result<Compiled, PathError> {
    match catch_unwind(|| Compiled::compile(text)) {
        Ok(Ok(compiled)) => Ok(compiled),
        Ok(Err(_)) => Err(PathError::new("this is no JSONPath of the goessner dialect", None)),
        Err(_) => Err(PathError::new("the goessner dialect can't read this path", None)),
    }
}

pub(crate) fn query<'v>(compiled: &Compiled, value: &'v Value) -> Vec<&'v Value> {
    // Nothing of the library's is used again after a panic: the selector is its own local.
    catch_unwind(AssertUnwindSafe(|| compiled.select(value).unwrap_or_default())).unwrap_or_default()
}

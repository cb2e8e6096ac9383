//! What went wrong, in words that help, and whether asking again may help.

use std::error::Error as StdError;
use std::time::Duration;

use mockforge_ws_ai::{LlmError, LlmErrorKind};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::Provider;
use crate::target::Target;

/// Why there is no answer.
pub(crate) struct Failure {
    pub(crate) error: LlmError,
    pub(crate) again: Again,
}

/// Whether the same request may do better later.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Again {
    Never,
    Soon,
    /// The provider has said when.
    After(Duration),
}

impl Failure {
    pub(crate) fn new(target: &Target, error: genai::Error) -> Self {
        match error {
            genai::Error::WebStream { error, .. } => match error.downcast_ref::<genai::Error>() {
                Some(genai::Error::HttpError { status, body, headers, .. }) => {
                    answered(target, *status, body, headers)
                }
                _ => match error.downcast_ref::<reqwest::Error>() {
                    Some(error) => unreached(target, error),
                    None => soon(broke_off(target, Some(&error.to_string()))),
                },
            },
            genai::Error::ChatResponse { body, .. } => told(target, &body),
            genai::Error::StreamParse { .. } | genai::Error::JsonValueExt(_) | genai::Error::SerdeJson(_) => {
                never(foreign(target))
            }
            other => {
                let message = format!("`{}`: {}", target.name, target.quote(&other.to_string()));
                never(LlmError::new(LlmErrorKind::Protocol, message))
            }
        }
    }
}

/// The answer ended before its end.
pub(crate) fn broke_off(target: &Target, why: Option<&str>) -> LlmError {
    let why = why.map(|why| format!(": {}", target.quote(why))).unwrap_or_default();
    LlmError::new(LlmErrorKind::Protocol, format!("the answer of `{}` broke off{why}", target.name))
        .hint("ask again; what came before is all there is")
}

/// What came is of another protocol, or nothing at all.
pub(crate) fn foreign(target: &Target) -> LlmError {
    let message = format!("`{}` answers what is no part of its protocol", target.name);
    let hint = format!("is {} the address of {}'s API?", target.address(), target.provider);
    LlmError::new(LlmErrorKind::Protocol, message).hint(hint)
}

pub(crate) fn never(error: LlmError) -> Failure {
    Failure { error, again: Again::Never }
}

fn soon(error: LlmError) -> Failure {
    Failure { error, again: Again::Soon }
}

/// An HTTP status that is no success.
fn answered(target: &Target, status: StatusCode, body: &str, headers: &HeaderMap) -> Failure {
    let json = serde_json::from_str(body).unwrap_or(Value::Null);
    let words = words(&json).unwrap_or(body);
    let kind = match status.as_u16() {
        _ if names_key(&json) => LlmErrorKind::BadKey,
        401 | 403 => LlmErrorKind::BadKey,
        404 => LlmErrorKind::NoModel,
        408 | 504 => LlmErrorKind::Timeout,
        429 => LlmErrorKind::RateLimited,
        500.. => LlmErrorKind::Server,
        400..=499 => LlmErrorKind::Refused,
        _ => LlmErrorKind::Protocol,
    };
    let message = match words.trim() {
        "" => format!("{} ({status})", did(target, kind)),
        words => format!("{} ({}): {}", did(target, kind), status.as_u16(), target.quote(words)),
    };
    let error = LlmError { kind, message, hint: hint(target, kind) };
    if kind == LlmErrorKind::Protocol {
        let hint = format!("{} is not where the API is; redirects are not followed", target.address());
        return never(error.hint(hint));
    }
    let busy = matches!(kind, LlmErrorKind::Timeout | LlmErrorKind::RateLimited | LlmErrorKind::Server);
    match retry_after(headers) {
        _ if !busy => never(error),
        _ if json.to_string().contains("insufficient_quota") => {
            never(error.hint("is there anything left on the account?"))
        }
        Some(wait) => {
            let hint = format!("it asks to wait {wait:?}");
            Failure { error: error.hint(hint), again: Again::After(wait) }
        }
        None => soon(error),
    }
}

/// An error told within an answer that had begun with success.
fn told(target: &Target, body: &Value) -> Failure {
    let text = body.to_string();
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let kind = if names_key(body) || any(&["authentication_error", "permission_error"]) {
        LlmErrorKind::BadKey
    } else if any(&["rate_limit", "RESOURCE_EXHAUSTED"]) {
        LlmErrorKind::RateLimited
    } else if any(&["not_found_error", "model_not_found", "NOT_FOUND"]) {
        LlmErrorKind::NoModel
    } else if any(&["invalid_request_error", "INVALID_ARGUMENT", "content_filter", "finishReason"]) {
        LlmErrorKind::Refused
    } else {
        LlmErrorKind::Server
    };
    // genai makes this of an answer without candidates, which is how Gemini blocks a prompt.
    let message = match body.get("finishReason").is_some() {
        true => format!("`{}` would not answer", target.name),
        false => {
            let words = words(body).map_or_else(|| target.quote(&text), |words| target.quote(words));
            format!("{}: {words}", did(target, kind))
        }
    };
    let error = LlmError { kind, message, hint: hint(target, kind) };
    match kind {
        LlmErrorKind::RateLimited | LlmErrorKind::Server => soon(error),
        _ => never(error),
    }
}

/// No answer came, or no more of it.
fn unreached(target: &Target, error: &reqwest::Error) -> Failure {
    let why = innermost(error);
    if !error.is_connect() {
        return soon(broke_off(target, Some(&why)));
    }
    let why = if error.is_timeout() { "no connection in time".to_string() } else { target.quote(&why) };
    let message = format!("`{}` can't be reached at {}: {why}", target.provider, target.address());
    let error = LlmError::new(LlmErrorKind::NoNetwork, message);
    match () {
        () if why.contains("certificate") => {
            never(error.hint("nobody who is trusted here has signed its certificate"))
        }
        () if target.provider == Provider::Ollama => {
            soon(error.hint("is it running? `ollama serve` starts it"))
        }
        () => soon(error.hint("is the address right, and is a proxy needed?")),
    }
}

/// What the provider did.
fn did(target: &Target, kind: LlmErrorKind) -> String {
    let Target { name, provider, model, .. } = target;
    match kind {
        LlmErrorKind::BadKey => format!("`{provider}` does not accept the key"),
        LlmErrorKind::NoModel => format!("`{provider}` has no model `{model}`"),
        LlmErrorKind::RateLimited => format!("`{provider}` answers no more for a while"),
        LlmErrorKind::Refused => format!("`{name}` does not accept the request"),
        LlmErrorKind::Timeout => format!("`{name}` took too long"),
        LlmErrorKind::Server => format!("`{name}` failed"),
        _ => format!("`{name}` gave no answer"),
    }
}

/// What to do about it.
fn hint(target: &Target, kind: LlmErrorKind) -> Option<String> {
    let Target { provider, model, .. } = target;
    match kind {
        LlmErrorKind::BadKey => Some(match provider.key_variables() {
            [] => "it wants a key of its own".into(),
            variables => format!("is the value of {} right, and for this model?", variables.join(" or ")),
        }),
        LlmErrorKind::NoModel if *provider == Provider::Ollama => {
            Some(format!("`ollama pull {model}` gets it"))
        }
        LlmErrorKind::NoModel => Some(match provider.usual_model() {
            Some(usual) => format!("the usual one is `{usual}`; asked at {}", target.address()),
            None => format!("is {} the right address?", target.address()),
        }),
        LlmErrorKind::RateLimited => Some("wait, ask for less, or ask another model".into()),
        _ => None,
    }
}

/// The provider's own words: `{"error": {"message": …}}` and its relatives.
fn words(body: &Value) -> Option<&str> {
    let body = body.get(0).unwrap_or(body);
    let paths = ["/error/message", "/error", "/message", "/detail"];
    paths.iter().find_map(|path| body.pointer(path)?.as_str())
}

/// Gemini answers 400 to a key that it does not know.
fn names_key(body: &Value) -> bool {
    let text = body.to_string();
    text.contains("API_KEY_INVALID") || text.contains("API key not valid")
}

/// In seconds, whole or not. The form with a date is passed over: nobody here knows the provider's clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The cause at the bottom, which says it shortest and without the URL.
fn innermost(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_providers_words_are_found() {
        let cases = [
            (json!({"error": {"message": "no", "type": "t"}}), Some("no")),
            (json!([{"error": {"message": "no"}}]), Some("no")),
            (json!({"error": "no"}), Some("no")),
            (json!({"type": "error", "message": "no"}), Some("no")),
            (json!({"detail": "no"}), Some("no")),
            (json!({"ok": true}), None),
            (json!("no"), None),
        ];
        for (body, found) in cases {
            assert_eq!(words(&body), found, "{body}");
        }
    }

    #[test]
    fn retry_after_is_in_seconds() {
        let cases = [
            ("2", Some(2000)),
            (" 0.5 ", Some(500)),
            ("-1", None),
            ("1e300", None),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ];
        for (value, milliseconds) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            assert_eq!(retry_after(&headers), milliseconds.map(Duration::from_millis), "{value}");
        }
    }
}

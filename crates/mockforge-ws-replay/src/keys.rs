//! The keys of the format, defined once: what the compiler takes, what [`ReplayEntry`](crate::ReplayEntry)
//! and [`Header`](crate::Header) read and write, and what a word that is no key was probably meant to be.

use mockforge_ws_diagnostic::{Problem, closest};

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($key:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum $name { $($key),* }

        impl $name {
            /// As written, in the order in which a line is printed.
            pub(crate) const ALL: &[&str] = &[$($text),*];

            /// The key of that spelling.
            pub(crate) fn named(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$key),)*
                    _ => None,
                }
            }

            /// As written.
            pub(crate) fn name(self) -> &'static str {
                Self::ALL[self as usize]
            }
        }
    };
}

keys! {
    /// A key of a line.
    LineKey {
        Ts = "ts",
        Dir = "dir",
        Label = "label",
        WaitFor = "waitFor",
        Timeout = "timeout",
        OnTimeout = "onTimeout",
        Text = "text",
        Json = "json",
        Base64 = "base64",
        Hex = "hex",
        Match = "match",
        Set = "set",
        Repeat = "repeat",
        Branch = "branch",
        Goto = "goto",
        Times = "times",
        Close = "close",
        Abort = "abort",
        OnEnd = "onEnd",
    }
}

keys! {
    /// A key of the header.
    HeaderKey {
        Mockforge = "mockforge",
        Name = "name",
        Subprotocol = "subprotocol",
        Seed = "seed",
        Variables = "variables",
        Sync = "sync",
        Early = "early",
        OnEnd = "onEnd",
        JsonpathDialect = "jsonpathDialect",
        Recorded = "recorded",
    }
}

/// Words that other tools, or a guess, use for a key of ours.
const ALIASES: &[(&str, &str)] = &[
    ("at", "ts"),
    ("delay", "ts"),
    ("time", "ts"),
    ("timestamp", "ts"),
    ("direction", "dir"),
    ("message", "text"),
    ("msg", "text"),
    ("data", "text"),
    ("payload", "text"),
    ("body", "text"),
    ("response", "text"),
    ("send", "text"),
    ("binary", "base64"),
    ("bytes", "hex"),
    ("condition", "waitFor"),
    ("expect", "waitFor"),
    ("filter", "waitFor"),
    ("on", "waitFor"),
    ("wait", "waitFor"),
    ("timeout_ms", "timeout"),
    ("id", "label"),
    ("name", "label"),
    ("step", "label"),
    ("step_id", "label"),
    ("jump", "goto"),
    ("next", "goto"),
    ("next_step", "goto"),
    ("goto_step", "goto"),
    ("branches", "branch"),
    ("on_match", "branch"),
    ("loop", "repeat"),
    ("count", "repeat"),
    ("every", "repeat"),
    ("capture", "set"),
    ("extract", "set"),
    ("save", "set"),
    ("code", "close"),
    ("reason", "close"),
    ("drop", "abort"),
];

/// A key that a line does not have.
pub(crate) fn unknown_in_line(key: &str) -> Problem {
    let hint = match closest(key, LineKey::ALL.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if HeaderKey::named(key).is_some() => {
            format!("`{key}` belongs in the header, the first line: {{\"mockforge\":1,\"{key}\":…}}")
        }
        None => match ALIASES.iter().find(|(alias, _)| *alias == key) {
            Some((_, meant)) => format!("did you mean `{meant}`?"),
            None => match key {
                "comment" | "//" | "#" | "_comment" | "note" => {
                    "a comment is a line that begins with `//` or `#`".into()
                }
                _ => format!("a line takes {}", LineKey::ALL.join(", ")),
            },
        },
    };
    Problem::new(format!("unknown key `{key}`")).hint(hint)
}

/// A key that the header does not have.
pub(crate) fn unknown_in_header(key: &str) -> Problem {
    let hint = match closest(key, HeaderKey::ALL.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if LineKey::named(key).is_some() => {
            format!("`{key}` belongs on a line after the header, which sends nothing itself")
        }
        None if matches!(key, "version" | "format") => "the version is the value of `mockforge`".into(),
        None => format!("the header takes {}", HeaderKey::ALL.join(", ")),
    };
    Problem::new(format!("unknown key `{key}` in the header")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_no_keys_and_mean_keys() {
        for (alias, meant) in ALIASES {
            assert!(LineKey::named(alias).is_none(), "{alias}");
            assert!(LineKey::named(meant).is_some(), "{meant}");
        }
        assert!(LineKey::ALL.iter().all(|key| LineKey::named(key).is_some_and(|named| named.name() == *key)));
    }

    #[test]
    fn unknown_keys_get_a_hint() {
        let hint = |problem: Problem| problem.hint.unwrap_or_default();
        assert_eq!(hint(unknown_in_line("wait_for")), "did you mean `waitFor`?");
        assert_eq!(hint(unknown_in_line("response")), "did you mean `text`?");
        assert!(hint(unknown_in_line("seed")).starts_with("`seed` belongs in the header"));
        assert!(hint(unknown_in_line("comment")).contains("`//`"));
        assert!(hint(unknown_in_line("qqqqqq")).starts_with("a line takes ts, dir"));
        assert_eq!(hint(unknown_in_header("onend")), "did you mean `onEnd`?");
        assert!(hint(unknown_in_header("text")).contains("after the header"));
        assert!(hint(unknown_in_header("qqqqqqqqqqq")).starts_with("the header takes mockforge"));
    }
}

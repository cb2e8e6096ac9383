//! The names of counters and walks: those of two kinds, two names or two keys are never the same.

/// What counts by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Seq,
    Walk,
    Step,
    Cycle,
}

/// The counter of `{{seq}}` without a name.
pub(crate) const SEQ: &str = "#";

/// The name under which the connection keeps it. The length comes first, so that no name with a key after it
/// reads as another name.
pub(crate) fn name(kind: Kind, name: &str) -> Box<str> {
    let mark = match kind {
        Kind::Seq => "s",
        Kind::Walk => "w",
        Kind::Step => "t",
        Kind::Cycle => "c",
    };
    format!("{mark}{}:{name}", name.len()).into()
}

/// Does something with a name as it is for a stream's key, which allocates for long ones only.
#[inline]
pub(crate) fn keyed<T>(name: &str, key: Option<&str>, act: impl FnOnce(&str) -> T) -> T {
    match key {
        None => act(name),
        Some(key) => joined(name, key, act),
    }
}

#[inline(never)]
fn joined<T>(name: &str, key: &str, act: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0; 128];
    match buffer.get_mut(..name.len() + 1 + key.len()) {
        Some(whole) => {
            let (start, end) = whole.split_at_mut(name.len());
            start.copy_from_slice(name.as_bytes());
            end[0] = b'/';
            end[1..].copy_from_slice(key.as_bytes());
            act(std::str::from_utf8(whole).expect("texts side by side are a text"))
        }
        None => act(&format!("{name}/{key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        let texts = ["", "a", "/", "a/b", "b", "1:a", "#", "s0:", "\u{0}", "ä"];
        let mut seen = std::collections::HashSet::new();
        for key in [None].into_iter().chain(texts.map(Some)) {
            assert!(seen.insert(keyed(SEQ, key, str::to_string)), "{key:?}");
            for text in texts {
                for kind in [Kind::Seq, Kind::Walk, Kind::Step, Kind::Cycle] {
                    let name = name(kind, text);
                    assert!(seen.insert(keyed(&name, key, str::to_string)), "{kind:?} {text:?} {key:?}");
                }
            }
        }
    }

    #[test]
    fn long_ones_too() {
        for length in [100, 126, 127, 128, 10_000] {
            let key = "k".repeat(length);
            assert_eq!(keyed("#", Some(&key), str::to_string), format!("#/{key}"));
        }
    }
}

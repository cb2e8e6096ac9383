//! `--reply PATTERN=TEMPLATE`: where the pattern ends.
//!
//! At the first `=` that stands outside of brackets and has no backslash before it; so `$.a[?@.b == 1]=yes` and
//! `(?<n>\d+)=got {{capture.n}}` mean what they seem to. A `=` that belongs to the pattern is written `\=`,
//! which a regex takes for `=`. Everything after it is the template, further `=` included.

use std::ops::Range;

use mockforge_ws_diagnostic::Problem;

/// The bytes of the pattern and of the template within the argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) pattern: Range<usize>,
    pub(crate) template: Range<usize>,
}

/// Whether a text is a JSONPath rather than a regex.
pub(crate) fn is_jsonpath(pattern: &str) -> bool {
    pattern == "$" || pattern.starts_with("$.") || pattern.starts_with("$[")
}

/// Takes an argument apart.
pub(crate) fn split(argument: &str) -> Result<Reply, Problem> {
    let at = if is_jsonpath(argument) { after_path(argument) } else { after_regex(argument) };
    // Where brackets are never closed the pattern is wrong, and that is told best about the pattern alone.
    let Some(at) = at.or_else(|| argument.find('=')) else {
        let problem = Problem::new("expected PATTERN=TEMPLATE, found no `=`").at(0..argument.len());
        return Err(problem.hint("for example `--reply '^ping$=pong'`"));
    };
    if at == 0 {
        return Err(Problem::new("there is no pattern before the `=`")
            .at(0..1)
            .hint("`.*` matches every text"));
    }
    Ok(Reply { pattern: 0..at, template: at + 1..argument.len() })
}

fn after_path(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (_, Some(open)) => quote = quote.filter(|_| byte != open),
            (b'"' | b'\'', None) => quote = Some(byte),
            (b'[' | b'(', None) => depth += 1,
            (b']' | b')', None) => depth = depth.saturating_sub(1),
            (b'=', None) if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn after_regex(text: &str) -> Option<usize> {
    // Within a class only its end matters; classes may hold classes.
    let (mut groups, mut classes, mut escaped, mut class_start) = (0_usize, 0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        let first_in_class = std::mem::take(&mut class_start);
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => {
                classes += 1;
                class_start = true;
            }
            b'^' if first_in_class => class_start = true,
            // `]` right after the bracket is a member.
            b']' if classes > 0 && !first_in_class => classes -= 1,
            _ if classes > 0 => {}
            b'(' => groups += 1,
            b')' => groups = groups.saturating_sub(1),
            b'=' if groups == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_split_where_the_pattern_ends() {
        let check = |argument: &str, pattern: &str, template: &str| {
            let reply = split(argument).unwrap_or_else(|problem| panic!("{argument}: {problem}"));
            assert_eq!(
                (&argument[reply.pattern], &argument[reply.template]),
                (pattern, template),
                "{argument}"
            );
        };
        check("^ping$=pong", "^ping$", "pong");
        check("ping=", "ping", "");
        check("a=b=c", "a", "b=c");
        check(r"a\=b=c", r"a\=b", "c");
        check("[=]=x", "[=]", "x");
        check("[]=]=x", "[]=]", "x");
        check("[^]=]=x", "[^]=]", "x");
        check("[(]=x", "[(]", "x");
        check(r"\[=x", r"\[", "x");
        check(r"(?<n>a=\d+)=got {{capture.n}}", r"(?<n>a=\d+)", "got {{capture.n}}");
        check("$.type=hi", "$.type", "hi");
        check("$.a[?@.b == 'x=]']={{$.id}}", "$.a[?@.b == 'x=]']", "{{$.id}}");
        check(r#"$["a\"=b"]=c"#, r#"$["a\"=b"]"#, "c");
        check("$=all", "$", "all");
        check("$5=five", "$5", "five");
        check("(a=b", "(a", "b");
        check("$.a[=b", "$.a[", "b");
        check("é=ü", "é", "ü");
    }

    #[test]
    fn what_is_no_reply_says_so() {
        let told = |argument: &str| split(argument).unwrap_err().to_string();
        assert!(told("ping").contains("found no `=`"));
        assert!(told("").contains("found no `=`"));
        assert!(told("=x").contains("`.*` matches every text"));
    }
}

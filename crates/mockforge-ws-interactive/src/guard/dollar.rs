//! `$` in CEL, which has no such character: outside of strings it becomes the identifier `_`, and `var`, a
//! reserved word there, becomes `___`. Both are as long as what they stand for, so that every position in the
//! rewritten text is one in the user's.

use mockforge_ws_diagnostic::Problem;

use super::tokens::{Kind, Token, is_word};

/// What `$` becomes.
pub(crate) const DOLLAR: &str = "_";
/// What `var` becomes.
pub(crate) const VAR: &str = "___";

/// The text as CEL, or what of it is JSONPath, or neither.
pub(crate) fn rewrite(text: &str, tokens: &[Token]) -> Result<String, Vec<Problem>> {
    let mut cel = text.to_owned();
    let mut problems = Vec::new();
    let mut path_after = None;
    for (index, token) in tokens.iter().enumerate() {
        let sign = |offset: usize| tokens.get(index + offset).map(|token| token.kind);
        let word = &text[token.at.clone()];
        let field = index > 0 && tokens[index - 1].kind == Kind::Sign('.');
        match token.kind {
            Kind::Sign('$') => {
                let before = text[..token.at.start].chars().next_back();
                let after = text[token.at.end..].chars().next();
                if field || [before, after].iter().flatten().any(|c| is_word(*c) || *c == '$') {
                    let problem = Problem::new("`$` stands by itself, for the message's JSON");
                    problems
                        .push(problem.at(token.at.clone()).hint("a field is `$.name` or `$['any name']`"));
                } else {
                    cel.replace_range(token.at.clone(), DOLLAR);
                }
            }
            Kind::Word if !field && word == "var" => cel.replace_range(token.at.clone(), VAR),
            Kind::Word if !field && (word == DOLLAR || word == VAR) => {
                problems.push(Problem::new(format!("no such name `{word}`")).at(token.at.clone()));
            }
            Kind::Sign('.') if path_after.is_none_or(|end| token.at.start >= end) => {
                if let Some(sign @ ('.' | '*')) = sign(1).and_then(of_sign) {
                    path_after = Some(tokens[index + 1].at.end);
                    problems.push(no_path(&format!(".{sign}"), token.at.start..tokens[index + 1].at.end));
                }
            }
            Kind::Sign('[') => {
                let next = (sign(1).and_then(of_sign), sign(2).and_then(of_sign));
                if let (Some('*'), _) | (Some('?'), Some('(' | '@')) = next {
                    let what = if next.0 == Some('*') { "[*]" } else { "[?…]" };
                    path_after = Some(text.len());
                    problems.push(no_path(what, token.at.start..tokens[index + 1].at.end));
                }
            }
            Kind::Word | Kind::Number | Kind::Quoted | Kind::Join | Kind::Sign(_) => {}
        }
    }
    if problems.is_empty() { Ok(cel) } else { Err(problems) }
}

fn of_sign(kind: Kind) -> Option<char> {
    match kind {
        Kind::Sign(sign) => Some(sign),
        Kind::Word | Kind::Number | Kind::Quoted | Kind::Join => None,
    }
}

fn no_path(what: &str, at: std::ops::Range<usize>) -> Problem {
    let problem = Problem::new(format!("`{what}` is JSONPath; an expression is CEL, where `$` is one value"));
    problem
        .at(at)
        .hint("for several values write `$.list.exists(x, x.id == 1)`, or `.all`, `.filter` and `.map`")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::guard::tokens::tokens;

    proptest! {
        #[test]
        fn every_position_stays(parts in prop::collection::vec("[$ ._'\"a-z()é]|var|'[$é]*'", 0..12)) {
            let text = parts.concat();
            if let Ok(cel) = rewrite(&text, &tokens(&text)) {
                prop_assert_eq!(cel.len(), text.len());
                for (before, after) in text.chars().zip(cel.chars()) {
                    prop_assert!(before == after || after == '_', "{} became {}", text, cel);
                }
            }
        }
    }

    #[test]
    fn the_dollar_becomes_a_name_of_the_same_length() {
        let check = |text: &str, expect: &str| {
            let told = match rewrite(text, &tokens(text)) {
                Ok(cel) => cel,
                Err(problems) => problems.iter().map(|p| format!("{:?} {}", p.span, p.message)).collect(),
            };
            assert!(told.starts_with(expect), "{text}: {told}\nshould begin with\n{expect}");
        };
        check("size($.user) > 0", "size(_.user) > 0");
        check("'$' + \"$\" + $['a$b'] + r'$' // $", "'$' + \"$\" + _['a$b'] + r'$' // $");
        check("$ == var.a && $.var", "_ == ___.a && _.var");
        check("$._ == 'é' && $ != 1", "_._ == 'é' && _ != 1");
        check("$a", "Some(0..1) `$` stands by itself");
        check("a$", "Some(1..2) `$` stands by itself");
        check("x.$", "Some(2..3) `$` stands by itself");
        check("$ == _", "Some(5..6) no such name `_`");
        check("$..user", "Some(1..3) `..` is JSONPath");
        check("$.a.*", "Some(3..5) `.*` is JSONPath");
        check("$.a[*].b", "Some(3..5) `[*]` is JSONPath");
        check("$.a[?(@.b == 1)]", "Some(3..5) `[?…]` is JSONPath");
    }
}

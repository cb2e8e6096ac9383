//! What an expression may cost: bounds on its text at load, and on its work when it is evaluated.

use mockforge_ws_diagnostic::Problem;

use super::tokens::{Kind, Token};

/// The longest text of an expression, in bytes.
pub(crate) const MAX_LENGTH: usize = 4096;
/// How deep brackets, braces and parentheses may nest. The parser takes up to 200 KB of the stack for each of
/// them where it is not optimized, and a thread mostly has 2 MiB.
const MAX_NESTING: usize = 8;
const HINT: &str = "divide it, for example into several rules";
/// How deep the tree of an expression may be, roughly: parsing it, checking it and evaluating it recurse.
const MAX_DEPTH: usize = 64;
/// How deep `exists`, `all`, `exists_one`, `map` and `filter` may nest.
pub(crate) const MAX_LOOPS: usize = 2;
/// How many steps an evaluation may take; up to here it takes well under a second.
const MAX_STEPS: usize = 1_000_000;
/// How many bytes of text are looked at or copied in a step.
const BYTES: usize = 64;

/// Refuses a text that CEL's parser would need too much of the stack for.
///
/// # Errors
/// Where it nests too deep.
pub(crate) fn check(tokens: &[Token]) -> Result<(), Problem> {
    let mut open = vec![Level::default()];
    for token in tokens {
        let nesting = open.len();
        let level = open.last_mut().expect("the outermost level stays");
        match token.kind {
            Kind::Sign('(' | '[' | '{') => {
                level.chain += 1;
                if nesting > MAX_NESTING {
                    let what = format!("brackets and parentheses nest at most {MAX_NESTING} deep");
                    return Err(Problem::new(what).at(token.at.clone()).hint(HINT));
                }
                open.push(Level::default());
            }
            Kind::Sign(')' | ']' | '}') if nesting > 1 => {
                open.pop();
            }
            Kind::Sign(',') => *level = Level::default(),
            // The arms of `a ? b : c ? d : e` nest, while `&&` and `||` are balanced.
            Kind::Sign('?') => *level = Level { conditions: level.conditions + 4, chain: 0 },
            Kind::Join | Kind::Sign(':') => level.chain = 0,
            Kind::Sign(_) => level.chain += 1,
            Kind::Word | Kind::Number | Kind::Quoted => {}
        }
        let depth: usize = open.iter().map(|level| level.conditions + level.chain).sum();
        if depth > MAX_DEPTH {
            let problem = Problem::new("this expression is too deep").at(token.at.clone());
            return Err(problem.hint(HINT));
        }
    }
    Ok(())
}

/// What stands in one pair of brackets and adds to the depth.
#[derive(Default)]
struct Level {
    conditions: usize,
    chain: usize,
}

/// The steps that are left to an evaluation.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) fn new() -> Self {
        Self(MAX_STEPS)
    }

    /// Takes steps. Once they are used up every further one fails, so an error that `||` forgives does not
    /// set the work free.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), String> {
        self.0 = self.0.saturating_sub(steps);
        if self.0 == 0 {
            return Err(format!("this takes more than {MAX_STEPS} steps with so large a message"));
        }
        Ok(())
    }

    /// Takes what it costs to go over a text.
    pub(crate) fn text(&mut self, length: usize) -> Result<(), String> {
        self.take(1 + length / BYTES)
    }
}

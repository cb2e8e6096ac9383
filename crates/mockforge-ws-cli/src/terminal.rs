//! The two streams of a terminal: results on stdout, everything else on stderr, colours only where they are
//! wanted (a terminal, and no `NO_COLOR`).

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};

use crate::exit::{Exit, Stop};

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HELP: Style = AnsiColor::Cyan.on_default();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const QUIET: Style = Style::new().dimmed();

/// Writes a part of the result, and says whether anybody still reads: who stops (`| head`) has had enough,
/// which is no error.
pub(crate) fn stdout(text: &str) -> Result<bool, Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Stop::new(Exit::World, format!("could not write to stdout: {error}"))),
    }
}

/// Says something beside the result, in one piece, so that nothing gets between where both streams go to the
/// same place. A terminal that is gone hears nothing, which harms nobody.
pub(crate) fn stderr(text: &str) {
    let _ = match anstream::AutoStream::choice(&io::stderr()) {
        anstream::ColorChoice::Never => io::stderr().write_all(strip_str(text).to_string().as_bytes()),
        _ => anstream::stderr().write_all(text.as_bytes()),
    };
}

/// The text with its control characters written out (`\n`, `\u{1b}`), so that what a client sent cannot play
/// with the terminal, and cut where it is long.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 400;
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    if text.len() <= LONGEST && is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for character in text.chars() {
        if out.len() >= LONGEST {
            out.push('…');
            break;
        }
        if character.is_control() {
            // Writing to a string does not fail.
            let _ = write!(out, "{}", character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// `1 error`, `2 errors`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// An amount in the currency of whoever named a price: two decimals, or as many as it takes to say something.
pub(crate) fn money(amount: f64) -> String {
    let decimals =
        if amount >= 1.0 || amount <= 0.0 { 2 } else { (2.0 - amount.log10()).clamp(2.0, 9.0) as usize };
    format!("{amount:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_are_not_nothing() {
        let told = [0.0, 12.345, 0.5, 0.0123, 0.000_012_3, 1e-12].map(money);
        assert_eq!(told, ["0.00", "12.35", "0.50", "0.012", "0.000012", "0.000000000"]);
    }

    #[test]
    fn control_characters_are_written_out() {
        let check = |text: &str, expect: &str| assert_eq!(printable(text), expect);
        check("plain é", "plain é");
        check("a\nb\t\u{1b}[2J", "a\\nb\\t\\u{1b}[2J");
        assert_eq!(printable(&"x".repeat(1000)).chars().count(), 401);
    }
}

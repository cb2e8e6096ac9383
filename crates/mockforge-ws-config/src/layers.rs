//! One setting from its three sources: a flag, a variable, a key of the file.

use mockforge_ws_diagnostic::Problem;

use crate::report::Report;
use crate::section::Located;
use crate::source::{Source, Span};
use crate::{Environment, Origin, Setting};

/// Where settings are read from.
pub(crate) struct Layers<'l> {
    pub(crate) report: &'l mut Report,
    pub(crate) environment: &'l Environment,
    /// The config file, where there is one.
    pub(crate) file: Option<&'l Source>,
}

/// A setting on its way through the sources, the strongest first. What is wrong in any of them is reported,
/// whether or not another one wins.
pub(crate) struct Pick<'p, 'l, T, F> {
    layers: &'p mut Layers<'l>,
    check: F,
    found: Option<Setting<T>>,
}

impl<'l> Layers<'l> {
    /// Begins with a setting; `check` makes a value of a text.
    pub(crate) fn setting<T, F: Fn(&str) -> Result<T, Problem>>(&mut self, check: F) -> Pick<'_, 'l, T, F> {
        Pick { layers: self, check, found: None }
    }

    /// A place in the file.
    pub(crate) fn origin(&self, span: Span) -> Origin {
        self.file.map_or(Origin::Default, |source| Origin::of(source, span))
    }
}

impl<T, F: Fn(&str) -> Result<T, Problem>> Pick<'_, '_, T, F> {
    /// A flag.
    pub(crate) fn flag(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(name, &value.to_string(), Origin::Flag(name)),
            None => self,
        }
    }

    /// A variable. An empty one counts as not set, as compose files have it.
    pub(crate) fn variable(self, name: &'static str) -> Self {
        match self.layers.environment.var(name).filter(|text| !text.is_empty()) {
            Some(text) => self.text(name, text, Origin::Env(name)),
            None => self,
        }
    }

    /// A key, which has been checked where it was read.
    pub(crate) fn key(mut self, located: Option<Located<T>>) -> Self {
        let Some(Located { value, span }) = located else { return self };
        let origin = self.layers.origin(span);
        self.found = self.found.or(Some(Setting { value, origin }));
        self
    }

    /// What was found.
    pub(crate) fn found(self) -> Option<Setting<T>> {
        self.found
    }

    /// What was found, or what holds where nothing was.
    pub(crate) fn or(self, default: T) -> Setting<T> {
        self.found.unwrap_or(Setting::default(default))
    }

    fn text(mut self, name: &str, text: &str, origin: Origin) -> Self {
        match (self.check)(text) {
            Ok(value) => self.found = self.found.or(Some(Setting { value, origin })),
            Err(problem) => {
                let span = problem.span.clone().map_or(Span { start: 0, end: text.len() }, Span::from);
                self.layers.report.usage(&Source::new(name, text), span, problem);
            }
        }
        self
    }
}

impl Origin {
    /// A place in a file.
    pub(crate) fn of(source: &Source, span: Span) -> Self {
        Self::File { file: source.name.clone(), line: source.line(span) }
    }
}

impl<T> Setting<T> {
    /// The same with another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting { value: change(self.value), origin: self.origin }
    }
}

/// A check of a number as a check of its text.
pub(crate) fn number<T>(
    what: &'static str,
    check: impl Fn(u64) -> Result<T, Problem>,
) -> impl Fn(&str) -> Result<T, Problem> {
    move |text| {
        let number = text.trim().parse().map_err(|_| {
            Problem::new(format!("expected {what}, a whole number from 0, found `{}`", text.escape_debug()))
        })?;
        check(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values;

    /// Every combination of sources, and who wins.
    #[test]
    fn the_strongest_source_wins() {
        let check = |flag: Option<u16>, variable: &str, key: Option<u16>, wanted: &str| {
            let (mut report, source) = (Report::default(), Source::new("f.yaml", "a:\nb: 3"));
            let environment = Environment::with("/", [("V", variable)]);
            let mut layers = Layers { report: &mut report, environment: &environment, file: Some(&source) };
            let key = key.map(|value| Located { value, span: Span { start: 6, end: 7 } });
            let pick = layers.setting(number("a port", values::port));
            let setting = pick.flag("--f", flag).variable("V").key(key).or(9);
            let problems = report.finish().0;
            let told = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            assert_eq!(format!("{} {}{told}", setting.value, setting.origin), wanted);
        };
        check(Some(1), "2", Some(3), "1 --f");
        check(None, "2", Some(3), "2 V");
        check(None, "", Some(3), "3 f.yaml:2");
        check(None, "", None, "9 default");
        check(Some(1), "x", None, "1 --fV:1:1: error: expected a port, a whole number from 0, found `x`");
        check(None, "70000", Some(3), "3 f.yaml:2V:1:1: error: expected a port from 0 to 65535, found 70000");
    }
}

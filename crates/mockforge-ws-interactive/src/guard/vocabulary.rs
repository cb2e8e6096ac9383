//! What an expression may name, and where the names get their values.

use serde_json::{Map, Value};

/// What an expression may name, known when it is compiled.
///
/// ```
/// use mockforge_ws_interactive::{Declared, Guard, Vocabulary};
/// use serde_json::json;
///
/// let state = json!({ "said": 0, "role": "guest" });
/// let vocabulary =
///     Vocabulary { state: Declared::fixed(state.as_object().unwrap()), ..Vocabulary::default() };
/// let problems = Guard::parse("state.sayd > 3", &vocabulary).unwrap_err();
/// assert_eq!(problems[0].to_string(), "no such name `state.sayd` (did you mean `said`?)");
/// ```
#[derive(Clone, Copy, Default)]
pub struct Vocabulary<'a> {
    /// What `state.x` may be.
    pub state: Declared<'a>,
    /// What `shared.x` may be.
    pub shared: Declared<'a>,
    /// The constants `var.x`. They become part of the expression.
    pub vars: Declared<'a>,
}

/// Names with their initial values.
#[derive(Clone, Copy, Default)]
pub struct Declared<'a> {
    names: Option<&'a Map<String, Value>>,
    varies: Option<&'a dyn Fn(&str) -> bool>,
}

impl<'a> Declared<'a> {
    /// Names whose values keep the types that they begin with.
    pub fn fixed(names: &'a Map<String, Value>) -> Self {
        Self { names: Some(names), varies: None }
    }

    /// Names of which some, those that `varies` tells, may get values of other types.
    pub fn varying(names: &'a Map<String, Value>, varies: &'a dyn Fn(&str) -> bool) -> Self {
        Self { names: Some(names), varies: Some(varies) }
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        self.names.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    pub(crate) fn initial(self, name: &str) -> Option<&'a Value> {
        self.names?.get(name)
    }

    pub(crate) fn map(self) -> Value {
        Value::Object(self.names.cloned().unwrap_or_default())
    }

    pub(crate) fn varies(self, name: &str) -> bool {
        self.varies.is_some_and(|varies| varies(name))
    }
}

/// Where names get their values when an expression is evaluated.
///
/// A name is a root, without what follows it: `$`, `message`, `state`, `shared`, `machine`, `capture`, `path`,
/// `query`, `header`, `key`, `room`, `connection`, `streams`, `sender`, `row`, `error` or `elapsed`. It is
/// asked for only if the expression comes to it, and once or more often.
///
/// ```
/// use mockforge_ws_interactive::{Guard, Named, Names, Vocabulary};
///
/// struct Said<'m>(&'m str);
///
/// impl Names for Said<'_> {
///     fn get<'n>(&'n self, name: &str) -> Option<Named<'n>> {
///         (name == "message").then(|| self.0.into())
///     }
/// }
///
/// let guard = Guard::parse("message.startsWith('a')", &Vocabulary::default()).unwrap();
/// assert_eq!(guard.holds(&Said("abc")), Ok(true));
/// ```
pub trait Names {
    /// The value of a name, or nothing where it has none at this time.
    fn get<'n>(&'n self, name: &str) -> Option<Named<'n>>;

    /// The names of those in a room, for `members("lobby")`. By default there are no rooms.
    ///
    /// ```
    /// use mockforge_ws_interactive::{Guard, Named, Names, Vocabulary};
    ///
    /// struct Lobby;
    ///
    /// impl Names for Lobby {
    ///     fn get<'n>(&'n self, _: &str) -> Option<Named<'n>> {
    ///         None
    ///     }
    ///
    ///     fn members(&self, room: &str) -> Vec<String> {
    ///         if room == "lobby" { vec!["ada".into()] } else { Vec::new() }
    ///     }
    /// }
    ///
    /// let guard = Guard::parse("'ada' in members('lobby')", &Vocabulary::default()).unwrap();
    /// assert_eq!(guard.holds(&Lobby), Ok(true));
    /// ```
    fn members(&self, room: &str) -> Vec<String> {
        let _ = room;
        Vec::new()
    }
}

/// A name's value. What is borrowed is not copied, however large it is.
#[derive(Debug, Clone)]
pub enum Named<'n> {
    /// A text.
    Text(&'n str),
    /// Any JSON.
    Json(&'n Value),
    /// An object.
    Object(&'n Map<String, Value>),
    /// A value that was made to answer. It is kept until the evaluation ends.
    Made(Value),
}

impl<'n> From<&'n str> for Named<'n> {
    fn from(text: &'n str) -> Self {
        Self::Text(text)
    }
}

impl<'n> From<&'n Value> for Named<'n> {
    fn from(value: &'n Value) -> Self {
        Self::Json(value)
    }
}

impl<'n> From<&'n Map<String, Value>> for Named<'n> {
    fn from(map: &'n Map<String, Value>) -> Self {
        Self::Object(map)
    }
}

impl From<Value> for Named<'_> {
    fn from(value: Value) -> Self {
        Self::Made(value)
    }
}

impl Names for Map<String, Value> {
    fn get<'n>(&'n self, name: &str) -> Option<Named<'n>> {
        self.get(name).map(Named::Json)
    }
}

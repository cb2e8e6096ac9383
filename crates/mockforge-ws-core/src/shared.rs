//! Variables and a machine that several connections share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde_json::{Map, Value};

/// What the connections of one server have in common: rooms, and what is shared by name.
#[derive(Debug, Clone, Default)]
pub struct Commons {
    /// The rooms.
    pub rooms: crate::Rooms,
    /// What is shared.
    pub shared: Sharing,
}

/// Variables and the state of a machine, shared by those who hold them.
#[derive(Debug, Default)]
pub struct Shared {
    /// The variables.
    pub vars: Map<String, Value>,
    /// The machine's state.
    pub machine: Arc<str>,
    /// How many states were entered.
    pub entered: u64,
}

/// What is shared, by name.
///
/// ```
/// use mockforge_ws_core::{Shared, Sharing};
///
/// let sharing = Sharing::default();
/// let ours = sharing.named("route:/ws", true, Shared::default);
/// ours.lock().unwrap().vars.insert("n".into(), 1.into());
/// let theirs = sharing.named("route:/ws", true, Shared::default);
/// assert_eq!(theirs.lock().unwrap().vars["n"], 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sharing(Arc<Mutex<HashMap<Box<str>, Held>>>);

#[derive(Debug)]
enum Held {
    Kept(Arc<Mutex<Shared>>),
    WhileUsed(Weak<Mutex<Shared>>),
}

impl Sharing {
    /// What goes by that name, made where it is not there. One that is not to be `kept` is gone when the
    /// last who holds it lets it go.
    pub fn named(&self, name: &str, kept: bool, make: impl FnOnce() -> Shared) -> Arc<Mutex<Shared>> {
        let mut held = self.held();
        let found = match held.get(name) {
            Some(Held::Kept(shared)) => Some(Arc::clone(shared)),
            Some(Held::WhileUsed(shared)) => shared.upgrade(),
            None => None,
        };
        found.unwrap_or_else(|| {
            // Names come from clients; those that nobody uses any more go at each doubling.
            if held.len().is_power_of_two() {
                held.retain(|_, held| !matches!(held, Held::WhileUsed(shared) if shared.strong_count() == 0));
            }
            let made = Arc::new(Mutex::new(make()));
            let new = match kept {
                true => Held::Kept(Arc::clone(&made)),
                false => Held::WhileUsed(Arc::downgrade(&made)),
            };
            held.insert(name.into(), new);
            made
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Box<str>, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

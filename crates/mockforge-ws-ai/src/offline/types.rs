//! The event types that are asked for, with their weights.

use mockforge_ws_diagnostic::Problem;

use super::kind::{meant, words};
use super::schema::Shape;
use super::world::{Kind, Scene};
use crate::{Domain, Narrative};

/// One type by the name that is shown, and the domain's type that is most like it.
#[derive(Debug, Clone)]
pub(crate) struct EventType {
    pub(crate) name: String,
    weight: f64,
    pub(crate) kind: Option<&'static str>,
}

/// All of them; none means those of the domain.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventTypes {
    types: Vec<EventType>,
    total: f64,
}

/// What is wrong with event types.
pub(crate) fn check(types: &[(String, f64)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, (name, weight)) in types.iter().enumerate() {
        let wrong = if name.trim().is_empty() {
            Problem::new("an event type needs a name")
        } else if !weight.is_finite() || *weight < 0.0 {
            Problem::new(format!("the weight of `{name}` is {weight}; expected a number from 0"))
                .hint("weights are relative: 3 comes three times as often as 1")
        } else {
            continue;
        };
        problems.push(wrong.under(index).under("event_types"));
    }
    let total: f64 = types.iter().map(|(_, weight)| weight).sum();
    if problems.is_empty() && !types.is_empty() && !(total > 0.0 && total.is_finite()) {
        let problem = Problem::new(format!("the weights of the event types add up to {total}"));
        problems.push(problem.hint("give at least one a weight above 0, such as 1").under("event_types"));
    }
    problems
}

/// The domain that names of types and of members suggest.
pub(crate) fn domain(types: &[(String, f64)], shape: Option<&Shape>) -> Domain {
    let mut text: Vec<String> = types.iter().flat_map(|(name, _)| words(name)).collect();
    if let Some(shape) = shape {
        text.extend(shape.names().iter().flat_map(|name| words(name)));
    }
    Narrative::read(&text.join(" ")).domain
}

impl EventTypes {
    /// Those that are asked for, or else those that a schema or examples have.
    pub(crate) fn new(asked: &[(String, f64)], shape: Option<&Shape>, kinds: &[Kind]) -> Self {
        let mut asked = asked.to_vec();
        if asked.is_empty() {
            asked.extend(shape.into_iter().flat_map(Shape::types).map(|name| (name, 1.0)));
        }
        let of = |(name, weight): (String, f64)| EventType { kind: meant(&name, kinds), name, weight };
        let types: Vec<EventType> = asked.into_iter().map(of).collect();
        let total = types.iter().map(|kind| kind.weight).sum();
        Self { types, total }
    }

    /// One by weight; but where an answer is to come whose type is among them, that.
    pub(crate) fn choose(&self, pending: Option<&str>, scene: &mut Scene<'_>) -> Option<&EventType> {
        if let Some(answer) = self.types.iter().find(|kind| pending.is_some() && kind.kind == pending) {
            return Some(answer);
        }
        let mut drawn = if self.total > 0.0 { scene.float(0.0, self.total) } else { 0.0 };
        let weighty = self.types.iter().filter(|kind| kind.weight > 0.0);
        let mut last = None;
        for kind in weighty {
            last = Some(kind);
            drawn -= kind.weight;
            if drawn < 0.0 {
                break;
            }
        }
        last
    }
}

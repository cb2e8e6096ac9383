//! Where the events of a mode come from.

use std::sync::Arc;

use crate::prompt::Brief;
use crate::{Budget, Llm, OfflineOptions};

/// Where events come from. A description, which all connections share; each has events of its own.
#[derive(Debug, Clone)]
pub enum Source {
    /// The generator without a model.
    Offline(OfflineOptions),
    /// A language model.
    Model(Box<ModelSource>),
}

/// A language model as a source of events.
#[derive(Debug, Clone)]
pub struct ModelSource {
    /// Whom to ask.
    pub llm: Arc<dyn Llm>,
    /// What to ask for.
    pub brief: Brief,
    /// The most that may be used of it: tokens of each connection, money of all together.
    pub budget: Budget,
    /// What takes the model's place when it fails; a fact says so. Without it the connection is failed then.
    pub fallback: Option<OfflineOptions>,
}

impl Source {
    /// A model, without a limit to what it costs and without a fallback.
    pub fn model(llm: Arc<dyn Llm>, brief: Brief) -> Self {
        Self::Model(Box::new(ModelSource { llm, brief, budget: Budget::default(), fallback: None }))
    }
}

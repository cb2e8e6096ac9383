//! Augmenting without a model.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;

use mockforge_ws_core::ConnRng;
use mockforge_ws_diagnostic::Problem;
use rand::SeedableRng as _;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::site::{self, Form, Site};
use super::{Augmentation, ask, write};
use crate::offline::near;
use crate::{Narrative, Offline, OfflineOptions};

/// Who has generated what no model has.
const NAME: &str = "offline";
/// How many messages of a script one is made after.
const MOST_ALIKE: usize = 50;

impl Augmentation {
    /// Fills all points that still want something with what [`Offline`] generates, with the script's time counted
    /// from `start`. What is generated at a point looks like the nearest message of the server, unless the options
    /// have a schema or examples.
    ///
    /// # Errors
    /// As of [`Offline::new`].
    pub fn offline(&mut self, start: OffsetDateTime) -> Result<(), Vec<Problem>> {
        let mut rng = ConnRng::seed_from_u64(self.options.seed);
        // One of each shape, so that its numbers go on from point to point.
        let mut generators: BTreeMap<Option<Vec<String>>, Offline> = BTreeMap::new();
        let mut passed = Duration::ZERO;
        while let Some(site) = self.sites.get(self.current) {
            let generator = match generators.entry(shape(site)) {
                Entry::Occupied(generator) => generator.into_mut(),
                Entry::Vacant(place) => {
                    let mut generator = Offline::new(&self.offline_options(site))?;
                    // The script is in the middle of something, wherever its points are.
                    generator.skip_opening(&mut rng, passed, start.saturating_add(signed(passed)));
                    place.insert(generator)
                }
            };
            let entry = &self.script.entries[site.entry];
            if let Some(said) = self.script.value(entry).filter(|_| entry.is_in) {
                generator.hear(&said);
            }
            let missing = self.options.per_point - site.messages.len();
            let times = match site.rewrites {
                Some(_) => vec![entry.ts],
                None => write::times(&self.script, site.entry, missing),
            };
            let mut messages = Vec::new();
            for ts in times {
                // A script may go back in time; a stream does not.
                passed = passed.max(Duration::from_millis(ts));
                messages.push(generator.next(&mut rng, passed, start.saturating_add(signed(passed))));
            }
            let site = &mut self.sites[self.current];
            site.messages.extend(messages);
            site.by = NAME.to_string();
            self.next_site();
        }
        Ok(())
    }

    /// When the script begins, as far as its messages tell: by the first time (RFC 3339) that one of them has.
    pub fn begins(&self) -> Option<OffsetDateTime> {
        self.script.entries.iter().find_map(|entry| {
            let told = time_in(&self.script.value(entry)?)?;
            told.checked_sub(signed(Duration::from_millis(entry.ts)))
        })
    }

    fn offline_options(&self, site: &Site) -> OfflineOptions {
        let narrative = self.options.narrative.clone();
        let (schema, examples) = match (site.form, site.examples.first()) {
            (Form::Object, Some(nearest)) => {
                let narrative = Narrative::read(&self.options.narrative);
                (Some(near(&self.alike(nearest), &narrative)), Vec::new())
            }
            _ => (ask::schema(site, &self.options), ask::examples(site, &self.options).to_vec()),
        };
        OfflineOptions { narrative, schema, examples, event_types: Vec::new() }
    }

    /// The messages of the server that have the shape of this one.
    fn alike(&self, example: &Value) -> Vec<Value> {
        let sent = self.script.entries.iter().filter_map(|entry| site::example(&self.script, entry));
        sent.filter(|other| names(other) == names(example)).take(MOST_ALIKE).collect()
    }
}

fn time_in(value: &Value) -> Option<OffsetDateTime> {
    match value {
        Value::String(text) => OffsetDateTime::parse(text, &Rfc3339).ok(),
        Value::Array(elements) => elements.iter().find_map(time_in),
        Value::Object(members) => members.values().find_map(time_in),
        _ => None,
    }
}

fn signed(time: Duration) -> time::Duration {
    time::Duration::try_from(time).unwrap_or(time::Duration::MAX)
}

/// What sites have in common that have one generator: the shape of their messages.
fn shape(site: &Site) -> Option<Vec<String>> {
    match site.form {
        Form::Object => Some(site.examples.first().map(names).unwrap_or_default()),
        Form::Text => None,
    }
}

/// The type of a message and the names of its members.
fn names(message: &Value) -> Vec<String> {
    let members = message.as_object().into_iter().flatten();
    members
        .map(|(name, value)| if name == "type" { format!("type: {value}") } else { name.clone() })
        .collect()
}

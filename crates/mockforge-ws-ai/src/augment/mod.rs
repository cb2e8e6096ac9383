//! Scripts with generated messages: at chosen points others are inserted, or written anew.

mod ask;
mod asked;
mod choice;
mod options;
mod point;
mod script;
mod site;
#[cfg(test)]
mod tests;
mod unaided;
mod write;

use mockforge_ws_core::{Inbound, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::Pattern;
use serde_json::Value;
use similar::TextDiff;

pub use self::options::{AugmentOptions, How};
pub use self::point::Point;

use self::script::Script;
use self::site::{Form, Site};
use crate::Request;
use crate::events::{EventLimits, EventParser, Parsed};
use crate::prompt::{Memory, Prompts};

/// How often a model is asked at a point: once, and once more for what was not right.
const ATTEMPTS: u32 = 2;
/// How many remarks are kept on what is not in the result.
const MOST_REMARKS: usize = 100;

/// A script that is being augmented.
///
/// It asks point by point: [`request`](Self::request) says what to ask a model, [`push`](Self::push) takes the
/// answer as it comes, [`answered`](Self::answered) ends it. Without a model, `offline` does all of it.
///
/// The result is a script again. Each generated line stands below a comment that says where it is from; every other
/// line is there as it was, to the byte and in its order. An inserted message is sent between its neighbours, at equal
/// steps, so no other line is moved. `{{` in what was generated is text and no template.
///
/// ```
/// use mockforge_ws_ai::{AugmentOptions, Augmentation, Point};
/// use time::macros::datetime;
///
/// let script = "{\"ts\":0,\"text\":\"hello\"}\n{\"ts\":300,\"json\":{\"type\":\"tick\",\"price\":101.5}}\n";
/// let options = AugmentOptions {
///     narrative: "A calm day of stock trading".into(),
///     points: vec![Point::parse("/^hello/").unwrap()],
///     per_point: 2,
///     seed: 7,
///     ..AugmentOptions::default()
/// };
///
/// // With a model: as long as there is something to ask.
/// let mut augmentation = Augmentation::new(script, options.clone()).unwrap();
/// while let Some(request) = augmentation.request() {
///     assert!(request.turns[0].text.contains("A calm day of stock trading"));
///     augmentation.push("{\"text\":\"Good mor");
///     augmentation.push("ning!\"}\n{\"text\":\"The market is open.\"}");
///     augmentation.answered("openai/gpt-4o-mini");
/// }
/// assert_eq!(
///     augmentation.finish(),
///     r#"{"ts":0,"text":"hello"}
/// // generated: openai/gpt-4o-mini, seed 7, after line 1
/// {"ts":100,"text":"Good morning!"}
/// // generated: openai/gpt-4o-mini, seed 7, after line 1
/// {"ts":200,"text":"The market is open."}
/// {"ts":300,"json":{"type":"tick","price":101.5}}
/// "#
/// );
///
/// // Without one.
/// let mut augmentation = Augmentation::new(script, options).unwrap();
/// augmentation.offline(datetime!(2024-01-15 10:30 UTC)).unwrap();
/// assert_eq!(augmentation.finish().matches("// generated: offline, seed 7").count(), 2);
/// ```
#[derive(Debug)]
pub struct Augmentation {
    script: Script,
    options: AugmentOptions,
    schema: Option<Pattern>,
    /// In the order of the script.
    sites: Vec<Site>,
    current: usize,
    asked: Asked,
    /// How many requests there were in all.
    requests: u64,
    memory: Memory,
    left_out: Vec<Problem>,
}

/// What became of the requests for the site whose turn it is.
#[derive(Debug)]
struct Asked {
    times: u32,
    parser: EventParser,
    found: Vec<Parsed>,
    /// The last message that was not as the schema says, and why.
    rejected: Option<(Value, String)>,
    /// How much there was that is no message.
    skipped: usize,
}

impl Asked {
    fn nothing() -> Self {
        let parser = EventParser::new(EventLimits::default());
        Self { times: 0, parser, found: Vec::new(), rejected: None, skipped: 0 }
    }
}

impl Augmentation {
    /// Finds the points in a script (JSONL, version 1). It should be one that compiles.
    ///
    /// # Errors
    /// All mistakes of the options, each under the name of its option: points that choose no line, with what there
    /// is to choose; lines at none of which anything can stand; a schema that is none. Lines of the script that are no
    /// JSON objects.
    ///
    /// ```
    /// use mockforge_ws_ai::{AugmentOptions, Augmentation, Point};
    ///
    /// let points = vec![Point::parse("user_mesage").unwrap()];
    /// let script = "{\"json\":{\"type\":\"user_message\"}}\n{\"label\":\"top\"}\n";
    /// let problems = Augmentation::new(script, AugmentOptions { points, ..Default::default() }).unwrap_err();
    /// assert_eq!(problems[0].message, "`user_mesage` chooses no line of the script");
    /// assert_eq!(
    ///     problems[0].hint.as_deref(),
    ///     Some("did you mean `user_message`? labels: top; types: user_message")
    /// );
    /// ```
    pub fn new(script: &str, options: AugmentOptions) -> Result<Self, Vec<Problem>> {
        let script = Script::read(script)?;
        let mut problems = Vec::new();
        let schema = match options.schema.as_ref().map(options::pattern).transpose() {
            Ok(schema) => schema,
            Err(mistakes) => {
                problems.extend(mistakes.into_iter().map(|problem| problem.under("schema")));
                None
            }
        };
        problems.extend(options::count(&options));
        let chosen = choice::chosen(&script, &options.points, &mut problems);
        let (mut sites, mut left_out) = (Vec::new(), Vec::new());
        for index in chosen {
            match Site::new(&script, index, &options) {
                Ok(site) => sites.push(site),
                Err(why) => remark(&mut left_out, why),
            }
        }
        if problems.is_empty() && sites.is_empty() {
            problems.extend(left_out.drain(..).map(|problem| problem.under("points")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (asked, memory) = (Asked::nothing(), Memory::default());
        Ok(Self { script, options, schema, sites, current: 0, asked, requests: 0, memory, left_out })
    }

    /// How many points are done, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.current, self.sites.len())
    }

    /// What to ask a model next; nothing when all points are done. To be called again without an answer, after a
    /// failure, asks the same again.
    pub fn request(&mut self) -> Option<Request> {
        let site = self.sites.get(self.current)?;
        let missing = self.options.per_point - site.messages.len();
        let prompts = Prompts::new(ask::brief(&self.script, site, &self.options, missing));
        self.asked.parser = prompts.parser(EventLimits::default());
        self.asked.found.clear();
        Some(match &self.asked.rejected {
            Some((message, why)) if missing == 1 => prompts.repair(message, std::slice::from_ref(why)),
            _ => prompts.page(self.requests, &self.memory, &[]),
        })
    }

    /// Takes a piece of the answer.
    pub fn push(&mut self, text: &str) {
        self.asked.parser.push(text, &mut self.asked.found);
        self.take();
    }

    /// Ends the answer, and says who gave it: by provider and model, as of [`Llm::name`](crate::Llm::name).
    pub fn answered(&mut self, by: &str) {
        self.asked.parser.finish(&mut self.asked.found);
        self.take();
        self.requests += 1;
        self.asked.times += 1;
        let Some(site) = self.sites.get_mut(self.current) else { return };
        site.by = by.to_string();
        let (got, wanted) = (site.messages.len(), self.options.per_point);
        if got < wanted && self.asked.times < ATTEMPTS {
            return;
        }
        if got < wanted {
            let line = self.script.entries[site.entry].line + 1;
            let problem =
                Problem::new(format!("line {line}: {got} of {wanted} messages were generated by {by}"));
            let why = match &self.asked {
                Asked { rejected: Some((_, why)), .. } => format!("others are not as they should be: {why}"),
                Asked { skipped: 1.., .. } => "it wrote other things than JSON objects".to_string(),
                _ => "it wrote no more".to_string(),
            };
            remark(&mut self.left_out, problem.hint(why));
        }
        self.next_site();
    }

    /// What was chosen or asked for and is not in the result, in sentences: lines at which nothing can stand, points
    /// whose answers were of no use. The first hundred.
    pub fn left_out(&self) -> &[Problem] {
        &self.left_out
    }

    /// The script with what there is so far.
    pub fn finish(&self) -> String {
        write::augmented(&self.script, &self.sites, self.options.seed)
    }

    /// What is different in the new script, as a unified diff; empty where nothing is.
    ///
    /// ```
    /// # use mockforge_ws_ai::{AugmentOptions, Augmentation, Point};
    /// let points = vec![Point::parse("$.a").unwrap()];
    /// let mut augmentation = Augmentation::new("{\"json\":{\"a\":1}}", AugmentOptions { points, ..Default::default() })?;
    /// augmentation.push(r#"{"a":2}"#);
    /// augmentation.answered("toy/parrot");
    /// assert_eq!(
    ///     augmentation.diff("feed.jsonl"),
    ///     r#"--- feed.jsonl
    /// +++ feed.jsonl
    /// @@ -1 +1,3 @@
    /// -{"json":{"a":1}}
    /// \ No newline at end of file
    /// +{"json":{"a":1}}
    /// +// generated: toy/parrot, seed 0, after line 1
    /// +{"ts":1000,"json":{"a":2}}
    /// \ No newline at end of file
    /// "#
    /// );
    /// # Ok::<(), Vec<mockforge_ws_diagnostic::Problem>>(())
    /// ```
    pub fn diff(&self, file: &str) -> String {
        let new = self.finish();
        TextDiff::from_lines(self.script.text(), &new).unified_diff().header(file, file).to_string()
    }

    /// Keeps what was found in the answer, as far as it is wanted.
    fn take(&mut self) {
        let Some(site) = self.sites.get_mut(self.current) else { return };
        for parsed in self.asked.found.drain(..) {
            match parsed {
                Parsed::Skipped(_) => self.asked.skipped += 1,
                Parsed::Event(_) if site.messages.len() >= self.options.per_point => {}
                Parsed::Event(event) => match misfit(&event.value, site.form, self.schema.as_ref()) {
                    Some(why) => self.asked.rejected = Some((event.value, why)),
                    None => {
                        self.memory.remember(&event.value);
                        site.messages.push(event.value);
                    }
                },
            }
        }
    }

    fn next_site(&mut self) {
        self.current += 1;
        self.asked = Asked::nothing();
    }
}

/// Why an event can't be a message; nothing where it can.
fn misfit(event: &Value, form: Form, schema: Option<&Pattern>) -> Option<String> {
    match form {
        Form::Text if event["text"].as_str().is_none_or(str::is_empty) => Some(format!(
            "expected an object with a member `text`, a string that is not empty, got {event:.60}"
        )),
        Form::Text => None,
        Form::Object => schema?.explain(&Inbound::new(Message::text(event.to_string()))),
    }
}

fn remark(remarks: &mut Vec<Problem>, remark: Problem) {
    if remarks.len() < MOST_REMARKS {
        remarks.push(remark);
    }
}

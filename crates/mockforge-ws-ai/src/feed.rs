//! Events of a language model, without the I/O: what to ask it, and what of its answers to keep.

mod answer;
mod budget;
mod options;
mod queue;

use std::collections::VecDeque;
use std::sync::Arc;

use mockforge_ws_core::{AiFact, Inbound, Message};
use mockforge_ws_diagnostic::Problem;
use mockforge_ws_match::{Dialect, Pattern};
use serde_json::{Value, json};

use self::answer::{Answer, Purpose};
use self::budget::Ledger;
use self::queue::Queue;
use crate::events::{EventLimits, Parsed, SkipReason};
use crate::offline::types;
use crate::prompt::{Conversation, Memory, Prompts, estimate_request};
use crate::{LlmError, LlmErrorKind, Piece, Request, Usage};

pub use budget::{Budget, Price};
pub use options::FeedOptions;

/// How many events of a page may be written again, each once.
const MOST_REPAIRS: usize = 3;

/// How many events an answer to clients has.
const MOST_ANSWERED: usize = 10;

/// How many messages of clients wait for the next request, and the most characters that are kept of one.
const MOST_HEARD: usize = 50;
const HEARD_CHARS: usize = 1_001;

/// How many facts wait to be asked for.
const MOST_NEWS: usize = 1_000;

/// How many answers in a row may have nothing that can be used.
const MOST_BARREN: u32 = 2;

/// The most bytes of events that wait while another page is asked for.
const MOST_BYTES: usize = 1 << 20;

/// An answer for which fewer tokens are left is not asked for.
const LEAST_TOKENS: u64 = 16;

/// What every model can answer with, in tokens.
const SMALL_ANSWER: u32 = 4_096;

/// The events that a language model makes of a brief, page by page.
///
/// It says when a request is due and takes the answer piece by piece; whoever holds it asks the model. Events are
/// there as soon as they are written. One that does not fit the schema is asked for again once, and otherwise
/// passed over. After two answers in a row of which nothing can be used the feed has failed.
///
/// ```
/// use futures_util::StreamExt;
/// use mockforge_ws_ai::prompt::Brief;
/// use mockforge_ws_ai::{Feed, FeedOptions, Llm, LlmError};
/// use serde_json::Value;
///
/// async fn all(llm: &dyn Llm, brief: Brief) -> Result<Vec<Value>, LlmError> {
///     let mut feed = Feed::new(FeedOptions::new(brief)).expect("a good brief");
///     let mut events = Vec::new();
///     while let Some(request) = feed.wants() {
///         let mut answer = llm.generate(request);
///         // It may have enough before the model has said all.
///         while feed.is_asking() {
///             match answer.next().await {
///                 Some(Ok(piece)) => feed.piece(piece),
///                 Some(Err(error)) => feed.ended(Err(error)),
///                 None => feed.ended(Ok(())),
///             }
///             events.extend(std::iter::from_fn(|| feed.pop()));
///         }
///     }
///     feed.failure().map_or(Ok(events), |error| Err(error.clone()))
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Feed {
    plan: Arc<Plan>,
    memory: Memory,
    /// What clients have said and were answered.
    conversation: Conversation,
    /// What clients have said since the last request.
    heard: VecDeque<String>,
    waiting: Queue,
    answer: Option<Answer>,
    /// Events of the last page that are to be written again.
    broken: VecDeque<Broken>,
    /// The number of the next event as it was written.
    number: u64,
    pages: u64,
    barren: u32,
    usage: Usage,
    /// What the answer that came to its end last has used of that.
    last_usage: Usage,
    /// What clients said that an answer was of no use to, while its events are written again.
    unanswered: Vec<String>,
    end: Option<End>,
    news: VecDeque<AiFact>,
}

/// What the feeds of all connections have in common.
#[derive(Debug)]
struct Plan {
    options: FeedOptions,
    prompts: Prompts,
    fits: Option<Pattern>,
    ledger: Ledger,
}

/// An event that does not fit the schema.
#[derive(Debug, Clone)]
struct Broken {
    number: u64,
    event: Value,
    violation: String,
}

/// Why the model is not asked any more, before there are all events.
#[derive(Debug, Clone)]
enum End {
    Failed(LlmError),
    Spent,
}

impl Feed {
    /// Prepares the requests. Clones share what is prepared, and the [cost](Budget::cost) that they may have.
    ///
    /// # Errors
    /// All mistakes: a schema that is none, examples that do not fit it, event types without a name or with a
    /// weight that is none. The first key of a problem's path is the name of the brief's member.
    pub fn new(options: FeedOptions) -> Result<Self, Vec<Problem>> {
        let brief = &options.brief;
        let mut problems = types::check(&brief.event_types);
        let fits = brief.schema.as_ref().map(|schema| {
            Pattern::parse(&json!({ "schema": schema }), Dialect::default())
                .map_err(|mistakes| problems.extend(mistakes))
        });
        let fits = fits.and_then(Result::ok);
        for (index, example) in brief.examples.iter().enumerate() {
            if let Some(why) = fits.as_ref().and_then(|fits| violation(fits, example)) {
                let problem = Problem::new(format!("this example does not fit the schema: {why}"));
                problems.push(problem.under(index).under("examples"));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let prompts = Prompts::new(brief.clone());
        Ok(Self {
            plan: Arc::new(Plan { options, prompts, fits, ledger: Ledger::default() }),
            memory: Memory::default(),
            conversation: Conversation::default(),
            heard: VecDeque::new(),
            waiting: Queue::default(),
            answer: None,
            broken: VecDeque::new(),
            number: 0,
            pages: 0,
            barren: 0,
            usage: Usage::default(),
            last_usage: Usage::default(),
            unanswered: Vec::new(),
            end: None,
            news: VecDeque::new(),
        })
    }

    /// The request to begin, where one is due; its answer is then under way. None while enough events wait or an
    /// answer is under way, and when there is no more to ask for.
    pub fn wants(&mut self) -> Option<Request> {
        if self.answer.is_some() || self.end.is_some() || self.has_enough() {
            return None;
        }
        let purpose = self.due()?;
        let mut request = self.request(&purpose);
        let estimate = estimate_request(&request);
        let Plan { options, ledger, .. } = &*self.plan;
        if let Some(left) = options.budget.left(self.usage, ledger.used(), estimate) {
            if left < LEAST_TOKENS {
                self.spend();
                return None;
            }
            // A provider may refuse to be allowed more than the model can write.
            let most = u64::from(request.max_tokens.unwrap_or(SMALL_ANSWER));
            request.max_tokens = if left < most { u32::try_from(left).ok() } else { request.max_tokens };
        }
        let repair = matches!(purpose, Purpose::Repair(_));
        let heard = if repair { Vec::new() } else { self.heard.drain(..).collect() };
        let model = Arc::clone(&self.plan.options.model);
        self.pages += u64::from(!repair);
        self.report(AiFact::Asked { model, page: self.pages, repair });
        let parser = self.plan.prompts.parser(EventLimits::default());
        let mut answer = Answer::new(purpose, heard, parser, estimate);
        answer.book(&self.plan.ledger);
        self.answer = Some(answer);
        Some(request)
    }

    /// What to ask for now.
    fn due(&mut self) -> Option<Purpose> {
        let options = &self.plan.options;
        let is_told = self.left() == Some(0);
        if is_told && !options.is_interactive {
            return None;
        }
        if let Some(broken) = self.broken.pop_front() {
            return Some(Purpose::Repair(Box::new(broken)));
        }
        let is_spoken_to = !self.heard.is_empty();
        if is_told {
            return is_spoken_to.then_some(Purpose::Answer);
        }
        (is_spoken_to || self.waiting.len() < options.ahead.max(1)).then_some(Purpose::Page)
    }

    fn request(&mut self, purpose: &Purpose) -> Request {
        let (prompts, heard) = (&self.plan.prompts, self.heard.make_contiguous());
        match purpose {
            Purpose::Page => prompts.page(self.pages, &self.memory, heard),
            Purpose::Answer => {
                let most = self.plan.most_answered();
                prompts.answer(self.pages, &self.memory, &self.conversation, heard, most)
            }
            Purpose::Repair(broken) => prompts.repair(&broken.event, std::slice::from_ref(&broken.violation)),
        }
    }

    /// How many events of the story are still to be written; none where it has no end.
    fn left(&self) -> Option<usize> {
        let options = &self.plan.options;
        let count = options.brief.event_count.or(options.is_interactive.then_some(0))?;
        Some(count.saturating_sub(usize::try_from(self.memory.count()).unwrap_or(usize::MAX)))
    }

    /// Whether so much waits that the model should not be listened to: nobody needs to hear faster than the events
    /// leave.
    pub fn has_enough(&self) -> bool {
        let options = &self.plan.options;
        let most = options.ahead.saturating_add(options.brief.page_events).max(1);
        self.waiting.len() >= most || self.waiting.bytes() >= MOST_BYTES
    }

    /// Whether an answer is under way. When it is not any more, what the model still has to say is of no use.
    pub fn is_asking(&self) -> bool {
        self.answer.is_some()
    }

    /// Takes a piece of the answer that is under way. What an answer has used is taken also when there was
    /// enough of it before.
    pub fn piece(&mut self, piece: Piece) {
        let Some(answer) = &mut self.answer else {
            if let Piece::Usage(usage) = piece {
                self.correct(usage);
            }
            return;
        };
        match piece {
            Piece::Usage(usage) => {
                answer.usage = Some(usage);
                answer.book(&self.plan.ledger);
            }
            Piece::Text(text) => {
                let mut found = Vec::new();
                answer.read(&text, &mut found);
                answer.book(&self.plan.ledger);
                self.take_all(found);
                self.check_bounds();
            }
        }
    }

    /// The answer that is under way is over: to its end, or by an error.
    pub fn ended(&mut self, outcome: Result<(), LlmError>) {
        let Some(answer) = &mut self.answer else { return };
        let mut found = Vec::new();
        answer.finish(&mut found);
        self.take_all(found);
        self.settle(outcome.err());
    }

    /// Nobody hears the rest of the answer that is under way: what it has used until now counts.
    pub fn hang_up(&mut self, reason: Option<&str>) {
        if let Some(answer) = self.answer.take() {
            self.count(&answer, reason.map(str::to_string));
        }
    }

    fn take_all(&mut self, found: Vec<Parsed>) {
        for parsed in found {
            match parsed {
                Parsed::Event(event) => self.take(event.value),
                // Not meant to be events.
                Parsed::Skipped(skipped) if skipped.reason == SkipReason::Thought => {}
                Parsed::Skipped(skipped) => self.skip(skipped.reason.to_string(), skipped.excerpt),
            }
        }
    }

    fn take(&mut self, event: Value) {
        let (left, wanted) = (self.left(), self.wanted());
        let Some(answer) = &mut self.answer else { return };
        answer.seen += 1;
        let is_complete = match answer.purpose {
            Purpose::Page => left == Some(0),
            Purpose::Answer | Purpose::Repair(_) => answer.taken >= wanted,
        };
        if is_complete || answer.seen > wanted.saturating_mul(2) {
            return self.settle(None);
        }
        let number = match &answer.purpose {
            Purpose::Repair(broken) => broken.number,
            Purpose::Page | Purpose::Answer => {
                self.number += 1;
                self.number
            }
        };
        match self.plan.fits.as_ref().and_then(|fits| violation(fits, &event)) {
            None => {
                answer.took(&event);
                self.memory.remember(&event);
                self.waiting.put(number, event);
            }
            Some(violation)
                if !matches!(answer.purpose, Purpose::Repair(_)) && self.broken.len() < MOST_REPAIRS =>
            {
                self.broken.push_back(Broken { number, event, violation });
            }
            Some(violation) => {
                self.skip(format!("not as the schema says: {violation}"), excerpt(&event));
            }
        }
    }

    /// How many events the answer that is under way was asked for, at the most.
    fn wanted(&self) -> usize {
        match self.answer.as_ref().map(|answer| &answer.purpose) {
            Some(Purpose::Page) => self.plan.options.brief.page_events.max(1),
            Some(Purpose::Answer) => self.plan.most_answered(),
            Some(Purpose::Repair(_)) | None => 1,
        }
    }

    fn skip(&mut self, reason: String, excerpt: String) {
        if let Some(answer) = &mut self.answer
            && answer.skip()
        {
            self.report(AiFact::Skipped { reason, excerpt });
        }
    }

    /// Ends an answer that goes on for too long.
    fn check_bounds(&mut self) {
        let Some(answer) = &self.answer else { return };
        let used = self.usage.plus(answer.usage());
        if self.plan.options.budget.is_exceeded(used, self.plan.ledger.used()) {
            self.settle(None);
            self.spend();
        } else if answer.is_too_long() {
            self.settle(Some(LlmError::new(LlmErrorKind::Protocol, "the answer is too long")));
        }
    }

    /// The answer is over; what came of it.
    fn settle(&mut self, error: Option<LlmError>) {
        let Some(mut answer) = self.answer.take() else { return };
        if error.is_some() && !answer.has_begun() {
            answer.usage = Some(Usage::default());
            answer.book(&self.plan.ledger);
        }
        self.count(&answer, error.as_ref().map(ToString::to_string));
        match &answer.purpose {
            Purpose::Repair(broken) if answer.taken == 0 => {
                let reason = format!("not as the schema says, and not repaired: {}", broken.violation);
                self.report(AiFact::Skipped { reason, excerpt: excerpt(&broken.event) });
                if self.broken.is_empty() {
                    let unanswered = std::mem::take(&mut self.unanswered);
                    self.hear_again(&unanswered);
                }
            }
            // Who was answered with nothing that can be used is not left waiting.
            Purpose::Answer if answer.taken == 0 && answer.skipped > 0 && self.broken.is_empty() => {
                self.hear_again(&answer.heard);
            }
            Purpose::Answer if answer.taken == 0 => self.unanswered = answer.heard,
            Purpose::Answer => self.conversation.add(&answer.heard, &answer.events),
            Purpose::Repair(_) if answer.taken > 0 && !self.unanswered.is_empty() => {
                let heard = std::mem::take(&mut self.unanswered);
                self.conversation.add(&heard, &answer.events);
            }
            // Nobody waits for more than there are to be.
            Purpose::Page if self.left() == Some(0) => self.broken.clear(),
            _ => {}
        }
        if answer.taken > 0 {
            self.barren = 0;
            return;
        }
        if let Some(error) = error {
            self.end = Some(End::Failed(error));
            return;
        }
        match answer.purpose {
            Purpose::Repair(_) => {}
            // A message of a client may want no answer.
            Purpose::Answer if answer.skipped == 0 && self.broken.is_empty() => {}
            Purpose::Page | Purpose::Answer => self.barren += 1,
        }
        if self.barren >= MOST_BARREN && self.broken.is_empty() {
            let message = "nothing of what the model answered is an event, twice in a row";
            let hint = "see what was passed over; a larger model, a schema or examples may help";
            self.end = Some(End::Failed(LlmError::new(LlmErrorKind::Protocol, message).hint(hint)));
        }
    }

    /// An answer is over: what it has used, and what is told of it.
    fn count(&mut self, answer: &Answer, reason: Option<String>) {
        let usage = answer.usage();
        (self.usage, self.last_usage) = (self.usage.plus(usage), usage);
        self.report(AiFact::Answered {
            events: answer.taken as u64,
            skipped: answer.skipped,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost: self.plan.options.budget.price.map(|price| price.of(usage)),
            reason,
        });
    }

    /// What the last answer has used, after it was thought to be over.
    fn correct(&mut self, usage: Usage) {
        self.plan.ledger.book(self.last_usage, usage);
        self.usage = self.usage.minus(self.last_usage).plus(usage);
        self.last_usage = usage;
    }

    fn spend(&mut self) {
        if self.end.is_none() {
            self.end = Some(End::Spent);
            let cost = self.plan.options.budget.price.map(|price| price.of(self.plan.ledger.used()));
            self.report(AiFact::Spent { tokens: self.usage.total(), cost });
        }
    }

    /// Puts what clients have said before what they have said since.
    fn hear_again(&mut self, messages: &[String]) {
        let later = std::mem::take(&mut self.heard);
        messages.iter().chain(&later).for_each(|message| self.hear(message));
    }

    /// Takes what a client said: it goes into the next request, which is then due earlier. Of many messages the
    /// oldest are forgotten.
    pub fn hear(&mut self, message: &str) {
        if self.heard.len() == MOST_HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(message.chars().take(HEARD_CHARS).collect());
    }

    /// The next event.
    pub fn pop(&mut self) -> Option<Value> {
        self.waiting.pop()
    }

    /// How many events wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// About how many bytes the feed keeps.
    pub fn held_bytes(&self) -> usize {
        self.waiting.bytes() + self.heard.iter().map(String::len).sum::<usize>()
    }

    fn report(&mut self, fact: AiFact) {
        if self.news.len() == MOST_NEWS {
            self.news.pop_front();
        }
        self.news.push_back(fact);
    }

    /// What happened since the last call; of what nobody has asked for in a while the oldest is forgotten.
    pub fn news(&mut self) -> impl Iterator<Item = AiFact> {
        self.news.drain(..)
    }

    /// The tokens used so far, as the provider counts them and estimated where it does not.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Why the model is not asked any more, where it has failed.
    pub fn failure(&self) -> Option<&LlmError> {
        match &self.end {
            Some(End::Failed(error)) => Some(error),
            Some(End::Spent) | None => None,
        }
    }

    /// Whether all tokens are used that may be.
    pub fn is_spent(&self) -> bool {
        matches!(self.end, Some(End::Spent))
    }

    /// Whether nothing comes any more, whatever clients say: the story is at its end, the tokens are used up or the
    /// model has failed, and no event waits.
    pub fn is_over(&self) -> bool {
        let is_told = self.left() == Some(0) && !self.plan.options.is_interactive;
        self.waiting.len() == 0 && (self.end.is_some() || is_told)
    }
}

impl Plan {
    fn most_answered(&self) -> usize {
        self.options.brief.page_events.clamp(1, MOST_ANSWERED)
    }
}

/// Why an event is not as its schema says, in one line.
fn violation(fits: &Pattern, event: &Value) -> Option<String> {
    fits.explain(&Inbound::new(Message::text(event.to_string())))
}

/// How an event begins.
fn excerpt(event: &Value) -> String {
    event.to_string().chars().take(80).collect()
}

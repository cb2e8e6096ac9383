//! What is said to the client. `{s}` is what its message is about, `{o}` its name, `{n}` a number, `{t}` a time,
//! `{m}` a sum of money.

use super::intent::Intent;

/// Texts that answer one intent.
#[derive(Debug)]
pub(super) struct Replies {
    /// Where it is known what the message is about.
    pub(super) about: &'static [&'static str],
    /// Where it is not.
    pub(super) plain: &'static [&'static str],
}

pub(super) fn to(intent: Intent, is_support: bool) -> &'static Replies {
    match (intent, is_support) {
        (Intent::Greeting, true) => &GREETING,
        (Intent::Greeting, false) => &FRIENDS_GREETING,
        (Intent::Introduction, true) => &INTRODUCTION,
        (Intent::Introduction, false) => &FRIENDS_INTRODUCTION,
        (Intent::Thanks, true) => &THANKS,
        (Intent::Thanks, false) => &FRIENDS_THANKS,
        (Intent::GoodBye, true) => &GOOD_BYE,
        (Intent::GoodBye, false) => &FRIENDS_GOOD_BYE,
        (Intent::When, true) => &WHEN,
        (Intent::When, false) => &FRIENDS_WHEN,
        (Intent::Amount, true) => &AMOUNT,
        (Intent::Amount, false) => &FRIENDS_AMOUNT,
        (Intent::Question, true) => &QUESTION,
        (Intent::Question, false) => &FRIENDS_QUESTION,
        (Intent::Request, true) => &REQUEST,
        (Intent::Request, false) => &FRIENDS_REQUEST,
        (Intent::Trouble, true) => &TROUBLE,
        (Intent::Trouble, false) => &FRIENDS_TROUBLE,
        (Intent::Statement, true) => &STATEMENT,
        (Intent::Statement, false) => &FRIENDS_STATEMENT,
    }
}

/// To a message that is no text; `{a}` is what it wants done.
pub(super) const ACTION: &[&str] =
    &["Done: {a}.", "Okay, confirmed: {a}.", "I have taken care of it: {a}.", "All set: {a}."];

const GREETING: Replies = Replies {
    about: &[],
    plain: &[
        "Hi {o}! How can I help?",
        "Hello {o}! What can I do for you?",
        "Welcome, {o}! How may I help you?",
    ],
};
const INTRODUCTION: Replies = Replies {
    about: &[],
    plain: &["Nice to meet you, {o}. How can I help?", "Thank you, {o}. What can I do for you?"],
};
const THANKS: Replies = Replies {
    about: &[],
    plain: &["You're welcome, {o}!", "Happy to help, {o}. Anything else?", "My pleasure, {o}."],
};
const GOOD_BYE: Replies = Replies {
    about: &[],
    plain: &[
        "Good-bye, {o}, and have a nice day!",
        "Thank you for contacting us, {o}. Good-bye!",
        "Bye, {o}! Just write again if anything comes up.",
    ],
};
const WHEN: Replies = Replies {
    about: &[
        "As far as I can see, you will have news about {s} {t}.",
        "For {s} our system says: {t}.",
        "I have asked about {s}: it should be {t}.",
    ],
    plain: &["I would say {t}.", "As far as I can see, {t}.", "That should be {t}, {o}."],
};
const AMOUNT: Replies = Replies {
    about: &[
        "For {s} I see {m} here.",
        "I have looked it up, {o}: {s}, that is {m}.",
        "As of today it is {m} for {s}.",
    ],
    plain: &["That is {m}.", "I see {m} here, {o}.", "As of today it is {m}."],
};
const QUESTION: Replies = Replies {
    about: &[
        "I have just looked at {s}, {o}: everything is in order.",
        "Good question. You find all about {s} in the app, under Help.",
        "I have sent you a mail with all that we know about {s}.",
        "Let me ask a colleague about {s}; you will hear from us {t}.",
    ],
    plain: &[
        "Could you tell me a little more, {o}?",
        "Let me ask a colleague; you will hear from us {t}.",
        "As far as I can see, everything is in order.",
    ],
};
const REQUEST: Replies = Replies {
    about: &[
        "Of course, {o}. I have made a note about {s}, and it is done {t}.",
        "Sure, I am taking care of {s} right now.",
        "I can do that. May I have the number that belongs to {s}?",
    ],
    plain: &[
        "Of course, {o}. What is it about?",
        "Sure, I am on it.",
        "I can do that, {o}. It will be ready {t}.",
    ],
};
const TROUBLE: Replies = Replies {
    about: &[
        "I am sorry to hear that, {o}. I have opened a case about {s}; a colleague calls you {t}.",
        "Don't worry, {o}, we will sort out {s}. When did you notice it?",
        "Sorry about {s}! I have put it on top of our list. You will hear from us {t}.",
    ],
    plain: &[
        "I am sorry to hear that, {o}. What exactly happened?",
        "Sorry for the trouble. Could you tell me a little more?",
        "I understand, {o}. I have opened case {n}{n}; a colleague calls you {t}.",
    ],
};
const STATEMENT: Replies = Replies {
    about: &[
        "Thank you, {o}. I have made a note about {s}. Is there anything else?",
        "I see. What would you like to know about {s}?",
        "Understood. How can I help you with {s}?",
    ],
    plain: &[
        "I see. How can I help you with that?",
        "All right, {o}. Anything else?",
        "Okay, I have noted that.",
    ],
};

const FRIENDS_GREETING: Replies = Replies {
    about: &[],
    plain: &["Hi {o}! How are you?", "Hey {o}, good to see you!", "Hello {o}! What's up?"],
};
const FRIENDS_INTRODUCTION: Replies = Replies {
    about: &[],
    plain: &["Nice to meet you, {o}!", "Hi {o}, welcome!", "Hey {o}, good to have you here."],
};
const FRIENDS_THANKS: Replies =
    Replies { about: &[], plain: &["You're welcome, {o}!", "No problem at all.", "Any time, {o}."] };
const FRIENDS_GOOD_BYE: Replies =
    Replies { about: &[], plain: &["Bye, {o}!", "See you {t}, {o}!", "Take care, {o}!"] };
const FRIENDS_WHEN: Replies = Replies {
    about: &["I would say {t}.", "Somebody told me about {s}: {t}, I think.", "If it is about {s}: {t}."],
    plain: &["I would say {t}.", "Maybe {t}?", "Not before {n} o'clock, as far as I know."],
};
const FRIENDS_AMOUNT: Replies = Replies {
    about: &[
        "I think it was {n} for {s}.",
        "{n} or so, but don't quote me on {s}.",
        "About {n}, if you mean {s}.",
    ],
    plain: &["I think it was {n}.", "{n} or so.", "About {n}, more or less."],
};
const FRIENDS_QUESTION: Replies = Replies {
    about: &[
        "No idea about {s}, sorry. Does anybody know?",
        "Good question. I will ask about {s} {t}.",
        "I was wondering about {s} too!",
        "Ask me about {s} again {t}.",
    ],
    plain: &[
        "Good question!",
        "Hard to say. What do you think, {o}?",
        "I think so, yes.",
        "Let me get back to you {t}.",
    ],
};
const FRIENDS_REQUEST: Replies = Replies {
    about: &[
        "Sure, I can help with {s} {t}.",
        "Okay {o}, leave {s} to me.",
        "Will do! I will look after {s}.",
    ],
    plain: &["Sure, {o}.", "Okay, will do!", "Give me a minute."],
};
const FRIENDS_TROUBLE: Replies = Replies {
    about: &[
        "Oh no! What happened to {s}?",
        "I am sorry about {s}, {o}.",
        "Ugh. Can we do anything about {s}?",
    ],
    plain: &["Oh no! What happened?", "I am sorry, {o}.", "That sounds annoying."],
};
const FRIENDS_STATEMENT: Replies = Replies {
    about: &[
        "Interesting! Tell me more about {s}.",
        "I did not know that about {s}.",
        "Ha, now I have to think of {s} all day.",
        "{o}, you and {s}!",
    ],
    plain: &["I see.", "Really?", "Sounds good to me.", "Ha, nice one, {o}."],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_texts_to_say_none_twice() {
        use Intent::*;
        for intent in
            [Greeting, Introduction, Thanks, GoodBye, When, Amount, Question, Request, Trouble, Statement]
        {
            for support in [true, false] {
                let Replies { about, plain } = to(intent, support);
                assert!(plain.len() > 1 && about.len() != 1, "{intent:?}");
                assert!(plain.iter().all(|text| !text.contains("{s}")), "{intent:?}");
                // Somebody who has told no name is answered too.
                let nameless = |text: &&&str| super::super::named(text, None).is_some();
                for list in [about, plain].into_iter().filter(|list| !list.is_empty()) {
                    assert!(list.iter().filter(nameless).count() > 1, "{intent:?}");
                }
            }
        }
    }
}

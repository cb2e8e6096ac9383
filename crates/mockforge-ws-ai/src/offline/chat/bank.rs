//! What people say: acts of a dialogue by topic. `{s}` is what the thread is about, `{o}` the other's name, `{n}`
//! a number, `{t}` a time.

use crate::Topic;

/// The acts of a thread on one topic.
#[derive(Debug)]
pub(super) struct Acts {
    /// What threads are about.
    pub(super) subjects: &'static str,
    /// The first turn; in support the customer's.
    pub(super) opens: &'static [&'static str],
    /// Turns that answer it.
    pub(super) answers: &'static [&'static str],
    /// Turns that go on from an answer.
    pub(super) follows: &'static [&'static str],
    /// The last turn of who opened the thread.
    pub(super) thanks: &'static [&'static str],
    /// The last turn of another.
    pub(super) closes: &'static [&'static str],
}

pub(super) fn acts(topic: Topic) -> &'static Acts {
    match topic {
        Topic::Support => &SUPPORT,
        Topic::Gaming => &GAMING,
        Topic::Project => &PROJECT,
        Topic::Casual => &CASUAL,
    }
}

pub(super) const TIMES: &str =
    "tonight,tomorrow,at 5,after lunch,on Friday,next week,in an hour,this evening,on Monday,around noon";
/// How a turn may begin.
pub(super) const LEADS: &str =
    "Hmm,Honestly,Okay,Right,Well,Oh,To be fair,By the way,Good point,Actually,So,Hey {o}";
/// How a turn may end.
pub(super) const TAILS: &str = "🙂,👍,:),🙏,😅,🙌,😄,✌️";
pub(super) const EMOJI: &str = "👍,❤️,😂,🎉,😮,🙏,👀,🔥";
/// How an angry customer begins.
pub(super) const ANGRY: &[&str] = &[
    "This is unacceptable.",
    "I have been waiting for {n} days!",
    "Seriously?",
    "I am really losing my patience.",
    "That is not good enough.",
    "I have explained this {n} times already.",
];

const SUPPORT: Acts = Acts {
    subjects: "my order,the refund,my invoice,the login page,my subscription,the delivery,the app,my password,\
        the headphones I bought,the discount code,my account,the payment",
    opens: &[
        "Hi, I have a problem with {s}.",
        "Hello, can somebody help me with {s}?",
        "Something is wrong with {s} since yesterday.",
        "I still have no news about {s}. What is going on?",
        "I tried {n} times and {s} still does not work.",
        "Could you please look into {s}?",
        "I have a question about {s}.",
        "Who is responsible for {s}? I need an answer {t}.",
    ],
    answers: &[
        "Hi {o}, thanks for reaching out. I am looking into {s} right now.",
        "Sorry to hear that. Could you send me the number that belongs to {s}?",
        "I understand, {o}. I can see {s} in our system, one moment please.",
        "Let me check that for you. When did you first notice it with {s}?",
        "I have forwarded {s} to our specialists; you will hear from us {t}.",
        "I just refreshed {s} on our side. Could you try again?",
        "It seems {s} was held back by a check. I released it.",
        "Apologies for the trouble with {s}. It should be solved {t}.",
    ],
    follows: &[
        "The number is {n}{n}. Does that help?",
        "I tried again and it is still the same.",
        "It began about {n} hours ago.",
        "And how long will {s} take?",
        "Can I get a confirmation by mail?",
        "Okay, I am waiting. Please hurry with {s}.",
        "Is there anything that I have to do about {s}?",
        "It shows error {n} now.",
    ],
    thanks: &[
        "That worked, thank you {o}!",
        "Great, {s} is fine now. Thanks for the quick help.",
        "Thanks {o}, that is all for now.",
        "Okay, then I will wait for {s} until {t}. Thanks.",
        "Good, finally. Thanks for sorting out {s}.",
        "It works again, perfect.",
    ],
    closes: &[
        "Glad to hear it. Is there anything else that I can do?",
        "Perfect. I close the ticket about {s}; have a nice day!",
        "All done on our side. You will get a short survey {t}.",
        "You are welcome, {o}. Just write again if anything comes up with {s}.",
        "Happy to help! I made a note about {s}.",
        "Thanks for your patience, {o}.",
    ],
};

const GAMING: Acts = Acts {
    subjects: "the raid,the dragon boss,ranked,the new map,the crystal dungeon,our loadout,the patch,the tournament,\
        the healer slot,the speedrun,duos,the event quest",
    opens: &[
        "Who is up for {s} {t}?",
        "We need {n} more for {s}.",
        "Anyone beaten {s} yet?",
        "What do you all think of {s}?",
        "I am stuck at {s}, any tips?",
        "Just finished {s} with {n} seconds left!",
        "{o}, are you in for {s}?",
        "They changed {s} again.",
    ],
    answers: &[
        "I am in, but only {t}.",
        "Count me in for {s}.",
        "Bring more potions, {s} hits like a truck.",
        "Took us {n} tries, but {s} is doable.",
        "Stay left and dodge early, that is all there is to {s}.",
        "I would rather level up first, I am only {n}.",
        "gg, that was close!",
        "My ping is {n}, so {s} has to wait.",
    ],
    follows: &[
        "Which class should I bring?",
        "I can heal if {o} tanks.",
        "We wiped at {n} percent last time.",
        "Okay, {t} then. Voice chat?",
        "What level do you need for {s}?",
        "I have {n} spare keys, by the way.",
        "Careful, there are adds in the second phase.",
        "Same strategy as last time?",
    ],
    thanks: &[
        "Let's go! 🎮",
        "Nice, see you {t} then.",
        "Thanks, I will try that at {s}.",
        "Done with {s} for today, that was fun.",
        "You are the best, {o}.",
        "Okay, {s} it is.",
    ],
    closes: &[
        "See you in the lobby {t}.",
        "Invite sent, {o}.",
        "gg everyone, well played.",
        "brb, grabbing food before {s}.",
        "Good luck with {s}, {o}!",
        "I will be there with {n} potions.",
    ],
};

const PROJECT: Acts = Acts {
    subjects: "the release,the login bug,the migration,the design review,the API docs,the flaky test,the sprint plan,\
        the customer demo,the pull request,the dashboard,the on-call handover,the performance report",
    opens: &[
        "Quick update on {s}: we are at {n} percent.",
        "Does anybody have time to look at {s} {t}?",
        "I think {s} is blocked. Who knows more?",
        "Can we talk about {s} {t}?",
        "Heads up: {s} moves to {t}.",
        "{o}, what is the status of {s}?",
        "I found {n} open questions on {s}.",
        "Should we split {s} into smaller pieces?",
    ],
    answers: &[
        "I can take that. {s} should be done {t}.",
        "Still waiting for review, otherwise {s} is ready.",
        "Good catch, I will have a look at {s}.",
        "It is in staging; {n} checks are green so far.",
        "I would postpone {s} until the tests are stable.",
        "Works for me. Let's do it {t}.",
        "I left {n} comments on {s}, nothing serious.",
        "We had the same with {s} last month; a restart helped.",
    ],
    follows: &[
        "Do you need anything from me, {o}?",
        "What is the biggest risk with {s}?",
        "Could you share the link?",
        "Then let's add {n} hours of buffer.",
        "Who tells the customer about {s}?",
        "I would like a second pair of eyes on that.",
        "Is that before or after {t}?",
        "I can pair with you on it {t}.",
    ],
    thanks: &[
        "Great, thanks {o}. I will write it down.",
        "Perfect, then {s} is settled.",
        "Thanks, that unblocks me.",
        "Okay, I update the ticket for {s}.",
        "Good. I will report back {t}.",
        "Thanks everyone, that was quick.",
    ],
    closes: &[
        "Merged. On to the next one.",
        "Okay, see you {t}.",
        "I moved the ticket for {s} to done.",
        "Sure, ping me if {s} breaks again.",
        "Done, {n} minutes ago in fact.",
        "Sounds good, {o}.",
    ],
};

const CASUAL: Acts = Acts {
    subjects: "the concert,dinner,the weekend trip,that new movie,the birthday party,the hike,brunch,the football game,\
        the museum,game night,the beach,our holiday plans",
    opens: &[
        "Anyone up for {s} {t}?",
        "How was {s}?",
        "I can't stop thinking about {s}.",
        "{o}, did you hear about {s}?",
        "We should really plan {s}.",
        "Guess who has {n} tickets for {s}!",
        "Is {s} still on {t}?",
        "What should I bring to {s}?",
    ],
    answers: &[
        "Yes! I would love to, maybe {t}?",
        "It was great, you should have seen it.",
        "I can't {t}, but otherwise I am in.",
        "Sounds good to me.",
        "{s}? Already looking forward to it.",
        "I will ask the others about {s}.",
        "Only if {o} comes along.",
        "Last time {s} took {n} hours, so let's start early.",
    ],
    follows: &[
        "Where do we meet?",
        "I can drive, there is room for {n}.",
        "Should we invite the neighbours too?",
        "How much was it again, {n} each?",
        "I will bring something to drink.",
        "What is the weather like {t}?",
        "Let's not be late this time, {o}.",
        "Who takes care of the music for {s}?",
    ],
    thanks: &[
        "Perfect, see you {t}!",
        "Can't wait!",
        "Great, then {s} is on.",
        "Love it. Talk later, {o}!",
        "Deal. I will text you {t}.",
        "Okay, I put {s} in my calendar.",
    ],
    closes: &[
        "Okay, it's a plan.",
        "{s} it is, then.",
        "Looking forward to it!",
        "See you there, {o}.",
        "Bring {n} friends!",
        "Good, I take care of the rest {t}.",
    ],
};

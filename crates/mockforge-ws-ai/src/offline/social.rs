//! A social feed: posts, and likes, comments and shares that refer to posts that are there.

use serde_json::{Value, json};

use super::answers::Answers;
use super::heard::Heard;
use super::world::{Kind, Scene, Setting, World, keep_newest};
use crate::Mood;

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "post_created", like: "post,tweet,status,published,new,update" },
    Kind { name: "post_liked", like: "like,liked,reaction,favorite,upvote" },
    Kind { name: "comment_created", like: "comment,reply,replied,mention" },
    Kind { name: "post_shared", like: "share,shared,repost,retweet,boost" },
    Kind { name: "user_followed", like: "follow,followed,follower,subscribed" },
];

/// How many posts people still look at.
const MOST_POSTS: usize = 40;

const SUBJECTS: &str = "sourdough,trail running,film photography,houseplants,home espresso,board games,street food,\
    astronomy,vintage synths,open source,watercolour,cycling,sci-fi novels,rock climbing,bird watching,jazz";
const PLACES: &str =
    "by the river,at the market,on the train,in the garden,downtown,at home,in the studio,up in the hills";
const FEELINGS: &str = "happy,tired but proud,curious,inspired,a bit lost,excited,grateful,relaxed";

/// Posts; `{s}` is a subject, `{p}` a place, `{f}` a feeling, `{n}` a number.
const POSTS: &[&str] = &[
    "Day {n} of {s} and I am {f}.",
    "Anyone else into {s}? Looking for people {p}.",
    "Spent the whole morning with {s} {p}. Feeling {f}.",
    "Hot take: {s} is better {p}.",
    "My {n}-step guide to {s} is finally online.",
    "{n} things I learned from {s} this year.",
    "New favourite spot for {s}: somewhere {p}.",
    "Tried {s} for the first time. {f}, to be honest.",
    "What is the best way to get better at {s}?",
    "Took {n} photos {p} today, mostly of {s}.",
    "Unpopular opinion: nobody needs {n} gadgets for {s}.",
    "Good morning from {p}! Today is all about {s}.",
];

/// Comments on a post about `{s}`.
const COMMENTS: &[&str] = &[
    "Love this! How long have you been doing {s}?",
    "This made my day.",
    "Same here, {s} keeps me going.",
    "Where is this? Looks great.",
    "Not sure I agree, but {s} is always worth a try.",
    "Saving this for later.",
    "More {s} content please!",
    "I started with {s} {n} weeks ago and it is addictive.",
    "Could you share a few more details?",
    "Ha, I thought I was the only one.",
];

#[derive(Clone)]
pub(crate) struct Social {
    users: Vec<String>,
    posts: Vec<Post>,
    next_post: u64,
    next_comment: u64,
    likes: f64,
    current: Option<Post>,
    answers: Answers<(String, String)>,
}

#[derive(Clone)]
struct Post {
    id: String,
    author: String,
    text: String,
    subject: String,
    likes: u64,
    comments: u64,
    shares: u64,
}

impl Social {
    pub(crate) fn new(setting: Setting<'_>, scene: &mut Scene<'_>) -> Self {
        let narrative = setting.narrative;
        let count =
            narrative.crowd(&["user", "person", "friend", "member"]).unwrap_or(narrative.people.len().max(8));
        let viral = narrative.is(Mood::Busy) || setting.says("viral") || setting.says("trending");
        Self {
            users: setting.people(count.clamp(2, 60), scene),
            posts: Vec::new(),
            next_post: scene.int(10_000, 90_000) as u64,
            next_comment: scene.int(100_000, 900_000) as u64,
            likes: if viral { 0.6 } else { 0.4 },
            current: None,
            answers: Answers::default(),
        }
    }

    fn post(&mut self, by: Option<(String, String)>, scene: &mut Scene<'_>) -> Value {
        self.next_post += 1;
        let subject = scene.word(SUBJECTS);
        let template = *scene.pick(POSTS);
        let mut text = filled(template, subject, scene);
        let tag = format!("#{}", subject.replace([' ', '-'], ""));
        if scene.chance(0.6) {
            text = format!("{text} {tag}");
        }
        let author = scene.pick(&self.users).clone();
        let (author, text) = by.unwrap_or((author, text));
        let id = format!("post-{}", self.next_post);
        let post = Post { id, author, text, subject: subject.to_string(), likes: 0, comments: 0, shares: 0 };
        self.posts.push(post.clone());
        keep_newest(&mut self.posts, MOST_POSTS);
        let event = json!({
            "type": "post_created", "post_id": post.id, "author": post.author, "text": post.text,
            "hashtags": [tag], "likes": 0, "timestamp": scene.stamp(),
        });
        self.current = Some(post);
        event
    }

    fn react(&mut self, kind: &str, scene: &mut Scene<'_>) -> Value {
        // New posts get most of the attention.
        let newest = self.posts.len() - 1;
        let index = newest - scene.index(self.posts.len()).min(scene.index(self.posts.len()));
        let post = &mut self.posts[index];
        let others: Vec<&String> = self.users.iter().filter(|user| **user != post.author).collect();
        let user = (*scene.pick(&others)).clone();
        let event = match kind {
            "post_liked" => {
                post.likes += 1;
                json!({
                    "type": kind, "post_id": post.id, "author": post.author, "user": user, "likes": post.likes,
                    "timestamp": scene.stamp(),
                })
            }
            "post_shared" => {
                post.shares += 1;
                json!({
                    "type": kind, "post_id": post.id, "author": post.author, "user": user, "shares": post.shares,
                    "timestamp": scene.stamp(),
                })
            }
            _ => {
                self.next_comment += 1;
                post.comments += 1;
                let template = *scene.pick(COMMENTS);
                let text = filled(template, &post.subject, scene);
                json!({
                    "type": "comment_created", "comment_id": format!("comment-{}", self.next_comment),
                    "post_id": post.id, "author": post.author, "user": user, "text": text,
                    "comments": post.comments, "timestamp": scene.stamp(),
                })
            }
        };
        self.current = Some(post.clone());
        event
    }
}

impl World for Social {
    fn event(&mut self, scene: &mut Scene<'_>) -> Value {
        if scene.allows("post_created")
            && let Some(said) = self.answers.pop()
        {
            return self.post(Some(said), scene);
        }
        let kind = match scene.wanted {
            Some(kind) => kind,
            None => match scene.float(0.0, 1.0) {
                drawn if drawn < 0.2 => "post_created",
                drawn if drawn < 0.2 + self.likes => "post_liked",
                drawn if drawn < 0.88 => "comment_created",
                drawn if drawn < 0.95 => "post_shared",
                _ => "user_followed",
            },
        };
        match kind {
            "user_followed" => {
                let user = scene.pick(&self.users).clone();
                let others: Vec<&String> = self.users.iter().filter(|other| **other != user).collect();
                let followed = *scene.pick(&others);
                json!({ "type": kind, "user": user, "followed": followed, "timestamp": scene.stamp() })
            }
            kind if kind == "post_created" || self.posts.is_empty() => self.post(None, scene),
            kind => self.react(kind, scene),
        }
    }

    fn hear(&mut self, heard: &Heard) {
        let text = heard.text(&["text", "content", "body", "message", "status"]);
        if let Some(text) = text {
            let author = heard.text(&["author", "user", "username", "name"]).unwrap_or("you");
            self.answers.push((author.to_string(), text.to_string()));
        }
    }

    fn pending(&self) -> Option<&'static str> {
        self.answers.front().map(|_| "post_created")
    }

    fn background(&self) -> Value {
        let Some(post) = &self.current else { return Value::Null };
        json!({
            "id": post.id, "user": post.author, "text": post.text, "likes": post.likes, "comments": post.comments,
            "shares": post.shares,
        })
    }

    fn boxed(&self) -> Box<dyn World> {
        Box::new(self.clone())
    }
}

fn filled(text: &str, subject: &str, scene: &mut Scene<'_>) -> String {
    let text = text.replace("{s}", subject).replace("{n}", &scene.int(2, 60).to_string());
    let text = text.replace("{p}", scene.word(PLACES)).replace("{f}", scene.word(FEELINGS));
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

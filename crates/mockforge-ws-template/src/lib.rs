//! Message templates: parsed once to segments, rendered with a connection's time, seed and variables.
//!
//! A [`Template`] is a text, a [`JsonTemplate`] a JSON value with templates in its strings. Both are compiled
//! with [`Options`] and rendered with a [`Scope`] (the message that is answered) and the connection's
//! [`Cx`](mockforge_ws_core::Cx), from which time, randomness, counters and variables come: the same seed and
//! the same messages give the same output. Nothing here reads a clock, a file or the environment.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use mockforge_ws_core::{Conn, ConnId, Cx, Effects, Hello, Inbound, Limits, Message, Seed, Wall};
//! use mockforge_ws_template::{Options, Scope, Template};
//! use time::macros::datetime;
//!
//! let template = Template::parse("{{upper $.user}} at {{now+1h}}: {{seq}}", &Options::default()).unwrap();
//!
//! let id = ConnId { route: "/ws".into(), number: 1 };
//! let wall = Wall::Fixed(datetime!(2024-01-15 10:30 UTC));
//! let mut conn = Conn::new(id, Arc::new(Hello::new("/ws")), Seed(7), wall, Limits::default());
//! let mut effects = Effects::new();
//! let mut cx = Cx::new(&mut conn, &mut effects, Duration::ZERO);
//!
//! let message = Inbound::new(Message::text(r#"{"user":"bob"}"#));
//! let scope = Scope { message: Some(&message), ..Scope::default() };
//! let mut out = String::new();
//! template.render(&scope, &mut cx, &mut out);
//! assert_eq!(out, "BOB at 2024-01-15T11:30:00Z: 1");
//! ```
//!
//! # The language
//!
//! Handlebars is the model. Nothing is escaped for HTML, so `{{x}}`, `{{{x}}}` and `{{&x}}` are the same;
//! what was rendered is never rendered again.
//!
//! | written | gives |
//! |---|---|
//! | `{{uuid}}` | a UUID, version 4; each occurrence its own |
//! | `{{now}}` `{{now+1h}}` `{{now-1d+30m}}` | the time in UTC, RFC 3339, whole seconds; units `ms s m h d w` |
//! | `{{now "%Y-%m-%dT%H:%M:%S%.3fZ"}}` | the same by a `strftime` format; fractions are `%f %3f %.3f %.f` and so on |
//! | `{{now.unix}}` `{{now.unixMs}}` | seconds and milliseconds since 1970, numbers; offsets go with all forms |
//! | `{{randInt 1 100}}` `{{randFloat 0 1}}` `{{randFloat 0 1 2}}` | a number, both ends included; the last with two decimals |
//! | `{{randString 8}}` `{{randHex 16}}` `{{oneOf "a" "b"}}` | letters and digits; so many bytes in hexadecimal; one of the arguments |
//! | `{{seq}}` `{{seq "orders"}}` | 1, 2, 3 … per connection, name and stream key |
//! | `{{cycle "a" "b" "c"}}` | one argument after the other, round and round; per connection, arguments and stream key |
//! | `{{step 10 0.5}}` `{{step 1 1 12}}` `{{step 1 1 12 "month"}}` | START, START+BY, START+2·BY …; with END it goes round between the two; one for each name (or arguments) and stream key |
//! | `{{sine 20 5 "60s"}}` | MEAN + AMPLITUDE · sin(2π·t/PERIOD), t from the start of the stream or else the connection's opening; digits as with `walk` |
//! | `{{walk 100 0.5}}` `{{walk 100 0.5 "bid"}}` | a random walk: START, then each time at most STEP further; one for each name (or pair of arguments) and stream key; one decimal more than was written, two at least |
//! | `{{faker.name}}` | plausible data: `email`, `city`, `phone`, `company`, `ip`, `sentence` and many others |
//! | `{{message}}` `{{$.user.name}}` `{{$['a b'][0]}}` | the message that is answered; in it by JSONPath, where several nodes are an array |
//! | `{{bytes 0 4}}` | bytes of it in hexadecimal, FROM and LENGTH |
//! | `{{capture.1}}` `{{capture.name}}` | groups of the regex that took it |
//! | `{{path.id}}` `{{query.q}}` `{{header.user-agent}}` | of the handshake |
//! | `{{state.x.y}}` `{{shared.x}}` `{{machine}}` `{{key}}` | the connection's variables, those that it shares, its state, the stream's key |
//! | `{{connection.id}}` `{{connection.number}}` `{{elapsed}}` | route and number; the number alone; milliseconds since the opening |
//! | `{{room.name}}` `{{room.size}}` `{{room.members}}` | of the room concerned, otherwise of the one joined last; its members' names are an array |
//! | `{{members "lobby"}}` | the names of those in a room, joined or not, an array; `"room:lobby"` is the same |
//! | `{{sender}}` `{{error}}` | who sent what is delivered, otherwise the connection's id; what went wrong |
//! | `{{row}}` `{{row.x}}` `{{streams.ticks}}` | the stream's row; the keys under which a stream runs, an array |
//! | `{{var.x}}` `{{env.NAME}}` | constants, known while compiling: an unknown one is an error |
//! | `{{upper X}}` `lower` `trim` `base64` `hex` | X as text, converted |
//! | `{{json X}}` | X as a JSON literal |
//! | `{{default X Y …}}` | the first that is there and not null |
//! | `{{add A B}}` `sub` `mul` `div` | of two integers an integer (`div` cuts towards 0), of other numbers a fraction; a text that reads as a number is one; what overflows or divides by 0 is missing |
//! | `{{hexInt N}}` `{{hexInt N BYTES}}` | a whole number from 0 as `"0x10"`; with zeros before it, so that it has so many bytes: `"0x0010"` |
//! | `{{int X}}` | the integer of a number without a fraction, or of a text in decimal or with `0x` in hexadecimal |
//! | `{{replace TEXT "REGEX" WITH}}` | TEXT with WITH for each match; in a WITH in quotes `$1` and `${name}` are groups and `$$` is a dollar |
//! | `{{lookup X KEY}}` | the member of that name, or the element of that number from 0 |
//! | `{{size X}}` `{{keys X}}` `{{join X ", "}}` | how many elements, members or characters; the members' names; the elements as one text |
//! | `{{eq A B}}` `ne` `gt` `gte` `lt` `lte` `and` `or` `not` | true or false; a text that reads as a number is one beside a number |
//! | `{{upper (default $.name "bob")}}` | calls as arguments |
//! | `{{#if X}} … {{else if Y}} … {{else}} … {{/if}}` `{{#unless X}}` | false are: nothing, null, false, 0, `""`, `[]` |
//! | `{{#each X}} … {{else}} … {{/each}}` | elements or members as `this`, with `@index @first @last @key`; `../` and `@../` for the loop around, or names: `{{#each X as \|item index\|}}` |
//! | `{{#repeat 3}} … {{/repeat}}` | with `@index @first @last` |
//! | `{{! x }}` `{{!-- x --}}` | nothing |
//! | `{{~ x ~}}` | takes the white space beside it; a block tag or comment alone on its line takes the line |
//! | `\{{` | `{{`; and `\\{{` is a backslash before an expression |
//!
//! A string renders bare and anything else as JSON. Binary messages render as text where they are UTF-8 and
//! in hexadecimal where not. What is missing at run time renders as nothing and is reported as a
//! [fact](mockforge_ws_core::Fact::MissingValue); asking for it with `#if`, `#each`, `default` or a
//! comparison is no mistake.
//!
//! Draws of `faker` follow the lists of the `fake` crate and may change with its versions; all others stay.

mod call;
mod collection;
mod counter;
mod date;
mod eval;
mod expr;
mod faker;
mod helpers;
mod hint;
mod json;
mod lex;
mod literal;
mod message;
mod name;
mod number;
mod options;
mod out;
mod parse;
mod program;
mod read;
mod replace;
mod root;
mod run;
mod scope;
mod space;
mod strftime;
mod substitution;
mod template;
mod unknown;
mod uuid;
mod value;
mod word;

pub use json::JsonTemplate;
pub use literal::{literal, literal_value};
pub use message::MessageTemplate;
pub use options::Options;
pub use scope::{Scope, Streams};
pub use substitution::Substitution;
pub use template::{Template, is_plain};
